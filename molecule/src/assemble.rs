//! Rows to columns: alternate locations, residues, chains, limits.

use crate::parsed::ParsedModel;
use crate::read::ReadOptions;
use crate::structure::{Atoms, PartRole};
use crate::{MoleculeError, Structure};

/// Makes a structure of one part from the rows of one file.
pub(crate) fn assemble(
    model: ParsedModel,
    _part_name: &str,
    _file: &str,
    _role: PartRole,
    _options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    Ok(Structure {
        atoms: Atoms::default(),
        residues: Vec::new(),
        chains: Vec::new(),
        parts: Vec::new(),
        bonds: Vec::new(),
        pseudobonds: Vec::new(),
        warnings: model.warnings,
    })
}
