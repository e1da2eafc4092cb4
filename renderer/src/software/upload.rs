//! One scene, prepared once for any number of views.

use std::sync::Arc;

use glam::DVec3;
use molshot_scenes::{Cylinder, Scene};

use super::tile::NOTHING;

/// A scene's primitives relative to the middle of its box, in f32.
///
/// A *key* says what a pixel shows: sphere `i` has the key `i`, the first half of cylinder `j` has
/// `spheres + 2 j`, its second half one more. Keys grow in drawing order, so that of equally deep
/// surfaces the lower key wins, as on a GPU.
#[derive(Debug)]
pub(super) struct Upload {
    scene: Arc<Scene>,
    /// World point that positions refer to.
    pub(super) origin: DVec3,
    /// Centre and radius, angstrom.
    pub(super) spheres: Vec<[f32; 4]>,
    pub(super) sticks: Vec<StickSource>,
    /// sRGB bytes of each key, red lowest.
    pub(super) paint: Vec<u32>,
    /// Atom of each key.
    pub(super) atoms: Vec<u32>,
    /// For each half of a cylinder the sphere that goes on from it smoothly, in the same paint;
    /// [`NOTHING`] for none.
    joints: Vec<u32>,
}

/// A cylinder in scene axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct StickSource {
    pub(super) start: [f32; 3],
    pub(super) end: [f32; 3],
    pub(super) radius: f32,
    pub(super) caps: u32,
    /// Radius of the larger of the balls that hide both ends; 0 when an end may be seen.
    pub(super) cover_radius: f32,
}

impl Upload {
    /// Takes over a scene.
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
        let ball_of_atom = balls(scene);
        let sticks = scene
            .cylinders
            .iter()
            .map(|cylinder| StickSource {
                start: relative(cylinder.start_angstrom),
                end: relative(cylinder.end_angstrom),
                radius: cylinder.radius_angstrom,
                caps: cylinder.caps,
                cover_radius: cover_radius(scene, &ball_of_atom, cylinder),
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
            sticks,
            joints: joints(scene, &ball_of_atom),
            paint: all().map(|(color, _)| u32::from_le_bytes(color)).collect(),
            atoms: all().map(|(_, atom)| atom).collect(),
        }
    }

    /// True when the surfaces of two keys go on from each other without a crease and in the same
    /// paint, where they touch: the halves of a cylinder, and a half and the ball of its own radius
    /// about its end.
    #[inline]
    pub(super) fn smooth(&self, a: u32, b: u32) -> bool {
        let (ball, half) = (a.min(b), a.max(b));
        let Some(place) = (half as usize).checked_sub(self.spheres.len()) else {
            return false;
        };
        self.joints.get(place) == Some(&ball)
            || ((ball as usize)
                .checked_sub(self.spheres.len())
                .map(|ball| ball / 2)
                == Some(place / 2)
                && self.paint.get(ball as usize) == self.paint.get(half as usize))
    }

    /// True when this is `scene`, not merely an equal one.
    pub(super) fn holds(&self, scene: &Arc<Scene>) -> bool {
        Arc::ptr_eq(&self.scene, scene)
    }
}

/// Index + 1 of a sphere of each atom; 0 for none.
fn balls(scene: &Scene) -> Vec<u32> {
    let mut ball_of_atom = vec![0; scene.structure.atoms().len()];
    for (index, sphere) in (1..).zip(&scene.spheres) {
        if let Some(ball) = ball_of_atom.get_mut(sphere.atom as usize) {
            *ball = index;
        }
    }
    ball_of_atom
}

fn joints(scene: &Scene, ball_of_atom: &[u32]) -> Vec<u32> {
    let joint = |cylinder: &Cylinder, atom: u32, center: [f32; 3], color: [u8; 4]| {
        ball_of_atom
            .get(atom as usize)
            .and_then(|ball| ball.checked_sub(1))
            .filter(|ball| {
                let ball = &scene.spheres[*ball as usize];
                ball.center_angstrom.map(f32::to_bits) == center.map(f32::to_bits)
                    && ball.radius_angstrom.to_bits() == cylinder.radius_angstrom.to_bits()
                    && ball.color == color
            })
            .unwrap_or(NOTHING)
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

fn cover_radius(scene: &Scene, ball_of_atom: &[u32], cylinder: &Cylinder) -> f32 {
    if cylinder.caps != Cylinder::OPEN {
        return 0.0;
    }
    let cover = |atom: u32, center: [f32; 3]| {
        let ball = ball_of_atom.get(atom as usize)?.checked_sub(1)?;
        let ball = &scene.spheres[ball as usize];
        // The same bits: anything else leaves a rim that may be seen.
        (ball.center_angstrom.map(f32::to_bits) == center.map(f32::to_bits)
            && ball.radius_angstrom >= cylinder.radius_angstrom)
            .then_some(ball.radius_angstrom)
    };
    match (
        cover(cylinder.start_atom, cylinder.start_angstrom),
        cover(cylinder.end_atom, cylinder.end_angstrom),
    ) {
        (Some(start), Some(end)) => start.max(end),
        _ => 0.0,
    }
}
