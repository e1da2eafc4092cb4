//! Questions about pictures of protein-ligand complexes: the nine tasks of `MiSI-Bench` (arXiv
//! 2512.10867).
//!
//! The road of the data, forward only: a folder of complexes -> [`mod@plan`] (which pictures, which
//! questions; a pure function of inputs, options and seed) -> [`mod@generate`] (draws, and writes
//! tables in shards) -> [`mod@verify`], [`mod@export`], [`mod@evaluate`], [`mod@score`].
#![forbid(unsafe_code)]

mod base64;
pub mod complexes;
pub mod error;
pub mod evaluate;
pub mod export;
pub mod files;
pub mod generate;
pub mod layout;
pub mod messages;
pub mod picture;
pub mod plan;
pub mod random;
pub mod score;
pub mod step;
pub mod stored;
pub mod tables;
pub mod task;
pub mod verify;
pub mod watch;

pub use error::DatasetError;
pub use evaluate::{Baseline, EvaluateOptions, baseline, evaluate};
pub use export::{Format, export};
pub use generate::{GenerateOptions, Generated, generate};
pub use layout::Layout;
pub use picture::{Look, Picture, PictureSize};
pub use plan::{PlanOptions, plan};
pub use random::Random;
pub use score::{read_predictions, score};
pub use step::Step;
pub use task::{Split, Task, parse_tasks};
pub use verify::{Verified, VerifyOptions, verify};
pub use watch::{Progress, Watch};
