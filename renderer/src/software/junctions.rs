//! Edge pixels in which several bodies meet: their samples are cast against what the pixel and its
//! neighbours show, and each surface that they hit is shaded once.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::context::FrameContext;
use super::intersect::{CappedCylinderX8, CylinderX8, RayX8, SphereX8};
use super::primitive_id::PrimitiveId;
use super::primitives::Primitive;
use super::resolve::ResolveAccumulator;
use super::shading::ShadeBatch;
use super::tile::{TILE_PX, Tile, nearest};
use crate::simd::LANES;

/// Samples per pixel.
const SAMPLES: usize = 16;
/// Vectors of samples per pixel.
const VECTORS: usize = SAMPLES / LANES;
/// Pixels of a neighbourhood.
const NEIGHBORHOOD: usize = 9;

/// Hits of the samples of one pixel.
struct SampleHits<S: Simd> {
    rays: [RayX8<S>; VECTORS],
    depth: [f32x8<S>; VECTORS],
    ids: [u32x8<S>; VECTORS],
}

/// Casts the samples of pixels (places in the tile) and enqueues them for shading: for each pixel
/// an accumulator is appended, and a point on each surface is added to `batch` with the
/// accumulator's index and the number of samples as its slot, see [`ResolveAccumulator::slot`].
/// `offsets_px` has 16 samples.
pub(super) fn enqueue<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    context: &FrameContext<'_>,
    tile: &Tile,
    pixels: &[u16],
    offsets_px: &[[f32; 2]],
    batch: &mut ShadeBatch,
    accumulators: &mut Vec<ResolveAccumulator>,
) {
    let per_pixel = 1.0 / context.camera.pixel_scale;
    let offsets = |axis: usize, scale: f32| -> [f32; SAMPLES] {
        std::array::from_fn(|index| offsets_px[index][axis] * scale)
    };
    let (right, up) = (offsets(0, per_pixel), offsets(1, -per_pixel));
    let (right_px, down_px) = (offsets(0, 1.0), offsets(1, 1.0));
    simd.vectorize(
        #[inline(always)]
        || {
            for pixel in pixels {
                let place = usize::from(*pixel);
                let x = f32x8::splat(simd, tile.xs[place % TILE_PX]);
                let y = f32x8::splat(simd, tile.ys[place / TILE_PX]);
                // A macro, for a closure is not always inlined.
                macro_rules! rays {
                    ($vector:literal) => {
                        RayX8 {
                            x: x + f32x8::from_slice(simd, &right[$vector * LANES..][..LANES]),
                            y: y + f32x8::from_slice(simd, &up[$vector * LANES..][..LANES]),
                        }
                    };
                }
                let mut hits = SampleHits {
                    rays: [rays!(0), rays!(1)],
                    depth: [f32x8::splat(simd, f32::INFINITY); VECTORS],
                    ids: [PrimitiveId::NONE.splat(simd); VECTORS],
                };
                let mut known = [PrimitiveId::NONE; 2 * NEIGHBORHOOD];
                let mut shown = [PrimitiveId::NONE; NEIGHBORHOOD];
                let (mut known_count, mut shown_count) = (0, 0);
                for first in [place - TILE_PX, place, place + TILE_PX] {
                    for at in first - 1..=first + 1 {
                        let id = tile.ids[at];
                        if id == PrimitiveId::NONE || shown[..shown_count].contains(&id) {
                            continue;
                        }
                        shown[shown_count] = id;
                        shown_count += 1;
                        // A sphere that continues a cylinder may show in samples alone.
                        for id in [context.primitives.whole(id), context.scene.joint(id)] {
                            if id != PrimitiveId::NONE && !known[..known_count].contains(&id) {
                                known[known_count] = id;
                                known_count += 1;
                                hits.cast::<PERSPECTIVE>(simd, context, id);
                            }
                        }
                    }
                }
                let slot = accumulators.len();
                accumulators.push(ResolveAccumulator {
                    pixel: *pixel,
                    samples: SAMPLES as u16,
                    sums: 0,
                });
                hits.enqueue(simd, [&right_px, &down_px], slot, batch);
            }
        },
    );
}

