//! DCD of CHARMM, NAMD, X-PLOR and LAMMPS: records of Fortran, each between two markers of its
//! length in bytes (32 bits), in the byte order of the machine that wrote it; angstrom.
//!
//! The first frame holds all atoms. If some are fixed, the others hold only the free ones.

use std::sync::OnceLock;

use super::source::{Numbers, Source};
use super::{TrajectoryFrame, box_of_cell, rows_of_box};
use crate::{Location, MoleculeError, Warning};

/// Length of the first record.
const HEADER_BYTES: u64 = 84;

/// Length of a record's marker; there is one before and one behind it.
const MARKER_BYTES: u64 = 4;

/// Picoseconds per unit of time of CHARMM (AKMA): `sqrt(u angstrom^2 / (kcal/mol))`.
const PS_PER_TIME_UNIT: f64 = 0.048_888_21;

/// Length of the record of the unit cell: six numbers of 8 bytes.
const CELL_BYTES: u64 = 48;

/// Where things are in a file.
#[derive(Debug)]
pub(super) struct Layout {
    pub(super) atoms: usize,
    pub(super) frames: usize,
    /// Offset of the bytes behind the last whole frame, if there are any.
    pub(super) cut_off_at: Option<u64>,
    pub(super) warnings: Vec<Warning>,
    is_big_endian: bool,
    has_cell: bool,
    /// Whether a fourth coordinate follows each frame.
    has_fourth: bool,
    /// Indices of the atoms that move; empty if all do.
    free: Vec<u32>,
    first_at: u64,
    first_bytes: u64,
    /// Length of each frame but the first.
    other_bytes: u64,
    first_step: i32,
    steps_between: i32,
    step_ps: f64,
    /// Positions of the first frame, which those of fixed atoms are taken from.
    first: OnceLock<Vec<[f32; 3]>>,
}

/// Reads a record that must have a length, and checks both of its markers.
fn record(
    source: &Source,
    at: u64,
    length: u64,
    is_big_endian: bool,
    what: &str,
) -> Result<Vec<u8>, String> {
    let bytes = source
        .bytes(at, length + 2 * MARKER_BYTES)
        .map_err(|_| format!("the file ends within {what}"))?;
    let marker = |at: usize| Numbers::new(&bytes[at..], is_big_endian).i32();
    for marker in [marker(0), marker((length + MARKER_BYTES) as usize)] {
        if u64::try_from(marker) != Ok(length) {
            return Err(format!(
                "the record of {what} has a marker of {marker} bytes in place of {length}"
            ));
        }
    }
    let end = bytes.len() - MARKER_BYTES as usize;
    Ok(bytes[MARKER_BYTES as usize..end].to_vec())
}

/// Length of the record of titles: a number, then lines of 80 characters. Some versions of
/// MDAnalysis write a marker of two lines whatever the number is.
fn titles_bytes(source: &Source, at: u64, is_big_endian: bool) -> Result<u64, &'static str> {
    const TITLE_BYTES: u64 = 80;
    let number_at = |at: u64| {
        let bytes = source.bytes(at, 4);
        let number = bytes.map(|bytes| Numbers::new(&bytes, is_big_endian).i32());
        number.map_err(|_| "the file ends within the titles")
    };
    let marker = number_at(at)?;
    let count = number_at(at + MARKER_BYTES)?;
    let by_marker = u64::try_from(marker).ok();
    let by_count = u64::try_from(count)
        .ok()
        .map(|count| 4 + count * TITLE_BYTES);
    for length in [by_marker, by_count].into_iter().flatten() {
        if number_at(at + MARKER_BYTES + length) == Ok(marker) {
            return Ok(length);
        }
    }
    Err("the record of the titles does not end with the marker that it begins with")
}

