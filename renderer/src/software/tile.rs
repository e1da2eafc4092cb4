//! Who is seen through the centres of a tile's pixels.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8, u32x8};

use super::bodies::{Ball, Bodies, Seen, Stick};
use super::camera::Camera;
use super::intersect::{Balls, FullSticks, Rays, Sticks};
use super::upload::Upload;

/// Edge of a tile with its apron, pixels.
pub(super) const TILE_PX: usize = 32;
/// Pixels of a tile with its apron.
pub(super) const TILE_PIXELS: usize = TILE_PX * TILE_PX;
/// Rays that are cast together.
pub(super) const LANES: usize = 8;
/// Key of a pixel that shows nothing.
pub(super) const NOTHING: u32 = u32::MAX;
/// How many primitives are drawn between two looks at the farthest depth.
const LOOK_EVERY: usize = 8;
/// A primitive whose radius is below this many [`Ball::reach`] is sampled wherever it is seen: its shading varies too much within a pixel.
const THIN_REACHES: f32 = 5.5;

/// What does not change within a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture<'a> {
    pub(super) camera: &'a Camera,
    pub(super) upload: &'a Upload,
    pub(super) bodies: &'a Bodies,
    /// See [`super::bins::Bins::disorder`].
    pub(super) disorder: f32,
}

/// One tile's pixels.
#[derive(Debug)]
pub(super) struct Tile {
    /// Column and row of the picture of the first pixel, apron included.
    pub(super) origin_px: [i32; 2],
    /// Places of the pixels' centres on the picture.
    pub(super) columns_px: [f32; TILE_PX],
    pub(super) rows_px: [f32; TILE_PX],
    /// Rays through them.
    pub(super) xs: [f32; TILE_PX],
    pub(super) ys: [f32; TILE_PX],
    pub(super) depth: Box<[f32; TILE_PIXELS]>,
    pub(super) key: Box<[u32; TILE_PIXELS]>,
    /// Least depth of what may begin or end within the pixel; infinite for nothing.
    pub(super) outline: Box<[f32; TILE_PIXELS]>,
}

impl Default for Tile {
    fn default() -> Self {
        Self {
            origin_px: [0; 2],
            columns_px: [0.0; TILE_PX],
            rows_px: [0.0; TILE_PX],
            xs: [0.0; TILE_PX],
            ys: [0.0; TILE_PX],
            depth: Box::new([0.0; TILE_PIXELS]),
            key: Box::new([0; TILE_PIXELS]),
            outline: Box::new([0.0; TILE_PIXELS]),
        }
    }
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
        let [left, top, right, bottom] = rect.map(i32::from);
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
}

/// First and last column of the picture's row that a stick may touch; the first is above the last where it touches none.
#[inline(always)]
pub(super) fn stick_columns(stick: &Stick, rect: [i16; 4], row_px: f32) -> (i32, i32) {
    let middle = stick.span[0] + stick.span[1] * row_px;
    // Casts saturate.
    let left = (middle - stick.span[2]).floor() as i32;
    let right = (middle + stick.span[2]).floor() as i32;
    (left.max(i32::from(rect[0])), right.min(i32::from(rect[2])))
}

impl Tile {
    /// Turns to another tile; nothing is seen yet.
    pub(super) fn turn_to(&mut self, camera: &Camera, origin_px: [i32; 2]) {
        self.origin_px = origin_px;
        for column in 0..TILE_PX {
            self.columns_px[column] = (origin_px[0] + column as i32) as f32 + 0.5;
            self.xs[column] = camera.ray_x(self.columns_px[column]);
            self.rows_px[column] = (origin_px[1] + column as i32) as f32 + 0.5;
            self.ys[column] = camera.ray_y(self.rows_px[column]);
        }
        self.depth.fill(f32::INFINITY);
        self.key.fill(NOTHING);
        self.outline.fill(f32::INFINITY);
    }

