//! Bits into bytes, the first bit lowest (RFC 1951, section 3.1.1).

use super::huffman::Code;

/// Where the next bits go. It is small and copied into a loop's registers; the bytes stand apart
/// from it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bits {
    /// Number of bytes that are written; `out` is longer.
    filled: usize,
    /// Bits that are not yet written.
    pending: u64,
    /// How many they are: fewer than 8 between calls.
    pending_count: u32,
}

impl Bits {
    /// Begins behind so many bytes.
    pub(super) fn behind(filled: usize) -> Self {
        Self {
            filled,
            pending: 0,
            pending_count: 0,
        }
    }

    /// Extends `out` so that so many bytes fit, and the rest of a word behind them.
    pub(super) fn reserve(self, out: &mut Vec<u8>, bytes: usize) {
        /// Growth of `out`: it is cleared, so it should be neither too large nor too frequent.
        const PIECE_BYTES: usize = 32 << 10;
        let needed = self.filled + bytes + size_of::<u64>();
        if needed > out.len() {
            out.resize(needed + PIECE_BYTES, 0);
        }
    }

    /// Writes up to 57 bits, which must fit into what was reserved.
    #[inline(always)]
    pub(super) fn put(&mut self, out: &mut [u8], bits: u64, count: u32) {
        self.pending |= bits << self.pending_count;
        self.pending_count += count;
        // Always a whole word, of which the full bytes count: cheaper than asking how many there
        // are.
        if let Some(target) = out.get_mut(self.filled..self.filled + size_of::<u64>()) {
            target.copy_from_slice(&self.pending.to_le_bytes());
        }
        self.filled += (self.pending_count >> 3) as usize;
        self.pending >>= self.pending_count & !7;
        self.pending_count &= 7;
    }

    #[inline(always)]
    pub(super) fn put_code(&mut self, out: &mut [u8], code: Code) {
        self.put(out, u64::from(code.bits), code.length);
    }

    /// Fills the last byte with zeros; `out` then ends behind it.
    pub(super) fn finish(mut self, out: &mut Vec<u8>) {
        self.reserve(out, 1);
        if self.pending_count > 0 {
            self.put(out, 0, 8 - self.pending_count);
        }
        out.truncate(self.filled);
    }
}
