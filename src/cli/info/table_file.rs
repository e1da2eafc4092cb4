//! Files for the tables of `molshot info`, and what their rows have in common.

use std::path::{Path, PathBuf};

use molshot_molecule::Structure;
use molshot_renderer::annotations::ResidueName;
use molshot_renderer::save_bytes;
use serde::Serialize;

use crate::cli::message::CliError;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Tsv,
    Json,
}

/// A file for a table; its extension says the form.
#[derive(Debug, Clone)]
pub(super) struct TableFile {
    path: PathBuf,
    form: Form,
}

impl TableFile {
    /// Checks the name of the file that a flag gives, so that a wrong one is refused before
    /// anything is read.
    pub(super) fn new(flag: &str, path: &Path) -> Result<Self, CliError> {
        let extension = path.extension().unwrap_or_default().to_string_lossy();
        let form = match extension.to_ascii_lowercase().as_str() {
            "tsv" => Form::Tsv,
            "json" => Form::Json,
            _ => {
                return Err(CliError::flag(
                    flag,
                    "give the name of a file that ends in .tsv or .json",
                ));
            }
        };
        Ok(Self {
            path: path.to_owned(),
            form,
        })
    }

    /// Writes a table in the form of the file.
    pub(super) fn write(
        &self,
        table: &impl Serialize,
        tsv: impl FnOnce() -> String,
    ) -> Result<(), CliError> {
        let text = match self.form {
            Form::Tsv => tsv(),
            Form::Json => serde_json::to_string(table)? + "\n",
        };
        save_bytes(&self.path, text.as_bytes())?;
        Ok(())
    }
}

/// The residue of an atom, as in annotations.
pub(super) fn residue_name(structure: &Structure, atom: u32) -> ResidueName {
    let residue = structure.residue_of(atom);
    let insertion_code = match residue.insertion_code {
        b' ' => String::new(),
        code => char::from(code).to_string(),
    };
    ResidueName {
        index: structure.atoms().residue[atom as usize],
        name: residue.name.clone(),
        number: residue.number,
        insertion_code: insertion_code.into(),
    }
}

/// Formats a residue as `GTP 1` or `HIS 57A`.
pub(super) fn residue_text(residue: &ResidueName) -> String {
    let ResidueName {
        name,
        number,
        insertion_code,
        ..
    } = residue;
    format!("{} {number}{insertion_code}", field(name))
}

/// Replaces what would begin another field: quoted names of CIF may contain it.
pub(super) fn field(text: &str) -> String {
    text.replace(['\t', '\n', '\r'], " ")
}
