//! The progress, warnings and failures of a batch, reported by all of its threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use molshot_renderer::pool::CancelToken;

use super::super::progress::{Progress, count_pictures};
use crate::cli::interrupt;
use crate::cli::message::{CliError, Verbosity};

/// Number of warnings about empty pictures, and about missing content of scenes, that a batch of
/// several pictures prints; the others are counted.
const WARNINGS_SHOWN: usize = 5;

/// What the threads of a batch report.
pub(super) struct BatchReport {
    pub(super) progress: Progress,
    quiet: bool,
    /// Number of warnings of each kind that are printed.
    warnings_shown: usize,
    /// Number of pictures that show nothing.
    empty: AtomicUsize,
    /// Number of warnings about missing content of scenes.
    missing: AtomicUsize,
    /// Number of frames that cannot be drawn.
    broken_frames: AtomicUsize,
    /// Set when nothing more is to be started.
    stopped: AtomicBool,
    outcomes: Mutex<Outcomes>,
}

/// The failures of a batch.
#[derive(Default)]
struct Outcomes {
    /// Numbers of the groups that failed.
    failed: Vec<usize>,
    /// Whether one of them failed for a reason that a retry does not mend.
    is_permanent: bool,
    /// The failure that ended the whole batch.
    fatal: Option<CliError>,
}

impl BatchReport {
    /// A report on `total` pictures.
    pub(super) fn new(total: usize, verbosity: Verbosity) -> Self {
        Self {
            progress: Progress::new(total, verbosity),
            quiet: verbosity.quiet,
            warnings_shown: if total == 1 {
                usize::MAX
            } else {
                WARNINGS_SHOWN
            },
            empty: AtomicUsize::new(0),
            missing: AtomicUsize::new(0),
            broken_frames: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            outcomes: Mutex::default(),
        }
    }

    fn outcomes(&self) -> MutexGuard<'_, Outcomes> {
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the whole batch.
    pub(super) fn stop(&self, error: CliError) {
        self.outcomes().fatal.get_or_insert(error);
        self.stopped.store(true, Ordering::SeqCst);
    }

    /// Whether nothing more is to be started.
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst) || interrupt::requested()
    }

    /// Records that a group failed: prints its first failure and cancels the rest of its pictures.
    pub(super) fn group_failed(&self, number: usize, cancel: &CancelToken, error: CliError) {
        if matches!(error, CliError::Usage(_) | CliError::Silent) {
            self.stop(error);
            return;
        }
        cancel.cancel();
        let mut outcomes = self.outcomes();
        if outcomes.failed.contains(&number) {
            return;
        }
        outcomes.failed.push(number);
        outcomes.is_permanent |= !matches!(error, CliError::Transient(_));
        drop(outcomes);
        self.progress.say(error);
    }

    /// Records that a frame of a group cannot be drawn; the others are. The first few failures are
    /// printed.
    pub(super) fn frame_failed(&self, number: usize, error: CliError) {
        if matches!(error, CliError::Usage(_) | CliError::Silent) {
            self.stop(error);
            return;
        }
        let mut outcomes = self.outcomes();
        if !outcomes.failed.contains(&number) {
            outcomes.failed.push(number);
        }
        outcomes.is_permanent |= !matches!(error, CliError::Transient(_));
        drop(outcomes);
        if self.broken_frames.fetch_add(1, Ordering::Relaxed) < WARNINGS_SHOWN {
            self.progress.say(error);
        }
    }

    /// Prints or counts a warning that a scene has no content of a requested kind.
    pub(super) fn warn_of_missing(&self, warning: String) {
        self.warn(&self.missing, warning);
    }

    /// Prints or counts a warning that a picture shows nothing.
    pub(super) fn warn_of_empty(&self, warning: String) {
        self.warn(&self.empty, warning);
    }

    fn warn(&self, count: &AtomicUsize, warning: String) {
        if !self.quiet && count.fetch_add(1, Ordering::Relaxed) < self.warnings_shown {
            self.progress.say(warning);
        }
    }

    /// Prints how many warnings were not printed.
    pub(super) fn count_hidden_warnings(&self) {
        let hidden = |count: &AtomicUsize| {
            count
                .load(Ordering::Relaxed)
                .saturating_sub(self.warnings_shown)
        };
        let (empty, missing) = (hidden(&self.empty), hidden(&self.missing));
        let broken = self.broken_frames.load(Ordering::Relaxed);
        if broken > WARNINGS_SHOWN {
            let more = broken - WARNINGS_SHOWN;
            self.progress
                .say(format_args!("{more} more frames cannot be drawn"));
        }
        if empty > 0 {
            self.progress.say(format_args!(
                "warning: {} more show nothing",
                count_pictures(empty)
            ));
        }
        if missing > 0 {
            self.progress.say(format_args!(
                "warning: {missing} more warnings about requested content that is missing"
            ));
        }
    }

    /// Takes the failure that ended the batch, the sorted numbers of the groups that failed, and
    /// whether one of them failed for a reason that a retry does not mend.
    pub(super) fn take_outcomes(&self) -> (Option<CliError>, Vec<usize>, bool) {
        let Outcomes {
            mut failed,
            is_permanent,
            fatal,
        } = std::mem::take(&mut *self.outcomes());
        failed.sort_unstable();
        (fatal, failed, is_permanent)
    }
}
