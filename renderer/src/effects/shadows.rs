//! Shadows of the key light, by shadow mapping: a second picture, of depths alone, is drawn from
//! the light's direction, and what lies behind its depths is in shadow (Williams, "Casting curved
//! shadows on curved surfaces", 1978). Edges are softened over three of its pixels by
//! percentage-closer filtering (Reeves, Salesin and Cook, "Rendering antialiased shadows with depth
//! maps", 1987).

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f32x4, f32x8, i32x8};
use glam::{DMat3, DQuat, DVec3, Mat3, Vec3};
use molshot_scenes::{CropRect, Plane};
use molshot_scenes::{Pose, Projection, RenderJob, SceneError, View, Viewport};

use super::camera::Camera;
use super::rows::RowThreads;
use super::{load_colors, store_colors};
use crate::camera_uniforms::CameraUniforms;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;
use crate::simd::{LANES, Vec3x8, add_scaled, at_least_zero, at_most, dot, each_axis, successive};

/// Smallest and largest edge of the shadow map, pixels.
const EDGES_PX: [f64; 2] = [256.0, 2048.0];
/// Normal offset in pixels of the shadow map: a surface point is moved by it along its normal
/// before its depth is compared, because the depths in the map are those of its neighbourhood.
const NORMAL_OFFSET_PX: f32 = 2.5;
/// Depth bias: depths may differ by so much through rounding, angstrom.
const DEPTH_BIAS_ANGSTROM: f32 = 0.01;

