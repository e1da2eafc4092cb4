//! Warnings about an input, and the places that they and errors point at.

use std::fmt;

/// A place in an input: a file (or the name of an upload) and, if known, a line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Location {
    /// File path or upload name, as the caller gave it.
    pub file: String,
    /// Line, counted from 1. `None` in binary formats, and if the problem is not in a single line.
    pub line: Option<u64>,
}

impl Location {
    /// Creates a location without a line.
    #[must_use]
    pub fn file(file: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
        }
    }

    /// Creates a location with a line, counted from 1.
    #[must_use]
    pub fn line(file: impl Into<String>, line: u64) -> Self {
        Self {
            file: file.into(),
            line: Some(line),
        }
    }

    /// Creates the location of a record whose line is counted from 1; 0 means that it has no line.
    pub(crate) fn of_record(file: &str, line: u32) -> Self {
        Self {
            file: file.to_owned(),
            line: (line > 0).then_some(u64::from(line)),
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

/// A problem in a file that could still be read, and how the reader handled it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Where the problem is.
    pub location: Location,
    /// The problem, and how it was handled.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.location, self.message)
    }
}

/// A warning that may apply to many records of a file and is reported once, with the number of
/// cases.
#[derive(Debug, Clone, Default)]
pub(crate) struct RepeatedWarning {
    first: Option<(u32, String)>,
    count: u64,
}

impl RepeatedWarning {
    /// Counts one case at a line (from 1; 0 for no line). `problem` describes the case and is built
    /// for the first one only.
    pub(crate) fn note(&mut self, line: u32, problem: impl FnOnce() -> String) {
        self.count += 1;
        if self.first.is_none() {
            self.first = Some((line, problem()));
        }
    }

    /// Adds one warning for all cases, if there were any. Its text is
    /// `PROBLEM OF THE FIRST CASE; DECISION (N such cases, this is the first)`.
    pub(crate) fn report(self, file: &str, decision: &str, warnings: &mut Vec<Warning>) {
        let Some((line, problem)) = self.first else {
            return;
        };
        let count = match self.count {
            1 => String::new(),
            n => format!(" ({n} such cases, this is the first)"),
        };
        warnings.push(Warning {
            location: Location::of_record(file, line),
            message: format!("{problem}; {decision}{count}"),
        });
    }
}
