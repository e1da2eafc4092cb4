//! The table of `molshot info --atoms`: one row per atom.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use molshot_molecule::Structure;
use molshot_molecule::hbonds::{AcceptorClass, AtomClasses, DonorClass};
use molshot_renderer::annotations::{ResidueName, Role, role_of};
use molshot_renderer::save_bytes;
use serde::Serialize;

use crate::cli::message::CliError;

const FLAG: &str = "--atoms";

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Tsv,
    Json,
}

/// A file for the table; its extension says the form.
#[derive(Debug, Clone)]
pub(super) struct AtomTableFile {
    path: PathBuf,
    form: Form,
}

impl AtomTableFile {
    /// Checks the name of the file, so that a wrong one is refused before anything is read.
    pub(super) fn new(path: &Path) -> Result<Self, CliError> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let form = match extension.to_ascii_lowercase().as_str() {
            "tsv" => Form::Tsv,
            "json" => Form::Json,
            _ => {
                return Err(CliError::flag(
                    FLAG,
                    "give the name of a file that ends in .tsv or .json",
                ));
            }
        };
        Ok(Self {
            path: path.to_owned(),
            form,
        })
    }

    /// Writes the table of all atoms; returns the warnings of atom types.
    pub(super) fn write(&self, structure: &Structure) -> Result<Vec<String>, CliError> {
        let classes = AtomClasses::of(structure);
        let table = Table {
            atoms: rows(structure, &classes).collect(),
            warnings: classes.warnings.iter().map(ToString::to_string).collect(),
        };
        let text = match self.form {
            Form::Tsv => tsv(&table.atoms),
            Form::Json => serde_json::to_string(&table)? + "\n",
        };
        save_bytes(&self.path, text.as_bytes())?;
        Ok(table.warnings)
    }
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
            residue: ResidueName {
                index: atoms.residue[index],
                name: residue.name.clone(),
                number: residue.number,
                insertion_code: insertion_code(residue.insertion_code).into(),
            },
            chain: &structure.chains()[residue.chain as usize].id,
            role: role_of(structure, residue),
            atom_type: classes.types[index].name(),
            donor: classes.donors[index].map(DonorClass::name),
            acceptor: classes.acceptors[index].map(AcceptorClass::name),
        }
    })
}

fn insertion_code(code: u8) -> String {
    match code {
        b' ' => String::new(),
        code => char::from(code).to_string(),
    }
}

/// Formats rows as tab-separated values with a heading; `residue` is `GTP 1` or `HIS 57A`.
fn tsv(rows: &[Row<'_>]) -> String {
    let mut text =
        String::from("index\tname\telement\tresidue\tchain\trole\tatom_type\tdonor\tacceptor\n");
    for row in rows {
        let residue = &row.residue;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{} {}{}\t{}\t{}\t{}\t{}\t{}",
            row.index,
            field(row.name),
            row.element,
            field(&residue.name),
            residue.number,
            residue.insertion_code,
            field(row.chain),
            row.role.name(),
            row.atom_type,
            row.donor.unwrap_or_default(),
            row.acceptor.unwrap_or_default(),
        );
    }
    text
}

/// Replaces what would begin another field: quoted names of CIF may contain it.
fn field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
