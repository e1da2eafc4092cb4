//! Places labels in the picture: position, size, fading, and which labels are left out.

use glam::DVec3;
use molshot_scenes::labels::{Label, LabelAlignment, LabelSize};
use molshot_scenes::{Projection, RenderJob, Viewport};

use crate::cancel::CancelToken;
use crate::error::RenderError;

use super::font::{Font, Line, Stretched, em_of_line, units_to_px};

/// A line below this height is illegible and is not drawn; pixels.
const MIN_LINE_PX: f64 = 1.0;
/// A line above this height is not drawn: its label is directly in front of the camera; pixels.
const MAX_LINE_PX: f64 = 1024.0;
/// The labels of a picture cover at most this many times its area ...
const MAX_LAYERS: f64 = 64.0;
/// ... or so many pixels, if that is more; the farthest of more are left out. It bounds the time
/// that a picture takes.
const MIN_AREA_LIMIT_PX: f64 = 67_108_864.0;
/// Edge of the grid cells in which neighbours are searched, pixels.
const CELL_PX: f64 = 32.0;

/// A label on a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Placed {
    /// Its index in the scene's list.
    pub(super) index: usize,
    /// Depth of its rectangle along the view axis, angstrom.
    pub(super) depth_angstrom: f64,
    /// Height of its line, pixels.
    pub(super) line_px: f64,
    /// Size of an em along the line and across it, pixels.
    pub(super) em_px: [f64; 2],
    /// Left end of its base line, pixels of the whole picture.
    pub(super) base_px: [f64; 2],
    /// Left, top, right and bottom edge of its line, pixels of the whole picture.
    pub(super) box_px: [f64; 4],
    /// Share of its colour that the depth cue leaves, 0 to 1.
    pub(super) kept: f64,
}

/// The labels of a picture in drawing order, far ones first. It does not depend on the job's crop.
/// `lines` are the scene's texts, laid out.
///
/// # Errors
/// [`RenderError::Cancelled`].
pub(super) fn place(
    job: &RenderJob,
    lines: &[Line],
    cancel: &CancelToken,
) -> Result<Vec<Placed>, RenderError> {
    cancel.check()?;
    let labels = &job.scene().labels;
    let whole = Whole::new(job.viewport());
    let mut placed: Vec<Placed> = labels
        .list
        .iter()
        .zip(lines)
        .enumerate()
        .filter_map(|(index, (label, line))| place_one(job, index, label, line))
        .filter(|placed| whole.touches(placed))
        .collect();
    // Nearest first: nearer labels take precedence. Ties are broken by what is drawn,
    // so that the list's order does not matter.
    placed.sort_by(|a, b| {
        let by_place = |[a, b]: [&Placed; 2]| {
            let edges = a.box_px.iter().zip(&b.box_px);
            edges.map(|(a, b)| a.total_cmp(b)).find(|o| o.is_ne())
        };
        a.depth_angstrom
            .total_cmp(&b.depth_angstrom)
            .then_with(|| by_place([a, b]).unwrap_or(std::cmp::Ordering::Equal))
            .then_with(|| labels.list[a.index].text.cmp(&labels.list[b.index].text))
            .then_with(|| a.index.cmp(&b.index))
    });
    if labels.declutter {
        let rim_px = labels
            .outline
            .map_or(0.0, |outline| f64::from(outline.width_px));
        declutter(&mut placed, whole, rim_px, cancel)?;
    }
    let limit = (whole.width * whole.height * MAX_LAYERS).max(MIN_AREA_LIMIT_PX);
    let mut area = 0.0;
    let fitting = placed.iter().take_while(|placed| {
        let [left, top, right, bottom] = placed.box_px;
        area += (right - left) * (bottom - top);
        area <= limit
    });
    let count = fitting.count();
    placed.truncate(count);
    placed.reverse();
    Ok(placed)
}

