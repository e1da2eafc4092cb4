//! The served folder: its structures and whether they changed. It is never written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::UNIX_EPOCH;

use molshot_molecule::FolderOptions;
use molshot_molecule::Format;
use molshot_molecule::{MoleculeError, ReadOptions, Structure, read_input};
use sha2::{Digest, Sha256};

use super::names::is_id;

/// Names that one message of the log lists.
const MAX_LOGGED_NAMES: usize = 5;

/// A structure of the folder in its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    path: PathBuf,
    /// Name, size, modification time and inode of every file.
    pub(super) stamp: String,
}

/// Why a file or folder is not offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum WhyLeftOut {
    /// A structure file whose name begins with a dot, as the `._` files of macOS do.
    Hidden,
    /// A structure whose name cannot be an id.
    Name,
    /// A symbolic link to a structure file that does not exist.
    Link,
}

impl WhyLeftOut {
    /// The reason as the end of a sentence that begins with names.
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Hidden => "hidden, because the name begins with a dot",
            Self::Name => {
                "named with characters that no structure id has, or in more than 255 bytes; rename"
            }
            Self::Link => "a symbolic link to a file that cannot be found",
        }
    }
}

/// What the folder offers, and what not.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// Ids of all structures, sorted.
    pub(super) ids: Vec<String>,
    /// Names that are not offered, sorted.
    pub(super) left_out: Vec<(WhyLeftOut, String)>,
}

/// Logs what of the served folder is not offered.
#[derive(Debug, Default)]
pub(super) struct LeftOutLog {
    /// What was not offered when the folder was listed last.
    last: Mutex<Vec<(WhyLeftOut, String)>>,
}

impl LeftOutLog {
    /// Logs what is not offered, if that changed: once per reason, with the first names.
    pub(super) fn note(&self, left_out: Vec<(WhyLeftOut, String)>) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if *last == left_out {
            return;
        }
        for of_reason in left_out.chunk_by(|a, b| a.0 == b.0) {
            tracing::warn!("not offered from the served folder: {}", text(of_reason));
        }
        *last = left_out;
    }
}

/// Describes names that are left out for one reason.
fn text(of_reason: &[(WhyLeftOut, String)]) -> String {
    let first = of_reason.iter().take(MAX_LOGGED_NAMES);
    let names: Vec<&str> = first.map(|(_, name)| name.as_str()).collect();
    let more = match of_reason.len().saturating_sub(MAX_LOGGED_NAMES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = of_reason.first().map_or("", |(why, _)| why.text());
    format!("{}{more} ({why})", names.join(", "))
}

/// Lists the folder.
pub(super) fn list(root: &Path) -> io::Result<Listing> {
    let mut listing = Listing::default();
    for entry in fs::read_dir(root)? {
        let entry = entry?;
        let name = entry.file_name();
        let shown = name.to_string_lossy();
        let has_extension = Format::from_path(Path::new(&*shown)).is_some();
        // Symbolic links are followed, and only they need another system call.
        let (is_folder, is_file) = match entry.file_type() {
            Ok(kind) if !kind.is_symlink() => (kind.is_dir(), kind.is_file()),
            _ => fs::metadata(entry.path()).map_or((false, false), |metadata| {
                (metadata.is_dir(), metadata.is_file())
            }),
        };
        let mut leave_out = |why| {
            // Names may hold control characters, which must not reach a log.
            let name = shown.escape_debug().to_string();
            listing.left_out.push((why, name));
        };
        if shown.starts_with('.') {
            // Other hidden files and folders were not meant.
            if is_file && has_extension {
                leave_out(WhyLeftOut::Hidden);
            }
            continue;
        }
        if !is_folder && !is_file {
            if has_extension && entry.path().is_symlink() {
                leave_out(WhyLeftOut::Link);
            }
            continue;
        }
        if !(is_file && has_extension || is_folder && holds_structures(&entry.path())) {
            continue;
        }
        match name.to_str().filter(|name| is_id(name)) {
            Some(id) => listing.ids.push(id.to_owned()),
            None => leave_out(WhyLeftOut::Name),
        }
    }
    listing.ids.sort_unstable();
    listing.left_out.sort_unstable();
    Ok(listing)
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
    fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| is_structure_file(&entry)))
}

/// Whether an entry of a structure's folder is one of its files. Hidden files and folders are not.
fn is_structure_file(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name();
    !name.as_encoded_bytes().starts_with(b".")
        && Format::from_path(Path::new(&name)).is_some()
        && !entry.path().is_dir()
}

/// Paths of the structure files in a folder, sorted.
fn structure_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    #[test]
    fn names_of_all_scripts_are_offered_and_others_are_listed() {
        let root = std::env::temp_dir().join(format!("molshot-{}-offered", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(root.join("my complex")).unwrap();
        fs::create_dir_all(root.join("x.pdb")).unwrap();
        for name in [
            "my complex/a_pocket.pdb",
            "my ligand é.sdf",
            "水.cif",
            "10gs.bio1",
            "1ABC.PDB",
            "._1ABC.PDB",
            ".DS_Store",
            "50%.pdb",
            "notes.txt",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", root.join("link.cif")).unwrap();
        let listing = list(&root).unwrap();
        assert_eq!(
            listing.ids,
            [
                "10gs.bio1",
                "1ABC.PDB",
                "my complex",
                "my ligand é.sdf",
                "水.cif"
            ]
        );
        let mut wanted = vec![
            (WhyLeftOut::Hidden, "._1ABC.PDB".to_owned()),
            (WhyLeftOut::Name, "50%.pdb".to_owned()),
        ];
        if cfg!(unix) {
            wanted.push((WhyLeftOut::Link, "link.cif".to_owned()));
        }
        assert_eq!(listing.left_out, wanted);
        assert_eq!(
            text(&wanted[..1]),
            "._1ABC.PDB (hidden, because the name begins with a dot)"
        );
        // Hidden files and folders do not count as files of a structure.
        fs::write(root.join("my complex/._a_pocket.pdb"), "").unwrap();
        fs::create_dir(root.join("my complex/old.pdb")).unwrap();
        assert_eq!(
            structure_files(&root.join("my complex")).unwrap(),
            [root.join("my complex/a_pocket.pdb")]
        );
        fs::remove_dir_all(&root).unwrap();
    }
}
