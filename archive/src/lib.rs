//! Reproducible tar archives, written as a stream.
//!
//! The server streams batches of images as a tar archive, and the data set exporter writes
//! `WebDataset` shards. Both use this POSIX ustar writer (IEEE Std 1003.1, `pax`, "ustar
//! Interchange Format"). It has no clock, no owner and no file system: the same files in the same
//! order give the same bytes. The archives keep the exact bytes that earlier versions wrote; the
//! crate `tar` writes checksum fields in another form, which would change every one of them.
//!
//! An archive is a [`header`], the content and its [`padding`] for each file, and [`END`]. Where
//! there is a [`Write`], [`append`] and [`finish`] do the same:
//!
//! ```
//! # fn main() -> std::io::Result<()> {
//! let mut archive = Vec::new();
//! molshot_archive::append(&mut archive, "5ey0.png", b"an image")?;
//! molshot_archive::finish(&mut archive)?;
//! assert_eq!(archive.len(), 512 + 512 + 1024);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

use std::io::{self, Write};

/// Size of a header, and the unit to which contents are padded.
pub const BLOCK_BYTES: usize = 512;
/// Longest name of a file, in bytes.
pub const MAX_NAME_BYTES: usize = 100;
/// Largest file: its size is written as eleven octal digits.
pub const MAX_FILE_BYTES: u64 = 0o77_777_777_777;
/// The end of an archive: two empty blocks. An archive without them was truncated.
pub const END: &[u8] = &[0; 2 * BLOCK_BYTES];

/// Why a file cannot be stored in an archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HeaderError {
    /// The name is longer than [`MAX_NAME_BYTES`].
    NameTooLong,
    /// The file is larger than [`MAX_FILE_BYTES`].
    FileTooLarge,
}

impl std::fmt::Display for HeaderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NameTooLong => write!(
                f,
                "the file name is too long for a tar archive; use at most {MAX_NAME_BYTES} bytes"
            ),
            Self::FileTooLarge => write!(
                f,
                "the file is too large for a tar archive; use at most {MAX_FILE_BYTES} bytes"
            ),
        }
    }
}

impl std::error::Error for HeaderError {}

impl From<HeaderError> for io::Error {
    fn from(error: HeaderError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

/// The header of a file of the given size.
///
/// # Errors
/// When the name or the file is too large for the format.
pub fn header(name: &str, file_bytes: u64) -> Result<[u8; BLOCK_BYTES], HeaderError> {
    if name.len() > MAX_NAME_BYTES {
        return Err(HeaderError::NameTooLong);
    }
    if file_bytes > MAX_FILE_BYTES {
        return Err(HeaderError::FileTooLarge);
    }
    let mut block = [0_u8; BLOCK_BYTES];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    // Mode, user and group.
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{file_bytes:011o}\0").as_bytes());
    // The modification time is the epoch: no clock influences the bytes.
    put(136, b"00000000000\0");
    // The checksum counts as spaces while it is computed.
    put(148, b"        ");
    // A regular file.
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Ok(block)
}

/// The zeros that follow a content of the given size.
#[must_use]
pub fn padding(file_bytes: usize) -> &'static [u8] {
    &END[..file_bytes.next_multiple_of(BLOCK_BYTES) - file_bytes]
}

/// Appends a file to an archive.
///
/// # Errors
/// When the name is too long, the file is too large, or writing fails.
pub fn append(out: &mut impl Write, name: &str, content: &[u8]) -> io::Result<()> {
    out.write_all(&header(name, content.len() as u64)?)?;
    out.write_all(content)?;
    out.write_all(padding(content.len()))
}

/// Writes the end of an archive.
///
/// # Errors
/// When writing fails.
pub fn finish(out: &mut impl Write) -> io::Result<()> {
    out.write_all(END)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    /// The header that versions up to 0.1.0 wrote for `a.png` of 1000 bytes.
    #[test]
    fn the_header_keeps_the_bytes_of_earlier_versions() {
        let mut expected = Vec::new();
        expected.extend_from_slice(b"a.png");
        expected.resize(100, 0);
        expected.extend_from_slice(b"0000644\x000000000\x000000000\x0000000001750\0");
        expected.extend_from_slice(b"00000000000\x00006676\0 0");
        expected.resize(257, 0);
        expected.extend_from_slice(b"ustar\x0000");
        expected.resize(512, 0);
        assert_eq!(header("a.png", 1000).unwrap().as_slice(), expected);
    }

    #[test]
    fn contents_are_padded_to_whole_blocks() {
        assert_eq!(padding(1000).len(), 24);
        assert!(padding(512).is_empty() && padding(0).is_empty());
        let mut archive = Vec::new();
        append(&mut archive, "a", &[7; 513]).unwrap();
        finish(&mut archive).unwrap();
        assert_eq!(archive.len(), 512 + 1024 + 1024);
        assert_eq!(&archive[512..1025], [7; 513]);
        assert!(archive[1025..].iter().all(|byte| *byte == 0));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(header(&"a".repeat(100), MAX_FILE_BYTES).is_ok());
        assert_eq!(header(&"a".repeat(101), 1), Err(HeaderError::NameTooLong));
        assert_eq!(
            header("a", MAX_FILE_BYTES + 1),
            Err(HeaderError::FileTooLarge)
        );
        let error = append(&mut Vec::new(), &"a".repeat(101), b"").unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}
