//! Pixels that at least one of many spans holds, each once.

use super::footprint::Span;

/// What an atom's shapes cover together. Its buffers stay from atom to atom.
#[derive(Debug, Default)]
pub(super) struct SpanUnion {
    top: u32,
    /// First column and one past the last of each row from the top; equal in an empty row.
    rows: Vec<[u32; 2]>,
    /// Spans that did not touch what their row held: few, for an atom's shapes touch each other.
    apart: Vec<Span>,
    /// Those of one row.
    of_row: Vec<Span>,
}

impl SpanUnion {
    /// Forgets all; spans of rows from `top` up to `bottom` may come.
    pub(super) fn begin(&mut self, top: u32, bottom: u32) {
        self.top = top;
        self.rows.clear();
        self.rows
            .resize(bottom.saturating_sub(top) as usize, [0; 2]);
        self.apart.clear();
    }

    /// Adds a span that is not empty.
    pub(super) fn add(&mut self, span: Span) {
        let row = &mut self.rows[(span.row - self.top) as usize];
        if row[0] == row[1] {
            *row = [span.first, span.end];
        } else if span.first <= row[1] && span.end >= row[0] {
            *row = [row[0].min(span.first), row[1].max(span.end)];
        } else {
            self.apart.push(span);
        }
    }

    /// Whether a pixel is held.
    pub(super) fn holds(&self, [column, row]: [u32; 2]) -> bool {
        let [first, end] = self.rows[(row - self.top) as usize];
        (first..end).contains(&column)
            || (self.apart.iter())
                .any(|span| span.row == row && (span.first..span.end).contains(&column))
    }

    /// Passes the union to `take`, as spans that do not overlap.
    pub(super) fn each(&mut self, mut take: impl FnMut(Span)) {
        self.apart.sort_unstable_by_key(|span| span.row);
        let mut apart = self.apart.iter().peekable();
        for (row, [first, end]) in (self.top..).zip(self.rows.iter().copied()) {
            if first == end {
                continue;
            }
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
            union.begin(10, 16);
            for _ in 0..next(14) {
                let (row, first) = (next(6), next(36));
                let end = first + 1 + next(4);
                expected[row as usize][first as usize..end as usize].fill(true);
                let row = row + 10;
                union.add(Span { row, first, end });
            }
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
