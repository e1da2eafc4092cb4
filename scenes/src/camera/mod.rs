//! The camera: how it is fitted to a scene, and how view commands move it.
//!
//! The conventions are `ChimeraX`'s (its user guide's `view`, `turn`, `move` and `camera` pages,
//! and observation of its cameras), for pictures of both programs to be comparable:
//!
//! - Screen axes: x right, y up, z towards the viewer; the camera looks along its -z. Turns follow
//!   the right-hand rule, and it is the scene that seems to turn and to move; in fact the camera
//!   does.
//! - **Fit.** The front view looks along world -z. With `e` the corners of the scene's bounding box
//!   relative to its centre, `tx = tan(fov / 2)` and `ty = tx * height / width`, the camera stands
//!   at `centre + z * max over e of { |e.x| / tx + e.z, |e.y| / ty + e.z } / 0.95`. The rotation
//!   centre is the box's centre. Parallel projection: the camera stands there, too, and the picture
//!   is `max { 2 |e.x|, 2 |e.y| * width / height } / 0.95` wide. With
//!   [`CameraFit::Ribbons`](crate::request::CameraFit) the box is that of the ribbons of all
//!   polymers, drawn or not.
//! - `view NAME`: the fitted front view, turned; rotation centre and zoom are those of the fit
//!   again.
//! - `roll`: about the screen axis through the rotation centre.
//! - `move`: along the screen axis. In parallel projection `move z` changes nothing.
//! - `zoom`: the camera's distance to the rotation centre along the view axis is divided by the
//!   factor; in parallel projection the picture's width is.
//! - `center`: the centroid of all atoms of the selection, drawn or not, becomes the rotation
//!   centre; the camera moves in its own x and y until the centroid falls on the picture's centre.
//! - `crop`: does not touch the camera.
//! - **Clip planes** of the final pose: with `d` the distance to the box's centre along the view
//!   axis and `r` 1.01 times half of the box's diagonal (the box being widened to what a transform
//!   has moved out of it), `near = max(d - r, 0.001 * 2 r)` and `far = d + r`, or `2 * near` where
//!   that is behind the near plane.
//! - **Views are settled**: the final pose is rounded to 2^-24 angstrom and 2^-30 in its
//!   quaternion, so that ways to the same camera end in the same bits.

mod of_scene;
#[cfg(test)]
mod tests;
mod view_point;

use glam::{DQuat, DVec3};
use molshot_molecule::{CancelToken, Cancelled, Structure};

use crate::commands::{
    Axis, COMMANDS_POINTER, Command, Crop, Extent, Target, ViewName, second_crop,
};
use crate::error::SceneError;
use crate::request::{CameraRequest, ProjectionKind, check_edge};
use crate::scene::{BoundingBox, Scene};
use crate::view::{CropRect, Pose, Projection, View, Viewport};

pub use view_point::ViewPoint;

/// Share of the picture that is left free by the fit.
const PAD: f64 = 0.05;
/// How much farther than the box's corners the clip planes lie.
const CLIP_PAD: f64 = 0.01;
/// Smallest depth of the near plane, as a share of the distance between the clip planes.
const MIN_NEAR: f64 = 0.001;
/// Farther than this from the scene, in angstrom, the camera sees nothing and `f32` drawing loses
/// its last digits.
const MAX_DISTANCE_ANGSTROM: f64 = 1e7;

/// A camera that view commands move. Angles and positions are kept in `f64`, the orientation as a
/// unit quaternion.
#[derive(Debug, Clone, PartialEq)]
pub struct Camera {
    pose: Pose,
    projection: Projection,
    rotation_center: DVec3,
    front: Pose,
    front_projection: Projection,
    bounds: BoundingBox,
    clip_bounds: BoundingBox,
    viewport: Viewport,
    cropped: bool,
}

