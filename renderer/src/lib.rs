//! Draws a [`RenderJob`](molshot_scenes::RenderJob) into a [`Frame`] and encodes it.
//!
//! Data flow: [`open`] selects a [`Backend`] (wgpu, with the feature `gpu`, or [`software`]) -> the
//! backend draws the job, with the scene's effects -> [`labels`] are drawn on top -> [`Frame`] ->
//! [`encode`] -> [`mod@save`]. [`pool`] does this for many pictures at once, and [`annotations`]
//! describes what a frame shows.
//!
//! ```
//! use std::sync::Arc;
//!
//! use molshot_molecule::{PartRole, ReadOptions, read_bytes};
//! use molshot_renderer::{AdapterChoice, encode, open};
//! use molshot_scenes::request::{ImageFormat, Preset};
//! use molshot_scenes::{PreparedScene, RenderRequest};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let xyz = b"3\n\nO 0 0 0.5\nH 0.76 -0.59 0\nH -0.76 -0.59 0\n";
//! let water = read_bytes("water.xyz", xyz, PartRole::Ligand, &ReadOptions::default())?;
//!
//! let mut request = RenderRequest::default();
//! request.style.preset = Preset::Spacefill;
//! request.style.hydrogens = true;
//! request.style.solvent = true;
//! (request.output.width_px, request.output.height_px) = (64, 48);
//! let job = PreparedScene::new(Arc::new(water), &request)?.job()?;
//!
//! let mut backend = open(AdapterChoice::Software)?;
//! let frame = backend.draw(&job)?;
//! let png = encode::picture(&frame, ImageFormat::Png)?;
//! assert!(png.bytes.starts_with(b"\x89PNG"));
//!
//! // The frame as an image of the crate `image`.
//! let image = frame.into_image()?;
//! assert_eq!(image.dimensions(), (64, 48));
//! assert_ne!(image.get_pixel(32, 24).0[..3], [0, 0, 0]);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod advice;
pub mod annotations;
pub mod backend;
mod camera_uniforms;
pub mod cancel;
#[cfg(test)]
mod cancel_tests;
pub mod cost;
pub mod device;
mod effects;
pub mod encode;
pub mod error;
pub mod frame;
#[cfg(feature = "gpu")]
pub mod gpu;
pub mod labels;
mod mesh;
pub mod pool;
pub mod save;
pub mod select;
pub mod self_test;
mod simd;
pub mod software;

pub use advice::{Advice, AdvisedValue};
pub use annotations::{Annotations, Annotator, annotate};
pub use backend::{AdapterChoice, AdapterReport, Backend, BackendKind};
pub use cancel::CancelToken;
pub use device::{DEVICE_VARIABLE, DeviceKind, DeviceSelector};
pub use encode::{EncodedImage, Encoder, Encoding};
pub use error::{RenderError, is_transient_io};
pub use frame::{Frame, Timings};
pub use save::{
    check_destination, files_of, save, save_bytes, save_masks, save_masks_of, save_with,
    write_files, write_masks,
};
pub use select::{enumerate_adapters, open, open_with_threads};
