//! The stages of one tile in their order, as one thread runs them.

#[cfg(any(
    feature = "scalar",
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
))]
use fearless_simd::Fallback;
use fearless_simd::prelude::*;
use fearless_simd::{Level, f32x8, mask32x8, u32x8};
use molshot_scenes::Samples;

use super::band::{Band, FramePlan, TileOutput};
use super::borders::Borders;
use super::edges::Edges;
use super::junctions;
use super::mesh::{MeshTile, TilePlace};
use super::primitive_id::PrimitiveId;
use super::primitives::ProjectedPrimitive;
use super::resolve::ResolveAccumulator;
use super::samples::EdgeSamples;
use super::shading::{ShadeBatch, ShadeResults};
use super::tile::{TILE_PIXELS, TILE_PX, Tile};
use crate::simd::{LANES, for_each_lane};

/// The buffers of one thread, reused from tile to tile and from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Worker {
    tile: Tile,
    edges: Edges,
    samples: EdgeSamples,
    borders: Borders,
    /// Pixels all of whose samples show one surface, shaded at their centres.
    interior: ShadeBatch,
    /// Samples of pixels that show several surfaces.
    edge_samples: ShadeBatch,
    /// Interior pixels whose light varies, shaded at their samples.
    supersampled: ShadeBatch,
    accumulators: Vec<ResolveAccumulator>,
    mesh: MeshTile,
}

