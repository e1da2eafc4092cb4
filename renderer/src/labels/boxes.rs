//! The places of labels in a picture, as data.

use molshot_scenes::labels::LabelSubject;
use molshot_scenes::{CropRect, RenderJob};
use smol_str::SmolStr;

use super::LabelDrawer;
use crate::cancel::CancelToken;
use crate::error::RenderError;

/// One drawn label. Pixels are those of the whole picture, whatever its crop; x grows to the right,
/// y downwards.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LabelBox {
    /// Its index in the scene's list of labels.
    pub index: usize,
    /// What it says.
    pub text: SmolStr,
    /// What it names.
    pub subject: LabelSubject,
    /// Left, top, right and bottom edge of its line of text: from the lowest descender to the
    /// highest ascender, as wide as it is set.
    pub line_box_px: [f64; 4],
    /// The smallest rectangle of whole pixels that holds all that its letters (without outline)
    /// touch; not cut off at the picture's edges. `None` for spaces.
    pub ink_box_px: Option<InkBox>,
    /// Depth along the view axis, angstrom.
    pub depth_angstrom: f64,
    /// Height of its line of text, pixels.
    pub line_height_px: f64,
    /// sRGB colour with which it is drawn, after the depth cue.
    pub color: [u8; 3],
    /// Whether its ink box lies within the drawn region.
    pub in_frame: bool,
    /// Share of its ink box within the whole picture that the ink boxes of labels drawn over it
    /// (nearer ones) cover, 0 to 1.
    pub covered_fraction: f64,
}

/// A rectangle of pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InkBox {
    /// First column.
    pub left_px: i32,
    /// First row.
    pub top_px: i32,
    /// Column behind the last one.
    pub right_px: i32,
    /// Row below the last one.
    pub bottom_px: i32,
}

impl InkBox {
    fn within(self, rect: CropRect) -> bool {
        let [left, top] = [rect.x_px, rect.y_px].map(i64::from);
        let [width, height] = [rect.width_px, rect.height_px].map(i64::from);
        i64::from(self.left_px) >= left
            && i64::from(self.top_px) >= top
            && i64::from(self.right_px) <= left + width
            && i64::from(self.bottom_px) <= top + height
    }

    /// Holds both.
    pub(super) fn union(self, other: Self) -> Self {
        Self {
            left_px: self.left_px.min(other.left_px),
            top_px: self.top_px.min(other.top_px),
            right_px: self.right_px.max(other.right_px),
            bottom_px: self.bottom_px.max(other.bottom_px),
        }
    }

    /// The part within a picture; `None` where there is none.
    fn cut(self, width_px: u32, height_px: u32) -> Option<Self> {
        let cut = Self {
            left_px: self.left_px.max(0),
            top_px: self.top_px.max(0),
            right_px: self.right_px.min(width_px as i32),
            bottom_px: self.bottom_px.min(height_px as i32),
        };
        (cut.left_px < cut.right_px && cut.top_px < cut.bottom_px).then_some(cut)
    }
}

/// The labels that a job draws, in the order of the scene's list.
#[must_use]
pub fn boxes(job: &RenderJob) -> Vec<LabelBox> {
    // A token that nothing cancels, so there are boxes.
    LabelDrawer::default()
        .boxes(job, &CancelToken::new())
        .unwrap_or_default()
}

impl LabelDrawer {
    /// As [`boxes()`], with what this drawer has rasterised already.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub fn boxes(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Vec<LabelBox>, RenderError> {
        // In the order of drawing.
        let drawn = self.placed_with_ink(job, cancel)?;
        let (width, height) = (job.viewport().width_px, job.viewport().height_px);
        let inside: Vec<Option<InkBox>> = drawn
            .iter()
            .map(|(_, ink)| ink.and_then(|ink| ink.cut(width, height)))
            .collect();
        let covered = covered_fractions(&inside, width as usize, cancel)?;
        let list = &job.scene().labels.list;
        let mut boxes: Vec<LabelBox> = drawn
            .into_iter()
            .zip(covered)
            .map(|((placed, ink), covered_fraction)| LabelBox {
                index: placed.index,
                text: list[placed.index].text.clone(),
                subject: list[placed.index].subject,
                line_box_px: placed.box_px,
                ink_box_px: ink,
                depth_angstrom: placed.depth_angstrom,
                line_height_px: placed.line_px,
                color: super::faded(
                    list[placed.index].color,
                    job.scene().background.color,
                    placed.kept,
                ),
                in_frame: ink.is_some_and(|ink| ink.within(job.viewport().crop)),
                covered_fraction,
            })
            .collect();
        boxes.sort_by_key(|label| label.index);
        Ok(boxes)
    }
}

