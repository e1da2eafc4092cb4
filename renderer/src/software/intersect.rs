//! Eight rays against one primitive, or against eight.
//!
//! The formulas are those of `shaders/sphere.wgsl` and `shaders/cylinder.wgsl`. Rays have the
//! direction `(x, y, -1)` (perspective) or `(0, 0, -1)` (orthographic), so that their parameter is
//! the depth.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, mask32x8};

use super::camera::Camera;
use super::primitives::{Cylinder, Sphere};
use crate::simd::{Vec3x8, add_scaled, dot, each_axis, each_of, select, subtract};

/// Eight rays, each given by a point of the plane at depth 1 (perspective) or of the plane through
/// the eye (orthographic).
#[derive(Clone, Copy)]
pub(super) struct RayX8<S: Simd> {
    pub(super) x: f32x8<S>,
    pub(super) y: f32x8<S>,
}

impl<S: Simd> RayX8<S> {
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

/// A sphere wholly in front of the near plane, as a quadratic form in the rays relative to the ray
/// through its centre.
///
/// With the centre `c = depth (p, q, -1)` and a ray `d = (p + u, q + v, -1)` the squared distance
/// of ray and centre is `|c x d|^2 / |d|^2 = depth^2 (u^2 + v^2 + (p v - q u)^2) / |d|^2`: small
/// numbers are squared and nothing large is subtracted. In orthographic projection the same form
/// holds with other coefficients and `|d| = 1`.
#[derive(Debug, Clone, Copy)]
pub(super) struct SphereQuadratic {
    /// The ray through the centre.
    center: [f32; 2],
    /// Coefficients of u^2 and v^2.
    squares: [f32; 2],
    /// Coefficient of u v.
    product: f32,
    /// Depth of the point closest to the centre, times `|d|^2`:
    /// `closest[0] x + closest[1] y + closest[2]`.
    pub(super) closest: [f32; 3],
    pub(super) radius_squared: f32,
}

impl SphereQuadratic {
    #[inline(always)]
    pub(super) fn new(camera: &Camera, sphere: &Sphere) -> Self {
        let [x, y, z] = sphere.center;
        let radius_squared = sphere.radius * sphere.radius;
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

    /// Squared distances of eight rays from the centre, times their squared lengths.
    #[inline(always)]
    pub(super) fn distances<S: Simd>(&self, simd: S, x: f32x8<S>, y: f32x8<S>) -> f32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let v = y - number(self.center[1]);
        let u = x - number(self.center[0]);
        u * (number(self.squares[0]) * u + number(self.product) * v)
            + number(self.squares[1]) * v * v
    }
}

/// Eight spheres, or one repeated eight times.
#[derive(Clone, Copy)]
pub(super) struct SphereX8<S: Simd> {
    pub(super) center: Vec3x8<S>,
    pub(super) radius: f32x8<S>,
}

impl<S: Simd> SphereX8<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, sphere: &Sphere) -> Self {
        Self {
            center: each_of!(sphere.center, part => f32x8::splat(simd, part)),
            radius: f32x8::splat(simd, sphere.radius),
        }
    }

    /// Where rays pass closest to the centre. Depths are valid only where `half_chord_squared` is
    /// not negative.
    #[inline(always)]
    pub(super) fn closest_approach<const PERSPECTIVE: bool>(
        self,
        simd: S,
        rays: RayX8<S>,
    ) -> SphereApproach<S> {
        let [cx, cy, cz] = self.center;
        if PERSPECTIVE {
            let one = f32x8::splat(simd, 1.0);
            let per_length_squared = one / (rays.x * rays.x + rays.y * rays.y + one);
            let closest = (cx * rays.x + cy * rays.y - cz) * per_length_squared;
            let offset = [closest * rays.x - cx, closest * rays.y - cy, -closest - cz];
            SphereApproach {
                closest,
                half_chord_squared: self.radius * self.radius - dot(offset, offset),
                per_length_squared,
            }
        } else {
            let zero = f32x8::splat(simd, 0.0);
            let offset = [rays.x - cx, rays.y - cy, zero];
            SphereApproach {
                closest: -cz,
                half_chord_squared: self.radius * self.radius
                    - (offset[0] * offset[0] + offset[1] * offset[1]),
                per_length_squared: f32x8::splat(simd, 1.0),
            }
        }
    }
}

/// Where eight rays pass closest to the centre of a sphere.
#[derive(Clone, Copy)]
pub(super) struct SphereApproach<S: Simd> {
    /// Depth of the point closest to the centre.
    pub(super) closest: f32x8<S>,
    /// Negative where the ray misses.
    pub(super) half_chord_squared: f32x8<S>,
    pub(super) per_length_squared: f32x8<S>,
}

