//! The one Huffman code that every picture is written with, and its description in the stream.
//!
//! Symbols and their meaning are DEFLATE's (RFC 1951, section 3.2.5): 0 to 255 are bytes, 256 ends
//! the block, 257 to 285 are lengths of repetitions, of which those at distance 1 alone are used.

/// Symbols of the literal and length alphabet.
const SYMBOLS: usize = 286;
/// Ends the block.
const END_OF_BLOCK: usize = 256;
/// No code is longer: four of them and their row's rest fit into 64 bits.
const LONGEST_CODE_BITS: u8 = 12;
/// The longest repetition.
pub(super) const LONGEST_MATCH: usize = 258;

/// Code lengths in bits, by symbol.
///
/// They are the optimal ones (package-merge, 12 bits at most) for the mean of the symbol
/// frequencies of 30 pictures of seven scenes: pockets in `misi` and `ball-and-stick`, proteins in
/// `spacefill`, on black, white and transparent ground, 512 and 1024 pixels wide, with 4 samples;
/// neighbouring frequencies were averaged first. Each of those pictures is 1 to 3 % larger than
/// with its own optimal code, one of a small protein in `spacefill` 18 %. The two signs differ
/// because light comes from above: surfaces grow darker downwards.
const CODE_LENGTHS: [u8; SYMBOLS] = {
    /// A length, and how many symbols in turn have it.
    const RUNS: [(u8, usize); 30] = [
        (3, 1),
        (5, 1),
        (6, 2),
        (7, 6),
        (8, 12),
        (9, 29),
        (10, 6),
        (9, 4),
        (10, 36),
        (11, 69),
        (10, 19),
        (9, 26),
        (8, 18),
        (7, 14),
        (6, 9),
        (5, 3),
        (4, 1),
        (12, 1),
        (10, 1),
        (11, 4),
        (12, 1),
        (11, 9),
        (10, 1),
        (11, 2),
        (10, 2),
        (11, 2),
        (10, 2),
        (11, 1),
        (10, 3),
        (6, 1),
    ];
    let mut lengths = [0; SYMBOLS];
    let mut symbol = 0;
    let mut run = 0;
    while run < RUNS.len() {
        let (length, count) = RUNS[run];
        let end = symbol + count;
        while symbol < end {
            lengths[symbol] = length;
            symbol += 1;
        }
        run += 1;
    }
    assert!(symbol == SYMBOLS);
    lengths
};

/// Shortest repetition of each length symbol from 257 on, and the number of extra bits that follow
/// it (RFC 1951, section 3.2.5).
const LENGTHS: [(u16, u8); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];

/// Bits to write, the first one lowest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) bits: u32,
    pub(super) length: u32,
}

impl Code {
    const NONE: Self = Self { bits: 0, length: 0 };

    /// This, and then `next`.
    const fn then(self, next: Self) -> Self {
        Self {
            bits: self.bits | next.bits << self.length,
            length: self.length + next.length,
        }
    }
}

/// Canonical codes of all symbols (RFC 1951, section 3.2.2), mirrored: their first bit is written
/// first.
const CODES: [Code; SYMBOLS] = {
    let mut codes = [Code::NONE; SYMBOLS];
    let mut next = 0_u32;
    let mut length = 1;
    while length <= LONGEST_CODE_BITS {
        next <<= 1;
        let mut symbol = 0;
        while symbol < SYMBOLS {
            if CODE_LENGTHS[symbol] == length {
                codes[symbol] = Code {
                    bits: next.reverse_bits() >> (32 - length),
                    length: length as u32,
                };
                next += 1;
            }
            symbol += 1;
        }
        length += 1;
    }
    // Every sequence of bits means something: no code is wasted, and none is given twice.
    assert!(next == 1 << LONGEST_CODE_BITS);
    codes
};

/// The code of each byte, packed: its number of bits in the low byte, the bits above.
///
/// A sum of such codes has the sum of their lengths in its low byte, and a processor takes a
/// shift's count from there: a loop over bytes needs no more than one load, one addition and two
/// shifts for each.
pub(super) static PACKED: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = CODES[byte].bits << 8 | CODES[byte].length;
        byte += 1;
    }
    table
};

/// The code of a byte.
pub(super) fn byte(byte: u8) -> Code {
    CODES[usize::from(byte)]
}

/// The end of the block.
pub(super) const END: Code = CODES[END_OF_BLOCK];

/// The longest repetition of the last byte. The only distance has the code `0`.
pub(super) const LONGEST: Code = CODES[SYMBOLS - 1].then(Code { bits: 0, length: 1 });

/// What says "the last byte, a zero, comes so often again", for less often than [`LONGEST_MATCH`].
pub(super) static ZEROS_AGAIN: [Code; LONGEST_MATCH] = {
    let mut table = [Code::NONE; LONGEST_MATCH];
    table[1] = CODES[0];
    table[2] = CODES[0].then(CODES[0]);
    let mut count = 3;
    while count < LONGEST_MATCH {
        let mut index = LENGTHS.len() - 1;
        while LENGTHS[index].0 as usize > count {
            index -= 1;
        }
        let extra = Code {
            bits: count as u32 - LENGTHS[index].0 as u32,
            length: LENGTHS[index].1 as u32,
        };
        table[count] = CODES[257 + index]
            .then(extra)
            .then(Code { bits: 0, length: 1 });
        count += 1;
    }
    table
};

/// [`block_header`] has no more bytes.
pub(super) const HEADER_BYTES: usize = 256;

/// The start of the one block: that it is the last, that its codes are described, and their
/// description (RFC 1951, section 3.2.7). Code lengths 3 to 5 are themselves written with three
/// bits, the ten others with four, so that this code is complete.
pub(super) fn block_header(mut put: impl FnMut(Code)) {
    /// In the order of RFC 1951: 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15.
    const ORDER: [usize; 19] = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ];
    /// The lengths of code lengths: those of 0 to 12 have a code, and the commonest the shortest.
    const LENGTHS_OF_LENGTHS: [u8; 19] = [4, 4, 4, 4, 4, 4, 4, 4, 4, 3, 3, 3, 4, 0, 0, 0, 0, 0, 0];
    let number = |bits: usize, length| Code {
        bits: bits as u32,
        length,
    };
    put(number(0b101, 3)); // last block, with codes of its own
    put(number(SYMBOLS - 257, 5));
    put(number(0, 5)); // one distance
    put(number(ORDER.len() - 4, 4));
    for symbol in ORDER {
        put(number(usize::from(LENGTHS_OF_LENGTHS[symbol]), 3));
    }
    // Canonical: the three codes of three bits come first, then those of four.
    let code_of = |length: u8| {
        let index = |bits: u8| {
            (0..length)
                .filter(|other| LENGTHS_OF_LENGTHS[usize::from(*other)] == bits)
                .count() as u32
        };
        let bits = LENGTHS_OF_LENGTHS[usize::from(length)];
        let code = if bits == 3 { index(3) } else { 6 + index(4) };
        Code {
            bits: code.reverse_bits() >> (32 - u32::from(bits)),
            length: u32::from(bits),
        }
    };
    for length in CODE_LENGTHS {
        put(code_of(length));
    }
    put(code_of(1)); // the distance's code
}
