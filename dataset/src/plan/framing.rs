//! Cameras that step back until no atom is out of the picture.
//!
//! A camera is fitted to the front view of a box, so that in other views, or when the ligand has
//! moved, atoms may be out of the picture. The pictures of T4 and T7 therefore have one more
//! command behind their view: `move z -D`, with the smallest whole number of angstrom that brings
//! all drawn atoms into all pictures of the item. All these pictures have the same one.

use glam::{DQuat, DVec3};
use molshot_scenes::commands::Axis;
use molshot_scenes::{Camera, Projection, parse_commands};

use crate::step::Step;

/// Room at the edge of the picture for the radius of the drawn atoms, in angstrom.
pub const MARGIN_ANGSTROM: f64 = 0.5;
/// A drawn atom that is farther in than this is in the picture, in angstrom.
///
/// It is a little less than the margin, because coordinates are stored in single precision.
pub const MIN_MARGIN_ANGSTROM: f64 = MARGIN_ANGSTROM - 1e-3;

/// The camera of one view, and what it sees.
#[derive(Debug, Clone, Copy)]
pub struct ViewFrame {
    position: DVec3,
    camera_from_world: DQuat,
    /// Tangents of half of the field of view, along x and y.
    tangents: [f64; 2],
}

impl ViewFrame {
    /// Returns the frame of a camera.
    #[must_use]
    pub fn of(camera: &Camera) -> Self {
        let pose = camera.pose();
        let viewport = camera.viewport();
        let tangent = tan_half_fov_x(camera);
        Self {
            position: pose.position_angstrom,
            camera_from_world: pose.world_from_camera.inverse(),
            tangents: [
                tangent,
                tangent * f64::from(viewport.height_px) / f64::from(viewport.width_px),
            ],
        }
    }

    /// Returns the frames of named views.
    pub(super) fn of_views(
        front: &Camera,
        structure: &molshot_molecule::Structure,
        views: &[&str],
    ) -> Vec<Self> {
        let of_view = |view: &&str| {
            let mut camera = front.clone();
            let commands = parse_commands(&format!("view {view}")).ok()?;
            camera.apply(&commands, structure).ok()?;
            Some(Self::of(&camera))
        };
        views.iter().filter_map(of_view).collect()
    }

    /// Returns how far the camera must step back to see a point with a margin, in angstrom.
    ///
    /// It is negative if the camera could step forward.
    #[must_use]
    pub fn missing_depth(&self, point: DVec3, margin_angstrom: f64) -> f64 {
        let seen = self.camera_from_world * (point - self.position);
        let needed = |offset: f64, tangent: f64| (offset.abs() + margin_angstrom) / tangent;
        let [x, y] = self.tangents;
        needed(seen.x, x).max(needed(seen.y, y)) + seen.z
    }

    /// Returns the range of distances along a direction at which a point is in the picture.
    ///
    /// The camera has stepped back by `back_angstrom`. A range whose end is less than its start is
    /// empty.
    pub(super) fn range(&self, point: DVec3, direction: DVec3, back_angstrom: f64) -> [f64; 2] {
        let seen = self.camera_from_world * (point - self.position) - DVec3::Z * back_angstrom;
        let along = self.camera_from_world * direction;
        let mut range = [f64::NEG_INFINITY, f64::INFINITY];
        for (axis, tangent) in self.tangents.into_iter().enumerate() {
            for sign in [1.0, -1.0] {
                // In the picture where `excess + slope * distance` is not above 0.
                let excess = sign * seen[axis] + MARGIN_ANGSTROM + tangent * seen.z;
                let slope = sign * along[axis] + tangent * along.z;
                if slope.abs() < 1e-9 {
                    if excess > 0.0 {
                        range[1] = f64::NEG_INFINITY;
                    }
                } else if slope > 0.0 {
                    range[1] = range[1].min(-excess / slope);
                } else {
                    range[0] = range[0].max(-excess / slope);
                }
            }
        }
        range
    }
}

/// Returns the whole number of angstrom that cameras must step back to see all points.
pub(super) fn retreat_angstrom(frames: &[ViewFrame], points: &[DVec3]) -> i32 {
    let missing = frames
        .iter()
        .flat_map(|frame| {
            let missing = |point: &DVec3| frame.missing_depth(*point, MARGIN_ANGSTROM);
            points.iter().map(missing)
        })
        .fold(0.0, f64::max);
    missing.ceil() as i32
}

/// Returns the command that steps back, if it is needed.
pub(super) fn step_back(retreat_angstrom: i32) -> Vec<Step> {
    if retreat_angstrom == 0 {
        return Vec::new();
    }
    vec![Step::translation(Axis::Z, -retreat_angstrom)]
}

/// Returns the tangent of half of the horizontal field of view of a camera.
pub(super) fn tan_half_fov_x(camera: &Camera) -> f64 {
    let fov_x_degrees = match camera.view().projection {
        Projection::Perspective { fov_x_degrees } => fov_x_degrees,
        // Plans use perspective only; this is its default field of view.
        Projection::Orthographic { .. } => 30.0,
    };
    (fov_x_degrees.to_radians() * 0.5).tan()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks along -z from 10 angstrom, with a field of view of 90 degrees.
    fn frame() -> ViewFrame {
        ViewFrame {
            position: DVec3::Z * 10.0,
            camera_from_world: DQuat::IDENTITY,
            tangents: [1.0, 0.5],
        }
    }

    #[test]
    fn cameras_step_back_until_all_points_are_in_the_picture() {
        // At depth 10 the picture is 20 wide and 10 high, less half an angstrom at each edge.
        let retreat = |point: DVec3| retreat_angstrom(&[frame()], &[DVec3::ZERO, point]);
        assert_eq!(retreat(DVec3::X * 9.5), 0);
        assert_eq!(retreat(DVec3::X * 9.6), 1);
        assert_eq!(retreat(DVec3::Y * 4.5), 0);
        assert_eq!(retreat(DVec3::Y * -4.6), 1);
        assert_eq!(retreat(DVec3::new(0.0, 6.0, 2.0)), 5);
        // Behind the camera.
        assert_eq!(retreat(DVec3::Z * 12.0), 3);
        assert!(step_back(0).is_empty());
        assert_eq!(step_back(3)[0].to_string(), "move z -3");
    }

    #[test]
    fn ranges_end_at_the_edges_of_the_picture() {
        let near = |a: [f64; 2], b: [f64; 2]| {
            assert!(
                a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9),
                "{a:?} {b:?}"
            );
        };
        near(frame().range(DVec3::X * 2.0, DVec3::X, 0.0), [-11.5, 7.5]);
        near(frame().range(DVec3::X * 2.0, DVec3::X, 3.0), [-14.5, 10.5]);
        // Towards the camera, until 1 angstrom in x needs a depth of 1.5.
        let range = frame().range(DVec3::X, DVec3::Z, 0.0);
        assert!((range[1] - 8.5).abs() < 1e-9 && range[0] == f64::NEG_INFINITY);
        let [start, end] = frame().range(DVec3::Y * 6.0, DVec3::X, 0.0);
        assert!(end < start, "above the picture");
    }
}
