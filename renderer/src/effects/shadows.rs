//! Shadows of the key light: a second picture, of depths alone, is drawn from the light's
//! direction, and what lies behind its depths is in the shadow (Williams, "Casting curved shadows
//! on curved surfaces", 1978). Its edges are softened over three of its pixels (Reeves, Salesin and
//! Cook, "Rendering antialiased shadows with depth maps", 1987).

use glam::{DMat3, DQuat, DVec3, Mat3, Vec3};
use molshot_scenes::{CropRect, Plane};
use molshot_scenes::{Pose, Projection, RenderJob, SceneError, View, Viewport};

use super::occlusion::Camera;
use crate::camera_numbers::CameraNumbers;
use crate::frame::Frame;

/// Least and most pixels along an edge of the picture of depths.
const EDGES_PX: [f64; 2] = [256.0, 2048.0];
/// A surface is taken to lie so many of that picture's pixels nearer to the light than it does,
/// along its normal: the depths that it is compared with are those of its own neighbourhood.
const LIFT_PX: f32 = 2.5;
/// As far apart depths may be for rounding, angstrom.
const SLACK_ANGSTROM: f32 = 0.01;

/// What the light sees.
#[derive(Debug, Default)]
pub(super) struct Shadows {
    depth: Vec<f32>,
    edge: usize,
    lamp: Option<Lamp>,
}

/// From the camera's axes to the picture of depths, and the light's share of colours.
#[derive(Debug, Clone, Copy)]
struct Lamp {
    light_from_camera: Mat3,
    origin: Vec3,
    scale: f32,
    lift: f32,
    numbers: CameraNumbers,
}

/// The box of all that is drawn fits into this ball about its middle, angstrom.
fn radius_angstrom(job: &RenderJob) -> f64 {
    job.scene().clip_bounds.half_size().length().max(1.0)
}

/// Camera axes of the light: it looks along its own direction.
fn axes(job: &RenderJob) -> DMat3 {
    let back = -DVec3::from_array(job.scene().lighting.key_direction.map(f64::from)).normalize();
    let right = DVec3::Y.cross(back).normalize_or(DVec3::X);
    DMat3::from_cols(right, back.cross(right), back)
}

/// The picture from the light. About as fine as the job's own where the middle of what is drawn
/// lies.
pub(super) fn job_of_light(job: &RenderJob) -> Result<RenderJob, SceneError> {
    let (view, viewport) = (job.view(), job.viewport());
    let radius = radius_angstrom(job);
    let middle = job.scene().clip_bounds.center();
    let away = -view.pose.camera_from_world(middle).z;
    let per_angstrom = match view.projection {
        Projection::Perspective { .. } => view.pixel_scale(viewport) / away.max(radius * 0.5),
        Projection::Orthographic { .. } => view.pixel_scale(viewport),
    };
    let fine = f64::from(job.samples().count().isqrt());
    let edge = (2.0 * radius * per_angstrom * fine).clamp(EDGES_PX[0], EDGES_PX[1]) as u32;
    let world_from_light = DMat3::from_quat(view.pose.world_from_camera) * axes(job);
    let light = View {
        pose: Pose {
            position_angstrom: middle + world_from_light.z_axis * (radius + 1.0),
            world_from_camera: DQuat::from_mat3(&world_from_light),
        },
        projection: Projection::Orthographic {
            width_angstrom: 2.0 * radius,
        },
        near_angstrom: 0.5,
        far_angstrom: 2.0 * radius + 2.0,
    };
    let planes = [Plane::Depth].into_iter().collect();
    let samples = molshot_scenes::Samples::One;
    let scene = std::sync::Arc::clone(job.scene());
    RenderJob::new(scene, light, Viewport::whole(edge, edge), samples, planes)
}

impl Shadows {
    /// Takes what the light sees: `frame` is what drawing `light` gave. Its plane of depths is
    /// exchanged for that of the last picture.
    pub(super) fn take(&mut self, job: &RenderJob, light: &RenderJob, frame: &mut Frame) {
        let Some(depth) = &mut frame.depth_angstrom else {
            self.lamp = None;
            return;
        };
        std::mem::swap(&mut self.depth, depth);
        self.edge = light.viewport().width_px as usize;
        let view = job.view();
        let scale = light.view().pixel_scale(light.viewport());
        let light_from_camera = axes(job).transpose();
        let origin = view
            .pose
            .camera_from_world(light.view().pose.position_angstrom);
        self.lamp = Some(Lamp {
            light_from_camera: light_from_camera.as_mat3(),
            origin: origin.as_vec3(),
            scale: scale as f32,
            lift: LIFT_PX / scale as f32,
            numbers: CameraNumbers::new(job.scene(), DVec3::ZERO, view, job.viewport()),
        });
    }

