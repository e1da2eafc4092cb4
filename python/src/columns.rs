//! Columns of atoms and bonds that Python gives for a structure.

use molshot::molecule::{AtomRecord, BondOrder, Element};
use pyo3::prelude::*;

use crate::failure::Failure;

/// Columns of a table of atoms that describe the residue of each atom.
#[derive(FromPyObject)]
pub(crate) struct AtomColumns {
    #[pyo3(item)]
    elements: Option<Vec<String>>,
    #[pyo3(item)]
    names: Option<Vec<String>>,
    #[pyo3(item)]
    alternate_locations: Option<Vec<String>>,
    #[pyo3(item)]
    residue_names: Option<Vec<String>>,
    #[pyo3(item)]
    residue_numbers: Option<Vec<i32>>,
    #[pyo3(item)]
    insertion_codes: Option<Vec<String>>,
    #[pyo3(item)]
    chain_ids: Option<Vec<String>>,
    #[pyo3(item)]
    hetero: Option<Vec<bool>>,
    #[pyo3(item)]
    occupancies: Option<Vec<f32>>,
    #[pyo3(item)]
    b_factors: Option<Vec<f32>>,
    #[pyo3(item)]
    formal_charges: Option<Vec<i8>>,
}

impl AtomColumns {
    /// Checks that every column has one value per atom.
    pub(crate) fn check(&self, atoms: usize) -> Result<(), Failure> {
        fn length<T>(column: Option<&Vec<T>>) -> Option<usize> {
            column.map(Vec::len)
        }
        let lengths = [
            ("elements", length(self.elements.as_ref())),
            ("names", length(self.names.as_ref())),
            (
                "alternate_locations",
                length(self.alternate_locations.as_ref()),
            ),
            ("residue_names", length(self.residue_names.as_ref())),
            ("residue_numbers", length(self.residue_numbers.as_ref())),
            ("insertion_codes", length(self.insertion_codes.as_ref())),
            ("chain_ids", length(self.chain_ids.as_ref())),
            ("hetero", length(self.hetero.as_ref())),
            ("occupancies", length(self.occupancies.as_ref())),
            ("b_factors", length(self.b_factors.as_ref())),
            ("formal_charges", length(self.formal_charges.as_ref())),
        ];
        for (name, length) in lengths {
            if let Some(length) = length.filter(|length| *length != atoms) {
                return Err(Failure::array(format!(
                    "{name} has {length} values for {atoms} atoms; give one for each"
                )));
            }
        }
        if self.elements.is_none() && self.names.is_none() {
            return Err(Failure::array("give elements or names"));
        }
        Ok(())
    }

    /// Makes the record of an atom.
    pub(crate) fn record(
        &self,
        atom: usize,
        position_angstrom: [f32; 3],
    ) -> Result<AtomRecord, Failure> {
        let element = match self.elements.as_ref().map(|column| column[atom].trim()) {
            None | Some("") => None,
            Some(symbol) => Some(Element::from_symbol(symbol.as_bytes()).ok_or_else(|| {
                Failure::array(format!(
                    "elements[{atom}]: \"{symbol}\" is not an element; give a symbol such as \"C\""
                ))
            })?),
        };
        let code = letter("insertion_codes", self.insertion_codes.as_ref(), atom)?;
        let column = self.alternate_locations.as_ref();
        let alternate_location = letter("alternate_locations", column, atom)?;
        let default = AtomRecord::default();
        let name = self
            .names
            .as_ref()
            .map(|column| column[atom].trim().to_owned());
        let residue = self
            .residue_names
            .as_ref()
            .map(|column| column[atom].trim().to_owned());
        Ok(AtomRecord {
            position_angstrom,
            element,
            name: name.filter(|name| !name.is_empty()),
            alternate_location,
            residue_name: residue.filter(|name| !name.is_empty()),
            residue_number: value(self.residue_numbers.as_ref(), atom, default.residue_number),
            insertion_code: code,
            chain_id: self
                .chain_ids
                .as_ref()
                .map_or_else(String::new, |column| column[atom].trim().to_owned()),
            hetero: value(self.hetero.as_ref(), atom, self.residue_names.is_none()),
            occupancy: value(self.occupancies.as_ref(), atom, default.occupancy),
            b_factor: value(self.b_factors.as_ref(), atom, default.b_factor),
            formal_charge: value(self.formal_charges.as_ref(), atom, default.formal_charge),
        })
    }
}

/// Reads a value that is one ASCII character; a blank where there is none.
fn letter(name: &str, column: Option<&Vec<String>>, atom: usize) -> Result<u8, Failure> {
    match column.map(|column| column[atom].trim()) {
        None | Some("") => Ok(b' '),
        Some(text) if text.len() == 1 => Ok(text.as_bytes()[0]),
        Some(text) => Err(Failure::array(format!(
            "{name}[{atom}]: \"{text}\" is not one ASCII letter"
        ))),
    }
}

fn value<T: Copy>(column: Option<&Vec<T>>, atom: usize, default: T) -> T {
    column.map_or(default, |column| column[atom])
}

/// Reads bond orders: 1, 2, 3, 4 for aromatic, 0 for unknown.
pub(crate) fn bond_order(order: u8) -> Result<BondOrder, Failure> {
    Ok(match order {
        0 => BondOrder::Unknown,
        1 => BondOrder::Single,
        2 => BondOrder::Double,
        3 => BondOrder::Triple,
        4 => BondOrder::Aromatic,
        _ => {
            return Err(Failure::array(format!(
                "bond order {order}; give 1, 2, 3, 4 for aromatic, or 0 for unknown"
            )));
        }
    })
}
