//! Job to frame: regions, passes, read-back.

use std::collections::BTreeSet;
use std::mem::size_of;
use std::time::Instant;

use molshot_scenes::{CropRect, Plane, RenderJob, Samples};

use super::context::Context;
use super::passes::{Passes, UNIFORM_STRIDE};
use super::pipelines::Pipelines;
use super::planes::{Read, empty_frame, finish_planes, reads, store};
use super::read_back::{Staging, StagingLayout};
use super::scene_buffers::SceneBuffers;
use super::targets::{TargetShape, Targets};
use super::uniforms::{ResolveUniform, ViewUniform};
use crate::backend::{AdapterChoice, Backend, BackendKind};
use crate::cancel::CancelToken;
use crate::effects::{BaseRenderer, EffectsPass, RowThreads};
use crate::error::RenderError;
use crate::frame::Frame;
use crate::labels::{self, LabelDrawer};

/// Largest edge of a region that is drawn at once; larger pictures are drawn region by region,
/// which bounds the memory.
const REGION_EDGE_PX: u32 = 2048;
/// The same with nine or sixteen samples, whose layers take as many times the memory.
const REGION_EDGE_MANY_SAMPLES_PX: u32 = 1024;
/// Views in the uniform buffer: one through the pixels' centres, one for each of at most sixteen
/// samples.
const VIEW_SLOTS: u64 = 17;

