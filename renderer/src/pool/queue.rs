//! What the threads of a pool share: waiting tasks, frames that wait to be encoded, and counters.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use molshot_scenes::Scene;

use super::options::PoolOptions;
use super::slots::Slots;
use super::submit_error::{TrySubmitError, TrySubmitErrorKind};
use super::task::{PoolError, RenderTask, complete};
use crate::backend::UnreadPicture;
use crate::frame::Frame;

/// Among so many of the oldest tasks a worker looks for one of the scene that it has uploaded.
const AFFINITY_WINDOW: usize = 64;
/// How often workers that prefer their own scene may pass over the oldest task.
const MAX_PASSED_OVER: u32 = 32;
/// How often a submitter that waits for a full queue checks whether its task was cancelled.
const CANCEL_POLL: Duration = Duration::from_millis(20);
/// Frames that may wait per encoding thread; with more, the drawing thread encodes itself.
const DRAWN_PER_ENCODER: usize = 1;

/// State of a pool at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Drawing threads that run.
    pub draw_threads: usize,
    /// Drawing threads whose backend is open, or was not needed yet.
    pub ready: usize,
    /// Encoding threads that run.
    pub encode_threads: usize,
    /// Tasks that wait.
    pub waiting: usize,
    /// Most tasks that may wait.
    pub queue: usize,
    /// Tasks being drawn or encoded, or between the two.
    pub in_progress: usize,
    /// Tasks that succeeded since the start.
    pub done: u64,
    /// Tasks that failed since the start, cancelled ones included.
    pub failed: u64,
    /// Panics caught since the start.
    pub panics: u64,
    /// Backends opened in place of a lost one since the start.
    pub reopened: u64,
    /// Devices lost, or given up after a timeout, since the start.
    pub lost: u64,
    /// Most pictures that one device has had in flight since the start: begun, and not finished. 0
    /// for the built-in rasteriser, which draws on the calling threads.
    pub most_in_flight: usize,
    /// For how long all drawing threads have been busy with the same tasks, so that not even a
    /// short one could begin; `None` while one could.
    pub stuck_for: Option<Duration>,
}

/// A drawn picture with its task.
pub(super) struct Drawn {
    pub(super) task: RenderTask,
    pub(super) picture: DrawnPicture,
}

/// Where a drawn picture is.
#[allow(
    clippy::large_enum_variant,
    reason = "a frame is most often moved once"
)]
pub(super) enum DrawnPicture {
    Frame(Frame),
    /// Still in the device's memory.
    Unread(Box<dyn UnreadPicture>),
}

#[derive(Default)]
struct State {
    waiting: VecDeque<RenderTask>,
    /// How often the first of `waiting` was passed over.
    passed_over: u32,
    drawn: VecDeque<Drawn>,
    /// Frames that were encoded: the next pictures are drawn into their memory.
    spare: Vec<Frame>,
    in_progress: usize,
    slots: Slots,
    draw_threads: usize,
    encode_threads: usize,
    /// Drawing threads whose backend cannot be opened.
    down: usize,
    closed: bool,
}

#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    pub(super) panics: AtomicU64,
    pub(super) reopened: AtomicU64,
    pub(super) lost: AtomicU64,
    pub(super) most_in_flight: AtomicUsize,
}

pub(super) struct Shared {
    state: Mutex<State>,
    /// A task waits, or the pool closes.
    arrived: Condvar,
    /// A frame waits to be encoded, or no more will come.
    to_encode: Condvar,
    /// The queue has a free place again.
    vacancy: Condvar,
    pub(super) counts: Counts,
    queue: usize,
    max_drawn: usize,
    /// As many frames as can be in use at a time.
    max_spare: usize,
    pub(super) reopen_wait: Duration,
}

impl Shared {
    pub(super) fn new(options: &PoolOptions) -> Self {
        Self {
            state: Mutex::new(State {
                slots: Slots::new(options.draw_threads, options.all_draw_threads()),
                draw_threads: options.all_draw_threads(),
                encode_threads: options.encode_threads,
                ..State::default()
            }),
            arrived: Condvar::new(),
            to_encode: Condvar::new(),
            vacancy: Condvar::new(),
            counts: Counts::default(),
            queue: options.queue,
            reopen_wait: options.reopen_wait,
            max_drawn: options.encode_threads * DRAWN_PER_ENCODER,
            max_spare: options.all_draw_threads()
                + options.encode_threads * (1 + DRAWN_PER_ENCODER),
        }
    }

