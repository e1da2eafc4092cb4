//! Lists of primitives for each tile, nearest first.

use super::primitives::ProjectedPrimitive;
use std::ops::Range;

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::simd::widen;

/// Most entries that are listed at a time, unless one tile has more: it bounds the memory. Pictures
/// with more are drawn in several parts.
const MAX_ENTRIES: usize = 1 << 21;
/// The token is looked at once in so many primitives.
const LOOK_INTERVAL: usize = 256;

/// For each tile of a part of a frame the primitives that may touch it, nearest first. The buffers
/// are reused from frame to frame.
///
/// A part is a range of tiles, counted row by row. [`Self::begin`] starts a frame and
/// [`Self::next_part`] lists its parts, which are the whole frame unless it has very many entries.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// Indices of the primitives, by rising depth.
    order: Vec<u32>,
    /// The primitives in that order.
    sorted: Vec<ProjectedPrimitive>,
    /// Depths of the primitives in 65536 steps.
    depth_keys: Vec<u16>,
    /// The sort's second buffer.
    scratch: Vec<u32>,
    /// Number of primitives of each tile of the frame.
    counts: Vec<u32>,
    /// The tiles whose lists `members` holds.
    part: Range<usize>,
    /// Where each of these tiles' lists starts in `members`, and where the last one ends.
    starts: Vec<u32>,
    members: Vec<ProjectedPrimitive>,
    /// The tile of each pixel column and row; see [`TileGrid::tiles`].
    tiles: [Vec<u16>; 2],
    /// Tiles of each primitive of `sorted`.
    ranges: Vec<TileRange>,
    columns: usize,
    rows: usize,
    /// A primitive's nearest depth may be less than that of its predecessor in a list by this much,
    /// angstrom, for depths are sorted in steps.
    pub(super) max_depth_inversion: f32,
}

