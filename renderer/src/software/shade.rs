//! Colour of what is seen: `shade` in `shaders/shared/surface.wgsl`, eight at a time.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, i32x8, mask32x8};

use super::camera::Camera;
use super::intersect::{Rays, Vec3x8, along, dot, each_axis, each_of};

/// Bodies with a smaller radius than this, in pixels, are sampled everywhere: light falls off too
/// fast across them.
const THIN_PX: f32 = 2.5;
/// A highlight is sampled where the mean over a pixel may differ from the middle's by more than
/// about this many levels.
const HIGHLIGHT_LEVELS: f32 = 1.5;
/// A pixel of a round body turns the reflected ray by 2 / radius (radius in pixels); over a pixel's
/// samples the mean of `cos^30` then differs from its middle's by up to this share of it, over the
/// squared radius.
const HIGHLIGHT_CURVATURE: f32 = 9.2;

/// Eight surfaces; see [`super::bodies::Surface`].
pub(super) struct Surfaces<S: Simd> {
    pub(super) middle: Vec3x8<S>,
    pub(super) radius: f32x8<S>,
    pub(super) along: Vec3x8<S>,
    pub(super) paint: i32x8<S>,
}

impl<S: Simd> Surfaces<S> {
    /// Normal at the point of a ray at a depth; not of unit length, may face away.
    #[inline(always)]
    pub(super) fn normal<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        ray: Rays<S>,
        depth: f32x8<S>,
    ) -> Vec3x8<S> {
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let origin = ray.origin::<PERSPECTIVE>(simd);
        let point = along(origin, depth, direction);
        let point = each_axis!(axis => point[axis] - self.middle[axis]);
        along(point, -dot(point, self.along), self.along)
    }

    /// Depth at which a ray meets the near wall, or passes closest.
    #[inline(always)]
    pub(super) fn depth<const PERSPECTIVE: bool>(&self, simd: S, ray: Rays<S>) -> f32x8<S> {
        let across = |v: Vec3x8<S>| along(v, -dot(v, self.along), self.along);
        let direction = across(ray.direction::<PERSPECTIVE>(simd));
        let origin = ray.origin::<PERSPECTIVE>(simd);
        let origin = across(each_axis!(axis => origin[axis] - self.middle[axis]));
        let length = dot(direction, direction);
        let per_length = f32x8::splat(simd, 1.0) / length;
        let closest = -dot(origin, direction) * per_length;
        let offset = along(origin, closest, direction);
        let half_chord = self.radius * self.radius - dot(offset, offset);
        closest - (not_negative(simd, half_chord) * per_length).sqrt()
    }
}

/// Eight lit points.
pub(super) struct Lit<S: Simd> {
    /// Red lowest, alpha 255.
    pub(super) color: i32x8<S>,
    /// Levels that the highlight adds.
    pub(super) highlight: f32x8<S>,
    /// Unit, towards the viewer.
    pub(super) normal: Vec3x8<S>,
}

/// Alpha 255.
pub(super) const OPAQUE: i32 = 0xff00_0000_u32.cast_signed();

/// Light, depth cue and what else is the same for all points.
pub(super) struct Light<S: Simd> {
    key_direction: Vec3x8<S>,
    fill_direction: Vec3x8<S>,
    key_diffuse: f32x8<S>,
    fill_diffuse: f32x8<S>,
    ambient: f32x8<S>,
    /// In levels.
    specular: f32x8<S>,
    cues: bool,
    cue_end: f32x8<S>,
    per_cue: f32x8<S>,
    /// In levels.
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

    /// Where light changes much within a pixel: on thin bodies, and where there is a highlight of
    /// this many levels on a curved one.
    #[inline(always)]
    pub(super) fn uneven(
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

    /// Lighting and depth cue. `normal` may have any length and face away.
    #[inline(always)]
    pub(super) fn shade<const PERSPECTIVE: bool>(
        &self,
        simd: S,
        ray: Rays<S>,
        depth: f32x8<S>,
        normal: Vec3x8<S>,
        paint: i32x8<S>,
    ) -> Lit<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let one = number(1.0);
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let per_length = one / dot(normal, normal).sqrt();
        let away: mask32x8<S> = dot(normal, direction).simd_gt(number(0.0));
        let per_length = away.select(-per_length, per_length);
        let normal = each_of!(normal, part => part * per_length);
        let key = dot(normal, self.key_direction);
        let fill = dot(normal, self.fill_direction);
        let diffuse = self.key_diffuse * not_negative(simd, -key)
            + self.fill_diffuse * not_negative(simd, -fill);
        let twice = key + key;
        let reflected = each_axis!(axis => self.key_direction[axis] - twice * normal[axis]);
        let mut mirror = not_negative(simd, -dot(reflected, direction));
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
                not_negative(simd, (self.cue_end - depth) * self.per_cue),
                1.0,
            )
        } else {
            one
        };
        let byte = i32x8::splat(simd, 255);
        let mut color = i32x8::splat(simd, OPAQUE);
        for channel in [0_u32, 1, 2] {
            let base = f32x8::float_from((paint >> (8 * channel)) & byte);
            // May exceed 255 here: what is too bright fades with depth before it is cut off.
            let mut value = base * lit + highlight;
            if self.cues {
                let cue = self.cue[channel as usize];
                value = cue * (one - kept) + value * kept;
            }
            let level = i32x8::truncate_from(at_most(simd, value, 255.0) + number(0.5));
            color |= level << (8 * channel);
        }
        Lit {
            color,
            highlight,
            normal,
        }
    }
}

#[inline(always)]
fn not_negative<S: Simd>(simd: S, x: f32x8<S>) -> f32x8<S> {
    let zero = f32x8::splat(simd, 0.0);
    x.simd_gt(zero).select(x, zero)
}

#[inline(always)]
fn at_most<S: Simd>(simd: S, x: f32x8<S>, most: f32) -> f32x8<S> {
    let most = f32x8::splat(simd, most);
    x.simd_lt(most).select(x, most)
}
