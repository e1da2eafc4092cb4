//! Which pixel centres a cylinder covers when nothing else is there.
//!
//! What a cylinder covers is what it would cover if it were closed, but where a ray may go in at
//! one open end and out at the other. Such a cylinder, seen nearly end on, is looked at pixel by
//! pixel, unless a sphere of the atom stands in the way.

use glam::DVec3;

use super::camera_cylinder::{CameraCylinder, HitTest};
use super::footprint::{Clipping, Footprint, Projector, Span};
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
