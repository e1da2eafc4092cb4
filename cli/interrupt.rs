//! Ctrl-C: the first finishes what is begun, the second ends the program at once.

use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::message::INTERRUPTED;

/// How often Ctrl-C was pressed.
static PRESSED: AtomicU32 = AtomicU32::new(0);
/// Files that are being written.
static WRITING: AtomicUsize = AtomicUsize::new(0);
/// At the second Ctrl-C so long is waited for files that are being written; a disk that takes
/// longer leaves its temporary file.
const LAST_WRITES: Duration = Duration::from_millis(200);

/// Listens to Ctrl-C from now on. `on_first` tells the user.
pub(crate) fn listen(on_first: impl Fn() + Send + 'static) {
    let heard = ctrlc::set_handler(move || {
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
    // Without a handler Ctrl-C ends the program at once, and finished files are still whole.
    drop(heard);
}

/// Whether to begin nothing more.
pub(crate) fn requested() -> bool {
    PRESSED.load(Ordering::SeqCst) > 0
}

/// A file that is being written, for as long as this lives.
pub(crate) struct Writing(());

impl Writing {
    /// `None` when the program is about to end.
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
