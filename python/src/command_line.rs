//! The command line, for the script `molshot` of the package.

use std::ffi::OsString;

use molshot::cli::{self, Process};
use pyo3::prelude::*;

/// Environment variables with which `molshot serve` has to be started so that freed memory goes
/// back to the system; none if the environment configures the allocator already.
#[pyfunction]
pub(crate) fn missing_allocator_variables() -> Vec<(&'static str, &'static str)> {
    #[cfg(feature = "serve")]
    {
        cli::missing_allocator_variables().to_vec()
    }
    #[cfg(not(feature = "serve"))]
    {
        Vec::new()
    }
}

/// Runs a command line of `molshot`, and returns its exit status. The first argument is the name of
/// the program.
#[pyfunction]
pub(crate) fn run_command_line(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| cli::run(arguments, Process::Python))
}