impl<S: Simd> SphereApproach<S> {
    /// Depth of the visible wall relative to `closest`, and whether there is one. Where the near
    /// plane cuts the near wall off, the far wall is visible from inside.
    #[inline(always)]
    pub(super) fn visible_wall(self, simd: S, near: f32x8<S>) -> (f32x8<S>, mask32x8<S>) {
        let zero = f32x8::splat(simd, 0.0);
        let hit = self.half_chord_squared.simd_ge(zero);
        let half_chord = (self.half_chord_squared * self.per_length_squared).sqrt();
        let cut_off = (self.closest - half_chord).simd_lt(near);
        let along = cut_off.select(half_chord, -half_chord);
        (along, hit & (self.closest + along).simd_ge(near))
    }
}

/// The near walls of eight cylinders, or of one repeated eight times.
#[derive(Clone, Copy)]
pub(super) struct CylinderX8<S: Simd> {
    pub(super) front: Vec3x8<S>,
    pub(super) side: Vec3x8<S>,
    pub(super) along: Vec3x8<S>,
    pub(super) local_middle: Vec3x8<S>,
    pub(super) half_length: f32x8<S>,
    pub(super) radius: f32x8<S>,
}

/// Where eight rays pass closest to the axis of a cylinder.
#[derive(Clone, Copy)]
pub(super) struct CylinderApproach<S: Simd> {
    /// Depth of the point closest to the axis.
    pub(super) closest: f32x8<S>,
    /// Squared distance of ray and axis.
    pub(super) distance_squared: f32x8<S>,
    /// Negative where the ray misses the infinite cylinder.
    pub(super) half_chord_squared: f32x8<S>,
    /// One over the squared length of the direction's part perpendicular to the axis.
    pub(super) per_across_squared: f32x8<S>,
    /// Direction of the ray in the local frame: front, side, along.
    direction: Vec3x8<S>,
    /// Place along the axis of the ray's origin, relative to the midpoint.
    origin_along: f32x8<S>,
}

impl<S: Simd> CylinderX8<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, cylinder: &Cylinder) -> Self {
        let three = |v: [f32; 3]| each_of!(v, part => f32x8::splat(simd, part));
        Self {
            front: three(cylinder.front),
            side: three(cylinder.side),
            along: three(cylinder.along),
            local_middle: three(cylinder.local_middle),
            half_length: f32x8::splat(simd, cylinder.half_length),
            radius: f32x8::splat(simd, cylinder.radius),
        }
    }

    /// Where rays pass closest to the axis.
    #[inline(always)]
    pub(super) fn closest_approach<const PERSPECTIVE: bool>(
        self,
        simd: S,
        rays: RayX8<S>,
    ) -> CylinderApproach<S> {
        let (front, side, own) = (self.front, self.side, self.along);
        let middle = self.local_middle;
        let (direction, cross, towards, origin_along) = if PERSPECTIVE {
            // The vector from the eye to the midpoint has no component along `side`.
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
        // A ray along the axis hits no wall; the ends are hidden.
        let least = f32x8::splat(simd, 1e-12);
        let across_squared = across_squared.simd_gt(least).select(across_squared, least);
        let per_across_squared = f32x8::splat(simd, 1.0) / across_squared;
        let distance_squared = cross * cross * per_across_squared;
        CylinderApproach {
            closest: towards * per_across_squared,
            distance_squared,
            half_chord_squared: self.radius * self.radius - distance_squared,
            per_across_squared,
            direction,
            origin_along,
        }
    }
}

impl<S: Simd> CylinderApproach<S> {
    /// Half chord in units of depth; valid where the ray hits.
    #[inline(always)]
    pub(super) fn half_chord(&self) -> f32x8<S> {
        (self.half_chord_squared * self.per_across_squared).sqrt()
    }

