//! Scores answers: points per question ([`metric`]), means and confidence intervals per column.
//!
//! [`table`] and [`chart`] show the scores together with the table of the paper.

pub mod answer;
#[cfg(test)]
mod answers_by_language;
mod chart;
mod languages;
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
use crate::messages::Catalogues;
use crate::plan::read_lines;
use crate::random::Random;
use crate::task::Split;

pub use chart::chart;
pub use languages::{
    Estimate, ItemScores, LANGUAGE_RESAMPLES, LanguageColumn, LanguageScores, compare,
    language_table,
};
pub use paper::{COLUMNS, PAPER};

/// Number of bootstrap resamples.
const RESAMPLES: usize = 1000;

/// A line of a predictions file; other keys are ignored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prediction {
    /// The question's id.
    pub id: String,
    /// Answer of the model; `null`, which some programs write for a missing one, is an empty text.
    #[serde(deserialize_with = "text_or_null")]
    pub answer: String,
    /// Tokens of the question, if the endpoint counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, if the endpoint counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// Why the answer ended, in the words of the endpoint: `stop`, `length`.
    #[serde(
        default,
        deserialize_with = "text_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub finish_reason: Option<String>,
}

impl Prediction {
    /// Creates the line of an answer without anything that an endpoint counts.
    #[must_use]
    pub fn new(id: impl Into<String>, answer: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            answer: answer.into(),
            prompt_tokens: None,
            completion_tokens: None,
            finish_reason: None,
        }
    }

    /// Returns whether the answer was cut off at the limit of tokens.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        let reasons = ["length", "max_tokens", "model_length"];
        let given = self.finish_reason.as_deref().unwrap_or_default();
        reasons
            .iter()
            .any(|reason| given.eq_ignore_ascii_case(reason))
    }
}

fn text_or_null<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads a text; other values, which other programs may write, are ignored.
fn text_if_any<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_str().map(str::to_owned))
}

/// Scores of one column of the table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnScore {
    /// Number of questions.
    pub questions: usize,
    /// Number of questions without a prediction, which count as wrong.
    pub missing: usize,
    /// Number of answers that do not have the required form, which count as wrong; without those
    /// that were cut off.
    pub not_understood: usize,
    /// Number of answers that were cut off at the limit of tokens.
    #[serde(default)]
    pub cut_off: usize,
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
}

/// Reads the lines of a predictions file by question id.
///
/// # Errors
/// When it cannot be read, a line is invalid, or a question is answered twice.
pub fn read_predictions(path: &Path) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    let mut all = BTreeMap::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(DatasetError::file(path))?;
        // Some programs begin files with a byte order mark.
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
        // serde would read a list as a struct without field names.
        if !value.is_object() {
            return Err(wrong("is not an object".to_owned()));
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

/// The points of a question's answer.
struct Graded {
    points: metric::Points,
    is_missing: bool,
    is_cut_off: bool,
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
    // By column: the items, each with its rows of all languages.
    let mut points: BTreeMap<&'static str, Vec<Vec<Graded>>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let plan = layout.plan()?;
    let catalogues = Catalogues::read(layout, &plan)?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        for item in &complex.items {
            let mut rows = Vec::new();
            for (id, catalogue) in catalogues.rows(item) {
                let given = predictions.get(&id);
                if complex.split == split {
                    let text = given.map_or("", |given| given.answer.as_str());
                    rows.push(Graded {
                        points: metric::points_in(item, text, &catalogue.answers),
                        is_missing: given.is_none(),
                        is_cut_off: given.is_some_and(Prediction::is_cut_off),
                    });
                }
                if given.is_some() {
                    seen.insert(id);
                }
            }
            if complex.split == split {
                points.entry(item.column()).or_default().push(rows);
            }
        }
    }
    let mut scores = Scores {
        model: model.to_owned(),
        split: split.name().to_owned(),
        unknown: predictions.len() - seen.len(),
        ..Scores::default()
    };
    if plan.languages.len() > 1 {
        scores.languages = Some(by_language(&plan.languages, &points));
    }
    for (column, points) in points {
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
        scores.columns.insert(
            column.to_owned(),
            ColumnScore {
                questions: points.iter().map(Vec::len).sum(),
                missing: count(&|one| one.is_missing),
                not_understood: count(&|one| {
                    !(one.points.understood || one.is_missing || one.is_cut_off)
                }),
                cut_off: count(&|one| one.is_cut_off),
                score: percent(mean(&values)),
                interval: interval(&values, column),
                exact: percent(mean(&exact)),
                exact_interval: interval(&exact, column),
            },
        );
    }
    let of = |column: &str| scores.columns.get(column).map(|column| column.score);
    scores.average = paper_average(&of).map(hundredth);
    Ok(scores)
}

/// Compares the languages that have predictions.
fn by_language(
    languages: &[String],
    points: &BTreeMap<&'static str, Vec<Vec<Graded>>>,
) -> LanguageScores {
    let has_answers = |place: usize| {
        let mut rows = points.values().flatten();
        rows.any(|rows| rows.get(place).is_some_and(|row| !row.is_missing))
    };
    let (answered, missing): (Vec<_>, Vec<_>) = languages
        .iter()
        .enumerate()
        .partition(|(place, _)| has_answers(*place));
    let columns = points.iter().map(|(column, items)| {
        let of_item = |rows: &Vec<Graded>| -> Vec<f64> {
            let scores = answered.iter().filter_map(|(place, _)| rows.get(*place));
            scores.map(|row| row.points.score).collect()
        };
        (*column, items.iter().map(of_item).collect())
    });
    let names = |of: &[(usize, &String)]| -> Vec<String> {
        of.iter().map(|(_, language)| (*language).clone()).collect()
    };
    compare(&names(&answered), &names(&missing), &columns.collect())
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
    (value * 100.0).round() / 100.0
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
    text
}
