//! Rows of other programs to [`Structure`]: the atoms and bonds that they hold in arrays.

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use crate::element::Element;
use crate::io::options::ReadOptions;
use crate::io::unnamed::{UNNAMED_RESIDUE, next_number};
use crate::raw::{BondSource, ElementField, RawAtom, RawBond, RawModel};
use crate::structure::{BondOrder, PartRole};
use crate::{Location, MoleculeError, Structure};

/// One atom of [`Structure::from_records`].
#[derive(Debug, Clone, PartialEq)]
pub struct AtomRecord {
    /// Coordinates in angstrom; finite, magnitude below
    /// [`MAX_COORDINATE_ANGSTROM`](crate::MAX_COORDINATE_ANGSTROM).
    pub position_angstrom: [f32; 3],
    /// Chemical element; `None` to derive it from the name, as for PDB files without elements.
    pub element: Option<Element>,
    /// Atom name; `None` for element and number (`C1`, `C2`, `O1`).
    pub name: Option<String>,
    /// Letter of the alternate location; `b' '` for none. One location of a residue is kept, as of
    /// files ([`ReadOptions::altloc`](crate::ReadOptions)).
    pub alternate_location: u8,
    /// Residue name; `None` for `UNL`.
    pub residue_name: Option<String>,
    /// Residue number.
    pub residue_number: i32,
    /// Insertion code; `b' '` for none.
    pub insertion_code: u8,
    /// Chain id; empty for none.
    pub chain_id: String,
    /// Whether it is of a hetero residue (`HETATM`).
    pub hetero: bool,
    /// Occupancy, 0 to 1.
    pub occupancy: f32,
    /// Isotropic temperature factor in square angstrom.
    pub b_factor: f32,
    /// Formal charge in elementary charges.
    pub formal_charge: i8,
}

impl Default for AtomRecord {
    /// An atom at the origin in residue `UNL` 1, without element and name.
    fn default() -> Self {
        Self {
            position_angstrom: [0.0; 3],
            element: None,
            name: None,
            alternate_location: b' ',
            residue_name: None,
            residue_number: 1,
            insertion_code: b' ',
            chain_id: String::new(),
            hetero: false,
            occupancy: 1.0,
            b_factor: 0.0,
            formal_charge: 0,
        }
    }
}

/// One bond of [`Structure::from_records`]: the indices of two different records and the order.
pub type BondRecord = ([u32; 2], BondOrder);

impl Structure {
    /// Builds a structure of one part from rows, as a reader does from those of a file.
    ///
    /// `bonds` are all bonds; `None` derives them, as for a PDB file without `CONECT`. The serial
    /// number of an atom is the number of its record, counted from 1: atoms keep the order of the
    /// records, except for residues whose records stand in several places.
    ///
    /// # Errors
    /// [`MoleculeError`] if there is no record, for a coordinate that is not finite or too large,
    /// and for a bond of a record that does not exist, or with itself.
    pub fn from_records(
        name: &str,
        records: Vec<AtomRecord>,
        bonds: Option<&[BondRecord]>,
        role: PartRole,
        options: &ReadOptions,
    ) -> Result<Self, MoleculeError> {
        let count = records.len();
        let mut numbers: HashMap<Element, u32> = HashMap::new();
        let atoms = records
            .into_iter()
            .enumerate()
            .map(|(index, record)| raw_atom(index, record, &mut numbers))
            .collect();
        let mut raw_bonds = Vec::new();
        for (index, ([a, b], order)) in bonds.unwrap_or_default().iter().enumerate() {
            if *a == *b || [a, b].iter().any(|end| **end as usize >= count) {
                return Err(MoleculeError::Syntax {
                    location: Location::file(name),
                    problem: format!("bond {index} is between the atoms {a} and {b}"),
                    remedy: format!("give the indices of two different atoms of {count}, from 0"),
                });
            }
            raw_bonds.push(RawBond {
                a: *a,
                b: *b,
                order: *order,
                source: BondSource::Complete,
            });
        }
        let model = RawModel {
            atoms,
            bonds: raw_bonds,
            bonds_complete: bonds.is_some(),
            models: 1,
            ..RawModel::default()
        };
        crate::build::build(model, name, name, role, options)
    }
}

