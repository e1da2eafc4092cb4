//! `report.json`: what was made, resampled and left out, and why.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::ComplexPlan;
use crate::complexes::cut::CutRecord;
use crate::task::{Split, Task};

/// Dropped items that are named for each task, split and reason; the rest is counted.
const NAMED: usize = 5;

/// The account of a set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Complexes.
    pub complexes: ComplexCounts,
    /// Pictures of each side.
    pub pictures: BTreeMap<Split, usize>,
    /// Questions, by side and task.
    pub questions: BTreeMap<Split, BTreeMap<Task, TaskCounts>>,
    /// What was written; missing until all is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// Complexes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplexCounts {
    /// In the folder, and within the limit.
    pub found: usize,
    /// With questions, by side.
    pub used: BTreeMap<Split, usize>,
    /// Without, and why.
    pub skipped: Vec<Skipped>,
    /// Those that were cut out of whole entries, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cut: BTreeMap<String, CutRecord>,
    /// Names of the list of ligands that no complex has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub unused_ligands: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// A complex that is not in the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Skipped {
    /// Its name.
    pub id: String,
    /// Stable name of the reason.
    pub reason: String,
    /// For people.
    pub message: String,
}

/// Questions of one task on one side.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCounts {
    /// In the set.
    pub made: usize,
    /// Of those of T4, with a bond.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_bond: Option<usize>,
    /// Tries that were thrown away, by reason.
    pub resampled: BTreeMap<String, u32>,
    /// Questions that no try could make, by reason.
    pub dropped: BTreeMap<String, DroppedCounts>,
}

/// Questions that could not be made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DroppedCounts {
    /// How many.
    pub count: usize,
    /// The first ones.
    pub such_as: Vec<String>,
}

/// What `generate` wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// Tables.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// What drew.
    pub adapter: String,
}

impl Report {
    /// Counts a complex's line.
    pub fn add(&mut self, complex: &ComplexPlan) {
        *self.complexes.used.entry(complex.split).or_default() += 1;
        if let Some(cut) = &complex.cut {
            self.complexes.cut.insert(complex.id.clone(), cut.clone());
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
            if counts.such_as.len() < NAMED {
                let about = [complex.id.as_str(), &dropped.about].join(" ");
                counts.such_as.push(about.trim().to_owned());
            }
        }
    }

    /// All questions.
    #[must_use]
    pub fn question_count(&self) -> usize {
        let tasks = self.questions.values().flat_map(BTreeMap::values);
        tasks.map(|counts| counts.made).sum()
    }

    /// All pictures.
    #[must_use]
    pub fn picture_count(&self) -> usize {
        self.pictures.values().sum()
    }
}
