//! Which complex is on which side, and in which order they come.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use crate::error::DatasetError;
use crate::files::read_json;
use crate::random::Random;
use crate::task::Split;

/// How sides are chosen.
#[derive(Debug, Clone, PartialEq)]
pub enum SplitChoice {
    /// This share of the complexes, 0 to 1, is tested with; which ones, the seed says.
    Share(f64),
    /// As listed.
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
    /// When it cannot be read, or names a complex twice: on both sides it would be learned and
    /// tested.
    pub fn read(path: &Path) -> Result<Self, DatasetError> {
        let value: serde_json::Value = read_json(path)?;
        // A list would be read as an object without names.
        if !value.is_object() {
            let problem = r#"is no object; give {"train": ["1a61", ...], "test": ["5ey0", ...]}"#;
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

    /// The side of each complex that has one, and the listed ones that are not there. A share is
    /// rounded to whole complexes; each complex has a number of its own, and those with the lowest
    /// are tested with.
    #[must_use]
    pub fn sides(&self, ids: &[String], seed: u64) -> (BTreeMap<String, Split>, Vec<String>) {
        match self {
            Self::Share(share) => {
                let mut ranked = ordered(ids, seed, "split");
                let test = (share.clamp(0.0, 1.0) * ids.len() as f64).round() as usize;
                let train = ranked.split_off(test.min(ranked.len()));
                let sides = ranked
                    .into_iter()
                    .map(|id| (id, Split::Test))
                    .chain(train.into_iter().map(|id| (id, Split::Train)));
                (sides.collect(), Vec::new())
            }
            Self::Listed(sides) => {
                let there: BTreeSet<&String> = ids.iter().collect();
                let known = |id: &String| there.contains(id);
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

/// Complexes in an order that the seed decides. Where one stands among the others depends on the
/// seed and its name alone.
#[must_use]
pub fn ordered(ids: &[String], seed: u64, purpose: &str) -> Vec<String> {
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
    fn a_share_is_met_and_each_complex_is_on_one_side() {
        let (sides, missing) = SplitChoice::Share(0.12).sides(&ids(100), 5);
        assert_eq!(sides.len(), 100);
        assert_eq!(
            sides.values().filter(|side| **side == Split::Test).count(),
            12
        );
        assert!(missing.is_empty());
        assert_ne!(sides, SplitChoice::Share(0.12).sides(&ids(100), 6).0);
    }

    #[test]
    fn an_order_stays_when_others_go() {
        let all = ordered(&ids(50), 1, "order");
        let fewer: Vec<String> = ids(50).into_iter().filter(|id| id != "c007").collect();
        let without: Vec<String> = all.into_iter().filter(|id| id != "c007").collect();
        assert_eq!(ordered(&fewer, 1, "order"), without);
    }
}
