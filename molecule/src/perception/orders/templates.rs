//! Double bonds of standard residues, by atom names.
//!
//! Orders of the Chemical Component Dictionary of the Protein Data Bank (`_chem_comp_bond`) in the
//! usual protonation at pH 7: of the two equal bonds of a carboxylate or a guanidinium group one is
//! double. Bonds that are not listed are single.

use super::super::idatm::molecule::Molecule;
use crate::structure::Residue;

/// Residue names and the double bonds of the side chain or the base.
const SIDE_CHAINS: [(&str, &str); 16] = [
    ("ARG", "CZ=NH2"),
    ("ASN", "CG=OD1"),
    ("ASP", "CG=OD1"),
    ("GLN", "CD=OE1"),
    ("GLU", "CD=OE1"),
    ("HIS HIE HSE HIP HSP", "CG=CD2 ND1=CE1"),
    ("HID HSD", "CG=CD2 CE1=NE2"),
    ("PHE TYR", "CG=CD1 CD2=CE2 CE1=CZ"),
    ("TRP", "CG=CD1 CD2=CE2 CE3=CZ3 CZ2=CH2"),
    ("ACE", "C=O"),
    ("A DA RA ADE", "C8=N7 C4=C5 C6=N1 C2=N3"),
    ("G DG RG GUA", "C8=N7 C4=C5 C6=O6 C2=N3"),
    ("C DC RC CYT", "C2=O2 N3=C4 C5=C6"),
    ("U DU RU URA", "C2=O2 C4=O4 C5=C6"),
    ("T DT RT THY", "C2=O2 C4=O4 C5=C6"),
    ("HOH", ""),
];

/// Returns true if the bond between two atoms of a residue with template is double.
///
/// Hydrogens decide between tautomers: histidine with `HD1` and without `HE2` has `CE1=NE2`, and an
/// acid with a hydrogen on its first oxygen has the double bond to the other one.
pub(super) fn is_double(molecule: &Molecule<'_>, residue: &Residue, atoms: [u32; 2]) -> bool {
    let name = |atom: u32| molecule.structure.name_in_file(atom).replace('*', "'");
    let [first, second] = atoms.map(name);
    let is_pair = |a: &str, b: &str| (first == a && second == b) || (first == b && second == a);
    let has = |wanted: &str| residue.atoms.clone().any(|atom| name(atom) == wanted);
    // Backbones: the amide or acid, and the phosphate.
    if is_pair("C", "O") {
        return true;
    }
    if is_pair("P", "OP1") || is_pair("P", "O1P") {
        return true;
    }
    let listed = SIDE_CHAINS
        .iter()
        .find(|(names, _)| names.split(' ').any(|other| other == residue.name));
    let mut doubles = listed.map_or("", |(_, doubles)| *doubles);
    match residue.name.as_str() {
        "HIS" if has("HD1") && !has("HE2") => doubles = "CG=CD2 CE1=NE2",
        "ASP" if has("HD1") => doubles = "CG=OD2",
        "GLU" if has("HE1") => doubles = "CD=OE2",
        _ => {}
    }
    doubles
        .split(' ')
        .filter_map(|bond| bond.split_once('='))
        .any(|(a, b)| is_pair(a, b))
}
