//! `molshot dataset evaluate`

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum};
use molshot_dataset::evaluate::{MAX_VIEWS, check_endpoint};
use molshot_dataset::files::write_file;
use molshot_dataset::score::{ModelPredictions, compare, comparison_table, token_lines};
use molshot_dataset::{
    Baseline, EvaluateOptions, EvaluateSummary, Layout, Monitor, ToolOptions, baseline, evaluate,
    read_predictions,
};

use super::progress::Meter;
use super::score::{ShowArgs, score_file};
use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::Verbosity;
use crate::cli::interrupt;
use crate::cli::message::{CliError, note, output};
use crate::cli::{number, whole};

const EXAMPLES: &str = "\
Examples:
  molshot dataset evaluate --out misi/ --endpoint http://localhost:8000/v1 --model Qwen/Qwen2.5-VL-7B-Instruct
  OPENAI_API_KEY=... molshot dataset evaluate --out misi/ --endpoint https://api.openai.com/v1 --model o3 --concurrency 16
  molshot dataset evaluate --out misi/ --endpoint http://localhost:8000/v1 --model NAME --tools --max-views 4
  molshot dataset evaluate --out misi/ --baseline oracle

Answers are appended to OUT/predictions/MODEL-SPLIT.jsonl (with --tools, MODEL-tools-SPLIT.jsonl) and then scored. The same command again asks only the questions
without an answer.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct EvaluateArgs {
    /// Folder of the set.
    #[arg(long, value_name = "OUT")]
    out: PathBuf,
    /// Base URL of an OpenAI-compatible endpoint, such as `http://localhost:8000/v1`.
    #[arg(
        long,
        value_name = "URL",
        value_parser = endpoint,
        required_unless_present = "baseline",
        requires = "model"
    )]
    endpoint: Option<String>,
    /// Name of the model at the endpoint.
    #[arg(long, value_name = "NAME", conflicts_with = "baseline")]
    model: Option<String>,
    /// Answer without a model, to compare scores with.
    #[arg(long, value_enum, conflicts_with = "endpoint")]
    baseline: Option<BaselineArg>,
    /// Environment variable with the key.
    #[arg(long, value_name = "VARIABLE", default_value = "OPENAI_API_KEY")]
    key_variable: String,
    /// Number of concurrent requests.
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = whole(1_u16..=1024), allow_negative_numbers = true)]
    concurrency: u16,
    /// Attempts per question before it is given up.
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = whole(1_u16..), allow_negative_numbers = true)]
    tries: u16,
    /// Time limit of a request, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = whole(1_u64..=86_400), allow_negative_numbers = true)]
    timeout: u64,
    /// Limit of tokens per answer.
    #[arg(long, value_name = "N", default_value_t = 4096, value_parser = whole(0_u32..=u32::MAX), allow_negative_numbers = true)]
    max_tokens: u32,
    /// Ask the questions again that the endpoint refused in earlier runs.
    #[arg(long, conflicts_with = "baseline")]
    retry_refused: bool,
    /// Let the model call a tool, view, that draws a picture of the question from another side.
    #[arg(long, conflicts_with = "baseline")]
    tools: bool,
    /// Number of views per question before the model has to answer.
    #[arg(long, value_name = "N", requires = "tools", default_value_t = 8, value_parser = whole(1_u16..=MAX_VIEWS as u16), allow_negative_numbers = true)]
    max_views: u16,
    /// Folder of the complexes, which the views are drawn from [default: as planned].
    #[arg(long, value_name = "DIR", requires = "tools")]
    complexes: Option<PathBuf>,
    /// Prices of a million prompt tokens and a million completion tokens, to print the cost.
    #[arg(long, num_args = 2, value_names = ["PROMPT", "COMPLETION"],
          value_parser = number(0.0_f64..=1e9), allow_negative_numbers = true)]
    prices: Vec<f64>,
    /// Seed of the random baseline.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u64::MAX), allow_negative_numbers = true)]
    seed: u64,
    #[command(flatten)]
    show: ShowArgs,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BaselineArg {
    /// A random answer of the right form.
    Random,
    /// The same answer to all questions of a task.
    Constant,
    /// The reference answer.
    Oracle,
}

impl BaselineArg {
    fn baseline(self) -> (Baseline, &'static str) {
        match self {
            Self::Random => (Baseline::Random, "random"),
            Self::Constant => (Baseline::Constant, "constant"),
            Self::Oracle => (Baseline::Oracle, "oracle"),
        }
    }
}

