//! Compares the predictions of several models for the same questions, each with the first.
//!
//! Questions without a prediction count as wrong, as in the scores of one model, so that the models
//! are compared on all questions of the split.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::paired::{Estimate, ItemScores, PAIRED_RESAMPLES, PairedColumns, PairedMeans};
use super::{
    COLUMNS, GradedItem, Matched, Outcome, Prediction, grade_items, mean, read_predictions,
};
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::task::Split;

/// The predictions of a model.
#[derive(Debug, Clone)]
pub struct ModelPredictions {
    /// Name of the model in tables.
    pub name: String,
    /// The file that they are from, which errors name.
    pub file: PathBuf,
    /// The predictions by question id.
    pub predictions: BTreeMap<String, Prediction>,
}

/// Reads files of predictions, and names the models after them.
///
/// The name is that of the file without its extension, or the path where files share that name.
///
/// # Errors
/// When a file cannot be read or is invalid, as [`read_predictions`] has it.
pub fn read_models(files: &[PathBuf]) -> Result<Vec<ModelPredictions>, DatasetError> {
    let name = |file: &PathBuf| {
        let is_same = |other: &&PathBuf| other.file_stem() == file.file_stem();
        if files.iter().filter(is_same).count() > 1 {
            return file.display().to_string();
        }
        let stem = file.file_stem().unwrap_or_default();
        stem.to_string_lossy().into_owned()
    };
    let read = |file: &PathBuf| {
        Ok(ModelPredictions {
            name: name(file),
            file: file.clone(),
            predictions: read_predictions(file)?,
        })
    };
    files.iter().map(read).collect()
}

/// How many questions of the split a model answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparedModel {
    /// Name of the model.
    pub name: String,
    /// Number of questions without a prediction, which count as wrong.
    pub missing: usize,
    /// Number of answers that do not have the required form, which count as wrong; without those
    /// that were cut off.
    pub not_understood: usize,
    /// Number of answers that were cut off at the limit of tokens.
    pub cut_off: usize,
    /// Number of questions that the endpoint refused, which count as wrong.
    #[serde(default)]
    pub refused: usize,
    /// Number of predictions for questions that are not in the split, which are left out.
    pub unknown: usize,
}

/// A model compared with the first one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Difference {
    /// Score of the model minus that of the first one, in percent.
    #[serde(flatten)]
    pub difference: Estimate,
    /// Number of questions that both answer exactly.
    pub both_right: usize,
    /// Number of questions that only the first one answers exactly.
    pub only_first: usize,
    /// Number of questions that only this one answers exactly.
    pub only_this: usize,
    /// Number of questions that neither answers exactly.
    pub neither: usize,
}

/// The models in one column of the paper's table, or in its average.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnComparison {
    /// Number of questions.
    pub questions: usize,
    /// Score of each model.
    pub models: Vec<Estimate>,
    /// Each model but the first, compared with the first.
    pub differences: Vec<Difference>,
}

/// Models compared with the first one on the same questions.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// The split whose questions are compared.
    pub split: String,
    /// Number of paired resamples of the intervals.
    pub resamples: usize,
    /// The models, in the given order.
    pub models: Vec<ComparedModel>,
    /// Scores and differences by column of the paper's table.
    pub columns: BTreeMap<String, ColumnComparison>,
    /// The average of the paper, if the set has all of its tasks; its counts are those of all
    /// columns.
    pub average: Option<ColumnComparison>,
}

/// What one model did in the questions of a column.
#[derive(Debug, Default)]
struct Answered {
    /// Score of each item: the mean of its rows.
    scores: Vec<f64>,
    /// Whether each question is answered exactly.
    exact: Vec<bool>,
}

/// Compares predictions with those of the first model, question by question.
///
/// # Errors
/// When there are fewer than two models, the plan cannot be read, or a model has no prediction for
/// a question of the split.
pub fn compare(
    layout: &Layout,
    models: &[ModelPredictions],
    split: Split,
) -> Result<Comparison, DatasetError> {
    if models.len() < 2 {
        let problem = "there is one file of predictions; give at least two to compare";
        return Err(DatasetError::Request(problem.to_owned()));
    }
    let mut comparison = Comparison {
        split: split.name().to_owned(),
        resamples: PAIRED_RESAMPLES,
        ..Comparison::default()
    };
    let mut answered: BTreeMap<&'static str, Vec<Answered>> = BTreeMap::new();
    for (place, model) in models.iter().enumerate() {
        let mut compared = ComparedModel {
            name: model.name.clone(),
            ..ComparedModel::default()
        };
        let mut add = |item: &GradedItem<'_>| {
            let column = answered.entry(item.item.column()).or_default();
            column.resize_with(models.len(), Answered::default);
            let scores: Vec<f64> = item.rows.iter().map(|row| row.grade.points.score).collect();
            column[place].scores.push(mean(&scores));
            for row in &item.rows {
                column[place].exact.push(row.grade.points.exact);
                let outcome = row.outcome();
                compared.missing += usize::from(outcome == Outcome::Missing);
                compared.not_understood += usize::from(outcome == Outcome::NotUnderstood);
                compared.cut_off += usize::from(row.is_cut_off());
                compared.refused += usize::from(row.is_refused());
            }
        };
        let matched = grade_items(layout, &model.predictions, split, &mut add)?;
        check(layout, &model.file, split, matched)?;
        compared.unknown = matched.unknown + matched.in_other_split;
        comparison.models.push(compared);
    }
    let columns = answered.iter().map(|(column, models)| {
        let items = (0..models[0].scores.len())
            .map(|item| models.iter().map(|model| model.scores[item]).collect())
            .collect();
        (*column, items)
    });
    let columns: BTreeMap<&str, ItemScores> = columns.collect();
    let resampled = PairedColumns::of("compare", models.len(), &columns);
    for (column, sampled) in &resampled.columns {
        let made = column_comparison(sampled, &answered[column]);
        comparison.columns.insert((*column).to_owned(), made);
    }
    comparison.average = resampled.average.map(|sampled| {
        let mut all: Vec<Answered> = models.iter().map(|_| Answered::default()).collect();
        for column in answered.values() {
            for (all, column) in all.iter_mut().zip(column) {
                all.exact.extend(&column.exact);
            }
        }
        column_comparison(&sampled, &all)
    });
    Ok(comparison)
}

