//!include shared/view.wgsl
//!include shared/surface.wgsl

struct SphereInstance {
    // Scene axes, angstrom.
    @location(0) center: vec3<f32>,
    @location(1) radius: f32,
    @location(2) color: vec4<f32>,
    @location(3) atom: u32,
}

struct SphereVertex {
    @builtin(position) clip_position: vec4<f32>,
    // Camera axes, angstrom.
    @location(0) @interpolate(flat, either) center: vec3<f32>,
    @location(1) @interpolate(flat, either) radius: f32,
    @location(2) @interpolate(flat, either) color: vec3<f32>,
    @location(3) @interpolate(flat, either) atom: u32,
}

@vertex
fn vertex_main(@builtin(vertex_index) vertex_index: u32, instance: SphereInstance) -> SphereVertex {
    let center = camera_from_scene(instance.center);
    let corner = strip_corner(vertex_index);
    let outline = outline_of_sphere(center, instance.radius);
    var clip_position: vec4<f32>;
    if outline.behind {
        clip_position = clip_of_nothing();
    } else if outline.bounded {
        clip_position = clip_from_picture(outline.center_px + corner * (outline.radius_px + QUAD_MARGIN_PX));
    } else {
        clip_position = clip_of_whole_region(corner);
    }
    return SphereVertex(clip_position, center, instance.radius, instance.color.rgb, instance.atom);
}

// Nearest point of the sphere on the ray that is not in front of the near plane.
//
// The half chord is computed from the ray's point closest to the centre: the differences stay as
// small as the sphere, so f32 suffices at any distance (Haines et al., "Precision Improvements for
// Ray/Sphere Intersection", Ray Tracing Gems, 2019).
fn sphere_hit(vertex: SphereVertex, ray: Ray) -> Hit {
    let length_squared = dot(ray.direction, ray.direction);
    let closest = dot(vertex.center - ray.origin, ray.direction) / length_squared;
    let offset = ray.origin + closest * ray.direction - vertex.center;
    let half_chord_squared = vertex.radius * vertex.radius - dot(offset, offset);
    if half_chord_squared < 0.0 {
        discard;
    }
    let half_chord = sqrt(half_chord_squared / length_squared);
    var along = -half_chord;
    if closest + along < view.near_angstrom {
        // The near plane cuts the sphere: its far wall is visible from inside.
        along = half_chord;
        if closest + along < view.near_angstrom {
            discard;
        }
    }
    let normal = normalize(offset + along * ray.direction);
    return Hit(closest + along, facing_viewer(normal, ray), vertex.color, vertex.atom);
}

@fragment
fn fragment_color(vertex: SphereVertex) -> ColorOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return color_output(sphere_hit(vertex, ray), ray);
}

@fragment
fn fragment_planes(vertex: SphereVertex) -> PlanesOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return planes_output(sphere_hit(vertex, ray), ray);
}
