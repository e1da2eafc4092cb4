//! Bond orders of ring systems: all assignments of double bonds with correct valences, and the best
//! of them.

use std::cell::Cell;

use super::molecule::Molecule;
use super::rings::Ring;
use crate::Element;

/// Largest number of search steps for one system; a system of 50 atoms with few unknowns takes
/// hundreds.
const MOST_STEPS: usize = 50_000;

/// Largest number of assignments that are compared.
const MOST_ASSIGNMENTS: usize = 4096;

/// Order of a bond that leads out of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outer {
    Single,
    Double,
    /// Unknown: found together with the ring bonds.
    Open,
}

/// A ring system with the bonds that lead out of it.
#[derive(Debug, Clone)]
pub(crate) struct System {
    /// Atoms of the system, ascending.
    pub(crate) atoms: Vec<u32>,
    /// Ring bonds, then open outer bonds (ring atom first): the unknowns.
    pub(crate) unknowns: Vec<[u32; 2]>,
    /// Number of ring bonds among the unknowns.
    pub(crate) ring_bonds: usize,
    /// Sum of the known orders of outer bonds, for each atom of `atoms`.
    pub(crate) outer_sum: Vec<u8>,
    /// True for atoms of `atoms` with a known outer double bond.
    pub(crate) has_outer_double: Vec<bool>,
}

/// Orders (1 or 2) of the unknowns.
pub(crate) type Orders = Vec<u8>;

impl System {
    pub(crate) fn index_of(&self, atom: u32) -> Option<usize> {
        self.atoms.binary_search(&atom).ok()
    }

    /// Returns the sum of all bond orders of an atom of the system.
    pub(crate) fn sum(&self, place: usize, orders: &[u8]) -> u8 {
        let atom = self.atoms[place];
        self.outer_sum[place]
            + self
                .unknowns
                .iter()
                .zip(orders)
                .filter(|(bond, _)| bond.contains(&atom))
                .map(|(_, order)| order)
                .sum::<u8>()
    }

    /// Finds all assignments within the limits; `budget` is the remaining number of steps for the
    /// whole structure. With `charged`, nitrogen with three neighbours and oxygen have one bond
    /// more than usual, all of them: `ChimeraX` charges all or none.
    pub(crate) fn assignments(
        &self,
        molecule: &Molecule<'_>,
        charged: bool,
        budget: &Cell<usize>,
    ) -> Vec<Orders> {
        // Bonds in an order that completes atoms early: along the system.
        let order = self.walk();
        let ends: Vec<[Option<usize>; 2]> = order
            .iter()
            .map(|&unknown| self.unknowns[unknown].map(|atom| self.index_of(atom)))
            .collect();
        let mut left = vec![0_u8; self.atoms.len()];
        for places in &ends {
            for place in places.iter().flatten() {
                left[*place] += 1;
            }
        }
        let allowed: Vec<[u8; 2]> = self
            .atoms
            .iter()
            .map(|&atom| allowed_sum(molecule, atom, charged))
            .collect();
        let mut found = Vec::new();
        let mut sums = self.outer_sum.clone();
        // The sum can still become valid, with each open bond of order one or two.
        let fits = |sums: &[u8], left: &[u8], place: usize| {
            let [low, high] = allowed[place];
            sums[place] + left[place] <= high && sums[place] + 2 * left[place] >= low
        };
        if (0..self.atoms.len()).any(|place| !fits(&sums, &left, place)) {
            return found;
        }
        let mut orders = vec![0_u8; self.unknowns.len()];
        let mut depth = 0;
        let mut tried = vec![0_u8; order.len() + 1];
        for _ in 0..MOST_STEPS.min(budget.get()) {
            budget.set(budget.get() - 1);
            if depth == order.len() {
                found.push(orders.clone());
                if found.len() >= MOST_ASSIGNMENTS || depth == 0 {
                    break;
                }
                depth -= 1;
                Self::undo(&mut orders, &order, &ends, depth, &mut sums, &mut left);
                continue;
            }
            tried[depth] += 1;
            if tried[depth] > 2 {
                tried[depth] = 0;
                if depth == 0 {
                    break;
                }
                depth -= 1;
                Self::undo(&mut orders, &order, &ends, depth, &mut sums, &mut left);
                continue;
            }
            orders[order[depth]] = tried[depth];
            for place in ends[depth].iter().flatten() {
                sums[*place] += tried[depth];
                left[*place] -= 1;
            }
            if ends[depth]
                .iter()
                .flatten()
                .all(|&place| fits(&sums, &left, place))
            {
                depth += 1;
                tried[depth] = 0;
            } else {
                Self::undo(&mut orders, &order, &ends, depth, &mut sums, &mut left);
            }
        }
        found
    }

    fn undo(
        orders: &mut [u8],
        order: &[usize],
        ends: &[[Option<usize>; 2]],
        depth: usize,
        sums: &mut [u8],
        left: &mut [u8],
    ) {
        let value = std::mem::take(&mut orders[order[depth]]);
        for place in ends[depth].iter().flatten() {
            sums[*place] -= value;
            left[*place] += 1;
        }
    }

