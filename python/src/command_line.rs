//! The command line, for the script `molshot` of the package.

use std::ffi::OsString;

use molshot::cli::{self, Process};
use pyo3::prelude::*;

/// Runs a command line of `molshot`, and returns its exit status. The first argument is the name of
/// the program.
#[pyfunction]
pub(crate) fn run_command_line(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| cli::run(arguments, Process::Python))
}
