//! The error type of this crate.

use crate::diagnostics::Location;

/// An error of reading or selecting. Its text is `FILE:LINE: problem; remedy`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MoleculeError {
    /// The file cannot be opened or read.
    #[error("{file}: cannot be read: {source}; give the path of a readable file")]
    Io {
        /// Path as the caller gave it.
        file: String,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// The content violates the rules of its format.
    #[error("{location}: {problem}; {remedy}")]
    Syntax {
        /// Where the problem is.
        location: Location,
        /// The problem.
        problem: String,
        /// How to solve it.
        remedy: String,
    },
    /// The content is not in a supported format.
    #[error("{file}: {problem}; {remedy}")]
    Format {
        /// Path or name of the input.
        file: String,
        /// What the content is instead.
        problem: String,
        /// How to solve it.
        remedy: String,
    },
    /// A limit is exceeded: bytes after decompression, atoms, or coordinates.
    #[error("{location}: {problem}; {remedy}")]
    Limit {
        /// Where the problem is.
        location: Location,
        /// What is too large, and the limit.
        problem: String,
        /// How to solve it.
        remedy: String,
    },
    /// The file does not give the assembly, unit cell or space group that is asked for.
    #[error("{file}: {problem}; {remedy}")]
    Symmetry {
        /// Path or name of the input.
        file: String,
        /// What is missing.
        problem: String,
        /// How to solve it.
        remedy: String,
    },
    /// The file has none of the models that are asked for.
    #[error(
        "{file}: it has no model {}; choose {}",
        numbers(*first, *last),
        choice(*lowest, *highest)
    )]
    Model {
        /// Name of the input; of several, their names.
        file: String,
        /// First number that is asked for.
        first: u32,
        /// Last number that is asked for.
        last: u32,
        /// Lowest number in the file.
        lowest: u32,
        /// Highest number in the file.
        highest: u32,
    },
    /// A selection expression is not valid.
    #[error(
        "selection, column {column}: {problem}; {remedy}\n  {expression}\n  {:>column$}",
        "^"
    )]
    Selection {
        /// The expression.
        expression: String,
        /// Column of the problem in characters, counted from 1.
        column: usize,
        /// The problem.
        problem: String,
        /// How to solve it.
        remedy: String,
    },
}

/// `from 2 to 5`, or `2`.
fn numbers(first: u32, last: u32) -> String {
    if first == last {
        first.to_string()
    } else {
        format!("from {first} to {last}")
    }
}

/// `from 1 to 20`, or `model 1, the only one`.
fn choice(lowest: u32, highest: u32) -> String {
    if lowest == highest {
        format!("model {lowest}, the only one")
    } else {
        format!("from {lowest} to {highest}")
    }
}

impl MoleculeError {
    /// Returns a stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } => "input_unreadable",
            Self::Syntax { .. } => "input_malformed",
            Self::Format { .. } => "input_format_unknown",
            Self::Limit { .. } => "input_too_large",
            Self::Symmetry { .. } => "symmetry_unavailable",
            Self::Model { .. } => "model_unavailable",
            Self::Selection { .. } => "selection_invalid",
        }
    }
}
