//! Texts of a request in one of the small languages (selections, view commands, names of
//! residues), kept with what they parse to.
//!
//! A text is parsed when it is read, and nowhere else. One that cannot be understood is kept as
//! it is, for [`crate::RenderRequest::validate`] reports it with its place in the document.

use std::borrow::Cow;
use std::fmt;

use molshot_molecule::{MoleculeError, ResidueKey, Selection};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};

use crate::commands::{Command, parse_list, pieces};
use crate::error::SceneError;

/// A selection expression with what it parses to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct SelectionText {
    text: String,
    /// None for a text that is not a selection.
    selection: Option<Selection>,
}

impl SelectionText {
    /// The expression as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed expression.
    ///
    /// # Errors
    /// [`MoleculeError::Selection`] for a text that is not a selection.
    pub fn selection(&self) -> Result<&Selection, MoleculeError> {
        match &self.selection {
            Some(selection) => Ok(selection),
            None => Err(match Selection::parse(&self.text) {
                Err(error) => error,
                // A text parses to the same each time.
                Ok(_) => unreachable!("the text was not a selection before"),
            }),
        }
    }

    /// As [`Self::selection`], with the place of the text in the document.
    ///
    /// # Errors
    /// [`SceneError::Selection`].
    pub(crate) fn at(&self, pointer: impl FnOnce() -> String) -> Result<&Selection, SceneError> {
        self.selection().map_err(|source| SceneError::Selection {
            pointer: pointer(),
            source,
        })
    }
}

impl Default for SelectionText {
    /// `all`.
    fn default() -> Self {
        "all".into()
    }
}

impl From<String> for SelectionText {
    fn from(text: String) -> Self {
        let selection = Selection::parse(&text).ok();
        Self { text, selection }
    }
}

impl From<&str> for SelectionText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<SelectionText> for String {
    fn from(text: SelectionText) -> Self {
        text.text
    }
}

impl fmt::Display for SelectionText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for SelectionText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for SelectionText {}

/// The name of a residue, `NAME NUMBER[CODE] [CHAIN]`, with what it parses to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ResidueText {
    text: String,
    /// None for a text that does not name a residue.
    key: Option<ResidueKey>,
}

impl ResidueText {
    /// The name as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parsed name; none for a text that does not name a residue.
    #[must_use]
    pub fn key(&self) -> Option<&ResidueKey> {
        self.key.as_ref()
    }
}

impl From<String> for ResidueText {
    fn from(text: String) -> Self {
        let key = ResidueKey::parse(&text);
        Self { text, key }
    }
}

impl From<&str> for ResidueText {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<ResidueText> for String {
    fn from(text: ResidueText) -> Self {
        text.text
    }
}

impl fmt::Display for ResidueText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for ResidueText {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for ResidueText {}

/// Entries of view commands with what they parse to. An entry may hold several commands, separated
/// by `;` or a new line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct ViewCommands {
    entries: Vec<String>,
    /// None for entries that are not all commands.
    commands: Option<Vec<Command>>,
}

impl ViewCommands {
    /// The entries as they were written.
    #[must_use]
    pub fn entries(&self) -> &[String] {
        &self.entries
    }

    /// Whether the list is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Removes all entries.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The parsed commands of all entries.
    ///
    /// # Errors
    /// [`SceneError::Command`] for the first that is not a command, with its number over all
    /// entries and the pointer of its entry (`/commands/0`).
    pub fn commands(&self) -> Result<&[Command], SceneError> {
        match &self.commands {
            Some(commands) => Ok(commands),
            None => Err(match parse_list(self.texts()) {
                Err(error) => error,
                // Texts parse to the same each time.
                Ok(_) => unreachable!("the texts were not commands before"),
            }),
        }
    }

    /// For each command in turn, the index of the entry that holds it.
    pub(crate) fn entry_of_each(&self) -> Vec<usize> {
        pieces(self.texts()).map(|(entry, _)| entry).collect()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(String::as_str)
    }
}

impl Default for ViewCommands {
    /// No command.
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            commands: Some(Vec::new()),
        }
    }
}

impl From<Vec<String>> for ViewCommands {
    fn from(entries: Vec<String>) -> Self {
        let commands = parse_list(entries.iter().map(String::as_str)).ok();
        Self { entries, commands }
    }
}

impl<T: Into<String>> FromIterator<T> for ViewCommands {
    fn from_iter<I: IntoIterator<Item = T>>(entries: I) -> Self {
        entries
            .into_iter()
            .map(Into::into)
            .collect::<Vec<String>>()
            .into()
    }
}

impl From<&str> for ViewCommands {
    /// One entry.
    fn from(entry: &str) -> Self {
        vec![entry.to_owned()].into()
    }
}

impl From<ViewCommands> for Vec<String> {
    fn from(commands: ViewCommands) -> Self {
        commands.entries
    }
}

impl PartialEq for ViewCommands {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for ViewCommands {}

/// Gives a type the schema of the type that it is written as.
macro_rules! schema_of {
    ($($type:ident as $written:ty),+) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                <$written>::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$written>::json_schema(generator)
            }
        }
    )+};
}

schema_of!(
    SelectionText as String,
    ResidueText as String,
    ViewCommands as Vec<String>
);

#[cfg(test)]
mod tests {
    use super::{ResidueText, SelectionText, ViewCommands};
    use crate::error::SceneError;

    #[test]
    fn a_selection_is_kept_with_its_text() {
        let text: SelectionText = serde_json::from_str("\"chain A\"").expect("a text");
        assert_eq!(text.as_str(), "chain A");
        assert!(text.selection().is_ok());
        assert_eq!(serde_json::to_string(&text).expect("JSON"), "\"chain A\"");
        assert_ne!(text, SelectionText::default());
        let wrong = SelectionText::from("chain A and (");
        assert!(wrong.selection().is_err());
        match wrong.at(|| "/select".into()) {
            Err(SceneError::Selection { pointer, .. }) => assert_eq!(pointer, "/select"),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_name_of_a_residue_is_kept_with_its_text() {
        let text: ResidueText = serde_json::from_str("\"arg  45 A\"").expect("a text");
        assert_eq!(text.as_str(), "arg  45 A");
        assert_eq!(text.key().map(|key| key.number), Some(45));
        assert_eq!(serde_json::to_string(&text).expect("JSON"), "\"arg  45 A\"");
        assert!(ResidueText::from("((").key().is_none());
    }

    #[test]
    fn commands_are_kept_with_their_entries() {
        let commands: ViewCommands =
            serde_json::from_str(r#"["view left; zoom 2", "", "roll y 5"]"#).expect("a list");
        assert_eq!(commands.commands().expect("commands").len(), 3);
        assert_eq!(commands.entry_of_each(), [0, 0, 2]);
        assert_eq!(commands.entries().len(), 3);
        let wrong: ViewCommands = ["view left", "roll"].into_iter().collect();
        let error = wrong.commands().expect_err("no axis");
        assert_eq!(error.pointer(), Some("/commands/1"));
        assert!(ViewCommands::default().commands().expect("none").is_empty());
    }
}
