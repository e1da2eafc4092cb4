//! TRR of GROMACS: positions, velocities and forces in full precision, in nanometres, big-endian
//! (XDR).

use super::source::{Numbers, Source};
use super::{ANGSTROM_PER_NM, FrameIndex, TrajectoryFrame, check_same_atoms, rows_of_box};
use crate::MoleculeError;

/// First number of a frame.
const MAGIC: i32 = 1993;

/// Bytes of a header in double precision, the longer one.
const HEADER_BYTES: usize = 92;

/// The header of one frame.
struct Header {
    atoms: usize,
    /// Length of a number: 4 or 8.
    real_bytes: u64,
    time_ps: f64,
    /// Offsets of the box and of the positions within the frame; `None` if the frame has none.
    box_at: Option<u64>,
    positions_at: Option<u64>,
    frame_bytes: u64,
}

impl Header {
    fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut numbers = Numbers::new(bytes, true);
        let magic = numbers.i32();
        if magic != MAGIC {
            return Err(format!("a frame begins with {MAGIC}, but here is {magic}"));
        }
        // The length of the name with and without its final zero.
        if (numbers.i32(), numbers.i32()) != (13, 12) || bytes.get(12..24) != Some(b"GMX_trn_file")
        {
            return Err("a frame has the name GMX_trn_file, which is not here".to_owned());
        }
        numbers.skip(12);
        let mut sizes = [0_u64; 10];
        for size in &mut sizes {
            let declared = numbers.i32();
            *size = u64::try_from(declared)
                .map_err(|_| format!("a part of the frame has {declared} bytes"))?;
        }
        // Of the parts only the box, positions, velocities and forces are in use today.
        let [_, _, box_bytes, _, _, _, _, positions, velocities, forces] = sizes;
        let declared = numbers.i32();
        let atoms = usize::try_from(declared)
            .ok()
            .filter(|atoms| *atoms > 0)
            .ok_or_else(|| format!("the frame declares {declared} atoms"))?;
        let values = atoms as u64 * 3;
        let of_values = [positions, velocities, forces];
        let real_bytes = if box_bytes > 0 {
            box_bytes / 9
        } else {
            of_values.iter().find(|bytes| **bytes > 0).unwrap_or(&0) / values
        };
        let fits = |bytes: u64, values: u64| bytes == 0 || bytes == values * real_bytes;
        if !(matches!(real_bytes, 4 | 8)
            && fits(box_bytes, 9)
            && of_values.iter().all(|bytes| fits(*bytes, values)))
        {
            return Err(format!(
                "the lengths of the box ({box_bytes} bytes) and of the coordinates of {atoms} \
                 atoms ({positions} bytes) do not match"
            ));
        }
        let (_step, _unused) = (numbers.i32(), numbers.i32());
        let time_ps = if real_bytes == 4 {
            f64::from(numbers.f32())
        } else {
            numbers.f64()
        };
        let header_bytes = 76 + 2 * real_bytes;
        let before = |parts: &[u64]| header_bytes + parts.iter().sum::<u64>();
        Ok(Self {
            atoms,
            real_bytes,
            time_ps,
            box_at: (box_bytes > 0).then(|| before(&sizes[..2])),
            positions_at: (positions > 0).then(|| before(&sizes[..7])),
            frame_bytes: before(&sizes),
        })
    }
}

/// Finds all frames by their headers.
pub(super) fn index(source: &Source) -> Result<FrameIndex, MoleculeError> {
    let mut index = FrameIndex::default();
    let mut at = 0;
    while at < source.length {
        let frame = index.offsets.len();
        let left = source.length - at;
        let header = match Header::read(&source.head::<HEADER_BYTES>(at)?) {
            Err(_) if left < HEADER_BYTES as u64 && frame > 0 => {
                index.cut_off_at = Some(at);
                break;
            }
            header => header.map_err(|problem| source.frame_error(frame, at, problem))?,
        };
        check_same_atoms(source, &mut index, frame, at, header.atoms)?;
        if header.frame_bytes > left {
            index.cut_off_at = Some(at);
            break;
        }
        index.offsets.push(at);
        at += header.frame_bytes;
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
    let Some(positions_at) = header.positions_at else {
        return Err(fail(
            "it has no positions, only velocities or forces, as the simulation wrote it",
        ));
    };
    let read = |at: u64, values: u64| -> Result<Vec<f64>, MoleculeError> {
        let bytes = source.bytes(offset.saturating_add(at), values * header.real_bytes)?;
        let mut numbers = Numbers::new(&bytes, true);
        Ok((0..values)
            .map(|_| match header.real_bytes {
                4 => f64::from(numbers.f32()),
                _ => numbers.f64(),
            })
            .collect())
    };
    let box_nm = match header.box_at {
        Some(at) => read(at, 9)?,
        None => vec![0.0; 9],
    };
    let positions = read(positions_at, header.atoms as u64 * 3)?;
    let (rows, _) = box_nm.as_chunks::<3>();
    Ok(TrajectoryFrame {
        number: frame,
        time_ps: Some(header.time_ps),
        box_angstrom: rows_of_box([rows[0], rows[1], rows[2]], ANGSTROM_PER_NM),
        position_angstrom: positions
            .as_chunks::<3>()
            .0
            .iter()
            .map(|at| at.map(|part| (part * ANGSTROM_PER_NM) as f32))
            .collect(),
    })
}
