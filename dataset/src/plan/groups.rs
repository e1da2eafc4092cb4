//! Groups complexes that are so alike that one of them would give away the other.
//!
//! Two complexes belong together if their pockets are alike or if their ligands have the same
//! graph of heavy atoms. Groups are the connected components of these pairs, so a complex may be in
//! the group of another through a third one. A group is on one side of the split.
//!
//! Pockets are alike if at least [`MIN_SHARED_RESIDUES`] of the residues of the smaller one (name
//! and number) are in the other, or at least [`MIN_SHARED_SEQUENCE`] of its runs of three residues.
//! Shares of the smaller pocket are taken, because pockets of one protein are cut out with
//! different radii. Among 61 complexes, like pockets share 0.77 of the residues and more, others
//! 0.26 and less; of the runs, 0.32 and more, and 0.15 and less.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::fingerprint::Fingerprint;
use crate::rules::SplitBy;

/// Share of the residues of the smaller pocket that like pockets have in common.
pub const MIN_SHARED_RESIDUES: f64 = 0.5;
/// Share of the runs of three residues of the smaller pocket that like pockets have in common.
pub const MIN_SHARED_SEQUENCE: f64 = 0.25;
/// Fewer features than this may be shared by chance.
const MIN_SHARED: usize = 4;

/// Complexes that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Their ids, sorted.
    pub members: Vec<String>,
    /// Why: `pocket`, `ligand`, or both.
    pub alike_in: BTreeSet<String>,
    /// Members that are the same complex under different names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<Vec<String>>,
}

