//! Monitors the drawing threads and lets them recover.
//!
//! A thread whose device was lost opens another one when it draws next. A load balancer sends no
//! requests to a server that is not ready, so the monitor draws the test image instead.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use molshot_renderer::pool::{Health, PoolError};
use molshot_renderer::{RenderError, self_test};

use super::{Flow, RenderService};

/// How often the drawing threads are checked.
const INTERVAL: Duration = Duration::from_secs(1);
/// Longest wait for a test image. Drawing it takes milliseconds, but it may wait in the queue.
const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// Counts that change whenever a thread has to open another device.
fn failure_counts(health: &Health) -> (u64, u64) {
    (health.lost, health.panics)
}

impl RenderService {
    /// Why no image can be drawn now; `None` if images can be drawn. `deadline` is the time for one
    /// image.
    pub(crate) fn not_ready_reason(&self, deadline: Duration) -> Option<String> {
        let health = self.queue.health();
        if health.ready == 0 {
            return Some("no drawing thread has a device".into());
        }
        if !self.is_output_correct.load(Ordering::Acquire) {
            return Some("the last test image was wrong".into());
        }
        let stuck = health.stuck_for.filter(|time| *time > deadline)?;
        Some(format!(
            "every drawing thread has been busy with one image for more than {} s; the deadline is {} s",
            stuck.as_secs(),
            deadline.as_secs()
        ))
    }

    /// Draws the test image after every failure of the drawing threads. Never returns.
    pub(crate) async fn monitor_health(&self) {
        let mut seen = failure_counts(&self.queue.health());
        loop {
            tokio::time::sleep(INTERVAL).await;
            let health = self.queue.health();
            let is_healthy = health.ready == health.draw_threads
                && failure_counts(&health) == seen
                && self.is_output_correct.load(Ordering::Acquire);
            if is_healthy {
                continue;
            }
            seen = failure_counts(&health);
            // One image per thread: a thread without a device takes it in order to reopen.
            let all = join_all((0..health.draw_threads.max(1)).map(|_| self.test())).await;
            let is_wrong = all.iter().any(|outcome| {
                matches!(
                    outcome,
                    Some(Err(PoolError::Render(RenderError::WrongPicture { .. })))
                )
            });
            let correct = all.iter().flatten().filter(|outcome| outcome.is_ok());
            tracing::warn!(
                images = all.len(),
                correct = correct.count(),
                threads = health.draw_threads,
                ready = self.queue.health().ready,
                lost = health.lost,
                panics = health.panics,
                "a drawing thread failed; the test image was drawn again"
            );
            self.is_output_correct.store(!is_wrong, Ordering::Release);
        }
    }

    /// Draws the test image; `None` if it is not ready in time.
    async fn test(&self) -> Option<Result<(), PoolError>> {
        let job = self_test::job().ok()?;
        let expected = job.clone();
        let drawing = self
            .queue
            .draw(Flow::Internal, job, false, move |frame, _, _| {
                self_test::verify(frame, &expected)
            });
        let outcome = tokio::time::timeout(TEST_TIMEOUT, drawing).await.ok()?;
        Some(outcome.map(|_| ()))
    }
}
