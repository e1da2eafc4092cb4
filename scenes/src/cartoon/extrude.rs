//! Profiles along a path, as triangles.

use std::ops::Range;

use super::frame::{FramePoint, frames};
use super::polymer::{Member, Polymer};
use super::section::Section;
use crate::error::SceneError;
use crate::mesh::{Mesh, MeshVertex};
use crate::ranges::CARTOON_DIVISIONS;

/// Sides of round profiles (`ChimeraX`).
const SIDES: usize = 12;
/// Sides of round profiles of paths with few divisions, which belong to large structures.
const FEW_SIDES: usize = 8;
const FEW_DIVISIONS: usize = 4;

/// Corners of a rectangle, counter-clockwise in the axes of width and thickness.
const CORNERS: [[f32; 2]; 4] = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]];

/// Collects the triangles of ribbons.
#[derive(Debug)]
pub(super) struct Extruder {
    divisions: usize,
    /// Points of a circle of radius 1.
    circle: Vec<[f32; 2]>,
    mesh: Mesh,
}

/// A point of a ribbon in single precision, with the axes of the profile.
#[derive(Debug, Clone, Copy)]
struct Ring {
    center: [f32; 3],
    tangent: [f32; 3],
    width_axis: [f32; 3],
    thickness_axis: [f32; 3],
}

impl Ring {
    fn new(point: &FramePoint) -> Self {
        let tangent = point.path.tangent;
        // Atoms at the same place may leave a direction open: any one is as good.
        let across = tangent.cross(point.normal).try_normalize();
        let across = across.unwrap_or_else(|| tangent.any_orthonormal_vector());
        Self {
            center: point.path.place.as_vec3().to_array(),
            tangent: tangent.as_vec3().to_array(),
            width_axis: across.cross(tangent).as_vec3().to_array(),
            thickness_axis: across.as_vec3().to_array(),
        }
    }

    fn place(&self, [width, thickness]: [f32; 2]) -> [f32; 3] {
        std::array::from_fn(|axis| {
            self.center[axis]
                + width * self.width_axis[axis]
                + thickness * self.thickness_axis[axis]
        })
    }

    fn direction(&self, [width, thickness]: [f32; 2]) -> [f32; 3] {
        std::array::from_fn(|axis| {
            width * self.width_axis[axis] + thickness * self.thickness_axis[axis]
        })
    }
}

/// Colour and atom of a residue.
#[derive(Debug, Clone, Copy)]
struct Owner {
    color: [u8; 4],
    atom: u32,
}

impl Owner {
    fn vertex(self, position_angstrom: [f32; 3], normal: [f32; 3]) -> MeshVertex {
        MeshVertex {
            position_angstrom,
            color: self.color,
            normal,
            atom: self.atom,
        }
    }
}

impl Extruder {
    /// Prepares for ribbons of so many residues.
    pub(super) fn new(divisions: u8, residues: usize) -> Result<Self, SceneError> {
        let range = CARTOON_DIVISIONS;
        let divisions = usize::from(divisions.clamp(range.min, range.max));
        let sides = if divisions <= FEW_DIVISIONS {
            FEW_SIDES
        } else {
            SIDES
        };
        let most = residues.saturating_mul(2 * sides * (divisions + 2));
        if most > Mesh::MAX_TRIANGLES {
            return Err(SceneError::invalid(
                "/style",
                format!("the cartoon of {residues} residues has too many triangles"),
                "select fewer residues, or draw another style".into(),
            ));
        }
        let circle = (0..sides)
            .map(|side| {
                let angle = side as f32 / sides as f32 * std::f32::consts::TAU;
                [angle.cos(), angle.sin()]
            })
            .collect();
        Ok(Self {
            divisions,
            circle,
            mesh: Mesh {
                vertices: Vec::with_capacity(residues * sides * (divisions + 1)),
                triangles: Vec::with_capacity(residues * 2 * sides * divisions),
            },
        })
    }

    /// Returns the triangles.
    pub(super) fn finish(mut self) -> Mesh {
        self.mesh.vertices.shrink_to_fit();
        self.mesh.triangles.shrink_to_fit();
        self.mesh
    }

