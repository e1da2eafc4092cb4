//! The frames of a trajectory: the flags, and the structure at each frame.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use molshot_molecule::superpose::Alignment;
use molshot_molecule::trajectory::{FrameSlice, Trajectory};
use molshot_molecule::{ReadLimits, Selection, Structure, TrajectoryFormat};

use crate::cli::message::{CliError, note};

/// Flags about the frames of a trajectory.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Trajectory")]
pub(crate) struct FrameArgs {
    /// Frames of the trajectory to draw, a picture each, counted from 0 as slices of Python are:
    /// first, one behind the last, step; each may be left out, and negative numbers count from the
    /// end. A number alone is one frame [default: 0, the first].
    #[arg(long, value_name = "START:STOP:STEP", allow_hyphen_values = true)]
    frames: Option<FrameSlice>,
    /// Superpose every frame on the first one that is drawn, by least squares over the atoms of
    /// this selection, such as `protein and backbone` or `name CA`.
    #[arg(long, value_name = "SELECTION")]
    align: Option<String>,
}

/// Splits inputs into the structures and the trajectories, which are known by their extension or
/// their first bytes.
fn split(inputs: &[PathBuf]) -> (Vec<PathBuf>, Vec<PathBuf>) {
    inputs
        .iter()
        .cloned()
        .partition(|input| !is_trajectory(input))
}

fn is_trajectory(input: &Path) -> bool {
    if TrajectoryFormat::from_path(input).is_some() {
        return true;
    }
    // Opening a pipe would wait for its writer.
    if !input.metadata().is_ok_and(|metadata| metadata.is_file()) {
        return false;
    }
    let mut head = [0; 8];
    let read = File::open(input).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && TrajectoryFormat::from_magic(&head).is_some()
}

/// The frames of a trajectory that are drawn.
#[derive(Debug)]
pub(super) struct DrawnFrames {
    trajectory: Trajectory,
    pub(super) path: PathBuf,
    /// Numbers of the frames, at least one.
    pub(super) numbers: Vec<usize>,
    align: Option<Selection>,
}

/// The inputs of a command: structures, and the frames of a trajectory.
#[derive(Debug)]
pub(super) struct Inputs {
    pub(super) structures: Vec<PathBuf>,
    pub(super) frames: Option<Arc<DrawnFrames>>,
}

impl Inputs {
    /// Splits the inputs and opens the trajectory.
    pub(super) fn open(
        inputs: &[PathBuf],
        args: &FrameArgs,
        each: bool,
        quiet: bool,
    ) -> Result<Self, CliError> {
        let (structures, trajectories) = split(inputs);
        let path = match trajectories.as_slice() {
            [] => {
                for (given, flag) in [
                    (args.frames.is_some(), "--frames"),
                    (args.align.is_some(), "--align"),
                ] {
                    if given {
                        let formats = TrajectoryFormat::extensions_text();
                        return Err(CliError::flag(
                            flag,
                            format_args!(
                                "no INPUT is a trajectory; give one ({formats}) beside the structure"
                            ),
                        ));
                    }
                }
                return Ok(Self {
                    structures,
                    frames: None,
                });
            }
            [path] => path,
            [first, second, ..] => {
                return Err(CliError::usage(format!(
                    "{} and {} are both trajectories; give one",
                    first.display(),
                    second.display()
                )));
            }
        };
        if structures.is_empty() {
            return Err(CliError::usage(format!(
                "{} is a trajectory, which has positions alone; give the structure file of its \
                 atoms, too",
                path.display()
            )));
        }
        if each {
            return Err(CliError::usage(
                "--each: a trajectory belongs to one structure; draw each by its own command",
            ));
        }
        let frames = DrawnFrames::open(path, args, quiet)?;
        Ok(Self {
            structures,
            frames: Some(Arc::new(frames)),
        })
    }
}

impl DrawnFrames {
    fn open(path: &Path, args: &FrameArgs, quiet: bool) -> Result<Self, CliError> {
        let align = args.align.as_deref().map(Selection::parse).transpose();
        let align = align.map_err(|error| CliError::flag("--align", error))?;
        let trajectory = Trajectory::open(path, &ReadLimits::default())?;
        let count = trajectory.len();
        let numbers = match &args.frames {
            Some(slice) => slice.numbers(count),
            None => vec![0],
        };
        if numbers.is_empty() {
            return Err(CliError::flag(
                "--frames",
                format_args!(
                    "none of the {count} frames of {} is chosen; give numbers from 0 to {}, START before STOP",
                    path.display(),
                    count - 1
                ),
            ));
        }
        if !quiet {
            for warning in trajectory.warnings() {
                note(format_args!("warning: {warning}"));
            }
            if args.frames.is_none() && count > 1 {
                note(format_args!(
                    "{} holds {count} frames; the first is drawn; choose others by --frames, as \
                     in --frames :",
                    path.display()
                ));
            }
        }
        Ok(Self {
            trajectory,
            path: path.to_owned(),
            numbers,
            align,
        })
    }

    /// Checks the topology, and reads its first drawn frame, which others are superposed on.
    pub(super) fn of(&self, topology: &Structure) -> Result<FramesOf<'_>, CliError> {
        self.trajectory.check_topology(topology)?;
        let first = self.trajectory.structure(self.numbers[0], topology)?;
        let align = match &self.align {
            None => None,
            Some(selection) => {
                let chosen = selection.evaluate(&first);
                let alignment = Alignment::new(&first, &chosen);
                Some(alignment.ok_or_else(|| {
                    CliError::flag(
                        "--align",
                        format_args!(
                            "the selection matches {} of the structure's atoms, but a \
                             superposition needs at least {}",
                            chosen.iter().filter(|chosen| **chosen).count(),
                            Alignment::MIN_ATOMS
                        ),
                    )
                })?)
            }
        };
        Ok(FramesOf {
            frames: self,
            first: Arc::new(first),
            align,
        })
    }
}

/// The drawn frames of a structure.
pub(super) struct FramesOf<'a> {
    frames: &'a DrawnFrames,
    /// The structure at the first drawn frame.
    pub(super) first: Arc<Structure>,
    align: Option<Alignment>,
}

impl FramesOf<'_> {
    /// The structure at a drawn frame, by its place among them.
    pub(super) fn at(&self, place: usize) -> Result<Arc<Structure>, CliError> {
        let number = self.frames.numbers[place];
        if number == self.frames.numbers[0] {
            return Ok(Arc::clone(&self.first));
        }
        let moved = self.frames.trajectory.structure(number, &self.first)?;
        let Some(align) = &self.align else {
            return Ok(Arc::new(moved));
        };
        align.apply(&moved).map(Arc::new).ok_or_else(|| {
            CliError::in_file(
                &self.frames.path,
                format_args!(
                    "frame {number}: it cannot be superposed on frame {}",
                    self.frames.numbers[0]
                ),
            )
        })
    }
}
