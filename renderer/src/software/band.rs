//! Who works on which pixels: bands of a frame, and what all threads share.

use fearless_simd::prelude::*;
use fearless_simd::u32x8;

use super::bins::{Bins, Grid};
use super::camera::Lines;
use super::queue::Answers;
use super::tile::{LANES, Picture, TILE_PX};
use crate::frame::Frame;

/// Rows of the frame's planes, as many as a row of tiles covers. A plane that is not wanted is
/// empty.
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
#[allow(
    clippy::struct_excessive_bools,
    reason = "each says another thing of the picture"
)]
pub(super) struct Plan<'a> {
    pub(super) picture: Picture<'a>,
    pub(super) bins: &'a Bins,
    pub(super) grid: Grid,
    /// Columns and rows of the tiles, aprons included.
    pub(super) lines: &'a [Lines; 2],
    pub(super) width_px: usize,
    pub(super) height_px: usize,
    pub(super) offsets_px: &'a [[f32; 2]],
    /// Their mean is rounded half up, not cut down.
    pub(super) rounds: bool,
    /// True when colour is wanted.
    pub(super) colors: bool,
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

    /// Place in the band of a place in the tile; `None` for one that is not shown.
    #[inline(always)]
    pub(super) fn place(&self, at: usize, apron: usize) -> Option<usize> {
        let (row, column) = (at / TILE_PX - apron, at % TILE_PX - apron);
        (row < self.rows && column < self.columns).then_some(self.start(row) + column)
    }

    /// Place in the band of a row's first pixel.
    #[inline(always)]
    pub(super) fn start(&self, row: usize) -> usize {
        row * self.width + self.left
    }
}

impl Band<'_> {
    /// Nothing is seen yet.
    pub(super) fn clear<S: Simd>(&mut self, simd: S, plan: &Plan<'_>) {
        simd.vectorize(
            #[inline(always)]
            || {
                // The library's own filling would not use wide instructions.
                let background = u32x8::splat(simd, plan.background).to_bytes();
                let (chunks, rest) = self.color.as_chunks_mut::<{ 4 * LANES }>();
                for chunk in chunks {
                    background.store_slice(chunk);
                }
                rest.copy_from_slice(&background.as_slice()[..rest.len()]);
            },
        );
        self.depth.fill(f32::INFINITY);
        self.normal.fill([0.0; 3]);
        self.atom.fill(0);
        self.residue.fill(0);
    }

    /// The colours; none when colour is not wanted.
    #[inline(always)]
    pub(super) fn pixels(&mut self) -> &mut [[u8; 4]] {
        self.color.as_chunks_mut().0
    }

    /// Sets all planes but colour.
    #[inline(always)]
    pub(super) fn put(&mut self, plan: &Plan<'_>, answers: &Answers<'_>, lane: usize) {
        let at = answers.slot[lane] as usize;
        if let Some(depth) = self.depth.get_mut(at) {
            *depth = answers.planes.depth[lane];
        }
        if let Some(normal) = self.normal.get_mut(at) {
            let [x, y, z] = &answers.planes.normal;
            *normal = [x[lane], y[lane], z[lane]];
        }
        let atom = plan.picture.upload.atoms[answers.key[lane] as usize];
        // A body that is no atom's shows 0, as nothing does.
        let residue = plan.residue_of.get(atom as usize);
        if let Some(id) = self.atom.get_mut(at) {
            *id = residue.map_or(0, |_| atom + 1);
        }
        if let Some(id) = self.residue.get_mut(at) {
            *id = residue.map_or(0, |residue| residue + 1);
        }
    }
}
