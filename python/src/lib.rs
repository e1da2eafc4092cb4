//! The extension module of the Python package `molshot`.
//!
//! It holds what has to be compiled: structures, requests, pictures, the pool of workers, data
//! sets. What a user sees is in the Python files of `molshot/`, and `molshot/_molshot.pyi` says the
//! types. The interpreter lock is released during all work, and Ctrl-C is looked for twenty times a
//! second.
#![forbid(unsafe_code)]
#![allow(
    clippy::needless_pass_by_value,
    reason = "PyO3 gives extracted arguments by value"
)]

mod argument;
mod columns;
mod command_line;
mod dataset;
mod failure;
mod interrupt;
mod origin;
mod picture;
mod plan_arguments;
mod planes;
mod pool;
mod questions;
mod request;
mod scores;
mod structure;
mod trajectory;

use pyo3::pymodule;

/// What `molshot` is built on; not for users.
#[pymodule]
mod _molshot {
    #[pymodule_export]
    use super::command_line::{missing_allocator_variables, run_command_line};
    #[pymodule_export]
    use super::dataset::{
        dataset_describe, dataset_evaluate, dataset_export, dataset_generate, dataset_plan,
        dataset_shards, dataset_status, dataset_verify,
    };
    #[pymodule_export]
    use super::picture::Picture;
    #[pymodule_export]
    use super::pool::{Batch, Pool};
    #[pymodule_export]
    use super::questions::QuestionReader;
    #[pymodule_export]
    use super::request::{Request, render_options};
    #[pymodule_export]
    use super::scores::{dataset_compare, dataset_score, predictions_file, score_answer};
    #[pymodule_export]
    use super::structure::{Structure, read_bytes, read_paths};
    #[pymodule_export]
    use super::trajectory::Trajectory;

    /// Version of the library.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
