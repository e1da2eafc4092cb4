//! Data sets of questions about pictures of protein-ligand complexes: the nine tasks of
//! `MiSI-Bench` (arXiv 2512.10867).
//!
//! The data flow has five steps, and no step reads what a later one writes:
//!
//! 1. **Complexes** ([`complexes`]): a folder of structure files. Each complex is a pocket and a
//!    ligand; where the folder has whole PDB entries, both are cut out of them.
//! 2. **Plan** ([`mod@plan`]): decides which pictures and questions the set has. A plan is a pure
//!    function of the input files, the options and the seed; it renders only small previews.
//! 3. **Shards** ([`mod@generate`]): renders the planned pictures and writes Parquet tables, one
//!    shard after the other. [`mod@verify`] checks a finished set against its plan.
//! 4. **Export** ([`mod@export`]): writes the set in the formats of other tools.
//! 5. **Score** ([`mod@score`]): compares predicted answers with the plan's. The predictions come
//!    from a file, from a model behind an HTTP endpoint (`evaluate`), or from a [`mod@baseline`].
//!    [`mod@report`] writes a page about them.
//!
//! All steps find their files through a [`Layout`], which stands for the folder of one set.
//!
//! ```
//! use molshot_dataset::complexes::ComplexSource;
//! use molshot_dataset::plan::split::SplitChoice;
//! use molshot_dataset::{
//!     Baseline, Layout, Monitor, PictureSize, PlanOptions, Split, Task, baseline, plan, score,
//! };
//!
//! # fn main() -> Result<(), molshot_dataset::DatasetError> {
//! # let library = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/library");
//! # let folder = std::env::temp_dir().join(format!("molshot-doctest-{}", std::process::id()));
//! // `library` is a folder of complexes, and `folder` is where the set goes.
//! let layout = Layout::new(&folder);
//! let mut options = PlanOptions::default();
//! options.tasks = vec![Task::T1];
//! options.size = PictureSize { width_px: 64, height_px: 64, samples: 1 };
//! options.split = SplitChoice::Share(1.0); // all complexes in the test split
//! let (_, report) = plan(&ComplexSource::new(&library), &layout, &options, Monitor::NONE)?;
//! assert!(report.question_count() > 0);
//!
//! // The plan has the reference answers, so it can score predictions before anything is rendered.
//! let answers = baseline(&layout, Split::Test, Baseline::Oracle, 0)?;
//! let scores = score(&layout, &answers, Split::Test, "oracle")?;
//! assert_eq!(scores.columns["T1"].score, 100.0);
//! # std::fs::remove_dir_all(&folder).expect("the folder was just written");
//! # Ok(())
//! # }
//! ```
//!
//! # Features
//!
//! - `evaluate` (default): the module `evaluate`, which sends questions to a chat endpoint over
//!   HTTP. Without it, the crate has no network code.
#![forbid(unsafe_code)]

mod answers_file;
pub mod baseline;
mod card;
pub mod complexes;
mod coordinates;
pub mod error;
#[cfg(feature = "evaluate")]
pub mod evaluate;
pub mod export;
pub mod files;
pub mod generate;
mod jobs;
pub mod layout;
pub mod messages;
pub mod mode;
pub mod monitor;
pub mod picture;
mod picture_jobs;
pub mod plan;
pub mod quiz;
pub mod random;
pub mod reader;
pub mod record;
pub mod report;
pub mod rules;
pub mod score;
pub mod status;
pub mod step;
pub mod tables;
pub mod task;
pub mod verify;

pub use baseline::{Baseline, baseline};
pub use error::DatasetError;
#[cfg(feature = "evaluate")]
pub use evaluate::{EvaluateOptions, EvaluateSummary, ToolOptions, evaluate};
pub use export::{ExportFormat, export};
pub use generate::{
    GenerateOptions, GenerateSummary, PlannedShard, describe, generate, planned_shards,
};
pub use layout::Layout;
pub use mode::{Mode, parse_modes};
pub use monitor::{Monitor, Progress};
pub use picture::{PictureKind, PictureSize, PictureSpec};
pub use plan::{PlanOptions, plan};
pub use quiz::{Quiz, QuizOptions};
pub use random::Random;
pub use report::{WrittenReport, write_report};
pub use rules::{Decoys, SplitBy};
pub use score::{read_predictions, score};
pub use status::{ShardState, Status, status};
pub use step::Step;
pub use task::{Split, Task, parse_tasks};
pub use verify::{VerifyOptions, VerifyReport, verify};
