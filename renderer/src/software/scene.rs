//! One scene, prepared once for any number of views.

use std::sync::Arc;

use glam::DVec3;
use molshot_scenes::{Cylinder, Scene};

use super::camera::relative_to;
use super::duplicates::find_duplicates;
use super::mesh::SceneMesh;
use super::primitive_id::PrimitiveId;
use crate::cancel::CancelToken;
use crate::error::RenderError;

/// The radius of what is never seen: such a body lies behind every camera.
const HIDDEN: f32 = f32::NEG_INFINITY;

/// A scene's primitives relative to the middle of its bounding box, in f32.
#[derive(Debug)]
pub(super) struct SceneData {
    scene: Arc<Scene>,
    /// World point that positions refer to.
    pub(super) origin: DVec3,
    /// Centre (scene axes) and radius, angstrom. The radius is [`HIDDEN`] where an earlier sphere
    /// is the same.
    pub(super) spheres: Vec<[f32; 4]>,
    /// The radius is [`HIDDEN`] where an earlier cylinder is the same.
    pub(super) cylinders: Vec<SceneCylinder>,
    /// sRGB bytes of each [`PrimitiveId`], red in the lowest byte.
    pub(super) colors: Vec<u32>,
    /// Atom of each [`PrimitiveId`].
    pub(super) atoms: Vec<u32>,
    /// Triangles.
    pub(super) mesh: SceneMesh,
    /// For each half of a cylinder the bodies of lower ids that continue it smoothly in the same
    /// colour.
    joins: Vec<Joins>,
}

/// What continues half a cylinder smoothly in the same colour; [`PrimitiveId::NONE`] where there is
/// none.
#[derive(Debug, Clone, Copy)]
struct Joins {
    /// The sphere of the same radius at its end.
    sphere: PrimitiveId,
    /// The first half, of the second one.
    first_half: PrimitiveId,
}

/// A cylinder in scene axes: world axes about [`SceneData::origin`], angstrom.
#[derive(Debug, Clone, Copy)]
pub(super) struct SceneCylinder {
    pub(super) start: [f32; 3],
    pub(super) end: [f32; 3],
    pub(super) radius: f32,
    pub(super) caps: u32,
    /// Radius of the larger of the spheres that hide both ends; 0 when an end may be visible.
    pub(super) cover_radius: f32,
}

impl SceneData {
    /// Prepares a scene. `cancel` is looked at between the steps, each of which looks at every body
    /// once.
    pub(super) fn new(scene: &Arc<Scene>, cancel: &CancelToken) -> Result<Self, RenderError> {
        let origin = scene.bounds.center();
        let relative = |p: [f32; 3]| relative_to(origin, p);
        cancel.check()?;
        let mut spheres: Vec<[f32; 4]> = scene
            .spheres
            .iter()
            .map(|sphere| {
                let [x, y, z] = relative(sphere.center_angstrom);
                [x, y, z, sphere.radius_angstrom]
            })
            .collect();
        cancel.check()?;
        let sphere_of_atom = sphere_of_atom(scene);
        cancel.check()?;
        let mut cylinders: Vec<SceneCylinder> = scene
            .cylinders
            .iter()
            .map(|cylinder| SceneCylinder {
                start: relative(cylinder.start_angstrom),
                end: relative(cylinder.end_angstrom),
                radius: cylinder.radius_angstrom,
                caps: cylinder.caps,
                cover_radius: cover_radius(scene, &sphere_of_atom, cylinder),
            })
            .collect();
        cancel.check()?;
        hide_duplicates(&mut spheres, &mut cylinders);
        let halves = || {
            scene
                .cylinders
                .iter()
                .flat_map(|c| [(c.start_color, c.start_atom), (c.end_color, c.end_atom)])
        };
        let all = || {
            scene
                .spheres
                .iter()
                .map(|s| (s.color, s.atom))
                .chain(halves())
        };
        cancel.check()?;
        let joins = joins(scene, &sphere_of_atom);
        cancel.check()?;
        let mesh = SceneMesh::new(&scene.mesh, origin, cancel)?;
        Ok(Self {
            mesh,
            scene: Arc::clone(scene),
            origin,
            spheres,
            cylinders,
            joins,
            colors: all().map(|(color, _)| u32::from_le_bytes(color)).collect(),
            atoms: all().map(|(_, atom)| atom).collect(),
        })
    }

    /// True when two surfaces continue each other without a crease and in the same colour where
    /// they touch: the halves of a cylinder, or a half and the sphere of its own radius at its end.
    #[inline]
    pub(super) fn joins_smoothly(&self, a: PrimitiveId, b: PrimitiveId) -> bool {
        let (low, high) = (a.min(b), a.max(b));
        high.half_index(self.spheres.len())
            .and_then(|half| self.joins.get(half))
            .is_some_and(|joins| joins.sphere == low || joins.first_half == low)
    }