fn raw_atom(index: usize, record: AtomRecord, numbers: &mut HashMap<Element, u32>) -> RawAtom {
    let name = record.name.map_or_else(
        || {
            let element = record.element.unwrap_or(Element::UNKNOWN);
            format_smolstr!("{}{}", element.symbol(), next_number(numbers, element))
        },
        SmolStr::from,
    );
    let residue_name = record.residue_name.as_deref().unwrap_or(UNNAMED_RESIDUE);
    let chain_id = SmolStr::from(record.chain_id);
    RawAtom {
        line: 0,
        serial: i32::try_from(index + 1).unwrap_or(i32::MAX),
        name,
        element: record
            .element
            .map_or(ElementField::Absent, ElementField::Known),
        name_is_indented: false,
        altloc: record.alternate_location,
        residue_name: SmolStr::from(residue_name),
        residue_number: record.residue_number,
        insertion_code: record.insertion_code,
        label_chain_id: chain_id.clone(),
        label_number: None,
        chain_id,
        hetero: record.hetero,
        segment: 0,
        position_angstrom: record.position_angstrom,
        occupancy: record.occupancy,
        b_factor: record.b_factor,
        formal_charge: record.formal_charge,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::structure::ResidueClass;

    fn atom(symbol: &str, x: f32) -> AtomRecord {
        AtomRecord {
            position_angstrom: [x, 0.0, 0.0],
            element: Element::from_symbol(symbol.as_bytes()),
            ..AtomRecord::default()
        }
    }

    fn build(
        records: Vec<AtomRecord>,
        bonds: Option<&[BondRecord]>,
    ) -> Result<Structure, MoleculeError> {
        let options = ReadOptions::default();
        Structure::from_records("arrays", records, bonds, PartRole::Whole, &options)
    }

    #[test]
    fn names_and_bonds_are_derived_or_given() {
        let records = vec![atom("C", 0.0), atom("C", 1.5), atom("O", 2.9)];
        let derived = build(records.clone(), None).expect("a structure");
        assert_eq!(derived.atoms().name, ["C1", "C2", "O1"]);
        assert_eq!(derived.atoms().serial, [1, 2, 3]);
        assert_eq!(derived.residues()[0].name, "UNL");
        assert_eq!(derived.bonds().len(), 2);
        let given = build(records.clone(), Some(&[([2, 0], BondOrder::Double)]));
        let given = given.expect("a structure");
        let [bond] = given.bonds() else {
            panic!("one bond");
        };
        assert_eq!((bond.a, bond.b, bond.order), (0, 2, BondOrder::Double));
        assert!(
            build(records, Some(&[]))
                .expect("no bonds")
                .bonds()
                .is_empty()
        );
    }

    #[test]
    fn one_alternate_location_is_kept_with_its_bonds() {
        let at = |letter: u8, x: f32, occupancy: f32| AtomRecord {
            name: Some("CB".to_owned()),
            alternate_location: letter,
            occupancy,
            ..atom("C", x)
        };
        let records = vec![atom("C", 0.0), at(b'A', 1.5, 0.3), at(b'B', 1.6, 0.7)];
        let bonds = [[0, 1], [0, 2]].map(|ends| (ends, BondOrder::Single));
        let structure = build(records, Some(&bonds)).expect("a structure");
        assert_eq!(structure.atoms().serial, [1, 3]);
        assert_eq!(structure.atoms().occupancy, [1.0, 0.7]);
        assert_eq!(structure.bonds().len(), 1);
    }

    #[test]
    fn residues_and_chains_are_those_of_the_records() {
        let water = AtomRecord {
            name: Some("O".to_owned()),
            residue_name: Some("HOH".to_owned()),
            residue_number: 301,
            chain_id: "B".to_owned(),
            hetero: true,
            ..AtomRecord::default()
        };
        let structure = build(vec![water], None).expect("a structure");
        let residue = &structure.residues()[0];
        assert_eq!((residue.class, residue.number), (ResidueClass::Water, 301));
        assert_eq!(structure.chains()[0].id, "B");
        // Derived from the name.
        assert_eq!(structure.atoms().element[0].symbol(), "O");
    }

    #[test]
    fn wrong_bonds_and_coordinates_are_refused() {
        for bond in [[0, 0], [0, 2], [7, 1]] {
            let records = vec![atom("C", 0.0), atom("C", 1.5)];
            let error = build(records, Some(&[(bond, BondOrder::Single)])).expect_err("no atom");
            assert!(error.to_string().contains("of 2, from 0"), "{error}");
        }
        assert!(build(vec![atom("C", f32::NAN)], None).is_err());
        assert!(build(Vec::new(), None).is_err());
    }
}
