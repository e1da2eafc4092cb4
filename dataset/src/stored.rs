//! Stored questions with their pictures.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::plan::record::{Plan, ShardPlan};
use crate::tables::{Row, rows, rows_of};
use crate::task::{Split, Task};

/// A shard's pictures are held together; so many shards at a time. T5 shows complexes of other shards.
const SHARDS_HELD: usize = 3;

/// A question as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Unique in the set.
    pub id: String,
    /// Its complex.
    pub complex: String,
    /// Its words.
    pub question: String,
    /// The right answer.
    pub answer: String,
    /// Options A to D, or nothing.
    pub options: Vec<String>,
    /// Paths of its pictures.
    pub images: Vec<String>,
    /// What each shows.
    pub captions: Vec<String>,
}

impl Question {
    fn of(row: &Row) -> Result<Self, DatasetError> {
        Ok(Self {
            id: row.text("id")?,
            complex: row.text("complex")?,
            question: row.text("question")?,
            answer: row.text("answer")?,
            options: row.texts("options")?,
            images: row.texts("images")?,
            captions: row.texts("captions")?,
        })
    }
}

/// The stored questions of a task in a shard.
///
/// # Errors
/// When the table cannot be read.
pub fn questions(
    layout: &Layout,
    shard: &ShardPlan,
    task: Task,
) -> Result<Vec<Question>, DatasetError> {
    if !shard.questions.contains_key(&task) {
        return Ok(Vec::new());
    }
    rows(&layout.file(&Layout::questions_path(task, &shard.name())))?
        .map(|row| row.and_then(|row| Question::of(&row)))
        .collect()
}

/// The pictures of a shard.
type Held = BTreeMap<String, Arc<Vec<u8>>>;

/// Pictures by path.
#[derive(Debug)]
pub struct Pictures<'a> {
    layout: &'a Layout,
    shards: Vec<String>,
    /// Which shard has the pictures of a complex's folder.
    folders: BTreeMap<String, usize>,
    held: VecDeque<(usize, Held)>,
}

impl<'a> Pictures<'a> {
    /// Of one side of a set.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn open(layout: &'a Layout, plan: &Plan, split: Split) -> Result<Self, DatasetError> {
        let mut shards = Vec::new();
        let mut folders = BTreeMap::new();
        for shard in plan.shards.iter().filter(|shard| shard.split == split) {
            let name = shard.name();
            for row in rows_of(&layout.file(&Layout::pictures_path(&name)), &["path"])? {
                let path = row?.text("path")?;
                let folder = path.split('/').next().unwrap_or_default();
                if !folders.contains_key(folder) {
                    folders.insert(folder.to_owned(), shards.len());
                }
            }
            shards.push(name);
        }
        Ok(Self {
            layout,
            shards,
            folders,
            held: VecDeque::new(),
        })
    }

    /// The bytes of a picture.
    ///
    /// # Errors
    /// When it is not there.
    pub fn get(&mut self, path: &str) -> Result<Arc<Vec<u8>>, DatasetError> {
        let missing = || {
            DatasetError::content(
                &self.layout.file(path),
                "is shown by a question, but in no table",
            )
        };
        let folder = path.split('/').next().unwrap_or_default();
        let shard = *self.folders.get(folder).ok_or_else(missing)?;
        if !self.held.iter().any(|(held, _)| *held == shard) {
            if self.held.len() == SHARDS_HELD {
                self.held.pop_front();
            }
            let table = self
                .layout
                .file(&Layout::pictures_path(&self.shards[shard]));
            let mut pictures = BTreeMap::new();
            for row in rows_of(&table, &["image"])? {
                let image = row?.image("image")?;
                pictures.insert(image.path, Arc::new(image.bytes));
            }
            self.held.push_back((shard, pictures));
        }
        self.held
            .iter()
            .find(|(held, _)| *held == shard)
            .and_then(|(_, pictures)| pictures.get(path))
            .cloned()
            .ok_or_else(missing)
    }
}
