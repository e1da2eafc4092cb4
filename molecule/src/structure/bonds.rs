//! Covalent bonds, pseudobonds, and the neighbours of every atom.

/// Bond order as the file gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum BondOrder {
    /// Not given: the bond is derived from a template or a distance.
    #[default]
    Unknown,
    /// Single bond.
    Single,
    /// Double bond.
    Double,
    /// Triple bond.
    Triple,
    /// Aromatic bond, delocalised in a ring.
    Aromatic,
    /// Amide bond, `am` in MOL2.
    Amide,
    /// Dative bond to a metal or another acceptor of a lone pair, type 9 in SDF.
    Dative,
}

/// A covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Bond order, if the file gives one.
    pub order: BondOrder,
}

/// Kind of relation between two atoms without a covalent bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PseudobondKind {
    /// Two residues are adjacent in the chain, but structure is missing between them.
    MissingStructure,
    /// A metal and an atom that coordinates it.
    MetalCoordination,
}

/// A relation between two atoms that is not a covalent bond; `a < b`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pseudobond {
    /// Lower atom index.
    pub a: u32,
    /// Higher atom index.
    pub b: u32,
    /// Kind of relation.
    pub kind: PseudobondKind,
}

/// Bonded neighbours of every atom, in one flat list (compressed sparse rows).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    offsets: Vec<u32>,
    list: Vec<u32>,
}

impl Neighbours {
    /// Collects the neighbours of `atom_count` atoms from bonds between atoms below `atom_count`.
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

    /// Returns the neighbours of one atom, ascending.
    ///
    /// # Panics
    /// Panics if `atom` is out of range.
    #[must_use]
    pub fn of(&self, atom: u32) -> &[u32] {
        let i = atom as usize;
        &self.list[self.offsets[i] as usize..self.offsets[i + 1] as usize]
    }
}
