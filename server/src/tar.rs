//! Tar archives as they are written: POSIX ustar headers (IEEE Std 1003.1, `pax`, "ustar
//! Interchange Format").

use axum::body::Bytes;

/// Size of a header, and what contents are padded to.
const BLOCK: usize = 512;
/// Largest file of the form: eleven octal digits.
const MAX_BYTES: u64 = 0o77_777_777_777;

/// The end of an archive: two empty blocks.
pub(crate) const END: &[u8] = &[0; 2 * BLOCK];

/// The header of a file. None when the name is longer than 100 bytes or the file than 8 GiB.
pub(crate) fn header(name: &str, bytes: u64) -> Option<Bytes> {
    if name.len() > 100 || bytes > MAX_BYTES {
        return None;
    }
    let mut block = [0_u8; BLOCK];
    let mut put = |at: usize, text: &[u8]| block[at..at + text.len()].copy_from_slice(text);
    put(0, name.as_bytes());
    put(100, b"0000644\0");
    put(108, b"0000000\0");
    put(116, b"0000000\0");
    put(124, format!("{bytes:011o}\0").as_bytes());
    // No wall clock in what is answered: the time is that of the epoch.
    put(136, b"00000000000\0");
    put(148, b"        ");
    put(156, b"0");
    put(257, b"ustar\x0000");
    let sum: u32 = block.iter().copied().map(u32::from).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    Some(Bytes::copy_from_slice(&block))
}

/// What follows a content of this size.
pub(crate) fn padding(bytes: usize) -> Bytes {
    Bytes::from_static(&END[..bytes.next_multiple_of(BLOCK) - bytes])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_the_right_sum() {
        let header = header("a.png", 1000).expect("a short name");
        assert_eq!(header.len(), 512);
        assert_eq!(&header[124..136], b"00000001750\0");
        let sum: u32 = header
            .iter()
            .enumerate()
            .map(|(at, byte)| {
                if (148..156).contains(&at) {
                    32
                } else {
                    u32::from(*byte)
                }
            })
            .sum();
        assert_eq!(&header[148..154], format!("{sum:06o}").as_bytes());
        assert_eq!(padding(1000).len(), 24);
        assert!(padding(512).is_empty());
        assert!(super::header(&"a".repeat(101), 1).is_none());
    }
}
