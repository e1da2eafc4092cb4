//! Which pixel centres a cylinder covers when nothing else is there.
//!
//! What a cylinder covers is what it would cover if it were closed, but where a ray may go in at
//! one open end and out at the other. Such a cylinder, seen nearly end on, is looked at pixel by
//! pixel, unless a sphere of the atom stands in the way.

use glam::DVec3;

use super::camera_cylinder::{CameraCylinder, HitTest};
use super::footprint::Footprint;
use super::projector::{Clipping, Projector, Span};
use super::silhouette::Silhouette;

/// What closes a cylinder's ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closing {
    /// Discs close both.
    pub(super) flat: bool,
    /// The atom's sphere, no smaller than the cylinder, is about one end, and the near plane does
    /// not cut it: whatever passes through that end's disc meets it.
    pub(super) blocked: bool,
}

impl Projector {
    /// Adds a cylinder without round ends, its ends in camera axes.
    pub(super) fn cylinder(
        &self,
        ends: [DVec3; 2],
        radius: f64,
        closing: Closing,
        out: &mut Footprint,
    ) {
        let clippings = ends.map(|end| self.clipping(end, radius));
        if clippings == [Clipping::Behind; 2] {
            return;
        }
        if clippings != [Clipping::Whole; 2] {
            self.add_cut(ends, radius, out);
            return;
        }
        let [start, end] = ends;
        let cylinder = CameraCylinder {
            middle: (start + end) * 0.5,
            axis: (end - start).normalize_or(DVec3::Z),
            half_length: start.distance(end) * 0.5,
            radius,
            flat: closing.flat,
            error: ends
                .map(|end| Self::error_angstrom(end, radius))
                .into_iter()
                .fold(0.0, f64::max),
        };
        let closed =
            closing.flat || closing.blocked || cylinder.shows_no_way_through(self.perspective);
        let silhouette = closed
            .then(|| Silhouette::cylinder(self, ends, cylinder.axis, radius))
            .flatten();
        match silhouette {
            Some(silhouette) => self.add(&silhouette, out),
            None => self.add_by_pixels(ends, &cylinder, out),
        }
    }

    /// Looks at every pixel about a cylinder.
    fn add_by_pixels(&self, ends: [DVec3; 2], cylinder: &CameraCylinder, out: &mut Footprint) {
        let about = Silhouette::spheres(self, ends, cylinder.radius);
        let Some([left, top, right, bottom]) = self.window(&about) else {
            return;
        };
        let wall = self.perspective.then(|| cylinder.wall());
        for row in top..bottom {
            let y = self.ray_y(row);
            let line = wall.map(|wall| wall.row(y));
            let mut run: Option<Span> = None;
            for column in left..right {
                let x = self.ray_x(column);
                let hit = match &line {
                    Some(line) => line.covers(x),
                    None => cylinder.covers_parallel(x, y),
                };
                match hit {
                    HitTest::Yes => {
                        let first = column;
                        let run = run.get_or_insert(Span { row, first, end: 0 });
                        run.end = column + 1;
                        continue;
                    }
                    HitTest::Unsure => out.unsure.push([column, row]),
                    HitTest::No => {}
                }
                out.covered.extend(run.take());
            }
            out.covered.extend(run);
        }
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::Level;
    use glam::{DMat3, DVec2};

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
