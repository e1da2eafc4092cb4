//! Which pixels need more than the ray through their centre.
//!
//! A pixel is *interior* when all of its samples hit the sphere or the half of a cylinder that its
//! centre hits, or one that continues it smoothly in the same colour. It is shaded once; or, where
//! a highlight or a small radius makes its light vary, at its samples, but without a search for
//! what else they might hit. All other pixels are *edges* and are shaded at each sample. A pixel is
//! treated as an edge when
//!
//! - an outline passes its centre within the reach of its samples, unless it is certainly hidden: a
//!   lower bound of the outline's depth lies behind all nine centres of the pixel and its
//!   neighbours; or
//! - a neighbour at its left, right, top or bottom shows another id at nearly the same depth
//!   ([`MAX_CREASE_STEP_PX`]), unless the two surfaces join smoothly: then two surfaces intersect,
//!   or two colours meet, between the centres.
//!
//! The rule depends on the pixel and the scene alone. It selects too many pixels rather than too
//! few: the stage for samples then finds exactly what each sample hits. The rule misses
//!
//! - creases that none of the four neighbours' centres lies beyond: the tip of a surface that pokes
//!   through another by less than a pixel;
//! - creases between surfaces so steep that neighbouring centres differ by more than
//!   [`MAX_CREASE_STEP_PX`] in depth, though no outline is in reach;
//! - outlines that are visible only through a gap between nearer surfaces that contains none of the
//!   nine centres.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::context::FrameContext;
use super::primitive_id::PrimitiveId;
use super::tile::{INSIDE_COLUMNS, ROW_CHUNKS, TILE_PIXELS, TILE_PX, Tile, eight_from};
use crate::simd::LANES;

/// Where the depths of neighbouring pixels differ by more than this, in widths of a pixel, an
/// outline separates them, not a crease.
const MAX_CREASE_STEP_PX: f32 = 8.0;

/// The edge pixels of one tile.
#[derive(Debug)]
pub(super) struct Edges {
    /// Places in the tile, row by row.
    pub(super) pixels: Vec<u16>,
    /// For each row, which columns are edges.
    pub(super) rows: [u32; TILE_PX],
    /// For each row, the columns at which creases were found.
    creases: [u32; TILE_PX],
    /// For each edge pixel the greatest depth of the nine centres of the pixel and its neighbours:
    /// a primitive that begins behind it is hidden. Minus infinity for other pixels of chunks with
    /// candidates, arbitrary elsewhere.
    pub(super) neighborhood_depth: Box<[f32; TILE_PIXELS]>,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            pixels: Vec::with_capacity(TILE_PIXELS),
            rows: [0; TILE_PX],
            creases: [0; TILE_PX],
            neighborhood_depth: Box::new([f32::NEG_INFINITY; TILE_PIXELS]),
        }
    }
}

impl Edges {
    /// Removes all edges.
    pub(super) fn clear(&mut self) {
        self.pixels.clear();
        self.rows = [0; TILE_PX];
    }

    /// Takes edges that are known: for each row which columns are edges, and those of them that are
    /// sampled.
    pub(super) fn set(&mut self, rows: [u32; TILE_PX], sampled: &[u16]) {
        self.pixels.clear();
        self.pixels.extend_from_slice(sampled);
        self.rows = rows;
    }

    /// Takes pixels that are sampled whatever lies before them: a bit for each column of each row.
    pub(super) fn set_all(&mut self, rows: [u32; TILE_PX]) {
        self.pixels.clear();
        self.rows = rows;
        self.neighborhood_depth.fill(f32::NEG_INFINITY);
        for (row, mut columns) in rows.into_iter().enumerate() {
            while columns != 0 {
                let at = row * TILE_PX + columns.trailing_zeros() as usize;
                columns &= columns - 1;
                self.neighborhood_depth[at] = f32::INFINITY;
                self.pixels.push(at as u16);
            }
        }
    }

