//! MDL molfiles and SD files.
//!
//! Source: "CTFile Formats" (BIOVIA, 2020): the V2000 connection table in fixed columns, the V3000
//! one in tagged lines, SD files as molfiles with data items, each ended by `$$$$`.

mod v2000;
mod v3000;

#[cfg(test)]
#[allow(
    clippy::float_cmp,
    reason = "coordinates come back as they were written"
)]
mod tests;

use std::collections::HashMap;

use super::options::ReadOptions;
use super::text::{self, Lines, quote, syntax, warning};
use super::unnamed::{running_number, unnamed_ligand_atom};
use crate::raw::{BondSource, RawBond, RawModel};
use crate::structure::BondOrder;
use crate::{Element, MoleculeError};

/// Reads one record of a molfile or SD file: the first, or the one that `options.model` names,
/// counted from 1.
///
/// Atoms get the names element + running number of that element (`C1`, `C2`, `O1`), residue `UNL`
/// 1, no chain.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = record_starts(bytes);
    let chosen = text::choose(file, bytes, &starts, "molecule", options)?;
    let mut lines = Lines::new(record_body(chosen.text), chosen.first_line);
    let mut model = RawModel {
        bonds_complete: true,
        models: chosen.count,
        ..RawModel::default()
    };
    model
        .warnings
        .extend(text::several(file, chosen.count, "molecule", options));
    let _title = lines.next();
    let program = lines.next().map_or(&b""[..], |(_, line)| line);
    let _comment = lines.next();
    let Some((counts_line, counts)) = lines.next() else {
        return Err(syntax(
            file,
            lines.number(),
            "the record ends before its fourth line, the counts line",
            "give a molfile: three header lines, then a line such as \" 12 12  0  0  0  0  0  0  0  0999 V2000\"",
        ));
    };
    let mut table = Table {
        file,
        options,
        model,
        running_numbers: HashMap::new(),
        unknown_symbol_seen: false,
    };
    if memchr::memmem::find(counts, b"V3000").is_some() {
        v3000::read(&mut table, &mut lines)?;
    } else {
        v2000::read(&mut table, counts_line, counts, &mut lines)?;
    }
    if table.model.atoms.is_empty() {
        return Err(syntax(
            file,
            counts_line,
            "the molecule has no atoms",
            "give a record with at least one atom",
        ));
    }
    table.warn_if_flat(program);
    Ok(table.model)
}

/// Offsets at which records begin: the start of the file and what follows each `$$$$` line. A
/// record of nothing but white space (commonly the end of the file) is none.
fn record_starts(bytes: &[u8]) -> Vec<usize> {
    let mut starts = Vec::new();
    let mut start = 0;
    let ends = text::lines_beginning_with(bytes, b"$$$$");
    for end in ends.into_iter().chain([bytes.len()]) {
        if start < end && !bytes[start..end].trim_ascii().is_empty() {
            starts.push(start);
        }
        start = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |at| end + at + 1);
    }
    starts
}

/// The record without its `$$$$` line and what follows.
fn record_body(record: &[u8]) -> &[u8] {
    let end = text::lines_beginning_with(record, b"$$$$");
    &record[..end.first().copied().unwrap_or(record.len())]
}

/// The connection table as it grows, whichever version the file has.
#[derive(Debug)]
struct Table<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    model: RawModel,
    /// Atoms so far of each element, for the names.
    running_numbers: HashMap<Element, u32>,
    unknown_symbol_seen: bool,
}

impl Table<'_> {
    fn error(
        &self,
        line: u64,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> MoleculeError {
        syntax(self.file, line, problem, remedy)
    }

    fn add_atom(
        &mut self,
        line: u64,
        symbol: &[u8],
        position_angstrom: [f32; 3],
        formal_charge: i8,
    ) -> Result<(), MoleculeError> {
        let count = self.model.atoms.len();
        text::room_for_atom(self.file, line, count, self.options)?;
        let element = element_of(symbol).unwrap_or_else(|| {
            if !self.unknown_symbol_seen && !is_placeholder(symbol) {
                self.unknown_symbol_seen = true;
                self.model.warnings.push(warning(
                    self.file,
                    line,
                    format!(
                        "{} is no element; such atoms are of unknown element",
                        quote(symbol)
                    ),
                ));
            }
            Element::UNKNOWN
        });
        let number = running_number(&mut self.running_numbers, element);
        self.model.atoms.push(unnamed_ligand_atom(
            line,
            count,
            element,
            number,
            position_angstrom,
            formal_charge,
        ));
        Ok(())
    }

    /// Adds a bond between rows `a` and `b`, counted from 0 and known to be there.
    fn add_bond(&mut self, a: u32, b: u32, order: BondOrder) {
        self.model.bonds.push(RawBond {
            a,
            b,
            order,
            source: BondSource::Complete,
        });
    }

    /// Three points always lie in a plane and a header that says 3D is believed; what else has no
    /// depth is a drawing.
    fn warn_if_flat(&mut self, program: &[u8]) {
        let flat = self
            .model
            .atoms
            .iter()
            .all(|atom| atom.position_angstrom[2] == 0.0);
        // Columns 21 and 22 of the second header line hold the dimension.
        let declared_3d = text::columns(program, 20, 22).eq_ignore_ascii_case(b"3D");
        if flat && !declared_3d && self.model.atoms.len() > 3 {
            self.model.warnings.push(warning(
                self.file,
                0,
                "all z coordinates are 0: this is a flat drawing (2D), not a conformation; it is read as it stands",
            ));
        }
    }
}

fn element_of(symbol: &[u8]) -> Option<Element> {
    Element::from_symbol(symbol)
}

/// Symbols that the format itself defines for "some atom": lists and groups of a query, lone pairs,
/// dummies.
fn is_placeholder(symbol: &[u8]) -> bool {
    const PLACEHOLDERS: [&[u8]; 15] = [
        b"*", b"A", b"AH", b"Q", b"QH", b"M", b"MH", b"X", b"XH", b"L", b"LP", b"R", b"R#", b"DU",
        b"POL",
    ];
    PLACEHOLDERS
        .iter()
        .any(|placeholder| placeholder.eq_ignore_ascii_case(symbol))
        || matches!(symbol, [b'R', digits @ ..] if digits.iter().all(u8::is_ascii_digit))
}

/// Bond type of the connection table. 5 to 8 are query types, 9 is a coordination bond; `None` for
/// 10, a hydrogen bond, which is no bond here.
fn order_of(kind: u32) -> Option<BondOrder> {
    match kind {
        1 => Some(BondOrder::Single),
        2 => Some(BondOrder::Double),
        3 => Some(BondOrder::Triple),
        4 => Some(BondOrder::Aromatic),
        10 => None,
        _ => Some(BondOrder::Unknown),
    }
}
