//! Which pixel centres a shape covers when nothing else is there, with a third answer: "too close
//! to decide".
//!
//! The built-in rasteriser decides in single precision. Where a ray passes a shape's outline within
//! the error of that, [`Footprint`] does not guess: it records the pixel as unsure, and
//! [`super::isolated`] lets the rasteriser itself decide. So the counts are those of the
//! rasteriser, whatever its formulas, at the cost of a few numbers per shape and row.

use fearless_simd::{Level, dispatch};
use glam::{DMat3, DVec2, DVec3};
use molshot_scenes::{Projection, RenderJob};

use super::silhouette::Silhouette;
use super::silhouette_rows::add_rows;
use super::span_union::SpanUnion;

/// How far, as a share of the distance to the camera, single precision may misplace a ray beside a
/// shape: five units in the last place.
const RELATIVE_ERROR: f64 = 3e-7;

/// Radii before the camera's plane at which a shape begins to have an outline that can be computed.
const LEAST_DEPTH: f64 = 0.01;

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
    level: Level,
    camera_from_world: DMat3,
    position_angstrom: DVec3,
    middle_px: DVec2,
    pub(super) pixel_scale: f64,
    near_angstrom: f64,
    pub(super) perspective: bool,
    /// Left top corner of the drawn region.
    origin_px: DVec2,
    /// Its size.
    size_px: [u32; 2],
}

/// What the shapes of one atom cover.
#[derive(Debug, Default)]
pub(super) struct Footprint {
    /// Surely covered.
    pub(super) covered: SpanUnion,
    /// Pixels (column, row) that may be covered or not.
    pub(super) unsure: Vec<[u32; 2]>,
    /// Pixels about the shapes that the near plane may cut, all of which are unsure: left, top, one
    /// past the right, one past the bottom.
    pub(super) cut: Option<[u32; 4]>,
}

impl Footprint {
    /// Begins another atom in a picture of so many rows.
    pub(super) fn begin(&mut self, height: u32) {
        self.covered.begin(height);
        self.unsure.clear();
        self.cut = None;
    }

    /// Notes what is left open in eight rows: for each row in `rows`, a bit each, the first
    /// column of those that may be covered and of those that surely are, and one past the last of
    /// these and those.
    pub(super) fn add_unsure(&mut self, row: u32, mut rows: u32, columns: [[f32; 8]; 4]) {
        while rows != 0 {
            let lane = rows.trailing_zeros();
            rows &= rows - 1;
            let [outer_first, first, end, outer_end] =
                columns.map(|columns| columns[lane as usize] as u32);
            let mut note = |first: u32, end: u32| {
                self.unsure
                    .extend((first..end).map(|column| [column, row + lane]));
            };
            if first < end {
                note(outer_first, first);
                note(end, outer_end);
            } else {
                note(outer_first, outer_end);
            }
        }
    }
}