    /// A poisoned lock is used as it is: no code that could panic runs under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn submit(&self, task: RenderTask, wait: bool) -> Result<(), TrySubmitError> {
        let mut cancelled = Vec::new();
        let mut state = self.lock();
        let kind = loop {
            if state.closed || state.draw_threads == 0 {
                break TrySubmitErrorKind::Stopped;
            }
            if task.cancel.is_cancelled() {
                break TrySubmitErrorKind::Cancelled;
            }
            if state.waiting.len() >= self.queue {
                take_cancelled(&mut state.waiting, &mut cancelled);
            }
            if state.waiting.len() < self.queue {
                state.waiting.push_back(task);
                drop(state);
                self.arrived.notify_one();
                self.complete_cancelled(cancelled);
                return Ok(());
            }
            if !wait {
                break TrySubmitErrorKind::Full {
                    waiting: state.waiting.len(),
                };
            }
            state = self
                .vacancy
                .wait_timeout(state, CANCEL_POLL)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        drop(state);
        self.complete_cancelled(cancelled);
        Err(TrySubmitError {
            task: Box::new(task),
            kind,
        })
    }

    fn complete_cancelled(&self, tasks: Vec<RenderTask>) {
        for task in tasks {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            complete(task.handler, Some(PoolError::Cancelled));
        }
    }

