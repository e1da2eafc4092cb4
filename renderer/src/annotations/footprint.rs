//! What the shapes of one atom cover, with a third answer beside yes and no: too close to decide.

use super::span_union::SpanUnion;
use crate::simd::LANES;

/// What the shapes of one atom cover.
#[derive(Debug, Default)]
pub(super) struct Footprint {
    /// Surely covered.
    pub(super) covered: SpanUnion,
    /// Pixels (column, row) that may be covered or not.
    pub(super) unsure: Vec<[u32; 2]>,
    /// Pixels about the shapes that the near plane may cut, all of which are unsure: left, top, one
    /// past the right, one past the bottom.
    pub(super) cut: Option<[u32; 4]>,
}

impl Footprint {
    /// Begins another atom in a picture of so many rows.
    pub(super) fn begin(&mut self, height: u32) {
        self.covered.begin(height);
        self.unsure.clear();
        self.cut = None;
    }

    /// Notes what is left open in eight rows: for each row in `rows`, a bit each, the first
    /// column of those that may be covered and of those that surely are, and one past the last of
    /// these and those.
    pub(super) fn add_unsure(&mut self, row: u32, mut rows: u32, columns: [[f32; LANES]; 4]) {
        while rows != 0 {
            let lane = rows.trailing_zeros();
            rows &= rows - 1;
            let [outer_first, first, end, outer_end] =
                columns.map(|columns| columns[lane as usize] as u32);
            let mut note = |first: u32, end: u32| {
                self.unsure
                    .extend((first..end).map(|column| [column, row + lane]));
            };
            if first < end {
                note(outer_first, first);
                note(end, outer_end);
            } else {
                note(outer_first, outer_end);
            }
        }
    }
}

/// The smallest window that holds two: left, top, one past the right, one past the bottom.
pub(super) fn widened(one: Option<[u32; 4]>, other: [u32; 4]) -> [u32; 4] {
    let one = one.unwrap_or(other);
    [
        one[0].min(other[0]),
        one[1].min(other[1]),
        one[2].max(other[2]),
        one[3].max(other[3]),
    ]
}
