//! Bonds by distance, for atoms without bonds from a template or the file.

use crate::Element;

/// Two atoms are bonded up to the sum of their radii plus this tolerance, in angstrom (Meng & Lewis
/// 1991).
pub(crate) const TOLERANCE_ANGSTROM: f32 = 0.4;

/// Atoms nearer than this, in angstrom, overlap by mistake and are not bonded. The shortest bond
/// (of molecular hydrogen) has 0.74.
const SHORTEST_BOND_ANGSTROM: f32 = 0.4;

/// Largest number of bonds of one atom, the largest known coordination number; with more, the
/// coordinates are wrong.
const MOST_BONDS: u8 = 16;

/// Largest number of atoms in a cube with the edge of the longest possible bond (at most 4.4
/// angstrom). Diamond has 15 atoms in this volume; more than 64 are overlapping atoms, not a
/// molecule.
const MOST_ATOMS_PER_CELL: usize = 64;

/// Up to this number of atoms, testing all pairs is faster than sorting them into cells.
const FEW_ATOMS: usize = 48;

/// Returns true for elements that form no bonds: the unknown element, helium, neon and argon.
fn is_without_bonds(element: Element) -> bool {
    matches!(element.atomic_number(), 0 | 2 | 10 | 18)
}

/// Returns the bonding radius in angstrom of a noble gas that forms compounds, which the set of
/// [`Element::covalent_radius_angstrom`] lacks: B. Cordero et al., Dalton Trans. (2008) 2832.
fn noble_gas_radius_angstrom(element: Element) -> Option<f32> {
    match element.symbol() {
        "Kr" => Some(1.16),
        "Xe" => Some(1.40),
        "Rn" => Some(1.50),
        _ => None,
    }
}

/// Tests a pair within the general distance of which at least one is a noble gas: it is bonded to
/// the elements of its compounds (fluorides, oxides, a few more) and to no other, such as the atoms
/// around xenon in a cavity of a protein.
#[cold]
fn is_noble_gas_bond(a: Element, b: Element, squared: f32) -> bool {
    let radius = |element: Element| match noble_gas_radius_angstrom(element) {
        Some(radius) => radius,
        None => element.covalent_radius_angstrom(),
    };
    let is_partner =
        |element| [Element::C, Element::N, Element::O, Element::F, Element::CL].contains(&element);
    let reach = radius(a) + radius(b) + TOLERANCE_ANGSTROM;
    (is_partner(a) || is_partner(b)) && squared <= reach * reach
}

/// Result of the distance rule.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct DistanceBonds {
    /// Pairs of positions in the input, the lower one first; in no particular order.
    pub(crate) pairs: Vec<[u32; 2]>,
    /// Number of atoms without bonds because too many others are nearby.
    pub(crate) crowded: usize,
}

/// Collects bonds from pairs of atoms in any order; the result does not depend on the order.
struct BondCollector<'a> {
    positions: &'a [[f32; 3]],
    elements: &'a [Element],
    /// Number of bonds to heavy atoms so far, saturating.
    degree: Vec<u8>,
    heavy: Vec<[u32; 2]>,
    /// For each hydrogen: squared distance and index of its nearest heavy atom within bonding
    /// distance.
    nearest: Vec<(f32, u32)>,
    crowded: usize,
}

impl<'a> BondCollector<'a> {
    fn new(positions: &'a [[f32; 3]], elements: &'a [Element]) -> Self {
        let has_hydrogens = elements.contains(&Element::H);
        Self {
            positions,
            elements,
            degree: vec![0; elements.len()],
            heavy: Vec::new(),
            nearest: vec![
                (f32::INFINITY, u32::MAX);
                if has_hydrogens { elements.len() } else { 0 }
            ],
            crowded: 0,
        }
    }

    fn add_pair(&mut self, i: u32, j: u32) {
        let (a, b) = (i as usize, j as usize);
        let squared = squared_distance(self.positions[a], self.positions[b]);
        let reach = self.elements[a].covalent_radius_angstrom()
            + self.elements[b].covalent_radius_angstrom()
            + TOLERANCE_ANGSTROM;
        if squared > reach * reach || squared < SHORTEST_BOND_ANGSTROM * SHORTEST_BOND_ANGSTROM {
            return;
        }
        if matches!(
            (
                self.elements[a].atomic_number(),
                self.elements[b].atomic_number()
            ),
            (36 | 54 | 86, _) | (_, 36 | 54 | 86)
        ) && !is_noble_gas_bond(self.elements[a], self.elements[b], squared)
        {
            return;
        }
        match (
            self.elements[a] == Element::H,
            self.elements[b] == Element::H,
        ) {
            (true, true) => {}
            (true, false) => self.update_nearest(a, squared, j),
            (false, true) => self.update_nearest(b, squared, i),
            (false, false) => {
                self.degree[a] = self.degree[a].saturating_add(1);
                self.degree[b] = self.degree[b].saturating_add(1);
                // Beyond the limit the pair is dropped at the end: not storing it bounds the
                // memory.
                if self.degree[a] <= MOST_BONDS && self.degree[b] <= MOST_BONDS {
                    self.heavy.push([i.min(j), i.max(j)]);
                }
            }
        }
    }

    fn update_nearest(&mut self, hydrogen: usize, squared: f32, carrier: u32) {
        let best = &mut self.nearest[hydrogen];
        if (squared, carrier) < *best {
            *best = (squared, carrier);
        }
    }

    fn finish(self) -> DistanceBonds {
        let Self {
            degree,
            heavy: mut pairs,
            nearest,
            mut crowded,
            ..
        } = self;
        pairs.retain(|pair| pair.iter().all(|&i| degree[i as usize] <= MOST_BONDS));
        crowded += degree.iter().filter(|&&d| d > MOST_BONDS).count();
        for (i, &(_, carrier)) in nearest.iter().enumerate() {
            if carrier != u32::MAX {
                let i = i as u32;
                pairs.push([i.min(carrier), i.max(carrier)]);
            }
        }
        DistanceBonds { pairs, crowded }
    }
}

