//! Reads files in memory into one structure.

use molshot_molecule::reading::Reading;
use molshot_molecule::{
    Location, MoleculeError, PartRole, ReadOptions, Structure, merge_files, read_bytes,
};
use sha2::{Digest, Sha256};

use super::parsing_cost::LeveledLimits;
use crate::error::Problem;

/// Why files cannot be read.
#[derive(Debug)]
pub(super) enum ReadError {
    /// They exceed a limit, which may be that of the level.
    Limit(Problem),
    /// Another reason.
    Other(Problem),
}

impl ReadError {
    /// Whether the files exceed a limit.
    pub(super) fn is_limit(&self) -> bool {
        matches!(self, Self::Limit(_))
    }

    /// The problem.
    pub(super) fn into_problem(self) -> Problem {
        match self {
            Self::Limit(problem) | Self::Other(problem) => problem,
        }
    }
}

impl From<MoleculeError> for ReadError {
    fn from(error: MoleculeError) -> Self {
        let is_limit = matches!(error, MoleculeError::Limit { .. });
        let problem = Problem::from(error);
        if is_limit {
            Self::Limit(problem)
        } else {
            Self::Other(problem)
        }
    }
}

/// Hashes the name and the bytes of a file.
pub(super) fn hash_file(hash: &mut Sha256, name: &[u8], bytes: &[u8]) {
    for part in [name, bytes] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
}

/// Hashes what is read of files, unless that is the first model as it is there.
pub(super) fn hash_reading(hash: &mut Sha256, reading: &Reading) {
    if !reading.is_default() {
        hash.update(format!("{reading:?}"));
    }
}

/// Reads files into one structure, and hashes their names and bytes.
pub(super) fn read_files(
    files: &[(&str, &[u8])],
    limits: LeveledLimits,
    reading: &Reading,
) -> Result<(Structure, [u8; 32]), ReadError> {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        hash_file(&mut hash, name.as_bytes(), bytes);
    }
    hash_reading(&mut hash, reading);
    let mut atoms = vec![0; files.len()];
    let all = ReadOptions::default().with_limits(limits.of_all());
    let structures = reading.read(files.len(), all, |number, options| {
        let (name, bytes) = files[number];
        let before = atoms[..number].iter().sum();
        let options = options.with_limits(limits.of_file(bytes, before));
        let role = PartRole::of_file(name, files.len());
        let structure = read_bytes(name, bytes, role, &options).map_err(|error| {
            let pointer = format!("/structure/files/{number}");
            match ReadError::from(error) {
                ReadError::Limit(problem) => ReadError::Limit(problem.at(pointer)),
                ReadError::Other(problem) => ReadError::Other(problem.at(pointer)),
            }
        })?;
        atoms[number] = structure.atoms().len();
        Ok::<_, ReadError>(structure)
    })?;
    check_atoms(&structures, limits)?;
    let structure = merge_files(structures, files.iter().map(|(name, _)| *name))?;
    Ok((structure, hash.finalize().into()))
}

/// Refuses copies of several files that have more atoms together than are allowed.
fn check_atoms(structures: &[Structure], limits: LeveledLimits) -> Result<(), MoleculeError> {
    let atoms: usize = structures.iter().map(|one| one.atoms().len()).sum();
    if atoms <= limits.max_atoms {
        return Ok(());
    }
    Err(MoleculeError::Limit {
        location: Location::file("structure"),
        problem: format!(
            "{atoms} atoms are more than the limit of {}",
            limits.max_atoms
        ),
        remedy: "ask for fewer copies or models".to_owned(),
    })
}
