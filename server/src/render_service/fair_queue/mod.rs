//! A fair queue in front of the worker pool.
//!
//! The single requests of each client form a flow, and so does each batch; flows take turns. Only
//! as many tasks are in the pool as keep it busy, so a new request waits for few others. Long tasks
//! never occupy the whole pool: while as many are drawn as may be, short ones overtake those that
//! wait.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use molshot_renderer::pool::{
    CancelToken, Health, Pool, PoolError, RenderTask, TrySubmitErrorKind, WorkerScratch,
};
use molshot_renderer::{Frame, RenderError};
use molshot_scenes::RenderJob;
use tokio::sync::oneshot;

use super::limits::pixels;
use super::pools::Pools;
use crate::admission::Client;

/// Tasks that are drawn in the order of their arrival. Different flows take turns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Single requests of a client.
    Singles(Client),
    /// A batch, by its number.
    Batch(u64),
    /// The server's own test images.
    Internal,
}

/// A task that waits for the pool.
struct Queued {
    number: u64,
    task: RenderTask,
    cancel: CancelToken,
    is_long: bool,
    /// How many places of the pool it occupies.
    places: Arc<AtomicUsize>,
}

#[derive(Default)]
struct State {
    /// Waiting tasks by flow; no flow is empty.
    flows: VecDeque<(Flow, VecDeque<Queued>)>,
    /// Places in the pool that short and that long tasks occupy.
    in_pool: [usize; 2],
    waiting: u64,
    /// Whether a thread is submitting tasks to the pool; no other thread needs to.
    is_submitting: bool,
}

/// The fair queue and the pools behind it.
pub(crate) struct FairQueue {
    pool: Pool,
    state: Mutex<State>,
    /// Most places for short and for long tasks. One short task more than are drawn, so that a
    /// thread finds its next one at once; but no long one waits there.
    max_in_pool: [usize; 2],
    threads: usize,
    numbers: AtomicU64,
    /// Draws a single image with all threads, if it arrives while nothing else is drawn.
    latency_pool: Option<Pool>,
    is_latency_pool_busy: AtomicBool,
}

/// Smaller images are drawn faster by one thread than they can be divided among several.
const MIN_LATENCY_POOL_PIXELS: u64 = 1 << 15;

impl std::fmt::Debug for FairQueue {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FairQueue")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

/// The result of a task, and how long each stage took.
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// What `work` returned.
    pub(crate) value: T,
    /// Time until drawing began.
    pub(crate) queue: Duration,
    /// Time of drawing.
    pub(crate) draw: Duration,
    /// Time of `work`.
    pub(crate) encode: Duration,
}

/// Cancels a task when the future that waits for it is dropped.
struct CancelOnDrop<'a> {
    queue: &'a FairQueue,
    flow: Flow,
    number: u64,
    cancel: CancelToken,
}

impl Drop for CancelOnDrop<'_> {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.queue.remove(self.flow, self.number);
    }
}

impl FairQueue {
    /// A queue in front of these pools.
    pub(super) fn new(pools: Pools) -> Self {
        Self {
            pool: pools.main,
            state: Mutex::default(),
            max_in_pool: [pools.threads + 1, pools.max_long],
            threads: pools.threads,
            numbers: AtomicU64::new(0),
            latency_pool: pools.latency,
            is_latency_pool_busy: AtomicBool::new(false),
        }
    }

    /// Health of the workers: threads of the main pool, counts of both pools.
    pub(crate) fn health(&self) -> Health {
        let mut health = self.pool.health();
        if let Some(pool) = &self.latency_pool {
            let other = pool.health();
            health.in_progress += other.in_progress;
            health.done += other.done;
            health.failed += other.failed;
            health.panics += other.panics;
            health.reopened += other.reopened;
            health.lost += other.lost;
        }
        health
    }

    /// Number of images that are drawn or encoded at a time.
    pub(crate) fn threads(&self) -> usize {
        self.threads
    }

    /// Name of the adapter.
    pub(crate) fn adapter(&self) -> &str {
        self.pool.adapter()
    }

