//! Short names as integers, which are faster to compare than texts.

/// Packs a name of up to eight bytes, in upper case, into an integer: equal integers mean equal
/// names.
pub(crate) fn pack(name: &[u8]) -> Option<u64> {
    if name.len() > 8 {
        return None;
    }
    Some(name.iter().fold(0, |packed, byte| {
        (packed << 8) | u64::from(byte.to_ascii_uppercase())
    }))
}
