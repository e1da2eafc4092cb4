//! What one thread does: bands, tile by tile.

#[cfg(any(
    feature = "scalar",
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
))]
use fearless_simd::Fallback;
use fearless_simd::prelude::*;
use fearless_simd::{Level, f32x8, mask32x8, u32x8};

use super::band::{Band, Part, Plan};
use super::edges::Edges;
use super::mixed::Mixed;
use super::queue::{Answers, Queue};
use super::samples::Samples;
use super::tile::{LANES, NOTHING, TILE_PIXELS, TILE_PX, Tile};

/// What one thread works with; the buffers stay from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Worker {
    tile: Tile,
    edges: Edges,
    samples: Samples,
    /// Pixels that are shaded once.
    even: Queue,
    /// Samples of pixels that show several surfaces.
    mixed_samples: Queue,
    /// Pixels whose highlight is sampled.
    highlights: Queue,
    mixed: Vec<Mixed>,
}

impl Worker {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.tile.runs.capacity(),
            self.tile.touches.capacity(),
            self.edges.pixels.capacity(),
            self.mixed.capacity(),
        ]);
        self.samples.capacities(capacities);
        self.even.capacities(capacities);
        self.mixed_samples.capacities(capacities);
        self.highlights.capacities(capacities);
    }

    /// Draws a band.
    pub(super) fn draw(&mut self, level: Level, plan: &Plan<'_>, band: Band<'_>) {
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
            _ => unreachable!("no set of instructions stands for {level:?}"),
        }
    }

    fn draw_with<S: Simd>(&mut self, simd: S, plan: &Plan<'_>, mut band: Band<'_>) {
        if plan.picture.camera.perspective {
            self.draw_band::<_, true>(simd, plan, &mut band);
        } else {
            self.draw_band::<_, false>(simd, plan, &mut band);
        }
    }

    fn draw_band<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        band: &mut Band<'_>,
    ) {
        band.clear(simd, plan);
        for column in 0..plan.grid.columns {
            let members = plan.bins.members(column, band.row);
            if !members.is_empty() {
                self.draw_tile::<S, PERSPECTIVE>(simd, plan, column, members, band);
            }
        }
    }

    fn draw_tile<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        column: usize,
        members: &[u32],
        band: &mut Band<'_>,
    ) {
        let (grid, picture) = (&plan.grid, &plan.picture);
        let origin = [
            grid.origin_px[0] + column as i32 * grid.step_px - grid.apron_px,
            grid.origin_px[1] + band.row as i32 * grid.step_px - grid.apron_px,
        ];
        let part = Part::of(plan, column, band);
        let antialiased = !plan.offsets_px.is_empty();
        let at = [
            column * grid.step_px as usize,
            band.row * grid.step_px as usize,
        ];
        self.tile.turn_to(simd, plan.lines, at, origin);
        self.tile
            .see::<S, PERSPECTIVE>(simd, picture, members, antialiased);
        self.edges.clear();
        // Without samples the colours are those of the centres, too.
        let all_at_once = plan.planes && plan.colors && !antialiased;
        if plan.planes {
            // Whatever the colours' samples meet, the other planes show what the centres meet.
            self.ask_even(simd, plan, &part);
            self.even
                .answer::<S, PERSPECTIVE, true>(simd, picture, false, |answers| {
                    Answers::each(answers.lanes, |lane| band.put(plan, answers, lane));
                    if all_at_once {
                        set_colors(band.pixels(), answers);
                    }
                });
        }
        if plan.colors && !all_at_once {
            if antialiased {
                self.edges.find(simd, picture, &self.tile);
                if !self.edges.pixels.is_empty() {
                    self.samples.see::<S, PERSPECTIVE>(
                        simd,
                        picture,
                        &self.tile,
                        &self.edges,
                        members,
                        plan.lines,
                        at,
                        plan.offsets_px.len(),
                    );
                }
            }
            self.color::<S, PERSPECTIVE>(simd, plan, &part, band);
        }
    }

    /// Asks for all centres that meet something and are not edges.
    fn ask_even<S: Simd>(&mut self, simd: S, plan: &Plan<'_>, part: &Part) {
        let apron = plan.grid.apron_px as usize;
        self.even.clear(TILE_PIXELS);
        simd.vectorize(
            #[inline(always)]
            || {
                let nothing = u32x8::splat(simd, NOTHING);
                for row in 0..part.rows {
                    let tile_row = row + apron;
                    let shown = ((1_u64 << part.columns) - 1) as u32
                        & !(self.edges.rows[tile_row] >> apron);
                    let start = part.start(row) as u32;
                    for first in (0..part.columns).step_by(LANES) {
                        // The last chunk is moved back so that it ends in the tile's row.
                        let from = (apron + first).min(TILE_PX - LANES);
                        let column = from - apron;
                        // What earlier chunks had is not asked for again.
                        let shown = (shown & !((1_u32 << first) - 1)) >> column & 255;
                        let at = tile_row * TILE_PX + from;
                        let key = u32x8::from_slice(simd, &self.tile.key[at..at + LANES]);
                        let shown = mask32x8::from_bitmask(simd, u64::from(shown));
                        let wanted = shown & key.simd_ne(nothing);
                        if wanted.any_true() {
                            self.even.push_row(
                                simd,
                                wanted,
                                f32x8::from_slice(simd, &self.tile.xs[from..from + LANES]),
                                self.tile.ys[tile_row],
                                f32x8::from_slice(simd, &self.tile.depth[at..at + LANES]),
                                key,
                                start + column as u32,
                            );
                        }
                    }
                }
            },
        );
    }

    /// Sets the colours of a tile.
    fn color<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        part: &Part,
        band: &mut Band<'_>,
    ) {
        let picture = &plan.picture;
        let apron = plan.grid.apron_px as usize;
        let pixels = band.pixels();
        self.ask_even(simd, plan, part);
        let (tile, even) = (&self.tile, &mut self.even);
        self.mixed_samples
            .clear(self.edges.pixels.len() * plan.offsets_px.len());
        self.mixed.clear();
        if !self.edges.pixels.is_empty() {
            self.samples.ask(
                simd,
                picture,
                tile,
                &self.edges,
                &mut self.mixed_samples,
                &mut self.mixed,
                #[inline(always)]
                |pixel| {
                    let key = tile.key[pixel];
                    if key != NOTHING
                        && let Some(place) = part.place(pixel, apron)
                    {
                        let (x, y) = (tile.xs[pixel % TILE_PX], tile.ys[pixel / TILE_PX]);
                        even.push(x, y, tile.depth[pixel], key, place as u32);
                    }
                },
            );
        }
        let highlights = &mut self.highlights;
        let sampled = !plan.offsets_px.is_empty();
        highlights.clear(TILE_PIXELS);
        // A mean that is cut down lies below the light at the pixel's centre: it is taken sample by
        // sample everywhere.
        let everywhere = sampled && !plan.rounds;
        self.even.answer::<S, PERSPECTIVE, false>(
            simd,
            picture,
            everywhere,
            #[inline(always)]
            |answers| {
                set_colors(pixels, answers);
                if sampled {
                    Answers::each(
                        answers.uneven,
                        #[inline(always)]
                        |lane| {
                            let (x, y) = (answers.x[lane], answers.y[lane]);
                            highlights.push(x, y, 0.0, answers.key[lane], answers.slot[lane]);
                        },
                    );
                }
            },
        );
        if !sampled {
            return;
        }
        highlights.answer_sampled::<S, PERSPECTIVE>(
            simd,
            picture,
            plan.offsets_px,
            plan.rounds,
            #[inline(always)]
            |answers| {
                set_colors(pixels, answers);
            },
        );
        let mixed = &mut self.mixed;
        self.mixed_samples.answer::<S, PERSPECTIVE, false>(
            simd,
            picture,
            false,
            #[inline(always)]
            |answers| {
                Answers::each(
                    answers.lanes,
                    #[inline(always)]
                    |lane| {
                        if let Some(mixed) = mixed.get_mut(answers.slot[lane] as usize) {
                            mixed.add(answers.color[lane]);
                        }
                    },
                );
            },
        );
        for mixed in &self.mixed {
            if let Some(place) = part.place(usize::from(mixed.pixel), apron)
                && let Some(pixel) = pixels.get_mut(place)
            {
                *pixel = mixed.mean(plan.background, plan.transparent, plan.rounds);
            }
        }
    }
}

/// Puts the colours of answers where their slots say.
#[inline(always)]
fn set_colors(pixels: &mut [[u8; 4]], answers: &Answers<'_>) {
    Answers::each(
        answers.lanes,
        #[inline(always)]
        |lane| {
            if let Some(pixel) = pixels.get_mut(answers.slot[lane] as usize) {
                *pixel = answers.color[lane].to_le_bytes();
            }
        },
    );
}
