//! What the ids of a picture show, atom by atom and residue by residue.

use molshot_molecule::Structure;

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
const BLOCK_PX: usize = 32;

/// What the ids show.
pub(super) struct VisiblePixels {
    /// Pixels of each atom.
    pub(super) atoms: Vec<u64>,
    pub(super) residues: Vec<Covered>,
}

impl VisiblePixels {
    /// Counts the pixels of a plane of ids with rows of `width`. `None` when an atom is not the
    /// structure's.
    pub(super) fn new(structure: &Structure, ids: &[u32], width: usize) -> Option<Self> {
        let mut atoms = vec![0; structure.atoms().len()];
        let mut residues = vec![Covered::NONE; structure.residues().len()];
        let residue_of = &structure.atoms().residue;
        for (row, ids) in (0..).zip(ids.chunks_exact(width.max(1))) {
            for (first, ids) in (0..).step_by(BLOCK_PX).zip(ids.chunks(BLOCK_PX)) {
                // Much of a picture shows nothing.
                if ids.iter().fold(0, |all, id| all | id) == 0 {
                    continue;
                }
                let mut column = first;
                // Run by run: neighbours mostly show the same.
                for run in ids.chunk_by(|a, b| a == b) {
                    let length = run.len() as u32;
                    if let Some(atom) = run[0].checked_sub(1) {
                        *atoms.get_mut(atom as usize)? += u64::from(length);
                        let residue = &mut residues[residue_of[atom as usize] as usize];
                        residue.pixels += u64::from(length);
                        residue.widen(row, column, column + length);
                    }
                    column += length;
                }
            }
        }
        Some(Self { atoms, residues })
    }
}
