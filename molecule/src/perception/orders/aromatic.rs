//! Aromatic rings of a Kekulé structure, by the rules that `RDKit` documents as its own model
//! (`RDKit` Book, "The `RDKit` Aromaticity Model").
//!
//! A ring or a system of fused rings is aromatic if it has 4n + 2 electrons, of atoms that give
//! one (an atom of a double bond in the ring), two (a lone pair: pyrrole, furan, thiophene) or none
//! (the carbon of an exocyclic `C=O`). An exocyclic double bond takes the electron only to a more
//! electronegative atom. Of a system of fused rings the bonds of its outline become aromatic.

use std::collections::{BTreeMap, BTreeSet};

use super::super::idatm::molecule::Molecule;
use super::super::idatm::rings::Ring;
use crate::Element;

/// Most rings of one system that are counted together (`RDKit`: six).
const MOST_FUSED: usize = 6;
/// Systems with more rings are looked at in pairs only: the number of combinations grows fast.
const MOST_RINGS: usize = 12;
/// Longest ring, as `RDKit`.
const LONGEST_RING: usize = 24;

/// What the rules know of a molecule.
pub(super) struct Kekule<'a, 'm> {
    pub(super) molecule: &'a Molecule<'m>,
    /// Additional shared pairs of each bond, by atoms (lower first).
    pub(super) pairs: &'a BTreeMap<[u32; 2], u8>,
    /// Bonds in rings.
    pub(super) ring_bonds: &'a BTreeSet<[u32; 2]>,
}

/// Returns the aromatic bonds, as atoms (lower first).
pub(super) fn aromatic_bonds(kekule: &Kekule<'_, '_>, rings: &[Ring]) -> BTreeSet<[u32; 2]> {
    let mut electrons: BTreeMap<u32, Option<u8>> = BTreeMap::new();
    let candidates: Vec<&Ring> = rings
        .iter()
        .filter(|ring| {
            ring.atoms.len() <= LONGEST_RING
                && ring.atoms.iter().all(|&atom| {
                    electrons
                        .entry(atom)
                        .or_insert_with(|| kekule.electrons(atom))
                        .is_some()
                })
        })
        .collect();
    let count = |atom: u32| electrons.get(&atom).copied().flatten().unwrap_or(0);
    let mut found = BTreeSet::new();
    for system in fused(&candidates) {
        let rings: Vec<&Ring> = system.iter().map(|&ring| candidates[ring]).collect();
        let near = neighbours(&rings);
        let most = if rings.len() > MOST_RINGS {
            2
        } else {
            MOST_FUSED
        };
        let mut done = vec![false; rings.len()];
        for size in 1..=most.min(rings.len()) {
            if done.iter().all(|done| *done) {
                break;
            }
            for combination in connected(&near, size) {
                if combination.iter().all(|&ring| done[ring]) {
                    continue;
                }
                let members = || combination.iter().map(|&ring| rings[ring]);
                let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
                for atom in members().flat_map(|ring| ring.atoms.iter()) {
                    *shared.entry(*atom).or_default() += 1;
                }
                // Atoms of three rings are inside the outline.
                let outline = shared.iter().filter(|(_, times)| **times < 3);
                let sum: u32 = outline.map(|(atom, _)| u32::from(count(*atom))).sum();
                if sum != 2 && (sum < 6 || sum % 4 != 2) {
                    continue;
                }
                let mut times: BTreeMap<[u32; 2], u32> = BTreeMap::new();
                for bond in members().flat_map(Ring::bonds) {
                    *times.entry(bond).or_default() += 1;
                }
                found.extend(
                    times
                        .into_iter()
                        .filter(|(_, times)| *times == 1)
                        .map(|(bond, _)| bond),
                );
                for &ring in &combination {
                    done[ring] = true;
                }
            }
        }
    }
    found
}

impl Kekule<'_, '_> {
    fn pairs_of(&self, a: u32, b: u32) -> u8 {
        self.pairs.get(&[a.min(b), a.max(b)]).copied().unwrap_or(0)
    }

