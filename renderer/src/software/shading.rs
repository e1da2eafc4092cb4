//! Batches of points to shade, eight at a time, and the results.

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f32x8, i32x8, mask32x4, mask32x8, u32x4, u32x8};

use super::context::FrameContext;
use super::intersect::{CappedCylinderX8, RayX8};
use super::lighting::{Light, LitX8, OPAQUE, SurfaceX8};
use super::primitive_id::PrimitiveId;
use super::primitives::{Primitives, Surface};
use crate::simd::{LANES, QUAD, each_axis, each_of, gather, transpose};

/// Points to shade: rays, each with the depth and the id of its hit and the slot of its result (an
/// index that the caller chooses).
#[derive(Debug, Default)]
pub(super) struct ShadeBatch {
    x: Vec<f32>,
    y: Vec<f32>,
    depth: Vec<f32>,
    ids: Vec<PrimitiveId>,
    slots: Vec<u32>,
    /// Number of points; the lists are longer.
    length: usize,
    /// Points on cylinders that need caps, which are shaded apart.
    capped: Vec<usize>,
}

impl ShadeBatch {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.x.capacity(),
            self.y.capacity(),
            self.depth.capacity(),
            self.ids.capacity(),
            self.slots.capacity(),
            self.capped.capacity(),
        ]);
    }

    /// Removes all points and reserves memory for at least `capacity` of them.
    pub(super) fn clear(&mut self, capacity: usize) {
        self.length = 0;
        // Whole chunks are stored and loaded, and the last may begin at the end.
        let length = capacity.next_multiple_of(LANES) + LANES;
        if self.x.len() < length {
            self.x.resize(length, 0.0);
            self.y.resize(length, 0.0);
            self.depth.resize(length, 0.0);
            self.ids.resize(length, PrimitiveId::NONE);
            self.slots.resize(length, 0);
        }
    }

    /// Adds one point.
    #[inline(always)]
    pub(super) fn enqueue(&mut self, x: f32, y: f32, depth: f32, id: PrimitiveId, slot: u32) {
        let at = self.length;
        self.x[at] = x;
        self.y[at] = y;
        self.depth[at] = depth;
        self.ids[at] = id;
        self.slots[at] = slot;
        self.length += 1;
    }

    /// Adds those of eight neighbouring points of a row that are `wanted`; their slots count up.
    #[inline(always)]
    pub(super) fn enqueue_row<S: Simd>(
        &mut self,
        simd: S,
        wanted: mask32x8<S>,
        x: f32x8<S>,
        y: f32,
        depth: f32x8<S>,
        id: u32x8<S>,
        first_slot: u32,
    ) {
        const COUNT: [u32; LANES] = [0, 1, 2, 3, 4, 5, 6, 7];
        let at = self.length;
        let slots = u32x8::from_slice(simd, &COUNT) + u32x8::splat(simd, first_slot);
        f32x8::splat(simd, y).store_slice(&mut self.y[at..at + LANES]);
        x.compress(wanted).store_slice(&mut self.x[at..at + LANES]);
        depth
            .compress(wanted)
            .store_slice(&mut self.depth[at..at + LANES]);
        id.compress(wanted)
            .store_slice(PrimitiveId::numbers_mut(&mut self.ids[at..at + LANES]));
        slots
            .compress(wanted)
            .store_slice(&mut self.slots[at..at + LANES]);
        self.length += wanted.to_bitmask().count_ones() as usize;
    }

    /// Adds those of four points that are `wanted`.
    #[inline(always)]
    pub(super) fn enqueue_quad<S: Simd>(
        &mut self,
        wanted: mask32x4<S>,
        x: f32x4<S>,
        y: f32x4<S>,
        depth: f32x4<S>,
        id: u32x4<S>,
        slot: u32x4<S>,
    ) {
        let at = self.length;
        x.compress(wanted).store_slice(&mut self.x[at..at + QUAD]);
        y.compress(wanted).store_slice(&mut self.y[at..at + QUAD]);
        depth
            .compress(wanted)
            .store_slice(&mut self.depth[at..at + QUAD]);
        id.compress(wanted)
            .store_slice(PrimitiveId::numbers_mut(&mut self.ids[at..at + QUAD]));
        slot.store_slice(&mut self.slots[at..at + QUAD]);
        self.length += wanted.to_bitmask().count_ones() as usize;
    }

    /// Shades all points and removes them; `consume` gets up to eight results at a time. `PLANES`
    /// adds depths and normals. With `sampled` every point needs supersampling, except on cylinders
    /// that need caps, whose surface [`Self::shade_supersampled`] does not know.
    pub(super) fn shade<S: Simd, const PERSPECTIVE: bool, const PLANES: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        sampled: bool,
        mut consume: impl FnMut(&ShadeResults<'_>),
    ) {
        self.pad_last_chunk();
        self.capped.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, context.camera);
                for first in (0..self.length).step_by(LANES) {
                    let count = LANES.min(self.length - first);
                    let surfaces = self.surfaces(simd, context.primitives, first);
                    let ray = self.rays(simd, first);
                    let depth = f32x8::from_slice(simd, &self.depth[first..first + LANES]);
                    let normal = surfaces.normal::<PERSPECTIVE>(simd, ray, depth);
                    let lit =
                        light.shade::<PERSPECTIVE>(simd, ray, depth, normal, surfaces.base_color);
                    let mut lanes = (1_u32 << count) - 1;
                    if context.primitives.any_capped {
                        let capped = surfaces.radius.simd_lt(f32x8::splat(simd, 0.0));
                        let mut capped = capped.to_bitmask() as u32 & lanes;
                        lanes &= !capped;
                        while capped != 0 {
                            self.capped.push(first + capped.trailing_zeros() as usize);
                            capped &= capped - 1;
                        }
                    }
                    let needs_supersampling =
                        light.needs_supersampling(simd, lit.highlight, depth, surfaces.radius);
                    let needs_supersampling = if sampled {
                        lanes
                    } else {
                        needs_supersampling.to_bitmask() as u32 & lanes
                    };
                    let mut planes = PlaneValues::default();
                    if PLANES {
                        planes = PlaneValues::of(&lit, depth);
                    }
                    consume(&ShadeResults {
                        lanes,
                        needs_supersampling,
                        x: &self.x[first..first + LANES],
                        y: &self.y[first..first + LANES],
                        ids: &self.ids[first..first + LANES],
                        slots: &self.slots[first..first + LANES],
                        color: to_array(lit.color),
                        planes,
                    });
                }
            },
        );
        if !self.capped.is_empty() {
            self.shade_capped::<S, PERSPECTIVE>(simd, context, consume);
        }
        self.length = 0;
    }

    /// Shades the points on cylinders of which more than the near wall may be visible.
    fn shade_capped<S: Simd, const PERSPECTIVE: bool>(
        &self,
        simd: S,
        context: &FrameContext<'_>,
        mut consume: impl FnMut(&ShadeResults<'_>),
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, context.camera);
                let near = f32x8::splat(simd, context.camera.near_angstrom);
                for entries in self.capped.chunks(LANES) {
                    let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
                    let (mut ids, mut slots) = ([PrimitiveId::NONE; LANES], [0; LANES]);
                    for lane in 0..LANES {
                        let at = entries[lane.min(entries.len() - 1)];
                        (x[lane], y[lane]) = (self.x[at], self.y[at]);
                        (ids[lane], slots[lane]) = (self.ids[at], self.slots[at]);
                    }
                    let of = |lane: usize| context.primitives.cylinder(ids[lane]);
                    let cylinders = CappedCylinderX8 {
                        middle: each_axis!(axis => gather(simd, |lane| of(lane).middle[axis])),
                        axis: each_axis!(axis => gather(simd, |lane| of(lane).along[axis])),
                        half_length: gather(simd, |lane| of(lane).half_length),
                        radius: gather(simd, |lane| of(lane).radius),
                        flat: gather(simd, |lane| of(lane).flat()),
                        round: gather(simd, |lane| of(lane).round()),
                    };
                    let base_color = gather(simd, |lane| {
                        f32::from_bits(context.scene.colors[ids[lane].index()])
                    });
                    let ray = RayX8 {
                        x: f32x8::from_slice(simd, &x),
                        y: f32x8::from_slice(simd, &y),
                    };
                    let hit = cylinders.hit::<PERSPECTIVE>(simd, ray, near);
                    let lit = light.shade::<PERSPECTIVE>(
                        simd,
                        ray,
                        hit.depth,
                        hit.normal,
                        base_color.bitcast(),
                    );
                    consume(&ShadeResults {
                        lanes: (1 << entries.len()) - 1,
                        needs_supersampling: 0,
                        x: &x,
                        y: &y,
                        ids: &ids,
                        slots: &slots,
                        color: to_array(lit.color),
                        planes: PlaneValues::of(&lit, hit.depth),
                    });
                }
            },
        );
    }

    /// Shades all points and removes them: each with the mean over rays at `offsets_px` from its
    /// own (rounded half up or down), without depth and normal. A ray that misses the surface
    /// counts where it passes closest.
    pub(super) fn shade_supersampled<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        offsets_px: &[[f32; 2]],
        round_half_up: bool,
        mut consume: impl FnMut(&ShadeResults<'_>),
    ) {
        self.pad_last_chunk();
        let per_pixel = 1.0 / context.camera.pixel_scale;
        // Sums of levels are integers below 2^12, for which `(sum + half) * reciprocal >> 16` is
        // the exact mean.
        let count = offsets_px.len() as i32;
        let half = if round_half_up { count / 2 } else { 0 };
        let reciprocal = (1 << 16) / count + i32::from((1 << 16) % count != 0);
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, context.camera);
                let byte = i32x8::splat(simd, 255);
                for first in (0..self.length).step_by(LANES) {
                    let surfaces = self.surfaces(simd, context.primitives, first);
                    let ray = self.rays(simd, first);
                    let mut sums = [i32x8::splat(simd, half); 3];
                    for [dx, dy] in offsets_px {
                        let ray = RayX8 {
                            x: ray.x + f32x8::splat(simd, dx * per_pixel),
                            y: ray.y - f32x8::splat(simd, dy * per_pixel),
                        };
                        let depth = surfaces.depth::<PERSPECTIVE>(simd, ray);
                        let normal = surfaces.normal::<PERSPECTIVE>(simd, ray, depth);
                        let lit = light.shade::<PERSPECTIVE>(
                            simd,
                            ray,
                            depth,
                            normal,
                            surfaces.base_color,
                        );
                        sums[0] += lit.color & byte;
                        sums[1] += (lit.color >> 8) & byte;
                        sums[2] += (lit.color >> 16) & byte;
                    }
                    let [red, green, blue] =
                        each_of!(sums, sum => (sum * i32x8::splat(simd, reciprocal)) >> 16);
                    let color = red | green << 8 | blue << 16 | i32x8::splat(simd, OPAQUE);
                    consume(&ShadeResults {
                        lanes: (1 << LANES.min(self.length - first)) - 1,
                        needs_supersampling: 0,
                        x: &self.x[first..first + LANES],
                        y: &self.y[first..first + LANES],
                        ids: &self.ids[first..first + LANES],
                        slots: &self.slots[first..first + LANES],
                        color: to_array(color),
                        planes: PlaneValues::default(),
                    });
                }
            },
        );
        self.length = 0;
    }

    /// Pads the last chunk with its last point.
    fn pad_last_chunk(&mut self) {
        if let Some(last) = self.length.checked_sub(1) {
            for at in self.length..self.length.next_multiple_of(LANES) {
                self.x[at] = self.x[last];
                self.y[at] = self.y[last];
                self.depth[at] = self.depth[last];
                self.ids[at] = self.ids[last];
            }
        }
    }

    /// The rays of eight points.
    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, first: usize) -> RayX8<S> {
        RayX8 {
            x: f32x8::from_slice(simd, &self.x[first..first + LANES]),
            y: f32x8::from_slice(simd, &self.y[first..first + LANES]),
        }
    }

    /// The surfaces of eight points.
    #[inline(always)]
    fn surfaces<S: Simd>(&self, simd: S, primitives: &Primitives, first: usize) -> SurfaceX8<S> {
        gather_surfaces(simd, primitives, &self.ids[first..first + LANES])
    }
}

