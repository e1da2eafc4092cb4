//! The browser of items: which items are shown, and what is stored about each of their questions.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::json;

use super::shared::SharedValues;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::plan::read_lines;
use crate::random::Random;
use crate::reader::{PictureReader, Question, read_questions};
use crate::record::Plan;
use crate::score::{GradedItem, GradedRow, Outcome, ViewedPicture};
use crate::task::{Split, Task};

/// Limit of characters of a model's text; of a longer one, the first and the last are stored.
const MAX_TEXT: usize = 12_000;
/// Number of characters from the beginning of a longer text.
const HEAD_OF_TEXT: usize = 4000;

/// What the browser can filter by: key in the page's data, and label.
///
/// [`facets`] gives a value for each. Those with a single value are not shown.
const DIMENSIONS: [(&str, &str); 5] = [
    ("task", "Task"),
    ("outcome", "Result"),
    ("language", "Language"),
    ("mode", "Input"),
    ("end", "End of the text"),
];

/// Returns the values of a question that the browser filters by, in the order of [`DIMENSIONS`].
fn facets(item: &GradedItem<'_>, row: &GradedRow<'_>) -> [String; 5] {
    let end = if row.is_cut_off() {
        "cut off"
    } else {
        "complete"
    };
    [
        item.item.column().to_owned(),
        row.outcome().name().to_owned(),
        row.language.to_owned(),
        row.mode.name().to_owned(),
        end.to_owned(),
    ]
}

/// A question in the page's data; values that several questions share are indices of
/// [`SharedValues`].
#[derive(Debug, Clone, Default, Serialize)]
pub(super) struct Entry {
    id: String,
    task: &'static str,
    complex: String,
    language: String,
    /// Input mode.
    mode: &'static str,
    /// Values of [`DIMENSIONS`], by key.
    facets: BTreeMap<&'static str, String>,
    /// Index of its text.
    question: usize,
    reference: String,
    /// Index of the list of its options.
    options: usize,
    /// Index of the list of the paths of its pictures in the folder `pictures` of the report.
    pictures: usize,
    /// Index of the list of their captions.
    captions: usize,
    /// Index of its tables of coordinates ([`SharedValues::add_tables`]).
    tables: usize,
    /// The text of the model; `None` if there is no prediction, or the question was refused.
    text: Option<String>,
    /// Why the endpoint refused the question.
    endpoint_error: Option<String>,
    /// Number of characters of the text that are not stored, in its middle.
    left_out: usize,
    /// What was understood of the text.
    understood: Option<String>,
    /// Points from 0 to 1.
    score: f64,
    outcome: &'static str,
    is_cut_off: bool,
    finish_reason: Option<String>,
    prompt_tokens: Option<u64>,
    completion_tokens: Option<u64>,
    /// What the model looked at, if it could call the tool `view`.
    views: Option<Vec<ViewedPicture>>,
}

/// A filter of the browser.
#[derive(Debug, Serialize)]
struct Dimension {
    key: &'static str,
    label: &'static str,
    values: Vec<String>,
}

/// The data of the page.
#[derive(Debug, Serialize)]
struct PageData<'a> {
    dimensions: Vec<Dimension>,
    entries: &'a [Entry],
    shared: &'a SharedValues,
}

/// The questions of the page.
#[derive(Debug, Default)]
pub(super) struct ShownQuestions {
    pub(super) entries: Vec<Entry>,
    shared: SharedValues,
    /// Paths of all pictures.
    pictures: BTreeSet<String>,
}

/// The items of a split that are shown.
#[derive(Debug, Default)]
pub(super) struct Shown {
    /// Number of items of each task, and how many of them are shown.
    pub(super) counts: BTreeMap<Task, (usize, usize)>,
    ids: BTreeSet<String>,
    /// The rows of shown items, by id.
    entries: BTreeMap<String, Entry>,
}

impl Shown {
    /// Draws at most `limit` items of each task, by the seed of the set.
    ///
    /// The choice does not depend on predictions, so that reports of several models show the same
    /// items.
    pub(super) fn choose(
        layout: &Layout,
        plan: &Plan,
        split: Split,
        limit: usize,
    ) -> Result<Self, DatasetError> {
        let mut by_task: BTreeMap<Task, Vec<String>> = BTreeMap::new();
        for complex in read_lines(&layout.complexes_file())? {
            let complex = complex?;
            if complex.split == split {
                for item in complex.items {
                    by_task.entry(item.task).or_default().push(item.id);
                }
            }
        }
        let mut shown = Self::default();
        for (task, mut ids) in by_task {
            let count = ids.len();
            if count > limit {
                Random::new(plan.seed, &["report", task.name()]).shuffle(&mut ids);
                ids.truncate(limit);
            }
            shown.counts.insert(task, (count, ids.len()));
            shown.ids.extend(ids);
        }
        Ok(shown)
    }

    /// Keeps the rows of an item, if it is shown.
    pub(super) fn add(&mut self, item: &GradedItem<'_>) {
        if !self.ids.contains(&item.item.id) {
            return;
        }
        for row in &item.rows {
            let entry = Entry::new(item, row);
            self.entries.insert(row.id.clone(), entry);
        }
    }

