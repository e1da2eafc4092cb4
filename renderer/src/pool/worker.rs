//! The threads of a pool: drawing, encoding, and recovery from failures.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use molshot_scenes::{RenderJob, Scene};

use super::queue::{Drawn, DrawnPicture, Shared};
use super::task::{PoolError, RenderTask, TaskHandler, WorkerScratch, complete};
use crate::backend::{Backend, BackendKind, Begun};
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

/// How often a worker without a free slot looks for a picture that it can encode.
const SLOT_POLL: Duration = Duration::from_millis(20);

/// How long a worker whose backend cannot be opened waits, so that other workers take the tasks.
const BACKEND_RETRY_PAUSE: Duration = Duration::from_millis(250);

/// Runs its closure when a thread ends, also when that is by a panic.
struct OnThreadExit<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnThreadExit<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Opens the backend of a drawing thread, whose number is given. A worker calls it again after a
/// panic or the loss of its device.
pub(super) type OpenBackend = dyn Fn(usize) -> Result<Box<dyn Backend>, RenderError> + Send + Sync;

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
        lost_since: None,
        scratch: WorkerScratch::default(),
        spare: None,
        memory: None,
        scene: None,
        in_flight: VecDeque::new(),
        first: VecDeque::new(),
    };
    while let Some(step) = worker.next_step() {
        match step {
            Step::Begin(task) => worker.serve(task),
            Step::FinishOldest => worker.finish_oldest(),
        }
    }
    worker.close();
}

/// An encoding thread.
pub(super) fn encode(shared: &Shared) {
    let _end = OnThreadExit(|| shared.encode_thread_ends());
    let mut scratch = WorkerScratch::default();
    // The next picture of a device is read into the memory of the last one.
    let mut memory = None;
    while let Some(drawn) = shared.next_drawn() {
        let is_of_device = matches!(drawn.picture, DrawnPicture::Unread(_));
        let frame = encode_and_answer(shared, drawn, &mut memory, &mut scratch);
        if is_of_device {
            memory = frame;
            shared.task_finished(None);
        } else {
            shared.task_finished(frame);
        }
    }
}

