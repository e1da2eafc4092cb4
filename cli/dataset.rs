//! `molshot dataset`: one file per subcommand.

mod generate;
mod plan;
mod progress;

use clap::Subcommand;
use molshot_dataset::DatasetError;

use crate::Verbosity;
use crate::message::Failure;

#[derive(Debug, Subcommand)]
#[command(after_help = EXAMPLES)]
pub(crate) enum DatasetCommand {
    /// Decide which pictures and questions a set has. Draws only sketches.
    Plan(plan::PlanArgs),
    /// Draw a plan's pictures and write its tables.
    Generate(generate::GenerateArgs),
}

const EXAMPLES: &str = "\
Examples:
  molshot dataset plan --complexes pdbbind/ --out misi/
  molshot dataset generate --out misi/
  molshot dataset generate --out misi/ --resume";

impl DatasetCommand {
    /// Whether a graphics driver will be loaded.
    pub(crate) fn draws(&self) -> bool {
        match self {
            Self::Generate(args) => args.draws(),
            Self::Plan(_) => false,
        }
    }
}

pub(crate) fn run(command: &DatasetCommand, verbosity: Verbosity) -> Result<(), Failure> {
    match command {
        DatasetCommand::Plan(args) => plan::run(args, verbosity),
        DatasetCommand::Generate(args) => generate::run(args, verbosity),
    }
}

/// A failure of the library as one of the program.
fn failure(error: DatasetError) -> Failure {
    match error {
        DatasetError::Interrupted(text) => Failure::Interrupted(text),
        error => error.into(),
    }
}
