//! Reads files in memory into one structure.

use axum::http::StatusCode;
use molshot_molecule::{MoleculeError, PartRole, ReadOptions, Structure};
use molshot_molecule::{ReadLimits, read_bytes, remove_ligand_from_pocket};
use sha2::{Digest, Sha256};

use crate::error::Problem;

/// The compression ratio is not limited below this decompressed size, which is harmless.
pub(crate) const ALWAYS_PLAUSIBLE_BYTES: u64 = 1 << 20;

/// Limits of files.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileLimits {
    /// Limits of the reader.
    pub(super) read: ReadLimits,
    /// Largest ratio of the decompressed to the compressed size.
    pub(super) ratio: u64,
}

impl FileLimits {
    /// Limits for a file of the given size.
    fn for_file(self, bytes: usize) -> ReadLimits {
        // An uncompressed file is within the limit by definition: its ratio is 1.
        let plausible = (bytes as u64)
            .saturating_mul(self.ratio)
            .max(ALWAYS_PLAUSIBLE_BYTES);
        ReadLimits::new(self.read.max_bytes.min(plausible), self.read.max_atoms)
    }
}

/// Default options with these limits.
pub(super) fn options(limits: ReadLimits) -> ReadOptions {
    ReadOptions::default().with_limits(limits)
}

/// Reads files into one structure, and hashes their names and bytes.
pub(super) fn read_files(
    files: &[(&str, &[u8])],
    limits: FileLimits,
) -> Result<(Structure, [u8; 32]), Problem> {
    let mut hash = Sha256::new();
    let mut structures = Vec::with_capacity(files.len());
    for (number, (name, bytes)) in files.iter().enumerate() {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        // A single file is a whole structure, whatever its name.
        let role = if files.len() == 1 {
            PartRole::Whole
        } else {
            PartRole::from_file_name(name)
        };
        let of_file = limits.for_file(bytes.len());
        let structure =
            read_bytes(name, bytes, role, &options(of_file)).map_err(|error: MoleculeError| {
                Problem::from(error).at(format!("/structure/files/{number}"))
            })?;
        structures.push(structure);
    }
    let atoms: usize = structures
        .iter()
        .map(|structure| structure.atoms().len())
        .sum();
    let max_atoms = limits.read.max_atoms;
    if atoms > max_atoms {
        return Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "atoms_too_many",
            format!("{atoms} atoms are too many; give at most {max_atoms}"),
        ));
    }
    let structure = if structures.len() == 1 {
        structures.swap_remove(0)
    } else {
        let pocket = files
            .iter()
            .find(|(name, _)| PartRole::from_file_name(name) == PartRole::Pocket)
            .map_or("", |(name, _)| *name);
        remove_ligand_from_pocket(Structure::merge(structures), pocket)?
    };
    Ok((structure, hash.finalize().into()))
}
