//! Aromatic rings: candidate rings, their bond orders, and the resulting types.
//!
//! Meng & Lewis 1991 suggest the step (page 897). Index of aromaticity from bond lengths:
//! Kruszewski & Krygowski's HOMA as Krygowski gives it in J. Chem. Inf. Comput. Sci. 33 (1993) 70.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use super::bond_orders::{Outer, System};
use super::molecule::Molecule;
use super::rings::{Ring, Rings};
use super::types::AtomType::{
    self, C2, C3, Cac, Car, N2, N2Plus, N3, Npl, Ntr, O2, O3, Oar, OarPlus, S2, S3, Sar,
};
use crate::Element;

/// Larger ring systems are treated as aromatic without computing bond orders.
const MOST_ATOMS_OF_SYSTEM: usize = 50;

/// Largest number of search steps for bond orders in one structure, which take seconds. Ring
/// systems after that keep their types.
const MOST_STEPS_IN_ALL: usize = 20_000_000;

/// Result of the ring pass.
#[derive(Debug, Default)]
pub(crate) struct RingOutcome {
    /// Nitrogens with two neighbours and a final type.
    pub(crate) assigned_nitrogens: BTreeSet<u32>,
    /// First atom of each ring system without valid bond orders.
    pub(crate) unsolved: Vec<u32>,
}

/// Assigns types to the atoms of planar rings.
pub(crate) fn aromatic_rings(
    molecule: &mut Molecule<'_>,
    rings: &Rings,
    residue_has_template: &[bool],
) -> RingOutcome {
    let mut outcome = RingOutcome::default();
    let budget = Cell::new(MOST_STEPS_IN_ALL);
    let planar: Vec<&Ring> = rings
        .all
        .iter()
        .filter(|ring| {
            !residue_has_template[molecule.residue(ring.atoms[0]) as usize]
                && may_be_aromatic(molecule, ring)
        })
        .collect();
    let in_planar: BTreeSet<u32> = planar
        .iter()
        .flat_map(|ring| ring.atoms.iter().copied())
        .collect();
    for system in fused(&planar) {
        let atoms: BTreeSet<u32> = system
            .iter()
            .flat_map(|ring| ring.atoms.iter().copied())
            .collect();
        if atoms.len() > MOST_ATOMS_OF_SYSTEM {
            for &atom in &atoms {
                match molecule.element(atom) {
                    Element::C => molecule.set(atom, Car),
                    Element::O => molecule.set(atom, Oar),
                    _ => {}
                }
            }
            continue;
        }
        if !solve(molecule, &system, &atoms, &in_planar, &budget, &mut outcome) {
            outcome.unsolved.extend(atoms.first());
        }
    }
    outcome
}

/// Returns whether the types of the atoms allow a planar ring, and the bond lengths do not
/// contradict it.
fn may_be_aromatic(molecule: &Molecule<'_>, ring: &Ring) -> bool {
    let mut oxygens = 0;
    let mut is_planar = true;
    for &atom in &ring.atoms {
        if molecule.degree(atom) > 3 {
            return false;
        }
        match molecule.kind(atom) {
            C2 | Npl | Sar | Oar | OarPlus | Car | N2 | N2Plus | AtomType::Untyped(Element::P) => {}
            O3 | S3 | N3 => is_planar = false,
            C3 if molecule.degree(atom) == 2 => is_planar = false,
            _ => return false,
        }
        oxygens += usize::from(molecule.element(atom) == Element::O);
    }
    if ring.atoms.len() == 5 && (2..=4).contains(&oxygens) {
        return false;
    }
    is_planar || has_aromatic_lengths(molecule, ring)
}

/// Returns whether the bond lengths are those of an aromatic ring, by an index similar to HOMA: 1
/// for benzene, 0 for a Kekulé structure, far below 0 for single bonds.
fn has_aromatic_lengths(molecule: &Molecule<'_>, ring: &Ring) -> bool {
    let mut sum = 0.0;
    let mut count = 0.0;
    for [a, b] in ring.bonds() {
        let reference = match (molecule.element(a), molecule.element(b)) {
            (Element::C, Element::C) => 1.38586,
            (Element::C, Element::N) | (Element::N, Element::C) => 1.34148,
            (Element::C, Element::O) | (Element::O, Element::C) => 1.265,
            _ => continue,
        };
        sum += (molecule.length(a, b) - reference).powi(2);
        count += 1.0;
    }
    if count == 0.0 {
        return false;
    }
    let index = 1.0 - 792.0 * sum / count;
    index >= 0.5 || count * index >= -35.0
}

