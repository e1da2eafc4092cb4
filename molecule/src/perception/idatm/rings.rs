//! Rings inside residues: the shortest ones through each bond.
//!
//! The set includes every ring that a chemist would draw. Unlike a smallest set of smallest rings
//! it does not depend on the order of atoms: it has all three six-membered rings of
//! bicyclo[2.2.2]octane.

use std::collections::{HashMap, HashSet, VecDeque};

use super::molecule::Molecule;
use super::types::AtomType::{C2, Car, N2, N2Plus, Npl, Oar, OarPlus, Sar};
use crate::Element;

/// Longest ring of the search, which keeps it linear: longer rings are not aromatic by the rules.
pub(crate) const LONGEST_RING: usize = 24;

/// Largest number of atoms visited for the rings through one bond; a molecule has far fewer within
/// half the length of a ring.
const MOST_ATOMS_SEARCHED: usize = 2048;

/// Largest number of shortest rings of equal length through one bond.
const MOST_RINGS_PER_BOND: usize = 8;

/// One ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ring {
    /// Atoms in the order of the ring, beginning with the lowest index, towards its lower
    /// neighbour.
    pub(crate) atoms: Vec<u32>,
}

impl Ring {
    /// Returns the bonds as pairs, lower atom first, in ring order.
    pub(crate) fn bonds(&self) -> impl Iterator<Item = [u32; 2]> + '_ {
        let n = self.atoms.len();
        (0..n).map(move |i| {
            let (a, b) = (self.atoms[i], self.atoms[(i + 1) % n]);
            [a.min(b), a.max(b)]
        })
    }

    /// Returns the two ring neighbours of an atom of the ring, lower index first.
    pub(crate) fn around(&self, atom: u32) -> Option<[u32; 2]> {
        let n = self.atoms.len();
        let i = self.atoms.iter().position(|&other| other == atom)?;
        let (a, b) = (self.atoms[(i + n - 1) % n], self.atoms[(i + 1) % n]);
        Some([a.min(b), a.max(b)])
    }

    /// Returns true if all atoms have types of aromatic rings.
    pub(crate) fn is_aromatic(&self, molecule: &Molecule<'_>) -> bool {
        self.atoms.iter().all(|&atom| match molecule.element(atom) {
            Element::C => molecule.kind(atom) == Car,
            Element::N => matches!(molecule.kind(atom), Npl | N2 | N2Plus),
            Element::O => matches!(molecule.kind(atom), Oar | OarPlus),
            Element::S => molecule.kind(atom) == Sar,
            _ => molecule.kind(atom) == C2,
        })
    }
}

/// All rings of a structure, and the atoms in them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rings {
    pub(crate) all: Vec<Ring>,
    /// Rings of each ring atom, as indices into `all`.
    by_atom: HashMap<u32, Vec<u32>>,
    /// True for atoms in a ring of any size.
    in_any: Vec<bool>,
}

impl Rings {
    /// Finds the rings of every residue.
    pub(crate) fn find(molecule: &Molecule<'_>) -> Self {
        let mut found = Self {
            in_any: vec![false; molecule.len() as usize],
            ..Self::default()
        };
        let mut search = Search::default();
        for residue in molecule.structure.residues() {
            if residue.atoms.len() >= 3 {
                search.residue(molecule, residue.atoms.clone(), &mut found);
            }
        }
        for (i, ring) in found.all.iter().enumerate() {
            for &atom in &ring.atoms {
                found.by_atom.entry(atom).or_default().push(i as u32);
            }
        }
        found
    }

    /// Returns the rings through an atom.
    pub(crate) fn of(&self, atom: u32) -> impl Iterator<Item = &Ring> + '_ {
        self.by_atom
            .get(&atom)
            .into_iter()
            .flatten()
            .map(|&i| &self.all[i as usize])
    }

    /// Returns true if a ring of any size contains the atom.
    pub(crate) fn contains(&self, atom: u32) -> bool {
        self.in_any[atom as usize]
    }

    /// Returns true if an aromatic ring contains the atom.
    pub(crate) fn is_aromatic(&self, molecule: &Molecule<'_>, atom: u32) -> bool {
        self.of(atom).any(|ring| ring.is_aromatic(molecule))
    }
}

/// Scratch memory of the search, reused for every residue.
#[derive(Default)]
struct Search {
    /// Neighbours of each atom of the residue after removal of all chains, as local indices.
    graph: Vec<Vec<u32>>,
    depth: Vec<u32>,
    touched: Vec<u32>,
    queue: VecDeque<u32>,
    seen: HashSet<Vec<u32>>,
}

