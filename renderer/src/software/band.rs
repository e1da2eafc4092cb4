//! Bands of a frame, which threads fill independently, and what the threads share.

use fearless_simd::prelude::*;
use fearless_simd::u32x8;

use super::binning::{Bins, TileGrid};
use super::camera::AxisRays;
use super::context::FrameContext;
use super::mesh::MeshFrame;
use super::shading::ShadeResults;
use super::tile::TILE_PX;
use crate::frame::Frame;
use crate::simd::LANES;

/// The rows of the frame's planes that one row of tiles covers. A plane that is not wanted is
/// empty.
#[derive(Debug)]
pub(super) struct Band<'a> {
    /// Row of tiles.
    pub(super) row: usize,
    pub(super) color: &'a mut [u8],
    pub(super) depth: &'a mut [f32],
    pub(super) normal: &'a mut [[f32; 3]],
    pub(super) atom: &'a mut [u32],
    pub(super) residue: &'a mut [u32],
}

/// What all threads share while a frame is drawn.
#[derive(Debug)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent properties of the frame"
)]
pub(super) struct FramePlan<'a> {
    pub(super) context: FrameContext<'a>,
    pub(super) bins: &'a Bins,
    /// Triangles.
    pub(super) mesh: &'a MeshFrame,
    pub(super) grid: TileGrid,
    /// Rays of all columns and of all rows of the tiles, aprons included.
    pub(super) axis_rays: &'a [AxisRays; 2],
    /// Size of the frame.
    pub(super) width_px: usize,
    pub(super) height_px: usize,
    /// Positions of the samples relative to their pixel's centre; empty for one sample per pixel.
    pub(super) offsets_px: &'a [[f32; 2]],
    /// True when the mean of the samples is rounded half up, not down.
    pub(super) round_half_up: bool,
    /// True when edges are drawn from the shares that bodies cover; see
    /// [`Borders`](super::borders::Borders).
    pub(super) analytic: bool,
    /// True when colour is wanted.
    pub(super) colors: bool,
    /// True when depth, normals or ids are wanted.
    pub(super) planes: bool,
    /// Colour of pixels that show no primitive, red in the lowest byte.
    pub(super) background: u32,
    /// True when the background has alpha 0.
    pub(super) transparent: bool,
    /// Residue of each atom.
    pub(super) residue_of: &'a [u32],
}

/// Divides a frame into bands, one per row of tiles.
pub(super) fn bands(frame: &mut Frame, grid: TileGrid) -> impl Iterator<Item = Band<'_>> {
    let step = grid.step_px as usize;
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    let mut color = frame.color_rgba.as_deref_mut().unwrap_or_default();
    let mut depth = frame.depth_angstrom.as_deref_mut().unwrap_or_default();
    let mut normal = frame.normal.as_deref_mut().unwrap_or_default();
    let mut atom = frame.atom_id.as_deref_mut().unwrap_or_default();
    let mut residue = frame.residue_id.as_deref_mut().unwrap_or_default();
    (0..grid.rows).map(move |row| {
        let pixels = width * step.min(height - row * step);
        Band {
            row,
            color: split_off(&mut color, pixels * 4),
            depth: split_off(&mut depth, pixels),
            normal: split_off(&mut normal, pixels),
            atom: split_off(&mut atom, pixels),
            residue: split_off(&mut residue, pixels),
        }
    })
}

/// Takes the first `count` elements off a slice; none of an empty one.
#[allow(clippy::mut_mut, reason = "the slice itself moves on")]
fn split_off<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let whole = std::mem::take(rest);
    let (first, last) = whole.split_at_mut(count.min(whole.len()));
    *rest = last;
    first
}

/// The pixels of a tile that lie in the frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct TileOutput {
    /// Column in the frame of the first.
    pub(super) left: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    /// Width of the frame.
    pub(super) width: usize,
}

impl TileOutput {
    #[inline(always)]
    pub(super) fn of(plan: &FramePlan<'_>, column: usize, band: &Band<'_>) -> Self {
        let step = plan.grid.step_px as usize;
        Self {
            left: column * step,
            columns: step.min(plan.width_px - column * step),
            rows: step.min(plan.height_px - band.row * step),
            width: plan.width_px,
        }
    }

    /// Index in the band of a pixel of the tile; `None` for one of the apron or outside the frame.
    #[inline(always)]
    pub(super) fn index(&self, at: usize, apron: usize) -> Option<usize> {
        let (row, column) = (at / TILE_PX - apron, at % TILE_PX - apron);
        (row < self.rows && column < self.columns).then_some(self.start(row) + column)
    }

    /// Index in the band of a row's first pixel.
    #[inline(always)]
    pub(super) fn start(&self, row: usize) -> usize {
        row * self.width + self.left
    }
}

impl Band<'_> {
    /// Fills all planes with the background.
    pub(super) fn clear<S: Simd>(&mut self, simd: S, plan: &FramePlan<'_>) {
        simd.vectorize(
            #[inline(always)]
            || {
                // `slice::fill` would not use wide instructions.
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

    /// The colour plane; empty when colour is not wanted.
    #[inline(always)]
    pub(super) fn pixels(&mut self) -> &mut [[u8; 4]] {
        self.color.as_chunks_mut().0
    }

    /// Writes all planes except colour for one lane of shading results.
    #[inline(always)]
    pub(super) fn write_planes(
        &mut self,
        plan: &FramePlan<'_>,
        results: &ShadeResults<'_>,
        lane: usize,
    ) {
        let [x, y, z] = &results.planes.normal;
        self.write_hit(
            plan,
            results.slots[lane] as usize,
            results.planes.depth[lane],
            [x[lane], y[lane], z[lane]],
            plan.context.scene.atoms[results.ids[lane].index()],
        );
    }

    /// Writes all planes except colour of a pixel.
    #[inline(always)]
    pub(super) fn write_hit(
        &mut self,
        plan: &FramePlan<'_>,
        at: usize,
        depth_angstrom: f32,
        unit_normal: [f32; 3],
        atom: u32,
    ) {
        if let Some(depth) = self.depth.get_mut(at) {
            *depth = depth_angstrom;
        }
        if let Some(normal) = self.normal.get_mut(at) {
            *normal = unit_normal;
        }
        // A primitive that belongs to no atom has id 0, as the background does.
        let residue = plan.residue_of.get(atom as usize);
        if let Some(id) = self.atom.get_mut(at) {
            *id = residue.map_or(0, |_| atom + 1);
        }
        if let Some(id) = self.residue.get_mut(at) {
            *id = residue.map_or(0, |residue| residue + 1);
        }
    }
}
