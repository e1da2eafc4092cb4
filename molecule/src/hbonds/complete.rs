//! Test for missing neighbours of atoms in standard residues.

use crate::perception::idatm::molecule::Molecule;
use crate::perception::names::{ResidueKind, residue_kind};
use crate::perception::packed_name::pack;
use crate::perception::templates::canonical;

/// Returns false for an atom of a standard residue with fewer heavy neighbours in its residue than
/// its template has: its class is unknown. Returns true for atoms of all other residues.
pub(crate) fn is_complete(molecule: &Molecule<'_>, atom: u32) -> bool {
    let structure = molecule.structure;
    let residue = structure.residue_of(atom);
    let (ResidueKind::AminoAcid(Some(template)) | ResidueKind::Nucleotide(template)) =
        residue_kind(&residue.name)
    else {
        return true;
    };
    // Another name, given later, changes no chemistry.
    let name_of = |i: u32| canonical(structure.name_in_file(i).as_bytes(), template.is_amino_acid);
    let name = name_of(atom);
    // The first nucleotide of a chain has no phosphate.
    let may_lack = |a: u64, b: u64| pack(b"O5'") == Some(a) && pack(b"P") == Some(b);
    let needed = template
        .bonds
        .iter()
        .filter(|&&[a, b]| (a == name && !may_lack(a, b)) || (b == name && !may_lack(b, a)))
        .count();
    let present = molecule
        .of(atom)
        .iter()
        .filter(|&&n| residue.atoms.contains(&n) && !molecule.is_hydrogen(n))
        .count();
    present >= needed
}