/// Edge of the window of shadow-map pixels that a point is compared with.
const WINDOW: usize = 4;
/// All pixels of the window.
const WHOLE_WINDOW: u32 = (1 << (WINDOW * WINDOW)) - 1;
/// What the depth cue leaves less than this of does not show a shadow.
const LEAST_KEPT: f32 = 0.01;

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
        threads: RowThreads,
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
        let rows = inner.y_px as usize..(inner.y_px + inner.height_px) as usize;
        let columns = inner.x_px as usize..(inner.x_px + inner.width_px) as usize;
        let color = &mut color.as_chunks_mut::<4>().0[rows.start * width..rows.end * width];
        threads.for_each_band(color, width, cancel, |band, pixels| {
            for (row, pixels) in (rows.start + band..).zip(pixels.chunks_exact_mut(width)) {
                let line = row * width + columns.start..row * width + columns.end;
                let seen = SeenRow {
                    column_px: origin[0] + inner.x_px,
                    row_px: origin[1] + row as u32,
                    depth: &depth[line.clone()],
                    normal: &normal[line],
                };
                let pixels = &mut pixels[columns.clone()];
                dispatch!(threads.level, simd => {
                    self.darken_row(simd, transform, camera, &seen, pixels);
                });
            }
        })
    }

    #[inline(always)]
    fn darken_row<S: Simd>(
        &self,
        simd: S,
        transform: &ShadowTransform,
        camera: &Camera,
        row: &SeenRow<'_>,
        pixels: &mut [[u8; 4]],
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let number = |x: f32| f32x8::splat(simd, x);
                let y = number(row.row_px as f32);
                let key_direction = splat(simd, transform.uniforms.key_direction);
                let offset = number(transform.normal_offset_angstrom);
                for (chunk, pixels) in pixels.chunks_mut(LANES).enumerate() {
                    let first = chunk * LANES;
                    let mut depths = [f32::INFINITY; LANES];
                    depths[..pixels.len()].copy_from_slice(&row.depth[first..][..pixels.len()]);
                    let depth = f32x8::from_slice(simd, &depths);
                    let seen = depth.simd_lt(number(f32::INFINITY));
                    if !seen.any_true() {
                        continue;
                    }
                    let mut normals = [[0.0; LANES]; 3];
                    for (lane, normal) in row.normal[first..][..pixels.len()].iter().enumerate() {
                        for axis in 0..3 {
                            normals[axis][lane] = normal[axis];
                        }
                    }
                    let normal = each_axis!(axis => f32x8::from_slice(simd, &normals[axis]));
                    let key = -dot(normal, key_direction);
                    let faces = (seen & key.simd_gt(number(0.0))).to_bitmask() as u32;
                    if faces == 0 {
                        continue;
                    }
                    let x = successive(simd, row.column_px + first as u32);
                    let point = camera.points(simd, [x, y], depth);
                    let light =
                        self.light(simd, transform, add_scaled(point, offset, normal), faces);
                    let dark = light.simd_lt(number(1.0));
                    if dark.any_true() {
                        let drawn = load_colors(simd, pixels);
                        let share = number(1.0) - light;
                        let less = transform.remove_light(simd, drawn, share, [point, normal], key);
                        store_colors(dark.select(less, drawn), pixels);
                    }
                }
            },
        );
    }

    /// Shares of the key light that reach eight points (camera axes), of those in `lanes`; one for
    /// the others.
    #[inline(always)]
    fn light<S: Simd>(
        &self,
        simd: S,
        transform: &ShadowTransform,
        point: Vec3x8<S>,
        mut lanes: u32,
    ) -> f32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let origin = transform.origin.to_array();
        let from_light = each_axis!(axis => point[axis] - number(origin[axis]));
        let axes = transform.light_from_camera.to_cols_array_2d();
        let seen = each_axis!(axis => {
            number(axes[0][axis]) * from_light[0]
                + number(axes[1][axis]) * from_light[1]
                + number(axes[2][axis]) * from_light[2]
        });
        let depth = -seen[2] - number(DEPTH_BIAS_ANGSTROM);
        let half = number(self.edge_px as f32 * 0.5);
        let scale = number(transform.scale);
        let places = [half + seen[0] * scale, half - seen[1] * scale];
        let (mut firsts, mut shares) = ([[0; LANES]; 2], [[0.0; LANES]; 2]);
        // Places farther than two windows outside the map are moved to that distance: no window
        // of theirs reaches the map, so they are lit alike.
        let beyond = number((self.edge_px + 2 * WINDOW) as f32);
        for axis in 0..2 {
            let at = places[axis] - number(0.5);
            let first = at.floor();
            (at - first).store_slice(&mut shares[axis]);
            let first = first.min(beyond).max(number(-(2.0 * WINDOW as f32)));
            (i32x8::truncate_from(first) - i32x8::splat(simd, 1)).store_slice(&mut firsts[axis]);
        }
        let mut depths = [0.0; LANES];
        depth.store_slice(&mut depths);
        let mut light = [1.0; LANES];
        // Not a closure, which would become a call.
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize % LANES;
            lanes &= lanes - 1;
            let lit = self.lit(simd, [firsts[0][lane], firsts[1][lane]], depths[lane]);
            if lit != WHOLE_WINDOW {
                light[lane] = window_mean(lit, [shares[0][lane], shares[1][lane]]);
            }
        }
        f32x8::from_slice(simd, &light)
    }

    /// The pixels of a window in which nothing lies before a depth, a bit each, row by row. What
    /// is outside the map is lit.
    #[inline(always)]
    fn lit<S: Simd>(&self, simd: S, [column, row]: [i32; 2], depth: f32) -> u32 {
        let edge = self.edge_px as i32;
        let inside = 0..=edge - WINDOW as i32;
        let mut lit = 0;
        if inside.contains(&column) && inside.contains(&row) {
            let first = row as usize * self.edge_px + column as usize;
            let depth = f32x4::splat(simd, depth);
            for line in 0..WINDOW {
                let map = &self.depth[first + line * self.edge_px..][..WINDOW];
                let bits = f32x4::from_slice(simd, map).simd_ge(depth).to_bitmask();
                lit |= (bits as u32) << (line * WINDOW);
            }
            return lit;
        }
        for place in 0..WINDOW * WINDOW {
            let (x, y) = (
                column + (place % WINDOW) as i32,
                row + (place / WINDOW) as i32,
            );
            let inside = (0..edge).contains(&x) && (0..edge).contains(&y);
            let free = !inside || self.depth[y as usize * self.edge_px + x as usize] >= depth;
            lit |= u32::from(free) << place;
        }
        lit
    }
}

