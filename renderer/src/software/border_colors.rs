//! Colours of border pixels, eight at a time: the bodies on both sides, each shaded once, mixed by
//! the shares of the pixel that they cover.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, i32x8, mask32x8};

use super::context::FrameContext;
use super::intersect::RayX8;
use super::lighting::{Light, OPAQUE, SurfaceX8};
use super::outline::{LineX8, PassX8, crease, middle};
use super::primitive_id::PrimitiveId;
use super::shading::{gather_surfaces, to_array};
use crate::simd::{LANES, at_least_zero};

/// One side of a border.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side {
    /// What is seen there.
    pub(super) shown: PrimitiveId,
    /// The body whose outline counts: of a cylinder and the sphere that continues it the cylinder,
    /// whose outline includes the sphere's.
    pub(super) outline: PrimitiveId,
}

impl Side {
    /// Takes in another surface that a neighbour shows, if it continues the side; returns whether
    /// it does.
    #[inline(always)]
    pub(super) fn joins(&mut self, context: &FrameContext<'_>, id: PrimitiveId) -> bool {
        let whole = |id| context.primitives.whole(id);
        if id == self.shown {
            return true;
        }
        if whole(id) == whole(self.outline) {
            // The other half of a cylinder counts only in the same colour.
            return id == self.outline || context.scene.joins_smoothly(self.outline, id);
        }
        let joins = self.outline == self.shown && context.scene.joins_smoothly(self.shown, id);
        if joins {
            self.outline = self.outline.max(id);
        }
        joins
    }

    pub(super) fn of(id: PrimitiveId) -> Self {
        Self {
            shown: id,
            outline: id,
        }
    }
}

/// Where the body whose outline crosses the pixel is shaded: this share of its covered width, from
/// the outline. Light falls towards an outline as the root of the distance; its mean over a width
/// is the value at 4/9 of it.
const SHADED_FROM_OUTLINE: f32 = 4.0 / 9.0;

/// Eight sides of borders.
struct Sides<S: Simd> {
    shown: SurfaceX8<S>,
    outline: SurfaceX8<S>,
    /// Half the lengths of the axes of `outline`, angstrom; 0 for spheres.
    half_length: f32x8<S>,
}

impl<S: Simd> Sides<S> {
    #[inline(always)]
    fn new(simd: S, context: &FrameContext<'_>, sides: &[Side]) -> Self {
        let (mut shown, mut outline) = ([PrimitiveId::NONE; LANES], [PrimitiveId::NONE; LANES]);
        let mut lengths = [0.0; LANES];
        for (lane, side) in sides.iter().enumerate() {
            shown[lane] = side.shown;
            outline[lane] = side.outline;
            lengths[lane] = context.primitives.half_lengths[side.outline.index()];
        }
        let surface = gather_surfaces(simd, context.primitives, &shown);
        Self {
            shown: surface,
            outline: if shown == outline {
                surface
            } else {
                gather_surfaces(simd, context.primitives, &outline)
            },
            half_length: f32x8::from_slice(simd, &lengths),
        }
    }
}

/// What is the same for all border pixels of a frame.
pub(super) struct Mixer<S: Simd> {
    light: Light<S>,
    pixel_angstrom: [f32x8<S>; 2],
    /// Width of a pixel in the units of rays.
    ray_per_pixel: f32x8<S>,
}

impl<S: Simd> Mixer<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, context: &FrameContext<'_>) -> Self {
        let [fixed, per_depth] = context.camera.pixel_angstrom();
        Self {
            light: Light::new(simd, context.camera),
            pixel_angstrom: [f32x8::splat(simd, fixed), f32x8::splat(simd, per_depth)],
            ray_per_pixel: f32x8::splat(simd, 1.0 / context.camera.pixel_scale),
        }
    }

    /// The colour of a surface, seen `shift_px` from the pixel's centre along a direction.
    #[inline(always)]
    fn color_at<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        ray: RayX8<S>,
        direction: [f32x8<S>; 2],
        shift_px: f32x8<S>,
        surface: &SurfaceX8<S>,
    ) -> i32x8<S> {
        let shift = shift_px * self.ray_per_pixel;
        let ray = RayX8 {
            x: ray.x + direction[0] * shift,
            y: ray.y - direction[1] * shift,
        };
        let depth = surface.depth::<PERSPECTIVE>(simd, ray);
        let normal = surface.normal::<PERSPECTIVE>(simd, ray, depth);
        self.light
            .shade::<PERSPECTIVE>(simd, ray, depth, normal, surface.base_color)
            .color
    }
}

/// `a + (b - a) * share` of each channel, rounded half up; alpha 255.
#[inline(always)]
fn mix<S: Simd>(simd: S, a: i32x8<S>, b: i32x8<S>, share: f32x8<S>) -> i32x8<S> {
    let byte = i32x8::splat(simd, 255);
    let half = f32x8::splat(simd, 0.5);
    let mut color = i32x8::splat(simd, OPAQUE);
    for shift in [0_u32, 8, 16] {
        let from = f32x8::float_from((a >> shift) & byte);
        let to = f32x8::float_from((b >> shift) & byte);
        color |= i32x8::truncate_from(from + (to - from) * share + half) << shift;
    }
    color
}

