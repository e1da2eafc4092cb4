//! A [`RenderJob`](molshot_scenes::RenderJob) in, a [`Frame`] out, and from there an encoded
//! picture.
//!
//! The road of the data: [`backend`] chooses who draws -> [`gpu`] or [`software`] draws, with
//! effects where they are asked for -> [`labels`] go on top -> [`Frame`] -> [`encode`] ->
//! [`mod@save`]; [`pool`] walks it with many pictures at once.
#![forbid(unsafe_code)]

pub mod annotations;
pub mod backend;
mod camera_numbers;
pub mod check;
mod effects;
pub mod encode;
pub mod error;
pub mod frame;
pub mod gpu;
pub mod labels;
pub mod pool;
pub mod save;
pub mod software;

pub use annotations::{Annotations, Annotator, annotate};
pub use backend::{
    AdapterChoice, AdapterReport, Backend, BackendKind, enumerate_adapters, open, open_with_threads,
};
pub use encode::{EncodedImage, Encoder, Encoding};
pub use error::RenderError;
pub use frame::{Frame, Timings};
pub use save::{check_destination, files_of, save, save_bytes, save_masks, save_with};
