//! Orders of all bonds: as the file gives them, and perceived where it does not.
//!
//! Data flow: orders of the file; `templates` (standard residues, by names); for all other bonds
//! `demand` (what each atom may have, by valence or by its atom type) and `solve` (the cheapest
//! Kekulé structure); then `aromatic` (rings by `RDKit`'s rules). Aromatic bonds of a file
//! (MOL2 `ar`, SDF type 4) get a Kekulé structure in the same way: those outside of rings, such as
//! the bonds of a carboxylate in MOL2, become a double and a single bond.

mod aromatic;
mod demand;
mod solve;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use super::idatm::TypedMolecule;
use super::idatm::rings::Ring;
use crate::structure::{Bond, BondOrder, Neighbours, Residue};
use crate::{Element, Location, Structure, Warning};
use aromatic::{Kekule, aromatic_bonds};
use solve::{Edge, IMPOSSIBLE, Problem};

/// Where the order of a bond comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OrderSource {
    /// The file.
    File,
    /// The file says that the bond is aromatic or delocalised; whether it is single or double in
    /// the Kekulé structure is computed.
    FileAromatic,
    /// The table of standard residues.
    Template,
    /// Valences, atom types and lengths.
    Perceived,
}

impl OrderSource {
    /// Returns the name in tables: `file`, `file-aromatic`, `template` or `perceived`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::FileAromatic => "file-aromatic",
            Self::Template => "template",
            Self::Perceived => "perceived",
        }
    }
}

/// The order of one bond.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct AssignedOrder {
    /// Order in the Kekulé structure: single, double, triple or dative. [`BondOrder::Aromatic`]
    /// only for an aromatic bond of the file in a system without Kekulé structure.
    pub order: BondOrder,
    /// Whether the bond is in an aromatic ring.
    pub is_aromatic: bool,
    /// Where the order comes from.
    pub source: OrderSource,
}

/// The orders of all bonds of a structure.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BondOrders {
    /// One entry for each bond of [`Structure::bonds`], in its order.
    pub bonds: Vec<AssignedOrder>,
    /// Warnings: aromatic bonds of the file without Kekulé structure.
    pub warnings: Vec<Warning>,
    /// Rings with double or aromatic bonds, as atoms in the order of the ring.
    rings: Vec<Vec<u32>>,
    /// The smallest ring of each bond, an aromatic one first.
    ring_of: BTreeMap<u32, u32>,
}

impl BondOrders {
    /// Returns the ring of a double or aromatic bond as atoms in the order of the ring: the
    /// smallest one that contains the bond, of an aromatic bond the smallest aromatic one. `None`
    /// for bonds in no ring, and for single bonds.
    #[must_use]
    pub fn ring(&self, bond: usize) -> Option<&[u32]> {
        let ring = *self.ring_of.get(&u32::try_from(bond).ok()?)?;
        self.rings.get(ring as usize).map(Vec::as_slice)
    }
}

/// Additional shared pairs of a bond with a Kekulé order; `None` for others.
fn pairs_of(order: BondOrder) -> Option<u8> {
    match order {
        BondOrder::Single | BondOrder::Amide | BondOrder::Dative => Some(0),
        BondOrder::Double => Some(1),
        BondOrder::Triple => Some(2),
        BondOrder::Aromatic | BondOrder::Unknown => None,
    }
}

/// Assigns an order to every bond of a structure, in linear time for molecules.
///
/// Orders of the file are kept. A bond of a metal without order is [`BondOrder::Dative`].
///
/// ```
/// use molshot_molecule::perception::bond_orders;
/// use molshot_molecule::{BondOrder, PartRole, ReadOptions, read_bytes};
/// // Formaldehyde, without bonds in the file.
/// let xyz = b"4\n\nC 0 0 0\nO 1.2 0 0\nH -0.6 0.93 0\nH -0.6 -0.93 0\n";
/// let structure = read_bytes("a.xyz", xyz, PartRole::Whole, &ReadOptions::default())?;
/// assert_eq!(bond_orders(&structure).bonds[0].order, BondOrder::Double);
/// # Ok::<(), molshot_molecule::MoleculeError>(())
/// ```
#[must_use]
pub fn bond_orders(structure: &Structure) -> BondOrders {
    let typed = TypedMolecule::new(structure);
    let mut assigned = settled(&typed);
    let warnings = perceive(&typed, &mut assigned);
    let keys = structure.bonds().iter().map(|bond| [bond.a, bond.b]);
    let pairs: BTreeMap<[u32; 2], u8> = keys
        .clone()
        .zip(&assigned)
        .filter_map(|(key, bond)| Some((key, pairs_of(bond.order)?)))
        .filter(|(_, pairs)| *pairs > 0)
        .collect();
    let ring_bonds: BTreeSet<[u32; 2]> = typed.rings.all.iter().flat_map(Ring::bonds).collect();
    let kekule = Kekule {
        molecule: &typed.molecule,
        pairs: &pairs,
        ring_bonds: &ring_bonds,
    };
    let aromatic = aromatic_bonds(&kekule, &typed.rings.all);
    for (key, bond) in keys.zip(&mut assigned) {
        bond.is_aromatic = bond.order == BondOrder::Aromatic || aromatic.contains(&key);
    }
    let (rings, ring_of) = rings_of(structure.bonds(), &assigned, &typed.rings.all);
    BondOrders {
        bonds: assigned,
        warnings,
        rings,
        ring_of,
    }
}

