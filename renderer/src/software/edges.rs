//! Which pixels need more than their centre, and what their samples meet.
//!
//! A pixel is *even* when all rays through it meet the same half of the same primitive, smoothly; then its centre's colour is its mean, up
//! to a level or two. All others are edges. Two things betray an edge: a neighbour's centre meets something else (any straight boundary
//! that parts a sample from its pixel's centre also parts a neighbour's centre from it), or an outline that runs within reach of the
//! samples in front of the surface or at its depth (which finds slivers that pass between all centres).

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::intersect::{Balls, FullSticks, Rays, Sticks};
use super::tile::{
    LANES, NOTHING, Picture, TILE_PIXELS, TILE_PX, Tile, Window, farthest_of, keep, stick_columns,
};

/// How many primitives are drawn between two looks at the farthest depth.
const LOOK_EVERY: usize = 16;
/// Most samples of a pixel.
const MAX_SAMPLES: usize = 16;

/// The edge pixels of one tile and what their samples meet.
#[derive(Debug)]
pub(super) struct Edges {
    /// Places in the tile, row by row.
    pub(super) pixels: Vec<u16>,
    /// For each row, which columns are edges.
    pub(super) rows: [u32; TILE_PX],
    /// For each row, how many edges come before it.
    starts: [u16; TILE_PX],
    /// Rays of all samples of all edges, in the order of `pixels`, filled up to a multiple of [`LANES`].
    pub(super) xs: Vec<f32>,
    pub(super) ys: Vec<f32>,
    pub(super) depth: Vec<f32>,
    pub(super) key: Vec<u32>,
}

impl Default for Edges {
    fn default() -> Self {
        Self {
            pixels: Vec::with_capacity(TILE_PIXELS),
            rows: [0; TILE_PX],
            starts: [0; TILE_PX],
            xs: Vec::with_capacity(TILE_PIXELS * MAX_SAMPLES),
            ys: Vec::with_capacity(TILE_PIXELS * MAX_SAMPLES),
            depth: Vec::with_capacity(TILE_PIXELS * MAX_SAMPLES),
            key: Vec::with_capacity(TILE_PIXELS * MAX_SAMPLES),
        }
    }
}

impl Edges {
    /// Finds the edges among the pixels inside the apron.
    pub(super) fn find<S: Simd>(&mut self, simd: S, tile: &Tile) {
        self.pixels.clear();
        self.rows = [0; TILE_PX];
        self.starts = [0; TILE_PX];
        for row in 1..TILE_PX - 1 {
            self.starts[row] = self.pixels.len() as u16;
            let mut marks = simd.vectorize(
                #[inline(always)]
                || marks_of_row(simd, tile, row),
            );
            self.rows[row] = marks;
            while marks != 0 {
                let column = marks.trailing_zeros() as usize;
                marks &= marks - 1;
                self.pixels.push((row * TILE_PX + column) as u16);
            }
        }
        self.starts[TILE_PX - 1] = self.pixels.len() as u16;
    }

