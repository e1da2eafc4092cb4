//! The threads of a pool: drawing, encoding, and recovery from failures.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use molshot_scenes::{RenderJob, Scene};

use super::queue::{Drawn, Shared};
use super::task::{PoolError, RenderTask, TaskHandler, WorkerScratch, complete};
use crate::backend::{Backend, BackendKind};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

/// Frames up to this size are drawn into again; the memory of one huge picture is freed.
const MAX_KEPT_BYTES: usize = 64 << 20;

/// Scenes of up to this number of bodies stay with the worker that drew them, for further views.
/// What a worker keeps of a larger one takes hundreds of megabytes.
const MAX_KEPT_BODIES: usize = 500_000;

/// The frame for the next picture, unless it is huge.
fn if_reusable(frame: Frame) -> Option<Frame> {
    (frame.held_bytes() <= MAX_KEPT_BYTES).then_some(frame)
}

/// How long a worker whose backend cannot be opened waits, so that other workers take the tasks.
const BACKEND_RETRY_PAUSE: Duration = Duration::from_millis(250);

/// Runs its closure when a thread ends, also when that is by a panic.
struct OnThreadExit<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnThreadExit<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Opens a backend. A worker calls it again after a panic or the loss of its device.
pub(super) type OpenBackend = dyn Fn() -> Result<Box<dyn Backend>, RenderError> + Send + Sync;

/// A drawing thread. Without a backend it opens one when the first task comes.
pub(super) fn draw(
    shared: &Shared,
    open: &OpenBackend,
    backend: Option<Box<dyn Backend>>,
    number: usize,
) {
    let _end = OnThreadExit(|| shared.draw_thread_ends(number));
    let mut worker = RenderWorker {
        shared,
        number,
        open,
        backend,
        down: false,
        lost: false,
        scratch: WorkerScratch::default(),
        spare: None,
        scene: None,
    };
    while let Some(task) = shared.next(number, worker.scene.as_ref(), &mut worker.spare) {
        worker.serve(task);
    }
    worker.close();
}

/// An encoding thread.
pub(super) fn encode(shared: &Shared) {
    let _end = OnThreadExit(|| shared.encode_thread_ends());
    let mut scratch = WorkerScratch::default();
    while let Some(Drawn { handler, frame }) = shared.next_drawn() {
        encode_and_answer(shared, handler, &frame, &mut scratch);
        shared.task_finished(if_reusable(frame));
    }
}

/// Runs a task's `work` and `answer`.
fn encode_and_answer(
    shared: &Shared,
    mut handler: Box<dyn TaskHandler>,
    frame: &Frame,
    scratch: &mut WorkerScratch,
) {
    match catch_unwind(AssertUnwindSafe(|| handler.work(frame, scratch))) {
        Ok(is_success) => {
            scratch.free_huge_buffers();
            let counts = &shared.counts;
            let count = if is_success {
                &counts.done
            } else {
                &counts.failed
            };
            count.fetch_add(1, Ordering::Relaxed);
            complete(handler, None);
        }
        Err(payload) => {
            *scratch = WorkerScratch::default();
            shared.counts.panics.fetch_add(1, Ordering::Relaxed);
            fail(shared, handler, PoolError::of_panic(&*payload));
        }
    }
}

fn fail(shared: &Shared, handler: Box<dyn TaskHandler>, error: PoolError) {
    shared.counts.failed.fetch_add(1, Ordering::Relaxed);
    complete(handler, Some(error));
}

/// What a drawing thread owns.
struct RenderWorker<'a> {
    shared: &'a Shared,
    /// Number among the drawing threads.
    number: usize,
    open: &'a OpenBackend,
    backend: Option<Box<dyn Backend>>,
    /// Whether the last attempt to open the backend failed, as the pool knows.
    down: bool,
    /// Whether a backend was closed after a failure and no other was opened since.
    lost: bool,
    scratch: WorkerScratch,
    /// A frame that was encoded: the next picture is drawn into its memory.
    spare: Option<Frame>,
    /// The scene that the backend has uploaded.
    scene: Option<Arc<Scene>>,
}

/// Result of drawing.
enum Outcome {
    Drawn(Frame),
    Failed(PoolError),
    /// The backend cannot be opened.
    NoBackend(RenderError),
}

impl RenderWorker<'_> {
    fn serve(&mut self, task: RenderTask) {
        if task.cancel.is_cancelled() {
            fail(self.shared, task.handler, PoolError::Cancelled);
            self.shared.task_finished(None);
            return;
        }
        match self.draw(&task.job, &task.cancel) {
            Outcome::Drawn(frame) => {
                let drawn = Drawn {
                    handler: task.handler,
                    frame,
                };
                if let Some(Drawn { handler, frame }) = self.shared.queue_for_encoding(drawn) {
                    encode_and_answer(self.shared, handler, &frame, &mut self.scratch);
                    self.spare = if_reusable(frame);
                    self.shared.task_finished(None);
                }
            }
            Outcome::Failed(PoolError::Render(RenderError::Cancelled)) => {
                fail(self.shared, task.handler, PoolError::Cancelled);
                self.shared.task_finished(None);
            }
            Outcome::Failed(error) => {
                fail(self.shared, task.handler, error);
                self.shared.task_finished(None);
            }
            Outcome::NoBackend(error) => match self.shared.return_task(self.number, task) {
                None => std::thread::sleep(BACKEND_RETRY_PAUSE),
                Some(task) => {
                    fail(self.shared, task.handler, error.into());
                    self.shared.task_finished(None);
                }
            },
        }
    }

    /// Draws; tries once more when the device was lost.
    fn draw(&mut self, job: &RenderJob, cancel: &CancelToken) -> Outcome {
        let outcome = match self.draw_once(job, cancel) {
            Outcome::Failed(PoolError::Render(RenderError::DeviceLost { .. })) => {
                self.draw_once(job, cancel)
            }
            outcome => outcome,
        };
        self.free_huge_scene(job.scene());
        outcome
    }

    /// Frees what is kept of a huge scene. Opening a GPU takes long, so that one stays open.
    fn free_huge_scene(&mut self, scene: &Scene) {
        if scene.spheres.len() + scene.cylinders.len() <= MAX_KEPT_BODIES {
            return;
        }
        self.scene = None;
        let is_software = |backend: &mut Box<dyn Backend>| backend.kind() == BackendKind::Software;
        drop(self.backend.take_if(is_software));
    }

    fn draw_once(&mut self, job: &RenderJob, cancel: &CancelToken) -> Outcome {
        let mut backend = match self.take_backend() {
            Ok(backend) => backend,
            Err(error) => return Outcome::NoBackend(error),
        };
        // One frame per picture: a backend keeps no more than it draws into next.
        let spare = self.spare.take();
        let drawn = catch_unwind(AssertUnwindSafe(|| {
            if let Some(frame) = spare {
                backend.recycle(frame);
            }
            backend.draw_cancellable(job, cancel)
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
                // A device that did not answer in time may never answer again.
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

    /// Takes the backend, or opens one where there is none.
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
            self.shared.set_backend_failed(self.down);
        }
        if opened.is_ok() && std::mem::take(&mut self.lost) {
            self.shared.counts.reopened.fetch_add(1, Ordering::Relaxed);
        }
        opened
    }

    /// Closes the backend. A broken one may panic even when it is dropped.
    fn close(&mut self) {
        self.scene = None;
        self.lost = true;
        let backend = self.backend.take();
        let _ = catch_unwind(AssertUnwindSafe(|| drop(backend)));
    }
}
