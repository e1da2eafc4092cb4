//! Writes small trajectories for the tests, by the descriptions of the formats.

/// Appends numbers in one byte order.
#[derive(Debug, Clone, Default)]
pub(super) struct Writer {
    pub(super) bytes: Vec<u8>,
    pub(super) is_little_endian: bool,
}

impl Writer {
    fn put<const N: usize>(&mut self, mut big_endian: [u8; N]) {
        if self.is_little_endian {
            big_endian.reverse();
        }
        self.bytes.extend(big_endian);
    }

    pub(super) fn ints(&mut self, values: &[i32]) {
        values
            .iter()
            .for_each(|value| self.put(value.to_be_bytes()));
    }

    pub(super) fn floats(&mut self, values: &[f32]) {
        values
            .iter()
            .for_each(|value| self.put(value.to_be_bytes()));
    }

    pub(super) fn doubles(&mut self, values: &[f64]) {
        values
            .iter()
            .for_each(|value| self.put(value.to_be_bytes()));
    }

    /// Numbers of 4 or 8 bytes.
    fn reals(&mut self, values: &[f64], bytes: i32) {
        if bytes == 8 {
            self.doubles(values);
        } else {
            values
                .iter()
                .for_each(|value| self.floats(&[*value as f32]));
        }
    }

    /// A record of Fortran.
    pub(super) fn record(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self {
            bytes: Vec::new(),
            is_little_endian: self.is_little_endian,
        };
        write(&mut inner);
        let length = inner.bytes.len() as i32;
        self.ints(&[length]);
        self.bytes.extend(inner.bytes);
        self.ints(&[length]);
    }
}

/// Writes bits, the highest of each byte first.
#[derive(Default)]
struct BitWriter {
    bytes: Vec<u8>,
    used: u32,
}

impl BitWriter {
    fn put(&mut self, value: u64, count: u32) {
        for bit in (0..count).rev() {
            if self.used % 8 == 0 {
                self.bytes.push(0);
            }
            if value >> bit & 1 == 1 {
                *self.bytes.last_mut().expect("a byte") |= 0x80 >> (self.used % 8);
            }
            self.used += 1;
        }
    }

    /// A number whose bytes are stored with the lowest first.
    fn number(&mut self, mut value: u128, mut count: u32) {
        while count > 0 {
            let bits = count.min(8);
            self.put((value & 0xff) as u64, bits);
            value >>= 8;
            count -= bits;
        }
    }

    fn three(&mut self, values: [u32; 3], radices: [u32; 3], count: u32) {
        let value = values.iter().zip(radices).fold(0, |sum, (value, radix)| {
            sum * u128::from(radix) + u128::from(*value)
        });
        self.number(value, count);
    }
}

/// How [`xtc_frame`] compresses.
#[derive(Debug, Clone, Copy)]
pub(super) struct XtcStyle {
    pub(super) magic: i32,
    /// Index and radix of small differences.
    pub(super) small: (usize, u32),
    /// Longest run of small differences.
    pub(super) longest_run: usize,
    /// Whether the index is raised by one and lowered again at every other group.
    pub(super) changes_index: Option<u32>,
}

pub(super) const XTC_STYLE: XtcStyle = XtcStyle {
    magic: 1995,
    small: (30, 1024),
    longest_run: 8,
    changes_index: None,
};

/// One frame of an XTC file, of positions in nanometres with a precision of 1,000.
pub(super) fn xtc_frame(positions_nm: &[[f32; 3]], time_ps: f32, style: XtcStyle) -> Vec<u8> {
    let mut out = Writer::default();
    let count = positions_nm.len() as i32;
    out.ints(&[style.magic, count, 7]);
    out.floats(&[time_ps, 3.0, 0.0, 0.0, 0.0, 4.0, 0.0, 0.0, 0.0, 5.0]);
    out.ints(&[count]);
    if count <= 9 {
        out.floats(positions_nm.as_flattened());
        return out.bytes;
    }
    let at = |atom: usize| positions_nm[atom].map(|x| (x * 1000.0).round() as i32);
    let all: Vec<[i32; 3]> = (0..positions_nm.len()).map(at).collect();
    let extreme = |pick: fn(i32, i32) -> i32| {
        [0, 1, 2].map(|axis| all.iter().map(|at| at[axis]).reduce(pick).expect("an atom"))
    };
    let (lowest, highest) = (extreme(i32::min), extreme(i32::max));
    let packed = pack(&all, lowest, highest, style);
    out.floats(&[1000.0]);
    out.ints(&lowest);
    out.ints(&highest);
    out.ints(&[style.small.0 as i32]);
    if style.magic == 2023 {
        out.ints(&[0]);
    }
    out.ints(&[packed.len() as i32]);
    out.bytes.extend(&packed);
    out.bytes.resize(out.bytes.len().next_multiple_of(4), 0);
    out.bytes
}

