//! Who is seen through the centres of a tile's pixels, where outlines run, and which samples may
//! meet what.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::bodies::{Ball, Seen, Stick};
use super::camera::Camera;
use super::intersect::{Balls, FullSticks, Rays, Sticks};
use super::tile::{LANES, Picture, ROW_CHUNKS, Run, Tile, Window, stick_columns};

/// How many primitives are drawn between two looks at the farthest depths.
const LOOK_EVERY: usize = 16;

/// A ball that lies wholly before the near plane, as a quadratic form in the rays relative to the
/// ray through its centre.
///
/// With the centre `c = depth (p, q, -1)` and a ray `d = (p + u, q + v, -1)` the squared distance
/// of ray and centre is `|c x d|^2 / |d|^2 = depth^2 (u^2 + v^2 + (p v - q u)^2) / |d|^2`: small
/// numbers are squared, nothing large is subtracted. In an orthographic picture the same form holds
/// with other coefficients and `|d| = 1`.
#[derive(Debug, Clone, Copy)]
pub(super) struct BallForm {
    pub(super) center: [f32; 2],
    pub(super) squares: [f32; 2],
    pub(super) product: f32,
    /// Depth of the point closest to the centre, times `|d|^2`:
    /// `closest[0] x + closest[1] y + closest[2]`.
    pub(super) closest: [f32; 3],
    pub(super) radius_squared: f32,
}

impl BallForm {
    #[inline(always)]
    pub(super) fn new(camera: &Camera, ball: &Ball) -> Self {
        let [x, y, z] = ball.center;
        let radius_squared = ball.radius * ball.radius;
        if camera.perspective {
            let depth = -z;
            let per_depth = 1.0 / depth;
            Self {
                center: [x * per_depth, y * per_depth],
                squares: [depth * depth + y * y, depth * depth + x * x],
                product: -2.0 * x * y,
                closest: [x, y, depth],
                radius_squared,
            }
        } else {
            Self {
                center: [x, y],
                squares: [1.0; 2],
                product: 0.0,
                closest: [0.0, 0.0, -z],
                radius_squared,
            }
        }
    }

    /// Squared distance times squared length of eight rays.
    #[inline(always)]
    pub(super) fn distances<S: Simd>(&self, simd: S, x: f32x8<S>, y: f32x8<S>) -> f32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let v = y - number(self.center[1]);
        let u = x - number(self.center[0]);
        u * (number(self.squares[0]) * u + number(self.product) * v)
            + number(self.squares[1]) * v * v
    }
}

/// Where a round body's outline runs, as squared distances from its centre or axis: within `reach`
/// of the outline the rays of a pixel's samples may hit it or miss it.
#[derive(Debug, Clone, Copy)]
struct Outline {
    /// `(radius - reach)^2`
    inner: f32,
    /// `(radius + reach)^2`
    outer: f32,
    /// The squared half chord of a pixel's sample is at most its centre's and this: a sample's ray
    /// passes by nearer than its centre's by at most `reach`, and that one at most `radius + reach`
    /// away.
    more: f32,
    reach: f32,
}

impl Outline {
    #[inline(always)]
    fn new(radius: f32, reach: f32) -> Self {
        let inner = (radius - reach).max(0.0);
        Self {
            inner: inner * inner,
            outer: (radius + reach) * (radius + reach),
            more: reach * (2.0 * radius + reach),
            reach,
        }
    }
}

