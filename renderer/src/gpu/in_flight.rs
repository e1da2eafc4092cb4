//! What was submitted to the device and not read yet.

use std::time::{Duration, Instant};

use molshot_scenes::{CropRect, RenderJob};

use super::context::Context;
use super::planes::{Read, empty_frame, finish_planes, store};
use super::read_back::StagingLayout;
use super::ring::TakenSlot;
use crate::backend::UnreadPicture;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::{Frame, Timings};
use crate::labels::{self, LabelDrawer};

/// A region whose commands were recorded.
#[derive(Debug)]
pub(super) struct RegionInFlight {
    pub(super) slot: TakenSlot,
    pub(super) layout: StagingLayout,
    /// The planes in the read-back buffer.
    pub(super) reads: Vec<Read>,
    /// Where the region lies in the frame.
    pub(super) place: CropRect,
    /// `None` before its commands are submitted.
    pub(super) submission: Option<wgpu::SubmissionIndex>,
}

impl RegionInFlight {
    /// Asks for the pixels of a region that was submitted.
    pub(super) fn submitted(&mut self, submission: &wgpu::SubmissionIndex) {
        self.submission = Some(submission.clone());
        let bytes = self.layout.total_bytes(self.reads.len());
        if let Some(staging) = self.slot.staging() {
            staging.start_map(bytes);
        }
    }

    /// Waits until the pixels can be read.
    pub(super) fn wait(&mut self, context: &Context) -> Result<(), RenderError> {
        match (self.submission.take(), self.slot.staging()) {
            (Some(submission), Some(staging)) => staging.wait(context, submission),
            _ => Err(RenderError::Internal {
                reason: "a region was awaited that was not submitted".into(),
            }),
        }
    }

    /// Copies the pixels into a frame, and frees the slot for another picture.
    pub(super) fn read_into(mut self, frame: &mut Frame) -> Result<(), RenderError> {
        let start = Instant::now();
        if let Some(staging) = self.slot.staging() {
            staging.read(|mapped| store(mapped, self.layout, &self.reads, self.place, frame))?;
        }
        frame.timings.read_back += start.elapsed();
        Ok(())
    }
}

/// A picture of one region.
#[derive(Debug)]
pub(super) struct GpuPicture {
    /// With its labels.
    job: RenderJob,
    region: RegionInFlight,
    adapter_name: String,
    timings: Timings,
}

impl GpuPicture {
    pub(super) fn new(
        job: &RenderJob,
        region: RegionInFlight,
        adapter_name: &str,
        timings: Timings,
    ) -> Self {
        Self {
            job: job.clone(),
            region,
            adapter_name: adapter_name.to_owned(),
            timings,
        }
    }

    pub(super) fn region(&mut self) -> &mut RegionInFlight {
        &mut self.region
    }

    /// Adds time that a thread spent on the picture.
    pub(super) fn add_draw_time(&mut self, time: Duration) {
        self.timings.draw += time;
    }
}

impl UnreadPicture for GpuPicture {
    fn read(
        self: Box<Self>,
        memory: Option<Frame>,
        labels: &mut LabelDrawer,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        cancel.check()?;
        let drawn = labels::underlay(&self.job);
        let mut frame = empty_frame(&drawn, &self.adapter_name, memory)?;
        frame.timings = self.timings;
        self.region.read_into(&mut frame)?;
        finish_planes(&drawn, &mut frame)?;
        labels.overlay(&self.job, &mut frame, cancel)?;
        Ok(frame)
    }
}
