//! The compression of coordinates in XTC files: whole numbers in a box, each atom either by itself
//! or as a small difference to the one before, packed as digits of mixed radix.
//!
//! The format is that of the routine `xdr3dfcoord` of GROMACS (Frans van Hoesel, 1995).

/// Numbers of different values of a small difference, by the index in the file. Three such
/// numbers fit into `index` bits. A constant of the format; those before [`FIRST_INDEX`] are unused.
const RADICES: [u32; 73] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 101, 128, 161, 203, 256,
    322, 406, 512, 645, 812, 1024, 1290, 1625, 2048, 2580, 3250, 4096, 5060, 6501, 8192, 10321,
    13003, 16384, 20642, 26007, 32768, 41285, 52015, 65536, 82570, 104_031, 131_072, 165_140,
    208_063, 262_144, 330_280, 416_127, 524_287, 660_561, 832_255, 1_048_576, 1_321_122, 1_664_510,
    2_097_152, 2_642_245, 3_329_021, 4_194_304, 5_284_491, 6_658_042, 8_388_607, 10_568_983,
    13_316_085, 16_777_216,
];

/// Lowest index of [`RADICES`] that is used.
const FIRST_INDEX: usize = 9;

/// Ranges above this are stored axis by axis instead of as one number.
const MAX_PACKED_RANGE: u32 = 0xff_ffff;

/// Number of values in a run of small differences is stored in 5 bits, with the change of the index.
const RUN_BITS: u32 = 5;

/// The parameters of the compressed coordinates of a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct Packing {
    pub(super) lowest: [i32; 3],
    pub(super) highest: [i32; 3],
    /// Index of [`RADICES`] at the start.
    pub(super) small_index: usize,
    /// Whole numbers per nanometre.
    pub(super) precision: f32,
}

/// Reads bits, the highest of each byte first.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    /// The next bits, at most 56; `None` beyond the end.
    fn take(&mut self, count: u32) -> Option<u64> {
        if count == 0 {
            return Some(0);
        }
        let end = self.at + u64::from(count);
        if end > self.bytes.len() as u64 * 8 {
            return None;
        }
        let rest = &self.bytes[(self.at / 8) as usize..];
        let word = if let Some(word) = rest.first_chunk::<8>() {
            u64::from_be_bytes(*word)
        } else {
            let mut word = [0; 8];
            word[..rest.len()].copy_from_slice(rest);
            u64::from_be_bytes(word)
        };
        let shift = (self.at % 8) as u32;
        self.at = end;
        Some((word << shift) >> (64 - count))
    }

    /// A number of many bits, whose bytes are stored with the lowest first.
    fn number(&mut self, count: u32) -> Option<u128> {
        const CHUNK_BYTES: u32 = 6;
        let mut value = 0_u128;
        let mut done = 0;
        while done < count {
            let bytes = ((count - done) / 8).min(CHUNK_BYTES);
            let bits = if bytes > 0 { bytes * 8 } else { count - done };
            let mut part = self.take(bits)?;
            if bytes > 0 {
                part = (part << (64 - bits)).swap_bytes();
            }
            value |= u128::from(part) << done;
            done += bits;
        }
        Some(value)
    }

    /// Three numbers below `radices`, stored as one number of `count` bits.
    fn three(&mut self, count: u32, radices: [u32; 3]) -> Option<[i32; 3]> {
        let value = self.number(count)?;
        let [_, y, z] = radices.map(u64::from);
        // A damaged number may be larger than the radices allow: the first digit takes the rest.
        Some(if let Ok(value) = u64::try_from(value) {
            [
                (value / z / y) as i32,
                (value / z % y) as i32,
                (value % z) as i32,
            ]
        } else {
            let (y, z) = (u128::from(y), u128::from(z));
            [
                (value / z / y) as i32,
                (value / z % y) as i32,
                (value % z) as i32,
            ]
        })
    }
}

/// Number of bits of the product of three numbers.
fn bits_of_product(radices: [u32; 3]) -> u32 {
    let product: u128 = radices.into_iter().map(u128::from).product();
    128 - product.leading_zeros()
}

/// How atoms that are no small difference are stored.
enum Whole {
    /// One number of so many bits.
    Packed(u32),
    /// So many bits for each axis.
    ByAxis([u32; 3]),
}

