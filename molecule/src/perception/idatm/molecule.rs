//! The molecule during typing: positions, elements, neighbours, and the types found so far.

use super::types::AtomType;
use super::vector::{Vec3, angle_degrees, distance};
use crate::structure::{Bond, Neighbours, PseudobondKind};
use crate::{Element, Structure};

/// Largest number of bonds of one atom; the largest known coordination number is 16. Atoms with
/// more bonds are treated as unbonded, which also keeps every step linear in the number of atoms.
const MOST_BONDS: u32 = 24;

/// State of typing, and afterwards the input of the search for hydrogen bonds.
#[derive(Debug, Clone)]
pub(crate) struct Molecule<'a> {
    pub(crate) structure: &'a Structure,
    pub(crate) positions: Vec<Vec3>,
    pub(crate) neighbours: Neighbours,
    /// Number of neighbours other than hydrogen.
    pub(crate) heavy_count: Vec<u32>,
    pub(crate) types: Vec<AtomType>,
    /// False for a type from a template, which is never changed.
    pub(crate) is_computed: Vec<bool>,
    /// Number of atoms with too many bonds; their bonds are ignored.
    pub(crate) overbonded: usize,
    /// True for atoms at a chain gap.
    pub(crate) is_at_gap: Vec<bool>,
}

impl<'a> Molecule<'a> {
    pub(crate) fn new(structure: &'a Structure) -> Self {
        let atoms = structure.atoms();
        let mut degree = vec![0_u32; atoms.len()];
        for bond in structure.bonds() {
            degree[bond.a as usize] += 1;
            degree[bond.b as usize] += 1;
        }
        let overbonded = degree.iter().filter(|&&count| count > MOST_BONDS).count();
        let neighbours = if overbonded == 0 {
            structure.neighbours()
        } else {
            let is_sound = |atom: u32| degree[atom as usize] <= MOST_BONDS;
            let bonds: Vec<Bond> = structure
                .bonds()
                .iter()
                .copied()
                .filter(|bond| is_sound(bond.a) && is_sound(bond.b))
                .collect();
            Neighbours::from_bonds(atoms.len(), &bonds)
        };
        let heavy_count = (0..atoms.len() as u32)
            .map(|i| {
                neighbours
                    .of(i)
                    .iter()
                    .filter(|&&n| atoms.element[n as usize].atomic_number() > 1)
                    .count() as u32
            })
            .collect();
        let mut is_at_gap = vec![false; atoms.len()];
        for gap in structure.pseudobonds() {
            if gap.kind == PseudobondKind::MissingStructure {
                is_at_gap[gap.a as usize] = true;
                is_at_gap[gap.b as usize] = true;
            }
        }
        Self {
            structure,
            positions: atoms
                .position_angstrom
                .iter()
                .map(|p| p.map(f64::from))
                .collect(),
            neighbours,
            heavy_count,
            types: atoms
                .element
                .iter()
                .map(|&e| AtomType::Untyped(e))
                .collect(),
            is_computed: vec![true; atoms.len()],
            overbonded,
            is_at_gap,
        }
    }

    pub(crate) fn len(&self) -> u32 {
        self.positions.len() as u32
    }

    pub(crate) fn element(&self, atom: u32) -> Element {
        self.structure.atoms().element[atom as usize]
    }

    pub(crate) fn is_hydrogen(&self, atom: u32) -> bool {
        self.element(atom) == Element::H
    }

    pub(crate) fn residue(&self, atom: u32) -> u32 {
        self.structure.atoms().residue[atom as usize]
    }

    pub(crate) fn position(&self, atom: u32) -> Vec3 {
        self.positions[atom as usize]
    }

    pub(crate) fn kind(&self, atom: u32) -> AtomType {
        self.types[atom as usize]
    }

    pub(crate) fn heavy(&self, atom: u32) -> usize {
        self.heavy_count[atom as usize] as usize
    }

    /// Returns the bonded atoms, ascending.
    pub(crate) fn of(&self, atom: u32) -> &[u32] {
        self.neighbours.of(atom)
    }

    pub(crate) fn degree(&self, atom: u32) -> usize {
        self.of(atom).len()
    }

    /// Returns the neighbours of `atom` other than `not`.
    pub(crate) fn others(&self, atom: u32, not: u32) -> impl Iterator<Item = u32> + '_ {
        self.of(atom).iter().copied().filter(move |&n| n != not)
    }

    /// Returns the length of a bond in angstrom.
    pub(crate) fn length(&self, a: u32, b: u32) -> f64 {
        distance(self.position(a), self.position(b))
    }

    /// Returns the angle a-b-c in degrees.
    pub(crate) fn angle(&self, a: u32, b: u32, c: u32) -> f64 {
        angle_degrees(self.position(a), self.position(b), self.position(c))
    }

    /// Changes the type of an atom without a template.
    pub(crate) fn set(&mut self, atom: u32, kind: AtomType) {
        if self.is_computed[atom as usize] {
            self.types[atom as usize] = kind;
        }
    }

    /// Returns true if the atom does not have a type yet.
    pub(crate) fn is_untyped(&self, atom: u32) -> bool {
        matches!(self.kind(atom), AtomType::Untyped(_))
    }

    /// Returns the atoms with computed types.
    pub(crate) fn computed(&self) -> Vec<u32> {
        (0..self.len())
            .filter(|&i| self.is_computed[i as usize])
            .collect()
    }

    /// Counts oxygen neighbours without other heavy neighbours; with `bare`, only those without
    /// hydrogens.
    pub(crate) fn free_oxygens(&self, atom: u32, bare: bool) -> usize {
        self.of(atom)
            .iter()
            .filter(|&&n| {
                self.element(n) == Element::O
                    && self.heavy(n) == 1
                    && (!bare || self.degree(n) == 1)
            })
            .count()
    }
}
