//! What is derived from atoms: residue classes, bonds, atom types, radii.
//!
//! Data flow: `names` (meaning of a residue name) -> `classes` -> `residue` (bonds inside a
//! residue, by `templates` or by `distance`) -> `polymer` (bonds between residues, gaps) ->
//! `metals` (coordination). Atom types ([`idatm`]), bond orders and radii are computed on request.
//!
//! The rules are those of `ChimeraX` for PDB files (Pettersen et al., Protein Sci. 30 (2021) 70),
//! so that bonds, and everything derived from them, agree with it.

mod classes;
mod distance;
pub mod idatm;
mod metals;
pub(crate) mod names;
mod orders;
pub(crate) mod packed_name;
mod polymer;
mod radii;
mod residue;
pub(crate) mod templates;
#[cfg(test)]
mod tests;

pub(crate) use distance::bonds_by_distance;
pub use orders::{AssignedOrder, BondOrders, OrderSource, bond_orders};
pub use radii::vdw_radii_angstrom;

use crate::raw::{BondSource, RawBond};
use crate::structure::{Bond, BondOrder, PartRole, Pseudobond, PseudobondKind, ResidueClass};
use crate::{Location, Structure, Warning};

/// Input of bond perception in addition to the columns of the structure.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FileBonds {
    /// Bonds in the file, between atom indices of the structure.
    pub(crate) bonds: Vec<RawBond>,
    /// True if the file lists all bonds.
    pub(crate) complete: bool,
    /// Chain segment of every residue (see `RawAtom::segment`).
    pub(crate) residue_segment: Vec<u32>,
}

/// Classifies the residues and finds the bonds of a structure of one part: sets
/// `structure.residues[..].class`, `structure.bonds` and `structure.pseudobonds`.
///
/// - If the file lists all bonds (MOL2, SDF), exactly these are used.
/// - Otherwise, bonds inside residues: standard residues by template; residues with a component
///   definition in the file by that; all others, and standard residues with hydrogens of unknown
///   names, by distance.
/// - Bonds between residues: neighbours in a polymer chain, disulfide bridges by distance, and
///   bonds in the file. Such a bond becomes a [`PseudobondKind::MissingStructure`] if its length is
///   at least 1.75 times the sum of the covalent radii and its residues do not have consecutive
///   numbers.
/// - Coordination of metals, from the file or derived, is [`PseudobondKind::MetalCoordination`].
pub(crate) fn perceive(structure: &mut Structure, file: &str, file_bonds: FileBonds) {
    let FileBonds {
        bonds: mut stated,
        complete,
        residue_segment,
    } = file_bonds;
    let count = structure.atoms.len();
    stated.retain(|bond| bond.a < bond.b && (bond.b as usize) < count);
    let classes = classes::classify(structure, &residue_segment);
    for (residue, class) in structure.residues.iter_mut().zip(classes) {
        residue.class = class;
    }
    if complete {
        structure.bonds = sorted_unique(
            stated
                .into_iter()
                .map(|bond| Bond {
                    a: bond.a,
                    b: bond.b,
                    order: bond.order,
                })
                .collect(),
        );
    } else {
        derive(structure, file, &stated, &residue_segment);
    }
    let parts = &structure.parts;
    for residue in &mut structure.residues {
        let part = structure.chains[residue.chain as usize].part;
        if parts[part as usize].role == PartRole::Ligand {
            residue.class = ResidueClass::Ligand;
        }
    }
}

