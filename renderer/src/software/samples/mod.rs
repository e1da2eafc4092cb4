//! Visibility at the samples of edge pixels.

mod gaps;

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f32x8, mask32x4, mask32x8, u32x4, u32x8};

use self::gaps::Gaps;
use super::camera::AxisRays;
use super::context::FrameContext;
use super::edges::Edges;
use super::intersect::{CappedCylinderX8, CylinderX8, RayX8, SphereQuadratic, SphereX8};
use super::primitive_id::PrimitiveId;
use super::primitives::{Cylinder, Primitive, ProjectedPrimitive, Sphere};
use super::resolve::ResolveAccumulator;
use super::shading::ShadeBatch;
use super::tile::{PixelMask, TILE_PIXELS, TILE_PX, Tile, nearest};
use crate::simd::{LANES, QUAD};

/// The token is looked at once in so many primitives of a tile.
pub(super) const LOOK_INTERVAL: usize = 64;
/// Largest number of samples per pixel.
const MAX_SAMPLES: usize = 16;

/// The rays through the samples of a tile's edge pixels, and their nearest hits. The buffers are
/// reused from tile to tile.
#[derive(Debug)]
pub(super) struct EdgeSamples {
    /// Number of samples per pixel.
    count: usize,
    /// Entries per pixel in the lists: `count` rounded up to whole [`QUAD`]s. Those beyond `count`
    /// repeat the last sample.
    pub(super) stride: usize,
    /// Rays through the samples of each column and row, and terms of their squared lengths, as in
    /// [`Tile`].
    xs: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    ys: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    x_squares: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    y_squares: Box<[f32; TILE_PX * MAX_SAMPLES]>,
    /// For each edge pixel its index among the edge pixels.
    slots: Box<[u16; TILE_PIXELS]>,
    /// Depth and id of each sample's nearest hit, edge pixel by edge pixel.
    pub(super) depth: Vec<f32>,
    pub(super) ids: Vec<PrimitiveId>,
    /// Buffers of [`Self::resample_gaps`].
    gaps: Gaps,
    gap_candidates: Vec<PixelMask>,
}

impl Default for EdgeSamples {
    fn default() -> Self {
        let zeros = || Box::new([0.0; TILE_PX * MAX_SAMPLES]);
        Self {
            count: 0,
            stride: 0,
            xs: zeros(),
            ys: zeros(),
            x_squares: zeros(),
            y_squares: zeros(),
            slots: Box::new([0; TILE_PIXELS]),
            depth: vec![0.0; TILE_PIXELS * MAX_SAMPLES],
            ids: vec![PrimitiveId::NONE; TILE_PIXELS * MAX_SAMPLES],
            gaps: Gaps::default(),
            gap_candidates: Vec::with_capacity(TILE_PIXELS),
        }
    }
}

/// The numbers of two quads.
#[inline(always)]
fn two_quads<S: Simd>(simd: S, numbers: &[f32], a: usize, b: usize) -> f32x8<S> {
    f32x4::from_slice(simd, &numbers[a..a + QUAD])
        .combine(f32x4::from_slice(simd, &numbers[b..b + QUAD]))
}

/// Two quads of samples in one row of pixels, whose rays are cast together.
#[derive(Clone, Copy)]
struct QuadPair<S: Simd> {
    x: f32x8<S>,
    y: f32x8<S>,
    /// Squared length of the rays.
    length: f32x8<S>,
    /// Places of the quads in the lists of hits.
    at: [usize; 2],
}

impl<S: Simd> QuadPair<S> {
    #[inline(always)]
    fn rays(&self) -> RayX8<S> {
        RayX8 {
            x: self.x,
            y: self.y,
        }
    }
}

/// Pixels of a tile whose samples may hit one primitive.
#[derive(Clone, Copy)]
struct Candidates<'a> {
    chunks: &'a [PixelMask],
    /// For each pixel of the tile the depth behind which a primitive is hidden.
    max_depth: &'a [f32],
    /// Least depth of any point of the primitive.
    near_depth: f32,
}

