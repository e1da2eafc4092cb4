//! Reads regular files only, within a limit: never a pipe, which waits for a writer, and never a
//! device, which may have no end.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use crate::MoleculeError;
use crate::io::gzip::too_large;

/// Reads the bytes of a regular file of at most `max_bytes`. Symbolic links are followed.
///
/// The kind and the size of the file are checked before anything is read, and the limit again while
/// it is read, because a file may grow.
///
/// # Errors
/// [`MoleculeError::Io`] if the file cannot be read or is not a regular file;
/// [`MoleculeError::Limit`] if it is larger than `max_bytes`.
pub fn read_regular_file(path: &Path, max_bytes: u64) -> Result<Vec<u8>, MoleculeError> {
    let file = path.display().to_string();
    let unreadable = |source| MoleculeError::Io {
        file: file.clone(),
        source,
    };
    let open = open_regular_file(path).map_err(unreadable)?;
    let length = open.metadata().map_err(unreadable)?.len();
    if length > max_bytes {
        return Err(too_large(&file, length, max_bytes));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    open.take(max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large(&file, bytes.len() as u64, max_bytes));
    }
    Ok(bytes)
}

/// Opens a regular file, following symbolic links.
pub(crate) fn open_regular_file(path: &Path) -> io::Result<File> {
    // Opening some devices has effects, so their kind is checked before, too.
    check(&std::fs::metadata(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true);
    // Another file may have got the name meanwhile. Opening a pipe must not wait for a writer.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOCTTY,
    );
    let file = options.open(path)?;
    check(&file.metadata()?)?;
    Ok(file)
}

fn check(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let kind = kind_of(metadata);
    Err(io::Error::other(format!(
        "it is {kind}, not a regular file"
    )))
}

#[cfg(unix)]
fn kind_of(metadata: &Metadata) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    let kind = metadata.file_type();
    if kind.is_dir() {
        "a folder"
    } else if kind.is_fifo() {
        "a pipe"
    } else if kind.is_socket() {
        "a socket"
    } else {
        "a device"
    }
}

#[cfg(not(unix))]
fn kind_of(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() {
        "a folder"
    } else {
        "a device"
    }
}
