// View data that every primitive reads. The layout is that of `ViewUniform` in
// renderer/gpu/uniforms.rs.
//
// Spaces: "scene" = world axes, origin moved to the scene's centre (so that f32 keeps its digits
// far from the world's origin); "camera" = x right, y up, z towards the viewer; "picture" = pixels
// of the whole, uncropped picture, y down.

struct View {
    camera_from_scene: mat4x4<f32>,
    // Whole picture.
    picture_size_px: vec2<f32>,
    // Left top corner and size of the region that this pass draws.
    region_origin_px: vec2<f32>,
    region_size_px: vec2<f32>,
    // Where in a pixel this pass samples, relative to its centre.
    sample_offset_px: vec2<f32>,
    // Pixels per unit of x / depth (perspective) or per angstrom (orthographic).
    pixel_scale: f32,
    // Nothing with less depth is drawn.
    near_angstrom: f32,
    orthographic: u32,
    // Depths between which the depth cue fades; both 0: no depth cue.
    cue_start_angstrom: f32,
    cue_color: vec3<f32>,
    cue_end_angstrom: f32,
    key_direction: vec3<f32>,
    // Products of an intensity and the material's reflectivity.
    key_diffuse: f32,
    fill_direction: vec3<f32>,
    fill_diffuse: f32,
    ambient: f32,
    specular: f32,
}

@group(0) @binding(0) var<uniform> view: View;

struct Ray {
    origin: vec3<f32>,
    // Not normalised: z is -1, so that the ray parameter is the depth along the view axis.
    direction: vec3<f32>,
}

// The ray through this fragment's sample point, in camera axes.
fn ray_of_fragment(frag_coord: vec4<f32>) -> Ray {
    let point_px = frag_coord.xy + view.region_origin_px + view.sample_offset_px;
    let x = (point_px.x - view.picture_size_px.x * 0.5) / view.pixel_scale;
    let y = (view.picture_size_px.y * 0.5 - point_px.y) / view.pixel_scale;
    if view.orthographic != 0u {
        return Ray(vec3<f32>(x, y, 0.0), vec3<f32>(0.0, 0.0, -1.0));
    }
    return Ray(vec3<f32>(0.0), vec3<f32>(x, y, -1.0));
}

fn camera_from_scene(point: vec3<f32>) -> vec3<f32> {
    return (view.camera_from_scene * vec4<f32>(point, 1.0)).xyz;
}

// A sphere seen on the picture: centre in picture pixels and the radius of a circle around it that
// holds its outline.
struct Outline {
    center_px: vec2<f32>,
    radius_px: f32,
    // False when the sphere reaches behind the near plane, where no circle can be given.
    bounded: bool,
    // True when nothing of it lies in front of the near plane.
    behind: bool,
}

fn outline_of_sphere(center: vec3<f32>, radius: f32) -> Outline {
    let middle = view.picture_size_px * 0.5;
    let depth = -center.z;
    var outline: Outline;
    outline.behind = depth + radius < view.near_angstrom;
    outline.bounded = depth - radius >= view.near_angstrom;
    if view.orthographic != 0u {
        outline.bounded = true;
        outline.center_px = middle + vec2<f32>(center.x, -center.y) * view.pixel_scale;
        outline.radius_px = radius * view.pixel_scale;
        return outline;
    }
    outline.center_px = middle + vec2<f32>(center.x, -center.y) * (view.pixel_scale / max(depth, 1e-6));
    // The outline is an ellipse stretched away from the picture's middle; its farthest point lies
    // on that line, at the tangent ray: tan(a + b) - tan(a), with a = angle of the centre, sin(b) =
    // radius / distance.
    let distance_squared = dot(center, center);
    let tangent = sqrt(max(distance_squared - radius * radius, 1e-12));
    let tan_b = radius / tangent;
    let tan_a = length(center.xy) / max(depth, 1e-6);
    let denominator = 1.0 - tan_a * tan_b;
    // tan(a + b) - tan(a) = tan(b) (1 + tan(a)^2) / (1 - tan(a) tan(b))
    outline.radius_px = view.pixel_scale * tan_b * (1.0 + tan_a * tan_a) / max(denominator, 1e-6);
    outline.bounded = outline.bounded && denominator > 1e-3;
    return outline;
}

// Clip position of a picture point; the depth is written by the fragment shader.
fn clip_from_picture(point_px: vec2<f32>) -> vec4<f32> {
    let ndc = (point_px - view.region_origin_px) / view.region_size_px * 2.0 - 1.0;
    return vec4<f32>(ndc.x, -ndc.y, 0.5, 1.0);
}

// The four corners of a triangle strip that covers the whole region.
fn clip_of_whole_region(corner: vec2<f32>) -> vec4<f32> {
    return vec4<f32>(corner, 0.5, 1.0);
}

// A point outside the clip volume: all four corners there draw nothing.
fn clip_of_nothing() -> vec4<f32> {
    return vec4<f32>(2.0, 2.0, 2.0, 1.0);
}

// Corner of a triangle strip, -1 or 1 in both axes.
fn strip_corner(vertex_index: u32) -> vec2<f32> {
    return vec2<f32>(f32(vertex_index & 1u) * 2.0 - 1.0, f32(vertex_index >> 1u) * 2.0 - 1.0);
}

// A quad must also cover what falls between a pixel's centre and its sample points, and its own
// rounding.
const QUAD_MARGIN_PX: f32 = 1.0;
