//! MDL molfiles and SD files.
//!
//! Source: "CTFile Formats" (BIOVIA, 2020). The V2000 connection table has fixed columns, the V3000
//! one has tagged lines; an SD file is a series of molfiles with data items, each ended by `$$$$`.

mod table;
mod v2000;
mod v3000;

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "coordinates are read exactly")]
mod tests;

use self::table::Table;
use super::options::ReadOptions;
use super::text::{self, Lines, syntax};
use crate::MoleculeError;
use crate::raw::RawModel;

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
    let mut table = Table::new(file, options, model);
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
    Ok(table.finish())
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
