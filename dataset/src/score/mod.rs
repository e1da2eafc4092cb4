//! Scores answers: points per question ([`metric`]), means and confidence intervals per column.
//!
//! [`table`] and [`chart`] show the scores together with the table of the paper.

pub mod answer;
#[cfg(test)]
mod answer_cases;
#[cfg(test)]
mod answers_by_language;
mod axes;
mod chart;
mod compare;
pub mod confusion;
mod graded;
mod languages;
pub mod metric;
mod modes;
mod paired;
mod paper;
mod prediction;
mod same_bonds;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::mode::Mode;
use crate::random::Random;
use crate::record::Plan;
use crate::task::Split;

pub use chart::chart;
pub use compare::{
    ColumnComparison, ComparedModel, Comparison, Difference, ModelPredictions, compare,
    comparison_table, read_models,
};
pub use graded::{GradedItem, GradedRow, Matched, Outcome, grade_items};
pub use languages::{LanguageColumn, LanguageScores, compare_languages, language_table};
pub use modes::{ModeColumn, ModeScores, PromptTokens, compare_modes, mode_table, token_lines};
pub use paired::{Estimate, ItemScores, PAIRED_RESAMPLES};
pub use paper::{COLUMNS, PAPER};
pub(crate) use prediction::predictions_from;
pub use prediction::{Prediction, ViewedPicture, read_predictions};

use axes::{Axes, ColumnPoints};

/// Number of bootstrap resamples.
const RESAMPLES: usize = 1000;

/// Scores of one column of the table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnScore {
    /// Number of questions.
    pub questions: usize,
    /// Number of questions without a prediction, which count as wrong.
    pub missing: usize,
    /// Number of answers that do not have the required form, which count as wrong; without those
    /// that were cut off and questions that were refused.
    pub not_understood: usize,
    /// Number of answers that were cut off at the limit of tokens.
    #[serde(default)]
    pub cut_off: usize,
    /// Number of questions that the endpoint refused, which count as wrong.
    #[serde(default)]
    pub refused: usize,
    /// Mean score by the rules of the paper, in percent.
    pub score: f64,
    /// 95 % bootstrap interval of the score.
    pub interval: [f64; 2],
    /// Share of exact matches, in percent.
    pub exact: f64,
    /// 95 % bootstrap interval of the share of exact matches.
    pub exact_interval: [f64; 2],
}

/// Scores of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Scores {
    /// Name of the model.
    pub model: String,
    /// The split that was scored.
    pub split: String,
    /// Scores by column of the paper's table.
    pub columns: BTreeMap<String, ColumnScore>,
    /// The average of the paper: over all tasks but T5 and T6, where T4 is the mean of its columns.
    ///
    /// `None` if the set lacks one of these tasks.
    pub average: Option<f64>,
    /// Number of predictions for questions that the set does not have.
    pub unknown: usize,
    /// Scores by language, if the set has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<LanguageScores>,
    /// Scores by input mode, if the set has several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modes: Option<ModeScores>,
    /// Tokens of the prompts by input mode, if the endpoint counted them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub prompt_tokens: BTreeMap<Mode, PromptTokens>,
}

/// Scores predictions against a set's plan.
///
/// # Errors
/// When the plan cannot be read.
pub fn score(
    layout: &Layout,
    predictions: &BTreeMap<String, Prediction>,
    split: Split,
    model: &str,
) -> Result<Scores, DatasetError> {
    score_rows(layout, predictions, split, model, None)
}

/// Scores predictions for some of a split's questions: the others do not count as missing.
///
/// Languages are not compared.
///
/// # Errors
/// When the plan cannot be read.
pub fn score_some(
    layout: &Layout,
    predictions: &BTreeMap<String, Prediction>,
    split: Split,
    model: &str,
    asked: &BTreeSet<&str>,
) -> Result<Scores, DatasetError> {
    score_rows(layout, predictions, split, model, Some(asked))
}

