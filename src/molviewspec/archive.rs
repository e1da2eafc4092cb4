//! Archives of `MolViewSpec` (`.mvsx`): zip files with `index.mvsj` and the files that it names.
//!
//! Members are read into memory; nothing is unpacked to the disk.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

/// The member that holds the document.
pub(super) const INDEX: &str = "index.mvsj";
/// Largest member, uncompressed. A zip file of a few megabytes can declare far more.
const MAX_MEMBER_BYTES: u64 = 1 << 30;
/// Most members: their names are kept in memory.
const MAX_MEMBERS: usize = 100_000;

/// What is wrong, and what would be right.
pub(super) type Problem = (String, String);

/// An open archive.
#[derive(Debug)]
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
}

impl Archive {
    /// Opens an archive.
    pub(super) fn open(path: &Path) -> Result<Self, Problem> {
        let remedy = || "give the path of a MolViewSpec archive (zip)".to_owned();
        let file =
            File::open(path).map_err(|error| (format!("cannot be read: {error}"), remedy()))?;
        let zip = ZipArchive::new(BufReader::new(file))
            .map_err(|error| (format!("is not a zip file: {error}"), remedy()))?;
        if zip.len() > MAX_MEMBERS {
            return Err((
                format!("the archive has {} members", zip.len()),
                format!("give at most {MAX_MEMBERS}"),
            ));
        }
        Ok(Self { zip })
    }

    /// Reads a member of at most `max_bytes`.
    pub(super) fn read(&mut self, name: &str, max_bytes: u64) -> Result<Vec<u8>, Problem> {
        let max_bytes = max_bytes.min(MAX_MEMBER_BYTES);
        let pack_again = || "pack the archive again, with stored or deflated members".to_owned();
        let member = match self.zip.by_name(name) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => {
                return Err((
                    format!("the archive has no member \"{name}\""),
                    "name a member by its path in the archive".to_owned(),
                ));
            }
            Err(error) => {
                return Err((
                    format!("the member \"{name}\" cannot be read: {error}"),
                    pack_again(),
                ));
            }
        };
        let mut bytes = Vec::new();
        member
            .take(max_bytes + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| {
                (
                    format!("the member \"{name}\" cannot be unpacked: {error}"),
                    pack_again(),
                )
            })?;
        if bytes.len() as u64 > max_bytes {
            return Err((
                format!("the member \"{name}\" is too large"),
                format!("give one of at most {max_bytes} bytes"),
            ));
        }
        Ok(bytes)
    }
}
