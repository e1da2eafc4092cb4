//! Hydrogen bonds, as [`crate::hbonds`] finds them.

use std::collections::HashSet;

use super::contact::Contact;
use super::kind::{ContactKind, ContactRole};
use super::site::Site;
use crate::hbonds::HydrogenBond;

/// Makes a contact of each bond between the ligand and the rest; `salt_bridges` are all that there
/// are.
pub(crate) fn hydrogen_bonds(
    site: &Site<'_>,
    bonds: &[HydrogenBond],
    salt_bridges: &[Contact],
) -> Vec<Contact> {
    let within = within_salt_bridges(salt_bridges);
    let bonds = bonds.iter().map(|bond| {
        let donor = site.atom_side(ContactRole::Donor, bond.donor);
        let acceptor = site.atom_side(ContactRole::Acceptor, bond.acceptor);
        let (ligand, rest) = if site.is_ligand(bond.donor) {
            (donor, acceptor)
        } else {
            (acceptor, donor)
        };
        let within_salt_bridge = within.contains(&(ligand.atoms[0], rest.atoms[0]));
        let d = f64::from(bond.distance_angstrom);
        Contact {
            angle_degrees: bond.angle_degrees,
            within_salt_bridge,
            ..Contact::new(ContactKind::HydrogenBonds, ligand, rest, d)
        }
    });
    bonds.collect()
}

/// Returns all pairs of an atom of the ligand and one of the rest that are in the two groups of a
/// salt bridge.
fn within_salt_bridges(salt_bridges: &[Contact]) -> HashSet<(u32, u32)> {
    let mut within = HashSet::new();
    for bridge in salt_bridges {
        for &ligand in &bridge.ligand.atoms {
            within.extend(bridge.rest.atoms.iter().map(|&rest| (ligand, rest)));
        }
    }
    within
}
