//! Compares Rust records and WGSL structs field by field, without a device.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::mem::{offset_of, size_of};

use molshot_scenes::{Cylinder, Sphere};
use naga::{Binding, Literal, Module, Scalar, ScalarKind, TypeInner, VectorSize};

use super::passes::UNIFORM_STRIDE;
use super::pipelines::{CYLINDER_ATTRIBUTES, SPHERE_ATTRIBUTES, TRIANGLE_ATTRIBUTES};
use super::scene_buffers::TriangleInstance;
use super::uniforms::{ResolveUniform, ViewUniform};

/// A record's field: name, offset, size; all in bytes.
type Field = (&'static str, usize, usize);

/// Lists fields of a Rust record.
macro_rules! fields {
    ($record:ty: $($field:ident),+ $(,)?) => {{
        // Sizes by the type of a reference to the field: no value is read.
        fn size_of_field<R, F>(_: fn(&R) -> &F) -> usize {
            size_of::<F>()
        }
        [$((
            stringify!($field),
            offset_of!($record, $field),
            size_of_field(|record: &$record| &record.$field),
        )),+]
    }};
}

fn parse(source: &str) -> Module {
    naga::front::wgsl::parse_str(source).unwrap()
}

fn members<'a>(module: &'a Module, name: &str) -> (&'a [naga::StructMember], u32) {
    let (_, found) = module
        .types
        .iter()
        .find(|(_, candidate)| candidate.name.as_deref() == Some(name))
        .unwrap_or_else(|| panic!("WGSL has no struct {name}"));
    match &found.inner {
        TypeInner::Struct { members, span } => (members, *span),
        other => panic!("{name} is {other:?}"),
    }
}

/// A uniform has WGSL's names at WGSL's places, in WGSL's sizes; padding stands at the end alone.
fn assert_same_layout(module: &Module, name: &str, fields: &[Field], record_bytes: usize) {
    let (members, span) = members(module, name);
    let (padding, named): (Vec<&Field>, Vec<&Field>) =
        fields.iter().partition(|field| field.0 == "padding");
    let wgsl: Vec<_> = members
        .iter()
        .map(|member| {
            let size = module.types[member.ty].inner.size(module.to_ctx());
            (
                member.name.as_deref().unwrap(),
                member.offset as usize,
                size as usize,
            )
        })
        .collect();
    let rust: Vec<_> = named.iter().map(|field| **field).collect();
    assert_eq!(rust, wgsl, "{name}");
    assert_eq!(record_bytes, span as usize, "size of {name}");
    let end = named.iter().map(|field| field.1 + field.2).max().unwrap();
    let covered: usize = padding.iter().map(|field| field.2).sum();
    assert_eq!(end + covered, record_bytes, "all bytes of {name} are named");
}

#[test]
fn the_view_has_the_same_layout_on_both_sides() {
    let fields = fields!(ViewUniform:
        camera_from_scene, picture_size_px, region_origin_px, region_size_px, sample_offset_px,
        pixel_scale, near_angstrom, orthographic, cue_start_angstrom, cue_color, cue_end_angstrom,
        key_direction, key_diffuse, fill_direction, fill_diffuse, ambient, specular, padding,
    );
    for source in [
        molshot_shaders::SPHERE,
        molshot_shaders::CYLINDER,
        molshot_shaders::TRIANGLE,
    ] {
        assert_same_layout(&parse(source), "View", &fields, size_of::<ViewUniform>());
    }
    assert!(size_of::<ViewUniform>() as u64 <= UNIFORM_STRIDE);
}

#[test]
fn the_resolve_has_the_same_layout_on_both_sides() {
    let fields = fields!(ResolveUniform: background, samples, rounds, padding);
    let module = parse(molshot_shaders::RESOLVE);
    assert_same_layout(&module, "Resolve", &fields, size_of::<ResolveUniform>());
}

/// WGSL type that a vertex format arrives as.
fn arrives_as(format: wgpu::VertexFormat) -> TypeInner {
    let float = Scalar::F32;
    match format {
        wgpu::VertexFormat::Float32 => TypeInner::Scalar(float),
        wgpu::VertexFormat::Uint32 => TypeInner::Scalar(Scalar {
            kind: ScalarKind::Uint,
            width: 4,
        }),
        wgpu::VertexFormat::Float32x3 => TypeInner::Vector {
            size: VectorSize::Tri,
            scalar: float,
        },
        wgpu::VertexFormat::Uint32x3 => TypeInner::Vector {
            size: VectorSize::Tri,
            scalar: Scalar {
                kind: ScalarKind::Uint,
                width: 4,
            },
        },
        wgpu::VertexFormat::Unorm8x4 => TypeInner::Vector {
            size: VectorSize::Quad,
            scalar: float,
        },
        other => panic!("{other:?} is not supported by this test yet"),
    }
}

