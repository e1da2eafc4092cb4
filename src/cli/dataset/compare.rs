//! `molshot dataset compare`

use std::path::PathBuf;

use clap::Args;
use molshot_dataset::Layout;
use molshot_dataset::score::{Comparison, compare, comparison_table, read_models};

use super::score::{OutputFormat, SplitArg};
use super::{GIVE_A_SET, check_file, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::message::{CliError, note, output};

const EXAMPLES: &str = "\
Examples:
  molshot dataset compare --out misi/ small.jsonl large.jsonl
  molshot dataset compare --out misi/ base.jsonl tuned.jsonl longer.jsonl --format json

Each file is compared with the first one, question by question. Questions without a prediction count as wrong.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompareArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Files of answers, two or more; the others are compared with the first.
    #[arg(required = true, num_args = 2.., value_name = "FILE.jsonl")]
    predictions: Vec<PathBuf>,
    /// Split to compare on.
    #[arg(long, value_enum, default_value_t = SplitArg::Test)]
    split: SplitArg,
    /// Format of the printed comparison.
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
}

pub(super) fn run(args: &CompareArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    for file in &args.predictions {
        check_file("FILE.jsonl", file)?;
    }
    let models = read_models(&args.predictions).map_err(failure)?;
    let layout = Layout::new(&args.out);
    let comparison = compare(&layout, &models, args.split.split()).map_err(failure)?;
    let text = match args.format {
        OutputFormat::Text => comparison_table(&comparison),
        OutputFormat::Json => serde_json::to_string_pretty(&comparison)? + "\n",
    };
    output(text.as_bytes())?;
    if !verbosity.quiet {
        warn(&comparison);
    }
    Ok(())
}

/// Warns of models that did not answer all questions, because what they lack counts as wrong.
fn warn(comparison: &Comparison) {
    for model in comparison.models.iter().filter(|model| model.missing > 0) {
        note(format_args!(
            "warning: {} lacks predictions for {} questions, which count as wrong",
            model.name, model.missing
        ));
    }
}
