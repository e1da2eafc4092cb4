//! [`Structure`], the result of every reader: atoms in columns, residues, chains, bonds.

mod atoms;
mod bonds;
mod hierarchy;
mod limits;
mod names;
mod retain;
mod rows;
mod secondary;

pub use atoms::Atoms;
pub use bonds::{Bond, BondOrder, Neighbours, Pseudobond, PseudobondKind};
pub use hierarchy::{Chain, Part, PartRole, Residue, ResidueClass};
pub use limits::MAX_COORDINATE_ANGSTROM;
pub(crate) use rows::FileRows;
pub use secondary::{FileSecondaryStructure, SecondaryStructureKind};

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::diagnostics::{Location, Warning};

/// A molecular structure of one or several files. Only the readers of this crate create one, so the
/// following always holds: columns have equal lengths, indices are in range, coordinates are
/// finite, bonds are sorted by `(a, b)` and unique.
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
    /// Names in the file of the atoms that have another one, by index.
    pub(crate) names_in_file: BTreeMap<u32, SmolStr>,
    pub(crate) file_rows: FileRows,
}

impl Structure {
    /// Returns the atom columns.
    #[must_use]
    pub fn atoms(&self) -> &Atoms {
        &self.atoms
    }

    /// Returns the residues in file order.
    #[must_use]
    pub fn residues(&self) -> &[Residue] {
        &self.residues
    }

    /// Returns the chains in order of first appearance.
    #[must_use]
    pub fn chains(&self) -> &[Chain] {
        &self.chains
    }

    /// Returns the parts (input files) in the order given.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Returns the covalent bonds, sorted by `(a, b)` and unique.
    #[must_use]
    pub fn bonds(&self) -> &[Bond] {
        &self.bonds
    }

    /// Returns chain gaps and metal coordination, sorted and unique.
    #[must_use]
    pub fn pseudobonds(&self) -> &[Pseudobond] {
        &self.pseudobonds
    }

    /// Returns the warnings of the readers, in reading order.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Adds a warning about the whole of the first part's file.
    #[must_use]
    pub fn with_warning(mut self, message: String) -> Self {
        let file = self.parts.first().map_or("", |part| &part.name);
        self.warnings.push(Warning {
            location: Location::file(file),
            message,
        });
        self
    }

    /// Returns the residue of an atom.
    ///
    /// # Panics
    /// Panics if `atom` is not below [`Atoms::len`].
    #[must_use]
    pub fn residue_of(&self, atom: u32) -> &Residue {
        &self.residues[self.atoms.residue[atom as usize] as usize]
    }

    /// Returns the part of a residue.
    #[must_use]
    pub fn part_of(&self, residue: &Residue) -> &Part {
        &self.parts[self.chains[residue.chain as usize].part as usize]
    }

    /// Computes the bonded neighbours of every atom.
    #[must_use]
    pub fn neighbours(&self) -> Neighbours {
        Neighbours::from_bonds(self.atoms.len(), &self.bonds)
    }

    /// Returns the same structure with other atom positions; everything else, such as bonds, stays.
    /// `None` if the number of positions is not the number of atoms, or a coordinate is not finite
    /// or not below [`MAX_COORDINATE_ANGSTROM`].
    #[must_use]
    pub fn with_positions(&self, position_angstrom: Vec<[f32; 3]>) -> Option<Self> {
        let limit = MAX_COORDINATE_ANGSTROM;
        // This comparison is false for NaN, too.
        let sound = position_angstrom.len() == self.atoms.len()
            && position_angstrom
                .as_flattened()
                .iter()
                .all(|part| part.abs() < limit);
        sound.then(|| {
            let mut moved = self.clone();
            moved.atoms.position_angstrom = position_angstrom;
            moved
        })
    }

    /// Merges several models of the same file into one structure. The parts of each are named with
    /// its number: `NAME model 3`.
    #[must_use]
    pub fn merge_models(models: Vec<(u32, Self)>) -> Self {
        let named = models.into_iter().map(|(number, mut model)| {
            for part in &mut model.parts {
                part.name = format!("{} model {number}", part.name);
                part.overlay_model = Some(number);
            }
            model
        });
        Self::merge(named.collect())
    }

    /// Merges several structures into one, in the order given; every file stays a separate part.
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
            names_in_file: BTreeMap::new(),
            file_rows: FileRows::default(),
        };
        for mut next in structures {
            let atom0 = all.atoms.len() as u32;
            let residue0 = all.residues.len() as u32;
            let chain0 = all.chains.len() as u32;
            let part0 = all.parts.len() as u32;
            all.file_rows
                .append(all.atoms.len(), &next.file_rows, next.atoms.len());
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
            let names = next.names_in_file.into_iter();
            all.names_in_file
                .extend(names.map(|(atom, name)| (atom + atom0, name)));
        }
        all
    }
}
