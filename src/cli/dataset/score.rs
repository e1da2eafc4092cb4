//! `molshot dataset score`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use molshot_dataset::files::write_file;
use molshot_dataset::score::{Scores, chart, table};
use molshot_dataset::{Layout, Split, read_predictions, score};

use super::{GIVE_A_SET, check_file, check_folder, failure};
use crate::cli::message::{CliError, note, output};

const EXAMPLES: &str = "\
Examples:
  molshot dataset score --out misi/ --predictions answers.jsonl
  molshot dataset score --out misi/ --predictions answers.jsonl --format json --chart scores.svg

A line of the predictions is {\"id\": \"5ey0-T1-0\", \"answer\": \"move x 3\"}. docs/dataset.md says how answers are parsed and scored.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScoreArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Answers, one per line.
    #[arg(long, value_name = "FILE.jsonl")]
    predictions: PathBuf,
    #[command(flatten)]
    show: ShowArgs,
    /// Name of the model in the table [default: the name of the predictions file].
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

/// Options of the output of scores.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Split to score.
    #[arg(long, value_enum, default_value_t = SplitArg::Test)]
    pub(super) split: SplitArg,
    /// Format of the printed scores.
    #[arg(long, value_enum, default_value_t = OutputFormat::Text)]
    format: OutputFormat,
    /// Also draw the scores next to those of the paper.
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitArg {
    Train,
    Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OutputFormat {
    Text,
    Json,
}

impl SplitArg {
    pub(super) fn split(self) -> Split {
        match self {
            Self::Train => Split::Train,
            Self::Test => Split::Test,
        }
    }
}

impl ShowArgs {
    /// Prints scores, and draws them if a file is given.
    pub(super) fn show(&self, scores: &Scores) -> Result<(), CliError> {
        let text = match self.format {
            OutputFormat::Text => table(scores),
            OutputFormat::Json => serde_json::to_string_pretty(scores)? + "\n",
        };
        output(text.as_bytes())?;
        let missing = scores.languages.as_ref().map(|all| all.missing.join(", "));
        if let Some(missing) = missing.filter(|missing| !missing.is_empty()) {
            note(format_args!(
                "warning: there are no predictions in {missing}, which the scores by language leave out"
            ));
        }
        if let Some(path) = &self.chart {
            write_file(path, chart(std::slice::from_ref(scores)).as_bytes()).map_err(failure)?;
        }
        Ok(())
    }
}

/// Scores a file of predictions and shows the scores.
pub(super) fn score_file(
    layout: &Layout,
    file: &Path,
    show: &ShowArgs,
    model: &str,
) -> Result<(), CliError> {
    let predictions = read_predictions(file).map_err(failure)?;
    let scores = score(layout, &predictions, show.split.split(), model).map_err(failure)?;
    show.show(&scores)
}

pub(super) fn run(args: &ScoreArgs) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    check_file("--predictions", &args.predictions)?;
    let stem = args
        .predictions
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let model = args.model.as_deref().unwrap_or(&stem);
    score_file(
        &Layout::new(&args.out),
        &args.predictions,
        &args.show,
        model,
    )
}
