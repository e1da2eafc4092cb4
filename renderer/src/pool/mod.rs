//! Many pictures at once: long-lived worker threads that own their backends, behind one bounded
//! queue.
//!
//! A [`RenderTask`] is queued by [`Pool::submit`], which waits while the queue is full, or
//! [`Pool::try_submit`], which fails at once. A drawing thread draws it; the task's `work` encodes
//! and writes the frame on a worker thread; its `answer` is called exactly once with the result.
//! [`Pool::map`] does the same for a whole sequence, with results in order or as they are ready.
//!
//! - With the built-in rasteriser every thread draws one picture at a time and encodes what it
//!   drew: drawing and encoding overlap because the threads work on different pictures. With a GPU
//!   one thread keeps the device busy, with several pictures in flight
//!   ([`FramesInFlight`](crate::backend::FramesInFlight)), and the others copy and encode them.
//! - A worker prefers waiting tasks of the scene that it has uploaded, within a window, so that
//!   each worker uploads a scene once.
//! - Tasks that are [long](RenderTask::long) leave a thread to the others, where the pool has a
//!   [spare one](PoolOptions::with_spare_thread).
//! - Cancelled tasks are dropped before they are drawn, and stop soon while they are drawn. A task
//!   that panics, in drawing or in `work`, fails with [`PoolError::Panicked`]; the worker opens a
//!   new backend and continues. A lost device is reopened, and each task that was in flight is
//!   tried once more.
//! - Planes and encoded bytes are reused ([`Backend::recycle`], [`WorkerScratch`]).
mod map;
mod options;
mod queue;
mod slots;
mod submit_error;
mod task;
#[cfg(test)]
mod tests;
mod worker;

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;

use crate::backend::{AdapterChoice, Backend, BackendKind};
use crate::device::DeviceSelector;
use crate::error::RenderError;
use crate::select::open_with_threads;

pub use crate::cancel::CancelToken;
pub use map::{Map, Sequence};
pub use options::PoolOptions;
pub use queue::Health;
pub use submit_error::{TrySubmitError, TrySubmitErrorKind};
pub use task::{PoolError, RenderTask, WorkerScratch};

use queue::Shared;
use worker::OpenBackend;

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
    /// Opens a backend and starts the workers. `options` is called once the kind of the backend is
    /// known, because the useful number of threads depends on it: [`PoolOptions::throughput`] suits
    /// every kind. Where several devices are selected, each gets a drawing thread at least.
    ///
    /// # Errors
    /// As [`open`](crate::open).
    pub fn open(
        choice: AdapterChoice,
        options: impl FnOnce(BackendKind) -> PoolOptions,
    ) -> Result<Self, RenderError> {
        let first = open_with_threads(choice, 1)?;
        let kind = first.kind();
        let mut options = options(kind);
        // The search for an adapter is not repeated by every worker.
        let choice = match kind {
            _ if let Some(devices) = selected_devices(choice, kind) => {
                options.draw_threads = options.draw_threads.max(devices.count());
                AdapterChoice::Device(devices)
            }
            BackendKind::Software => AdapterChoice::Software,
            BackendKind::Gpu => AdapterChoice::Gpu,
            BackendKind::VulkanSoftware => AdapterChoice::VulkanSoftware,
        };
        let threads = options.threads_per_picture;
        let open = move |worker| open_with_threads(choice.of_worker(worker), threads);
        let first = if kind == BackendKind::Software && threads > 1 {
            open(0)?
        } else {
            first
        };
        let open: Arc<OpenBackend> = Arc::new(open);
        Self::start(first, &open, options)
    }

    /// Starts a pool whose backends come from `open`, which is called at once, and later by every
    /// worker for itself.
    ///
    /// # Errors
    /// Those of the first call of `open`. When a later call fails, for one of several workers, the
    /// others draw.
    pub fn with_backends(
        open: impl Fn() -> Result<Box<dyn Backend>, RenderError> + Send + Sync + 'static,
        options: PoolOptions,
    ) -> Result<Self, RenderError> {
        let first = open()?;
        let open: Arc<OpenBackend> = Arc::new(move |_| open());
        Self::start(first, &open, options)
    }

    fn start(
        first: Box<dyn Backend>,
        open: &Arc<OpenBackend>,
        options: PoolOptions,
    ) -> Result<Self, RenderError> {
        let options = options.with_minimums();
        let shared = Arc::new(Shared::new(&options));
        let mut pool = Self {
            adapter: first.adapter().to_owned(),
            kind: first.kind(),
            shared: Arc::clone(&shared),
            threads: Vec::with_capacity(options.all_draw_threads() + options.encode_threads),
        };
        let mut first = Some(first);
        for number in 0..options.all_draw_threads() {
            let backend = first.take();
            let (shared, open) = (Arc::clone(&shared), Arc::clone(open));
            pool.spawn(format!("draw-{number}"), move || {
                worker::draw(&shared, &*open, backend, number);
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
                reason: format!("the system cannot start another thread: {error}"),
            })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Queues a task, waiting while the queue is full; the wait ends when the task is cancelled or
    /// the pool stops.
    ///
    /// # Errors
    /// [`TrySubmitError`] with the task, whose `answer` was not called. Do not call it from within
    /// `work` or `answer`: a worker that waits for a free place cannot free one.
    pub fn submit(&self, task: RenderTask) -> Result<(), TrySubmitError> {
        self.shared.submit(task, true)
    }

    /// Queues a task, or fails at once.
    ///
    /// # Errors
    /// [`TrySubmitError`] with the task, whose `answer` was not called;
    /// [`TrySubmitErrorKind::Full`] when the queue is.
    pub fn try_submit(&self, task: RenderTask) -> Result<(), TrySubmitError> {
        self.shared.submit(task, false)
    }

    /// State of the workers.
    #[must_use]
    pub fn health(&self) -> Health {
        self.shared.health()
    }

    /// Name of the adapter, for display.
    #[must_use]
    pub fn adapter(&self) -> &str {
        &self.adapter
    }

    /// What the workers draw with.
    #[must_use]
    pub fn kind(&self) -> BackendKind {
        self.kind
    }

    /// Stops the pool once all queued tasks are complete.
    pub fn finish(mut self) {
        self.shared.close(false);
        self.join();
    }

    /// Stops the pool: tasks in progress are completed, waiting ones fail with
    /// [`PoolError::Stopped`].
    pub fn stop(mut self) {
        self.shared.close(true);
        self.join();
    }

    fn join(&mut self) {
        let own = std::thread::current().id();
        for thread in self.threads.drain(..) {
            // An `answer` may own the last handle of the pool, and a thread cannot join itself.
            if thread.thread().id() != own {
                // A worker catches its panics; one that it missed is not raised again here.
                let _ = thread.join();
            }
        }
    }
}

/// The devices that the choice or the environment selects for backends of this kind.
fn selected_devices(choice: AdapterChoice, kind: BackendKind) -> Option<DeviceSelector> {
    match choice {
        AdapterChoice::Device(devices) => Some(devices),
        _ if kind == BackendKind::Software => None,
        // One that means nothing was refused when the first backend was opened.
        _ => DeviceSelector::from_environment().ok().flatten(),
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.close(true);
        self.join();
    }
}
