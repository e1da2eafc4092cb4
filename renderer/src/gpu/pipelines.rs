//! Pipelines: compiled once per device, for every scene and view.

use std::mem::size_of;

use molshot_scenes::{Cylinder, Sphere};

use super::scene_buffers::TriangleInstance;
use super::targets::{COLOR_FORMAT, DEPTH_FORMAT, PACKED_FORMAT, PLANE_FORMATS};
use super::uniforms::{ResolveUniform, ViewUniform};

/// All pipelines: they do not depend on what is drawn.
#[derive(Debug)]
pub(super) struct Pipelines {
    pub(super) view_layout: wgpu::BindGroupLayout,
    pub(super) resolve_layout: wgpu::BindGroupLayout,
    pub(super) spheres: Primitive,
    pub(super) cylinders: Primitive,
    pub(super) triangles: Primitive,
    /// The depth of transparent triangles, then their colour where they are nearest.
    pub(super) transparent: [wgpu::RenderPipeline; 2],
    pub(super) resolve: wgpu::RenderPipeline,
    pub(super) pack_layout: wgpu::BindGroupLayout,
    pub(super) pack: wgpu::RenderPipeline,
}

/// The two ways to draw a primitive.
#[derive(Debug)]
pub(super) struct Primitive {
    /// Colour only.
    pub(super) color: wgpu::RenderPipeline,
    /// Colour, atom id, depth and normal.
    pub(super) planes: wgpu::RenderPipeline,
}

pub(super) const SPHERE_ATTRIBUTES: [wgpu::VertexAttribute; 4] = wgpu::vertex_attr_array![
    0 => Float32x3, 1 => Float32, 2 => Unorm8x4, 3 => Uint32
];
pub(super) const CYLINDER_ATTRIBUTES: [wgpu::VertexAttribute; 8] = wgpu::vertex_attr_array![
    0 => Float32x3, 1 => Float32, 2 => Float32x3, 3 => Uint32,
    4 => Unorm8x4, 5 => Unorm8x4, 6 => Uint32, 7 => Uint32
];

pub(super) const TRIANGLE_ATTRIBUTES: [wgpu::VertexAttribute; 10] = wgpu::vertex_attr_array![
    0 => Float32x3, 1 => Float32x3, 2 => Float32x3,
    3 => Float32x3, 4 => Float32x3, 5 => Float32x3,
    6 => Unorm8x4, 7 => Unorm8x4, 8 => Unorm8x4, 9 => Uint32x3
];

impl Pipelines {
    /// Compiles all pipelines for a device.
    pub(super) fn new(device: &wgpu::Device) -> Self {
        let view_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("view"),
            entries: &[uniform_entry(true, size_of::<ViewUniform>())],
        });
        let resolve_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("resolve"),
            entries: &[
                uniform_entry(false, size_of::<ResolveUniform>()),
                texture_entry(1, wgpu::TextureViewDimension::D2Array),
            ],
        });
        let layout = pipeline_layout(device, "primitives", &view_layout);
        let spheres = primitive(
            device,
            &layout,
            "spheres",
            molshot_shaders::SPHERE,
            &wgpu::VertexBufferLayout {
                array_stride: size_of::<Sphere>() as u64,
                step_mode: wgpu::VertexStepMode::Instance,
                attributes: &SPHERE_ATTRIBUTES,
            },
        );
        let cylinders = primitive(
            device,
            &layout,
            "cylinders",
            molshot_shaders::CYLINDER,
            &wgpu::VertexBufferLayout {
                array_stride: size_of::<Cylinder>() as u64,
                step_mode: wgpu::VertexStepMode::Instance,
                attributes: &CYLINDER_ATTRIBUTES,
            },
        );
        let triangle_layout = wgpu::VertexBufferLayout {
            array_stride: size_of::<TriangleInstance>() as u64,
            step_mode: wgpu::VertexStepMode::Instance,
            attributes: &TRIANGLE_ATTRIBUTES,
        };
        let triangles = primitive(
            device,
            &layout,
            "triangles",
            molshot_shaders::TRIANGLE,
            &triangle_layout,
        );
        let module = shader(device, "transparent triangles", molshot_shaders::TRIANGLE);
        let transparent = [
            PrimitiveUse {
                entry_point: "fragment_transparent",
                depth_compare: wgpu::CompareFunction::Greater,
                targets: vec![Some(wgpu::ColorTargetState {
                    write_mask: wgpu::ColorWrites::empty(),
                    ..target(COLOR_FORMAT)
                })],
            },
            PrimitiveUse {
                entry_point: "fragment_transparent",
                depth_compare: wgpu::CompareFunction::Equal,
                targets: vec![Some(wgpu::ColorTargetState {
                    blend: Some(wgpu::BlendState::ALPHA_BLENDING),
                    ..target(COLOR_FORMAT)
                })],
            },
        ]
        .map(|of| primitive_pipeline(device, &layout, &module, &triangle_layout, &of));
        let resolve = whole_target(
            device,
            "resolve",
            &resolve_layout,
            molshot_shaders::RESOLVE,
            COLOR_FORMAT,
        );
        let pack_layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("pack"),
            entries: &[texture_entry(0, wgpu::TextureViewDimension::D2)],
        });
        let pack = whole_target(
            device,
            "pack",
            &pack_layout,
            molshot_shaders::PACK,
            PACKED_FORMAT,
        );
        Self {
            view_layout,
            resolve_layout,
            spheres,
            cylinders,
            triangles,
            transparent,
            resolve,
            pack_layout,
            pack,
        }
    }
}

