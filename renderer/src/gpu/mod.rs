//! The wgpu backend: instanced impostors on Vulkan, Metal or DX12.
//!
//! Long-lived and immutable: `adapters` (those of the machine, of which
//! `cuda` hides some), `context` (an open device) and `pipelines`. Variable:
//! `scene_buffers` (one uploaded scene) in the `scene_cache`, `slot` (`targets`, the read-back
//! buffer and uniforms of one region) in the `ring`, `uniforms` (one view), `passes` (the commands
//! of one region), `in_flight` (what was submitted and not read). `draw` uses them all.
//!
//! Several pictures are in flight at a time: while the device draws one, the commands of the next
//! are recorded, and the pixels of those before are copied by the threads that encode them. Each
//! has a slot of its own. A thread that waits for the device does not keep others from submitting.

mod adapters;
mod context;
mod cuda;
mod draw;
mod in_flight;
mod passes;
mod pipelines;
mod planes;
mod read_back;
mod ring;
mod scene_buffers;
mod scene_cache;
mod slot;
mod targets;
mod uniforms;

#[cfg(test)]
mod contract_tests;

pub use adapters::{adapters_for, enumerate_adapters, instance};
pub use context::Context;
pub use draw::GpuBackend;
