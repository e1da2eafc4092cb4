//! The program `molshot`: the command line of the library.
#![forbid(unsafe_code)]

use std::process::ExitCode;

use molshot::cli::{Process, run};

fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os(), Process::Own))
}
