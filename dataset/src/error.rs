//! The error type of this crate.

use std::path::Path;

use molshot_renderer::pool::PoolError;
use molshot_renderer::{RenderError, is_transient_io};
use molshot_scenes::SceneError;
use parquet::errors::ParquetError;

/// An error of planning, generating, checking, exporting or scoring a data set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A scene cannot be built from a complex.
    #[error("{complex}: {source}")]
    Scene {
        /// Id of the complex.
        complex: String,
        /// The cause.
        source: Box<SceneError>,
    },
    /// A picture cannot be rendered.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A planned picture cannot be rendered.
    #[error("{path}: {picture} cannot be rendered: {source}")]
    Picture {
        /// Its path in the set.
        picture: String,
        /// Path of the complex.
        path: String,
        /// The cause.
        source: PoolError,
    },
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: String,
        /// The cause.
        source: std::io::Error,
    },
    /// The content of a file is invalid.
    #[error("{path}: {problem}")]
    Content {
        /// Its path, followed by `:LINE` if the error is in one line.
        path: String,
        /// What is wrong; then what would be right.
        problem: String,
    },
    /// A request is invalid or cannot be fulfilled; the text says why.
    #[error("{0}")]
    Request(String),
    /// The work was cancelled; the text says what is kept.
    #[error("{0}")]
    Interrupted(String),
}

impl DatasetError {
    /// Turns an I/O error of a path into [`Self::File`].
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }

    /// Makes a [`Self::Content`] for a file.
    pub(crate) fn content(path: &Path, problem: impl std::fmt::Display) -> Self {
        Self::Content {
            path: path.display().to_string(),
            problem: problem.to_string(),
        }
    }

    /// Makes a [`Self::Content`] for one line of a file; the first line is line 1.
    pub(crate) fn line(path: &Path, line: usize, problem: impl std::fmt::Display) -> Self {
        Self::Content {
            path: format!("{}:{line}", path.display()),
            problem: problem.to_string(),
        }
    }

    /// Makes an error of writing a table: [`Self::File`] if the disk is at fault.
    pub(crate) fn table(path: &Path, error: ParquetError) -> Self {
        match error {
            ParquetError::External(source) => match source.downcast::<std::io::Error>() {
                Ok(source) => Self::file(path)(*source),
                Err(source) => Self::content(path, source),
            },
            error => Self::content(path, error),
        }
    }

    /// Returns whether the same step may succeed later, or on another machine: disk or memory is
    /// full, a device was lost, a network file system did not answer.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Render(error) => error.is_transient(),
            Self::Picture { source, .. } => source.is_transient(),
            Self::File { source, .. } => is_transient_io(source),
            _ => false,
        }
    }

    /// Returns the stable, machine-readable name of the kind of error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scene { .. } => "undrawable",
            Self::Render(error) => error.code(),
            Self::Picture { source, .. } => source.code(),
            Self::File { .. } => "file",
            Self::Content { .. } => "content",
            Self::Request(_) => "request",
            Self::Interrupted(_) => "interrupted",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_full_disk_may_pass_while_a_table_is_written() {
        let error = |kind: ErrorKind| {
            DatasetError::table(
                Path::new("a.parquet"),
                ParquetError::from(Error::from(kind)),
            )
        };
        let full = error(ErrorKind::StorageFull);
        assert!(full.is_transient() && full.code() == "file", "{full}");
        assert!(!error(ErrorKind::PermissionDenied).is_transient());
        let invalid = ParquetError::General("no column".to_owned());
        assert!(!DatasetError::table(Path::new("a.parquet"), invalid).is_transient());
    }
}
