//! Pictures: the oracle, the properties, golden pictures, hashes, comparisons with ChimeraX.
//! Both backends draw; software Vulkan draws for wgpu, and a test that does not find it fails.

mod all_inputs;
mod annotations;
mod auto_samples;
mod background;
mod chimerax_pictures;
mod crops;
mod determinism;
mod effects;
mod golden;
mod hashes;
mod in_flight;
mod labels;
mod masks;
mod meshes;
mod motions;
mod oracle;
mod properties;
mod software;
