//! Pi-stacking, and rings with cations.

use std::collections::HashMap;

use super::charges::ChargedGroup;
use super::contact::{Contact, ContactSide};
use super::criteria::{
    OFFSET_ANGSTROM, PI_CATION_ANGSTROM, STACKING_ANGSTROM, STACKING_DEGREES,
    TERTIARY_AMINE_DEGREES,
};
use super::kind::{ContactKind, Stacking};
use super::rings::FlatRing;
use super::site::Pairs;
use crate::cancel::Cancelled;
use crate::perception::idatm::molecule::Molecule;

/// Finds the stacked rings, one of the ligand and one of the rest.
pub(crate) fn stacking(
    [ligand, rest]: &[Vec<FlatRing>; 2],
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let mut found = Vec::new();
    let first: Vec<_> = ligand.iter().map(|ring| ring.center).collect();
    let second = rest.iter().map(|ring| ring.center).collect();
    pairs.visit(&first, second, STACKING_ANGSTROM, |i, j, d| {
        let (a, b) = (&ligand[i], &rest[j]);
        let offset = a.offset(b.center).min(b.offset(a.center));
        let angle = a.plane_angle_degrees(b.normal);
        let stacking = if angle < STACKING_DEGREES {
            Stacking::Parallel
        } else if angle > 90.0 - STACKING_DEGREES {
            Stacking::TShaped
        } else {
            return false;
        };
        let is_stacked = offset < OFFSET_ANGSTROM;
        if is_stacked {
            found.push(Contact {
                angle_degrees: Some(angle as f32),
                offset_angstrom: Some(offset as f32),
                stacking: Some(stacking),
                ..Contact::new(ContactKind::PiStacking, a.side(), b.side(), d)
            });
        }
        is_stacked
    })?;
    Ok(found)
}

/// Finds rings with a positive group near their axis, each with one side in the ligand. A charge in
/// a ring (histidine) that is stacked on the other ring is left out, as in PLIP.
pub(crate) fn cations(
    molecule: &Molecule<'_>,
    rings: &[Vec<FlatRing>; 2],
    charges: &[Vec<ChargedGroup>; 2],
    stacked: &[Contact],
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let residues = |ligand: &ContactSide, rest: &ContactSide| {
        [ligand, rest].map(|side| molecule.residue(side.atoms[0]))
    };
    let mut stacks: HashMap<[u32; 2], Vec<&Contact>> = HashMap::new();
    for stack in stacked {
        let key = residues(&stack.ligand, &stack.rest);
        stacks.entry(key).or_default().push(stack);
    }
    let is_stacked = |ligand: &ContactSide, rest: &ContactSide| {
        let of_residues = stacks.get(&residues(ligand, rest)).into_iter().flatten();
        of_residues
            .into_iter()
            .any(|stack| holds(&stack.ligand, ligand) && holds(&stack.rest, rest))
    };
    let mut found = Vec::new();
    for ligand_has_ring in [true, false] {
        let (rings, groups) = if ligand_has_ring {
            (&rings[0], &charges[1])
        } else {
            (&rings[1], &charges[0])
        };
        let groups: Vec<&ChargedGroup> = groups.iter().filter(|group| group.is_positive).collect();
        let first: Vec<_> = rings.iter().map(|ring| ring.center).collect();
        let second = groups.iter().map(|group| group.center).collect();
        pairs.visit(&first, second, PI_CATION_ANGSTROM, |i, j, d| {
            let (ring, group) = (&rings[i], groups[j]);
            let offset = ring.offset(group.center);
            let is_through_substituent = group
                .tertiary_normal
                .is_some_and(|normal| ring.plane_angle_degrees(normal) > TERTIARY_AMINE_DEGREES);
            if offset >= OFFSET_ANGSTROM || is_through_substituent {
                return false;
            }
            let (ligand, rest) = if ligand_has_ring {
                (ring.side(), group.side())
            } else {
                (group.side(), ring.side())
            };
            if is_stacked(&ligand, &rest) {
                return false;
            }
            found.push(Contact {
                offset_angstrom: Some(offset as f32),
                ..Contact::new(ContactKind::PiCation, ligand, rest, d)
            });
            true
        })?;
    }
    Ok(found)
}

/// Returns whether all atoms of a side are in a ring.
fn holds(ring: &ContactSide, side: &ContactSide) -> bool {
    let mut atoms = side.atoms.iter();
    atoms.all(|atom| ring.atoms.binary_search(atom).is_ok())
}
