//! `molshot dataset`: one file per subcommand.

mod compare;
mod evaluate;
mod export;
mod generate;
mod plan;
mod progress;
#[cfg(feature = "serve")]
mod quiz;
mod score;
mod status;
mod verify;

use std::path::Path;

use clap::Subcommand;
use molshot_dataset::DatasetError;

use crate::cli::Verbosity;
use crate::cli::message::CliError;
use crate::cli::shared::with_flags;

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DatasetCommand {
    /// Decide which pictures and questions a set has; renders only small previews.
    Plan(plan::PlanArgs),
    /// Render the pictures of a plan and write its tables.
    Generate(generate::GenerateArgs),
    /// Print how far a set is: finished, running and outstanding shards, rate and time left.
    Status(status::StatusArgs),
    /// Check a set: counts, ids, hashes, references, a sample of pictures, and every answer.
    Verify(verify::VerifyArgs),
    /// Write a set in a format that other tools load.
    Export(export::ExportArgs),
    /// Score answers by the rules of the paper, next to its table.
    Score(score::ScoreArgs),
    /// Compare the answers of several models to the same questions, with paired intervals.
    Compare(compare::CompareArgs),
    /// Ask a model behind an OpenAI-compatible endpoint, and score its answers.
    Evaluate(evaluate::EvaluateArgs),
    /// Ask a person: a local page shows the questions, and the answers are predictions.
    #[cfg(feature = "serve")]
    Quiz(quiz::QuizArgs),
    /// Not part of this build.
    #[cfg(not(feature = "serve"))]
    #[command(hide = true)]
    Quiz(crate::cli::not_built::NotBuiltArgs),
}

const EXAMPLES: &str = "\
Examples:
  molshot dataset plan --complexes pdbbind/ --out misi/
  molshot dataset generate --out misi/
  molshot dataset verify --out misi/
  molshot dataset export --out misi/ --format llamafactory
  molshot dataset evaluate --out misi/ --endpoint http://localhost:8000/v1 --model NAME
  molshot dataset score --out misi/ --predictions answers.jsonl
  molshot dataset compare --out misi/ small.jsonl large.jsonl
  molshot dataset quiz misi/";

impl DatasetCommand {
    /// Returns whether a graphics driver will be loaded.
    pub(crate) fn draws(&self) -> bool {
        match self {
            Self::Generate(args) => args.draws(),
            Self::Verify(args) => args.draws(),
            Self::Plan(_)
            | Self::Status(_)
            | Self::Export(_)
            | Self::Score(_)
            | Self::Compare(_)
            | Self::Evaluate(_)
            | Self::Quiz(_) => false,
        }
    }
}

pub(crate) fn run(command: &DatasetCommand, verbosity: Verbosity) -> Result<(), CliError> {
    match command {
        DatasetCommand::Plan(args) => plan::run(args, verbosity),
        DatasetCommand::Generate(args) => generate::run(args, verbosity),
        DatasetCommand::Status(args) => status::run(args),
        DatasetCommand::Verify(args) => verify::run(args, verbosity),
        DatasetCommand::Export(args) => export::run(args, verbosity),
        DatasetCommand::Score(args) => score::run(args, verbosity),
        DatasetCommand::Compare(args) => compare::run(args, verbosity),
        DatasetCommand::Evaluate(args) => evaluate::run(args, verbosity),
        #[cfg(feature = "serve")]
        DatasetCommand::Quiz(args) => quiz::run(args, verbosity),
        #[cfg(not(feature = "serve"))]
        DatasetCommand::Quiz(_) => Err(crate::cli::not_built::error("serve")),
    }
}

/// The remedy of a folder that should be a set.
const GIVE_A_SET: &str = "give the folder of a set, which molshot dataset plan makes";

/// Refuses a folder that cannot be read: the message begins with the flag that names it.
fn check_folder(flag: &str, folder: &Path, remedy: &str) -> Result<(), CliError> {
    folder
        .read_dir()
        .map(|_| ())
        .map_err(|error| unreadable(flag, folder, &error, remedy))
}

/// Refuses a file that does not exist: the message begins with the flag that names it. The file is
/// not opened, because it may be a pipe.
fn check_file(flag: &str, file: &Path) -> Result<(), CliError> {
    let remedy = "give a file that exists";
    file.metadata()
        .map(|_| ())
        .map_err(|error| unreadable(flag, file, &error, remedy))
}

fn unreadable(flag: &str, path: &Path, error: &std::io::Error, remedy: &str) -> CliError {
    CliError::Work(anyhow::anyhow!(
        "{flag}: {}: cannot be read: {error}; {remedy}",
        path.display()
    ))
}

/// Converts an error of the library into one of the program.
fn failure(error: DatasetError) -> CliError {
    if error.is_interrupted() {
        CliError::Interrupted(with_flags(&error, error.advice()))
    } else {
        error.into()
    }
}