    /// Casts the rays through all centres. `edges`: also notes outlines, for [`super::edges`].
    pub(super) fn see<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        members: &[u32],
        edges: bool,
    ) {
        let bodies = picture.bodies;
        let balls = bodies.balls.len();
        let mut farthest = f32::INFINITY;
        for (turn, member) in members.iter().enumerate() {
            let seen = &bodies.seen[*member as usize];
            if turn % LOOK_EVERY == LOOK_EVERY - 1 {
                farthest = farthest_of(simd, self.depth.as_slice());
            }
            // Everything that follows is behind everything that is seen, outlines included.
            if seen.near - picture.disorder > farthest {
                break;
            }
            let Some(window) = Window::of(seen.rect, self.origin_px) else {
                continue;
            };
            let body = seen.body as usize;
            if let Some(ball) = bodies.balls.get(body) {
                self.see_ball::<S, PERSPECTIVE>(simd, picture, ball, seen, window, edges);
            } else {
                let stick = &bodies.sticks[body - balls];
                let key = (2 * body - balls) as u32;
                if stick.full {
                    self.see_full::<S, PERSPECTIVE>(
                        simd, picture, stick, key, seen.rect, window, edges,
                    );
                } else {
                    self.see_stick::<S, PERSPECTIVE>(simd, stick, key, seen.rect, window, edges);
                }
            }
        }
    }

    fn see_ball<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        ball: &Ball,
        seen: &Seen,
        window: Window,
        edges: bool,
    ) {
        let columns = (i32::from(seen.rect[0]), i32::from(seen.rect[2]));
        simd.vectorize(
            #[inline(always)]
            || {
                let balls = Balls::splat(simd, ball);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                let keys = u32x8::splat(simd, seen.body);
                let outline = Outline::new(simd, ball.radius, ball.reach, ball.near, ball.cut);
                for row in window.top..=window.bottom {
                    let y = f32x8::splat(simd, self.ys[row]);
                    for chunk in window.left / LANES..=window.right / LANES {
                        let x = f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]);
                        let at = row * TILE_PX + chunk * LANES;
                        let pass = balls.pass::<PERSPECTIVE>(simd, Rays { x, y });
                        if !pass
                            .half_chord_squared
                            .simd_ge(outline.lowest(edges))
                            .any_true()
                        {
                            continue;
                        }
                        if edges {
                            let touched = outline.touched(pass.half_chord_squared);
                            if touched.any_true() {
                                let depth = outline.depth(pass.closest, outline.half_chord);
                                self.note(simd, at, columns, touched, depth);
                            }
                        }
                        let (wall, hit) = if ball.cut {
                            pass.wall::<true>(simd, near)
                        } else {
                            pass.wall::<false>(simd, near)
                        };
                        if hit.any_true() {
                            self.keep(simd, at, hit, pass.closest + wall, keys);
                        }
                    }
                }
            },
        );
    }

    fn see_stick<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        stick: &Stick,
        key: u32,
        rect: [i16; 4],
        window: Window,
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let sticks = Sticks::splat(simd, stick);
                let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
                let zero = f32x8::splat(simd, 0.0);
                let outline = Outline::new(simd, stick.radius, stick.reach, stick.near, false);
                let reach = f32x8::splat(simd, stick.half_length + 2.0 * stick.reach);
                for row in window.top..=window.bottom {
                    let columns = stick_columns(stick, rect, self.rows_px[row]);
                    let left = (columns.0 - self.origin_px[0]).max(0);
                    let right = (columns.1 - self.origin_px[0]).min(TILE_PX as i32 - 1);
                    if left > right {
                        continue;
                    }
                    let (left, right) = (left as usize, right as usize);
                    let y = f32x8::splat(simd, self.ys[row]);
                    for chunk in left / LANES..=right / LANES {
                        let x = f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]);
                        let at = row * TILE_PX + chunk * LANES;
                        let pass = sticks.pass::<PERSPECTIVE>(simd, Rays { x, y });
                        if !pass
                            .half_chord_squared
                            .simd_ge(outline.lowest(edges))
                            .any_true()
                        {
                            continue;
                        }
                        if edges {
                            let touched = outline.touched(pass.half_chord_squared);
                            if touched.any_true() {
                                let half_chord =
                                    outline.half_chord * pass.per_across_squared.sqrt();
                                let place = pass.place_along(pass.closest).abs()
                                    - pass.slope_along().abs() * half_chord;
                                // Not "less or equal": what is no number counts as touched.
                                let touched = touched & !place.simd_gt(reach);
                                let depth = outline.depth(pass.closest, half_chord);
                                self.note(simd, at, columns, touched, depth);
                            }
                        }
                        let depth = pass.closest - pass.half_chord();
                        let place = pass.place_along(depth);
                        let hit = pass.half_chord_squared.simd_ge(zero)
                            & place.abs().simd_le(sticks.half_length);
                        if hit.any_true() {
                            let keys = place.simd_lt(zero).select(keys[0], keys[1]);
                            self.keep(simd, at, hit, depth, keys);
                        }
                    }
                }
            },
        );
    }

    fn see_full<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        stick: &Stick,
        key: u32,
        rect: [i16; 4],
        window: Window,
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let sticks = FullSticks::splat(simd, stick);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
                for row in window.top..=window.bottom {
                    let columns = stick_columns(stick, rect, self.rows_px[row]);
                    let left = (columns.0 - self.origin_px[0]).max(0);
                    let right = (columns.1 - self.origin_px[0]).min(TILE_PX as i32 - 1);
                    if left > right {
                        continue;
                    }
                    let (left, right) = (left as usize, right as usize);
                    let y = f32x8::splat(simd, self.ys[row]);
                    for chunk in left / LANES..=right / LANES {
                        let x = f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]);
                        let at = row * TILE_PX + chunk * LANES;
                        if edges {
                            // It has creases, rims and insides: all of its pixels are sampled.
                            let zero = f32x8::splat(simd, 0.0);
                            let depth = f32x8::splat(simd, stick.near);
                            self.note(simd, at, columns, zero.simd_eq(zero), depth);
                        }
                        let hit = sticks.hit::<PERSPECTIVE>(simd, Rays { x, y }, near);
                        if hit.hit.any_true() {
                            let keys = hit.first_half.select(keys[0], keys[1]);
                            self.keep(simd, at, hit.hit, hit.depth, keys);
                        }
                    }
                }
            },
        );
    }

    /// Keeps what is nearer than what is there; of equally deep surfaces the lower key.
    #[inline(always)]
    fn keep<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        hit: mask32x8<S>,
        depth: f32x8<S>,
        key: u32x8<S>,
    ) {
        keep(
            simd,
            &mut self.depth[at..at + LANES],
            &mut self.key[at..at + LANES],
            hit,
            depth,
            key,
        );
    }

    #[inline(always)]
    fn note<S: Simd>(
        &mut self,
        simd: S,
        at: usize,
        columns: (i32, i32),
        touched: mask32x8<S>,
        depth: f32x8<S>,
    ) {
        let first = at % TILE_PX;
        let x_px = f32x8::from_slice(simd, &self.columns_px[first..first + LANES]);
        // Exactly these columns, wherever the tile begins: a crop must mark the pixels that the whole picture marks.
        let touched = touched
            & x_px.simd_gt(f32x8::splat(simd, columns.0 as f32))
            & x_px.simd_lt(f32x8::splat(simd, columns.1 as f32 + 1.0));
        let outline = &mut self.outline[at..at + LANES];
        let there = f32x8::from_slice(simd, outline);
        (touched & depth.simd_lt(there))
            .select(depth, there)
            .store_slice(outline);
    }
}

