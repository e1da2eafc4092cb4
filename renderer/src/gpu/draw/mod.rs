//! Job to frame: regions, passes, pictures in flight, read-back.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use molshot_scenes::{CropRect, Plane, RenderJob, Samples};

use super::context::{Context, TIMEOUT};
use super::in_flight::{GpuPicture, RegionInFlight};
use super::passes::{Passes, UNIFORM_STRIDE};
use super::pipelines::Pipelines;
use super::planes::{Read, empty_frame, finish_planes, reads};
use super::read_back::StagingLayout;
use super::ring::Ring;
use super::scene_buffers::SceneBuffers;
use super::scene_cache::SceneCache;
use super::slot::{FrameSlot, SlotResources, SlotShape, VIEWS_BYTES};
use super::targets::TargetShape;
use super::uniforms::{ResolveUniform, ViewUniform};
use crate::backend::{AdapterChoice, Backend, BackendKind, FramesInFlight};
use crate::cancel::CancelToken;
use crate::effects::{BaseRenderer, EffectsPass, RowThreads};
use crate::error::RenderError;
use crate::frame::Frame;
use crate::labels::{self, LabelDrawer};
use frames_in_flight::InFlightLimits;

/// Largest edge of a region that is drawn at once; larger pictures are drawn region by region,
/// which bounds the memory.
const REGION_EDGE_PX: u32 = 2048;
/// The same with nine or sixteen samples, whose layers take as many times the memory.
const REGION_EDGE_MANY_SAMPLES_PX: u32 = 1024;
/// Regions of one picture in flight: while one is drawn, the other is read.
const REGIONS_IN_FLIGHT: usize = 2;
/// How often a wait for a slot looks whether the picture was cancelled.
const SLOT_POLL: Duration = Duration::from_millis(20);

/// The wgpu backend.
#[derive(Debug)]
pub struct GpuBackend {
    choice: AdapterChoice,
    context: Context,
    pipelines: Pipelines,
    scenes: SceneCache,
    limits: InFlightLimits,
    ring: Arc<Ring>,
    /// Commands of the last of `in_flight`, which are not submitted yet.
    recorded: Vec<wgpu::CommandBuffer>,
    in_flight: VecDeque<GpuPicture>,
    /// Whether the loss of this device was returned as an error.
    is_loss_reported: bool,
    effects: EffectsPass,
    labels: LabelDrawer,
}

impl GpuBackend {
    /// Opens the adapter that `choice` selects and compiles the pipelines.
    ///
    /// # Errors
    /// [`RenderError::NoAdapter`], [`RenderError::Device`], or the driver's error while compiling.
    pub fn open(choice: AdapterChoice) -> Result<Self, RenderError> {
        let context = Context::open(choice)?;
        let pipelines = context.guarded(|| Ok(Pipelines::new(&context.device)))?;
        let limits = InFlightLimits::of(&context);
        Ok(Self {
            choice,
            context,
            pipelines,
            scenes: SceneCache::default(),
            limits,
            ring: Ring::new(limits.slots, limits.slot_bytes),
            recorded: Vec::new(),
            in_flight: VecDeque::new(),
            is_loss_reported: false,
            effects: EffectsPass::new(RowThreads::all()),
            labels: LabelDrawer::default(),
        })
    }

    /// Draws a picture region by region.
    fn draw_job(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        cancel.check()?;
        let mut frame = empty_frame(job, &self.context.adapter_name, None)?;
        frame.timings.upload = self.use_scene(job)?;
        let mut in_flight: VecDeque<RegionInFlight> = VecDeque::new();
        for region in regions(job.viewport().crop, region_edge_px(job)) {
            cancel.check()?;
            if in_flight.len() == REGIONS_IN_FLIGHT {
                self.read_first(&mut in_flight, &mut frame)?;
            }
            let waiting_since = Instant::now();
            loop {
                let start = Instant::now();
                let recorded = self.record(job, region)?;
                if let Some((mut region, commands)) = recorded {
                    self.submit([commands], std::iter::once(&mut region))?;
                    frame.timings.draw += start.elapsed();
                    in_flight.push_back(region);
                    break;
                }
                if !in_flight.is_empty() {
                    self.read_first(&mut in_flight, &mut frame)?;
                } else if waiting_since.elapsed() < TIMEOUT {
                    cancel.check()?;
                    self.ring.wait_for_return(SLOT_POLL);
                } else {
                    return Err(RenderError::Timeout {
                        seconds: TIMEOUT.as_secs(),
                    });
                }
            }
        }
        while !in_flight.is_empty() {
            self.read_first(&mut in_flight, &mut frame)?;
        }
        finish_planes(job, &mut frame)?;
        Ok(frame)
    }

