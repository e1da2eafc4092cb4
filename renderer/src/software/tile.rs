//! The buffers of one tile: depth, id and outline of each pixel, and which pixels need samples of
//! which primitive.

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f32x8, mask32x8, u32x8};

use super::camera::AxisRays;
use super::primitive_id::PrimitiveId;
use super::primitives::Cylinder;
use crate::simd::{LANES, transpose, widen};

/// Edge of a tile with its apron, pixels.
pub(super) const TILE_PX: usize = 32;
/// Pixels of a tile with its apron.
pub(super) const TILE_PIXELS: usize = TILE_PX * TILE_PX;
/// Columns inside the apron, a bit each.
pub(super) const INSIDE_COLUMNS: u32 = !(1 | 1 << (TILE_PX - 1));
/// Chunks of [`LANES`] pixels in a row.
pub(super) const ROW_CHUNKS: usize = TILE_PX / LANES;
/// Blocks of 8 x 8 pixels in a tile.
const BLOCKS: usize = ROW_CHUNKS * ROW_CHUNKS;

/// The buffers of one tile, reused from tile to tile.
#[derive(Debug)]
pub(super) struct Tile {
    /// Column and row in the whole image of the first pixel, apron included.
    pub(super) origin_px: [i32; 2],
    /// Places of the rows' centres in the image, pixels.
    pub(super) rows_px: [f32; TILE_PX],
    /// The x of the rays through the columns' centres.
    pub(super) xs: [f32; TILE_PX],
    /// The y of the rays through the rows' centres.
    pub(super) ys: [f32; TILE_PX],
    /// A ray's squared length is the sum of its column's and its row's term.
    pub(super) x_squares: [f32; TILE_PX],
    pub(super) y_squares: [f32; TILE_PX],
    /// Depth at each pixel's centre; infinite where no primitive is hit.
    pub(super) depth: Box<[f32; TILE_PIXELS]>,
    /// What each pixel's centre shows.
    pub(super) ids: Box<[PrimitiveId; TILE_PIXELS]>,
    /// Lower bound of the depths of all outlines that may cross the pixel; infinite where there is
    /// none.
    pub(super) outline_depth: Box<[f32; TILE_PIXELS]>,
    /// For each block of 8 x 8 pixels the greatest depth in it and in the pixels around it.
    block_max_depth: [f32; BLOCKS],
    /// The same for each chunk of each row.
    chunk_max_depth: [f32; TILE_PX * ROW_CHUNKS],
    /// Which primitives the samples may hit: runs of `candidates`, one per primitive.
    pub(super) runs: Vec<CandidateRun>,
    pub(super) candidates: Vec<PixelMask>,
    /// For each row a bit for each chunk that is in `candidates`.
    pub(super) candidate_chunks: [u8; TILE_PX],
}

/// A primitive's part of [`Tile::candidates`].
#[derive(Debug, Clone, Copy)]
pub(super) struct CandidateRun {
    /// A sphere's id, or that of a cylinder's first half.
    pub(super) id: PrimitiveId,
    /// Least depth of any of its points.
    pub(super) near_depth: f32,
    /// Where the run ends; it starts where the one before ends.
    pub(super) end: u32,
}

/// Pixels of up to eight in a row in which rays of samples may hit a primitive.
#[derive(Debug, Clone, Copy)]
pub(super) struct PixelMask {
    /// Place of the first in the tile; at least seven follow it in its row.
    pub(super) first: u16,
    /// A bit for each pixel.
    pub(super) lanes: u16,
}

/// Where to begin with the columns of a tile's row from `left` to `right`, eight at a time. Few of
/// them are taken from the first on, so that a small body needs one step a row; more of them in
/// whole chunks. In both cases eight columns from each step on lie in the tile.
#[inline(always)]
pub(super) fn first_of_eight(left: usize, right: usize) -> usize {
    if right - left < LANES {
        left.min(TILE_PX - LANES)
    } else {
        left / LANES * LANES
    }
}

