//! The threads that draw: one pool for many pictures, and one thread for a single picture that
//! nobody else's stands before.

use molshot_renderer::pool::{CancelToken, Pool, PoolError, PoolOptions, RenderTask};
use molshot_renderer::self_test;
use molshot_renderer::{BackendKind, RenderError};
use sha2::{Digest, Sha256};

use crate::config::Config;

/// More threads than these gain little for one picture.
const MOST_THREADS_A_PICTURE: usize = 8;

/// Both pools.
pub(super) struct Pools {
    /// For all.
    pub(super) main: Pool,
    /// One picture at a time, with all threads; none where drawing is not the processor's, or there
    /// is but one.
    pub(super) quick: Option<Pool>,
    /// Most orders that the main pool is handed at a time.
    pub(super) most_with_main: usize,
}

impl Pools {
    /// Opens what a configuration asks for.
    ///
    /// # Errors
    /// When there is nothing to draw with.
    pub(super) fn open(config: &Config, threads: usize) -> Result<Self, RenderError> {
        let mut drawing = threads;
        let options = |kind| {
            let options = PoolOptions::throughput(kind, threads);
            drawing = options.draw_threads + options.encode_threads;
            // All that the schedule hands over fits, whoever cancels.
            options.with_queue(drawing * 4 + 1)
        };
        let main = open_pool(config, options)?;
        let many = threads.min(MOST_THREADS_A_PICTURE);
        let quick = if main.kind() == BackendKind::Software && many > 1 {
            Some(open_pool(config, |_| PoolOptions::latency(many))?)
        } else {
            None
        };
        Ok(Self {
            main,
            quick,
            most_with_main: drawing * 2,
        })
    }

    /// Draws the test picture by each pool. Returns a hash of its pixels.
    ///
    /// # Errors
    /// When it is not right.
    pub(super) fn warm_up(&self) -> Result<[u8; 32], RenderError> {
        if let Some(quick) = &self.quick {
            warm_up(quick)?;
        }
        warm_up(&self.main)
    }
}

#[cfg(debug_assertions)]
fn open_pool(
    config: &Config,
    options: impl FnOnce(BackendKind) -> PoolOptions,
) -> Result<Pool, RenderError> {
    use super::fault;
    let Some(plan) = fault::plan() else {
        return Pool::open(config.adapter, options);
    };
    let options = options(BackendKind::Software);
    let (choice, threads) = (config.adapter, options.threads_per_picture);
    Pool::with_backends(move || fault::open(&plan, choice, threads), options)
}

#[cfg(not(debug_assertions))]
fn open_pool(
    config: &Config,
    options: impl FnOnce(BackendKind) -> PoolOptions,
) -> Result<Pool, RenderError> {
    Pool::open(config.adapter, options)
}

fn warm_up(pool: &Pool) -> Result<[u8; 32], RenderError> {
    let job = self_test::job()?;
    let own = job.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    let order = RenderTask::new(
        job,
        &CancelToken::new(),
        move |frame, _| {
            self_test::verify(frame, &own)?;
            Ok(Sha256::digest(frame.color_rgba.as_deref().unwrap_or_default()).into())
        },
        move |result| {
            // The one who waits is this function.
            let _ = sender.send(result);
        },
    );
    let fault = |reason: String| RenderError::Internal { reason };
    pool.submit(order)
        .map_err(|refusal| fault(refusal.to_string()))?;
    match receiver.recv() {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(PoolError::Render(error))) => Err(error),
        Ok(Err(error)) => Err(fault(error.to_string())),
        Err(error) => Err(fault(error.to_string())),
    }
}
