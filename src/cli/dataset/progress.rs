//! Progress display: a bar on a terminal, otherwise a line every few seconds.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use molshot_dataset::Progress;

use crate::cli::Verbosity;
use crate::cli::message::note;

/// Interval of progress lines without a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows progress, rate and remaining time.
#[derive(Debug)]
pub(super) struct Meter {
    what: &'static str,
    start: Instant,
    lines: bool,
    bar: ProgressBar,
    next_line: Mutex<Duration>,
}

impl Meter {
    /// Makes a meter; `what` names the counted things, such as `pictures`.
    pub(super) fn new(what: &'static str, verbosity: Verbosity) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let style =
            ProgressStyle::with_template("{bar:30} {pos} of {len} {msg}, {per_sec}, {eta} left");
        let bar = if terminal && !verbosity.quiet {
            ProgressBar::new(0)
                .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
                .with_message(what)
        } else {
            ProgressBar::hidden()
        };
        Self {
            what,
            start: Instant::now(),
            lines: !terminal && !verbosity.quiet,
            bar,
            next_line: Mutex::new(LINE_EVERY),
        }
    }

    /// Shows the progress; called after every step, from any thread.
    pub(super) fn show(&self, progress: Progress) {
        if !self.lines {
            self.bar.set_length(progress.total as u64);
            self.bar.set_position(progress.done as u64);
            return;
        }
        let now = self.start.elapsed();
        let mut next = self
            .next_line
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if now < *next {
            return;
        }
        *next = now + LINE_EVERY;
        let rate = progress.done as f64 / now.as_secs_f64();
        let left = (progress.total - progress.done.min(progress.total)) as f64 / rate.max(1e-9);
        note(format_args!(
            "{} of {} {}, {rate:.0}/s, {} left",
            progress.done,
            progress.total,
            self.what,
            HumanDuration(Duration::try_from_secs_f64(left).unwrap_or_default())
        ));
    }

    /// Prints a line above the bar.
    pub(super) fn notice(&self, text: &str) {
        self.bar.suspend(|| note(text));
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    /// Returns the time since the meter was made.
    pub(super) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }
}
