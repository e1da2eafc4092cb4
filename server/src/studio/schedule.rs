//! A fair queue before the pool: each client's single requests and each batch are a flow of their
//! own, and flows take turns. Only as many orders are with the pool as keep it busy, so whoever
//! comes waits for few others.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
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

/// Whose turn it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Single requests of a client.
    Singles(Client),
    /// A batch, by its number.
    Batch(u64),
    /// The server's own test pictures.
    Own,
}

struct Queued {
    number: u64,
    order: RenderTask,
    cancel: CancelToken,
    with_pool: Arc<AtomicBool>,
}

#[derive(Default)]
struct State {
    /// None of them empty.
    flows: VecDeque<(Flow, VecDeque<Queued>)>,
    with_pool: usize,
    waiting: u64,
    /// Somebody hands orders to the pool; whoever else would, need not.
    pumping: bool,
}

/// The queue and the pools behind it.
pub(crate) struct Schedule {
    pool: Pool,
    state: Mutex<State>,
    most_with_pool: usize,
    numbers: AtomicU64,
    /// For a single picture that comes while nothing else is in hand: all threads draw it together.
    quick: Option<Pool>,
    is_quick_busy: AtomicBool,
}

/// Pictures with fewer pixels are drawn sooner than their tiles are shared out.
const QUICK_PIXELS: u64 = 1 << 15;

impl std::fmt::Debug for Schedule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Schedule")
            .field("pool", &self.pool)
            .finish_non_exhaustive()
    }
}

/// What came of an order, and how long it took to come.
#[derive(Debug)]
pub(crate) struct Done<T> {
    /// What `work` returned.
    pub(crate) value: T,
    /// From the order until it was drawn.
    pub(crate) queue: Duration,
    /// Drawing.
    pub(crate) draw: Duration,
    /// `work`.
    pub(crate) encode: Duration,
}

/// Calls an order off when the one who waits for it is gone.
struct Caller<'a> {
    schedule: &'a Schedule,
    flow: Flow,
    number: u64,
    cancel: CancelToken,
}

impl Drop for Caller<'_> {
    fn drop(&mut self) {
        self.cancel.cancel();
        self.schedule.forget(self.flow, self.number);
    }
}

impl Schedule {
    /// A queue before pools.
    pub(super) fn new(pools: Pools) -> Self {
        Self {
            pool: pools.main,
            state: Mutex::default(),
            most_with_pool: pools.most_with_main,
            numbers: AtomicU64::new(0),
            quick: pools.quick,
            is_quick_busy: AtomicBool::new(false),
        }
    }

    /// How the workers are: threads of the main pool, counts of both.
    pub(crate) fn health(&self) -> Health {
        let mut health = self.pool.health();
        if let Some(quick) = &self.quick {
            let other = quick.health();
            health.in_progress += other.in_progress;
            health.done += other.done;
            health.failed += other.failed;
            health.panics += other.panics;
            health.reopened += other.reopened;
            health.lost += other.lost;
        }
        health
    }

    /// Name of the adapter.
    pub(crate) fn adapter(&self) -> &str {
        self.pool.adapter()
    }

