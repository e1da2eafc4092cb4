//! From pixels to camera axes, eight at a time.

use fearless_simd::f32x8;
use fearless_simd::prelude::*;
use molshot_scenes::{Projection, RenderJob};

use crate::simd::Vec3x8;

/// Transforms pixels of the whole picture to camera axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    middle_px: [f32; 2],
    per_scale: f32,
    scale: f32,
    perspective: bool,
}

impl Camera {
    /// Makes the transform of a job's picture, magnified by `factor`.
    pub(super) fn new(job: &RenderJob, factor: u32) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let factor = factor as f32;
        let scale = view.pixel_scale(viewport) as f32 * factor;
        let edges = [viewport.width_px, viewport.height_px];
        Self {
            middle_px: edges.map(|edge| edge as f32 * 0.5 * factor),
            scale,
            per_scale: 1.0 / scale,
            perspective: matches!(view.projection, Projection::Perspective { .. }),
        }
    }

    /// The points that the centres of eight pixels show. Columns and rows are whole numbers.
    #[inline(always)]
    pub(super) fn points<S: Simd>(
        &self,
        simd: S,
        [columns, rows]: [f32x8<S>; 2],
        depth: f32x8<S>,
    ) -> Vec3x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let per_scale = number(self.per_scale);
        let along = if self.perspective {
            depth * per_scale
        } else {
            per_scale
        };
        [
            (columns + number(0.5) - number(self.middle_px[0])) * along,
            (number(self.middle_px[1]) - rows - number(0.5)) * along,
            -depth,
        ]
    }

    /// Pixels per angstrom at eight depths.
    #[inline(always)]
    pub(super) fn pixels_per_angstrom<S: Simd>(&self, simd: S, depth: f32x8<S>) -> f32x8<S> {
        let scale = f32x8::splat(simd, self.scale);
        if self.perspective {
            scale / depth
        } else {
            scale
        }
    }
}
