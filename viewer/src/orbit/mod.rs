//! The camera relative to the fitted front view, expressed by the fewest view commands.
//!
//! A camera that view commands move has six degrees of freedom, a zoom (in orthographic projection)
//! and a rotation centre. Rotated by `R` (world axes to screen axes), with its rotation centre at
//! `(x, y, -depth)` in screen axes, it is reached from the fitted front view by at most seven
//! commands: `center`, which fixes the rotation centre and the depth `d0`; three `roll`s, the Euler
//! angles of `R = Rz Rx Ry`; `zoom d0 / depth`; `move x` and `move y`. They are independent of the
//! size of the picture, so they give the same view in a window of another size.

use glam::{DQuat, DVec2, DVec3, EulerRot};
use molshot_molecule::Structure;
use molshot_scenes::commands::{Axis, MAX_ZOOM, MIN_ZOOM, Target, ViewName};
use molshot_scenes::{Camera, Command, Pose, Projection, SceneError};

/// Decimals of angles in degrees and of distances in angstrom: at a thousand pixels that is a
/// hundredth of a pixel.
const DECIMALS: i32 = 3;
/// Significant digits of a zoom factor.
const ZOOM_DIGITS: i32 = 6;

/// A camera relative to the fitted front view.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Orbit {
    /// The rotation centre; `None` is the centre of the bounding box.
    center: Option<Target>,
    /// Rotation from world axes to screen axes.
    screen_from_world: DQuat,
    /// Magnification at the rotation centre.
    zoom: f64,
    /// Position of the rotation centre in angstrom: screen x and y from the picture's centre, and a
    /// move along z that no zoom can express.
    offset_angstrom: DVec3,
}

impl Orbit {
    /// The camera of one of the six views.
    pub(crate) fn named(view: ViewName) -> Self {
        Self {
            center: None,
            screen_from_world: rotation_of(view),
            zoom: 1.0,
            offset_angstrom: DVec3::ZERO,
        }
    }

