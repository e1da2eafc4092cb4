//! The served folder: its structures and whether they changed. It is never written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use molshot_molecule::FolderOptions;
use molshot_molecule::Format;
use molshot_molecule::{MoleculeError, ReadOptions, Structure, read_input};
use sha2::{Digest, Sha256};

use super::names::is_id;

/// A structure of the folder in its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    path: PathBuf,
    /// Name, size, modification time and inode of every file.
    pub(super) stamp: String,
}

/// Ids of all structures in the folder, sorted.
pub(super) fn list(root: &Path) -> io::Result<Vec<String>> {
    let mut ids = Vec::new();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| is_id(name)) else {
            continue;
        };
        // Symbolic links are followed, and only they need another system call.
        let is_folder = match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => kind.is_dir(),
            _ => fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir()),
        };
        let is_structure = if is_folder {
            holds_structures(&entry.path())
        } else {
            Format::from_path(Path::new(name)).is_some()
        };
        if is_structure {
            ids.push(name.to_owned());
        }
    }
    ids.sort_unstable();
    Ok(ids)
}

/// The structure with an id, which [`is_id`] has accepted; `None` if the folder has none.
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

/// Whether a folder contains a structure file. The search ends at the first one.
fn holds_structures(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| Format::from_path(&entry.path()).is_some())
    })
}

/// Paths of the structure files in a folder, sorted.
fn structure_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if Format::from_path(&path).is_some() {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

/// Why a structure of the folder cannot be loaded.
#[derive(Debug)]
pub(super) enum LoadError {
    /// The files are not a valid structure.
    Structure(MoleculeError),
    /// The files changed while they were read.
    Changing,
}

/// Reads a structure and hashes the names and bytes of its files, both in the state that `entry`
/// describes.
pub(super) fn load(
    entry: &Entry,
    options: &ReadOptions,
) -> Result<(Structure, [u8; 32]), LoadError> {
    let structure = read_input(&entry.path, FolderOptions::default(), options);
    let digest = digest(&entry.path);
    // A mixture of old and new files must not be cached as either.
    if stamp(&entry.path).as_ref() != Some(&entry.stamp) {
        return Err(LoadError::Changing);
    }
    let digest = digest.map_err(|source| {
        LoadError::Structure(MoleculeError::Io {
            file: entry.path.display().to_string(),
            source,
        })
    })?;
    Ok((structure.map_err(LoadError::Structure)?, digest))
}

fn digest(path: &Path) -> io::Result<[u8; 32]> {
    let files = if path.is_dir() {
        structure_files(path)?
    } else {
        vec![path.to_owned()]
    };
    let mut hash = Sha256::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        let bytes = fs::read(&file)?;
        for part in [name, &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    Ok(hash.finalize().into())
}
