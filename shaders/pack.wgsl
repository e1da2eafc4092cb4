// An opaque picture without its alpha: three bytes per pixel, four bytes per texel of the target.

@group(0) @binding(0) var colors: texture_2d<f32>;

@vertex
fn vertex_main(@builtin(vertex_index) vertex_index: u32) -> @builtin(position) vec4<f32> {
    // One triangle that covers the target.
    let corner = vec2<f32>(f32(vertex_index & 1u), f32(vertex_index >> 1u)) * 4.0 - 1.0;
    return vec4<f32>(corner, 0.0, 1.0);
}

@fragment
fn fragment_main(@builtin(position) frag_coord: vec4<f32>) -> @location(0) u32 {
    let texel = vec2<u32>(frag_coord.xy);
    let last = textureDimensions(colors).x - 1u;
    // Four bytes are of two pixels at most.
    let first_byte = texel.x * 4u;
    let pixel = first_byte / 3u;
    let row = i32(texel.y);
    let one = vec3<u32>(textureLoad(colors, vec2<i32>(i32(pixel), row), 0).rgb * 255.0 + 0.5);
    let next = min(pixel + 1u, last);
    let other = vec3<u32>(textureLoad(colors, vec2<i32>(i32(next), row), 0).rgb * 255.0 + 0.5);
    var bytes = array<u32, 6>(one.r, one.g, one.b, other.r, other.g, other.b);
    let skipped = first_byte % 3u;
    return bytes[skipped]
        | (bytes[skipped + 1u] << 8u)
        | (bytes[skipped + 2u] << 16u)
        | (bytes[skipped + 3u] << 24u);
}
