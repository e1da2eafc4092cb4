//! The result of the search.

use super::kind::{ContactKind, ContactRole, Stacking};
use crate::Warning;

/// One side of a contact: an atom or a group of atoms of one residue.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ContactSide {
    /// What it is.
    pub role: ContactRole,
    /// Its atoms, ascending: at least one.
    pub atoms: Vec<u32>,
    /// The point from which distances are measured: the atom, or the centre of a ring or charge.
    pub center_angstrom: [f32; 3],
    /// Atoms whose mean position is the centre: some or all of [`Self::atoms`].
    pub center_atoms: Vec<u32>,
}

/// One contact between the ligand and the rest.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contact {
    /// Kind of the contact.
    pub kind: ContactKind,
    /// Side of the ligand.
    pub ligand: ContactSide,
    /// Side of the rest.
    pub rest: ContactSide,
    /// Oxygen of the water molecule of a water bridge.
    pub water: Option<u32>,
    /// Distance between the centres of both sides.
    pub distance_angstrom: f32,
    /// Distances of the water oxygen to the ligand's atom and to the other atom, in a water bridge.
    pub water_distances_angstrom: Option<[f32; 2]>,
    /// Hydrogen bond: donor, hydrogen, acceptor, if the position of the hydrogen is known.
    /// Pi-stacking: between the planes, 0 to 90. Halogen bond: carbon, halogen, acceptor. Water
    /// bridge: donor, hydrogen, water oxygen.
    pub angle_degrees: Option<f32>,
    /// Halogen bond: halogen, acceptor, its neighbour. Water bridge: acceptor, water oxygen,
    /// hydrogen of the donor.
    pub second_angle_degrees: Option<f32>,
    /// Pi-stacking and pi-cation: distance between the axis of the ring and the other centre; of
    /// two rings, the smaller one.
    pub offset_angstrom: Option<f32>,
    /// How two rings are stacked.
    pub stacking: Option<Stacking>,
    /// True for a hydrogen bond between the groups of a salt bridge, which PLIP does not list.
    pub within_salt_bridge: bool,
}

impl Contact {
    /// Makes a contact without angles.
    pub(crate) fn new(kind: ContactKind, ligand: ContactSide, rest: ContactSide, d: f64) -> Self {
        Self {
            kind,
            ligand,
            rest,
            water: None,
            distance_angstrom: d as f32,
            water_distances_angstrom: None,
            angle_degrees: None,
            second_angle_degrees: None,
            offset_angstrom: None,
            stacking: None,
            within_salt_bridge: false,
        }
    }
}

/// Contacts of a structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Contacts {
    /// Contacts, sorted by kind, atoms of the ligand, atoms of the rest, water.
    pub contacts: Vec<Contact>,
    /// Warnings: no ligand, no hydrogens, atoms without types, crowded atoms.
    pub warnings: Vec<Warning>,
}

impl Contacts {
    /// Returns the number of contacts of a kind.
    #[must_use]
    pub fn count(&self, kind: ContactKind) -> usize {
        let contacts = self.contacts.iter();
        contacts.filter(|contact| contact.kind == kind).count()
    }
}
