//! Builds a [`Scene`] and [`RenderJob`]s from a structure and a request. Pure: no files, no GPU.
//!
//! Data flow, forward only: JSON, flags or Rust code make a [`RenderRequest`], which says what to
//! draw of *some* structure (a [`SceneDocument`] also says of which). With a structure,
//! [`mod@build`] decides what is shown, how large and in which colours, and gives a [`Scene`].
//! [`mod@camera`] fits a camera to it, [`commands`] move the camera, and the camera gives a
//! [`View`]. Scene, view and output size make a [`RenderJob`], whose one constructor checks that
//! everything is within limits.
//!
//! ```
//! use std::sync::Arc;
//!
//! use molshot_molecule::{PartRole, ReadOptions, read_bytes};
//! use molshot_scenes::request::Preset;
//! use molshot_scenes::{PreparedScene, RenderRequest};
//!
//! let pdb = "\
//! HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O
//! HETATM    2  ZN   ZN A   2       2.000   0.000   0.000  1.00  0.00          ZN
//! ";
//! let options = ReadOptions::default();
//! let structure = read_bytes("site.pdb", pdb.as_bytes(), PartRole::Whole, &options)?;
//!
//! let mut request = RenderRequest::default();
//! request.style.preset = Preset::Spacefill;
//! request.style.solvent = true;
//! request.commands = "view left; zoom 1.5".into();
//! request.output.width_px = 320;
//!
//! let prepared = PreparedScene::new(Arc::new(structure), &request)?;
//! assert_eq!(prepared.scene().spheres.len(), 2);
//! // A renderer draws this.
//! let job = prepared.job()?;
//! assert_eq!(job.viewport().width_px, 320);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! A scene can also be made from numbers, without a structure: see [`Scene::builder`].
#![forbid(unsafe_code)]

pub mod build;
pub mod builder;
pub mod camera;
pub mod caption;
pub mod cartoon;
pub mod colors;
pub mod commands;
pub mod diagnostics;
pub mod effects;
pub mod error;
pub mod job;
pub mod keyword;
pub mod labels;
pub mod mesh;
pub mod molviewspec;
pub mod options;
pub mod pseudobonds;
pub mod ranges;
pub mod request;
pub mod scene;
pub mod schema;
pub mod suggest;
pub mod texts;
pub mod transforms;
pub mod view;

mod bounding_box;
mod misi_presets;

pub use build::{PreparedScene, build_scene, build_scene_cancellable};
pub use builder::SceneBuilder;
pub use camera::Camera;
pub use commands::{Command, parse_commands};
pub use effects::{AmbientOcclusion, Effects, Silhouettes};
pub use error::{SceneError, ValueError};
pub use job::{Plane, RenderJob, Samples};
pub use keyword::Keyword;
pub use labels::{Label, LabelAlignment, Labels};
pub use mesh::{Mesh, MeshVertex};
pub use pseudobonds::{DashEnd, Dashed};
pub use request::{RenderRequest, SceneDocument};
pub use scene::{Background, BoundingBox, Cylinder, DepthCue, Lighting, Scene, SceneParts, Sphere};
pub use texts::{ResidueText, SelectionText, ViewCommands};
pub use view::{CropRect, Pose, Projection, View, Viewport};
