//! Which pixel centres a body covers when nothing else is there, in double precision, with a third answer: "too close to say".
//!
//! The built-in rasteriser decides in single precision. Where a ray passes a body's outline within the error of that, [`Silhouette`] does
//! not guess: it notes the pixel as open, and [`super::alone`] lets the rasteriser itself decide. So the counts are those of the
//! rasteriser, whatever its formulas, at the cost of arithmetic for nearly all atoms.

use glam::{DVec2, DVec3};
use molshot_scenes::{Projection, RenderJob};

use super::solid::{Answer, Reach, Solid};

/// How far, as a share of the distance to the camera, single precision may misplace a ray beside a body: five units in the last place.
const RELATIVE_ERROR: f64 = 3e-7;

/// Pixels of one row of the drawn region: row, first column, one past the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) row: u32,
    pub(super) first: u32,
    pub(super) end: u32,
}

/// A camera and the region that it draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lens {
    middle_px: DVec2,
    pixel_scale: f64,
    near_angstrom: f64,
    perspective: bool,
    /// Left top corner of the drawn region.
    origin_px: DVec2,
    /// Its size.
    size_px: [u32; 2],
}

/// What bodies cover.
#[derive(Debug, Default)]
pub(super) struct Silhouette {
    /// Surely covered; spans may overlap.
    pub(super) spans: Vec<Span>,
    /// Pixels (column, row) that are covered or not.
    pub(super) open: Vec<[u32; 2]>,
    /// True when all is open: the near plane may cut a body, or it is seen in a way that no row can be solved for.
    pub(super) all_open: bool,
    /// Box that holds all bodies, drawn region: left, top, one past the right, one past the bottom; empty when nothing is in the region.
    pub(super) bounds: Option<[u32; 4]>,
}

impl Silhouette {
    pub(super) fn clear(&mut self) {
        self.spans.clear();
        self.open.clear();
        self.all_open = false;
        self.bounds = None;
    }

