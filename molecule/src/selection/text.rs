//! Sets of names and numbers with look-up in logarithmic time.

use std::cmp::Ordering;

use super::ast::{NumberRange, Pattern};

/// Compares two texts without regard to ASCII case.
pub(super) fn caseless(a: &str, b: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    a.bytes().map(lower).cmp(b.bytes().map(lower))
}

fn begins_with(text: &str, start: &str) -> bool {
    text.as_bytes()
        .get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

/// Set of names and name prefixes, without regard to case.
pub(super) struct NameSet<'a> {
    /// Whole names, in caseless order.
    whole: Vec<&'a str>,
    /// Prefixes in caseless order, none of which begins with another.
    prefixes: Vec<&'a str>,
}

impl<'a> NameSet<'a> {
    pub(super) fn new(patterns: &'a [Pattern]) -> Self {
        let pick = |is_prefix: bool| {
            let mut texts: Vec<&str> = patterns
                .iter()
                .filter(|pattern| pattern.is_prefix == is_prefix)
                .map(|pattern| pattern.text.as_str())
                .collect();
            texts.sort_by(|a, b| caseless(a, b));
            texts
        };
        let mut prefixes = pick(true);
        // In sorted order, all texts with a prefix directly follow the prefix.
        prefixes.dedup_by(|later, earlier| begins_with(later, earlier));
        Self {
            whole: pick(false),
            prefixes,
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
        // Only the last prefix that is not greater than the name can match: another match would be
        // a prefix of this one.
        let after = self
            .prefixes
            .partition_point(|text| caseless(text, name) != Ordering::Greater);
        after > 0 && begins_with(name, self.prefixes[after - 1])
    }
}

/// Set of inclusive ranges, sorted and without overlap.
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
                is_prefix: text.ends_with('*'),
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
