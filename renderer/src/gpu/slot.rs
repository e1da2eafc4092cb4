//! What one picture in flight needs: uniforms, textures and the buffer that its pixels are read
//! from.

use std::mem::size_of;

use super::context::Context;
use super::passes::UNIFORM_STRIDE;
use super::pipelines::Pipelines;
use super::read_back::{Staging, StagingLayout};
use super::targets::{TargetShape, Targets};
use super::uniforms::{ResolveUniform, ViewUniform};
use crate::error::RenderError;

/// Views in the uniform buffer: one through the pixels' centres, one for each of at most sixteen
/// samples.
const VIEW_SLOTS: usize = 17;

/// Size of the uniform buffer of views.
pub(super) const VIEWS_BYTES: usize = VIEW_SLOTS * UNIFORM_STRIDE as usize;

/// Size of a slot's memory on the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SlotShape {
    pub(super) targets: TargetShape,
    /// Planes that are read back.
    pub(super) read_planes: usize,
}

/// The memory of one picture, used for many, one after the other.
#[derive(Debug)]
pub(super) struct FrameSlot {
    shape: SlotShape,
    /// Made on the device when they are first needed.
    resources: Option<SlotResources>,
}

/// A slot's memory on the device.
#[derive(Debug)]
pub(super) struct SlotResources {
    pub(super) targets: Targets,
    pub(super) staging: Staging,
    pub(super) view_uniforms: wgpu::Buffer,
    pub(super) view_group: wgpu::BindGroup,
    pub(super) resolve_uniforms: wgpu::Buffer,
    /// What the average of samples reads; `None` with one sample.
    pub(super) resolve_group: Option<wgpu::BindGroup>,
    /// What packing reads; `None` where the colour is read back as it is.
    pub(super) pack_group: Option<wgpu::BindGroup>,
}

impl SlotShape {
    /// What a slot of this shape takes on the device, without the few kilobytes of uniforms.
    pub(super) fn bytes(self) -> u64 {
        self.targets.bytes() + self.staging_bytes()
    }

    /// Size of the buffer that the planes are copied to.
    fn staging_bytes(self) -> u64 {
        let TargetShape {
            width_px,
            height_px,
            packs_color,
            ..
        } = self.targets;
        StagingLayout::new(width_px, height_px, packs_color).total_bytes(self.read_planes)
    }
}

impl FrameSlot {
    pub(super) fn new(shape: SlotShape) -> Self {
        Self {
            shape,
            resources: None,
        }
    }

    pub(super) fn shape(&self) -> SlotShape {
        self.shape
    }

    /// Whether its memory was made: what failed in between is not used again.
    pub(super) fn is_reusable(&self) -> bool {
        self.resources.is_some()
    }

    /// The slot's memory, made if it does not exist.
    ///
    /// # Errors
    /// Those that the device reports to the [`Context::guarded`] in which this runs.
    pub(super) fn resources(
        &mut self,
        context: &Context,
        pipelines: &Pipelines,
    ) -> Result<&SlotResources, RenderError> {
        if self.resources.is_none() {
            #[cfg(test)]
            context.fail_allocation_if_injected()?;
            self.resources = Some(SlotResources::new(&context.device, pipelines, self.shape));
        }
        self.resources
            .as_ref()
            .ok_or_else(|| RenderError::Internal {
                reason: "the memory of a picture was not made".into(),
            })
    }

    /// The buffer that the pixels are read from, once it was made.
    pub(super) fn staging(&mut self) -> Option<&mut Staging> {
        self.resources.as_mut().map(|made| &mut made.staging)
    }

    /// Frees the memory, whose making may have failed.
    pub(super) fn free(&mut self) {
        self.resources = None;
    }

    /// Ends a read that was begun and not completed, so that the buffer can be written to again.
    pub(super) fn cancel_map(&mut self) {
        if let Some(staging) = self.staging() {
            staging.cancel_map();
        }
    }
}

impl SlotResources {
    fn new(device: &wgpu::Device, pipelines: &Pipelines, shape: SlotShape) -> Self {
        let uniforms = |label, size| {
            device.create_buffer(&wgpu::BufferDescriptor {
                label: Some(label),
                size,
                usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            })
        };
        let view_uniforms = uniforms("views", VIEWS_BYTES as u64);
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
        let targets = Targets::new(device, shape.targets);
        let resolve_uniforms = uniforms("resolve", size_of::<ResolveUniform>() as u64);
        let resolve_group = targets.all_sample_layers.as_ref().map(|layers| {
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("resolve"),
                layout: &pipelines.resolve_layout,
                entries: &[
                    wgpu::BindGroupEntry {
                        binding: 0,
                        resource: resolve_uniforms.as_entire_binding(),
                    },
                    wgpu::BindGroupEntry {
                        binding: 1,
                        resource: wgpu::BindingResource::TextureView(layers),
                    },
                ],
            })
        });
        let pack_group = targets.packed.as_ref().map(|_| {
            device.create_bind_group(&wgpu::BindGroupDescriptor {
                label: Some("pack"),
                layout: &pipelines.pack_layout,
                entries: &[wgpu::BindGroupEntry {
                    binding: 0,
                    resource: wgpu::BindingResource::TextureView(&targets.color.view),
                }],
            })
        });
        Self {
            targets,
            staging: Staging::new(device, shape.staging_bytes()),
            view_uniforms,
            view_group,
            resolve_uniforms,
            resolve_group,
            pack_group,
        }
    }
}
