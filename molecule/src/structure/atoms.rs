//! The columns of atoms.

use smol_str::SmolStr;

use crate::Element;

/// Atom columns: element `i` of every column belongs to atom `i`; atoms stand in file order, but
/// for those that a file lists apart from their residue: they stand behind the residue's others,
/// and a warning says so.
///
/// All columns have the same length. Atoms of one residue are contiguous.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Atoms {
    /// Cartesian coordinates in angstrom; finite, each magnitude below
    /// [`crate::structure::MAX_COORDINATE_ANGSTROM`].
    pub position_angstrom: Vec<[f32; 3]>,
    /// Chemical element.
    pub element: Vec<Element>,
    /// Atom name without padding (`CA`, `O1B`, `HO5'`).
    pub name: Vec<SmolStr>,
    /// Serial number of the file, for messages; not necessarily unique.
    pub serial: Vec<i32>,
    /// Index into [`Structure::residues`].
    pub residue: Vec<u32>,
    /// Alternate location that was kept; `b' '` where there was none.
    pub altloc: Vec<u8>,
    /// Occupancy, 0 to 1 in sound files; 1 where the format has none.
    pub occupancy: Vec<f32>,
    /// Isotropic temperature factor in square angstrom; 0 where the format has none.
    pub b_factor: Vec<f32>,
    /// Formal charge in elementary charges; 0 where the file gives none.
    pub formal_charge: Vec<i8>,
}

impl Atoms {
    /// Number of atoms.
    #[must_use]
    pub fn len(&self) -> usize {
        self.position_angstrom.len()
    }

    /// True when there is no atom.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.position_angstrom.is_empty()
    }

    /// Moves all atoms of `other` to the end of `self`. Residue indices are taken as they are.
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
