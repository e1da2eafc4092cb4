//! Assigns complexes to the train and test splits, and orders them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::groups::Group;
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
    /// A share is met as nearly as whole groups allow. Each group has a random number, and the
    /// first groups in this order that lead to that share are in the test split.
    #[must_use]
    pub fn assign(&self, groups: &[Group], seed: u64) -> (BTreeMap<String, Split>, Vec<String>) {
        match self {
            Self::Share(share) => (draw(*share, groups, seed), Vec::new()),
            Self::Listed(sides) => {
                let existing: BTreeSet<&String> = groups.iter().flat_map(|g| &g.members).collect();
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

/// Draws groups for the test split until the share is met.
fn draw(share: f64, groups: &[Group], seed: u64) -> BTreeMap<String, Split> {
    let by_first: BTreeMap<&String, &Group> = groups
        .iter()
        .filter_map(|group| group.members.first().map(|first| (first, group)))
        .collect();
    let firsts: Vec<String> = by_first.keys().map(|first| (*first).clone()).collect();
    let count: usize = groups.iter().map(|group| group.members.len()).sum();
    let wanted = (share.clamp(0.0, 1.0) * count as f64).round() as usize;
    let order: Vec<&Group> = seeded_order(&firsts, seed, "split")
        .iter()
        .map(|first| by_first[first])
        .collect();
    let sizes: Vec<usize> = order.iter().map(|group| group.members.len()).collect();
    let in_test: BTreeSet<&String> = order
        .iter()
        .zip(nearest(&sizes, wanted))
        .filter(|(_, is_chosen)| *is_chosen)
        .flat_map(|(group, _)| &group.members)
        .collect();
    groups
        .iter()
        .flat_map(|group| &group.members)
        .map(|id| {
            let is_test = in_test.contains(id);
            (id.clone(), if is_test { Split::Test } else { Split::Train })
        })
        .collect()
}

/// Chooses sizes whose sum is as near to `wanted` as possible, the first ones by preference.
fn nearest(sizes: &[usize], wanted: usize) -> Vec<bool> {
    let mut left = wanted;
    let fits = |size: &usize| {
        let fits = *size <= left;
        left -= if fits { *size } else { 0 };
        fits
    };
    let chosen: Vec<bool> = sizes.iter().map(fits).collect();
    if left == 0 {
        return chosen;
    }
    // The sums of the last sizes, up to the first one above `wanted`.
    let all: usize = sizes.iter().sum();
    let largest = all.min(wanted + left);
    let mut sums = vec![vec![false; largest + 1]; sizes.len() + 1];
    sums[sizes.len()][0] = true;
    for (index, size) in sizes.iter().enumerate().rev() {
        for sum in 0..=largest {
            let without = sums[index + 1][sum];
            let with = sum
                .checked_sub(*size)
                .is_some_and(|rest| sums[index + 1][rest]);
            sums[index][sum] = without || with;
        }
    }
    let reached = (0..=largest).filter(|sum| sums[0][*sum]);
    let mut left = reached.min_by_key(|sum| sum.abs_diff(wanted)).unwrap_or(0);
    let mut chosen = Vec::with_capacity(sizes.len());
    for (index, size) in sizes.iter().enumerate() {
        let rest = left.checked_sub(*size);
        let takes = rest.is_some_and(|rest| sums[index + 1][rest]);
        left -= if takes { *size } else { 0 };
        chosen.push(takes);
    }
    chosen
}

/// Returns the groups that have members in both splits.
#[must_use]
pub fn torn<'a>(groups: &'a [Group], sides: &BTreeMap<String, Split>) -> Vec<&'a Group> {
    let is_torn = |group: &&Group| {
        let of_group = group.members.iter().filter_map(|id| sides.get(id));
        of_group.collect::<BTreeSet<_>>().len() > 1
    };
    groups.iter().filter(is_torn).collect()
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

    /// Makes groups of these sizes.
    fn groups(sizes: &[usize]) -> Vec<Group> {
        let mut ids = ids(sizes.iter().sum()).into_iter();
        sizes
            .iter()
            .map(|size| Group {
                members: ids.by_ref().take(*size).collect(),
                ..Group::default()
            })
            .collect()
    }

    fn in_test(sides: &BTreeMap<String, Split>) -> usize {
        sides.values().filter(|side| **side == Split::Test).count()
    }

    #[test]
    fn a_share_is_met_and_each_complex_is_in_one_split() {
        let single = groups(&[1; 100]);
        let (sides, missing) = SplitChoice::Share(0.12).assign(&single, 5);
        assert_eq!((sides.len(), in_test(&sides)), (100, 12));
        assert!(missing.is_empty());
        assert_ne!(sides, SplitChoice::Share(0.12).assign(&single, 6).0);
        assert_eq!(in_test(&SplitChoice::Share(0.0).assign(&single, 5).0), 0);
        assert_eq!(in_test(&SplitChoice::Share(1.0).assign(&single, 5).0), 100);
    }

    #[test]
    fn groups_stay_whole_and_the_share_is_as_near_as_they_allow() {
        let mixed = groups(&[40, 7, 7, 5, 1, 1, 1, 1, 1, 1]);
        for seed in 0..40 {
            let (sides, _) = SplitChoice::Share(0.2).assign(&mixed, seed);
            assert!(torn(&mixed, &sides).is_empty());
            assert_eq!(in_test(&sides), 13, "seed {seed}");
        }
        // 8 of 8 or none: none is nearer to 1. Of 3 and 3, one group is nearer to 2.
        let (sides, _) = SplitChoice::Share(0.1227).assign(&groups(&[8]), 0);
        assert_eq!(in_test(&sides), 0);
        let (sides, _) = SplitChoice::Share(0.33).assign(&groups(&[3, 3]), 0);
        assert_eq!(in_test(&sides), 3);
    }

    #[test]
    fn a_listed_split_may_tear_a_group() {
        let two = groups(&[2, 2]);
        let side = |id: &str, side| (id.to_owned(), side);
        let listed = BTreeMap::from([
            side("c000", Split::Train),
            side("c001", Split::Test),
            side("c002", Split::Train),
            side("nowhere", Split::Test),
        ]);
        let (sides, missing) = SplitChoice::Listed(listed).assign(&two, 0);
        assert_eq!((sides.len(), missing), (3, vec!["nowhere".to_owned()]));
        assert_eq!(torn(&two, &sides), [&two[0]]);
    }

    #[test]
    fn the_order_stays_when_complexes_are_removed() {
        let all = seeded_order(&ids(50), 1, "order");
        let fewer: Vec<String> = ids(50).into_iter().filter(|id| id != "c007").collect();
        let without: Vec<String> = all.into_iter().filter(|id| id != "c007").collect();
        assert_eq!(seeded_order(&fewer, 1, "order"), without);
    }
}
