//! What can be wrong with a file or a selection, and where.

use std::fmt;

/// A place in an input: a file (or the name an upload was given) and, where it is known, a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Location {
    /// File path or upload name, as the caller gave it.
    pub file: String,
    /// Line, counted from 1. `None` where a line has no meaning (binary formats) or no single one
    /// is at fault.
    pub line: Option<u64>,
}

impl Location {
    /// A place without a line.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
        }
    }

    /// A place with a line, counted from 1.
    #[must_use]
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Self {
            file: file.into(),
            line: Some(line),
        }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Something odd in a file that could still be read; the reader's decision is part of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where it was seen.
    pub location: Location,
    /// What was seen and what was done about it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

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
