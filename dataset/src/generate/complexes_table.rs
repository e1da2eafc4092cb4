//! The table `complexes`: the names that the indices of annotations refer to, one row per complex.

use molshot_molecule::{PartRole, Structure};

use crate::complexes::residue_name;
use crate::error::DatasetError;
use crate::plan::bonds::Bonds;
use crate::record::ComplexPlan;
use crate::tables::{Cell, Column, ColumnKind, Row};

/// Columns of `data/complexes`.
pub(super) const COLUMNS: [Column; 11] = [
    ("complex", ColumnKind::Text),
    ("split", ColumnKind::Text),
    ("input_sha256", ColumnKind::Text),
    ("cut_from", ColumnKind::Text),
    ("atom_name", ColumnKind::Texts),
    ("atom_element", ColumnKind::Texts),
    ("atom_residue", ColumnKind::Numbers),
    ("residue_name", ColumnKind::Texts),
    ("residue_role", ColumnKind::Texts),
    ("hydrogen_bonds", ColumnKind::Text),
    ("renamed", ColumnKind::Texts),
];

/// Makes the row of a complex.
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
        Cell::Texts(line.renamed.iter().map(ToString::to_string).collect()),
    ])
}

/// Returns whether a row of the table is that of a complex.
///
/// # Errors
/// When the table lacks a column.
pub fn matches(
    line: &ComplexPlan,
    structure: &Structure,
    stored: &Row,
) -> Result<bool, DatasetError> {
    for ((name, _), cell) in COLUMNS.iter().zip(row(line, structure)?) {
        let same = match cell {
            Cell::Text(text) => stored.text(name)? == text,
            Cell::Texts(texts) => stored.texts(name)? == texts,
            Cell::Numbers(numbers) => stored.numbers(name)? == numbers,
            _ => false,
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
