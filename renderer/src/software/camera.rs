//! One picture's camera, light and background as the inner loops read them.

use std::ops::Deref;

use glam::{DVec3, Vec3, Vec4};
use molshot_scenes::RenderJob;

use super::samples::QUAD;
use crate::camera_uniforms::CameraUniforms;

/// [`CameraUniforms`], and what follows from them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    numbers: CameraUniforms,
    /// Columns of the rotation and the shift; scene axes are world axes about
    /// [`super::upload::Upload`]'s origin.
    columns: [Vec3; 4],
    /// Half of the whole picture's size, pixels.
    pub(super) middle_px: [f32; 2],
}

impl Deref for Camera {
    type Target = CameraUniforms;

    fn deref(&self) -> &CameraUniforms {
        &self.numbers
    }
}

impl Camera {
    /// `scene_origin` is the world point that uploaded positions refer to.
    pub(super) fn new(job: &RenderJob, scene_origin: DVec3) -> Self {
        let numbers = CameraUniforms::new(job.scene(), scene_origin, job.view(), job.viewport());
        let matrix = numbers.camera_from_scene;
        let column = |column: Vec4| column.truncate();
        Self {
            columns: [
                column(matrix.x_axis),
                column(matrix.y_axis),
                column(matrix.z_axis),
                column(matrix.w_axis),
            ],
            middle_px: numbers.picture_size_px.map(|size_px| size_px * 0.5),
            numbers,
        }
    }

    /// Scene axes to camera axes.
    #[inline(always)]
    pub(super) fn to_camera(self, p: [f32; 3]) -> Vec3 {
        let [x, y, z, shift] = self.columns;
        x * p[0] + y * p[1] + z * p[2] + shift
    }

    /// The ray's x for a point of the picture, pixels.
    #[inline(always)]
    pub(super) fn ray_x(&self, x_px: f32) -> f32 {
        (x_px - self.middle_px[0]) / self.pixel_scale
    }

    /// Two parts whose sum is the squared length of a ray.
    #[inline(always)]
    pub(super) fn ray_squares(&self, x: f32, y: f32) -> (f32, f32) {
        if self.perspective {
            (x * x, y * y + 1.0)
        } else {
            (0.0, 1.0)
        }
    }

    /// Angstrom a pixel spans at a depth, as `[0] + [1] * depth`.
    pub(super) fn pixel_angstrom(&self) -> [f32; 2] {
        let at_1 = 1.0 / self.pixel_scale;
        if self.perspective {
            [0.0, at_1]
        } else {
            [at_1, 0.0]
        }
    }

    /// The ray's y for a point of the picture, pixels from the top.
    #[inline(always)]
    pub(super) fn ray_y(&self, y_px: f32) -> f32 {
        (self.middle_px[1] - y_px) / self.pixel_scale
    }
}

/// Rays through the columns or the rows of a picture's tiles, samples included; the buffers stay
/// from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Places of the pixels' centres on the picture.
    pub(super) px: Vec<f32>,
    pub(super) rays: Vec<f32>,
    /// Parts of the rays' squared lengths; see [`Camera::ray_squares`].
    pub(super) squares: Vec<f32>,
    /// The same for each sample of each line. A line has room for whole [`QUAD`]s of them, filled
    /// up with its last sample.
    pub(super) sample_rays: Vec<f32>,
    pub(super) sample_squares: Vec<f32>,
}

impl Lines {
    /// `axis`: 0 for columns, 1 for rows. `count` lines from `first_px` on.
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
            let filled = offsets_px.iter().chain(last);
            let room = offsets_px.len().next_multiple_of(QUAD);
            self.sample_rays
                .extend(filled.take(room).map(|offset| ray(px + offset[axis])));
        }
        self.sample_squares.clear();
        self.sample_squares
            .extend(self.sample_rays.iter().map(square));
    }
}