/// Orders of the file and of templates; [`BondOrder::Unknown`] and [`BondOrder::Aromatic`] for the
/// bonds that are still to be found.
fn settled(typed: &TypedMolecule<'_>) -> Vec<AssignedOrder> {
    let structure = typed.molecule.structure;
    let is_metal = |atom: u32| structure.atoms().element[atom as usize].is_metal();
    let is_standard = standard_residues(typed);
    let has_template = |atom: u32| {
        // Hydrogens have no type from a template, but no double bond either.
        is_standard[typed.molecule.residue(atom) as usize]
            && (!typed.molecule.is_computed[atom as usize] || typed.molecule.is_hydrogen(atom))
    };
    let of_bond = |bond: &Bond| {
        let (order, source) = match bond.order {
            BondOrder::Unknown if is_metal(bond.a) || is_metal(bond.b) => {
                (BondOrder::Dative, OrderSource::Perceived)
            }
            BondOrder::Unknown if has_template(bond.a) && has_template(bond.b) => {
                let residue = structure.residue_of(bond.a);
                let is_double = residue.atoms.contains(&bond.b)
                    && templates::is_double(&typed.molecule, residue, [bond.a, bond.b]);
                let order = if is_double {
                    BondOrder::Double
                } else {
                    BondOrder::Single
                };
                (order, OrderSource::Template)
            }
            BondOrder::Amide => (BondOrder::Single, OrderSource::File),
            BondOrder::Unknown => (BondOrder::Unknown, OrderSource::Perceived),
            BondOrder::Aromatic => (BondOrder::Aromatic, OrderSource::FileAromatic),
            order => (order, OrderSource::File),
        };
        AssignedOrder {
            order,
            is_aromatic: false,
            source,
        }
    };
    structure.bonds().iter().map(of_bond).collect()
}

/// Says for each residue whether its names can be those of a standard residue: whether each occurs
/// once. Whole peptides in MOL2 files may have the name of their first residue.
fn standard_residues(typed: &TypedMolecule<'_>) -> Vec<bool> {
    let structure = typed.molecule.structure;
    let is_standard = |residue: &Residue| {
        let heavy = residue
            .atoms
            .clone()
            .filter(|&atom| !typed.molecule.is_hydrogen(atom));
        let mut names: Vec<&str> = heavy.map(|atom| structure.name_in_file(atom)).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        names.len() == count
    };
    structure.residues().iter().map(is_standard).collect()
}

/// Finds a Kekulé structure of the bonds without one. Returns warnings for aromatic bonds of the
/// file without one, which stay aromatic.
fn perceive(typed: &TypedMolecule<'_>, assigned: &mut [AssignedOrder]) -> Vec<Warning> {
    let molecule = &typed.molecule;
    let structure = molecule.structure;
    let bonds = structure.bonds();
    if assigned.iter().all(|bond| pairs_of(bond.order).is_some()) {
        return Vec::new();
    }
    let has_hydrogens = residues_with_hydrogens(typed);
    let mut settled_pairs = vec![0_u8; structure.atoms().len()];
    for (bond, assigned) in bonds.iter().zip(&*assigned) {
        let pairs = pairs_of(assigned.order).unwrap_or(0);
        settled_pairs[bond.a as usize] += pairs;
        settled_pairs[bond.b as usize] += pairs;
    }
    // What is left to each atom after its settled bonds.
    let costs = |atom: u32| {
        let has_hydrogens = has_hydrogens[molecule.residue(atom) as usize];
        let all = demand::costs(molecule, atom, has_hydrogens);
        let mut left = [IMPOSSIBLE; 4];
        let used = usize::from(settled_pairs[atom as usize]).min(all.len());
        for (to, from) in left.iter_mut().zip(&all[used..]) {
            *to = *from;
        }
        if left.iter().all(|&cost| cost >= IMPOSSIBLE) {
            // The file's own orders are beyond what is known of the element: no further pairs.
            left[0] = 0;
        }
        left
    };
    let mut problem = Problem::default();
    let mut number_of: BTreeMap<u32, u32> = BTreeMap::new();
    let mut edges_of: Vec<usize> = Vec::new();
    for (index, bond) in bonds.iter().enumerate() {
        if pairs_of(assigned[index].order).is_some() {
            continue;
        }
        let ends = [bond.a, bond.b];
        let may = |atom: u32| costs(atom)[1..].iter().any(|&cost| cost < IMPOSSIBLE);
        let is_aromatic = assigned[index].order == BondOrder::Aromatic;
        if !ends.iter().all(|&atom| may(atom)) && !is_aromatic {
            assigned[index].order = BondOrder::Single;
            continue;
        }
        let length = molecule.length(bond.a, bond.b);
        let mut cost = demand::length_costs(ends.map(|atom| molecule.element(atom)), length);
        let two = |atom: u32| costs(atom)[2] < IMPOSSIBLE;
        if is_aromatic || !ends.iter().all(|&atom| two(atom)) {
            cost[2] = IMPOSSIBLE;
        }
        let ends = ends.map(|atom| {
            *number_of.entry(atom).or_insert_with(|| {
                problem.atoms.push(costs(atom));
                problem.atoms.len() as u32 - 1
            })
        });
        problem.edges.push(Edge { ends, cost });
        edges_of.push(index);
    }
    let (pairs, mut is_sound) = problem.solve();
    let is_aromatic = |index: &usize| assigned[*index].order == BondOrder::Aromatic;
    let aromatic: Vec<Bond> = problem
        .edges
        .iter()
        .zip(&edges_of)
        .filter(|(_, index)| is_aromatic(index))
        .map(|(edge, &index)| Bond {
            a: edge.ends[0],
            b: edge.ends[1],
            ..bonds[index]
        })
        .collect();
    spread(&aromatic, &mut is_sound);
    let mut unsolved: BTreeSet<u32> = BTreeSet::new();
    for ((edge, &count), &index) in problem.edges.iter().zip(&pairs).zip(&edges_of) {
        let is_aromatic = assigned[index].order == BondOrder::Aromatic;
        if is_aromatic && !edge.ends.iter().all(|&end| is_sound[end as usize]) {
            unsolved.insert(molecule.residue(bonds[index].a));
            continue;
        }
        assigned[index].order = match count {
            0 => BondOrder::Single,
            1 => BondOrder::Double,
            _ => BondOrder::Triple,
        };
    }
    let warning = |index: u32| {
        let residue = &structure.residues()[index as usize];
        Warning {
            location: Location::file(structure.part_of(residue).name.clone()),
            message: format!(
                "no single and double bonds fit the aromatic bonds of {} {}; they stay aromatic",
                residue.name, residue.number
            ),
        }
    };
    unsolved.into_iter().map(warning).collect()
}

