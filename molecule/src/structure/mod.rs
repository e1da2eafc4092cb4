//! [`Structure`], the result of every reader: atoms in columns, residues, chains, bonds.

mod atoms;
mod bonds;
mod hierarchy;
mod limits;

pub use atoms::Atoms;
pub use bonds::{Bond, BondOrder, Neighbours, Pseudobond, PseudobondKind};
pub use hierarchy::{Chain, Part, PartRole, Residue, ResidueClass};
pub use limits::MAX_COORDINATE_ANGSTROM;

use crate::diagnostics::Warning;

/// A molecular structure of one or several files. Made only by this crate's readers, so whoever
/// holds one may rely on: equal column lengths, indices in range, finite coordinates, bonds sorted
/// by `(a, b)` and unique.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Structure {
    pub(crate) atoms: Atoms,
    pub(crate) residues: Vec<Residue>,
    pub(crate) chains: Vec<Chain>,
    pub(crate) parts: Vec<Part>,
    pub(crate) bonds: Vec<Bond>,
    pub(crate) pseudobonds: Vec<Pseudobond>,
    pub(crate) warnings: Vec<Warning>,
}

impl Structure {
    /// Atom columns.
    #[must_use]
    pub fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// Residues in file order.
    #[must_use]
    pub fn residues(&self) -> &[Residue] {
        &self.residues
    }

    /// Chains in order of first appearance.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// Input files in the order given.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Covalent bonds, sorted by `(a, b)`, unique.
    #[must_use]
    pub fn bonds(&self) -> &[Bond] {
        &self.bonds
    }

    /// Chain gaps and metal coordination, sorted, unique.
    #[must_use]
    pub fn pseudobonds(&self) -> &[Pseudobond] {
        &self.pseudobonds
    }

    /// What was odd in the files, in reading order.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Residue of an atom.
    ///
    /// # Panics
    /// When `atom` is not below [`Atoms::len`].
    #[must_use]
    pub fn residue_of(&self, atom: u32) -> &Residue {
        &self.residues[self.atoms.residue[atom as usize] as usize]
    }

    /// Part of a residue.
    #[must_use]
    pub fn part_of(&self, residue: &Residue) -> &Part {
        &self.parts[self.chains[residue.chain as usize].part as usize]
    }

    /// Bonded neighbours of every atom, as one flat list: the neighbours of atom `i`, ascending,
    /// are `list[offsets[i]..offsets[i + 1]]`.
    #[must_use]
    pub fn neighbours(&self) -> Neighbours {
        Neighbours::from_bonds(self.atoms.len(), &self.bonds)
    }

    /// The same structure with its atoms elsewhere: bonds, classes and all else stay. `None` when
    /// there are more or fewer positions than atoms, or one is not finite or lies beyond
    /// [`crate::structure::MAX_COORDINATE_ANGSTROM`].
    #[must_use]
    pub fn with_positions(&self, position_angstrom: Vec<[f32; 3]>) -> Option<Self> {
        let limit = MAX_COORDINATE_ANGSTROM;
        // Written so that not-a-number fails, too.
        let sound = position_angstrom.len() == self.atoms.len()
            && position_angstrom
                .as_flattened()
                .iter()
                .all(|part| part.abs() < limit);
        sound.then(|| Self {
            atoms: Atoms {
                position_angstrom,
                ..self.atoms.clone()
            },
            ..self.clone()
        })
    }

    /// Puts several files into one structure, in the order given; every file stays a part of its
    /// own.
    #[must_use]
    pub fn merge(structures: Vec<Self>) -> Self {
        let mut all = Self {
            atoms: Atoms::default(),
            residues: Vec::new(),
            chains: Vec::new(),
            parts: Vec::new(),
            bonds: Vec::new(),
            pseudobonds: Vec::new(),
            warnings: Vec::new(),
        };
        for mut next in structures {
            let atom0 = all.atoms.len() as u32;
            let residue0 = all.residues.len() as u32;
            let chain0 = all.chains.len() as u32;
            let part0 = all.parts.len() as u32;
            next.atoms.residue.iter_mut().for_each(|r| *r += residue0);
            all.atoms.append(&mut next.atoms);
            all.residues.extend(next.residues.into_iter().map(|mut r| {
                r.chain += chain0;
                r.atoms = r.atoms.start + atom0..r.atoms.end + atom0;
                r
            }));
            all.chains.extend(next.chains.into_iter().map(|mut c| {
                c.part += part0;
                c
            }));
            all.parts.extend(next.parts.into_iter().map(|mut p| {
                p.atoms = p.atoms.start + atom0..p.atoms.end + atom0;
                p.residues = p.residues.start + residue0..p.residues.end + residue0;
                p
            }));
            all.bonds.extend(next.bonds.into_iter().map(|mut b| {
                b.a += atom0;
                b.b += atom0;
                b
            }));
            all.pseudobonds
                .extend(next.pseudobonds.into_iter().map(|mut b| {
                    b.a += atom0;
                    b.b += atom0;
                    b
                }));
            all.warnings.append(&mut next.warnings);
        }
        all
    }
}
