//! MDL molfiles and SD files.
//!
//! Source: "CTFile Formats" (BIOVIA, 2020). The V2000 connection table has fixed columns, the V3000
//! one has tagged lines; an SD file is a series of molfiles with data items, each ended by `$$$$`.

mod v2000;
mod v3000;

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "coordinates are read exactly")]
mod tests;

use std::collections::HashMap;

use super::options::ReadOptions;
use super::text::{self, Lines, quote, syntax, warning};
use super::unnamed::{next_number, unnamed_ligand_atom};
use crate::raw::{BondSource, RawBond, RawModel};
use crate::structure::BondOrder;
use crate::{Element, MoleculeError};

/// Reads one record of a molfile or SD file: `options.model`, counted from 1, or the first.
///
/// Atoms are named element + number (`C1`, `C2`, `O1`), in residue `UNL` 1 without chain.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = record_starts(bytes);
    let chosen = text::select_record(file, bytes, &starts, "molecule", options)?;
    let mut lines = Lines::new(record_body(chosen.text), chosen.first_line);
    let mut model = RawModel {
        bonds_complete: true,
        models: chosen.count,
        ..RawModel::default()
    };
    model.warnings.extend(text::warn_of_several(
        file,
        chosen.count,
        "molecule",
        options,
    ));
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
        numbers: HashMap::new(),
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

/// Returns the offsets of the records: the start of the file and what follows each `$$$$` line.
/// Records of white space only (as at the end of the file) do not count.
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

/// Returns the record without its `$$$$` line and what follows.
fn record_body(record: &[u8]) -> &[u8] {
    let end = text::lines_beginning_with(record, b"$$$$");
    &record[..end.first().copied().unwrap_or(record.len())]
}

/// The connection table under construction, of either version.
#[derive(Debug)]
struct Table<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    model: RawModel,
    /// Number of atoms so far of each element, for the names.
    numbers: HashMap<Element, u32>,
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
        text::check_atom_limit(self.file, line, count, self.options)?;
        let element = element_of(symbol).unwrap_or_else(|| {
            if !self.unknown_symbol_seen && !is_placeholder(symbol) {
                self.unknown_symbol_seen = true;
                self.model.warnings.push(warning(
                    self.file,
                    line,
                    format!(
                        "{} is not an element symbol; the element of such atoms is unknown",
                        quote(symbol)
                    ),
                ));
            }
            Element::UNKNOWN
        });
        let number = next_number(&mut self.numbers, element);
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

    /// Adds a bond between the existing rows `a` and `b`, counted from 0.
    fn add_bond(&mut self, a: u32, b: u32, order: BondOrder) {
        self.model.bonds.push(RawBond {
            a,
            b,
            order,
            source: BondSource::Complete,
        });
    }

    /// Warns if all z coordinates are 0 and the header does not declare 3D: the molecule is a 2D
    /// drawing. Three atoms are always planar.
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
                "all z coordinates are 0: this is a flat drawing (2D), not a conformation; it is read unchanged",
            ));
        }
    }
}

fn element_of(symbol: &[u8]) -> Option<Element> {
    Element::from_symbol(symbol)
}

/// Tests for symbols of the format that are not elements: lists and groups of a query, lone pairs,
/// dummy atoms.
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

/// Returns the order of a bond type. 5 to 8 are query types, 9 is a coordination bond; `None` for
/// 10, a hydrogen bond.
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
