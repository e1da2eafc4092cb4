//! What the threads of a pool share: orders that wait, frames that wait to be encoded, and counts.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use molshot_scenes::Scene;

use super::options::PoolOptions;
use super::order::{PoolError, RenderTask, Task};
use super::worker::tell;
use crate::frame::Frame;

/// How far a worker looks for an order of the scene that it holds.
const AFFINITY_WINDOW: usize = 64;
/// How often the oldest order may be passed over by workers that prefer their scene.
const MOST_PASSED_OVER: u32 = 32;
/// Who waits for room looks this often whether the order was cancelled.
const CANCEL_POLL: Duration = Duration::from_millis(20);
/// Frames that wait for each encoding thread; beyond, the drawing thread encodes itself.
const DRAWN_AN_ENCODER: usize = 1;

/// Why an order was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TrySubmitErrorKind {
    /// So many orders wait already.
    Full {
        /// Orders that wait.
        waiting: usize,
    },
    /// It was cancelled.
    Cancelled,
    /// The pool is ending, or all its workers have died.
    Stopped,
}

/// An order that was not queued.
#[derive(Debug)]
pub struct TrySubmitError {
    /// The order, as it was given. Dropping it answers it with [`PoolError::Stopped`].
    pub order: Box<RenderTask>,
    /// Why.
    pub reason: TrySubmitErrorKind,
}

impl TrySubmitError {
    /// Answers the order with why it was refused, for callers whose only ear is the order's
    /// `answer`.
    pub fn tell(self) {
        let error = match self.reason {
            TrySubmitErrorKind::Cancelled => PoolError::Cancelled,
            TrySubmitErrorKind::Full { .. } | TrySubmitErrorKind::Stopped => PoolError::Stopped,
        };
        tell(self.order.task, Some(error));
    }
}

impl fmt::Display for TrySubmitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            TrySubmitErrorKind::Full { waiting } => {
                write!(f, "{waiting} pictures wait already; try again later")
            }
            TrySubmitErrorKind::Cancelled => f.write_str("the picture was called off"),
            TrySubmitErrorKind::Stopped => f.write_str("the pool is ending"),
        }
    }
}

impl std::error::Error for TrySubmitError {}

/// State of a pool at a moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Health {
    /// Drawing threads that run.
    pub draw_threads: usize,
    /// Of these, those whose backend could be opened, or was not needed yet.
    pub ready: usize,
    /// Encoding threads that run.
    pub encode_threads: usize,
    /// Orders that wait.
    pub waiting: usize,
    /// Most orders that may wait.
    pub queue: usize,
    /// Orders being drawn or encoded, or between the two.
    pub in_hand: usize,
    /// Orders answered with success since the start.
    pub done: u64,
    /// Orders answered with an error since the start; cancelled ones among them.
    pub failed: u64,
    /// Panics that were caught since the start.
    pub panics: u64,
    /// Backends that were opened in place of a lost one since the start.
    pub reopened: u64,
    /// Devices that were lost, or did not answer in time, since the start.
    pub lost: u64,
}

/// A frame with what is left of its order.
pub(super) struct Drawn {
    pub(super) task: Box<dyn Task>,
    pub(super) frame: Frame,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<RenderTask>,
    /// How often the first of `waiting` was passed over.
    passed_over: u32,
    drawn: VecDeque<Drawn>,
    /// Frames that were encoded, for whoever draws next.
    spare: Vec<Frame>,
    in_hand: usize,
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
}

pub(super) struct Shared {
    state: Mutex<State>,
    /// An order waits, or the pool closes.
    arrived: Condvar,
    /// A frame waits to be encoded, or no more will come.
    to_encode: Condvar,
    /// The queue has room again.
    room: Condvar,
    pub(super) counts: Counts,
    queue: usize,
    most_drawn: usize,
    /// As many frames as can be in use at a time.
    most_spare: usize,
}

impl Shared {
    pub(super) fn new(options: &PoolOptions) -> Self {
        Self {
            state: Mutex::new(State {
                draw_threads: options.draw_threads,
                encode_threads: options.encode_threads,
                ..State::default()
            }),
            arrived: Condvar::new(),
            to_encode: Condvar::new(),
            room: Condvar::new(),
            counts: Counts::default(),
            queue: options.queue,
            most_drawn: options.encode_threads * DRAWN_AN_ENCODER,
            most_spare: options.draw_threads + options.encode_threads * (1 + DRAWN_AN_ENCODER),
        }
    }

