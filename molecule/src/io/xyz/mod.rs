//! XYZ: a count, a comment, then one row per atom; frames follow each other.
//!
//! The format has no specification; this follows Open Babel's description of it (a symbol or an
//! atomic number, then x, y, z in angstrom; what stands behind is left alone).

use std::collections::HashMap;

use super::options::ReadOptions;
use super::text::{self, Lines, fields, float, integer, quote, syntax, warning};
use super::unnamed::{running_number, unnamed_ligand_atom};
use crate::raw::RawModel;
use crate::{Element, MoleculeError};

/// Reads one frame: the first, or the one that `options.model` names, counted from 1. Names are
/// those of SD files (`C1`, `C2`, `O1`; residue `UNL` 1); bonds are not in the file.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = frame_starts(bytes);
    let chosen = text::choose(file, bytes, &starts, "frame", options)?;
    let mut model = RawModel {
        models: chosen.count,
        ..RawModel::default()
    };
    model
        .warnings
        .extend(text::several(file, chosen.count, "frame", options));
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
    let _comment = lines.next();
    let mut running_numbers = HashMap::new();
    let mut unknown_symbol_seen = false;
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
                format!("the frame declares {declared} atoms, but holds {row}"),
                "give the whole file; it may have been cut off",
            ));
        };
        text::room_for_atom(file, line, row, options)?;
        let Some((symbol, position_angstrom)) = read_row(text) else {
            return Err(syntax(
                file,
                line,
                format!("the atom row reads {}", quote(text)),
                "an atom row holds: symbol or atomic number, x, y, z in angstrom",
            ));
        };
        let element = element_of(symbol).unwrap_or_else(|| {
            if !unknown_symbol_seen {
                unknown_symbol_seen = true;
                model.warnings.push(warning(
                    file,
                    line,
                    format!(
                        "{} is no element; such atoms are of unknown element",
                        quote(symbol)
                    ),
                ));
            }
            Element::UNKNOWN
        });
        let number = running_number(&mut running_numbers, element);
        model.atoms.push(unnamed_ligand_atom(
            line,
            row,
            element,
            number,
            position_angstrom,
            0,
        ));
    }
    if starts.len() == 1 && lines.any(|(_, text)| !text.trim_ascii().is_empty()) {
        model.warnings.push(warning(
            file,
            lines.number(),
            format!(
                "more stands behind the {declared} atoms that the frame declares; it is left out"
            ),
        ));
    }
    Ok(model)
}

/// Offsets of the frames. A frame begins with a line that is a whole number, follows the atoms of
/// the frame before it and is looked for nowhere else. The first frame begins at the first line
/// that is not blank.
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

/// The line at an offset and the offset of the next.
fn line_at(bytes: &[u8], at: usize) -> (&[u8], usize) {
    match memchr::memchr(b'\n', &bytes[at..]) {
        Some(length) => (&bytes[at..at + length], at + length + 1),
        None => (&bytes[at..], bytes.len()),
    }
}

fn read_row(text: &[u8]) -> Option<(&[u8], [f32; 3])> {
    let mut fields = fields(text);
    let symbol = fields.next()?;
    let position_angstrom = [
        float(fields.next()?)?,
        float(fields.next()?)?,
        float(fields.next()?)?,
    ];
    Some((symbol, position_angstrom))
}

/// Element of an atomic number or of a symbol, which may carry a label's digits (`C12`).
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
#[allow(
    clippy::float_cmp,
    reason = "coordinates come back as they were written"
)]
mod tests;
