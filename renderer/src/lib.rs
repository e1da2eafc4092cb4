//! Draws a [`RenderJob`](molshot_scenes::RenderJob) into a [`Frame`] and encodes it.
//!
//! Data flow: [`open`] selects a [`Backend`] ([`gpu`](crate::open) or [`software`]) -> the backend
//! draws the job, with effects where the scene has some -> [`labels`] are drawn on top -> [`Frame`]
//! -> [`encode`] -> [`mod@save`]. [`pool`] does this for many pictures at once, and
//! [`annotations`] describes what a frame shows.
#![forbid(unsafe_code)]

pub mod annotations;
pub mod backend;
mod camera_uniforms;
pub mod cancel;
mod effects;
pub mod encode;
pub mod error;
pub mod frame;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod labels;
pub mod pool;
pub mod save;
pub mod select;
pub mod self_test;
pub mod software;

pub use annotations::{Annotations, Annotator, annotate};
pub use backend::{AdapterChoice, AdapterReport, Backend, BackendKind};
pub use cancel::CancelToken;
pub use encode::{EncodedImage, Encoder, Encoding};
pub use error::RenderError;
pub use frame::{Frame, Timings};
pub use save::{check_destination, files_of, save, save_bytes, save_masks, save_with};
pub use select::{enumerate_adapters, open, open_with_threads};