    /// Returns the unknowns in breadth-first order from the first atom.
    fn walk(&self) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.unknowns.len());
        let mut taken = vec![false; self.unknowns.len()];
        let mut queue: std::collections::VecDeque<u32> =
            self.atoms.iter().copied().take(1).collect();
        loop {
            while let Some(atom) = queue.pop_front() {
                for (i, bond) in self.unknowns.iter().enumerate() {
                    if !taken[i] && bond.contains(&atom) {
                        taken[i] = true;
                        order.push(i);
                        queue.extend(bond.iter().filter(|&&other| other != atom));
                    }
                }
            }
            match taken.iter().position(|done| !done) {
                Some(i) => queue.push_back(self.unknowns[i][0]),
                None => return order,
            }
        }
    }

    /// Counts the electrons in the pi system of a ring under an assignment; `None` if a double bond
    /// leads out of the ring system, so that its electron is not in the ring.
    pub(crate) fn pi_electrons(
        &self,
        molecule: &Molecule<'_>,
        ring: &Ring,
        orders: &[u8],
    ) -> Option<u32> {
        let mut electrons = 0;
        for &atom in &ring.atoms {
            let place = self.index_of(atom)?;
            let is_double_outside = self.has_outer_double[place]
                || self.unknowns[self.ring_bonds..]
                    .iter()
                    .zip(&orders[self.ring_bonds..])
                    .any(|(bond, &order)| order == 2 && bond.contains(&atom));
            if is_double_outside {
                return None;
            }
            let has_double = self
                .unknowns
                .iter()
                .zip(orders)
                .any(|(bond, &order)| order == 2 && bond.contains(&atom));
            electrons += match (has_double, molecule.element(atom)) {
                (true, _) => 1,
                (false, Element::C) => return None,
                (false, _) => 2,
            };
        }
        Some(electrons)
    }

    /// Returns true if the ring has 4n + 2 electrons (Hückel's rule). Two fused rings with odd
    /// numbers, such as those of azulene, share an electron and are both aromatic.
    pub(crate) fn is_aromatic(&self, molecule: &Molecule<'_>, ring: &Ring, orders: &[u8]) -> bool {
        match self.pi_electrons(molecule, ring, orders) {
            Some(electrons) if electrons % 2 == 1 => true,
            Some(electrons) => electrons % 4 == 2,
            None => false,
        }
    }

    /// Counts nitrogens and oxygens with one bond more than usual.
    fn charges(&self, molecule: &Molecule<'_>, orders: &[u8]) -> usize {
        (0..self.atoms.len())
            .filter(|&place| {
                let atom = self.atoms[place];
                let [_, high] = allowed_sum(molecule, atom, false);
                self.sum(place, orders) > high
            })
            .count()
    }

    /// Returns the best assignment: most atoms in aromatic rings, then fewest charges, then double
    /// bonds at short bonds.
    pub(crate) fn best(
        &self,
        molecule: &Molecule<'_>,
        rings: &[&Ring],
        assignments: Vec<Orders>,
    ) -> Option<Orders> {
        let squared: Vec<f64> = self
            .unknowns
            .iter()
            .map(|&[a, b]| molecule.length(a, b).powi(2))
            .collect();
        assignments
            .into_iter()
            .map(|orders| {
                let aromatic: usize = rings
                    .iter()
                    .filter(|ring| self.is_aromatic(molecule, ring, &orders))
                    .map(|ring| ring.atoms.len())
                    .sum();
                let charges = self.charges(molecule, &orders);
                let total: f64 = orders.iter().map(|&order| f64::from(order)).sum();
                let mean = squared
                    .iter()
                    .zip(&orders)
                    .map(|(squared, &order)| squared * f64::from(order))
                    .sum::<f64>()
                    / total.max(1.0);
                (orders, aromatic, charges, mean)
            })
            .min_by(|a, b| {
                (b.1.cmp(&a.1))
                    .then(a.2.cmp(&b.2))
                    .then(a.3.total_cmp(&b.3))
            })
            .map(|(orders, ..)| orders)
    }
}

/// Returns the lowest and highest sum of bond orders of a ring atom, without hydrogens that are not
/// in the file.
fn allowed_sum(molecule: &Molecule<'_>, atom: u32, charged: bool) -> [u8; 2] {
    let extra = u8::from(charged);
    match (molecule.element(atom), molecule.degree(atom)) {
        (Element::C, 3) => [4, 4],
        // A hydrogen is missing.
        (Element::C, _) => [3, 3],
        (Element::N, 3) => [3 + extra, 3 + extra],
        (Element::O, _) => [2 + extra, 2 + extra],
        (Element::S, 2) => [2, 2],
        // Nitrogen with or without a hydrogen; phosphorus.
        _ => [2, 3],
    }
}
