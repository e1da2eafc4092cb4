//! What an outline holds of each row of pixels, eight rows at a time: the columns that are surely
//! inside, and those that may be.
//!
//! An outline may be off by [`Silhouette::error_px`] in any direction. So each of its pieces is
//! taken once larger and once smaller by that, and what the larger ones hold but the smaller ones
//! do not is left open. These are few pixels: the error is below a thousandth of one.

use fearless_simd::f32x8;
use fearless_simd::prelude::*;

use super::footprint::Footprint;
use super::silhouette::{Ellipse, Segment, Silhouette};
use crate::simd::{LANES, successive};

/// A column that no picture has.
const BEYOND: f32 = 1e9;

/// An [`Ellipse`] relative to a window.
#[derive(Clone, Copy)]
struct EllipseRows {
    middle: [f32; 2],
    half_width: f32,
    per_half_height: f32,
    slant: f32,
    /// How far columns may be off.
    slack: f32,
    /// First and last row that it may touch.
    rows: [f32; 2],
}

impl EllipseRows {
    fn new(ellipse: &Ellipse, [left, top]: [f64; 2], error: f64) -> Self {
        let (x, y) = (ellipse.middle.x - left, ellipse.middle.y - top);
        let reach = ellipse.half_height + 2.0 * error;
        Self {
            middle: [x as f32, y as f32],
            half_width: ellipse.half_width as f32,
            per_half_height: (1.0 / ellipse.half_height) as f32,
            slant: ellipse.slant as f32,
            slack: (error * (1.0 + ellipse.slant.abs())) as f32,
            rows: [(y - reach) as f32, (y + reach) as f32],
        }
    }
}

/// A [`Segment`] relative to a window.
#[derive(Clone, Copy)]
struct SegmentRows {
    /// Column and row of its upper end.
    start: [f32; 2],
    /// Columns a row.
    slope: f32,
    /// How far columns may be off.
    slack: f32,
    /// First and last row that it may touch.
    outer: [f32; 2],
    /// First and last row that it surely crosses.
    inner: [f32; 2],
}

impl SegmentRows {
    fn new(ends: Segment, [left, top]: [f64; 2], error: f64) -> Self {
        let [mut a, mut b] = ends;
        if a.y > b.y {
            (a, b) = (b, a);
        }
        let height = b.y - a.y;
        let (column, slope, slack) = if height > 2.0 * error {
            let slope = (b.x - a.x) / height;
            (a.x, slope, error * (1.0 + slope * slope).sqrt())
        } else {
            let half = (b.x - a.x) * 0.5;
            (a.x + half, 0.0, error + half.abs())
        };
        let rows = |error: f64| [(a.y - top - error) as f32, (b.y - top + error) as f32];
        Self {
            start: [(column - left) as f32, (a.y - top) as f32],
            slope: slope as f32,
            slack: slack as f32,
            outer: rows(error),
            // Upside down for one that is flat.
            inner: rows(-error),
        }
    }
}

/// Bounds of the columns of eight rows, first and last, as real numbers. Where nothing is held the
/// first is above the last.
#[derive(Clone, Copy)]
struct Columns<S: Simd> {
    first: f32x8<S>,
    last: f32x8<S>,
}

impl<S: Simd> Columns<S> {
    #[inline(always)]
    fn none(simd: S) -> Self {
        Self {
            first: f32x8::splat(simd, BEYOND),
            last: f32x8::splat(simd, -BEYOND),
        }
    }

    /// Adds columns in the rows of a mask.
    #[inline(always)]
    fn add(&mut self, rows: fearless_simd::mask32x8<S>, first: f32x8<S>, last: f32x8<S>) {
        self.first = rows.select(self.first.min(first), self.first);
        self.last = rows.select(self.last.max(last), self.last);
    }

