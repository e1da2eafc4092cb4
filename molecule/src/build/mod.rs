//! Raw rows to a [`Structure`]: alternate locations, residues, chains, elements, limits, bonds.

mod altloc;
mod detached;
mod elements;
mod residues;
mod secondary;
#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::elements::ElementGuesses;
use self::residues::{Columns, is_marker, note_repeated_name, same_residue};
use crate::diagnostics::RepeatedWarning;
use crate::perception::{FileBonds, perceive};
use crate::raw::{RawAtom, RawBond, RawModel};
use crate::structure::{FileRows, MAX_COORDINATE_ANGSTROM, Part, PartRole};
use crate::{Location, MoleculeError, ReadOptions, Structure};

/// Marks a dropped row in the map from rows to atoms.
const DROPPED: u32 = u32::MAX;

/// Builds a structure of one part from the rows of one file.
///
/// Alternate locations are resolved (see [`altloc::kept`]), rows are grouped into residues
/// (adjacent rows of equal chain, number, insertion code, name and segment) and chains (by author
/// id, over the whole part), missing elements are derived from names, and [`perceive`] adds classes
/// and bonds; then residues are marked with the helices and strands of the file. Atoms keep the
/// order of the file, except for residues in several places (see
/// [`detached::regroup_scattered_residues`]).
///
/// # Errors
/// Returns an error for zero atoms, for more than the limit of `options`, and for a coordinate that
/// is not finite or whose magnitude is [`MAX_COORDINATE_ANGSTROM`] or more.
pub(crate) fn build(
    mut model: RawModel,
    part_name: &str,
    file: &str,
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let mut warnings = std::mem::take(&mut model.warnings);
    let in_file = rows_by_line(&model.atoms);
    let mut kept = altloc::kept(&model, options.altloc, file, &mut warnings);
    let order = detached::regroup_scattered_residues(&mut model, &mut kept, file);
    warnings.append(&mut model.warnings);
    let RawModel {
        atoms: rows,
        bonds,
        bonds_complete,
        models,
        symmetry,
        secondary_structure,
        model_numbers,
        ..
    } = model;
    let rows_before = rows.len();
    let file_rows = file_rows(rows_before, in_file.as_deref(), order, kept.as_deref());
    let (rows, new_index) = drop_rows(rows, kept);
    let alternates_left_out = rows_before - rows.len();
    check(&rows, file, options.limits.max_atoms)?;

    let mut columns = Columns::new(rows.len());
    let mut elements = ElementGuesses::default();
    let mut repeated = RepeatedWarning::default();
    let mut names = HashSet::new();
    let mut start = 0;
    while start < rows.len() {
        let first = &rows[start];
        let length = rows[start..]
            .iter()
            .take_while(|row| same_residue(first, row))
            .count();
        let residue = &rows[start..start + length];
        if !is_marker(residue) {
            note_repeated_name(residue, &mut names, &mut repeated);
        }
        columns.push_residue(residue, &mut elements);
        start += length;
    }
    repeated.report(file, "all atoms of that name are kept", &mut warnings);
    elements.report(file, &mut warnings);

    let Columns {
        atoms,
        residues,
        residue_segment,
        chains,
        ..
    } = columns;
    let model_numbers = if model_numbers.is_empty() {
        (1..=models.max(1) as u32).collect()
    } else {
        model_numbers
    };
    let first_number = model_numbers.first().copied().unwrap_or(1);
    let mut structure = Structure {
        parts: vec![Part {
            name: part_name.to_owned(),
            role,
            atoms: 0..atoms.len() as u32,
            residues: 0..residues.len() as u32,
            models: models.max(1),
            model_numbers,
            model: options.model.unwrap_or(first_number),
            overlay_model: None,
            alternates_left_out,
            symmetry,
            has_secondary_structure: false,
            assembly: None,
            cells: None,
        }],
        atoms,
        residues,
        chains,
        bonds: Vec::new(),
        pseudobonds: Vec::new(),
        warnings,
        names_in_file: std::collections::BTreeMap::new(),
        file_rows,
    };
    let file_bonds = FileBonds {
        bonds: renumber(bonds, new_index.as_deref(), structure.atoms.len()),
        complete: bonds_complete,
        residue_segment,
    };
    perceive(&mut structure, file, file_bonds);
    secondary::mark(&mut structure, file, &secondary_structure);
    Ok(structure)
}