/// Keeps what is nearer than what is there; of equally deep surfaces the lower key.
#[inline(always)]
pub(super) fn keep<S: Simd>(
    simd: S,
    depths: &mut [f32],
    keys: &mut [u32],
    hit: mask32x8<S>,
    depth: f32x8<S>,
    key: u32x8<S>,
) {
    let there = f32x8::from_slice(simd, depths);
    let key_there = u32x8::from_slice(simd, keys);
    let nearer = hit & (depth.simd_lt(there) | (depth.simd_eq(there) & key.simd_lt(key_there)));
    nearer.select(depth, there).store_slice(depths);
    nearer.select(key, key_there).store_slice(keys);
}

/// Largest of depths; their number is a multiple of [`LANES`].
pub(super) fn farthest_of<S: Simd>(simd: S, depths: &[f32]) -> f32 {
    simd.vectorize(
        #[inline(always)]
        || {
            let (chunks, _) = depths.as_chunks::<LANES>();
            let mut farthest = f32x8::splat(simd, 0.0);
            for chunk in chunks {
                let depth = f32x8::from_slice(simd, chunk);
                farthest = depth.simd_gt(farthest).select(depth, farthest);
            }
            let mut lanes = [0.0; LANES];
            farthest.store_slice(&mut lanes);
            lanes.into_iter().fold(0.0, f32::max)
        },
    )
}

/// Where a round body's outline runs, in terms of the squared half chord: within `reach` of the outline the rays of a pixel's samples may
/// hit it or miss it.
#[derive(Clone, Copy)]
struct Outline<S: Simd> {
    zero: f32x8<S>,
    low: f32x8<S>,
    high: f32x8<S>,
    /// Longest half chord of a sample of a touched pixel, angstrom.
    half_chord: f32x8<S>,
    reach: f32x8<S>,
    near: f32x8<S>,
}

impl<S: Simd> Outline<S> {
    #[inline(always)]
    fn new(simd: S, radius: f32, reach: f32, near: f32, everywhere: bool) -> Self {
        let number = |x: f32| f32x8::splat(simd, x);
        let thin = everywhere || radius < THIN_REACHES * reach;
        // With o the distance of the centre's ray: o <= r + e, and o >= r - e unless all is to be sampled.
        let product = radius * reach;
        let square = reach * reach;
        Self {
            zero: number(0.0),
            low: number(-(2.0 * product + square)),
            high: number(if thin { f32::INFINITY } else { 2.0 * product }),
            half_chord: number(if thin {
                f32::INFINITY
            } else {
                (4.0 * product + 2.0 * square).sqrt()
            }),
            reach: number(reach),
            near: number(near),
        }
    }

    /// Squared half chord below which nothing is to be done.
    #[inline(always)]
    fn lowest(&self, edges: bool) -> f32x8<S> {
        if edges { self.low } else { self.zero }
    }

    #[inline(always)]
    fn touched(&self, half_chord_squared: f32x8<S>) -> mask32x8<S> {
        half_chord_squared.simd_ge(self.low) & half_chord_squared.simd_le(self.high)
    }

    /// Least depth of the body in a touched pixel.
    #[inline(always)]
    fn depth(&self, closest: f32x8<S>, half_chord: f32x8<S>) -> f32x8<S> {
        let depth = closest - half_chord - self.reach;
        depth.simd_gt(self.near).select(depth, self.near)
    }
}