impl<S: Simd> Mixer<S> {
    /// The colours of eight pixels with the outline of one body; with `background` they are opaque.
    #[inline(always)]
    pub(super) fn outline_colors<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        context: &FrameContext<'_>,
        ray: RayX8<S>,
        sides: &[Side],
        background: Option<u32>,
    ) -> [u32; LANES] {
        let sides = Sides::new(simd, context, sides);
        let body = sides.shown;
        let pass = PassX8::new::<PERSPECTIVE>(simd, ray, &sides.outline, sides.half_length);
        let (line, far) = pass.outline(simd, self.pixel_angstrom);
        let one = f32x8::splat(simd, 1.0);
        let covered = at_least_zero(
            simd,
            line.area(simd, line.inside_px) + line.area(simd, far) - one,
        );
        let shares = Shares::new(simd, &line);
        let shift = shares.crosses.select(
            shares.rim - f32x8::splat(simd, SHADED_FROM_OUTLINE) * shares.inner,
            f32x8::splat(simd, 0.0),
        );
        let color = self.color_at::<PERSPECTIVE>(simd, ray, line.outward, shift, &body);
        let color = if let Some(background) = background {
            let background = i32x8::splat(simd, background.cast_signed());
            mix(simd, background, color, covered)
        } else {
            let alpha = covered * f32x8::splat(simd, 255.0) + f32x8::splat(simd, 0.5);
            (color & i32x8::splat(simd, !OPAQUE)) | (i32x8::truncate_from(alpha) << 24)
        };
        to_array(color)
    }

    /// The colours of eight pixels with two bodies.
    #[inline(always)]
    pub(super) fn pair_colors<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        context: &FrameContext<'_>,
        ray: RayX8<S>,
        depth: f32x8<S>,
        [sides_a, sides_b]: [&[Side]; 2],
    ) -> [u32; LANES] {
        let number = |x: f32| f32x8::splat(simd, x);
        let (one, zero) = (number(1.0), number(0.0));
        let pixel = self.pixel_angstrom;
        let a = Sides::new(simd, context, sides_a);
        let pass_a = PassX8::new::<PERSPECTIVE>(simd, ray, &a.outline, a.half_length);
        let (outline_a, far_a) = pass_a.outline(simd, pixel);
        let b = Sides::new(simd, context, sides_b);
        let pass_b = PassX8::new::<PERSPECTIVE>(simd, ray, &b.outline, b.half_length);
        let (outline_b, far_b) = pass_b.outline(simd, pixel);
        let normal = a.shown.normal::<PERSPECTIVE>(simd, ray, depth);
        let crossing =
            crease::<S, PERSPECTIVE>(simd, ray, depth, normal, &b.outline, b.half_length, pixel);

        let b_in_front = pass_b.misses() & pass_b.closest.simd_lt(depth);
        let a_ends = outline_a.inside_px.simd_le(crossing.inside_px) & !b_in_front;
        let mut same = [0.0; LANES];
        let mut any_same = false;
        for lane in 0..LANES {
            let (a, b) = (sides_a[lane], sides_b[lane]);
            if context.primitives.are_halves(a.outline, b.outline) {
                same[lane] = 1.0;
                any_same = true;
            }
        }
        // From A to B.
        let mut line = outline_a.select(
            a_ends,
            LineX8 {
                inside_px: b_in_front.select(-outline_b.inside_px, crossing.inside_px),
                outward: [
                    b_in_front.select(-outline_b.outward[0], crossing.outward[0]),
                    b_in_front.select(-outline_b.outward[1], crossing.outward[1]),
                ],
            },
        );
        let mut far_inside = a_ends.select(far_a, b_in_front.select(far_b, number(4.0)));
        let (mut own_a, mut own_b) = (a_ends, b_in_front);
        if any_same {
            let same = f32x8::from_slice(simd, &same).simd_gt(zero);
            let halves = middle::<S, PERSPECTIVE>(simd, ray, depth, normal, &a.outline, pixel);
            line = halves.select(same, line);
            far_inside = same.select(number(4.0), far_inside);
            own_a &= !same;
            own_b &= !same;
        }
        // Of the body whose outline it is.
        let near_inside = own_b.select(-line.inside_px, line.inside_px);
        let covered = at_least_zero(
            simd,
            line.area(simd, near_inside) + line.area(simd, far_inside) - one,
        );
        let share_b = own_b.select(covered, one - covered);
        let shares = Shares::new(simd, &line);
        let half = number(0.5);
        let rim = number(SHADED_FROM_OUTLINE);
        let shift_a = shares
            .crosses
            .select(shares.rim - own_a.select(rim, half) * shares.inner, zero);
        let shift_b = shares.rim + own_b.select(rim, half) * shares.outer;
        let color_a = self.color_at::<PERSPECTIVE>(simd, ray, line.outward, shift_a, &a.shown);
        let color_b = self.color_at::<PERSPECTIVE>(simd, ray, line.outward, shift_b, &b.shown);
        to_array(mix(simd, color_a, color_b, share_b))
    }
}

/// How a line divides the width of a pixel across it, pixels.
struct Shares<S: Simd> {
    /// Place of the line, from the pixel's centre outwards.
    rim: f32x8<S>,
    /// Width on the inner side.
    inner: f32x8<S>,
    /// Width on the outer side.
    outer: f32x8<S>,
    /// Where the line crosses the pixel, or lies on the inner side of it.
    crosses: mask32x8<S>,
}

impl<S: Simd> Shares<S> {
    #[inline(always)]
    fn new(simd: S, line: &LineX8<S>) -> Self {
        let half_width = line.half_width_px(simd);
        let rim = line.inside_px.min(half_width).max(-half_width);
        Self {
            rim,
            inner: rim + half_width,
            outer: half_width - rim,
            crosses: line.inside_px.simd_lt(half_width),
        }
    }
}
