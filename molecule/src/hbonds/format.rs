//! Hydrogen bonds as text and as data for JSON.

use std::collections::HashSet;
use std::fmt;

use serde::Serialize;

use super::bond::{HydrogenBond, HydrogenBonds};
use super::options::is_of_ligand;
use crate::structure::{Residue, ResidueClass};
use crate::{Structure, Warning};

/// Side of the donor of a bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum BondSide {
    /// The donor is in the pocket, the acceptor in the ligand.
    Pocket,
    /// The donor is in the ligand, the acceptor in the pocket.
    Ligand,
    /// Neither or both atoms are in a ligand.
    None,
}

/// One bond with names, for JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct BondReport {
    /// Donor.
    pub donor: AtomReport,
    /// Atom name of the hydrogen, if it is in the file.
    pub hydrogen: Option<String>,
    /// Acceptor.
    pub acceptor: AtomReport,
    /// Distance of donor and acceptor.
    pub distance_angstrom: f32,
    /// Distance of hydrogen and acceptor, with the hydrogen in the file or at an ideal position;
    /// `null` if its position is unknown.
    pub hydrogen_distance_angstrom: Option<f32>,
    /// Angle donor-hydrogen-acceptor.
    pub angle_degrees: Option<f32>,
    /// Class of the donor.
    pub donor_class: &'static str,
    /// Class of the acceptor.
    pub acceptor_class: &'static str,
    /// Side of the donor.
    pub donor_side: BondSide,
    /// True if the bond satisfies the limits without tolerances; false if only with them.
    pub strict: bool,
    /// True if donor or acceptor is water.
    pub water: bool,
}

/// One atom with names, for JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AtomReport {
    /// Index of the atom in the structure.
    pub index: u32,
    /// Atom name.
    pub atom: String,
    /// Residue name.
    pub residue: String,
    /// Residue number.
    pub number: i32,
    /// Insertion code; empty if it has none.
    pub insertion_code: String,
    /// Chain id; empty if it is blank.
    pub chain: String,
    /// Name of the input file without folder and extension; of several models with the model's
    /// number.
    pub part: String,
    /// Number of the copy by symmetry that the atom belongs to; 1 for atoms as they are in a file.
    pub copy: u32,
}

/// All hydrogen bonds, for JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HydrogenBondReport {
    /// The bonds in the order of [`HydrogenBonds::bonds`].
    pub bonds: Vec<BondReport>,
    /// Number of donors within the scope.
    pub donors: usize,
    /// Number of acceptors within the scope.
    pub acceptors: usize,
    /// Warnings of the search.
    pub warnings: Vec<String>,
}

/// Displays residue name, and number with insertion code.
struct Numbered<'a>(&'a Residue);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0.name, self.0.number)?;
        if self.0.insertion_code != b' ' {
            write!(f, "{}", char::from(self.0.insertion_code))?;
        }
        Ok(())
    }
}

impl HydrogenBonds {
    /// Formats all bonds between pocket and ligand as the answer to question T9 of `MiSI-Bench`:
    /// `ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A`.
    ///
    /// Without water, each pair of atoms once, bonds of one residue together; a blank chain id is
    /// written `?`. The text is empty if there are no bonds.
    #[must_use]
    pub fn answer(&self, structure: &Structure) -> String {
        let mut residues: Vec<(u32, Vec<String>)> = Vec::new();
        for (pocket, ligand) in self.pocket_ligand_pairs(structure) {
            let residue = structure.residue_of(pocket);
            let chain = structure.chains()[residue.chain as usize].id.as_str();
            let text = format!(
                "{} {} {}, {}",
                Numbered(residue),
                structure.atoms().name[pocket as usize],
                if chain.is_empty() { "?" } else { chain },
                structure.atoms().name[ligand as usize]
            );
            let index = structure.atoms().residue[pocket as usize];
            match residues.iter_mut().find(|(other, _)| *other == index) {
                Some((_, texts)) => texts.push(text),
                None => residues.push((index, vec![text])),
            }
        }
        let all: Vec<String> = residues.into_iter().flat_map(|(_, texts)| texts).collect();
        all.join("; ")
    }

