//! Which pixels need more than their centre.
//!
//! A pixel is *even* when all of its samples meet the half of the primitive that its centre meets,
//! or one that goes on from it smoothly in the same paint; it is shaded once (where a highlight or
//! a thin body makes its light uneven, at its samples, but without looking for what else they might
//! meet). All others are *edges*, shaded at each sample. A pixel is taken for an edge when
//!
//! - an outline passes its centre within the reach of its samples, unless it is certainly hidden: a
//!   bound of the outline's depth lies behind all nine centres of the pixel and its neighbours; or
//! - a neighbour at its left, right, top or bottom shows another key at nearly the same depth
//!   ([`CREASE_PX`]), unless the two surfaces join smoothly: then two surfaces pass through each
//!   other, or two paints meet, between the centres.
//!
//! The rule depends on the pixel and the scene alone. It takes too many pixels rather than too few:
//! what all samples of such a pixel meet decides in [`super::samples`], without error. It misses
//!
//! - creases that no centre of the four neighbours lies beyond: the tip of a surface that pokes
//!   through another by less than a pixel;
//! - creases between surfaces so steep that neighbouring centres differ by more than [`CREASE_PX`]
//!   in depth, though no outline is in reach;
//! - outlines that are seen only through a gap between nearer surfaces which meets none of the nine
//!   centres.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::tile::{LANES, Picture, ROW_CHUNKS, TILE_PIXELS, TILE_PX, Tile};

/// Neighbouring pixels with more than this between their depths are parted by an outline, not by a
/// crease; in widths of a pixel.
const CREASE_PX: f32 = 8.0;

/// Columns that are no apron, a bit each.
const INSIDE: u32 = !(1 | 1 << (TILE_PX - 1));

/// The edge pixels of one tile.
#[derive(Debug)]
pub(super) struct Edges {
    /// Places in the tile, row by row.
    pub(super) pixels: Vec<u16>,
    /// For each row, which columns are edges.
    pub(super) rows: [u32; TILE_PX],
    /// For each row, at which columns creases were found.
    creases: [u32; TILE_PX],
    /// Of edge pixels the greatest depth of the nine centres about it: what begins behind it is
    /// hidden. Of others in chunks that something touches minus infinity, elsewhere anything.
    pub(super) deepest: Box<[f32; TILE_PIXELS]>,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            pixels: Vec::with_capacity(TILE_PIXELS),
            rows: [0; TILE_PX],
            creases: [0; TILE_PX],
            deepest: Box::new([f32::NEG_INFINITY; TILE_PIXELS]),
        }
    }
}

impl Edges {
    /// There are none.
    pub(super) fn clear(&mut self) {
        self.pixels.clear();
        self.rows = [0; TILE_PX];
    }

    /// Finds the edges among the pixels inside the apron.
    pub(super) fn find<S: Simd>(&mut self, simd: S, picture: &Picture<'_>, tile: &Tile) {
        self.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                self.find_creases(simd, picture, tile);
                for row in 1..TILE_PX - 1 {
                    let mut touched = tile.touched[row];
                    let mut marks = 0;
                    while touched != 0 {
                        let chunk = touched.trailing_zeros() as usize % ROW_CHUNKS;
                        touched &= touched - 1;
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

    /// Looks at each pixel's neighbours at its right and below it: both of a pair that a crease
    /// parts are edges.
    #[inline(always)]
    fn find_creases<S: Simd>(&mut self, simd: S, picture: &Picture<'_>, tile: &Tile) {
        self.creases = [0; TILE_PX];
        let keys = |from: usize| u32x8::from_slice(simd, &tile.key[from..][..LANES]);
        let depths = |from: usize| f32x8::from_slice(simd, &tile.depth[from..][..LANES]);
        let [fixed, per_depth] = picture.camera.pixel_angstrom();
        let fixed = f32x8::splat(simd, CREASE_PX * fixed);
        let per_depth = f32x8::splat(simd, CREASE_PX * per_depth);
        for row in 0..TILE_PX - 1 {
            let mut touched = tile.touched[row];
            while touched != 0 {
                let chunk = touched.trailing_zeros() as usize % ROW_CHUNKS;
                touched &= touched - 1;
                let first = chunk * LANES;
                let at = row * TILE_PX + first;
                let (key, depth) = (keys(at), depths(at));
                let (right, below) = (key.simd_ne(keys(at + 1)), key.simd_ne(keys(at + TILE_PX)));
                if !(right | below).any_true() {
                    continue;
                }
                // Where nothing is met depths are infinite, and differ by infinity or by no number.
                let step = depth * per_depth + fixed;
                let close = |other: usize| (depth - depths(other)).abs().simd_le(step);
                let mut right = (right & close(at + 1)).to_bitmask() as u32;
                let mut below = (below & close(at + TILE_PX)).to_bitmask() as u32;
                // The last column's neighbour here is of another row.
                right &= !(1 << (TILE_PX - 1) >> first);
                while right != 0 {
                    let lane = right.trailing_zeros() as usize;
                    right &= right - 1;
                    let place = at + lane;
                    if !picture.upload.smooth(tile.key[place], tile.key[place + 1]) {
                        self.creases[row] |= 3 << (first + lane);
                    }
                }
                while below != 0 {
                    let lane = below.trailing_zeros() as usize;
                    below &= below - 1;
                    let place = at + lane;
                    if !picture
                        .upload
                        .smooth(tile.key[place], tile.key[place + TILE_PX])
                    {
                        self.creases[row] |= 1 << (first + lane);
                        self.creases[row + 1] |= 1 << (first + lane);
                    }
                }
            }
        }
    }

    /// Edges among eight pixels, a bit each in their row.
    #[inline(always)]
    fn find_chunk<S: Simd>(&mut self, simd: S, tile: &Tile, row: usize, chunk: usize) -> u32 {
        let first = chunk * LANES;
        // The row's ends are apron: that their neighbours here are of other rows does not matter.
        let inside = INSIDE >> first & 255;
        let at = row * TILE_PX + first;
        let depths = |from: usize| f32x8::from_slice(simd, &tile.depth[from..][..LANES]);
        let creases = self.creases[row] >> first & inside;
        let outline = f32x8::from_slice(simd, &tile.outline[at..][..LANES]);
        let noted = outline.simd_lt(f32x8::splat(simd, f32::INFINITY));
        let deepest_places = &mut self.deepest[at..at + LANES];
        let never = f32x8::splat(simd, f32::NEG_INFINITY);
        if creases == 0 && !noted.any_true() {
            never.store_slice(deepest_places);
            return 0;
        }
        // At the tile's very corners there is no neighbour; those pixels are apron.
        let three = |from: usize| {
            depths(from.max(1) - 1)
                .max(depths(from))
                .max(depths((from + 1).min(TILE_PIXELS - LANES)))
        };
        let deepest = three(at - TILE_PX).max(three(at)).max(three(at + TILE_PX));
        let marks = creases | (noted & outline.simd_le(deepest)).to_bitmask() as u32 & inside;
        let marked = fearless_simd::mask32x8::from_bitmask(simd, u64::from(marks));
        marked.select(deepest, never).store_slice(deepest_places);
        marks << first
    }
}
