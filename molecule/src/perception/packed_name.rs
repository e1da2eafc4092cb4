//! Short names as numbers, which compare faster than texts.

/// A short name as a number, in upper case: equal numbers mean equal names. `None` for more than
/// eight bytes.
pub(crate) fn pack(name: &[u8]) -> Option<u64> {
    if name.len() > 8 {
        return None;
    }
    Some(name.iter().fold(0, |packed, byte| {
        (packed << 8) | u64::from(byte.to_ascii_uppercase())
    }))
}
