//! Textures into which one region is drawn.

pub(super) const COLOR_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;
pub(super) const DEPTH_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Depth32Float;
/// Four bytes of three-byte pixels.
pub(super) const PACKED_FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::R32Uint;
/// Atom id, depth in angstrom, octahedral normal; four bytes per pixel each, as the colour.
pub(super) const PLANE_FORMATS: [wgpu::TextureFormat; 3] = [
    wgpu::TextureFormat::R32Uint,
    wgpu::TextureFormat::R32Float,
    wgpu::TextureFormat::R32Uint,
];

/// Size and kinds of a set of textures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TargetShape {
    pub(super) width_px: u32,
    pub(super) height_px: u32,
    /// One-sample pictures that are averaged; 0 when the picture has one sample.
    pub(super) sample_layers: u32,
    /// True when more than colour is drawn.
    pub(super) planes: bool,
    /// True when the colour is packed to three bytes per pixel before it is read back.
    pub(super) packs_color: bool,
}

impl TargetShape {
    /// What the textures take: every format has four bytes per pixel.
    pub(super) fn bytes(self) -> u64 {
        let color_and_depth = 2;
        let planes = if self.planes {
            PLANE_FORMATS.len() as u64
        } else {
            0
        };
        let textures = color_and_depth + planes + u64::from(self.sample_layers);
        let packed_texels = if self.packs_color {
            packed_width(self.width_px)
        } else {
            0
        };
        let texels_of_row = textures * u64::from(self.width_px) + u64::from(packed_texels);
        texels_of_row * u64::from(self.height_px) * 4
    }
}

/// Textures of one shape, kept from picture to picture.
#[derive(Debug)]
pub(super) struct Targets {
    pub(super) shape: TargetShape,
    pub(super) color: Target,
    pub(super) packed: Option<Target>,
    pub(super) depth: wgpu::TextureView,
    pub(super) sample_layers: Vec<wgpu::TextureView>,
    pub(super) all_sample_layers: Option<wgpu::TextureView>,
    pub(super) planes: Vec<Target>,
}

/// A texture and its view.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) texture: wgpu::Texture,
    pub(super) view: wgpu::TextureView,
}

impl Targets {
    pub(super) fn new(device: &wgpu::Device, shape: TargetShape) -> Self {
        let read_back = wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC;
        let single = |label, format| {
            let texture = texture(device, label, shape, 1, format, read_back);
            let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
            Target { texture, view }
        };
        let depth = texture(
            device,
            "depth",
            shape,
            1,
            DEPTH_FORMAT,
            wgpu::TextureUsages::RENDER_ATTACHMENT,
        )
        .create_view(&wgpu::TextureViewDescriptor::default());
        let layers = (shape.sample_layers > 0).then(|| {
            texture(
                device,
                "samples",
                shape,
                shape.sample_layers,
                COLOR_FORMAT,
                wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::TEXTURE_BINDING,
            )
        });
        let sample_layers = layers.iter().flat_map(|texture| {
            (0..shape.sample_layers).map(|layer| {
                texture.create_view(&wgpu::TextureViewDescriptor {
                    dimension: Some(wgpu::TextureViewDimension::D2),
                    base_array_layer: layer,
                    array_layer_count: Some(1),
                    ..Default::default()
                })
            })
        });
        Self {
            shape,
            color: {
                let usage = read_back | wgpu::TextureUsages::TEXTURE_BINDING;
                let texture = texture(device, "color", shape, 1, COLOR_FORMAT, usage);
                let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
                Target { texture, view }
            },
            packed: shape.packs_color.then(|| {
                let packed = TargetShape {
                    width_px: packed_width(shape.width_px),
                    ..shape
                };
                let texture = texture(device, "packed", packed, 1, PACKED_FORMAT, read_back);
                let view = texture.create_view(&wgpu::TextureViewDescriptor::default());
                Target { texture, view }
            }),
            depth,
            sample_layers: sample_layers.collect(),
            all_sample_layers: layers.as_ref().map(|texture| {
                texture.create_view(&wgpu::TextureViewDescriptor {
                    dimension: Some(wgpu::TextureViewDimension::D2Array),
                    ..Default::default()
                })
            }),
            planes: if shape.planes {
                ["atom id", "depth plane", "normal"]
                    .into_iter()
                    .zip(PLANE_FORMATS)
                    .map(|(label, format)| single(label, format))
                    .collect()
            } else {
                Vec::new()
            },
        }
    }
}

/// Texels of a row of three-byte pixels.
pub(super) fn packed_width(width_px: u32) -> u32 {
    (width_px * 3).div_ceil(4)
}

fn texture(
    device: &wgpu::Device,
    label: &str,
    shape: TargetShape,
    layers: u32,
    format: wgpu::TextureFormat,
    usage: wgpu::TextureUsages,
) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some(label),
        size: wgpu::Extent3d {
            width: shape.width_px,
            height: shape.height_px,
            depth_or_array_layers: layers,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage,
        view_formats: &[],
    })
}
