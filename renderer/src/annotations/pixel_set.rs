//! Which pixels of a picture the atoms of one residue cover together.

use super::footprint::Span;
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
