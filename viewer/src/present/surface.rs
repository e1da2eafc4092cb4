//! Presents by a surface of the graphics API: the picture is uploaded as a texture and drawn pixel
//! by pixel.

use std::sync::Arc;

use molshot_renderer::gpu::{Context, adapters_for, instance};
use molshot_renderer::{AdapterChoice, RenderError};
use winit::window::Window;

use super::recovery::PresentOutcome;

/// Surface formats without a transfer function. With `Srgb` formats the hardware would apply the
/// sRGB transfer function to bytes that already have it.
const FORMATS: [wgpu::TextureFormat; 2] = [
    wgpu::TextureFormat::Bgra8Unorm,
    wgpu::TextureFormat::Rgba8Unorm,
];
/// The newest picture at the next refresh without blocking the window's thread or, if that mode is
/// not supported, one picture after the other.
const MODES: [wgpu::PresentMode; 2] = [wgpu::PresentMode::Mailbox, wgpu::PresentMode::Fifo];

/// Presents by a surface of a window.
pub(super) struct SurfacePresenter {
    surface: wgpu::Surface<'static>,
    /// The configuration of the surface, apart from its size.
    configuration: wgpu::SurfaceConfiguration,
    /// The configured size; `None` if the surface must be configured again.
    configured_px: Option<[u32; 2]>,
    pipeline: wgpu::RenderPipeline,
    texture: Option<PictureTexture>,
    context: Context,
    /// Whether a test simulates the loss of the surface.
    #[cfg(debug_assertions)]
    is_lost: bool,
}

/// The texture of pictures of one size.
struct PictureTexture {
    size_px: [u32; 2],
    texture: wgpu::Texture,
    group: wgpu::BindGroup,
}

impl SurfacePresenter {
    /// Opens a surface of the first adapter that can present to a window.
    ///
    /// # Errors
    /// A message, when no adapter can.
    pub(super) fn open(window: &Arc<Window>, adapters: AdapterChoice) -> Result<Self, String> {
        if adapters == AdapterChoice::Software {
            return Err("the built-in backend has no surfaces".into());
        }
        let instance = instance();
        let adapters = adapters_for(adapters, &instance).map_err(|error| error.to_string())?;
        if adapters.is_empty() {
            return Err("no such graphics adapter was found".into());
        }
        let surface = instance
            .create_surface(Arc::clone(window))
            .map_err(|error| error.to_string())?;
        let (adapter, capabilities, format) = adapters
            .into_iter()
            .find_map(|adapter| {
                let capabilities = surface.get_capabilities(&adapter);
                let format = FORMATS
                    .into_iter()
                    .find(|format| capabilities.formats.contains(format));
                format.map(|format| (adapter, capabilities, format))
            })
            .ok_or("no graphics adapter can present to this window")?;
        let context = Context::of(&adapter).map_err(|error| error.to_string())?;
        let mode = MODES
            .into_iter()
            .find(|mode| capabilities.present_modes.contains(mode));
        let configuration = wgpu::SurfaceConfiguration {
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            format,
            color_space: wgpu::SurfaceColorSpace::Auto,
            width: 0,
            height: 0,
            present_mode: mode.unwrap_or_default(),
            desired_maximum_frame_latency: 2,
            alpha_mode: wgpu::CompositeAlphaMode::Auto,
            view_formats: Vec::new(),
        };
        let pipeline = context
            .guarded(|| Ok(pipeline(&context.device, format)))
            .map_err(|error| error.to_string())?;
        Ok(Self {
            surface,
            configuration,
            configured_px: None,
            pipeline,
            texture: None,
            context,
            #[cfg(debug_assertions)]
            is_lost: false,
        })
    }

    /// The name of the adapter.
    pub(super) fn adapter(&self) -> &str {
        self.context.adapter()
    }

    /// Presents a picture of the window's size.
    pub(super) fn present(
        &mut self,
        rgba: &[u8],
        size_px: [u32; 2],
        window: &Window,
    ) -> PresentOutcome {
        let outcome = self
            .try_present(rgba, size_px, window)
            .unwrap_or_else(|error| PresentOutcome::Failed(error.to_string()));
        match (outcome, self.context.find_loss()) {
            (PresentOutcome::Failed(_), Some(reason)) => {
                PresentOutcome::Failed(format!("the graphics device was lost: {reason}"))
            }
            (outcome, _) => outcome,
        }
    }

