//! Patterns of functional groups, and how they are matched.
//!
//! A pattern is a root atom and branches for all of its neighbours: each neighbour is matched by
//! one branch, and each branch matches one neighbour. Branches that a hydrogen can match may stay
//! empty, because hydrogens may be missing in files. A branch without branches allows any other
//! neighbours of its atom.

use crate::Element;
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::{AtomType, Geometry};

/// Condition on one atom of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spec {
    /// This atom type.
    Type(AtomType),
    /// Any type of this element.
    Element(Element),
    /// Any type of tetrahedral geometry.
    Tetrahedral,
    /// Any type of planar geometry.
    Planar,
    /// Single-bonded: tetrahedral, or a hydrogen.
    SingleBond,
    /// Same as [`Self::SingleBond`], except `O3-`.
    SingleBondNotOxide,
    /// A tetrahedral heavy atom other than the sulfur or phosphorus of an acid.
    SingleBondNotAcid,
    /// Tetrahedral, or a hydrogen, which is required in a file with hydrogens.
    TetrahedralOrHydrogen,
    /// Carbon or hydrogen (`R` of a formula).
    CarbonOrHydrogen,
    /// `Npl` or `N3`.
    AmineNitrogen,
    /// Any atom except `Pac`, even the other side of a chain gap.
    NotPhosphate,
}

/// The missing neighbour of an atom at a chain gap.
const MISSING: u32 = u32::MAX;

impl Spec {
    fn fits(self, molecule: &Molecule<'_>, atom: u32) -> bool {
        if atom == MISSING {
            return self == Self::NotPhosphate;
        }
        let kind = molecule.kind(atom);
        let is_single = matches!(
            kind.geometry(),
            Some(Geometry::Tetrahedral | Geometry::Single)
        );
        match self {
            Self::Type(wanted) => kind == wanted,
            Self::Element(wanted) => molecule.element(atom) == wanted,
            Self::Tetrahedral => kind.is_tetrahedral(),
            Self::Planar => kind.is_planar(),
            Self::SingleBond | Self::TetrahedralOrHydrogen => is_single,
            Self::SingleBondNotOxide => is_single && kind != AtomType::O3Minus,
            Self::SingleBondNotAcid => {
                kind.is_tetrahedral() && !matches!(kind, AtomType::Sac | AtomType::Pac)
            }
            Self::CarbonOrHydrogen => {
                matches!(molecule.element(atom), Element::C | Element::H)
            }
            Self::AmineNitrogen => matches!(kind, AtomType::Npl | AtomType::N3),
            Self::NotPhosphate => kind != AtomType::Pac,
        }
    }

    /// Returns whether a hydrogen that is missing in the file can be here.
    fn may_stay_empty(self) -> bool {
        matches!(
            self,
            Self::Element(Element::H)
                | Self::SingleBond
                | Self::SingleBondNotOxide
                | Self::TetrahedralOrHydrogen
                | Self::CarbonOrHydrogen
                | Self::NotPhosphate
        )
    }
}

/// An atom of a pattern with the branches that lead on from it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Node {
    pub(crate) spec: Spec,
    /// Other neighbours: `None` allows any, `Some` requires exactly these.
    pub(crate) branches: Option<&'static [Node]>,
}

/// Creates a leaf, which allows any other neighbours of the atom.
pub(crate) const fn leaf(spec: Spec) -> Node {
    Node {
        spec,
        branches: None,
    }
}

/// Creates an atom with exactly these other neighbours.
pub(crate) const fn node(spec: Spec, branches: &'static [Node]) -> Node {
    Node {
        spec,
        branches: Some(branches),
    }
}

/// One match: the root, and the atom at each of its branches (`None` for a missing hydrogen).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) root: u32,
    pub(crate) at_branch: Vec<Option<u32>>,
}