fn place_one(job: &RenderJob, index: usize, label: &Label, line: &Line) -> Option<Placed> {
    let (view, viewport) = (job.view(), job.viewport());
    let world = DVec3::from_array(label.anchor_angstrom.map(f64::from));
    let anchor = view.pose.camera_from_world(world);
    // A clipped atom has no label, but a label in front of its atom is not clipped by itself.
    if !(anchor.is_finite() && -anchor.z >= view.near_angstrom) {
        return None;
    }
    let corner = anchor + DVec3::from_array(label.offset_angstrom.map(f64::from));
    let depth = -corner.z;
    let k = view.pixel_scale(viewport);
    let scale = match view.projection {
        Projection::Perspective { .. } => k / depth,
        Projection::Orthographic { .. } => k,
    };
    let line_px = match label.size {
        LabelSize::Angstrom(size) => f64::from(size) * scale,
        LabelSize::Pixels(size) => f64::from(size),
    };
    // Written so that not-a-number fails, too.
    if !(depth > 0.0 && (MIN_LINE_PX..=MAX_LINE_PX).contains(&line_px)) {
        return None;
    }
    let width = units_to_px(line.width_units, em_of_line(line_px));
    let stretched = Stretched::new(line_px, width);
    let mut left = f64::from(viewport.width_px) * 0.5 + corner.x * scale;
    let mut bottom = f64::from(viewport.height_px) * 0.5 - corner.y * scale;
    if label.alignment == LabelAlignment::Center {
        left -= width * 0.5;
        bottom += line_px * 0.5;
    }
    let kept = job.scene().depth_cue.map_or(1.0, |cue| {
        let [start, end] = view.cue_depths_angstrom(cue);
        ((end - depth) / (end - start)).clamp(0.0, 1.0)
    });
    Some(Placed {
        index,
        depth_angstrom: depth,
        line_px,
        em_px: stretched.em_px,
        base_px: [left + stretched.left_px, bottom - stretched.descent_px],
        box_px: [left, bottom - line_px, left + width, bottom],
        kept,
    })
}

/// The whole picture's size.
#[derive(Debug, Clone, Copy)]
struct Whole {
    width: f64,
    height: f64,
}

impl Whole {
    fn new(viewport: &Viewport) -> Self {
        Self {
            width: f64::from(viewport.width_px),
            height: f64::from(viewport.height_px),
        }
    }

    /// Whether a label's letters can be in the picture: they reach out of the line's box by less
    /// than the line's height.
    fn touches(self, placed: &Placed) -> bool {
        let [left, top, right, bottom] = placed.box_px;
        let reach = placed.line_px;
        left - reach < self.width
            && right + reach > 0.0
            && top - reach < self.height
            && bottom + reach > 0.0
    }
}

/// Removes labels that touch a nearer label, both with outlines of `rim_px`. `placed` has the
/// nearest first.
fn declutter(
    placed: &mut Vec<Placed>,
    whole: Whole,
    rim_px: f64,
    cancel: &CancelToken,
) -> Result<(), RenderError> {
    let columns = (whole.width / CELL_PX).ceil().max(1.0) as usize;
    let rows = (whole.height / CELL_PX).ceil().max(1.0) as usize;
    let mut cells: Vec<Vec<[f64; 4]>> = vec![Vec::new(); columns * rows];
    let cell = |at: f64, count: usize| ((at / CELL_PX).max(0.0) as usize).min(count - 1);
    let mut outcome = Ok(());
    placed.retain(|label| {
        if outcome.is_ok() {
            outcome = cancel.check();
        }
        if outcome.is_err() {
            return false;
        }
        let [left, top, right, bottom] = label.box_px;
        let label_box = [left - rim_px, top - rim_px, right + rim_px, bottom + rim_px];
        let [left, top, right, bottom] = label_box;
        let mut covered = (cell(top, rows)..=cell(bottom, rows)).flat_map(|row| {
            (cell(left, columns)..=cell(right, columns)).map(move |column| row * columns + column)
        });
        let free = covered.clone().all(|at| {
            cells[at]
                .iter()
                .all(|[l, t, r, b]| right < *l || *r < left || bottom < *t || *b < top)
        });
        if free {
            covered.by_ref().for_each(|at| cells[at].push(label_box));
        }
        free
    });
    Ok(outcome?)
}

/// Lays out all texts, each distinct text once.
pub(super) fn lay_out(
    font: &Font,
    list: &[Label],
    cancel: &CancelToken,
) -> Result<Vec<Line>, RenderError> {
    let line = |label: &Label| {
        cancel.check()?;
        Ok(font.lay_out(&label.text))
    };
    list.iter().map(line).collect()
}
