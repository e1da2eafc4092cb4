//! One tile's pixels, and how a nearer hit takes a pixel.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8, u32x8};

use super::bodies::{Bodies, Stick};
use super::camera::{Camera, Lines};
use super::upload::Upload;

/// Edge of a tile with its apron, pixels.
pub(super) const TILE_PX: usize = 32;
/// Pixels of a tile with its apron.
pub(super) const TILE_PIXELS: usize = TILE_PX * TILE_PX;
/// Rays that are cast together.
pub(super) const LANES: usize = 8;
/// Chunks of [`LANES`] pixels in a row.
pub(super) const ROW_CHUNKS: usize = TILE_PX / LANES;
/// Key of a pixel that shows nothing.
pub(super) const NOTHING: u32 = u32::MAX;
/// Blocks of 8 x 8 pixels in a tile.
const BLOCKS: usize = ROW_CHUNKS * ROW_CHUNKS;

/// What does not change within a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) camera: &'a Camera,
    pub(super) upload: &'a Upload,
    pub(super) bodies: &'a Bodies,
    /// See [`super::bins::Bins::disorder`].
    pub(super) disorder: f32,
}

impl Picture<'_> {
    /// True when a key's body has creases or insides of its own: a ball that the near plane may
    /// open, a stick whose ends may be seen.
    #[inline(always)]
    pub(super) fn is_open(&self, key: u32) -> bool {
        let bodies = self.bodies;
        bodies.any_open
            && match (key as usize).checked_sub(bodies.balls.len()) {
                None => bodies.balls[key as usize].cut,
                Some(half) => bodies.sticks.get(half / 2).is_some_and(|stick| stick.full),
            }
    }
}

/// One tile's pixels.
#[derive(Debug)]
pub(super) struct Tile {
    /// Column and row of the picture of the first pixel, apron included.
    pub(super) origin_px: [i32; 2],
    /// Places of the rows' centres on the picture.
    pub(super) rows_px: [f32; TILE_PX],
    /// Rays through them.
    pub(super) xs: [f32; TILE_PX],
    pub(super) ys: [f32; TILE_PX],
    /// A ray's squared length is the sum of its column's and its row's part.
    pub(super) x_squares: [f32; TILE_PX],
    pub(super) y_squares: [f32; TILE_PX],
    pub(super) depth: Box<[f32; TILE_PIXELS]>,
    pub(super) key: Box<[u32; TILE_PIXELS]>,
    /// Least depth of what may begin or end within the pixel; infinite for nothing.
    pub(super) outline: Box<[f32; TILE_PIXELS]>,
    /// For each block of 8 x 8 pixels the farthest depth in it and in the pixels around it.
    pub(super) farthest: [f32; BLOCKS],
    /// What may be met by a sample: runs of `touches`, one a body.
    pub(super) runs: Vec<Run>,
    pub(super) touches: Vec<Touch>,
    /// For each row a bit for each chunk that is in `touches`.
    pub(super) touched: [u8; TILE_PX],
}

/// A body's part of [`Tile::touches`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    /// As in [`super::bodies::Seen`].
    pub(super) body: u32,
    pub(super) near: f32,
    /// Where it ends; it starts where the one before ends.
    pub(super) end: u32,
}

/// Pixels of one chunk in which rays of samples may meet a body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touch {
    pub(super) chunk: u16,
    /// A bit for each pixel.
    pub(super) lanes: u16,
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
            key: Box::new([0; TILE_PIXELS]),
            outline: Box::new([0.0; TILE_PIXELS]),
            farthest: [0.0; BLOCKS],
            runs: Vec::new(),
            touches: Vec::new(),
            touched: [0; TILE_PX],
        }
    }
}

/// Four numbers made wider. An array's own `map` is a call.
#[inline(always)]
pub(super) fn wide<A: Copy, B: From<A>>([a, b, c, d]: [A; 4]) -> [B; 4] {
    [B::from(a), B::from(b), B::from(c), B::from(d)]
}

/// Rows and columns of a tile, both ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    pub(super) left: usize,
    pub(super) top: usize,
    pub(super) right: usize,
    pub(super) bottom: usize,
}

