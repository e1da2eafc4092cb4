//! Ctrl-C: the first press finishes the work in progress, the second ends the program at once.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::cli::message::INTERRUPTED;

/// Number of times that Ctrl-C was pressed.
static PRESSED: AtomicU32 = AtomicU32::new(0);
/// Number of files that are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);
/// How long the second Ctrl-C waits for files that are being written. A slower disk leaves a
/// temporary file.
const LAST_WRITES: Duration = Duration::from_millis(200);

/// Handles Ctrl-C from now on. `on_first` is called at the first press, to inform the user.
pub(crate) fn listen(on_first: impl Fn() + Send + 'static) {
    let handler = ctrlc::set_handler(move || {
        if PRESSED.fetch_add(1, Ordering::SeqCst) == 0 {
            on_first();
            return;
        }
        let start = Instant::now();
        while WRITING.load(Ordering::SeqCst) > 0 && start.elapsed() < LAST_WRITES {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::process::exit(i32::from(INTERRUPTED));
    });
    // Without a handler Ctrl-C ends the program at once; finished files are complete all the same.
    drop(handler);
}

/// Whether Ctrl-C was pressed: nothing more is to be started.
pub(crate) fn requested() -> bool {
    PRESSED.load(Ordering::SeqCst) > 0
}

/// Counts a file as being written for as long as the value lives.
pub(crate) struct Writing(());

impl Writing {
    /// Returns `None` when the program is about to end.
    pub(crate) fn begin() -> Option<Self> {
        WRITING.fetch_add(1, Ordering::SeqCst);
        let writing = Self(());
        (PRESSED.load(Ordering::SeqCst) < 2).then_some(writing)
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        WRITING.fetch_sub(1, Ordering::SeqCst);
    }
}
