//! Trajectories: the positions of the same atoms at many times, without their names, which a
//! structure file has (the topology).
//!
//! A trajectory stays on disk: opening it reads its headers, and every frame is read on its own,
//! in any order and by several threads. Damaged data give an error that names the frame and the
//! byte, and memory grows only with the bytes that are there.

mod dcd;
mod slice;
mod source;
#[cfg(test)]
mod tests;
mod trr;
mod xtc;

use std::io::Cursor;
use std::path::Path;

pub use self::slice::FrameSlice;
use self::source::{Input, Source};
use crate::io::options::ReadLimits;
use crate::io::trajectory_format::TrajectoryFormat;
use crate::load::open_regular_file;
use crate::{Location, MAX_COORDINATE_ANGSTROM, MoleculeError, Structure, Warning};

/// Angstrom per nanometre, the unit of GROMACS.
const ANGSTROM_PER_NM: f64 = 10.0;

/// The positions of all atoms at one time.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TrajectoryFrame {
    /// Number of the frame in its file, counted from 0.
    pub number: usize,
    /// Time in picoseconds as the file says it; `None` if it has none. In files of LAMMPS it is
    /// in another unit, which the file does not name.
    pub time_ps: Option<f64>,
    /// The three vectors of the periodic box, in angstrom; `None` if the file has none.
    pub box_angstrom: Option<[[f32; 3]; 3]>,
    /// Positions in angstrom, in the order of the file. Damaged data may give numbers that are not
    /// finite.
    pub position_angstrom: Vec<[f32; 3]>,
}

/// Where the frames of a file begin.
#[derive(Debug, Default)]
struct FrameIndex {
    /// Number of atoms of each frame; 0 without frames.
    atoms: usize,
    offsets: Vec<u64>,
    /// Offset of a last frame that is not complete.
    cut_off_at: Option<u64>,
}

/// What is known about the frames of a file.
#[derive(Debug)]
enum Frames {
    Xtc(FrameIndex),
    Trr(FrameIndex),
    Dcd(dcd::Layout),
}

/// A trajectory that is open for reading.
#[derive(Debug)]
pub struct Trajectory {
    source: Source,
    format: TrajectoryFormat,
    frames: Frames,
    warnings: Vec<Warning>,
}

impl Trajectory {
    /// Opens a regular file, and finds its frames. The format is that of its first bytes.
    ///
    /// # Errors
    /// [`MoleculeError`] if it cannot be read, is not a trajectory, has no whole frame, or its
    /// headers are damaged.
    pub fn open(path: &Path, limits: &ReadLimits) -> Result<Self, MoleculeError> {
        let file = path.display().to_string();
        let input = open_regular_file(path).map_err(|source| MoleculeError::Io {
            file: file.clone(),
            source,
        })?;
        Self::new(&file, Box::new(input), limits)
    }

