//! Uploads on the disk: a folder for each, named by the hash of its content.
//!
//! A folder gets its name only when all of it is written and synced. When the uploads exceed their
//! size limit, the least recently used ones are evicted.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use base16ct::lower::encode_string;
use molshot_molecule::detect_format;
use molshot_molecule::{Format, PartRole};
use sha2::{Digest, Sha256};

use super::names::file_name;

/// Prefix of folders that are not complete.
const PARTIAL_PREFIX: &str = ".part-";
/// Resolution with which the time of last use is stored on the disk.
const TOUCH_INTERVAL: Duration = Duration::from_mins(1);
/// Length of an id: a SHA-256 hash in hexadecimal.
const ID_LENGTH: usize = 64;

/// Name and content of an uploaded file.
pub(crate) type NamedBytes = (String, Vec<u8>);

#[derive(Debug)]
struct Entry {
    bytes: u64,
    used: SystemTime,
    touched: SystemTime,
}

/// The uploads on the disk. Folders are renamed only under its lock, so that the index and the disk
/// always agree.
#[derive(Debug, Default)]
struct Index {
    entries: BTreeMap<String, Entry>,
    /// Size of all uploads, including those that are being written.
    bytes: u64,
}

/// Why an upload cannot be stored.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// It is larger than the limit on all uploads together.
    TooLarge {
        /// The limit.
        max_bytes: u64,
    },
    /// The disk is full.
    Full(io::Error),
    /// The disk failed in another way.
    Disk(io::Error),
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match error.kind() {
            StorageFull | QuotaExceeded | FileTooLarge => Self::Full(error),
            _ => Self::Disk(error),
        }
    }
}

/// The folder of uploads.
#[derive(Debug)]
pub(crate) struct Uploads {
    root: PathBuf,
    max_bytes: u64,
    index: Mutex<Index>,
    running: AtomicU64,
}