/// What a row of a magnified picture shows.
struct SeenRow<'a> {
    /// Place of the first pixel in the magnified picture.
    column_px: u32,
    row_px: u32,
    depth: &'a [f32],
    normal: &'a [[f32; 3]],
}

/// Share of three by three pixels about a point, which lies this far right and down in its pixel,
/// that is lit. A bit of `lit` is a pixel of the window.
fn window_mean(lit: u32, [right, down]: [f32; 2]) -> f32 {
    let mut sum = 0.0;
    for (row, tall) in [1.0 - down, 1.0, 1.0, down].into_iter().enumerate() {
        for (column, wide) in [1.0 - right, 1.0, 1.0, right].into_iter().enumerate() {
            if lit >> (row * WINDOW + column) & 1 != 0 {
                sum += tall * wide;
            }
        }
    }
    sum * (1.0 / 9.0)
}

/// A vector in all lanes.
#[inline(always)]
fn splat<S: Simd>(simd: S, vector: [f32; 3]) -> Vec3x8<S> {
    each_axis!(axis => f32x8::splat(simd, vector[axis]))
}

impl ShadowTransform {
    /// Removes shares of the key light from eight pixels: inverts the formula of
    /// [`molshot_scenes::Lighting`] to get the primitives' colours, and shades them with less
    /// light.
    #[inline(always)]
    fn remove_light<S: Simd>(
        &self,
        simd: S,
        pixels: i32x8<S>,
        share: f32x8<S>,
        [point, normal]: [Vec3x8<S>; 2],
        key: f32x8<S>,
    ) -> i32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let (one, white) = (number(1.0), number(255.0));
        let uniforms = &self.uniforms;
        let kept = if uniforms.cue_end_angstrom > 0.0 {
            let span = number(uniforms.cue_end_angstrom - uniforms.cue_start_angstrom);
            let kept = (number(uniforms.cue_end_angstrom) + point[2]) / span;
            at_most(simd, at_least_zero(simd, kept), 1.0)
        } else {
            one
        };
        let direction = splat(simd, uniforms.key_direction);
        let fill = at_least_zero(simd, -dot(normal, splat(simd, uniforms.fill_direction)));
        let diffuse = key * number(uniforms.key_diffuse);
        let rest = number(uniforms.ambient) + fill * number(uniforms.fill_diffuse);
        let towards = if uniforms.perspective {
            let per_length = one / dot(point, point).sqrt();
            each_axis!(axis => point[axis] * per_length)
        } else {
            splat(simd, [0.0, 0.0, -1.0])
        };
        let mirrored = add_scaled(direction, number(2.0) * key, normal);
        let mirror = at_least_zero(simd, -dot(mirrored, towards));
        let m2 = mirror * mirror;
        let m4 = m2 * m2;
        let m8 = m4 * m4;
        let highlight = number(255.0 * uniforms.specular) * m8 * m8 * m8 * m4 * m2;
        let byte = i32x8::splat(simd, 255);
        let mut darkened = pixels & i32x8::splat(simd, 255 << 24);
        for (channel, cue) in uniforms.cue_color.into_iter().enumerate().take(3) {
            let shift = 8 * channel as u32;
            let level = f32x8::float_from((pixels >> shift) & byte);
            let faded = number(255.0 * cue) * (one - kept);
            let lit = (level - faded) / kept;
            // A level of 255 may be clipped; the primitive's colour is at most white.
            let base = at_least_zero(simd, (lit - highlight) / (rest + diffuse));
            let base = at_most(simd, base, 255.0);
            let less = lit - share * (base * diffuse + highlight).min(lit);
            let level = at_least_zero(simd, less) * kept + faded + number(0.5);
            darkened |= i32x8::truncate_from(level.min(white)) << shift;
        }
        kept.simd_lt(number(LEAST_KEPT)).select(pixels, darkened)
    }
}
