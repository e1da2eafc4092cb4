//! Atomic files: written under a temporary name, synced, and renamed when complete.
//!
//! Several processes may write the same file at the same time: each has a temporary name of its
//! own, and the last one that is complete stays. A process locks its temporary file while it writes
//! it, so that the next one recognises and removes what a killed process left.

use std::fs::{self, File, TryLockError};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::DatasetError;

/// A file that gets its final name only when it is complete; dropped earlier, it is removed.
#[derive(Debug)]
pub struct AtomicFile {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<File>,
    hash: Sha256,
    bytes: u64,
}

/// Size and hash of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileDigest {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal digits.
    pub sha256: String,
}

impl AtomicFile {
    /// Creates the file under its temporary name, and its folder if that is missing.
    ///
    /// The rest of an earlier, unfinished attempt is removed.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn create(path: &Path) -> Result<Self, DatasetError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(DatasetError::file(folder))?;
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            remove_unfinished(folder, Some(&name));
        }
        let (temporary, file) = create_locked(path)?;
        Ok(Self {
            path: path.to_owned(),
            temporary,
            file: Some(file),
            hash: Sha256::new(),
            bytes: 0,
        })
    }

    /// Returns the SHA-256 of the bytes written so far, in lower-case hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// Syncs the file and gives it its final name.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn finish(mut self) -> Result<FileDigest, DatasetError> {
        if let Some(file) = &self.file {
            file.sync_all()
                .map_err(DatasetError::file(&self.temporary))?;
            // Still locked, so that no other process removes it as unfinished.
            fs::rename(&self.temporary, &self.path).map_err(DatasetError::file(&self.path))?;
        }
        self.file = None;
        Ok(FileDigest {
            bytes: self.bytes,
            sha256: self.sha256(),
        })
    }
}

impl Write for AtomicFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let Some(file) = &mut self.file else {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        };
        let written = file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        // After `finish` there is no file under the temporary name.
        if self.file.is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Ending of temporary names.
const TEMPORARY: &str = ".part";

/// Creates a temporary file `.NAME.PROCESS-NUMBER.part` beside a file, and locks it.
fn create_locked(path: &Path) -> Result<(PathBuf, File), DatasetError> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let temporary = path.with_file_name(format!(".{name}.{process}-{number}{TEMPORARY}"));
        let file = match File::create_new(&temporary) {
            Ok(file) => file,
            // Of a process with the same id on another machine, or long ago.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
            Err(error) => return Err(DatasetError::file(&temporary)(error)),
        };
        // A file system without locks is used without them: then nothing is removed, either.
        let is_taken = matches!(file.try_lock(), Err(TryLockError::WouldBlock));
        // Another process may remove it before it is locked.
        if !is_taken && temporary.exists() {
            return Ok((temporary, file));
        }
    }
}

/// Removes temporary files that no process has locked, which killed processes left: those of a file
/// in a folder, or of all files in it.
pub(crate) fn remove_unfinished(folder: &Path, name: Option<&str>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let other = entry.file_name();
        // What cannot be opened or locked belongs to a process that still writes it.
        if temporary_of(&other.to_string_lossy())
            .is_some_and(|of| name.is_none_or(|name| name == of))
            && let Ok(file) = File::options().write(true).open(entry.path())
            && !matches!(
                file.try_lock(),
                Err(TryLockError::WouldBlock | TryLockError::Error(_))
            )
        {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// The name of the file that a temporary file `.NAME.PROCESS-NUMBER.part` becomes.
pub(crate) fn temporary_of(file: &str) -> Option<&str> {
    let rest = file.strip_prefix('.')?.strip_suffix(TEMPORARY)?;
    let (name, mark) = rest.rsplit_once('.')?;
    let (process, number) = mark.split_once('-')?;
    let is_mark = [process, number]
        .iter()
        .all(|part| part.parse::<u32>().is_ok());
    is_mark.then_some(name)
}

/// Writes a file atomically.
///
/// # Errors
/// When the disk cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<FileDigest, DatasetError> {
    let mut file = AtomicFile::create(path)?;
    file.write_all(bytes).map_err(DatasetError::file(path))?;
    file.finish()
}

/// Writes indented JSON with a final line feed.
///
/// # Errors
/// When the disk cannot be written.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<FileDigest, DatasetError> {
    write_file(path, &json_bytes(path, value)?)
}

