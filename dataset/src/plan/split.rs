//! Assigns complexes to the train and test splits, and orders them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::DatasetError;
use crate::files::read_json;
use crate::random::Random;
use crate::task::Split;

/// How complexes are assigned to splits.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SplitChoice {
    /// A share of the complexes, 0 to 1, is in the test split; the seed decides which ones.
    Share(f64),
    /// As listed by complex id; complexes that are not listed are left out.
    Listed(BTreeMap<String, Split>),
}

/// `{"train": ["1a61", ...], "test": ["5ey0", ...]}`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SplitFile {
    #[serde(default)]
    train: Vec<String>,
    #[serde(default)]
    test: Vec<String>,
}

impl SplitChoice {
    /// Reads a split file.
    ///
    /// # Errors
    /// When it cannot be read, or names a complex twice.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let value: serde_json::Value = read_json(path)?;
        // serde would read a list as a struct without field names.
        if !value.is_object() {
            let problem =
                r#"is not an object; give {"train": ["1a61", ...], "test": ["5ey0", ...]}"#;
            return Err(DatasetError::content(path, problem));
        }
        let file: SplitFile =
            serde_json::from_value(value).map_err(|error| DatasetError::content(path, error))?;
        let mut sides = BTreeMap::new();
        let listed = file
            .train
            .into_iter()
            .map(|id| (id, Split::Train))
            .chain(file.test.into_iter().map(|id| (id, Split::Test)));
        for (id, side) in listed {
            if sides.contains_key(&id) {
                return Err(DatasetError::content(
                    path,
                    format!("names {id} twice; name it once, in \"train\" or in \"test\""),
                ));
            }
            sides.insert(id, side);
        }
        Ok(Self::Listed(sides))
    }

    /// Returns the split of each complex, and the listed ids that do not exist.
    ///
    /// A share is rounded to whole complexes. Each complex has a random number, and those with the
    /// lowest are in the test split.
    #[must_use]
    pub fn assign(&self, ids: &[String], seed: u64) -> (BTreeMap<String, Split>, Vec<String>) {
        match self {
            Self::Share(share) => {
                let mut ranked = seeded_order(ids, seed, "split");
                let test = (share.clamp(0.0, 1.0) * ids.len() as f64).round() as usize;
                let train = ranked.split_off(test.min(ranked.len()));
                let sides = ranked
                    .into_iter()
                    .map(|id| (id, Split::Test))
                    .chain(train.into_iter().map(|id| (id, Split::Train)));
                (sides.collect(), Vec::new())
            }
            Self::Listed(sides) => {
                let existing: BTreeSet<&String> = ids.iter().collect();
                let known = |id: &String| existing.contains(id);
                (
                    sides
                        .iter()
                        .filter(|(id, _)| known(id))
                        .map(|(id, side)| (id.clone(), *side))
                        .collect(),
                    sides.keys().filter(|id| !known(id)).cloned().collect(),
                )
            }
        }
    }
}

/// Returns the ids in a random order.
///
/// The relative order of two ids depends on the seed, the purpose and these ids only.
#[must_use]
pub fn seeded_order(ids: &[String], seed: u64, purpose: &str) -> Vec<String> {
    let mut keyed: Vec<(u64, &String)> = ids
        .iter()
        .map(|id| (Random::new(seed, &[purpose, id]).next_u64(), id))
        .collect();
    keyed.sort();
    keyed.into_iter().map(|(_, id)| id.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|n| format!("c{n:03}")).collect()
    }

    #[test]
    fn a_share_is_met_and_each_complex_is_in_one_split() {
        let (sides, missing) = SplitChoice::Share(0.12).assign(&ids(100), 5);
        assert_eq!(sides.len(), 100);
        assert_eq!(
            sides.values().filter(|side| **side == Split::Test).count(),
            12
        );
        assert!(missing.is_empty());
        assert_ne!(sides, SplitChoice::Share(0.12).assign(&ids(100), 6).0);
    }

    #[test]
    fn the_order_stays_when_complexes_are_removed() {
        let all = seeded_order(&ids(50), 1, "order");
        let fewer: Vec<String> = ids(50).into_iter().filter(|id| id != "c007").collect();
        let without: Vec<String> = all.into_iter().filter(|id| id != "c007").collect();
        assert_eq!(seeded_order(&fewer, 1, "order"), without);
    }
}
