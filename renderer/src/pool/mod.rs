//! Many pictures at once: long-lived worker threads that own their backends, behind one bounded
//! queue.
//!
//! An [`RenderTask`] goes in by [`Pool::submit`], which waits for room, or [`Pool::try_submit`],
//! which refuses at once; a drawing thread draws it, the order's `work` encodes and writes the
//! frame on a worker thread, and its `answer` is called exactly once with what came of it.
//! [`Pool::map`] is the same for a whole sequence, with results in order or as they come.
//!
//! - The built-in rasteriser draws one picture a thread, and whoever drew a picture encodes it:
//!   drawing and encoding overlap because the threads are at different pictures. With a GPU one or
//!   two threads keep the device busy and the others encode.
//! - A worker prefers waiting orders of the scene that it holds, within a window, so that a scene
//!   is uploaded once a worker.
//! - Cancelled orders are dropped before they are drawn. An order that panics, in drawing or in
//!   `work`, is answered with [`PoolError::Panicked`]; the worker opens a new backend and goes on.
//!   A lost device is opened anew and the order tried once more.
//! - Planes and encoded bytes are reused ([`Backend::recycle`], [`WorkerScratch`]).
mod map;
mod options;
mod order;
mod queue;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::backend::{AdapterChoice, Backend, BackendKind, open_with_threads};
use crate::error::RenderError;

pub use map::{Map, Sequence};
pub use options::PoolOptions;
pub(crate) use order::is_called_off;
pub use order::{CancelToken, PoolError, RenderTask, WorkerScratch};
pub use queue::{Health, TrySubmitError, TrySubmitErrorKind};

use queue::Shared;

/// Opens a backend; called again after a panic or the loss of a device, by the worker that lost
/// it.
type Open = dyn Fn() -> Result<Box<dyn Backend>, RenderError> + Send + Sync;

/// Worker threads with their backends. Dropping it is [`Pool::stop`].
pub struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
    adapter: String,
    kind: BackendKind,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("adapter", &self.adapter)
            .field("health", &self.health())
            .finish_non_exhaustive()
    }
}

impl Pool {
    /// Opens a backend of a choice and starts the workers. `options` is asked once the kind of the
    /// backend is known, for how many threads are of use depends on it:
    /// [`PoolOptions::throughput`] fits all.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub fn open(
        choice: AdapterChoice,
        options: impl FnOnce(BackendKind) -> PoolOptions,
    ) -> Result<Self, RenderError> {
        let first = open_with_threads(choice, 1)?;
        let kind = first.kind();
        let options = options(kind);
        // What was found once is not looked for again.
        let choice = match kind {
            BackendKind::Software => AdapterChoice::Software,
            BackendKind::Gpu => AdapterChoice::Gpu,
            BackendKind::VulkanSoftware => AdapterChoice::VulkanSoftware,
        };
        let threads = options.threads_a_picture;
        let open = move || open_with_threads(choice, threads);
        let first = if kind == BackendKind::Software && threads > 1 {
            open()?
        } else {
            first
        };
        let open: Arc<Open> = Arc::new(open);
        Self::start(first, &open, options)
    }

    /// A pool whose backends come from `open`, which is called at once, and later by every worker
    /// for itself.
    ///
    /// # Errors
    /// What `open` says at first. When it fails later, for one of several workers, the others draw.
    pub fn with_backends(
        open: impl Fn() -> Result<Box<dyn Backend>, RenderError> + Send + Sync + 'static,
        options: PoolOptions,
    ) -> Result<Self, RenderError> {
        let first = open()?;
        let open: Arc<Open> = Arc::new(open);
        Self::start(first, &open, options)
    }

    fn start(
        first: Box<dyn Backend>,
        open: &Arc<Open>,
        options: PoolOptions,
    ) -> Result<Self, RenderError> {
        let options = options.sound();
        let shared = Arc::new(Shared::new(&options));
        let mut pool = Self {
            adapter: first.adapter().to_owned(),
            kind: first.kind(),
            shared: Arc::clone(&shared),
            threads: Vec::with_capacity(options.draw_threads + options.encode_threads),
        };
        let mut first = Some(first);
        for number in 0..options.draw_threads {
            let backend = first.take();
            let (shared, open) = (Arc::clone(&shared), Arc::clone(open));
            pool.spawn(format!("draw-{number}"), move || {
                worker::draw(&shared, &*open, backend);
            })?;
        }
        for number in 0..options.encode_threads {
            let shared = Arc::clone(&shared);
            pool.spawn(format!("encode-{number}"), move || worker::encode(&shared))?;
        }
        Ok(pool)
    }

    fn spawn(
        &mut self,
        name: String,
        work: impl FnOnce() + Send + 'static,
    ) -> Result<(), RenderError> {
        // A failure drops the pool, which ends the threads that were started.
        let thread = std::thread::Builder::new()
            .name(name)
            .spawn(work)
            .map_err(|error| RenderError::Internal {
                reason: format!("the system starts no further thread: {error}"),
            })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Queues an order, waiting while the queue is full; the wait ends when the order is cancelled
    /// or the pool stops.
    ///
    /// # Errors
    /// [`TrySubmitError`] with the order, whose `answer` was not called. Not from within `work` or
    /// `answer`: a worker that waits for room makes none.
    pub fn submit(&self, order: RenderTask) -> Result<(), TrySubmitError> {
        self.shared.submit(order, true)
    }

    /// Queues an order if there is room.
    ///
    /// # Errors
    /// [`TrySubmitError`] with the order, whose `answer` was not called;
    /// [`TrySubmitErrorKind::Full`] when the queue is.
    pub fn try_submit(&self, order: RenderTask) -> Result<(), TrySubmitError> {
        self.shared.submit(order, false)
    }

    /// How the workers are.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// Name of the adapter, for people.
    #[must_use]
    pub fn adapter(&self) -> &str {
        &self.adapter
    }

    /// What the workers draw with.
    #[must_use]
    pub fn kind(&self) -> BackendKind {
        self.kind
    }

    /// Ends the pool when all that is queued is drawn and answered.
    pub fn finish(mut self) {
        self.shared.close(false);
        self.join();
    }

    /// Ends the pool: what is being drawn is finished, what waits is answered with
    /// [`PoolError::Stopped`].
    pub fn stop(mut self) {
        self.shared.close(true);
        self.join();
    }

    fn join(&mut self) {
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // An `answer` may own the last handle of the pool: a thread cannot wait for its own
            // end.
            if thread.thread().id() != own {
                // A worker catches its panics; if one was missed, the pool's end is no place to
                // raise it.
                let _ = thread.join();
            }
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.close(true);
        self.join();
    }
}