/// Finds all matches of a pattern at one root atom. Branches with equal nodes are interchangeable:
/// their atoms are in ascending order, without permutations.
pub(crate) fn matches_at(molecule: &Molecule<'_>, pattern: &Node, root: u32) -> Vec<Match> {
    if !pattern.spec.fits(molecule, root) {
        return Vec::new();
    }
    let Some(branches) = pattern.branches else {
        return vec![Match {
            root,
            at_branch: Vec::new(),
        }];
    };
    let mut found = Vec::new();
    assign(molecule, branches, root, None, &mut |at_branch| {
        found.push(Match {
            root,
            at_branch: at_branch.to_vec(),
        });
        true
    });
    found
}

fn node_fits(molecule: &Molecule<'_>, node: &Node, atom: u32, parent: u32) -> bool {
    node.spec.fits(molecule, atom)
        && node.branches.is_none_or(|branches| {
            let mut any = false;
            assign(molecule, branches, atom, Some(parent), &mut |_| {
                any = true;
                false
            });
            any
        })
}

/// Largest number of neighbours; no pattern has more branches.
const MOST_NEIGHBOURS: usize = 8;

/// Calls `visit` with every assignment of the neighbours of `atom` (except `parent`) to the
/// branches; `visit` returns whether to continue.
fn assign(
    molecule: &Molecule<'_>,
    branches: &[Node],
    atom: u32,
    parent: Option<u32>,
    visit: &mut dyn FnMut(&[Option<u32>]) -> bool,
) {
    let mut neighbours: Vec<u32> = molecule
        .of(atom)
        .iter()
        .copied()
        .filter(|&n| Some(n) != parent)
        .take(MOST_NEIGHBOURS)
        .collect();
    if molecule.is_at_gap[atom as usize] {
        neighbours.push(MISSING);
    }
    if neighbours.len() > branches.len() {
        return;
    }
    let mut state = Assignment {
        molecule,
        branches,
        atom,
        neighbours: &neighbours,
        taken: vec![false; neighbours.len()],
        at_branch: Vec::with_capacity(branches.len()),
    };
    state.next(visit);
}

struct Assignment<'a> {
    molecule: &'a Molecule<'a>,
    branches: &'a [Node],
    atom: u32,
    neighbours: &'a [u32],
    taken: Vec<bool>,
    at_branch: Vec<Option<usize>>,
}

impl Assignment<'_> {
    /// Assigns the remaining branches; returns false to end the search.
    fn next(&mut self, visit: &mut dyn FnMut(&[Option<u32>]) -> bool) -> bool {
        let branch = self.at_branch.len();
        if branch == self.branches.len() {
            if self.taken.iter().any(|taken| !taken) {
                return true;
            }
            let atoms: Vec<Option<u32>> = self
                .at_branch
                .iter()
                .map(|place| place.map(|i| self.neighbours[i]).filter(|&n| n != MISSING))
                .collect();
            return visit(&atoms);
        }
        let node = self.branches[branch];
        // After an equal branch only later neighbours are tried, and only empty ones after an empty
        // one.
        let twin = self.branches[..branch]
            .iter()
            .rposition(|other| *other == node);
        let (first, only_empty) = match twin.map(|i| self.at_branch[i]) {
            Some(Some(place)) => (place + 1, false),
            Some(None) => (0, true),
            None => (0, false),
        };
        if !only_empty {
            for place in first..self.neighbours.len() {
                let neighbour = self.neighbours[place];
                if self.taken[place] {
                    continue;
                }
                let fits = if neighbour == MISSING {
                    node.spec.fits(self.molecule, neighbour)
                } else {
                    node_fits(self.molecule, &node, neighbour, self.atom)
                };
                if !fits {
                    continue;
                }
                self.taken[place] = true;
                self.at_branch.push(Some(place));
                let go_on = self.next(visit);
                self.at_branch.pop();
                self.taken[place] = false;
                if !go_on {
                    return false;
                }
            }
        }
        if node.spec.may_stay_empty() {
            self.at_branch.push(None);
            let go_on = self.next(visit);
            self.at_branch.pop();
            return go_on;
        }
        true
    }
}
