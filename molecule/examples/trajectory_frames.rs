//! Prints the coordinates of frames of a trajectory, for comparison with other programs.
//!
//! `trajectory_frames TRAJECTORY [START:STOP:STEP]` prints `frame NUMBER TIME_PS` for each frame,
//! then a line with x, y and z in angstrom for each of the three vectors of the box (zeros if there
//! is none) and for each atom.
#![allow(clippy::print_stdout, reason = "it prints coordinates")]

use std::error::Error;
use std::io::{BufWriter, Write, stdout};
use std::path::Path;

use molshot_molecule::ReadLimits;
use molshot_molecule::trajectory::{FrameSlice, Trajectory};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("give a trajectory")?;
    let frames = arguments.next().unwrap_or_else(|| ":".to_owned());
    let frames: FrameSlice = frames.parse()?;
    let trajectory = Trajectory::open(Path::new(&file), &ReadLimits::default())?;
    for warning in trajectory.warnings() {
        eprintln!("warning: {warning}");
    }
    let mut out = BufWriter::new(stdout().lock());
    writeln!(out, "frames {} {}", trajectory.len(), trajectory.atoms())?;
    for number in frames.numbers(trajectory.len()) {
        let frame = trajectory.frame(number)?;
        let time = frame.time_ps.unwrap_or(f64::NAN);
        writeln!(out, "frame {number} {time}")?;
        for vector in frame.box_angstrom.unwrap_or_default() {
            writeln!(out, "{} {} {}", vector[0], vector[1], vector[2])?;
        }
        for [x, y, z] in frame.position_angstrom {
            writeln!(out, "{x} {y} {z}")?;
        }
    }
    Ok(())
}
