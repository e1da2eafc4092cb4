//! Lighting and depth cue of eight points, as `shade` in `shaders/shared/surface.wgsl`.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, i32x8, mask32x8};

use super::camera::Camera;
use super::intersect::RayX8;
use crate::simd::{Vec3x8, add_scaled, at_least_zero, at_most, dot, each_axis, each_of};

/// Surfaces with a smaller radius than this, in pixels, are supersampled everywhere: their light
/// changes too fast from pixel to pixel.
const THIN_PX: f32 = 2.5;
/// A highlight is supersampled where the mean over a pixel may differ from the value at its centre
/// by more than about this many levels.
const HIGHLIGHT_LEVELS: f32 = 1.5;
/// From one pixel of a curved surface to the next the reflected ray turns by 2 / radius (radius in
/// pixels). Over a pixel's samples the mean of `cos^30` then differs from the value at its centre
/// by up to this share of it, divided by the squared radius.
const HIGHLIGHT_CURVATURE: f32 = 9.2;

/// The surfaces of eight spheres or cylinders; see [`Surface`](super::primitives::Surface).
#[derive(Clone, Copy)]
pub(super) struct SurfaceX8<S: Simd> {
    pub(super) center: Vec3x8<S>,
    pub(super) radius: f32x8<S>,
    pub(super) along: Vec3x8<S>,
    pub(super) base_color: i32x8<S>,
}

impl<S: Simd> SurfaceX8<S> {
    /// Normal at the point of a ray at a depth; not of unit length, may point away from the viewer.
    #[inline(always)]
    pub(super) fn normal<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        ray: RayX8<S>,
        depth: f32x8<S>,
    ) -> Vec3x8<S> {
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let origin = ray.origin::<PERSPECTIVE>(simd);
        let point = add_scaled(origin, depth, direction);
        let point = each_axis!(axis => point[axis] - self.center[axis]);
        add_scaled(point, -dot(point, self.along), self.along)
    }

    /// The part of vectors that is perpendicular to the axes.
    #[inline(always)]
    fn across(&self, v: Vec3x8<S>) -> Vec3x8<S> {
        add_scaled(v, -dot(v, self.along), self.along)
    }

    /// Depth at which a ray hits the near wall, or passes closest to the centre or axis.
    #[inline(always)]
    pub(super) fn depth<const PERSPECTIVE: bool>(&self, simd: S, ray: RayX8<S>) -> f32x8<S> {
        let direction = self.across(ray.direction::<PERSPECTIVE>(simd));
        let origin = ray.origin::<PERSPECTIVE>(simd);
        let origin = self.across(each_axis!(axis => origin[axis] - self.center[axis]));
        let length = dot(direction, direction);
        let per_length = f32x8::splat(simd, 1.0) / length;
        let closest = -dot(origin, direction) * per_length;
        let offset = add_scaled(origin, closest, direction);
        let half_chord = self.radius * self.radius - dot(offset, offset);
        closest - (at_least_zero(simd, half_chord) * per_length).sqrt()
    }
}

/// Eight lit points.
pub(super) struct LitX8<S: Simd> {
    /// sRGB bytes, red lowest, alpha 255.
    pub(super) color: i32x8<S>,
    /// What the highlight adds, levels of 255.
    pub(super) highlight: f32x8<S>,
    /// Of unit length, towards the viewer.
    pub(super) normal: Vec3x8<S>,
}

/// Alpha 255 in a colour's bytes.
pub(super) const OPAQUE: i32 = 0xff00_0000_u32.cast_signed();

/// Lights, depth cue and other values that are the same for all points.
pub(super) struct Light<S: Simd> {
    key_direction: Vec3x8<S>,
    fill_direction: Vec3x8<S>,
    key_diffuse: f32x8<S>,
    fill_diffuse: f32x8<S>,
    ambient: f32x8<S>,
    /// In levels of 255.
    specular: f32x8<S>,
    cues: bool,
    cue_end: f32x8<S>,
    per_cue: f32x8<S>,
    /// In levels of 255.
    cue: Vec3x8<S>,
    /// See [`Camera::pixel_angstrom`].
    pixel: [f32x8<S>; 2],
}

