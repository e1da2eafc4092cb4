//! The result of the search.

use super::classes::{AcceptorClass, DonorClass};
use crate::Warning;

/// One hydrogen bond.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HydrogenBond {
    /// The heavy atom that donates.
    pub donor: u32,
    /// The hydrogen that points best to the acceptor, where the file has hydrogens on the donor.
    pub hydrogen: Option<u32>,
    /// The atom that accepts.
    pub acceptor: u32,
    /// Donor to acceptor.
    pub distance_angstrom: f32,
    /// Hydrogen to acceptor, at the place of the file or an ideal one; `None` where no place is
    /// known.
    pub hydrogen_distance_angstrom: Option<f32>,
    /// Angle donor-hydrogen-acceptor of that hydrogen.
    pub angle_degrees: Option<f32>,
    /// Class of the donor.
    pub donor_class: DonorClass,
    /// Class of the acceptor.
    pub acceptor_class: AcceptorClass,
    /// True when the bond keeps the survey's limits without any tolerance.
    pub strict: bool,
}

/// What was found in a structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HydrogenBonds {
    /// By part of the donor, then of the acceptor; then by the donor's class and index, then the
    /// acceptor's.
    pub bonds: Vec<HydrogenBond>,
    /// Number of donors on the sides looked at.
    pub donors: usize,
    /// Number of acceptors on the sides looked at.
    pub acceptors: usize,
    /// What was odd: no ligand, no hydrogens, atoms without types, rings without bond orders,
    /// crowded atoms.
    pub warnings: Vec<Warning>,
}
