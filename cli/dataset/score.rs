//! `molshot dataset score`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use molshot_dataset::files::write_file;
use molshot_dataset::score::{Scores, chart, table};
use molshot_dataset::{Layout, Split, read_predictions, score};

use super::failure;
use crate::message::{Failure, output};

const EXAMPLES: &str = "\
Examples:
  molshot dataset score --out misi/ --predictions answers.jsonl
  molshot dataset score --out misi/ --predictions answers.jsonl --format json --chart scores.svg

A line of the predictions is {\"id\": \"5ey0-T1-0\", \"answer\": \"move x 3\"}. What is taken for an answer and how it is scored is in docs/dataset.md.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct ScoreArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Answers, one a line.
    #[arg(long, value_name = "FILE.jsonl")]
    predictions: PathBuf,
    #[command(flatten)]
    show: ShowArgs,
    /// Name of the model in the table [default: the predictions' file name].
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
}

/// How scores are shown.
#[derive(Debug, Args)]
pub(super) struct ShowArgs {
    /// Which side is scored.
    #[arg(long, value_enum, default_value_t = Side::Test)]
    pub(super) split: Side,
    /// How the scores are printed.
    #[arg(long, value_enum, default_value_t = Form::Text)]
    format: Form,
    /// Draw the scores beside the paper's, too.
    #[arg(long, value_name = "FILE.svg")]
    chart: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Side {
    Train,
    Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Side {
    pub(super) fn split(self) -> Split {
        match self {
            Self::Train => Split::Train,
            Self::Test => Split::Test,
        }
    }
}

impl ShowArgs {
    /// Prints scores, and draws them where that is asked for.
    pub(super) fn show(&self, scores: &Scores) -> Result<(), Failure> {
        let text = match self.format {
            Form::Text => table(scores),
            Form::Json => serde_json::to_string_pretty(scores)? + "\n",
        };
        output(text.as_bytes())?;
        if let Some(path) = &self.chart {
            write_file(path, chart(std::slice::from_ref(scores)).as_bytes()).map_err(failure)?;
        }
        Ok(())
    }
}

/// Scores a file of predictions.
pub(super) fn of_file(
    layout: &Layout,
    file: &Path,
    show: &ShowArgs,
    model: &str,
) -> Result<(), Failure> {
    let predictions = read_predictions(file).map_err(failure)?;
    let scores = score(layout, &predictions, show.split.split(), model).map_err(failure)?;
    show.show(&scores)
}

pub(super) fn run(args: &ScoreArgs) -> Result<(), Failure> {
    let stem = args
        .predictions
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy();
    let model = args.model.as_deref().unwrap_or(&stem);
    of_file(
        &Layout::new(&args.out),
        &args.predictions,
        &args.show,
        model,
    )
}
