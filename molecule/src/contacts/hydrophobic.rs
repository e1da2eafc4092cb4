//! Hydrophobic contacts, and the rules that leave only the shortest of many.

use std::collections::HashMap;

use super::contact::Contact;
use super::criteria::HYDROPHOBIC_ANGSTROM;
use super::kind::{ContactKind, ContactRole};
use super::rings::FlatRing;
use super::site::{Pairs, Site};
use crate::Element;
use crate::cancel::Cancelled;
use crate::perception::idatm::molecule::Molecule;

/// A pair of carbons.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CarbonPair {
    pub(crate) ligand: u32,
    pub(crate) rest: u32,
    pub(crate) distance: f64,
}

/// Finds pairs of hydrophobic carbons, one of the ligand and one of the rest, and applies PLIP's
/// rules: none between stacked rings; for each atom of the ligand the shortest to each residue; for
/// each atom of the rest the shortest to each group of bonded atoms of the ligand. Of equal
/// distances the one with the lower atom index is kept.
pub(crate) fn hydrophobic_contacts(
    site: &Site<'_>,
    rings: &[Vec<FlatRing>; 2],
    stacked: &[Contact],
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let molecule = &site.typed.molecule;
    let carbons = (0..molecule.len()).filter(|&atom| is_hydrophobic(molecule, atom));
    let [ligand, rest] = site.divide(carbons.collect(), |&atom| atom);
    let positions = |atoms: &[u32]| atoms.iter().map(|&a| molecule.position(a)).collect();
    let first: Vec<_> = positions(&ligand);
    let in_stack = StackedRings::new(rings, stacked);
    let mut shortest = Shortest::default();
    pairs.visit(&first, positions(&rest), HYDROPHOBIC_ANGSTROM, |i, j, d| {
        let pair = CarbonPair {
            ligand: ligand[i],
            rest: rest[j],
            distance: d,
        };
        let is_contact = !are_bonded(molecule, pair) && !in_stack.holds(pair);
        if is_contact {
            shortest.add(molecule.residue(pair.rest), pair);
        }
        is_contact
    })?;
    let kept = shortest_per_patch(molecule, shortest.finish());
    let contact = |pair: CarbonPair| {
        let side = |atom| site.atom_side(ContactRole::Carbon, atom);
        Contact::new(
            ContactKind::HydrophobicContacts,
            side(pair.ligand),
            side(pair.rest),
            pair.distance,
        )
    };
    Ok(kept.into_iter().map(contact).collect())
}

/// Returns whether an atom is a carbon that is bonded to carbon and hydrogen only.
fn is_hydrophobic(molecule: &Molecule<'_>, atom: u32) -> bool {
    molecule.element(atom) == Element::C
        && molecule
            .of(atom)
            .iter()
            .all(|&n| matches!(molecule.element(n), Element::C | Element::H))
}

/// Returns whether two atoms are bonded or have a bonded atom in common, as at the bond of a
/// covalent ligand.
fn are_bonded(molecule: &Molecule<'_>, pair: CarbonPair) -> bool {
    let neighbours = molecule.of(pair.rest);
    let mut of_ligand = molecule.of(pair.ligand).iter();
    neighbours.contains(&pair.ligand) || of_ligand.any(|n| neighbours.contains(n))
}

/// Atoms of stacked rings.
struct StackedRings<'a> {
    stacks: Vec<[&'a FlatRing; 2]>,
    /// Stacks of each atom of the ligand, as indices.
    of_ligand: HashMap<u32, Vec<usize>>,
}

impl<'a> StackedRings<'a> {
    fn new([ligand, rest]: &'a [Vec<FlatRing>; 2], stacked: &[Contact]) -> Self {
        let mut by_atoms: HashMap<&[u32], &FlatRing> = HashMap::new();
        for ring in ligand.iter().chain(rest) {
            by_atoms.insert(&ring.atoms, ring);
        }
        let ring = |atoms: &[u32]| by_atoms.get(atoms).copied();
        let stacks: Vec<_> = stacked
            .iter()
            .filter_map(|stack| Some([ring(&stack.ligand.atoms)?, ring(&stack.rest.atoms)?]))
            .collect();
        let mut of_ligand: HashMap<u32, Vec<usize>> = HashMap::new();
        for (index, [ring, _]) in stacks.iter().enumerate() {
            for &atom in &ring.atoms {
                of_ligand.entry(atom).or_default().push(index);
            }
        }
        Self { stacks, of_ligand }
    }

    fn holds(&self, pair: CarbonPair) -> bool {
        self.of_ligand.get(&pair.ligand).is_some_and(|stacks| {
            let mut stacks = stacks.iter();
            stacks.any(|&index| self.stacks[index][1].contains(pair.rest))
        })
    }
}

/// Collects the shortest pair of each atom of the ligand with each residue. Pairs come sorted by
/// the atom of the ligand.
#[derive(Debug, Default)]
struct Shortest {
    atom: Option<u32>,
    by_residue: HashMap<u32, CarbonPair>,
    found: Vec<CarbonPair>,
}

impl Shortest {
    fn add(&mut self, residue: u32, pair: CarbonPair) {
        if self.atom != Some(pair.ligand) {
            self.found.extend(self.by_residue.drain().map(|(_, p)| p));
            self.atom = Some(pair.ligand);
        }
        let best = self.by_residue.entry(residue).or_insert(pair);
        if pair.distance < best.distance {
            *best = pair;
        }
    }

    fn finish(mut self) -> Vec<CarbonPair> {
        self.found.extend(self.by_residue.into_values());
        self.found
    }
}

/// Keeps, for each atom of the rest, the shortest pair with each group of bonded atoms of the ligand
/// among those that it is in contact with.
pub(crate) fn shortest_per_patch(
    molecule: &Molecule<'_>,
    mut pairs: Vec<CarbonPair>,
) -> Vec<CarbonPair> {
    pairs.sort_unstable_by_key(|pair| (pair.rest, pair.ligand));
    let mut kept = Vec::new();
    for of_atom in pairs.chunk_by(|a, b| a.rest == b.rest) {
        let place = |atom: u32| of_atom.binary_search_by_key(&atom, |pair| pair.ligand).ok();
        let mut is_seen = vec![false; of_atom.len()];
        for start in 0..of_atom.len() {
            if is_seen[start] {
                continue;
            }
            is_seen[start] = true;
            let (mut open, mut best) = (vec![start], of_atom[start]);
            while let Some(at) = open.pop() {
                let pair = of_atom[at];
                if (pair.distance, pair.ligand) < (best.distance, best.ligand) {
                    best = pair;
                }
                for next in molecule.of(pair.ligand).iter().filter_map(|&n| place(n)) {
                    if !is_seen[next] {
                        is_seen[next] = true;
                        open.push(next);
                    }
                }
            }
            kept.push(best);
        }
    }
    kept
}
