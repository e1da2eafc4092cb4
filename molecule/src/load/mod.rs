//! Bytes, files and folders to [`Structure`]: the only module that uses both the readers
//! ([`crate::io`]) and [`crate::build`].

mod folder;
mod listing;
mod overlap;
mod records;

use std::borrow::Cow;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;

use crate::io::gzip::{decompress, too_large, without_gz};
use crate::io::options::{Format, ReadOptions};
use crate::io::sniff;
use crate::structure::PartRole;
use crate::{MoleculeError, Structure};

pub use folder::{FolderOptions, read_folder};
pub use overlap::remove_ligand_from_pocket;
pub use records::{AtomRecord, BondRecord};

/// Reads a file, or a folder in `PDBbind` layout.
pub fn read_input(
    path: &Path,
    folder: FolderOptions,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    if path.is_dir() {
        read_folder(path, folder, options)
    } else {
        read_file(path, options)
    }
}

/// Reads one regular file, gzipped or not, into a structure of one part, which is named after the
/// file.
pub fn read_file(path: &Path, options: &ReadOptions) -> Result<Structure, MoleculeError> {
    read_file_as(path, PartRole::Whole, options)
}

fn read_file_as(
    path: &Path,
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let file = path.display().to_string();
    let bytes = load(path, &file, options.limits.max_bytes)?;
    read_bytes(&file, &bytes, role, options)
}

/// Reads the bytes of a file, gzipped or not. `name` is used in messages and as the name of the
/// part; its extension decides the format if the content does not.
pub fn read_bytes(
    name: &str,
    bytes: &[u8],
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let text = decompress(name, bytes, options.limits.max_bytes)?;
    let text = sniff::without_bom(&text);
    let format = if let Some(format) = options.format {
        sniff::refuse_empty(name, text)?;
        format
    } else {
        sniff::detect(name, text)?
    };
    let text = if format == Format::Bcif {
        Cow::Borrowed(text)
    } else {
        with_line_feeds(text)
    };
    let model = crate::io::parse(format, name, &text, options)?;
    crate::build::build(model, part_name(name), name, role, options)
}

/// Detects the format of a file, gzipped or not, from its content alone, as [`read_bytes`] does.
/// `None` if the content is not a structure or does not decide the format.
#[must_use]
pub fn detect_format(bytes: &[u8], max_bytes: u64) -> Option<Format> {
    let text = decompress("", bytes, max_bytes).ok()?;
    sniff::detect("", sniff::without_bom(&text)).ok()
}

/// Reads a file of at most `max_bytes`. Only regular files are opened: opening a pipe would wait
/// for a writer.
fn load(path: &Path, file: &str, max_bytes: u64) -> Result<Vec<u8>, MoleculeError> {
    let unreadable = |source| MoleculeError::Io {
        file: file.to_owned(),
        source,
    };
    let metadata = std::fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(io::Error::other(format!(
            "it is {}, not a regular file",
            kind_of(&metadata)
        ))));
    }
    if metadata.len() > max_bytes {
        return Err(too_large(file, metadata.len(), max_bytes));
    }
    let mut bytes = Vec::new();
    // The file may grow during reading.
    File::open(path)
        .and_then(|open| {
            open.take(max_bytes.saturating_add(1))
                .read_to_end(&mut bytes)
        })
        .map_err(unreadable)?;
    if bytes.len() as u64 > max_bytes {
        return Err(too_large(file, bytes.len() as u64, max_bytes));
    }
    Ok(bytes)
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

/// Replaces `\r` by `\n` in a text whose lines end with `\r` alone, as on early Macintosh systems.
fn with_line_feeds(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\n', text).is_some() || memchr::memchr(b'\r', text).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.iter()
            .map(|&byte| if byte == b'\r' { b'\n' } else { byte })
            .collect(),
    )
}

/// Returns a file name without folders, `.gz` and extension.
fn part_name(name: &str) -> &str {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let name = without_gz(last);
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

#[cfg(test)]
mod tests;
