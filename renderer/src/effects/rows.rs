//! Rows of pixels, shared among threads.

#[cfg(feature = "gpu")]
use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

use fearless_simd::Level;

use crate::cancel::CancelToken;
use crate::error::RenderError;

/// Rows that a thread takes at a time.
pub(crate) const BAND_ROWS: usize = 16;

/// With which instructions and how many threads effects are computed. Neither changes a pixel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RowThreads {
    pub(super) level: Level,
    threads: usize,
}

impl Default for RowThreads {
    /// One thread, with the best instructions of this processor.
    fn default() -> Self {
        Self::new(Level::new(), 1)
    }
}

impl RowThreads {
    /// `threads` is the number of threads, at least one.
    pub(crate) fn new(level: Level, threads: usize) -> Self {
        Self { level, threads }
    }

    /// As many threads as the process may use, with the best instructions of this processor.
    #[cfg(feature = "gpu")]
    pub(crate) fn all() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
        Self::new(Level::new(), threads)
    }

    /// Calls `work` with bands of `values`, whose rows are `stride` long, and the number of each
    /// band's first row. Looks at `cancel` before each band.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub(super) fn for_each_band<T: Send>(
        self,
        values: &mut [T],
        stride: usize,
        cancel: &CancelToken,
        work: impl Fn(usize, &mut [T]) + Sync,
    ) -> Result<(), RenderError> {
        let bands = values.chunks_mut((BAND_ROWS * stride).max(1)).enumerate();
        if self.threads <= 1 {
            for (band, rows) in bands {
                cancel.check()?;
                work(band * BAND_ROWS, rows);
            }
            return Ok(());
        }
        let bands = Mutex::new(bands);
        let next = || bands.lock().unwrap_or_else(PoisonError::into_inner).next();
        std::thread::scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|| {
                    while cancel.check().is_ok()
                        && let Some((band, rows)) = next()
                    {
                        work(band * BAND_ROWS, rows);
                    }
                });
            }
        });
        Ok(cancel.check()?)
    }
}