fn score_rows(
    layout: &Layout,
    predictions: &BTreeMap<String, Prediction>,
    split: Split,
    model: &str,
    asked: Option<&BTreeSet<&str>>,
) -> Result<Scores, DatasetError> {
    let mut sums = ScoreSums::default();
    let is_asked = |id: &str| asked.is_none_or(|asked| asked.contains(id));
    let matched = grade_items(layout, predictions, split, &mut |item| {
        sums.add_rows(item, &is_asked);
    })?;
    let mut plan = layout.plan()?;
    if asked.is_some() {
        // Some questions are asked in one language or mode only.
        plan.languages.truncate(1);
        plan.modes.truncate(1);
    }
    Ok(sums.scores(&plan, split, model, matched.unknown))
}

/// The points of a question's answer.
#[derive(Debug)]
struct Graded {
    points: metric::Points,
    is_missing: bool,
    is_cut_off: bool,
    is_refused: bool,
    prompt_tokens: Option<u64>,
}

/// The points of graded items, from which scores are computed.
#[derive(Debug, Default)]
pub(crate) struct ScoreSums {
    points: ColumnPoints,
}

impl ScoreSums {
    /// Adds the rows of an item.
    pub(crate) fn add(&mut self, item: &GradedItem<'_>) {
        self.add_rows(item, &|_| true);
    }

    /// Adds the rows of an item whose ids are wanted.
    fn add_rows(&mut self, item: &GradedItem<'_>, wanted: &dyn Fn(&str) -> bool) {
        let rows = item.rows.iter().filter(|row| wanted(&row.id));
        let rows: Vec<Graded> = rows
            .map(|row| Graded {
                points: row.grade.points,
                is_missing: row.prediction.is_none(),
                is_cut_off: row.is_cut_off(),
                is_refused: row.is_refused(),
                prompt_tokens: row.prediction.and_then(|given| given.prompt_tokens),
            })
            .collect();
        if !rows.is_empty() {
            self.points
                .entry(item.item.column())
                .or_default()
                .push(rows);
        }
    }

    /// Computes the scores of all items.
    pub(crate) fn scores(self, plan: &Plan, split: Split, model: &str, unknown: usize) -> Scores {
        let mut scores = Scores {
            model: model.to_owned(),
            split: split.name().to_owned(),
            unknown,
            ..Scores::default()
        };
        let axes = Axes::new(plan, &self.points);
        scores.languages = axes.by_language();
        scores.modes = axes.by_mode();
        scores.prompt_tokens = axes.prompt_tokens();
        for (column, points) in &self.points {
            let score = column_score(column, points);
            scores.columns.insert((*column).to_owned(), score);
        }
        let of = |column: &str| scores.columns.get(column).map(|column| column.score);
        scores.average = paper_average(&of).map(hundredth);
        scores
    }
}

/// Computes the scores of the items of a column.
fn column_score(column: &str, points: &[Vec<Graded>]) -> ColumnScore {
    // The rows of an item are not independent, so resamples draw items.
    let of_items = |value: &dyn Fn(&Graded) -> f64| -> Vec<f64> {
        let of_item = |rows: &Vec<Graded>| mean(&rows.iter().map(value).collect::<Vec<_>>());
        points.iter().map(of_item).collect()
    };
    let values = of_items(&|one| one.points.score);
    let exact = of_items(&|one| f64::from(one.points.exact));
    let count = |counts: &dyn Fn(&Graded) -> bool| {
        points.iter().flatten().filter(|one| counts(one)).count()
    };
    ColumnScore {
        questions: points.iter().map(Vec::len).sum(),
        missing: count(&|one| one.is_missing),
        not_understood: count(&|one| {
            !(one.points.understood || one.is_missing || one.is_cut_off || one.is_refused)
        }),
        cut_off: count(&|one| one.is_cut_off),
        refused: count(&|one| one.is_refused),
        score: percent(mean(&values)),
        interval: interval(&values, column),
        exact: percent(mean(&exact)),
        exact_interval: interval(&exact, column),
    }
}

