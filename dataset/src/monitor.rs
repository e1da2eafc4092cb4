//! Progress reports and cancellation of long work.

use std::fmt;

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Number of steps that are finished.
    pub done: usize,
    /// Number of all steps.
    pub total: usize,
}

/// Receives progress and notices, and says whether to stop.
///
/// All callbacks are called from any thread.
#[derive(Clone, Copy)]
pub struct Monitor<'a> {
    /// Called after each finished step.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// True when the work is to stop; it then ends with `DatasetError::Interrupted`.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
    /// Called with a line about what the work waits for, such as an endpoint that asks for a pause.
    pub notice: &'a (dyn Fn(&str) + Sync),
}

impl fmt::Debug for Monitor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Monitor").finish_non_exhaustive()
    }
}

impl Monitor<'_> {
    /// Ignores progress and notices, and never stops.
    pub const NONE: Monitor<'static> = Monitor {
        progress: &|_| {},
        stopped: &|| false,
        notice: &|_| {},
    };
}
