//! Which pixel centres a shape covers when nothing else is there, in double precision, with a third
//! answer: "too close to decide".
//!
//! The built-in rasteriser decides in single precision. Where a ray passes a shape's outline within
//! the error of that, [`Footprint`] does not guess: it records the pixel as unsure, and
//! [`super::isolated`] lets the rasteriser itself decide. So the counts are those of the
//! rasteriser, whatever its formulas, at the cost of arithmetic for nearly all atoms.

use glam::{DVec2, DVec3};
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
    pub(super) middle_px: DVec2,
    pub(super) pixel_scale: f64,
    pub(super) near_angstrom: f64,
    pub(super) perspective: bool,
    /// Left top corner of the drawn region.
    pub(super) origin_px: DVec2,
    /// Its size.
    size_px: [u32; 2],
}

/// What shapes cover.
#[derive(Debug, Default)]
pub(super) struct Footprint {
    /// Surely covered; spans may overlap.
    pub(super) spans: Vec<Span>,
    /// Pixels (column, row) that may be covered or not.
    pub(super) unsure: Vec<[u32; 2]>,
    /// True when all pixels are unsure: the near plane may cut a shape, or it is seen in a way that
    /// no row can be solved for.
    pub(super) all_unsure: bool,
    /// Box that holds all shapes, drawn region: left, top, one past the right, one past the bottom;
    /// empty when nothing is in the region.
    pub(super) bounds: Option<[u32; 4]>,
}

impl Footprint {
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.unsure.clear();
        self.all_unsure = false;
        self.bounds = None;
    }

    pub(super) fn widen(&mut self, window: [u32; 4]) {
        let [left, top, right, bottom] = window;
        self.bounds = Some(self.bounds.map_or(window, |b| {
            [
                b[0].min(left),
                b[1].min(top),
                b[2].max(right),
                b[3].max(bottom),
            ]
        }));
    }
}