impl Camera {
    /// Fits a camera to a box (see the module's documentation).
    ///
    /// # Errors
    /// [`SceneError::Invalid`] when the field of view is not within 1 to 170 degrees, the size not
    /// within 1 to [`crate::job::MAX_EDGE_PX`] pixels, or the box not finite.
    pub fn fit(
        bounds: &BoundingBox,
        request: &CameraRequest,
        width_px: u32,
        height_px: u32,
    ) -> Result<Self, SceneError> {
        request.validate()?;
        check_edge("/output/width_px", width_px)?;
        check_edge("/output/height_px", height_px)?;
        let half = bounds.half_size();
        let center = bounds.center();
        if !half.is_finite() || !center.is_finite() || half.min_element() < 0.0 {
            return Err(SceneError::invalid(
                "/structure",
                "the structure has no finite extent".into(),
                "give atoms with finite coordinates".into(),
            ));
        }
        // A box without extent (which no drawn atom has) would put the camera into it.
        let half = half.max(DVec3::splat(1e-3));
        let aspect = f64::from(width_px) / f64::from(height_px);
        let tan_x = (request.fov_degrees.to_radians() * 0.5).tan();
        let tan_y = tan_x / aspect;
        // The nearest corners decide: |e.x|, |e.y| are the same for all eight, and e.z is largest
        // there.
        let distance = (half.x / tan_x).max(half.y / tan_y) + half.z;
        let front = Pose {
            position_angstrom: center + DVec3::Z * (distance / (1.0 - PAD)),
            world_from_camera: DQuat::IDENTITY,
        };
        let projection = match request.projection {
            ProjectionKind::Perspective => Projection::Perspective {
                fov_x_degrees: request.fov_degrees,
            },
            ProjectionKind::Orthographic => Projection::Orthographic {
                width_angstrom: (2.0 * half.x).max(2.0 * half.y * aspect) / (1.0 - PAD),
            },
        };
        Ok(Self {
            pose: front,
            projection,
            rotation_center: center,
            front,
            front_projection: projection,
            bounds: *bounds,
            clip_bounds: *bounds,
            viewport: Viewport::whole(width_px, height_px),
            cropped: false,
        })
    }

    /// The same camera with clip planes that also hold what another scene shows: of a later time,
    /// say, in which the atoms are elsewhere.
    #[must_use]
    pub fn clipping_behind(mut self, scene: &Scene) -> Self {
        self.clip_bounds = self.clip_bounds.union(&scene.clip_bounds);
        self
    }

    /// Where the camera stands.
    #[must_use]
    pub fn pose(&self) -> Pose {
        self.pose
    }

    /// The point about which `roll` turns, world axes, angstrom.
    #[must_use]
    pub fn rotation_center(&self) -> DVec3 {
        self.rotation_center
    }

    /// Size of the picture and the part of it that is drawn.
    #[must_use]
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// Applies commands in order. `structure` is what selections refer to.
    ///
    /// # Errors
    /// [`SceneError::Command`], numbered within `commands` and without the entry in its pointer,
    /// when a selection matches no atom, a crop reaches out of the picture or is the second one,
    /// the rotation centre is behind the camera where a zoom is wanted, or the camera leaves
    /// every reasonable distance.
    pub fn apply(&mut self, commands: &[Command], structure: &Structure) -> Result<(), SceneError> {
        self.apply_cancellable(commands, structure, &CancelToken::new())
    }

    /// As [`Self::apply`]; looks at `cancel` before each command and within selections.
    ///
    /// # Errors
    /// As [`Self::apply`], and [`SceneError::Cancelled`].
    pub fn apply_cancellable(
        &mut self,
        commands: &[Command],
        structure: &Structure,
        cancel: &CancelToken,
    ) -> Result<(), SceneError> {
        for (index, command) in commands.iter().enumerate() {
            cancel.check()?;
            self.apply_one(command, structure, cancel)
                .and_then(|()| Ok(self.check()?))
                .map_err(|problem| match problem {
                    CommandProblem::Cancelled(cancelled) => cancelled.into(),
                    CommandProblem::Wrong((problem, remedy)) => SceneError::Command {
                        number: index + 1,
                        pointer: COMMANDS_POINTER.into(),
                        command: command.to_string(),
                        problem,
                        remedy,
                    },
                })?;
        }
        Ok(())
    }

    fn apply_one(
        &mut self,
        command: &Command,
        structure: &Structure,
        cancel: &CancelToken,
    ) -> Result<(), CommandProblem> {
        match command {
            Command::View(name) => self.reset(*name),
            Command::Turn { axis, degrees } => self.turn(*axis, *degrees),
            Command::Move { axis, angstrom } => self.shift(*axis, *angstrom),
            Command::Zoom { factor } => return Ok(self.zoom(*factor)?),
            Command::Center(target) => {
                let centroid = centroid(target, structure, cancel)?;
                self.center(centroid);
            }
            Command::Crop(crop) => {
                if self.cropped {
                    return Err(second_crop().into());
                }
                self.viewport.crop = resolve_crop(crop, &self.viewport)?;
                self.cropped = true;
            }
        }
        Ok(())
    }

    /// One of the six views, as fitted.
    fn reset(&mut self, name: ViewName) {
        self.pose = self.front;
        self.projection = self.front_projection;
        self.rotation_center = self.bounds.center();
        let (axis, degrees) = name.turn_from_front();
        self.turn(axis, degrees);
    }

