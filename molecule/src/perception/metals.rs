//! Separates metal coordination from covalent bonds.

use crate::structure::{Bond, Neighbours, Pseudobond, PseudobondKind};
use crate::{Element, Structure};

/// Largest number of covalent bonds of a metal; with more bonds all are coordination.
const MOST_COVALENT_BONDS: usize = 4;

/// Moves metal coordination from `structure.bonds` (sorted, unique) to `structure.pseudobonds`.
///
/// A bond of a metal is coordination if it leads to another residue, if the metal has more than
/// four bonds, or if its partner is also bonded to a non-metal of its residue. The only bond of a
/// metal stays a bond if the partner has no lone pair (the carbon of methylmercury).
pub(crate) fn separate_coordination(structure: &mut Structure) {
    let atoms = &structure.atoms;
    let is_metal = |i: u32| atoms.element[i as usize].is_metal();
    if !atoms.element.iter().any(|element| element.is_metal()) {
        return;
    }
    let neighbours = Neighbours::from_bonds(atoms.len(), &structure.bonds);
    let coordinates = |metal: u32, partner: u32| {
        let residue = atoms.residue[metal as usize];
        if atoms.residue[partner as usize] != residue {
            return true;
        }
        let bonds = neighbours.of(metal).len();
        if bonds > MOST_COVALENT_BONDS {
            return true;
        }
        let has_lone_pair = !matches!(
            atoms.element[partner as usize],
            Element::H | Element::B | Element::C | Element::SI
        );
        if bonds == 1 && !has_lone_pair {
            return false;
        }
        neighbours
            .of(partner)
            .iter()
            .any(|&next| !is_metal(next) && atoms.residue[next as usize] == residue)
    };
    let mut kept = Vec::with_capacity(structure.bonds.len());
    let mut taken = Vec::new();
    for &bond in &structure.bonds {
        let Bond { a, b, .. } = bond;
        if (is_metal(a) && coordinates(a, b)) || (is_metal(b) && coordinates(b, a)) {
            taken.push(Pseudobond {
                a,
                b,
                kind: PseudobondKind::MetalCoordination,
            });
        } else {
            kept.push(bond);
        }
    }
    structure.bonds = kept;
    structure.pseudobonds.append(&mut taken);
}