/// The wgpu backend.
#[derive(Debug)]
pub struct GpuBackend {
    choice: AdapterChoice,
    context: Context,
    pipelines: Pipelines,
    view_uniforms: wgpu::Buffer,
    view_group: wgpu::BindGroup,
    resolve_uniforms: wgpu::Buffer,
    scene: Option<SceneBuffers>,
    targets: Option<Targets>,
    staging: Option<Staging>,
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
        let (pipelines, view_uniforms, view_group, resolve_uniforms) = context.guarded(|| {
            let device = &context.device;
            let pipelines = Pipelines::new(device);
            let uniforms = |label, size| {
                device.create_buffer(&wgpu::BufferDescriptor {
                    label: Some(label),
                    size,
                    usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                    mapped_at_creation: false,
                })
            };
            let view_uniforms = uniforms("views", UNIFORM_STRIDE * VIEW_SLOTS);
            let resolve_uniforms = uniforms("resolve", size_of::<ResolveUniform>() as u64);
            let view_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("view"),
                layout: &pipelines.view_layout,
                entries: &[wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                        buffer: &view_uniforms,
                        offset: 0,
                        size: wgpu::BufferSize::new(size_of::<ViewUniform>() as u64),
                    }),
                }],
            });
            Ok((pipelines, view_uniforms, view_group, resolve_uniforms))
        })?;
        Ok(Self {
            choice,
            context,
            pipelines,
            view_uniforms,
            view_group,
            resolve_uniforms,
            scene: None,
            targets: None,
            staging: None,
            effects: EffectsPass::new(RowThreads::all()),
            labels: LabelDrawer::default(),
        })
    }

    fn draw_job(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        cancel.check()?;
        let mut frame = empty_frame(job, &self.context.adapter_name)?;
        if !self.scene.as_ref().is_some_and(|s| s.holds(job.scene())) {
            let start = Instant::now();
            self.scene = None;
            let buffers = self
                .context
                .guarded(|| SceneBuffers::upload(&self.context, job.scene()))?;
            self.scene = Some(buffers);
            frame.timings.upload = start.elapsed();
        }
        let edge = match job.samples() {
            Samples::Nine | Samples::Sixteen | Samples::Auto => REGION_EDGE_MANY_SAMPLES_PX,
            Samples::One | Samples::Four => REGION_EDGE_PX,
        };
        for region in regions(job.viewport().crop, edge) {
            cancel.check()?;
            self.draw_region(job, region, edge, &mut frame)?;
        }
        finish_planes(job, &mut frame)?;
        Ok(frame)
    }

    /// Makes textures and the read-back buffer for a job, unless those of the last job fit.
    fn prepare_targets(&mut self, job: &RenderJob, edge: u32, read_planes: usize) {
        let crop = job.viewport().crop;
        let shape = TargetShape {
            width_px: crop.width_px.min(edge),
            height_px: crop.height_px.min(edge),
            sample_layers: sample_passes(job),
            planes: needs_planes(job.planes()),
        };
        let device = &self.context.device;
        if self.targets.as_ref().is_none_or(|t| t.shape != shape) {
            // Freed before the new ones are made, so that both need not fit into memory.
            self.targets = None;
            self.targets = Some(Targets::new(device, shape));
        }
        let bytes = StagingLayout::new(shape.width_px, shape.height_px).total_bytes(read_planes);
        if self.staging.as_ref().is_none_or(|s| s.bytes() != bytes) {
            self.staging = None;
            self.staging = Some(Staging::new(device, bytes));
        }
    }

    fn draw_region(
        &mut self,
        job: &RenderJob,
        region: CropRect,
        edge: u32,
        frame: &mut Frame,
    ) -> Result<(), RenderError> {
        let start = Instant::now();
        let reads = reads(job.planes());
        self.prepare_targets(job, edge, reads.len());
        let (Some(scene), Some(targets), Some(staging)) =
            (&self.scene, &self.targets, &self.staging)
        else {
            return Err(RenderError::Internal {
                reason: "a region was drawn before its scene was uploaded".into(),
            });
        };
        let layout = StagingLayout::new(region.width_px, region.height_px);
        let bytes = layout.total_bytes(reads.len());
        let crop = job.viewport().crop;
        let place_region = CropRect {
            x_px: region.x_px - crop.x_px,
            y_px: region.y_px - crop.y_px,
            ..region
        };
        self.context.guarded(|| {
            self.write_uniforms(job, scene, region);
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
                targets,
                view_group: &self.view_group,
                resolve_uniforms: &self.resolve_uniforms,
            }
            .record(&self.context.device, &mut encoder);
            for (plane, read) in reads.iter().enumerate() {
                let texture = match read {
                    Read::Color => &targets.color.texture,
                    Read::AtomId => &targets.planes[0].texture,
                    Read::Depth => &targets.planes[1].texture,
                    Read::Normal => &targets.planes[2].texture,
                };
                staging.record_copy(&mut encoder, layout, plane, texture);
            }
            let submission = self.context.queue.submit([encoder.finish()]);
            staging.wait_and_read(&self.context, submission, bytes, |mapped| {
                let drawn = Instant::now();
                frame.timings.draw += drawn - start;
                store(mapped, layout, &reads, place_region, frame);
                frame.timings.read_back += drawn.elapsed();
            })
        })
    }

    fn write_uniforms(&self, job: &RenderJob, scene: &SceneBuffers, region: CropRect) {
        let view = ViewUniform::new(
            job.scene(),
            scene.origin,
            job.view(),
            job.viewport(),
            region,
        );
        // First the view through the pixel centres, then one per sample.
        let offsets = std::iter::once(&[0.0, 0.0]).chain(job.samples().offsets_px());
        for (slot, offset) in offsets.enumerate() {
            self.context.queue.write_buffer(
                &self.view_uniforms,
                UNIFORM_STRIDE * slot as u64,
                bytemuck::bytes_of(&view.at_sample(*offset)),
            );
        }
        let background = job.scene().background;
        let [red, green, blue] = background.color.map(u32::from);
        let resolve = ResolveUniform {
            background: [red, green, blue, u32::from(background.transparent)],
            samples: job.samples().count(),
            rounds: u32::from(job.samples().rounds()),
            padding: [0; 2],
        };
        self.context
            .queue
            .write_buffer(&self.resolve_uniforms, 0, bytemuck::bytes_of(&resolve));
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
            self.scene = None;
            self.targets = None;
            self.staging = None;
            self.context.loss_or(error)
        })?;
        self.labels.overlay(job, &mut frame, cancel)?;
        Ok(frame)
    }

    fn adapter(&self) -> &str {
        &self.context.adapter_name
    }

    fn kind(&self) -> BackendKind {
        self.context.kind
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
/// is asked for.
fn sample_passes(job: &RenderJob) -> u32 {
    if job.planes().contains(&Plane::Color) && job.samples() != Samples::One {
        job.samples().count()
    } else {
        0
    }
}

fn needs_planes(planes: &BTreeSet<Plane>) -> bool {
    planes.iter().any(|plane| *plane != Plane::Color)
}

#[cfg(test)]
mod tests;
