//! Coordinates of an atom line, in columns 31-54 or shifted.

use super::fields::{column, columns, decimal, text};
use super::free_fields::wrong_coordinate;
use crate::{Location, MoleculeError};

/// Returns true if one byte and the next one belong to the same number.
fn straddles(line: &[u8], left: usize) -> bool {
    let (a, b) = (column(line, left), column(line, left + 1));
    !a.is_ascii_whitespace() && (b.is_ascii_digit() || b == b'.')
}

fn in_columns(line: &[u8]) -> Option<[f32; 3]> {
    Some([
        decimal(columns(line, 30, 38))?,
        decimal(columns(line, 38, 46))?,
        decimal(columns(line, 46, 54))?,
    ])
}

/// Reads the coordinates of columns 31-54 if they have three decimals, as the format requires.
pub(super) fn in_place(line: &[u8]) -> Option<[f32; 3]> {
    let points_in_place =
        column(line, 34) == b'.' && column(line, 42) == b'.' && column(line, 50) == b'.';
    if points_in_place && !straddles(line, 29) {
        in_columns(line)
    } else {
        None
    }
}

/// Reads the coordinates of columns 31-54 with any number of decimals, if none leaves its columns.
pub(super) fn within_columns(line: &[u8]) -> Option<[f32; 3]> {
    if [29, 37, 45, 53].iter().any(|left| straddles(line, *left)) {
        return None;
    }
    in_columns(line)
}

/// Reads the three coordinates after the residue number, which ends in column 27, if a number is
/// too wide or the rest of the line is shifted. Numbers with three decimals may be adjacent. Also
/// returns the byte after them.
pub(super) fn after_residue_number(line: &[u8]) -> Option<([f32; 3], usize)> {
    let mut at = 27;
    let mut position = [0.0; 3];
    for value in &mut position {
        let start = at + line.get(at..)?.iter().position(|b| *b != b' ')?;
        let point = start + line[start..].iter().position(|b| *b == b'.')?;
        let decimals = line[point + 1..]
            .iter()
            .take(3)
            .take_while(|b| b.is_ascii_digit())
            .count();
        at = point + 1 + decimals;
        *value = decimal(&line[start..at])?;
    }
    // Digits after the third decimal belong to the same number, not to an adjacent one.
    let digits = line[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    if digits > 0 && column(line, at + digits) != b'.' {
        return None;
    }
    Some((position, at))
}

/// Returns true if one of the three coordinate fields is blank or beyond the end of the line.
pub(super) fn has_empty_coordinate(line: &[u8]) -> bool {
    [30, 38, 46]
        .into_iter()
        .any(|start| columns(line, start, start + 8).trim_ascii().is_empty())
}

/// Creates the error for a line without three numbers, with the first wrong column range.
pub(super) fn no_coordinates(file: &str, number: u32, line: &[u8]) -> MoleculeError {
    let fields = [
        ("x", 30, 38, "31-38"),
        ("y", 38, 46, "39-46"),
        ("z", 46, 54, "47-54"),
    ];
    let (axis, start, end, range) = fields
        .into_iter()
        .find(|(_, start, end, _)| decimal(columns(line, *start, *end)).is_none())
        .unwrap_or(fields[0]);
    let field = columns(line, start, end);
    let problem = if line.len() <= start {
        format!(
            "the line ends at column {}, before the {axis} coordinate in columns {range}",
            line.len()
        )
    } else if field.trim_ascii().is_empty() {
        format!("columns {range} are empty")
    } else if decimal(field).is_some() {
        "the coordinates are not in columns 31-54, and the fields of the line cannot be told apart \
         by blanks"
            .to_owned()
    } else {
        format!(
            "columns {range} hold \"{}\", which is not a number",
            text(field)
        )
    };
    MoleculeError::Syntax {
        location: Location::line(file, u64::from(number)),
        problem,
        remedy: format!("give the {axis} coordinate in angstrom"),
    }
}

/// Creates the error for a line whose fields are neither in columns nor, as separated by blanks,
/// those of an atom.
pub(super) fn no_coordinates_in_order(file: &str, number: u32, line: &[u8]) -> MoleculeError {
    let Some((problem, axis)) = wrong_coordinate(line) else {
        return no_coordinates(file, number, line);
    };
    MoleculeError::Syntax {
        location: Location::line(file, u64::from(number)),
        problem,
        remedy: format!("give the {axis} coordinate in angstrom"),
    }
}
