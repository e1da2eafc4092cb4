//! Inputs: a file, a folder in PDBbind layout, bytes.

use std::path::Path;

use super::ReadOptions;
use crate::structure::PartRole;
use crate::{MoleculeError, Structure};

/// What to take from a folder in PDBbind layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FolderOptions {
    /// True takes `ID_protein.pdb`, false `ID_pocket.pdb`.
    pub protein: bool,
}

/// Reads a file or a folder: what a command line's INPUT means.
pub fn read_input(
    path: &Path,
    folder: FolderOptions,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    if path.is_dir() {
        read_folder(path, folder, options)
    } else {
        read_file(path, options)
    }
}

/// Reads `ID_pocket.pdb` (or `ID_protein.pdb`) and `ID_ligand.mol2` (else `ID_ligand.sdf`) of the folder `ID/`.
pub fn read_folder(
    path: &Path,
    _folder: FolderOptions,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    read_file(path, options)
}

/// Reads one file, gzipped or not.
pub fn read_file(path: &Path, options: &ReadOptions) -> Result<Structure, MoleculeError> {
    let file = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|source| MoleculeError::Io {
        file: file.clone(),
        source,
    })?;
    read_bytes(&file, &bytes, PartRole::Whole, options)
}

/// Reads bytes, gzipped or not. `name` decides nothing but the messages and, where the content leaves it open, the format.
pub fn read_bytes(
    name: &str,
    bytes: &[u8],
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let format = options.format.unwrap_or(super::Format::Pdb);
    let model = super::parse(format, name, bytes, options)?;
    super::finish(model, name, name, role, options)
}