    /// Nothing that could panic happens under the lock.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn submit(&self, order: RenderTask, wait: bool) -> Result<(), TrySubmitError> {
        let mut called_off = Vec::new();
        let mut state = self.lock();
        let reason = loop {
            if state.closed || state.draw_threads == 0 {
                break TrySubmitErrorKind::Stopped;
            }
            if order.cancel.is_cancelled() {
                break TrySubmitErrorKind::Cancelled;
            }
            if state.waiting.len() >= self.queue {
                take_cancelled(&mut state.waiting, &mut called_off);
            }
            if state.waiting.len() < self.queue {
                state.waiting.push_back(order);
                drop(state);
                self.arrived.notify_one();
                self.call_off(called_off);
                return Ok(());
            }
            if !wait {
                break TrySubmitErrorKind::Full {
                    waiting: state.waiting.len(),
                };
            }
            state = self
                .room
                .wait_timeout(state, CANCEL_POLL)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        };
        drop(state);
        self.call_off(called_off);
        Err(TrySubmitError {
            order: Box::new(order),
            reason,
        })
    }

    fn call_off(&self, orders: Vec<RenderTask>) {
        for order in orders {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            tell(order.task, Some(PoolError::Cancelled));
        }
    }

    /// The next order for a worker that holds `scene`; waits for one. `None` when the pool has
    /// closed and nothing is left. A worker without a frame to draw into gets one that was encoded
    /// since.
    pub(super) fn next(
        &self,
        scene: Option<&Arc<Scene>>,
        spare: &mut Option<Frame>,
    ) -> Option<RenderTask> {
        let mut state = self.lock();
        loop {
            if let Some(order) = state.pick(scene) {
                state.in_hand += 1;
                if spare.is_none() {
                    *spare = state.spare.pop();
                }
                drop(state);
                self.room.notify_one();
                return Some(order);
            }
            if state.closed {
                return None;
            }
            state = self
                .arrived
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Puts an order back that its worker cannot draw, if another worker can; else it is returned.
    pub(super) fn give_back(&self, order: RenderTask) -> Option<RenderTask> {
        let mut state = self.lock();
        if state.draw_threads <= state.down {
            return Some(order);
        }
        state.waiting.push_front(order);
        state.in_hand -= 1;
        drop(state);
        self.arrived.notify_one();
        None
    }

    /// A worker's backend cannot be opened, or can be again.
    pub(super) fn set_down(&self, down: bool) {
        let mut state = self.lock();
        if down {
            state.down += 1;
        } else {
            state.down -= 1;
        }
    }

    /// Hands a frame to the encoding threads, if they are not behind; else it is returned.
    pub(super) fn hand_over(&self, drawn: Drawn) -> Option<Drawn> {
        let mut state = self.lock();
        if state.encode_threads == 0 || state.drawn.len() >= self.most_drawn {
            return Some(drawn);
        }
        state.drawn.push_back(drawn);
        drop(state);
        self.to_encode.notify_one();
        None
    }

    /// The next frame to encode; waits for one. `None` when no more can come.
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

    /// An order that was taken has been answered; its frame may be drawn into again.
    pub(super) fn done_with(&self, frame: Option<Frame>) {
        let mut state = self.lock();
        state.in_hand -= 1;
        if let Some(frame) = frame
            && state.spare.len() < self.most_spare
        {
            state.spare.push(frame);
        }
    }

    pub(super) fn draw_thread_ends(&self) {
        let mut state = self.lock();
        state.draw_threads -= 1;
        let mut left = VecDeque::new();
        if state.draw_threads == 0 {
            left = std::mem::take(&mut state.waiting);
        }
        drop(state);
        self.to_encode.notify_all();
        self.room.notify_all();
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
            tell(task, Some(PoolError::Stopped));
            self.done_with(None);
        }
    }

    /// Takes no more orders. With `drop_waiting` those that wait are answered now.
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
        self.room.notify_all();
        self.stopped(left);
    }

    fn stopped(&self, orders: VecDeque<RenderTask>) {
        for order in orders {
            self.counts.failed.fetch_add(1, Ordering::Relaxed);
            let error = if order.cancel.is_cancelled() {
                PoolError::Cancelled
            } else {
                PoolError::Stopped
            };
            tell(order.task, Some(error));
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
            in_hand: state.in_hand,
            done: count(&self.counts.done),
            failed: count(&self.counts.failed),
            panics: count(&self.counts.panics),
            reopened: count(&self.counts.reopened),
            lost: count(&self.counts.lost),
        }
    }
}

impl State {
    /// The oldest order of the scene within the window, else the oldest of all.
    fn pick(&mut self, scene: Option<&Arc<Scene>>) -> Option<RenderTask> {
        let index = match scene {
            Some(scene) if self.passed_over < MOST_PASSED_OVER => self
                .waiting
                .iter()
                .take(AFFINITY_WINDOW)
                .position(|order| Arc::ptr_eq(order.job.scene(), scene))
                .unwrap_or(0),
            _ => 0,
        };
        self.passed_over = if index == 0 { 0 } else { self.passed_over + 1 };
        self.waiting.remove(index)
    }
}

fn take_cancelled(waiting: &mut VecDeque<RenderTask>, taken: &mut Vec<RenderTask>) {
    for _ in 0..waiting.len() {
        let Some(order) = waiting.pop_front() else {
            break;
        };
        if order.cancel.is_cancelled() {
            taken.push(order);
        } else {
            waiting.push_back(order);
        }
    }
}