    /// Takes the key light away from what lies in its shadow, in the part `inner` of a magnified
    /// picture that begins at `origin` and has rows of `width`.
    pub(super) fn darken(
        &self,
        camera: &Camera,
        frame: &mut Frame,
        origin: [u32; 2],
        inner: CropRect,
    ) {
        let width = frame.width_px as usize;
        let (Some(lamp), Some(color), Some(depth), Some(normal)) = (
            &self.lamp,
            &mut frame.color_rgba,
            &frame.depth_angstrom,
            &frame.normal,
        ) else {
            return;
        };
        let color = color.as_chunks_mut::<4>().0;
        for row in inner.y_px..inner.y_px + inner.height_px {
            for column in inner.x_px..inner.x_px + inner.width_px {
                let at = row as usize * width + column as usize;
                if !depth[at].is_finite() {
                    continue;
                }
                let point = camera.point(origin[0] + column, origin[1] + row, depth[at]);
                let (point, normal) = (Vec3::from_array(point), Vec3::from_array(normal[at]));
                let key = -normal.dot(Vec3::from_array(lamp.numbers.key_direction));
                if key > 0.0 {
                    let light = self.light(lamp, point + normal * lamp.lift);
                    if light < 1.0 {
                        lamp.take_away(&mut color[at], 1.0 - light, [point, normal], key);
                    }
                }
            }
        }
    }

    /// Share of the key light that comes to a point, in camera axes.
    fn light(&self, lamp: &Lamp, point: Vec3) -> f32 {
        let seen = lamp.light_from_camera * (point - lamp.origin);
        let depth = -seen.z - SLACK_ANGSTROM;
        let half = self.edge as f32 * 0.5;
        let axis = |at: f32| {
            let at = at - 0.5;
            let first = at.floor();
            (first as i64 - 1, at - first)
        };
        let (column, right) = axis(half + seen.x * lamp.scale);
        let (row, down) = axis(half - seen.y * lamp.scale);
        // A window of three pixels about the point, at its place between pixels.
        let mut sum = 0.0;
        for (y, tall) in (row..).zip([1.0 - down, 1.0, 1.0, down]) {
            for (x, wide) in (column..).zip([1.0 - right, 1.0, 1.0, right]) {
                let edge = self.edge as i64;
                let inside = (0..edge).contains(&x) && (0..edge).contains(&y);
                if !inside || self.depth[(y * edge + x) as usize] >= depth {
                    sum += tall * wide;
                }
            }
        }
        sum * (1.0 / 9.0)
    }
}

impl Lamp {
    /// Takes a share of the key light from a pixel: the formula of [`molshot_scenes::Lighting`]
    /// backwards to the body's colour, and forwards again with less.
    fn take_away(&self, pixel: &mut [u8; 4], share: f32, [point, normal]: [Vec3; 2], key: f32) {
        let numbers = &self.numbers;
        let kept = if numbers.cue_end_angstrom > 0.0 {
            let span = numbers.cue_end_angstrom - numbers.cue_start_angstrom;
            ((numbers.cue_end_angstrom + point.z) / span).clamp(0.0, 1.0)
        } else {
            1.0
        };
        // What has faded away has no shadow to be seen.
        if kept < 0.01 {
            return;
        }
        let direction = Vec3::from_array(numbers.key_direction);
        let fill = (-normal.dot(Vec3::from_array(numbers.fill_direction))).max(0.0);
        let diffuse = key * numbers.key_diffuse;
        let rest = numbers.ambient + fill * numbers.fill_diffuse;
        let towards = if numbers.perspective {
            point.normalize()
        } else {
            Vec3::NEG_Z
        };
        let mirror = (-(direction + 2.0 * key * normal).dot(towards)).max(0.0);
        let [m2, m4, m8] = {
            let m2 = mirror * mirror;
            let m4 = m2 * m2;
            [m2, m4, m4 * m4]
        };
        let highlight = 255.0 * numbers.specular * m8 * m8 * m8 * m4 * m2;
        for (level, cue) in pixel.iter_mut().zip(numbers.cue_color) {
            let faded = 255.0 * cue * (1.0 - kept);
            let lit = (f32::from(*level) - faded) / kept;
            // A level of 255 may stand for more; the body's colour is no more than white.
            let base = ((lit - highlight) / (rest + diffuse)).clamp(0.0, 255.0);
            let less = lit - share * (base * diffuse + highlight).min(lit);
            *level = (less.max(0.0) * kept + faded + 0.5).min(255.0) as u8;
        }
    }
}
