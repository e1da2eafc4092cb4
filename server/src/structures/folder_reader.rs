//! Access to the served folder, which may be on a network that does not answer.
//!
//! Each access runs on a thread of its own and has a deadline. A thread that hangs cannot be
//! stopped, but what it hangs on is not asked for again until it returns, so that other structures
//! are still served.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::blocking;
use crate::error::Problem;

/// Most accesses at a time, including those that hang.
const MAX_ACCESSES: usize = 64;

/// An access in progress.
#[derive(Debug)]
struct Access {
    number: u64,
    /// What is accessed.
    name: String,
    start: Instant,
}

#[derive(Debug, Default)]
struct Accesses {
    last_number: u64,
    running: Vec<Access>,
}

/// Runs accesses to the served folder.
#[derive(Debug)]
pub(super) struct FolderReader {
    deadline: Duration,
    places: Arc<Semaphore>,
    accesses: Arc<Mutex<Accesses>>,
}

fn lock(accesses: &Mutex<Accesses>) -> MutexGuard<'_, Accesses> {
    accesses.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends an access when its thread returns, also by a panic.
struct EndOnDrop {
    number: u64,
    accesses: Arc<Mutex<Accesses>>,
}

impl Drop for EndOnDrop {
    fn drop(&mut self) {
        let mut accesses = lock(&self.accesses);
        accesses
            .running
            .retain(|access| access.number != self.number);
    }
}

impl FolderReader {
    /// Runs accesses with a deadline for each.
    pub(super) fn new(deadline: Duration) -> Self {
        Self {
            deadline,
            places: Arc::new(Semaphore::new(MAX_ACCESSES)),
            accesses: Arc::default(),
        }
    }

    /// Runs an access to the structure or folder of a name.
    ///
    /// # Errors
    /// 503 if it does not end within the deadline, or an earlier one of the same name has not.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        name: &str,
        access: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let place = timeout(self.deadline, Arc::clone(&self.places).acquire_owned())
            .await
            .map_err(|_| no_answer())?
            .map_err(|error| Problem::internal(&error))?;
        let end = self.begin(name)?;
        let running = blocking(move || {
            let result = access();
            drop(end);
            drop(place);
            result
        });
        timeout(self.deadline, running).await.map_err(|_| {
            tracing::error!(
                seconds = self.deadline.as_secs(),
                "the served folder does not answer"
            );
            no_answer()
        })?
    }

    fn begin(&self, name: &str) -> Result<EndOnDrop, Problem> {
        let mut accesses = lock(&self.accesses);
        let is_hanging =
            |access: &Access| access.name == name && access.start.elapsed() >= self.deadline;
        if accesses.running.iter().any(is_hanging) {
            return Err(no_answer());
        }
        accesses.last_number += 1;
        let number = accesses.last_number;
        accesses.running.push(Access {
            number,
            name: name.to_owned(),
            start: Instant::now(),
        });
        Ok(EndOnDrop {
            number,
            accesses: Arc::clone(&self.accesses),
        })
    }
}

fn no_answer() -> Problem {
    Problem::new(
        StatusCode::SERVICE_UNAVAILABLE,
        "storage_failed",
        "the disk of the served folder does not answer; try again later",
    )
    .retry_after(10)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use std::sync::mpsc;

    use super::*;

    #[test]
    fn a_reader_that_hangs_is_given_up_and_others_go_on() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let reader = FolderReader::new(Duration::from_millis(20));
            let (release, hangs) = mpsc::channel::<()>();
            let given_up = reader.run("a", move || hangs.recv().is_err()).await;
            let problem = given_up.unwrap_err();
            assert_eq!(
                (problem.status.as_u16(), problem.retry_after),
                (503, Some(10))
            );
            // The same structure is refused at once, without another thread.
            assert_eq!(
                reader.run("a", || 1).await.unwrap_err().code,
                "storage_failed"
            );
            assert_eq!(lock(&reader.accesses).running.len(), 1);
            assert_eq!(reader.places.available_permits(), MAX_ACCESSES - 1);
            let reader = FolderReader {
                deadline: Duration::from_secs(30),
                ..reader
            };
            assert_eq!(reader.run("b", || 2).await.unwrap(), 2);
            drop(release);
            let is_back = async {
                while reader.places.available_permits() < MAX_ACCESSES {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            timeout(Duration::from_mins(1), is_back).await.unwrap();
            assert_eq!(reader.run("a", || 3).await.unwrap(), 3);
        });
    }
}