/// The rows in the order of the file, where a reader lists them in another; else `None`.
fn rows_by_line(rows: &[RawAtom]) -> Option<Vec<u32>> {
    if rows.is_sorted_by_key(|row| row.line) {
        return None;
    }
    let mut order: Vec<u32> = (0..rows.len() as u32).collect();
    order.sort_by_key(|row| rows[*row as usize].line);
    let mut in_file = vec![0; rows.len()];
    for (place, row) in (0..).zip(order) {
        in_file[row as usize] = place;
    }
    Some(in_file)
}

/// The row of each atom in the file: `in_file` are the rows of what the reader listed, unless it
/// listed them in the order of the file, `order` lists these as they stand now, unless none moved,
/// and `kept` says which of them become atoms, unless all do.
fn file_rows(
    count: usize,
    in_file: Option<&[u32]>,
    order: Option<Vec<u32>>,
    kept: Option<&[bool]>,
) -> FileRows {
    if in_file.is_none() && order.is_none() && kept.is_none() {
        return FileRows::same(count);
    }
    let order = order.unwrap_or_else(|| (0..count as u32).collect());
    let is_kept = |place: usize| kept.is_none_or(|kept| kept[place]);
    let rows = order.into_iter().enumerate();
    let rows = rows.filter(|(place, _)| is_kept(*place));
    let row_of = |listed: u32| in_file.map_or(listed, |rows| rows[listed as usize]);
    FileRows::new(count, rows.map(|(_, row)| row_of(row)).collect())
}

/// Removes the rows that are not kept. Also returns the new index of every row if any was removed.
fn drop_rows(rows: Vec<RawAtom>, kept: Option<Vec<bool>>) -> (Vec<RawAtom>, Option<Vec<u32>>) {
    let Some(kept) = kept else {
        return (rows, None);
    };
    let mut next = 0;
    let new_index = kept
        .iter()
        .map(|keep| {
            let index = if *keep { next } else { DROPPED };
            next += u32::from(*keep);
            index
        })
        .collect();
    let rows = rows
        .into_iter()
        .zip(kept)
        .filter_map(|(row, keep)| keep.then_some(row))
        .collect();
    (rows, Some(new_index))
}

/// Renumbers bonds from rows to atoms, with the lower index first. Bonds of dropped rows are
/// removed.
fn renumber(bonds: Vec<RawBond>, new_index: Option<&[u32]>, atom_count: usize) -> Vec<RawBond> {
    let find = |row: u32| match new_index {
        None => row,
        Some(map) => map.get(row as usize).copied().unwrap_or(DROPPED),
    };
    bonds
        .into_iter()
        .filter_map(|bond| {
            let (a, b) = (find(bond.a), find(bond.b));
            let (a, b) = (a.min(b), a.max(b));
            (a < b && (b as usize) < atom_count).then_some(RawBond { a, b, ..bond })
        })
        .collect()
}

/// Checks the number of atoms and the coordinates.
fn check(rows: &[RawAtom], file: &str, max_atoms: usize) -> Result<(), MoleculeError> {
    if rows.is_empty() {
        return Err(MoleculeError::Syntax {
            location: Location::file(file),
            problem: "the file has no atoms".to_owned(),
            remedy: "give a file with at least one atom".to_owned(),
        });
    }
    let max_atoms = max_atoms.min(DROPPED as usize - 1);
    if rows.len() > max_atoms {
        return Err(MoleculeError::Limit {
            location: Location::file(file),
            problem: format!(
                "{} atoms are more than the limit of {max_atoms}",
                rows.len()
            ),
            remedy: "give a smaller structure or raise the limit of atoms".to_owned(),
        });
    }
    for row in rows {
        let farthest = row.position_angstrom.iter().fold(0.0_f32, |max, x| {
            if x.is_nan() { *x } else { max.max(x.abs()) }
        });
        if farthest < MAX_COORDINATE_ANGSTROM && row.position_angstrom.iter().all(|x| x.is_finite())
        {
            continue;
        }
        let location = Location::of_record(file, row.line);
        let remedy = format!(
            "give coordinates in angstrom, each below {MAX_COORDINATE_ANGSTROM} in magnitude"
        );
        if row.position_angstrom.iter().any(|x| !x.is_finite()) {
            return Err(MoleculeError::Syntax {
                location,
                problem: format!("atom {} has a coordinate that is not finite", row.serial),
                remedy,
            });
        }
        return Err(MoleculeError::Limit {
            location,
            problem: format!(
                "atom {} has a coordinate of {farthest:e} angstrom",
                row.serial
            ),
            remedy,
        });
    }
    Ok(())
}
