//! Fault injection, for tests of recovery. Release builds do not contain it.
//!
//! The environment variable `MOLSHOT_FAULT` holds entries such as `panic=41,lost=42,closed=3`:
//! drawing an image 41 pixels wide panics, drawing one 42 pixels wide loses the device, and after
//! such a loss reopening the device fails three times. With `stuck=43,file=PATH` drawing an image
//! 43 pixels wide ends only when the file exists, and does not look at its token.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use molshot_renderer::{
    AdapterChoice, Backend, CancelToken, Frame, RenderError, open_with_threads,
};
use molshot_scenes::RenderJob;

/// Which faults are injected.
#[derive(Debug, Default)]
pub(super) struct FaultPlan {
    /// Width of images whose drawing panics, pixels.
    panic_width_px: u32,
    /// Width of images whose drawing loses the device, pixels.
    loss_width_px: u32,
    /// How often reopening fails after a loss.
    failed_reopens: u32,
    /// Width of images whose drawing ends only when the file exists, pixels.
    stuck_width_px: u32,
    stuck_until_file: PathBuf,
    failed_reopens_left: AtomicU32,
}

/// Reads the plan from the environment; `None` if no faults are requested.
pub(super) fn plan() -> Option<Arc<FaultPlan>> {
    let text = std::env::var("MOLSHOT_FAULT").ok()?;
    let mut plan = FaultPlan::default();
    for (name, value) in text.split(',').filter_map(|entry| entry.split_once('=')) {
        if name == "file" {
            plan.stuck_until_file = value.into();
            continue;
        }
        let value = value.parse().ok()?;
        match name {
            "panic" => plan.panic_width_px = value,
            "lost" => plan.loss_width_px = value,
            "closed" => plan.failed_reopens = value,
            "stuck" => plan.stuck_width_px = value,
            _ => return None,
        }
    }
    tracing::debug!(?plan, "fault injection is active");
    Some(Arc::new(plan))
}

/// Opens a backend into which the faults of a plan are injected.
pub(super) fn open(
    plan: &Arc<FaultPlan>,
    choice: AdapterChoice,
    threads: usize,
) -> Result<Box<dyn Backend>, RenderError> {
    let is_failing =
        plan.failed_reopens_left
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                left.checked_sub(1)
            });
    if is_failing.is_ok() {
        return Err(injected_loss());
    }
    Ok(Box::new(FaultInjector {
        inner: open_with_threads(choice, threads)?,
        plan: Arc::clone(plan),
    }))
}

fn injected_loss() -> RenderError {
    RenderError::DeviceLost {
        reason: "injected fault".into(),
    }
}

/// A backend that fails as its plan says, and else draws with another backend.
#[derive(Debug)]
struct FaultInjector {
    inner: Box<dyn Backend>,
    plan: Arc<FaultPlan>,
}

impl Backend for FaultInjector {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        let width_px = job.viewport().crop.width_px;
        assert_ne!(width_px, self.plan.panic_width_px, "injected fault");
        if width_px == self.plan.loss_width_px {
            let failed_reopens = self.plan.failed_reopens;
            self.plan
                .failed_reopens_left
                .store(failed_reopens, Ordering::Release);
            return Err(injected_loss());
        }
        if width_px == self.plan.stuck_width_px {
            while !self.plan.stuck_until_file.exists() {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        self.inner.draw_cancellable(job, cancel)
    }

    fn recycle(&mut self, frame: Frame) {
        self.inner.recycle(frame);
    }

    fn adapter(&self) -> &str {
        self.inner.adapter()
    }

    fn kind(&self) -> molshot_renderer::BackendKind {
        self.inner.kind()
    }
}
