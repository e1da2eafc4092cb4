//! Stored questions with their pictures.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::plan::record::{Plan, ShardPlan};
use crate::tables::{PictureFile, Row, rows, rows_of};
use crate::task::{Split, Task};

/// Pictures that are read at a time: about as many as stand in a page or two.
const READ_AHEAD: usize = 16;
/// Memory for pictures that were read.
const HELD_BYTES: usize = 128 << 20;
/// Tables that stay open.
const TABLES_OPEN: usize = 8;

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

/// Where a picture is: number of the shard, and row of its table.
type Place = (u32, u32);

/// Pictures by path. Only the pages of the tables that have them are read, wherever they stand: T5
/// shows complexes of other shards.
#[derive(Debug)]
pub struct Pictures<'a> {
    layout: &'a Layout,
    shards: Vec<String>,
    places: BTreeMap<String, Place>,
    /// Tables that were read last, the last one at the end.
    open: VecDeque<(u32, PictureFile)>,
    /// Pictures that were read last, the last ones at the end.
    held: VecDeque<(Place, Arc<Vec<u8>>)>,
    held_bytes: usize,
}

impl<'a> Pictures<'a> {
    /// Of one side of a set.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn open(layout: &'a Layout, plan: &Plan, split: Split) -> Result<Self, DatasetError> {
        let mut shards = Vec::new();
        let mut places = BTreeMap::new();
        for shard in plan.shards.iter().filter(|shard| shard.split == split) {
            let name = shard.name();
            let table = rows_of(&layout.file(&Layout::pictures_path(&name)), &["path"])?;
            for (row, path) in (0..).zip(table) {
                places.insert(path?.text("path")?, (shards.len() as u32, row));
            }
            shards.push(name);
        }
        Ok(Self {
            layout,
            shards,
            places,
            open: VecDeque::new(),
            held: VecDeque::new(),
            held_bytes: 0,
        })
    }

    /// The bytes of a picture.
    ///
    /// # Errors
    /// When it is not there.
    pub fn get(&mut self, path: &str) -> Result<Arc<Vec<u8>>, DatasetError> {
        let place = *self.places.get(path).ok_or_else(|| {
            let problem = "is shown by a question, but in no table";
            DatasetError::content(&self.layout.file(path), problem)
        })?;
        if let Some((_, bytes)) = self.held.iter().find(|(other, _)| *other == place) {
            return Ok(Arc::clone(bytes));
        }
        let (shard, row) = place;
        let table = if let Some(index) = self.open.iter().position(|(open, _)| *open == shard) {
            self.open.remove(index)
        } else {
            let name = &self.shards[shard as usize];
            let path = self.layout.file(&Layout::pictures_path(name));
            Some((shard, PictureFile::open(&path)?))
        };
        // It is there: `remove` was told where.
        let Some((_, table)) = table else {
            return Err(DatasetError::Request(format!("{path} is lost")));
        };
        // The next ones are in the same page, and mostly wanted next.
        let read: Vec<Arc<Vec<u8>>> = table
            .pictures(row as usize, READ_AHEAD)?
            .into_iter()
            .map(Arc::new)
            .collect();
        let first = read.first().cloned();
        for (number, bytes) in (row..).zip(read) {
            if self.held.iter().all(|(other, _)| *other != (shard, number)) {
                self.held_bytes += bytes.len();
                self.held.push_back(((shard, number), bytes));
            }
        }
        while self.held_bytes > HELD_BYTES
            && self.held.len() > READ_AHEAD
            && let Some((_, bytes)) = self.held.pop_front()
        {
            self.held_bytes -= bytes.len();
        }
        if self.open.len() == TABLES_OPEN {
            self.open.pop_front();
        }
        self.open.push_back((shard, table));
        first.ok_or_else(|| DatasetError::Request(format!("{path} is lost")))
    }
}
