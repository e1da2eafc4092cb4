//! What is asked of a pool, and how it is called off.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use molshot_scenes::RenderJob;

use crate::encode::Encoder;
use crate::error::RenderError;
use crate::frame::Frame;

/// Why an order came to nothing.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PoolError {
    /// Drawing, or the order's own `work`, failed.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// Drawing or `work` panicked: a fault of ours. Other orders are not concerned.
    #[error("drawing failed by a fault of molshot (please report it): {message}")]
    Panicked {
        /// What the panic said.
        message: String,
    },
    /// It was cancelled before it was drawn.
    #[error("the picture was called off before it was drawn")]
    Cancelled,
    /// The pool ended before it was drawn.
    #[error("the program is ending; the picture was not drawn")]
    Stopped,
}

impl PoolError {
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

thread_local! {
    /// The order that this thread draws.
    static DRAWN: RefCell<Option<CancelToken>> = const { RefCell::new(None) };
}

/// Whether the order that this thread draws, if any, was called off.
pub(crate) fn is_called_off() -> bool {
    DRAWN.with_borrow(|token| token.as_ref().is_some_and(CancelToken::is_cancelled))
}

/// Calls off every order that was made with it or a clone of it. Those that wait are dropped; one
/// that is being drawn is finished, unless it has effects: their strips that are not begun are not
/// drawn.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// One that nobody has cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Calls off. There is no way back.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// Runs what draws an order of this token, and lets it ask [`is_called_off`].
    pub(super) fn drawing<T>(&self, draw: impl FnOnce() -> T) -> T {
        DRAWN.set(Some(self.clone()));
        let drawn = draw();
        DRAWN.set(None);
        drawn
    }

    /// Whether it was called off.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

/// What a worker thread keeps from picture to picture for the orders' `work`.
#[derive(Debug, Default)]
pub struct WorkerScratch {
    /// For encoded bytes. It comes as the last order left it: clear it before use.
    pub bytes: Vec<u8>,
    /// Encodes with memory that it keeps.
    pub encoder: Encoder,
}

impl WorkerScratch {
    /// A buffer of this size or less is kept; what one huge picture took is given back.
    const MOST_KEPT_BYTES: usize = 64 << 20;

    pub(super) fn tidy(&mut self) {
        if self.bytes.capacity() > Self::MOST_KEPT_BYTES {
            self.bytes = Vec::new();
            self.encoder = Encoder::new();
        }
    }
}

/// One picture: what to draw, what to do with the frame, and whom to tell.
pub struct RenderTask {
    pub(super) job: RenderJob,
    pub(super) cancel: CancelToken,
    pub(super) task: Box<dyn Task>,
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
    /// `work` runs on a worker thread once the frame is drawn: it encodes, writes, hands on.
    /// `answer` is called once, on some thread of the pool, with what `work` returned or with why
    /// it did not come to it. Both should be short of waiting: the worker waits with them.
    pub fn new<T: Send + 'static>(
        job: RenderJob,
        cancel: &CancelToken,
        work: impl FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send + 'static,
        answer: impl FnOnce(Result<T, PoolError>) + Send + 'static,
    ) -> Self {
        Self {
            job,
            cancel: cancel.clone(),
            task: Box::new(Closures {
                work: Some(work),
                result: None,
                answer: Some(answer),
            }),
        }
    }

    /// What is to be drawn.
    #[must_use]
    pub fn job(&self) -> &RenderJob {
        &self.job
    }
}

/// An order without its job.
pub(super) trait Task: Send {
    /// Runs `work`, keeps what it returns, and says whether that is a success. May panic.
    fn work(&mut self, frame: &Frame, desk: &mut WorkerScratch) -> bool;
    /// Tells what `work` returned. May panic.
    fn answer(self: Box<Self>);
    /// Tells why `work` did not return. May panic.
    fn fail(self: Box<Self>, error: PoolError);
}

/// The closures of an order. Dropped without an answer, for whatever reason, it still gives one.
struct Closures<T, W, A>
where
    A: FnOnce(Result<T, PoolError>),
{
    work: Option<W>,
    result: Option<Result<T, RenderError>>,
    answer: Option<A>,
}

impl<T, W, A> Task for Closures<T, W, A>
where
    T: Send,
    W: FnOnce(&Frame, &mut WorkerScratch) -> Result<T, RenderError> + Send,
    A: FnOnce(Result<T, PoolError>) + Send,
{
    fn work(&mut self, frame: &Frame, desk: &mut WorkerScratch) -> bool {
        self.result = self.work.take().map(|work| work(frame, desk));
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

impl<T, W, A> Drop for Closures<T, W, A>
where
    A: FnOnce(Result<T, PoolError>),
{
    fn drop(&mut self) {
        if let Some(answer) = self.answer.take() {
            answer(Err(PoolError::Stopped));
        }
    }
}
