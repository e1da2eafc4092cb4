//! Where the camera went, as the fewest view commands that lead there.
//!
//! A camera that view commands move has six degrees of freedom, a zoom (parallel projection) and a
//! rotation centre. Turned by `R` (world axes to screen axes), with its rotation centre at
//! `(x, y, -depth)` in screen axes, it is reached from the fitted front view by at most seven
//! commands: `center`, which fixes the rotation centre and the depth `d0`; three `roll`s, the Euler
//! angles of `R = Rz Rx Ry`; `zoom d0 / depth`; `move x` and `move y`. As they do not name the size
//! of the picture, they mean the same view in a window of another size.

use glam::{DQuat, DVec2, DVec3, EulerRot};
use molshot_molecule::Structure;
use molshot_scenes::commands::{Axis, MAX_ZOOM, MIN_ZOOM, Target, ViewName};
use molshot_scenes::{Camera, Command, Pose, Projection, SceneError};

/// Decimals of angles in degrees and of distances in angstrom: at a thousand pixels a hundredth of
/// a pixel.
const DECIMALS: i32 = 3;
/// Digits of a zoom factor.
const ZOOM_DIGITS: i32 = 6;

/// A camera relative to the fitted front view.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Orbit {
    /// What the scene turns about; the box's centre without it.
    center: Option<Target>,
    /// World axes to screen axes.
    turned: DQuat,
    /// How many times larger what is at the rotation centre became.
    zoom: f64,
    /// Where the rotation centre lies, screen x and y from the picture's centre; z is a move that
    /// no zoom can say. Angstrom.
    moved: DVec3,
}

impl Orbit {
    /// One of the six views.
    pub(crate) fn named(view: ViewName) -> Self {
        Self {
            center: None,
            turned: turn_of(view),
            zoom: 1.0,
            moved: DVec3::ZERO,
        }
    }

    /// What a camera that commands have moved looks like from the fitted one. `center` is what it
    /// turns about.
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

    /// As [`Self::of_camera`], for a pose in world axes.
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
            turned: pose.world_from_camera.inverse().normalize(),
            zoom,
            moved: DVec3::new(at.x, at.y, z),
        })
    }

    /// What `commands` make the rotation centre of: the selection of the last `center` since the
    /// last `view`.
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

    /// The commands that lead here from the fitted camera, rounded as people read them.
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
        let named = ViewName::ALL
            .into_iter()
            .find(|view| self.center.is_none() && self.turned.angle_between(turn_of(*view)) < 1e-6);
        if let Some(view) = named {
            if view != ViewName::Front {
                commands.push(Command::View(view));
            }
        } else {
            let (z, x, y) = self.turned.to_euler(EulerRot::ZXY);
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
        let moved = self.moved.to_array();
        for (axis, angstrom) in [Axis::X, Axis::Y, Axis::Z].into_iter().zip(moved) {
            let angstrom = round(angstrom);
            if angstrom != 0.0 {
                commands.push(Command::Move { axis, angstrom });
            }
        }
        commands
    }

    /// Turns the scene, screen axes.
    pub(crate) fn turn(&mut self, turn: DQuat) {
        self.turned = (turn * self.turned).normalize();
    }

    /// Moves the scene in the picture's plane, angstrom at the rotation centre's depth.
    pub(crate) fn shift(&mut self, angstrom: DVec2) {
        self.moved += angstrom.extend(0.0);
    }

    /// Makes the scene larger, within the limits of the command.
    pub(crate) fn zoom(&mut self, factor: f64) {
        self.zoom = (self.zoom * factor).clamp(MIN_ZOOM, MAX_ZOOM);
    }
}

/// The turn of a view from the front view, world axes to screen axes.
fn turn_of(view: ViewName) -> DQuat {
    let (axis, degrees) = view.turn_from_front();
    DQuat::from_axis_angle(axis.unit(), degrees.to_radians())
}

fn round_to(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    // Without the sum a negative zero would stay one.
    (number * scale).round() / scale + 0.0
}

fn round_zoom(factor: f64) -> f64 {
    let decimals = ZOOM_DIGITS - 1 - factor.log10().floor() as i32;
    round_to(factor, decimals).clamp(MIN_ZOOM, MAX_ZOOM)
}

/// The turn of a drag from one point of the picture to another, screen axes: Shoemake, "ARCBALL: a
/// user interface for specifying three-dimensional orientation using a mouse", Graphics Interface
/// 1992. A drag and its way back cancel out, and so do its detours; outside of the ball the scene
/// rolls about screen z.
pub(crate) fn arcball(from_px: DVec2, to_px: DVec2, size_px: DVec2) -> DQuat {
    let [a, b] = [from_px, to_px].map(|point| on_ball(point, size_px));
    DQuat::from_vec4(a.cross(b).extend(a.dot(b))).normalize()
}

/// A point of the picture on the unit ball that fills it.
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