/// Instance member `i` reads attribute `i`, which covers field `i` of the record. `renamed` pairs
/// WGSL's name with Rust's.
fn assert_same_attributes(
    module: &Module,
    name: &str,
    attributes: &[wgpu::VertexAttribute],
    fields: &[Field],
    record_bytes: usize,
) {
    let (members, _) = members(module, name);
    assert_eq!(members.len(), attributes.len(), "{name}");
    assert_eq!(fields.len(), attributes.len(), "{name}");
    for ((member, attribute), field) in members.iter().zip(attributes).zip(fields) {
        let wgsl_name = member.name.as_deref().unwrap();
        let rust_name = field.0.trim_end_matches("_angstrom");
        assert_eq!(wgsl_name, rust_name, "{name}");
        let Some(Binding::Location { location, .. }) = member.binding else {
            panic!("{name}.{wgsl_name} has no location");
        };
        assert_eq!(location, attribute.shader_location, "{name}.{wgsl_name}");
        assert_eq!(
            attribute.offset as usize, field.1,
            "offset of {name}.{wgsl_name}"
        );
        assert_eq!(
            attribute.format.size() as usize,
            field.2,
            "size of {name}.{wgsl_name}"
        );
        assert_eq!(
            module.types[member.ty].inner,
            arrives_as(attribute.format),
            "type of {name}.{wgsl_name}"
        );
    }
    let covered: usize = fields.iter().map(|field| field.2).sum();
    assert_eq!(
        covered, record_bytes,
        "every byte of {name} is an attribute's"
    );
}

#[test]
fn spheres_have_the_same_fields_on_both_sides() {
    let fields = fields!(Sphere: center_angstrom, radius_angstrom, color, atom);
    assert_same_attributes(
        &parse(molshot_shaders::SPHERE),
        "SphereInstance",
        &SPHERE_ATTRIBUTES,
        &fields,
        size_of::<Sphere>(),
    );
}

#[test]
fn cylinders_have_the_same_fields_on_both_sides() {
    let fields = fields!(Cylinder:
        start_angstrom, radius_angstrom, end_angstrom, caps, start_color, end_color, start_atom, end_atom,
    );
    assert_same_attributes(
        &parse(molshot_shaders::CYLINDER),
        "CylinderInstance",
        &CYLINDER_ATTRIBUTES,
        &fields,
        size_of::<Cylinder>(),
    );
}

#[test]
fn triangles_have_the_same_fields_on_both_sides() {
    let fields = fields!(TriangleInstance:
        corner_0, corner_1, corner_2, normal_0, normal_1, normal_2, color_0, color_1, color_2,
        atoms,
    );
    assert_same_attributes(
        &parse(molshot_shaders::TRIANGLE),
        "TriangleInstance",
        &TRIANGLE_ATTRIBUTES,
        &fields,
        size_of::<TriangleInstance>(),
    );
}

#[test]
fn caps_have_the_same_numbers_on_both_sides() {
    let module = parse(molshot_shaders::CYLINDER);
    let constant = |name: &str| {
        let (_, found) = module
            .constants
            .iter()
            .find(|(_, candidate)| candidate.name.as_deref() == Some(name))
            .unwrap_or_else(|| panic!("WGSL has no constant {name}"));
        match module.global_expressions[found.init] {
            naga::Expression::Literal(Literal::U32(value)) => value,
            ref other => panic!("{name} is {other:?}"),
        }
    };
    assert_eq!(constant("CAPS_OPEN"), Cylinder::OPEN);
    assert_eq!(constant("CAPS_FLAT"), Cylinder::FLAT);
    assert_eq!(constant("CAPS_ROUND"), Cylinder::ROUND);
}

/// The pipelines name these entry points.
#[test]
fn every_entry_point_that_a_pipeline_names_is_there() {
    let names = |source: &str| {
        let mut names: Vec<String> = parse(source)
            .entry_points
            .into_iter()
            .map(|entry| entry.name)
            .collect();
        names.sort();
        names
    };
    for source in [molshot_shaders::SPHERE, molshot_shaders::CYLINDER] {
        assert_eq!(
            names(source),
            ["fragment_color", "fragment_planes", "vertex_main"]
        );
    }
    assert_eq!(
        names(molshot_shaders::TRIANGLE),
        [
            "fragment_color",
            "fragment_planes",
            "fragment_transparent",
            "vertex_main"
        ]
    );
    for source in [molshot_shaders::RESOLVE, molshot_shaders::PACK] {
        assert_eq!(names(source), ["fragment_main", "vertex_main"]);
    }
}
