//! Who looks on: is told how far the work is, and may call it off.

use std::fmt;

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is done.
    pub done: usize,
    /// Of how many.
    pub total: usize,
}

/// Told of progress from any thread; asked whether to stop.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Called now and then.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// True when nothing more is to be begun.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").finish_non_exhaustive()
    }
}

impl Watch<'_> {
    /// Nobody looks on.
    pub const NOBODY: Watch<'static> = Watch {
        progress: &|_| {},
        stopped: &|| false,
    };
}
