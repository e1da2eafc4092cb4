//! Which pixels of a picture the atoms of one residue cover together.

use super::projector::Span;
use super::visible::Covered;

/// Pixels of a word.
const WORD_PX: usize = 64;

/// A set of pixels, one bit each. Its buffer stays from residue to residue.
#[derive(Debug, Default)]
pub(super) struct PixelSet {
    /// Rows of whole words.
    words: Vec<u64>,
    row_words: usize,
    /// The box that holds all; its number of pixels is not known before the end.
    bounds: Option<Covered>,
}

impl PixelSet {
    /// Begins another picture; nothing is in the set.
    pub(super) fn begin(&mut self, width: usize, height: usize) {
        self.row_words = width.div_ceil(WORD_PX);
        self.words.clear();
        self.words.resize(self.row_words * height, 0);
        self.bounds = None;
    }

    /// Adds a span, which is not empty.
    pub(super) fn add(&mut self, span: Span) {
        let Span { row, first, end } = span;
        self.bounds
            .get_or_insert(Covered::NONE)
            .widen(row, first, end);
        let words = &mut self.words[row as usize * self.row_words..][..self.row_words];
        let (first, last) = (first as usize, end as usize - 1);
        let (first_word, last_word) = (first / WORD_PX, last / WORD_PX);
        let from_first = u64::MAX << (first % WORD_PX);
        let to_last = u64::MAX >> (WORD_PX - 1 - last % WORD_PX);
        if first_word == last_word {
            words[first_word] |= from_first & to_last;
        } else {
            words[first_word] |= from_first;
            words[first_word + 1..last_word].fill(u64::MAX);
            words[last_word] |= to_last;
        }
    }

    /// Counts the pixels, and takes them out again.
    pub(super) fn take(&mut self) -> Covered {
        let Some(mut covered) = self.bounds.take() else {
            return Covered::NONE;
        };
        let [columns, rows] = covered.ranges();
        let words = columns.start / WORD_PX..columns.end.div_ceil(WORD_PX);
        for row in rows {
            for word in &mut self.words[row * self.row_words..][words.clone()] {
                covered.pixels += u64::from(word.count_ones());
                *word = 0;
            }
        }
        covered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pixel_counts_once() {
        let mut set = PixelSet::default();
        set.begin(200, 9);
        let mut state = 9_u64;
        let mut next = |below: u64| {
            state = (state.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(1);
            ((state >> 33) % below) as u32
        };
        for residue in 0..200 {
            let mut pixels = [[false; 200]; 9];
            for _ in 0..next(8) {
                let (row, first) = (next(9), next(200));
                let end = first + 1 + next(u64::from(200 - first));
                set.add(Span { row, first, end });
                pixels[row as usize][first as usize..end as usize].fill(true);
            }
            let held: Vec<[u32; 2]> = (0..200 * 9)
                .map(|at| [at % 200, at / 200])
                .filter(|[column, row]| pixels[*row as usize][*column as usize])
                .collect();
            let covered = set.take();
            assert_eq!(covered.pixels, held.len() as u64, "{residue}");
            let least = |axis: usize| held.iter().map(|pixel| pixel[axis]).min();
            let most = |axis: usize| held.iter().map(|pixel| pixel[axis]).max();
            let bounds = least(0).zip(least(1)).map(|(left, top)| {
                let [right, bottom] = [0, 1].map(|axis| most(axis).unwrap_or_default());
                [left + 5, top + 6, right - left + 1, bottom - top + 1]
            });
            assert_eq!(covered.bounds([5, 6]), bounds, "{residue}");
        }
    }
}
