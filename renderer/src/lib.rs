//! A [`RenderJob`](molshot_scenes::RenderJob) in, a [`Frame`] out, and from there an encoded picture.
//!
//! The road of the data: [`backend`] chooses who draws -> [`gpu`] or [`software`] draws -> [`labels`] go on top -> [`Frame`] -> [`encode`] -> [`mod@save`].
#![forbid(unsafe_code)]

pub mod backend;
pub mod check;
pub mod encode;
pub mod error;
pub mod frame;
pub mod gpu;
pub mod labels;
pub mod save;
pub mod software;

pub use backend::{AdapterChoice, AdapterReport, Draw, open, survey};
pub use encode::EncodedImage;
pub use error::RenderError;
pub use frame::{Frame, Timings};
pub use save::{check_destination, files_of, save};
