//! A parallel map with results in order.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::SurfaceError;
use crate::cancel::CancelToken;

/// Results of `work` for 0 to `count`, in order. Each thread has a state of its own, whose content
/// must not change results. After an error no more work is started.
///
/// The error is that of the first index with one, among those that were done.
pub(super) fn map<S, T: Send>(
    count: usize,
    threads: usize,
    cancel: &CancelToken,
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> Result<T, SurfaceError> + Sync,
) -> Result<Vec<T>, SurfaceError> {
    let next = AtomicUsize::new(0);
    let has_failed = AtomicBool::new(false);
    let run = || {
        let mut state = state();
        let mut done: Vec<(usize, Result<T, SurfaceError>)> = Vec::new();
        while !has_failed.load(Ordering::Relaxed) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                break;
            }
            let result = match cancel.check() {
                Ok(()) => work(&mut state, index),
                Err(cancelled) => Err(cancelled.into()),
            };
            has_failed.fetch_or(result.is_err(), Ordering::Relaxed);
            done.push((index, result));
        }
        done
    };
    let helpers = threads.min(count).saturating_sub(1);
    let mut all = std::thread::scope(|scope| {
        let helpers: Vec<_> = (0..helpers).map(|_| scope.spawn(run)).collect();
        let mut all = run();
        for helper in helpers {
            match helper.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    all.sort_unstable_by_key(|(index, _)| *index);
    all.into_iter().map(|(_, result)| result).collect()
}

/// Splits `count` items into ranges of at most `length`.
pub(super) fn chunk(count: usize, length: usize, index: usize) -> std::ops::Range<usize> {
    index * length..((index + 1) * length).min(count)
}
