//! The progress of many pictures: a bar on a terminal, a line at intervals elsewhere, and a last
//! line with the rate.

use std::fmt;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};

use crate::cli::message::{Verbosity, note};

/// Interval between two lines when standard error is not a terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Counts pictures and shows the progress; all threads share it.
#[derive(Debug)]
pub(super) struct Progress {
    total: usize,
    done: AtomicUsize,
    skipped: AtomicUsize,
    start: Instant,
    /// Milliseconds after `start` at which the next line is due.
    next_line_ms: AtomicU64,
    lines: bool,
    quiet: bool,
    bar: ProgressBar,
    /// Held while something is printed, so that messages do not interleave.
    printing: Mutex<()>,
}

impl Progress {
    pub(super) fn new(total: usize, verbosity: Verbosity) -> Self {
        let many = total > 1 && !verbosity.quiet;
        let terminal = std::io::stderr().is_terminal();
        let bar = if many && terminal {
            ProgressBar::new(total as u64).with_style(style())
        } else {
            ProgressBar::hidden()
        };
        Self {
            total,
            done: AtomicUsize::new(0),
            skipped: AtomicUsize::new(0),
            start: Instant::now(),
            next_line_ms: AtomicU64::new(LINE_EVERY.as_millis() as u64),
            lines: many && !terminal,
            quiet: verbosity.quiet,
            bar,
            printing: Mutex::new(()),
        }
    }

    /// Counts a picture that was written.
    pub(super) fn drawn(&self) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        if !self.lines {
            self.bar.inc(1);
            return;
        }
        let now_ms = self.start.elapsed().as_millis() as u64;
        let next_ms = now_ms + LINE_EVERY.as_millis() as u64;
        let due_ms = self.next_line_ms.load(Ordering::Relaxed);
        if now_ms >= due_ms
            && self
                .next_line_ms
                .compare_exchange(due_ms, next_ms, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        {
            let left = self.total - self.skipped() - done;
            let rate = done as f64 * 1e3 / now_ms.max(1) as f64;
            let time_left = Duration::from_secs_f64(left as f64 / rate);
            self.say(format_args!(
                "{done} of {} pictures, {} pictures/s, {} left",
                self.total - self.skipped(),
                Rate(rate),
                HumanDuration(time_left)
            ));
        }
    }

    /// Counts a picture that exists already.
    pub(super) fn skip(&self) {
        self.skipped.fetch_add(1, Ordering::Relaxed);
        self.bar.dec_length(1);
    }

    /// Number of pictures that were written.
    pub(super) fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Number of pictures that existed already.
    pub(super) fn skipped(&self) -> usize {
        self.skipped.load(Ordering::Relaxed)
    }

    /// Number of requested pictures.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// Prints a message above the bar.
    pub(super) fn say(&self, text: impl fmt::Display) {
        self.suspend(|| note(text));
    }

    /// Hides the bar while `print` runs.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        let _one = self.printing.lock().unwrap_or_else(PoisonError::into_inner);
        self.bar.suspend(print);
    }

    /// Removes the bar and prints the number of pictures and their rate.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
        let done = self.done();
        if self.quiet || self.total < 2 || done + self.skipped() == 0 {
            return;
        }
        if done == 0 && self.skipped() < self.total {
            return;
        }
        if done == 0 {
            note(format_args!(
                "nothing to draw: all {} were finished before",
                count_pictures(self.skipped())
            ));
            return;
        }
        let seconds = self.start.elapsed().as_secs_f64();
        let skipped = match self.skipped() {
            0 => String::new(),
            skipped => format!("; {skipped} were finished before and are skipped"),
        };
        note(format_args!(
            "{} in {seconds:.1} s, {} pictures/s{skipped}",
            count_pictures(done),
            Rate(done as f64 / seconds.max(1e-9)),
        ));
    }
}

/// Formats a number of pictures: `1 picture`, `2 pictures`.
pub(super) fn count_pictures(count: usize) -> String {
    format!("{count} picture{}", if count == 1 { "" } else { "s" })
}

/// A rate with three significant digits, or with all digits before the decimal point.
struct Rate(f64);

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = match self.0 {
            rate if rate < 10.0 => 2,
            rate if rate < 100.0 => 1,
            _ => 0,
        };
        write!(f, "{:.decimals$}", self.0)
    }
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template(
        "{bar:30} {pos} of {len} pictures, {rate} pictures/s, {eta} left",
    );
    style
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .with_key("rate", |state: &ProgressState, out: &mut dyn fmt::Write| {
            // An error leaves the rate out of the bar.
            let _ = write!(out, "{}", Rate(state.per_sec()));
        })
}