/// Spreads what is not sound along bonds: a system has a Kekulé structure as a whole or not at all.
fn spread(bonds: &[Bond], is_sound: &mut [bool]) {
    let neighbours = Neighbours::from_bonds(is_sound.len(), bonds);
    let mut stack: Vec<u32> = (0..is_sound.len() as u32)
        .filter(|&atom| !is_sound[atom as usize])
        .collect();
    while let Some(atom) = stack.pop() {
        for &other in neighbours.of(atom) {
            if std::mem::replace(&mut is_sound[other as usize], false) {
                stack.push(other);
            }
        }
    }
}

/// Says for each residue whether it has its hydrogens: whether one of its carbons has one.
fn residues_with_hydrogens(typed: &TypedMolecule<'_>) -> Vec<bool> {
    let structure = typed.molecule.structure;
    let mut has = vec![false; structure.residues().len()];
    let elements = &structure.atoms().element;
    for bond in structure.bonds() {
        let pair = [bond.a, bond.b].map(|atom| elements[atom as usize]);
        if pair == [Element::C, Element::H] || pair == [Element::H, Element::C] {
            for atom in [bond.a, bond.b] {
                has[typed.molecule.residue(atom) as usize] = true;
            }
        }
    }
    has
}

/// Rings of the double and aromatic bonds: the smallest ring of each, an aromatic one first.
fn rings_of(
    bonds: &[Bond],
    assigned: &[AssignedOrder],
    rings: &[Ring],
) -> (Vec<Vec<u32>>, BTreeMap<u32, u32>) {
    let index_of = |pair: [u32; 2]| {
        bonds
            .binary_search_by_key(&pair, |bond| [bond.a, bond.b])
            .ok()
    };
    let mut best: BTreeMap<u32, (bool, usize, u32)> = BTreeMap::new();
    for (number, ring) in (0_u32..).zip(rings) {
        let of_ring: Vec<usize> = ring.bonds().filter_map(index_of).collect();
        let is_aromatic = of_ring.iter().all(|&bond| assigned[bond].is_aromatic);
        for bond in of_ring {
            let AssignedOrder {
                order,
                is_aromatic: of_bond,
                ..
            } = assigned[bond];
            if !of_bond && order != BondOrder::Double {
                continue;
            }
            // An aromatic ring comes before others only for an aromatic bond.
            let candidate = (!(is_aromatic && of_bond), ring.atoms.len(), number);
            let entry = best.entry(bond as u32).or_insert(candidate);
            *entry = (*entry).min(candidate);
        }
    }
    let mut kept: BTreeMap<u32, u32> = BTreeMap::new();
    let mut list = Vec::new();
    let ring_of = best.into_iter().map(|(bond, (_, _, ring))| {
        let index = *kept.entry(ring).or_insert_with(|| {
            list.push(rings[ring as usize].atoms.clone());
            list.len() as u32 - 1
        });
        (bond, index)
    });
    let ring_of = ring_of.collect();
    (list, ring_of)
}
