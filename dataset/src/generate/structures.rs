//! The table `complexes`: what the numbers of the pictures' annotations mean, once a complex.

use molshot_molecule::{PartRole, Structure};

use crate::error::DatasetError;
use crate::plan::bonds::{Bonds, residue_name};
use crate::plan::record::ComplexPlan;
use crate::tables::{Cell, Column, Kind, Row};

/// Columns of `data/complexes`.
pub(super) const COLUMNS: [Column; 10] = [
    ("complex", Kind::Text),
    ("split", Kind::Text),
    ("input_sha256", Kind::Text),
    ("cut_from", Kind::Text),
    ("atom_name", Kind::Texts),
    ("atom_element", Kind::Texts),
    ("atom_residue", Kind::Numbers),
    ("residue_name", Kind::Texts),
    ("residue_role", Kind::Texts),
    ("hydrogen_bonds", Kind::Text),
];

/// The row of a complex.
pub(super) fn row(line: &ComplexPlan, structure: &Structure) -> Result<Vec<Cell>, DatasetError> {
    let atoms = structure.atoms();
    let role = |index: u32| {
        let residue = &structure.residues()[index as usize];
        match structure.part_of(residue).role {
            PartRole::Ligand => "ligand",
            _ => "pocket",
        }
    };
    let residues = 0..structure.residues().len() as u32;
    let from = line.cut.as_ref();
    let from = from.map_or_else(String::new, |cut| format!("{} ({})", cut.from, cut.ligand));
    Ok(vec![
        Cell::Text(line.id.clone()),
        Cell::Text(line.split.name().to_owned()),
        Cell::Text(line.input_sha256.clone()),
        Cell::Text(from),
        Cell::Texts(atoms.name.iter().map(ToString::to_string).collect()),
        Cell::Texts(
            atoms
                .element
                .iter()
                .map(|e| e.symbol().to_owned())
                .collect(),
        ),
        Cell::Numbers(atoms.residue.clone()),
        Cell::Texts(
            residues
                .clone()
                .map(|index| residue_name(structure, index))
                .collect(),
        ),
        Cell::Texts(residues.map(|index| role(index).to_owned()).collect()),
        Cell::Text(Bonds::of(structure)?.answer(structure)),
    ])
}

/// Whether a row of the table is a complex's.
///
/// # Errors
/// When the table has no such columns.
pub fn is_row(
    line: &ComplexPlan,
    structure: &Structure,
    found: &Row,
) -> Result<bool, DatasetError> {
    for ((name, _), cell) in COLUMNS.iter().zip(row(line, structure)?) {
        let same = match cell {
            Cell::Text(text) => found.text(name)? == text,
            Cell::Texts(texts) => found.texts(name)? == texts,
            Cell::Numbers(numbers) => found.numbers(name)? == numbers,
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
