//! XTC of GROMACS: a header and compressed coordinates per frame, in nanometres, big-endian (XDR).
//!
//! The magic number 2023 stands for files of GROMACS 2023 and later, whose length of the compressed
//! data has 64 bits.

mod coordinates;

use self::coordinates::Packing;
use super::source::{Numbers, Source};
use super::{ANGSTROM_PER_NM, FrameIndex, TrajectoryFrame, check_same_atoms, rows_of_box};
use crate::MoleculeError;

/// Bytes of a header in front of the compressed data, at most.
const HEADER_BYTES: usize = 96;

/// Up to this number of atoms coordinates are not compressed.
const MAX_PLAIN_ATOMS: usize = 9;

/// Bytes before the coordinates: magic, atoms, step, time and box, and the number of atoms again.
const PLAIN_HEADER_BYTES: u64 = 56;

/// The header of one frame.
struct Header {
    atoms: usize,
    time_ps: f32,
    box_nm: [[f32; 3]; 3],
    /// `None` for coordinates that are not compressed.
    packing: Option<Packing>,
    /// Offset of the coordinates within the frame, and their length without padding.
    data: (u64, u64),
}

impl Header {
    /// Reads the header of a frame. `bytes` may be filled up with zeros at the end of the file.
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut numbers = Numbers::new(bytes, true);
        let magic = numbers.i32();
        if magic != 1995 && magic != 2023 {
            return Err(format!(
                "a frame begins with 1995 or 2023, but here is {magic}"
            ));
        }
        let declared = numbers.i32();
        let _step = numbers.i32();
        let time_ps = numbers.f32();
        let box_nm = [[(); 3]; 3].map(|row| row.map(|()| numbers.f32()));
        let again = numbers.i32();
        if declared != again || declared < 1 {
            return Err(format!(
                "the numbers of atoms of a frame are {declared} and {again}, which must be equal \
                 and positive"
            ));
        }
        let atoms = declared as usize;
        if atoms <= MAX_PLAIN_ATOMS {
            return Ok(Self {
                atoms,
                time_ps,
                box_nm,
                packing: None,
                data: (PLAIN_HEADER_BYTES, atoms as u64 * 12),
            });
        }
        let precision = numbers.f32();
        let (lowest, highest) = (numbers.i32s(), numbers.i32s());
        let small_index = numbers.i32();
        let length = if magic == 1995 {
            i64::from(numbers.i32())
        } else {
            numbers.u64() as i64
        };
        let Ok(length) = u64::try_from(length) else {
            return Err(format!("the compressed coordinates have {length} bytes"));
        };
        Ok(Self {
            atoms,
            time_ps,
            box_nm,
            packing: Some(Packing {
                lowest,
                highest,
                small_index: usize::try_from(small_index).unwrap_or(usize::MAX),
                precision,
            }),
            data: (if magic == 1995 { 92 } else { 96 }, length),
        })
    }

    /// Length of the whole frame.
    fn frame_bytes(&self) -> Option<u64> {
        // Data are padded to words of 4 bytes.
        let padded = self.data.1.checked_next_multiple_of(4)?;
        self.data.0.checked_add(padded)
    }
}

/// Finds all frames by their headers.
pub(super) fn index(source: &Source) -> Result<FrameIndex, MoleculeError> {
    let mut index = FrameIndex::default();
    let mut at = 0;
    while at < source.length {
        let frame = index.offsets.len();
        let left = source.length - at;
        let header = Header::read(&source.head::<HEADER_BYTES>(at)?);
        // What is behind the end reads as zeros, which no header has.
        let header = match header {
            Err(_) if left < HEADER_BYTES as u64 && left < PLAIN_HEADER_BYTES => {
                index.cut_off_at = Some(at);
                break;
            }
            header => header.map_err(|problem| source.frame_error(frame, at, problem))?,
        };
        check_same_atoms(source, &mut index, frame, at, header.atoms)?;
        let length = header
            .frame_bytes()
            .ok_or_else(|| source.frame_error(frame, at, "the frame is too long"))?;
        if length > left {
            index.cut_off_at = Some(at);
            break;
        }
        index.offsets.push(at);
        at += length;
    }
    Ok(index)
}

/// Reads the frame with a number, at an offset that [`index`] found.
pub(super) fn read(
    source: &Source,
    frame: usize,
    offset: u64,
) -> Result<TrajectoryFrame, MoleculeError> {
    let fail = |problem: &str| source.frame_error(frame, offset, problem);
    let header =
        Header::read(&source.head::<HEADER_BYTES>(offset)?).map_err(|problem| fail(&problem))?;
    let start = offset.saturating_add(header.data.0);
    let bytes = source.bytes(start, header.data.1)?;
    let positions = match &header.packing {
        Some(packing) => coordinates::unpack(packing, &bytes, header.atoms).map_err(fail)?,
        None => {
            let mut numbers = Numbers::new(&bytes, true);
            let mut next = || f64::from(numbers.f32());
            (0..header.atoms)
                .map(|_| [next(), next(), next()])
                .collect()
        }
    };
    Ok(TrajectoryFrame {
        number: frame,
        time_ps: Some(f64::from(header.time_ps)),
        box_angstrom: rows_of_box(header.box_nm.map(|row| row.map(f64::from)), ANGSTROM_PER_NM),
        position_angstrom: positions
            .into_iter()
            .map(|at| at.map(|part| (part * ANGSTROM_PER_NM) as f32))
            .collect(),
    })
}