    /// Adds the drawn residues of a polymer.
    pub(super) fn add(&mut self, polymer: &Polymer, drawn: &[bool], atom_colors: &[[u8; 4]]) {
        let is_drawn = |member: &Member| drawn[member.residue as usize];
        if !polymer.members.iter().any(is_drawn) {
            return;
        }
        let rings: Vec<Ring> = frames(polymer, self.divisions)
            .iter()
            .map(Ring::new)
            .collect();
        let members = &polymer.members;
        let middle = self.divisions / 2;
        for (index, member) in members.iter().enumerate() {
            if !is_drawn(member) {
                continue;
            }
            let owner = Owner {
                color: atom_colors[member.guide_atom as usize],
                atom: member.guide_atom,
            };
            let [front, back] = Section::of(member);
            // A profile is closed where another one, or nothing, follows.
            let touches = |other: Option<usize>, side: usize, own: Section| {
                let other = other.and_then(|other| members.get(other));
                other.is_some_and(|other| is_drawn(other) && Section::of(other)[side] == own)
            };
            let open_start = touches(index.checked_sub(1), 1, front);
            let open_end = touches(Some(index + 1), 0, back);
            let start = index * self.divisions;
            let (half, end) = (start + middle, start + self.divisions);
            if front == back {
                self.extrude(front, owner, &rings[start..=end], [!open_start, !open_end]);
            } else {
                self.extrude(front, owner, &rings[start..=half], [!open_start, true]);
                self.extrude(back, owner, &rings[half..=end], [true, !open_end]);
            }
        }
    }

    /// Draws one profile along rings. `caps` says which ends are closed.
    fn extrude(&mut self, section: Section, owner: Owner, rings: &[Ring], caps: [bool; 2]) {
        let steps = (rings.len() - 1).max(1) as f32;
        let extents = |index: usize| section.half_extents(index as f32 / steps);
        if section.is_square() {
            self.square_sides(owner, rings, extents);
        } else {
            self.round_sides(owner, rings, extents);
        }
        let ends = [(0, -1.0), (rings.len() - 1, 1.0)];
        for ((index, sign), _) in ends.into_iter().zip(caps).filter(|(_, cap)| *cap) {
            self.cap(section, owner, &rings[index], extents(index), sign);
        }
    }

    fn round_sides(&mut self, owner: Owner, rings: &[Ring], extents: impl Fn(usize) -> [f32; 2]) {
        let sides = self.circle.len();
        let first = self.mesh.vertices.len();
        for (index, ring) in rings.iter().enumerate() {
            let [width, thickness] = extents(index);
            for &[x, y] in &self.circle {
                // The normal of an ellipse, without its length.
                let normal = [x * thickness, y * width];
                let length = normal[0].hypot(normal[1]).max(f32::MIN_POSITIVE);
                self.mesh.vertices.push(owner.vertex(
                    ring.place([x * width, y * thickness]),
                    ring.direction(normal.map(|part| part / length)),
                ));
            }
        }
        for index in 0..rings.len() - 1 {
            let base = first + index * sides;
            for side in 0..sides {
                let next = (side + 1) % sides;
                self.quad([
                    base + side,
                    base + next,
                    base + sides + next,
                    base + sides + side,
                ]);
            }
        }
    }

    fn square_sides(&mut self, owner: Owner, rings: &[Ring], extents: impl Fn(usize) -> [f32; 2]) {
        for (side, corner) in CORNERS.into_iter().enumerate() {
            let next = CORNERS[(side + 1) % 4];
            // The outward direction is the mean of the corners.
            let normal = [0, 1].map(|axis| (corner[axis] + next[axis]) * 0.5);
            let first = self.mesh.vertices.len();
            for (index, ring) in rings.iter().enumerate() {
                let [width, thickness] = extents(index);
                let normal = ring.direction(normal);
                for [x, y] in [corner, next] {
                    let place = ring.place([x * width, y * thickness]);
                    self.mesh.vertices.push(owner.vertex(place, normal));
                }
            }
            for index in 0..rings.len() - 1 {
                let base = first + index * 2;
                self.quad([base, base + 1, base + 3, base + 2]);
            }
        }
    }

    /// Closes an end; `sign` says on which side of the ring is nothing.
    fn cap(
        &mut self,
        section: Section,
        owner: Owner,
        ring: &Ring,
        [width, thickness]: [f32; 2],
        sign: f32,
    ) {
        let first = self.mesh.vertices.len();
        let normal = ring.tangent.map(|part| part * sign);
        let circle = std::mem::take(&mut self.circle);
        let outline: &[[f32; 2]] = if section.is_square() {
            &CORNERS
        } else {
            &circle
        };
        for [x, y] in outline {
            let place = ring.place([x * width, y * thickness]);
            self.mesh.vertices.push(owner.vertex(place, normal));
        }
        for corner in 1..outline.len() - 1 {
            let fan: Range<usize> = corner..corner + 2;
            let [a, b, c] = [0, fan.start, fan.end - 1].map(|corner| (first + corner) as u32);
            let triangle = if sign > 0.0 { [a, b, c] } else { [a, c, b] };
            self.mesh.triangles.push(triangle);
        }
        self.circle = circle;
    }

    fn quad(&mut self, corners: [usize; 4]) {
        let [a, b, c, d] = corners.map(|corner| corner as u32);
        self.mesh.triangles.extend([[a, b, c], [a, c, d]]);
    }
}
