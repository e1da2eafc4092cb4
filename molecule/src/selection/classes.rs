//! Evaluation of keywords such as `ligand` and `backbone`.

use crate::cancel::{CancelToken, Cancelled};

use super::limits::POCKET_DISTANCE_ANGSTROM;
use super::mask::{by_element, by_residue, whole_residues};
use super::near;
use super::words::Class;
use crate::secondary_structure::{SecondaryStructure, SecondaryStructureChoice};
use crate::structure::{PartRole, Residue, ResidueClass};
use crate::{Element, Structure};

/// Returns the mask of a class.
///
/// # Errors
/// [`Cancelled`].
pub(super) fn atoms_of(
    class: Class,
    structure: &Structure,
    cancel: &CancelToken,
) -> Result<Vec<bool>, Cancelled> {
    let of_class = |wanted: ResidueClass| by_residue(structure, |residue| residue.class == wanted);
    Ok(match class {
        Class::All => vec![true; structure.atoms().len()],
        Class::None => vec![false; structure.atoms().len()],
        Class::Ligand => {
            by_role(structure, PartRole::Ligand).unwrap_or_else(|| of_class(ResidueClass::Ligand))
        }
        Class::Pocket => match by_role(structure, PartRole::Pocket) {
            Some(flags) => flags,
            None => around_ligand(structure, cancel)?,
        },
        Class::Protein => of_class(ResidueClass::AminoAcid),
        Class::Nucleic => of_class(ResidueClass::Nucleotide),
        Class::Polymer => by_residue(structure, |residue| residue.class.is_polymer()),
        Class::Water => of_class(ResidueClass::Water),
        Class::Ion => of_class(ResidueClass::Ion),
        Class::Metal => by_element(structure, is_metal),
        Class::Hetero => by_residue(structure, |residue| residue.hetero),
        Class::Hydrogen => by_element(structure, |element| element == Element::H),
        Class::Heavy => by_element(structure, |element| element != Element::H),
        Class::Backbone => backbone(structure, true),
        Class::Sidechain => backbone(structure, false),
        Class::Helix | Class::Strand | Class::Coil => secondary(class, structure, cancel)?,
    })
}

/// Returns the mask of amino acids in helices, in strands, or in neither.
fn secondary(
    class: Class,
    structure: &Structure,
    cancel: &CancelToken,
) -> Result<Vec<bool>, Cancelled> {
    let choice = SecondaryStructureChoice::Auto;
    let found = SecondaryStructure::of_cancellable(structure, choice, cancel)?;
    let flags: Vec<bool> = std::iter::zip(structure.residues(), found.kinds())
        .map(|(residue, kind)| {
            residue.class == ResidueClass::AminoAcid
                && match class {
                    Class::Helix => kind.is_helix(),
                    Class::Strand => kind.is_strand(),
                    _ => !kind.is_helix() && !kind.is_strand(),
                }
        })
        .collect();
    let residues = structure.atoms().residue.iter();
    Ok(residues.map(|residue| flags[*residue as usize]).collect())
}

/// Returns the mask of the parts of a role; `None` if no part has it.
fn by_role(structure: &Structure, role: PartRole) -> Option<Vec<bool>> {
    let mut flags = None;
    for part in structure.parts().iter().filter(|part| part.role == role) {
        flags.get_or_insert_with(|| vec![false; structure.atoms().len()])
            [part.atoms.start as usize..part.atoms.end as usize]
            .fill(true);
    }
    flags
}

/// Returns the mask of residues of polymers, ions and water with a heavy atom near a heavy atom of
/// the ligand.
fn around_ligand(structure: &Structure, cancel: &CancelToken) -> Result<Vec<bool>, Cancelled> {
    let atoms = structure.atoms();
    let heavy = |i: usize| atoms.element[i] != Element::H;
    let mut ligand = atoms_of(Class::Ligand, structure, cancel)?;
    let around = by_residue(structure, |residue| {
        !matches!(residue.class, ResidueClass::Ligand | ResidueClass::Marker)
    });
    let around: Vec<bool> = around.iter().zip(&ligand).map(|(&a, &l)| a && !l).collect();
    for (i, flag) in ligand.iter_mut().enumerate() {
        *flag &= heavy(i);
    }
    let mut near = near::within(
        &atoms.position_angstrom,
        &ligand,
        POCKET_DISTANCE_ANGSTROM,
        |i| heavy(i) && around[i],
        cancel,
    )?;
    for (flag, &around) in near.iter_mut().zip(&around) {
        *flag &= around;
    }
    Ok(whole_residues(structure, &near))
}

/// Returns true for metals: elements other than nonmetals and the metalloids B, Si, Ge, As, Sb, Te,
/// At.
fn is_metal(element: Element) -> bool {
    matches!(
        element.atomic_number(),
        3..=4 | 11..=13 | 19..=31 | 37..=50 | 55..=84 | 87..=116
    )
}

/// Returns the mask of the backbone (`inside`) or of the side chains. A hydrogen belongs to the
/// same set as the atom that it is bonded to; without a bond it is in the side chain.
fn backbone(structure: &Structure, inside: bool) -> Vec<bool> {
    let atoms = structure.atoms();
    let mut flags = vec![false; atoms.len()];
    for residue in structure.residues() {
        let own = residue.atoms.start as usize..residue.atoms.end as usize;
        for (i, flag) in own.clone().zip(&mut flags[own]) {
            *flag = atoms.element[i] != Element::H
                && is_backbone_name(residue, structure.name_in_file(i as u32));
        }
    }
    for bond in structure.bonds() {
        for (hydrogen, other) in [(bond.a, bond.b), (bond.b, bond.a)] {
            if atoms.element[hydrogen as usize] == Element::H {
                flags[hydrogen as usize] |= atoms.element[other as usize] != Element::H
                    && atoms.residue[hydrogen as usize] == atoms.residue[other as usize]
                    && flags[other as usize];
            }
        }
    }
    if !inside {
        let polymer = by_residue(structure, |residue| residue.class.is_polymer());
        for (flag, polymer) in flags.iter_mut().zip(polymer) {
            *flag = polymer && !*flag;
        }
    }
    flags
}

/// Tests for names of heavy atoms of the peptide chain, and of phosphate and sugar of nucleotides,
/// in the chemical component dictionary of the wwPDB or in the older spelling (`O1P`, `C5*`).
fn is_backbone_name(residue: &Residue, name: &str) -> bool {
    match residue.class {
        ResidueClass::AminoAcid => matches!(name, "N" | "CA" | "C" | "O" | "OXT"),
        ResidueClass::Nucleotide => match name.strip_suffix(['\'', '*']) {
            Some(sugar) => matches!(
                sugar,
                "O5" | "C5" | "C4" | "O4" | "C3" | "O3" | "C2" | "O2" | "C1"
            ),
            None => matches!(name, "P" | "OP1" | "OP2" | "OP3" | "O1P" | "O2P" | "O3P"),
        },
        _ => false,
    }
}
