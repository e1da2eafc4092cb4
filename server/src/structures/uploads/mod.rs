//! Uploads on the disk: a folder for each, named by the hash of its content.
//!
//! A folder gets its name only when all of it is written and synced. When the uploads exceed their
//! size limit, the least recently used ones are evicted. Several processes may use one folder: each
//! sees what the others store and remove.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
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
/// Age of a modification after which another one has another time.
const LIST_RESOLUTION: Duration = Duration::from_millis(100);
/// Age of partial folders of other machines and containers that nothing writes any more.
const ABANDONED_AGE: Duration = Duration::from_hours(1);
/// Length of an id: a SHA-256 hash in hexadecimal.
const ID_LENGTH: usize = 64;

/// Name and content of an uploaded file.
pub(crate) type NamedBytes = (String, Vec<u8>);

#[derive(Debug)]
struct Entry {
    /// Size of the files.
    bytes: u64,
    used: SystemTime,
    touched: SystemTime,
}

/// The uploads on the disk. This process renames folders only under its lock, so that the index and
/// the disk agree, except for what other processes do meanwhile.
#[derive(Debug, Default)]
struct Index {
    entries: BTreeMap<String, Entry>,
    /// Size of all uploads, including those that are being written.
    bytes: u64,
    /// Modification time of the folder when it was listed last, if it had been at rest by then.
    listed: Option<SystemTime>,
}

impl Index {
    fn insert(&mut self, id: &str, entry: Entry) {
        self.bytes += entry.bytes;
        self.entries.insert(id.to_owned(), entry);
    }

    fn remove(&mut self, id: &str) {
        if let Some(entry) = self.entries.remove(id) {
            self.bytes -= entry.bytes;
        }
    }
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
        let role: &[u8] = match PartRole::from_file_name(&file_name(name)) {
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
pub(super) fn is_upload_id(id: &str) -> bool {
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
        for entry in fs::read_dir(root)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(rest) = name.strip_prefix(PARTIAL_PREFIX)
                && is_abandoned(rest, &entry)
            {
                fs::remove_dir_all(entry.path())?;
            }
        }
        let uploads = Self {
            root: root.to_owned(),
            max_bytes,
            index: Mutex::default(),
            running: AtomicU64::new(0),
        };
        uploads.list_again(&mut uploads.lock())?;
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
        let (system, process) = (system_id(), std::process::id());
        self.root
            .join(format!("{PARTIAL_PREFIX}{process}-{number}-{system}"))
    }

    /// Size of all uploads.
    pub(crate) fn bytes(&self) -> u64 {
        self.lock().bytes
    }

    /// Whether an upload exists. The disk decides, because other processes may have stored or
    /// removed it.
    pub(crate) fn contains(&self, id: &str) -> bool {
        is_upload_id(id) && self.look_up(&mut self.lock(), id)
    }

    /// Whether an upload exists on the disk; corrects the index.
    fn look_up(&self, index: &mut Index, id: &str) -> bool {
        let path = self.root.join(id);
        if !path.is_dir() {
            index.remove(id);
            return false;
        }
        if !index.entries.contains_key(id)
            && let Ok(entry) = stored_entry(&path)
        {
            index.insert(id, entry);
        }
        index.entries.contains_key(id)
    }

    /// Lists the folder again if it changed since the last time.
    fn list_again(&self, index: &mut Index) -> io::Result<()> {
        let modified = fs::metadata(&self.root)?.modified()?;
        if index.listed == Some(modified) {
            return Ok(());
        }
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_upload_id(&name) && entry.file_type()?.is_dir() {
                names.push(name);
            }
        }
        names.sort_unstable();
        let gone: Vec<String> = index
            .entries
            .keys()
            .filter(|id| names.binary_search(id).is_err())
            .cloned()
            .collect();
        for id in &gone {
            index.remove(id);
        }
        names.retain(|id| !index.entries.contains_key(id));
        for id in names {
            self.look_up(index, &id);
        }
        // A change within the resolution of the time would not be noticed.
        let is_at_rest = SystemTime::now()
            .duration_since(modified)
            .is_ok_and(|age| age > LIST_RESOLUTION);
        index.listed = is_at_rest.then_some(modified);
        Ok(())
    }

    /// Size of the files of an upload; `None` if it does not exist.
    pub(crate) fn size(&self, id: &str) -> Option<u64> {
        self.lock().entries.get(id).map(|entry| entry.bytes)
    }

    /// Ids of all uploads, sorted.
    pub(crate) fn list(&self) -> Vec<String> {
        let mut index = self.lock();
        if let Err(error) = self.list_again(&mut index) {
            tracing::warn!(error = %error.kind(), "the folder of uploads cannot be listed");
        }
        index.entries.keys().cloned().collect()
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
        // Another request or another process may have stored it meanwhile. Its content is the same,
        // because the name is a hash.
        if self.look_up(&mut index, id) {
            return Ok(false);
        }
        if let Err(error) = fs::rename(partial, &path) {
            return if self.look_up(&mut index, id) {
                Ok(false)
            } else {
                Err(error)
            };
        }
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
        // Uploads of other processes count, too.
        self.list_again(&mut self.lock())?;
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
                self.remove(&oldest)?;
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
            self.lock().remove(id);
        }
        Some(files)
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
    ///
    /// # Errors
    /// When the disk cannot be written; the upload remains then.
    pub(crate) fn remove(&self, id: &str) -> io::Result<bool> {
        if !is_upload_id(id) {
            return Ok(false);
        }
        let partial = self.partial_folder();
        {
            let mut index = self.lock();
            // One rename, so that no reader sees half of the files.
            match fs::rename(self.root.join(id), &partial) {
                Ok(()) => index.remove(id),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    index.remove(id);
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        if let Err(error) = fs::remove_dir_all(&partial) {
            tracing::warn!(error = %error.kind(), "the files of a removed upload are still on the disk");
        }
        Ok(true)
    }
}

/// Whether a partial folder is abandoned. `rest` is its name after the prefix.
fn is_abandoned(rest: &str, entry: &fs::DirEntry) -> bool {
    let mut parts = rest.split('-');
    let process = parts.next().unwrap_or("");
    let system = parts.nth(1);
    if system.is_some_and(|system| system != system_id()) {
        // Its process runs in another container or on another machine, or before the last boot of
        // this one. Files are written within seconds.
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|time| time.elapsed().ok());
        return age.is_some_and(|age| age > ABANDONED_AGE);
    }
    let running = Path::new("/proc").join(process).is_dir();
    !running || process == std::process::id().to_string()
}

/// Identifies the numbering of processes: it differs between machines, boots and containers.
fn system_id() -> &'static str {
    static ID: OnceLock<String> = OnceLock::new();
    ID.get_or_init(|| {
        let mut hash = Sha256::new();
        hash.update(fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default());
        let namespace = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
        hash.update(namespace.as_os_str().as_encoded_bytes());
        encode_string(&hash.finalize()[..4])
    })
}

/// Size and time of last use of an upload on the disk.
fn stored_entry(path: &Path) -> io::Result<Entry> {
    let used = fs::metadata(path)?.modified()?;
    let mut bytes = 0;
    for file in fs::read_dir(path)? {
        bytes += file?.metadata()?.len();
    }
    Ok(Entry {
        bytes,
        used,
        touched: used,
    })
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
