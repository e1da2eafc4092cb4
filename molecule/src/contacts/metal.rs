//! Coordination of metals.

use super::contact::Contact;
use super::criteria::METAL_ANGSTROM;
use super::kind::{ContactKind, ContactRole};
use super::site::{Pairs, Site};
use crate::Element;
use crate::cancel::Cancelled;
use crate::perception::idatm::AtomType::{N1, N2, N2Plus, N3, N3Plus, Npl, S2, S3, S3Minus};
use crate::perception::idatm::TypedMolecule;
use crate::perception::idatm::molecule::Molecule;

/// Finds metals and atoms with a free lone pair near them, one of the ligand and one of the rest;
/// water belongs to the rest.
pub(crate) fn metal_coordination(
    site: &Site<'_>,
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let molecule = &site.typed.molecule;
    let all = 0..molecule.len();
    let metals: Vec<u32> = all
        .clone()
        .filter(|&atom| molecule.element(atom).is_metal())
        .collect();
    if metals.is_empty() {
        return Ok(Vec::new());
    }
    let targets: Vec<u32> = all.filter(|&atom| coordinates(site.typed, atom)).collect();
    let positions = |atoms: &[u32]| atoms.iter().map(|&a| molecule.position(a)).collect();
    let first: Vec<_> = positions(&metals);
    let mut found = Vec::new();
    pairs.visit(&first, positions(&targets), METAL_ANGSTROM, |i, j, d| {
        let (metal, target) = (metals[i], targets[j]);
        if site.is_ligand(metal) == site.is_ligand(target) {
            return false;
        }
        let sides = (
            site.atom_side(ContactRole::Metal, metal),
            site.atom_side(ContactRole::Coordinating, target),
        );
        let (ligand, rest) = if site.is_ligand(metal) {
            sides
        } else {
            (sides.1, sides.0)
        };
        found.push(Contact::new(
            ContactKind::MetalCoordination,
            ligand,
            rest,
            d,
        ));
        true
    })?;
    Ok(found)
}

/// Returns whether an atom can bind a metal: an oxygen at the end of a chain (water, hydroxyl,
/// carbonyl, carboxylate, phosphate), a nitrogen with a lone pair (imidazole, pyridine, porphyrin,
/// amine, nitrile), a thiol, thioether or sulfide.
fn coordinates(typed: &TypedMolecule<'_>, atom: u32) -> bool {
    let molecule = &typed.molecule;
    let heavy = heavy_non_metals(molecule, atom);
    match molecule.element(atom) {
        Element::O => heavy <= 1,
        Element::N => match molecule.kind(atom) {
            N1 | N2 | N3 | N3Plus => heavy <= 3,
            // Of imidazole, pyrrole and porphyrin, not of amides.
            Npl | N2Plus => heavy == 2 && typed.rings.contains(atom),
            _ => false,
        },
        Element::S => heavy <= 2 && matches!(molecule.kind(atom), S2 | S3 | S3Minus),
        _ => false,
    }
}

fn heavy_non_metals(molecule: &Molecule<'_>, atom: u32) -> usize {
    molecule
        .of(atom)
        .iter()
        .filter(|&&n| !molecule.is_hydrogen(n) && !molecule.element(n).is_metal())
        .count()
}
