//!include shared/view.wgsl
//!include shared/surface.wgsl

struct TriangleInstance {
    // Scene axes, angstrom; counterclockwise when seen from the side of the normals.
    @location(0) corner_0: vec3<f32>,
    @location(1) corner_1: vec3<f32>,
    @location(2) corner_2: vec3<f32>,
    @location(3) normal_0: vec3<f32>,
    @location(4) normal_1: vec3<f32>,
    @location(5) normal_2: vec3<f32>,
    // The fourth component is the opacity.
    @location(6) color_0: vec4<f32>,
    @location(7) color_1: vec4<f32>,
    @location(8) color_2: vec4<f32>,
    @location(9) atoms: vec3<u32>,
}

struct TriangleVertex {
    @builtin(position) clip_position: vec4<f32>,
    @location(0) depth_angstrom: f32,
    // Camera axes.
    @location(1) normal: vec3<f32>,
    @location(2) color: vec4<f32>,
    // Barycentric coordinates.
    @location(3) weights: vec3<f32>,
    @location(4) @interpolate(flat, either) atoms: vec3<u32>,
}

@vertex
fn vertex_main(@builtin(vertex_index) vertex_index: u32, instance: TriangleInstance) -> TriangleVertex {
    var corner = instance.corner_0;
    var normal = instance.normal_0;
    var color = instance.color_0;
    var weights = vec3<f32>(1.0, 0.0, 0.0);
    if vertex_index == 1u {
        corner = instance.corner_1;
        normal = instance.normal_1;
        color = instance.color_1;
        weights = vec3<f32>(0.0, 1.0, 0.0);
    } else if vertex_index == 2u {
        corner = instance.corner_2;
        normal = instance.normal_2;
        color = instance.color_2;
        weights = vec3<f32>(0.0, 0.0, 1.0);
    }
    let point = camera_from_scene(corner);
    let depth = -point.z;
    // The picture's place times w. The region is moved against the sample, so that the centres of
    // the target's pixels are the samples.
    let w = select(depth, 1.0, view.orthographic != 0u);
    let place = view.picture_size_px * (0.5 * w) + vec2<f32>(point.x, -point.y) * view.pixel_scale;
    let origin = view.region_origin_px + view.sample_offset_px;
    let ndc = (place - origin * w) / view.region_size_px * 2.0 - w;
    // Clips at the near plane with perspective; without it the fragment shader does.
    let z = select(view.near_angstrom, 0.5, view.orthographic != 0u);
    return TriangleVertex(
        vec4<f32>(ndc.x, -ndc.y, z, w),
        depth,
        (view.camera_from_scene * vec4<f32>(normal, 0.0)).xyz,
        color,
        weights,
        instance.atoms,
    );
}

fn triangle_hit(vertex: TriangleVertex, front: bool, ray: Ray) -> Hit {
    if vertex.depth_angstrom < view.near_angstrom {
        discard;
    }
    var normal = select(-vertex.normal, vertex.normal, front);
    // An interpolated normal that points away from the viewer on the side that is seen, near an
    // outline, is turned until it is perpendicular to the line of sight.
    let away = dot(normal, ray.direction);
    if away > 0.0 {
        normal -= away / dot(ray.direction, ray.direction) * ray.direction;
    }
    // The atom of the nearest corner, the first of equals.
    var atom = vertex.atoms.z;
    let weights = vertex.weights;
    if weights.x >= weights.y && weights.x >= weights.z {
        atom = vertex.atoms.x;
    } else if weights.y >= weights.z {
        atom = vertex.atoms.y;
    }
    // Whole levels, as the built-in rasteriser has them.
    let color = floor(vertex.color.rgb * 255.0 + 0.5) / 255.0;
    return Hit(vertex.depth_angstrom, normalize(normal), color, atom);
}

@fragment
fn fragment_color(vertex: TriangleVertex, @builtin(front_facing) front: bool) -> ColorOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return color_output(triangle_hit(vertex, front, ray), ray);
}

@fragment
fn fragment_planes(vertex: TriangleVertex, @builtin(front_facing) front: bool) -> PlanesOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return planes_output(triangle_hit(vertex, front, ray), ray);
}

// Blended over what is behind by the pipeline.
@fragment
fn fragment_transparent(vertex: TriangleVertex, @builtin(front_facing) front: bool) -> ColorOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    let hit = triangle_hit(vertex, front, ray);
    return ColorOutput(vec4<f32>(shade(hit, ray).rgb, vertex.color.a), reversed_depth(hit.depth_angstrom));
}
