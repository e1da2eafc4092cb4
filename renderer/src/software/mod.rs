//! The built-in rasteriser: needs no driver, and gives the same bytes on every processor and with any number of threads.
//!
//! The road of the data: [`upload`] (one scene, made relative to its middle) -> [`bodies`] (what one camera sees of it) -> [`bins`]
//! (front to back, tile by tile) -> [`tile`] (who is seen in each pixel, with [`intersect`]) -> [`edges`] (pixels in which samples may differ from the
//! centre, and what they meet) -> [`shade`] (colour, once a pixel or a sample). [`backend`] ties them together.
//!
//! What is drawn is what `shaders/` says; the formulas here are the same ones, in f32, without fused multiplication, so that each
//! instruction set rounds alike.

mod backend;
mod bins;
mod bodies;
mod camera;
mod edges;
mod intersect;
mod level;
mod shade;
mod tile;
mod upload;

pub use backend::SoftwareBackend;
pub use level::InstructionSet;
