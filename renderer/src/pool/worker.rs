//! The threads: drawing, encoding, and getting over what goes wrong.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use molshot_scenes::{RenderJob, Scene};

use super::Open;
use super::order::{PoolError, RenderTask, Task, WorkerScratch};
use super::queue::{Drawn, Shared};
use crate::backend::Backend;
use crate::error::RenderError;
use crate::frame::Frame;

/// A frame of this size or less is drawn into again; what one huge picture took is given back.
const MOST_KEPT_BYTES: usize = 64 << 20;

/// A frame that was encoded, unless it is huge.
fn worth_keeping(frame: Frame) -> Option<Frame> {
    (frame.held_bytes() <= MOST_KEPT_BYTES).then_some(frame)
}

/// How long a worker whose backend cannot be opened leaves the orders to the others.
const REST: Duration = Duration::from_millis(250);

/// Runs whatever is left when a thread ends, be it by a panic that nobody foresaw.
struct AtEnd<F: FnMut()>(F);

impl<F: FnMut()> Drop for AtEnd<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// A drawing thread. Without a backend it opens one when the first order comes.
pub(super) fn draw(shared: &Shared, open: &Open, backend: Option<Box<dyn Backend>>) {
    let _end = AtEnd(|| shared.draw_thread_ends());
    let mut artist = Artist {
        shared,
        open,
        backend,
        down: false,
        lost: false,
        desk: WorkerScratch::default(),
        spare: None,
        scene: None,
    };
    while let Some(order) = shared.next(artist.scene.as_ref(), &mut artist.spare) {
        artist.serve(order);
    }
    artist.close();
}

/// An encoding thread.
pub(super) fn encode(shared: &Shared) {
    let _end = AtEnd(|| shared.encode_thread_ends());
    let mut desk = WorkerScratch::default();
    while let Some(Drawn { task, frame }) = shared.next_drawn() {
        complete(shared, task, &frame, &mut desk);
        shared.done_with(worth_keeping(frame));
    }
}

/// Runs an order's `work` and `answer`.
fn complete(shared: &Shared, mut task: Box<dyn Task>, frame: &Frame, desk: &mut WorkerScratch) {
    match catch_unwind(AssertUnwindSafe(|| task.work(frame, desk))) {
        Ok(is_success) => {
            desk.tidy();
            let counts = &shared.counts;
            let count = if is_success {
                &counts.done
            } else {
                &counts.failed
            };
            count.fetch_add(1, Ordering::Relaxed);
            tell(task, None);
        }
        Err(payload) => {
            *desk = WorkerScratch::default();
            shared.counts.panics.fetch_add(1, Ordering::Relaxed);
            fail(shared, task, PoolError::of_panic(&*payload));
        }
    }
}

fn fail(shared: &Shared, task: Box<dyn Task>, error: PoolError) {
    shared.counts.failed.fetch_add(1, Ordering::Relaxed);
    tell(task, Some(error));
}

/// Calls an order's `answer`. If that panics, nobody is left to be told, and the thread has others
/// to serve.
pub(super) fn tell(task: Box<dyn Task>, error: Option<PoolError>) {
    let _ = catch_unwind(AssertUnwindSafe(|| match error {
        None => task.answer(),
        Some(error) => task.fail(error),
    }));
}

/// A drawing thread's own things.
struct Artist<'a> {
    shared: &'a Shared,
    open: &'a Open,
    backend: Option<Box<dyn Backend>>,
    /// Whether the pool was told that the backend cannot be opened.
    down: bool,
    /// Whether there was a backend that had to be given up.
    lost: bool,
    desk: WorkerScratch,
    /// A frame that was encoded.
    spare: Option<Frame>,
    /// What the backend holds.
    scene: Option<Arc<Scene>>,
}

/// How drawing went.
enum Outcome {
    Drawn(Frame),
    Failed(PoolError),
    /// The backend cannot be opened.
    NoBackend(RenderError),
}

