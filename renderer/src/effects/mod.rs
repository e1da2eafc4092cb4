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

mod occlusion;
mod shadows;
mod silhouettes;

use std::collections::BTreeSet;
use std::time::Instant;

use molshot_scenes::job::MAX_EDGE_PX;
use molshot_scenes::{CropRect, Plane, RenderJob, SceneError, Viewport};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::{Frame, filled};
use occlusion::{Camera, Occlusion, Shade};
use shadows::ShadowMap;
use silhouettes::Silhouettes;

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
    lines: Silhouettes,
    occlusion: Occlusion,
    shadows: ShadowMap,
}

impl EffectsPass {
    /// Draws a job with its effects; a job without effects is passed to the backend. Every
    /// effect looks at `cancel` before each of its rows of pixels.
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
        let effects = job.scene().effects;
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
                .fill(job, occlusion, region, strip, &frame, cancel)?;
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
            self.shadows
                .darken(&Camera::new(job, factor), &mut frame, origin, inner, cancel)?;
        }
        let (Some(color), Some(depth)) = (&mut frame.color_rgba, &frame.depth_angstrom) else {
            return Err(RenderError::Internal {
                reason: "a part of a picture was drawn without its planes".into(),
            });
        };
        let color = color.as_chunks_mut::<4>().0;
        if effects.ambient_occlusion.is_some() {
            let shade = Shade::new(job, factor, [region.x_px * factor, region.y_px * factor]);
            self.occlusion
                .darken(&shade, color, depth, size[0], inner, cancel)?;
        }
        if let Some(lines) = effects.silhouettes {
            let span = job.view().far_angstrom - job.view().near_angstrom;
            let jump = span as f32 * lines.depth_jump;
            let radius = lines.width_px * factor as f32;
            self.lines
                .draw(color, depth, size, radius, jump, lines.color, cancel)?;
        }
        cancel.check()?;
        let rounds = job.samples().rounds();
        average(
            color,
            size[0],
            inner,
            factor,
            frame.transparent,
            rounds,
            pixels,
        );
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

/// Averages squares of `factor` x `factor` pixels in integers, rounded half up (`rounds`) or down,
/// as `shaders/resolve.wgsl` does. `inner` is the wanted part of `color` (rows of `width`). With
/// straight alpha a colour is the mean of the covered pixels.
fn average(
    color: &[[u8; 4]],
    width: usize,
    inner: CropRect,
    factor: u32,
    transparent: bool,
    rounds: bool,
    pixels: &mut [u8],
) {
    let half = u32::from(rounds);
    let (factor, columns) = (factor as usize, inner.width_px as usize);
    let count = (factor * factor) as u32;
    let rows = pixels
        .as_chunks_mut::<4>()
        .0
        .chunks_exact_mut((columns / factor).max(1));
    for (row, pixels) in rows.enumerate() {
        let first = (inner.y_px as usize + row * factor) * width + inner.x_px as usize;
        if factor == 1 {
            pixels.copy_from_slice(&color[first..first + columns]);
            continue;
        }
        for (column, pixel) in pixels.iter_mut().enumerate() {
            let mut sums = [0_u32; 4];
            for line in 0..factor {
                let at = first + line * width + column * factor;
                for fine in &color[at..at + factor] {
                    let seen = u32::from(fine[3] != 0);
                    for (sum, level) in sums.iter_mut().zip(fine) {
                        *sum += u32::from(*level) * seen;
                    }
                }
            }
            let covered = sums[3] / 255;
            let over = if transparent { covered.max(1) } else { count };
            for (level, sum) in pixel.iter_mut().zip(sums) {
                *level = ((2 * sum + half * over) / (2 * over)) as u8;
            }
            pixel[3] = ((2 * sums[3] + half * count) / (2 * count)) as u8;
        }
    }
}
