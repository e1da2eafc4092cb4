//! The error type of this crate.

use std::path::Path;

use molshot_renderer::pool::PoolError;
use molshot_renderer::{RenderError, is_transient_io};
use molshot_scenes::SceneError;

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
