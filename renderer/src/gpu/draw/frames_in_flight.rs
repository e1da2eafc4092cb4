//! Several pictures of one device in flight.

use std::time::{Duration, Instant};

use molshot_scenes::{Plane, RenderJob};

use super::{GpuBackend, region_edge_px};
use crate::backend::{Backend, BackendKind, Begun, FramesInFlight, UnreadPicture};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Timings;
use crate::gpu::context::Context;
use crate::gpu::in_flight::GpuPicture;
use crate::labels;

/// Pictures of a GPU in flight: while one is drawn, others are copied, read and recorded.
const GPU_SLOTS: usize = 8;
/// Pictures of a software driver in flight. More would only take its caches.
const SOFTWARE_SLOTS: usize = 3;
/// Memory of all slots of a GPU. Eight pictures of 2048 x 2048 pixels with four samples fit.
const GPU_SLOT_BYTES: u64 = 1 << 30;
/// The same of a software driver, which takes the machine's own memory.
const SOFTWARE_SLOT_BYTES: u64 = 512 << 20;
/// Pictures that a GPU gets in one submission while more wait: each submission costs time of its
/// own, but a wait ends only with a whole submission.
const GPU_VIEWS_PER_SUBMISSION: usize = 2;

/// How many pictures are in flight, and how they are submitted.
#[derive(Debug, Clone, Copy)]
pub(super) struct InFlightLimits {
    pub(super) slots: usize,
    pub(super) slot_bytes: u64,
    pub(super) views_per_submission: usize,
    /// Whether opaque colours are packed to three bytes per pixel: a discrete GPU copies them over
    /// a bus.
    pub(super) packs_colors: bool,
}

impl InFlightLimits {
    pub(super) fn of(context: &Context) -> Self {
        if context.kind == BackendKind::Gpu {
            Self {
                slots: GPU_SLOTS,
                slot_bytes: GPU_SLOT_BYTES,
                views_per_submission: GPU_VIEWS_PER_SUBMISSION,
                packs_colors: context.is_discrete,
            }
        } else {
            Self {
                slots: SOFTWARE_SLOTS,
                slot_bytes: SOFTWARE_SLOT_BYTES,
                views_per_submission: 1,
                packs_colors: false,
            }
        }
    }
}

impl GpuBackend {
    /// Submits what was recorded for pictures in flight. When that fails, none is in flight.
    fn submit_recorded(&mut self) -> Result<(), RenderError> {
        if self.recorded.is_empty() {
            return Ok(());
        }
        let commands = std::mem::take(&mut self.recorded);
        let mut in_flight = std::mem::take(&mut self.in_flight);
        let first = in_flight.len() - commands.len();
        let regions = in_flight.range_mut(first..).map(GpuPicture::region);
        self.submit(commands, regions)
            .map_err(|error| match error {
                // Which of the pictures is the cause is not known: all are drawn again.
                RenderError::Internal { reason } | RenderError::OutOfMemory { reason } => {
                    RenderError::DeviceLost { reason }
                }
                error => error,
            })?;
        self.in_flight = in_flight;
        Ok(())
    }

    /// The error of a picture, after which none is in flight if it is the loss of the device.
    fn failed(&mut self, error: RenderError) -> RenderError {
        let error = self.context.loss_or(error);
        if matches!(error, RenderError::DeviceLost { .. }) {
            self.is_loss_reported = true;
            self.reset();
        }
        error
    }

    /// Begins a picture, on which time is spent since `start`.
    fn begin_one_region(
        &mut self,
        job: &RenderJob,
        drawn: &RenderJob,
        start: Instant,
    ) -> Result<Begun, RenderError> {
        let upload = match self.use_scene(drawn) {
            // What is in flight holds memory, too.
            Err(RenderError::OutOfMemory { .. }) if !self.in_flight.is_empty() => {
                return Ok(Begun::Full);
            }
            used => used?,
        };
        let Some((region, commands)) = self.record(drawn, drawn.viewport().crop)? else {
            return Ok(Begun::Full);
        };
        self.recorded.push(commands);
        self.in_flight.push_back(GpuPicture::new(
            job,
            region,
            &self.context.adapter_name,
            Timings {
                upload,
                ..Timings::default()
            },
        ));
        if self.recorded.len() >= self.limits.views_per_submission {
            self.submit_recorded()?;
        }
        if let Some(picture) = self.in_flight.back_mut() {
            picture.add_draw_time(start.elapsed().saturating_sub(upload));
        }
        Ok(Begun::InFlight)
    }
}

impl FramesInFlight for GpuBackend {
    fn begin(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Begun, RenderError> {
        cancel.check()?;
        let start = Instant::now();
        if let Some(reason) = self.context.find_loss() {
            self.reset();
            if !self.is_loss_reported {
                self.is_loss_reported = true;
                return Err(RenderError::DeviceLost { reason });
            }
            *self = Self::open(self.choice)?;
        }
        let drawn = labels::underlay(job);
        if needs_steps(&drawn) {
            if !self.in_flight.is_empty() {
                return Ok(Begun::Full);
            }
            return self.draw_cancellable(job, cancel).map(Begun::Drawn);
        }
        self.begin_one_region(job, &drawn, start)
            .map_err(|error| self.failed(error))
    }

    fn finish_oldest(&mut self) -> Result<Box<dyn UnreadPicture>, RenderError> {
        let start = Instant::now();
        let submitted = self.submit_recorded();
        let finished = submitted.and_then(|()| {
            let mut picture = self
                .in_flight
                .pop_front()
                .ok_or_else(|| RenderError::Internal {
                    reason: "no picture is in flight".into(),
                })?;
            picture.region().wait(&self.context)?;
            picture.add_draw_time(start.elapsed());
            Ok(picture)
        });
        match finished {
            Ok(picture) => Ok(Box::new(picture)),
            Err(error) => Err(self.failed(error)),
        }
    }

    fn wait_for_slot(&mut self, timeout: Duration) {
        self.ring.wait_for_return(timeout);
    }
}

/// Whether a picture cannot be drawn by one series of commands: it has effects, which the
/// processor computes, or more than one region.
fn needs_steps(job: &RenderJob) -> bool {
    let crop = job.viewport().crop;
    let has_effects = !job.scene().effects.is_none() && job.planes().contains(&Plane::Color);
    has_effects || crop.width_px.max(crop.height_px) > region_edge_px(job)
}
