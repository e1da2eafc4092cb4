//! What the ids of a picture show, atom by atom and residue by residue.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u32x8};
use molshot_molecule::Structure;

use crate::simd::LANES;

/// Counts of one residue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Covered {
    pub(super) pixels: u64,
    low: [u32; 2],
    high: [u32; 2],
}

impl Covered {
    pub(super) const NONE: Self = Self {
        pixels: 0,
        low: [u32::MAX; 2],
        high: [0; 2],
    };

    pub(super) fn widen(&mut self, row: u32, first: u32, end: u32) {
        self.low = [self.low[0].min(first), self.low[1].min(row)];
        self.high = [self.high[0].max(end), self.high[1].max(row + 1)];
    }

    /// Columns and rows of the box.
    pub(super) fn ranges(&self) -> [std::ops::Range<usize>; 2] {
        [0, 1].map(|axis| self.low[axis] as usize..self.high[axis] as usize)
    }

    /// Box on the uncropped picture.
    pub(super) fn bounds(&self, origin_px: [u32; 2]) -> Option<[u32; 4]> {
        (self.pixels > 0).then(|| {
            [
                self.low[0] + origin_px[0],
                self.low[1] + origin_px[1],
                self.high[0] - self.low[0],
                self.high[1] - self.low[1],
            ]
        })
    }
}

/// Pixels of a row that are looked at together.
const BLOCK_PX: usize = 4 * LANES;

/// What the ids show.
pub(super) struct VisiblePixels {
    /// Pixels of each atom.
    pub(super) atoms: Vec<u64>,
    pub(super) residues: Vec<Covered>,
}

impl VisiblePixels {
    /// Counts the pixels of a plane of ids with rows of `width`. `None` when an atom is not the
    /// structure's.
    pub(super) fn new(
        level: Level,
        structure: &Structure,
        ids: &[u32],
        width: usize,
    ) -> Option<Self> {
        let mut atoms = vec![0; structure.atoms().len()];
        let mut residues = vec![Covered::NONE; structure.residues().len()];
        let residue_of = &structure.atoms().residue;
        let mut known = true;
        let mut take = |row: u32, first: u32, end: u32, id: u32| {
            let Some(atom) = id.checked_sub(1) else {
                return;
            };
            let Some(pixels) = atoms.get_mut(atom as usize) else {
                known = false;
                return;
            };
            let length = u64::from(end - first);
            *pixels += length;
            let residue = &mut residues[residue_of[atom as usize] as usize];
            residue.pixels += length;
            residue.widen(row, first, end);
        };
        for (row, ids) in (0..).zip(ids.chunks_exact(width.max(1))) {
            dispatch!(level, simd => each_run(simd, ids, |first, end, id| take(row, first, end, id)));
        }
        known.then_some(Self { atoms, residues })
    }
}

/// Passes runs of equal ids of a row to `take`: first column, one past the last, id. A run may come
/// in parts.
#[inline(always)]
fn each_run<S: Simd>(simd: S, ids: &[u32], mut take: impl FnMut(u32, u32, u32)) {
    let (blocks, rest) = ids.as_chunks::<BLOCK_PX>();
    simd.vectorize(
        #[inline(always)]
        || {
            for (block, first) in blocks.iter().zip((0..).step_by(BLOCK_PX)) {
                let eight = |at: usize| u32x8::from_slice(simd, &block[at * LANES..][..LANES]);
                let eights = [eight(0), eight(1), eight(2), eight(3)];
                // Much of a picture shows nothing.
                let any = (eights[0] | eights[1]) | (eights[2] | eights[3]);
                if !any.simd_gt(u32x8::splat(simd, 0)).any_true() {
                    continue;
                }
                // A bit for each pixel that differs from its left neighbour in the block.
                let differ = |at: usize| {
                    let left = u32x8::from_slice(simd, &block[at..][..LANES]);
                    let right = u32x8::from_slice(simd, &block[at + 1..][..LANES]);
                    (!left.simd_eq(right)).to_bitmask() as u32
                };
                let mut starts = 1
                    | differ(0) << 1
                    | differ(LANES - 1) << LANES
                    | differ(2 * LANES - 1) << (2 * LANES)
                    | differ(3 * LANES - 1) << (3 * LANES);
                while starts != 0 {
                    let start = starts.trailing_zeros();
                    starts &= starts - 1;
                    let end = starts.trailing_zeros().min(BLOCK_PX as u32);
                    take(first + start, first + end, block[start as usize]);
                }
            }
        },
    );
    let mut first = (blocks.len() * BLOCK_PX) as u32;
    for run in rest.chunk_by(|a, b| a == b) {
        let end = first + run.len() as u32;
        take(first, end, run[0]);
        first = end;
    }
}