pub(super) fn run(args: &EvaluateArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("--out", &args.out, GIVE_A_SET)?;
    let layout = Layout::new(&args.out);
    let split = args.show.split.split();
    let (endpoint, model) = match (&args.baseline, &args.endpoint, &args.model) {
        (Some(baseline_arg), ..) => {
            let (which, name) = baseline_arg.baseline();
            let answers = baseline(&layout, split, which, args.seed).map_err(failure)?;
            let mut lines = String::new();
            for prediction in answers.into_values() {
                lines += &serde_json::to_string(&prediction)?;
                lines.push('\n');
            }
            let file = layout.predictions_file(name, false, split);
            write_file(&file, lines.as_bytes()).map_err(failure)?;
            return score_file(&layout, &file, &args.show, name, verbosity);
        }
        (None, Some(endpoint), Some(model)) => (endpoint, model),
        _ => {
            return Err(CliError::usage(
                "give --endpoint URL --model NAME, or --baseline",
            ));
        }
    };
    if let Some(complexes) = &args.complexes {
        check_folder("--complexes", complexes, "give the folder of the complexes")?;
    }
    let file = layout.predictions_file(model, args.tools, split);
    let mut options = EvaluateOptions::new(endpoint, model);
    options.key = std::env::var(&args.key_variable)
        .ok()
        .filter(|key| !key.trim().is_empty());
    options.split = split;
    options.concurrency = usize::from(args.concurrency);
    options.tries = usize::from(args.tries);
    options.timeout = Duration::from_secs(args.timeout);
    options.max_tokens = args.max_tokens;
    options.retry_refused = args.retry_refused;
    options.tools = args.tools.then(|| {
        let mut tools = ToolOptions::default();
        tools.max_views = usize::from(args.max_views);
        tools.complexes.clone_from(&args.complexes);
        tools
    });
    let meter = Meter::new("questions", verbosity);
    interrupt::listen(|| {
        note(
            "interrupted: waiting for the questions in flight; press Ctrl-C again to quit at once",
        );
    });
    let monitor = Monitor {
        progress: &|progress| meter.show(progress),
        stopped: &interrupt::requested,
        notice: &|text| {
            if !verbosity.quiet {
                meter.notice(text);
            }
        },
    };
    let summary = evaluate(&layout, &options, &file, monitor).map_err(failure)?;
    meter.finish();
    if !verbosity.quiet {
        report(args, &summary);
    }
    if summary.answers() + summary.refused > 0 {
        if args.tools {
            show_with_tools(&layout, &file, &args.show, model, &summary, verbosity)?;
        } else {
            score_file(&layout, &file, &args.show, model, verbosity)?;
        }
    }
    match summary.first_failure {
        Some(first) => Err(CliError::Work(anyhow::anyhow!(
            "{} questions have no answer, the first: {first}; run the same command again to retry",
            summary.failed
        ))),
        None => match &summary.first_refusal {
            Some(first) if summary.answers() == 0 => Err(CliError::Work(anyhow::anyhow!(
                "the endpoint refused all {} questions, the first: {first}; give a model or an endpoint that takes them, and --retry-refused",
                summary.refused
            ))),
            _ => Ok(()),
        },
    }
}

/// Reads the base URL of an endpoint.
fn endpoint(text: &str) -> Result<String, String> {
    check_endpoint(text).map(|()| text.to_owned())
}

/// Says what was asked, and what it took.
fn report(args: &EvaluateArgs, summary: &EvaluateSummary) {
    let cost = match args.prices.as_slice() {
        [prompt, completion] => {
            let cost = prompt * summary.prompt_tokens as f64
                + completion * summary.completion_tokens as f64;
            format!(", cost {}", cost_text(cost * 1e-6))
        }
        _ => String::new(),
    };
    if summary.cut_off > 0 {
        note(format_args!(
            "{} answers were cut off at the limit of tokens; a larger --max-tokens gives them room",
            summary.cut_off
        ));
    }
    if let Some(first) = &summary.first_refusal {
        note(format_args!(
            "warning: the endpoint refused {} questions, which count as wrong and are not asked again without --retry-refused; the first: {first}",
            summary.refused
        ));
    }
    note(format_args!(
        "{} questions answered, {} answered before, {} retries{}; {} prompt tokens, {} completion tokens{cost}",
        summary.answered,
        summary.found,
        summary.retries,
        if args.tools {
            format!(", {} views", summary.views)
        } else {
            String::new()
        },
        summary.prompt_tokens,
        summary.completion_tokens
    ));
    if summary.prompt_tokens_by_mode.len() > 1 {
        for line in token_lines(&summary.prompt_tokens_by_mode).lines() {
            note(line);
        }
    }
}

/// Shows the scores with tools, and their difference to those with fixed pictures if the same model
/// has answered these, too.
fn show_with_tools(
    layout: &Layout,
    file: &Path,
    show: &ShowArgs,
    model: &str,
    summary: &EvaluateSummary,
    verbosity: Verbosity,
) -> Result<(), CliError> {
    let split = show.split.split();
    let name = format!("{model} with tools");
    score_file(layout, file, show, &name, verbosity)?;
    let fixed_file = layout.predictions_file(model, false, split);
    if !fixed_file.is_file() {
        return Ok(());
    }
    if show.is_json() {
        note(format_args!(
            "the answers of {model} with fixed pictures are in {}",
            fixed_file.display()
        ));
        return Ok(());
    }
    let read = |file: &Path, name: &str| -> Result<ModelPredictions, CliError> {
        Ok(ModelPredictions {
            name: name.to_owned(),
            file: file.to_owned(),
            predictions: read_predictions(file).map_err(failure)?,
        })
    };
    let fixed = read(&fixed_file, model)?;
    if fixed.predictions.is_empty() {
        return Ok(());
    }
    let compared = compare(layout, &[fixed, read(file, &name)?], split).map_err(failure)?;
    output(comparison_table(&compared).as_bytes())?;
    let questions = summary.answers().max(1);
    let per_question = summary.views as f64 / questions as f64;
    output(format!("views per question: {per_question:.2}\n").as_bytes())
}

/// Formats a cost with two decimals, or with three significant digits if it is less than 1.
fn cost_text(cost: f64) -> String {
    let places = if cost > 0.0 && cost < 1.0 {
        (2 - cost.log10().floor() as i32).clamp(2, 9) as usize
    } else {
        2
    };
    format!("{cost:.places$}")
}

#[cfg(test)]
mod tests {
    use super::cost_text;

    #[test]
    fn small_costs_keep_three_significant_digits() {
        for (cost, text) in [
            (0.0, "0.00"),
            (12.345, "12.35"),
            (1.0, "1.00"),
            (0.5, "0.500"),
            (0.0042, "0.00420"),
            (0.000_012_34, "0.0000123"),
        ] {
            assert_eq!(cost_text(cost), text);
        }
    }
}