impl Window {
    /// The part of a tile that a body may touch.
    #[inline(always)]
    pub(super) fn of(rect: [i16; 4], origin_px: [i32; 2]) -> Option<Self> {
        let last = TILE_PX as i32 - 1;
        let [left, top, right, bottom] = wide::<_, i32>(rect);
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

/// First and last column of a tile's row that a stick may touch; the first is above the last where
/// it touches none.
#[inline(always)]
pub(super) fn stick_columns(
    stick: &Stick,
    rect: [i16; 4],
    row_px: f32,
    origin_px: i32,
) -> (i32, i32) {
    let middle = stick.span[0] + stick.span[1] * row_px;
    // Casts saturate, and round towards zero: one more column at the left.
    let left = (middle - stick.span[2]) as i32;
    let right = (middle + stick.span[2]) as i32;
    let left = left.saturating_sub(1).max(i32::from(rect[0]));
    let right = right.min(i32::from(rect[2]));
    (
        (left - origin_px).max(0),
        (right - origin_px).min(TILE_PX as i32 - 1),
    )
}

impl Tile {
    /// Turns to another tile; nothing is seen yet. `at` is its first line of each of `lines`.
    pub(super) fn turn_to<S: Simd>(
        &mut self,
        simd: S,
        [columns, rows]: &[Lines; 2],
        at: [usize; 2],
        origin_px: [i32; 2],
    ) {
        fn copy(to: &mut [f32; TILE_PX], from: &[f32], at: usize) {
            to.copy_from_slice(&from[at..at + TILE_PX]);
        }
        self.origin_px = origin_px;
        simd.vectorize(
            #[inline(always)]
            || {
                copy(&mut self.xs, &columns.rays, at[0]);
                copy(&mut self.x_squares, &columns.squares, at[0]);
                copy(&mut self.rows_px, &rows.px, at[1]);
                copy(&mut self.ys, &rows.rays, at[1]);
                copy(&mut self.y_squares, &rows.squares, at[1]);
                let far = f32x8::splat(simd, f32::INFINITY);
                let nothing = u32x8::splat(simd, NOTHING);
                for at in (0..TILE_PIXELS).step_by(LANES) {
                    far.store_slice(&mut self.depth[at..at + LANES]);
                    nothing.store_slice(&mut self.key[at..at + LANES]);
                    far.store_slice(&mut self.outline[at..at + LANES]);
                }
            },
        );
        self.farthest = [f32::INFINITY; BLOCKS];
        self.touched = [0; TILE_PX];
        self.runs.clear();
        self.touches.clear();
    }

    /// Notes which pixels of a chunk a body touches.
    #[inline(always)]
    pub(super) fn touch(&mut self, row: usize, chunk: usize, lanes: u32) {
        self.touched[row] |= 1 << chunk;
        self.touches.push(Touch {
            chunk: (row * ROW_CHUNKS + chunk) as u16,
            lanes: lanes as u16,
        });
    }

    /// Blocks of a window in which something at this depth may be seen, a bit each.
    #[inline(always)]
    pub(super) fn open_blocks<S: Simd>(&self, simd: S, window: Window, near: f32) -> u32 {
        let near = f32x8::splat(simd, near);
        let open = |from: usize| {
            let farthest = f32x8::from_slice(simd, &self.farthest[from..from + LANES]);
            near.simd_le(farthest).to_bitmask() as u32
        };
        window.blocks() & (open(0) | open(LANES) << LANES)
    }

    /// Looks at the farthest depths again, and tells the farthest of all.
    #[inline(always)]
    pub(super) fn look<S: Simd>(&mut self, simd: S) -> f32 {
        let mut blocks = [f32x8::splat(simd, 0.0); BLOCKS];
        for row in 0..TILE_PX {
            let at = row * TILE_PX;
            let depths = |from: usize| f32x8::from_slice(simd, &self.depth[from..][..LANES]);
            let mut deepest = [f32x8::splat(simd, 0.0); ROW_CHUNKS];
            for chunk in 0..ROW_CHUNKS {
                let from = at + chunk * LANES;
                // With the neighbours left and right, as far as there are any.
                let left = depths(from - usize::from(chunk > 0));
                let right = depths(from + usize::from(chunk < ROW_CHUNKS - 1));
                deepest[chunk] = depths(from).max(left).max(right);
            }
            let (first, last) = (row.saturating_sub(1), (row + 1).min(TILE_PX - 1));
            for block_row in [first / LANES, last / LANES] {
                for chunk in 0..ROW_CHUNKS {
                    let block = &mut blocks[block_row * ROW_CHUNKS + chunk];
                    *block = block.max(deepest[chunk]);
                }
            }
        }
        let mut farthest = 0.0_f32;
        for (place, block) in self.farthest.iter_mut().zip(blocks) {
            let mut lanes = [0.0; LANES];
            block.store_slice(&mut lanes);
            *place = lanes.into_iter().fold(0.0, f32::max);
            farthest = farthest.max(*place);
        }
        farthest
    }

    /// Notes an outline at a depth.
    #[inline(always)]
    pub(super) fn note<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        touched: mask32x8<S>,
        depth: f32x8<S>,
    ) {
        let outline = &mut self.outline[at..at + LANES];
        let there = f32x8::from_slice(simd, outline);
        (touched & depth.simd_lt(there))
            .select(depth, there)
            .store_slice(outline);
    }
}

/// Keeps what is nearer than what is there; of equally deep surfaces the lower key.
#[inline(always)]
pub(super) fn nearer<S: Simd>(
    hit: mask32x8<S>,
    [depth, there]: [f32x8<S>; 2],
    [key, key_there]: [u32x8<S>; 2],
) -> (f32x8<S>, u32x8<S>) {
    let nearer = hit & (depth.simd_lt(there) | (depth.simd_eq(there) & key.simd_lt(key_there)));
    (nearer.select(depth, there), nearer.select(key, key_there))
}

impl Tile {
    /// Keeps hits of one chunk; see [`nearer`].
    #[inline(always)]
    pub(super) fn keep<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        hit: mask32x8<S>,
        depth: f32x8<S>,
        key: u32x8<S>,
    ) {
        let depths = &mut self.depth[at..at + LANES];
        let keys = &mut self.key[at..at + LANES];
        let there = f32x8::from_slice(simd, depths);
        let key_there = u32x8::from_slice(simd, keys);
        let (depth, key) = nearer(hit, [depth, there], [key, key_there]);
        depth.store_slice(depths);
        key.store_slice(keys);
    }
}
