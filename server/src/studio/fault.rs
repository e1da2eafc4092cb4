//! Mishaps on demand, for tests of what follows them. No release build has them.
//!
//! The variable `MOLSHOT_FAULT` holds words such as `panic=41,lost=42,closed=3`: a picture 41
//! pixels wide panics, one 42 wide loses the device, and after such a loss opening one anew fails
//! three times.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use molshot_renderer::{
    AdapterChoice, Backend, CancelToken, Frame, RenderError, open_with_threads,
};
use molshot_scenes::RenderJob;

/// What is to go wrong.
#[derive(Debug, Default)]
pub(super) struct Plan {
    panic: u32,
    lost: u32,
    closed: u32,
    closed_left: AtomicU32,
}

/// The plan of the environment; none where there is none.
pub(super) fn plan() -> Option<Arc<Plan>> {
    let text = std::env::var("MOLSHOT_FAULT").ok()?;
    let mut plan = Plan::default();
    for (name, value) in text.split(',').filter_map(|word| word.split_once('=')) {
        let value = value.parse().ok()?;
        match name {
            "panic" => plan.panic = value,
            "lost" => plan.lost = value,
            "closed" => plan.closed = value,
            _ => return None,
        }
    }
    tracing::debug!(?plan, "mishaps were ordered");
    Some(Arc::new(plan))
}

/// Opens a backend that the plan befalls.
pub(super) fn open(
    plan: &Arc<Plan>,
    choice: AdapterChoice,
    threads: usize,
) -> Result<Box<dyn Backend>, RenderError> {
    let left = |left: u32| left.checked_sub(1);
    let is_closed = plan
        .closed_left
        .fetch_update(Ordering::AcqRel, Ordering::Acquire, left);
    if is_closed.is_ok() {
        return Err(RenderError::DeviceLost {
            reason: "a mishap on demand".into(),
        });
    }
    Ok(Box::new(Faulty {
        inner: open_with_threads(choice, threads)?,
        plan: Arc::clone(plan),
    }))
}

#[derive(Debug)]
struct Faulty {
    inner: Box<dyn Backend>,
    plan: Arc<Plan>,
}

impl Backend for Faulty {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        let width = job.viewport().crop.width_px;
        assert_ne!(width, self.plan.panic, "a mishap on demand");
        if width == self.plan.lost {
            let closed = self.plan.closed;
            self.plan.closed_left.store(closed, Ordering::Release);
            return Err(RenderError::DeviceLost {
                reason: "a mishap on demand".into(),
            });
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
