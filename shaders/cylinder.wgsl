//!include shared/view.wgsl
//!include shared/surface.wgsl

struct CylinderInstance {
    // Scene axes, angstrom.
    @location(0) start: vec3<f32>,
    @location(1) radius: f32,
    @location(2) end: vec3<f32>,
    @location(3) caps: u32,
    @location(4) start_color: vec4<f32>,
    @location(5) end_color: vec4<f32>,
    @location(6) start_atom: u32,
    @location(7) end_atom: u32,
}

struct CylinderVertex {
    @builtin(position) clip_position: vec4<f32>,
    // Camera axes, angstrom.
    @location(0) @interpolate(flat, either) middle: vec3<f32>,
    @location(1) @interpolate(flat, either) radius: f32,
    // Unit vector from the first to the second end.
    @location(2) @interpolate(flat, either) axis: vec3<f32>,
    @location(3) @interpolate(flat, either) half_length: f32,
    @location(4) @interpolate(flat, either) start_color: vec3<f32>,
    @location(5) @interpolate(flat, either) end_color: vec3<f32>,
    @location(6) @interpolate(flat, either) atoms_and_caps: vec3<u32>,
}

// The layout is that of the constants of `Cylinder` in scenes/src/scene.rs.
const CAPS_OPEN: u32 = 0u;
const CAPS_FLAT: u32 = 1u;
const CAPS_ROUND: u32 = 2u;

// Deeper than anything: "no hit".
const NO_HIT: f32 = 3.0e38;

@vertex
fn vertex_main(@builtin(vertex_index) vertex_index: u32, instance: CylinderInstance) -> CylinderVertex {
    let start = camera_from_scene(instance.start);
    let end = camera_from_scene(instance.end);
    let corner = strip_corner(vertex_index);
    let start_outline = outline_of_sphere(start, instance.radius);
    let end_outline = outline_of_sphere(end, instance.radius);
    var clip_position: vec4<f32>;
    if start_outline.behind && end_outline.behind {
        clip_position = clip_of_nothing();
    } else if start_outline.bounded && end_outline.bounded {
        // A rectangle along the cylinder: it contains the spheres at both ends, and all between
        // them.
        let start_px = start_outline.center_px;
        let end_px = end_outline.center_px;
        let difference = end_px - start_px;
        let length_px = length(difference);
        let along = select(vec2<f32>(1.0, 0.0), difference / max(length_px, 1e-6), length_px > 1e-3);
        let across = vec2<f32>(-along.y, along.x);
        let half_width = max(start_outline.radius_px, end_outline.radius_px) + QUAD_MARGIN_PX;
        let tip = select(
            start_px - along * (start_outline.radius_px + QUAD_MARGIN_PX),
            end_px + along * (end_outline.radius_px + QUAD_MARGIN_PX),
            corner.x > 0.0,
        );
        // Seen end on, one sphere can lie inside the other's outline: widen both tips to hold the
        // larger.
        let slack = max(half_width - length_px, 0.0) * corner.x;
        clip_position = clip_from_picture(tip + along * slack + across * (corner.y * half_width));
    } else {
        clip_position = clip_of_whole_region(corner);
    }
    // Turned, but not moved: the difference of two far points would lose the digits of a short
    // cylinder's direction.
    let axis = (view.camera_from_scene * vec4<f32>(instance.end - instance.start, 0.0)).xyz;
    let axis_length = length(axis);
    return CylinderVertex(
        clip_position,
        (start + end) * 0.5,
        instance.radius,
        axis / axis_length,
        axis_length * 0.5,
        instance.start_color.rgb,
        instance.end_color.rgb,
        vec3<u32>(instance.start_atom, instance.end_atom, instance.caps),
    );
}

// Nearest point of the cylinder's surface on the ray that is not in front of the near plane.
//
// As for the sphere, the ray is first moved to its point closest to the middle, so that all
// differences are small. The side is a disc seen along the axis: solve there, then cut at the ends.
fn cylinder_hit(vertex: CylinderVertex, ray: Ray) -> Hit {
    let axis = vertex.axis;
    let caps = vertex.atoms_and_caps.z;
    let radius_squared = vertex.radius * vertex.radius;
    let moved = dot(vertex.middle - ray.origin, ray.direction) / dot(ray.direction, ray.direction);
    // Position relative to the middle, and its parts along and across the axis.
    let origin = ray.origin + moved * ray.direction - vertex.middle;
    let origin_along = dot(origin, axis);
    let direction_along = dot(ray.direction, axis);
    let origin_across = origin - origin_along * axis;
    let direction_across = ray.direction - direction_along * axis;
    let across_squared = dot(direction_across, direction_across);
    let near = view.near_angstrom - moved;

    var best = NO_HIT;
    var normal = vec3<f32>(0.0);
    if across_squared > 1e-12 {
        let closest = -dot(origin_across, direction_across) / across_squared;
        let offset = origin_across + closest * direction_across;
        let half_chord_squared = radius_squared - dot(offset, offset);
        if half_chord_squared < 0.0 {
            // Outside the endless cylinder, and so outside its caps.
            discard;
        }
        let half_chord = sqrt(half_chord_squared / across_squared);
        let entry = closest - half_chord;
        let leave = closest + half_chord;
        if entry >= near && abs(origin_along + entry * direction_along) <= vertex.half_length {
            best = entry;
            normal = offset - half_chord * direction_across;
        } else if leave >= near && abs(origin_along + leave * direction_along) <= vertex.half_length {
            best = leave;
            normal = offset + half_chord * direction_across;
        }
    }
    if caps == CAPS_FLAT && abs(direction_along) > 1e-9 {
        for (var side = -1.0; side <= 1.0; side += 2.0) {
            let at = (side * vertex.half_length - origin_along) / direction_along;
            let point = origin_across + at * direction_across;
            if at >= near && at < best && dot(point, point) <= radius_squared {
                best = at;
                normal = side * axis;
            }
        }
    }
    if caps == CAPS_ROUND {
        let length_squared = dot(ray.direction, ray.direction);
        for (var side = -1.0; side <= 1.0; side += 2.0) {
            let from_center = origin - side * vertex.half_length * axis;
            let closest = -dot(from_center, ray.direction) / length_squared;
            let offset = from_center + closest * ray.direction;
            let half_chord_squared = radius_squared - dot(offset, offset);
            if half_chord_squared >= 0.0 {
                let half_chord = sqrt(half_chord_squared / length_squared);
                for (var wall = -1.0; wall <= 1.0; wall += 2.0) {
                    let at = closest + wall * half_chord;
                    let beyond = side * (origin_along + at * direction_along) > vertex.half_length;
                    if beyond && at >= near && at < best {
                        best = at;
                        normal = offset + wall * half_chord * ray.direction;
                    }
                }
            }
        }
    }
    if best == NO_HIT {
        discard;
    }
    let first_half = origin_along + best * direction_along < 0.0;
    return Hit(
        moved + best,
        facing_viewer(normalize(normal), ray),
        select(vertex.end_color, vertex.start_color, first_half),
        select(vertex.atoms_and_caps.y, vertex.atoms_and_caps.x, first_half),
    );
}

@fragment
fn fragment_color(vertex: CylinderVertex) -> ColorOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return color_output(cylinder_hit(vertex, ray), ray);
}

@fragment
fn fragment_planes(vertex: CylinderVertex) -> PlanesOutput {
    let ray = ray_of_fragment(vertex.clip_position);
    return planes_output(cylinder_hit(vertex, ray), ray);
}
