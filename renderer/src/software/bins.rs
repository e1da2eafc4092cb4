//! Front to back, tile by tile.

use super::bodies::Seen;
use super::tile::wide;

/// The tiles of a picture, each with a list of what it may show, nearest first; the buffers stay
/// from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Bins {
    /// Indices into `seen`, by rising depth.
    order: Vec<u32>,
    keys: Vec<u16>,
    spare: Vec<u32>,
    /// Where each tile's list starts in `members`; one more than tiles.
    starts: Vec<u32>,
    members: Vec<u32>,
    /// Of columns and rows; see [`Grid::tiles`].
    tiles: [Vec<u16>; 2],
    ranges: Vec<Range>,
    columns: usize,
    rows: usize,
    /// A body's near depth may be less than its predecessor's in a list by this much, angstrom.
    pub(super) disorder: f32,
}

/// How tiles lie on the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    /// First column and row that is drawn.
    pub(super) origin_px: [i32; 2],
    /// Distance of tiles.
    pub(super) step_px: i32,
    /// How far each tile looks over its border.
    pub(super) apron_px: i32,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Grid {
    /// For each pixel from the first tile's first on, aprons left out: its tile.
    fn tiles(&self, axis: usize, tiles: &mut Vec<u16>) {
        let count = if axis == 0 { self.columns } else { self.rows };
        tiles.clear();
        for tile in 0..count {
            tiles.extend((0..self.step_px).map(|_| tile as u16));
        }
    }
}

/// Tiles that may look at a body: first column, first row, last column, last row. What lies beside
/// the picture counts to its border.
type Range = [u16; 4];

impl Bins {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.order.capacity(),
            self.keys.capacity(),
            self.spare.capacity(),
            self.starts.capacity(),
            self.members.capacity(),
            self.ranges.capacity(),
        ]);
    }

    /// Sorts and bins.
    pub(super) fn fill(&mut self, seen: &[Seen], grid: &Grid) {
        self.sort(seen);
        (self.columns, self.rows) = (grid.columns, grid.rows);
        for axis in 0..2 {
            grid.tiles(axis, &mut self.tiles[axis]);
        }
        self.starts.clear();
        self.starts.resize(grid.columns * grid.rows + 1, 0);
        self.ranges.clear();
        for body in seen {
            let range = self.range(grid, body.rect);
            self.ranges.push(range);
            let [left, top, right, bottom] = wide::<_, usize>(range);
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
        // Each start moves to its list's end while the list is filled...
        for index in &self.order {
            let [left, top, right, bottom] = wide::<_, usize>(self.ranges[*index as usize]);
            for row in top..=bottom {
                for start in &mut self.starts[row * grid.columns..][left..=right] {
                    self.members[*start as usize] = *index;
                    *start += 1;
                }
            }
        }
        // ...which is where the next one's starts.
        let tiles = grid.columns * grid.rows;
        self.starts.copy_within(0..tiles, 1);
        self.starts[0] = 0;
    }

    #[inline(always)]
    fn range(&self, grid: &Grid, rect: [i16; 4]) -> Range {
        let tile = |axis: usize, at: i32| {
            let tiles = &self.tiles[axis];
            let at = (at - grid.origin_px[axis]).clamp(0, tiles.len() as i32 - 1);
            tiles[at as usize]
        };
        let [left, top, right, bottom] = wide::<_, i32>(rect);
        [
            tile(0, left - grid.apron_px),
            tile(1, top - grid.apron_px),
            tile(0, right + grid.apron_px),
            tile(1, bottom + grid.apron_px),
        ]
    }

    /// Indices into `seen` of what a tile may show, nearest first (up to the sort's resolution).
    pub(super) fn members(&self, column: usize, row: usize) -> &[u32] {
        let tile = row * self.columns + column;
        &self.members[self.starts[tile] as usize..self.starts[tile + 1] as usize]
    }

    /// Radix sort of depths as 16 bits, in two rounds.
    fn sort(&mut self, seen: &[Seen]) {
        let (low, high) = seen
            .iter()
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), body| {
                (low.min(body.near), high.max(body.near))
            });
        let scale = if high > low {
            65535.0 / (high - low)
        } else {
            0.0
        };
        self.disorder = if high > low {
            (high - low) / 32768.0
        } else {
            0.0
        };
        self.keys.clear();
        self.keys
            .extend(seen.iter().map(|body| ((body.near - low) * scale) as u16));
        self.order.clear();
        self.order.extend(0..seen.len() as u32);
        self.spare.clear();
        self.spare.resize(seen.len(), 0);
        for shift in [0, 8] {
            let mut places = [0_u32; 256];
            for key in &self.keys {
                places[usize::from(key >> shift & 255)] += 1;
            }
            let mut sum = 0;
            for place in &mut places {
                let count = *place;
                *place = sum;
                sum += count;
            }
            for index in &self.order {
                let place = &mut places[usize::from(self.keys[*index as usize] >> shift & 255)];
                self.spare[*place as usize] = *index;
                *place += 1;
            }
            std::mem::swap(&mut self.order, &mut self.spare);
        }
    }
}
