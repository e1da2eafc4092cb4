//! Gzip: decompression with limits, and names that end in `.gz`.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::diagnostics::Location;
use crate::error::MoleculeError;

/// First bytes of a gzip member (RFC 1952) with the only compression method there is.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Gzipped structures shrink to a tenth, very regular ones to a fiftieth; deflate itself ends at a
/// thousandth. Beyond this ratio a file is a bomb, and is not decompressed further.
const MAX_GZIP_RATIO: u64 = 200;

/// The ratio is not looked at below this size: no harm is done.
const ALWAYS_PLAUSIBLE_BYTES: u64 = 16 << 20;

/// The error for more bytes than the limit allows.
pub(crate) fn too_large(file: &str, bytes: u64, max_bytes: u64) -> MoleculeError {
    MoleculeError::Limit {
        location: Location::file(file),
        problem: format!("has {bytes} bytes, more than the limit of {max_bytes}"),
        remedy: "give a smaller file or raise the limit on bytes".to_owned(),
    }
}

/// Undoes gzip (several members in a row count as one), never making more than `max_bytes`.
pub(crate) fn decompress<'a>(
    name: &str,
    bytes: &'a [u8],
    max_bytes: u64,
) -> Result<Cow<'a, [u8]>, MoleculeError> {
    if !bytes.starts_with(GZIP_MAGIC) {
        if bytes.len() as u64 > max_bytes {
            return Err(too_large(name, bytes.len() as u64, max_bytes));
        }
        return Ok(Cow::Borrowed(bytes));
    }
    let plausible = (bytes.len() as u64)
        .saturating_mul(MAX_GZIP_RATIO)
        .max(ALWAYS_PLAUSIBLE_BYTES);
    let mut text = Vec::new();
    MultiGzDecoder::new(bytes)
        .take(max_bytes.min(plausible).saturating_add(1))
        .read_to_end(&mut text)
        .map_err(|error| MoleculeError::Syntax {
            location: Location::file(name),
            problem: format!(
                "the gzip data is damaged or cut off after {} decompressed bytes ({error})",
                text.len()
            ),
            remedy: "give the whole file, or compress it again".to_owned(),
        })?;
    if text.len() as u64 > max_bytes {
        return Err(MoleculeError::Limit {
            location: Location::file(name),
            problem: format!("grows beyond the limit of {max_bytes} bytes when decompressed"),
            remedy: "give a smaller file or raise the limit on bytes".to_owned(),
        });
    }
    if text.len() as u64 > plausible {
        return Err(MoleculeError::Limit {
            location: Location::file(name),
            problem: format!(
                "grows to more than {MAX_GZIP_RATIO} times its size when decompressed, which no structure does"
            ),
            remedy: "give a structure file, or decompress it first".to_owned(),
        });
    }
    if text.starts_with(GZIP_MAGIC) {
        return Err(MoleculeError::Format {
            file: name.to_owned(),
            problem: "is gzip-compressed twice".to_owned(),
            remedy: "decompress it once".to_owned(),
        });
    }
    Ok(Cow::Owned(text))
}

/// A name without its `.gz`.
pub(crate) fn without_gz(name: &str) -> &str {
    match name
        .len()
        .checked_sub(3)
        .map(|at| name.split_at_checked(at))
    {
        Some(Some((stem, ending))) if ending.eq_ignore_ascii_case(".gz") => stem,
        _ => name,
    }
}
