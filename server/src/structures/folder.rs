//! The structures of the served folder and whether they changed. It is never written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use molshot_molecule::reading::{ModelChoice, Reading};
use molshot_molecule::{
    FolderFiles, FolderOptions, Format, MoleculeError, PartRole, ReadLimits, ReadOptions,
    Structure, read_bytes, read_regular_file,
};
use sha2::{Digest, Sha256};

use super::files::{ReadError, hash_file, hash_reading};
use super::parsing_cost::{FileShape, LeveledLimits};

/// A structure of the folder in its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    path: PathBuf,
    /// Name, size, modification time and inode of every file.
    pub(super) stamp: String,
}

/// The structure with an id, which is valid; `None` if the folder has none.
pub(super) fn find(root: &Path, id: &str) -> Option<Entry> {
    let path = root.join(id);
    let stamp = stamp(&path)?;
    Some(Entry { path, stamp })
}

/// The state of a structure's files; `None` if there is no structure.
fn stamp(path: &Path) -> Option<String> {
    let metadata = fs::metadata(path).ok()?;
    let mut stamp = String::new();
    if metadata.is_dir() {
        for file in structure_files(path).ok()? {
            stamp_of(&file, &fs::metadata(&file).ok()?, &mut stamp);
        }
        return Some(stamp);
    }
    if !metadata.is_file() || Format::from_path(path).is_none() {
        return None;
    }
    stamp_of(path, &metadata, &mut stamp);
    Some(stamp)
}

fn stamp_of(path: &Path, metadata: &fs::Metadata, stamp: &mut String) {
    use std::fmt::Write;
    let modified = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default()
        .as_nanos();
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(metadata);
    #[cfg(not(unix))]
    let inode = 0;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Writing to a string does not fail.
    let _ = write!(stamp, "{name}|{}|{modified}|{inode};", metadata.len());
}

/// Whether an entry of a structure's folder is one of its files. Hidden files and folders are not.
pub(super) fn is_structure_file(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    !name.as_encoded_bytes().starts_with(b".")
        && Format::from_path(Path::new(&name)).is_some()
        && !entry.path().is_dir()
}

