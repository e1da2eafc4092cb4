//! `molshot dataset score`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use molshot_dataset::files::write_file;
use molshot_dataset::report::DEFAULT_REPORT_ITEMS;
use molshot_dataset::score::{Scores, chart, table};
use molshot_dataset::{Layout, Split, WrittenReport, read_predictions, score, write_report};

use super::{GIVE_A_SET, check_file, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::message::{CliError, note, output};
use crate::cli::whole;

const EXAMPLES: &str = "\
Examples:
  molshot dataset score --out misi/ --predictions answers.jsonl
  molshot dataset score --out misi/ --predictions answers.jsonl --format json --chart scores.svg
  molshot dataset score --out misi/ --predictions answers.jsonl --report report/

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
    #[arg(long, value_name = "FILE.svg", value_parser = svg_file)]
    chart: Option<PathBuf>,
    /// Also write a page with scores, what answers confuse, and a browser of items: DIR/index.html.
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Limit of items per task that the page of --report shows, drawn by the seed of the set.
    #[arg(long, value_name = "N", requires = "report", default_value_t = DEFAULT_REPORT_ITEMS,
          value_parser = whole(0_usize..=1_000_000), allow_negative_numbers = true)]
    report_items: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SplitArg {
    Train,
    Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
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
    /// Returns whether standard output is one JSON document.
    pub(super) fn is_json(&self) -> bool {
        matches!(self.format, OutputFormat::Json)
    }

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
        let missing = scores.modes.as_ref().map(|all| all.missing.as_slice());
        for mode in missing.unwrap_or_default() {
            note(format_args!(
                "warning: there are no predictions in mode {mode}, which the scores by mode leave out"
            ));
        }
        if let Some(path) = &self.chart {
            write_file(path, chart(std::slice::from_ref(scores)).as_bytes()).map_err(failure)?;
        }
        Ok(())
    }
}

/// Reads the path of a chart.
fn svg_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    let extension = path.extension().unwrap_or_default();
    if extension.eq_ignore_ascii_case("svg") {
        return Ok(path);
    }
    Err("the chart is an SVG; give a file with the extension .svg".to_owned())
}

/// Scores a file of predictions and shows the scores.
pub(super) fn score_file(
    layout: &Layout,
    file: &Path,
    show: &ShowArgs,
    model: &str,
    verbosity: Verbosity,
) -> Result<(), CliError> {
    let predictions = read_predictions(file).map_err(failure)?;
    let split = show.split.split();
    let Some(folder) = &show.report else {
        let scores = score(layout, &predictions, split, model).map_err(failure)?;
        return show.show(&scores);
    };
    let items = show.report_items;
    let (scores, report) =
        write_report(layout, &predictions, split, model, items, folder).map_err(failure)?;
    show.show(&scores)?;
    if !verbosity.quiet {
        note(report_note(&report));
    }
    Ok(())
}

/// Says where a report is and what it shows.
fn report_note(report: &WrittenReport) -> String {
    format!(
        "report written to {}: shows {} of {} items; page {:.1} MB, {} pictures {:.1} MB",
        report.page.display(),
        report.shown,
        report.items,
        report.page_bytes as f64 * 1e-6,
        report.pictures,
        report.picture_bytes as f64 * 1e-6
    )
}

pub(super) fn run(args: &ScoreArgs, verbosity: Verbosity) -> Result<(), CliError> {
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
        verbosity,
    )
}
