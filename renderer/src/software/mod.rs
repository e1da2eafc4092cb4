//! The built-in rasteriser: needs no driver, and gives the same bytes on every processor and with
//! any number of threads.
//!
//! The road of the data: `upload` (one scene, made relative to its middle) -> `bodies` (what one
//! camera sees of it) -> `bins` (front to back, tile by tile) -> `centers` (who is seen through the
//! middle of each pixel of a `tile`) -> `edges` (pixels whose samples may meet something else) ->
//! `samples` (what they meet) -> `queue`, `shade` (colour, once a pixel or a sample). `worker`
//! walks this road for one tile, `backend` for a picture.
//!
//! What is drawn is what `shaders/` says; the formulas here are the same ones, in f32, without
//! fused multiplication, so that each instruction set rounds alike.

#![allow(
    clippy::inline_always,
    reason = "vector instructions that are not inlined into the function that may use them become calls"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "`axis` indexes several arrays at once"
)]
#![allow(
    clippy::too_many_lines,
    clippy::too_many_arguments,
    reason = "an inner loop and its kinds of primitives stand together"
)]

mod backend;
mod band;
mod bins;
mod bodies;
mod camera;
mod centers;
mod edges;
mod intersect;
mod level;
mod mixed;
mod queue;
mod samples;
mod shade;
mod spare;
mod tile;
mod upload;
mod worker;

pub use backend::SoftwareBackend;
pub use level::InstructionSet;