    /// Waits for the next task for a worker that has uploaded `scene`. `None` when the pool is
    /// closed and no task is left. A worker without a spare frame gets one, if there is one. What
    /// the worker had before is finished.
    pub(super) fn next(
        &self,
        worker: usize,
        scene: Option<&Arc<Scene>>,
        spare: &mut Option<Frame>,
    ) -> Option<RenderTask> {
        let mut state = self.lock();
        state.slots.end(worker);
        loop {
            if let Some(task) = state.pick(scene) {
                state.slots.begin(worker, task.is_long);
                state.in_progress += 1;
                if spare.is_none() {
                    *spare = state.spare.pop();
                }
                let is_last = state.closed && state.waiting.is_empty();
                drop(state);
                self.vacancy.notify_one();
                if is_last {
                    // Workers that were not allowed to take it wait for the end.
                    self.arrived.notify_all();
                }
                return Some(task);
            }
            if state.closed && state.waiting.is_empty() {
                return None;
            }
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// The next task that may begin while the worker has others in flight, if one waits.
    pub(super) fn next_beside(
        &self,
        worker: usize,
        scene: Option<&Arc<Scene>>,
    ) -> Option<RenderTask> {
        let mut state = self.lock();
        // The worker's place is taken once, however many tasks it has in flight.
        let place = state.slots.leave(worker);
        let task = state.pick(scene);
        match &task {
            Some(task) => {
                state.slots.begin(worker, task.is_long);
                state.in_progress += 1;
            }
            None => state.slots.return_to(worker, place),
        }
        drop(state);
        if task.is_some() {
            self.vacancy.notify_one();
        }
        task
    }

    /// A worker with several tasks in flight has finished one: it is not stuck.
    pub(super) fn note_progress(&self, worker: usize) {
        self.lock().slots.restart_clock(worker);
    }

    /// Notes how many pictures a worker has in flight.
    pub(super) fn note_in_flight(&self, pictures: usize) {
        self.counts
            .most_in_flight
            .fetch_max(pictures, Ordering::Relaxed);
    }

    /// Puts back a task that its worker cannot draw, if another worker can; else returns it.
    pub(super) fn return_task(&self, worker: usize, task: RenderTask) -> Option<RenderTask> {
        let mut state = self.lock();
        if state.draw_threads <= state.down {
            return Some(task);
        }
        state.waiting.push_front(task);
        state.slots.end(worker);
        state.in_progress -= 1;
        drop(state);
        self.arrived.notify_one();
        None
    }

    /// Puts back a task whose picture was lost after it was drawn, to be drawn next; returns it if
    /// no worker can draw. The caller still finishes it, with [`Self::task_finished`].
    pub(super) fn draw_again(&self, task: RenderTask) -> Option<RenderTask> {
        let mut state = self.lock();
        if state.draw_threads <= state.down {
            return Some(task);
        }
        state.waiting.push_front(task);
        drop(state);
        self.arrived.notify_one();
        None
    }

    /// A worker's backend cannot be opened, or can be again.
    pub(super) fn set_backend_failed(&self, down: bool) {
        let mut state = self.lock();
        if down {
            state.down += 1;
        } else {
            state.down -= 1;
        }
    }

    /// Queues a picture for the encoding threads, unless too many wait; then returns it.
    pub(super) fn queue_for_encoding(&self, drawn: Drawn) -> Option<Drawn> {
        let mut state = self.lock();
        if state.encode_threads == 0 || state.drawn.len() >= self.max_drawn {
            return Some(drawn);
        }
        state.drawn.push_back(drawn);
        drop(state);
        self.to_encode.notify_one();
        None
    }

    /// A picture that waits to be encoded, if there is one.
    pub(super) fn try_next_drawn(&self) -> Option<Drawn> {
        self.lock().drawn.pop_front()
    }

    /// Waits for the next picture to encode. `None` when no more can come.
    pub(super) fn next_drawn(&self) -> Option<Drawn> {
        let mut state = self.lock();
        loop {
            if let Some(drawn) = state.drawn.pop_front() {
                return Some(drawn);
            }
            if state.closed && state.draw_threads == 0 {
                return None;
            }
            state = self
                .to_encode
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Counts a taken task as finished; its frame may be drawn into again.
    pub(super) fn task_finished(&self, frame: Option<Frame>) {
        let mut state = self.lock();
        state.in_progress -= 1;
        if let Some(frame) = frame
            && state.spare.len() < self.max_spare
        {
            state.spare.push(frame);
        }
    }

    pub(super) fn draw_thread_ends(&self, worker: usize) {
        let mut state = self.lock();
        state.slots.end(worker);
        state.draw_threads -= 1;
        let mut left = VecDeque::new();
        if state.draw_threads == 0 {
            left = std::mem::take(&mut state.waiting);
        }
        drop(state);
        self.arrived.notify_all();
        self.to_encode.notify_all();
        self.vacancy.notify_all();
        self.stopped(left);
    }

    pub(super) fn encode_thread_ends(&self) {
        let mut state = self.lock();
        state.encode_threads -= 1;
        let mut left = VecDeque::new();
        if state.encode_threads == 0 {
            left = std::mem::take(&mut state.drawn);
        }
        drop(state);
        for Drawn { task, .. } in left {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            complete(task.handler, Some(PoolError::Stopped));
            self.task_finished(None);
        }
    }

    /// Accepts no more tasks. With `drop_waiting` those that wait are failed now.
    pub(super) fn close(&self, drop_waiting: bool) {
        let mut state = self.lock();
        state.closed = true;
        let mut left = VecDeque::new();
        if drop_waiting {
            left = std::mem::take(&mut state.waiting);
        }
        drop(state);
        self.arrived.notify_all();
        self.to_encode.notify_all();
        self.vacancy.notify_all();
        self.stopped(left);
    }

    fn stopped(&self, tasks: VecDeque<RenderTask>) {
        for task in tasks {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            let error = if task.cancel.is_cancelled() {
                PoolError::Cancelled
            } else {
                PoolError::Stopped
            };
            complete(task.handler, Some(error));
        }
    }

    pub(super) fn health(&self) -> Health {
        let state = self.lock();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Health {
            draw_threads: state.draw_threads,
            ready: state.draw_threads.saturating_sub(state.down),
            encode_threads: state.encode_threads,
            waiting: state.waiting.len(),
            queue: self.queue,
            in_progress: state.in_progress,
            done: count(&self.counts.done),
            failed: count(&self.counts.failed),
            panics: count(&self.counts.panics),
            reopened: count(&self.counts.reopened),
            lost: count(&self.counts.lost),
            most_in_flight: self.counts.most_in_flight.load(Ordering::Relaxed),
            stuck_for: state.slots.stuck_for(),
        }
    }
}

impl State {
    /// Of the tasks that may begin the oldest of the scene within the window, else the oldest.
    fn pick(&mut self, scene: Option<&Arc<Scene>>) -> Option<RenderTask> {
        let may_begin = [false, true].map(|is_long| self.slots.may_begin(is_long));
        let may_begin = |task: &RenderTask| may_begin[usize::from(task.is_long)];
        let first = self.waiting.iter().position(may_begin)?;
        let index = match scene {
            Some(scene) if self.passed_over < MAX_PASSED_OVER => self
                .waiting
                .iter()
                .take(AFFINITY_WINDOW)
                .position(|task| may_begin(task) && Arc::ptr_eq(task.job.scene(), scene))
                .unwrap_or(first),
            _ => first,
        };
        self.passed_over = if index == first {
            0
        } else {
            self.passed_over + 1
        };
        self.waiting.remove(index)
    }
}

fn take_cancelled(waiting: &mut VecDeque<RenderTask>, taken: &mut Vec<RenderTask>) {
    for _ in 0..waiting.len() {
        let Some(task) = waiting.pop_front() else {
            break;
        };
        if task.cancel.is_cancelled() {
            taken.push(task);
        } else {
            waiting.push_back(task);
        }
    }
}