    /// The whole columns: the first, and one past the last, of a window.
    #[inline(always)]
    fn whole(self, simd: S, left: f32, width: f32) -> [f32x8<S>; 2] {
        let number = |x: f32| f32x8::splat(simd, x);
        let cut = |at: f32x8<S>| at.max(number(0.0)).min(number(width)) + number(left);
        [cut(self.first.ceil()), cut(self.last.floor() + number(1.0))]
    }
}

/// Adds what an outline holds of a window (left, top, one past the right, one past the bottom).
#[inline(always)]
pub(super) fn add_rows<S: Simd>(
    simd: S,
    silhouette: &Silhouette,
    window: [u32; 4],
    out: &mut Footprint,
) {
    let [left, top, right, bottom] = window;
    let corner = [f64::from(left), f64::from(top)];
    let error = silhouette.error_px;
    let ellipses = (silhouette.ellipses)
        .map(|ellipse| ellipse.map(|ellipse| EllipseRows::new(&ellipse, corner, error)));
    let segments = (silhouette.segments)
        .map(|segment| segment.map(|segment| SegmentRows::new(segment, corner, error)));
    let height = (bottom - top) as usize;
    simd.vectorize(
        #[inline(always)]
        || {
            let number = |x: f32| f32x8::splat(simd, x);
            let (zero, one, error) = (number(0.0), number(1.0), number(error as f32));
            for row in (0..height).step_by(LANES) {
                let y = successive(simd, row as u32);
                let touches =
                    |rows: [f32; 2]| rows[0] < (row + LANES) as f32 && rows[1] >= row as f32;
                let mut outer = Columns::none(simd);
                let mut inner = Columns::none(simd);
                for ellipse in ellipses.iter().flatten() {
                    if !touches(ellipse.rows) {
                        continue;
                    }
                    let down = y - number(ellipse.middle[1]);
                    let middle = number(ellipse.middle[0]) + number(ellipse.slant) * down;
                    let per_half_height = number(ellipse.per_half_height);
                    let share = |down: f32x8<S>| {
                        let share = down * per_half_height;
                        (one - share) * (one + share)
                    };
                    let width = number(ellipse.half_width);
                    let down = down.abs();
                    let square = share((down - error).max(zero));
                    let half = square.max(zero).sqrt() * width + number(ellipse.slack);
                    outer.add(square.simd_ge(zero), middle - half, middle + half);
                    let square = share(down + error);
                    let half = square.max(zero).sqrt() * width - number(ellipse.slack);
                    let inside = square.simd_gt(zero) & half.simd_ge(zero);
                    inner.add(inside, middle - half, middle + half);
                }
                for segment in segments.iter().flatten() {
                    if !touches(segment.outer) {
                        continue;
                    }
                    let column = number(segment.start[0])
                        + number(segment.slope) * (y - number(segment.start[1]));
                    let slack = number(segment.slack);
                    let within =
                        |rows: [f32; 2]| y.simd_ge(number(rows[0])) & y.simd_le(number(rows[1]));
                    outer.add(within(segment.outer), column - slack, column + slack);
                    inner.add(within(segment.inner), column + slack, column - slack);
                }
                let width = (right - left) as f32;
                let [outer_first, outer_end] = outer.whole(simd, left as f32, width);
                let [first, end] = inner.whole(simd, left as f32, width);
                let inside = y.simd_lt(number(height as f32));
                let open = inside
                    & outer_first.simd_lt(outer_end)
                    & !(outer_first.simd_eq(first) & outer_end.simd_eq(end));
                let row = top + row as u32;
                if open.any_true() {
                    let store = |columns: f32x8<S>| {
                        let mut lanes = [0.0; LANES];
                        columns.store_slice(&mut lanes);
                        lanes
                    };
                    out.add_unsure(
                        row,
                        open.to_bitmask() as u32,
                        [outer_first, first, end, outer_end].map(store),
                    );
                }
                // Nothing where it ends before it begins.
                let end = inside.select(end, zero);
                out.covered.add_rows(simd, row, first, end);
            }
        },
    );
}
