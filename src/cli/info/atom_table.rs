//! The table of `molshot info --atoms`: one row per atom.

use std::fmt::Write;

use molshot_molecule::Structure;
use molshot_molecule::hbonds::{AcceptorClass, AtomClasses, DonorClass};
use molshot_renderer::annotations::{ResidueName, Role, role_of};
use serde::Serialize;

use super::table_file::{TableFile, field, residue_name, residue_text};
use crate::cli::message::CliError;

/// A row. Names and roles are those of annotations.
#[derive(Debug, Serialize)]
struct Row<'a> {
    /// Index of the atom in the structure, counted from 0.
    index: usize,
    name: &'a str,
    element: &'static str,
    residue: ResidueName,
    /// Author's chain id; empty if it is blank.
    chain: &'a str,
    role: Role,
    /// Atom type (IDATM).
    atom_type: &'static str,
    /// Class as donor of hydrogen bonds.
    donor: Option<&'static str>,
    /// Class as acceptor of hydrogen bonds.
    acceptor: Option<&'static str>,
}

/// The JSON form.
#[derive(Debug, Serialize)]
struct Table<'a> {
    atoms: Vec<Row<'a>>,
    warnings: Vec<String>,
}

/// Writes the table of all atoms; returns the warnings of atom types.
pub(super) fn write(file: &TableFile, structure: &Structure) -> Result<Vec<String>, CliError> {
    let classes = AtomClasses::of(structure);
    let table = Table {
        atoms: rows(structure, &classes).collect(),
        warnings: classes.warnings.iter().map(ToString::to_string).collect(),
    };
    file.write(&table, || tsv(&table.atoms))?;
    Ok(table.warnings)
}

fn rows<'a>(
    structure: &'a Structure,
    classes: &'a AtomClasses,
) -> impl Iterator<Item = Row<'a>> + 'a {
    let atoms = structure.atoms();
    (0..atoms.len()).map(move |index| {
        let residue = structure.residue_of(index as u32);
        Row {
            index,
            name: &atoms.name[index],
            element: atoms.element[index].symbol(),
            residue: residue_name(structure, index as u32),
            chain: &structure.chains()[residue.chain as usize].id,
            role: role_of(structure, residue),
            atom_type: classes.types[index].name(),
            donor: classes.donors[index].map(DonorClass::name),
            acceptor: classes.acceptors[index].map(AcceptorClass::name),
        }
    })
}

/// Formats rows as tab-separated values with a heading; `residue` is `GTP 1` or `HIS 57A`.
fn tsv(rows: &[Row<'_>]) -> String {
    let mut text =
        String::from("index\tname\telement\tresidue\tchain\trole\tatom_type\tdonor\tacceptor\n");
    for row in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            row.index,
            field(row.name),
            row.element,
            residue_text(&row.residue),
            field(row.chain),
            row.role.name(),
            row.atom_type,
            row.donor.unwrap_or_default(),
            row.acceptor.unwrap_or_default(),
        );
    }
    text
}
