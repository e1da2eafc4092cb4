//! Eight rays against one primitive, or against eight.
//!
//! The same formulas as `shaders/sphere.wgsl` and `shaders/cylinder.wgsl`: rays have the direction
//! `(x, y, -1)` (perspective) or `(0, 0, -1)` (orthographic), so that their parameter is the depth.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8};

use super::bodies::{Ball, Stick};

/// `[expression with 0, with 1, with 2]`. An array's own `map` is a function without the vector
/// instructions, into which they cannot be inlined.
macro_rules! each_axis {
    ($axis:ident => $value:expr) => {
        [
            {
                let $axis = 0;
                $value
            },
            {
                let $axis = 1;
                $value
            },
            {
                let $axis = 2;
                $value
            },
        ]
    };
}

/// What `map` does to an array of three; see [`each_axis`].
macro_rules! each_of {
    ($array:expr, $part:ident => $value:expr) => {{
        let array = $array;
        each_axis!(axis => {
            let $part = array[axis];
            $value
        })
    }};
}

pub(super) use {each_axis, each_of};

/// Three vectors of eight.
pub(super) type Vec3x8<S> = [f32x8<S>; 3];

#[inline(always)]
pub(super) fn dot<S: Simd>(a: Vec3x8<S>, b: Vec3x8<S>) -> f32x8<S> {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a + s b`
#[inline(always)]
pub(super) fn along<S: Simd>(a: Vec3x8<S>, s: f32x8<S>, b: Vec3x8<S>) -> Vec3x8<S> {
    [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]]
}

#[inline(always)]
fn minus<S: Simd>(a: Vec3x8<S>, b: Vec3x8<S>) -> Vec3x8<S> {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

#[inline(always)]
fn choose<S: Simd>(mask: mask32x8<S>, yes: Vec3x8<S>, no: Vec3x8<S>) -> Vec3x8<S> {
    each_axis!(axis => mask.select(yes[axis], no[axis]))
}

/// Eight rays, each by a point of the plane at depth 1 (perspective) or of the plane through the
/// eye (orthographic).
#[derive(Clone, Copy)]
pub(super) struct Rays<S: Simd> {
    pub(super) x: f32x8<S>,
    pub(super) y: f32x8<S>,
}

impl<S: Simd> Rays<S> {
    #[inline(always)]
    pub(super) fn direction<const PERSPECTIVE: bool>(self, simd: S) -> Vec3x8<S> {
        let minus_one = f32x8::splat(simd, -1.0);
        if PERSPECTIVE {
            [self.x, self.y, minus_one]
        } else {
            let zero = f32x8::splat(simd, 0.0);
            [zero, zero, minus_one]
        }
    }

    #[inline(always)]
    pub(super) fn origin<const PERSPECTIVE: bool>(self, simd: S) -> Vec3x8<S> {
        let zero = f32x8::splat(simd, 0.0);
        if PERSPECTIVE {
            [zero; 3]
        } else {
            [self.x, self.y, zero]
        }
    }
}

/// Eight balls, or one eight times.
#[derive(Clone, Copy)]
pub(super) struct Balls<S: Simd> {
    pub(super) center: Vec3x8<S>,
    pub(super) radius: f32x8<S>,
}

impl<S: Simd> Balls<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, ball: &Ball) -> Self {
        Self {
            center: each_of!(ball.center, part => f32x8::splat(simd, part)),
            radius: f32x8::splat(simd, ball.radius),
        }
    }

    /// Where rays pass the centre. Depths are right only where `half_chord_squared` is not
    /// negative.
    #[inline(always)]
    pub(super) fn pass<const PERSPECTIVE: bool>(self, simd: S, rays: Rays<S>) -> BallPass<S> {
        let [cx, cy, cz] = self.center;
        if PERSPECTIVE {
            let one = f32x8::splat(simd, 1.0);
            let per_length_squared = one / (rays.x * rays.x + rays.y * rays.y + one);
            let closest = (cx * rays.x + cy * rays.y - cz) * per_length_squared;
            let offset = [closest * rays.x - cx, closest * rays.y - cy, -closest - cz];
            BallPass {
                closest,
                half_chord_squared: self.radius * self.radius - dot(offset, offset),
                per_length_squared,
            }
        } else {
            let zero = f32x8::splat(simd, 0.0);
            let offset = [rays.x - cx, rays.y - cy, zero];
            BallPass {
                closest: -cz,
                half_chord_squared: self.radius * self.radius
                    - (offset[0] * offset[0] + offset[1] * offset[1]),
                per_length_squared: f32x8::splat(simd, 1.0),
            }
        }
    }
}

/// Rays that pass a ball's centre.
#[derive(Clone, Copy)]
pub(super) struct BallPass<S: Simd> {
    /// Depth of the point closest to the centre.
    pub(super) closest: f32x8<S>,
    /// Negative where the ray misses.
    pub(super) half_chord_squared: f32x8<S>,
    pub(super) per_length_squared: f32x8<S>,
}

impl<S: Simd> BallPass<S> {
    /// From the closest point to the seen wall, in units of depth, and whether there is one. Where
    /// the near plane opens the ball, its far wall is seen from inside.
    #[inline(always)]
    pub(super) fn wall(self, simd: S, near: f32x8<S>) -> (f32x8<S>, mask32x8<S>) {
        let zero = f32x8::splat(simd, 0.0);
        let hit = self.half_chord_squared.simd_ge(zero);
        let half_chord = (self.half_chord_squared * self.per_length_squared).sqrt();
        let open = (self.closest - half_chord).simd_lt(near);
        let along = open.select(half_chord, -half_chord);
        (along, hit & (self.closest + along).simd_ge(near))
    }
}

/// Eight sticks, or one eight times.
#[derive(Clone, Copy)]
pub(super) struct Sticks<S: Simd> {
    pub(super) front: Vec3x8<S>,
    pub(super) side: Vec3x8<S>,
    pub(super) along: Vec3x8<S>,
    pub(super) own_middle: Vec3x8<S>,
    pub(super) half_length: f32x8<S>,
    pub(super) radius: f32x8<S>,
}

/// Rays that pass a stick's axis.
#[derive(Clone, Copy)]
pub(super) struct StickPass<S: Simd> {
    /// Depth of the point closest to the axis.
    pub(super) closest: f32x8<S>,
    /// Of ray and axis.
    pub(super) distance_squared: f32x8<S>,
    /// Negative where the ray misses the endless cylinder.
    pub(super) half_chord_squared: f32x8<S>,
    pub(super) per_across_squared: f32x8<S>,
    /// Direction of the ray: front, side, along.
    direction: Vec3x8<S>,
    /// Place along the axis of the ray's origin, relative to the middle.
    origin_along: f32x8<S>,
}

impl<S: Simd> Sticks<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, stick: &Stick) -> Self {
        let three = |v: [f32; 3]| each_of!(v, part => f32x8::splat(simd, part));
        Self {
            front: three(stick.front),
            side: three(stick.side),
            along: three(stick.along),
            own_middle: three(stick.own_middle),
            half_length: f32x8::splat(simd, stick.half_length),
            radius: f32x8::splat(simd, stick.radius),
        }
    }

    /// Where rays pass the axis.
    #[inline(always)]
    pub(super) fn pass<const PERSPECTIVE: bool>(self, simd: S, rays: Rays<S>) -> StickPass<S> {
        let (front, side, own) = (self.front, self.side, self.along);
        let middle = self.own_middle;
        let (direction, cross, towards, origin_along) = if PERSPECTIVE {
            // The eye has no part along `side` from the middle.
            let part = |axis: Vec3x8<S>| axis[0] * rays.x + (axis[1] * rays.y - axis[2]);
            let direction = [part(front), part(side), part(own)];
            (
                direction,
                -(middle[0] * direction[1]),
                middle[0] * direction[0],
                -middle[2],
            )
        } else {
            let place =
                |axis: Vec3x8<S>, middle: f32x8<S>| axis[0] * rays.x + (axis[1] * rays.y - middle);
            let direction = [-front[2], -side[2], -own[2]];
            let origin = [
                place(front, middle[0]),
                place(side, middle[1]),
                place(own, middle[2]),
            ];
            (
                direction,
                origin[0] * direction[1] - origin[1] * direction[0],
                -(origin[0] * direction[0] + origin[1] * direction[1]),
                origin[2],
            )
        };
        let across_squared = direction[0] * direction[0] + direction[1] * direction[1];
        // A ray along the axis passes no wall of a stick whose ends are hidden.
        let least = f32x8::splat(simd, 1e-12);
        let across_squared = across_squared.simd_gt(least).select(across_squared, least);
        let per_across_squared = f32x8::splat(simd, 1.0) / across_squared;
        let distance_squared = cross * cross * per_across_squared;
        StickPass {
            closest: towards * per_across_squared,
            distance_squared,
            half_chord_squared: self.radius * self.radius - distance_squared,
            per_across_squared,
            direction,
            origin_along,
        }
    }
}

impl<S: Simd> StickPass<S> {
    /// Half chord in units of depth; right where the ray does not miss.
    #[inline(always)]
    pub(super) fn half_chord(&self) -> f32x8<S> {
        (self.half_chord_squared * self.per_across_squared).sqrt()
    }

    /// Place along the axis at a depth, relative to the middle.
    #[inline(always)]
    pub(super) fn place_along(&self, depth: f32x8<S>) -> f32x8<S> {
        self.origin_along + depth * self.direction[2]
    }

    /// How fast [`Self::place_along`] grows with depth.
    #[inline(always)]
    pub(super) fn slope_along(&self) -> f32x8<S> {
        self.direction[2]
    }
}

/// Eight sticks with everything that may be seen of them.
#[derive(Clone, Copy)]
pub(super) struct FullSticks<S: Simd> {
    pub(super) middle: Vec3x8<S>,
    pub(super) axis: Vec3x8<S>,
    pub(super) half_length: f32x8<S>,
    pub(super) radius: f32x8<S>,
    /// 1.0 where the ends are flat discs.
    pub(super) flat: f32x8<S>,
    /// 1.0 where the ends are half balls.
    pub(super) round: f32x8<S>,
}

/// What eight rays meet.
#[derive(Clone, Copy)]
pub(super) struct FullHit<S: Simd> {
    pub(super) hit: mask32x8<S>,
    pub(super) depth: f32x8<S>,
    /// Not normalised; may face away.
    pub(super) normal: Vec3x8<S>,
    pub(super) first_half: mask32x8<S>,
}

impl<S: Simd> FullSticks<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, stick: &Stick) -> Self {
        let three = |v: [f32; 3]| each_of!(v, part => f32x8::splat(simd, part));
        Self {
            middle: three(stick.middle),
            axis: three(stick.along),
            half_length: f32x8::splat(simd, stick.half_length),
            radius: f32x8::splat(simd, stick.radius),
            flat: f32x8::splat(simd, stick.flat()),
            round: f32x8::splat(simd, stick.round()),
        }
    }

    /// `cylinder_hit` in `shaders/cylinder.wgsl`, line by line.
    #[inline(always)]
    pub(super) fn hit<const PERSPECTIVE: bool>(
        self,
        simd: S,
        rays: Rays<S>,
        near: f32x8<S>,
    ) -> FullHit<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let zero = number(0.0);
        let half = number(0.5);
        let direction = rays.direction::<PERSPECTIVE>(simd);
        let ray_origin = rays.origin::<PERSPECTIVE>(simd);
        let radius_squared = self.radius * self.radius;
        let length_squared = dot(direction, direction);
        let moved = dot(minus(self.middle, ray_origin), direction) / length_squared;
        let origin = minus(along(ray_origin, moved, direction), self.middle);
        let origin_along = dot(origin, self.axis);
        let direction_along = dot(direction, self.axis);
        let origin_across = along(origin, -origin_along, self.axis);
        let direction_across = along(direction, -direction_along, self.axis);
        let across_squared = dot(direction_across, direction_across);
        let near = near - moved;

        let no_hit = number(3.0e38);
        let mut best = no_hit;
        let mut normal = [zero; 3];
        // The side.
        let oblique = across_squared.simd_gt(number(1e-12));
        let closest = -dot(origin_across, direction_across) / across_squared;
        let offset = along(origin_across, closest, direction_across);
        let half_chord_squared = radius_squared - dot(offset, offset);
        let outside = oblique & half_chord_squared.simd_lt(zero);
        let half_chord = (half_chord_squared / across_squared).sqrt();
        let within = |at: f32x8<S>| {
            at.simd_ge(near)
                & (origin_along + at * direction_along)
                    .abs()
                    .simd_le(self.half_length)
        };
        let walls = oblique & half_chord_squared.simd_ge(zero);
        let leave = closest + half_chord;
        let seen = walls & within(leave);
        best = seen.select(leave, best);
        normal = choose(seen, along(offset, half_chord, direction_across), normal);
        let entry = closest - half_chord;
        let seen = walls & within(entry);
        best = seen.select(entry, best);
        normal = choose(seen, along(offset, -half_chord, direction_across), normal);
        // Flat ends.
        let flat = self.flat.simd_gt(half) & direction_along.abs().simd_gt(number(1e-9));
        if flat.any_true() {
            for side in [number(-1.0), number(1.0)] {
                let at = (side * self.half_length - origin_along) / direction_along;
                let point = along(origin_across, at, direction_across);
                let seen = flat
                    & at.simd_ge(near)
                    & at.simd_lt(best)
                    & dot(point, point).simd_le(radius_squared);
                best = seen.select(at, best);
                normal = choose(seen, each_of!(self.axis, part => side * part), normal);
            }
        }
        // Round ends.
        let round = self.round.simd_gt(half);
        if round.any_true() {
            for side in [number(-1.0), number(1.0)] {
                let from_center = along(origin, -(side * self.half_length), self.axis);
                let closest = -dot(from_center, direction) / length_squared;
                let offset = along(from_center, closest, direction);
                let half_chord_squared = radius_squared - dot(offset, offset);
                let met = round & half_chord_squared.simd_ge(zero);
                let half_chord = (half_chord_squared / length_squared).sqrt();
                for wall in [-half_chord, half_chord] {
                    let at = closest + wall;
                    let beyond =
                        (side * (origin_along + at * direction_along)).simd_gt(self.half_length);
                    let seen = met & beyond & at.simd_ge(near) & at.simd_lt(best);
                    best = seen.select(at, best);
                    normal = choose(seen, along(offset, wall, direction), normal);
                }
            }
        }
        FullHit {
            hit: best.simd_lt(no_hit) & !outside,
            depth: moved + best,
            normal,
            first_half: (origin_along + best * direction_along).simd_lt(zero),
        }
    }
}
