//! The wgpu backend: instanced impostors on Vulkan, Metal or DX12.
//!
//! Long-lived and immutable: `context` (instance, adapter, device) and `pipelines`. Variable:
//! `scene_buffers` (one uploaded scene), `targets` (textures of one region), `uniforms` (one view),
//! `passes` (the commands of one region). `draw` uses them all.

mod context;
mod draw;
mod passes;
mod pipelines;
mod planes;
mod read_back;
mod scene_buffers;
mod targets;
mod uniforms;

#[cfg(test)]
mod contract_tests;

pub use context::{Context, adapters_for, enumerate_adapters, instance};
pub use draw::GpuBackend;
