//! Shadows of the key light, by shadow mapping: a second picture, of depths alone, is drawn from
//! the light's direction, and what lies behind its depths is in shadow (Williams, "Casting curved
//! shadows on curved surfaces", 1978). Edges are softened over three of its pixels by
//! percentage-closer filtering (Reeves, Salesin and Cook, "Rendering antialiased shadows with depth
//! maps", 1987).

use glam::{DMat3, DQuat, DVec3, Mat3, Vec3};
use molshot_scenes::{CropRect, Plane};
use molshot_scenes::{Pose, Projection, RenderJob, SceneError, View, Viewport};

use super::occlusion::Camera;
use crate::camera_uniforms::CameraUniforms;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

/// Smallest and largest edge of the shadow map, pixels.
const EDGES_PX: [f64; 2] = [256.0, 2048.0];
/// Normal offset in pixels of the shadow map: a surface point is moved by it along its normal
/// before its depth is compared, because the depths in the map are those of its neighbourhood.
const NORMAL_OFFSET_PX: f32 = 2.5;
/// Depth bias: depths may differ by so much through rounding, angstrom.
const DEPTH_BIAS_ANGSTROM: f32 = 0.01;

/// Depths as seen from the key light.
#[derive(Debug, Default)]
pub(super) struct ShadowMap {
    depth: Vec<f32>,
    edge_px: usize,
    transform: Option<ShadowTransform>,
}

/// From camera axes to the shadow map, and what is needed to take the light out of a colour.
#[derive(Debug, Clone, Copy)]
struct ShadowTransform {
    light_from_camera: Mat3,
    origin: Vec3,
    scale: f32,
    normal_offset_angstrom: f32,
    uniforms: CameraUniforms,
}

/// Radius of the bounding sphere of all that is drawn, angstrom.
fn radius_angstrom(job: &RenderJob) -> f64 {
    job.scene().clip_bounds.half_size().length().max(1.0)
}

/// Camera axes of the light: it looks along its own direction.
fn axes(job: &RenderJob) -> DMat3 {
    let back = -DVec3::from_array(job.scene().lighting.key_direction.map(f64::from)).normalize();
    let right = DVec3::Y.cross(back).normalize_or(DVec3::X);
    DMat3::from_cols(right, back.cross(right), back)
}

/// The job that draws the shadow map. At the centre of what is drawn its resolution is about that
/// of the job's own picture.
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

impl ShadowMap {
    /// Sets the shadow map from `frame`, which is drawn from `light`. The frame gets the depth
    /// plane of the last shadow map in exchange, so that its memory is reused.
    pub(super) fn set_depths(&mut self, job: &RenderJob, light: &RenderJob, frame: &mut Frame) {
        let Some(depth) = &mut frame.depth_angstrom else {
            self.transform = None;
            return;
        };
        std::mem::swap(&mut self.depth, depth);
        self.edge_px = light.viewport().width_px as usize;
        let view = job.view();
        let scale = light.view().pixel_scale(light.viewport());
        let light_from_camera = axes(job).transpose();
        let origin = view
            .pose
            .camera_from_world(light.view().pose.position_angstrom);
        self.transform = Some(ShadowTransform {
            light_from_camera: light_from_camera.as_mat3(),
            origin: origin.as_vec3(),
            scale: scale as f32,
            normal_offset_angstrom: NORMAL_OFFSET_PX / scale as f32,
            uniforms: CameraUniforms::new(job.scene(), DVec3::ZERO, view, job.viewport()),
        });
    }