    /// The scene turns by `degrees` about a screen axis through the rotation centre.
    fn turn(&mut self, axis: Axis, degrees: f64) {
        // The remainder is exact, and keeps the precision that a large angle in radians would lose.
        let radians = (degrees % 360.0).to_radians();
        let world_axis = self.pose.world_from_camera * axis.unit();
        let turn = DQuat::from_axis_angle(world_axis.normalize(), -radians);
        let arm = self.pose.position_angstrom - self.rotation_center;
        self.pose = Pose {
            position_angstrom: self.rotation_center + turn * arm,
            world_from_camera: (turn * self.pose.world_from_camera).normalize(),
        };
    }

    /// The scene moves by `angstrom` along a screen axis.
    fn shift(&mut self, axis: Axis, angstrom: f64) {
        if axis == Axis::Z && matches!(self.projection, Projection::Orthographic { .. }) {
            return;
        }
        self.pose.position_angstrom -= self.pose.world_from_camera * (axis.unit() * angstrom);
    }

    fn zoom(&mut self, factor: f64) -> Result<(), ProblemAndRemedy> {
        if let Projection::Orthographic { width_angstrom } = &mut self.projection {
            *width_angstrom /= factor;
            return Ok(());
        }
        let depth = -self.pose.camera_from_world(self.rotation_center).z;
        if depth <= 0.0 {
            return Err((
                "the rotation centre is behind the camera".into(),
                "zoom before moving the camera through the scene".into(),
            ));
        }
        self.shift(Axis::Z, depth - depth / factor);
        Ok(())
    }

    /// A point becomes the rotation centre and comes to the picture's centre.
    fn center(&mut self, world: DVec3) {
        let mut offset = self.pose.camera_from_world(world);
        offset.z = 0.0;
        self.pose.position_angstrom += self.pose.world_from_camera * offset;
        self.rotation_center = world;
    }

    /// Refuses a camera that no longer means anything.
    fn check(&self) -> Result<(), ProblemAndRemedy> {
        let distance = self.pose.position_angstrom.distance(self.bounds.center());
        let width = match self.projection {
            Projection::Perspective { .. } => 1.0,
            Projection::Orthographic { width_angstrom } => width_angstrom,
        };
        // Written so that not-a-number fails, too.
        if distance < MAX_DISTANCE_ANGSTROM && (1e-6..1e9).contains(&width) {
            return Ok(());
        }
        Err((
            "this leads the camera out of every reasonable distance".into(),
            "move and zoom by less in all, or start again with a view".into(),
        ))
    }

    /// The camera as it stands, with its clip planes. Cameras that are equal but for the noise of
    /// the way that led to them have views that are equal bit for bit: pose and width are rounded
    /// to a fine grid (`settled_pose`).
    #[must_use]
    pub fn view(&self) -> View {
        let radius = ((1.0 + CLIP_PAD) * self.clip_bounds.half_size().length()).max(1e-3);
        let min_near = MIN_NEAR * 2.0 * radius;
        let mut pose = settled_pose(self.pose);
        let projection = match self.projection {
            Projection::Orthographic { width_angstrom } => Projection::Orthographic {
                width_angstrom: settled_width(width_angstrom),
            },
            perspective @ Projection::Perspective { .. } => perspective,
        };
        let mut depth = -pose.camera_from_world(self.clip_bounds.center()).z;
        if matches!(projection, Projection::Orthographic { .. }) && depth - radius < min_near {
            // Parallel projection looks the same from farther away, and from there nothing is cut
            // off.
            let back = min_near - (depth - radius);
            pose.position_angstrom += pose.world_from_camera * (DVec3::Z * back);
            depth += back;
        }
        let near_angstrom = (depth - radius).max(min_near);
        let far_angstrom = if depth + radius > near_angstrom {
            depth + radius
        } else {
            2.0 * near_angstrom
        };
        View {
            pose,
            projection,
            near_angstrom,
            far_angstrom,
        }
    }
}

/// Steps of the grid of orientations, a unit; of positions, an angstrom: rounding noise is some
/// 1e-15 and 1e-13 of these, one pixel of the largest picture is more than a hundred steps.
const ROTATION_STEPS: f64 = (1_u64 << 30) as f64;
/// See [`ROTATION_STEPS`].
const POSITION_STEPS: f64 = (1_u64 << 24) as f64;

