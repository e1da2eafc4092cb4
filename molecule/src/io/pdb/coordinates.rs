//! Coordinates of an atom line, in columns 31-54 or shifted.

use super::fields::{column, columns, decimal, text};
use crate::{Location, MoleculeError};

/// The coordinates of a line, and where they are.
pub(super) enum Coordinates {
    /// In columns 31-54.
    InColumns([f32; 3]),
    /// Elsewhere after the residue number; the second value is the byte after them.
    Shifted([f32; 3], usize),
}

/// Reads the coordinates from their columns, or after the residue number if a number is too wide or
/// the line is shifted.
pub(super) fn coordinates(line: &[u8]) -> Option<Coordinates> {
    let in_columns = || {
        Some([
            decimal(columns(line, 30, 38))?,
            decimal(columns(line, 38, 46))?,
            decimal(columns(line, 46, 54))?,
        ])
    };
    let straddles = |left: usize| {
        let (a, b) = (column(line, left), column(line, left + 1));
        !a.is_ascii_whitespace() && (b.is_ascii_digit() || b == b'.')
    };
    let points_in_place =
        column(line, 34) == b'.' && column(line, 42) == b'.' && column(line, 50) == b'.';
    if !straddles(29)
        && (points_in_place || !(straddles(37) || straddles(45) || straddles(53)))
        && let Some(position) = in_columns()
    {
        return Some(Coordinates::InColumns(position));
    }
    if has_empty_coordinate(line) {
        return None;
    }
    // Residue number and insertion code end in column 27; numbers with three decimals may be
    // adjacent.
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
    Some(Coordinates::Shifted(position, at))
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
        "the coordinates are not in columns 31-54".to_owned()
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
