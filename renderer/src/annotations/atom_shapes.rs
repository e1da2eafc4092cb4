//! The shapes of each atom: its spheres, its halves of cylinders and its parts of triangles.

use glam::DVec3;
use molshot_scenes::{Cylinder, Mesh, MeshVertex, Scene, Sphere};

/// The shapes of every drawn atom, and where it stands.
#[derive(Debug)]
pub(super) struct AtomShapes {
    /// Drawn atoms, ascending.
    pub(super) atoms: Vec<DrawnAtom>,
    /// The shapes of each atom, atom by atom: spheres first, triangles last.
    lists: Vec<Part>,
}

/// One atom with its shapes.
#[derive(Debug, Clone, Copy)]
pub(super) struct DrawnAtom {
    pub(super) atom: u32,
    /// Its place as drawn, world axes.
    pub(super) center_angstrom: [f32; 3],
    /// Radius of its sphere; of its thickest cylinder where it has none.
    pub(super) radius_angstrom: f32,
    first: u32,
    end: u32,
}

/// One shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// A sphere.
    Sphere(u32),
    /// A cylinder's half.
    HalfCylinder(u32, End),
    /// The part of a triangle at one of its corners.
    TriangleCorner(u32, u8),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Start,
    Stop,
    /// Both halves are the atom's.
    Both,
}

impl AtomShapes {
    pub(super) fn new(scene: &Scene) -> Self {
        let mut parts: Vec<(u32, Part)> =
            Vec::with_capacity(scene.spheres.len() + 2 * scene.cylinders.len());
        for (index, sphere) in (0..).zip(&scene.spheres) {
            parts.push((sphere.atom, Part::Sphere(index)));
        }
        for (index, cylinder) in (0..).zip(&scene.cylinders) {
            if cylinder.start_atom == cylinder.end_atom {
                parts.push((cylinder.start_atom, Part::HalfCylinder(index, End::Both)));
            } else {
                parts.push((cylinder.start_atom, Part::HalfCylinder(index, End::Start)));
                parts.push((cylinder.end_atom, Part::HalfCylinder(index, End::Stop)));
            }
        }
        for (index, triangle) in (0..).zip(&scene.mesh.triangles) {
            for (corner, vertex) in (0..).zip(triangle) {
                let vertex = &scene.mesh.vertices[*vertex as usize];
                if vertex.color[3] == u8::MAX {
                    parts.push((vertex.atom, Part::TriangleCorner(index, corner)));
                }
            }
        }
        parts.retain(|(atom, _)| *atom != Cylinder::NO_ATOM);
        parts.sort_unstable();
        let mut atoms: Vec<DrawnAtom> = Vec::new();
        let mut lists = Vec::with_capacity(parts.len());
        for (atom, part) in parts {
            let at = lists.len() as u32;
            lists.push(part);
            if let Some(last) = atoms.last_mut()
                && last.atom == atom
            {
                last.end = at + 1;
                continue;
            }
            let (center_angstrom, radius_angstrom) = match part {
                Part::Sphere(index) => {
                    let sphere = &scene.spheres[index as usize];
                    (sphere.center_angstrom, sphere.radius_angstrom)
                }
                Part::HalfCylinder(index, end) => {
                    let cylinder = &scene.cylinders[index as usize];
                    let center = match end {
                        End::Start | End::Both => cylinder.start_angstrom,
                        End::Stop => cylinder.end_angstrom,
                    };
                    (center, cylinder.radius_angstrom)
                }
                Part::TriangleCorner(..) => (
                    scene.structure.atoms().position_angstrom[atom as usize],
                    0.0,
                ),
            };
            atoms.push(DrawnAtom {
                atom,
                center_angstrom,
                radius_angstrom,
                first: at,
                end: at + 1,
            });
        }
        Self { atoms, lists }
    }