/// The id of an upload.
///
/// The id of one file is the SHA-256 hash of its bytes, whatever its name. If the format is known
/// only from the file extension, the format is hashed, too. The id of several files is the hash of
/// the role (whole, pocket or ligand, according to the name), the format in the same case, and the
/// bytes of each file, in order. To find the format of a compressed file, at most `max_bytes` of it
/// are decompressed.
pub(crate) fn id_of(files: &[NamedBytes], max_bytes: u64) -> String {
    let format_by_name = |name: &str, bytes: &[u8]| match detect_format(bytes, max_bytes) {
        Some(_) => "",
        None => Format::from_path(Path::new(name)).map_or("", Format::name),
    };
    if let [(name, bytes)] = files {
        let format = format_by_name(name, bytes);
        if format.is_empty() {
            return encode_string(&Sha256::digest(bytes));
        }
        let mut hash = Sha256::new();
        hash.update(format);
        hash.update([0]);
        hash.update(bytes);
        return encode_string(&hash.finalize());
    }
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        let role: &[u8] = match PartRole::from_file_name(&file_name(name).to_ascii_lowercase()) {
            PartRole::Pocket => b"pocket",
            PartRole::Ligand => b"ligand",
            _ => b"whole",
        };
        for part in [role, format_by_name(name, bytes).as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    encode_string(&hash.finalize())
}

/// Whether a text has the form of an upload id.
fn is_upload_id(id: &str) -> bool {
    id.len() == ID_LENGTH
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl Uploads {
    /// Opens a folder, creates it if necessary, and removes partial uploads of earlier processes.
    ///
    /// # Errors
    /// When the folder cannot be created, read or written.
    pub(crate) fn open(root: &Path, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let mut index = Index::default();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(rest) = name.strip_prefix(PARTIAL_PREFIX) {
                if is_abandoned(rest) {
                    fs::remove_dir_all(entry.path())?;
                }
                continue;
            }
            if !is_upload_id(&name) || !entry.file_type()?.is_dir() {
                continue;
            }
            let used = entry.metadata()?.modified()?;
            let mut bytes = 0;
            for file in fs::read_dir(entry.path())? {
                bytes += file?.metadata()?.len();
            }
            index.bytes += bytes;
            let entry = Entry {
                bytes,
                used,
                touched: used,
            };
            index.entries.insert(name, entry);
        }
        let uploads = Self {
            root: root.to_owned(),
            max_bytes,
            index: Mutex::new(index),
            running: AtomicU64::new(0),
        };
        // Finds out now, rather than at the first upload, whether the folder can be written to.
        let probe = uploads.partial_folder();
        fs::create_dir(&probe)?;
        fs::remove_dir(&probe)?;
        Ok(uploads)
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn partial_folder(&self) -> PathBuf {
        let number = self.running.fetch_add(1, Ordering::Relaxed);
        self.root
            .join(format!("{PARTIAL_PREFIX}{}-{number}", std::process::id()))
    }

    /// Size of all uploads.
    pub(crate) fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Whether an upload exists.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.lock().entries.contains_key(id)
    }

    /// Size of the files of an upload; `None` if it does not exist.
    pub(crate) fn size(&self, id: &str) -> Option<u64> {
        self.lock().entries.get(id).map(|entry| entry.bytes)
    }

    /// Ids of all uploads, sorted.
    pub(crate) fn list(&self) -> Vec<String> {
        self.lock().entries.keys().cloned().collect()
    }

    /// Stores files under their id. Returns false if they were stored already.
    ///
    /// # Errors
    /// When the upload is too large or the disk fails; nothing is left on the disk then.
    pub(crate) fn store(&self, id: &str, files: &[NamedBytes]) -> Result<bool, StoreError> {
        if self.contains(id) {
            self.touch(id);
            return Ok(false);
        }
        let bytes = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        self.reserve(bytes)?;
        let partial = self.partial_folder();
        let stored = write_folder(&partial, files).and_then(|()| self.publish(&partial, id, bytes));
        if !matches!(stored, Ok(true)) {
            // Writing failed, or another request stored the same files. An error of this clean-up
            // matters less than the first one.
            let _ = fs::remove_dir_all(&partial);
            self.lock().bytes -= bytes;
        }
        Ok(stored?)
    }

    /// Gives a complete folder its name. Returns false if another request has stored the same files
    /// meanwhile.
    fn publish(&self, partial: &Path, id: &str, bytes: u64) -> io::Result<bool> {
        let path = self.root.join(id);
        let mut index = self.lock();
        if index.entries.contains_key(id) {
            return Ok(false);
        }
        if path.is_dir() {
            // Another process has written it. Its content is the same, because the name is a hash.
            fs::remove_dir_all(&path)?;
        }
        fs::rename(partial, &path)?;
        if let Err(error) = File::open(&self.root).and_then(|root| root.sync_all()) {
            // The new name might not survive a crash, so the upload is not stored.
            let _ = fs::rename(&path, partial);
            return Err(error);
        }
        let now = SystemTime::now();
        let entry = Entry {
            bytes,
            used: now,
            touched: now,
        };
        index.entries.insert(id.to_owned(), entry);
        Ok(true)
    }

    /// Reserves space for an upload, and evicts the least recently used ones where necessary.
    fn reserve(&self, bytes: u64) -> Result<(), StoreError> {
        if bytes > self.max_bytes {
            return Err(StoreError::TooLarge {
                max_bytes: self.max_bytes,
            });
        }
        loop {
            let oldest = {
                let mut index = self.lock();
                let oldest = index.entries.iter().min_by_key(|(_, entry)| entry.used);
                let oldest = oldest.map(|(id, _)| id.clone());
                // If no upload is left to evict, the space belongs to uploads that are being
                // written; they can be evicted later.
                if index.bytes.saturating_add(bytes) <= self.max_bytes || oldest.is_none() {
                    index.bytes += bytes;
                    return Ok(());
                }
                oldest
            };
            if let Some(oldest) = oldest {
                self.remove(&oldest);
            }
        }
    }

    /// Reads the files of an upload in their original order; `None` if there is no such upload.
    pub(crate) fn read(&self, id: &str) -> Option<io::Result<Vec<NamedBytes>>> {
        if !self.contains(id) {
            return None;
        }
        self.touch(id);
        let files = read_folder(&self.root.join(id));
        if let Err(error) = &files
            && error.kind() == io::ErrorKind::NotFound
        {
            // Another process has removed it.
            self.remove_from_index(id);
        }
        Some(files)
    }

    /// Removes an upload from the index.
    fn remove_from_index(&self, id: &str) {
        let mut index = self.lock();
        if let Some(entry) = index.entries.remove(id) {
            index.bytes -= entry.bytes;
        }
    }

    /// Records that an upload is used.
    pub(crate) fn touch(&self, id: &str) {
        let now = SystemTime::now();
        let mut index = self.lock();
        let Some(entry) = index.entries.get_mut(id) else {
            return;
        };
        entry.used = now;
        let stale = now
            .duration_since(entry.touched)
            .is_ok_and(|age| age > TOUCH_INTERVAL);
        if stale {
            entry.touched = now;
            drop(index);
            // If this fails, only the order of eviction after a restart is inaccurate.
            let _ = File::open(self.root.join(id)).and_then(|folder| folder.set_modified(now));
        }
    }

    /// Removes an upload. Returns false if there is none.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let partial = self.partial_folder();
        let hidden = {
            let mut index = self.lock();
            let Some(entry) = index.entries.remove(id) else {
                return false;
            };
            index.bytes -= entry.bytes;
            // One rename, so that no reader sees half of the files.
            fs::rename(self.root.join(id), &partial)
        };
        if let Err(error) = hidden.and_then(|()| fs::remove_dir_all(&partial)) {
            tracing::warn!(%error, "an upload could not be removed");
        }
        true
    }
}

/// Whether a partial folder is abandoned: its process has ended, or had the same id as this one.
fn is_abandoned(rest: &str) -> bool {
    let process = rest.split_once('-').map_or(rest, |(process, _)| process);
    let running = Path::new("/proc").join(process).is_dir();
    !running || process == std::process::id().to_string()
}

fn write_folder(folder: &Path, files: &[NamedBytes]) -> io::Result<()> {
    fs::create_dir(folder)?;
    for (number, (name, bytes)) in files.iter().enumerate() {
        let mut file = File::create(folder.join(format!("{number:02}_{}", file_name(name))))?;
        file.write_all(bytes)?;
        file.sync_all()?;
    }
    File::open(folder)?.sync_all()
}

fn read_folder(folder: &Path) -> io::Result<Vec<NamedBytes>> {
    let mut paths = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<_>>>()?;
    paths.sort_unstable();
    paths
        .iter()
        .map(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let name = name.split_once('_').map_or(&*name, |(_, name)| name);
            Ok((name.to_owned(), fs::read(path)?))
        })
        .collect()
}

#[cfg(test)]
mod tests;