    /// Opens the bytes of a file. `name` is used in messages.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn from_bytes(
        name: &str,
        bytes: Vec<u8>,
        limits: &ReadLimits,
    ) -> Result<Self, MoleculeError> {
        Self::new(name, Box::new(Cursor::new(bytes)), limits)
    }

    fn new(file: &str, input: Box<dyn Input>, limits: &ReadLimits) -> Result<Self, MoleculeError> {
        let source = Source::new(file, input).map_err(|source| MoleculeError::Io {
            file: file.to_owned(),
            source,
        })?;
        let head = source.head::<8>(0)?;
        let format = TrajectoryFormat::from_magic(&head).ok_or_else(|| not_one(file, &head))?;
        let frames = match format {
            TrajectoryFormat::Xtc => Frames::Xtc(xtc::index(&source)?),
            TrajectoryFormat::Trr => Frames::Trr(trr::index(&source)?),
            TrajectoryFormat::Dcd => Frames::Dcd(dcd::Layout::read(&source)?),
        };
        let mut trajectory = Self {
            source,
            format,
            frames,
            warnings: Vec::new(),
        };
        trajectory.finish(limits)?;
        Ok(trajectory)
    }

    /// Checks the numbers of frames and atoms, and collects warnings.
    fn finish(&mut self, limits: &ReadLimits) -> Result<(), MoleculeError> {
        let file = &self.source.file;
        let cut_off_at = match &mut self.frames {
            Frames::Xtc(index) | Frames::Trr(index) => index.cut_off_at,
            Frames::Dcd(layout) => {
                self.warnings.append(&mut layout.warnings);
                layout.cut_off_at
            }
        };
        if self.is_empty() {
            return Err(MoleculeError::Syntax {
                location: Location::file(file),
                problem: "the file has no whole frame".to_owned(),
                remedy: "give the whole file; it may have been cut off".to_owned(),
            });
        }
        if self.atoms() > limits.max_atoms {
            return Err(MoleculeError::Limit {
                location: Location::file(file),
                problem: format!(
                    "{} atoms are more than the limit of {}",
                    self.atoms(),
                    limits.max_atoms
                ),
                remedy: "give a trajectory of fewer atoms or raise the limit of atoms".to_owned(),
            });
        }
        if let Some(at) = cut_off_at {
            self.warnings.push(Warning {
                location: Location::file(file),
                message: format!(
                    "byte {at}: the frame {} is cut off by the end of the file; the {} before it \
                     are read",
                    self.len(),
                    self.len()
                ),
            });
        }
        Ok(())
    }

    /// Returns the path as the caller gave it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.source.file
    }

    /// Returns the format.
    #[must_use]
    pub fn format(&self) -> TrajectoryFormat {
        self.format
    }

    /// Returns the number of frames, at least one.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.frames {
            Frames::Xtc(index) | Frames::Trr(index) => index.offsets.len(),
            Frames::Dcd(layout) => layout.frames,
        }
    }

    /// Returns true if there are no frames, which no trajectory that was opened has.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the number of atoms of each frame.
    #[must_use]
    pub fn atoms(&self) -> usize {
        match &self.frames {
            Frames::Xtc(index) | Frames::Trr(index) => index.atoms,
            Frames::Dcd(layout) => layout.atoms,
        }
    }

    /// Returns the warnings about the file, such as that its last frame is cut off.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Reads the frame with a number, counted from 0.
    ///
    /// # Errors
    /// [`MoleculeError`] if there is no such frame, and for damaged data.
    pub fn frame(&self, number: usize) -> Result<TrajectoryFrame, MoleculeError> {
        let offset = |index: &FrameIndex| {
            let offset = index.offsets.get(number).copied();
            offset.ok_or_else(|| self.no_frame(number))
        };
        match &self.frames {
            Frames::Xtc(index) => xtc::read(&self.source, number, offset(index)?),
            Frames::Trr(index) => trr::read(&self.source, number, offset(index)?),
            Frames::Dcd(layout) if number < layout.frames => layout.frame(&self.source, number),
            Frames::Dcd(_) => Err(self.no_frame(number)),
        }
    }

    fn no_frame(&self, number: usize) -> MoleculeError {
        MoleculeError::Syntax {
            location: Location::file(&self.source.file),
            problem: format!("there is no frame {number}"),
            remedy: format!("choose a number from 0 to {}", self.len() - 1),
        }
    }

    /// Checks that the frames are of the atoms of a structure.
    ///
    /// # Errors
    /// [`MoleculeError`] unless the files of the structure have as many atoms as each frame.
    pub fn check_topology(&self, topology: &Structure) -> Result<(), MoleculeError> {
        let rows = topology.rows_in_files();
        if rows == self.atoms() {
            return Ok(());
        }
        let names: Vec<&str> = (topology.parts().iter())
            .map(|part| part.name.as_str())
            .collect();
        if rows < topology.atoms().len() {
            return Err(MoleculeError::Syntax {
                location: Location::file(&self.source.file),
                problem: "the structure has copies by symmetry, which frames do not move"
                    .to_owned(),
                remedy: "read the structure without assembly, unit cell and symmetry mates"
                    .to_owned(),
            });
        }
        let left_out = match rows - topology.atoms().len() {
            0 => String::new(),
            left_out => format!(" (with {left_out} that are not drawn, as alternate locations)"),
        };
        Err(MoleculeError::Syntax {
            location: Location::file(&self.source.file),
            problem: format!(
                "its frames have {} atoms, but the structure {} has {rows}{left_out}",
                self.atoms(),
                names.join(", ")
            ),
            remedy: "give a structure file with the atoms of the trajectory in the same order, \
                     such as the one that the simulation was started with"
                .to_owned(),
        })
    }

    /// Returns a structure with the positions of the frame with a number; bonds and everything else
    /// stay. Atom `i` of a frame is the one in row `i` of the structure's files.
    ///
    /// # Errors
    /// As [`Self::frame`] and [`Self::check_topology`], and for coordinates that are not finite or
    /// too large.
    pub fn structure(
        &self,
        number: usize,
        topology: &Structure,
    ) -> Result<Structure, MoleculeError> {
        self.check_topology(topology)?;
        let frame = self.frame(number)?;
        topology
            .with_positions_of_rows(&frame.position_angstrom)
            .ok_or_else(|| MoleculeError::Syntax {
                location: Location::file(&self.source.file),
                problem: format!(
                    "frame {number}: a coordinate is not finite, or not below \
                     {MAX_COORDINATE_ANGSTROM} angstrom"
                ),
                remedy: "choose other frames; this one is damaged, or the simulation failed"
                    .to_owned(),
            })
    }
}