/// Groups complexes; each is in exactly one group. The groups are sorted by their first member.
#[must_use]
pub fn group(complexes: &BTreeMap<String, Fingerprint>, by: SplitBy) -> Vec<Group> {
    let ids: Vec<&String> = complexes.keys().collect();
    let all: Vec<&Fingerprint> = complexes.values().collect();
    let mut alike: Vec<(usize, usize, &'static str)> = Vec::new();
    if by.pocket {
        let residues: Vec<_> = all.iter().map(|f| &f.pocket_residues).collect();
        let sequences: Vec<_> = all.iter().map(|f| &f.pocket_sequence).collect();
        let pairs = like_sets(&residues, MIN_SHARED_RESIDUES)
            .into_iter()
            .chain(like_sets(&sequences, MIN_SHARED_SEQUENCE));
        alike.extend(pairs.map(|(a, b)| (a, b, "pocket")));
    }
    if by.ligand {
        let mut first: BTreeMap<u64, usize> = BTreeMap::new();
        for (index, complex) in all.iter().enumerate() {
            let other = *first.entry(complex.ligand_graph).or_insert(index);
            if other != index {
                alike.push((other, index, "ligand"));
            }
        }
    }
    let mut leaders: Vec<usize> = (0..ids.len()).collect();
    for (a, b, _) in &alike {
        let (a, b) = (leader(&mut leaders, *a), leader(&mut leaders, *b));
        leaders[a.max(b)] = a.min(b);
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (index, id) in ids.iter().enumerate() {
        let first = leader(&mut leaders, index);
        groups.entry(first).or_default().members.push((*id).clone());
    }
    for (a, _, reason) in &alike {
        let first = leader(&mut leaders, *a);
        groups
            .entry(first)
            .or_default()
            .alike_in
            .insert((*reason).to_owned());
    }
    let mut groups: Vec<Group> = groups.into_values().collect();
    for group in &mut groups {
        let mut copies: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for id in &group.members {
            let content = complexes[id].content_sha256.as_str();
            copies.entry(content).or_default().push(id.clone());
        }
        group.copies = copies.into_values().filter(|same| same.len() > 1).collect();
        group.copies.sort();
    }
    groups
}

/// Returns the lowest index of a component, and shortens the way to it.
fn leader(leaders: &mut [usize], index: usize) -> usize {
    let mut first = index;
    while leaders[first] != first {
        leaders[first] = leaders[leaders[first]];
        first = leaders[first];
    }
    first
}

/// Returns the pairs of sets that share enough of the smaller one.
///
/// Only sets with a common feature are compared, so the time does not grow with all pairs.
fn like_sets(sets: &[&BTreeSet<u64>], share: f64) -> Vec<(usize, usize)> {
    let mut with_feature: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (index, set) in sets.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for feature in *set {
            let others = with_feature.entry(*feature).or_default();
            for other in others.iter() {
                *shared.entry(*other).or_default() += 1;
            }
            others.push(index);
        }
        for (other, count) in shared {
            let smaller = set.len().min(sets[other].len());
            let enough = (share * smaller as f64).max(MIN_SHARED.min(smaller) as f64);
            if count as f64 >= enough {
                pairs.push((other, index));
            }
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes a complex of residues, with a sequence that no other has, and a ligand.
    fn complex(residues: std::ops::Range<u64>, ligand: u64, content: &str) -> Fingerprint {
        Fingerprint {
            content_sha256: content.to_owned(),
            pocket_sequence: residues.clone().map(|n| n * 1000 + ligand).collect(),
            pocket_residues: residues.collect(),
            ligand_graph: ligand,
        }
    }

    fn groups(complexes: &[(&str, Fingerprint)], by: SplitBy) -> Vec<String> {
        let named = complexes
            .iter()
            .map(|(id, complex)| ((*id).to_owned(), complex.clone()))
            .collect();
        let text = |group: &Group| {
            let why: Vec<&str> = group.alike_in.iter().map(String::as_str).collect();
            format!("{} {}", group.members.join(""), why.join("+"))
                .trim()
                .to_owned()
        };
        group(&named, by).iter().map(text).collect()
    }

    #[test]
    fn like_pockets_and_equal_ligands_are_connected() {
        let all = [
            ("a", complex(0..30, 1, "a")),
            ("b", complex(200..240, 2, "b")),
            // Shares 10 of the 20 residues of the smaller pocket, `d`.
            ("c", complex(100..140, 3, "c")),
            ("d", complex(130..150, 4, "d")),
            // Has the ligand of `d`, so it is in the group of `c`.
            ("e", complex(300..330, 4, "e")),
            // Shares 9 of 20, which is not enough.
            ("f", complex(21..41, 5, "f")),
        ];
        let by = |text: &str| text.parse::<SplitBy>().expect(text);
        assert_eq!(
            groups(&all, SplitBy::default()),
            ["a", "b", "cde ligand+pocket", "f"]
        );
        assert_eq!(
            groups(&all, by("pocket")),
            ["a", "b", "cd pocket", "e", "f"]
        );
        assert_eq!(
            groups(&all, by("ligand")),
            ["a", "b", "c", "de ligand", "f"]
        );
        assert_eq!(groups(&all, SplitBy::NONE).len(), 6);
    }

    #[test]
    fn pockets_of_one_sequence_with_other_numbers_are_alike() {
        let mut other = complex(500..530, 2, "b");
        other.pocket_sequence = (0..30).map(|n| n * 1000 + 1).collect();
        let all = [("a", complex(0..30, 1, "a")), ("b", other)];
        assert_eq!(groups(&all, SplitBy::default()), ["ab pocket"]);
    }

    #[test]
    fn small_pockets_are_alike_only_if_they_share_four_residues_or_all() {
        let pair = |a, b| {
            groups(
                &[("a", complex(a, 1, "a")), ("b", complex(b, 2, "b"))],
                SplitBy::default(),
            )
            .len()
        };
        assert_eq!(pair(0..5, 2..20), 2, "three of five");
        assert_eq!(pair(0..5, 1..20), 1, "four of five");
        assert_eq!(pair(0..2, 0..20), 1, "both");
        assert_eq!(pair(0..0, 0..0), 2, "no residues");
    }

    #[test]
    fn copies_are_named() {
        let same = || complex(0..30, 1, "same");
        let all = BTreeMap::from([
            ("a".to_owned(), same()),
            ("b".to_owned(), complex(0..30, 1, "moved")),
            ("c".to_owned(), same()),
        ]);
        let groups = group(&all, SplitBy::default());
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].copies, [["a", "c"]]);
    }
}
