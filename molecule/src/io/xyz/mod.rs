//! XYZ: number of atoms, a comment, one row per atom; a file may have several frames.
//!
//! The format has no specification; this reader follows the description by Open Babel (a symbol or
//! an atomic number, then x, y, z in angstrom; further fields are ignored). The comment of extended
//! XYZ may name other columns.

mod columns;

use self::columns::Columns;
use std::collections::HashMap;

use super::options::ReadOptions;
use super::text::{self, Lines, counted, fields, integer, quote, syntax, warning};
use super::unnamed::{next_number, unnamed_ligand_atom};
use crate::diagnostics::RepeatedWarning;
use crate::raw::RawModel;
use crate::{Element, MoleculeError};

/// Reads one frame: `options.model`, counted from 1, or the first. Atoms are named as in SD files
/// (`C1`, `C2`, `O1`; residue `UNL` 1). The format has no bonds.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = frame_starts(bytes);
    let chosen = text::select_record(file, bytes, &starts, "frame", options)?;
    let mut model = RawModel {
        models: chosen.count,
        ..RawModel::default()
    };
    model
        .warnings
        .extend(text::warn_of_several(file, chosen.count, "frame", options));
    let mut lines = Lines::new(chosen.text, chosen.first_line);
    let (counts_line, counts) = lines.next().unwrap_or((chosen.first_line, b""));
    let Some(declared) = integer::<u64>(counts.trim_ascii()) else {
        return Err(syntax(
            file,
            counts_line,
            format!("the first line reads {}", quote(counts)),
            "an XYZ file begins with the number of atoms, alone on its line",
        ));
    };
    if declared == 0 {
        return Err(syntax(
            file,
            counts_line,
            "the frame has no atoms",
            "give a frame with at least one atom",
        ));
    }
    let (comment_line, comment) = lines.next().unwrap_or((counts_line, b""));
    let columns = Columns::from_comment(comment)
        .map_err(|bad| syntax(file, comment_line, bad.problem, bad.remedy))?;
    let mut numbers = HashMap::new();
    let mut unknown_symbols = RepeatedWarning::default();
    let mut longer_rows = RepeatedWarning::default();
    for row in 0.. {
        if row as u64 == declared {
            break;
        }
        let Some((line, text)) = lines
            .next()
            .filter(|(_, text)| !text.trim_ascii().is_empty())
        else {
            return Err(syntax(
                file,
                lines.number(),
                format!(
                    "the frame declares {}, but holds {row}",
                    counted(declared, "atom")
                ),
                "give the whole file; it may have been cut off",
            ));
        };
        text::check_atom_limit(file, line, row, options)?;
        let (symbol, position_angstrom) =
            read_row(file, line, row, text, columns, &mut longer_rows)?;
        let element = element_of(symbol).unwrap_or_else(|| {
            unknown_symbols.note(text::line_u32(line), || {
                format!("{} is not an element symbol", quote(symbol))
            });
            Element::UNKNOWN
        });
        let number = next_number(&mut numbers, element);
        model.atoms.push(unnamed_ligand_atom(
            line,
            row,
            element,
            number,
            position_angstrom,
            0,
        ));
    }
    unknown_symbols.report(
        file,
        "the element of such atoms is unknown",
        &mut model.warnings,
    );
    longer_rows.report(file, "fields beyond them are ignored", &mut model.warnings);
    if starts.len() == 1 && lines.any(|(_, text)| !text.trim_ascii().is_empty()) {
        model.warnings.push(warning(
            file,
            lines.number(),
            format!(
                "more lines follow the {} that the frame declares; they are ignored",
                counted(declared, "atom")
            ),
        ));
    }
    Ok(model)
}

