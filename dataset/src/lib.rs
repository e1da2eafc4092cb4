//! Questions about pictures of protein-ligand complexes: the nine tasks of `MiSI-Bench` (arXiv 2512.10867).
//!
//! The road of the data, forward only: a folder of complexes -> [`mod@plan`] (which pictures, which questions; a pure function of inputs,
//! options and seed) -> `generate` (draws, and writes tables in shards) -> `verify`, `export`, `evaluate`, `score`.
#![forbid(unsafe_code)]

pub mod complexes;
pub mod error;
pub mod files;
pub mod generate;
pub mod layout;
pub mod messages;
pub mod picture;
pub mod plan;
pub mod random;
pub mod step;
pub mod tables;
pub mod task;
pub mod watch;

pub use error::DatasetError;
pub use generate::{GenerateOptions, Generated, generate};
pub use layout::Layout;
pub use picture::{Look, Picture, PictureSize};
pub use plan::{PlanOptions, plan};
pub use random::Random;
pub use step::Step;
pub use task::{Split, Task, parse_tasks};
pub use watch::{Progress, Watch};
