//! Lists of primitives for each tile, nearest first.

use super::primitives::ProjectedPrimitive;
use super::simd::widen;

/// For each tile of a frame the primitives that may touch it, nearest first. The buffers are reused
/// from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// Indices of the primitives, by rising depth.
    order: Vec<u32>,
    /// Depths of the primitives in 65536 steps.
    depth_keys: Vec<u16>,
    /// The sort's second buffer.
    scratch: Vec<u32>,
    /// Where each tile's list starts in `members`, and where the last one ends.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// The tile of each pixel column and row; see [`TileGrid::tiles`].
    tiles: [Vec<u16>; 2],
    /// Tiles of each primitive.
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
            self.depth_keys.capacity(),
            self.scratch.capacity(),
            self.starts.capacity(),
            self.members.capacity(),
            self.ranges.capacity(),
        ]);
    }

    /// Sorts primitives by depth and lists them for each tile that they may touch.
    pub(super) fn fill(&mut self, primitives: &[ProjectedPrimitive], grid: &TileGrid) {
        self.sort(primitives);
        (self.columns, self.rows) = (grid.columns, grid.rows);
        for axis in 0..2 {
            grid.tiles(axis, &mut self.tiles[axis]);
        }
        self.starts.clear();
        self.starts.resize(grid.columns * grid.rows + 1, 0);
        self.ranges.clear();
        for primitive in primitives {
            let range = self.range(grid, primitive.rect_px);
            self.ranges.push(range);
            let [left, top, right, bottom] = widen::<_, usize>(range);
            for row in top..=bottom {
                for start in &mut self.starts[row * grid.columns..][left..=right] {
                    *start += 1;
                }
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            let count = *start;
            *start = sum;
            sum += count;
        }
        self.members.clear();
        self.members.resize(sum as usize, 0);
        // Each start moves to the end of its list while the list is filled...
        for index in &self.order {
            let [left, top, right, bottom] = widen::<_, usize>(self.ranges[*index as usize]);
            for row in top..=bottom {
                for start in &mut self.starts[row * grid.columns..][left..=right] {
                    self.members[*start as usize] = *index;
                    *start += 1;
                }
            }
        }
        // ...which is where the next list starts.
        let tiles = grid.columns * grid.rows;
        self.starts.copy_within(0..tiles, 1);
        self.starts[0] = 0;
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

    /// Indices of the primitives that may touch a tile, nearest first up to
    /// [`Self::max_depth_inversion`].
    pub(super) fn members(&self, column: usize, row: usize) -> &[u32] {
        let tile = row * self.columns + column;
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