pub(crate) fn squared_distance(a: [f32; 3], b: [f32; 3]) -> f32 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}

/// Finds bonds by distance: `d <= r1 + r2 + 0.4` angstrom with the radii of
/// [`Element::covalent_radius_angstrom`]. A hydrogen has one bond, to the nearest heavy atom within
/// this distance; two hydrogens are bonded only if there are no other atoms (molecular hydrogen).
/// Unknown elements and helium, neon and argon have no bonds; krypton, xenon and radon have bonds
/// to C, N, O, F and Cl only, with their own radii.
///
/// Time and memory are linear in the number of atoms for any positions: an atom with more than 16
/// heavy neighbours within bonding distance, or among too many overlapping atoms, gets no bond to
/// heavy atoms and is counted in [`DistanceBonds::crowded`].
pub(crate) fn bonds_by_distance(positions: &[[f32; 3]], elements: &[Element]) -> DistanceBonds {
    if let [Element::H, Element::H] = elements {
        let reach = 2.0 * Element::H.covalent_radius_angstrom() + TOLERANCE_ANGSTROM;
        let squared = squared_distance(positions[0], positions[1]);
        let bonded =
            squared <= reach * reach && squared >= SHORTEST_BOND_ANGSTROM * SHORTEST_BOND_ANGSTROM;
        return DistanceBonds {
            pairs: if bonded { vec![[0, 1]] } else { Vec::new() },
            crowded: 0,
        };
    }
    let mut collector = BondCollector::new(positions, elements);
    let known = |i: usize| !is_without_bonds(elements[i]);
    if positions.len() <= FEW_ATOMS {
        for i in (0..positions.len()).filter(|&i| known(i)) {
            for j in (i + 1..positions.len()).filter(|&j| known(j)) {
                collector.add_pair(i as u32, j as u32);
            }
        }
    } else {
        add_near_pairs(&mut collector);
    }
    collector.finish()
}

/// Bits of the coordinate of a cell along one axis; the largest is 2 * 100 000 angstrom / 0.86
/// angstrom < 2^18.
const AXIS_BITS: u32 = 20;

/// Passes every pair of known atoms in the same or adjacent cells to the collector, once.
///
/// Atoms are sorted by cell, x fastest, so that the three adjacent cells of a row are contiguous in
/// the sorted list, and the pointer into each adjacent row only moves forward: one sweep visits all
/// pairs.
fn add_near_pairs(collector: &mut BondCollector<'_>) {
    let (positions, elements) = (collector.positions, collector.elements);
    let known = (0..positions.len() as u32).filter(|&i| !is_without_bonds(elements[i as usize]));
    let longest_radius = elements
        .iter()
        .map(|e| e.covalent_radius_angstrom())
        .fold(0.0, f32::max);
    let edge = 2.0 * longest_radius + TOLERANCE_ANGSTROM;
    let low = positions.iter().fold([f32::INFINITY; 3], |low, p| {
        [low[0].min(p[0]), low[1].min(p[1]), low[2].min(p[2])]
    });
    // An empty cell on the low side avoids negative keys of the row before.
    let axis = |value: f32, low: f32| -> u64 {
        let limit = (1_u64 << AXIS_BITS) - 2;
        (((value - low) / edge) as u64 + 1).min(limit)
    };
    let key = |p: [f32; 3]| -> u64 {
        (axis(p[2], low[2]) << (2 * AXIS_BITS))
            | (axis(p[1], low[1]) << AXIS_BITS)
            | axis(p[0], low[0])
    };
    let mut sorted: Vec<(u64, u32)> = known.map(|i| (key(positions[i as usize]), i)).collect();
    sorted.sort_unstable();
    // Cells with their ranges; overfull cells are excluded.
    let mut cells: Vec<(u64, std::ops::Range<usize>)> = Vec::new();
    let mut start = 0;
    for run in sorted.chunk_by(|a, b| a.0 == b.0) {
        if run.len() <= MOST_ATOMS_PER_CELL {
            cells.push((run[0].0, start..start + run.len()));
        } else {
            collector.crowded += run.len();
        }
        start += run.len();
    }
    // Rows after that of the cell in key order, as the key of their middle cell relative to the
    // cell.
    let row = 1_u64 << AXIS_BITS;
    let layer = 1_u64 << (2 * AXIS_BITS);
    let rows = [row, layer - row, layer, layer + row];
    let mut first = [0_usize; 4];
    for (c, (cell_key, run)) in cells.iter().enumerate() {
        for (k, &(_, i)) in sorted[run.clone()].iter().enumerate() {
            for &(_, j) in &sorted[run.start + k + 1..run.end] {
                collector.add_pair(i, j);
            }
        }
        let mut across = |other: &std::ops::Range<usize>| {
            for &(_, i) in &sorted[run.clone()] {
                for &(_, j) in &sorted[other.clone()] {
                    collector.add_pair(i, j);
                }
            }
        };
        if let Some((next_key, other)) = cells.get(c + 1)
            && *next_key == cell_key + 1
        {
            across(other);
        }
        for (offset, from) in rows.iter().zip(&mut first) {
            let middle = cell_key + offset;
            while cells.get(*from).is_some_and(|cell| cell.0 < middle - 1) {
                *from += 1;
            }
            for (_, other) in cells[*from..]
                .iter()
                .take_while(|cell| cell.0 <= middle + 1)
            {
                across(other);
            }
        }
    }
}

#[cfg(test)]
mod tests;
