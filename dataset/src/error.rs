//! The error type of this crate.

use std::path::Path;

use molshot_renderer::pool::PoolError;
use molshot_renderer::{Advice, RenderError, is_transient_io};
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
    /// A picture of a set cannot be rendered.
    #[error("{path}: {picture} cannot be rendered: {source}")]
    Picture {
        /// Path of its complex.
        path: String,
        /// Path of the picture in the set.
        picture: String,
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
    /// An error that options would mend; its text says so in words.
    #[error("{source}")]
    Advised {
        /// The error.
        source: Box<DatasetError>,
        /// The options.
        advice: Vec<Advice>,
    },
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

    /// Adds the options that would mend the error.
    pub(crate) fn advise(self, advice: &[Advice]) -> Self {
        Self::Advised {
            source: Box::new(self),
            advice: advice.to_vec(),
        }
    }

    /// Returns the options that would mend the error.
    #[must_use]
    pub fn advice(&self) -> &[Advice] {
        match self {
            Self::Advised { advice, .. } => advice,
            Self::Render(error)
            | Self::Picture {
                source: PoolError::Render(error),
                ..
            } => error.advice(),
            _ => &[],
        }
    }

    /// Returns whether the work was cancelled.
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        match self {
            Self::Interrupted(_) => true,
            Self::Advised { source, .. } => source.is_interrupted(),
            _ => false,
        }
    }

    /// Returns whether the same call may succeed later or on another machine: the disk is full, the
    /// storage does not answer, memory is exhausted, a graphics device was lost, the work was
    /// cancelled.
    ///
    /// All other errors come back with every attempt: a bad plan, missing or changed inputs, a
    /// path that may not be written.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Interrupted(_) => true,
            Self::File { source, .. } => is_transient_io(source),
            Self::Render(error) => error.is_transient(),
            Self::Picture { source, .. } => source.is_transient(),
            Self::Advised { source, .. } => source.is_transient(),
            Self::Scene { .. } | Self::Content { .. } | Self::Request(_) => false,
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
            Self::Advised { source, .. } => source.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    #[test]
    fn full_disks_and_lost_devices_may_pass_and_missing_files_do_not() {
        let path = Path::new("out/data/a.parquet");
        let io = |kind: ErrorKind| std::io::Error::from(kind);
        for kind in [
            ErrorKind::StorageFull,
            ErrorKind::QuotaExceeded,
            ErrorKind::StaleNetworkFileHandle,
            ErrorKind::TimedOut,
        ] {
            assert!(DatasetError::file(path)(io(kind)).is_transient(), "{kind}");
            // The writer of tables wraps the errors of its file.
            let table = DatasetError::table(path, ParquetError::from(io(kind)));
            assert!(table.is_transient(), "{kind}");
            assert_eq!(table.code(), "file");
        }
        for kind in [
            ErrorKind::NotFound,
            ErrorKind::PermissionDenied,
            ErrorKind::ReadOnlyFilesystem,
            ErrorKind::NotADirectory,
        ] {
            assert!(!DatasetError::file(path)(io(kind)).is_transient(), "{kind}");
        }
        #[cfg(unix)]
        assert!(DatasetError::file(path)(std::io::Error::from_raw_os_error(5)).is_transient());
        let lost = DatasetError::Picture {
            path: "1abc".to_owned(),
            picture: "ab/cd.png".to_owned(),
            source: PoolError::Render(RenderError::DeviceLost {
                reason: "reset".to_owned(),
            }),
        };
        assert!(lost.is_transient());
        assert_eq!(lost.code(), "device_lost");
        assert!(!DatasetError::content(path, "no plan").is_transient());
        assert!(!DatasetError::Request("no such shard".to_owned()).is_transient());
        assert!(DatasetError::Interrupted("killed".to_owned()).is_transient());
    }
}