fn uniform_entry(has_dynamic_offset: bool, size: usize) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding: 0,
        visibility: wgpu::ShaderStages::VERTEX_FRAGMENT,
        ty: wgpu::BindingType::Buffer {
            ty: wgpu::BufferBindingType::Uniform,
            has_dynamic_offset,
            min_binding_size: wgpu::BufferSize::new(size as u64),
        },
        count: None,
    }
}

fn texture_entry(
    binding: u32,
    view_dimension: wgpu::TextureViewDimension,
) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: false },
            view_dimension,
            multisampled: false,
        },
        count: None,
    }
}

fn pipeline_layout(
    device: &wgpu::Device,
    label: &str,
    group: &wgpu::BindGroupLayout,
) -> wgpu::PipelineLayout {
    device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(label),
        bind_group_layouts: &[Some(group)],
        immediate_size: 0,
    })
}

fn shader(device: &wgpu::Device, label: &str, source: &str) -> wgpu::ShaderModule {
    device.create_shader_module(wgpu::ShaderModuleDescriptor {
        label: Some(label),
        source: wgpu::ShaderSource::Wgsl(source.into()),
    })
}

fn target(format: wgpu::TextureFormat) -> wgpu::ColorTargetState {
    wgpu::ColorTargetState {
        format,
        blend: None,
        write_mask: wgpu::ColorWrites::ALL,
    }
}

fn primitive(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    label: &str,
    source: &str,
    instances: &wgpu::VertexBufferLayout<'_>,
) -> Primitive {
    let module = shader(device, label, source);
    let make = |entry_point, formats: &[wgpu::TextureFormat]| {
        let of = PrimitiveUse {
            entry_point,
            // Reversed depth: nearer is greater. "Greater" keeps the first of two equal ones, so
            // that ties are resolved by record order.
            depth_compare: wgpu::CompareFunction::Greater,
            targets: formats.iter().map(|format| Some(target(*format))).collect(),
        };
        primitive_pipeline(device, layout, &module, instances, &of)
    };
    Primitive {
        color: make("fragment_color", &[COLOR_FORMAT]),
        planes: make(
            "fragment_planes",
            &[
                COLOR_FORMAT,
                PLANE_FORMATS[0],
                PLANE_FORMATS[1],
                PLANE_FORMATS[2],
            ],
        ),
    }
}

/// What distinguishes the pipelines of one primitive.
struct PrimitiveUse {
    entry_point: &'static str,
    depth_compare: wgpu::CompareFunction,
    targets: Vec<Option<wgpu::ColorTargetState>>,
}

fn primitive_pipeline(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    module: &wgpu::ShaderModule,
    instances: &wgpu::VertexBufferLayout<'_>,
    of: &PrimitiveUse,
) -> wgpu::RenderPipeline {
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(of.entry_point),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("vertex_main"),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            buffers: &[Some(instances.clone())],
        },
        primitive: wgpu::PrimitiveState {
            topology: wgpu::PrimitiveTopology::TriangleStrip,
            ..Default::default()
        },
        depth_stencil: Some(wgpu::DepthStencilState {
            format: DEPTH_FORMAT,
            depth_write_enabled: Some(of.depth_compare == wgpu::CompareFunction::Greater),
            depth_compare: Some(of.depth_compare),
            stencil: wgpu::StencilState::default(),
            bias: wgpu::DepthBiasState::default(),
        }),
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module,
            entry_point: Some(of.entry_point),
            compilation_options: wgpu::PipelineCompilationOptions::default(),
            targets: &of.targets,
        }),
        multiview_mask: None,
        cache: None,
    })
}

/// A pipeline that computes every pixel of a target from textures.
fn whole_target(
    device: &wgpu::Device,
    label: &str,
    group: &wgpu::BindGroupLayout,
    source: &str,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let layout = pipeline_layout(device, label, group);
    let module = shader(device, label, source);
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some(label),
        layout: Some(&layout),
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
            targets: &[Some(target(format))],
        }),
        multiview_mask: None,
        cache: None,
    })
}