    /// The sphere that continues half a cylinder smoothly in the same colour;
    /// [`PrimitiveId::NONE`] where there is none, and for a sphere.
    #[inline]
    pub(super) fn joint(&self, id: PrimitiveId) -> PrimitiveId {
        id.half_index(self.spheres.len())
            .and_then(|half| self.joins.get(half))
            .map_or(PrimitiveId::NONE, |joins| joins.sphere)
    }

    /// True when this was made from `scene` itself, not merely from an equal one.
    pub(super) fn is_for(&self, scene: &Arc<Scene>) -> bool {
        Arc::ptr_eq(&self.scene, scene)
    }
}

/// Gives the radius [`HIDDEN`] to bodies that coincide with an earlier one.
fn hide_duplicates(spheres: &mut [[f32; 4]], cylinders: &mut [SceneCylinder]) {
    let mut hidden = Vec::new();
    let shape = |at: usize| spheres[at].map(f32::to_bits);
    find_duplicates(spheres.len(), shape, |at| hidden.push(at));
    for at in hidden.drain(..) {
        spheres[at][3] = HIDDEN;
    }
    // All that decides how a cylinder is drawn; its colours do not decide which one is seen.
    let shape = |at: usize| {
        let cylinder = &cylinders[at];
        let ([a, b, c], [d, e, f]) = (cylinder.start, cylinder.end);
        let [a, b, c, d, e, f, radius, cover] =
            [a, b, c, d, e, f, cylinder.radius, cylinder.cover_radius].map(f32::to_bits);
        [a, b, c, d, e, f, radius, cover, cylinder.caps]
    };
    find_duplicates(cylinders.len(), shape, |at| hidden.push(at));
    for at in hidden {
        cylinders[at].radius = HIDDEN;
    }
}

/// Index + 1 of a sphere of each atom; 0 where there is none.
fn sphere_of_atom(scene: &Scene) -> Vec<u32> {
    let mut sphere_of_atom = vec![0; scene.structure.atoms().len()];
    for (index, sphere) in (1..).zip(&scene.spheres) {
        if let Some(sphere) = sphere_of_atom.get_mut(sphere.atom as usize) {
            *sphere = index;
        }
    }
    sphere_of_atom
}

fn joins(scene: &Scene, sphere_of_atom: &[u32]) -> Vec<Joins> {
    let joint = |cylinder: &Cylinder, atom: u32, center: [f32; 3], color: [u8; 4]| {
        sphere_of_atom
            .get(atom as usize)
            .and_then(|sphere| sphere.checked_sub(1))
            .filter(|sphere| {
                let sphere = &scene.spheres[*sphere as usize];
                sphere.center_angstrom.map(f32::to_bits) == center.map(f32::to_bits)
                    && sphere.radius_angstrom.to_bits() == cylinder.radius_angstrom.to_bits()
                    && sphere.color == color
            })
            .map_or(PrimitiveId::NONE, |sphere| {
                PrimitiveId::sphere(sphere as usize)
            })
    };
    scene
        .cylinders
        .iter()
        .enumerate()
        .flat_map(|(index, c)| {
            let first_half = if c.start_color == c.end_color {
                PrimitiveId::cylinder(index, scene.spheres.len())
            } else {
                PrimitiveId::NONE
            };
            [
                Joins {
                    sphere: joint(c, c.start_atom, c.start_angstrom, c.start_color),
                    first_half: PrimitiveId::NONE,
                },
                Joins {
                    sphere: joint(c, c.end_atom, c.end_angstrom, c.end_color),
                    first_half,
                },
            ]
        })
        .collect()
}

fn cover_radius(scene: &Scene, sphere_of_atom: &[u32], cylinder: &Cylinder) -> f32 {
    if cylinder.caps != Cylinder::OPEN {
        return 0.0;
    }
    let cover = |atom: u32, center: [f32; 3]| {
        let sphere = sphere_of_atom.get(atom as usize)?.checked_sub(1)?;
        let sphere = &scene.spheres[sphere as usize];
        // Bit for bit: any other centre leaves a rim that may be visible.
        (sphere.center_angstrom.map(f32::to_bits) == center.map(f32::to_bits)
            && sphere.radius_angstrom >= cylinder.radius_angstrom)
            .then_some(sphere.radius_angstrom)
    };
    match (
        cover(cylinder.start_atom, cylinder.start_angstrom),
        cover(cylinder.end_atom, cylinder.end_angstrom),
    ) {
        (Some(start), Some(end)) => start.max(end),
        _ => 0.0,
    }
}