impl Default for Tile {
    fn default() -> Self {
        Self {
            origin_px: [0; 2],
            rows_px: [0.0; TILE_PX],
            xs: [0.0; TILE_PX],
            ys: [0.0; TILE_PX],
            x_squares: [0.0; TILE_PX],
            y_squares: [0.0; TILE_PX],
            depth: Box::new([0.0; TILE_PIXELS]),
            ids: Box::new([PrimitiveId::NONE; TILE_PIXELS]),
            outline_depth: Box::new([0.0; TILE_PIXELS]),
            block_max_depth: [0.0; BLOCKS],
            chunk_max_depth: [0.0; TILE_PX * ROW_CHUNKS],
            runs: Vec::new(),
            candidates: Vec::new(),
            candidate_chunks: [0; TILE_PX],
        }
    }
}

/// Rows and columns of a tile, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct TileRect {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl TileRect {
    /// The part of a rectangle of the image that lies in the tile; `None` where it lies beside it.
    #[inline(always)]
    pub(super) fn clip(rect_px: [i16; 4], origin_px: [i32; 2]) -> Option<Self> {
        let last = TILE_PX as i32 - 1;
        let [left, top, right, bottom] = widen::<_, i32>(rect_px);
        let left = (left - origin_px[0]).max(0);
        let top = (top - origin_px[1]).max(0);
        let right = (right - origin_px[0]).min(last);
        let bottom = (bottom - origin_px[1]).min(last);
        (left <= right && top <= bottom).then_some(Self {
            left: left as usize,
            top: top as usize,
            right: right as usize,
            bottom: bottom as usize,
        })
    }

    /// A bit for each block that it touches.
    #[inline(always)]
    fn blocks(self) -> u32 {
        let below = |count: usize| (1_u32 << count) - 1;
        let columns = below(self.right / LANES + 1) & !below(self.left / LANES);
        let rows =
            below((self.bottom / LANES + 1) * ROW_CHUNKS) & !below(self.top / LANES * ROW_CHUNKS);
        (columns * 0x1111) & rows
    }
}

/// Eight values of a tile from an index on. The first may lie one before the tile (`usize::MAX`),
/// and the eighth one beyond it, where a pixel of the apron has no neighbour: such a lane holds an
/// arbitrary value of the tile.
#[inline(always)]
pub(super) fn eight_from<T: Copy>(values: &[T], from: usize) -> [T; LANES] {
    if let Some(eight) = values.get(from..).and_then(|rest| rest.first_chunk()) {
        return *eight;
    }
    std::array::from_fn(|lane| {
        let index = from.wrapping_add(lane);
        values[if index < values.len() { index } else { 0 }]
    })
}

/// First and last column of a tile's row that a cylinder may touch; the first is above the last
/// where it touches none.
#[inline(always)]
pub(super) fn cylinder_columns(
    cylinder: &Cylinder,
    rect_px: [i16; 4],
    row_px: f32,
    origin_px: i32,
) -> (i32, i32) {
    let middle = cylinder.span_px[0] + cylinder.span_px[1] * row_px;
    // Casts saturate, and round towards zero: one more column at the left.
    let left = (middle - cylinder.span_px[2]) as i32;
    let right = (middle + cylinder.span_px[2]) as i32;
    let left = left.saturating_sub(1).max(i32::from(rect_px[0]));
    let right = right.min(i32::from(rect_px[2]));
    (
        (left - origin_px).max(0),
        (right - origin_px).min(TILE_PX as i32 - 1),
    )
}

/// Of two hits per lane the nearer one, where the first is a hit at all; of equally deep ones that
/// with the lower id.
#[inline(always)]
pub(super) fn nearest<S: Simd>(
    hit: mask32x8<S>,
    [depth, current_depth]: [f32x8<S>; 2],
    [id, current_id]: [u32x8<S>; 2],
) -> (f32x8<S>, u32x8<S>) {
    let nearer = hit
        & (depth.simd_lt(current_depth) | (depth.simd_eq(current_depth) & id.simd_lt(current_id)));
    (
        nearer.select(depth, current_depth),
        nearer.select(id, current_id),
    )
}

