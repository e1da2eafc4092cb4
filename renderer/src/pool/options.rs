//! Numbers of threads and the queue's bound.

use std::num::NonZero;
use std::time::Duration;

use crate::backend::BackendKind;

/// Most threads that draw with lavapipe, each with its own instance: every instance starts one
/// thread per core.
const MAX_LAVAPIPE_INSTANCES: usize = 4;
/// Threads that keep a GPU busy: one has several pictures in flight.
const GPU_DRAW_THREADS: usize = 1;
/// Tasks that may wait per thread. More would only hold more scenes in memory.
const QUEUED_PER_THREAD: usize = 4;

/// A driver that was reset or updated is back within this time.
const REOPEN_WAIT: Duration = Duration::from_secs(30);

/// Threads and bounds of a [`Pool`](super::Pool).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct PoolOptions {
    /// Threads that draw, each with its own backend; at least one.
    pub draw_threads: usize,
    /// Threads that only run the tasks' `work`. With none, the thread that draws a picture also
    /// encodes it, which is fastest where the CPU draws.
    pub encode_threads: usize,
    /// Threads of each built-in backend for one picture: 1 gives the best throughput, more give a
    /// lower latency.
    pub threads_per_picture: usize,
    /// Most tasks that may wait; at least one.
    pub queue: usize,
    /// Whether there is one more drawing thread, which draws only while all others draw
    /// [long](super::RenderTask::long) tasks, and then only short ones. It lets a server answer
    /// short requests at any time, with any number of processors.
    pub spare_thread: bool,
    /// How long a task waits for a lost device that cannot be opened again at once, where no other
    /// drawing thread has one. Then it fails with [`RenderError::DeviceLost`].
    ///
    /// [`RenderError::DeviceLost`]: crate::RenderError::DeviceLost
    pub reopen_wait: Duration,
}

impl PoolOptions {
    /// The best throughput with `threads` threads in all.
    #[must_use]
    pub fn throughput(kind: BackendKind, threads: usize) -> Self {
        let threads = threads.max(1);
        let draw_threads = match kind {
            BackendKind::Software => threads,
            BackendKind::VulkanSoftware => threads.min(MAX_LAVAPIPE_INSTANCES),
            BackendKind::Gpu => threads.min(GPU_DRAW_THREADS),
        };
        Self {
            draw_threads,
            encode_threads: match kind {
                BackendKind::Gpu => (threads - draw_threads).max(1),
                BackendKind::Software | BackendKind::VulkanSoftware => threads - draw_threads,
            },
            threads_per_picture: 1,
            queue: threads * QUEUED_PER_THREAD,
            spare_thread: false,
            reopen_wait: REOPEN_WAIT,
        }
    }

    /// The lowest latency: one picture after the other, its tiles drawn by `threads` threads.
    #[must_use]
    pub fn latency(threads: usize) -> Self {
        Self {
            draw_threads: 1,
            encode_threads: 0,
            threads_per_picture: threads.max(1),
            queue: QUEUED_PER_THREAD,
            spare_thread: false,
            reopen_wait: REOPEN_WAIT,
        }
    }

    /// The same options with another bound of the queue.
    #[must_use]
    pub fn with_queue(self, queue: usize) -> Self {
        Self { queue, ..self }
    }

    /// The same options with a spare thread.
    #[must_use]
    pub fn with_spare_thread(self) -> Self {
        Self {
            spare_thread: true,
            ..self
        }
    }

    /// The same options, with which tasks wait so long for a lost device.
    #[must_use]
    pub fn with_reopen_wait(self, reopen_wait: Duration) -> Self {
        Self {
            reopen_wait,
            ..self
        }
    }

    /// Number of drawing threads with the spare one.
    pub(super) fn all_draw_threads(&self) -> usize {
        self.draw_threads + usize::from(self.spare_thread)
    }

    /// Draws fewer pictures at a time, each with more threads, so that their planes and the
    /// encoders' copies stay within `limit_bytes`. One picture is always drawn.
    #[must_use]
    pub fn within_memory(mut self, bytes_per_picture: u64, limit_bytes: u64) -> Self {
        let fit = usize::try_from(limit_bytes / bytes_per_picture.max(1)).unwrap_or(usize::MAX);
        let threads = self.draw_threads * self.threads_per_picture;
        if fit < self.draw_threads {
            self.draw_threads = fit.max(1);
            self.threads_per_picture = (threads / self.draw_threads).max(1);
        }
        // One frame more for each encoding thread, and one that waits.
        let left = fit.saturating_sub(self.draw_threads);
        self.encode_threads = self.encode_threads.min(left / 2);
        self
    }

    /// Number of threads that this process may run at a time; 1 where the system does not say.
    #[must_use]
    pub fn available_threads() -> usize {
        std::thread::available_parallelism().map_or(1, NonZero::get)
    }

    /// The options with every count raised to its minimum.
    pub(super) fn with_minimums(self) -> Self {
        Self {
            draw_threads: self.draw_threads.max(1),
            queue: self.queue.max(1),
            threads_per_picture: self.threads_per_picture.max(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cpu_draws_with_all_threads_and_a_gpu_with_few() {
        let software = PoolOptions::throughput(BackendKind::Software, 16);
        assert_eq!((software.draw_threads, software.encode_threads), (16, 0));
        let gpu = PoolOptions::throughput(BackendKind::Gpu, 16);
        assert_eq!((gpu.draw_threads, gpu.encode_threads), (1, 15));
        let gpu = PoolOptions::throughput(BackendKind::Gpu, 1);
        assert_eq!((gpu.draw_threads, gpu.encode_threads), (1, 1));
        let lavapipe = PoolOptions::throughput(BackendKind::VulkanSoftware, 16);
        assert_eq!((lavapipe.draw_threads, lavapipe.encode_threads), (4, 12));
    }

    #[test]
    fn large_pictures_are_drawn_by_fewer_workers_with_more_threads_each() {
        let wide = PoolOptions::throughput(BackendKind::Software, 16);
        assert_eq!(wide.within_memory(10, 1000), wide);
        let narrow = wide.within_memory(300, 1000);
        assert_eq!((narrow.draw_threads, narrow.threads_per_picture), (3, 5));
        let one = wide.within_memory(5000, 1000);
        assert_eq!((one.draw_threads, one.threads_per_picture), (1, 16));
        let gpu = PoolOptions::throughput(BackendKind::Gpu, 16).within_memory(100, 1000);
        assert_eq!((gpu.draw_threads, gpu.encode_threads), (1, 4));
    }
}