    /// Finds the edges among the pixels inside the apron.
    pub(super) fn find<S: Simd>(&mut self, simd: S, context: &FrameContext<'_>, tile: &Tile) {
        self.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                self.find_creases(simd, context, tile);
                for row in 1..TILE_PX - 1 {
                    let mut chunks = tile.candidate_chunks[row];
                    let mut marks = 0;
                    while chunks != 0 {
                        let chunk = chunks.trailing_zeros() as usize % ROW_CHUNKS;
                        chunks &= chunks - 1;
                        marks |= self.find_chunk(simd, tile, row, chunk);
                    }
                    self.rows[row] = marks;
                    while marks != 0 {
                        let column = marks.trailing_zeros() as usize;
                        marks &= marks - 1;
                        self.pixels.push((row * TILE_PX + column) as u16);
                    }
                }
            },
        );
    }

    /// Compares each pixel with its neighbours at its right and below it: both pixels of a pair
    /// that a crease separates are edges.
    #[inline(always)]
    fn find_creases<S: Simd>(&mut self, simd: S, context: &FrameContext<'_>, tile: &Tile) {
        self.creases = [0; TILE_PX];
        let numbers = PrimitiveId::numbers(tile.ids.as_slice());
        // Macros, for closures are not always inlined.
        macro_rules! ids {
            ($from:expr) => {
                u32x8::from_slice(simd, &numbers[$from..][..LANES])
            };
        }
        macro_rules! depths {
            ($from:expr) => {
                f32x8::from_slice(simd, &tile.depth[$from..][..LANES])
            };
        }
        let [fixed, per_depth] = context.camera.pixel_angstrom();
        let fixed = f32x8::splat(simd, MAX_CREASE_STEP_PX * fixed);
        let per_depth = f32x8::splat(simd, MAX_CREASE_STEP_PX * per_depth);
        for row in 0..TILE_PX - 1 {
            let mut chunks = tile.candidate_chunks[row];
            while chunks != 0 {
                let chunk = chunks.trailing_zeros() as usize % ROW_CHUNKS;
                chunks &= chunks - 1;
                let first = chunk * LANES;
                let at = row * TILE_PX + first;
                let (id, depth) = (ids!(at), depths!(at));
                let (right, below) = (id.simd_ne(ids!(at + 1)), id.simd_ne(ids!(at + TILE_PX)));
                if !(right | below).any_true() {
                    continue;
                }
                // The background is infinitely deep: differences are infinite or NaN, never close.
                let step = depth * per_depth + fixed;
                let close_right = (depth - depths!(at + 1)).abs().simd_le(step);
                let close_below = (depth - depths!(at + TILE_PX)).abs().simd_le(step);
                let mut right = (right & close_right).to_bitmask() as u32;
                let mut below = (below & close_below).to_bitmask() as u32;
                // The value at the right of the last column belongs to another row.
                right &= !(1 << (TILE_PX - 1) >> first);
                while right != 0 {
                    let lane = right.trailing_zeros() as usize;
                    right &= right - 1;
                    let place = at + lane;
                    if !context
                        .scene
                        .joins_smoothly(tile.ids[place], tile.ids[place + 1])
                    {
                        self.creases[row] |= 3 << (first + lane);
                    }
                }
                while below != 0 {
                    let lane = below.trailing_zeros() as usize;
                    below &= below - 1;
                    let place = at + lane;
                    if !context
                        .scene
                        .joins_smoothly(tile.ids[place], tile.ids[place + TILE_PX])
                    {
                        self.creases[row] |= 1 << (first + lane);
                        self.creases[row + 1] |= 1 << (first + lane);
                    }
                }
            }
        }
    }

    /// Finds the edges among eight pixels; a bit each, at their columns.
    #[inline(always)]
    fn find_chunk<S: Simd>(&mut self, simd: S, tile: &Tile, row: usize, chunk: usize) -> u32 {
        let first = chunk * LANES;
        // The first and last columns are apron, so that their neighbours here, which belong to
        // other rows, do not matter.
        let inside = INSIDE_COLUMNS >> first & 255;
        let at = row * TILE_PX + first;
        let creases = self.creases[row] >> first & inside;
        let outline = f32x8::from_slice(simd, &tile.outline_depth[at..][..LANES]);
        let noted = outline.simd_lt(f32x8::splat(simd, f32::INFINITY));
        let neighborhood_depth = &mut self.neighborhood_depth[at..at + LANES];
        let never = f32x8::splat(simd, f32::NEG_INFINITY);
        if creases == 0 && !noted.any_true() {
            never.store_slice(neighborhood_depth);
            return 0;
        }
        // A macro, for a closure would not be inlined.
        macro_rules! three {
            ($from:expr) => {{
                let from = $from;
                let depths = tile.depth.as_slice();
                let left = f32x8::from_slice(simd, &eight_from(depths, from.wrapping_sub(1)));
                let right = f32x8::from_slice(simd, &eight_from(depths, from + 1));
                let middle = f32x8::from_slice(simd, &depths[from..][..LANES]);
                left.max(middle).max(right)
            }};
        }
        let deepest = three!(at - TILE_PX)
            .max(three!(at))
            .max(three!(at + TILE_PX));
        let marks = creases | (noted & outline.simd_le(deepest)).to_bitmask() as u32 & inside;
        let marked = fearless_simd::mask32x8::from_bitmask(simd, u64::from(marks));
        marked
            .select(deepest, never)
            .store_slice(neighborhood_depth);
        marks << first
    }
}
