//! Gzip: decompression with limits, and names that end in `.gz`.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::diagnostics::Location;
use crate::error::MoleculeError;

/// First bytes of a gzip member (RFC 1952), including the only compression method.
const GZIP_MAGIC: &[u8] = b"\x1f\x8b\x08";

/// Largest ratio of decompressed to compressed size. Structure files shrink to a tenth, very
/// regular ones to a fiftieth; deflate can reach a thousandth. A file beyond this ratio is treated
/// as a decompression bomb.
const MAX_GZIP_RATIO: u64 = 200;

/// Decompressed sizes up to this one are accepted at any ratio: they do no harm.
const ALWAYS_PLAUSIBLE_BYTES: u64 = 16 << 20;

/// The error for more bytes than the limit allows.
pub(crate) fn too_large(file: &str, bytes: u64, max_bytes: u64) -> MoleculeError {
    MoleculeError::Limit {
        location: Location::file(file),
        problem: format!("has {bytes} bytes, more than the limit of {max_bytes}"),
        remedy: "give a smaller file or raise the limit on bytes".to_owned(),
    }
}

/// Decompresses gzip, of one or several members, to at most `max_bytes`. Other bytes are returned
/// unchanged.
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
                "grows to more than {MAX_GZIP_RATIO} times its size when decompressed, which no structure file does"
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

/// Returns a file name without its `.gz`.
pub(crate) fn without_gz(name: &str) -> &str {
    match name
        .len()
        .checked_sub(3)
        .map(|at| name.split_at_checked(at))
    {
        Some(Some((stem, extension))) if extension.eq_ignore_ascii_case(".gz") => stem,
        _ => name,
    }
}
