//! Input modes: what a model gets of the pictures of a question.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;

/// What stands for the pictures of a question.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Mode {
    /// The pictures.
    #[default]
    Picture,
    /// A table of coordinates and bonds in place of each picture.
    Text,
    /// The pictures, and a table of each.
    Both,
}

impl Mode {
    /// All modes, in the order of tables and scores.
    pub const ALL: [Self; 3] = [Self::Picture, Self::Text, Self::Both];

    /// Returns the name on the command line, in tables and in ids.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Both => "both",
        }
    }

    /// Returns whether a model gets the pictures.
    #[must_use]
    pub fn has_pictures(self) -> bool {
        self != Self::Text
    }

    /// Returns whether a model gets tables of what the pictures show.
    #[must_use]
    pub fn has_tables(self) -> bool {
        self != Self::Picture
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Mode {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let found = Self::ALL.into_iter().find(|mode| mode.name() == text);
        found.ok_or_else(|| {
            DatasetError::Request(format!(
                "\"{text}\" is not an input mode; give picture, text or both, or some of them, separated by commas"
            ))
        })
    }
}

/// Parses a list of modes, separated by commas; `all` stands for all of them.
///
/// # Errors
/// When a mode is unknown or named twice.
pub fn parse_modes(text: &str) -> Result<Vec<Mode>, DatasetError> {
    if text.trim() == "all" {
        return Ok(Mode::ALL.to_vec());
    }
    let mut modes: Vec<Mode> = Vec::new();
    for word in text.split(',').map(str::trim) {
        let mode = word.parse()?;
        if modes.contains(&mode) {
            let problem = format!("\"{mode}\" is named twice; name each mode once");
            return Err(DatasetError::Request(problem));
        }
        modes.push(mode);
    }
    Ok(modes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_modes_are_parsed_and_bad_ones_refused() {
        let parsed = |text: &str| parse_modes(text).expect(text);
        assert_eq!(parsed("text"), [Mode::Text]);
        assert_eq!(parsed("both, picture"), [Mode::Both, Mode::Picture]);
        assert_eq!(parsed("all"), Mode::ALL);
        for mode in Mode::ALL {
            assert_eq!(serde_json::to_value(mode).expect("JSON"), mode.name());
        }
        for (text, words) in [
            ("", "picture, text or both"),
            ("picture,image", "\"image\" is not"),
            ("text,picture,text", "\"text\" is named twice"),
        ] {
            let error = parse_modes(text).expect_err(text).to_string();
            assert!(error.contains(words), "{error}");
        }
    }
}
