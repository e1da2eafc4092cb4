//! Atom columns.

use smol_str::SmolStr;

use crate::Element;

/// Atom columns: entry `i` of every column belongs to atom `i`. Atoms are in file order, except for
/// hydrogens that a file lists apart from their residue: they follow the other atoms of the
/// residue, with a warning.
///
/// All columns have the same length. Atoms of one residue are contiguous.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Atoms {
    /// Cartesian coordinates in angstrom; finite, each magnitude below
    /// [`MAX_COORDINATE_ANGSTROM`](super::MAX_COORDINATE_ANGSTROM).
    pub position_angstrom: Vec<[f32; 3]>,
    /// Chemical element.
    pub element: Vec<Element>,
    /// Atom name without padding (`CA`, `O1B`, `HO5'`).
    pub name: Vec<SmolStr>,
    /// Serial number in the file, for messages; not necessarily unique.
    pub serial: Vec<i32>,
    /// Index into [`Structure::residues`](super::Structure::residues).
    pub residue: Vec<u32>,
    /// Alternate location that was kept; `b' '` if the file has none.
    pub altloc: Vec<u8>,
    /// Occupancy, 0 to 1 in valid files; 1 if the format has none.
    pub occupancy: Vec<f32>,
    /// Isotropic temperature factor in square angstrom; 0 if the format has none.
    pub b_factor: Vec<f32>,
    /// Formal charge in elementary charges; 0 if the file gives none.
    pub formal_charge: Vec<i8>,
}

impl Atoms {
    /// Allocates columns for this number of atoms.
    pub(crate) fn with_capacity(atoms: usize) -> Self {
        Self {
            position_angstrom: Vec::with_capacity(atoms),
            element: Vec::with_capacity(atoms),
            name: Vec::with_capacity(atoms),
            serial: Vec::with_capacity(atoms),
            residue: Vec::with_capacity(atoms),
            altloc: Vec::with_capacity(atoms),
            occupancy: Vec::with_capacity(atoms),
            b_factor: Vec::with_capacity(atoms),
            formal_charge: Vec::with_capacity(atoms),
        }
    }

    /// Appends a copy of atom `index` of `source`, at another position and in another residue.
    pub(crate) fn push_copy(
        &mut self,
        source: &Self,
        index: usize,
        position_angstrom: [f32; 3],
        residue: u32,
    ) {
        self.position_angstrom.push(position_angstrom);
        self.element.push(source.element[index]);
        self.name.push(source.name[index].clone());
        self.serial.push(source.serial[index]);
        self.residue.push(residue);
        self.altloc.push(source.altloc[index]);
        self.occupancy.push(source.occupancy[index]);
        self.b_factor.push(source.b_factor[index]);
        self.formal_charge.push(source.formal_charge[index]);
    }

    /// Returns the number of atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.position_angstrom.len()
    }

    /// Returns true if there are zero atoms.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.position_angstrom.is_empty()
    }

    /// Moves all atoms of `other` to the end of `self`, with unchanged residue indices.
    pub(super) fn append(&mut self, other: &mut Self) {
        let Self {
            position_angstrom,
            element,
            name,
            serial,
            residue,
            altloc,
            occupancy,
            b_factor,
            formal_charge,
        } = other;
        self.position_angstrom.append(position_angstrom);
        self.element.append(element);
        self.name.append(name);
        self.serial.append(serial);
        self.residue.append(residue);
        self.altloc.append(altloc);
        self.occupancy.append(occupancy);
        self.b_factor.append(b_factor);
        self.formal_charge.append(formal_charge);
    }
}