/// Reads a drawn picture into `memory`, and runs its task's `work` and `answer`. Returns the frame,
/// whose memory can be used again.
fn encode_and_answer(
    shared: &Shared,
    drawn: Drawn,
    memory: &mut Option<Frame>,
    scratch: &mut WorkerScratch,
) -> Option<Frame> {
    let Drawn { task, picture } = drawn;
    let frame = match picture {
        DrawnPicture::Frame(frame) => frame,
        DrawnPicture::Unread(unread) => {
            let read = catch_unwind(AssertUnwindSafe(|| {
                unread.read(memory.take(), &mut scratch.labels, &task.cancel)
            }));
            match read {
                Ok(Ok(frame)) => frame,
                Ok(Err(error)) => {
                    fail_or_retry(shared, task, error);
                    return None;
                }
                Err(payload) => {
                    *scratch = WorkerScratch::default();
                    shared.counts.panics.fetch_add(1, Ordering::Relaxed);
                    fail(shared, task.handler, PoolError::of_panic(&*payload));
                    return None;
                }
            }
        }
    };
    let mut handler = task.handler;
    match catch_unwind(AssertUnwindSafe(|| handler.work(&frame, scratch))) {
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
    if_reusable(frame)
}

/// Fails a task whose picture could not be read, or has it drawn once more when that is because the
/// device was lost.
fn fail_or_retry(shared: &Shared, mut task: RenderTask, error: RenderError) {
    if matches!(error, RenderError::DeviceLost { .. }) && !task.is_retry {
        task.is_retry = true;
        match shared.draw_again(task) {
            None => return,
            Some(left) => task = left,
        }
    }
    let error = match error {
        RenderError::Cancelled => PoolError::Cancelled,
        error => error.into(),
    };
    fail(shared, task.handler, error);
}

/// Whether a backend must be opened anew: a device that did not answer in time may never answer.
fn is_broken(error: &RenderError) -> bool {
    matches!(
        error,
        RenderError::DeviceLost { .. } | RenderError::Timeout { .. }
    )
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
    /// Since when its device is lost and none was opened in its place.
    lost_since: Option<Instant>,
    scratch: WorkerScratch,
    /// A frame that was encoded: the next picture is drawn into its memory.
    spare: Option<Frame>,
    /// A frame that was encoded: the next picture of a device is read into its memory.
    memory: Option<Frame>,
    /// The scene that the backend has uploaded.
    scene: Option<Arc<Scene>>,
    /// Tasks whose pictures the backend has in flight, oldest first.
    in_flight: VecDeque<RenderTask>,
    /// Tasks that this thread takes before others: no slot was free for the first, or they were in
    /// flight when a device was lost.
    first: VecDeque<RenderTask>,
}

/// What a drawing thread does next.
enum Step {
    Begin(RenderTask),
    FinishOldest,
}

/// Result of beginning a picture.
enum Outcome {
    Drawn(Frame),
    InFlight,
    /// No slot is free.
    Full,
    Failed(PoolError),
    /// The device was lost, or does not answer, or may be in any state after a panic.
    Broken(PoolError),
    /// The backend cannot be opened.
    NoBackend(RenderError),
}

impl RenderWorker<'_> {
    /// Waits for a task only when nothing is in flight. `None` at the end.
    fn next_step(&mut self) -> Option<Step> {
        // What may have broken the device is drawn alone, so that it breaks no other picture again.
        if self.first.front().is_some_and(|task| task.is_retry) && !self.in_flight.is_empty() {
            return Some(Step::FinishOldest);
        }
        if let Some(task) = self.first.pop_front() {
            return Some(Step::Begin(task));
        }
        let Some(newest) = self.in_flight.back() else {
            let task = self
                .shared
                .next(self.number, self.scene.as_ref(), &mut self.spare);
            return task.map(Step::Begin);
        };
        // Nothing waits behind a long one.
        let more = if newest.is_long || newest.is_retry {
            None
        } else {
            self.shared.next_beside(self.number, self.scene.as_ref())
        };
        Some(more.map_or(Step::FinishOldest, Step::Begin))
    }

    fn serve(&mut self, task: RenderTask) {
        if task.cancel.is_cancelled() {
            fail(self.shared, task.handler, PoolError::Cancelled);
            self.shared.task_finished(None);
            return;
        }
        match self.begin(&task.job, &task.cancel) {
            Outcome::Drawn(frame) => self.deliver(task, DrawnPicture::Frame(frame)),
            Outcome::InFlight => {
                self.in_flight.push_back(task);
                self.shared.note_in_flight(self.in_flight.len());
            }
            Outcome::Full => {
                self.first.push_front(task);
                self.free_a_slot();
            }
            Outcome::Failed(error) => {
                fail(self.shared, task.handler, error);
                self.shared.task_finished(None);
            }
            Outcome::Broken(error) => self.recover(task, error),
            Outcome::NoBackend(error) => self.without_backend(task, error),
        }
    }

    /// Passes a picture to the encoding threads, or encodes it where they are busy.
    fn deliver(&mut self, task: RenderTask, picture: DrawnPicture) {
        self.shared.note_progress(self.number);
        let is_of_device = matches!(picture, DrawnPicture::Unread(_));
        let drawn = Drawn { task, picture };
        if let Some(drawn) = self.shared.queue_for_encoding(drawn) {
            let frame = encode_and_answer(self.shared, drawn, &mut self.memory, &mut self.scratch);
            if is_of_device {
                self.memory = frame;
            } else {
                self.spare = frame;
            }
            self.shared.task_finished(None);
        }
    }

    /// Waits for the oldest picture in flight.
    fn finish_oldest(&mut self) {
        let finished = match self
            .backend
            .as_mut()
            .and_then(|backend| backend.frames_in_flight())
        {
            Some(frames) => catch_unwind(AssertUnwindSafe(|| frames.finish_oldest())),
            None => Ok(Err(RenderError::Internal {
                reason: "pictures are in flight without a backend".into(),
            })),
        };
        let Some(task) = self.in_flight.pop_front() else {
            return;
        };
        match finished {
            Ok(Ok(picture)) => self.deliver(task, DrawnPicture::Unread(picture)),
            Ok(Err(error)) if is_broken(&error) => self.recover(task, error.into()),
            Ok(Err(error)) => {
                fail(self.shared, task.handler, error.into());
                self.shared.task_finished(None);
            }
            Err(payload) => {
                self.shared.counts.panics.fetch_add(1, Ordering::Relaxed);
                self.recover(task, PoolError::of_panic(&*payload));
            }
        }
    }

    /// Frees a slot: finishes a picture, or reads one that waits to be encoded.
    fn free_a_slot(&mut self) {
        if !self.in_flight.is_empty() {
            self.finish_oldest();
        } else if let Some(drawn) = self.shared.try_next_drawn() {
            self.memory =
                encode_and_answer(self.shared, drawn, &mut self.memory, &mut self.scratch);
            self.shared.task_finished(None);
        } else if let Some(frames) = self.backend.as_mut().and_then(|b| b.frames_in_flight()) {
            frames.wait_for_slot(SLOT_POLL);
        }
    }

    /// Closes a backend that failed while it drew `task`. Of the tasks in flight each is drawn once
    /// more; so is `task` when the device was lost.
    fn recover(&mut self, task: RenderTask, error: PoolError) {
        if matches!(error, PoolError::Render(_)) {
            self.shared.counts.lost.fetch_add(1, Ordering::Relaxed);
        }
        self.close();
        let is_loss = matches!(&error, PoolError::Render(RenderError::DeviceLost { .. }));
        if is_loss {
            self.lost_since.get_or_insert_with(Instant::now);
        }
        let reason = format!("it failed while it drew another picture: {error}");
        let mut again = VecDeque::new();
        let mut retry = |mut task: RenderTask, may_retry: bool, error: PoolError| {
            if may_retry && !task.is_retry {
                task.is_retry = true;
                again.push_back(task);
            } else {
                fail(self.shared, task.handler, error);
                self.shared.task_finished(None);
            }
        };
        // `task` may be the oldest or the newest; which one is drawn first does not matter.
        retry(task, is_loss, error);
        for task in self.in_flight.drain(..) {
            let reason = reason.clone();
            retry(task, true, RenderError::DeviceLost { reason }.into());
        }
        again.append(&mut self.first);
        self.first = again;
    }

    /// Passes on a task for which no backend can be opened: to another worker if there is one that
    /// draws. After a loss of the device it is kept for a while.
    fn without_backend(&mut self, task: RenderTask, error: RenderError) {
        let Some(task) = self.shared.return_task(self.number, task) else {
            std::thread::sleep(BACKEND_RETRY_PAUSE);
            return;
        };
        let error = match self.lost_since {
            Some(since)
                if since.elapsed() < self.shared.reopen_wait && !task.cancel.is_cancelled() =>
            {
                self.first.push_front(task);
                std::thread::sleep(BACKEND_RETRY_PAUSE);
                return;
            }
            Some(_) => RenderError::DeviceLost {
                reason: format!("it cannot be opened again: {error}"),
            },
            None => error,
        };
        fail(self.shared, task.handler, error.into());
        self.shared.task_finished(None);
    }

    /// Begins a picture, or draws it.
    fn begin(&mut self, job: &RenderJob, cancel: &CancelToken) -> Outcome {
        let mut backend = match self.take_backend() {
            Ok(backend) => backend,
            Err(error) => return Outcome::NoBackend(error),
        };
        // One frame per picture: a backend keeps no more than it draws into next.
        let spare = self.spare.take();
        let begun = catch_unwind(AssertUnwindSafe(|| {
            if let Some(frame) = spare {
                backend.recycle(frame);
            }
            match backend.frames_in_flight() {
                Some(frames) => frames.begin(job, cancel),
                None => backend.draw_cancellable(job, cancel).map(Begun::Drawn),
            }
        }));
        self.backend = Some(backend);
        match begun {
            Ok(Ok(begun)) => {
                if !matches!(begun, Begun::Full) && !self.holds(job.scene()) {
                    self.scene = Some(Arc::clone(job.scene()));
                }
                self.free_huge_scene(job.scene());
                match begun {
                    Begun::Drawn(frame) => Outcome::Drawn(frame),
                    Begun::InFlight => Outcome::InFlight,
                    Begun::Full => Outcome::Full,
                }
            }
            Ok(Err(RenderError::Cancelled)) => Outcome::Failed(PoolError::Cancelled),
            Ok(Err(error)) if is_broken(&error) => Outcome::Broken(error.into()),
            Ok(Err(error)) => {
                self.free_huge_scene(job.scene());
                Outcome::Failed(error.into())
            }
            Err(payload) => {
                self.shared.counts.panics.fetch_add(1, Ordering::Relaxed);
                Outcome::Broken(PoolError::of_panic(&*payload))
            }
        }
    }

    /// Frees what is kept of a huge scene. Opening a GPU takes long, so that one stays open.
    fn free_huge_scene(&mut self, scene: &Scene) {
        let bodies = scene.spheres.len() + scene.cylinders.len() + scene.mesh.triangles.len();
        if bodies <= MAX_KEPT_BODIES {
            return;
        }
        self.scene = None;
        let is_software = |backend: &mut Box<dyn Backend>| backend.kind() == BackendKind::Software;
        drop(self.backend.take_if(is_software));
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
        let opened =
            catch_unwind(AssertUnwindSafe(|| (self.open)(self.number))).unwrap_or_else(|payload| {
                Err(RenderError::Internal {
                    reason: PoolError::of_panic(&*payload).to_string(),
                })
            });
        if opened.is_err() != self.down {
            self.down = opened.is_err();
            self.shared.set_backend_failed(self.down);
        }
        if opened.is_ok() && std::mem::take(&mut self.lost) {
            self.lost_since = None;
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
