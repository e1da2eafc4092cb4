//! Silhouettes, ambient occlusion and shadows: computed on the CPU from colours, depths and
//! normals, in the same way for all backends.
//!
//! A picture with effects is drawn as a larger one with one sample per pixel: twice, three or four
//! times as wide and high for four, nine and sixteen samples. The effects are applied to its
//! pixels, and their means are the picture, so lines are antialiased like outlines. Pictures that
//! would exceed [`MAX_EDGE_PX`] are magnified less. The picture is drawn strip by strip, which
//! bounds the memory; each strip is drawn with a margin as wide as an effect reaches, so neither
//! strips nor crops change a pixel. Labels are drawn on top later, and effects change no other
//! plane.
//!
//! The loops work on eight pixels at a time and share their rows among threads ([`RowThreads`]).
//! Neither changes a pixel: no multiplication is fused, and no sum depends on the split.

#![allow(
    clippy::inline_always,
    reason = "a SIMD operation that is not inlined into code compiled for its instructions is a call"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "`axis` indexes several arrays at once"
)]

mod ambient_light;
mod average;
mod camera;
mod occlusion;
mod padded;
mod rows;
mod shadows;
mod silhouettes;

use std::collections::BTreeSet;
use std::time::Instant;

use fearless_simd::i32x8;
use fearless_simd::prelude::*;
use molshot_scenes::job::MAX_EDGE_PX;
use molshot_scenes::{CropRect, Plane, RenderJob, SceneError, Viewport};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::{Frame, filled};
use crate::simd::LANES;
use ambient_light::Shade;
use average::average;
use camera::Camera;
use occlusion::Occlusion;
#[cfg(test)]
pub(crate) use rows::BAND_ROWS;
pub(crate) use rows::RowThreads;
use shadows::ShadowMap;
use silhouettes::{LineStyle, Silhouettes};

/// Approximate number of magnified pixels in a strip.
const STRIP_PIXELS: usize = 1 << 21;

/// A backend's drawing without effects and labels.
pub(crate) trait BaseRenderer {
    /// Draws a picture.
    ///
    /// # Errors
    /// As [`crate::Backend::draw_cancellable`].
    fn draw_base(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError>;

    /// Draws a part of a picture; its frame is returned through [`Self::recycle_part`].
    ///
    /// # Errors
    /// As [`crate::Backend::draw_cancellable`].
    fn draw_part(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        self.draw_base(job, cancel)
    }

    /// Takes a part's frame back.
    fn recycle_part(&mut self, frame: Frame) {
        drop(frame);
    }
}

/// Draws pictures with effects. Each backend owns one, because it keeps its buffers.
#[derive(Debug, Default)]
pub(crate) struct EffectsPass {
    threads: RowThreads,
    lines: Silhouettes,
    occlusion: Occlusion,
    shadows: ShadowMap,
}

impl EffectsPass {
    /// A pass that computes with these threads.
    pub(crate) fn new(threads: RowThreads) -> Self {
        Self {
            threads,
            ..Self::default()
        }
    }

    /// Draws a job with its effects; a job without effects is passed to the backend. Every
    /// effect looks at `cancel` every few rows of pixels.
    ///
    /// # Errors
    /// Those of the backend, [`RenderError::OutOfHostMemory`], and [`RenderError::Cancelled`].
    pub(crate) fn draw(
        &mut self,
        backend: &mut impl BaseRenderer,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        let effects = job.scene().effects;
        if effects.is_none() || !job.planes().contains(&Plane::Color) {
            return backend.draw_base(job, cancel);
        }
        let mut others = job.planes().clone();
        others.remove(&Plane::Color);
        let mut whole = if others.is_empty() {
            None
        } else {
            let job = job.with_planes(others).map_err(|error| internal(&error))?;
            Some(backend.draw_base(&job, cancel)?)
        };
        if effects.shadows {
            let light = shadows::job_of_light(job).map_err(|error| internal(&error))?;
            let mut frame = backend.draw_part(&light, cancel)?;
            self.shadows.set_depths(job, &light, &mut frame);
            backend.recycle_part(frame);
        }
        let crop = job.viewport().crop;
        let width = crop.width_px as usize;
        let mut color = filled(width * crop.height_px as usize * 4, 0)?;
        for strip in strips(job) {
            cancel.check()?;
            let start = Instant::now();
            let row = (strip.y_px - crop.y_px) as usize;
            let pixels = &mut color[row * width * 4..][..strip.height_px as usize * width * 4];
            let part = self.draw_strip(backend, job, strip, pixels, cancel)?;
            let whole = whole.get_or_insert_with(|| Frame {
                width_px: crop.width_px,
                height_px: crop.height_px,
                timings: crate::Timings::default(),
                ..part.without_planes()
            });
            whole.timings.upload += part.timings.upload;
            whole.timings.read_back += part.timings.read_back;
            whole.timings.draw += start
                .elapsed()
                .saturating_sub(part.timings.upload + part.timings.read_back);
            backend.recycle_part(part);
        }
        let mut frame = whole.ok_or_else(|| RenderError::Internal {
            reason: "a picture without rows cannot be drawn".into(),
        })?;
        frame.color_rgba = Some(color);
        Ok(frame)
    }

