//! Scores of answers: points a question ([`metric`]), means and intervals a column, beside the
//! paper's table.

pub mod answer;
mod chart;
pub mod metric;
mod paper;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::plan::read_lines;
use crate::random::Random;
use crate::task::Split;

pub use chart::chart;
pub use paper::{COLUMNS, PAPER};

/// Resamples of the bootstrap.
const RESAMPLES: usize = 1000;

/// A line of a predictions file; further keys are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The question's id.
    pub id: String,
    /// What the model said; `null`, as some programs write for nothing, is an empty text.
    #[serde(deserialize_with = "text_or_null")]
    pub answer: String,
    /// Tokens of the question, where an endpoint counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
}

fn text_or_null<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Scores of a column.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ColumnScore {
    /// Questions.
    pub questions: usize,
    /// Of these, without a prediction; they count as wrong.
    pub missing: usize,
    /// Of these, with a text that is not in the form that was asked for; they count as wrong.
    pub not_understood: usize,
    /// The paper's score, percent.
    pub score: f64,
    /// 95 % bootstrap interval of it.
    pub interval: [f64; 2],
    /// Exact matches, percent.
    pub exact: f64,
    /// 95 % bootstrap interval of it.
    pub exact_interval: [f64; 2],
}

/// Scores of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Its name.
    pub model: String,
    /// The side that was scored.
    pub split: String,
    /// By column of the paper's table.
    pub columns: BTreeMap<String, ColumnScore>,
    /// The paper's average: over tasks without T5 and T6, T4 being the mean of its two columns.
    /// Missing where a task is.
    pub average: Option<f64>,
    /// Predictions of questions that the set does not have.
    pub unknown: usize,
}

/// Answers of a predictions file, by question. A question that is answered twice is refused.
///
/// # Errors
/// When it cannot be read, or a line is no prediction.
pub fn read_predictions(path: &Path) -> Result<BTreeMap<String, String>, DatasetError> {
    let lines = read_prediction_lines(path)?;
    Ok(lines
        .into_iter()
        .map(|(id, line)| (id, line.answer))
        .collect())
}

/// Lines of a predictions file, by question. A question that is answered twice is refused.
///
/// # Errors
/// When it cannot be read, or a line is no prediction.
pub fn read_prediction_lines(path: &Path) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    let mut all = BTreeMap::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(DatasetError::file(path))?;
        // A mark of byte order, which some programs begin files with.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem: String| {
            let remedy = "give {\"id\": \"...\", \"answer\": \"...\"}";
            DatasetError::line(path, number + 1, format!("{problem}; {remedy}"))
        };
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        // A list would be read as an object without names.
        if !value.is_object() {
            return Err(wrong("is no object".to_owned()));
        }
        let prediction: Prediction =
            serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        let id = prediction.id.clone();
        if all.insert(id.clone(), prediction).is_some() {
            return Err(DatasetError::line(
                path,
                number + 1,
                format!("{id} is answered twice; keep one answer"),
            ));
        }
    }
    Ok(all)
}

/// Scores predictions against a set's plan.
///
/// # Errors
/// When the plan cannot be read.
pub fn score(
    layout: &Layout,
    predictions: &BTreeMap<String, String>,
    split: Split,
    model: &str,
) -> Result<Scores, DatasetError> {
    let mut points: BTreeMap<&'static str, Vec<(metric::Points, bool)>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    layout.plan()?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        for item in &complex.items {
            let given = predictions.get(&item.id);
            if given.is_some() {
                seen.insert(item.id.clone());
            }
            if complex.split == split {
                let text = given.map_or("", String::as_str);
                let earned = metric::points(item, text);
                points
                    .entry(item.column())
                    .or_default()
                    .push((earned, given.is_some()));
            }
        }
    }
    let mut scores = Scores {
        model: model.to_owned(),
        split: split.name().to_owned(),
        unknown: predictions.len() - seen.len(),
        ..Scores::default()
    };
    for (column, points) in points {
        let values: Vec<f64> = points.iter().map(|(points, _)| points.score).collect();
        let exact: Vec<f64> = points
            .iter()
            .map(|(points, _)| f64::from(points.exact))
            .collect();
        let missing = points.iter().filter(|(_, given)| !given).count();
        let understood = points
            .iter()
            .filter(|(points, _)| points.understood)
            .count();
        scores.columns.insert(
            column.to_owned(),
            ColumnScore {
                questions: points.len(),
                missing,
                not_understood: points.len() - missing - understood,
                score: percent(mean(&values)),
                interval: interval(&values, column),
                exact: percent(mean(&exact)),
                exact_interval: interval(&exact, column),
            },
        );
    }
    let of = |column: &str| scores.columns.get(column).map(|column| column.score);
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
    scores.average = tasks.map(|tasks| hundredth(mean(&tasks)));
    Ok(scores)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

fn percent(share: f64) -> f64 {
    hundredth(share * 100.0)
}

fn hundredth(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// 95 % interval of a mean: percentiles of the means of resamples (Efron 1979), percent.
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

/// A table for people: this model beside the paper's.
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
        // Writing to a string does not fail.
        let _ = write!(text, "{name:<width$}");
        for (place, column) in COLUMNS.iter().enumerate() {
            let _ = write!(text, "{:>9}", cell(place, column));
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
    for (name, values) in PAPER {
        row(name, &|place, _| format!("{:.2}", values[place]));
    }
    if let Some(average) = scores.average {
        let _ = writeln!(text, "average without T5 and T6: {average:.2}");
    }
    if scores.unknown > 0 {
        let _ = writeln!(
            text,
            "{} predictions are of questions that the set does not have",
            scores.unknown
        );
    }
    text.push_str(
        "The rows below this model's are the paper's (arXiv 2512.10867), on its own questions.\n",
    );
    text
}