/// For each rectangle (within a picture of `width` columns) the share that those behind it in the
/// list, which are drawn over it, cover. Row by row the rectangles are painted in their order and
/// what is left of each is counted: the time is linear in their pixels, which [`LabelDrawer`]
/// bounds.
fn covered_fractions(
    boxes: &[Option<InkBox>],
    width: usize,
    cancel: &CancelToken,
) -> Result<Vec<f64>, RenderError> {
    let mut starts: Vec<(i32, usize, InkBox)> = boxes
        .iter()
        .enumerate()
        .filter_map(|(index, ink)| ink.map(|ink| (ink.top_px, index, ink)))
        .collect();
    starts.sort_unstable_by_key(|(top, index, _)| (*top, *index));
    let mut starts = starts.into_iter().peekable();
    let mut covered = vec![0_u64; boxes.len()];
    // Rectangles that reach into this row, in the order of drawing.
    let mut open: Vec<(usize, InkBox)> = Vec::new();
    // The last rectangle that was painted on each column.
    let mut owner = vec![0; width];
    let mut row = 0;
    while let Some((top, ..)) = starts.peek() {
        row = if open.is_empty() { *top } else { row };
        loop {
            cancel.check()?;
            open.retain(|(_, ink)| ink.bottom_px > row);
            while let Some((_, index, ink)) = starts.next_if(|(top, ..)| *top <= row) {
                let place = open.partition_point(|(other, _)| *other < index);
                open.insert(place, (index, ink));
            }
            if open.is_empty() {
                break;
            }
            let columns = |ink: &InkBox| ink.left_px as usize..ink.right_px as usize;
            for (index, ink) in &open {
                owner[columns(ink)].fill(*index);
            }
            for (index, ink) in &open {
                let lost = owner[columns(ink)].iter().filter(|other| *other != index);
                covered[*index] += lost.count() as u64;
            }
            row += 1;
        }
    }
    let fractions = boxes.iter().zip(covered).map(|(ink, covered)| {
        let area = ink.map_or(0, |ink| {
            u64::from(ink.right_px.abs_diff(ink.left_px))
                * u64::from(ink.bottom_px.abs_diff(ink.top_px))
        });
        if area == 0 {
            0.0
        } else {
            covered as f64 / area as f64
        }
    });
    Ok(fractions.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rectangle(left_px: i32, top_px: i32, right_px: i32, bottom_px: i32) -> InkBox {
        InkBox {
            left_px,
            top_px,
            right_px,
            bottom_px,
        }
    }

    /// Pixel by pixel.
    fn slowly(boxes: &[Option<InkBox>]) -> Vec<f64> {
        let holds = |ink: &Option<InkBox>, x: i32, y: i32| {
            ink.is_some_and(|ink| {
                (ink.left_px..ink.right_px).contains(&x) && (ink.top_px..ink.bottom_px).contains(&y)
            })
        };
        let share = |index: usize| {
            let Some(own) = boxes[index] else { return 0.0 };
            let (mut area, mut covered) = (0, 0);
            for y in own.top_px..own.bottom_px {
                for x in own.left_px..own.right_px {
                    area += 1;
                    let over = &boxes[index + 1..];
                    covered += i32::from(over.iter().any(|ink| holds(ink, x, y)));
                }
            }
            f64::from(covered) / f64::from(area)
        };
        (0..boxes.len()).map(share).collect()
    }

    #[test]
    fn covered_shares_are_those_counted_pixel_by_pixel() {
        let mut random = 7_u32;
        let mut below = |end: i32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as i32 % end
        };
        for count in [0, 1, 2, 3, 9, 20] {
            let mut boxes: Vec<Option<InkBox>> = (0..count)
                .map(|_| {
                    let (left, top) = (below(35), below(35));
                    let right = left + 1 + below(40 - left);
                    Some(rectangle(left, top, right, top + 1 + below(40 - top)))
                })
                .collect();
            boxes.push(None);
            let fast = covered_fractions(&boxes, 40, &CancelToken::new()).expect("not cancelled");
            let slow = slowly(&boxes);
            for (fast, slow) in fast.iter().zip(&slow) {
                assert!((fast - slow).abs() < 1e-12, "{fast} {slow}");
            }
        }
    }
}
