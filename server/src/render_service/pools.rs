//! The worker pools: one for many images at a time, and one that draws a single image with all
//! threads while the server is otherwise idle.

use std::time::Duration;

use molshot_renderer::pool::{CancelToken, Pool, PoolError, PoolOptions, RenderTask};
use molshot_renderer::self_test;
use molshot_renderer::{AdapterChoice, BackendKind, RenderError};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// More threads than this gain little for one image.
const MAX_THREADS_PER_IMAGE: usize = 8;

/// Both pools.
pub(super) struct Pools {
    /// Draws images of all requests, one thread per image.
    pub(super) main: Pool,
    /// Draws one image at a time with all threads; `None` if a GPU draws, or with one thread.
    pub(super) latency: Option<Pool>,
    /// Number of images that are drawn or encoded at a time.
    pub(super) threads: usize,
    /// How many of them may be long ones. A pool of the built-in rasteriser has a spare thread for
    /// short ones; a GPU's leaves one of its threads to them.
    pub(super) max_long: usize,
}

impl Pools {
    /// Opens the pools of a configuration.
    ///
    /// # Errors
    /// When no rendering backend is available.
    pub(super) fn open(config: &Config, threads: usize) -> Result<Self, RenderError> {
        let mut drawing = threads;
        let options = |kind| {
            // A client is told at once that the device is lost, and tries again.
            let options = PoolOptions::throughput(kind, threads).with_reopen_wait(Duration::ZERO);
            drawing = options.draw_threads + options.encode_threads;
            // The pool never refuses a task that the fair queue gives it, even when cancelled tasks
            // still occupy places.
            let options = options.with_queue(drawing * 4 + 1);
            if kind == BackendKind::VulkanSoftware {
                options
            } else {
                options.with_spare_thread()
            }
        };
        let main = open_pool(config, options)?;
        let max_long = if main.kind() == BackendKind::Software {
            drawing
        } else {
            (main.health().draw_threads.saturating_sub(1)).max(1)
        };
        let per_image = threads.min(MAX_THREADS_PER_IMAGE);
        let latency = if main.kind() == BackendKind::Software && per_image > 1 {
            Some(open_pool(config, |_| PoolOptions::latency(per_image))?)
        } else {
            None
        };
        Ok(Self {
            main,
            latency,
            threads: drawing,
            max_long,
        })
    }

    /// Draws the test image with each pool. Returns a hash of its pixels.
    ///
    /// # Errors
    /// When it is wrong.
    pub(super) fn warm_up(&self) -> Result<[u8; 32], RenderError> {
        if let Some(latency) = &self.latency {
            warm_up(latency)?;
        }
        warm_up(&self.main)
    }
}

/// The adapter of the configuration, on the device that it selects. The built-in rasteriser draws
/// with none, whatever the environment selects for other programs.
fn adapter(config: &Config) -> AdapterChoice {
    config
        .adapter
        .with_device(config.device)
        .unwrap_or(config.adapter)
}

#[cfg(debug_assertions)]
fn open_pool(
    config: &Config,
    options: impl FnOnce(BackendKind) -> PoolOptions,
) -> Result<Pool, RenderError> {
    use super::fault_injection;
    let Some(plan) = fault_injection::plan() else {
        return Pool::open(adapter(config), options);
    };
    let options = options(BackendKind::Software);
    let (choice, threads) = (adapter(config), options.threads_per_picture);
    Pool::with_backends(
        move || fault_injection::open(&plan, choice, threads),
        options,
    )
}

#[cfg(not(debug_assertions))]
fn open_pool(
    config: &Config,
    options: impl FnOnce(BackendKind) -> PoolOptions,
) -> Result<Pool, RenderError> {
    Pool::open(adapter(config), options)
}

fn warm_up(pool: &Pool) -> Result<[u8; 32], RenderError> {
    let job = self_test::job()?;
    let own = job.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    let task = RenderTask::new(
        job,
        &CancelToken::new(),
        move |frame, _| {
            self_test::verify(frame, &own)?;
            Ok(Sha256::digest(frame.color_rgba.as_deref().unwrap_or_default()).into())
        },
        move |result| {
            // The receiver below lives until it has the result.
            let _ = sender.send(result);
        },
    );
    let internal = |reason: String| RenderError::Internal { reason };
    pool.submit(task)
        .map_err(|error| internal(error.to_string()))?;
    match receiver.recv() {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(PoolError::Render(error))) => Err(error),
        Ok(Err(error)) => Err(internal(error.to_string())),
        Err(error) => Err(internal(error.to_string())),
    }
}
