//! Bytes, files and folders to [`Structure`]: the only module that uses both the readers
//! ([`crate::io`]) and [`crate::build`].

mod folder;
mod listing;
mod overlap;
mod records;
mod regular_file;

use std::borrow::Cow;
use std::path::Path;

use crate::io::gzip::{decompress, without_gz};
use crate::io::options::{Format, ReadOptions};
use crate::io::sniff;
use crate::structure::PartRole;
use crate::{MoleculeError, Structure};

pub use folder::{FolderFiles, FolderOptions, read_folder};
pub use overlap::{merge_files, remove_ligand_from_pocket};
pub use records::{AtomRecord, BondRecord};
pub(crate) use regular_file::open_regular_file;
pub use regular_file::read_regular_file;

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

/// Reads one regular file as [`read_file`] does, as a part with a role (see [`PartRole::of_file`]).
pub fn read_file_as(
    path: &Path,
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let file = path.display().to_string();
    let bytes = read_regular_file(path, options.limits.max_bytes)?;
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