impl Layout {
    /// Reads the header.
    pub(super) fn read(source: &Source) -> Result<Self, MoleculeError> {
        let fail = |at: u64, problem: &str| source.error(at, problem);
        let head = source.head::<16>(0)?;
        let is_big_endian = head[0] == 0;
        if head[4..8] == [0; 4] || head[4..8] == [0, 0, 0, 84] {
            return Err(MoleculeError::Format {
                file: source.file.clone(),
                problem: "is a DCD file with record markers of 64 bits, which is not supported"
                    .to_owned(),
                remedy: "convert it to markers of 32 bits, for example with catdcd or MDAnalysis"
                    .to_owned(),
            });
        }
        if head[4..8] == *b"VELD" {
            return Err(MoleculeError::Format {
                file: source.file.clone(),
                problem: "is a DCD file of velocities".to_owned(),
                remedy: "give the one of coordinates, which has the word CORD".to_owned(),
            });
        }
        let header = record(source, 0, HEADER_BYTES, is_big_endian, "the header")
            .map_err(|problem| fail(0, &problem))?;
        if header[..4] != *b"CORD" {
            return Err(fail(4, "a DCD file has the word CORD here"));
        }
        let mut words = [0; 20];
        let mut numbers = Numbers::new(&header[4..], is_big_endian);
        words.iter_mut().for_each(|word| *word = numbers.i32());
        // Without a version it is a file of X-PLOR, whose time step has 8 bytes.
        let is_charmm = words[19] != 0;
        let mut step = Numbers::new(&header[40..], is_big_endian);
        let step = if is_charmm {
            f64::from(step.f32())
        } else {
            step.f64()
        };
        let titles_at = HEADER_BYTES + 2 * MARKER_BYTES;
        let titles = titles_bytes(source, titles_at, is_big_endian)
            .map_err(|problem| fail(titles_at, problem))?;
        let atoms_at = titles_at + titles + 2 * MARKER_BYTES;
        let atoms = record(source, atoms_at, 4, is_big_endian, "the number of atoms")
            .map_err(|problem| fail(atoms_at, &problem))?;
        let atoms = Numbers::new(&atoms, is_big_endian).i32();
        let fixed = words[8];
        let free_atoms = i64::from(atoms) - i64::from(fixed);
        if atoms < 1 || fixed < 0 || free_atoms < 1 {
            let problem = format!("the file declares {atoms} atoms, of which {fixed} are fixed");
            return Err(fail(atoms_at, &problem));
        }
        let (atoms, free_atoms) = (atoms as u64, free_atoms as u64);
        let mut first_at = atoms_at + 4 + 2 * MARKER_BYTES;
        let mut free = Vec::new();
        if fixed > 0 {
            let length = free_atoms * 4;
            let what = "the free atoms";
            let indices = record(source, first_at, length, is_big_endian, what)
                .map_err(|problem| fail(first_at, &problem))?;
            let mut numbers = Numbers::new(&indices, is_big_endian);
            for _ in 0..free_atoms {
                let number = numbers.i32();
                let index = u32::try_from(i64::from(number) - 1)
                    .ok()
                    .filter(|index| u64::from(*index) < atoms);
                free.push(index.ok_or_else(|| {
                    fail(
                        first_at,
                        &format!("the free atom {number} is not one of {atoms}"),
                    )
                })?);
            }
            first_at += length + 2 * MARKER_BYTES;
        }
        let has_cell = is_charmm && words[10] != 0;
        let has_fourth = is_charmm && words[11] == 1;
        let axes = if has_fourth { 4 } else { 3 };
        let cell = if has_cell {
            CELL_BYTES + 2 * MARKER_BYTES
        } else {
            0
        };
        let bytes_of = |atoms: u64| cell + axes * (atoms * 4 + 2 * MARKER_BYTES);
        let (first_bytes, other_bytes) = (bytes_of(atoms), bytes_of(free_atoms));
        let left = source.length - first_at.min(source.length);
        let (frames, rest) = match left.checked_sub(first_bytes) {
            Some(left) => (1 + left / other_bytes, left % other_bytes),
            None => (0, left),
        };
        let mut warnings = Vec::new();
        let declared = words[0];
        // Programs that write the number at the end leave 0 if they are stopped.
        if declared != 0 && i64::from(declared) != frames as i64 {
            warnings.push(Warning {
                location: Location::file(&source.file),
                message: format!(
                    "the header declares {declared} frames, but the file holds {frames}, which are \
                     read"
                ),
            });
        }
        Ok(Self {
            atoms: atoms as usize,
            frames: frames as usize,
            cut_off_at: (rest > 0).then(|| source.length - rest),
            warnings,
            is_big_endian,
            has_cell,
            has_fourth,
            free,
            first_at,
            first_bytes,
            other_bytes,
            first_step: words[1],
            steps_between: words[2],
            step_ps: step * PS_PER_TIME_UNIT,
            first: OnceLock::new(),
        })
    }

