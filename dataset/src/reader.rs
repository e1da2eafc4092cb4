//! Reads stored questions and their pictures from the tables of a set.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::record::{Plan, ShardPlan};
use crate::tables::{ImageColumnReader, Row, read_columns, read_rows};
use crate::task::{Split, Task};

/// Pictures that are read at a time: about as many as one or two Parquet pages hold.
const READ_AHEAD: usize = 16;
/// Memory limit of the cache of pictures.
const CACHE_BYTES: usize = 128 << 20;
/// Number of tables that stay open.
const MAX_OPEN_TABLES: usize = 8;

/// A question as stored in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Unique in the set.
    pub id: String,
    /// The item, which all languages have in common.
    pub item: String,
    /// Its language.
    pub language: String,
    /// Id of its complex.
    pub complex: String,
    /// Its text.
    pub question: String,
    /// The reference answer.
    pub answer: String,
    /// Options A to D; empty for open questions.
    pub options: Vec<String>,
    /// Paths of its pictures.
    pub images: Vec<String>,
    /// What each picture shows.
    pub captions: Vec<String>,
}

impl Question {
    fn of(row: &Row) -> Result<Self, DatasetError> {
        Ok(Self {
            id: row.text("id")?,
            item: row.text("item")?,
            language: row.text("language")?,
            complex: row.text("complex")?,
            question: row.text("question")?,
            answer: row.text("answer")?,
            options: row.texts("options")?,
            images: row.texts("images")?,
            captions: row.texts("captions")?,
        })
    }
}

/// Reads the questions of a task from a shard.
///
/// # Errors
/// When the table cannot be read.
pub fn read_questions(
    layout: &Layout,
    shard: &ShardPlan,
    task: Task,
) -> Result<Vec<Question>, DatasetError> {
    if !shard.questions.contains_key(&task) {
        return Ok(Vec::new());
    }
    read_rows(&layout.file(&Layout::questions_path(task, &shard.name())))?
        .map(|row| row.and_then(|row| Question::of(&row)))
        .collect()
}

/// Where a picture is: index of the shard, and row of its table.
type Location = (u32, u32);

/// Reads pictures by path, in any order.
///
/// Only the needed pages of the tables are read. Questions of T5 also show complexes of other
/// shards.
#[derive(Debug)]
pub struct PictureReader<'a> {
    layout: &'a Layout,
    shards: Vec<String>,
    locations: BTreeMap<String, Location>,
    /// Open tables, the last used one at the end.
    open_tables: VecDeque<(u32, ImageColumnReader)>,
    /// Pictures in the order in which they were read.
    cache: VecDeque<(Location, Arc<Vec<u8>>)>,
    cache_bytes: usize,
}

impl<'a> PictureReader<'a> {
    /// Opens the pictures of one split of a set.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn open(layout: &'a Layout, plan: &Plan, split: Split) -> Result<Self, DatasetError> {
        let mut shards = Vec::new();
        let mut locations = BTreeMap::new();
        for shard in plan.shards.iter().filter(|shard| shard.split == split) {
            let name = shard.name();
            let table = read_columns(&layout.file(&Layout::pictures_path(&name)), &["path"])?;
            for (row, path) in (0..).zip(table) {
                locations.insert(path?.text("path")?, (shards.len() as u32, row));
            }
            shards.push(name);
        }
        Ok(Self {
            layout,
            shards,
            locations,
            open_tables: VecDeque::new(),
            cache: VecDeque::new(),
            cache_bytes: 0,
        })
    }

    /// Returns the bytes of a picture file.
    ///
    /// # Errors
    /// When no table has it, or it cannot be read.
    pub fn get(&mut self, path: &str) -> Result<Arc<Vec<u8>>, DatasetError> {
        let location = *self.locations.get(path).ok_or_else(|| {
            let problem = "is shown by a question, but is in no table";
            DatasetError::content(&self.layout.file(path), problem)
        })?;
        if let Some((_, bytes)) = self.cache.iter().find(|(other, _)| *other == location) {
            return Ok(Arc::clone(bytes));
        }
        let (shard, row) = location;
        let table = if let Some(index) = self
            .open_tables
            .iter()
            .position(|(other, _)| *other == shard)
        {
            self.open_tables.remove(index)
        } else {
            let name = &self.shards[shard as usize];
            let path = self.layout.file(&Layout::pictures_path(name));
            Some((shard, ImageColumnReader::open(&path)?))
        };
        // Always present: `position` found it.
        let Some((_, table)) = table else {
            return Err(DatasetError::Request(format!(
                "{path} is missing from its table"
            )));
        };
        // The following rows are in the same page and are usually needed next.
        let read: Vec<Arc<Vec<u8>>> = table
            .pictures(row as usize, READ_AHEAD)?
            .into_iter()
            .map(Arc::new)
            .collect();
        let first = read.first().cloned();
        for (number, bytes) in (row..).zip(read) {
            if self
                .cache
                .iter()
                .all(|(other, _)| *other != (shard, number))
            {
                self.cache_bytes += bytes.len();
                self.cache.push_back(((shard, number), bytes));
            }
        }
        while self.cache_bytes > CACHE_BYTES
            && self.cache.len() > READ_AHEAD
            && let Some((_, bytes)) = self.cache.pop_front()
        {
            self.cache_bytes -= bytes.len();
        }
        if self.open_tables.len() == MAX_OPEN_TABLES {
            self.open_tables.pop_front();
        }
        self.open_tables.push_back((shard, table));
        first.ok_or_else(|| DatasetError::Request(format!("{path} is missing from its table")))
    }
}
