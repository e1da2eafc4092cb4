//! Pixels that at least one of many spans holds, each once.

use fearless_simd::f32x8;
use fearless_simd::prelude::*;

use super::projector::Span;
use crate::simd::LANES;

/// What an atom's shapes cover together. Its buffers stay from atom to atom.
#[derive(Debug, Default)]
pub(super) struct SpanUnion {
    /// First column of each row of the picture, and one past the last; equal in an empty row. All
    /// whole numbers. There are [`LANES`] more rows than in the picture.
    first: Vec<f32>,
    end: Vec<f32>,
    /// First row, and one past the last, of those that may not be empty.
    touched: [usize; 2],
    /// Spans that did not touch what their row held: few, for an atom's shapes touch each other.
    apart: Vec<Span>,
    /// Those of one row.
    of_row: Vec<Span>,
}

impl SpanUnion {
    /// Forgets all; spans of a picture of so many rows may come.
    pub(super) fn begin(&mut self, height: u32) {
        let rows = height as usize + LANES;
        if self.first.len() == rows {
            let [top, bottom] = self.touched;
            if top < bottom {
                self.first[top..bottom].fill(0.0);
                self.end[top..bottom].fill(0.0);
            }
        } else {
            for columns in [&mut self.first, &mut self.end] {
                columns.clear();
                columns.resize(rows, 0.0);
            }
        }
        self.touched = [usize::MAX, 0];
        self.apart.clear();
    }

    fn touch(&mut self, top: usize, bottom: usize) {
        let [first, end] = self.touched;
        self.touched = [first.min(top), end.max(bottom)];
    }

    /// Adds a span, if there is one, that is not empty.
    pub(super) fn extend(&mut self, span: Option<Span>) {
        if let Some(span) = span {
            self.add(span);
        }
    }

    /// Adds a span that is not empty.
    pub(super) fn add(&mut self, span: Span) {
        let row = span.row as usize;
        self.touch(row, row + 1);
        let (first, end) = (&mut self.first[row], &mut self.end[row]);
        let [span_first, span_end] = [span.first as f32, span.end as f32];
        if *first >= *end {
            (*first, *end) = (span_first, span_end);
        } else if span_first <= *end && span_end >= *first {
            (*first, *end) = (first.min(span_first), end.max(span_end));
        } else {
            self.apart.push(span);
        }
    }

    /// Adds a span to each of [`LANES`] rows from `row` on: first columns, and those past the last.
    /// One that ends at its beginning, or before, is empty.
    #[inline(always)]
    pub(super) fn add_rows<S: Simd>(&mut self, simd: S, row: u32, first: f32x8<S>, end: f32x8<S>) {
        let at = row as usize;
        self.touch(at, at + LANES);
        let firsts = &mut self.first[at..at + LANES];
        let ends = &mut self.end[at..at + LANES];
        let held_first = f32x8::from_slice(simd, firsts);
        let held_end = f32x8::from_slice(simd, ends);
        let new = first.simd_lt(end);
        let held = held_first.simd_lt(held_end);
        let touching = first.simd_le(held_end) & end.simd_ge(held_first);
        let replaced = new & !held;
        let widened = new & held & touching;
        let merged_first = widened.select(first.min(held_first), held_first);
        let merged_end = widened.select(end.max(held_end), held_end);
        replaced.select(first, merged_first).store_slice(firsts);
        replaced.select(end, merged_end).store_slice(ends);
        let mut apart = (new & held & !touching).to_bitmask() as u32;
        if apart != 0 {
            let (mut firsts, mut ends) = ([0.0; LANES], [0.0; LANES]);
            first.store_slice(&mut firsts);
            end.store_slice(&mut ends);
            while apart != 0 {
                let lane = apart.trailing_zeros();
                apart &= apart - 1;
                self.apart.push(Span {
                    row: row + lane,
                    first: firsts[lane as usize] as u32,
                    end: ends[lane as usize] as u32,
                });
            }
        }
    }

    /// Whether a pixel is held.
    pub(super) fn holds(&self, [column, row]: [u32; 2]) -> bool {
        let at = row as usize;
        (self.first[at] as u32..self.end[at] as u32).contains(&column)
            || (self.apart.iter())
                .any(|span| span.row == row && (span.first..span.end).contains(&column))
    }

    /// Passes the union to `take`, as spans that do not overlap.
    pub(super) fn each(&mut self, mut take: impl FnMut(Span)) {
        self.apart.sort_unstable_by_key(|span| span.row);
        let mut apart = self.apart.iter().peekable();
        let [top, bottom] = self.touched;
        if top >= bottom {
            return;
        }
        let rows = self.first[top..bottom].iter().zip(&self.end[top..bottom]);
        for (row, (first, end)) in (top as u32..).zip(rows) {
            if first >= end {
                continue;
            }
            let [first, end] = [*first as u32, *end as u32];
            let mut run = Span { row, first, end };
            if apart.peek().is_some_and(|span| span.row == row) {
                self.of_row.clear();
                self.of_row.push(run);
                while let Some(span) = apart.next_if(|span| span.row == row) {
                    self.of_row.push(*span);
                }
                self.of_row.sort_unstable_by_key(|span| span.first);
                run = self.of_row[0];
                for span in &self.of_row[1..] {
                    if span.first > run.end {
                        take(run);
                        run = *span;
                    } else {
                        run.end = run.end.max(span.end);
                    }
                }
            }
            take(run);
        }
    }
}

#[cfg(test)]
mod tests {
    use fearless_simd::{Level, dispatch};

    use super::*;

    #[test]
    fn every_pixel_is_passed_once() {
        let mut state = 3_u64;
        let mut next = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((state >> 33) % below) as u32
        };
        let mut union = SpanUnion::default();
        let (mut several, mut empty) = (0, 0);
        for _ in 0..300 {
            let mut expected = [[false; 40]; 6];
            union.begin(16);
            for _ in 0..next(14) {
                let (row, first) = (next(6), next(36));
                let end = first + 1 + next(4);
                expected[row as usize][first as usize..end as usize].fill(true);
                let row = row + 10;
                union.add(Span { row, first, end });
            }
            // A span for each of several rows at once.
            let mut rows = [[0.0; LANES]; 2];
            for row in 0..6 {
                let first = next(36);
                let end = first + next(5);
                rows[0][row] = first as f32;
                rows[1][row] = end as f32;
                expected[row][first as usize..end as usize].fill(true);
            }
            dispatch!(Level::new(), simd => {
                let [first, end] = rows.map(|columns| f32x8::from_slice(simd, &columns));
                union.add_rows(simd, 10, first, end);
            });
            for (row, pixels) in (10..).zip(&expected) {
                for (column, pixel) in (0..).zip(pixels) {
                    assert_eq!(union.holds([column, row]), *pixel, "{column}, {row}");
                }
            }
            let mut found = [[false; 40]; 6];
            let mut spans = [0; 6];
            union.each(|span| {
                let row = (span.row - 10) as usize;
                spans[row] += 1;
                for pixel in &mut found[row][span.first as usize..span.end as usize] {
                    assert!(!*pixel, "passed twice");
                    *pixel = true;
                }
            });
            assert_eq!(found, expected);
            several += spans.iter().filter(|spans| **spans > 1).count();
            empty += spans.iter().filter(|spans| **spans == 0).count();
        }
        assert!(several > 100 && empty > 100, "{several}, {empty}");
    }
}