impl Artist<'_> {
    fn serve(&mut self, order: RenderTask) {
        if order.cancel.is_cancelled() {
            fail(self.shared, order.task, PoolError::Cancelled);
            self.shared.done_with(None);
            return;
        }
        let cancel = order.cancel.clone();
        match cancel.drawing(|| self.draw(&order.job)) {
            Outcome::Drawn(frame) => {
                let drawn = Drawn {
                    task: order.task,
                    frame,
                };
                if let Some(Drawn { task, frame }) = self.shared.hand_over(drawn) {
                    complete(self.shared, task, &frame, &mut self.desk);
                    self.spare = worth_keeping(frame);
                    self.shared.done_with(None);
                }
            }
            Outcome::Failed(PoolError::Render(RenderError::Cancelled)) => {
                fail(self.shared, order.task, PoolError::Cancelled);
                self.shared.done_with(None);
            }
            Outcome::Failed(error) => {
                fail(self.shared, order.task, error);
                self.shared.done_with(None);
            }
            Outcome::NoBackend(error) => match self.shared.give_back(order) {
                None => std::thread::sleep(REST),
                Some(order) => {
                    fail(self.shared, order.task, error.into());
                    self.shared.done_with(None);
                }
            },
        }
    }

    /// Draws; once more when the device was lost.
    fn draw(&mut self, job: &RenderJob) -> Outcome {
        match self.draw_once(job) {
            Outcome::Failed(PoolError::Render(RenderError::DeviceLost { .. })) => {
                self.draw_once(job)
            }
            outcome => outcome,
        }
    }

    fn draw_once(&mut self, job: &RenderJob) -> Outcome {
        let mut backend = match self.take_backend() {
            Ok(backend) => backend,
            Err(error) => return Outcome::NoBackend(error),
        };
        // A frame a picture: a backend keeps no more than it draws into next.
        let spare = self.spare.take();
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            if let Some(frame) = spare {
                backend.recycle(frame);
            }
            backend.draw(job)
        }));
        self.backend = Some(backend);
        match drawn {
            Ok(Ok(frame)) => {
                if !self.holds(job.scene()) {
                    self.scene = Some(Arc::clone(job.scene()));
                }
                Outcome::Drawn(frame)
            }
            Ok(Err(error)) => {
                // A device that did not answer in time may never again.
                if matches!(
                    error,
                    RenderError::DeviceLost { .. } | RenderError::Timeout { .. }
                ) {
                    self.shared.counts.lost.fetch_add(1, Ordering::Relaxed);
                    self.close();
                }
                Outcome::Failed(error.into())
            }
            Err(payload) => {
                self.shared.counts.panics.fetch_add(1, Ordering::Relaxed);
                self.close();
                Outcome::Failed(PoolError::of_panic(&*payload))
            }
        }
    }

    fn holds(&self, scene: &Arc<Scene>) -> bool {
        self.scene
            .as_ref()
            .is_some_and(|held| Arc::ptr_eq(held, scene))
    }

    /// The backend; a new one where there is none.
    fn take_backend(&mut self) -> Result<Box<dyn Backend>, RenderError> {
        if let Some(backend) = self.backend.take() {
            return Ok(backend);
        }
        let opened = catch_unwind(AssertUnwindSafe(self.open)).unwrap_or_else(|payload| {
            Err(RenderError::Internal {
                reason: PoolError::of_panic(&*payload).to_string(),
            })
        });
        if opened.is_err() != self.down {
            self.down = opened.is_err();
            self.shared.set_down(self.down);
        }
        if opened.is_ok() && std::mem::take(&mut self.lost) {
            self.shared.counts.reopened.fetch_add(1, Ordering::Relaxed);
        }
        opened
    }

    /// Gives the backend up. One in disorder may panic even then.
    fn close(&mut self) {
        self.scene = None;
        self.lost = true;
        let backend = self.backend.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(backend)));
    }
}
