//! Where the labels of another program's picture are, measured from its pixels.

use molshot_renderer::labels::{InkBox, LabelBox};

use super::compare::Picture;

/// How far labels are looked for, pixels.
const REACH_PX: i32 = 4;
/// Labels of which more than this share lies under others are not looked for: their letters cannot
/// be distinguished.
const MOST_COVERED: f64 = 0.3;
/// Of a label's brightness so much makes a pixel one of its letters'.
const LETTER_SHARE: f64 = 0.35;

/// How far apart the labels of two pictures are.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct LabelFit {
    /// Labels that were looked for.
    pub(crate) labels: usize,
    /// Mean and greatest distance at which their letters match best, pixels.
    pub(crate) mean_px: f64,
    pub(crate) worst_px: f64,
    /// Labels that stand free on the background, so that the edges of their letters can be seen in
    /// both pictures.
    pub(crate) boxes: usize,
    /// Greatest distance between the same edges of the letters' boxes, pixels.
    pub(crate) worst_edge_px: f64,
}

/// Grayness of pixels, by place; 0 outside.
#[allow(
    clippy::struct_field_names,
    reason = "the field holds just what the type is named for"
)]
struct Levels {
    width: i32,
    height: i32,
    levels: Vec<f64>,
}

impl Levels {
    /// What a picture adds to another one, or the picture itself.
    fn new(picture: &Picture, without: Option<&Picture>) -> Self {
        let sum = |p: &[u8; 3]| p.iter().map(|c| f64::from(*c)).sum::<f64>() / 3.0;
        let mut levels: Vec<f64> = picture.visible().iter().map(sum).collect();
        if let Some(without) = without {
            for (level, without) in levels.iter_mut().zip(without.visible()) {
                *level -= sum(&without);
            }
        }
        Self {
            width: picture.width_px as i32,
            height: picture.height_px as i32,
            levels,
        }
    }

    fn at(&self, x: i32, y: i32) -> f64 {
        if (0..self.width).contains(&x) && (0..self.height).contains(&y) {
            self.levels[(y * self.width + x) as usize]
        } else {
            0.0
        }
    }

    /// Smallest rectangle of the pixels above a level.
    fn bounds(&self, within: InkBox, above: f64) -> Option<[i32; 4]> {
        pixels(within)
            .filter(|(x, y)| self.at(*x, *y) > above)
            .map(|(x, y)| [x, y, x, y])
            .reduce(|a, b| {
                [
                    a[0].min(b[0]),
                    a[1].min(b[1]),
                    a[2].max(b[2]),
                    a[3].max(b[3]),
                ]
            })
    }
}

fn pixels(ink: InkBox) -> impl Iterator<Item = (i32, i32)> {
    (ink.top_px..ink.bottom_px).flat_map(move |y| (ink.left_px..ink.right_px).map(move |x| (x, y)))
}

fn grown(ink: InkBox, by: i32) -> InkBox {
    let mut ink = ink;
    ink.left_px -= by;
    ink.top_px -= by;
    ink.right_px += by;
    ink.bottom_px += by;
    ink
}

fn touch(a: InkBox, b: InkBox) -> bool {
    a.left_px < b.right_px
        && b.left_px < a.right_px
        && a.top_px < b.bottom_px
        && b.top_px < a.bottom_px
}

/// Looks for each label of `ours` in `theirs`. `bare` is our picture without labels.
pub(crate) fn fit_labels(
    boxes: &[LabelBox],
    bare: &Picture,
    ours: &Picture,
    theirs: &Picture,
) -> LabelFit {
    let (our_layer, their_layer) = (
        Levels::new(ours, Some(bare)),
        Levels::new(theirs, Some(bare)),
    );
    let (bare, ours, theirs) = (
        Levels::new(bare, None),
        Levels::new(ours, None),
        Levels::new(theirs, None),
    );
    let mut fit = LabelFit::default();
    let mut sum = 0.0;
    for label in boxes {
        let Some(ink) = label
            .ink_box_px
            .filter(|_| label.in_frame && label.covered_fraction <= MOST_COVERED)
        else {
            continue;
        };
        let distance = best_shift(&our_layer, &their_layer, ink);
        fit.labels += 1;
        sum += distance;
        fit.worst_px = fit.worst_px.max(distance);
        let around = grown(ink, REACH_PX);
        let free = pixels(around).all(|(x, y)| bare.at(x, y) <= 0.0)
            && boxes.iter().all(|other| {
                other.index == label.index
                    || !other.ink_box_px.is_some_and(|other| touch(other, around))
            });
        if free {
            let above = f64::from(label.color[1]) * LETTER_SHARE;
            let (Some(a), Some(b)) = (ours.bounds(around, above), theirs.bounds(around, above))
            else {
                fit.worst_edge_px = f64::INFINITY;
                continue;
            };
            fit.boxes += 1;
            for (a, b) in a.iter().zip(b) {
                fit.worst_edge_px = fit.worst_edge_px.max(f64::from(a.abs_diff(b)));
            }
        }
    }
    fit.mean_px = sum / fit.labels.max(1) as f64;
    fit
}

/// How far our letters have to be shifted to match theirs best, pixels.
fn best_shift(ours: &Levels, theirs: &Levels, ink: InkBox) -> f64 {
    let mismatch = |dx: i32, dy: i32| {
        pixels(ink)
            .map(|(x, y)| (ours.at(x, y) - theirs.at(x + dx, y + dy)).abs())
            .sum::<f64>()
    };
    let mut best = (mismatch(0, 0), 0.0);
    for dy in -REACH_PX..=REACH_PX {
        for dx in -REACH_PX..=REACH_PX {
            let found = mismatch(dx, dy);
            if found < best.0 {
                best = (found, f64::from(dx * dx + dy * dy).sqrt());
            }
        }
    }
    best.1
}