/// Groups rings that share bonds into ring systems.
fn fused<'r>(rings: &[&'r Ring]) -> Vec<Vec<&'r Ring>> {
    let mut by_bond: BTreeMap<[u32; 2], Vec<usize>> = BTreeMap::new();
    for (i, ring) in rings.iter().enumerate() {
        for bond in ring.bonds() {
            by_bond.entry(bond).or_default().push(i);
        }
    }
    let mut seen = vec![false; rings.len()];
    let mut systems = Vec::new();
    for first in 0..rings.len() {
        if std::mem::replace(&mut seen[first], true) {
            continue;
        }
        let mut system = Vec::new();
        let mut stack = vec![first];
        while let Some(i) = stack.pop() {
            system.push(i);
            for bond in rings[i].bonds() {
                for &other in by_bond.get(&bond).into_iter().flatten() {
                    if !std::mem::replace(&mut seen[other], true) {
                        stack.push(other);
                    }
                }
            }
        }
        system.sort_unstable();
        systems.push(system.into_iter().map(|i| rings[i]).collect());
    }
    systems
}

/// Assumed order of one bond that leads out of the ring system.
struct OuterBond {
    ring_atom: u32,
    order: Outer,
    /// The order to try if the first one has no solution.
    second_guess: Option<Outer>,
    /// True if the bond leads to another ring.
    between_rings: bool,
}

/// Finds bond orders of one system and assigns types to its atoms; returns false if there are no
/// valid bond orders.
fn solve(
    molecule: &mut Molecule<'_>,
    rings: &[&Ring],
    atoms: &BTreeSet<u32>,
    in_planar: &BTreeSet<u32>,
    budget: &Cell<usize>,
    outcome: &mut RingOutcome,
) -> bool {
    let mut ring_bonds: Vec<[u32; 2]> = rings.iter().flat_map(|ring| ring.bonds()).collect();
    ring_bonds.sort_unstable();
    ring_bonds.dedup();
    let mut outer: Vec<(u32, OuterBond)> = Vec::new();
    for &atom in atoms {
        for &other in molecule.of(atom) {
            if ring_bonds
                .binary_search(&[atom.min(other), atom.max(other)])
                .is_err()
            {
                let bond = if atoms.contains(&other) || in_planar.contains(&other) {
                    OuterBond {
                        ring_atom: atom,
                        order: Outer::Single,
                        second_guess: Some(Outer::Open),
                        between_rings: true,
                    }
                } else {
                    assumed_order(molecule, atom, other)
                };
                outer.push((other, bond));
            }
        }
    }
    let attempt = |molecule: &Molecule<'_>, take: &dyn Fn(&OuterBond) -> Outer| {
        let system = build(atoms, &ring_bonds, &outer, take);
        let mut found = system.assignments(molecule, false, budget);
        let is_aromatic = |ring: &&Ring| {
            found
                .iter()
                .any(|orders| system.is_aromatic(molecule, ring, orders))
        };
        let has_hetero_atom = |ring: &&Ring| {
            ring.atoms
                .iter()
                .any(|&atom| matches!(molecule.element(atom), Element::N | Element::O))
        };
        let wants_charge = found.is_empty()
            || rings
                .iter()
                .any(|ring| has_hetero_atom(ring) && !is_aromatic(ring));
        if wants_charge {
            let known = found.len();
            for orders in system.assignments(molecule, true, budget) {
                if !found[..known].contains(&orders) {
                    found.push(orders);
                }
            }
        }
        let best = system.best(molecule, rings, found)?;
        Some((system, best))
    };
    let first = |bond: &OuterBond| bond.order;
    let free = |bond: &OuterBond| {
        if bond.between_rings {
            Outer::Open
        } else {
            bond.order
        }
    };
    let second = |bond: &OuterBond| bond.second_guess.unwrap_or(bond.order);
    let solved = attempt(molecule, &first)
        .or_else(|| attempt(molecule, &free))
        .or_else(|| attempt(molecule, &second));
    let Some((system, orders)) = solved else {
        return false;
    };
    settle_outer(molecule, &system, &orders, &outer);
    assign_types(molecule, rings, &system, &orders, outcome);
    true
}

/// Collects the unknowns of a system.
fn build(
    atoms: &BTreeSet<u32>,
    ring_bonds: &[[u32; 2]],
    outer: &[(u32, OuterBond)],
    take: &dyn Fn(&OuterBond) -> Outer,
) -> System {
    let atoms: Vec<u32> = atoms.iter().copied().collect();
    let mut system = System {
        outer_sum: vec![0; atoms.len()],
        has_outer_double: vec![false; atoms.len()],
        unknowns: ring_bonds.to_vec(),
        ring_bonds: ring_bonds.len(),
        atoms,
    };
    for (other, bond) in outer {
        let Some(place) = system.index_of(bond.ring_atom) else {
            continue;
        };
        match take(bond) {
            Outer::Single => system.outer_sum[place] += 1,
            Outer::Double => {
                system.outer_sum[place] += 2;
                system.has_outer_double[place] = true;
            }
            // An open bond between two atoms of the same system is found from both; it is one
            // unknown.
            Outer::Open if system.index_of(*other).is_some() && *other < bond.ring_atom => {}
            Outer::Open => system.unknowns.push([bond.ring_atom, *other]),
        }
    }
    system
}