/// Where the tiles lie in the image.
#[derive(Debug, Clone, Copy)]
pub(super) struct TileGrid {
    /// First column and row of the whole image that is drawn.
    pub(super) origin_px: [i32; 2],
    /// Distance between the starts of neighbouring tiles: a tile's edge without its apron.
    pub(super) step_px: i32,
    /// Width of the border that a tile computes beyond its own pixels.
    pub(super) apron_px: i32,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl TileGrid {
    /// Lists the tile of each pixel along an axis, from the first tile's first on, without aprons.
    fn tiles(&self, axis: usize, tiles: &mut Vec<u16>) {
        let count = if axis == 0 { self.columns } else { self.rows };
        tiles.clear();
        for tile in 0..count {
            tiles.extend((0..self.step_px).map(|_| tile as u16));
        }
    }
}

/// Tiles that a primitive may touch: first column, first row, last column, last row. Beyond the
/// image the nearest tile counts.
type TileRange = [u16; 4];

impl Bins {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.order.capacity(),
            self.sorted.capacity(),
            self.depth_keys.capacity(),
            self.scratch.capacity(),
            self.counts.capacity(),
            self.starts.capacity(),
            self.members.capacity(),
            self.ranges.capacity(),
        ]);
    }

    /// Begins a frame: sorts primitives by depth and counts them for each tile that they may touch.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub(super) fn begin(
        &mut self,
        primitives: &[ProjectedPrimitive],
        grid: &TileGrid,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        cancel.check()?;
        self.sort(primitives);
        (self.columns, self.rows) = (grid.columns, grid.rows);
        self.part = 0..0;
        for axis in 0..2 {
            grid.tiles(axis, &mut self.tiles[axis]);
        }
        self.counts.clear();
        self.counts.resize(grid.columns * grid.rows, 0);
        self.ranges.clear();
        self.sorted.clear();
        for indices in self.order.chunks(LOOK_INTERVAL) {
            cancel.check()?;
            for index in indices {
                let primitive = primitives[*index as usize];
                self.sorted.push(primitive);
                let range = self.range(grid, primitive.rect_px);
                self.ranges.push(range);
                let [left, top, right, bottom] = widen::<_, usize>(range);
                for row in top..bottom + 1 {
                    let row = row * grid.columns;
                    for count in &mut self.counts[row + left..row + right + 1] {
                        *count += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Lists the primitives of the next part of the frame; `false` when there is none.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub(super) fn next_part(&mut self, cancel: &CancelToken) -> Result<bool, RenderError> {
        self.next_part_of(MAX_ENTRIES, cancel)
    }

    fn next_part_of(
        &mut self,
        max_entries: usize,
        cancel: &CancelToken,
    ) -> Result<bool, RenderError> {
        let first = self.part.end;
        let mut sum = 0;
        self.starts.clear();
        for count in &self.counts[first..] {
            if sum > 0 && sum + *count as usize > max_entries {
                break;
            }
            self.starts.push(sum as u32);
            sum += *count as usize;
        }
        let end = first + self.starts.len();
        self.part = first..end;
        if self.part.is_empty() {
            return Ok(false);
        }
        self.starts.push(sum as u32);
        self.members.clear();
        // Nothing is listed anywhere.
        let Some(filler) = self.sorted.first() else {
            self.starts.resize(self.part.len() + 1, 0);
            return Ok(true);
        };
        self.members.resize(sum, *filler);
        // Each start moves to the end of its list while the list is filled...
        let rows = first / self.columns..(end - 1) / self.columns + 1;
        for (primitives, ranges) in
            (self.sorted.chunks(LOOK_INTERVAL)).zip(self.ranges.chunks(LOOK_INTERVAL))
        {
            cancel.check()?;
            for (primitive, range) in primitives.iter().zip(ranges) {
                let [left, top, right, bottom] = widen::<_, usize>(*range);
                for row in top.max(rows.start)..(bottom + 1).min(rows.end) {
                    let row = row * self.columns;
                    let from = (row + left).max(first);
                    let to = (row + right + 1).min(end);
                    if from < to {
                        for start in &mut self.starts[from - first..to - first] {
                            self.members[*start as usize] = *primitive;
                            *start += 1;
                        }
                    }
                }
            }
        }
        // ...which is where the next list starts.
        let tiles = self.part.len();
        self.starts.copy_within(0..tiles, 1);
        self.starts[0] = 0;
        Ok(true)
    }

    /// Rows of tiles that the part touches.
    pub(super) fn part_rows(&self) -> Range<usize> {
        self.part.start / self.columns..self.part.end.div_ceil(self.columns)
    }

    /// Columns of a row's tiles that the part holds.
    pub(super) fn columns(&self, row: usize) -> Range<usize> {
        let first = row * self.columns;
        let of_part = |tile: usize| tile.clamp(first, first + self.columns) - first;
        of_part(self.part.start)..of_part(self.part.end)
    }

    #[inline(always)]
    fn range(&self, grid: &TileGrid, rect_px: [i16; 4]) -> TileRange {
        let tile = |axis: usize, at: i32| {
            let tiles = &self.tiles[axis];
            let at = (at - grid.origin_px[axis]).clamp(0, tiles.len() as i32 - 1);
            tiles[at as usize]
        };
        let [left, top, right, bottom] = widen::<_, i32>(rect_px);
        [
            tile(0, left - grid.apron_px),
            tile(1, top - grid.apron_px),
            tile(0, right + grid.apron_px),
            tile(1, bottom + grid.apron_px),
        ]
    }

    /// The primitives that may touch a tile of the part, nearest first up to
    /// [`Self::max_depth_inversion`].
    pub(super) fn members(&self, column: usize, row: usize) -> &[ProjectedPrimitive] {
        let tile = row * self.columns + column - self.part.start;
        &self.members[self.starts[tile] as usize..self.starts[tile + 1] as usize]
    }

    /// Radix sort by 16-bit depths, in two rounds. It is stable: ties keep the order of ids.
    fn sort(&mut self, primitives: &[ProjectedPrimitive]) {
        let (low, high) = primitives.iter().fold(
            (f32::INFINITY, f32::NEG_INFINITY),
            |(low, high), primitive| {
                (
                    low.min(primitive.near_depth),
                    high.max(primitive.near_depth),
                )
            },
        );
        let scale = if high > low {
            65535.0 / (high - low)
        } else {
            0.0
        };
        self.max_depth_inversion = if high > low {
            (high - low) / 32768.0
        } else {
            0.0
        };
        self.depth_keys.clear();
        self.depth_keys.extend(
            primitives
                .iter()
                .map(|primitive| ((primitive.near_depth - low) * scale) as u16),
        );
        self.order.clear();
        self.order.extend(0..primitives.len() as u32);
        self.scratch.clear();
        self.scratch.resize(primitives.len(), 0);
        for shift in [0, 8] {
            let mut places = [0_u32; 256];
            for key in &self.depth_keys {
                places[usize::from(key >> shift & 255)] += 1;
            }
            let mut sum = 0;
            for place in &mut places {
                let count = *place;
                *place = sum;
                sum += count;
            }
            for index in &self.order {
                let place =
                    &mut places[usize::from(self.depth_keys[*index as usize] >> shift & 255)];
                self.scratch[*place as usize] = *index;
                *place += 1;
            }
            std::mem::swap(&mut self.order, &mut self.scratch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::primitive_id::PrimitiveId;
    use super::*;

    #[test]
    fn parts_list_the_same_as_the_whole_frame() {
        let grid = TileGrid {
            origin_px: [3, -5],
            step_px: 30,
            apron_px: 1,
            columns: 7,
            rows: 5,
        };
        let mut random = 3_u32;
        let mut below = |end: i32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as i32 % end
        };
        let primitives: Vec<ProjectedPrimitive> = (0..400)
            .map(|index| {
                let (left, top) = (below(240) as i16 - 20, below(180) as i16 - 20);
                ProjectedPrimitive {
                    id: PrimitiveId::sphere(index),
                    near_depth: below(1000) as f32,
                    rect_px: [left, top, left + below(90) as i16, top + below(90) as i16],
                }
            })
            .collect();
        let token = CancelToken::new();
        let lists = |max_entries: usize| {
            let mut bins = Bins::default();
            bins.begin(&primitives, &grid, &token)
                .expect("not cancelled");
            let (mut lists, mut parts) = (Vec::new(), 0);
            while (bins.next_part_of(max_entries, &token)).expect("not cancelled") {
                parts += 1;
                for row in bins.part_rows() {
                    for column in bins.columns(row) {
                        lists.push(bins.members(column, row).to_vec());
                    }
                }
            }
            (lists, parts)
        };
        let (whole, parts) = lists(usize::MAX);
        assert_eq!((whole.len(), parts), (35, 1));
        assert!(whole.iter().map(Vec::len).sum::<usize>() > 1000);
        for max_entries in [0, 1, 50, 100, 333, 1000] {
            let (divided, parts) = lists(max_entries);
            assert!(divided == whole, "{max_entries}");
            assert!(parts > 1, "{max_entries}");
        }
        // A tile without primitives does not end a frame.
        let mut bins = Bins::default();
        bins.begin(&[], &grid, &token).expect("not cancelled");
        assert!(bins.next_part_of(0, &token).expect("not cancelled"));
        assert_eq!((bins.part_rows(), bins.columns(4)), (0..5, 0..7));
        assert!(!bins.next_part_of(0, &token).expect("not cancelled"));
    }
}
