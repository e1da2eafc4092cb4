//! One scene, prepared once for any number of views.

use std::sync::Arc;

use glam::DVec3;
use molshot_scenes::{Cylinder, Scene};

use super::primitive_id::PrimitiveId;

/// A scene's primitives relative to the middle of its bounding box, in f32.
#[derive(Debug)]
pub(super) struct SceneData {
    scene: Arc<Scene>,
    /// World point that positions refer to.
    pub(super) origin: DVec3,
    /// Centre (scene axes) and radius, angstrom.
    pub(super) spheres: Vec<[f32; 4]>,
    pub(super) cylinders: Vec<SceneCylinder>,
    /// sRGB bytes of each [`PrimitiveId`], red in the lowest byte.
    pub(super) colors: Vec<u32>,
    /// Atom of each [`PrimitiveId`].
    pub(super) atoms: Vec<u32>,
    /// For each half of a cylinder the sphere that continues it smoothly in the same colour;
    /// [`PrimitiveId::NONE`] where there is none.
    joints: Vec<PrimitiveId>,
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
    /// Prepares a scene.
    pub(super) fn new(scene: &Arc<Scene>) -> Self {
        let origin = scene.bounds.center();
        let relative = |p: [f32; 3]| {
            (DVec3::from_array(p.map(f64::from)) - origin)
                .as_vec3()
                .to_array()
        };
        let spheres = scene
            .spheres
            .iter()
            .map(|sphere| {
                let [x, y, z] = relative(sphere.center_angstrom);
                [x, y, z, sphere.radius_angstrom]
            })
            .collect();
        let sphere_of_atom = sphere_of_atom(scene);
        let cylinders = scene
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
        Self {
            scene: Arc::clone(scene),
            origin,
            spheres,
            cylinders,
            joints: joints(scene, &sphere_of_atom),
            colors: all().map(|(color, _)| u32::from_le_bytes(color)).collect(),
            atoms: all().map(|(_, atom)| atom).collect(),
        }
    }

    /// True when two surfaces continue each other without a crease and in the same colour where
    /// they touch: the halves of a cylinder, or a half and the sphere of its own radius at its end.
    #[inline]
    pub(super) fn joins_smoothly(&self, a: PrimitiveId, b: PrimitiveId) -> bool {
        let (low, high) = (a.min(b), a.max(b));
        let sphere_count = self.spheres.len();
        let Some(half) = high.half_index(sphere_count) else {
            return false;
        };
        self.joints.get(half) == Some(&low)
            || (low.cylinder_index(sphere_count) == high.cylinder_index(sphere_count)
                && self.colors.get(low.index()) == self.colors.get(high.index()))
    }

    /// True when this was made from `scene` itself, not merely from an equal one.
    pub(super) fn is_for(&self, scene: &Arc<Scene>) -> bool {
        Arc::ptr_eq(&self.scene, scene)
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

fn joints(scene: &Scene, sphere_of_atom: &[u32]) -> Vec<PrimitiveId> {
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
        .flat_map(|c| {
            [
                joint(c, c.start_atom, c.start_angstrom, c.start_color),
                joint(c, c.end_atom, c.end_angstrom, c.end_color),
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