    /// Orders that wait before the pool.
    pub(crate) fn waiting(&self) -> u64 {
        self.lock().waiting
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Draws a job, runs `work` with its frame on a thread of the pool, and gives what it returned.
    /// When the future is dropped, the order is called off: dropped if it was not drawn yet, and
    /// `work` is told by its token.
    pub(crate) async fn draw<T: Send + 'static>(
        self: &Arc<Self>,
        flow: Flow,
        job: RenderJob,
        work: impl FnOnce(&Frame, &mut WorkerScratch, &CancelToken) -> Result<T, RenderError>
        + Send
        + 'static,
    ) -> Result<Done<T>, PoolError> {
        let start = Instant::now();
        let cancel = CancelToken::new();
        let with_pool = Arc::new(AtomicBool::new(false));
        let (sender, receiver) = oneshot::channel();
        let told = cancel.clone();
        let timed = move |frame: &Frame, desk: &mut WorkerScratch| {
            let drawn = start.elapsed();
            let times = frame.timings;
            let draw = times.upload + times.draw + times.read_back + times.labels;
            let begin = Instant::now();
            if told.is_cancelled() {
                return Err(RenderError::Cancelled);
            }
            let value = work(frame, desk, &told)?;
            Ok(Done {
                value,
                queue: drawn.saturating_sub(draw),
                draw,
                encode: begin.elapsed(),
            })
        };
        let (schedule, counted) = (Arc::clone(self), Arc::clone(&with_pool));
        let is_quick = Arc::new(AtomicBool::new(false));
        let was_quick = Arc::clone(&is_quick);
        let pixels = pixels(&job);
        let order = RenderTask::new(job, &cancel, timed, move |result| {
            if was_quick.load(Ordering::Acquire) {
                schedule.is_quick_busy.store(false, Ordering::Release);
            }
            // The caller may have gone.
            let _ = sender.send(result);
            if counted.swap(false, Ordering::AcqRel) {
                schedule.lock().with_pool -= 1;
                schedule.pump();
            }
        });
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        let caller = Caller {
            schedule: self,
            flow,
            number,
            cancel: cancel.clone(),
        };
        let wants_quick = matches!(flow, Flow::Singles(_)) && pixels >= QUICK_PIXELS;
        let order = if wants_quick {
            self.try_quick(order, &is_quick)
        } else {
            Some(order)
        };
        let queued = order.map(|order| Queued {
            number,
            order,
            cancel,
            with_pool,
        });
        if let Some(queued) = queued {
            let mut state = self.lock();
            state.waiting += 1;
            match state.flows.iter_mut().find(|(other, _)| *other == flow) {
                Some((_, orders)) => orders.push_back(queued),
                None => state.flows.push_back((flow, VecDeque::from([queued]))),
            }
            drop(state);
            self.pump();
        }
        let done = receiver.await.unwrap_or(Err(PoolError::Stopped));
        drop(caller);
        done
    }

    /// Gives an order to all threads together if they have nothing else in hand; returns it
    /// otherwise.
    fn try_quick(&self, order: RenderTask, is_quick: &AtomicBool) -> Option<RenderTask> {
        let Some(quick) = &self.quick else {
            return Some(order);
        };
        let is_idle = {
            let state = self.lock();
            state.with_pool == 0 && state.flows.is_empty()
        };
        if !is_idle || self.is_quick_busy.swap(true, Ordering::AcqRel) {
            return Some(order);
        }
        is_quick.store(true, Ordering::Release);
        let refusal = quick.try_submit(order).err()?;
        is_quick.store(false, Ordering::Release);
        self.is_quick_busy.store(false, Ordering::Release);
        Some(*refusal.task)
    }

    /// Takes the next order of the flow whose turn it is.
    fn next(&self, state: &mut State) -> Option<Queued> {
        if state.with_pool >= self.most_with_pool {
            return None;
        }
        let (flow, mut orders) = state.flows.pop_front()?;
        let first = orders.pop_front()?;
        state.waiting -= 1;
        if !orders.is_empty() {
            state.flows.push_back((flow, orders));
        }
        Some(first)
    }

    /// Hands orders to the pool as long as it takes some.
    fn pump(&self) {
        let mut state = self.lock();
        if state.pumping {
            return;
        }
        state.pumping = true;
        while let Some(queued) = self.next(&mut state) {
            if queued.cancel.is_cancelled() {
                drop(state);
                drop(queued);
                state = self.lock();
                continue;
            }
            queued.with_pool.store(true, Ordering::Release);
            state.with_pool += 1;
            // The pool may call answers, and they lock.
            drop(state);
            let refused = self.pool.try_submit(queued.order).err();
            if let Some(refusal) = refused {
                debug_assert_ne!(
                    std::mem::discriminant(&refusal.kind),
                    std::mem::discriminant(&TrySubmitErrorKind::Full { waiting: 0 }),
                    "the pool's queue holds all that is handed to it"
                );
                refusal.complete();
            }
            state = self.lock();
        }
        state.pumping = false;
    }

