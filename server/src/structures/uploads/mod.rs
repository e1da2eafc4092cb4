//! Uploads on the disk: a folder for each, named by its content's hash. A folder has its name only
//! once all of it is written and synced; when there are too many bytes, those that were unused
//! longest go.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use molshot_molecule::detect_format;
use molshot_molecule::{Format, PartRole};
use sha2::{Digest, Sha256};

use super::names::file_name;

/// Folders that are being written begin so.
const PART: &str = ".part-";
/// How exactly it is kept on the disk when an upload was last used.
const TOUCH_EVERY: Duration = Duration::from_mins(1);
/// Letters of an id: a SHA-256 in hexadecimal.
const ID_LETTERS: usize = 64;

/// A file of an upload.
pub(crate) type NamedBytes = (String, Vec<u8>);

#[derive(Debug)]
struct Entry {
    bytes: u64,
    used: SystemTime,
    touched: SystemTime,
}

/// What is on the disk. Folders get and lose their names under its lock, so that it is never at
/// odds with the disk.
#[derive(Debug, Default)]
struct Index {
    entries: BTreeMap<String, Entry>,
    /// Of all uploads, and of those being written.
    bytes: u64,
}

/// Why an upload is not kept.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// It is larger than all uploads together may be.
    TooLarge {
        /// What they may be.
        most_bytes: u64,
    },
    /// There is no room on the disk.
    Full(io::Error),
    /// The disk does not do it.
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