    fn try_present(
        &mut self,
        rgba: &[u8],
        size_px: [u32; 2],
        window: &Window,
    ) -> Result<PresentOutcome, RenderError> {
        #[cfg(debug_assertions)]
        if self.is_lost {
            return Ok(PresentOutcome::Failed(
                "the window's surface was lost".into(),
            ));
        }
        let context = &self.context;
        if self.configured_px != Some(size_px) {
            // A surface that could not be configured must not be asked for a texture, so errors are
            // checked here.
            self.configured_px = None;
            [self.configuration.width, self.configuration.height] = size_px;
            context.guarded(|| {
                self.surface.configure(&context.device, &self.configuration);
                Ok(())
            })?;
            self.configured_px = Some(size_px);
        }
        let (outcome, fits) = context.guarded(|| {
            use wgpu::CurrentSurfaceTexture as Current;
            let (target, fits) = match self.surface.get_current_texture() {
                Current::Success(target) => (target, true),
                Current::Suboptimal(target) => (target, false),
                Current::Timeout | Current::Occluded => return Ok((PresentOutcome::NotNow, true)),
                Current::Outdated => return Ok((PresentOutcome::Outdated, false)),
                // For a validation error the reason is in the library's report.
                Current::Lost | Current::Validation => {
                    let lost = "the window's surface was lost".into();
                    return Ok((PresentOutcome::Failed(lost), false));
                }
            };
            let texture = match self.texture.take() {
                Some(texture) if texture.size_px == size_px => texture,
                _ => PictureTexture::new(&context.device, &self.pipeline, size_px),
            };
            texture.write(&context.queue, rgba);
            texture.draw(context, &self.pipeline, &target.texture);
            self.texture = Some(texture);
            window.pre_present_notify();
            context.queue.present(target);
            Ok((PresentOutcome::Presented, fits))
        })?;
        if !fits {
            self.configured_px = None;
        }
        Ok(outcome)
    }

    /// Simulates a loss.
    #[cfg(debug_assertions)]
    pub(super) fn simulate_loss(&mut self, loss: super::Loss) {
        if loss == super::Loss::Surface {
            self.is_lost = true;
        } else {
            self.context.device.destroy();
        }
    }
}

impl PictureTexture {
    fn new(device: &wgpu::Device, pipeline: &wgpu::RenderPipeline, size_px: [u32; 2]) -> Self {
        let texture = device.create_texture(&wgpu::TextureDescriptor {
            label: Some("picture"),
            size: extent(size_px),
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: wgpu::TextureFormat::Rgba8Unorm,
            usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
            view_formats: &[],
        });
        let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &pipeline.get_bind_group_layout(0),
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::TextureView(&view),
            }],
        });
        Self {
            size_px,
            texture,
            group,
        }
    }

    fn write(&self, queue: &wgpu::Queue, rgba: &[u8]) {
        let layout = wgpu::TexelCopyBufferLayout {
            offset: 0,
            bytes_per_row: Some(4 * self.size_px[0]),
            rows_per_image: None,
        };
        queue.write_texture(
            self.texture.as_image_copy(),
            rgba,
            layout,
            extent(self.size_px),
        );
    }

    fn draw(&self, context: &Context, pipeline: &wgpu::RenderPipeline, target: &wgpu::Texture) {
        let view = target.create_view(&wgpu::TextureViewDescriptor::default());
        let mut encoder = context
            .device
            .create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("present"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &view,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::BLACK),
                        store: wgpu::StoreOp::Store,
                    },
                })],
                ..Default::default()
            });
            pass.set_pipeline(pipeline);
            pass.set_bind_group(0, &self.group, &[]);
            pass.draw(0..3, 0..1);
        }
        context.queue.submit([encoder.finish()]);
    }
}

fn extent([width, height]: [u32; 2]) -> wgpu::Extent3d {
    wgpu::Extent3d {
        width,
        height,
        depth_or_array_layers: 1,
    }
}

fn pipeline(device: &wgpu::Device, format: wgpu::TextureFormat) -> wgpu::RenderPipeline {
    let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some("present"),
        source: wgpu::ShaderSource::Wgsl(molshot_shaders::PRESENT.into()),
    });
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("present"),
        layout: None,
        vertex: wgpu::VertexState {
            module: &module,
            entry_point: Some("vertex_main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[],
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: &module,
            entry_point: Some("fragment_main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &[Some(wgpu::ColorTargetState {
                format,
                blend: None,
                write_mask: wgpu::ColorWrites::ALL,
            })],
        }),
        multiview_mask: None,
        cache: None,
    })
}
