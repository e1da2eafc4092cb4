//! What a plan says: the head of a set, and a line for each complex.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::complexes::cut::CutRecord;
use crate::picture::{Picture, PictureSize};
use crate::task::{Split, Task};

/// The version of the plan's form.
pub const SCHEMA_VERSION: u32 = 3;

/// One question, without its words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Unique in the set: complex, task, number.
    pub id: String,
    /// Which task.
    pub task: Task,
    /// The right answer: a letter for choices, else the text.
    pub answer: String,
    /// Texts of the options A to D; for options that are pictures, their paths. Empty where there
    /// are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Paths of the pictures, in the order in which they are shown.
    pub images: Vec<String>,
    /// What the question's text names, and what the scorer must know of it: `residue`,
    /// `pocket_atom`, `ligand_atom`; `chain` (T9), the name of the pocket's only chain, and
    /// `twins`, residues that only their chain tells apart (`ILE 50; ASP 25`); `other` (T5).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl Item {
    /// The column of the paper's table that counts it: the task, with T4 parted by whether there is
    /// a bond.
    #[must_use]
    pub fn column(&self) -> &'static str {
        match self.task {
            Task::T4 if self.answer == "No" => "T4-",
            Task::T4 => "T4+",
            task => task.name(),
        }
    }
}

/// An item that could not be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dropped {
    /// Which task.
    pub task: Task,
    /// Why; of several tries, why the last one failed.
    pub reason: String,
    /// What it was about.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub about: String,
}

/// All of one complex: a line of `plan/complexes.jsonl`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplexPlan {
    /// Its name.
    pub id: String,
    /// Its side.
    pub split: Split,
    /// SHA-256 of its files.
    pub input_sha256: String,
    /// What it was cut from, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<CutRecord>,
    /// The pictures that are drawn with it, by path, in drawing order.
    pub pictures: Vec<(String, Picture)>,
    /// Its questions, by task.
    pub items: Vec<Item>,
    /// What could not be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Dropped>,
    /// Tries that failed, by task and reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub resampled: BTreeMap<Task, BTreeMap<String, u32>>,
}

/// Complexes that follow each other in the plan and are written together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShardPlan {
    /// Its side.
    pub split: Split,
    /// Its number in the split.
    pub number: u32,
    /// Lines of the plan before it.
    pub first_line: usize,
    /// Bytes of the plan's lines before it.
    pub first_byte: u64,
    /// Number of lines.
    pub complexes: usize,
    /// Number of pictures.
    pub pictures: usize,
    /// Number of questions of each task; those with none are left out.
    pub questions: BTreeMap<Task, usize>,
}

impl ShardPlan {
    /// Its name, such as `train-00003`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-{:05}", self.split.name(), self.number)
    }
}

/// The head of a plan: `plan/plan.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form: [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// What made it.
    pub generator: String,
    /// Every random choice comes from it.
    pub seed: u64,
    /// Size of the pictures.
    pub size: PictureSize,
    /// The tasks that were asked for.
    pub tasks: Vec<Task>,
    /// True for the small examination: 50 questions a column of the paper's table.
    pub tiny: bool,
    /// Language of the questions.
    pub language: String,
    /// Whether each picture has the places of its atoms.
    pub annotations: bool,
    /// Licence of the set, in words or as an address.
    pub license: String,
    /// SHA-256 of `plan/complexes.jsonl`.
    pub complexes_sha256: String,
    /// Files of the set, in order.
    pub shards: Vec<ShardPlan>,
}
