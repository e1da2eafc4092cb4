//! Halogen bonds.

use super::contact::Contact;
use super::criteria::{
    HALOGEN_ACCEPTOR_DEGREES, HALOGEN_ANGSTROM, HALOGEN_DEVIATION_DEGREES, HALOGEN_DONOR_DEGREES,
};
use super::kind::{ContactKind, ContactRole};
use super::site::{Pairs, Site};
use crate::Element;
use crate::cancel::Cancelled;
use crate::perception::idatm::molecule::Molecule;

/// A halogen or an acceptor, and the atom from which its angle is measured.
#[derive(Debug, Clone, Copy)]
struct End {
    atom: u32,
    neighbour: u32,
}

/// Finds halogens that point to an acceptor on the other side. PLIP looks for halogens of the ligand
/// only; here those of the rest are found, too.
pub(crate) fn halogen_bonds(
    site: &Site<'_>,
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let molecule = &site.typed.molecule;
    let all = 0..molecule.len();
    let halogens = all.clone().filter_map(|atom| halogen(molecule, atom));
    let halogens = site.divide(halogens.collect(), |end| end.atom);
    let acceptors = all.filter_map(|atom| acceptor(molecule, atom));
    let acceptors = site.divide(acceptors.collect(), |end| end.atom);
    let mut found = Vec::new();
    for ligand_has_halogen in [true, false] {
        let (halogens, acceptors) = if ligand_has_halogen {
            (&halogens[0], &acceptors[1])
        } else {
            (&halogens[1], &acceptors[0])
        };
        let positions = |ends: &[End]| ends.iter().map(|end| molecule.position(end.atom)).collect();
        let first: Vec<_> = positions(halogens);
        pairs.visit(&first, positions(acceptors), HALOGEN_ANGSTROM, |i, j, d| {
            let (x, a) = (halogens[i], acceptors[j]);
            let at_halogen = molecule.angle(x.neighbour, x.atom, a.atom);
            let at_acceptor = molecule.angle(a.neighbour, a.atom, x.atom);
            let is_near = |angle: f64, best: f64| (angle - best).abs() < HALOGEN_DEVIATION_DEGREES;
            if !is_near(at_halogen, HALOGEN_DONOR_DEGREES)
                || !is_near(at_acceptor, HALOGEN_ACCEPTOR_DEGREES)
            {
                return false;
            }
            let halogen = site.atom_side(ContactRole::Halogen, x.atom);
            let acceptor = site.atom_side(ContactRole::Acceptor, a.atom);
            let (ligand, rest) = if ligand_has_halogen {
                (halogen, acceptor)
            } else {
                (acceptor, halogen)
            };
            found.push(Contact {
                angle_degrees: Some(at_halogen as f32),
                second_angle_degrees: Some(at_acceptor as f32),
                ..Contact::new(ContactKind::HalogenBonds, ligand, rest, d)
            });
            true
        })?;
    }
    Ok(found)
}

/// A halogen on one carbon.
fn halogen(molecule: &Molecule<'_>, atom: u32) -> Option<End> {
    let &[neighbour] = molecule.of(atom) else {
        return None;
    };
    (molecule.element(atom).is_halogen() && molecule.element(neighbour) == Element::C)
        .then_some(End { atom, neighbour })
}

/// An oxygen, nitrogen or sulfur with one neighbour of the elements C, N, P and S.
fn acceptor(molecule: &Molecule<'_>, atom: u32) -> Option<End> {
    if !matches!(molecule.element(atom), Element::O | Element::N | Element::S) {
        return None;
    }
    let mut neighbours = molecule.of(atom).iter().copied().filter(|&n| {
        matches!(
            molecule.element(n),
            Element::C | Element::N | Element::P | Element::S
        )
    });
    let neighbour = neighbours.next()?;
    neighbours
        .next()
        .is_none()
        .then_some(End { atom, neighbour })
}