    /// Returns the electrons that an atom gives to a ring: 0, 1 or 2. `None` if it cannot be in an
    /// aromatic ring.
    fn electrons(&self, atom: u32) -> Option<u8> {
        let element = self.molecule.element(atom);
        let (valence, lone_pairs) = match element {
            Element::B => (3, 0),
            Element::C | Element::SI => (4, 0),
            Element::N | Element::P => (3, 2),
            Element::O | Element::S | Element::SE => (2, 4),
            _ => return None,
        };
        let neighbours = self.molecule.of(atom);
        let degree = neighbours.len() as i32;
        let multiple: Vec<u32> = neighbours
            .iter()
            .copied()
            .filter(|&other| self.pairs_of(atom, other) > 0)
            .collect();
        let pairs: i32 = neighbours
            .iter()
            .map(|&other| i32::from(self.pairs_of(atom, other)))
            .sum();
        let stated = i32::from(self.molecule.structure.atoms().formal_charge[atom as usize]);
        let is_cation = matches!(element, Element::N | Element::P | Element::O | Element::S)
            && degree + pairs == valence + 1;
        let charge = match (stated, is_cation) {
            (_, true) => 1,
            (stated, false) => stated,
        };
        let allowed = match element {
            Element::C | Element::SI | Element::B => valence - charge.abs(),
            _ => valence + charge,
        };
        let hydrogens = (allowed - degree - pairs).max(0);
        if degree + pairs + hydrogens > allowed || degree + hydrogens > 3 || multiple.len() > 1 {
            return None;
        }
        let mut electrons = valence - degree - hydrogens + (lone_pairs - charge).max(0);
        if electrons > 1 && pairs > 1 {
            electrons = 1;
        }
        let in_ring = |other: u32| {
            self.ring_bonds
                .contains(&[atom.min(other), atom.max(other)])
        };
        let outside = multiple.iter().copied().find(|&other| !in_ring(other));
        let is_taken =
            outside.is_some_and(|other| pull(self.molecule.element(other)) > pull(element));
        match electrons {
            0 if outside.is_some() => Some(0),
            1 if outside.is_some() => Some(u8::from(!is_taken)),
            0 | 1 if !multiple.is_empty() => Some(1),
            1 if charge == 1 => Some(0),
            ..=1 => None,
            _ => {
                let left = electrons - i32::from(is_taken);
                Some(if left % 2 == 1 { 1 } else { 2 })
            }
        }
    }
}

/// Rank of an element by the pull on the electrons of a double bond, as in `RDKit`: its outer
/// electrons, and of equally many the lighter element.
fn pull(element: Element) -> (u8, std::cmp::Reverse<u8>) {
    let outer = match element {
        Element::B => 3,
        Element::C | Element::SI => 4,
        Element::N | Element::P | Element::AS => 5,
        Element::O | Element::S | Element::SE => 6,
        element if element.is_halogen() => 7,
        _ => 0,
    };
    (outer, std::cmp::Reverse(element.atomic_number()))
}

/// Groups rings that share bonds, as indices.
fn fused(rings: &[&Ring]) -> Vec<Vec<usize>> {
    let near = neighbours(rings);
    let mut seen = vec![false; rings.len()];
    let mut systems = Vec::new();
    for first in 0..rings.len() {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut system = Vec::new();
        let mut stack = vec![first];
        while let Some(ring) = stack.pop() {
            system.push(ring);
            for &other in &near[ring] {
                if !std::mem::replace(&mut seen[other], true) {
                    stack.push(other);
                }
            }
        }
        system.sort_unstable();
        systems.push(system);
    }
    systems
}

/// Returns the rings that share exactly one bond with each ring.
fn neighbours(rings: &[&Ring]) -> Vec<Vec<usize>> {
    let mut by_bond: BTreeMap<[u32; 2], Vec<usize>> = BTreeMap::new();
    for (index, ring) in rings.iter().enumerate() {
        for bond in ring.bonds() {
            by_bond.entry(bond).or_default().push(index);
        }
    }
    rings
        .iter()
        .enumerate()
        .map(|(index, ring)| {
            let mut times: BTreeMap<usize, u32> = BTreeMap::new();
            for bond in ring.bonds() {
                for &other in by_bond.get(&bond).into_iter().flatten() {
                    *times.entry(other).or_default() += 1;
                }
            }
            times
                .into_iter()
                .filter(|&(other, times)| other != index && times == 1)
                .map(|(other, _)| other)
                .collect()
        })
        .collect()
}

/// Lists the connected sets of this number of rings, each once, ascending.
fn connected(near: &[Vec<usize>], size: usize) -> BTreeSet<Vec<usize>> {
    let mut sets: BTreeSet<Vec<usize>> = (0..near.len()).map(|ring| vec![ring]).collect();
    for _ in 1..size {
        let mut larger = BTreeSet::new();
        for set in &sets {
            for &ring in set {
                for other in near[ring].iter().filter(|&other| !set.contains(other)) {
                    let mut next = set.clone();
                    next.push(*other);
                    next.sort_unstable();
                    larger.insert(next);
                }
            }
        }
        sets = larger;
    }
    sets
}
