//! Tar files (POSIX ustar): a header of 512 bytes, the file, zeros to a multiple of 512.

use std::io::{self, Write};

const BLOCK_BYTES: usize = 512;

/// Adds a file. Names have at most 100 bytes.
pub(super) fn add(out: &mut impl Write, name: &str, bytes: &[u8]) -> io::Result<()> {
    if name.len() > 100 {
        return Err(io::Error::other(format!(
            "{name} is too long a name for a tar file"
        )));
    }
    let mut header = [0_u8; BLOCK_BYTES];
    let mut put = |at: usize, text: &[u8]| header[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{:011o}\0", bytes.len()).as_bytes());
    // No time: the same set gives the same bytes.
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    out.write_all(&header)?;
    out.write_all(bytes)?;
    out.write_all(&[0; BLOCK_BYTES][..(BLOCK_BYTES - bytes.len() % BLOCK_BYTES) % BLOCK_BYTES])
}

/// Ends a tar file.
pub(super) fn end(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&[0; 2 * BLOCK_BYTES])
}
