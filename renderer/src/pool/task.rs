//! What a pool is asked to do, and how it reports the result.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use molshot_scenes::RenderJob;

use crate::annotations::Annotator;
use crate::cancel::CancelToken;
use crate::encode::Encoder;
use crate::error::RenderError;
use crate::frame::Frame;
use crate::labels::LabelDrawer;

/// Why a task has no result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Drawing, or the task's own `work`, failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Drawing or `work` panicked: a bug in molshot. Other tasks are not affected.
    #[error("drawing failed because of a bug in molshot (please report it): {message}")]
    Panicked {
        /// The panic's message.
        message: String,
    },
    /// It was cancelled before its result was complete.
    #[error("the picture was cancelled before it was drawn")]
    Cancelled,
    /// The pool stopped before it was drawn.
    #[error("the program is ending; the picture was not drawn")]
    Stopped,
}

impl PoolError {
    /// Whether the same work may succeed later: see [`RenderError::is_transient`].
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Render(error) => error.is_transient(),
            Self::Cancelled | Self::Stopped => true,
            Self::Panicked { .. } => false,
        }
    }

    /// A stable, machine-readable name for the kind of failure.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Render(error) => error.code(),
            Self::Panicked { .. } => "internal",
            Self::Cancelled => "cancelled",
            Self::Stopped => "stopping",
        }
    }

    /// The error of a caught panic.
    pub(super) fn of_panic(payload: &(dyn Any + Send)) -> Self {
        let message = payload
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| payload.downcast_ref::<&str>().copied())
            .unwrap_or("no reason given");
        Self::Panicked {
            message: message.to_owned(),
        }
    }
}

/// What a worker thread keeps from picture to picture for the tasks' `work`.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct WorkerScratch {
    /// A buffer for encoded bytes. It still holds what the last task left: clear it before use.
    pub bytes: Vec<u8>,
    /// Encodes pictures; keeps its memory.
    pub encoder: Encoder,
    /// Annotates pictures; keeps its memory.
    pub annotator: Annotator,
    /// Draws labels over pictures that a device has drawn; keeps its letters.
    pub(super) labels: LabelDrawer,
}

impl WorkerScratch {
    /// Buffers up to this size are kept; what one huge picture needed is freed.
    const MAX_KEPT_BYTES: usize = 64 << 20;

    pub(super) fn free_huge_buffers(&mut self) {
        if self.bytes.capacity() > Self::MAX_KEPT_BYTES {
            *self = Self::default();
        }
    }
}

/// One picture: what to draw, what to do with the frame, and how to report the result.
pub struct RenderTask {
    pub(super) job: RenderJob,
    pub(super) cancel: CancelToken,
    pub(super) is_long: bool,
    /// Whether it is drawn for the second time, because a device was lost.
    pub(super) is_retry: bool,
    pub(super) handler: Box<dyn TaskHandler>,
}

impl fmt::Debug for RenderTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderTask")
            .field("viewport", self.job.viewport())
            .field("cancel", &self.cancel)
            .finish_non_exhaustive()
    }
}

impl RenderTask {
    /// Makes a task. `work` runs on a worker thread once the frame is drawn: it encodes, writes,
    /// passes on. `answer` is called exactly once, on some thread of the pool, with what `work`
    /// returned or with the reason why there is no result. Neither should block: the worker waits
    /// for them.
    pub fn new<T: Send + 'static>(
        job: RenderJob,
        cancel: &CancelToken,
        work: impl FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send + 'static,
        answer: impl FnOnce(Result<T, PoolError>) + Send + 'static,
    ) -> Self {
        Self {
            job,
            cancel: cancel.clone(),
            is_long: false,
            is_retry: false,
            handler: Box::new(TaskClosures {
                work: Some(work),
                result: None,
                answer: Some(answer),
            }),
        }
    }

    /// The same task, marked as one that takes long: it never occupies a pool's
    /// [spare thread](super::PoolOptions::with_spare_thread).
    #[must_use]
    pub fn long(self, is_long: bool) -> Self {
        Self { is_long, ..self }
    }

    /// What is to be drawn.
    #[must_use]
    pub fn job(&self) -> &RenderJob {
        &self.job
    }
}

/// What remains of a task once its frame is drawn.
pub(super) trait TaskHandler: Send {
    /// Runs `work`, keeps what it returns, and says whether that is a success. May panic.
    fn work(&mut self, frame: &Frame, scratch: &mut WorkerScratch) -> bool;
    /// Calls `answer` with what `work` returned. May panic.
    fn answer(self: Box<Self>);
    /// Calls `answer` with the reason why there is no result. May panic.
    fn fail(self: Box<Self>, error: PoolError);
}

/// Calls a task's `answer`, with `error` where there is one. A panic in it is ignored: no caller is
/// left to report it to, and the thread has other tasks.
pub(super) fn complete(handler: Box<dyn TaskHandler>, error: Option<PoolError>) {
    let _ = catch_unwind(AssertUnwindSafe(|| match error {
        None => handler.answer(),
        Some(error) => handler.fail(error),
    }));
}

/// The closures of a task. When it is dropped before `answer` was called, it calls it.
struct TaskClosures<T, W, A>
where
    A: FnOnce(Result<T, PoolError>),
{
    work: Option<W>,
    result: Option<Result<T, RenderError>>,
    answer: Option<A>,
}

impl<T, W, A> TaskHandler for TaskClosures<T, W, A>
where
    T: Send,
    W: FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send,
    A: FnOnce(Result<T, PoolError>) + Send,
{
    fn work(&mut self, frame: &Frame, scratch: &mut WorkerScratch) -> bool {
        self.result = self.work.take().map(|work| work(frame, scratch));
        matches!(self.result, Some(Ok(_)))
    }

    fn answer(mut self: Box<Self>) {
        if let (Some(result), Some(answer)) = (self.result.take(), self.answer.take()) {
            answer(result.map_err(PoolError::from));
        }
    }

    fn fail(mut self: Box<Self>, error: PoolError) {
        if let Some(answer) = self.answer.take() {
            answer(Err(error));
        }
    }
}

impl<T, W, A> Drop for TaskClosures<T, W, A>
where
    A: FnOnce(Result<T, PoolError>),
{
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            answer(Err(PoolError::Stopped));
        }
    }
}