    /// Expresses a camera that commands have moved relative to the fitted one. `center` is its
    /// rotation centre.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn of_camera(
        camera: &Camera,
        center: Option<Target>,
        fitted: &Camera,
        structure: &Structure,
    ) -> Result<Self, SceneError> {
        Self::of_pose(
            &camera.pose(),
            camera.view().projection,
            center,
            fitted,
            structure,
        )
    }

    /// Does the same as [`Self::of_camera`] for a pose in world axes.
    ///
    /// # Errors
    /// As [`Camera::apply`].
    pub(crate) fn of_pose(
        pose: &Pose,
        projection: Projection,
        center: Option<Target>,
        fitted: &Camera,
        structure: &Structure,
    ) -> Result<Self, SceneError> {
        let mut origin = fitted.clone();
        if let Some(target) = &center {
            origin.apply(&[Command::Center(target.clone())], structure)?;
        }
        let pivot = origin.rotation_center();
        let at = pose.camera_from_world(pivot);
        let origin_depth = -origin.pose().camera_from_world(pivot).z;
        let (zoom, z) = if let (
            Projection::Orthographic { width_angstrom },
            Projection::Orthographic {
                width_angstrom: fitted,
            },
        ) = (projection, origin.view().projection)
        {
            (fitted / width_angstrom, 0.0)
        } else {
            let zoom = origin_depth / -at.z;
            if (MIN_ZOOM..=MAX_ZOOM).contains(&zoom) && origin_depth > 0.0 {
                (zoom, 0.0)
            } else {
                (1.0, origin_depth + at.z)
            }
        };
        Ok(Self {
            center,
            screen_from_world: pose.world_from_camera.inverse().normalize(),
            zoom,
            offset_angstrom: DVec3::new(at.x, at.y, z),
        })
    }

    /// The rotation centre that `commands` set: that of the last `center` after the last `view`.
    pub(crate) fn center_of(commands: &[Command]) -> Option<Target> {
        commands
            .iter()
            .rev()
            .take_while(|command| !matches!(command, Command::View(_)))
            .find_map(|command| match command {
                Command::Center(target) => Some(target.clone()),
                _ => None,
            })
    }

    /// The commands that move the fitted camera here, rounded for readability.
    pub(crate) fn commands(&self) -> Vec<Command> {
        self.commands_rounded(|number| round_to(number, DECIMALS), round_zoom)
    }

    fn commands_rounded(
        &self,
        round: impl Fn(f64) -> f64,
        round_zoom: impl Fn(f64) -> f64,
    ) -> Vec<Command> {
        let mut commands = Vec::new();
        commands.extend(self.center.clone().map(Command::Center));
        let named = ViewName::ALL.into_iter().find(|view| {
            self.center.is_none() && self.screen_from_world.angle_between(rotation_of(*view)) < 1e-6
        });
        if let Some(view) = named {
            if view != ViewName::Front {
                commands.push(Command::View(view));
            }
        } else {
            let (z, x, y) = self.screen_from_world.to_euler(EulerRot::ZXY);
            for (axis, radians) in [(Axis::Y, y), (Axis::X, x), (Axis::Z, z)] {
                let degrees = round(radians.to_degrees());
                if degrees != 0.0 {
                    commands.push(Command::Turn { axis, degrees });
                }
            }
        }
        let factor = round_zoom(self.zoom.clamp(MIN_ZOOM, MAX_ZOOM));
        if (factor - 1.0).abs() > f64::EPSILON {
            commands.push(Command::Zoom { factor });
        }
        let offset = self.offset_angstrom.to_array();
        for (axis, angstrom) in [Axis::X, Axis::Y, Axis::Z].into_iter().zip(offset) {
            let angstrom = round(angstrom);
            if angstrom != 0.0 {
                commands.push(Command::Move { axis, angstrom });
            }
        }
        commands
    }

    /// Rotates the scene about screen axes.
    pub(crate) fn rotate(&mut self, rotation: DQuat) {
        self.screen_from_world = (rotation * self.screen_from_world).normalize();
    }

    /// Moves the scene in the picture's plane, by angstrom at the rotation centre's depth.
    pub(crate) fn pan(&mut self, angstrom: DVec2) {
        self.offset_angstrom += angstrom.extend(0.0);
    }

    /// Enlarges the scene by a factor, within the limits of the zoom command.
    pub(crate) fn zoom(&mut self, factor: f64) {
        self.zoom = (self.zoom * factor).clamp(MIN_ZOOM, MAX_ZOOM);
    }
}

/// The rotation of a view from world axes to screen axes, relative to the front view.
fn rotation_of(view: ViewName) -> DQuat {
    let (axis, degrees) = view.turn_from_front();
    DQuat::from_axis_angle(axis.unit(), degrees.to_radians())
}

fn round_to(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // Adding zero converts a negative zero.
    (number * scale).round() / scale + 0.0
}

fn round_zoom(factor: f64) -> f64 {
    let decimals = ZOOM_DIGITS - 1 - factor.log10().floor() as i32;
    round_to(factor, decimals).clamp(MIN_ZOOM, MAX_ZOOM)
}

/// Returns the rotation of a drag between two points of the picture, in screen axes.
///
/// Shoemake, "ARCBALL: a user interface for specifying three-dimensional orientation using a
/// mouse", Graphics Interface 1992. A drag and its reverse cancel out, and so do detours; outside
/// of the ball the scene rotates about screen z.
pub(crate) fn arcball(from_px: DVec2, to_px: DVec2, size_px: DVec2) -> DQuat {
    let [a, b] = [from_px, to_px].map(|point| on_ball(point, size_px));
    DQuat::from_vec4(a.cross(b).extend(a.dot(b))).normalize()
}

/// Projects a point of the picture to the unit ball that fills it.
fn on_ball(point_px: DVec2, size_px: DVec2) -> DVec3 {
    let radius = 0.5 * size_px.min_element().max(1.0);
    let x = (point_px.x - 0.5 * size_px.x) / radius;
    let y = (0.5 * size_px.y - point_px.y) / radius;
    let out = x * x + y * y;
    if out > 1.0 {
        DVec3::new(x, y, 0.0) / out.sqrt()
    } else {
        DVec3::new(x, y, (1.0 - out).sqrt())
    }
}

#[cfg(test)]
mod tests;
