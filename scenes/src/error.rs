//! What can be wrong with a request.

use molshot_molecule::{Cancelled, MoleculeError};

/// Why a text is not a value of the expected kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}; {remedy}")]
#[non_exhaustive]
pub struct ValueError {
    /// What is wrong.
    pub problem: String,
    /// What would be right.
    pub remedy: String,
}

/// Every way in which a request cannot become a picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SceneError {
    /// A value of the request document is out of its range or contradicts another.
    #[error("{pointer}: {problem}; {remedy}")]
    Invalid {
        /// JSON pointer (RFC 6901) into the request document.
        pointer: String,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// The document is not JSON, or not of the request's form.
    #[error("line {line}, column {column}: {}{problem}; {remedy}", place(pointer))]
    Document {
        /// JSON pointer to the wrong value; empty for the whole document.
        pointer: String,
        /// Line, counted from 1.
        line: usize,
        /// Column, counted from 1.
        column: usize,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// A view command cannot be understood.
    #[error("command {number} \"{command}\": {problem}; {remedy}")]
    Command {
        /// Which command, counted from 1.
        number: usize,
        /// JSON pointer to the entry of the request's `commands` that it stands in; `/commands`
        /// where that is not known.
        pointer: String,
        /// The command as typed.
        command: String,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// A selection of the request cannot be understood or matches nothing.
    #[error("{pointer}: {source}")]
    Selection {
        /// JSON pointer to the selection.
        pointer: String,
        /// The reason.
        source: MoleculeError,
    },
    /// The request is valid, but nothing would be drawn.
    #[error("nothing to draw: {problem}; {remedy}")]
    Empty {
        /// JSON pointer to what leaves nothing.
        pointer: String,
        /// Why.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// The caller cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// The pointer with a colon; nothing for the whole document.
fn place(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!("{pointer}: ")
    }
}

impl SceneError {
    /// A value out of range.
    pub fn invalid(pointer: impl Into<String>, problem: String, remedy: String) -> Self {
        Self::Invalid {
            pointer: pointer.into(),
            problem,
            remedy,
        }
    }

    /// JSON pointer (RFC 6901) to the wrong value, empty for the whole document.
    #[must_use]
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::Invalid { pointer, .. }
            | Self::Document { pointer, .. }
            | Self::Command { pointer, .. }
            | Self::Selection { pointer, .. }
            | Self::Empty { pointer, .. } => Some(pointer),
            Self::Cancelled(_) => None,
        }
    }

    /// A stable, machine-readable name for the kind of failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid { .. } => "value_invalid",
            Self::Document { .. } => "document_invalid",
            Self::Command { .. } => "command_invalid",
            Self::Selection { .. } => "selection_invalid",
            Self::Empty { .. } => "scene_empty",
            Self::Cancelled(_) => "cancelled",
        }
    }
}
