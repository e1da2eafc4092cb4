//! Writes a report of scores: one HTML page with tables, charts, confusions and a browser of items.
//!
//! The page needs no network: styles and script are in it, and the pictures are files beside it,
//! of which a browser loads those of the question that is shown. Texts of models are data, never
//! markup.

mod charts;
mod confusions;
mod entries;
mod html;
mod scores;
mod shared;
mod tokens;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use sha2::{Digest, Sha256};

use crate::error::DatasetError;
use crate::files::write_file;
use crate::layout::Layout;
use crate::record::{GENERATOR, Plan};
use crate::score::confusion::Confusions;
use crate::score::{Prediction, ScoreSums, Scores, grade_items};
use crate::task::{Split, Task};

use entries::{Entry, Shown, ShownQuestions};
use html::{escape, escape_json, fill};
use tokens::TokenCounts;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Items per task that a report shows by default.
pub const DEFAULT_REPORT_ITEMS: usize = 25;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WrittenReport {
    /// Path of the page.
    pub page: PathBuf,
    /// Number of items of the split.
    pub items: usize,
    /// Number of items that the page shows.
    pub shown: usize,
    /// Number of pictures.
    pub pictures: usize,
    /// Size of all pictures in bytes.
    pub picture_bytes: u64,
    /// Size of the page in bytes, without the pictures.
    pub page_bytes: u64,
}

/// Scores predictions and writes a report to `folder`: `index.html` and `pictures/`.
///
/// Tables, charts and confusions count all questions. Of each task, at most `items_per_task` items
/// are shown with their pictures, drawn by the seed of the set; with `0`, none is.
///
/// # Errors
/// When the plan or a table of the split cannot be read, or the folder cannot be written.
pub fn write_report(
    layout: &Layout,
    predictions: &BTreeMap<String, Prediction>,
    split: Split,
    model: &str,
    items_per_task: usize,
    folder: &Path,
) -> Result<(Scores, WrittenReport), DatasetError> {
    let plan = layout.plan()?;
    layout.check_generated(&plan, split, "a report shows questions and pictures")?;
    let mut sums = ScoreSums::default();
    let mut confusions = Confusions::default();
    let mut tokens = TokenCounts::default();
    let mut shown = Shown::choose(layout, &plan, split, items_per_task)?;
    let matched = grade_items(layout, predictions, split, &mut |item| {
        sums.add(item);
        confusions.add(item);
        tokens.add(item);
        shown.add(item);
    })?;
    let scores = sums.scores(&plan, split, model, matched.unknown);
    let counts = shown.counts.clone();
    let questions = shown.read(layout, &plan, split)?;
    let pictures = folder.join("pictures");
    let (picture_count, picture_bytes) =
        entries::write_pictures(layout, &plan, split, &questions, &pictures)?;
    let page = page(&plan, &scores, &confusions, &tokens, &counts, &questions)?;
    // Written last, so that a page has all of its pictures.
    let path = folder.join("index.html");
    write_file(&path, page.as_bytes())?;
    let report = WrittenReport {
        page: path,
        items: counts.values().map(|(all, _)| all).sum(),
        shown: counts.values().map(|(_, shown)| shown).sum(),
        pictures: picture_count,
        picture_bytes,
        page_bytes: page.len() as u64,
    };
    Ok((scores, report))
}

/// Builds the page.
fn page(
    plan: &Plan,
    scores: &Scores,
    confusions: &Confusions,
    tokens: &TokenCounts,
    counts: &BTreeMap<Task, (usize, usize)>,
    questions: &ShownQuestions,
) -> Result<String, DatasetError> {
    let languages = scores.languages.as_ref();
    let modes = scores.modes.as_ref();
    let data = escape_json(&entries::page_data(questions)?);
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let unknown = match scores.unknown {
        0 => String::new(),
        count => format!(
            "<p class=\"warning\">{count} predictions are for questions that the set does not have; they are left out.</p>"
        ),
    };
    Ok(fill(
        PAGE,
        &[
            ("model", &escape(&scores.model)),
            ("about", &escape(&about(plan, scores))),
            ("unknown", &unknown),
            ("table", &scores::table(scores)),
            ("chart", &scores::chart(scores)),
            (
                "languages",
                &languages.map_or_else(String::new, scores::languages),
            ),
            (
                "languages_link",
                if languages.is_some() {
                    "<a href=\"#languages\">Languages</a>"
                } else {
                    ""
                },
            ),
            ("modes", &modes.map_or_else(String::new, scores::modes)),
            (
                "modes_link",
                if modes.is_some() {
                    "<a href=\"#modes\">Input modes</a>"
                } else {
                    ""
                },
            ),
            ("tokens", &tokens.section()),
            ("confusions", &confusions::section(confusions)),
            ("sample", &sample(counts, &questions.entries)),
            ("data", &data),
            ("style", STYLE),
            ("style_hash", &hash(STYLE)),
            ("script", SCRIPT),
            ("script_hash", &hash(SCRIPT)),
        ],
    ))
}

/// Says which set and questions the page is about.
fn about(plan: &Plan, scores: &Scores) -> String {
    let questions: usize = scores.columns.values().map(|column| column.questions).sum();
    let languages = match plan.languages.as_slice() {
        [one] => format!("in {one}"),
        many => format!("in {} languages ({})", many.len(), many.join(", ")),
    };
    format!(
        "{questions} questions {languages}, split {}, of the set with seed {} and plan {}. Report of {GENERATOR}.",
        scores.split,
        plan.seed,
        plan.complexes_sha256.get(..12).unwrap_or_default(),
    )
}

/// Says which items the browser shows.
fn sample(counts: &BTreeMap<Task, (usize, usize)>, entries: &[Entry]) -> String {
    let total = |of: fn(&(usize, usize)) -> usize| counts.values().map(of).sum::<usize>();
    let (all, shown) = (total(|count| count.0), total(|count| count.1));
    let mut html = if shown == all {
        format!("<p>All {all} items of the split are shown.</p>")
    } else {
        let tasks: Vec<String> = counts
            .iter()
            .map(|(task, (all, shown))| format!("{task}: {shown} of {all}"))
            .collect();
        format!(
            "<p>{shown} of {all} items are shown ({}): a fair sample of each task, drawn by the seed of the set and not by the answers, so that reports of several models show the same items. Tables, charts and confusions above count all questions. The option <code>report-items</code> sets the limit per task.</p>",
            tasks.join(", ")
        )
    };
    let shortened = entries.iter().filter(|entry| entry.is_shortened()).count();
    if shortened > 0 {
        // Writing to a `String` cannot fail.
        let _ = write!(
            html,
            "<p>{shortened} texts are longer than 12,000 characters; their beginning and end are shown. They were scored as a whole.</p>"
        );
    }
    html
}