    /// An atom's shapes as they would be drawn alone, instead of what the lists held.
    pub(super) fn of(&self, scene: &Scene, atom: &DrawnAtom, shapes: &mut Shapes) {
        let Shapes {
            spheres,
            cylinders,
            triangles,
        } = shapes;
        spheres.clear();
        cylinders.clear();
        triangles.clear();
        for part in &self.lists[atom.first as usize..atom.end as usize] {
            match part {
                Part::Sphere(index) => spheres.push(scene.spheres[*index as usize]),
                Part::HalfCylinder(index, end) => {
                    half(&scene.cylinders[*index as usize], *end, spheres, cylinders);
                }
                Part::TriangleCorner(index, corner) => {
                    let triangle = scene.mesh.triangles[*index as usize]
                        .map(|vertex| scene.mesh.vertices[vertex as usize]);
                    triangles.extend(at_corner(triangle, usize::from(*corner)));
                }
            }
        }
    }
}

/// The shapes of one atom.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    pub(super) spheres: Vec<Sphere>,
    pub(super) cylinders: Vec<Cylinder>,
    pub(super) triangles: Vec<[MeshVertex; 3]>,
}

impl Shapes {
    pub(super) fn mesh(&self) -> Mesh {
        let vertices: Vec<MeshVertex> = self.triangles.iter().flatten().copied().collect();
        let corners = (0..self.triangles.len() as u32).map(|at| [3 * at, 3 * at + 1, 3 * at + 2]);
        Mesh {
            triangles: corners.collect(),
            vertices,
        }
    }
}

/// The part of a triangle that is nearer to one of its corners than to the others, by barycentric
/// coordinates: a quadrangle between the corner, the middles of its edges and the triangle's
/// middle, as two triangles.
fn at_corner(triangle: [MeshVertex; 3], corner: usize) -> [[MeshVertex; 3]; 2] {
    let [own, next, last] = [0, 1, 2].map(|at| triangle[(corner + at) % 3]);
    let mean = |of: &[MeshVertex]| {
        let share = 1.0 / of.len() as f32;
        let mean = |part: fn(&MeshVertex) -> [f32; 3]| {
            let sum = (of.iter().map(part)).fold([0.0; 3], |sum: [f32; 3], part| {
                [0, 1, 2].map(|axis| sum[axis] + part[axis])
            });
            sum.map(|part| part * share)
        };
        MeshVertex {
            position_angstrom: mean(|vertex| vertex.position_angstrom),
            normal: mean(|vertex| vertex.normal),
            ..own
        }
    };
    let middle = mean(&[own, next, last]);
    [
        [own, mean(&[own, next]), middle],
        [own, middle, mean(&[own, last])],
    ]
}

/// Puts one half of a cylinder to the others; its end, when round, as a sphere. A half without
/// length is left out.
fn half(cylinder: &Cylinder, end: End, spheres: &mut Vec<Sphere>, cylinders: &mut Vec<Cylinder>) {
    let mut middle = [0.0; 3];
    for (axis, middle) in middle.iter_mut().enumerate() {
        *middle = (cylinder.start_angstrom[axis] + cylinder.end_angstrom[axis]) * 0.5;
    }
    let (start, stop, color, atom) = match end {
        End::Start => (
            cylinder.start_angstrom,
            middle,
            cylinder.start_color,
            cylinder.start_atom,
        ),
        End::Stop => (
            cylinder.end_angstrom,
            middle,
            cylinder.end_color,
            cylinder.end_atom,
        ),
        End::Both => (
            cylinder.start_angstrom,
            cylinder.end_angstrom,
            cylinder.start_color,
            cylinder.start_atom,
        ),
    };
    if cylinder.caps == Cylinder::ROUND {
        let mut sphere = |center_angstrom| {
            spheres.push(Sphere {
                center_angstrom,
                radius_angstrom: cylinder.radius_angstrom,
                color,
                atom,
            });
        };
        sphere(start);
        if end == End::Both {
            sphere(stop);
        }
    }
    let [a, b] = [start, stop].map(|p| DVec3::from_array(p.map(f64::from)));
    if a.distance_squared(b) == 0.0 {
        return;
    }
    cylinders.push(Cylinder {
        start_angstrom: start,
        radius_angstrom: cylinder.radius_angstrom,
        end_angstrom: stop,
        caps: if cylinder.caps == Cylinder::FLAT {
            Cylinder::FLAT
        } else {
            Cylinder::OPEN
        },
        start_color: color,
        end_color: color,
        start_atom: atom,
        end_atom: atom,
    });
}
