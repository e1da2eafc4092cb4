//! Darkens a magnified picture where little ambient light arrives.

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f32x8, i32x8};
use molshot_scenes::{CropRect, RenderJob};

use super::occlusion::Occlusion;
use super::padded::MARGIN_BEFORE;
use super::rows::RowThreads;
use super::{load_colors, store_colors};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::simd::{LANES, at_least_zero, at_most};

/// Added to the square of a difference of depths before it divides, square angstrom.
const LEAST_SQUARE_APART: f32 = 0.01;

/// Darkens the pixels of a magnified picture.
#[derive(Debug)]
pub(super) struct Shade {
    factor: u32,
    /// Of the magnified region.
    origin: [u32; 2],
    /// Depths at which fading begins and ends; none without a depth cue.
    cue: Option<[f32; 2]>,
    background: [f32; 3],
}

/// Between which values of a plane the pixels of a line of the magnified picture lie.
struct Interpolation {
    /// Index of the first of two values, margin included.
    first: Vec<u32>,
    /// Share of the second one.
    share: Vec<f32>,
}

impl Interpolation {
    /// For magnified pixels from `start` on, `count` of them and up to a whole chunk; `origin` is
    /// that of the plane, which has `length` values.
    fn new(start: u32, count: u32, factor: u32, origin: u32, length: u32) -> Self {
        let padded = (count as usize).next_multiple_of(LANES) as u32;
        let (first, share) = (0..padded)
            .map(|place| {
                let at = start + place.min(count.saturating_sub(1));
                // Twice the distance from the middle of the first pixel, in magnified pixels.
                let twice = i64::from(2 * at + 1) - i64::from(factor);
                let whole = i64::from(2 * factor);
                let first = twice.div_euclid(whole) - i64::from(origin) + MARGIN_BEFORE as i64;
                let first = first.clamp(0, i64::from(length) + MARGIN_BEFORE as i64 - 1);
                (first as u32, twice.rem_euclid(whole) as f32 / whole as f32)
            })
            .unzip();
        Self { first, share }
    }
}

impl Shade {
    /// `origin` is the left top corner of the region in the magnified picture.
    pub(super) fn new(job: &RenderJob, factor: u32, origin: [u32; 2]) -> Self {
        let scene = job.scene();
        let cue = scene.depth_cue;
        Self {
            factor,
            origin,
            cue: cue.map(|cue| {
                job.view()
                    .cue_depths_angstrom(cue)
                    .map(|depth| depth as f32)
            }),
            background: scene.background.color.map(f32::from),
        }
    }

    /// Darkens the pixels of `inner`, a part of the magnified picture `color` with rows of `width`.
    pub(super) fn darken(
        &self,
        occlusion: &Occlusion,
        (color, depth): (&mut [[u8; 4]], &[f32]),
        width: usize,
        inner: CropRect,
        threads: RowThreads,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let Some(region) = occlusion.region else {
            return Ok(());
        };
        let (factor, [left, top]) = (self.factor, self.origin);
        let columns = Interpolation::new(
            left + inner.x_px,
            inner.width_px,
            factor,
            region.x_px,
            region.width_px,
        );
        let lines = Interpolation::new(
            top + inner.y_px,
            inner.height_px,
            factor,
            region.y_px,
            region.height_px,
        );
        let first = inner.y_px as usize;
        let color = &mut color[first * width..][..inner.height_px as usize * width];
        let columns_px = inner.x_px as usize..(inner.x_px + inner.width_px) as usize;
        threads.for_each_band(color, width, cancel, |band, rows| {
            for (row, pixels) in (band..).zip(rows.chunks_exact_mut(width)) {
                let line = (lines.first[row] as usize, lines.share[row]);
                let depth = &depth[(first + row) * width..][columns_px.clone()];
                let pixels = &mut pixels[columns_px.clone()];
                dispatch!(threads.level, simd => {
                    self.darken_row(simd, occlusion, &columns, line, (pixels, depth));
                });
            }
        })
    }

    #[inline(always)]
    fn darken_row<S: Simd>(
        &self,
        simd: S,
        occlusion: &Occlusion,
        columns: &Interpolation,
        (line, down): (usize, f32),
        (pixels, depth): (&mut [[u8; 4]], &[f32]),
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let number = |x: f32| f32x8::splat(simd, x);
                let (zero, one) = (number(0.0), number(1.0));
                let (tall, down) = (number(1.0 - down), number(down));
                let row = line * occlusion.depth.stride;
                for (chunk, pixels) in pixels.chunks_mut(LANES).enumerate() {
                    let at = chunk * LANES;
                    let mut depths = [f32::INFINITY; LANES];
                    depths[..pixels.len()].copy_from_slice(&depth[at..at + pixels.len()]);
                    let depth = f32x8::from_slice(simd, &depths);
                    let seen = depth.simd_lt(number(f32::INFINITY));
                    if !seen.any_true() {
                        continue;
                    }
                    let right = f32x8::from_slice(simd, &columns.share[at..at + LANES]);
                    let wide = one - right;
                    let (mut sum, mut weights) = (zero, zero);
                    for (row, tall) in [(row, tall), (row + occlusion.depth.stride, down)] {
                        for (step, wide) in [(0, wide), (1, right)] {
                            let mut indices = [0; LANES];
                            for (index, first) in
                                indices.iter_mut().zip(&columns.first[at..at + LANES])
                            {
                                *index = row as u32 + first + step;
                            }
                            // The background is infinitely deep and has no weight.
                            let apart = occlusion.depth.gather(simd, &indices) - depth;
                            let weight = tall * wide / (number(LEAST_SQUARE_APART) + apart * apart);
                            sum += occlusion.light.gather(simd, &indices) * weight;
                            weights += weight;
                        }
                    }
                    let light = weights.simd_gt(zero).select(sum / weights, one);
                    let drawn = load_colors(simd, pixels);
                    let darkened = self.apply(simd, drawn, light, depth);
                    store_colors(seen.select(darkened, drawn), pixels);
                }
            },
        );
    }

    /// Darkens what is lit, and not what the depth cue has mixed in.
    #[inline(always)]
    fn apply<S: Simd>(
        &self,
        simd: S,
        pixels: i32x8<S>,
        light: f32x8<S>,
        depth: f32x8<S>,
    ) -> i32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let byte = i32x8::splat(simd, 255);
        let faded = match self.cue {
            None => number(0.0),
            Some([start, end]) => {
                let faded = (depth - number(start)) / (number(end) - number(start));
                at_most(simd, at_least_zero(simd, faded), 1.0)
            }
        };
        let mut darkened = pixels & i32x8::splat(simd, 255 << 24);
        for (channel, background) in self.background.into_iter().enumerate() {
            let shift = 8 * channel as u32;
            let level = f32x8::float_from((pixels >> shift) & byte);
            let cue = number(background) * faded;
            // What is drawn is at least the cue's part of it, up to rounding.
            let lit = at_least_zero(simd, level - cue);
            let level = at_most(simd, lit * light + cue + number(0.5), 255.0);
            darkened |= i32x8::truncate_from(level) << shift;
        }
        darkened
    }
}