    /// Waits for the first region, and copies it into the frame.
    fn read_first(
        &self,
        in_flight: &mut VecDeque<RegionInFlight>,
        frame: &mut Frame,
    ) -> Result<(), RenderError> {
        let Some(mut region) = in_flight.pop_front() else {
            return Ok(());
        };
        let start = Instant::now();
        region.wait(&self.context)?;
        frame.timings.draw += start.elapsed();
        region.read_into(frame)
    }

    /// Uploads the job's scene if it is not on the device; returns how long that took.
    fn use_scene(&mut self, job: &RenderJob) -> Result<Duration, RenderError> {
        let start = Instant::now();
        let mut used = self.scenes.use_scene(&self.context, job.scene());
        // Both are freed, until nothing is left.
        while matches!(used, Err(RenderError::OutOfMemory { .. }))
            && (self.ring.shrink() | self.scenes.clear())
        {
            used = self.scenes.use_scene(&self.context, job.scene());
        }
        Ok(if used? {
            start.elapsed()
        } else {
            Duration::ZERO
        })
    }

    /// Records the commands of a region of the job whose scene was used last. `None` while no slot
    /// is free: pictures in flight must be finished and read. Where the device cannot allocate
    /// memory, fewer pictures are in flight from then on.
    fn record(
        &mut self,
        job: &RenderJob,
        region: CropRect,
    ) -> Result<Option<(RegionInFlight, wgpu::CommandBuffer)>, RenderError> {
        let reads = reads(job.planes());
        let crop = job.viewport().crop;
        let edge_px = region_edge_px(job);
        let blends = self.scenes.last().is_some_and(SceneBuffers::is_transparent);
        let shape = SlotShape {
            targets: TargetShape {
                width_px: crop.width_px.min(edge_px),
                height_px: crop.height_px.min(edge_px),
                sample_layers: sample_passes(job, blends),
                planes: needs_planes(job.planes()),
                packs_color: self.limits.packs_colors
                    && reads.contains(&Read::Color)
                    && !job.scene().background.transparent,
            },
            read_planes: reads.len(),
        };
        loop {
            let Some(mut slot) = self.ring.take(shape) else {
                return Ok(None);
            };
            let packs_color = shape.targets.packs_color;
            let layout = StagingLayout::new(region.width_px, region.height_px, packs_color);
            match self.record_into(&mut slot, job, region, layout, &reads) {
                Ok(commands) => {
                    let region = RegionInFlight {
                        slot,
                        layout,
                        reads,
                        place: CropRect {
                            x_px: region.x_px - crop.x_px,
                            y_px: region.y_px - crop.y_px,
                            ..region
                        },
                        submission: None,
                    };
                    return Ok(Some((region, commands)));
                }
                Err(error) => {
                    // Half-made memory may be the cause.
                    slot.free();
                    drop(slot);
                    let is_full = matches!(error, RenderError::OutOfMemory { .. });
                    // Both are freed.
                    if !is_full || !(self.ring.shrink() | self.scenes.free_others()) {
                        return Err(error);
                    }
                }
            }
        }
    }

    fn record_into(
        &self,
        slot: &mut FrameSlot,
        job: &RenderJob,
        region: CropRect,
        layout: StagingLayout,
        reads: &[Read],
    ) -> Result<wgpu::CommandBuffer, RenderError> {
        let scene = self.scenes.last().ok_or_else(|| RenderError::Internal {
            reason: "a region was drawn before its scene was uploaded".into(),
        })?;
        self.context.guarded(|| {
            let resources = slot.resources(&self.context, &self.pipelines)?;
            self.write_uniforms(resources, job, scene, region);
            let mut encoder =
                self.context
                    .device
                    .create_command_encoder(&wgpu::CommandEncoderDescriptor {
                        label: Some("picture"),
                    });
            Passes {
                job,
                region,
                pipelines: &self.pipelines,
                scene,
                targets: &resources.targets,
                view_group: &resources.view_group,
                resolve_group: resources.resolve_group.as_ref(),
                pack_group: resources.pack_group.as_ref(),
            }
            .record(&mut encoder);
            for (plane, read) in reads.iter().enumerate() {
                let targets = &resources.targets;
                let texture = match read {
                    Read::Color => &targets.packed.as_ref().unwrap_or(&targets.color).texture,
                    Read::AtomId => &targets.planes[0].texture,
                    Read::Depth => &targets.planes[1].texture,
                    Read::Normal => &targets.planes[2].texture,
                };
                resources
                    .staging
                    .record_copy(&mut encoder, layout, plane, texture);
            }
            Ok(encoder.finish())
        })
    }