    /// Casts the rays through the samples of all edges.
    pub(super) fn see<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        members: &[u32],
        tile: &Tile,
        offsets_px: &[[f32; 2]],
    ) {
        let count = self.pixels.len() * offsets_px.len();
        let padded = count.next_multiple_of(LANES);
        self.xs.clear();
        self.ys.clear();
        for pixel in &self.pixels {
            let x_px = tile.columns_px[usize::from(*pixel) % TILE_PX];
            let y_px = tile.rows_px[usize::from(*pixel) / TILE_PX];
            for [dx, dy] in offsets_px {
                self.xs.push(picture.camera.ray_x(x_px + dx));
                self.ys.push(picture.camera.ray_y(y_px + dy));
            }
        }
        self.xs.resize(padded, 0.0);
        self.ys.resize(padded, 0.0);
        self.depth.clear();
        self.depth.resize(count, f32::INFINITY);
        // The fill must not keep the farthest depth from falling.
        self.depth.resize(padded, 0.0);
        self.key.clear();
        self.key.resize(padded, NOTHING);

        let bodies = picture.bodies;
        let balls = bodies.balls.len();
        let mut farthest = f32::INFINITY;
        for (turn, member) in members.iter().enumerate() {
            let seen = &bodies.seen[*member as usize];
            if turn % LOOK_EVERY == LOOK_EVERY - 1 {
                farthest = farthest_of(simd, &self.depth);
            }
            if seen.near - picture.disorder > farthest {
                break;
            }
            let Some(window) = Window::of(seen.rect, tile.origin_px) else {
                continue;
            };
            let near = picture.camera.near_angstrom;
            let body = seen.body as usize;
            let samples = offsets_px.len();
            if let Some(ball) = bodies.balls.get(body) {
                simd.vectorize(
                    #[inline(always)]
                    || {
                        let balls = Balls::splat(simd, ball);
                        let near = f32x8::splat(simd, near);
                        let keys = u32x8::splat(simd, seen.body);
                        for row in window.top..=window.bottom {
                            let (first, last) = self.run(row, window.left, window.right, samples);
                            for chunk in first / LANES..last.div_ceil(LANES) {
                                let pass = balls.pass::<PERSPECTIVE>(simd, self.rays(simd, chunk));
                                let (wall, hit) = pass.wall::<true>(simd, near);
                                if hit.any_true() {
                                    let (depth, key) = self.kept(chunk);
                                    keep(simd, depth, key, hit, pass.closest + wall, keys);
                                }
                            }
                        }
                    },
                );
                continue;
            }
            let stick = &bodies.sticks[body - balls];
            let key = (2 * body - balls) as u32;
            simd.vectorize(
                #[inline(always)]
                || {
                    let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
                    let zero = f32x8::splat(simd, 0.0);
                    let sticks = Sticks::splat(simd, stick);
                    let full = FullSticks::splat(simd, stick);
                    let near = f32x8::splat(simd, near);
                    for row in window.top..=window.bottom {
                        let columns = stick_columns(stick, seen.rect, tile.rows_px[row]);
                        let left = (columns.0 - tile.origin_px[0]).max(0);
                        let right = (columns.1 - tile.origin_px[0]).min(TILE_PX as i32 - 1);
                        if left > right {
                            continue;
                        }
                        let (first, last) = self.run(row, left as usize, right as usize, samples);
                        for chunk in first / LANES..last.div_ceil(LANES) {
                            let rays = self.rays(simd, chunk);
                            if stick.full {
                                let hit = full.hit::<PERSPECTIVE>(simd, rays, near);
                                if hit.hit.any_true() {
                                    let keys = hit.first_half.select(keys[0], keys[1]);
                                    let (depth, key) = self.kept(chunk);
                                    keep(simd, depth, key, hit.hit, hit.depth, keys);
                                }
                            } else {
                                let pass = sticks.pass::<PERSPECTIVE>(simd, rays);
                                let depth = pass.closest - pass.half_chord();
                                let place = pass.place_along(depth);
                                let hit = pass.half_chord_squared.simd_ge(zero)
                                    & place.abs().simd_le(sticks.half_length);
                                if hit.any_true() {
                                    let keys = place.simd_lt(zero).select(keys[0], keys[1]);
                                    let (kept, key) = self.kept(chunk);
                                    keep(simd, kept, key, hit, depth, keys);
                                }
                            }
                        }
                    }
                },
            );
        }
    }

    /// First and one past the last sample of the edges in a part of a row, both columns included.
    #[inline(always)]
    fn run(&self, row: usize, left: usize, right: usize, samples: usize) -> (usize, usize) {
        let below = |column: usize| (1_u32 << column) - 1;
        let through = below(right) | 1 << right;
        let start = usize::from(self.starts[row]);
        let first = start + (self.rows[row] & below(left)).count_ones() as usize;
        let last = start + (self.rows[row] & through).count_ones() as usize;
        (first * samples, last * samples)
    }

    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, chunk: usize) -> Rays<S> {
        Rays {
            x: f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]),
            y: f32x8::from_slice(simd, &self.ys[chunk * LANES..][..LANES]),
        }
    }

    #[inline(always)]
    fn kept(&mut self, chunk: usize) -> (&mut [f32], &mut [u32]) {
        (
            &mut self.depth[chunk * LANES..][..LANES],
            &mut self.key[chunk * LANES..][..LANES],
        )
    }
}

/// Which columns of a row are edges, one bit each; the apron never is.
#[inline(always)]
fn marks_of_row<S: Simd>(simd: S, tile: &Tile, row: usize) -> u32 {
    let mut marks = 0;
    let at = row * TILE_PX;
    let infinity = f32x8::splat(simd, f32::INFINITY);
    for chunk in 0..TILE_PX / LANES {
        // Inside the apron; the last start is moved back so that its neighbours are still in the row.
        let first = (1 + chunk * LANES).min(TILE_PX - 1 - LANES);
        let keys = |from: usize| u32x8::from_slice(simd, &tile.key[from..][..LANES]);
        let here = at + first;
        let center = keys(here);
        let mut other = center.simd_ne(keys(here - 1)) | center.simd_ne(keys(here + 1));
        for row_start in [here - TILE_PX, here + TILE_PX] {
            other = other
                | center.simd_ne(keys(row_start - 1))
                | center.simd_ne(keys(row_start))
                | center.simd_ne(keys(row_start + 1));
        }
        let outline = f32x8::from_slice(simd, &tile.outline[here..][..LANES]);
        let noted = outline.simd_lt(infinity);
        if noted.any_true() {
            let depths = |from: usize| f32x8::from_slice(simd, &tile.depth[from..][..LANES]);
            // A convex surface is nowhere deeper than at the corners of what it is looked at.
            let mut deepest = depths(here);
            for place in [
                here - 1,
                here + 1,
                here - TILE_PX - 1,
                here - TILE_PX,
                here - TILE_PX + 1,
                here + TILE_PX - 1,
                here + TILE_PX,
                here + TILE_PX + 1,
            ] {
                let depth = depths(place);
                deepest = depth.simd_gt(deepest).select(depth, deepest);
            }
            other |= noted & outline.simd_le(deepest);
        }
        marks |= (other.to_bitmask() as u32) << first;
    }
    marks
}
