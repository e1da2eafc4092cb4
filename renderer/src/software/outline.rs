//! Where the outlines of eight bodies and the creases between them run, measured from the centres
//! of eight pixels, and which share of each pixel they cut off.
//!
//! All distances are signed, in pixels along a direction in the image (x right, y down): positive
//! where the pixel's centre lies inside. They are of first order: the value of an implicit function
//! over the length of its gradient. The functions are chosen such that this is exact for a circle
//! and for a straight line.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8};

use super::intersect::RayX8;
use super::lighting::SurfaceX8;
use crate::simd::{Vec3x8, add_scaled, at_least_zero, dot, each_axis, select, subtract};

/// Lower bound of what is divided by; far below any length in pixels or angstrom that matters.
const LEAST: f32 = 1e-9;

/// A border in eight pixels: the straight line that it is taken for.
#[derive(Clone, Copy)]
pub(super) struct LineX8<S: Simd> {
    /// Signed distance of the pixel's centre, pixels; positive on the inner side.
    pub(super) inside_px: f32x8<S>,
    /// Unit vector in the image towards the outer side: x right, y down.
    pub(super) outward: [f32x8<S>; 2],
}

/// Where eight rays pass eight bodies: spheres, or cylinders that end in spheres of their radius.
pub(super) struct PassX8<S: Simd> {
    /// From the nearest point of the centre or axis to the ray, angstrom.
    offset: Vec3x8<S>,
    /// Length of the offset.
    distance: f32x8<S>,
    /// Depth at which the ray passes nearest.
    pub(super) closest: f32x8<S>,
    radius: f32x8<S>,
}

impl<S: Simd> PassX8<S> {
    #[inline(always)]
    pub(super) fn new<const PERSPECTIVE: bool>(
        simd: S,
        ray: RayX8<S>,
        body: &SurfaceX8<S>,
        half_length: f32x8<S>,
    ) -> Self {
        let least = f32x8::splat(simd, LEAST);
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let origin = subtract(ray.origin::<PERSPECTIVE>(simd), body.center);
        let (direction_along, origin_along) = (dot(direction, body.along), dot(origin, body.along));
        let across = add_scaled(direction, -direction_along, body.along);
        let origin_across = add_scaled(origin, -origin_along, body.along);
        let per_across = f32x8::splat(simd, 1.0) / dot(across, across).max(least);
        let closest = -dot(origin_across, across) * per_across;
        let offset = add_scaled(origin_across, closest, across);
        let place = origin_along + closest * direction_along;
        let beyond = place.abs().simd_gt(half_length);
        if !beyond.any_true() {
            return Self::of(offset, closest, body.radius);
        }
        // Of all points of the axis the end is nearest to the ray.
        let zero = f32x8::splat(simd, 0.0);
        let end = place.simd_lt(zero).select(-half_length, half_length);
        let from_end = add_scaled(origin, -end, body.along);
        let at_end = -dot(from_end, direction) / dot(direction, direction).max(least);
        let offset_at_end = add_scaled(from_end, at_end, direction);
        Self::of(
            select(beyond, offset_at_end, offset),
            beyond.select(at_end, closest),
            body.radius,
        )
    }

    #[inline(always)]
    fn of(offset: Vec3x8<S>, closest: f32x8<S>, radius: f32x8<S>) -> Self {
        Self {
            offset,
            distance: dot(offset, offset).sqrt(),
            closest,
            radius,
        }
    }

    /// The outline on the side of the pixel, and the signed distance of the one on the far side of
    /// the body. `pixel_angstrom` is the width of a pixel at a depth, as `[0] + [1] * depth`.
    #[inline(always)]
    pub(super) fn outline(&self, simd: S, pixel_angstrom: [f32x8<S>; 2]) -> (LineX8<S>, f32x8<S>) {
        let least = f32x8::splat(simd, LEAST);
        let [x, y, _] = self.offset;
        let across = (x * x + y * y).sqrt().max(least);
        let pixel = pixel_angstrom[0] + pixel_angstrom[1] * self.closest;
        let per_angstrom = self.distance / (pixel * across);
        let per_across = f32x8::splat(simd, 1.0) / across;
        let line = LineX8 {
            inside_px: (self.radius - self.distance) * per_angstrom,
            outward: [x * per_across, -(y * per_across)],
        };
        (line, (self.radius + self.distance) * per_angstrom)
    }

    /// Where the rays miss.
    #[inline(always)]
    pub(super) fn misses(&self) -> mask32x8<S> {
        self.distance.simd_gt(self.radius)
    }
}

