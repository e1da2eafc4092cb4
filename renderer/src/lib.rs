//! A [`RenderJob`](molshot_scenes::RenderJob) in, a [`Frame`] out, and from there an encoded picture.
//!
//! The road of the data: [`backend`] chooses who draws -> [`gpu`] draws -> [`Frame`] -> [`encode`] -> [`mod@save`].
#![forbid(unsafe_code)]

pub mod annotations;
pub mod backend;
pub mod check;
pub mod encode;
pub mod error;
pub mod frame;
pub mod gpu;
pub mod save;
pub mod software;

pub use annotations::{Annotations, Annotator, annotate};
pub use backend::{AdapterChoice, AdapterReport, Draw, open, survey};
pub use encode::EncodedImage;
pub use error::RenderError;
pub use frame::{Frame, Timings};
pub use save::{check_destination, files_of, save, save_bytes, save_masks};
