//! Pictures of molecules from structure files: headless, fast, and the same bytes every time.
//!
//! ```
//! use molshot::{AdapterChoice, RenderRequest, Renderer};
//!
//! # fn main() -> Result<(), molshot::Error> {
//! let structure = molshot::read("scenes/library/1ubi.pdb")?;
//! let mut request = RenderRequest::default();
//! request.commands = "view left; roll y 15".into();
//! [request.output.width_px, request.output.height_px] = [320, 240];
//! let mut renderer = Renderer::with_adapter(AdapterChoice::Software)?;
//! let picture = renderer.render(&structure, &request)?;
//! assert_eq!(picture.to_image()?.dimensions(), (320, 240));
//! # Ok(())
//! # }
//! ```
//!
//! [`read`] makes a [`Structure`] of files; a [`RenderRequest`] says what to draw of it, with the
//! options of the command line (`docs/render-options.md`); [`Renderer`] draws it into a
//! [`Picture`]. [`PreparedScene`] gives many views of one scene, [`Pool`] draws on all processors,
//! and [`Scene::builder`] makes scenes of spheres and cylinders without a structure file. The
//! programs in `examples/` show each.
//!
//! Everything else is in the crates that this one puts together: `molshot_molecule` (structures),
//! `molshot_scenes` (requests to scenes) and `molshot_renderer` (scenes to pictures), which are
//! re-exported as [`molecule`], [`scenes`] and [`renderer`].
#![forbid(unsafe_code)]

use std::path::Path;
use std::sync::Arc;

#[doc(hidden)]
pub mod cli;
mod error;
pub mod input;
pub mod molviewspec;
mod picture;
mod render;

pub use error::Error;
/// The crate whose types pictures are exchanged in: `RgbaImage`, `ImageFormat`.
pub use image;
pub use molshot_molecule as molecule;
pub use molshot_molecule::{
    Element, Format, PartRole, ReadOptions, Selection, Structure, contacts, hbonds, read_bytes,
};
pub use molshot_renderer as renderer;
pub use molshot_renderer::pool::{Pool, PoolOptions, Sequence, WorkerScratch};
pub use molshot_renderer::{AdapterChoice, Annotations, Frame, enumerate_adapters};
pub use molshot_scenes as scenes;
pub use molshot_scenes::colors::Rgb;
pub use molshot_scenes::request::{
    self, BackgroundRequest, ColorScheme, ImageFormat, LabelContent, Preset, ProjectionKind,
    StructureSource,
};
pub use molshot_scenes::{
    Plane, PreparedScene, RenderJob, RenderRequest, Samples, Scene, SceneDocument, parse_commands,
};
pub use picture::Picture;
pub use render::Renderer;

/// Reads a structure as `molshot render` reads its input: a structure file, a folder in `PDBbind`
/// layout, or a scene file's structure.
///
/// # Errors
/// [`Error::Input`] that names file, line and field.
pub fn read(path: impl AsRef<Path>) -> Result<Arc<Structure>, Error> {
    let inputs = [path.as_ref().to_owned()];
    let structure = input::read_inputs(&inputs, &input::InputOptions::default())?;
    Ok(Arc::new(structure))
}
