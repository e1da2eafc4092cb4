//! Looking after the drawing threads. One whose device was lost opens another with its next
//! picture; where none comes, because whoever shares out requests has heard that this server is not
//! ready, the test picture does.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use molshot_renderer::RenderError;
use molshot_renderer::pool::{Health, PoolError};
use molshot_renderer::self_test;

use super::{Flow, Studio};

/// How often is looked.
const EVERY: Duration = Duration::from_secs(1);
/// A test picture takes milliseconds; whatever is before it in the queue may take longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// What shows that a device is another one.
fn mishaps(health: &Health) -> (u64, u64) {
    (health.lost, health.panics)
}

impl Studio {
    /// Whether pictures can be drawn and come out right.
    pub(crate) fn is_ready(&self) -> bool {
        self.schedule.health().ready > 0 && self.is_right.load(Ordering::Acquire)
    }

    /// Draws the test picture whenever something has befallen the drawing threads. Never ends.
    pub(crate) async fn watch(&self) {
        let mut seen = mishaps(&self.schedule.health());
        loop {
            tokio::time::sleep(EVERY).await;
            let health = self.schedule.health();
            let is_well = health.ready == health.draw_threads
                && mishaps(&health) == seen
                && self.is_right.load(Ordering::Acquire);
            if is_well {
                continue;
            }
            seen = mishaps(&health);
            // One for each thread; a thread that has no device takes one only to try.
            let all = join_all((0..health.draw_threads.max(1)).map(|_| self.test())).await;
            let is_wrong = all.iter().any(|outcome| {
                matches!(
                    outcome,
                    Some(Err(PoolError::Render(RenderError::WrongPicture { .. })))
                )
            });
            let right = all.iter().flatten().filter(|outcome| outcome.is_ok());
            tracing::warn!(
                pictures = all.len(),
                right = right.count(),
                threads = health.draw_threads,
                ready = self.schedule.health().ready,
                lost = health.lost,
                panics = health.panics,
                "something befell the drawing threads; the test picture was drawn again"
            );
            self.is_right.store(!is_wrong, Ordering::Release);
        }
    }

    /// Draws the test picture; none when it does not come.
    async fn test(&self) -> Option<Result<(), PoolError>> {
        let job = self_test::job().ok()?;
        let own = job.clone();
        let drawing = self.schedule.draw(Flow::Own, job, move |frame, _, _| {
            self_test::verify(frame, &own)
        });
        let outcome = tokio::time::timeout(PATIENCE, drawing).await.ok()?;
        Some(outcome.map(|_| ()))
    }
}
