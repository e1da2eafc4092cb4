//! Which models of a file are meant: one, a range or all.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// Models of a file with several, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ModelChoice {
    One(u32),
    /// Several, for which `all` stands for every number.
    Range(RangeInclusive<u32>),
}

impl ModelChoice {
    /// The range that is meant.
    pub(crate) fn range(&self) -> RangeInclusive<u32> {
        match self {
            Self::One(number) => *number..=*number,
            Self::Range(range) => range.clone(),
        }
    }
}

impl FromStr for ModelChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::Range(0..=u32::MAX));
        }
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        let range = match text.split_once('-') {
            Some((first, last)) => (number(first).zip(number(last)))
                .filter(|(first, last)| first <= last)
                .map(|(first, last)| Self::Range(first..=last)),
            None => number(text).map(Self::One),
        };
        range.ok_or_else(|| {
            "give a model's number, at least 1, a range such as 1-5, or all".to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_a_number_a_range_or_all() {
        let choice = |text: &str| text.parse::<ModelChoice>().ok();
        assert_eq!(choice("3"), Some(ModelChoice::One(3)));
        assert_eq!(choice("2-5"), Some(ModelChoice::Range(2..=5)));
        assert_eq!(choice("4-4").map(|choice| choice.range()), Some(4..=4));
        assert_eq!(
            choice("ALL").map(|choice| choice.range()),
            Some(0..=u32::MAX)
        );
        for wrong in ["", "0", "-1", "5-2", "0-3", "1-", "1-2-3", "1,2", "first"] {
            assert_eq!(choice(wrong), None, "{wrong:?}");
        }
    }
}