/// The surfaces of eight ids.
#[inline(always)]
pub(super) fn gather_surfaces<S: Simd>(
    simd: S,
    primitives: &Primitives,
    ids: &[PrimitiveId],
) -> SurfaceX8<S> {
    // Eight rows of eight numbers are transposed as four squares of four. A macro, for a closure
    // would not be inlined.
    macro_rules! square {
        ($lane:literal, $part:literal) => {
            transpose([
                quarter(simd, primitives, ids[$lane], $part),
                quarter(simd, primitives, ids[$lane + 1], $part),
                quarter(simd, primitives, ids[$lane + 2], $part),
                quarter(simd, primitives, ids[$lane + 3], $part),
            ])
        };
    }
    let (a, b) = (square!(0, 0), square!(4, 0));
    let (c, d) = (square!(0, 4), square!(4, 4));
    SurfaceX8 {
        center: each_axis!(axis => a[axis].combine(b[axis])),
        radius: a[3].combine(b[3]),
        along: each_axis!(axis => c[axis].combine(d[axis])),
        base_color: c[3].combine(d[3]).bitcast(),
    }
}

/// Four numbers of the surface of an id.
#[inline(always)]
fn quarter<S: Simd>(simd: S, primitives: &Primitives, id: PrimitiveId, part: usize) -> f32x4<S> {
    let Surface(row) = &primitives.surfaces[id.index()];
    f32x4::from_slice(simd, &row[part..part + QUAD])
}

