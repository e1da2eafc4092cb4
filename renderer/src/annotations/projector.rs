//! From camera axes to rays and pixels of the drawn region, in double precision.

use fearless_simd::Level;
use glam::{DMat3, DVec2, DVec3};
use molshot_scenes::{Projection, RenderJob};

/// How far, as a share of the distance to the camera, single precision may misplace a ray beside a
/// shape: five units in the last place.
const RELATIVE_ERROR: f64 = 3e-7;

/// Pixels of one row of the drawn region: row, first column, one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) row: u32,
    pub(super) first: u32,
    pub(super) end: u32,
}

/// Projects shapes to the pixels of the drawn region.
#[derive(Debug, Clone, Copy)]
pub(super) struct Projector {
    pub(super) level: Level,
    pub(super) camera_from_world: DMat3,
    pub(super) position_angstrom: DVec3,
    pub(super) middle_px: DVec2,
    pub(super) pixel_scale: f64,
    pub(super) near_angstrom: f64,
    pub(super) perspective: bool,
    /// Left top corner of the drawn region.
    pub(super) origin_px: DVec2,
    /// Its size.
    pub(super) size_px: [u32; 2],
}

/// What the near plane leaves of a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Clipping {
    /// All of it.
    Whole,
    /// It may cut it.
    Cut,
    /// Nothing.
    Behind,
}

impl Projector {
    pub(super) fn new(job: &RenderJob) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let crop = viewport.crop;
        Self {
            level: Level::new(),
            camera_from_world: DMat3::from_quat(view.pose.world_from_camera.inverse()),
            position_angstrom: view.pose.position_angstrom,
            middle_px: DVec2::new(f64::from(viewport.width_px), f64::from(viewport.height_px))
                * 0.5,
            pixel_scale: view.pixel_scale(viewport),
            near_angstrom: view.near_angstrom,
            perspective: matches!(view.projection, Projection::Perspective { .. }),
            origin_px: DVec2::new(f64::from(crop.x_px), f64::from(crop.y_px)),
            size_px: [crop.width_px, crop.height_px],
        }
    }

    /// A place in camera axes.
    pub(super) fn camera(&self, world: [f32; 3]) -> DVec3 {
        self.camera_from_world * (DVec3::from_array(world.map(f64::from)) - self.position_angstrom)
    }

    /// x of the rays through a column of the drawn region.
    pub(super) fn ray_x(&self, column: u32) -> f64 {
        (self.origin_px.x + f64::from(column) + 0.5 - self.middle_px.x) / self.pixel_scale
    }

    /// y of the rays through a row of the drawn region.
    pub(super) fn ray_y(&self, row: u32) -> f64 {
        (self.middle_px.y - (self.origin_px.y + f64::from(row) + 0.5)) / self.pixel_scale
    }

    /// The column and the row, as real numbers, of a ray.
    pub(super) fn place_of(&self, ray: DVec2) -> DVec2 {
        let from_middle = DVec2::new(ray.x, -ray.y) * self.pixel_scale;
        from_middle + self.middle_px - self.origin_px - 0.5
    }

    /// The ray of a place.
    pub(super) fn ray_at(&self, place: DVec2) -> DVec2 {
        let from_middle = place + 0.5 + self.origin_px - self.middle_px;
        DVec2::new(from_middle.x, -from_middle.y) / self.pixel_scale
    }

    /// The ray to a point in camera axes.
    pub(super) fn ray_to(&self, point: DVec3) -> DVec2 {
        let depth = if self.perspective { -point.z } else { 1.0 };
        point.truncate() / depth
    }

    pub(super) fn error_angstrom(center: DVec3, radius: f64) -> f64 {
        RELATIVE_ERROR * (center.length() + radius)
    }

    /// What the near plane leaves of a sphere.
    pub(super) fn clipping(&self, center: DVec3, radius: f64) -> Clipping {
        let depth = -center.z;
        let error = Self::error_angstrom(center, radius);
        if depth + radius < self.near_angstrom - error {
            Clipping::Behind
        } else if depth - radius < self.near_angstrom + error {
            Clipping::Cut
        } else {
            Clipping::Whole
        }
    }
}