impl Projector {
    pub(super) fn new(job: &RenderJob) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let crop = viewport.crop;
        Self {
            middle_px: DVec2::new(f64::from(viewport.width_px), f64::from(viewport.height_px))
                * 0.5,
            pixel_scale: view.pixel_scale(viewport),
            near_angstrom: view.near_angstrom,
            perspective: matches!(view.projection, Projection::Perspective { .. }),
            origin_px: DVec2::new(f64::from(crop.x_px), f64::from(crop.y_px)),
            size_px: [crop.width_px, crop.height_px],
        }
    }

    /// x of the rays through a column of the drawn region.
    pub(super) fn ray_x(&self, column: u32) -> f64 {
        (self.origin_px.x + f64::from(column) + 0.5 - self.middle_px.x) / self.pixel_scale
    }

    /// y of the rays through a row of the drawn region.
    pub(super) fn ray_y(&self, row: u32) -> f64 {
        (self.middle_px.y - (self.origin_px.y + f64::from(row) + 0.5)) / self.pixel_scale
    }

    /// The column, as a real number, whose centre has this x.
    pub(super) fn column_of(&self, x: f64) -> f64 {
        x * self.pixel_scale + self.middle_px.x - self.origin_px.x - 0.5
    }

    /// The row, as a real number, whose centre has this y.
    pub(super) fn row_of(&self, y: f64) -> f64 {
        self.middle_px.y - y * self.pixel_scale - self.origin_px.y - 0.5
    }

    pub(super) fn error_angstrom(center: DVec3, radius: f64) -> f64 {
        RELATIVE_ERROR * (center.length() + radius)
    }

    /// Pixels that a sphere may touch: left, top, one past the right, one past the bottom. `Err`
    /// when the near plane may cut it.
    pub(super) fn window(
        &self,
        center: DVec3,
        radius: f64,
    ) -> Result<Option<[u32; 4]>, NearClipped> {
        let depth = -center.z;
        let error = Self::error_angstrom(center, radius);
        if depth + radius < self.near_angstrom - error {
            return Ok(None);
        }
        if depth - radius < self.near_angstrom + error {
            return Err(NearClipped);
        }
        let extent = self.extent(center, radius);
        if extent.iter().any(|slope| slope.is_nan()) {
            return Err(NearClipped);
        }
        Ok(self.clip(extent))
    }

    /// Least and largest x, least and largest y of the rays that touch a sphere in front of the
    /// camera; no numbers where a tangent leads past the picture's horizon.
    pub(super) fn extent(&self, center: DVec3, radius: f64) -> [f64; 4] {
        let depth = -center.z;
        let ends = |at: f64| {
            if !self.perspective {
                return [at - radius, at + radius];
            }
            // The tangents of the sphere's shadow on the plane of this axis and the view.
            let tangent = (at * at + depth * depth - radius * radius).max(0.0).sqrt();
            [-1.0, 1.0].map(|side| {
                let across = depth * tangent - side * radius * at;
                if across > 0.0 {
                    (at * tangent + side * radius * depth) / across
                } else {
                    f64::NAN
                }
            })
        };
        let [left, right] = ends(center.x);
        let [bottom, top] = ends(center.y);
        [left, right, bottom, top]
    }

    /// The pixels of an extent, and one more on each side.
    pub(super) fn clip(&self, [left, right, bottom, top]: [f64; 4]) -> Option<[u32; 4]> {
        let span = |low: f64, high: f64, size: u32| {
            let size = f64::from(size);
            let first = (low.floor() - 1.0).clamp(0.0, size) as u32;
            (first, (high.ceil() + 2.0).clamp(0.0, size) as u32)
        };
        let [width, height] = self.size_px;
        let (left, right) = span(self.column_of(left), self.column_of(right), width);
        let (top, bottom) = span(self.row_of(top), self.row_of(bottom), height);
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }

    /// Adds a sphere with its centre in camera axes.
    pub(super) fn sphere(&self, center: DVec3, radius: f64, out: &mut Footprint) {
        let window = match self.window(center, radius) {
            Ok(Some(window)) => window,
            Ok(None) => return,
            Err(NearClipped) => {
                out.all_unsure = true;
                return;
            }
        };
        out.widen(window);
        let [left, top, right, bottom] = window;
        let error = Self::error_angstrom(center, radius);
        // Rays hit where (c.d)^2 >= (c.c - r^2) d.d, which for each row is a quadratic in the ray's
        // x.
        let tangent_squared = center.length_squared() - radius * radius;
        let lead = center.x * center.x - tangent_squared;
        if self.perspective && lead >= 0.0 {
            out.all_unsure = true;
            return;
        }
        for row in top..bottom {
            let y = self.ray_y(row);
            let (middle, half) = if self.perspective {
                let shift = center.y * y - center.z;
                let constant = shift * shift - tangent_squared * (y * y + 1.0);
                let discriminant = center.x * center.x * shift * shift - lead * constant;
                (
                    -center.x * shift / lead,
                    discriminant.max(0.0).sqrt() / -lead,
                )
            } else {
                let dy = y - center.y;
                (center.x, (radius * radius - dy * dy).max(0.0).sqrt())
            };
            let ends = [self.column_of(middle - half), self.column_of(middle + half)];
            let clamp = |at: f64| at.clamp(f64::from(left), f64::from(right));
            let mut first = clamp(ends[0].ceil()) as u32;
            let mut end = clamp(ends[1].floor() + 1.0) as u32;
            // On each side the last pixel inside and the first outside are the closest to the
            // outline.
            for at in ends.map(f64::floor) {
                for column in [at, at + 1.0] {
                    if column >= f64::from(left) && column < f64::from(right) {
                        let column = column as u32;
                        let miss = self.miss_of_sphere(center, self.ray_x(column), y);
                        if (miss - radius).abs() <= error {
                            out.unsure.push([column, row]);
                            // An unsure pixel is not a sure one.
                            first += u32::from(column == first);
                            end -= u32::from(column + 1 == end && end > 0);
                        }
                    }
                }
            }
            if half > 0.0 && first < end {
                out.spans.push(Span { row, first, end });
            }
        }
    }

    /// How far a ray passes from a point.
    fn miss_of_sphere(&self, center: DVec3, x: f64, y: f64) -> f64 {
        if self.perspective {
            center.cross(DVec3::new(x, y, -1.0).normalize()).length()
        } else {
            (center.truncate() - DVec2::new(x, y)).length()
        }
    }
}

/// The near plane may cut a shape, or its outline is not bounded.
#[derive(Debug)]
pub(super) struct NearClipped;
