//! Masks: one flag per atom.

use crate::structure::Residue;
use crate::{Element, Structure};

/// Returns the mask of the atoms of accepted residues.
pub(super) fn by_residue(structure: &Structure, wanted: impl Fn(&Residue) -> bool) -> Vec<bool> {
    let mut flags = vec![false; structure.atoms().len()];
    for residue in structure.residues() {
        if wanted(residue) {
            flags[residue.atoms.start as usize..residue.atoms.end as usize].fill(true);
        }
    }
    flags
}

/// Returns the mask of the atoms of accepted elements.
pub(super) fn by_element(structure: &Structure, wanted: impl Fn(Element) -> bool) -> Vec<bool> {
    let elements = structure.atoms().element.iter();
    elements.map(|&element| wanted(element)).collect()
}

/// Returns the mask of all atoms of residues with any atom in `flags`.
pub(super) fn whole_residues(structure: &Structure, flags: &[bool]) -> Vec<bool> {
    by_residue(structure, |residue| {
        flags[residue.atoms.start as usize..residue.atoms.end as usize].contains(&true)
    })
}