    fn write_uniforms(
        &self,
        resources: &SlotResources,
        job: &RenderJob,
        scene: &SceneBuffers,
        region: CropRect,
    ) {
        let view = ViewUniform::new(
            job.scene(),
            scene.origin,
            job.view(),
            job.viewport(),
            region,
        );
        // First the view through the pixel centres, then one per sample.
        let offsets = std::iter::once(&[0.0, 0.0]).chain(job.samples().offsets_px());
        let mut views = [0; VIEWS_BYTES];
        let mut written = 0;
        for (slot, offset) in views.chunks_exact_mut(UNIFORM_STRIDE as usize).zip(offsets) {
            let view = view.at_sample(*offset);
            slot[..size_of::<ViewUniform>()].copy_from_slice(bytemuck::bytes_of(&view));
            written += UNIFORM_STRIDE as usize;
        }
        self.context
            .queue
            .write_buffer(&resources.view_uniforms, 0, &views[..written]);
        let background = job.scene().background;
        let [red, green, blue] = background.color.map(u32::from);
        let resolve = ResolveUniform {
            background: [red, green, blue, u32::from(background.transparent)],
            samples: job.samples().count(),
            rounds: u32::from(job.samples().rounds()),
            padding: [0; 2],
        };
        self.context.queue.write_buffer(
            &resources.resolve_uniforms,
            0,
            bytemuck::bytes_of(&resolve),
        );
    }

    /// Submits commands, and asks for the pixels of their regions.
    fn submit<'a>(
        &self,
        commands: impl IntoIterator<Item = wgpu::CommandBuffer>,
        regions: impl Iterator<Item = &'a mut RegionInFlight>,
    ) -> Result<(), RenderError> {
        self.context.guarded(|| {
            let submission = self.context.queue.submit(commands);
            for region in regions {
                region.submitted(&submission);
            }
            Ok(())
        })
    }

    /// Forgets all that depends on the pictures before, after a failure.
    fn reset(&mut self) {
        self.recorded.clear();
        self.in_flight.clear();
        self.scenes = SceneCache::default();
        self.ring = Ring::new(self.limits.slots, self.limits.slot_bytes);
    }
}

impl BaseRenderer for GpuBackend {
    fn draw_base(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        self.draw_job(job, cancel)
    }
}

impl Backend for GpuBackend {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        if self.context.lost().is_some() {
            *self = Self::open(self.choice)?;
        }
        // Taken out while it borrows the backend.
        let mut effects = std::mem::take(&mut self.effects);
        let drawn = effects.draw(self, &labels::underlay(job), cancel);
        self.effects = effects;
        let mut frame = drawn.map_err(|error| {
            if matches!(error, RenderError::Cancelled) {
                return error;
            }
            // Half-made resources may be the cause; the next job starts with new ones.
            self.reset();
            self.context.loss_or(error)
        })?;
        self.labels.overlay(job, &mut frame, cancel)?;
        Ok(frame)
    }

    fn frames_in_flight(&mut self) -> Option<&mut dyn FramesInFlight> {
        Some(self)
    }

    fn lose_device(&mut self) {
        self.context.note_loss("it was ended");
        self.context.device.destroy();
    }

    fn adapter(&self) -> &str {
        &self.context.adapter_name
    }

    fn kind(&self) -> BackendKind {
        self.context.kind
    }
}

/// Largest edge of the job's regions.
fn region_edge_px(job: &RenderJob) -> u32 {
    match job.samples() {
        Samples::Nine | Samples::Sixteen | Samples::Auto => REGION_EDGE_MANY_SAMPLES_PX,
        Samples::One | Samples::Four => REGION_EDGE_PX,
    }
}

/// Splits a rectangle into regions of at most `edge` pixels along a side, row by row.
fn regions(crop: CropRect, edge: u32) -> impl Iterator<Item = CropRect> {
    let starts = move |length: u32| (0..length).step_by(edge as usize);
    starts(crop.height_px).flat_map(move |y| {
        starts(crop.width_px).map(move |x| CropRect {
            x_px: crop.x_px + x,
            y_px: crop.y_px + y,
            width_px: edge.min(crop.width_px - x),
            height_px: edge.min(crop.height_px - y),
        })
    })
}

/// How many one-sample pictures are averaged; 0 when the centre pass gives the colour or no colour
/// is asked for. The centre pass draws no transparent triangles, so that a scene that `blends` has
/// one picture even with one sample.
fn sample_passes(job: &RenderJob, blends: bool) -> u32 {
    let sampled = blends || job.samples() != Samples::One;
    if job.planes().contains(&Plane::Color) && sampled {
        job.samples().count()
    } else {
        0
    }
}

fn needs_planes(planes: &BTreeSet<Plane>) -> bool {
    planes.iter().any(|plane| *plane != Plane::Color)
}

mod frames_in_flight;
#[cfg(test)]
mod tests;
