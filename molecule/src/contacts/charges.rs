//! Charged groups, from atom types and residue names: files may lack hydrogens.

use super::contact::ContactSide;
use super::kind::ContactRole;
use super::site::centroid;
use crate::Element;
use crate::perception::idatm::AtomType::{Cac, N3Plus, NgPlus, Pac, S3Plus, Sac};
use crate::perception::idatm::TypedMolecule;
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::vector::{Vec3, cross, sub, unit};
use crate::structure::{Residue, ResidueClass};

/// Names of histidine that leave its protonation open or say that it is charged. PLIP takes every
/// histidine as charged, whatever hydrogens the file has.
const CHARGED_HISTIDINES: [&str; 7] = ["HIS", "HIP", "HSP", "HISH", "HISP", "NHIS", "CHIS"];

/// Hydrogens that show that the nitrogen of a backbone is the beginning of its chain; of proline,
/// one fewer. Without them the residue before it may only be missing from the file.
const HYDROGENS_OF_CHAIN_START: usize = 3;

/// A group with a charge.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ChargedGroup {
    pub(crate) is_positive: bool,
    /// Atoms that share the charge, ascending, all of one residue.
    pub(crate) atoms: Vec<u32>,
    /// Atoms in whose middle the charge is.
    center_atoms: Vec<u32>,
    pub(crate) center: Vec3,
    /// Normal of the plane of the three neighbours of a tertiary amine.
    pub(crate) tertiary_normal: Option<Vec3>,
}

impl ChargedGroup {
    fn new(molecule: &Molecule<'_>, is_positive: bool, mut atoms: Vec<u32>) -> Self {
        atoms.sort_unstable();
        Self {
            is_positive,
            center: centroid(atoms.iter().map(|&atom| molecule.position(atom))),
            center_atoms: atoms.clone(),
            atoms,
            tertiary_normal: None,
        }
    }

    /// Makes the group around an atom that has the charge's centre.
    fn around(molecule: &Molecule<'_>, is_positive: bool, atom: u32, mut others: Vec<u32>) -> Self {
        others.push(atom);
        Self {
            center: molecule.position(atom),
            center_atoms: vec![atom],
            ..Self::new(molecule, is_positive, others)
        }
    }

    pub(crate) fn side(&self) -> ContactSide {
        ContactSide {
            role: if self.is_positive {
                ContactRole::Positive
            } else {
                ContactRole::Negative
            },
            atoms: self.atoms.clone(),
            center_angstrom: self.center.map(|x| x as f32),
            center_atoms: self.center_atoms.clone(),
        }
    }
}

/// Finds the charged groups of all residues, in the order of the structure.
///
/// Positive: ammonium (every sp3 amine), sulfonium, guanidinium and amidinium groups, histidine.
/// Negative: carboxylates, phosphates, sulfates and sulfonates. Ions of one atom are not groups.
pub(crate) fn find(typed: &TypedMolecule<'_>) -> Vec<ChargedGroup> {
    let molecule = &typed.molecule;
    let mut found = Vec::new();
    for residue in molecule.structure.residues() {
        if residue.class == ResidueClass::Water {
            continue;
        }
        if let Some(group) = histidine(molecule, residue) {
            found.push(group);
        }
        for atom in residue.atoms.clone() {
            found.extend(group_at(molecule, residue, atom));
        }
    }
    found
}

fn histidine(molecule: &Molecule<'_>, residue: &Residue) -> Option<ChargedGroup> {
    if residue.class != ResidueClass::AminoAcid
        || !CHARGED_HISTIDINES
            .iter()
            .any(|name| residue.name.eq_ignore_ascii_case(name))
    {
        return None;
    }
    let nitrogens: Vec<u32> = residue
        .atoms
        .clone()
        .filter(|&atom| {
            let name = molecule.structure.name_in_file(atom);
            molecule.element(atom) == Element::N && (name == "ND1" || name == "NE2")
        })
        .collect();
    (nitrogens.len() == 2).then(|| ChargedGroup::new(molecule, true, nitrogens))
}

fn group_at(molecule: &Molecule<'_>, residue: &Residue, atom: u32) -> Option<ChargedGroup> {
    let of_element = |wanted: Element| -> Vec<u32> {
        molecule
            .of(atom)
            .iter()
            .copied()
            .filter(|n| molecule.element(*n) == wanted && residue.atoms.contains(n))
            .collect()
    };
    match molecule.kind(atom) {
        N3Plus => ammonium(molecule, residue, atom),
        S3Plus => Some(ChargedGroup::new(molecule, true, vec![atom])),
        Pac | Sac => Some(ChargedGroup::around(
            molecule,
            false,
            atom,
            of_element(Element::O),
        )),
        Cac => {
            let mut oxygens = of_element(Element::O);
            oxygens.retain(|&o| molecule.degree(o) == 1);
            (oxygens.len() == 2).then(|| ChargedGroup::new(molecule, false, oxygens))
        }
        _ if molecule.element(atom) == Element::C => {
            let nitrogens = of_element(Element::N);
            let shares_charge = |&n: &u32| molecule.kind(n) == NgPlus;
            // Ureas have the same nitrogens.
            let others = [Element::O, Element::S];
            let is_group = nitrogens.len() >= 2
                && nitrogens.iter().all(shares_charge)
                && others.iter().all(|&other| of_element(other).is_empty());
            is_group.then(|| ChargedGroup::new(molecule, true, nitrogens))
        }
        _ => None,
    }
}

fn ammonium(molecule: &Molecule<'_>, residue: &Residue, atom: u32) -> Option<ChargedGroup> {
    if molecule.is_at_gap[atom as usize] {
        return None;
    }
    let neighbours = molecule.of(atom);
    let heavy: Vec<u32> = (neighbours.iter().copied())
        .filter(|&n| !molecule.is_hydrogen(n))
        .collect();
    if residue.class == ResidueClass::AminoAcid && molecule.structure.name_in_file(atom) == "N" {
        let hydrogens = neighbours.len() - heavy.len();
        if hydrogens + heavy.len().saturating_sub(1) < HYDROGENS_OF_CHAIN_START {
            return None;
        }
    }
    let mut group = ChargedGroup::new(molecule, true, vec![atom]);
    if let [a, b, c] = heavy[..] {
        let [a, b, c] = [a, b, c].map(|n| molecule.position(n));
        group.tertiary_normal = unit(cross(sub(b, a), sub(c, a)));
    }
    Some(group)
}
