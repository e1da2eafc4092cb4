//! The ligand and the rest, and pairs of near points between them.

use super::contact::ContactSide;
use super::criteria::is_contact;
use super::kind::ContactRole;
use crate::cancel::{CancelToken, Cancelled};
use crate::hbonds::{Grid, is_of_ligand};
use crate::perception::idatm::TypedMolecule;
use crate::perception::idatm::vector::{Vec3, distance};
use crate::structure::ResidueClass;

/// A structure with atom types, divided into the ligand and the rest.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) typed: &'a TypedMolecule<'a>,
    /// For each atom.
    is_ligand: Vec<bool>,
    /// For each atom.
    is_water: Vec<bool>,
}

impl<'a> Site<'a> {
    pub(crate) fn new(typed: &'a TypedMolecule<'a>) -> Self {
        let structure = typed.molecule.structure;
        let count = structure.atoms().len();
        let (mut ligand, mut water) = (vec![false; count], vec![false; count]);
        for residue in structure.residues() {
            let atoms = residue.atoms.start as usize..residue.atoms.end as usize;
            ligand[atoms.clone()].fill(is_of_ligand(structure, residue));
            water[atoms].fill(residue.class == ResidueClass::Water);
        }
        Self {
            typed,
            is_ligand: ligand,
            is_water: water,
        }
    }

    pub(crate) fn is_ligand(&self, atom: u32) -> bool {
        self.is_ligand[atom as usize]
    }

    pub(crate) fn is_water(&self, atom: u32) -> bool {
        self.is_water[atom as usize]
    }

    /// Returns whether the structure has atoms of the ligand (`true`) or of the rest.
    pub(crate) fn has(&self, is_ligand: bool) -> bool {
        self.is_ligand.contains(&is_ligand)
    }

    /// Divides things by the side of their atom, without those of water: the ligand's, the rest's.
    pub(crate) fn divide<T>(&self, all: Vec<T>, atom: impl Fn(&T) -> u32) -> [Vec<T>; 2] {
        let dry = all.into_iter().filter(|thing| !self.is_water(atom(thing)));
        let (ligand, rest) = dry.partition(|thing| self.is_ligand(atom(thing)));
        [ligand, rest]
    }

    /// Makes a side of one atom.
    pub(crate) fn atom_side(&self, role: ContactRole, atom: u32) -> ContactSide {
        ContactSide {
            role,
            atoms: vec![atom],
            center_angstrom: self.typed.molecule.structure.atoms().position_angstrom[atom as usize],
            center_atoms: vec![atom],
        }
    }
}

/// Largest number of contacts of one kind, far above those of any molecule: it bounds the memory
/// for files whose atoms overlap.
const MOST_CONTACTS: usize = 100_000;

/// Finds pairs of near points, in linear time.
#[derive(Debug)]
pub(crate) struct Pairs<'a> {
    pub(crate) cancel: &'a CancelToken,
    /// Number of points that were ignored because too many others are near.
    pub(crate) crowded: usize,
    /// True if a search ended at [`MOST_CONTACTS`].
    pub(crate) is_cut: bool,
}

impl Pairs<'_> {
    /// Sorts points for [`Self::visit`] and for other searches.
    pub(crate) fn grid(&mut self, points: Vec<Vec3>, limit: f64) -> Points {
        let grid = Grid::new(points.clone(), limit);
        self.crowded += grid.crowded;
        Points { grid, points }
    }

    /// Calls `visit` with the indices and the distance of all pairs of `first` and `second` that are
    /// nearer than `limit`, ascending, and above the smallest distance of a contact. `visit` returns
    /// whether it is a contact.
    pub(crate) fn visit(
        &mut self,
        first: &[Vec3],
        second: Vec<Vec3>,
        limit: f64,
        mut visit: impl FnMut(usize, usize, f64) -> bool,
    ) -> Result<(), Cancelled> {
        if first.is_empty() || second.is_empty() {
            return Ok(());
        }
        let second = self.grid(second, limit);
        let (mut near, mut count) = (Vec::new(), 0);
        for (i, &place) in first.iter().enumerate() {
            self.cancel.check()?;
            second.grid.near(place, limit, &mut near);
            for &j in &near {
                let j = j as usize;
                let d = distance(place, second.points[j]);
                if is_contact(d, limit) && visit(i, j, d) {
                    count += 1;
                }
            }
            if count >= MOST_CONTACTS {
                self.is_cut = true;
                break;
            }
        }
        Ok(())
    }
}

/// Points that are sorted into cells.
#[derive(Debug)]
pub(crate) struct Points {
    pub(crate) grid: Grid,
    pub(crate) points: Vec<Vec3>,
}

/// Returns the mean of some positions; the origin for none.
pub(crate) fn centroid(positions: impl IntoIterator<Item = Vec3>) -> Vec3 {
    let (mut sum, mut count) = ([0.0; 3], 0.0_f64);
    for position in positions {
        for (sum, x) in sum.iter_mut().zip(position) {
            *sum += x;
        }
        count += 1.0;
    }
    sum.map(|x| x / count.max(1.0))
}
