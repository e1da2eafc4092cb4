//! Selects the small set (`--tiny`): 50 questions for each column of the paper's table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::read_lines;
use crate::error::DatasetError;
use crate::random::Random;
use crate::record::ComplexPlan;

/// Questions per column.
const QUESTIONS_PER_COLUMN: usize = 50;

/// The selected questions and their pictures.
#[derive(Debug)]
pub(super) struct MiniSplit {
    ids: BTreeSet<String>,
    paths: BTreeSet<String>,
}

/// Selects the questions with the lowest random numbers; each question has its own stream.
pub(super) fn select(lines: &Path, seed: u64) -> Result<MiniSplit, DatasetError> {
    let mut lowest: BTreeMap<&'static str, BTreeMap<(u64, String), Vec<String>>> = BTreeMap::new();
    for complex in read_lines(lines)? {
        for item in complex?.items {
            let column = lowest.entry(item.column()).or_default();
            let number = Random::new(seed, &["tiny", &item.id]).next_u64();
            column.insert((number, item.id), item.images);
            if column.len() > QUESTIONS_PER_COLUMN {
                column.pop_last();
            }
        }
    }
    let mut selected = MiniSplit {
        ids: BTreeSet::new(),
        paths: BTreeSet::new(),
    };
    for ((_, id), images) in lowest.into_values().flatten() {
        selected.ids.insert(id);
        selected.paths.extend(images);
    }
    Ok(selected)
}

impl MiniSplit {
    /// Removes the questions that are not selected, and pictures that no selected question shows.
    pub(super) fn prune(&self, complex: &mut ComplexPlan) {
        complex.items.retain(|item| self.ids.contains(&item.id));
        complex
            .pictures
            .retain(|(path, _)| self.paths.contains(path));
    }
}