impl<S: Simd> SampleHits<S> {
    /// Casts the rays against one whole primitive.
    #[inline(always)]
    fn cast<const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        id: PrimitiveId,
    ) {
        let zero = f32x8::splat(simd, 0.0);
        let near = f32x8::splat(simd, context.camera.near_angstrom);
        match context.primitives.get(id) {
            Primitive::Sphere(sphere) => {
                let spheres = SphereX8::splat(simd, sphere);
                let ids = id.splat(simd);
                for vector in 0..VECTORS {
                    let approach = spheres.closest_approach::<PERSPECTIVE>(simd, self.rays[vector]);
                    let (wall, hit) = approach.visible_wall(simd, near);
                    self.keep(vector, hit, approach.closest + wall, ids);
                }
            }
            Primitive::Cylinder(cylinder) if cylinder.needs_caps => {
                let cylinders = CappedCylinderX8::splat(simd, cylinder);
                let ids = id.splat_halves(simd);
                for vector in 0..VECTORS {
                    let hit = cylinders.hit::<PERSPECTIVE>(simd, self.rays[vector], near);
                    let ids = hit.first_half.select(ids[0], ids[1]);
                    self.keep(vector, hit.hit, hit.depth, ids);
                }
            }
            Primitive::Cylinder(cylinder) => {
                let cylinders = CylinderX8::splat(simd, cylinder);
                let ids = id.splat_halves(simd);
                for vector in 0..VECTORS {
                    let approach =
                        cylinders.closest_approach::<PERSPECTIVE>(simd, self.rays[vector]);
                    let depth = approach.closest - approach.half_chord();
                    let place = approach.place_along(depth);
                    let hit = approach.half_chord_squared.simd_ge(zero)
                        & place.abs().simd_le(cylinders.half_length);
                    let ids = place.simd_lt(zero).select(ids[0], ids[1]);
                    self.keep(vector, hit, depth, ids);
                }
            }
        }
    }

    #[inline(always)]
    fn keep(
        &mut self,
        vector: usize,
        hit: fearless_simd::mask32x8<S>,
        depth: f32x8<S>,
        id: u32x8<S>,
    ) {
        let (depth, id) = nearest(hit, [depth, self.depth[vector]], [id, self.ids[vector]]);
        self.depth[vector] = depth;
        self.ids[vector] = id;
    }

    /// Adds a point on each surface that was hit: that of the sample nearest to the middle of the
    /// surface's samples.
    #[inline(always)]
    fn enqueue(
        &self,
        simd: S,
        [right_px, down_px]: [&[f32; SAMPLES]; 2],
        slot: usize,
        batch: &mut ShadeBatch,
    ) {
        let mut numbers = [PrimitiveId::NONE; SAMPLES];
        let (mut x, mut y, mut depth) = ([0.0; SAMPLES], [0.0; SAMPLES], [0.0; SAMPLES]);
        for vector in 0..VECTORS {
            let from = vector * LANES;
            self.ids[vector]
                .store_slice(&mut PrimitiveId::numbers_mut(&mut numbers)[from..from + LANES]);
            self.rays[vector].x.store_slice(&mut x[from..from + LANES]);
            self.rays[vector].y.store_slice(&mut y[from..from + LANES]);
            self.depth[vector].store_slice(&mut depth[from..from + LANES]);
        }
        macro_rules! offsets {
            ($vector:literal) => {{
                let from = $vector * LANES;
                [
                    f32x8::from_slice(simd, &right_px[from..from + LANES]),
                    f32x8::from_slice(simd, &down_px[from..from + LANES]),
                ]
            }};
        }
        let offsets = [offsets!(0), offsets!(1)];
        let infinite = f32x8::splat(simd, f32::INFINITY);
        let none = PrimitiveId::NONE.splat(simd);
        let missed = [self.ids[0].simd_eq(none), self.ids[1].simd_eq(none)];
        let missed = missed[0].to_bitmask() as u32 | (missed[1].to_bitmask() as u32) << LANES;
        let mut left = !missed & ((1 << SAMPLES) - 1);
        while left != 0 {
            let id = numbers[left.trailing_zeros() as usize % SAMPLES];
            let ids = id.splat(simd);
            let own = [self.ids[0].simd_eq(ids), self.ids[1].simd_eq(ids)];
            let bits = own[0].to_bitmask() as u32 | (own[1].to_bitmask() as u32) << LANES;
            left &= !bits;
            let count = bits.count_ones();
            let chosen = if bits.is_power_of_two() {
                bits.trailing_zeros() as usize
            } else {
                // Offsets are sixteenths, so that their sums are exact in any order.
                let mut middle = [0.0_f32; 2];
                let mut members = bits;
                while members != 0 {
                    let sample = members.trailing_zeros() as usize % SAMPLES;
                    members &= members - 1;
                    middle[0] += right_px[sample];
                    middle[1] += down_px[sample];
                }
                let per_count = 1.0 / count as f32;
                let [middle_x, middle_y] = [
                    f32x8::splat(simd, middle[0] * per_count),
                    f32x8::splat(simd, middle[1] * per_count),
                ];
                let mut distances = [0.0; SAMPLES];
                let mut least = infinite;
                for vector in 0..VECTORS {
                    let [dx, dy] = offsets[vector];
                    let (dx, dy) = (dx - middle_x, dy - middle_y);
                    let distance = own[vector].select(dx * dx + dy * dy, infinite);
                    least = least.min(distance);
                    distance.store_slice(&mut distances[vector * LANES..][..LANES]);
                }
                let least = least.reduce_min();
                distances
                    .iter()
                    .position(|distance| *distance <= least)
                    .unwrap_or(0)
            };
            batch.enqueue(
                x[chosen],
                y[chosen],
                depth[chosen],
                id,
                ResolveAccumulator::slot(slot, count),
            );
        }
    }
}