/// The smallest window that holds two: left, top, one past the right, one past the bottom.
pub(super) fn widened(one: Option<[u32; 4]>, other: [u32; 4]) -> [u32; 4] {
    let one = one.unwrap_or(other);
    [
        one[0].min(other[0]),
        one[1].min(other[1]),
        one[2].max(other[2]),
        one[3].max(other[3]),
    ]
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

    /// The pixels about an outline, and one more on each side: left, top, one past the right, one
    /// past the bottom. `None` where the drawn region has none of them.
    pub(super) fn window(&self, silhouette: &Silhouette) -> Option<[u32; 4]> {
        let [left, right, top, bottom] = silhouette.bounds();
        let cut = |low: f64, high: f64, size: u32| {
            let size = f64::from(size);
            // Casts round towards zero, and turn what is no number into 0.
            let first = (low - 1.0).clamp(0.0, size) as u32;
            (first, (high + 2.0).clamp(0.0, size) as u32)
        };
        let (left, right) = cut(left, right, self.size_px[0]);
        let (top, bottom) = cut(top, bottom, self.size_px[1]);
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }

    /// Adds a sphere with its centre in camera axes.
    pub(super) fn sphere(&self, center: DVec3, radius: f64, out: &mut Footprint) {
        match self.clipping(center, radius) {
            Clipping::Whole => self.add(&Silhouette::sphere(self, center, radius), out),
            Clipping::Cut => self.add_cut([center; 2], radius, out),
            Clipping::Behind => {}
        }
    }

    /// Adds what lies between two spheres, or parts of it, as unsure.
    pub(super) fn add_cut(&self, centers: [DVec3; 2], radius: f64, out: &mut Footprint) {
        // What reaches to the camera's plane has no outline.
        let bounded = (centers.iter()).all(|center| -center.z - radius > LEAST_DEPTH * radius);
        let window = if bounded || !self.perspective {
            self.window(&Silhouette::spheres(self, centers, radius))
        } else {
            Some([0, 0, self.size_px[0], self.size_px[1]])
        };
        if let Some(window) = window {
            out.cut = Some(widened(out.cut, window));
        }
    }

    /// Adds what lies within an outline.
    pub(super) fn add(&self, silhouette: &Silhouette, out: &mut Footprint) {
        if let Some(window) = self.window(silhouette) {
            dispatch!(self.level, simd => add_rows(simd, silhouette, window, out));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera_cylinder::{CameraCylinder, HitTest};
    use super::super::cylinder_footprint::Closing;
    use super::*;

    fn projector(perspective: bool, level: Level) -> Projector {
        Projector {
            level,
            camera_from_world: DMat3::IDENTITY,
            position_angstrom: DVec3::ZERO,
            middle_px: DVec2::new(100.0, 80.0),
            pixel_scale: if perspective { 240.0 } else { 12.0 },
            near_angstrom: 1.0,
            perspective,
            origin_px: DVec2::new(30.0, 20.0),
            size_px: [131, 117],
        }
    }

    /// Compares with what `truth` says of every ray; returns how many pixels are covered and how
    /// many unsure.
    fn compare(
        projector: &Projector,
        footprint: &Footprint,
        truth: impl Fn(f64, f64) -> HitTest,
    ) -> [usize; 2] {
        let [width, height] = projector.size_px;
        let mut counts = [0; 2];
        for row in 0..height {
            for column in 0..width {
                let pixel = [column, row];
                let unsure = footprint.unsure.contains(&pixel);
                let covered = footprint.covered.holds(pixel);
                let truth = truth(projector.ray_x(column), projector.ray_y(row));
                assert!(!(unsure && covered), "{pixel:?}");
                if !unsure {
                    let wrong = if covered { HitTest::No } else { HitTest::Yes };
                    assert_ne!(truth, wrong, "{pixel:?} {projector:?}");
                }
                counts[0] += usize::from(covered);
                counts[1] += usize::from(unsure);
            }
        }
        counts
    }

    /// Spheres and closed cylinders against double precision, pixel by pixel.
    #[test]
    fn sure_pixels_are_what_double_precision_says() {
        let mut state = 5_u64;
        let mut number = |low: f64, high: f64| {
            state = (state.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(1);
            low + (high - low) * (state >> 40) as f64 / (1_u64 << 24) as f64
        };
        let mut footprint = Footprint::default();
        let mut counts = [0; 2];
        for shape in 0..240 {
            let level = if shape % 8 == 7 {
                Level::baseline()
            } else {
                Level::new()
            };
            let projector = projector(shape % 2 == 0, level);
            let mut point =
                || DVec3::new(number(-6.0, 6.0), number(-5.0, 5.0), number(-22.0, -8.0));
            let (start, mut end) = (point(), point());
            if shape % 5 == 0 {
                // Along the rows, along the columns, and across the view.
                end = start + DVec3::AXES[shape / 5 % 3] * 2.0;
            }
            let radius = number(0.05, 3.0);
            footprint.begin(projector.size_px[1]);
            let of_shape = if shape % 3 == 0 {
                projector.sphere(start, radius, &mut footprint);
                compare(&projector, &footprint, |x, y| {
                    let miss = if projector.perspective {
                        start.cross(DVec3::new(x, y, -1.0).normalize()).length()
                    } else {
                        (start.truncate() - DVec2::new(x, y)).length()
                    };
                    if miss < radius {
                        HitTest::Yes
                    } else {
                        HitTest::No
                    }
                })
            } else {
                let radius = radius * 0.3;
                let closing = Closing {
                    flat: true,
                    blocked: false,
                };
                projector.cylinder([start, end], radius, closing, &mut footprint);
                let cylinder = CameraCylinder {
                    middle: (start + end) * 0.5,
                    axis: (end - start).normalize(),
                    half_length: start.distance(end) * 0.5,
                    radius,
                    flat: true,
                    error: 1e-12,
                };
                compare(&projector, &footprint, |x, y| {
                    if projector.perspective {
                        cylinder.wall().row(y).covers(x)
                    } else {
                        cylinder.covers_parallel(x, y)
                    }
                })
            };
            counts = [counts[0] + of_shape[0], counts[1] + of_shape[1]];
        }
        let [covered, unsure] = counts;
        assert!(covered > 100_000, "{covered}");
        assert!(unsure * 200 < covered, "{unsure} of {covered}");
    }
}