/// Results of up to eight points, and the points themselves.
#[derive(Debug)]
pub(super) struct ShadeResults<'a> {
    /// A bit for each point.
    pub(super) lanes: u32,
    /// A bit for each point whose pixel has varying light, so that its colour is not the pixel's.
    pub(super) needs_supersampling: u32,
    pub(super) x: &'a [f32],
    pub(super) y: &'a [f32],
    pub(super) ids: &'a [PrimitiveId],
    pub(super) slots: &'a [u32],
    /// sRGB bytes, red lowest, alpha 255.
    pub(super) color: [u32; LANES],
    pub(super) planes: PlaneValues,
}

/// Values of the planes other than colour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct PlaneValues {
    pub(super) depth: [f32; LANES],
    pub(super) normal: [[f32; LANES]; 3],
}

impl PlaneValues {
    #[inline(always)]
    fn of<S: Simd>(lit: &LitX8<S>, depth: f32x8<S>) -> Self {
        let mut planes = Self::default();
        depth.store_slice(&mut planes.depth);
        for axis in 0..3 {
            lit.normal[axis].store_slice(&mut planes.normal[axis]);
        }
        planes
    }
}

/// The packed colours of eight points.
#[inline(always)]
pub(super) fn to_array<S: Simd>(color: i32x8<S>) -> [u32; LANES] {
    let mut lanes = [0; LANES];
    color.bitcast::<u32x8<S>>().store_slice(&mut lanes);
    lanes
}