impl EdgeSamples {
    /// Appends the capacities of the large buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([self.depth.capacity(), self.ids.capacity()]);
    }

    /// Casts the rays through all samples of all edge pixels. `first_lines` are the tile's first
    /// column and row in `axis_rays`; `count` is the number of samples per pixel.
    pub(super) fn rasterize<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        tile: &Tile,
        edges: &Edges,
        members: &[ProjectedPrimitive],
        axis_rays: &[AxisRays; 2],
        first_lines: [usize; 2],
        count: usize,
    ) {
        self.count = count;
        self.stride = count.next_multiple_of(QUAD);
        simd.vectorize(
            #[inline(always)]
            || {
                self.begin_tile(simd, axis_rays, first_lines, edges);
                let mut start = 0;
                for (number, run) in tile.runs.iter().enumerate() {
                    if number % LOOK_INTERVAL == LOOK_INTERVAL - 1 && context.cancel.is_cancelled()
                    {
                        break;
                    }
                    let candidates = Candidates {
                        chunks: &tile.candidates[start..run.end as usize],
                        max_depth: edges.neighborhood_depth.as_slice(),
                        near_depth: run.near_depth,
                    };
                    start = run.end as usize;
                    self.rasterize_primitive::<S, PERSPECTIVE>(simd, context, candidates, run.id);
                }
            },
        );
        self.resample_gaps::<S, PERSPECTIVE>(simd, context, tile, edges, members);
    }

    /// Casts the rays of the candidates against one primitive.
    #[inline(always)]
    fn rasterize_primitive<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        candidates: Candidates<'_>,
        id: PrimitiveId,
    ) {
        match context.primitives.get(id) {
            Primitive::Sphere(sphere) if sphere.near_clipped => {
                self.rasterize_clipped_sphere::<S, PERSPECTIVE>(
                    simd, context, candidates, sphere, id,
                );
            }
            Primitive::Sphere(sphere) => {
                self.rasterize_sphere(simd, context, candidates, sphere, id);
            }
            Primitive::Cylinder(cylinder) if cylinder.needs_caps => {
                self.rasterize_capped_cylinder::<S, PERSPECTIVE>(
                    simd, context, candidates, cylinder, id,
                );
            }
            Primitive::Cylinder(cylinder) => {
                self.rasterize_cylinder::<S, PERSPECTIVE>(simd, candidates, cylinder, id);
            }
        }
    }

    #[inline(always)]
    fn rasterize_sphere<S: Simd>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        candidates: Candidates<'_>,
        sphere: &Sphere,
        id: PrimitiveId,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let form = SphereQuadratic::new(context.camera, sphere);
        self.for_each_pair(
            simd,
            candidates,
            #[inline(always)]
            |samples, pair| {
                let distance = form.distances(simd, pair.x, pair.y);
                let square = number(form.radius_squared) * pair.length - distance;
                let hit = square.simd_ge(number(0.0));
                let closest = number(form.closest[0]) * pair.x
                    + (number(form.closest[1]) * pair.y + number(form.closest[2]));
                let depth = (closest - square.sqrt()) / pair.length;
                samples.depth_test(simd, &pair, hit, depth, id.splat(simd));
            },
        );
    }

    #[inline(always)]
    fn rasterize_cylinder<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        candidates: Candidates<'_>,
        cylinder: &Cylinder,
        id: PrimitiveId,
    ) {
        let zero = f32x8::splat(simd, 0.0);
        let cylinders = CylinderX8::splat(simd, cylinder);
        let ids = id.splat_halves(simd);
        self.for_each_pair(
            simd,
            candidates,
            #[inline(always)]
            |samples, pair| {
                let approach = cylinders.closest_approach::<PERSPECTIVE>(simd, pair.rays());
                let depth = approach.closest - approach.half_chord();
                let place = approach.place_along(depth);
                let hit = approach.half_chord_squared.simd_ge(zero)
                    & place.abs().simd_le(cylinders.half_length);
                let ids = place.simd_lt(zero).select(ids[0], ids[1]);
                samples.depth_test(simd, &pair, hit, depth, ids);
            },
        );
    }

    fn rasterize_clipped_sphere<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        candidates: Candidates<'_>,
        sphere: &Sphere,
        id: PrimitiveId,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let spheres = SphereX8::splat(simd, sphere);
                let near = f32x8::splat(simd, context.camera.near_angstrom);
                self.for_each_pair(
                    simd,
                    candidates,
                    #[inline(always)]
                    |samples, pair| {
                        let approach = spheres.closest_approach::<PERSPECTIVE>(simd, pair.rays());
                        let (wall, hit) = approach.visible_wall(simd, near);
                        let depth = approach.closest + wall;
                        samples.depth_test(simd, &pair, hit, depth, id.splat(simd));
                    },
                );
            },
        );
    }

    fn rasterize_capped_cylinder<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        candidates: Candidates<'_>,
        cylinder: &Cylinder,
        id: PrimitiveId,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let cylinders = CappedCylinderX8::splat(simd, cylinder);
                let near = f32x8::splat(simd, context.camera.near_angstrom);
                let ids = id.splat_halves(simd);
                self.for_each_pair(
                    simd,
                    candidates,
                    #[inline(always)]
                    |samples, pair| {
                        let hit = cylinders.hit::<PERSPECTIVE>(simd, pair.rays(), near);
                        let ids = hit.first_half.select(ids[0], ids[1]);
                        samples.depth_test(simd, &pair, hit.hit, hit.depth, ids);
                    },
                );
            },
        );
    }

    /// Loads the rays of a tile and clears the hits of its edge pixels.
    #[inline(always)]
    fn begin_tile<S: Simd>(
        &mut self,
        simd: S,
        [columns, rows]: &[AxisRays; 2],
        first_lines: [usize; 2],
        edges: &Edges,
    ) {
        let stride = self.stride;
        let copy = |to: &mut [f32], from: &[f32], at: usize| {
            to[..TILE_PX * stride].copy_from_slice(&from[at * stride..(at + TILE_PX) * stride]);
        };
        let [column, row] = first_lines;
        copy(self.xs.as_mut_slice(), &columns.sample_rays, column);
        copy(
            self.x_squares.as_mut_slice(),
            &columns.sample_squares,
            column,
        );
        copy(self.ys.as_mut_slice(), &rows.sample_rays, row);
        copy(self.y_squares.as_mut_slice(), &rows.sample_squares, row);
        for (slot, pixel) in (0..).zip(&edges.pixels) {
            self.slots[usize::from(*pixel)] = slot;
        }
        let far = f32x8::splat(simd, f32::INFINITY);
        let none = PrimitiveId::NONE.splat(simd);
        let ids = PrimitiveId::numbers_mut(&mut self.ids);
        // Whole chunks: the buffers are long enough for all pixels of a tile.
        for at in (0..edges.pixels.len() * stride).step_by(LANES) {
            far.store_slice(&mut self.depth[at..at + LANES]);
            none.store_slice(&mut ids[at..at + LANES]);
        }
    }

    /// Calls `visit` with the rays of the candidates, eight at a time.
    #[inline(always)]
    fn for_each_pair<S: Simd>(
        &mut self,
        simd: S,
        candidates: Candidates<'_>,
        mut visit: impl FnMut(&mut Self, QuadPair<S>),
    ) {
        let near = f32x8::splat(simd, candidates.near_depth);
        for mask in candidates.chunks {
            let first = usize::from(mask.first);
            // Only edge pixels, and only where the primitive is not certainly hidden.
            let max_depth = f32x8::from_slice(simd, &candidates.max_depth[first..first + LANES]);
            let mut lanes = near.simd_le(max_depth).to_bitmask() as u32 & u32::from(mask.lanes);
            let row = first / TILE_PX;
            while lanes != 0 {
                let one = first + lanes.trailing_zeros() as usize;
                lanes &= lanes - 1;
                if self.stride == QUAD {
                    // The last of an odd number is paired with itself.
                    let two = if lanes == 0 {
                        one
                    } else {
                        first + lanes.trailing_zeros() as usize
                    };
                    lanes &= lanes.wrapping_sub(1);
                    let pixels = [(one, 0), (two, 0)];
                    if self.may_be_hit(simd, near, pixels) {
                        let pair = self.pair(simd, row, pixels);
                        visit(self, pair);
                    }
                } else {
                    for quad in (0..self.stride).step_by(2 * QUAD) {
                        // So is the last of an odd number of quads.
                        let second = (quad + QUAD).min(self.stride - QUAD);
                        let quads = [(one, quad), (one, second)];
                        if self.may_be_hit(simd, near, quads) {
                            let pair = self.pair(simd, row, quads);
                            visit(self, pair);
                        }
                    }
                }
            }
        }
    }

    /// False where all samples of two quads hit something nearer than a primitive begins.
    #[inline(always)]
    fn may_be_hit<S: Simd>(&self, simd: S, near: f32x8<S>, quads: [(usize, usize); 2]) -> bool {
        let [a, b] = self.places(quads);
        near.simd_le(two_quads(simd, &self.depth, a, b)).any_true()
    }

    /// Places of two quads, each given by its pixel and its first sample, in the lists of hits.
    #[inline(always)]
    fn places(&self, [a, b]: [(usize, usize); 2]) -> [usize; 2] {
        [
            usize::from(self.slots[a.0]) * self.stride + a.1,
            usize::from(self.slots[b.0]) * self.stride + b.1,
        ]
    }

    /// Loads the rays of two quads, each given by its pixel and its first sample.
    #[inline(always)]
    fn pair<S: Simd>(&self, simd: S, row: usize, quads: [(usize, usize); 2]) -> QuadPair<S> {
        let stride = self.stride;
        let [a, b] = quads;
        let column = |quad: (usize, usize)| quad.0 % TILE_PX * stride + quad.1;
        let columns = [column(a), column(b)];
        let rows = [row * stride + a.1, row * stride + b.1];
        QuadPair {
            x: two_quads(simd, self.xs.as_slice(), columns[0], columns[1]),
            y: two_quads(simd, self.ys.as_slice(), rows[0], rows[1]),
            length: two_quads(simd, self.x_squares.as_slice(), columns[0], columns[1])
                + two_quads(simd, self.y_squares.as_slice(), rows[0], rows[1]),
            at: self.places(quads),
        }
    }

    /// Writes the hits of a pair that are [nearest].
    #[inline(always)]
    fn depth_test<S: Simd>(
        &mut self,
        simd: S,
        pair: &QuadPair<S>,
        hit: mask32x8<S>,
        depth: f32x8<S>,
        id: u32x8<S>,
    ) {
        let [a, b] = pair.at;
        let current_depth = f32x4::from_slice(simd, &self.depth[a..a + QUAD])
            .combine(f32x4::from_slice(simd, &self.depth[b..b + QUAD]));
        let ids = PrimitiveId::numbers_mut(&mut self.ids);
        let current_id = u32x4::from_slice(simd, &ids[a..a + QUAD])
            .combine(u32x4::from_slice(simd, &ids[b..b + QUAD]));
        let (depth, id) = nearest(hit, [depth, current_depth], [id, current_id]);
        let (first, second) = depth.split();
        first.store_slice(&mut self.depth[a..a + QUAD]);
        second.store_slice(&mut self.depth[b..b + QUAD]);
        let (first, second) = id.split();
        first.store_slice(&mut ids[a..a + QUAD]);
        second.store_slice(&mut ids[b..b + QUAD]);
    }

    /// Enqueues the edge pixels for shading. A pixel all of whose samples hit what its centre hits
    /// is passed to `interior`; for each other one an accumulator is appended, and its samples are
    /// added to `batch` with the accumulator's index as their slot.
    pub(super) fn enqueue<S: Simd>(
        &self,
        simd: S,
        context: &FrameContext<'_>,
        tile: &Tile,
        edges: &Edges,
        batch: &mut ShadeBatch,
        accumulators: &mut Vec<ResolveAccumulator>,
        mut interior: impl FnMut(usize),
    ) {
        let (count, stride) = (self.count, self.stride);
        simd.vectorize(
            #[inline(always)]
            || {
                for (slot, pixel) in edges.pixels.iter().enumerate() {
                    let pixel = usize::from(*pixel);
                    let first = slot * stride;
                    let center = tile.ids[pixel];
                    if self.count_matching(simd, first, center) == stride
                        && !context.primitives.is_capped_or_clipped(center)
                    {
                        interior(pixel);
                        continue;
                    }
                    let (column, row) = (pixel % TILE_PX * stride, pixel / TILE_PX * stride);
                    for quad in (0..count).step_by(QUAD) {
                        let ids = PrimitiveId::numbers(&self.ids[first + quad..][..QUAD]);
                        let ids = u32x4::from_slice(simd, ids);
                        let none = PrimitiveId::NONE.splat_quad(simd);
                        let mut wanted = ids.simd_ne(none);
                        if count < quad + QUAD {
                            wanted &= mask32x4::from_bitmask(simd, (1 << (count - quad)) - 1);
                        }
                        batch.enqueue_quad(
                            wanted,
                            f32x4::from_slice(simd, &self.xs[column + quad..][..QUAD]),
                            f32x4::from_slice(simd, &self.ys[row + quad..][..QUAD]),
                            f32x4::from_slice(simd, &self.depth[first + quad..][..QUAD]),
                            ids,
                            u32x4::splat(simd, accumulators.len() as u32),
                        );
                    }
                    accumulators.push(ResolveAccumulator {
                        pixel: pixel as u16,
                        samples: count as u16,
                        sums: 0,
                    });
                }
            },
        );
    }

    /// Number of entries of the pixel that starts at `first` whose hit is `id`.
    #[inline(always)]
    fn count_matching<S: Simd>(&self, simd: S, first: usize, id: PrimitiveId) -> usize {
        let mut number = 0;
        for quad in (0..self.stride).step_by(QUAD) {
            let ids = PrimitiveId::numbers(&self.ids[first + quad..][..QUAD]);
            let ids = u32x4::from_slice(simd, ids);
            let equal = ids.simd_eq(id.splat_quad(simd)).to_bitmask();
            number += equal.count_ones() as usize;
        }
        number
    }
}
