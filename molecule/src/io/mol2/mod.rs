//! Tripos MOL2.
//!
//! Source: "Tripos Mol2 File Format" (Tripos, 2007): sections that begin with `@<TRIPOS>NAME`, rows
//! of fields between blanks, `#` for comments, `\` at a line's end to continue it. Bonds are
//! exactly those listed.

mod rows;

#[cfg(test)]
mod tests;

use super::options::ReadOptions;
use super::text::{self, syntax, warning};
use crate::MoleculeError;
use crate::raw::RawModel;
use rows::{Molecule, Rows};

/// Reads one molecule: the first, or the one that `options.model` names, counted from 1.
///
/// A residue is a substructure. Its name and number are those of the substructure's name (`ARG45`
/// is `ARG` 45); a name of three characters or fewer is a component's (`E20`) and stays whole, with
/// the substructure's id as the number. The chain is that of the `SUBSTRUCTURE` record, empty
/// without one.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let starts = text::lines_beginning_with(bytes, b"@<TRIPOS>MOLECULE");
    let chosen = text::choose(file, bytes, &starts, "molecule", options)?;
    let mut molecule = Molecule::new(file, options);
    molecule
        .warnings
        .extend(text::several(file, chosen.count, "molecule", options));
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

/// What is missing between what a molecule declares and what it holds.
fn check_count(
    file: &str,
    last_line: u64,
    declared: Option<u64>,
    found: usize,
    section_seen: bool,
    what: &str,
) -> Result<Option<crate::Warning>, MoleculeError> {
    let Some(declared) = declared else {
        return Ok(None);
    };
    let found = found as u64;
    if found < declared {
        let section = what.to_ascii_uppercase();
        let problem = if section_seen {
            format!(
                "the molecule declares {declared} {what}s, but its {section} section holds {found}"
            )
        } else {
            format!("the molecule declares {declared} {what}s, but has no {section} section")
        };
        return Err(syntax(
            file,
            last_line,
            problem,
            "give the whole file; it may have been cut off",
        ));
    }
    Ok((found > declared).then(|| {
        warning(
            file,
            0,
            format!(
                "the molecule declares {declared} {what}s, but {found} are there; all are read"
            ),
        )
    }))
}
