//! Reads stored questions and their pictures from the tables of a set.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::mode::Mode;
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
    /// The item, which the rows of all languages and modes have in common.
    pub item: String,
    /// Its language.
    pub language: String,
    /// Its input mode.
    pub mode: Mode,
    /// Id of its complex.
    pub complex: String,
    /// Its text.
    pub question: String,
    /// The reference answer.
    pub answer: String,
    /// Options A to D; empty for open questions.
    pub options: Vec<String>,
    /// Paths of its pictures; empty in mode `text`.
    pub images: Vec<String>,
    /// What each picture shows.
    pub captions: Vec<String>,
    /// A table of coordinates of each picture; empty in mode `picture`.
    pub tables: Vec<String>,
}

impl Question {
    fn of(row: &Row) -> Result<Self, DatasetError> {
        Ok(Self {
            id: row.text("id")?,
            item: row.text("item")?,
            language: row.text("language")?,
            mode: row.text("mode")?.parse()?,
            complex: row.text("complex")?,
            question: row.text("question")?,
            answer: row.text("answer")?,
            options: row.texts("options")?,
            images: row.texts("images")?,
            captions: row.texts("captions")?,
            tables: row.texts("tables")?,
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

/// Returns the names of the shards of a split.
fn shards_of(plan: &Plan, split: Split) -> impl Iterator<Item = String> {
    let shards = plan.shards.iter();
    let shards = shards.filter(move |shard| shard.split == split);
    shards.map(ShardPlan::name)
}

/// Reads pictures by path, in any order.
///
/// Only the needed pages of the tables are read. Questions of T5 also show complexes of other
/// shards.
#[derive(Debug)]
pub struct PictureReader<'a> {
    layout: Cow<'a, Layout>,
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
        Self::open_in(Cow::Borrowed(layout), shards_of(plan, split))
    }

    /// Opens the pictures of some shards of a set, such as `train-00003`.
    ///
    /// # Errors
    /// When a table cannot be read.
    pub fn open_shards(
        layout: &'a Layout,
        shards: impl IntoIterator<Item = String>,
    ) -> Result<Self, DatasetError> {
        Self::open_in(Cow::Borrowed(layout), shards)
    }

    /// Opens the pictures of one split of a set, as a value that borrows nothing.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_owned(
        layout: Layout,
        plan: &Plan,
        split: Split,
    ) -> Result<PictureReader<'static>, DatasetError> {
        PictureReader::open_in(Cow::Owned(layout), shards_of(plan, split))
    }

    fn open_in(
        layout: Cow<'a, Layout>,
        names: impl IntoIterator<Item = String>,
    ) -> Result<Self, DatasetError> {
        let mut shards = Vec::new();
        let mut locations = BTreeMap::new();
        for name in names {
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