    /// Place along the axis at a depth, relative to the midpoint.
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

/// Eight cylinders with both walls and both ends.
#[derive(Clone, Copy)]
pub(super) struct CappedCylinderX8<S: Simd> {
    pub(super) middle: Vec3x8<S>,
    pub(super) axis: Vec3x8<S>,
    pub(super) half_length: f32x8<S>,
    pub(super) radius: f32x8<S>,
    /// 1.0 where the ends are flat discs.
    pub(super) flat: f32x8<S>,
    /// 1.0 where the ends are hemispheres.
    pub(super) round: f32x8<S>,
}

/// Hits of eight rays with cylinders.
#[derive(Clone, Copy)]
pub(super) struct CylinderHit<S: Simd> {
    pub(super) hit: mask32x8<S>,
    pub(super) depth: f32x8<S>,
    /// Not of unit length; may point away from the viewer.
    pub(super) normal: Vec3x8<S>,
    pub(super) first_half: mask32x8<S>,
}

impl<S: Simd> CappedCylinderX8<S> {
    #[inline(always)]
    pub(super) fn splat(simd: S, cylinder: &Cylinder) -> Self {
        let three = |v: [f32; 3]| each_of!(v, part => f32x8::splat(simd, part));
        Self {
            middle: three(cylinder.middle),
            axis: three(cylinder.along),
            half_length: f32x8::splat(simd, cylinder.half_length),
            radius: f32x8::splat(simd, cylinder.radius),
            flat: f32x8::splat(simd, cylinder.flat()),
            round: f32x8::splat(simd, cylinder.round()),
        }
    }

    /// The nearest hit beyond the near plane, as `cylinder_hit` in `shaders/cylinder.wgsl` does it
    /// line by line.
    #[inline(always)]
    pub(super) fn hit<const PERSPECTIVE: bool>(
        self,
        simd: S,
        rays: RayX8<S>,
        near: f32x8<S>,
    ) -> CylinderHit<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let zero = number(0.0);
        let half = number(0.5);
        let direction = rays.direction::<PERSPECTIVE>(simd);
        let ray_origin = rays.origin::<PERSPECTIVE>(simd);
        let radius_squared = self.radius * self.radius;
        let length_squared = dot(direction, direction);
        let moved = dot(subtract(self.middle, ray_origin), direction) / length_squared;
        let origin = subtract(add_scaled(ray_origin, moved, direction), self.middle);
        let origin_along = dot(origin, self.axis);
        let direction_along = dot(direction, self.axis);
        let origin_across = add_scaled(origin, -origin_along, self.axis);
        let direction_across = add_scaled(direction, -direction_along, self.axis);
        let across_squared = dot(direction_across, direction_across);
        let near = near - moved;

        let no_hit = number(3.0e38);
        let mut best = no_hit;
        let mut normal = [zero; 3];
        // The walls: the far one first, for the near one replaces it.
        let oblique = across_squared.simd_gt(number(1e-12));
        let closest = -dot(origin_across, direction_across) / across_squared;
        let offset = add_scaled(origin_across, closest, direction_across);
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
        let visible = walls & within(leave);
        best = visible.select(leave, best);
        normal = select(
            visible,
            add_scaled(offset, half_chord, direction_across),
            normal,
        );
        let entry = closest - half_chord;
        let visible = walls & within(entry);
        best = visible.select(entry, best);
        normal = select(
            visible,
            add_scaled(offset, -half_chord, direction_across),
            normal,
        );
        // Flat ends.
        let flat = self.flat.simd_gt(half) & direction_along.abs().simd_gt(number(1e-9));
        if flat.any_true() {
            for side in [number(-1.0), number(1.0)] {
                let at = (side * self.half_length - origin_along) / direction_along;
                let point = add_scaled(origin_across, at, direction_across);
                let visible = flat
                    & at.simd_ge(near)
                    & at.simd_lt(best)
                    & dot(point, point).simd_le(radius_squared);
                best = visible.select(at, best);
                normal = select(visible, each_of!(self.axis, part => side * part), normal);
            }
        }
        // Round ends.
        let round = self.round.simd_gt(half);
        if round.any_true() {
            for side in [number(-1.0), number(1.0)] {
                let from_center = add_scaled(origin, -(side * self.half_length), self.axis);
                let closest = -dot(from_center, direction) / length_squared;
                let offset = add_scaled(from_center, closest, direction);
                let half_chord_squared = radius_squared - dot(offset, offset);
                let met = round & half_chord_squared.simd_ge(zero);
                let half_chord = (half_chord_squared / length_squared).sqrt();
                for wall in [-half_chord, half_chord] {
                    let at = closest + wall;
                    let beyond =
                        (side * (origin_along + at * direction_along)).simd_gt(self.half_length);
                    let visible = met & beyond & at.simd_ge(near) & at.simd_lt(best);
                    best = visible.select(at, best);
                    normal = select(visible, add_scaled(offset, wall, direction), normal);
                }
            }
        }
        CylinderHit {
            hit: best.simd_lt(no_hit) & !outside,
            depth: moved + best,
            normal,
            first_half: (origin_along + best * direction_along).simd_lt(zero),
        }
    }
}
