//! Draws a sequence of pictures, with results in order or as they are ready.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::mpsc::{Receiver, Sender, channel};

use molshot_scenes::RenderJob;

use super::Pool;
use super::task::{PoolError, RenderTask, WorkerScratch};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

/// The task of results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Sequence {
    /// In the order of the jobs.
    InOrder,
    /// As soon as each is ready.
    AsReady,
}

/// Results of [`Pool::map`]. Dropping it cancels what is not drawn yet.
pub struct Map<'a, I, T> {
    pool: &'a Pool,
    jobs: I,
    more: bool,
    sequence: Sequence,
    window: usize,
    cancel: CancelToken,
    sender: Sender<(usize, Result<T, PoolError>)>,
    receiver: Receiver<(usize, Result<T, PoolError>)>,
    submitted: usize,
    yielded: usize,
    in_flight: usize,
    ready: BTreeMap<usize, Result<T, PoolError>>,
}

impl<I, T> fmt::Debug for Map<'_, I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Map")
            .field("sequence", &self.sequence)
            .field("submitted", &self.submitted)
            .field("yielded", &self.yielded)
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Draws all `jobs`, each with its `work` (see [`RenderTask::new`]), and yields each job's
    /// number, counted from 0, with its result. Jobs are taken from their iterator only as results
    /// are taken from this one: at most `window` (at least one) are in progress or waiting to be
    /// taken, so memory is bounded for any length of the sequence and any speed of the consumer.
    pub fn map<I, W, T>(
        &self,
        jobs: I,
        sequence: Sequence,
        window: usize,
    ) -> Map<'_, I::IntoIter, T>
    where
        I: IntoIterator<Item = (RenderJob, W)>,
        W: FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send + 'static,
        T: Send + 'static,
    {
        let (sender, receiver) = channel();
        Map {
            pool: self,
            jobs: jobs.into_iter(),
            more: true,
            sequence,
            window: window.max(1),
            cancel: CancelToken::new(),
            sender,
            receiver,
            submitted: 0,
            yielded: 0,
            in_flight: 0,
            ready: BTreeMap::new(),
        }
    }
}

impl<I, W, T> Map<'_, I, T>
where
    I: Iterator<Item = (RenderJob, W)>,
    W: FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send + 'static,
    T: Send + 'static,
{
    /// Fills the window.
    fn submit(&mut self) {
        while self.more && self.in_flight + self.ready.len() < self.window {
            let Some((job, work)) = self.jobs.next() else {
                self.more = false;
                return;
            };
            let number = self.submitted;
            self.submitted += 1;
            let sender = self.sender.clone();
            let task = RenderTask::new(job, &self.cancel, work, move |result| {
                // The receiver may have been dropped.
                let _ = sender.send((number, result));
            });
            self.in_flight += 1;
            if let Err(error) = self.pool.submit(task) {
                error.complete();
            }
        }
    }
}

impl<I, W, T> Iterator for Map<'_, I, T>
where
    I: Iterator<Item = (RenderJob, W)>,
    W: FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send + 'static,
    T: Send + 'static,
{
    type Item = (usize, Result<T, PoolError>);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.submit();
            let ready = match self.sequence {
                Sequence::InOrder => self.ready.remove_entry(&self.yielded),
                Sequence::AsReady => self.ready.pop_first(),
            };
            if ready.is_some() {
                self.yielded += 1;
                return ready;
            }
            if self.in_flight == 0 {
                return None;
            }
            let (number, result) = self.receiver.recv().ok()?;
            self.in_flight -= 1;
            self.ready.insert(number, result);
        }
    }
}

impl<I, T> Drop for Map<'_, I, T> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