/// Derives bonds, and adds those of the file.
fn derive(structure: &mut Structure, file: &str, stated: &[RawBond], segment: &[u32]) {
    let mut bonds = Vec::with_capacity(structure.atoms.len() + structure.atoms.len() / 8);
    let mut pseudobonds = Vec::new();
    let unknown_order = |[a, b]: [u32; 2]| Bond {
        a,
        b,
        order: BondOrder::Unknown,
    };
    let residue_of = |atom: u32| structure.atoms.residue[atom as usize];

    let mut by_component: Vec<[u32; 2]> = stated
        .iter()
        .filter(|bond| {
            bond.source == BondSource::Component && residue_of(bond.a) == residue_of(bond.b)
        })
        .map(|bond| [bond.a, bond.b])
        .collect();
    by_component.sort_unstable();
    let mut inside = residue::ResidueBonds::default();
    let mut next = 0;
    for residue in &structure.residues {
        // Residues are ranges of atoms in ascending order, so their component bonds are ranges of
        // the sorted list.
        let from = next;
        while by_component
            .get(next)
            .is_some_and(|pair| pair[0] < residue.atoms.end)
        {
            next += 1;
        }
        inside.add(structure, residue, &by_component[from..next]);
    }
    if inside.crowded > 0 {
        structure.warnings.push(Warning {
            location: Location::file(file),
            message: format!(
                "{} atoms are too crowded to be bonded by distance; they get no such bonds",
                inside.crowded
            ),
        });
    }
    bonds.extend(inside.pairs.into_iter().map(unknown_order));

    let missing = |[a, b]: [u32; 2]| Pseudobond {
        a,
        b,
        kind: PseudobondKind::MissingStructure,
    };
    for (pair, is_stand_in) in polymer::join_chains(structure, segment) {
        if is_stand_in || polymer::is_gap(structure, pair) {
            pseudobonds.push(missing(pair));
        } else {
            bonds.push(unknown_order(pair));
        }
    }
    bonds.extend(
        polymer::disulfides(structure)
            .into_iter()
            .map(unknown_order),
    );
    for bond in stated {
        let pair = [bond.a, bond.b];
        let involves_metal = pair
            .iter()
            .any(|&i| structure.atoms.element[i as usize].is_metal());
        if bond.source == BondSource::Metal {
            pseudobonds.push(Pseudobond {
                a: bond.a,
                b: bond.b,
                kind: PseudobondKind::MetalCoordination,
            });
        } else if residue_of(bond.a) != residue_of(bond.b)
            && !involves_metal
            && polymer::is_gap(structure, pair)
        {
            pseudobonds.push(missing(pair));
        } else {
            bonds.push(Bond {
                a: bond.a,
                b: bond.b,
                order: bond.order,
            });
        }
    }
    // Coordination in the file excludes a covalent bond, even if the atoms are near enough.
    pseudobonds.sort_unstable();
    remove_coordination(&mut bonds, &pseudobonds, structure.atoms.len());
    structure.bonds = sorted_unique(bonds);
    // A bond between the same atoms (`CONECT` between the alpha carbons of a trace) replaces a gap.
    let bonds = &structure.bonds;
    pseudobonds.retain(|gap| {
        gap.kind == PseudobondKind::MetalCoordination
            || bonds
                .binary_search_by_key(&(gap.a, gap.b), |bond| (bond.a, bond.b))
                .is_err()
    });
    structure.pseudobonds = pseudobonds;
    metals::separate_coordination(structure);
    structure.pseudobonds.sort_unstable();
    structure.pseudobonds.dedup();
}

/// Removes the bonds that are coordination of metals in `pseudobonds`, which are sorted.
fn remove_coordination(bonds: &mut Vec<Bond>, pseudobonds: &[Pseudobond], atom_count: usize) {
    if pseudobonds.is_empty() {
        return;
    }
    // Nearly all atoms have no pseudobond: the search is for the others.
    let mut has_pseudobond = vec![false; atom_count];
    for pseudobond in pseudobonds {
        has_pseudobond[pseudobond.a as usize] = true;
    }
    bonds.retain(|bond| {
        let coordination = Pseudobond {
            a: bond.a,
            b: bond.b,
            kind: PseudobondKind::MetalCoordination,
        };
        !has_pseudobond[bond.a as usize] || pseudobonds.binary_search(&coordination).is_err()
    });
}

/// Sorts by atoms and keeps one bond of each pair: the first with a known order.
fn sorted_unique(mut bonds: Vec<Bond>) -> Vec<Bond> {
    // A stable sort, so that of two different orders the first in the file is used.
    bonds.sort_by_key(|bond| (bond.a, bond.b, bond.order == BondOrder::Unknown));
    bonds.dedup_by_key(|bond| (bond.a, bond.b));
    bonds
}
