//! Files that are whole or not there: written under a temporary name, synced, and renamed.

use std::fs::{self, File};
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::complexes::hex;
use crate::error::DatasetError;

/// A file that gets its name when it is finished. Dropped before, it leaves nothing.
#[derive(Debug)]
pub struct Unfinished {
    path: PathBuf,
    temporary: PathBuf,
    file: Option<File>,
    hash: Sha256,
    bytes: u64,
}

/// Size and hash of a finished file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// Size.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal digits.
    pub sha256: String,
}

impl Unfinished {
    /// Begins a file; its folder is made where it is missing. What an earlier try left is
    /// overwritten.
    ///
    /// # Errors
    /// When the disk refuses.
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

    /// SHA-256 of what was written so far, lower-case hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        hex(&self.hash.clone().finalize())
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn finish(mut self) -> Result<Finished, DatasetError> {
        if let Some(file) = self.file.take() {
            file.sync_all()
                .map_err(DatasetError::file(&self.temporary))?;
        }
        fs::rename(&self.temporary, &self.path).map_err(DatasetError::file(&self.path))?;
        Ok(Finished {
            bytes: self.bytes,
            sha256: self.sha256(),
        })
    }
}

impl Write for Unfinished {
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

impl Drop for Unfinished {
    fn drop(&mut self) {
        // After `finish` there is nothing under the temporary name.
        if self.file.is_some() {
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

/// `.NAME.part` beside a file. It has no number of the process: whoever comes after a killed one
/// overwrites its rest.
fn temporary_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}

/// Writes a whole file.
///
/// # Errors
/// When the disk refuses.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<Finished, DatasetError> {
    let mut file = Unfinished::create(path)?;
    file.write_all(bytes).map_err(DatasetError::file(path))?;
    file.finish()
}

/// Writes JSON, indented, with a line feed at the end.
///
/// # Errors
/// When the disk refuses.
pub fn write_json(path: &Path, value: &impl Serialize) -> Result<Finished, DatasetError> {
    let mut bytes =
        serde_json::to_vec_pretty(value).map_err(|error| DatasetError::content(path, error))?;
    bytes.push(b'\n');
    write_file(path, &bytes)
}

/// Reads JSON.
///
/// # Errors
/// When the file cannot be read, or holds something else.
pub fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    serde_json::from_reader(BufReader::new(file))
        .map_err(|error| DatasetError::content(path, error))
}

/// Size and hash of a file.
///
/// # Errors
/// When it cannot be read.
pub fn hash_file(path: &Path) -> Result<Finished, DatasetError> {
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
    Ok(Finished {
        bytes,
        sha256: hex(&hash.finalize()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_whole_or_not_there() {
        let folder = std::env::temp_dir().join(format!("molshot-files-{}", std::process::id()));
        let path = folder.join("a/b.txt");
        let mut unfinished = Unfinished::create(&path).expect("a folder to write to");
        unfinished.write_all(b"half").expect("room");
        assert!(!path.exists());
        drop(unfinished);
        assert_eq!(fs::read_dir(folder.join("a")).expect("a folder").count(), 0);
        let finished = write_file(&path, b"abc").expect("room");
        assert_eq!(finished.bytes, 3);
        // FIPS 180-4's own example.
        assert!(finished.sha256.starts_with("ba7816bf8f01cfea"));
        assert_eq!(hash_file(&path).expect("a file"), finished);
        fs::remove_dir_all(folder).expect("our own folder");
    }
}