/// Assumes the order of a bond that leads out of a ring, from the type of the outer atom.
fn assumed_order(molecule: &Molecule<'_>, ring_atom: u32, other: u32) -> OuterBond {
    let kind = molecule.kind(other);
    let is_terminal = molecule.degree(other) == 1;
    let on_carbon = molecule.element(ring_atom) == Element::C;
    let (order, second_guess) = match kind {
        O2 | S2 if is_terminal => (Outer::Double, Some(Outer::Single)),
        O3 | S3 if is_terminal && on_carbon => (Outer::Single, Some(Outer::Open)),
        // An amino group may be an imino group, as the one of a protonated guanine.
        Npl => (Outer::Open, None),
        C2 | N2 => match (
            has_other_partner(molecule, other, ring_atom),
            molecule.degree(other),
        ) {
            (true, _) => (Outer::Single, Some(Outer::Open)),
            // Three bonds in a plane are unambiguous.
            (false, 3..) => (Outer::Double, None),
            // Its angle alone does not tell an imine from an amine without its hydrogen.
            (false, _) => (Outer::Open, None),
        },
        // Carboxylates, nitro groups, charged nitrogens, sp and sp3 atoms.
        _ => (Outer::Single, None),
    };
    OuterBond {
        ring_atom,
        order,
        second_guess,
        between_rings: false,
    }
}

/// Returns whether an outer sp2 atom has another sp2 neighbour for its double bond.
fn has_other_partner(molecule: &Molecule<'_>, atom: u32, ring_atom: u32) -> bool {
    molecule.others(atom, ring_atom).any(|n| {
        let kind = molecule.kind(n);
        kind.is_planar() && !matches!(kind, Cac | Ntr | N2Plus | Car)
    })
}

/// Corrects the types of outer atoms whose bond order differs from the assumed one: of terminal
/// ones, and of nitrogens that have no double bond elsewhere.
fn settle_outer(
    molecule: &mut Molecule<'_>,
    system: &System,
    orders: &[u8],
    outer: &[(u32, OuterBond)],
) {
    for (other, bond) in outer {
        let may_change = molecule.degree(*other) == 1 || molecule.kind(*other) == N2;
        if bond.between_rings || !may_change {
            continue;
        }
        let order = system.unknowns[system.ring_bonds..]
            .iter()
            .zip(&orders[system.ring_bonds..])
            .find(|(unknown, _)| **unknown == [bond.ring_atom, *other])
            .map(|(_, &order)| order);
        let is_double = match order {
            Some(order) => order == 2,
            None => match system.index_of(bond.ring_atom) {
                Some(place) => system.has_outer_double[place],
                None => continue,
            },
        };
        let kind = match (molecule.kind(*other), is_double) {
            (O2, false) => O3,
            (O3, true) => O2,
            (S2, false) => S3,
            (S3, true) => S2,
            (N2, false) if !has_other_partner(molecule, *other, bond.ring_atom) => Npl,
            _ => continue,
        };
        molecule.set(*other, kind);
    }
}

/// Assigns types to the ring atoms.
fn assign_types(
    molecule: &mut Molecule<'_>,
    rings: &[&Ring],
    system: &System,
    orders: &[u8],
    outcome: &mut RingOutcome,
) {
    for ring in rings {
        if !system.is_aromatic(molecule, ring, orders) {
            continue;
        }
        for &atom in &ring.atoms {
            let Some(place) = system.index_of(atom) else {
                continue;
            };
            let sum = system.sum(place, orders);
            match molecule.element(atom) {
                Element::C => molecule.set(atom, Car),
                Element::O => molecule.set(atom, if sum > 2 { OarPlus } else { Oar }),
                Element::S => molecule.set(atom, Sar),
                Element::N if molecule.degree(atom) == 3 && sum == 4 => molecule.set(atom, N2Plus),
                // A nitrogen with a substituent that contributes its lone pair is planar.
                Element::N if molecule.degree(atom) == 3 => molecule.set(atom, Npl),
                _ => {}
            }
        }
    }
    for ring in rings {
        for &atom in &ring.atoms {
            if molecule.element(atom) != Element::N || molecule.degree(atom) != 2 {
                continue;
            }
            let Some(place) = system.index_of(atom) else {
                continue;
            };
            let kind = if system.sum(place, orders) == 2 {
                Npl
            } else {
                let double_to = system
                    .unknowns
                    .iter()
                    .zip(orders)
                    .find(|(bond, order)| **order == 2 && bond.contains(&atom))
                    .map(|(bond, _)| if bond[0] == atom { bond[1] } else { bond[0] });
                let lends = double_to.is_some_and(|partner| {
                    molecule.kind(partner) == Car
                        && molecule
                            .others(atom, partner)
                            .any(|n| molecule.kind(n) == C2)
                });
                if lends { Npl } else { N2 }
            };
            molecule.set(atom, kind);
            outcome.assigned_nitrogens.insert(atom);
        }
    }
}
