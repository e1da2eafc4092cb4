//! A surface of the graphics API presents: the picture is uploaded as a texture and drawn pixel by
//! pixel.

use std::sync::Arc;

use molshot_renderer::gpu::{Context, adapters_for, instance};
use molshot_renderer::{AdapterChoice, RenderError};
use winit::window::Window;

use super::recovery::Outcome;

/// Formats of surfaces that take bytes as they are. With the others, which end in `Srgb`, the
/// hardware would encode what is encoded already.
const FORMATS: [wgpu::TextureFormat; 2] = [
    wgpu::TextureFormat::Bgra8Unorm,
    wgpu::TextureFormat::Rgba8Unorm,
];
/// The newest picture at the next refresh, without waiting for it in the window's thread; where
/// there is no such mode, one after the other.
const MODES: [wgpu::PresentMode; 2] = [wgpu::PresentMode::Mailbox, wgpu::PresentMode::Fifo];

/// Presents by a surface of a window.
pub(super) struct SurfacePresenter {
    surface: wgpu::Surface<'static>,
    /// How the surface is to be set up, but for its size.
    configuration: wgpu::SurfaceConfiguration,
    /// The size that it is set up for; none when that must be done again.
    configured_px: Option<[u32; 2]>,
    pipeline: wgpu::RenderPipeline,
    picture: Option<Upload>,
    context: Context,
    /// A test has taken the surface away.
    #[cfg(debug_assertions)]
    is_lost: bool,
}

/// The texture of pictures of one size.
struct Upload {
    size_px: [u32; 2],
    texture: wgpu::Texture,
    group: wgpu::BindGroup,
}

impl SurfacePresenter {
    /// A surface of the first of the adapters that can present to a window.
    ///
    /// # Errors
    /// In words: why there is none.
    pub(super) fn open(window: &Arc<Window>, adapters: AdapterChoice) -> Result<Self, String> {
        if adapters == AdapterChoice::Software {
            return Err("the processor has no surfaces".into());
        }
        let instance = instance();
        let adapters = adapters_for(adapters, &instance);
        if adapters.is_empty() {
            return Err("there is no such graphics adapter".into());
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
            picture: None,
            context,
            #[cfg(debug_assertions)]
            is_lost: false,
        })
    }

    /// Whose surface it is, for people.
    pub(super) fn adapter(&self) -> &str {
        self.context.adapter()
    }

    /// Presents a picture of the window's size.
    pub(super) fn present(&mut self, rgba: &[u8], size_px: [u32; 2], window: &Window) -> Outcome {
        let outcome = self
            .try_to(rgba, size_px, window)
            .unwrap_or_else(|error| Outcome::Failed(error.to_string()));
        match (outcome, self.context.find_loss()) {
            (Outcome::Failed(_), Some(reason)) => {
                Outcome::Failed(format!("the graphics device was lost: {reason}"))
            }
            (outcome, _) => outcome,
        }
    }

    fn try_to(
        &mut self,
        rgba: &[u8],
        size_px: [u32; 2],
        window: &Window,
    ) -> Result<Outcome, RenderError> {
        #[cfg(debug_assertions)]
        if self.is_lost {
            return Ok(Outcome::Failed("the window's surface was lost".into()));
        }
        let context = &self.context;
        if self.configured_px != Some(size_px) {
            // By itself: of a surface that could not be set up the library lets nobody ask for a
            // texture.
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
                Current::Timeout | Current::Occluded => return Ok((Outcome::NotNow, true)),
                Current::Outdated => return Ok((Outcome::Outdated, false)),
                // The reason of the last one is in the library's report.
                Current::Lost | Current::Validation => {
                    let lost = "the window's surface was lost".into();
                    return Ok((Outcome::Failed(lost), false));
                }
            };
            let picture = match self.picture.take() {
                Some(picture) if picture.size_px == size_px => picture,
                _ => Upload::new(&context.device, &self.pipeline, size_px),
            };
            picture.write(&context.queue, rgba);
            picture.draw(context, &self.pipeline, &target.texture);
            self.picture = Some(picture);
            window.pre_present_notify();
            context.queue.present(target);
            Ok((Outcome::Presented, fits))
        })?;
        if !fits {
            self.configured_px = None;
        }
        Ok(outcome)
    }

    /// Takes something away, as drivers do.
    #[cfg(debug_assertions)]
    pub(super) fn lose(&mut self, loss: super::Loss) {
        if loss == super::Loss::Surface {
            self.is_lost = true;
        } else {
            self.context.device.destroy();
        }
    }
}

impl Upload {
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