    /// Returns the entries with questions and pictures, by task and in the order of the tables.
    pub(super) fn read(
        mut self,
        layout: &Layout,
        plan: &Plan,
        split: Split,
    ) -> Result<ShownQuestions, DatasetError> {
        let catalogues = Catalogues::read(layout, plan)?;
        let mut found = ShownQuestions::default();
        for task in Task::ALL {
            for shard in plan.shards.iter().filter(|shard| shard.split == split) {
                if self.entries.is_empty() {
                    return Ok(found);
                }
                for question in read_questions(layout, shard, task)? {
                    if let Some(mut entry) = self.entries.remove(&question.id) {
                        let ligand = catalogues.get(&question.language)?.ligand_word();
                        entry.ask(question, ligand, &mut found);
                        found.entries.push(entry);
                    }
                }
            }
        }
        match self.entries.keys().next() {
            None => Ok(found),
            Some(id) => {
                let problem = format!(
                    "has no table with the question {id}, which the plan has; verify the set"
                );
                Err(DatasetError::content(layout.root(), problem))
            }
        }
    }
}

impl Entry {
    fn new(item: &GradedItem<'_>, row: &GradedRow<'_>) -> Self {
        let keys = DIMENSIONS.into_iter().map(|(key, _)| key);
        let answered = row.prediction.filter(|given| !given.is_refused());
        let text = answered.map(|given| shortened(&given.answer));
        let (text, left_out) = text.map_or((None, 0), |(text, left_out)| (Some(text), left_out));
        Self {
            id: row.id.clone(),
            task: item.item.task.name(),
            complex: item.complex.id.clone(),
            language: row.language.to_owned(),
            mode: row.mode.name(),
            facets: keys.zip(facets(item, row)).collect(),
            text,
            endpoint_error: row
                .prediction
                .and_then(|given| given.endpoint_error.clone()),
            left_out,
            understood: row.grade.understood.as_ref().map(ToString::to_string),
            score: row.grade.points.score,
            outcome: row.outcome().name(),
            is_cut_off: row.is_cut_off(),
            finish_reason: row.prediction.and_then(|given| given.finish_reason.clone()),
            prompt_tokens: row.prediction.and_then(|given| given.prompt_tokens),
            completion_tokens: row.prediction.and_then(|given| given.completion_tokens),
            views: row.prediction.and_then(|given| given.views.clone()),
            ..Self::default()
        }
    }

    /// Takes what the table has about the question.
    fn ask(&mut self, question: Question, ligand: &str, found: &mut ShownQuestions) {
        let shared = &mut found.shared;
        self.question = shared.add(json!(question.question));
        self.reference = question.answer;
        self.options = shared.add(json!(question.options));
        self.pictures = shared.add(json!(question.images));
        self.captions = shared.add(json!(question.captions));
        self.tables = shared.add_tables(&question.tables, ligand);
        found.pictures.extend(question.images);
    }

    /// Returns whether a part of the model's text is not stored.
    pub(super) fn is_shortened(&self) -> bool {
        self.left_out > 0
    }
}

/// Returns a text, or the beginning and the end of a long one with the number of characters between
/// them.
fn shortened(text: &str) -> (String, usize) {
    let count = text.chars().count();
    if count <= MAX_TEXT {
        return (text.to_owned(), 0);
    }
    let left_out = count - MAX_TEXT;
    let head: String = text.chars().take(HEAD_OF_TEXT).collect();
    let tail: String = text.chars().skip(HEAD_OF_TEXT + left_out).collect();
    let mark = format!("\n[... {left_out} characters are left out here ...]\n");
    (head + &mark + &tail, left_out)
}

/// Returns the data of the page as JSON.
pub(super) fn page_data(questions: &ShownQuestions) -> Result<String, DatasetError> {
    let entries = &questions.entries;
    let dimensions = DIMENSIONS.into_iter().map(|(key, label)| {
        let values: BTreeSet<&String> = entries.iter().map(|entry| &entry.facets[key]).collect();
        let mut values: Vec<String> = values.into_iter().cloned().collect();
        if key == "outcome" {
            let place = |name: &String| Outcome::ALL.iter().position(|one| one.name() == name);
            values.sort_by_key(place);
        }
        Dimension { key, label, values }
    });
    let data = PageData {
        dimensions: dimensions.filter(|one| one.values.len() > 1).collect(),
        entries,
        shared: &questions.shared,
    };
    serde_json::to_string(&data).map_err(|error| DatasetError::Request(error.to_string()))
}

/// Writes the pictures of the questions; returns their number and the sum of their sizes in bytes.
pub(super) fn write_pictures(
    layout: &Layout,
    plan: &Plan,
    split: Split,
    questions: &ShownQuestions,
    folder: &Path,
) -> Result<(usize, u64), DatasetError> {
    let paths = &questions.pictures;
    if paths.is_empty() {
        return Ok((0, 0));
    }
    let mut pictures = PictureReader::open(layout, plan, split)?;
    let mut bytes = 0;
    for path in paths {
        let picture = pictures.get(path)?;
        let file = folder.join(path);
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(DatasetError::file(parent))?;
        }
        fs::write(&file, picture.as_slice()).map_err(DatasetError::file(&file))?;
        bytes += picture.len() as u64;
    }
    Ok((paths.len(), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_keep_their_ends_and_say_how_much_is_left_out() {
        assert_eq!(shortened("move x 3"), ("move x 3".to_owned(), 0));
        let long = format!("first {} last", "\u{e9}".repeat(20_000));
        let (text, left_out) = shortened(&long);
        assert_eq!(left_out, 20_011 - MAX_TEXT);
        assert!(text.starts_with("first ") && text.ends_with(" last"));
        assert!(text.contains("[... 8011 characters are left out here ...]"));
    }
}
