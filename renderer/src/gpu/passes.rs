//! The passes of one region, as commands.

use molshot_scenes::{CropRect, RenderJob};

use super::pipelines::Pipelines;
use super::scene_buffers::SceneBuffers;
use super::targets::{Targets, packed_width};

/// Distance of two views in the uniform buffer: the largest alignment that WebGPU allows a device
/// to ask for.
pub(super) const UNIFORM_STRIDE: u64 = 256;
/// Place in the uniform buffer of the view through the pixels' centres. The views of the samples
/// follow it.
const CENTER_SLOT: u32 = 0;

/// What the passes of a region read and write.
#[derive(Debug)]
pub(super) struct Passes<'a> {
    pub(super) job: &'a RenderJob,
    pub(super) region: CropRect,
    pub(super) pipelines: &'a Pipelines,
    pub(super) scene: &'a SceneBuffers,
    pub(super) targets: &'a Targets,
    pub(super) view_group: &'a wgpu::BindGroup,
    /// The averages' inputs, where there are any.
    pub(super) resolve_group: Option<&'a wgpu::BindGroup>,
    /// The input of packing, where the colour is packed.
    pub(super) pack_group: Option<&'a wgpu::BindGroup>,
}

impl Passes<'_> {
    /// Records all passes: through the pixels' centres for the planes (and the picture, when it has
    /// one sample), then one per sample and their mean.
    pub(super) fn record(&self, encoder: &mut wgpu::CommandEncoder) {
        let targets = self.targets;
        if targets.shape.planes || targets.sample_layers.is_empty() {
            self.record_centers(encoder);
        }
        for (layer, view) in targets.sample_layers.iter().enumerate() {
            let attachments = [Some(clear(view, wgpu::Color::TRANSPARENT))];
            let slot = CENTER_SLOT + 1 + layer as u32;
            self.record_primitives(encoder, slot, &attachments);
        }
        if let Some(group) = self.resolve_group {
            let size = [self.region.width_px, self.region.height_px];
            let target = &targets.color.view;
            record_whole_target(encoder, &self.pipelines.resolve, group, target, size);
        }
        if let (Some(group), Some(packed)) = (self.pack_group, &targets.packed) {
            let size = [packed_width(self.region.width_px), self.region.height_px];
            record_whole_target(encoder, &self.pipelines.pack, group, &packed.view, size);
        }
    }

    fn record_centers(&self, encoder: &mut wgpu::CommandEncoder) {
        let background = self.job.scene().background;
        let [red, green, blue] = background.color.map(|byte| f64::from(byte) / 255.0);
        let behind = wgpu::Color {
            r: red,
            g: green,
            b: blue,
            a: if background.transparent { 0.0 } else { 1.0 },
        };
        let nothing = wgpu::Color::TRANSPARENT;
        let far = wgpu::Color {
            r: f64::INFINITY,
            ..nothing
        };
        let mut attachments = vec![Some(clear(&self.targets.color.view, behind))];
        attachments.extend(
            self.targets
                .planes
                .iter()
                .zip([nothing, far, nothing])
                .map(|(plane, value)| Some(clear(&plane.view, value))),
        );
        self.record_primitives(encoder, CENTER_SLOT, &attachments);
    }

    /// Draws all primitives into `attachments`: colour alone, or colour and the planes.
    fn record_primitives(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        view_slot: u32,
        attachments: &[Option<wgpu::RenderPassColorAttachment<'_>>],
    ) {
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("primitives"),
            color_attachments: attachments,
            depth_stencil_attachment: Some(wgpu::RenderPassDepthStencilAttachment {
                view: &self.targets.depth,
                depth_ops: Some(wgpu::Operations {
                    load: wgpu::LoadOp::Clear(0.0),
                    store: wgpu::StoreOp::Discard,
                }),
                stencil_ops: None,
            }),
            ..Default::default()
        });
        limit_to(&mut pass, [self.region.width_px, self.region.height_px]);
        pass.set_bind_group(0, self.view_group, &[view_slot * UNIFORM_STRIDE as u32]);
        let with_planes = attachments.len() > 1;
        let primitives = [
            (&self.scene.spheres, &self.pipelines.spheres),
            (&self.scene.cylinders, &self.pipelines.cylinders),
        ];
        for (instances, primitive) in primitives {
            if let Some(instances) = instances {
                pass.set_pipeline(if with_planes {
                    &primitive.planes
                } else {
                    &primitive.color
                });
                pass.set_vertex_buffer(0, instances.buffer.slice(..));
                pass.draw(0..4, 0..instances.count);
            }
        }
        if let Some(triangles) = &self.scene.triangles {
            let primitive = &self.pipelines.triangles;
            pass.set_pipeline(if with_planes {
                &primitive.planes
            } else {
                &primitive.color
            });
            pass.set_vertex_buffer(0, triangles.buffer.slice(..));
            let opaque = self.scene.opaque_triangles;
            pass.draw(0..3, 0..opaque);
            // Only the nearest transparent triangle is seen: first its depth, then its colour.
            if !with_planes && opaque < triangles.count {
                for pipeline in &self.pipelines.transparent {
                    pass.set_pipeline(pipeline);
                    pass.draw(0..3, opaque..triangles.count);
                }
            }
        }
    }
}

/// Records a pass that computes every pixel of a target's top-left part.
fn record_whole_target(
    encoder: &mut wgpu::CommandEncoder,
    pipeline: &wgpu::RenderPipeline,
    group: &wgpu::BindGroup,
    target: &wgpu::TextureView,
    size_px: [u32; 2],
) {
    let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
        label: Some("whole target"),
        color_attachments: &[Some(clear(target, wgpu::Color::TRANSPARENT))],
        ..Default::default()
    });
    limit_to(&mut pass, size_px);
    pass.set_pipeline(pipeline);
    pass.set_bind_group(0, group, &[]);
    pass.draw(0..3, 0..1);
}

fn clear(view: &wgpu::TextureView, value: wgpu::Color) -> wgpu::RenderPassColorAttachment<'_> {
    wgpu::RenderPassColorAttachment {
        view,
        depth_slice: None,
        resolve_target: None,
        ops: wgpu::Operations {
            load: wgpu::LoadOp::Clear(value),
            store: wgpu::StoreOp::Store,
        },
    }
}

/// The textures may be larger than the last regions of a row or column.
fn limit_to(pass: &mut wgpu::RenderPass<'_>, [width, height]: [u32; 2]) {
    pass.set_viewport(0.0, 0.0, width as f32, height as f32, 0.0, 1.0);
    pass.set_scissor_rect(0, 0, width, height);
}
