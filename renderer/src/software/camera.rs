//! One frame's camera, and the rays through its pixels, as the inner loops read them.

use std::ops::Deref;

use fearless_simd::f32x8;
use fearless_simd::prelude::*;
use glam::{DVec3, Vec3, Vec4};
use molshot_scenes::RenderJob;

use crate::camera_uniforms::CameraUniforms;
use crate::simd::{QUAD, Vec3x8, each_axis};

/// [`CameraUniforms`], and values that follow from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    uniforms: CameraUniforms,
    /// Columns of `camera_from_scene`: the rotation's three, then the translation.
    columns: [Vec3; 4],
    /// Centre of the whole image, pixels.
    pub(super) center_px: [f32; 2],
}

impl Deref for Camera {
    type Target = CameraUniforms;

    fn deref(&self) -> &CameraUniforms {
        &self.uniforms
    }
}

impl Camera {
    /// `scene_origin` is the world point that positions of the scene data refer to.
    pub(super) fn new(job: &RenderJob, scene_origin: DVec3) -> Self {
        let uniforms = CameraUniforms::new(job.scene(), scene_origin, job.view(), job.viewport());
        let matrix = uniforms.camera_from_scene;
        let column = |column: Vec4| column.truncate();
        Self {
            columns: [
                column(matrix.x_axis),
                column(matrix.y_axis),
                column(matrix.z_axis),
                column(matrix.w_axis),
            ],
            center_px: uniforms.picture_size_px.map(|size_px| size_px * 0.5),
            uniforms,
        }
    }

    /// Transforms a point from scene axes to camera axes.
    #[inline(always)]
    pub(super) fn to_camera(self, p: [f32; 3]) -> Vec3 {
        let [x, y, z, translation] = self.columns;
        x * p[0] + y * p[1] + z * p[2] + translation
    }

    /// Turns directions from scene axes to camera axes.
    #[inline(always)]
    pub(super) fn rotate<S: Simd>(&self, simd: S, v: Vec3x8<S>) -> Vec3x8<S> {
        let [x, y, z] = [0, 1, 2].map(|column| self.columns[column].to_array());
        each_axis!(axis => {
            f32x8::splat(simd, x[axis]) * v[0]
                + f32x8::splat(simd, y[axis]) * v[1]
                + f32x8::splat(simd, z[axis]) * v[2]
        })
    }

    /// The x of the ray through a column of the image, given in pixels from the left.
    #[inline(always)]
    pub(super) fn ray_x(&self, x_px: f32) -> f32 {
        (x_px - self.center_px[0]) / self.pixel_scale
    }

    /// Two terms, one of x and one of y, whose sum is the squared length of a ray's direction.
    #[inline(always)]
    pub(super) fn ray_squares(&self, x: f32, y: f32) -> (f32, f32) {
        if self.perspective {
            (x * x, y * y + 1.0)
        } else {
            (0.0, 1.0)
        }
    }

    /// Width of a pixel at a depth, in angstrom, as `[0] + [1] * depth`.
    pub(super) fn pixel_angstrom(&self) -> [f32; 2] {
        let at_1 = 1.0 / self.pixel_scale;
        if self.perspective {
            [0.0, at_1]
        } else {
            [at_1, 0.0]
        }
    }

    /// The y of the ray through a row of the image, given in pixels from the top.
    #[inline(always)]
    pub(super) fn ray_y(&self, y_px: f32) -> f32 {
        (self.center_px[1] - y_px) / self.pixel_scale
    }
}

/// A world point relative to another.
pub(super) fn relative_to(origin: DVec3, point: [f32; 3]) -> [f32; 3] {
    (DVec3::from_array(point.map(f64::from)) - origin)
        .as_vec3()
        .to_array()
}

/// Rays through all columns, or all rows, of an image's tiles, and through their samples. The
/// buffers are reused from frame to frame.
///
/// A ray's x depends on its column alone and its y on its row alone, so that two such lists hold
/// all rays of a frame.
#[derive(Debug, Default)]
pub(super) struct AxisRays {
    /// Places of the pixels' centres in the image, pixels.
    pub(super) px: Vec<f32>,
    /// The rays' x or y.
    pub(super) rays: Vec<f32>,
    /// Terms of the rays' squared lengths; see [`Camera::ray_squares`].
    pub(super) squares: Vec<f32>,
    /// As `rays`, for each sample of each line. A line has whole [`QUAD`]s of them, padded with its
    /// last sample.
    pub(super) sample_rays: Vec<f32>,
    /// As `squares`, for each sample of each line.
    pub(super) sample_squares: Vec<f32>,
}

impl AxisRays {
    /// Fills the lists for `count` columns (`axis` 0) or rows (`axis` 1) from `first_px` on.
    pub(super) fn fill(
        &mut self,
        camera: &Camera,
        axis: usize,
        first_px: i32,
        count: usize,
        offsets_px: &[[f32; 2]],
    ) {
        let ray = |px: f32| match axis {
            0 => camera.ray_x(px),
            _ => camera.ray_y(px),
        };
        let square = |ray: &f32| match axis {
            0 => camera.ray_squares(*ray, 0.0).0,
            _ => camera.ray_squares(0.0, *ray).1,
        };
        self.px.clear();
        self.px
            .extend((0..count as i32).map(|line| (first_px + line) as f32 + 0.5));
        self.rays.clear();
        self.rays.extend(self.px.iter().map(|px| ray(*px)));
        self.squares.clear();
        self.squares.extend(self.rays.iter().map(square));
        self.sample_rays.clear();
        for px in &self.px {
            let last = offsets_px.last().into_iter().cycle();
            let padded = offsets_px.iter().chain(last);
            let stride = offsets_px.len().next_multiple_of(QUAD);
            self.sample_rays
                .extend(padded.take(stride).map(|offset| ray(px + offset[axis])));
        }
        self.sample_squares.clear();
        self.sample_squares
            .extend(self.sample_rays.iter().map(square));
    }
}
