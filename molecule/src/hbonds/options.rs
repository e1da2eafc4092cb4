//! Options and scope of the search.

use super::acceptors::Acceptor;
use super::bond::HydrogenBond;
use super::complete::is_complete;
use super::donors::Donor;
use crate::perception::idatm::{AtomType, TypedMolecule};
use crate::structure::{PartRole, Residue, ResidueClass};
use crate::{Element, Location, Structure, Warning};

/// Atoms between which bonds are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Scope {
    /// Between the ligand and everything else. The ligand consists of the parts of role ligand;
    /// without such parts, of the residues of class ligand.
    #[default]
    PocketToLigand,
    /// Within each input file.
    WithinParts,
    /// Between any two atoms.
    All,
}

/// Options of the search. The defaults are those of the command `hbonds` of `ChimeraX` between two
/// models.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HydrogenBondOptions {
    /// Atoms between which bonds are searched.
    pub scope: Scope,
    /// Tolerance added to every longest distance, 0 to 2 angstrom; 0.4 by default.
    pub distance_slack_angstrom: f32,
    /// Tolerance subtracted from every smallest angle and added to every largest, 0 to 90 degrees;
    /// 20 by default.
    pub angle_slack_degrees: f32,
    /// Whether water takes part; true by default.
    pub water: bool,
}

impl Default for HydrogenBondOptions {
    fn default() -> Self {
        Self {
            scope: Scope::default(),
            distance_slack_angstrom: 0.4,
            angle_slack_degrees: 20.0,
            water: true,
        }
    }
}

/// Error: an option is outside of its range.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{name} is {value}; give a number from 0 to {highest}")]
#[non_exhaustive]
pub struct OptionsError {
    /// Name of the option.
    pub name: &'static str,
    /// Value of the option.
    pub value: f32,
    /// The highest value allowed.
    pub highest: f32,
}

impl HydrogenBondOptions {
    /// Sets between which atoms bonds are searched.
    #[must_use]
    pub const fn with_scope(mut self, scope: Scope) -> Self {
        self.scope = scope;
        self
    }

    /// Sets both tolerances, in angstrom and degrees.
    #[must_use]
    pub const fn with_slack(mut self, distance_angstrom: f32, angle_degrees: f32) -> Self {
        self.distance_slack_angstrom = distance_angstrom;
        self.angle_slack_degrees = angle_degrees;
        self
    }

    /// Sets whether water takes part.
    #[must_use]
    pub const fn with_water(mut self, water: bool) -> Self {
        self.water = water;
        self
    }

    pub(super) fn check(&self) -> Result<(), OptionsError> {
        for (name, value, highest) in [
            (
                "the distance tolerance in angstrom",
                self.distance_slack_angstrom,
                2.0,
            ),
            (
                "the angle tolerance in degrees",
                self.angle_slack_degrees,
                90.0,
            ),
        ] {
            if !(0.0..=highest).contains(&value) {
                return Err(OptionsError {
                    name,
                    value,
                    highest,
                });
            }
        }
        Ok(())
    }
}

/// Returns whether a residue is in the ligand: in a part of role ligand; without such a part, of
/// class ligand.
#[must_use]
pub fn is_of_ligand(structure: &Structure, residue: &Residue) -> bool {
    if structure
        .parts()
        .iter()
        .any(|part| part.role == PartRole::Ligand)
    {
        structure.part_of(residue).role == PartRole::Ligand
    } else {
        residue.class == ResidueClass::Ligand
    }
}

/// Side of every atom.
#[derive(Debug)]
pub(super) struct Sides {
    scope: Scope,
    /// For each atom: 0 for pocket, 1 for ligand (used only for bonds between the two); `None` for
    /// an excluded atom.
    side: Vec<Option<u8>>,
    part: Vec<u32>,
    /// For each part the model that it is of an overlay.
    model: Vec<Option<u32>>,
}

impl Sides {
    pub(super) fn new(structure: &Structure, options: &HydrogenBondOptions) -> Self {
        let count = structure.atoms().len();
        let mut side = vec![None; count];
        let mut part = vec![0; count];
        for residue in structure.residues() {
            let is_ligand = is_of_ligand(structure, residue);
            let takes_part = options.water || residue.class != ResidueClass::Water;
            for atom in residue.atoms.clone() {
                part[atom as usize] = structure.chains()[residue.chain as usize].part;
                side[atom as usize] = takes_part.then_some(u8::from(is_ligand));
            }
        }
        Self {
            scope: options.scope,
            side,
            part,
            model: (structure.parts().iter())
                .map(|part| part.overlay_model)
                .collect(),
        }
    }

