//! Atom types: IDATM (Meng & Lewis, "Determination of molecular topology and atomic hybridization
//! states from heavy atom coordinates", J. Comput. Chem. 12 (1991) 891), as extended by
//! `UCSF Chimera` and `ChimeraX`.
//!
//! Data flow: `templates` (standard residues, by name) -> `by_neighbours` (numbers of neighbours,
//! angles, then lengths of terminal bonds) -> `rings` and `aromatic` with `bond_orders` -> `repair`
//! (partners of sp2 atoms, charges). Bond orders of the file are not used: the types depend on
//! elements, bonds and coordinates only, so that the same molecule has the same types in any
//! format.

mod aromatic;
mod bond_orders;
mod by_neighbours;
pub(crate) mod molecule;
mod repair;
pub(crate) mod rings;
mod templates;
#[cfg(test)]
mod tests;
mod types;
pub(crate) mod vector;

use crate::{Location, Structure, Warning};
use molecule::Molecule;
use rings::Rings;

pub use types::{AtomType, Geometry};

/// Atom types of a structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct AtomTypes {
    /// One type for each atom.
    pub types: Vec<AtomType>,
    /// Warnings, such as a ring without valid bond orders.
    pub warnings: Vec<Warning>,
}

/// Computes the types of all atoms of a structure, in linear time.
///
/// ```
/// use molshot_molecule::{PartRole, ReadOptions, perception::idatm, read_bytes};
/// let pdb = b"ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00  0.00           N\n";
/// let glycine = read_bytes("gly.pdb", pdb, PartRole::Whole, &ReadOptions::default())?;
/// assert_eq!(idatm::atom_types(&glycine).types[0].name(), "N3+");
/// # Ok::<(), molshot_molecule::MoleculeError>(())
/// ```
#[must_use]
pub fn atom_types(structure: &Structure) -> AtomTypes {
    let typed = TypedMolecule::new(structure);
    AtomTypes {
        types: typed.molecule.types,
        warnings: typed.warnings,
    }
}

/// A molecule with types and rings: the input of the search for hydrogen bonds.
#[derive(Debug)]
pub(crate) struct TypedMolecule<'a> {
    pub(crate) molecule: Molecule<'a>,
    pub(crate) rings: Rings,
    pub(crate) warnings: Vec<Warning>,
}

impl<'a> TypedMolecule<'a> {
    pub(crate) fn new(structure: &'a Structure) -> Self {
        let mut molecule = Molecule::new(structure);
        let has_template = templates::assign(&mut molecule);
        Self::perceive(molecule, &has_template)
    }

    /// Computes the types of the atoms without template; `has_template` has one entry for each
    /// residue.
    fn perceive(mut molecule: Molecule<'a>, has_template: &[bool]) -> Self {
        let structure = molecule.structure;
        let computed = molecule.computed();
        let mut ambiguities = by_neighbours::by_neighbours(&mut molecule, &computed);
        by_neighbours::terminal(&mut molecule, &computed, &mut ambiguities);
        by_neighbours::recheck(&mut molecule, &computed, &ambiguities);
        by_neighbours::short_bonds_of_nitrogens(&mut molecule, &computed);
        let rings = Rings::find(&molecule);
        let outcome = aromatic::aromatic_rings(&mut molecule, &rings, has_template);
        repair::delocalised_nitrogens(&mut molecule, &computed, &rings, &ambiguities);
        repair::isolated_carbons(&mut molecule, &computed);
        repair::charges(&mut molecule, &computed, &rings);
        repair::unsettled_nitrogens(
            &mut molecule,
            &computed,
            &rings,
            &outcome.assigned_nitrogens,
        );
        repair::leftovers(&mut molecule, &computed, &rings);
        let warnings = outcome
            .unsolved
            .iter()
            .map(|&atom| {
                let residue = structure.residue_of(atom);
                Warning {
                    location: Location::file(structure.part_of(residue).name.clone()),
                    message: format!(
                        "no bond orders fit the ring system of {} {} with atom {}; its atoms keep the types from bond lengths and angles",
                        residue.name, residue.number, structure.atoms().name[atom as usize]
                    ),
                }
            })
            .collect();
        Self {
            molecule,
            rings,
            warnings,
        }
    }
}
