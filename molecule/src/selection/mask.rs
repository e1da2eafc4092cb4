//! Masks: one flag per atom.

use crate::structure::Residue;
use crate::{Element, Structure};

/// One flag an atom from a question about its residue.
pub(super) fn by_residue(structure: &Structure, wanted: impl Fn(&Residue) -> bool) -> Vec<bool> {
    let mut flags = vec![false; structure.atoms().len()];
    for residue in structure.residues() {
        if wanted(residue) {
            flags[residue.atoms.start as usize..residue.atoms.end as usize].fill(true);
        }
    }
    flags
}

/// One flag an atom from a question about its element.
pub(super) fn by_element(structure: &Structure, wanted: impl Fn(Element) -> bool) -> Vec<bool> {
    let elements = structure.atoms().element.iter();
    elements.map(|&element| wanted(element)).collect()
}

/// All atoms of the residues of which any atom is flagged.
pub(super) fn whole_residues(structure: &Structure, flags: &[bool]) -> Vec<bool> {
    by_residue(structure, |residue| {
        flags[residue.atoms.start as usize..residue.atoms.end as usize].contains(&true)
    })
}