impl Tile {
    /// Casts the rays through all centres. `edges`: also notes outlines and touches, for
    /// [`super::edges`] and [`super::samples`].
    pub(super) fn see<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        members: &[u32],
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let bodies = picture.bodies;
                for (turn, member) in members.iter().enumerate() {
                    let seen = &bodies.seen[*member as usize];
                    if turn % LOOK_EVERY == LOOK_EVERY - 1 {
                        let farthest = self.look(simd);
                        // Everything that follows is behind everything that is seen, outlines
                        // included.
                        if seen.near - picture.disorder > farthest {
                            break;
                        }
                    }
                    let Some(window) = Window::of(seen.rect, self.origin_px) else {
                        continue;
                    };
                    let open = self.open_blocks(simd, window, seen.near);
                    if open == 0 {
                        continue;
                    }
                    let body = seen.body as usize;
                    if let Some(ball) = bodies.balls.get(body) {
                        if ball.cut {
                            self.see_cut::<S, PERSPECTIVE>(
                                simd, picture, ball, seen, window, edges,
                            );
                        } else {
                            self.see_ball(simd, picture, ball, seen, window, open, edges);
                        }
                    } else {
                        let index = body - bodies.balls.len();
                        let stick = &bodies.sticks[index];
                        let key = (2 * body - bodies.balls.len()) as u32;
                        if stick.full {
                            self.see_full::<S, PERSPECTIVE>(
                                simd, picture, stick, key, seen, window, edges,
                            );
                        } else {
                            self.see_stick::<S, PERSPECTIVE>(
                                simd, stick, key, seen, window, open, edges,
                            );
                        }
                    }
                    let end = self.touches.len() as u32;
                    if self.runs.last().map_or(0, |run| run.end) < end {
                        let (body, near) = (seen.body, seen.near);
                        self.runs.push(Run { body, near, end });
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn see_ball<S: Simd>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        ball: &Ball,
        seen: &Seen,
        window: Window,
        open: u32,
        edges: bool,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let form = BallForm::new(picture.camera, ball);
        let outline = Outline::new(ball.radius, ball.reach);
        let radius_squared = number(form.radius_squared);
        let within = number(if edges {
            outline.outer
        } else {
            form.radius_squared
        });
        let inner = number(outline.inner);
        let more = number(outline.more);
        let reach = number(outline.reach);
        let near = number(ball.near);
        let zero = number(0.0);
        let keys = u32x8::splat(simd, seen.body);
        let closest_x = number(form.closest[0]);
        for row in window.top..=window.bottom {
            let y = number(self.ys[row]);
            let y_square = number(self.y_squares[row]);
            let closest_y = number(form.closest[1]) * y + number(form.closest[2]);
            let open = open >> (row / LANES * ROW_CHUNKS);
            for chunk in window.left / LANES..=window.right / LANES {
                if open >> chunk & 1 == 0 {
                    continue;
                }
                let x = f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]);
                let length =
                    y_square + f32x8::from_slice(simd, &self.x_squares[chunk * LANES..][..LANES]);
                let distance = form.distances(simd, x, y);
                let touched = distance.simd_le(within * length);
                if !touched.any_true() {
                    continue;
                }
                let at = (row * ROW_CHUNKS + chunk) * LANES;
                let per_length = number(1.0) / length;
                let closest = (closest_x * x + closest_y) * per_length;
                let square = radius_squared * length - distance;
                if edges {
                    self.touch(row, chunk, touched.to_bitmask() as u32);
                    let touched = touched & distance.simd_ge(inner * length);
                    if touched.any_true() {
                        // In angstrom along the ray, and so no less than in depth.
                        let chord = ((square + more * length) * per_length).max(zero).sqrt();
                        self.note(simd, at, touched, (closest - chord - reach).max(near));
                    }
                }
                let hit = square.simd_ge(zero);
                let depth = closest - square.sqrt() * per_length;
                self.keep(simd, at, hit, depth, keys);
            }
        }
    }

    /// A ball that the near plane may open.
    fn see_cut<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        ball: &Ball,
        seen: &Seen,
        window: Window,
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let balls = Balls::splat(simd, ball);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                let keys = u32x8::splat(simd, seen.body);
                for row in window.top..=window.bottom {
                    for chunk in window.left / LANES..=window.right / LANES {
                        let at = self.see_everywhere(simd, row, chunk, ball.near, edges);
                        let pass = balls.pass::<PERSPECTIVE>(simd, self.rays(simd, row, chunk));
                        let (wall, hit) = pass.wall(simd, near);
                        self.keep(simd, at, hit, pass.closest + wall, keys);
                    }
                }
            },
        );
    }

    #[inline(always)]
    fn see_stick<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        stick: &Stick,
        key: u32,
        seen: &Seen,
        window: Window,
        open: u32,
        edges: bool,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let sticks = Sticks::splat(simd, stick);
        let keys = [u32x8::splat(simd, key), u32x8::splat(simd, key + 1)];
        let zero = number(0.0);
        let outline = Outline::new(stick.radius, stick.reach);
        let within = number(if edges {
            outline.outer
        } else {
            stick.radius * stick.radius
        });
        let inner = number(outline.inner);
        let more = number(outline.more);
        let reach = number(stick.half_length + 2.0 * stick.reach);
        let near = number(stick.near);
        for row in window.top..=window.bottom {
            let (left, right) =
                stick_columns(stick, seen.rect, self.rows_px[row], self.origin_px[0]);
            if left > right {
                continue;
            }
            let open = open >> (row / LANES * ROW_CHUNKS);
            for chunk in left as usize / LANES..=right as usize / LANES {
                if open >> chunk & 1 == 0 {
                    continue;
                }
                let pass = sticks.pass::<PERSPECTIVE>(simd, self.rays(simd, row, chunk));
                let touched = pass.distance_squared.simd_le(within);
                if !touched.any_true() {
                    continue;
                }
                let at = (row * ROW_CHUNKS + chunk) * LANES;
                if edges {
                    self.touch(row, chunk, touched.to_bitmask() as u32);
                    let touched = touched & pass.distance_squared.simd_ge(inner);
                    if touched.any_true() {
                        let longest = (pass.half_chord_squared + more).max(zero);
                        let half_chord = (longest * pass.per_across_squared).sqrt();
                        let place = pass.place_along(pass.closest).abs()
                            - pass.slope_along().abs() * half_chord;
                        // Not "less or equal": what is no number counts as touched.
                        let touched = touched & !place.simd_gt(reach);
                        // Along a stick that is seen end on, depth changes faster than place.
                        let steepness = pass.slope_along().abs() * pass.per_across_squared.sqrt();
                        let before = number(outline.reach) * (number(1.0) + steepness);
                        let depth = pass.closest - half_chord - before;
                        self.note(simd, at, touched, depth.max(near));
                    }
                }
                let depth = pass.closest - pass.half_chord();
                let place = pass.place_along(depth);
                let hit =
                    pass.half_chord_squared.simd_ge(zero) & place.abs().simd_le(sticks.half_length);
                let keys = place.simd_lt(zero).select(keys[0], keys[1]);
                self.keep(simd, at, hit, depth, keys);
            }
        }
    }

    fn see_full<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        stick: &Stick,
        key: u32,
        seen: &Seen,
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
                    let (left, right) =
                        stick_columns(stick, seen.rect, self.rows_px[row], self.origin_px[0]);
                    if left > right {
                        continue;
                    }
                    for chunk in left as usize / LANES..=right as usize / LANES {
                        let at = self.see_everywhere(simd, row, chunk, stick.near, edges);
                        let rays = self.rays(simd, row, chunk);
                        let hit = sticks.hit::<PERSPECTIVE>(simd, rays, near);
                        let keys = hit.first_half.select(keys[0], keys[1]);
                        self.keep(simd, at, hit.hit, hit.depth, keys);
                    }
                }
            },
        );
    }

    /// A body with creases, rims and insides: all of its pixels are sampled. Tells where the chunk
    /// begins.
    #[inline(always)]
    fn see_everywhere<S: Simd>(
        &mut self,
        simd: S,
        row: usize,
        chunk: usize,
        near: f32,
        edges: bool,
    ) -> usize {
        let at = (row * ROW_CHUNKS + chunk) * LANES;
        if edges {
            let zero = f32x8::splat(simd, 0.0);
            self.note(simd, at, zero.simd_eq(zero), f32x8::splat(simd, near));
            self.touch(row, chunk, 255);
        }
        at
    }

    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, row: usize, chunk: usize) -> Rays<S> {
        Rays {
            x: f32x8::from_slice(simd, &self.xs[chunk * LANES..][..LANES]),
            y: f32x8::splat(simd, self.ys[row]),
        }
    }
}
