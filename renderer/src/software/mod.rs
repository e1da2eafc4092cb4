//! The built-in rasteriser: it needs no graphics driver, and gives the same bytes on every
//! processor and with any number of threads.
//!
//! The data flow of a frame, one module per stage (`docs/rasteriser.md` has a diagram):
//!
//! - `scene`: the primitives of a scene, relative to the middle of its bounding box;
//! - `primitives`: the same as one camera sees them, with pixel bounds and nearest depths;
//! - `duplicates`: bodies that coincide with earlier ones, which are not drawn;
//! - `binning`: for each tile the primitives that may touch it, front to back;
//! - `visibility`: what the centre of each pixel of a `tile` shows;
//! - `edges`: the pixels whose samples may show something else;
//! - `samples`: what those samples show;
//! - `shading`, `lighting`: colours, once per pixel or per sample;
//! - `resolve`: the mean of a pixel's samples;
//! - `borders`, `border_colors`, `outline`, `junctions`: edges from the shares that bodies cover,
//!   in place of `edges` and `samples` (for `samples` `auto`).
//!
//! `worker` runs the stages from `visibility` on for one tile, `backend` all of them for a frame;
//! `probe` casts single rays against a few bodies, for annotations.
//!
//! The pictures are those of the shaders in `shaders/`: the formulas are the same, in f32 and
//! without fused multiplication, so that every instruction set rounds alike.

#![allow(
    clippy::inline_always,
    reason = "a SIMD operation that is not inlined into code compiled for its instructions is a call"
)]
#![allow(
    clippy::needless_range_loop,
    reason = "`axis` indexes several arrays at once"
)]
#![allow(
    clippy::range_plus_one,
    reason = "a loop over an inclusive range tests more than one over a half-open range"
)]
#![allow(
    clippy::too_many_lines,
    clippy::too_many_arguments,
    reason = "inner loops stay in one function, and take their state as arguments"
)]

mod backend;
mod band;
mod binning;
mod border_colors;
mod borders;
mod camera;
mod context;
mod duplicates;
mod edges;
mod frame_pool;
mod instruction_set;
mod intersect;
mod junctions;
mod lighting;
mod mesh;
mod outline;
mod primitive_id;
mod primitives;
mod probe;
mod resolve;
mod samples;
mod scene;
mod shading;
mod tile;
mod visibility;
mod worker;

pub use backend::SoftwareBackend;
pub(crate) use duplicates::find_duplicates;
pub use instruction_set::InstructionSet;
pub(crate) use probe::Probe;
