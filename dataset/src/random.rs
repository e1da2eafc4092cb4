//! A counter-based random number generator: each number is a function of seed, stream name and
//! counter.
//!
//! A block is the SHA-256 (FIPS 180-4) of the seed, the words that name a stream (complex, task,
//! index of the item), and the number of the block in the stream; integers are read from it in
//! big-endian order. So an item depends neither on the items made before it nor on the thread or
//! process that makes it. Plans are promised to stay the same from version to version, which the
//! generators of crates do not promise.

use sha2::{Digest, Sha256};

/// Bytes of a block.
const BLOCK_BYTES: usize = 32;

/// The numbers of one stream.
#[derive(Debug, Clone)]
pub struct Random {
    stream: Sha256,
    next_block: u64,
    block: [u8; BLOCK_BYTES],
    used: usize,
}

impl Random {
    /// Starts the stream of a seed and a name.
    ///
    /// Each word is hashed with its length, so `ab`, `c` is another name than `a`, `bc`.
    #[must_use]
    pub fn new(seed: u64, name: &[&str]) -> Self {
        let mut stream = Sha256::new();
        stream.update(b"molshot-dataset 1");
        stream.update(seed.to_be_bytes());
        for word in name {
            stream.update((word.len() as u64).to_be_bytes());
            stream.update(word.as_bytes());
        }
        Self {
            stream,
            next_block: 0,
            block: [0; BLOCK_BYTES],
            used: BLOCK_BYTES,
        }
    }

    /// Returns the next number, uniform over all 64-bit values.
    pub fn next_u64(&mut self) -> u64 {
        if self.used == BLOCK_BYTES {
            let mut block = self.stream.clone();
            block.update(self.next_block.to_be_bytes());
            self.block = block.finalize().into();
            self.next_block += 1;
            self.used = 0;
        }
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.block[self.used..self.used + 8]);
        self.used += 8;
        u64::from_be_bytes(bytes)
    }

    /// Returns a uniform number below `count`, or 0 if `count` is 0.
    ///
    /// Numbers above the largest multiple of `count` are rejected, which removes the modulo bias.
    pub fn below(&mut self, count: usize) -> usize {
        let count = count as u64;
        if count < 2 {
            return 0;
        }
        let limit = u64::MAX - u64::MAX % count;
        loop {
            let number = self.next_u64();
            if number < limit {
                return (number % count) as usize;
            }
        }
    }

    /// Returns a uniform choice of the elements, or `None` if there are none.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }

    /// Shuffles uniformly (Fisher and Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_depends_on_seed_and_name() {
        let three = |seed: u64, name: &[&str]| {
            let mut random = Random::new(seed, name);
            [0; 9].map(|_| random.next_u64())
        };
        assert_eq!(three(1, &["5ey0", "T1"]), three(1, &["5ey0", "T1"]));
        assert_ne!(three(1, &["5ey0", "T1"]), three(2, &["5ey0", "T1"]));
        assert_ne!(three(1, &["ab", "c"]), three(1, &["a", "bc"]));
        // Computed from the definition without this program, so that a change of the generator,
        // which would change all sets, is noticed.
        assert_eq!(Random::new(7, &["x"]).next_u64(), 0x36de_2d67_3bfe_6076);
    }

    #[test]
    fn numbers_are_uniform() {
        let mut random = Random::new(3, &["counts"]);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[random.below(7)] += 1;
        }
        // 10,000 each; the standard deviation is 93.
        assert!(
            counts.iter().all(|n| n.abs_diff(10_000) < 500),
            "{counts:?}"
        );
    }

    #[test]
    fn a_shuffle_is_a_uniform_permutation() {
        let mut firsts = [0_u32; 4];
        for index in 0..4000 {
            let mut items = [0, 1, 2, 3];
            Random::new(5, &[&index.to_string()]).shuffle(&mut items);
            firsts[items[0]] += 1;
            items.sort_unstable();
            assert_eq!(items, [0, 1, 2, 3]);
        }
        assert!(firsts.iter().all(|n| n.abs_diff(1000) < 150), "{firsts:?}");
        assert_eq!(Random::new(0, &[]).choose::<u8>(&[]), None);
    }
}
