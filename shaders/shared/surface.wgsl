// What a fragment shader hits, and its outputs.

struct Hit {
    depth_angstrom: f32,
    // Unit, camera axes.
    normal: vec3<f32>,
    color: vec3<f32>,
    // Index of the atom in the structure.
    atom: u32,
}

struct ColorOutput {
    @location(0) color: vec4<f32>,
    @builtin(frag_depth) reversed_depth: f32,
}

struct PlanesOutput {
    @location(0) color: vec4<f32>,
    // Atom index + 1; 0 is left for "nothing".
    @location(1) atom_id: u32,
    @location(2) depth_angstrom: f32,
    // Octahedral, two 16-bit signed normalised numbers.
    @location(3) normal: u32,
    @builtin(frag_depth) reversed_depth: f32,
}

// 1 at the near plane, towards 0 far away: a float's digits are spent evenly in relative depth, in
// both projections.
fn reversed_depth(depth_angstrom: f32) -> f32 {
    return view.near_angstrom / depth_angstrom;
}

fn power_30(x: f32) -> f32 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let x8 = x4 * x4;
    let x16 = x8 * x8;
    return x16 * x8 * x4 * x2;
}

// Lighting and depth cue; see `Lighting` and `DepthCue` in scenes/src/scene.rs for the formula.
// `normal` faces the viewer.
fn shade(hit: Hit, ray: Ray) -> vec4<f32> {
    let towards_hit = normalize(ray.direction);
    let key = dot(hit.normal, view.key_direction);
    let fill = dot(hit.normal, view.fill_direction);
    let diffuse = view.key_diffuse * max(-key, 0.0) + view.fill_diffuse * max(-fill, 0.0);
    let reflected = view.key_direction - 2.0 * key * hit.normal;
    let highlight = view.specular * power_30(max(-dot(reflected, towards_hit), 0.0));
    // May exceed 1 here: what is too bright fades with depth before it is cut off, as in ChimeraX's
    // pictures.
    var color = hit.color * (view.ambient + diffuse) + highlight;
    if view.cue_end_angstrom > 0.0 {
        let kept = clamp(
            (view.cue_end_angstrom - hit.depth_angstrom) / (view.cue_end_angstrom - view.cue_start_angstrom),
            0.0,
            1.0,
        );
        color = mix(view.cue_color, color, kept);
    }
    // Rounded here, so that no driver's own rounding matters.
    return vec4<f32>(floor(min(color, vec3<f32>(1.0)) * 255.0 + 0.5) / 255.0, 1.0);
}

fn facing_viewer(normal: vec3<f32>, ray: Ray) -> vec3<f32> {
    return select(normal, -normal, dot(normal, ray.direction) > 0.0);
}

// Octahedral encoding (Cigolle et al., "A Survey of Efficient Representations for Independent Unit
// Vectors", 2014).
fn octahedral(normal: vec3<f32>) -> u32 {
    let flat = normal.xy / (abs(normal.x) + abs(normal.y) + abs(normal.z));
    let sign_not_zero = select(vec2<f32>(-1.0), vec2<f32>(1.0), flat >= vec2<f32>(0.0));
    let folded = select(flat, (1.0 - abs(flat.yx)) * sign_not_zero, normal.z < 0.0);
    return pack2x16snorm(folded);
}

fn color_output(hit: Hit, ray: Ray) -> ColorOutput {
    return ColorOutput(shade(hit, ray), reversed_depth(hit.depth_angstrom));
}

fn planes_output(hit: Hit, ray: Ray) -> PlanesOutput {
    return PlanesOutput(
        shade(hit, ray),
        hit.atom + 1u,
        hit.depth_angstrom,
        octahedral(hit.normal),
        reversed_depth(hit.depth_angstrom),
    );
}