    /// Draws one strip into `pixels`; returns the magnified frame that it was computed from.
    fn draw_strip(
        &mut self,
        backend: &mut impl BaseRenderer,
        job: &RenderJob,
        strip: CropRect,
        pixels: &mut [u8],
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        let (effects, threads) = (job.scene().effects, self.threads);
        let factor = factor(job);
        let part = |region, factor, planes: &[Plane]| {
            job.magnified(
                region,
                factor,
                planes.iter().copied().collect::<BTreeSet<_>>(),
            )
            .map_err(|error| internal(&error))
        };
        if let Some(occlusion) = effects.ambient_occlusion {
            let region = with_margin(strip, occlusion::reach_px(job), job.viewport());
            let job_of_part = part(region, 1, &[Plane::Depth, Plane::Normal])?;
            let frame = backend.draw_part(&job_of_part, cancel)?;
            self.occlusion
                .fill(job, occlusion, [region, strip], &frame, threads, cancel)?;
            backend.recycle_part(frame);
        }
        let reach_px = effects.silhouettes.map_or(0, |s| s.width_px.ceil() as u32);
        let region = with_margin(strip, reach_px, job.viewport());
        let planes = [Plane::Color, Plane::Depth, Plane::Normal];
        let planes = &planes[..if effects.shadows { 3 } else { 2 }];
        let mut frame = backend.draw_part(&part(region, factor, planes)?, cancel)?;
        let size = [frame.width_px as usize, frame.height_px as usize];
        // The strip in the magnified region.
        let inner = CropRect {
            x_px: (strip.x_px - region.x_px) * factor,
            y_px: (strip.y_px - region.y_px) * factor,
            width_px: strip.width_px * factor,
            height_px: strip.height_px * factor,
        };
        if effects.shadows {
            let origin = [region.x_px * factor, region.y_px * factor];
            let camera = Camera::new(job, factor);
            self.shadows
                .darken(&camera, &mut frame, origin, inner, threads, cancel)?;
        }
        let (Some(color), Some(depth)) = (&mut frame.color_rgba, &frame.depth_angstrom) else {
            return Err(RenderError::Internal {
                reason: "a part of a picture was drawn without its planes".into(),
            });
        };
        let color = color.as_chunks_mut::<4>().0;
        if effects.ambient_occlusion.is_some() {
            let shade = Shade::new(job, factor, [region.x_px * factor, region.y_px * factor]);
            let planes = (&mut *color, depth.as_slice());
            shade.darken(&self.occlusion, planes, size[0], inner, threads, cancel)?;
        }
        if let Some(lines) = effects.silhouettes {
            let span = job.view().far_angstrom - job.view().near_angstrom;
            let style = LineStyle {
                radius_px: lines.width_px * factor as f32,
                jump_angstrom: span as f32 * lines.depth_jump,
                color: lines.color,
            };
            self.lines
                .draw((&mut *color, depth), size, style, threads, cancel)?;
        }
        let squares = average::Squares {
            color,
            width: size[0],
            inner,
            factor,
            transparent: frame.transparent,
            rounds: job.samples().rounds(),
        };
        average(&squares, pixels, threads, cancel)?;
        Ok(frame)
    }
}

/// A bug in molshot: every part of a valid job is valid.
fn internal(error: &SceneError) -> RenderError {
    RenderError::Internal {
        reason: format!("a part of a valid picture is invalid: {error}"),
    }
}

/// Magnification at which the picture is drawn.
fn factor(job: &RenderJob) -> u32 {
    let edge = job.viewport().width_px.max(job.viewport().height_px);
    let wanted = job.samples().count().isqrt();
    wanted.min(MAX_EDGE_PX / edge.max(1)).max(1)
}

/// The job's crop in strips.
fn strips(job: &RenderJob) -> impl Iterator<Item = CropRect> + use<> {
    let crop = job.viewport().crop;
    let factor = factor(job) as usize;
    let mut rows = (STRIP_PIXELS / (crop.width_px as usize * factor * factor)).max(1) as u32;
    if job.scene().effects.ambient_occlusion.is_some() {
        // The margin around a strip is drawn, too: strips must not be thin compared with it.
        rows = rows.max(2 * occlusion::reach_px(job));
    }
    (0..crop.height_px)
        .step_by(rows as usize)
        .map(move |row| CropRect {
            y_px: crop.y_px + row,
            height_px: rows.min(crop.height_px - row),
            ..crop
        })
}

/// A rectangle, widened by `by_px` on each side within the picture.
fn with_margin(rect: CropRect, by_px: u32, viewport: &Viewport) -> CropRect {
    let axis = |start: u32, length: u32, whole: u32| {
        let first = start.saturating_sub(by_px);
        let end = start
            .saturating_add(length)
            .saturating_add(by_px)
            .min(whole);
        (first, end - first)
    };
    let (x_px, width_px) = axis(rect.x_px, rect.width_px, viewport.width_px);
    let (y_px, height_px) = axis(rect.y_px, rect.height_px, viewport.height_px);
    CropRect {
        x_px,
        y_px,
        width_px,
        height_px,
    }
}

/// Up to eight pixels, red in the lowest byte; zero beyond the end.
#[inline(always)]
fn load_colors<S: Simd>(simd: S, pixels: &[[u8; 4]]) -> i32x8<S> {
    let mut lanes = [0; LANES];
    for (lane, pixel) in lanes.iter_mut().zip(pixels) {
        *lane = i32::from_le_bytes(*pixel);
    }
    i32x8::from_slice(simd, &lanes)
}

/// Writes up to eight pixels.
#[inline(always)]
fn store_colors<S: Simd>(colors: i32x8<S>, pixels: &mut [[u8; 4]]) {
    let mut lanes = [0; LANES];
    colors.store_slice(&mut lanes);
    for (pixel, lane) in pixels.iter_mut().zip(lanes) {
        *pixel = lane.to_le_bytes();
    }
}