/// Returns indented JSON with a final line feed; `path` is named by the error.
///
/// # Errors
/// When the value has no form in JSON.
pub fn json_bytes(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, DatasetError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| DatasetError::content(path, error))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a JSON file.
///
/// # Errors
/// When the file cannot be read or does not have the form of `T`.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    serde_json::from_reader(BufReader::new(file))
        .map_err(|error| DatasetError::content(path, error))
}

/// Computes size and hash of a file.
///
/// # Errors
/// When it cannot be read.
pub fn hash_file(path: &Path) -> Result<FileDigest, DatasetError> {
    let mut file = File::open(path).map_err(DatasetError::file(path))?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    let mut bytes = 0;
    loop {
        let read = std::io::Read::read(&mut file, &mut buffer).map_err(DatasetError::file(path))?;
        if read == 0 {
            break;
        }
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
    Ok(FileDigest {
        bytes,
        sha256: hex(&hash.finalize()),
    })
}

/// Writes bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    base16ct::lower::encode_string(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_complete_or_missing() {
        let folder = std::env::temp_dir().join(format!("molshot-files-{}", std::process::id()));
        let path = folder.join("a/b.txt");
        let mut unfinished = AtomicFile::create(&path).expect("a folder to write to");
        unfinished
            .write_all(b"half")
            .expect("the file can be written");
        assert!(!path.exists());
        drop(unfinished);
        assert_eq!(fs::read_dir(folder.join("a")).expect("a folder").count(), 0);
        let finished = write_file(&path, b"abc").expect("the file can be written");
        assert_eq!(finished.bytes, 3);
        // The example of FIPS 180-4.
        assert!(finished.sha256.starts_with("ba7816bf8f01cfea"));
        assert_eq!(hash_file(&path).expect("a file"), finished);
        fs::remove_dir_all(folder).expect("the test made this folder");
    }

    #[test]
    fn two_writers_of_one_file_do_not_disturb_each_other() {
        let folder = std::env::temp_dir().join(format!("molshot-writers-{}", std::process::id()));
        let path = folder.join("b.txt");
        let names = || {
            let entries = fs::read_dir(&folder).expect("a folder");
            let mut names: Vec<String> = entries
                .map(|entry| {
                    entry
                        .expect("an entry")
                        .file_name()
                        .into_string()
                        .expect("a name")
                })
                .collect();
            names.sort_unstable();
            names
        };
        let mut first = AtomicFile::create(&path).expect("a folder to write to");
        first.write_all(b"same").expect("the file can be written");
        let mut second = AtomicFile::create(&path).expect("the first one keeps its file");
        assert_eq!(names().len(), 2);
        second.write_all(b"same").expect("the file can be written");
        first.finish().expect("the first one finishes");
        second.finish().expect("the second one finishes");
        assert_eq!(fs::read(&path).expect("a file"), b"same");
        assert_eq!(names(), ["b.txt"]);
        // What a killed process left is removed; files of other names stay.
        for name in [".b.txt.99-0.part", ".b.txt.x.part", ".c.txt.99-0.part"] {
            fs::write(folder.join(name), b"rest").expect("a file");
        }
        write_file(&path, b"new").expect("the file can be written");
        assert_eq!(names(), [".b.txt.x.part", ".c.txt.99-0.part", "b.txt"]);
        // Those of all files of a folder, but for one that is being written.
        let third = AtomicFile::create(&path).expect("a folder to write to");
        remove_unfinished(&folder, None);
        assert_eq!(names().len(), 3);
        drop(third);
        assert_eq!(names(), [".b.txt.x.part", "b.txt"]);
        fs::remove_dir_all(folder).expect("the test made this folder");
    }
}
