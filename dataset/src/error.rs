//! What can go wrong with a data set.

use std::path::Path;

use molshot_renderer::RenderError;
use molshot_scenes::SceneError;

/// A failure of the data set's work.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// A picture cannot be set up.
    #[error("{complex}: {source}")]
    Scene {
        /// The complex.
        complex: String,
        /// Why.
        source: Box<SceneError>,
    },
    /// A picture cannot be drawn.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Its path.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file's content is not what it must be: what is wrong; what would be right.
    #[error("{path}: {problem}")]
    Content {
        /// Its path, with the line where there is one.
        path: String,
        /// What is wrong; what would be right.
        problem: String,
    },
    /// What is asked for cannot be: what is wrong; what would be right.
    #[error("{0}")]
    Request(String),
    /// Someone asked to stop; what is finished is kept.
    #[error("{0}")]
    Interrupted(String),
}

impl DatasetError {
    /// A file that cannot be read or written.
    pub(crate) fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |source| Self::File { path, source }
    }

    /// Content that is not what it must be.
    pub(crate) fn content(path: &Path, problem: impl std::fmt::Display) -> Self {
        Self::Content {
            path: path.display().to_string(),
            problem: problem.to_string(),
        }
    }

    /// Content of a line that is not what it must be; lines count from 1.
    pub(crate) fn line(path: &Path, line: usize, problem: impl std::fmt::Display) -> Self {
        Self::Content {
            path: format!("{}:{line}", path.display()),
            problem: problem.to_string(),
        }
    }

    /// A stable, machine-readable name for the kind of failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Scene { .. } => "undrawable",
            Self::Render(error) => error.code(),
            Self::File { .. } => "file",
            Self::Content { .. } => "content",
            Self::Request(_) => "request",
            Self::Interrupted(_) => "interrupted",
        }
    }
}
