//! The means of squares of pixels, which make a picture of a magnified one.

use fearless_simd::dispatch;
use fearless_simd::prelude::*;
use molshot_scenes::CropRect;

use super::rows::RowThreads;
use crate::cancel::CancelToken;
use crate::error::RenderError;

/// What is averaged.
pub(super) struct Squares<'a> {
    pub(super) color: &'a [[u8; 4]],
    /// Pixels in a row of `color`.
    pub(super) width: usize,
    /// The wanted part of `color`.
    pub(super) inner: CropRect,
    /// Edge of a square, pixels.
    pub(super) factor: u32,
    pub(super) transparent: bool,
    /// Whether means are rounded half up, not down.
    pub(super) rounds: bool,
}

/// Averages squares of pixels in integers, rounded half up or down, as `shaders/resolve.wgsl` does.
/// With straight alpha a colour is the mean of the covered pixels.
///
/// # Errors
/// [`RenderError::Cancelled`].
pub(super) fn average(
    squares: &Squares<'_>,
    pixels: &mut [u8],
    threads: RowThreads,
    cancel: &CancelToken,
) -> Result<(), RenderError> {
    let columns = (squares.inner.width_px / squares.factor).max(1) as usize;
    let pixels = pixels.as_chunks_mut::<4>().0;
    threads.for_each_band(pixels, columns, cancel, |first, rows| {
        for (row, pixels) in (first..).zip(rows.chunks_exact_mut(columns)) {
            dispatch!(threads.level, simd => simd.vectorize(
                #[inline(always)]
                || match squares.factor {
                    1 => pixels.copy_from_slice(squares.line::<1>(row, 0)),
                    2 => squares.average_row::<2>(row, pixels),
                    3 => squares.average_row::<3>(row, pixels),
                    _ => squares.average_row::<4>(row, pixels),
                },
            ));
        }
    })
}

impl Squares<'_> {
    /// The pixels of a line of a row of squares.
    #[inline(always)]
    fn line<const FACTOR: usize>(&self, row: usize, line: usize) -> &[[u8; 4]] {
        let first = (self.inner.y_px as usize + row * FACTOR + line) * self.width;
        &self.color[first + self.inner.x_px as usize..][..self.inner.width_px as usize]
    }

    #[inline(always)]
    fn average_row<const FACTOR: usize>(&self, row: usize, pixels: &mut [[u8; 4]]) {
        let count = (FACTOR * FACTOR) as u32;
        let half = u32::from(self.rounds);
        let lines: [&[[[u8; 4]; FACTOR]]; FACTOR] =
            std::array::from_fn(|line| self.line::<FACTOR>(row, line).as_chunks().0);
        for (column, pixel) in pixels.iter_mut().enumerate() {
            let mut sums = [0_u32; 4];
            for line in lines {
                for fine in &line[column] {
                    let seen = u32::from(!self.transparent || fine[3] != 0);
                    for (sum, level) in sums.iter_mut().zip(fine) {
                        *sum += u32::from(*level) * seen;
                    }
                }
            }
            if self.transparent {
                let covered = (sums[3] / 255).max(1);
                for (level, sum) in pixel.iter_mut().zip(sums) {
                    *level = ((2 * sum + half * covered) / (2 * covered)) as u8;
                }
                pixel[3] = ((2 * sums[3] + half * count) / (2 * count)) as u8;
            } else {
                for (level, sum) in pixel.iter_mut().zip(sums) {
                    *level = ((2 * sum + half * count) / (2 * count)) as u8;
                }
            }
        }
    }
}