    /// Removes the key light from what lies in its shadow, in the part `inner` of a magnified frame
    /// whose first pixel is `origin` in the magnified picture.
    pub(super) fn darken(
        &self,
        camera: &Camera,
        frame: &mut Frame,
        origin: [u32; 2],
        inner: CropRect,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let width = frame.width_px as usize;
        let (Some(transform), Some(color), Some(depth), Some(normal)) = (
            &self.transform,
            &mut frame.color_rgba,
            &frame.depth_angstrom,
            &frame.normal,
        ) else {
            return Ok(());
        };
        let color = color.as_chunks_mut::<4>().0;
        for row in inner.y_px..inner.y_px + inner.height_px {
            cancel.check()?;
            for column in inner.x_px..inner.x_px + inner.width_px {
                let at = row as usize * width + column as usize;
                if !depth[at].is_finite() {
                    continue;
                }
                let point = camera.point(origin[0] + column, origin[1] + row, depth[at]);
                let (point, normal) = (Vec3::from_array(point), Vec3::from_array(normal[at]));
                let key = -normal.dot(Vec3::from_array(transform.uniforms.key_direction));
                if key > 0.0 {
                    let light =
                        self.light(transform, point + normal * transform.normal_offset_angstrom);
                    if light < 1.0 {
                        transform.remove_light(&mut color[at], 1.0 - light, [point, normal], key);
                    }
                }
            }
        }
        Ok(())
    }

    /// Share of the key light that reaches a point (camera axes).
    fn light(&self, transform: &ShadowTransform, point: Vec3) -> f32 {
        let seen = transform.light_from_camera * (point - transform.origin);
        let depth = -seen.z - DEPTH_BIAS_ANGSTROM;
        let half = self.edge_px as f32 * 0.5;
        let axis = |at: f32| {
            let at = at - 0.5;
            let first = at.floor();
            (first as i64 - 1, at - first)
        };
        let (column, right) = axis(half + seen.x * transform.scale);
        let (row, down) = axis(half - seen.y * transform.scale);
        // A window of three by three pixels about the point, with sub-pixel weights.
        let mut sum = 0.0;
        for (y, tall) in (row..).zip([1.0 - down, 1.0, 1.0, down]) {
            for (x, wide) in (column..).zip([1.0 - right, 1.0, 1.0, right]) {
                let edge = self.edge_px as i64;
                let inside = (0..edge).contains(&x) && (0..edge).contains(&y);
                if !inside || self.depth[(y * edge + x) as usize] >= depth {
                    sum += tall * wide;
                }
            }
        }
        sum * (1.0 / 9.0)
    }
}

impl ShadowTransform {
    /// Removes a share of the key light from a pixel: inverts the formula of
    /// [`molshot_scenes::Lighting`] to get the primitive's colour, and shades it with less light.
    fn remove_light(&self, pixel: &mut [u8; 4], share: f32, [point, normal]: [Vec3; 2], key: f32) {
        let uniforms = &self.uniforms;
        let kept = if uniforms.cue_end_angstrom > 0.0 {
            let span = uniforms.cue_end_angstrom - uniforms.cue_start_angstrom;
            ((uniforms.cue_end_angstrom + point.z) / span).clamp(0.0, 1.0)
        } else {
            1.0
        };
        // A shadow is not visible where the depth cue hides the colour.
        if kept < 0.01 {
            return;
        }
        let direction = Vec3::from_array(uniforms.key_direction);
        let fill = (-normal.dot(Vec3::from_array(uniforms.fill_direction))).max(0.0);
        let diffuse = key * uniforms.key_diffuse;
        let rest = uniforms.ambient + fill * uniforms.fill_diffuse;
        let towards = if uniforms.perspective {
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
        let highlight = 255.0 * uniforms.specular * m8 * m8 * m8 * m4 * m2;
        for (level, cue) in pixel.iter_mut().zip(uniforms.cue_color) {
            let faded = 255.0 * cue * (1.0 - kept);
            let lit = (f32::from(*level) - faded) / kept;
            // A level of 255 may be clipped; the primitive's colour is at most white.
            let base = ((lit - highlight) / (rest + diffuse)).clamp(0.0, 255.0);
            let less = lit - share * (base * diffuse + highlight).min(lit);
            *level = (less.max(0.0) * kept + faded + 0.5).min(255.0) as u8;
        }
    }
}
