//! The questions of a set with their pictures, and points for answers to them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use molshot_dataset::files::hash_file;
use molshot_dataset::messages::Catalogues;
use molshot_dataset::plan::read_shard_lines;
use molshot_dataset::reader::{PictureReader, read_questions};
use molshot_dataset::record::{Plan, ShardPlan};
use molshot_dataset::{DatasetError, Layout};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde_json::{Value, json};

use crate::argument::{Given, given};
use crate::failure::Failure;
use crate::interrupt;
use crate::plan_arguments::split_named;
use crate::scores::points;

/// Reads the questions of one split of a set.
#[pyclass(module = "molshot._molshot", frozen)]
pub(crate) struct QuestionReader {
    layout: Layout,
    plan: Plan,
    split: String,
    catalogues: Catalogues,
    pictures: Mutex<PictureReader<'static>>,
}

#[pymethods]
impl QuestionReader {
    #[new]
    fn new(py: Python<'_>, out: Given<PathBuf>, split: Given<String>) -> PyResult<Self> {
        given!(out, split);
        interrupt::run(py, move || {
            let layout = Layout::new(&out);
            let plan = layout.plan()?;
            let catalogues = Catalogues::read(&layout, &plan)?;
            let side = split_named(&split)?;
            let pictures = PictureReader::open_owned(layout.clone(), &plan, side)?;
            Ok(Self {
                layout,
                plan,
                split,
                catalogues,
                pictures: Mutex::new(pictures),
            })
        })
    }

    /// Sixteen characters that name the plan: its seed, sizes, complexes and pictures.
    fn plan_hash(&self, py: Python<'_>) -> PyResult<String> {
        let digest = py.detach(|| hash_file(&self.layout.plan_file()).map_err(Failure::from))?;
        Ok(digest.sha256[..16].to_owned())
    }

    /// Names of the shards of the split.
    fn shards(&self) -> Vec<String> {
        let shards = self.plan.shards.iter();
        let shards = shards.filter(|shard| shard.split.name() == self.split);
        shards.map(ShardPlan::name).collect()
    }

    /// Names of the tasks of the set: `T1` to `T9`.
    fn tasks(&self) -> Vec<&'static str> {
        self.plan.tasks.iter().map(|task| task.name()).collect()
    }

    /// Tags of the languages of the set.
    fn languages(&self) -> Vec<String> {
        self.plan.languages.clone()
    }

    /// Names of the input modes of the set.
    fn modes(&self) -> Vec<&'static str> {
        self.plan.modes.iter().map(|mode| mode.name()).collect()
    }

    /// The questions of a shard and task as a JSON list.
    fn questions(&self, py: Python<'_>, shard: &str, task: &str) -> PyResult<String> {
        py.detach(|| {
            let rows = self.rows(shard, task).map_err(Failure::from)?;
            Ok(Value::from(rows).to_string())
        })
    }

    /// The bytes of a picture file.
    fn picture<'py>(&self, py: Python<'py>, path: &str) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = py.detach(|| {
            let mut pictures = self.pictures.lock().unwrap_or_else(PoisonError::into_inner);
            pictures.get(path).map_err(Failure::from)
        })?;
        Ok(PyBytes::new(py, &bytes))
    }

    /// Scores one answer as `molshot dataset score` does, with the words of the set's catalogues;
    /// returns score (0 to 1), whether it is exact, and whether it was understood.
    fn score(
        &self,
        task: &str,
        reference: String,
        text: Given<String>,
        options: Vec<String>,
        facts: BTreeMap<String, String>,
        language: &str,
    ) -> PyResult<(f64, bool, bool)> {
        given!(text);
        let words = &self
            .catalogues
            .get(language)
            .map_err(Failure::from)?
            .answers;
        points(task, reference, &text, options, facts, words)
    }
}

impl QuestionReader {
    fn rows(&self, shard: &str, task: &str) -> Result<Vec<Value>, DatasetError> {
        let task = task.parse()?;
        let shards = &self.plan.shards;
        let Some(shard) = shards.iter().find(|other| other.name() == shard) else {
            return Ok(Vec::new());
        };
        let mut items = BTreeMap::new();
        for complex in read_shard_lines(&self.layout.complexes_file(), shard)? {
            let of_task = complex.items.into_iter().filter(|item| item.task == task);
            items.extend(of_task.map(|item| (item.id.clone(), item)));
        }
        let mut rows = Vec::new();
        for question in read_questions(&self.layout, shard, task)? {
            let item = items.get(&question.item).ok_or_else(|| {
                let file = self.layout.complexes_file();
                let problem = format!("has no item {}, which a table has", question.item);
                DatasetError::Request(format!("{}: {problem}", file.display()))
            })?;
            let catalogue = self.catalogues.get(&question.language)?;
            let captions = question
                .captions
                .iter()
                .take(question.images.len())
                .enumerate();
            let labels: Vec<String> = captions
                .map(|(index, caption)| catalogue.picture_label(index + 1, caption))
                .collect();
            rows.push(json!({
                "id": question.id,
                "item": question.item,
                "language": question.language,
                "mode": question.mode,
                "task": task.name(),
                "column": item.column(),
                "split": self.split,
                "complex": question.complex,
                "question": question.question,
                "answer": question.answer,
                "options": question.options,
                "facts": item.facts,
                "labels": labels,
                "images": question.images,
                "tables": question.tables,
            }));
        }
        Ok(rows)
    }
}