impl<S: Simd> Light<S> {
    #[inline(always)]
    pub(super) fn new(simd: S, camera: &Camera) -> Self {
        let number = |x: f32| f32x8::splat(simd, x);
        let three = |v: [f32; 3]| each_of!(v, part => number(part));
        let span = camera.cue_end_angstrom - camera.cue_start_angstrom;
        let [fixed, per_depth] = camera.pixel_angstrom();
        Self {
            key_direction: three(camera.key_direction),
            fill_direction: three(camera.fill_direction),
            key_diffuse: number(camera.key_diffuse),
            fill_diffuse: number(camera.fill_diffuse),
            ambient: number(camera.ambient),
            specular: number(camera.specular * 255.0),
            cues: camera.cue_end_angstrom > 0.0,
            cue_end: number(camera.cue_end_angstrom),
            per_cue: number(1.0 / span),
            cue: each_of!(camera.cue_color, part => number(part * 255.0)),
            pixel: [number(fixed), number(per_depth)],
        }
    }

    /// Where the light varies within a pixel: on thin surfaces, and in highlights on curved ones.
    #[inline(always)]
    pub(super) fn needs_supersampling(
        &self,
        simd: S,
        highlight: f32x8<S>,
        depth: f32x8<S>,
        radius: f32x8<S>,
    ) -> mask32x8<S> {
        let pixel = self.pixel[0] + self.pixel[1] * depth;
        let share = f32x8::splat(simd, HIGHLIGHT_CURVATURE / HIGHLIGHT_LEVELS);
        let bright = (highlight * share * pixel * pixel).simd_gt(radius * radius);
        bright | radius.simd_lt(f32x8::splat(simd, THIN_PX) * pixel)
    }

    /// Computes lighting and depth cue. `normal` may have any length and point away from the
    /// viewer.
    #[inline(always)]
    pub(super) fn shade<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        ray: RayX8<S>,
        depth: f32x8<S>,
        normal: Vec3x8<S>,
        base_color: i32x8<S>,
    ) -> LitX8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let one = number(1.0);
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let per_length = one / dot(normal, normal).sqrt();
        let away: mask32x8<S> = dot(normal, direction).simd_gt(number(0.0));
        let per_length = away.select(-per_length, per_length);
        let normal = each_of!(normal, part => part * per_length);
        let key = dot(normal, self.key_direction);
        let fill = dot(normal, self.fill_direction);
        let diffuse = self.key_diffuse * at_least_zero(simd, -key)
            + self.fill_diffuse * at_least_zero(simd, -fill);
        let twice = key + key;
        let reflected = each_axis!(axis => self.key_direction[axis] - twice * normal[axis]);
        let mut mirror = at_least_zero(simd, -dot(reflected, direction));
        if PERSPECTIVE {
            mirror /= dot(direction, direction).sqrt();
        }
        let m2 = mirror * mirror;
        let m4 = m2 * m2;
        let m8 = m4 * m4;
        let m16 = m8 * m8;
        let highlight = self.specular * (m16 * m8 * m4 * m2);
        let lit = self.ambient + diffuse;
        let kept = if self.cues {
            at_most(
                simd,
                at_least_zero(simd, (self.cue_end - depth) * self.per_cue),
                1.0,
            )
        } else {
            one
        };
        let byte = i32x8::splat(simd, 255);
        let mut color = i32x8::splat(simd, OPAQUE);
        for channel in [0_u32, 1, 2] {
            let base = f32x8::float_from((base_color >> (8 * channel)) & byte);
            // May exceed 255 here: the depth cue is applied before the value is clamped.
            let mut value = base * lit + highlight;
            if self.cues {
                let cue = self.cue[channel as usize];
                value = cue * (one - kept) + value * kept;
            }
            let level = i32x8::truncate_from(at_most(simd, value, 255.0) + number(0.5));
            color |= level << (8 * channel);
        }
        LitX8 {
            color,
            highlight,
            normal,
        }
    }
}
