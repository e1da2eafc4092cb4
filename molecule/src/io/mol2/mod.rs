//! Tripos MOL2.
//!
//! Source: "Tripos Mol2 File Format" (Tripos, 2007). Sections begin with `@<TRIPOS>NAME`, rows
//! consist of fields separated by blanks, `#` begins a comment, `\` at the end of a line continues
//! it. Only the listed bonds are used.

mod counts;
mod ions;
mod molecule;
mod residues;
mod rows;
mod types;

#[cfg(test)]
mod tests;

use super::options::ReadOptions;
use super::text;
use crate::MoleculeError;
use crate::raw::RawModel;
use molecule::Molecule;
use rows::Rows;

/// Reads one molecule: `options.model`, counted from 1, or the first.
///
/// A residue is a substructure. Its name and number come from the name of the substructure (`ARG45`
/// is `ARG` 45) and, where the `SUBSTRUCTURE` record has it, from the component id in its seventh
/// column; a name of up to three characters is a component id (`E20`) and is not split. The number
/// of a residue without one is the substructure id. The chain is that of the `SUBSTRUCTURE` record,
/// or empty.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = text::lines_beginning_with(bytes, b"@<TRIPOS>MOLECULE");
    let chosen = text::select_record(file, bytes, &starts, "molecule", options)?;
    let mut molecule = Molecule::new(file, options);
    molecule.warnings.extend(text::warn_of_several(
        file,
        chosen.count,
        "molecule",
        options,
    ));
    let mut rows = Rows::new(chosen.text, chosen.first_line);
    let mut section = Vec::new();
    while let Some((line, row)) = rows.next_row() {
        if let Some(name) = row.strip_prefix(b"@<TRIPOS>") {
            section = name.trim_ascii().to_ascii_uppercase();
            if section == b"MOLECULE" {
                molecule.read_header(&mut rows)?;
            }
            molecule.begin_section(&section, line);
            continue;
        }
        match section.as_slice() {
            b"ATOM" => molecule.read_atom(line, &row)?,
            b"BOND" => molecule.read_bond(line, &row)?,
            b"SUBSTRUCTURE" => molecule.read_substructure(&row),
            _ => {}
        }
    }
    let mut model = molecule.finish(rows.number())?;
    model.models = chosen.count;
    Ok(model)
}