/// Paths of the structure files in a folder, sorted.
pub(super) fn structure_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if is_structure_file(&entry) {
            files.push(entry.path());
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Why a structure of the folder cannot be loaded.
#[derive(Debug)]
pub(super) enum LoadError {
    /// The files cannot be read.
    Structure(MoleculeError),
    /// The files changed while they were read.
    Changing,
}

impl From<MoleculeError> for LoadError {
    fn from(error: MoleculeError) -> Self {
        Self::Structure(error)
    }
}

/// The files of a structure, of which only the sizes are known.
#[derive(Debug)]
pub(super) struct Plan {
    complex: Option<FolderFiles>,
    paths: Vec<PathBuf>,
    /// What the sizes say about the memory that is needed.
    pub(super) shapes: Vec<FileShape>,
}

/// Finds out which files of a structure are read, and how large they are. Nothing is read.
pub(super) fn plan(entry: &Entry, max_bytes: u64) -> Result<Plan, MoleculeError> {
    let complex = entry
        .path
        .is_dir()
        .then(|| FolderFiles::of(&entry.path, FolderOptions::default()))
        .transpose()?;
    let paths = complex
        .as_ref()
        .map_or_else(|| vec![entry.path.clone()], FolderFiles::paths);
    let mut shapes = Vec::with_capacity(paths.len());
    for path in &paths {
        let bytes = fs::metadata(path).map_or(0, |metadata| metadata.len());
        // A larger file is not read.
        let bytes = if bytes <= max_bytes { bytes } else { 0 };
        shapes.push(FileShape::of_path(path, bytes));
    }
    Ok(Plan {
        complex,
        paths,
        shapes,
    })
}

/// The files of a structure in memory. Those of a complex may be unreadable, because another format
/// of the ligand may be used instead.
#[derive(Debug)]
pub(super) struct Content {
    complex: Option<FolderFiles>,
    files: Vec<(PathBuf, Result<Vec<u8>, MoleculeError>)>,
    hash: Sha256,
}

/// Reads the files of a plan and hashes their names and bytes, in the state that `entry` describes.
pub(super) fn read(entry: &Entry, plan: Plan, max_bytes: u64) -> Result<Content, LoadError> {
    let mut hash = Sha256::new();
    let name_of = |path: &Path| path.file_name().unwrap_or_default().to_owned();
    if plan.complex.is_some() {
        // Warnings name files that are not read.
        for path in structure_files(&entry.path).unwrap_or_default() {
            hash_file(&mut hash, name_of(&path).as_encoded_bytes(), b"");
        }
    }
    let mut files = Vec::with_capacity(plan.paths.len());
    for path in plan.paths {
        let bytes = read_regular_file(&path, max_bytes);
        let hashed = bytes.as_deref().unwrap_or_default();
        hash_file(&mut hash, name_of(&path).as_encoded_bytes(), hashed);
        files.push((path, bytes));
    }
    // A mixture of old and new files must not be cached as either.
    if stamp(&entry.path).as_ref() != Some(&entry.stamp) {
        return Err(LoadError::Changing);
    }
    if plan.complex.is_none()
        && let Some((_, Err(error))) = files.pop_if(|(_, bytes)| bytes.is_err())
    {
        return Err(error.into());
    }
    Ok(Content {
        complex: plan.complex,
        files,
        hash,
    })
}

impl Content {
    /// What the files say about the memory that is needed.
    pub(super) fn shapes(&self) -> Vec<FileShape> {
        let contents = self.files.iter().map(|(_, bytes)| bytes);
        let contents = contents.map(|bytes| bytes.as_deref().unwrap_or_default());
        contents.map(FileShape::of_content).collect()
    }

    /// Parses the files. Returns the structure and the hash.
    pub(super) fn parse(
        self,
        limits: LeveledLimits,
        reading: &Reading,
    ) -> Result<(Structure, [u8; 32]), ReadError> {
        let Self {
            complex,
            mut files,
            mut hash,
        } = self;
        hash_reading(&mut hash, reading);
        let all = ReadOptions::default().with_limits(limits.of_all());
        let mut structures = if let Some(complex) = complex {
            let contents = files
                .iter()
                .map(|(_, bytes)| bytes.as_deref().unwrap_or_default());
            let max_bytes = contents
                .map(|bytes| limits.of_file(bytes, 0).max_bytes)
                .max();
            let read = ReadLimits::new(max_bytes.unwrap_or(0), limits.max_atoms);
            // Several models are read one after the other.
            let is_read_again = matches!(reading.models, ModelChoice::Range(_));
            let mut take = |path: &Path| {
                let index = files.iter().position(|(known, _)| known == path);
                match index {
                    None => Ok(Vec::new()),
                    Some(index) if is_read_again => again(&files[index]),
                    Some(index) => files.swap_remove(index).1,
                }
            };
            reading.read(1, all, |_, options| {
                let options = options.with_limits(read);
                Ok::<_, ReadError>(complex.clone().read(&options, &mut take)?)
            })?
        } else {
            let (path, bytes) = files.swap_remove(0);
            let bytes = bytes?;
            let name = path.display().to_string();
            reading.read(1, all, |_, options| {
                let options = options.with_limits(limits.of_file(&bytes, 0));
                let whole = PartRole::Whole;
                Ok::<_, ReadError>(read_bytes(&name, &bytes, whole, &options)?)
            })?
        };
        let structure = structures.pop();
        let structure = structure.unwrap_or_else(|| Structure::merge(Vec::new()));
        Ok((structure, hash.finalize().into()))
    }
}

/// The content of a file that is read several times.
fn again(
    (path, bytes): &(PathBuf, Result<Vec<u8>, MoleculeError>),
) -> Result<Vec<u8>, MoleculeError> {
    bytes.as_ref().cloned().map_err(|error| {
        let kind = match error {
            MoleculeError::Io { source, .. } => source.kind(),
            _ => io::ErrorKind::InvalidData,
        };
        MoleculeError::Io {
            file: path.display().to_string(),
            source: kind.into(),
        }
    })
}
