//! The result of the search: bonds and counts.

use super::classes::{AcceptorClass, DonorClass};
use crate::Warning;

/// One hydrogen bond.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct HydrogenBond {
    /// Heavy atom that donates.
    pub donor: u32,
    /// Hydrogen with the largest angle at it, if the file has hydrogens on the donor.
    pub hydrogen: Option<u32>,
    /// Atom that accepts.
    pub acceptor: u32,
    /// Distance of donor and acceptor.
    pub distance_angstrom: f32,
    /// Distance of hydrogen and acceptor, with the hydrogen in the file or at an ideal position;
    /// `None` if its position is unknown.
    pub hydrogen_distance_angstrom: Option<f32>,
    /// Angle donor-hydrogen-acceptor of this hydrogen.
    pub angle_degrees: Option<f32>,
    /// Class of the donor.
    pub donor_class: DonorClass,
    /// Class of the acceptor.
    pub acceptor_class: AcceptorClass,
    /// True if the bond satisfies the limits without tolerances.
    pub strict: bool,
}

/// Hydrogen bonds of a structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct HydrogenBonds {
    /// Bonds, sorted by part of the donor, part of the acceptor, class and index of the donor,
    /// class and index of the acceptor.
    pub bonds: Vec<HydrogenBond>,
    /// Number of donors within the scope.
    pub donors: usize,
    /// Number of acceptors within the scope.
    pub acceptors: usize,
    /// Warnings: no ligand, no hydrogens, atoms without types, rings without bond orders, crowded
    /// atoms.
    pub warnings: Vec<Warning>,
}
