//! What the samples of edge pixels meet.

mod gaps;

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f32x8, mask32x4, mask32x8, u32x4, u32x8};

use self::gaps::Gap;
use super::bodies::{Ball, Stick};
use super::camera::Lines;
use super::centers::BallForm;
use super::edges::Edges;
use super::intersect::{Balls, FullSticks, Rays, Sticks};
use super::mixed::Mixed;
use super::queue::Queue;
use super::tile::{LANES, NOTHING, Picture, ROW_CHUNKS, TILE_PIXELS, TILE_PX, Tile, Touch, nearer};

/// Samples that lie together in memory.
pub(super) const QUAD: usize = 4;
/// Most samples of a pixel.
const MAX_SAMPLES: usize = 16;

/// Rays through samples, and what they meet.
#[derive(Debug)]
pub(super) struct Samples {
    count: usize,
    /// Places of a pixel in the lists: `count` in whole quads. What is beyond `count` repeats the
    /// last sample.
    room: usize,
    /// Rays through the samples of each column and row, and their parts of squared lengths; as in
    /// [`Tile`].
    xs: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    ys: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    x_squares: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    y_squares: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    /// Where an edge pixel stands in the list of them.
    slots: Box<[u16; TILE_PIXELS]>,
    depth: Vec<f32>,
    key: Vec<u32>,
    /// For a second look; see [`Samples::see_gaps`].
    gaps: Vec<Gap>,
    gap_touches: Vec<Touch>,
}

impl Default for Samples {
    fn default() -> Self {
        let zeros = || Box::new([0.0; TILE_PX * MAX_SAMPLES]);
        Self {
            count: 0,
            room: 0,
            xs: zeros(),
            ys: zeros(),
            x_squares: zeros(),
            y_squares: zeros(),
            slots: Box::new([0; TILE_PIXELS]),
            depth: vec![0.0; TILE_PIXELS * MAX_SAMPLES],
            key: vec![0; TILE_PIXELS * MAX_SAMPLES],
            gaps: Vec::with_capacity(TILE_PIXELS),
            gap_touches: Vec::with_capacity(TILE_PIXELS),
        }
    }
}

/// Two quads of one row's samples that are cast together.
#[derive(Clone, Copy)]
struct Pair<S: Simd> {
    x: f32x8<S>,
    y: f32x8<S>,
    /// Squared length.
    length: f32x8<S>,
    /// Where their answers are.
    at: [usize; 2],
}

impl<S: Simd> Pair<S> {
    #[inline(always)]
    fn rays(&self) -> Rays<S> {
        Rays {
            x: self.x,
            y: self.y,
        }
    }
}

/// What one body may meet in a tile.
#[derive(Clone, Copy)]
struct Part<'a> {
    touches: &'a [Touch],
    /// For each pixel the depth that it must begin before.
    before: &'a [f32],
    near: f32,
}