/// Returns the offsets of the frames. A frame begins with an integer line directly after the atoms
/// of the frame before it. The first frame begins at the first line that is not blank.
fn frame_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (line, next) = line_at(bytes, at);
        if line.trim_ascii().is_empty() {
            at = next;
            continue;
        }
        let count = integer::<u64>(line.trim_ascii());
        if count.is_none() && !starts.is_empty() {
            break;
        }
        starts.push(at);
        at = next;
        for _ in 0..count.unwrap_or(0).saturating_add(1) {
            if at >= bytes.len() {
                break;
            }
            at = line_at(bytes, at).1;
        }
    }
    starts
}

/// Returns the line at an offset, and the offset of the next line.
fn line_at(bytes: &[u8], at: usize) -> (&[u8], usize) {
    match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => (&bytes[at..at + length], at + length + 1),
        None => (&bytes[at..], bytes.len()),
    }
}

/// Returns symbol and position in angstrom of an atom row, the `row`-th from 0. Rows with more
/// fields than are declared are noted in `longer_rows`.
fn read_row<'t>(
    file: &str,
    line: u64,
    row: usize,
    text: &'t [u8],
    columns: Columns,
    longer_rows: &mut RepeatedWarning,
) -> Result<(&'t [u8], [f32; 3]), MoleculeError> {
    let Some((symbol, position_angstrom)) = columns.read(text) else {
        return Err(bad_row(file, line, text, columns));
    };
    if let Some(declared) = columns.declared {
        let found = fields(text).count();
        if found < declared {
            return Err(bad_row(file, line, text, columns));
        }
        if found > declared {
            longer_rows.note(text::line_u32(line), || {
                format!("the atom row has {found} fields, but Properties declares {declared}")
            });
        }
    } else if is_row_number(symbol, row, text) {
        return Err(syntax(
            file,
            line,
            format!(
                "the atom row reads {}: its first field is not the atomic number of the symbol after \
                 the coordinates",
                quote(text)
            ),
            "give rows of symbol, x, y, z, or name the columns in the second line as in \
             Properties=id:I:1:pos:R:3:species:S:1",
        ));
    }
    Ok((symbol, position_angstrom))
}

/// Creates the error for a row without a symbol and three numbers in their columns.
fn bad_row(file: &str, line: u64, text: &[u8], columns: Columns) -> MoleculeError {
    let mut problem = format!("the atom row reads {}", quote(text));
    let remedy = match columns.declared {
        None => "an atom row holds: symbol or atomic number, x, y, z in angstrom".to_owned(),
        Some(declared) => {
            let found = fields(text).count();
            if found < declared {
                problem = format!(
                    "the atom row has {found} fields, but Properties declares {declared}: {}",
                    quote(text)
                );
            }
            "give rows with the columns that Properties names in the second line of the frame, \
             coordinates in angstrom"
                .to_owned()
        }
    };
    syntax(file, line, problem, remedy)
}

/// Returns true if the first field of a row of plain XYZ is its number instead of an atomic number:
/// the symbol of another element follows the coordinates, as in `1 0.0 0.0 0.0 C`.
fn is_row_number(first: &[u8], row: usize, text: &[u8]) -> bool {
    if !first[0].is_ascii_digit() || integer::<usize>(first) != Some(row + 1) {
        return false;
    }
    // `T` and `F` may be flags.
    let symbol = fields(text)
        .nth(4)
        .filter(|field| !matches!(field, [b'T' | b'F']));
    let element = symbol.and_then(Element::from_symbol);
    element.is_some_and(|element| usize::from(element.atomic_number()) != row + 1)
}

/// Returns the element of an atomic number or of a symbol, which may have the digits of a label
/// (`C12`).
fn element_of(symbol: &[u8]) -> Option<Element> {
    if let Some(number) = integer::<u8>(symbol) {
        return Element::from_atomic_number(number);
    }
    let letters = symbol
        .iter()
        .take_while(|c| c.is_ascii_alphabetic())
        .count();
    symbol[letters..]
        .iter()
        .all(u8::is_ascii_digit)
        .then(|| Element::from_symbol(&symbol[..letters]))
        .flatten()
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "coordinates are read exactly")]
mod tests;
