//! Why a task was not queued.

use std::fmt;

use super::task::{PoolError, RenderTask, complete};

/// Why a task was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySubmitErrorKind {
    /// The queue is full.
    Full {
        /// Number of tasks that wait.
        waiting: usize,
    },
    /// The task was cancelled.
    Cancelled,
    /// The pool is ending, or all its workers have died.
    Stopped,
}

/// A task that was not queued, and why.
#[derive(Debug)]
pub struct TrySubmitError {
    /// The task, unchanged. Dropping it calls its `answer` with [`PoolError::Stopped`].
    pub task: Box<RenderTask>,
    /// Why it was not queued.
    pub kind: TrySubmitErrorKind,
}

impl TrySubmitError {
    /// Calls the task's `answer` with the error, for callers that handle all errors there.
    pub fn complete(self) {
        let error = match self.kind {
            TrySubmitErrorKind::Cancelled => PoolError::Cancelled,
            TrySubmitErrorKind::Full { .. } | TrySubmitErrorKind::Stopped => PoolError::Stopped,
        };
        complete(self.task.handler, Some(error));
    }
}

impl fmt::Display for TrySubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            TrySubmitErrorKind::Full { waiting } => {
                write!(f, "{waiting} pictures wait already; try again later")
            }
            TrySubmitErrorKind::Cancelled => f.write_str("the picture was cancelled"),
            TrySubmitErrorKind::Stopped => f.write_str("the pool is ending"),
        }
    }
}

impl std::error::Error for TrySubmitError {}
