//! Work on other threads, and waiting for it so that Ctrl-C is seen.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

use crate::failure::Failure;

/// How often Ctrl-C is looked for.
const SIGNAL_INTERVAL: Duration = Duration::from_millis(50);

/// Values that threads leave for another one, in the order of their arrival.
#[derive(Debug)]
pub(crate) struct Mailbox<T> {
    values: Mutex<VecDeque<T>>,
    arrived: Condvar,
}

impl<T: Send> Mailbox<T> {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            values: Mutex::new(VecDeque::new()),
            arrived: Condvar::new(),
        })
    }

    pub(crate) fn put(&self, value: T) {
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        values.push_back(value);
        drop(values);
        self.arrived.notify_one();
    }

    /// Takes the first value, and waits for it for a while if there is none.
    fn take_within(&self, limit: Duration) -> Option<T> {
        let end = Instant::now() + limit;
        let mut values = self.values.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(value) = values.pop_front() {
                return Some(value);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return None;
            }
            let waited = self.arrived.wait_timeout(values, left);
            values = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits for the first value without the interpreter lock.
    ///
    /// # Errors
    /// What a signal handler raises (`KeyboardInterrupt`).
    pub(crate) fn wait(&self, py: Python<'_>) -> PyResult<T> {
        loop {
            if let Some(value) = py.detach(|| self.take_within(SIGNAL_INTERVAL)) {
                return Ok(value);
            }
            py.check_signals()?;
        }
    }
}

/// Starts work on a thread of its own; `None` is left in the mailbox if it panicked.
fn start<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<Results<T>, Failure> {
    let results = Mailbox::new();
    let sender = OnExit(Arc::clone(&results));
    std::thread::Builder::new()
        .name("molshot".to_owned())
        .spawn(move || {
            let result = work();
            sender.0.put(Some(result));
        })
        .map_err(|error| Failure::internal(format!("the system cannot start a thread: {error}")))?;
    Ok(results)
}

type Results<T> = Arc<Mailbox<Option<Result<T, Failure>>>>;

fn finished<T>(result: Option<Result<T, Failure>>) -> PyResult<T> {
    let died = || Failure::internal("the work ended without a result");
    Ok(result.unwrap_or_else(|| Err(died()))?)
}

/// What becomes of work when an exception is raised meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AfterException {
    /// It is waited for.
    Wait,
    /// It goes on alone, and its result is dropped.
    Leave,
}

/// Runs work on a thread of its own. `meanwhile` is called with the lock twenty times a second,
/// until it returns an error.
///
/// # Errors
/// The first error of `meanwhile`, else those of the work.
pub(crate) fn run_watched<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
    after: AfterException,
    mut meanwhile: impl FnMut(Python<'_>) -> PyResult<()>,
) -> PyResult<T> {
    let results = start(work)?;
    let mut raised = None;
    loop {
        if let Some(result) = py.detach(|| results.take_within(SIGNAL_INTERVAL)) {
            return raised.map_or_else(|| finished(result), Err);
        }
        if raised.is_none() {
            match meanwhile(py) {
                Err(error) if after == AfterException::Leave => return Err(error),
                result => raised = result.err(),
            }
        }
    }
}

/// Runs work on a thread of its own and waits for it without the interpreter lock.
///
/// # Errors
/// Those of the work, and `KeyboardInterrupt`; then the work goes on, and its result is dropped.
pub(crate) fn run<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let results = start(work)?;
    finished(results.wait(py)?)
}

/// Reports the end of a thread, also of one that panicked.
struct OnExit<T: Send>(Arc<Mailbox<Option<T>>>);

impl<T: Send> Drop for OnExit<T> {
    fn drop(&mut self) {
        self.0.put(None);
    }
}