fn pack(all: &[[i32; 3]], lowest: [i32; 3], highest: [i32; 3], style: XtcStyle) -> Vec<u8> {
    let radices = [0, 1, 2].map(|axis| (highest[axis] - lowest[axis] + 1) as u32);
    let mut bits = BitWriter::default();
    let whole = |bits: &mut BitWriter, at: [i32; 3]| {
        let values = [0, 1, 2].map(|axis| (at[axis] - lowest[axis]) as u32);
        if radices.iter().any(|radix| *radix > 0xff_ffff) {
            for (value, radix) in values.iter().zip(radices) {
                bits.put(u64::from(*value), 32 - radix.leading_zeros());
            }
        } else {
            let product: u128 = radices.iter().map(|radix| u128::from(*radix)).product();
            bits.three(values, radices, 128 - product.leading_zeros());
        }
    };
    let (mut index, mut radix) = style.small;
    assert!(index >= 9);
    let mut last_run = 0;
    let mut raised = false;
    let mut atom = 0;
    while atom < all.len() {
        let small = |from: usize, to: usize| {
            let half = (radix / 2) as i32;
            let values = [0, 1, 2].map(|axis| all[to][axis] - all[from][axis] + half);
            (values.iter())
                .all(|value| (0..radix as i32).contains(value))
                .then(|| values.map(|value| value as u32))
        };
        // The first difference is of the first atom to the second, which is stored as a whole.
        let mut differences = Vec::new();
        if atom + 1 < all.len() && style.longest_run > 0 {
            differences.extend(small(atom + 1, atom));
        }
        if !differences.is_empty() {
            let mut from = atom;
            for to in atom + 2..all.len().min(atom + 1 + style.longest_run) {
                let Some(difference) = small(from, to) else {
                    break;
                };
                differences.push(difference);
                from = to;
            }
        }
        let run = differences.len();
        whole(&mut bits, all[if run > 0 { atom + 1 } else { atom }]);
        let change = match style.changes_index {
            Some(_) if raised => -1,
            Some(_) => 1,
            None => 0,
        };
        if run == last_run && change == 0 {
            bits.put(0, 1);
        } else {
            bits.put(1, 1);
            bits.put((run as i32 * 3 + change + 1) as u64, 5);
        }
        last_run = run;
        for difference in differences {
            bits.three(difference, [radix; 3], index as u32);
        }
        if let Some(other) = style.changes_index {
            raised = !raised;
            index = (index as i32 + change) as usize;
            radix = if raised { other } else { style.small.1 };
        }
        atom += 1 + run;
    }
    bits.bytes
}

/// One frame of a TRR file, of numbers of 4 or 8 bytes.
pub(super) fn trr_frame(positions_nm: &[[f64; 3]], time_ps: f64, bytes: i32) -> Vec<u8> {
    let mut out = Writer::default();
    let values = positions_nm.len() as i32 * 3 * bytes;
    out.ints(&[1993, 13, 12]);
    out.bytes.extend(b"GMX_trn_file");
    // Of box, virial and pressure; positions, none of velocities, forces.
    out.ints(&[0, 0, 9 * bytes, 9 * bytes, 0, 0, 0, values, 0, values]);
    out.ints(&[positions_nm.len() as i32, 5, 0]);
    out.reals(&[time_ps, 0.0], bytes);
    out.reals(&[2.0, 0.0, 0.0, 0.0, 2.5, 0.0, 0.0, 0.0, 3.0], bytes);
    out.reals(&[9e9; 9], bytes);
    out.reals(positions_nm.as_flattened(), bytes);
    out.reals(&vec![8e8; positions_nm.len() * 3], bytes);
    out.bytes
}

/// What [`dcd`] writes.
#[derive(Debug, Clone, Default)]
pub(super) struct DcdStyle {
    pub(super) is_little_endian: bool,
    /// 0 for X-PLOR.
    pub(super) version: i32,
    pub(super) cell: Option<[f64; 6]>,
    pub(super) has_fourth: bool,
    /// Indices of free atoms, if some are fixed.
    pub(super) free: Vec<usize>,
    /// The number of frames in the header, if it is not that of the frames.
    pub(super) declared: Option<i32>,
}

/// A DCD file of positions in angstrom.
pub(super) fn dcd(frames: &[Vec<[f32; 3]>], style: &DcdStyle) -> Vec<u8> {
    let mut out = Writer {
        bytes: Vec::new(),
        is_little_endian: style.is_little_endian,
    };
    let atoms = frames[0].len();
    let fixed = if style.free.is_empty() {
        0
    } else {
        atoms - style.free.len()
    };
    out.record(|out| {
        out.bytes.extend(b"CORD");
        let declared = style.declared.unwrap_or(frames.len() as i32);
        out.ints(&[declared, 100, 10, 0, 0, 0, 0, 0, fixed as i32]);
        if style.version == 0 {
            out.doubles(&[2.0]);
        } else {
            out.floats(&[2.0]);
            out.ints(&[i32::from(style.cell.is_some())]);
        }
        out.ints(&[i32::from(style.has_fourth), 0, 0, 0, 0, 0, 0, 0]);
        out.ints(&[style.version]);
    });
    out.record(|out| {
        out.ints(&[1]);
        out.bytes.extend([b' '; 80]);
    });
    out.record(|out| out.ints(&[atoms as i32]));
    if fixed > 0 {
        out.record(|out| {
            (style.free.iter()).for_each(|atom| out.ints(&[*atom as i32 + 1]));
        });
    }
    for (number, frame) in frames.iter().enumerate() {
        if let Some(cell) = style.cell {
            out.record(|out| out.doubles(&cell));
        }
        let axes = if style.has_fourth { 4 } else { 3 };
        for axis in 0..axes {
            out.record(|out| {
                for (atom, at) in frame.iter().enumerate() {
                    if number == 0 || fixed == 0 || style.free.contains(&atom) {
                        out.floats(&[at.get(axis).copied().unwrap_or(7e7)]);
                    }
                }
            });
        }
    }
    out.bytes
}
