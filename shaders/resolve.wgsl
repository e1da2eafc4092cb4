// Several one-sample pictures to one antialiased picture, over the background.

struct Resolve {
    // sRGB bytes; the fourth is 1 for a transparent background, else 0.
    background: vec4<u32>,
    samples: u32,
    // 1: means are rounded half up; 0: they are rounded down.
    rounds: u32,
}

@group(0) @binding(0) var<uniform> resolve: Resolve;
@group(0) @binding(1) var sample_layers: texture_2d_array<f32>;

@vertex
fn vertex_main(@builtin(vertex_index) vertex_index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the target.
    let corner = vec2<f32>(f32(vertex_index & 1u), f32(vertex_index >> 1u)) * 4.0 - 1.0;
    return vec4<f32>(corner, 0.0, 1.0);
}

// The mean of integers, rounded half up or down: the same on every device.
@fragment
fn fragment_main(@builtin(position) frag_coord: vec4<f32>) -> @location(0) vec4<f32> {
    let pixel = vec2<i32>(frag_coord.xy);
    var sum = vec3<u32>(0u);
    // In levels of 255: a sample that only transparent triangles cover counts less.
    var covered = 0u;
    for (var layer = 0u; layer < resolve.samples; layer++) {
        let texel = textureLoad(sample_layers, pixel, i32(layer), 0);
        // Colours are multiplied by their alpha.
        sum += vec3<u32>(texel.rgb * 255.0 + 0.5);
        covered += u32(texel.a * 255.0 + 0.5);
    }
    if resolve.background.a == 1u {
        // Straight alpha: the colour is the mean of what is covered.
        if covered == 0u {
            return vec4<f32>(vec3<f32>(resolve.background.rgb) / 255.0, 0.0);
        }
        let mean = min((2u * 255u * sum + resolve.rounds * covered) / (2u * covered), vec3<u32>(255u));
        let alpha = (2u * covered + resolve.rounds * resolve.samples) / (2u * resolve.samples);
        return vec4<f32>(vec3<f32>(mean), f32(alpha)) / 255.0;
    }
    let levels = 255u * resolve.samples;
    let whole = 255u * sum + (levels - covered) * resolve.background.rgb;
    let mean = (2u * whole + resolve.rounds * levels) / (2u * levels);
    return vec4<f32>(vec3<f32>(mean) / 255.0, 1.0);
}