    /// Number of tasks that wait for the pool.
    pub(crate) fn waiting(&self) -> u64 {
        self.lock().waiting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws a job, then runs `work` with the frame on the same thread and returns its result.
    /// `is_long` says whether that takes long.
    ///
    /// Dropping the future cancels the task: it is removed if it is not drawn yet, and `work` sees
    /// its token cancelled.
    pub(crate) async fn draw<T: Send + 'static>(
        self: &Arc<Self>,
        flow: Flow,
        job: RenderJob,
        is_long: bool,
        work: impl FnOnce(&Frame, &mut WorkerScratch, &CancelToken) -> Result<T, RenderError>
        + Send
        + 'static,
    ) -> Result<Done<T>, PoolError> {
        let start = Instant::now();
        let cancel = CancelToken::new();
        let places = Arc::new(AtomicUsize::new(0));
        let (sender, receiver) = oneshot::channel();
        let token = cancel.clone();
        let timed = move |frame: &Frame, scratch: &mut WorkerScratch| {
            let drawn = start.elapsed();
            let times = frame.timings;
            let draw = times.upload + times.draw + times.read_back + times.labels;
            let begin = Instant::now();
            if token.is_cancelled() {
                return Err(RenderError::Cancelled);
            }
            let value = work(frame, scratch, &token)?;
            Ok(Done {
                value,
                queue: drawn.saturating_sub(draw),
                draw,
                encode: begin.elapsed(),
            })
        };
        let (queue, occupied) = (Arc::clone(self), Arc::clone(&places));
        let in_latency_pool = Arc::new(AtomicBool::new(false));
        let was_in_latency_pool = Arc::clone(&in_latency_pool);
        let pixels = pixels(&job);
        let task = RenderTask::new(job, &cancel, timed, move |result| {
            if was_in_latency_pool.load(Ordering::Acquire) {
                queue.is_latency_pool_busy.store(false, Ordering::Release);
            }
            // The caller may have been dropped.
            let _ = sender.send(result);
            let occupied = occupied.swap(0, Ordering::AcqRel);
            if occupied > 0 {
                queue.lock().in_pool[usize::from(is_long)] -= occupied;
                queue.submit_waiting();
            }
        })
        .long(is_long);
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let cancel_on_drop = CancelOnDrop {
            queue: self,
            flow,
            number,
            cancel: cancel.clone(),
        };
        let suits_latency_pool =
            matches!(flow, Flow::Singles(_)) && pixels >= MIN_LATENCY_POOL_PIXELS;
        let task = if suits_latency_pool {
            self.try_latency_pool(task, is_long, &in_latency_pool, &places)
        } else {
            Some(task)
        };
        let queued = task.map(|task| Queued {
            number,
            task,
            cancel,
            is_long,
            places,
        });
        if let Some(queued) = queued {
            let mut state = self.lock();
            state.waiting += 1;
            match state.flows.iter_mut().find(|(other, _)| *other == flow) {
                Some((_, tasks)) => tasks.push_back(queued),
                None => state.flows.push_back((flow, VecDeque::from([queued]))),
            }
            drop(state);
            self.submit_waiting();
        }
        let done = receiver.await.unwrap_or(Err(PoolError::Stopped));
        drop(cancel_on_drop);
        done
    }

    /// Submits a task to the latency pool if nothing else is drawn or waiting; returns the task
    /// otherwise.
    fn try_latency_pool(
        &self,
        task: RenderTask,
        is_long: bool,
        in_latency_pool: &AtomicBool,
        places: &AtomicUsize,
    ) -> Option<RenderTask> {
        let Some(pool) = &self.latency_pool else {
            return Some(task);
        };
        let mut state = self.lock();
        let is_idle = state.in_pool == [0; 2] && state.flows.is_empty();
        if !is_idle || self.is_latency_pool_busy.swap(true, Ordering::AcqRel) {
            return Some(task);
        }
        if is_long {
            // It is drawn by all processors, so no other long one begins meanwhile.
            let [_, all] = self.max_in_pool;
            state.in_pool[1] += all;
            places.store(all, Ordering::Release);
        }
        drop(state);
        in_latency_pool.store(true, Ordering::Release);
        let error = pool.try_submit(task).err()?;
        in_latency_pool.store(false, Ordering::Release);
        self.is_latency_pool_busy.store(false, Ordering::Release);
        self.lock().in_pool[1] -= places.swap(0, Ordering::AcqRel);
        Some(*error.task)
    }

    /// Takes the next task for which the pool has a place, of the flow whose turn it is. Flows
    /// without such a task keep their turn.
    fn next(&self, state: &mut State) -> Option<Queued> {
        let is_free = [0, 1].map(|kind| state.in_pool[kind] < self.max_in_pool[kind]);
        if is_free == [false; 2] {
            return None;
        }
        let fits = |queued: &Queued| is_free[usize::from(queued.is_long)];
        let (at, index) = state
            .flows
            .iter()
            .enumerate()
            .find_map(|(at, (_, tasks))| Some((at, tasks.iter().position(fits)?)))?;
        let (flow, mut tasks) = state.flows.remove(at)?;
        let next = tasks.remove(index);
        state.waiting -= 1;
        if !tasks.is_empty() {
            state.flows.push_back((flow, tasks));
        }
        next
    }

    /// Submits waiting tasks until the pool has enough.
    fn submit_waiting(&self) {
        let mut state = self.lock();
        if state.is_submitting {
            return;
        }
        state.is_submitting = true;
        while let Some(queued) = self.next(&mut state) {
            if queued.cancel.is_cancelled() {
                drop(state);
                drop(queued);
                state = self.lock();
                continue;
            }
            queued.places.store(1, Ordering::Release);
            state.in_pool[usize::from(queued.is_long)] += 1;
            // The pool may complete tasks while it accepts one, and completing a task locks.
            drop(state);
            if let Some(error) = self.pool.try_submit(queued.task).err() {
                debug_assert_ne!(
                    std::mem::discriminant(&error.kind),
                    std::mem::discriminant(&TrySubmitErrorKind::Full { waiting: 0 }),
                    "the pool's queue is large enough for every submitted task"
                );
                error.complete();
            }
            state = self.lock();
        }
        state.is_submitting = false;
    }

    /// Removes a task that still waits.
    fn remove(&self, flow: Flow, number: u64) {
        let mut state = self.lock();
        let Some(index_of_flow) = state.flows.iter().position(|(other, _)| *other == flow) else {
            return;
        };
        let tasks = &mut state.flows[index_of_flow].1;
        let index = tasks.iter().position(|queued| queued.number == number);
        let removed = index.and_then(|index| tasks.remove(index));
        if tasks.is_empty() {
            state.flows.remove(index_of_flow);
        }
        if removed.is_some() {
            state.waiting -= 1;
        }
        drop(state);
        // Dropping a task completes it, which must happen without the lock.
        drop(removed);
    }
}

#[cfg(test)]
mod tests;