impl Samples {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([self.depth.capacity(), self.key.capacity()]);
    }

    /// Casts the rays through all samples of all edges.
    pub(super) fn see<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        tile: &Tile,
        edges: &Edges,
        members: &[u32],
        lines: &[Lines; 2],
        at: [usize; 2],
        count: usize,
    ) {
        self.count = count;
        self.room = count.next_multiple_of(QUAD);
        simd.vectorize(
            #[inline(always)]
            || {
                self.turn_to(simd, lines, at, edges);
                let mut start = 0;
                for run in &tile.runs {
                    let part = Part {
                        touches: &tile.touches[start..run.end as usize],
                        before: edges.deepest.as_slice(),
                        near: run.near,
                    };
                    start = run.end as usize;
                    self.see_body::<S, PERSPECTIVE>(simd, picture, part, run.body);
                }
            },
        );
        self.see_gaps::<S, PERSPECTIVE>(simd, picture, tile, edges, members);
    }

    #[inline(always)]
    fn see_body<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        part: Part<'_>,
        body: u32,
    ) {
        let bodies = picture.bodies;
        let index = body as usize;
        if let Some(ball) = bodies.balls.get(index) {
            if ball.cut {
                self.see_cut::<S, PERSPECTIVE>(simd, picture, part, ball, body);
            } else {
                self.see_ball(simd, picture, part, ball, body);
            }
        } else {
            let stick = &bodies.sticks[index - bodies.balls.len()];
            let key = (2 * index - bodies.balls.len()) as u32;
            if stick.full {
                self.see_full::<S, PERSPECTIVE>(simd, picture, part, stick, key);
            } else {
                self.see_stick::<S, PERSPECTIVE>(simd, part, stick, key);
            }
        }
    }

    #[inline(always)]
    fn see_ball<S: Simd>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        part: Part<'_>,
        ball: &Ball,
        key: u32,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let form = BallForm::new(picture.camera, ball);
        self.each_pair(
            simd,
            part,
            #[inline(always)]
            |samples, pair| {
                let distance = form.distances(simd, pair.x, pair.y);
                let square = number(form.radius_squared) * pair.length - distance;
                let hit = square.simd_ge(number(0.0));
                let closest = number(form.closest[0]) * pair.x
                    + (number(form.closest[1]) * pair.y + number(form.closest[2]));
                let depth = (closest - square.sqrt()) / pair.length;
                samples.keep(simd, &pair, hit, depth, u32x8::splat(simd, key));
            },
        );
    }

    #[inline(always)]
    fn see_stick<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        part: Part<'_>,
        stick: &Stick,
        key: u32,
    ) {
        let zero = f32x8::splat(simd, 0.0);
        let sticks = Sticks::splat(simd, stick);
        let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
        self.each_pair(
            simd,
            part,
            #[inline(always)]
            |samples, pair| {
                let pass = sticks.pass::<PERSPECTIVE>(simd, pair.rays());
                let depth = pass.closest - pass.half_chord();
                let place = pass.place_along(depth);
                let hit =
                    pass.half_chord_squared.simd_ge(zero) & place.abs().simd_le(sticks.half_length);
                let keys = place.simd_lt(zero).select(keys[0], keys[1]);
                samples.keep(simd, &pair, hit, depth, keys);
            },
        );
    }

    fn see_cut<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        part: Part<'_>,
        ball: &Ball,
        key: u32,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let balls = Balls::splat(simd, ball);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                self.each_pair(
                    simd,
                    part,
                    #[inline(always)]
                    |samples, pair| {
                        let pass = balls.pass::<PERSPECTIVE>(simd, pair.rays());
                        let (wall, hit) = pass.wall(simd, near);
                        let depth = pass.closest + wall;
                        samples.keep(simd, &pair, hit, depth, u32x8::splat(simd, key));
                    },
                );
            },
        );
    }

    fn see_full<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        part: Part<'_>,
        stick: &Stick,
        key: u32,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let full = FullSticks::splat(simd, stick);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
                self.each_pair(
                    simd,
                    part,
                    #[inline(always)]
                    |samples, pair| {
                        let hit = full.hit::<PERSPECTIVE>(simd, pair.rays(), near);
                        let keys = hit.first_half.select(keys[0], keys[1]);
                        samples.keep(simd, &pair, hit.hit, hit.depth, keys);
                    },
                );
            },
        );
    }

    /// Prepares the rays of a tile, whose first line of each of `lines` is `at`.
    #[inline(always)]
    fn turn_to<S: Simd>(
        &mut self,
        simd: S,
        [columns, rows]: &[Lines; 2],
        at: [usize; 2],
        edges: &Edges,
    ) {
        let room = self.room;
        let copy = |to: &mut [f32], from: &[f32], at: usize| {
            to[..TILE_PX * room].copy_from_slice(&from[at * room..(at + TILE_PX) * room]);
        };
        copy(self.xs.as_mut_slice(), &columns.sample_rays, at[0]);
        copy(
            self.x_squares.as_mut_slice(),
            &columns.sample_squares,
            at[0],
        );
        copy(self.ys.as_mut_slice(), &rows.sample_rays, at[1]);
        copy(self.y_squares.as_mut_slice(), &rows.sample_squares, at[1]);
        for (slot, pixel) in (0..).zip(&edges.pixels) {
            self.slots[usize::from(*pixel)] = slot;
        }
        let far = f32x8::splat(simd, f32::INFINITY);
        let nothing = u32x8::splat(simd, NOTHING);
        // Whole chunks: the buffers have room for all pixels.
        for at in (0..edges.pixels.len() * room).step_by(LANES) {
            far.store_slice(&mut self.depth[at..at + LANES]);
            nothing.store_slice(&mut self.key[at..at + LANES]);
        }
    }

    /// Hands out the rays that may meet a body, eight at a time.
    #[inline(always)]
    fn each_pair<S: Simd>(
        &mut self,
        simd: S,
        part: Part<'_>,
        mut take: impl FnMut(&mut Self, Pair<S>),
    ) {
        let near = f32x8::splat(simd, part.near);
        for touch in part.touches {
            let first = usize::from(touch.chunk) * LANES;
            // Only edges, and only where the body is not certainly hidden.
            let before = f32x8::from_slice(simd, &part.before[first..first + LANES]);
            let mut lanes = near.simd_le(before).to_bitmask() as u32 & u32::from(touch.lanes);
            let row = usize::from(touch.chunk) / ROW_CHUNKS;
            while lanes != 0 {
                let one = first + lanes.trailing_zeros() as usize;
                lanes &= lanes - 1;
                if self.room == QUAD {
                    // The last of an odd number goes with itself.
                    let two = if lanes == 0 {
                        one
                    } else {
                        first + lanes.trailing_zeros() as usize
                    };
                    lanes &= lanes.wrapping_sub(1);
                    let pair = self.pair(simd, row, [(one, 0), (two, 0)]);
                    take(self, pair);
                } else {
                    for quad in (0..self.room).step_by(2 * QUAD) {
                        // So does the last of an odd number here.
                        let second = (quad + QUAD).min(self.room - QUAD);
                        let pair = self.pair(simd, row, [(one, quad), (one, second)]);
                        take(self, pair);
                    }
                }
            }
        }
    }

    /// Rays of two quads, each of a pixel and its first sample.
    #[inline(always)]
    fn pair<S: Simd>(&self, simd: S, row: usize, quads: [(usize, usize); 2]) -> Pair<S> {
        let room = self.room;
        let [a, b] = quads;
        let both = |numbers: &[f32], a: usize, b: usize| {
            f32x4::from_slice(simd, &numbers[a..a + QUAD])
                .combine(f32x4::from_slice(simd, &numbers[b..b + QUAD]))
        };
        let column = |quad: (usize, usize)| quad.0 % TILE_PX * room + quad.1;
        let columns = [column(a), column(b)];
        let rows = [row * room + a.1, row * room + b.1];
        Pair {
            x: both(self.xs.as_slice(), columns[0], columns[1]),
            y: both(self.ys.as_slice(), rows[0], rows[1]),
            length: both(self.x_squares.as_slice(), columns[0], columns[1])
                + both(self.y_squares.as_slice(), rows[0], rows[1]),
            at: [
                usize::from(self.slots[a.0]) * room + a.1,
                usize::from(self.slots[b.0]) * room + b.1,
            ],
        }
    }

    #[inline(always)]
    fn keep<S: Simd>(
        &mut self,
        simd: S,
        pair: &Pair<S>,
        hit: mask32x8<S>,
        depth: f32x8<S>,
        key: u32x8<S>,
    ) {
        let [a, b] = pair.at;
        let depth_there = f32x4::from_slice(simd, &self.depth[a..a + QUAD])
            .combine(f32x4::from_slice(simd, &self.depth[b..b + QUAD]));
        let key_there = u32x4::from_slice(simd, &self.key[a..a + QUAD])
            .combine(u32x4::from_slice(simd, &self.key[b..b + QUAD]));
        let (depth, key) = nearer(hit, [depth, depth_there], [key, key_there]);
        let (first, second) = depth.split();
        first.store_slice(&mut self.depth[a..a + QUAD]);
        second.store_slice(&mut self.depth[b..b + QUAD]);
        let (first, second) = key.split();
        first.store_slice(&mut self.key[a..a + QUAD]);
        second.store_slice(&mut self.key[b..b + QUAD]);
    }

    /// Asks for the colours of edge pixels. Those of which all samples meet what the centre meets
    /// are left to `even`; the others are listed in `mixed`, and each of their samples is asked for
    /// in `queue`, with its place in that list.
    pub(super) fn ask<S: Simd>(
        &self,
        simd: S,
        picture: &Picture<'_>,
        tile: &Tile,
        edges: &Edges,
        queue: &mut Queue,
        mixed: &mut Vec<Mixed>,
        mut even: impl FnMut(usize),
    ) {
        let (count, room) = (self.count, self.room);
        simd.vectorize(
            #[inline(always)]
            || {
                for (slot, pixel) in edges.pixels.iter().enumerate() {
                    let pixel = usize::from(*pixel);
                    let first = slot * room;
                    let center = tile.key[pixel];
                    if self.number_of(simd, first, center) == room && !picture.is_open(center) {
                        even(pixel);
                        continue;
                    }
                    let (column, row) = (pixel % TILE_PX * room, pixel / TILE_PX * room);
                    for quad in (0..count).step_by(QUAD) {
                        let keys = u32x4::from_slice(simd, &self.key[first + quad..][..QUAD]);
                        let mut wanted = keys.simd_ne(u32x4::splat(simd, NOTHING));
                        if count < quad + QUAD {
                            wanted &= mask32x4::from_bitmask(simd, (1 << (count - quad)) - 1);
                        }
                        queue.push_quad(
                            wanted,
                            f32x4::from_slice(simd, &self.xs[column + quad..][..QUAD]),
                            f32x4::from_slice(simd, &self.ys[row + quad..][..QUAD]),
                            f32x4::from_slice(simd, &self.depth[first + quad..][..QUAD]),
                            keys,
                            u32x4::splat(simd, mixed.len() as u32),
                        );
                    }
                    mixed.push(Mixed {
                        pixel: pixel as u16,
                        samples: count as u16,
                        sums: 0,
                    });
                }
            },
        );
    }

    /// How many places of the pixel that starts at `first` meet a key.
    #[inline(always)]
    fn number_of<S: Simd>(&self, simd: S, first: usize, key: u32) -> usize {
        let mut number = 0;
        for quad in (0..self.room).step_by(QUAD) {
            let keys = u32x4::from_slice(simd, &self.key[first + quad..][..QUAD]);
            let equal = keys.simd_eq(u32x4::splat(simd, key)).to_bitmask();
            number += equal.count_ones() as usize;
        }
        number
    }
}
