//! Loses the device again and again while pictures are drawn, to measure and check the recovery.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use molshot_renderer::backend::{Begun, FramesInFlight, UnreadPicture};
use molshot_renderer::pool::{Pool, PoolOptions};
use molshot_renderer::{
    AdapterChoice, Backend, BackendKind, CancelToken, Frame, RenderError, open,
};
use molshot_scenes::RenderJob;

/// Pictures between two losses of a device. With fewer, pictures that were in flight twice when it
/// was lost would fail.
const PICTURES_BETWEEN: u32 = 24;

/// Opens a pool whose devices are lost `losses` times.
pub(super) fn open_pool(
    choice: AdapterChoice,
    losses: u32,
    options: impl FnOnce(BackendKind) -> PoolOptions,
) -> Result<Pool, RenderError> {
    let options = options(open(choice)?.kind());
    let left = Arc::new(AtomicU32::new(losses));
    let open_backend = move || -> Result<Box<dyn Backend>, RenderError> {
        Ok(Box::new(LosingBackend {
            inner: open(choice)?,
            left: Arc::clone(&left),
            begun: 0,
        }))
    };
    Pool::with_backends(open_backend, options)
}

/// A backend whose device is lost after every [`PICTURES_BETWEEN`] pictures.
#[derive(Debug)]
struct LosingBackend {
    inner: Box<dyn Backend>,
    /// Losses of all backends together that are left.
    left: Arc<AtomicU32>,
    begun: u32,
}

impl LosingBackend {
    fn inner(&mut self) -> Result<&mut dyn FramesInFlight, RenderError> {
        self.inner
            .frames_in_flight()
            .ok_or_else(|| RenderError::DeviceLost {
                reason: "the built-in rasteriser has no device that could be lost".into(),
            })
    }
}

impl Backend for LosingBackend {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        self.inner.draw_cancellable(job, cancel)
    }

    fn frames_in_flight(&mut self) -> Option<&mut dyn FramesInFlight> {
        if self.inner.frames_in_flight().is_some() {
            Some(self)
        } else {
            None
        }
    }

    fn adapter(&self) -> &str {
        self.inner.adapter()
    }

    fn kind(&self) -> BackendKind {
        self.inner.kind()
    }
}

impl FramesInFlight for LosingBackend {
    fn begin(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Begun, RenderError> {
        self.begun += 1;
        let take_one = |left: u32| left.checked_sub(1);
        if self.begun.is_multiple_of(PICTURES_BETWEEN)
            && self
                .left
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, take_one)
                .is_ok()
        {
            self.inner.lose_device();
        }
        self.inner()?.begin(job, cancel)
    }

    fn finish_oldest(&mut self) -> Result<Box<dyn UnreadPicture>, RenderError> {
        self.inner()?.finish_oldest()
    }

    fn wait_for_slot(&mut self, timeout: Duration) {
        if let Ok(frames) = self.inner() {
            frames.wait_for_slot(timeout);
        }
    }
}