impl Tile {
    /// Clears all buffers for another tile, whose first column and first row are `first_lines` of
    /// the axis rays.
    pub(super) fn begin_tile<S: Simd>(
        &mut self,
        simd: S,
        [columns, rows]: &[AxisRays; 2],
        first_lines: [usize; 2],
        origin_px: [i32; 2],
    ) {
        fn copy(to: &mut [f32; TILE_PX], from: &[f32], at: usize) {
            to.copy_from_slice(&from[at..at + TILE_PX]);
        }
        self.origin_px = origin_px;
        simd.vectorize(
            #[inline(always)]
            || {
                copy(&mut self.xs, &columns.rays, first_lines[0]);
                copy(&mut self.x_squares, &columns.squares, first_lines[0]);
                copy(&mut self.rows_px, &rows.px, first_lines[1]);
                copy(&mut self.ys, &rows.rays, first_lines[1]);
                copy(&mut self.y_squares, &rows.squares, first_lines[1]);
                let far = f32x8::splat(simd, f32::INFINITY);
                let none = PrimitiveId::NONE.splat(simd);
                let ids = PrimitiveId::numbers_mut(self.ids.as_mut_slice());
                for at in (0..TILE_PIXELS).step_by(LANES) {
                    far.store_slice(&mut self.depth[at..at + LANES]);
                    none.store_slice(&mut ids[at..at + LANES]);
                    far.store_slice(&mut self.outline_depth[at..at + LANES]);
                }
            },
        );
        self.block_max_depth = [f32::INFINITY; BLOCKS];
        self.chunk_max_depth = [f32::INFINITY; TILE_PX * ROW_CHUNKS];
        self.candidate_chunks = [0; TILE_PX];
        self.runs.clear();
        self.candidates.clear();
    }

    /// Notes which of eight pixels from `column` on have samples that may hit the current
    /// primitive.
    #[inline(always)]
    pub(super) fn add_candidates(&mut self, row: usize, column: usize, lanes: u32) {
        let in_chunks = lanes << (column % LANES);
        let chunks = u32::from(in_chunks & 255 != 0) | u32::from(in_chunks >> LANES != 0) << 1;
        self.candidate_chunks[row] |= (chunks << (column / LANES)) as u8;
        self.candidates.push(PixelMask {
            first: (row * TILE_PX + column) as u16,
            lanes: lanes as u16,
        });
    }

    /// True where nothing that begins at a depth can be seen in eight pixels from `column` on or
    /// next to them.
    #[inline(always)]
    pub(super) fn hides(&self, row: usize, column: usize, near_depth: f32) -> bool {
        let chunks = &self.chunk_max_depth[row * ROW_CHUNKS..][..ROW_CHUNKS];
        let [first, last] = [column / LANES, column.div_ceil(LANES) % ROW_CHUNKS];
        near_depth > chunks[first] && near_depth > chunks[last]
    }

    /// True when something in a rectangle that begins at a depth may be seen.
    #[inline(always)]
    pub(super) fn may_show<S: Simd>(&self, simd: S, rect: TileRect, near_depth: f32) -> bool {
        let near = f32x8::splat(simd, near_depth);
        let visible = |from: usize| {
            let farthest = f32x8::from_slice(simd, &self.block_max_depth[from..from + LANES]);
            near.simd_le(farthest).to_bitmask() as u32
        };
        let blocks = rect.blocks() & (visible(0) | visible(LANES) << LANES);
        if blocks == 0 {
            return false;
        }
        let first = first_of_eight(rect.left, rect.right);
        for row in rect.top..rect.bottom + 1 {
            let mut column = first;
            while column <= rect.right {
                if !self.hides(row, column, near_depth) {
                    return true;
                }
                column += LANES;
            }
        }
        false
    }

