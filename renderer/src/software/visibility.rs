//! Visibility at the pixels' centres: depth and id of each, where outlines run, and which
//! primitives the samples of which pixels may hit.

use fearless_simd::f32x8;
use fearless_simd::prelude::*;

use super::context::FrameContext;
use super::intersect::{CappedCylinderX8, CylinderX8, RayX8, SphereQuadratic, SphereX8};
use super::primitives::{Cylinder, Primitive, ProjectedPrimitive, Sphere};
use super::tile::{CandidateRun, TILE_PX, Tile, TileRect, cylinder_columns, first_of_eight};
use crate::simd::LANES;

/// The greatest depths of blocks are recomputed once in so many primitives.
const OCCLUSION_CHECK_INTERVAL: usize = 32;

/// Where the outline of a sphere or cylinder runs, as squared distances of rays from its centre or
/// axis: within `reach` of the outline some rays of a pixel's samples may hit and others miss.
#[derive(Debug, Clone, Copy)]
struct OutlineBand {
    /// `(radius - reach)^2`
    inner: f32,
    /// `(radius + reach)^2`
    outer: f32,
    /// The squared half chord of a sample's ray is at most that of its pixel's centre plus this: it
    /// passes nearer than the centre's ray by at most `reach`, and the centre's ray passes at most
    /// `radius + reach` away.
    chord_excess: f32,
    reach: f32,
}

impl OutlineBand {
    #[inline(always)]
    fn new(radius: f32, reach: f32) -> Self {
        let inner = (radius - reach).max(0.0);
        Self {
            inner: inner * inner,
            outer: (radius + reach) * (radius + reach),
            chord_excess: reach * (2.0 * radius + reach),
            reach,
        }
    }
}