impl Worker {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.tile.runs.capacity(),
            self.tile.candidates.capacity(),
            self.edges.pixels.capacity(),
            self.accumulators.capacity(),
        ]);
        self.samples.capacities(capacities);
        self.borders.capacities(capacities);
        self.interior.capacities(capacities);
        self.edge_samples.capacities(capacities);
        self.supersampled.capacities(capacities);
        self.mesh.capacities(capacities);
    }

    /// Draws the tiles of a band that the bins hold, with the instructions of `level`.
    pub(super) fn draw(&mut self, level: Level, plan: &FramePlan<'_>, band: &mut Band<'_>) {
        match level {
            #[cfg(target_arch = "aarch64")]
            Level::Neon(simd) => self.draw_with(simd, plan, band),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Sse2(simd) => self.draw_with(simd, plan, band),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx2(simd) => self.draw_with(simd, plan, band),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Level::Avx512(simd) => self.draw_with(simd, plan, band),
            #[cfg(any(
                feature = "scalar",
                not(any(target_arch = "x86_64", target_arch = "aarch64"))
            ))]
            _ => self.draw_with(Fallback::new(), plan, band),
            #[cfg(all(
                not(feature = "scalar"),
                any(target_arch = "x86_64", target_arch = "aarch64")
            ))]
            _ => unreachable!("no instruction set has the level {level:?}"),
        }
    }

    fn draw_with<S: Simd>(&mut self, simd: S, plan: &FramePlan<'_>, band: &mut Band<'_>) {
        if plan.context.camera.perspective {
            self.draw_band::<_, true>(simd, plan, band);
        } else {
            self.draw_band::<_, false>(simd, plan, band);
        }
    }

    fn draw_band<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        band: &mut Band<'_>,
    ) {
        let columns = plan.bins.columns(band.row);
        if columns.start == 0 {
            band.clear(simd, plan);
        }
        self.mesh.begin_row(plan, band.row);
        for column in columns {
            // The frame is given up by the caller.
            if plan.context.cancel.is_cancelled() {
                return;
            }
            let members = plan.bins.members(column, band.row);
            if !members.is_empty() || self.mesh.touches(column) {
                self.draw_tile::<S, PERSPECTIVE>(simd, plan, column, members, band);
            }
        }
    }

    fn draw_tile<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        column: usize,
        members: &[ProjectedPrimitive],
        band: &mut Band<'_>,
    ) {
        let (grid, context) = (&plan.grid, &plan.context);
        let origin = [
            grid.origin_px[0] + column as i32 * grid.step_px - grid.apron_px,
            grid.origin_px[1] + band.row as i32 * grid.step_px - grid.apron_px,
        ];
        let output = TileOutput::of(plan, column, band);
        let antialiased = !plan.offsets_px.is_empty();
        let first_lines = [
            column * grid.step_px as usize,
            band.row * grid.step_px as usize,
        ];
        self.tile
            .begin_tile(simd, plan.axis_rays, first_lines, origin);
        self.tile.rasterize::<S, PERSPECTIVE>(
            simd,
            context,
            members,
            antialiased && !plan.analytic,
        );
        self.edges.clear();
        // With one sample per pixel the colours, too, are those of the centres.
        let all_at_once = plan.planes && plan.colors && !antialiased;
        if plan.planes {
            // No edges are known yet, so all centres are shaded: planes other than colour show what
            // the centres hit, whatever the samples hit.
            self.enqueue_interior(simd, plan, &output);
            self.interior
                .shade::<S, PERSPECTIVE, true>(simd, context, false, |results| {
                    for_each_lane(results.lanes, |lane| band.write_planes(plan, results, lane));
                    if all_at_once {
                        write_colors(band.pixels(), results);
                    }
                });
        }
        if plan.colors && !all_at_once {
            if plan.analytic {
                self.borders.find(simd, context, &self.tile);
                self.edges.set(self.borders.rows, &self.borders.several);
            } else if antialiased {
                self.edges.find(simd, context, &self.tile);
                if !self.edges.pixels.is_empty() {
                    self.samples.rasterize::<S, PERSPECTIVE>(
                        simd,
                        context,
                        &self.tile,
                        &self.edges,
                        members,
                        plan.axis_rays,
                        first_lines,
                        plan.offsets_px.len(),
                    );
                }
            }
            self.shade_colors::<S, PERSPECTIVE>(simd, plan, &output, band);
        }
        if self.mesh.touches(column) {
            let place = TilePlace {
                column,
                first_lines,
                output,
                members,
            };
            (self.mesh).draw::<S, PERSPECTIVE>(simd, plan, place, &self.tile, band);
        }
    }

    /// Enqueues all pixels whose centres hit a primitive, except edges.
    fn enqueue_interior<S: Simd>(&mut self, simd: S, plan: &FramePlan<'_>, output: &TileOutput) {
        let apron = plan.grid.apron_px as usize;
        self.interior.clear(TILE_PIXELS);
        simd.vectorize(
            #[inline(always)]
            || {
                let none = PrimitiveId::NONE.splat(simd);
                let ids = PrimitiveId::numbers(self.tile.ids.as_slice());
                for row in 0..output.rows {
                    let tile_row = row + apron;
                    let shown = ((1_u64 << output.columns) - 1) as u32
                        & !(self.edges.rows[tile_row] >> apron);
                    let start = output.start(row) as u32;
                    for first in (0..output.columns).step_by(LANES) {
                        // The last chunk is moved back so that it ends within the tile's row.
                        let from = (apron + first).min(TILE_PX - LANES);
                        let column = from - apron;
                        // Pixels of earlier chunks are not enqueued again.
                        let shown = (shown & !((1_u32 << first) - 1)) >> column & 255;
                        let at = tile_row * TILE_PX + from;
                        let id = u32x8::from_slice(simd, &ids[at..at + LANES]);
                        let shown = mask32x8::from_bitmask(simd, u64::from(shown));
                        let wanted = shown & id.simd_ne(none);
                        if wanted.any_true() {
                            self.interior.enqueue_row(
                                simd,
                                wanted,
                                f32x8::from_slice(simd, &self.tile.xs[from..from + LANES]),
                                self.tile.ys[tile_row],
                                f32x8::from_slice(simd, &self.tile.depth[at..at + LANES]),
                                id,
                                start + column as u32,
                            );
                        }
                    }
                }
            },
        );
    }

    /// Shades the pixels of a tile, and resolves those that have several surfaces.
    fn shade_colors<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        output: &TileOutput,
        band: &mut Band<'_>,
    ) {
        let context = &plan.context;
        let apron = plan.grid.apron_px as usize;
        let pixels = band.pixels();
        self.enqueue_interior(simd, plan, output);
        let samples_per_edge = if plan.analytic {
            Samples::Sixteen.offsets_px().len()
        } else {
            plan.offsets_px.len()
        };
        let (tile, interior) = (&self.tile, &mut self.interior);
        self.edge_samples
            .clear(self.edges.pixels.len() * samples_per_edge);
        self.accumulators.clear();
        if plan.analytic {
            junctions::enqueue::<S, PERSPECTIVE>(
                simd,
                context,
                tile,
                &self.edges.pixels,
                Samples::Sixteen.offsets_px(),
                &mut self.edge_samples,
                &mut self.accumulators,
            );
        } else if !self.edges.pixels.is_empty() {
            self.samples.enqueue(
                simd,
                context,
                tile,
                &self.edges,
                &mut self.edge_samples,
                &mut self.accumulators,
                #[inline(always)]
                |pixel| {
                    let id = tile.ids[pixel];
                    if id != PrimitiveId::NONE
                        && let Some(index) = output.index(pixel, apron)
                    {
                        let (x, y) = (tile.xs[pixel % TILE_PX], tile.ys[pixel / TILE_PX]);
                        interior.enqueue(x, y, tile.depth[pixel], id, index as u32);
                    }
                },
            );
        }
        let supersampled = &mut self.supersampled;
        let sampled = !plan.offsets_px.is_empty();
        supersampled.clear(TILE_PIXELS);
        // A mean that is rounded down is lower than the value at the pixel's centre even where the
        // light is nearly constant, so every pixel is supersampled.
        let everywhere = sampled && !plan.round_half_up;
        self.interior.shade::<S, PERSPECTIVE, false>(
            simd,
            context,
            everywhere,
            #[inline(always)]
            |results| {
                write_colors(pixels, results);
                if sampled {
                    for_each_lane(
                        results.needs_supersampling,
                        #[inline(always)]
                        |lane| {
                            let (x, y) = (results.x[lane], results.y[lane]);
                            supersampled.enqueue(x, y, 0.0, results.ids[lane], results.slots[lane]);
                        },
                    );
                }
            },
        );
        if !sampled {
            return;
        }
        supersampled.shade_supersampled::<S, PERSPECTIVE>(
            simd,
            context,
            plan.offsets_px,
            plan.round_half_up,
            #[inline(always)]
            |results| {
                write_colors(pixels, results);
            },
        );
        if plan.analytic {
            let background = (!plan.transparent).then_some(plan.background);
            self.borders.draw::<S, PERSPECTIVE>(
                simd,
                context,
                &self.tile,
                background,
                #[inline(always)]
                |pixel, color| {
                    if let Some(index) = output.index(pixel, apron)
                        && let Some(pixel) = pixels.get_mut(index)
                    {
                        // What rounds to alpha 0 has no colour, as with samples.
                        let is_empty = color >> 24 == 0;
                        let color = if is_empty { plan.background } else { color };
                        *pixel = color.to_le_bytes();
                    }
                },
            );
        }
        let accumulators = &mut self.accumulators;
        self.edge_samples.shade::<S, PERSPECTIVE, false>(
            simd,
            context,
            false,
            #[inline(always)]
            |results| {
                for_each_lane(
                    results.lanes,
                    #[inline(always)]
                    |lane| {
                        let (index, count) = ResolveAccumulator::of_slot(results.slots[lane]);
                        if let Some(accumulator) = accumulators.get_mut(index) {
                            accumulator.add(results.color[lane], count);
                        }
                    },
                );
            },
        );
        for accumulator in &self.accumulators {
            if let Some(index) = output.index(usize::from(accumulator.pixel), apron)
                && let Some(pixel) = pixels.get_mut(index)
            {
                *pixel = accumulator.resolve(plan.background, plan.transparent, plan.round_half_up);
            }
        }
    }
}

/// Writes colours to the pixels that their slots name.
#[inline(always)]
fn write_colors(pixels: &mut [[u8; 4]], results: &ShadeResults<'_>) {
    for_each_lane(
        results.lanes,
        #[inline(always)]
        |lane| {
            if let Some(pixel) = pixels.get_mut(results.slots[lane] as usize) {
                *pixel = results.color[lane].to_le_bytes();
            }
        },
    );
}