    /// Offset of a frame.
    fn offset(&self, frame: usize) -> u64 {
        match frame.checked_sub(1) {
            None => self.first_at,
            Some(others) => self.first_at + self.first_bytes + others as u64 * self.other_bytes,
        }
    }

    /// Reads the frame with a number below [`Self::frames`].
    pub(super) fn frame(
        &self,
        source: &Source,
        frame: usize,
    ) -> Result<TrajectoryFrame, MoleculeError> {
        let has_all = frame == 0 || self.free.is_empty();
        let count = if has_all { self.atoms } else { self.free.len() };
        let mut at = self.offset(frame);
        let mut next = |length: u64, what: &str| {
            let bytes = record(source, at, length, self.is_big_endian, what)
                .map_err(|problem| source.frame_error(frame, at, problem));
            at += length + 2 * MARKER_BYTES;
            bytes
        };
        let mut box_angstrom = None;
        if self.has_cell {
            let cell = next(CELL_BYTES, "the unit cell")?;
            let mut numbers = Numbers::new(&cell, self.is_big_endian);
            let cell = [(); 6].map(|()| numbers.f64());
            box_angstrom = rows_of_box(box_of_dcd(cell), 1.0);
        }
        let mut positions = vec![[0.0; 3]; count];
        for (axis, what) in [
            "the x coordinates",
            "the y coordinates",
            "the z coordinates",
        ]
        .into_iter()
        .enumerate()
        {
            let bytes = next(count as u64 * 4, what)?;
            let mut numbers = Numbers::new(&bytes, self.is_big_endian);
            for position in &mut positions {
                position[axis] = numbers.f32();
            }
        }
        if self.has_fourth {
            next(count as u64 * 4, "the fourth coordinates")?;
        }
        if !has_all {
            if self.first.get().is_none() {
                let first = self.frame(source, 0)?.position_angstrom;
                // Another thread may have read it, too.
                let _ = self.first.set(first);
            }
            let mut all = self.first.get().cloned().unwrap_or_default();
            for (atom, position) in self.free.iter().zip(positions) {
                all[*atom as usize] = position;
            }
            positions = all;
        }
        let steps = f64::from(self.first_step) + frame as f64 * f64::from(self.steps_between);
        Ok(TrajectoryFrame {
            number: frame,
            time_ps: Some(steps * self.step_ps).filter(|time| time.is_finite()),
            box_angstrom,
            position_angstrom: positions,
        })
    }
}

/// The rows of the box of a unit cell as DCD files store it, in one of three ways: lengths and
/// angles in degrees (NAMD before 2.5), lengths and cosines of the angles (CHARMM before 25, NAMD),
/// or the symmetric matrix of the box (CHARMM since 25), which alone has values below zero or above
/// 180 in the places of the others.
fn box_of_dcd(cell: [f64; 6]) -> [[f64; 3]; 3] {
    let [a, gamma, b, beta, alpha, c] = cell;
    let angles = [alpha, beta, gamma];
    if angles.iter().all(|angle| angle.abs() <= 1.0) {
        return box_of_cell([a, b, c], angles);
    }
    let is_matrix = cell.iter().any(|value| *value < 0.0) || angles.iter().any(|x| *x > 180.0);
    if is_matrix {
        let [xx, xy, yy, xz, yz, zz] = cell;
        return [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]];
    }
    box_of_cell([a, b, c], angles.map(|angle| angle.to_radians().cos()))
}