impl Tile {
    /// Casts the rays through all centres against the primitives of the tile's list. With `edges`
    /// it also notes outlines and candidates, which the stages for edges and samples read.
    pub(super) fn rasterize<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        members: &[ProjectedPrimitive],
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let primitives = context.primitives;
                for (count, projected) in members.iter().enumerate() {
                    if count % OCCLUSION_CHECK_INTERVAL == OCCLUSION_CHECK_INTERVAL - 1 {
                        if context.cancel.is_cancelled() {
                            break;
                        }
                        let farthest = self.update_max_depths(simd);
                        // All that follow lie behind everything that is visible, outlines included.
                        if projected.near_depth - context.max_depth_inversion > farthest {
                            break;
                        }
                    }
                    let Some(rect) = TileRect::clip(projected.rect_px, self.origin_px) else {
                        continue;
                    };
                    if !self.may_show(simd, rect, projected.near_depth) {
                        continue;
                    }
                    match primitives.get(projected.id) {
                        Primitive::Sphere(sphere) if sphere.near_clipped => {
                            self.rasterize_clipped_sphere::<S, PERSPECTIVE>(
                                simd, context, sphere, projected, rect, edges,
                            );
                        }
                        Primitive::Sphere(sphere) => {
                            self.rasterize_sphere(simd, context, sphere, projected, rect, edges);
                        }
                        Primitive::Cylinder(cylinder) if cylinder.needs_caps => {
                            self.rasterize_capped_cylinder::<S, PERSPECTIVE>(
                                simd, context, cylinder, projected, rect, edges,
                            );
                        }
                        Primitive::Cylinder(cylinder) => {
                            self.rasterize_cylinder::<S, PERSPECTIVE>(
                                simd, cylinder, projected, rect, edges,
                            );
                        }
                    }
                    let end = self.candidates.len() as u32;
                    if self.runs.last().map_or(0, |run| run.end) < end {
                        self.runs.push(CandidateRun {
                            id: projected.id,
                            near_depth: projected.near_depth,
                            end,
                        });
                    }
                }
            },
        );
    }

    /// A sphere wholly in front of the near plane.
    #[inline(always)]
    fn rasterize_sphere<S: Simd>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        sphere: &Sphere,
        projected: &ProjectedPrimitive,
        rect: TileRect,
        edges: bool,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let form = SphereQuadratic::new(context.camera, sphere);
        let outline = OutlineBand::new(sphere.radius, sphere.sample_reach);
        let radius_squared = number(form.radius_squared);
        let within = number(if edges {
            outline.outer
        } else {
            form.radius_squared
        });
        let inner = number(outline.inner);
        let chord_excess = number(outline.chord_excess);
        let reach = number(outline.reach);
        let near = number(sphere.near_depth);
        let zero = number(0.0);
        let ids = projected.id.splat(simd);
        let closest_x = number(form.closest[0]);
        for row in rect.top..rect.bottom + 1 {
            let y = number(self.ys[row]);
            let y_square = number(self.y_squares[row]);
            let closest_y = number(form.closest[1]) * y + number(form.closest[2]);
            let mut next = first_of_eight(rect.left, rect.right);
            while next <= rect.right {
                let column = next;
                next += LANES;
                if self.hides(row, column, sphere.near_depth) {
                    continue;
                }
                let x = f32x8::from_slice(simd, &self.xs[column..][..LANES]);
                let length = y_square + f32x8::from_slice(simd, &self.x_squares[column..][..LANES]);
                let distance = form.distances(simd, x, y);
                let in_reach = distance.simd_le(within * length);
                if !in_reach.any_true() {
                    continue;
                }
                let at = row * TILE_PX + column;
                let per_length = number(1.0) / length;
                let closest = (closest_x * x + closest_y) * per_length;
                let square = radius_squared * length - distance;
                if edges {
                    self.add_candidates(row, column, in_reach.to_bitmask() as u32);
                    let crossed = in_reach & distance.simd_ge(inner * length);
                    if crossed.any_true() {
                        // In angstrom along the ray, and so no less than in depth.
                        let chord = ((square + chord_excess * length) * per_length)
                            .max(zero)
                            .sqrt();
                        self.note_outline(simd, at, crossed, (closest - chord - reach).max(near));
                    }
                }
                let hit = square.simd_ge(zero);
                let depth = closest - square.sqrt() * per_length;
                self.depth_test(simd, at, hit, depth, ids);
            }
        }
    }

    /// A sphere that the near plane may cut.
    fn rasterize_clipped_sphere<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        sphere: &Sphere,
        projected: &ProjectedPrimitive,
        rect: TileRect,
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let spheres = SphereX8::splat(simd, sphere);
                let near = f32x8::splat(simd, context.camera.near_angstrom);
                let ids = projected.id.splat(simd);
                for row in rect.top..rect.bottom + 1 {
                    let mut next = first_of_eight(rect.left, rect.right);
                    while next <= rect.right {
                        let column = next;
                        next += LANES;
                        let at = self.mark_eight(simd, row, column, sphere.near_depth, edges);
                        let approach = spheres
                            .closest_approach::<PERSPECTIVE>(simd, self.rays(simd, row, column));
                        let (wall, hit) = approach.visible_wall(simd, near);
                        self.depth_test(simd, at, hit, approach.closest + wall, ids);
                    }
                }
            },
        );
    }

    /// The near wall of a cylinder whose ends are hidden.
    #[inline(always)]
    fn rasterize_cylinder<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        cylinder: &Cylinder,
        projected: &ProjectedPrimitive,
        rect: TileRect,
        edges: bool,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let cylinders = CylinderX8::splat(simd, cylinder);
        let ids = projected.id.splat_halves(simd);
        let zero = number(0.0);
        let outline = OutlineBand::new(cylinder.radius, cylinder.sample_reach);
        let within = number(if edges {
            outline.outer
        } else {
            cylinder.radius * cylinder.radius
        });
        let inner = number(outline.inner);
        let chord_excess = number(outline.chord_excess);
        let reach = number(cylinder.half_length + 2.0 * cylinder.sample_reach);
        let near = number(cylinder.near_depth);
        for row in rect.top..rect.bottom + 1 {
            let (left, right) = cylinder_columns(
                cylinder,
                projected.rect_px,
                self.rows_px[row],
                self.origin_px[0],
            );
            if left > right {
                continue;
            }
            let (left, right) = (left as usize, right as usize);
            let mut next = first_of_eight(left, right);
            while next <= right {
                let column = next;
                next += LANES;
                if self.hides(row, column, cylinder.near_depth) {
                    continue;
                }
                let approach =
                    cylinders.closest_approach::<PERSPECTIVE>(simd, self.rays(simd, row, column));
                let in_reach = approach.distance_squared.simd_le(within);
                if !in_reach.any_true() {
                    continue;
                }
                let at = row * TILE_PX + column;
                if edges {
                    self.add_candidates(row, column, in_reach.to_bitmask() as u32);
                    let crossed = in_reach & approach.distance_squared.simd_ge(inner);
                    if crossed.any_true() {
                        let longest = (approach.half_chord_squared + chord_excess).max(zero);
                        let half_chord = (longest * approach.per_across_squared).sqrt();
                        let place = approach.place_along(approach.closest).abs()
                            - approach.slope_along().abs() * half_chord;
                        // Not "less or equal": NaN counts as an outline.
                        let crossed = crossed & !place.simd_gt(reach);
                        // Along a cylinder that is viewed end on, depth changes faster than the
                        // place along its axis.
                        let steepness =
                            approach.slope_along().abs() * approach.per_across_squared.sqrt();
                        let before = number(outline.reach) * (number(1.0) + steepness);
                        let depth = approach.closest - half_chord - before;
                        self.note_outline(simd, at, crossed, depth.max(near));
                    }
                }
                let depth = approach.closest - approach.half_chord();
                let place = approach.place_along(depth);
                let hit = approach.half_chord_squared.simd_ge(zero)
                    & place.abs().simd_le(cylinders.half_length);
                let ids = place.simd_lt(zero).select(ids[0], ids[1]);
                self.depth_test(simd, at, hit, depth, ids);
            }
        }
    }

    /// A cylinder with everything that may be visible of it.
    fn rasterize_capped_cylinder<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        cylinder: &Cylinder,
        projected: &ProjectedPrimitive,
        rect: TileRect,
        edges: bool,
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let cylinders = CappedCylinderX8::splat(simd, cylinder);
                let near = f32x8::splat(simd, context.camera.near_angstrom);
                let ids = projected.id.splat_halves(simd);
                for row in rect.top..rect.bottom + 1 {
                    let (left, right) = cylinder_columns(
                        cylinder,
                        projected.rect_px,
                        self.rows_px[row],
                        self.origin_px[0],
                    );
                    if left > right {
                        continue;
                    }
                    let (left, right) = (left as usize, right as usize);
                    let mut next = first_of_eight(left, right);
                    while next <= right {
                        let column = next;
                        next += LANES;
                        let at = self.mark_eight(simd, row, column, cylinder.near_depth, edges);
                        let rays = self.rays(simd, row, column);
                        let hit = cylinders.hit::<PERSPECTIVE>(simd, rays, near);
                        let ids = hit.first_half.select(ids[0], ids[1]);
                        self.depth_test(simd, at, hit.hit, hit.depth, ids);
                    }
                }
            },
        );
    }

    /// Marks eight pixels from `column` on for sampling, for a primitive that may have creases,
    /// rims and far walls. Returns the place of the first.
    #[inline(always)]
    fn mark_eight<S: Simd>(
        &mut self,
        simd: S,
        row: usize,
        column: usize,
        near_depth: f32,
        edges: bool,
    ) -> usize {
        let at = row * TILE_PX + column;
        if edges {
            let zero = f32x8::splat(simd, 0.0);
            self.note_outline(simd, at, zero.simd_eq(zero), f32x8::splat(simd, near_depth));
            self.add_candidates(row, column, 255);
        }
        at
    }

    /// The rays through the centres of eight pixels from `column` on.
    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, row: usize, column: usize) -> RayX8<S> {
        RayX8 {
            x: f32x8::from_slice(simd, &self.xs[column..][..LANES]),
            y: f32x8::splat(simd, self.ys[row]),
        }
    }
}