    /// Formats the bonds between one residue and the ligand as the answer to question T4:
    /// `Yes: ARG NH2, O1B; ARG NE, O2G`, or `No`. `residue` is an index into
    /// [`Structure::residues`].
    #[must_use]
    pub fn answer_for_residue(&self, structure: &Structure, residue: u32) -> String {
        let bonds: Vec<String> = self
            .pocket_ligand_pairs(structure)
            .into_iter()
            .filter(|(pocket, _)| structure.atoms().residue[*pocket as usize] == residue)
            .map(|(pocket, ligand)| {
                format!(
                    "{} {}, {}",
                    structure.residue_of(pocket).name,
                    structure.atoms().name[pocket as usize],
                    structure.atoms().name[ligand as usize]
                )
            })
            .collect();
        if bonds.is_empty() {
            "No".to_owned()
        } else {
            format!("Yes: {}", bonds.join("; "))
        }
    }

    /// Returns pocket atom and ligand atom of each bond between the two, each pair once, without
    /// water.
    #[must_use]
    pub fn pocket_ligand_pairs(&self, structure: &Structure) -> Vec<(u32, u32)> {
        let mut seen = HashSet::new();
        self.bonds
            .iter()
            .filter_map(|bond| {
                let ends = [bond.donor, bond.acceptor];
                if ends
                    .iter()
                    .any(|&atom| structure.residue_of(atom).class == ResidueClass::Water)
                {
                    return None;
                }
                let pair =
                    match ends.map(|atom| is_of_ligand(structure, structure.residue_of(atom))) {
                        [false, true] => (bond.donor, bond.acceptor),
                        [true, false] => (bond.acceptor, bond.donor),
                        _ => return None,
                    };
                seen.insert(pair).then_some(pair)
            })
            .collect()
    }

    /// Returns all bonds with names.
    #[must_use]
    pub fn report(&self, structure: &Structure) -> HydrogenBondReport {
        HydrogenBondReport {
            bonds: self
                .bonds
                .iter()
                .map(|bond| bond_report(structure, bond))
                .collect(),
            donors: self.donors,
            acceptors: self.acceptors,
            warnings: self.warnings.iter().map(Warning::to_string).collect(),
        }
    }
}

fn bond_report(structure: &Structure, bond: &HydrogenBond) -> BondReport {
    let ends = [bond.donor, bond.acceptor];
    BondReport {
        donor: atom_report(structure, bond.donor),
        hydrogen: bond
            .hydrogen
            .map(|h| structure.atoms().name[h as usize].to_string()),
        acceptor: atom_report(structure, bond.acceptor),
        distance_angstrom: bond.distance_angstrom,
        hydrogen_distance_angstrom: bond.hydrogen_distance_angstrom,
        angle_degrees: bond.angle_degrees,
        donor_class: bond.donor_class.name(),
        acceptor_class: bond.acceptor_class.name(),
        donor_side: match ends.map(|atom| is_of_ligand(structure, structure.residue_of(atom))) {
            [false, true] => BondSide::Pocket,
            [true, false] => BondSide::Ligand,
            _ => BondSide::None,
        },
        strict: bond.strict,
        water: ends
            .iter()
            .any(|&atom| structure.residue_of(atom).class == ResidueClass::Water),
    }
}

pub(crate) fn atom_report(structure: &Structure, atom: u32) -> AtomReport {
    let residue = structure.residue_of(atom);
    let chain = &structure.chains()[residue.chain as usize];
    AtomReport {
        index: atom,
        atom: structure.atoms().name[atom as usize].to_string(),
        residue: residue.name.to_string(),
        number: residue.number,
        insertion_code: match residue.insertion_code {
            b' ' => String::new(),
            code => char::from(code).to_string(),
        },
        chain: chain.id.to_string(),
        part: structure.part_of(residue).name.clone(),
        copy: chain.copy,
    }
}