/// Id of an upload.
///
/// Of one file it is the SHA-256 of its bytes, whatever its name, unless only the name's ending
/// tells the format: then the format counts, too. Of several files the hash is of each one's role
/// (whole, pocket or ligand, as its name says), format in the same case, and bytes, in order. At
/// most so many bytes of a compressed file are looked at.
pub(crate) fn id_of(files: &[NamedBytes], max_bytes: u64) -> String {
    let told = |name: &str, bytes: &[u8]| match detect_format(bytes, max_bytes) {
        Some(_) => "",
        None => Format::from_path(Path::new(name)).map_or("", Format::name),
    };
    if let [(name, bytes)] = files {
        let told = told(name, bytes);
        if told.is_empty() {
            return hex(&Sha256::digest(bytes));
        }
        let mut hash = Sha256::new();
        hash.update(told);
        hash.update([0]);
        hash.update(bytes);
        return hex(&hash.finalize());
    }
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        let role: &[u8] = match PartRole::from_file_name(&file_name(name).to_ascii_lowercase()) {
            PartRole::Pocket => b"pocket",
            PartRole::Ligand => b"ligand",
            _ => b"whole",
        };
        for part in [role, told(name, bytes).as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}

/// Whether a text has the form of an upload's id.
fn is_upload_id(id: &str) -> bool {
    id.len() == ID_LETTERS
        && id
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

impl Uploads {
    /// Opens a folder, making it where there is none, and sweeps out what a killed process left
    /// half written.
    ///
    /// # Errors
    /// When the folder cannot be made, read or written.
    pub(crate) fn open(root: &Path, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(root)?;
        let mut index = Index::default();
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(rest) = name.strip_prefix(PART) {
                if is_left_over(rest) {
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
        // Whether it can be written to is better known now than at the first upload.
        let probe = uploads.part_folder();
        fs::create_dir(&probe)?;
        fs::remove_dir(&probe)?;
        Ok(uploads)
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn part_folder(&self) -> PathBuf {
        let number = self.running.fetch_add(1, Ordering::Relaxed);
        self.root
            .join(format!("{PART}{}-{number}", std::process::id()))
    }

    /// Bytes of all uploads.
    pub(crate) fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Whether an upload is here.
    pub(crate) fn contains(&self, id: &str) -> bool {
        self.lock().entries.contains_key(id)
    }

    /// All ids, sorted.
    pub(crate) fn list(&self) -> Vec<String> {
        self.lock().entries.keys().cloned().collect()
    }

    /// Keeps files, whose id is `id`. True when they were not here yet.
    ///
    /// # Errors
    /// When it is too large, or the disk refuses; nothing is left behind then.
    pub(crate) fn store(&self, id: &str, files: &[NamedBytes]) -> Result<bool, StoreError> {
        if self.contains(id) {
            self.touch(id);
            return Ok(false);
        }
        let bytes = files.iter().map(|(_, bytes)| bytes.len() as u64).sum();
        self.make_room(bytes)?;
        let part = self.part_folder();
        let stored = write_folder(&part, files).and_then(|()| self.name(&part, id, bytes));
        if !matches!(stored, Ok(true)) {
            // Nobody has it, or it is here already. The first error is the one to tell.
            let _ = fs::remove_dir_all(&part);
            self.lock().bytes -= bytes;
        }
        Ok(stored?)
    }

    /// Gives a written folder its name. False when another request was faster, with the same bytes.
    fn name(&self, part: &Path, id: &str, bytes: u64) -> io::Result<bool> {
        let place = self.root.join(id);
        let mut index = self.lock();
        if index.entries.contains_key(id) {
            return Ok(false);
        }
        if place.is_dir() {
            // Of another process, or of one whose index was lost with it: the name says what is in
            // it.
            fs::remove_dir_all(&place)?;
        }
        fs::rename(part, &place)?;
        if let Err(error) = File::open(&self.root).and_then(|root| root.sync_all()) {
            // It may be gone after a crash, so it is not kept.
            let _ = fs::rename(&place, part);
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

    /// Counts so many bytes, and removes those unused longest until there is room for them.
    fn make_room(&self, bytes: u64) -> Result<(), StoreError> {
        if bytes > self.max_bytes {
            return Err(StoreError::TooLarge {
                most_bytes: self.max_bytes,
            });
        }
        loop {
            let oldest = {
                let mut index = self.lock();
                let oldest = index.entries.iter().min_by_key(|(_, entry)| entry.used);
                let oldest = oldest.map(|(id, _)| id.clone());
                // With no upload left, what takes the room is being written, and will be the next
                // to go.
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

    /// Files of an upload, in the order in which they came; none where there is no such upload.
    pub(crate) fn read(&self, id: &str) -> Option<io::Result<Vec<NamedBytes>>> {
        if !self.contains(id) {
            return None;
        }
        self.touch(id);
        let files = read_folder(&self.root.join(id));
        if let Err(error) = &files
            && error.kind() == io::ErrorKind::NotFound
        {
            // Somebody else removed it.
            self.forget(id);
        }
        Some(files)
    }

    /// Takes an upload out of the index.
    fn forget(&self, id: &str) {
        let mut index = self.lock();
        if let Some(entry) = index.entries.remove(id) {
            index.bytes -= entry.bytes;
        }
    }

    /// Notes that an upload was used.
    pub(crate) fn touch(&self, id: &str) {
        let now = SystemTime::now();
        let mut index = self.lock();
        let Some(entry) = index.entries.get_mut(id) else {
            return;
        };
        entry.used = now;
        let stale = now
            .duration_since(entry.touched)
            .is_ok_and(|age| age > TOUCH_EVERY);
        if stale {
            entry.touched = now;
            drop(index);
            // It only makes the next process's order a little wrong if this fails.
            let _ = File::open(self.root.join(id)).and_then(|folder| folder.set_modified(now));
        }
    }

    /// Removes an upload. False where there is none.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let part = self.part_folder();
        let hidden = {
            let mut index = self.lock();
            let Some(entry) = index.entries.remove(id) else {
                return false;
            };
            index.bytes -= entry.bytes;
            // Out of sight in one step; half a structure is never seen.
            fs::rename(self.root.join(id), &part)
        };
        if let Err(error) = hidden.and_then(|()| fs::remove_dir_all(&part)) {
            tracing::warn!(%error, "an upload could not be removed");
        }
        true
    }
}

/// Whether nobody writes a folder any more: its process is gone, or was our namesake.
fn is_left_over(rest: &str) -> bool {
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
