//! `report.json`: counts what was made, resampled and left out, with reasons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::groups::Group;
use super::input_sizes::InputSizes;
use crate::complexes::LeftOutFile;
use crate::complexes::cut::CutRecord;
use crate::record::ComplexPlan;
use crate::task::{Split, Task};

/// Dropped items that are named per task, split and reason; the others are only counted.
const MAX_EXAMPLES: usize = 5;

/// The content of `report.json`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Counts of complexes.
    pub complexes: ComplexCounts,
    /// Number of pictures by split.
    pub pictures: BTreeMap<Split, usize>,
    /// Counts of questions by split and task.
    pub questions: BTreeMap<Split, BTreeMap<Task, TaskCounts>>,
    /// How much a model gets, by input mode and task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sizes: Option<InputSizes>,
    /// Size of the tables; missing until all shards are complete.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// Counts of complexes, and those that were skipped or cut.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplexCounts {
    /// Number in the folder, at most the limit.
    pub found: usize,
    /// Number in the set, by split.
    pub used: BTreeMap<Split, usize>,
    /// Complexes that are not in the set.
    pub skipped: Vec<Skipped>,
    /// Complexes that were cut out of whole entries, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cut: BTreeMap<String, CutRecord>,
    /// Warnings of the readers about complexes that are in the set, by id; such as a ligand that
    /// the pocket file still holds. Paths are relative to the folder of the complex.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub warnings: BTreeMap<String, Vec<String>>,
    /// Number of residues and atoms with another name than in their files, by id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub renamed: BTreeMap<String, usize>,
    /// Files of the folder that are not complexes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out_files: Vec<LeftOutFile>,
    /// Groups of several complexes with like pockets or ligands, which are in one split.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// Groups that the file of the split puts on both sides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub torn_groups: Vec<Group>,
    /// Number of ids in the list of ligands that no complex has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unused_ligands: usize,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A complex that is not in the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Id of the complex.
    pub id: String,
    /// Stable name of the reason.
    pub reason: String,
    /// Description of the problem.
    pub message: String,
}

/// Complexes that are not in the set for the same reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedReason<'a> {
    /// Their number.
    pub count: usize,
    /// The first of them.
    pub first: &'a Skipped,
}

impl std::fmt::Display for SkippedReason<'_> {
    /// Writes the number, the reason, and the first complex with its problem.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Skipped {
            id,
            reason,
            message,
        } = self.first;
        match self.count {
            1 => write!(f, "1 complex ({reason}): {id}: {message}"),
            count => write!(
                f,
                "{count} complexes ({reason}), the first is {id}: {message}"
            ),
        }
    }
}

impl ComplexCounts {
    /// Groups the complexes that are not in the set by reason, the most frequent reason first.
    #[must_use]
    pub fn skipped_by_reason(&self) -> Vec<SkippedReason<'_>> {
        let mut groups: BTreeMap<&str, SkippedReason<'_>> = BTreeMap::new();
        for first in &self.skipped {
            let group = groups.entry(first.reason.as_str());
            group.or_insert(SkippedReason { count: 0, first }).count += 1;
        }
        let mut groups: Vec<SkippedReason<'_>> = groups.into_values().collect();
        // Equally frequent ones stay in the order of their names.
        groups.sort_by_key(|group| std::cmp::Reverse(group.count));
        groups
    }
}

/// Counts of the questions of one task in one split.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCounts {
    /// Number in the set.
    pub made: usize,
    /// Number of T4 questions with a bond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_bond: Option<usize>,
    /// Number of rejected candidates by reason.
    pub resampled: BTreeMap<String, u32>,
    /// Questions without an accepted candidate, by reason.
    pub dropped: BTreeMap<String, DroppedCounts>,
}

/// Questions that could not be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DroppedCounts {
    /// Their number.
    pub count: usize,
    /// The first of them.
    pub such_as: Vec<String>,
}

/// Size of the tables that `generate` wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Number of tables.
    pub files: usize,
    /// Their size in bytes.
    pub bytes: u64,
    /// The adapters that rendered the pictures.
    pub adapter: String,
}

impl Report {
    /// Adds the counts of a complex.
    pub fn add(&mut self, complex: &ComplexPlan) {
        *self.complexes.used.entry(complex.split).or_default() += 1;
        if let Some(cut) = &complex.cut {
            self.complexes.cut.insert(complex.id.clone(), cut.clone());
        }
        if !complex.renamed.is_empty() {
            let renamed = &mut self.complexes.renamed;
            renamed.insert(complex.id.clone(), complex.renamed.len());
        }
        *self.pictures.entry(complex.split).or_default() += complex.pictures.len();
        let tasks = self.questions.entry(complex.split).or_default();
        for item in &complex.items {
            let counts = tasks.entry(item.task).or_default();
            counts.made += 1;
            if item.task == Task::T4 {
                *counts.with_bond.get_or_insert(0) += usize::from(item.answer != "No");
            }
        }
        for (task, reasons) in &complex.resampled {
            let counts = tasks.entry(*task).or_default();
            for (reason, count) in reasons {
                *counts.resampled.entry(reason.clone()).or_default() += count;
            }
        }
        for dropped in &complex.dropped {
            let counts = tasks.entry(dropped.task).or_default();
            let counts = counts.dropped.entry(dropped.reason.clone()).or_default();
            counts.count += 1;
            if counts.such_as.len() < MAX_EXAMPLES {
                let about = [complex.id.as_str(), &dropped.about].join(" ");
                counts.such_as.push(about.trim().to_owned());
            }
        }
    }

    /// Returns the number of all questions.
    #[must_use]
    pub fn question_count(&self) -> usize {
        let tasks = self.questions.values().flat_map(BTreeMap::values);
        tasks.map(|counts| counts.made).sum()
    }

    /// Returns the number of all pictures.
    #[must_use]
    pub fn picture_count(&self) -> usize {
        self.pictures.values().sum()
    }
}
