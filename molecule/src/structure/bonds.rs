//! Covalent bonds, pseudobonds, and the neighbours of every atom.

/// Bond order as a file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BondOrder {
    /// Not given (derived from a template or a distance).
    #[default]
    Unknown,
    /// Single.
    Single,
    /// Double.
    Double,
    /// Triple.
    Triple,
    /// Aromatic (delocalised in a ring).
    Aromatic,
    /// Amide, MOL2's `am`.
    Amide,
}

/// A covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Order, as far as a file says.
    pub order: BondOrder,
}

/// Why two atoms are related without a covalent bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PseudobondKind {
    /// Residues follow each other in the file, but the chain is broken between them.
    MissingStructure,
    /// A metal and the atom that coordinates it.
    MetalCoordination,
}

/// A relation between two atoms that is not a covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudobond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Why.
    pub kind: PseudobondKind,
}

/// Bonded neighbours of every atom (compressed rows).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    offsets: Vec<u32>,
    list: Vec<u32>,
}

impl Neighbours {
    /// Builds the rows for `atom_count` atoms from bonds whose ends are all below `atom_count`.
    #[must_use]
    pub fn from_bonds(atom_count: usize, bonds: &[Bond]) -> Self {
        let mut offsets = vec![0_u32; atom_count + 1];
        for bond in bonds {
            offsets[bond.a as usize + 1] += 1;
            offsets[bond.b as usize + 1] += 1;
        }
        for i in 0..atom_count {
            offsets[i + 1] += offsets[i];
        }
        let mut next = offsets.clone();
        let mut list = vec![0_u32; bonds.len() * 2];
        for bond in bonds {
            for (from, to) in [(bond.a, bond.b), (bond.b, bond.a)] {
                list[next[from as usize] as usize] = to;
                next[from as usize] += 1;
            }
        }
        for i in 0..atom_count {
            list[offsets[i] as usize..offsets[i + 1] as usize].sort_unstable();
        }
        Self { offsets, list }
    }

    /// Neighbours of one atom, ascending.
    ///
    /// # Panics
    /// When `atom` is out of range.
    #[must_use]
    pub fn of(&self, atom: u32) -> &[u32] {
        let i = atom as usize;
        &self.list[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }
}