/// Unpacks the coordinates of `atoms` atoms, in nanometres.
///
/// # Errors
/// What is wrong with the data.
pub(super) fn unpack(
    packing: &Packing,
    bytes: &[u8],
    atoms: usize,
) -> Result<Vec<[f64; 3]>, &'static str> {
    const CUT_OFF: &str = "the compressed coordinates end before the last atom";
    const BAD_INDEX: &str = "the compressed coordinates have an index of sizes out of range";
    let mut radices = [0; 3];
    for axis in 0..3 {
        let range = i64::from(packing.highest[axis]) - i64::from(packing.lowest[axis]) + 1;
        radices[axis] = u32::try_from(range)
            .ok()
            .filter(|range| *range > 0)
            .ok_or("the lowest coordinate is above the highest")?;
    }
    let whole = if radices.iter().any(|range| *range > MAX_PACKED_RANGE) {
        Whole::ByAxis(radices.map(|range| 32 - range.leading_zeros()))
    } else {
        Whole::Packed(bits_of_product(radices))
    };
    if !(packing.precision.is_finite() && packing.precision > 0.0) {
        return Err("the precision of the coordinates is not a positive number");
    }
    // An atom takes at least one bit.
    if atoms as u64 > bytes.len() as u64 * 8 {
        return Err(CUT_OFF);
    }
    let radix_of = |index: usize| match RADICES.get(index) {
        Some(radix) if index >= FIRST_INDEX => Ok(*radix),
        _ => Err(BAD_INDEX),
    };
    let unit = 1.0 / f64::from(packing.precision);
    let mut bits = Bits { bytes, at: 0 };
    let mut index = packing.small_index;
    let mut radix = radix_of(index)?;
    let mut run = 0;
    let mut positions = Vec::with_capacity(atoms);
    let mut push = |at: [i32; 3]| positions.push(at.map(|part| f64::from(part) * unit));
    let mut done = 0;
    while done < atoms {
        let at = match whole {
            Whole::Packed(count) => bits.three(count, radices),
            Whole::ByAxis(counts) => (|| {
                Some([
                    bits.take(counts[0])? as i32,
                    bits.take(counts[1])? as i32,
                    bits.take(counts[2])? as i32,
                ])
            })(),
        };
        let mut at = sum(at.ok_or(CUT_OFF)?, packing.lowest);
        // The length of the run and the change of the index hold until they are stored again,
        // except that the index then stays.
        let mut change = 1;
        if bits.take(1).ok_or(CUT_OFF)? == 1 {
            let code = bits.take(RUN_BITS).ok_or(CUT_OFF)?;
            run = (code / 3) as usize;
            change = code % 3;
        }
        if done + 1 + run > atoms {
            return Err("the compressed coordinates hold more atoms than the frame");
        }
        if run == 0 {
            push(at);
        } else {
            let half = (radix / 2) as i32;
            for number in 0..run {
                let small = bits
                    .three(index as u32, [radix; 3])
                    .ok_or(CUT_OFF)?
                    .map(|part| part.wrapping_sub(half));
                let next = sum(small, at);
                if number == 0 {
                    // The first two atoms are exchanged, which suits the O of water, between two H.
                    push(next);
                    push(at);
                } else {
                    push(next);
                }
                at = next;
            }
        }
        done += 1 + run;
        if change != 1 {
            index = (index + change as usize).saturating_sub(1);
            radix = radix_of(index)?;
        }
    }
    Ok(positions)
}

fn sum(a: [i32; 3], b: [i32; 3]) -> [i32; 3] {
    [0, 1, 2].map(|axis| a[axis].wrapping_add(b[axis]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_their_low_bytes_first() {
        let mut bits = Bits {
            bytes: &[0x34, 0x12, 0b1010_0000],
            at: 0,
        };
        assert_eq!(bits.number(19), Some(0x5_1234));
        assert_eq!(bits.take(5), Some(0));
        assert_eq!(bits.take(1), None);
    }

    #[test]
    fn a_number_of_72_bits_is_three_of_24() {
        let mut bytes = [0; 9];
        let value = (7_u128 * 0xff_ffff + 5) * 0xff_ffff + 0xff_fffe;
        for (byte, index) in bytes.iter_mut().zip(0..) {
            *byte = (value >> (8 * index)) as u8;
        }
        let mut bits = Bits {
            bytes: &bytes,
            at: 0,
        };
        let radices = [0xff_ffff; 3];
        assert_eq!(bits_of_product(radices), 72);
        assert_eq!(bits.three(72, radices), Some([7, 5, 0xff_fffe]));
    }

    #[test]
    fn three_small_numbers_fit_into_as_many_bits_as_the_index_says() {
        for (index, radix) in RADICES.iter().enumerate().skip(FIRST_INDEX) {
            let largest = u128::from(*radix).pow(3) - 1;
            assert!(128 - largest.leading_zeros() <= index as u32, "{index}");
        }
    }
}
