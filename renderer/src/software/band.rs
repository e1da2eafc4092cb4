//! Who works on which pixels: bands of a frame, and what all threads share.

use super::bins::{Bins, Grid};
use super::shade::Answers;
use super::tile::{Picture, TILE_PX};
use crate::frame::Frame;

/// Rows of the frame's planes, as many as a row of tiles covers. A plane that is not wanted is empty.
#[derive(Debug)]
pub(super) struct Band<'a> {
    pub(super) row: usize,
    pub(super) color: &'a mut [u8],
    pub(super) depth: &'a mut [f32],
    pub(super) normal: &'a mut [[f32; 3]],
    pub(super) atom: &'a mut [u32],
    pub(super) residue: &'a mut [u32],
}

/// What all threads share.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) picture: Picture<'a>,
    pub(super) bins: &'a Bins,
    pub(super) grid: Grid,
    pub(super) width_px: usize,
    pub(super) height_px: usize,
    pub(super) offsets_px: &'a [[f32; 2]],
    /// True when depth, normals or ids are wanted.
    pub(super) planes: bool,
    /// Colour where nothing is met, red lowest.
    pub(super) background: u32,
    pub(super) transparent: bool,
    pub(super) residue_of: &'a [u32],
}

/// Cuts a frame into bands, one a row of tiles.
pub(super) fn bands<'a>(
    frame: &'a mut Frame,
    plan: &Plan<'_>,
) -> impl Iterator<Item = Band<'a>> + use<'a> {
    let step = plan.grid.step_px as usize;
    let (width, height) = (plan.width_px, plan.height_px);
    let mut color = frame.color_rgba.as_deref_mut().unwrap_or_default();
    let mut depth = frame.depth_angstrom.as_deref_mut().unwrap_or_default();
    let mut normal = frame.normal.as_deref_mut().unwrap_or_default();
    let mut atom = frame.atom_id.as_deref_mut().unwrap_or_default();
    let mut residue = frame.residue_id.as_deref_mut().unwrap_or_default();
    (0..plan.grid.rows).map(move |row| {
        let pixels = width * step.min(height - row * step);
        Band {
            row,
            color: cut(&mut color, pixels * 4),
            depth: cut(&mut depth, pixels),
            normal: cut(&mut normal, pixels),
            atom: cut(&mut atom, pixels),
            residue: cut(&mut residue, pixels),
        }
    })
}

/// The first `count` of a slice, which loses them; nothing of an empty one.
#[allow(clippy::mut_mut, reason = "the slice itself moves on")]
fn cut<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let whole = std::mem::take(rest);
    let (first, last) = whole.split_at_mut(count.min(whole.len()));
    *rest = last;
    first
}

/// The pixels of a tile that lie in the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// Column of the frame of the first.
    pub(super) left: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) width: usize,
}

impl Part {
    #[inline(always)]
    pub(super) fn of(plan: &Plan<'_>, column: usize, band: &Band<'_>) -> Self {
        let step = plan.grid.step_px as usize;
        Self {
            left: column * step,
            columns: step.min(plan.width_px - column * step),
            rows: step.min(plan.height_px - band.row * step),
            width: plan.width_px,
        }
    }

    /// Row and column in the part of a place in the tile.
    #[inline(always)]
    pub(super) fn place(&self, at: usize, apron: usize) -> Option<(usize, usize)> {
        let (row, column) = (at / TILE_PX - apron, at % TILE_PX - apron);
        (row < self.rows && column < self.columns).then_some((row, column))
    }
}

impl Band<'_> {
    /// Nothing is seen in a tile.
    pub(super) fn fill(&mut self, plan: &Plan<'_>, column: usize) {
        fn fill<T: Copy>(plane: &mut [T], part: &Part, value: T) {
            if !plane.is_empty() {
                for row in 0..part.rows {
                    plane[row * part.width + part.left..][..part.columns].fill(value);
                }
            }
        }
        let part = Part::of(plan, column, self);
        let (color, _) = self.color.as_chunks_mut::<4>();
        fill(color, &part, plan.background.to_le_bytes());
        fill(self.depth, &part, f32::INFINITY);
        fill(self.normal, &part, [0.0; 3]);
        fill(self.atom, &part, 0);
        fill(self.residue, &part, 0);
    }

    #[inline(always)]
    pub(super) fn set_color(&mut self, part: &Part, row: usize, column: usize, color: u32) {
        let (pixels, _) = self.color.as_chunks_mut::<4>();
        // Empty when no colour is wanted.
        if let Some(pixel) = pixels.get_mut(row * part.width + part.left + column) {
            *pixel = color.to_le_bytes();
        }
    }

    /// Sets all planes but colour.
    #[inline(always)]
    pub(super) fn put(
        &mut self,
        plan: &Plan<'_>,
        part: &Part,
        [row, column]: [usize; 2],
        key: u32,
        answers: &Answers,
        lane: usize,
    ) {
        let at = row * part.width + part.left + column;
        if let Some(depth) = self.depth.get_mut(at) {
            *depth = answers.depth[lane];
        }
        if let Some(normal) = self.normal.get_mut(at) {
            let [x, y, z] = &answers.normal;
            *normal = [x[lane], y[lane], z[lane]];
        }
        let atom = plan.picture.upload.atoms[key as usize];
        if let Some(id) = self.atom.get_mut(at) {
            *id = atom + 1;
        }
        if let Some(id) = self.residue.get_mut(at) {
            *id = plan.residue_of[atom as usize] + 1;
        }
    }
}
