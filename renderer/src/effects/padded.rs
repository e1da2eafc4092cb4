//! Planes of numbers with a margin, so that eight neighbouring values are loaded without a test of
//! the plane's ends.

use fearless_simd::f32x8;
use fearless_simd::prelude::*;

use crate::simd::LANES;

/// Rows above and columns left of the plane.
pub(super) const MARGIN_BEFORE: usize = 1;
/// Rows below the plane.
const MARGIN_BELOW: usize = 2;
/// Columns right of the plane: eight values may be loaded up to two columns beyond its end.
const MARGIN_RIGHT: usize = LANES + 2;

/// A plane with a margin.
#[derive(Debug, Default)]
pub(super) struct PaddedPlane {
    pub(super) values: Vec<f32>,
    /// Values from one row to the next.
    pub(super) stride: usize,
}

impl PaddedPlane {
    /// Makes it a plane of `value` of this size, margin included.
    pub(super) fn fill(&mut self, [width, height]: [usize; 2], value: f32) {
        self.stride = MARGIN_BEFORE + width + MARGIN_RIGHT;
        self.values.clear();
        self.values
            .resize(self.stride * (MARGIN_BEFORE + height + MARGIN_BELOW), value);
    }

    /// Copies a plane, with this value in its margin.
    pub(super) fn copy(&mut self, plane: &[f32], [width, height]: [usize; 2], margin: f32) {
        self.fill([width, height], margin);
        let rows = self.values.chunks_exact_mut(self.stride);
        for (row, from) in rows
            .skip(MARGIN_BEFORE)
            .zip(plane.chunks_exact(width.max(1)))
        {
            row[MARGIN_BEFORE..][..width].copy_from_slice(from);
        }
    }

    /// Index of a value.
    #[inline(always)]
    pub(super) fn index(&self, column: usize, row: usize) -> usize {
        (MARGIN_BEFORE + row) * self.stride + MARGIN_BEFORE + column
    }

    /// The rows from `first`, `count` of them, margins at their sides included.
    pub(super) fn rows_mut(&mut self, first: usize, count: usize) -> &mut [f32] {
        &mut self.values[(MARGIN_BEFORE + first) * self.stride..][..count * self.stride]
    }

    /// Eight values from an index on.
    #[inline(always)]
    pub(super) fn load<S: Simd>(&self, simd: S, index: usize) -> f32x8<S> {
        f32x8::from_slice(simd, &self.values[index..index + LANES])
    }

    /// The values at eight indices.
    #[inline(always)]
    pub(super) fn gather<S: Simd>(&self, simd: S, indices: &[u32; LANES]) -> f32x8<S> {
        let mut lanes = [0.0; LANES];
        for (lane, index) in lanes.iter_mut().zip(indices) {
            *lane = self.values[*index as usize];
        }
        f32x8::from_slice(simd, &lanes)
    }
}