/// Refuses predictions of which none is for a question of the split.
fn check(layout: &Layout, file: &Path, split: Split, matched: Matched) -> Result<(), DatasetError> {
    if matched.in_split > 0 {
        return Ok(());
    }
    let set = layout.root().display();
    let split = split.name();
    let problem = match (matched.in_other_split, matched.unknown) {
        (0, 0) => "has no predictions; give a file with a line per question".to_owned(),
        (0, unknown) => format!(
            "none of its {unknown} predictions is for a question of {set}; give predictions for this set"
        ),
        (other, _) => format!(
            "has no predictions for the split {split} of {set}, but {other} for the other one; choose that split, or give another file"
        ),
    };
    Err(DatasetError::content(file, problem))
}

fn column_comparison(sampled: &PairedMeans, answered: &[Answered]) -> ColumnComparison {
    let first = &answered[0].exact;
    let differences = (1..answered.len()).map(|place| {
        let other = &answered[place].exact;
        let count = |in_first: bool, in_other: bool| {
            let pairs = first.iter().zip(other);
            pairs
                .filter(|(first, other)| **first == in_first && **other == in_other)
                .count()
        };
        Difference {
            difference: sampled.estimate(&|means| means[place] - means[0]),
            both_right: count(true, true),
            only_first: count(true, false),
            only_this: count(false, true),
            neither: count(false, false),
        }
    });
    ColumnComparison {
        questions: first.len(),
        models: (0..answered.len())
            .map(|place| sampled.estimate(&|means| means[place]))
            .collect(),
        differences: differences.collect(),
    }
}

/// Formats a comparison as a text table.
#[must_use]
pub fn comparison_table(comparison: &Comparison) -> String {
    let names = comparison.models.iter().map(|model| &model.name);
    let longest = names.map(|name| name.chars().count()).max();
    let width = longest.unwrap_or(0).max(20) + 2;
    let mut text = format!(
        "Scores of the {} split, with 95 % intervals of {} paired resamples of the items\n{:<width$}",
        comparison.split, comparison.resamples, ""
    );
    // Writing to a `String` cannot fail.
    for column in COLUMNS.into_iter().chain(["average"]) {
        let _ = write!(text, "{column:>9}");
    }
    text.push('\n');
    let mut row = |name: &str, cell: &dyn Fn(&ColumnComparison) -> String| {
        let _ = write!(text, "{name:<width$}");
        let columns = COLUMNS.map(|column| comparison.columns.get(column));
        for column in columns.into_iter().chain([comparison.average.as_ref()]) {
            let _ = write!(text, "{:>9}", column.map_or("-".to_owned(), cell));
        }
        text.push('\n');
    };
    row("questions", &|column| column.questions.to_string());
    for (place, model) in comparison.models.iter().enumerate() {
        let of = |column: &ColumnComparison| column.models[place];
        row(&model.name, &|column| format!("{:.2}", of(column).score));
        let end =
            |column: &ColumnComparison, end: usize| format!("{:.2}", of(column).interval[end]);
        row("  95 % from", &|column| end(column, 0));
        row("  to", &|column| end(column, 1));
        if place == 0 {
            continue;
        }
        let of = |column: &ColumnComparison| column.differences[place - 1].clone();
        let signed = |value: f64| format!("{value:+.2}");
        row("  minus the first", &|column| {
            signed(of(column).difference.score)
        });
        row("  95 % from", &|column| {
            signed(of(column).difference.interval[0])
        });
        row("  to", &|column| signed(of(column).difference.interval[1]));
        row("  both right", &|column| of(column).both_right.to_string());
        row("  only the first", &|column| {
            of(column).only_first.to_string()
        });
        row("  only this one", &|column| {
            of(column).only_this.to_string()
        });
        row("  neither", &|column| of(column).neither.to_string());
    }
    text.push_str(
        "Right are answers that equal the reference. The average omits T5 and T6; the counts in its column are those of all tasks.\n",
    );
    for model in &comparison.models {
        let _ = writeln!(
            text,
            "{}: {} questions without a prediction, {} that the endpoint refused and {} answers that are not understood, which count as wrong; {} answers cut off; {} predictions for other questions, which are left out",
            model.name,
            model.missing,
            model.refused,
            model.not_understood,
            model.cut_off,
            model.unknown
        );
    }
    text
}
