//! Draws labels over a picture: text to glyphs to coverage to pixels, on the CPU and in integer
//! arithmetic, in the same way for all backends.
//!
//! Both backends pass their finished frame to [`LabelDrawer::overlay`], so they write the same
//! bytes; a crop shows exactly the pixels of the whole picture. Far labels are drawn first. Only
//! the colour plane is touched. [`boxes()`] lists where they are.

mod blend;
mod boxes;
mod cache;
mod coverage;
mod font;
mod place;
mod rim;
mod sample;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use molshot_scenes::{CropRect, Plane, RenderJob, Scene};

pub use boxes::{InkBox, LabelBox, boxes};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;
use blend::{Canvas, Ink};
use cache::{Cache, Place};
use font::{Font, Line, units_to_px};
use place::Placed;
use rim::Mask;

/// Draws labels. Each backend owns one: it keeps the glyphs that it has rasterised (at most 16
/// MiB) and the layout of the last scene's texts.
#[derive(Debug, Default)]
pub struct LabelDrawer {
    cache: Cache,
    laid_out: Option<LaidOut>,
    mask: Mask,
}

/// A scene's texts, laid out.
#[derive(Debug)]
struct LaidOut {
    scene: Arc<Scene>,
    lines: Vec<Line>,
}

/// The characters of a scene's labels that the font lacks, each once and in order: they are drawn
/// as boxes.
#[must_use]
pub fn boxed_characters(scene: &Scene) -> BTreeSet<char> {
    let Some(font) = Font::get() else {
        return BTreeSet::new();
    };
    let labels = scene.labels.list.iter();
    labels
        .flat_map(|label| label.text.chars())
        .filter(|character| !font.has(*character))
        .collect()
}

/// The job to draw before [`LabelDrawer::overlay`]: as it is, or with the depth plane that its
/// labels are compared with.
#[must_use]
pub fn underlay(job: &RenderJob) -> Cow<'_, RenderJob> {
    job.with_depth_for_labels()
        .map_or(Cow::Borrowed(job), Cow::Owned)
}

impl LabelDrawer {
    /// Draws a job's labels over the frame that a backend made of its [`underlay`], takes the
    /// depth plane out again if the job does not ask for it, and adds the labels' places, where
    /// the job has atom ids, and the time to the frame's.
    /// `cancel` is looked at before each label.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`]; the frame then has some of the labels.
    pub fn overlay(
        &mut self,
        job: &RenderJob,
        frame: &mut Frame,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        if job.scene().labels.list.is_empty() {
            return Ok(());
        }
        let start = Instant::now();
        self.draw(job, frame, cancel)?;
        // While the letters are still in the buffers.
        if frame.color_rgba.is_some() && job.planes().contains(&Plane::AtomId) {
            frame.label_boxes = Some(self.boxes(job, cancel)?);
        }
        if job.with_depth_for_labels().is_some() {
            frame.depth_angstrom = None;
        }
        frame.timings.labels = start.elapsed();
        Ok(())
    }

    fn draw(
        &mut self,
        job: &RenderJob,
        frame: &mut Frame,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let (Some(font), Some(rgba)) = (Font::get(), frame.color_rgba.as_mut()) else {
            return Ok(());
        };
        let scene = job.scene();
        let labels = &scene.labels;
        let crop = job.viewport().crop;
        self.lay_out(font, scene, cancel)?;
        let lines = self.laid_out.as_ref().map_or(&[][..], |l| &l.lines);
        let mut canvas = Canvas {
            rgba,
            depth_angstrom: frame.depth_angstrom.as_deref().filter(|_| !labels.on_top),
            origin: [crop.x_px as i32, crop.y_px as i32],
            size: [crop.width_px as usize, crop.height_px as usize],
            transparent: frame.transparent,
        };
        for placed in place::place(job, lines, cancel)? {
            cancel.check()?;
            if !reaches(&placed, crop) {
                continue;
            }
            let ink = |rgb| Ink {
                rgb: faded(rgb, scene.background.color, placed.kept),
                depth_angstrom: placed.depth_angstrom as f32,
            };
            let line = &lines[placed.index];
            if let Some(outline) = labels.outline {
                self.mask.clear();
                for (glyph, place) in glyphs(line, &placed) {
                    let glyph = self.cache.glyph(font, glyph, placed.em_px, place);
                    self.mask.add(glyph);
                }
                self.mask
                    .blend_rim(&mut canvas, outline.width_px, ink(outline.color));
            }
            let ink = ink(labels.list[placed.index].color);
            for (glyph, place) in glyphs(line, &placed) {
                let glyph = self.cache.glyph(font, glyph, placed.em_px, place);
                canvas.blend(glyph.left, glyph.top, glyph.width, glyph.levels, ink);
            }
        }
        Ok(())
    }

