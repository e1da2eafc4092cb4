//! Scores of answers and of files of predictions.

use std::collections::BTreeMap;
use std::path::PathBuf;

use molshot_dataset::messages::{AnswerWords, builtin};
use molshot_dataset::record::Item;
use molshot_dataset::report::DEFAULT_REPORT_ITEMS;
use molshot_dataset::score::metric::points_in;
use molshot_dataset::score::{compare, read_models};
use molshot_dataset::{DatasetError, Layout, Task, read_predictions, score, write_report};
use pyo3::prelude::*;

use crate::argument::{Given, Whole, given};
use crate::dataset::text;
use crate::failure::Failure;
use crate::interrupt;
use crate::plan_arguments::split_named;

/// Scores a file of predictions, and writes a report if a folder is given; returns the scores as a
/// JSON text.
#[pyfunction]
#[pyo3(signature = (out, predictions, split, model, report, report_items))]
pub(crate) fn dataset_score(
    py: Python<'_>,
    out: Given<PathBuf>,
    predictions: Given<PathBuf>,
    split: Given<String>,
    model: Given<String>,
    report: Given<Option<PathBuf>>,
    report_items: Given<Option<Whole<usize, 0, 1_000_000>>>,
) -> PyResult<String> {
    given!(out, predictions, split, model, report, report_items);
    let split = split_named(&split)?;
    interrupt::run(py, move || {
        let layout = Layout::new(&out);
        let answers = read_predictions(&predictions)?;
        let Some(folder) = report else {
            return text(&score(&layout, &answers, split, &model)?);
        };
        let items = report_items.map_or(DEFAULT_REPORT_ITEMS, |count| count.0);
        let (scores, _) = write_report(&layout, &answers, split, &model, items, &folder)?;
        text(&scores)
    })
}

/// Compares files of predictions with the first one; returns the comparison as a JSON text.
#[pyfunction]
pub(crate) fn dataset_compare(
    py: Python<'_>,
    out: Given<PathBuf>,
    predictions: Given<Vec<PathBuf>>,
    split: Given<String>,
) -> PyResult<String> {
    given!(out, predictions, split);
    let split = split_named(&split)?;
    interrupt::run(py, move || {
        let models = read_models(&predictions)?;
        text(&compare(&Layout::new(&out), &models, split)?)
    })
}

/// Scores one answer; returns score (0 to 1), whether it is exact, and whether it was understood.
#[pyfunction]
pub(crate) fn score_answer(
    task: Given<String>,
    answer: Given<String>,
    text: Given<String>,
    options: Given<Vec<String>>,
    facts: Given<BTreeMap<String, String>>,
    language: Given<String>,
) -> PyResult<(f64, bool, bool)> {
    given!(task, answer, text, options, facts, language);
    let catalogue = builtin::catalogue(&language).map_err(Failure::from)?;
    points(&task, answer, &text, options, facts, &catalogue.answers)
}

/// Scores one answer with the words of a catalogue; returns as [`score_answer`].
pub(crate) fn points(
    task: &str,
    reference: String,
    answer: &str,
    options: Vec<String>,
    facts: BTreeMap<String, String>,
    words: &AnswerWords,
) -> PyResult<(f64, bool, bool)> {
    let task: Task = task
        .parse()
        .map_err(|error: DatasetError| Failure::from(error))?;
    let item = Item {
        id: String::new(),
        task,
        answer: reference,
        options,
        images: Vec::new(),
        facts,
    };
    let points = points_in(&item, answer, words);
    Ok((points.score, points.exact, points.understood))
}

/// The path of a set's file of predictions for a model, or of those with the tool `view`.
#[pyfunction]
pub(crate) fn predictions_file(
    out: Given<PathBuf>,
    model: Given<String>,
    tools: Given<bool>,
    split: Given<String>,
) -> PyResult<PathBuf> {
    given!(out, model, tools, split);
    Ok(Layout::new(&out).predictions_file(&model, tools, split_named(&split)?))
}