/// Returns the average of the paper: over all tasks but T5 and T6, where T4 is the mean of its
/// columns; `None` if a task is missing.
fn paper_average(of: &dyn Fn(&str) -> Option<f64>) -> Option<f64> {
    let t4 = match (of("T4+"), of("T4-")) {
        (Some(with), Some(without)) => Some(f64::midpoint(with, without)),
        (one, other) => one.or(other),
    };
    let tasks = [
        of("T1"),
        of("T2"),
        of("T3"),
        t4,
        of("T7"),
        of("T8"),
        of("T9"),
    ];
    let tasks: Option<Vec<f64>> = tasks.into_iter().collect();
    tasks.map(|tasks| mean(&tasks))
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn percent(share: f64) -> f64 {
    hundredth(share * 100.0)
}

fn hundredth(value: f64) -> f64 {
    // Differences of nearly nothing would be written as -0.00.
    (value * 100.0).round() / 100.0 + 0.0
}

/// Returns the 95 % bootstrap interval of a mean in percent (percentile method, Efron 1979).
fn interval(values: &[f64], column: &str) -> [f64; 2] {
    let mut random = Random::new(0, &["bootstrap", column]);
    let mut means: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let sum: f64 = (0..values.len())
                .map(|_| values[random.below(values.len())])
                .sum();
            sum / values.len().max(1) as f64
        })
        .collect();
    means.sort_by(f64::total_cmp);
    [means[RESAMPLES / 40], means[RESAMPLES - 1 - RESAMPLES / 40]].map(percent)
}

/// Formats the scores of a model and those of the paper as a text table.
#[must_use]
pub fn table(scores: &Scores) -> String {
    let mut text = String::new();
    let names = PAPER.iter().map(|(name, _)| *name);
    let width = names
        .chain([scores.model.as_str()])
        .map(str::len)
        .max()
        .unwrap_or(0)
        .max(22);
    let mut row = |name: &str, cell: &dyn Fn(usize, &str) -> String| {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{name:<width$}");
        for (index, column) in COLUMNS.iter().enumerate() {
            let _ = write!(text, "{:>9}", cell(index, column));
        }
        text.push('\n');
    };
    row("", &|_, column| column.to_owned());
    let of = |column: &str, show: &dyn Fn(&ColumnScore) -> String| {
        scores.columns.get(column).map_or("-".to_owned(), show)
    };
    row(&scores.model, &|_, column| {
        of(column, &|c| format!("{:.2}", c.score))
    });
    row("  95 % from", &|_, column| {
        of(column, &|c| format!("{:.2}", c.interval[0]))
    });
    row("  to", &|_, column| {
        of(column, &|c| format!("{:.2}", c.interval[1]))
    });
    row("  exact match", &|_, column| {
        of(column, &|c| format!("{:.2}", c.exact))
    });
    row("  questions", &|_, column| {
        of(column, &|c| c.questions.to_string())
    });
    row("  missing", &|_, column| {
        of(column, &|c| c.missing.to_string())
    });
    row("  not understood", &|_, column| {
        of(column, &|c| c.not_understood.to_string())
    });
    row("  cut off", &|_, column| {
        of(column, &|c| c.cut_off.to_string())
    });
    row("  refused", &|_, column| {
        of(column, &|c| c.refused.to_string())
    });
    for (name, values) in PAPER {
        row(name, &|index, _| format!("{:.2}", values[index]));
    }
    if let Some(average) = scores.average {
        let _ = writeln!(text, "average without T5 and T6: {average:.2}");
    }
    if scores.unknown > 0 {
        let _ = writeln!(
            text,
            "{} predictions are for questions that the set does not have",
            scores.unknown
        );
    }
    text.push_str(
        "The rows below those of this model are from the paper (arXiv 2512.10867), on its own questions.\n",
    );
    if let Some(languages) = &scores.languages {
        text.push_str(&language_table(languages));
    }
    if let Some(modes) = &scores.modes {
        text.push_str(&mode_table(modes));
    }
    text.push_str(&token_lines(&scores.prompt_tokens));
    text
}
