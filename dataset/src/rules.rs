//! Rules that a plan follows and records: which complexes are alike, and how decoys are chosen.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;

/// What makes complexes alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SplitBy {
    /// Like pockets.
    pub pocket: bool,
    /// The same ligand.
    pub ligand: bool,
}

impl SplitBy {
    /// Complexes are not grouped.
    pub const NONE: Self = Self {
        pocket: false,
        ligand: false,
    };
}

impl Default for SplitBy {
    /// By pocket and by ligand.
    fn default() -> Self {
        Self {
            pocket: true,
            ligand: true,
        }
    }
}

impl fmt::Display for SplitBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.pocket, self.ligand) {
            (true, true) => "pocket,ligand",
            (true, false) => "pocket",
            (false, true) => "ligand",
            (false, false) => "none",
        })
    }
}

impl From<SplitBy> for String {
    fn from(by: SplitBy) -> Self {
        by.to_string()
    }
}

impl TryFrom<String> for SplitBy {
    type Error = DatasetError;

    fn try_from(text: String) -> Result<Self, DatasetError> {
        text.parse()
    }
}

impl FromStr for SplitBy {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let mut by = Self::NONE;
        let words: Vec<String> = text
            .split(',')
            .map(|word| word.trim().to_lowercase())
            .collect();
        if words == ["none"] {
            return Ok(by);
        }
        for word in words {
            match word.as_str() {
                "pocket" => by.pocket = true,
                "ligand" => by.ligand = true,
                _ => {
                    return Err(DatasetError::Request(format!(
                        "\"{word}\" is not a reason to group complexes; give pocket, ligand, pocket,ligand or none"
                    )));
                }
            }
        }
        Ok(by)
    }
}

/// How the wrong options of T5 and T6 and the residues without bonds of T4 are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Decoys {
    /// The options are a square: both motions right, the first changed, the second changed, both
    /// changed. Residues without bonds match those with bonds in name and distance.
    ///
    /// Nothing but the reference pictures tells the right option.
    #[default]
    Square,
    /// The three schemes of the paper, and residues without bonds at random.
    ///
    /// The motions of the four options alone tell the right one, and the distance of a residue
    /// tells whether it has a bond.
    Paper,
}

impl Decoys {
    /// Returns the name on the command line and in plans.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Square => "square",
            Self::Paper => "paper",
        }
    }
}

impl FromStr for Decoys {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        [Self::Square, Self::Paper]
            .into_iter()
            .find(|decoys| decoys.name().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| {
                DatasetError::Request(format!(
                    "\"{text}\" is not a way to choose decoys; give square or paper"
                ))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parsed_and_written_back() {
        for text in ["pocket,ligand", "pocket", "ligand", "none"] {
            let by: SplitBy = text.parse().expect(text);
            assert_eq!(by.to_string(), text);
            let json = serde_json::to_string(&by).expect("JSON");
            assert_eq!(serde_json::from_str::<SplitBy>(&json).expect("a rule"), by);
        }
        assert_eq!(
            "Ligand, POCKET".parse::<SplitBy>().ok(),
            Some(SplitBy::default())
        );
        for text in ["", "none,pocket", "family"] {
            let error = text.parse::<SplitBy>().expect_err(text).to_string();
            assert!(error.contains("give pocket, ligand"), "{error}");
        }
        assert_eq!("Paper".parse::<Decoys>().ok(), Some(Decoys::Paper));
        let error = "round".parse::<Decoys>().expect_err("no such way");
        assert!(error.to_string().contains("square or paper"), "{error}");
    }
}