    /// Recomputes the greatest depths of chunks and of blocks, and returns the greatest of all.
    #[inline(always)]
    pub(super) fn update_max_depths<S: Simd>(&mut self, simd: S) -> f32 {
        // The greatest depths in a row of each pixel and its neighbours, chunk by chunk. Beyond the
        // tile there are none.
        macro_rules! of_row {
            ($row:expr) => {{
                let at = $row * TILE_PX;
                let mut deepest = [f32x8::splat(simd, 0.0); ROW_CHUNKS];
                for chunk in 0..ROW_CHUNKS {
                    let from = at + chunk * LANES;
                    let left = from - usize::from(chunk > 0);
                    let right = from + usize::from(chunk < ROW_CHUNKS - 1);
                    let depths = f32x8::from_slice(simd, &self.depth[from..][..LANES]);
                    let left = f32x8::from_slice(simd, &self.depth[left..][..LANES]);
                    let right = f32x8::from_slice(simd, &self.depth[right..][..LANES]);
                    deepest[chunk] = depths.max(left).max(right);
                }
                deepest
            }};
        }
        let mut above = of_row!(0);
        let mut current = above;
        for row in 0..TILE_PX {
            let below = if row + 1 < TILE_PX {
                of_row!(row + 1)
            } else {
                current
            };
            let mut chunks = [f32x4::splat(simd, 0.0); ROW_CHUNKS];
            for chunk in 0..ROW_CHUNKS {
                let deepest = above[chunk].max(current[chunk]).max(below[chunk]);
                let (low, high) = deepest.split();
                chunks[chunk] = low.max(high);
            }
            let [a, b, c, d] = transpose(chunks);
            let at = row * ROW_CHUNKS;
            a.max(b)
                .max(c.max(d))
                .store_slice(&mut self.chunk_max_depth[at..at + ROW_CHUNKS]);
            (above, current) = (current, below);
        }
        let mut farthest = 0.0_f32;
        for (block, max_depth) in self.block_max_depth.iter_mut().enumerate() {
            let (block_row, chunk) = (block / ROW_CHUNKS, block % ROW_CHUNKS);
            *max_depth = (0..LANES)
                .map(|row| self.chunk_max_depth[(block_row * LANES + row) * ROW_CHUNKS + chunk])
                .fold(0.0, f32::max);
            farthest = farthest.max(*max_depth);
        }
        farthest
    }

    /// Notes an outline at a depth, or nearer, in some pixels of a chunk.
    #[inline(always)]
    pub(super) fn note_outline<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        crossed: mask32x8<S>,
        depth: f32x8<S>,
    ) {
        let outline_depth = &mut self.outline_depth[at..at + LANES];
        let current = f32x8::from_slice(simd, outline_depth);
        (crossed & depth.simd_lt(current))
            .select(depth, current)
            .store_slice(outline_depth);
    }

    /// Writes the hits of one chunk that are [nearest].
    #[inline(always)]
    pub(super) fn depth_test<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        hit: mask32x8<S>,
        depth: f32x8<S>,
        id: u32x8<S>,
    ) {
        let depths = &mut self.depth[at..at + LANES];
        let ids = PrimitiveId::numbers_mut(&mut self.ids[at..at + LANES]);
        let current_depth = f32x8::from_slice(simd, depths);
        let current_id = u32x8::from_slice(simd, ids);
        let (depth, id) = nearest(hit, [depth, current_depth], [id, current_id]);
        depth.store_slice(depths);
        id.store_slice(ids);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_values_may_begin_before_or_end_after_a_tile() {
        let values: Vec<u32> = (100..120).collect();
        let inside = |from| eight_from(&values, from);
        assert_eq!(inside(3), [103, 104, 105, 106, 107, 108, 109, 110]);
        assert_eq!(inside(12), [112, 113, 114, 115, 116, 117, 118, 119]);
        assert_eq!(inside(usize::MAX)[1..], [100, 101, 102, 103, 104, 105, 106]);
        assert_eq!(inside(13)[..7], [113, 114, 115, 116, 117, 118, 119]);
        assert!(values.contains(&inside(usize::MAX)[0]));
        assert!(values.contains(&inside(13)[7]));
    }
}