/// Where the surfaces of eight bodies dip into eight others: `point` and `normal` are the visible
/// points of the first, `ray` and `depth` how they are seen.
#[inline(always)]
pub(super) fn crease<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    ray: RayX8<S>,
    depth: f32x8<S>,
    normal: Vec3x8<S>,
    other: &SurfaceX8<S>,
    other_half_length: f32x8<S>,
    pixel_angstrom: [f32x8<S>; 2],
) -> LineX8<S> {
    let direction = ray.direction::<PERSPECTIVE>(simd);
    let point = add_scaled(ray.origin::<PERSPECTIVE>(simd), depth, direction);
    let from_center = subtract(point, other.center);
    let place = dot(from_center, other.along)
        .min(other_half_length)
        .max(-other_half_length);
    let offset = add_scaled(from_center, -place, other.along);
    let power = dot(offset, offset) - other.radius * other.radius;
    // Twice the offset is the gradient of the power in space.
    let half_power = power * f32x8::splat(simd, 0.5);
    tangent_line(
        simd,
        direction,
        depth,
        normal,
        pixel_angstrom,
        half_power,
        offset,
    )
}

/// Where the halves of eight cylinders meet: half a cylinder's length from either end.
#[inline(always)]
pub(super) fn middle<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    ray: RayX8<S>,
    depth: f32x8<S>,
    normal: Vec3x8<S>,
    body: &SurfaceX8<S>,
    pixel_angstrom: [f32x8<S>; 2],
) -> LineX8<S> {
    let zero = f32x8::splat(simd, 0.0);
    let direction = ray.direction::<PERSPECTIVE>(simd);
    let point = add_scaled(ray.origin::<PERSPECTIVE>(simd), depth, direction);
    let place = dot(subtract(point, body.center), body.along);
    let sign = place
        .simd_lt(zero)
        .select(f32x8::splat(simd, -1.0), f32x8::splat(simd, 1.0));
    let along = each_axis!(axis => body.along[axis] * sign);
    tangent_line(
        simd,
        direction,
        depth,
        normal,
        pixel_angstrom,
        place.abs(),
        along,
    )
}

/// The line at which a function on eight surfaces vanishes. `value` is the function's value at the
/// visible points, at least 0 inside, and `gradient` its gradient in space.
#[inline(always)]
fn tangent_line<S: Simd>(
    simd: S,
    direction: Vec3x8<S>,
    depth: f32x8<S>,
    normal: Vec3x8<S>,
    pixel_angstrom: [f32x8<S>; 2],
    value: f32x8<S>,
    gradient: Vec3x8<S>,
) -> LineX8<S> {
    let least = f32x8::splat(simd, LEAST);
    // From one pixel to the next the visible point moves by a pixel in the image, and along the ray
    // such that it stays on the surface.
    let facing = dot(normal, direction);
    let facing = facing.abs().simd_gt(least).select(facing, least);
    let along_ray = dot(gradient, direction) / facing;
    let pixel = pixel_angstrom[0] + pixel_angstrom[1] * depth;
    let step_x = (gradient[0] - normal[0] * along_ray) * pixel;
    let step_y = (normal[1] * along_ray - gradient[1]) * pixel;
    let per_length =
        f32x8::splat(simd, 1.0) / (step_x * step_x + step_y * step_y).sqrt().max(least);
    LineX8 {
        inside_px: value * per_length,
        outward: [-(step_x * per_length), -(step_y * per_length)],
    }
}

impl<S: Simd> LineX8<S> {
    /// `self` in the lanes of the mask, `other` in the others.
    #[inline(always)]
    pub(super) fn select(self, mask: mask32x8<S>, other: Self) -> Self {
        Self {
            inside_px: mask.select(self.inside_px, other.inside_px),
            outward: [
                mask.select(self.outward[0], other.outward[0]),
                mask.select(self.outward[1], other.outward[1]),
            ],
        }
    }

    /// Half the width of the pixel across the line, pixels: 0.5 to 0.71.
    #[inline(always)]
    pub(super) fn half_width_px(&self, simd: S) -> f32x8<S> {
        (self.outward[0].abs() + self.outward[1].abs()) * f32x8::splat(simd, 0.5)
    }

    /// Share of the unit square about the pixel's centre that is inside a line of this direction at
    /// a signed distance.
    #[inline(always)]
    pub(super) fn area(&self, simd: S, inside_px: f32x8<S>) -> f32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let (x, y) = (self.outward[0].abs(), self.outward[1].abs());
        let (long, short) = (x.max(y), x.min(y));
        let distance = inside_px.abs();
        let half = number(0.5);
        // The line crosses two opposite sides of the square, or cuts off a corner.
        let across = distance / long.max(number(LEAST));
        let corner = at_least_zero(simd, (long + short) * half - distance);
        let cut_off = corner * corner / (number(2.0) * long * short).max(number(LEAST));
        let crosses = distance.simd_le((long - short) * half);
        let more_than_half = crosses.select(across, half - cut_off);
        let zero = number(0.0);
        half + inside_px
            .simd_lt(zero)
            .select(-more_than_half, more_than_half)
    }
}