    pub(super) fn of(&self, atom: u32) -> Option<u8> {
        self.side[atom as usize]
    }

    pub(super) fn part(&self, atom: u32) -> u32 {
        self.part[atom as usize]
    }

    pub(super) fn same_part(&self, a: u32, b: u32) -> bool {
        self.part(a) == self.part(b)
    }

    /// Returns whether a bond between two atoms is within the scope.
    pub(super) fn joins(&self, a: u32, b: u32) -> bool {
        let model = |atom| self.model[self.part(atom) as usize];
        if let (Some(a), Some(b)) = (model(a), model(b))
            && a != b
        {
            return false;
        }
        match self.scope {
            Scope::PocketToLigand => self.of(a) != self.of(b),
            Scope::WithinParts => self.same_part(a, b),
            Scope::All => true,
        }
    }

    /// Adds warnings about everything that may make the list of bonds incomplete.
    pub(super) fn warn(
        &self,
        typed: &TypedMolecule<'_>,
        donors: &[Donor],
        acceptors: &[Acceptor],
        bonds: &[HydrogenBond],
        warnings: &mut Vec<Warning>,
    ) {
        let structure = typed.molecule.structure;
        let mut warn = |message: String| {
            warnings.push(Warning {
                location: Location::file(
                    structure
                        .parts()
                        .iter()
                        .map(|part| part.name.as_str())
                        .collect::<Vec<_>>()
                        .join(" + "),
                ),
                message,
            });
        };
        if self.scope == Scope::PocketToLigand {
            for (side, name) in [(0, "pocket"), (1, "ligand")] {
                if !self.side.contains(&Some(side)) {
                    warn(format!(
                        "the structure has no {name}, so there are no bonds between pocket and ligand; search for all bonds, or give both files"
                    ));
                } else if bonds.is_empty()
                    && !donors.iter().any(|donor| self.of(donor.atom) == Some(side))
                    && !acceptors
                        .iter()
                        .any(|acceptor| self.of(acceptor.atom) == Some(side))
                {
                    warn(format!(
                        "the {name} has neither donors nor acceptors of hydrogen bonds"
                    ));
                }
            }
        }
        let molecule = &typed.molecule;
        if self.scope != Scope::PocketToLigand && (donors.is_empty() || acceptors.is_empty()) {
            warn(format!(
                "there are {} donors and {} acceptors of hydrogen bonds{}",
                donors.len(),
                acceptors.len(),
                if molecule.len() > 0 && donors.is_empty() && acceptors.is_empty() {
                    ": all other atoms are carbon, or lack neighbours that their residues should have"
                } else {
                    ""
                }
            ));
        }
        let count = structure.parts().len();
        let (mut has_donors, mut has_hydrogens) = (vec![false; count], vec![false; count]);
        for donor in donors {
            has_donors[self.part(donor.atom) as usize] |=
                structure.residue_of(donor.atom).class != ResidueClass::Water;
        }
        for i in 0..molecule.len() {
            has_hydrogens[self.part(i) as usize] |= molecule.is_hydrogen(i);
        }
        let bare: Vec<&str> = (0..count)
            .filter(|&part| has_donors[part] && !has_hydrogens[part])
            .map(|part| structure.parts()[part].name.as_str())
            .collect();
        if !bare.is_empty() {
            warn(format!(
                "no hydrogens in {}: donors with rotatable hydrogens are tested without them, which accepts more bonds",
                bare.join(", ")
            ));
        }
        let incomplete = (0..molecule.len())
            .filter(|&i| {
                self.of(i).is_some()
                    && matches!(molecule.element(i), Element::N | Element::O | Element::S)
                    && !is_complete(molecule, i)
            })
            .count();
        if incomplete > 0 {
            warn(format!(
                "{incomplete} nitrogen, oxygen and sulfur atoms of standard residues lack neighbours that their residues should have; they are ignored"
            ));
        }
        let untyped = (0..molecule.len())
            .filter(|&i| {
                matches!(
                    molecule.element(i),
                    Element::C | Element::N | Element::O | Element::S
                ) && matches!(molecule.kind(i), AtomType::Untyped(_))
                    && molecule.degree(i) > 0
            })
            .count()
            + molecule.overbonded;
        if untyped > 0 {
            warn(format!(
                "{untyped} atoms have more bonds than their element allows, so they have no atom type; the types of their neighbours may be wrong"
            ));
        }
    }
}