/// A pose on a grid far above the noise of double precision and far below a pixel. Labels stand at
/// whole eighths of a pixel: without this, noise would move letters to the next one, and a
/// sequence of commands with its inverse would not give the first picture back.
fn settled_pose(pose: Pose) -> Pose {
    let turn = pose.world_from_camera;
    // Both signs are the same rotation: the greatest component decides, the later of two that are
    // equal but for noise.
    let greatest = turn
        .to_array()
        .into_iter()
        .fold(0.0, |greatest: f64, part| {
            if part.abs() > greatest.abs() - 1.0 / ROTATION_STEPS {
                part
            } else {
                greatest
            }
        });
    let turn = if greatest < 0.0 { -turn } else { turn };
    Pose {
        position_angstrom: pose
            .position_angstrom
            .to_array()
            .map(|part| settled(part, POSITION_STEPS))
            .into(),
        world_from_camera: DQuat::from_array(
            turn.to_array().map(|part| settled(part, ROTATION_STEPS)),
        )
        .normalize(),
    }
}

/// A width on a grid of 30 binary digits.
fn settled_width(width: f64) -> f64 {
    settled(width, ROTATION_STEPS / width.log2().floor().exp2())
}

/// The point of a grid that is next to `part`, but for a small shift of the borders between points:
/// coordinates of files, and halves of them, are dyadic numbers that lie exactly on unshifted
/// borders now and then.
fn settled(part: f64, steps: f64) -> f64 {
    const SHIFT: f64 = 0.213_7;
    (part * steps + SHIFT).round() / steps
}

/// What is wrong and what would be right.
type ProblemAndRemedy = (String, String);

/// Why a command was not applied.
enum CommandProblem {
    Wrong(ProblemAndRemedy),
    Cancelled(Cancelled),
}

impl From<ProblemAndRemedy> for CommandProblem {
    fn from(problem: ProblemAndRemedy) -> Self {
        Self::Wrong(problem)
    }
}

impl From<Cancelled> for CommandProblem {
    fn from(cancelled: Cancelled) -> Self {
        Self::Cancelled(cancelled)
    }
}

/// Mean position of the atoms of a selection, angstrom.
fn centroid(
    target: &Target,
    structure: &Structure,
    cancel: &CancelToken,
) -> Result<DVec3, CommandProblem> {
    let chosen = target.selection.evaluate_cancellable(structure, cancel)?;
    let mut sum = DVec3::ZERO;
    let mut count = 0_u32;
    let positions = &structure.atoms().position_angstrom;
    for (position, _) in positions.iter().zip(chosen).filter(|(_, chosen)| *chosen) {
        sum += DVec3::from_array(position.map(f64::from));
        count += 1;
    }
    if count == 0 {
        let problem: ProblemAndRemedy = (
            "the selection matches no atom".into(),
            "name atoms that the structure has".into(),
        );
        return Err(problem.into());
    }
    Ok(sum / f64::from(count))
}

/// A crop in pixels. Percent are rounded to the nearest pixel; a rectangle in percent has its edges
/// rounded, so that neighbouring rectangles neither overlap nor leave a gap.
fn resolve_crop(crop: &Crop, viewport: &Viewport) -> Result<CropRect, ProblemAndRemedy> {
    let (x_px, width_px) = resolve_span(crop.x, crop.width, viewport.width_px);
    let (y_px, height_px) = resolve_span(crop.y, crop.height, viewport.height_px);
    let inside = |start: u32, length: u32, whole: u32| {
        u64::from(start) + u64::from(length) <= u64::from(whole)
    };
    let remedy = || {
        format!(
            "give a rectangle inside the {} x {} pixels of the whole picture",
            viewport.width_px, viewport.height_px
        )
    };
    if width_px == 0 || height_px == 0 {
        return Err(("the rectangle holds no pixel".into(), remedy()));
    }
    if !inside(x_px, width_px, viewport.width_px) || !inside(y_px, height_px, viewport.height_px) {
        return Err((
            format!(
                "the rectangle {x_px} {y_px} {width_px} {height_px} reaches out of the picture"
            ),
            remedy(),
        ));
    }
    Ok(CropRect {
        x_px,
        y_px,
        width_px,
        height_px,
    })
}

/// Start and length in pixels along an edge of `whole` pixels.
fn resolve_span(start: Extent, length: Extent, whole: u32) -> (u32, u32) {
    let of_whole = |percent: f64| (percent / 100.0 * f64::from(whole)).round() as u32;
    let pixels = |extent: Extent| match extent {
        Extent::Pixels(pixels) => pixels,
        Extent::Percent(percent) => of_whole(percent),
    };
    match (start, length) {
        (Extent::Percent(start), Extent::Percent(length)) => {
            let first = of_whole(start);
            (first, of_whole(start + length) - first)
        }
        _ => (pixels(start), pixels(length)),
    }
}
