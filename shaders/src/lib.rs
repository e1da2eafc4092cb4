//! molshot's WGSL: one file per primitive at the top of this crate, `shared/` for what they share.
//! Composed and validated when the crate is built (see `build.rs`), so these texts always compile.
#![forbid(unsafe_code)]

/// Impostor spheres: `vertex_main`, `fragment_color`, `fragment_planes`.
pub const SPHERE: &str = include_str!(concat!(env!("OUT_DIR"), "/sphere.wgsl"));
/// Impostor cylinders: `vertex_main`, `fragment_color`, `fragment_planes`.
pub const CYLINDER: &str = include_str!(concat!(env!("OUT_DIR"), "/cylinder.wgsl"));
/// Triangles of meshes: `vertex_main`, `fragment_color`, `fragment_planes`,
/// `fragment_transparent`.
pub const TRIANGLE: &str = include_str!(concat!(env!("OUT_DIR"), "/triangle.wgsl"));
/// Mean of several samples over the background: `vertex_main`, `fragment_main`.
pub const RESOLVE: &str = include_str!(concat!(env!("OUT_DIR"), "/resolve.wgsl"));
/// An opaque picture to three bytes per pixel: `vertex_main`, `fragment_main`.
pub const PACK: &str = include_str!(concat!(env!("OUT_DIR"), "/pack.wgsl"));
/// A finished picture into a window: `vertex_main`, `fragment_main`.
pub const PRESENT: &str = include_str!(concat!(env!("OUT_DIR"), "/present.wgsl"));
