//! The models of a file: which are meant, and which there are.

use std::fmt;
use std::ops::RangeInclusive;

use crate::{Location, MoleculeError, Structure};

/// Models of a file with several, by their numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ModelChoice {
    /// The first in the file.
    #[default]
    First,
    /// The one with this number.
    One(u32),
    /// All within this range, together; every number for `all`.
    Range(RangeInclusive<u32>),
}

impl ModelChoice {
    /// What a text that is not a choice should be.
    pub const REMEDY: &str = "give a model's number, at least 1, a range such as 1-5, or all";

    /// Reads a number, a range such as `2-5`, or `all`. `None` for other texts.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("all") {
            return Some(Self::Range(0..=u32::MAX));
        }
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        match text.split_once('-') {
            Some((first, last)) => (number(first).zip(number(last)))
                .filter(|(first, last)| first <= last)
                .map(|(first, last)| Self::Range(first..=last)),
            None => number(text).map(Self::One),
        }
    }

    /// The range that is meant; every number for the first model.
    #[must_use]
    pub fn range(&self) -> RangeInclusive<u32> {
        match self {
            Self::First => 0..=u32::MAX,
            Self::One(number) => *number..=*number,
            Self::Range(range) => range.clone(),
        }
    }
}

impl fmt::Display for ModelChoice {
    /// Writes what [`Self::from_name`] reads; nothing for the first model.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::First => Ok(()),
            Self::One(number) => write!(f, "{number}"),
            Self::Range(range) if *range.end() == u32::MAX => f.write_str("all"),
            Self::Range(range) => write!(f, "{}-{}", range.start(), range.end()),
        }
    }
}

/// Returns the numbers of the models among which a number chooses: those of the first part that
/// has several, else the number of the only one.
#[must_use]
pub fn model_numbers(structure: &Structure) -> &[u32] {
    let mut parts = structure.parts().iter();
    let several = parts.clone().find(|part| part.models > 1);
    several
        .or_else(|| parts.next())
        .map_or(&[], |part| &part.model_numbers)
}

/// A warning about models of a range that a file with these does not have; `all` asks for none.
pub(super) fn lacking_models(
    structure: &Structure,
    numbers: &[u32],
    range: &RangeInclusive<u32>,
) -> Option<String> {
    let (lowest, highest) = (numbers.iter().min()?, numbers.iter().max()?);
    let is_all = *range.end() == u32::MAX;
    if is_all || (range.start() >= lowest && range.end() <= highest) {
        return None;
    }
    let name = structure.parts().first().map_or("", |part| &part.name);
    Some(format!(
        "{name} has the models {lowest} to {highest}; the others from {} to {} are left out",
        range.start(),
        range.end()
    ))
}

/// An error about a range that contains no model of a file.
pub(super) fn no_model(file: &str, range: &RangeInclusive<u32>, known: &[u32]) -> MoleculeError {
    let end = |pick: fn(u32, u32) -> u32| known.iter().copied().reduce(pick).unwrap_or(1);
    MoleculeError::Model {
        file: file.to_owned(),
        first: *range.start(),
        last: *range.end(),
        lowest: end(u32::min),
        highest: end(u32::max),
    }
}

pub(super) fn too_many_atoms(file: &str, most: usize) -> MoleculeError {
    MoleculeError::Limit {
        location: Location::file(file),
        problem: format!("the models have more atoms than the limit of {most}"),
        remedy: "choose fewer models".to_owned(),
    }
}

impl MoleculeError {
    /// An error about models that were asked for, by their numbers, and that no file of
    /// `structure` has.
    #[must_use]
    pub fn no_model(structure: &Structure, range: &RangeInclusive<u32>) -> Self {
        let names: Vec<&str> = (structure.parts().iter())
            .map(|part| part.name.as_str())
            .collect();
        no_model(&names.join(" + "), range, model_numbers(structure))
    }
}