    fn widen(&mut self, window: [u32; 4]) {
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

impl Lens {
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
    fn ray_x(&self, column: u32) -> f64 {
        (self.origin_px.x + f64::from(column) + 0.5 - self.middle_px.x) / self.pixel_scale
    }

    /// y of the rays through a row of the drawn region.
    fn ray_y(&self, row: u32) -> f64 {
        (self.middle_px.y - (self.origin_px.y + f64::from(row) + 0.5)) / self.pixel_scale
    }

    /// The column, as a real number, whose centre has this x.
    fn column_of(&self, x: f64) -> f64 {
        x * self.pixel_scale + self.middle_px.x - self.origin_px.x - 0.5
    }

    /// The row, as a real number, whose centre has this y.
    fn row_of(&self, y: f64) -> f64 {
        self.middle_px.y - y * self.pixel_scale - self.origin_px.y - 0.5
    }

    fn error_angstrom(center: DVec3, radius: f64) -> f64 {
        RELATIVE_ERROR * (center.length() + radius)
    }

    /// Pixels that a ball may touch: left, top, one past the right, one past the bottom. `Err` when the near plane may cut it.
    fn window(&self, center: DVec3, radius: f64) -> Result<Option<[u32; 4]>, Cut> {
        let depth = -center.z;
        let error = Self::error_angstrom(center, radius);
        if depth + radius < self.near_angstrom - error {
            return Ok(None);
        }
        if depth - radius < self.near_angstrom + error {
            return Err(Cut);
        }
        let extent = self.extent(center, radius);
        if extent.iter().any(|slope| slope.is_nan()) {
            return Err(Cut);
        }
        Ok(self.clip(extent))
    }

    /// Least and largest x, least and largest y of the rays that touch a ball in front of the camera; no numbers where a tangent leads past
    /// the picture's horizon.
    fn extent(&self, center: DVec3, radius: f64) -> [f64; 4] {
        let depth = -center.z;
        let ends = |at: f64| {
            if !self.perspective {
                return [at - radius, at + radius];
            }
            // The tangents of the ball's shadow on the plane of this axis and the view.
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
    fn clip(&self, [left, right, bottom, top]: [f64; 4]) -> Option<[u32; 4]> {
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

    /// Adds a ball with its centre in camera axes.
    pub(super) fn ball(&self, center: DVec3, radius: f64, out: &mut Silhouette) {
        let window = match self.window(center, radius) {
            Ok(Some(window)) => window,
            Ok(None) => return,
            Err(Cut) => {
                out.all_open = true;
                return;
            }
        };
        out.widen(window);
        let [left, top, right, bottom] = window;
        let error = Self::error_angstrom(center, radius);
        // Rays hit where (c.d)^2 >= (c.c - r^2) d.d, which for each row is a quadratic in the ray's x.
        let tangent_squared = center.length_squared() - radius * radius;
        let lead = center.x * center.x - tangent_squared;
        if self.perspective && lead >= 0.0 {
            out.all_open = true;
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
            // On each side the last pixel inside and the first outside are the closest to the outline.
            for at in ends.map(f64::floor) {
                for column in [at, at + 1.0] {
                    if column >= f64::from(left) && column < f64::from(right) {
                        let column = column as u32;
                        let miss = self.miss_of_ball(center, self.ray_x(column), y);
                        if (miss - radius).abs() <= error {
                            out.open.push([column, row]);
                            // An open pixel is no sure one.
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
    fn miss_of_ball(&self, center: DVec3, x: f64, y: f64) -> f64 {
        if self.perspective {
            center.cross(DVec3::new(x, y, -1.0).normalize()).length()
        } else {
            (center.truncate() - DVec2::new(x, y)).length()
        }
    }

    /// Adds a stick without round ends, its ends in camera axes. `flat`: discs close it.
    pub(super) fn stick(&self, ends: [DVec3; 2], radius: f64, flat: bool, out: &mut Silhouette) {
        let windows = ends.map(|end| self.window(end, radius));
        let [start, end] = ends;
        let depths = ends.map(|end| -end.z);
        if windows.iter().any(Result::is_err) {
            out.all_open = true;
            return;
        }
        let behind = depths
            .iter()
            .all(|depth| depth + radius < self.near_angstrom);
        if behind {
            return;
        }
        // Where both ends lie outside of the region, what is between them may not.
        let [a, b] = ends.map(|end| self.extent(end, radius));
        let window = self.clip([
            a[0].min(b[0]),
            a[1].max(b[1]),
            a[2].min(b[2]),
            a[3].max(b[3]),
        ]);
        let Some(window) = window else { return };
        if depths
            .iter()
            .any(|depth| depth - radius < self.near_angstrom)
        {
            out.all_open = true;
            return;
        }
        out.widen(window);
        let [left, top, right, bottom] = window;
        let solid = Solid {
            middle: (start + end) * 0.5,
            axis: (end - start).normalize_or(DVec3::Z),
            half_length: start.distance(end) * 0.5,
            radius,
            flat,
            error: ends
                .map(|end| Self::error_angstrom(end, radius))
                .into_iter()
                .fold(0.0, f64::max),
        };
        let strip = self.strip(ends, radius);
        let whole = self.sees_no_end(&solid, window);
        let wall = self.perspective.then(|| solid.wall());
        for row in top..bottom {
            let y = self.ray_y(row);
            let line = wall.map(|wall| wall.row(y));
            let [low, high] = match line.map(|line| line.reach()) {
                Some(Reach::Between(x)) => x.map(|x| self.column_of(x)),
                Some(Reach::Nowhere) => continue,
                Some(Reach::Unknown) | None => strip.columns(f64::from(row)),
            };
            let first = low.floor().clamp(f64::from(left), f64::from(right)) as u32;
            let last = (high.ceil() + 1.0).clamp(f64::from(left), f64::from(right)) as u32;
            let mut run: Option<u32> = None;
            let covers = |column| match &line {
                Some(line) => line.covers(self.ray_x(column)),
                None => solid.covers_parallel(self.ray_x(column), y),
            };
            // What is covered between two covered pixels of a row need not be looked at: the last one is looked for from behind.
            let mut sure = None;
            for column in first..last {
                if sure.is_some_and(|sure| column < sure) {
                    continue;
                }
                match covers(column) {
                    Answer::Yes => {
                        if run.is_none() && whole {
                            sure = (column + 1..last)
                                .rev()
                                .find(|column| covers(*column) == Answer::Yes);
                        }
                        run.get_or_insert(column);
                        continue;
                    }
                    Answer::Open => out.open.push([column, row]),
                    Answer::No => {}
                }
                if let Some(first) = run.take() {
                    out.spans.push(Span {
                        row,
                        first,
                        end: column,
                    });
                }
            }
            if let Some(first) = run {
                out.spans.push(Span {
                    row,
                    first,
                    end: last,
                });
            }
        }
    }

    /// Whether no ray through a window passes a stick's axis at so small an angle that it may go in at one end and out at the other. What such a stick covers is
    /// what a closed one would cover, which is convex.
    fn sees_no_end(&self, solid: &Solid, [left, top, right, bottom]: [u32; 4]) -> bool {
        let ray = |column: f64, row: f64| {
            let x = (self.origin_px.x + column - self.middle_px.x) / self.pixel_scale;
            let y = (self.middle_px.y - self.origin_px.y - row) / self.pixel_scale;
            DVec3::new(x, y, -1.0).normalize()
        };
        let [left, top, right, bottom] = [left, top, right, bottom].map(f64::from);
        let (axis, apart) = if self.perspective {
            let middle = ray((left + right) * 0.5, (top + bottom) * 0.5);
            let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
            let corners = corners.map(|(column, row)| middle.angle_between(ray(column, row)));
            (middle, corners.into_iter().fold(0.0, f64::max))
        } else {
            (DVec3::NEG_Z, 0.0)
        };
        let angle = axis.dot(solid.axis).abs().min(1.0).acos() - apart;
        angle > 0.0 && solid.radius < 0.9 * solid.half_length * angle.tan()
    }

    /// The strip of the picture that holds a stick.
    fn strip(&self, ends: [DVec3; 2], radius: f64) -> Strip {
        let at = ends.map(|end| {
            let scale = if self.perspective { 1.0 / -end.z } else { 1.0 };
            DVec2::new(self.column_of(end.x * scale), self.row_of(end.y * scale))
        });
        let width = ends.map(|end| {
            if !self.perspective {
                return radius * self.pixel_scale;
            }
            // Radius of a circle about the projected centre that holds the ball's outline: tan(a + b) - tan(a).
            let tan_b = radius / (end.length_squared() - radius * radius).max(1e-12).sqrt();
            let tan_a = end.truncate().length() / -end.z;
            let denominator = 1.0 - tan_a * tan_b;
            if denominator < 1e-3 {
                f64::INFINITY
            } else {
                self.pixel_scale * tan_b * (1.0 + tan_a * tan_a) / denominator
            }
        });
        let step = at[1] - at[0];
        let length = step.length();
        if step.y.abs() < 0.05 * length || length < 1e-3 || !length.is_finite() {
            return Strip {
                start: 0.0,
                slope: 0.0,
                half: f64::INFINITY,
            };
        }
        let slope = step.x / step.y;
        Strip {
            start: at[0].x - slope * at[0].y,
            slope,
            half: (width[0].max(width[1]) + 1.0) * length / step.y.abs(),
        }
    }
}

/// The near plane may cut a body, or its outline is not bounded.
#[derive(Debug)]
struct Cut;

/// Columns of a row: `start + slope row +- half`.
#[derive(Debug, Clone, Copy)]
struct Strip {
    start: f64,
    slope: f64,
    half: f64,
}

impl Strip {
    fn columns(self, row: f64) -> [f64; 2] {
        let middle = self.start + self.slope * row;
        [middle - self.half, middle + self.half]
    }
}
