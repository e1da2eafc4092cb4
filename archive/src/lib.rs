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

use std::io::{self, Read, Seek, SeekFrom, Write};

/// Size of a header, and the unit to which contents are padded.
pub const BLOCK_BYTES: usize = 512;
/// Longest name of a file, in bytes.
pub const MAX_NAME_BYTES: usize = 100;
/// Largest file: its size is written as eleven octal digits.
pub const MAX_FILE_BYTES: u64 = 0o77_777_777_777;
/// Where a header has the file's size, and its number of octal digits.
const SIZE_AT: usize = 124;
const SIZE_DIGITS: usize = 11;
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
    put(SIZE_AT, format!("{file_bytes:0SIZE_DIGITS$o}\0").as_bytes());
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

/// A complete file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Where its padding ends, bytes from the start of the archive: the next file can be appended
    /// there.
    pub end_bytes: u64,
}

/// Lists the complete files at the start of an archive that this crate wrote: up to its end, to a
/// file that was cut off, or to a header that is not one of [`header`]'s. Contents are not read.
///
/// # Errors
/// When reading fails for another reason than the end of the archive.
pub fn members(archive: &mut (impl Read + Seek)) -> io::Result<Vec<Member>> {
    let length = archive.seek(SeekFrom::End(0))?;
    let mut members: Vec<Member> = Vec::new();
    loop {
        let start = members.last().map_or(0, |member| member.end_bytes);
        let mut block = [0; BLOCK_BYTES];
        archive.seek(SeekFrom::Start(start))?;
        match archive.read_exact(&mut block) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(members),
            read => read?,
        }
        let Some((name, file_bytes)) = named(&block) else {
            return Ok(members);
        };
        let blocks = file_bytes.div_ceil(BLOCK_BYTES as u64);
        let end_bytes = start + (1 + blocks) * BLOCK_BYTES as u64;
        if end_bytes > length {
            return Ok(members);
        }
        members.push(Member { name, end_bytes });
    }
}

/// Whether an archive begins with a header of [`header`], perhaps of a file that was cut off. A
/// header that was itself cut off is known by its name and what follows it, if that is there.
///
/// # Errors
/// When reading fails.
pub fn begins_with_member(archive: &mut (impl Read + Seek)) -> io::Result<bool> {
    archive.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    archive.take(BLOCK_BYTES as u64).read_to_end(&mut start)?;
    if let Ok(block) = <&[u8; BLOCK_BYTES]>::try_from(start.as_slice()) {
        return Ok(named(block).is_some());
    }
    let name = start.split(|byte| *byte == 0).next().unwrap_or_default();
    let made = std::str::from_utf8(name).map(|name| header(name, 0));
    let same = start.len().min(SIZE_AT);
    Ok(!name.is_empty()
        && same > MAX_NAME_BYTES
        && matches!(made, Ok(Ok(block)) if block[..same] == start[..same]))
}

/// Name and size of the file that a header of [`header`] announces; `None` for any other block.
fn named(block: &[u8; BLOCK_BYTES]) -> Option<(String, u64)> {
    let name = block[..MAX_NAME_BYTES].split(|byte| *byte == 0).next()?;
    let name = std::str::from_utf8(name).ok()?;
    let digits = std::str::from_utf8(&block[SIZE_AT..SIZE_AT + SIZE_DIGITS]).ok()?;
    let file_bytes = u64::from_str_radix(digits, 8).ok()?;
    (!name.is_empty() && header(name, file_bytes).is_ok_and(|made| made == *block))
        .then(|| (name.to_owned(), file_bytes))
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
    fn members_are_those_that_are_complete() {
        let mut archive = Vec::new();
        append(&mut archive, "a.png", &[7; 513]).unwrap();
        append(&mut archive, "empty", b"").unwrap();
        append(&mut archive, "b.png", &[0; 512]).unwrap();
        let ends = [1536, 2048, 3072];
        let listed = |bytes: &[u8]| members(&mut io::Cursor::new(bytes)).unwrap();
        let expected: Vec<Member> = ["a.png", "empty", "b.png"]
            .into_iter()
            .zip(ends)
            .map(|(name, end_bytes)| Member {
                name: name.to_owned(),
                end_bytes,
            })
            .collect();
        for length in 0..=archive.len() {
            let complete = ends.iter().filter(|end| **end <= length as u64).count();
            assert_eq!(listed(&archive[..length]), expected[..complete], "{length}");
        }
        finish(&mut archive).unwrap();
        assert_eq!(listed(&archive), expected);
        let begins = |bytes: &[u8]| begins_with_member(&mut io::Cursor::new(bytes)).unwrap();
        for length in [101, 130, 511, 512, 600, 3072] {
            assert!(begins(&archive[..length]), "{length}");
        }
        for other in [
            &b""[..],
            b"a.png",
            &[b'7'; 200],
            &[b'7'; 512],
            &archive[512..],
        ] {
            assert!(!begins(other));
        }
        // Any other header ends the list, as does a size that cannot be.
        for at in [0, 100, SIZE_AT, 148, 156, 257, 511] {
            let mut other = archive.clone();
            other[at] ^= 1;
            assert!(listed(&other).is_empty(), "{at}");
        }
        assert!(listed(&[b'7'; 4096]).is_empty());
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
