//! What can be wrong with a file or a selection, and where.

use crate::diagnostics::Location;

/// Every way in which reading or selecting fails. The display form is
/// `FILE:LINE: what is wrong; what would be right`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoleculeError {
    /// The file could not be opened or read from the disk.
    #[error("{file}: cannot be read: {source}; give the path of a readable file")]
    Io {
        /// Path as given.
        file: String,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// The content breaks the rules of its format.
    #[error("{location}: {problem}; {remedy}")]
    Syntax {
        /// Where.
        location: Location,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// The content is no format that is read here.
    #[error("{file}: {problem}; {remedy}")]
    Format {
        /// Path or name.
        file: String,
        /// What the content looks like.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// A limit was passed (bytes after decompression, atoms, coordinates).
    #[error("{location}: {problem}; {remedy}")]
    Limit {
        /// Where.
        location: Location,
        /// What was too large, with the figure and the limit.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// A selection expression cannot be understood.
    #[error(
        "selection, column {column}: {problem}; {remedy}\n  {expression}\n  {:>column$}",
        "^"
    )]
    Selection {
        /// The expression as typed.
        expression: String,
        /// Column of the fault in characters, counted from 1.
        column: usize,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
}

impl MoleculeError {
    /// A stable, machine-readable name for the kind of failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "input_unreadable",
            Self::Syntax { .. } => "input_malformed",
            Self::Format { .. } => "input_format_unknown",
            Self::Limit { .. } => "input_too_large",
            Self::Selection { .. } => "selection_invalid",
        }
    }
}
