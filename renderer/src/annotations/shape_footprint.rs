//! Which pixel centres a shape covers when nothing else is there, with a third answer: "too close
//! to decide".
//!
//! The built-in rasteriser decides in single precision. Where a ray passes a shape's outline within
//! the error of that, [`Footprint`] does not guess: it records the pixel as unsure, and
//! [`super::isolated`] lets the rasteriser itself decide. So the counts are those of the
//! rasteriser, whatever its formulas, at the cost of a few numbers per shape and row.

use fearless_simd::dispatch;
use glam::DVec3;

use super::footprint::{Footprint, widened};
use super::projector::{Clipping, Projector};
use super::silhouette::Silhouette;
use super::silhouette_rows::add_rows;

/// Radii before the camera's plane at which a shape begins to have an outline that can be computed.
const LEAST_DEPTH: f64 = 0.01;

impl Projector {
    /// The pixels about an outline, and one more on each side: left, top, one past the right, one
    /// past the bottom. `None` where the drawn region has none of them.
    pub(super) fn window(&self, silhouette: &Silhouette) -> Option<[u32; 4]> {
        let [left, right, top, bottom] = silhouette.bounds();
        let cut = |low: f64, high: f64, size: u32| {
            let size = f64::from(size);
            // Casts round towards zero, and turn NaN into 0.
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
