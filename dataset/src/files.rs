//! Atomic files: written under a temporary name, synced, and renamed when complete.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileDigest {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal digits.
    pub sha256: String,
}

impl AtomicFile {
    /// Creates the file under its temporary name, and its folder if that is missing.
    ///
    /// The rest of an earlier, unfinished attempt is overwritten.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn create(path: &Path) -> Result<Self, DatasetError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(DatasetError::file(folder))?;
        }
        let temporary = temporary_of(path);
        let file = File::create(&temporary).map_err(DatasetError::file(&temporary))?;
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
        if let Some(file) = self.file.take() {
            file.sync_all()
                .map_err(DatasetError::file(&self.temporary))?;
        }
        fs::rename(&self.temporary, &self.path).map_err(DatasetError::file(&self.path))?;
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
        // After `finish` there is nothing under the temporary name.
        if self.file.is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// Returns `.NAME.part` beside a file.
///
/// The name has no process id, so the process that follows a killed one overwrites its rest.
fn temporary_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
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
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| DatasetError::content(path, error))?;
    bytes.push(b'\n');
    write_file(path, &bytes)
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
}