/// The error for bytes that are not a trajectory.
fn not_one(file: &str, head: &[u8]) -> MoleculeError {
    let (problem, remedy) = if head.starts_with(b"\x1f\x8b") {
        (
            "is compressed, and frames of a compressed file cannot be read one by one",
            "decompress it first",
        )
    } else {
        (
            "is not a trajectory in the format XTC, TRR or DCD",
            "give one that GROMACS, NAMD, CHARMM or LAMMPS wrote",
        )
    };
    MoleculeError::Format {
        file: file.to_owned(),
        problem: problem.to_owned(),
        remedy: remedy.to_owned(),
    }
}

/// Checks that a frame has as many atoms as the ones before it.
fn check_same_atoms(
    source: &Source,
    index: &mut FrameIndex,
    frame: usize,
    offset: u64,
    atoms: usize,
) -> Result<(), MoleculeError> {
    if frame == 0 {
        index.atoms = atoms;
    } else if index.atoms != atoms {
        let problem = format!("it has {atoms} atoms, but frame 0 has {}", index.atoms);
        return Err(source.frame_error(frame, offset, problem));
    }
    Ok(())
}

/// The vectors of a box in angstrom; `None` for a box without extent, which stands for none, and
/// for one that is not finite.
fn rows_of_box(rows: [[f64; 3]; 3], angstrom: f64) -> Option<[[f32; 3]; 3]> {
    let values = rows.as_flattened();
    let sound = values.iter().all(|x| x.is_finite()) && values.iter().any(|x| *x != 0.0);
    sound.then(|| rows.map(|row| row.map(|x| (x * angstrom) as f32)))
}

/// The vectors of a box with lengths of its edges and cosines of alpha (between b and c), beta and
/// gamma: a along x, b in the plane of x and y.
fn box_of_cell([a, b, c]: [f64; 3], [alpha, beta, gamma]: [f64; 3]) -> [[f64; 3]; 3] {
    let sine = (1.0 - gamma * gamma).max(0.0).sqrt();
    let y = if sine > 0.0 {
        (alpha - beta * gamma) / sine
    } else {
        0.0
    };
    let z = (1.0 - beta * beta - y * y).max(0.0).sqrt();
    [
        [a, 0.0, 0.0],
        [b * gamma, b * sine, 0.0],
        [c * beta, c * y, c * z],
    ]
}