impl Search {
    fn residue(&mut self, molecule: &Molecule<'_>, range: std::ops::Range<u32>, found: &mut Rings) {
        let start = range.start;
        let count = range.len();
        self.graph.iter_mut().for_each(Vec::clear);
        self.graph.resize(self.graph.len().max(count), Vec::new());
        let mut bonds = 0;
        for atom in range.clone() {
            let inside = molecule
                .of(atom)
                .iter()
                .filter(|n| range.contains(n))
                .map(|n| n - start);
            self.graph[(atom - start) as usize].extend(inside);
            bonds += self.graph[(atom - start) as usize].len();
        }
        if bonds / 2 < 3 {
            return;
        }
        self.cut_chains(count);
        let bridges = self.bridges(count);
        self.depth.clear();
        self.depth.resize(count, u32::MAX);
        self.touched.clear();
        self.seen.clear();
        for a in 0..count as u32 {
            for k in 0..self.graph[a as usize].len() {
                let b = self.graph[a as usize][k];
                if b <= a || bridges.contains(&[a, b]) {
                    continue;
                }
                found.in_any[(start + a) as usize] = true;
                found.in_any[(start + b) as usize] = true;
                for path in self.shortest_paths(a, b) {
                    let atoms = canonical(path);
                    let mut key = atoms.clone();
                    key.sort_unstable();
                    if self.seen.insert(key) {
                        found.all.push(Ring {
                            atoms: atoms.into_iter().map(|i| i + start).collect(),
                        });
                    }
                }
            }
        }
    }

    /// Removes atoms with one neighbour until none remains.
    fn cut_chains(&mut self, count: usize) {
        let mut ends: Vec<u32> = (0..count as u32)
            .filter(|&i| self.graph[i as usize].len() == 1)
            .collect();
        while let Some(end) = ends.pop() {
            let Some(next) = self.graph[end as usize].pop() else {
                continue;
            };
            let list = &mut self.graph[next as usize];
            list.retain(|&other| other != end);
            if list.len() == 1 {
                ends.push(next);
            }
        }
    }

    /// Finds bonds between rings that are not in a ring (bridges, by Tarjan's algorithm), without
    /// recursion.
    fn bridges(&self, count: usize) -> HashSet<[u32; 2]> {
        let mut bridges = HashSet::new();
        let mut order = vec![u32::MAX; count];
        let mut low = vec![u32::MAX; count];
        let mut clock = 0;
        for root in 0..count as u32 {
            if order[root as usize] != u32::MAX || self.graph[root as usize].is_empty() {
                continue;
            }
            order[root as usize] = clock;
            low[root as usize] = clock;
            clock += 1;
            let mut stack = vec![(root, u32::MAX, 0_usize)];
            while let Some((atom, parent, next)) = stack.last_mut() {
                let (atom, parent) = (*atom, *parent);
                if let Some(&other) = self.graph[atom as usize].get(*next) {
                    *next += 1;
                    if order[other as usize] == u32::MAX {
                        order[other as usize] = clock;
                        low[other as usize] = clock;
                        clock += 1;
                        stack.push((other, atom, 0));
                    } else if other != parent {
                        low[atom as usize] = low[atom as usize].min(order[other as usize]);
                    }
                    continue;
                }
                stack.pop();
                if parent != u32::MAX {
                    low[parent as usize] = low[parent as usize].min(low[atom as usize]);
                    if low[atom as usize] > order[parent as usize] {
                        bridges.insert([atom.min(parent), atom.max(parent)]);
                    }
                }
            }
        }
        bridges
    }

    /// Finds all shortest paths from `a` to `b` without their bond, within the limits.
    fn shortest_paths(&mut self, a: u32, b: u32) -> Vec<Vec<u32>> {
        for atom in self.touched.drain(..) {
            self.depth[atom as usize] = u32::MAX;
        }
        self.queue.clear();
        self.queue.push_back(a);
        self.depth[a as usize] = 0;
        self.touched.push(a);
        while let Some(atom) = self.queue.pop_front() {
            let depth = self.depth[atom as usize];
            let reached = self.depth[b as usize];
            if depth + 1 >= LONGEST_RING as u32
                || depth >= reached
                || self.touched.len() > MOST_ATOMS_SEARCHED
            {
                break;
            }
            for &next in &self.graph[atom as usize] {
                if self.depth[next as usize] == u32::MAX && !(atom == a && next == b) {
                    self.depth[next as usize] = depth + 1;
                    self.touched.push(next);
                    self.queue.push_back(next);
                }
            }
        }
        let mut paths = Vec::new();
        if self.depth[b as usize] != u32::MAX {
            // Backwards from b; each step is one nearer to a.
            let mut partial = vec![vec![b]];
            while let Some(path) = partial.pop() {
                let last = path[path.len() - 1];
                let depth = self.depth[last as usize];
                if depth == 0 {
                    paths.push(path);
                    if paths.len() >= MOST_RINGS_PER_BOND {
                        break;
                    }
                    continue;
                }
                for &next in &self.graph[last as usize] {
                    if self.depth[next as usize] == depth - 1 && !(last == b && next == a) {
                        let mut longer = path.clone();
                        longer.push(next);
                        partial.push(longer);
                    }
                }
            }
        }
        paths
    }
}

/// Rotates a ring to begin with its lowest atom, towards the lower of its neighbours.
fn canonical(mut atoms: Vec<u32>) -> Vec<u32> {
    let lowest = (0..atoms.len()).min_by_key(|&i| atoms[i]).unwrap_or(0);
    atoms.rotate_left(lowest);
    if atoms.len() > 2 && atoms[1] > atoms[atoms.len() - 1] {
        atoms[1..].reverse();
    }
    atoms
}
