//! The stored form of a plan: the head of the set, and one line per complex.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::complexes::cut::CutRecord;
use crate::complexes::unique_names::Renamed;
use crate::mode::Mode;
use crate::picture::{PictureSize, PictureSpec};
use crate::rules::{Decoys, SplitBy};
use crate::task::{Split, Task};

/// Name and version of this program, as recorded in plans and tables.
pub const GENERATOR: &str = concat!("molshot ", env!("CARGO_PKG_VERSION"));

/// Version of the format of plans.
pub const SCHEMA_VERSION: u32 = 6;

/// One question without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Unique in the set: complex, task, number.
    pub id: String,
    /// Which task.
    pub task: Task,
    /// The reference answer: a letter for multiple-choice questions, else the text.
    pub answer: String,
    /// Texts of the options A to D; empty for open questions.
    ///
    /// If the options are pictures, these are their paths.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Paths of the pictures, in the order in which they are shown.
    pub images: Vec<String>,
    /// Values for the question's text and for the scorer.
    ///
    /// `residue`, `pocket_atom` and `ligand_atom` (T4, T8); `chain`, the name of the pocket's only
    /// chain, and `twins`, residues that differ only by chain, such as `ILE 50; ASP 25` (T9);
    /// `other`, the id of the second complex (T5).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl Item {
    /// Returns the column of the paper's table that counts it.
    ///
    /// That is the task, except that T4 has a column with bonds (`T4+`) and one without (`T4-`).
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self.task {
            Task::T4 if self.answer == "No" => "T4-",
            Task::T4 => "T4+",
            task => task.name(),
        }
    }
}

/// A question that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Which task.
    pub task: Task,
    /// Why the last attempt failed.
    pub reason: String,
    /// The residue or bond of the question, if it is about one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// The pictures and questions of one complex: a line of `plan/complexes.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplexPlan {
    /// Id of the complex.
    pub id: String,
    /// Its split.
    pub split: Split,
    /// SHA-256 of its files.
    pub input_sha256: String,
    /// SHA-256 of what it consists of, without its name: copies have the same one.
    pub content_sha256: String,
    /// How it was cut out of a whole entry, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutRecord>,
    /// Residues and atoms that have another name in pictures and questions than in the files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renamed: Vec<Renamed>,
    /// The pictures to render, with their paths, in rendering order.
    pub pictures: Vec<(String, PictureSpec)>,
    /// Its questions, by task.
    pub items: Vec<Item>,
    /// Questions that could not be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
    /// Number of rejected candidates, by task and reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resampled: BTreeMap<Task, BTreeMap<String, u32>>,
}

/// Consecutive complexes of the plan whose tables are written together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardPlan {
    /// Its split.
    pub split: Split,
    /// Its number within the split.
    pub number: u32,
    /// Number of lines of the plan before it.
    pub first_line: usize,
    /// Number of bytes of the plan's lines before it.
    pub first_byte: u64,
    /// Number of lines.
    pub complexes: usize,
    /// Number of pictures.
    pub pictures: usize,
    /// Number of items of each task; tasks without items are left out. A table has a row for each
    /// item, language and input mode.
    pub questions: BTreeMap<Task, usize>,
}

impl ShardPlan {
    /// Returns its name, such as `train-00003`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{:05}", self.split.name(), self.number)
    }
}

/// The head of a plan: `plan/plan.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the plan's command line"
)]
pub struct Plan {
    /// Version of the format: [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Name and version of the program that made it.
    pub generator: String,
    /// Seed of all random choices.
    pub seed: u64,
    /// Size of the pictures.
    pub size: PictureSize,
    /// The tasks of the set.
    pub tasks: Vec<Task>,
    /// Whether the set is the small one: 50 questions per column of the paper's table.
    pub tiny: bool,
    /// What makes complexes alike, so that they are in the same split.
    pub split_by: SplitBy,
    /// How decoys are chosen.
    pub decoys: Decoys,
    /// Whether a file assigned complexes to splits; it may put like complexes on both sides.
    pub split_listed: bool,
    /// Languages of the questions, in the order in which the tables have them.
    pub languages: Vec<String>,
    /// Input modes of the questions, in the order in which the tables have them.
    pub modes: Vec<Mode>,
    /// Whether each picture has annotations of its atoms and residues.
    pub annotations: bool,
    /// Whether residues and atoms that share their names got unique ones.
    pub unique_names: bool,
    /// Licence of the set: an address, an SPDX identifier, or words.
    pub license: String,
    /// SHA-256 of `plan/complexes.jsonl`.
    pub complexes_sha256: String,
    /// Shards of the set, in order.
    pub shards: Vec<ShardPlan>,
}

impl Plan {
    /// Returns the number of rows of an item: one for each language and input mode.
    #[must_use]
    pub fn rows_per_item(&self) -> usize {
        self.languages.len() * self.modes.len()
    }

    /// Returns whether the questions of a mode have tables of coordinates.
    #[must_use]
    pub fn has_tables(&self) -> bool {
        self.modes.iter().any(|mode| mode.has_tables())
    }
}