    /// Drops an order that still waits.
    fn forget(&self, flow: Flow, number: u64) {
        let mut state = self.lock();
        let Some(place) = state.flows.iter().position(|(other, _)| *other == flow) else {
            return;
        };
        let orders = &mut state.flows[place].1;
        let found = orders.iter().position(|queued| queued.number == number);
        let forgotten = found.and_then(|index| orders.remove(index));
        if orders.is_empty() {
            state.flows.remove(place);
        }
        if forgotten.is_some() {
            state.waiting -= 1;
        }
        drop(state);
        // Its answer is called now, without the lock.
        drop(forgotten);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use molshot_renderer::AdapterChoice;
    use molshot_renderer::pool::PoolOptions;
    use molshot_renderer::self_test;

    use super::*;

    fn schedule() -> Arc<Schedule> {
        let options = PoolOptions::latency(1).with_queue(8);
        let main = Pool::open(AdapterChoice::Software, |_| options).unwrap();
        Arc::new(Schedule::new(Pools {
            main,
            quick: None,
            most_with_main: 2,
        }))
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_time()
            .build()
            .unwrap()
            .block_on(work)
    }

    #[test]
    fn a_late_single_request_overtakes_a_long_batch() {
        run(async {
            let schedule = schedule();
            let order = Arc::new(Mutex::new(Vec::new()));
            let ask = |flow, name: &'static str| {
                let (schedule, order) = (Arc::clone(&schedule), Arc::clone(&order));
                tokio::spawn(async move {
                    let work = move |_: &Frame, _: &mut WorkerScratch, _: &CancelToken| {
                        std::thread::sleep(Duration::from_millis(5));
                        order.lock().unwrap().push(name);
                        Ok(())
                    };
                    schedule
                        .draw(flow, self_test::job().unwrap(), work)
                        .await
                        .map(|_| ())
                })
            };
            let mut all: Vec<_> = (0..40).map(|_| ask(Flow::Batch(1), "batch")).collect();
            while schedule.waiting() < 30 {
                tokio::task::yield_now().await;
            }
            let single = Flow::Singles(Client::of_address([127, 0, 0, 1].into()));
            all.push(ask(single, "single"));
            for task in all {
                task.await.unwrap().unwrap();
            }
            let place = order
                .lock()
                .unwrap()
                .iter()
                .position(|name| *name == "single");
            assert!(place.unwrap() < 20, "it waited for {place:?} others");
        });
    }

    #[test]
    fn what_nobody_waits_for_is_not_drawn() {
        run(async {
            let schedule = schedule();
            let flow = Flow::Batch(1);
            let tasks: Vec<_> = (0..20)
                .map(|_| {
                    let schedule = Arc::clone(&schedule);
                    let work = |_: &Frame, _: &mut WorkerScratch, _: &CancelToken| {
                        std::thread::sleep(Duration::from_millis(20));
                        Ok(())
                    };
                    tokio::spawn(async move {
                        let _ = schedule.draw(flow, self_test::job().unwrap(), work).await;
                    })
                })
                .collect();
            while schedule.waiting() < 10 {
                tokio::task::yield_now().await;
            }
            for task in &tasks {
                task.abort();
            }
            for task in tasks {
                let _ = task.await;
            }
            assert_eq!(schedule.waiting(), 0);
            let last = schedule
                .draw(flow, self_test::job().unwrap(), |_, _, _| Ok(()))
                .await;
            last.unwrap();
            assert!(schedule.health().done < 8, "{:?}", schedule.health());
            // One that was being worked on when it was called off may end later than the last.
            let all_back = async {
                while schedule.lock().with_pool > 0 {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            };
            tokio::time::timeout(Duration::from_mins(1), all_back)
                .await
                .expect("every order comes back");
        });
    }
}
