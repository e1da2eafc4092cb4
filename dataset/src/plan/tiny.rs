//! The small examination: 50 questions for each column of the paper's table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::read_lines;
use super::record::ComplexPlan;
use crate::error::DatasetError;
use crate::random::Random;

/// Questions of a column.
pub(super) const TINY: usize = 50;

/// Which questions are in, and which pictures they show.
#[derive(Debug)]
pub(super) struct Chosen {
    ids: BTreeSet<String>,
    paths: BTreeSet<String>,
}

/// Chooses by a number that each question has of its own: those with the lowest are in.
pub(super) fn choose(lines: &Path, seed: u64) -> Result<Chosen, DatasetError> {
    let mut lowest: BTreeMap<&'static str, BTreeMap<(u64, String), Vec<String>>> = BTreeMap::new();
    for complex in read_lines(lines)? {
        for item in complex?.items {
            let column = lowest.entry(item.column()).or_default();
            let number = Random::new(seed, &["tiny", &item.id]).next_u64();
            column.insert((number, item.id), item.images);
            if column.len() > TINY {
                column.pop_last();
            }
        }
    }
    let mut chosen = Chosen {
        ids: BTreeSet::new(),
        paths: BTreeSet::new(),
    };
    for ((_, id), images) in lowest.into_values().flatten() {
        chosen.ids.insert(id);
        chosen.paths.extend(images);
    }
    Ok(chosen)
}

impl Chosen {
    /// Leaves what was chosen; pictures that another complex's question shows stay, too.
    pub(super) fn prune(&self, complex: &mut ComplexPlan) {
        complex.items.retain(|item| self.ids.contains(&item.id));
        complex
            .pictures
            .retain(|(path, _)| self.paths.contains(path));
    }
}
