//! Sets of names and numbers that answer in logarithmic time, however long the list that was typed.

use std::cmp::Ordering;

use super::ast::{NumberRange, Pattern};

/// Order of two texts regardless of ASCII case.
pub(super) fn caseless(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

fn begins_with(text: &str, start: &str) -> bool {
    text.as_bytes()
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Names and beginnings of names, in any case.
pub(super) struct NameSet<'a> {
    /// Whole names, in caseless order.
    whole: Vec<&'a str>,
    /// Beginnings in caseless order; none begins with another.
    beginnings: Vec<&'a str>,
}

impl<'a> NameSet<'a> {
    pub(super) fn new(patterns: &'a [Pattern]) -> Self {
        let pick = |any_ending: bool| {
            let mut texts: Vec<&str> = patterns
                .iter()
                .filter(|pattern| pattern.any_ending == any_ending)
                .map(|pattern| pattern.text.as_str())
                .collect();
            texts.sort_by(|a, b| caseless(a, b));
            texts
        };
        let mut beginnings = pick(true);
        // In sorted order everything that begins with a text follows it without a gap.
        beginnings.dedup_by(|later, earlier| begins_with(later, earlier));
        Self {
            whole: pick(false),
            beginnings,
        }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        if self
            .whole
            .binary_search_by(|text| caseless(text, name))
            .is_ok()
        {
            return true;
        }
        // The last beginning that is not behind the name is the only one that can fit: another that
        // fits would be the beginning of this one.
        let after = self
            .beginnings
            .partition_point(|text| caseless(text, name) != Ordering::Greater);
        after > 0 && begins_with(name, self.beginnings[after - 1])
    }
}

/// Ranges of ordered values, both ends included, sorted and without overlap.
pub(super) struct RangeSet<T>(Vec<(T, T)>);

impl<T: Ord + Copy> RangeSet<T> {
    pub(super) fn new(ranges: impl Iterator<Item = (T, T)>) -> Self {
        let mut sorted: Vec<(T, T)> = ranges.collect();
        sorted.sort_unstable();
        sorted.dedup_by(|later, earlier| {
            let overlap = later.0 <= earlier.1;
            if overlap {
                earlier.1 = earlier.1.max(later.1);
            }
            overlap
        });
        Self(sorted)
    }

    pub(super) fn contains(&self, value: T) -> bool {
        let after = self.0.partition_point(|range| range.0 <= value);
        after > 0 && value <= self.0[after - 1].1
    }
}

impl RangeSet<i64> {
    pub(super) fn of_numbers(ranges: &[NumberRange]) -> Self {
        Self::new(ranges.iter().map(|range| (range.first, range.last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(typed: &[&str]) -> Vec<Pattern> {
        typed
            .iter()
            .map(|text| Pattern {
                text: text.trim_end_matches('*').into(),
                any_ending: text.ends_with('*'),
            })
            .collect()
    }

    #[test]
    fn names_match_whole_or_by_their_beginning() {
        let patterns = set(&["ca", "O5'", "H*", "HB*", "N1*", "NE"]);
        let names = NameSet::new(&patterns);
        for name in ["CA", "o5'", "H", "HB2", "HZ", "N1", "N12", "NE"] {
            assert!(names.contains(name), "{name}");
        }
        for name in ["C", "CAB", "O5", "N", "N2", "NE1", "", "Å"] {
            assert!(!names.contains(name), "{name}");
        }
        assert!(NameSet::new(&set(&["*"])).contains(""));
        assert!(!NameSet::new(&[]).contains(""));
    }

    #[test]
    fn ranges_are_merged() {
        let ranges = RangeSet::new([(5, 9), (1, 2), (8, 12), (6, 7)].into_iter());
        let inside: Vec<i32> = (0..15).filter(|&n| ranges.contains(n)).collect();
        assert_eq!(inside, [1, 2, 5, 6, 7, 8, 9, 10, 11, 12]);
    }
}