    /// Lays out a scene's texts, unless that is done.
    fn lay_out(
        &mut self,
        font: &Font,
        scene: &Arc<Scene>,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let done = self.laid_out.as_ref();
        if !done.is_some_and(|laid_out| Arc::ptr_eq(&laid_out.scene, scene)) {
            self.laid_out = Some(LaidOut {
                scene: Arc::clone(scene),
                lines: place::lay_out(font, &scene.labels.list, cancel)?,
            });
        }
        Ok(())
    }

    /// The labels of a picture and the pixels that they touch.
    fn placed_with_ink(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Vec<(Placed, Option<InkBox>)>, RenderError> {
        let Some(font) = Font::get() else {
            return Ok(Vec::new());
        };
        self.lay_out(font, job.scene(), cancel)?;
        let lines = self.laid_out.as_ref().map_or(&[][..], |l| &l.lines);
        place::place(job, lines, cancel)?
            .into_iter()
            .map(|placed| {
                cancel.check()?;
                let mut ink: Option<InkBox> = None;
                for (glyph, place) in glyphs(&lines[placed.index], &placed) {
                    let glyph = self.cache.glyph(font, glyph, placed.em_px, place);
                    if glyph.width > 0 {
                        let touched = InkBox {
                            left_px: glyph.left,
                            top_px: glyph.top,
                            right_px: glyph.left.saturating_add(glyph.width as i32),
                            bottom_px: glyph
                                .top
                                .saturating_add((glyph.levels.len() / glyph.width) as i32),
                        };
                        ink = Some(ink.map_or(touched, |ink| ink.union(touched)));
                    }
                }
                Ok((placed, ink))
            })
            .collect()
    }
}

/// The glyphs of a line and where each lies.
fn glyphs<'a>(line: &'a Line, placed: &Placed) -> impl Iterator<Item = (u16, Place)> + use<'a> {
    let ([x, y], em) = (placed.base_px, placed.em_px[0]);
    line.glyphs
        .iter()
        .filter_map(move |(glyph, at)| Some((*glyph, Place::new(x + units_to_px(*at, em), y)?)))
}

/// Whether a label's letters can be in the drawn region: they and their outline reach out of the
/// line's box by less than the line's height and the widest outline.
fn reaches(placed: &Placed, crop: CropRect) -> bool {
    let [left, top, right, bottom] = placed.box_px;
    let reach = placed.line_px + f64::from(molshot_scenes::labels::Outline::MAX_WIDTH_PX) + 2.0;
    let [x, y] = [crop.x_px, crop.y_px].map(f64::from);
    left - reach < x + f64::from(crop.width_px)
        && right + reach > x
        && top - reach < y + f64::from(crop.height_px)
        && bottom + reach > y
}

/// A colour after the depth cue.
fn faded(color: [u8; 3], cue: [u8; 3], kept: f64) -> [u8; 3] {
    std::array::from_fn(|channel| {
        let (color, cue) = (f64::from(color[channel]), f64::from(cue[channel]));
        (cue + (color - cue) * kept + 0.5) as u8
    })
}
