//! Chemical classes of residues.

use super::distance::squared_distance;
use super::names::{ResidueKind, residue_kind};
use crate::structure::{Residue, ResidueClass};
use crate::{Element, Structure};

/// Longest accepted bond inside and between residues of a polymer, in angstrom. C-N in a peptide
/// has 1.33, O-P in a nucleic acid 1.60.
const LONGEST_LINK_ANGSTROM: f32 = 2.0;

/// Finds the first atom of a residue with one of these names, in the order of the names.
pub(crate) fn atom_named(structure: &Structure, residue: &Residue, names: &[&str]) -> Option<u32> {
    names.iter().find_map(|name| {
        residue
            .atoms
            .clone()
            .find(|&i| structure.atoms.name[i as usize] == *name)
    })
}

/// Returns the classes of all residues, by name and by atoms. `segment` holds the chain segment of
/// each residue.
pub(crate) fn classify(structure: &Structure, segment: &[u32]) -> Vec<ResidueClass> {
    structure
        .residues
        .iter()
        .enumerate()
        .map(|(i, residue)| class_of(structure, segment, i, residue))
        .collect()
}

fn class_of(
    structure: &Structure,
    segment: &[u32],
    index: usize,
    residue: &Residue,
) -> ResidueClass {
    let kind = residue_kind(&residue.name);
    match kind {
        ResidueKind::Water => return ResidueClass::Water,
        ResidueKind::AminoAcid(_) => return ResidueClass::AminoAcid,
        _ => {}
    }
    if residue.atoms.len() == 1 {
        let element = structure.atoms.element[residue.atoms.start as usize];
        // Tested before nucleotides: `I` and `U` are iodide and uranium as well as inosine and
        // uridine.
        if element.is_metal() || element.is_halogen() {
            return ResidueClass::Ion;
        }
        if matches!(kind, ResidueKind::Ion) && element == Element::UNKNOWN {
            return ResidueClass::Ion;
        }
    }
    match kind {
        ResidueKind::Nucleotide(_) => ResidueClass::Nucleotide,
        _ if is_modified_amino_acid(structure, segment, index, residue) => ResidueClass::AminoAcid,
        _ if is_modified_nucleotide(structure, segment, index, residue) => ResidueClass::Nucleotide,
        _ if has_no_element(structure, residue) => ResidueClass::Marker,
        _ => ResidueClass::Ligand,
    }
}

fn has_no_element(structure: &Structure, residue: &Residue) -> bool {
    residue
        .atoms
        .clone()
        .all(|i| structure.atoms.element[i as usize] == Element::UNKNOWN)
}

/// Returns the residues before and after one, if they are in the same chain and segment.
fn adjacent<'a>(
    structure: &'a Structure,
    segment: &[u32],
    index: usize,
) -> [Option<&'a Residue>; 2] {
    let near = |other: usize| {
        let (a, b) = (
            structure.residues.get(index)?,
            structure.residues.get(other)?,
        );
        (a.chain == b.chain && segment.get(index) == segment.get(other)).then_some(b)
    };
    [index.checked_sub(1).and_then(near), near(index + 1)]
}

fn is_near(structure: &Structure, a: Option<u32>, b: Option<u32>) -> bool {
    let (Some(a), Some(b)) = (a, b) else {
        return false;
    };
    let positions = &structure.atoms.position_angstrom;
    squared_distance(positions[a as usize], positions[b as usize])
        <= LONGEST_LINK_ANGSTROM * LONGEST_LINK_ANGSTROM
}

/// Returns true if a neighbour in the chain is bonded: the one before by its atom `out_of`, the one
/// after by its atom `into`.
fn is_linked(
    structure: &Structure,
    segment: &[u32],
    index: usize,
    residue: &Residue,
    out_of: &[&str],
    into: &[&str],
) -> bool {
    let [before, after] = adjacent(structure, segment, index);
    let named = |residue: &Residue, names| atom_named(structure, residue, names);
    before.is_some_and(|b| is_near(structure, named(b, out_of), named(residue, into)))
        || after.is_some_and(|a| is_near(structure, named(residue, out_of), named(a, into)))
}

/// Tests for a residue of any name with a peptide backbone, in a chain. `UNK` (unknown amino acid
/// in the Protein Data Bank, but "unknown ligand" elsewhere) does not need a neighbour.
fn is_modified_amino_acid(
    structure: &Structure,
    segment: &[u32],
    index: usize,
    residue: &Residue,
) -> bool {
    let ca = atom_named(structure, residue, &["CA"]);
    let n = atom_named(structure, residue, &["N"]);
    let c = atom_named(structure, residue, &["C"]);
    is_near(structure, n, ca)
        && is_near(structure, ca, c)
        && (residue.name == "UNK" || is_linked(structure, segment, index, residue, &["C"], &["N"]))
}

/// Tests for a residue of any name with the sugar of a nucleotide, in a chain.
fn is_modified_nucleotide(
    structure: &Structure,
    segment: &[u32],
    index: usize,
    residue: &Residue,
) -> bool {
    let c3 = atom_named(structure, residue, &["C3'", "C3*"]);
    let c4 = atom_named(structure, residue, &["C4'", "C4*"]);
    is_near(structure, c3, c4)
        && is_linked(structure, segment, index, residue, &["O3'", "O3*"], &["P"])
}
