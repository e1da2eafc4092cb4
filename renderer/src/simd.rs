//! Widths, vectors of three and other small helpers of the SIMD loops.
//!
//! No function here may become a call: a function that is not compiled for the instruction set in
//! use passes vectors through memory. Hence `#[inline(always)]`, and macros in place of closures.

#![allow(
    clippy::inline_always,
    reason = "a SIMD operation that is not inlined into code compiled for its instructions is a call"
)]

use fearless_simd::f32x4;
use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8};

/// Rays that are cast together.
pub(crate) const LANES: usize = 8;
/// Samples of one pixel that stand together in memory.
pub(crate) const QUAD: usize = 4;

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

pub(crate) use {each_axis, each_of};

/// Eight vectors of three, as x, y and z.
pub(crate) type Vec3x8<S> = [f32x8<S>; 3];

/// The scalar products of eight pairs of vectors.
#[inline(always)]
pub(crate) fn dot<S: Simd>(a: Vec3x8<S>, b: Vec3x8<S>) -> f32x8<S> {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `a + s b`
#[inline(always)]
pub(crate) fn add_scaled<S: Simd>(a: Vec3x8<S>, s: f32x8<S>, b: Vec3x8<S>) -> Vec3x8<S> {
    [a[0] + s * b[0], a[1] + s * b[1], a[2] + s * b[2]]
}

/// `a - b`
#[inline(always)]
pub(crate) fn subtract<S: Simd>(a: Vec3x8<S>, b: Vec3x8<S>) -> Vec3x8<S> {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

/// `yes` in the lanes of the mask, `no` in the others.
#[inline(always)]
pub(crate) fn select<S: Simd>(mask: mask32x8<S>, yes: Vec3x8<S>, no: Vec3x8<S>) -> Vec3x8<S> {
    each_axis!(axis => mask.select(yes[axis], no[axis]))
}

/// The larger of `x` and zero; zero for NaN.
#[inline(always)]
pub(crate) fn at_least_zero<S: Simd>(simd: S, x: f32x8<S>) -> f32x8<S> {
    let zero = f32x8::splat(simd, 0.0);
    x.simd_gt(zero).select(x, zero)
}

/// The smaller of `x` and `most`; `most` for NaN.
#[inline(always)]
pub(crate) fn at_most<S: Simd>(simd: S, x: f32x8<S>, most: f32) -> f32x8<S> {
    let most = f32x8::splat(simd, most);
    x.simd_lt(most).select(x, most)
}

/// The columns of four rows.
#[inline(always)]
pub(crate) fn transpose<S: Simd>(rows: [f32x4<S>; 4]) -> [f32x4<S>; 4] {
    let [a, b, c, d] = rows;
    let (ac, bd) = (a.zip_low(c), b.zip_low(d));
    let (ac_high, bd_high) = (a.zip_high(c), b.zip_high(d));
    [
        ac.zip_low(bd),
        ac.zip_high(bd),
        ac_high.zip_low(bd_high),
        ac_high.zip_high(bd_high),
    ]
}

/// Eight successive whole numbers from `first` on.
#[inline(always)]
pub(crate) fn successive<S: Simd>(simd: S, first: u32) -> f32x8<S> {
    const STEPS: [f32; LANES] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0];
    f32x8::from_slice(simd, &STEPS) + f32x8::splat(simd, first as f32)
}

/// Eight numbers, one per lane.
#[inline(always)]
pub(crate) fn gather<S: Simd>(simd: S, value_of: impl Fn(usize) -> f32) -> f32x8<S> {
    let mut lanes = [0.0; LANES];
    for (lane, value) in lanes.iter_mut().enumerate() {
        *value = value_of(lane);
    }
    f32x8::from_slice(simd, &lanes)
}

/// Calls `visit` with the number of each set bit of `lanes`, lowest first.
#[inline(always)]
pub(crate) fn for_each_lane(mut lanes: u32, mut visit: impl FnMut(usize)) {
    if lanes == (1 << LANES) - 1 {
        for lane in 0..LANES {
            visit(lane);
        }
        return;
    }
    while lanes != 0 {
        visit(lanes.trailing_zeros() as usize % LANES);
        lanes &= lanes - 1;
    }
}

/// Four numbers converted to a wider type. An array's own `map` is a call.
#[inline(always)]
pub(crate) fn widen<A: Copy, B: From<A>>([a, b, c, d]: [A; 4]) -> [B; 4] {
    [B::from(a), B::from(b), B::from(c), B::from(d)]
}
