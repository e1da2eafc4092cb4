//! A structure and a request in, a [`Scene`] and [`RenderJob`]s out. Pure: no files, no GPU.
//!
//! The road of the data through this crate, forward only: JSON or flags -> [`RenderRequest`] ->
//! with a structure: [`mod@build`] (style, colours, what is shown) -> [`Scene`] -> [`mod@camera`]
//! (fit) and [`commands`] (view language) -> [`View`] -> [`RenderJob`], whose one constructor is
//! the proof that everything is within limits.
#![forbid(unsafe_code)]

pub mod build;
pub mod camera;
pub mod colors;
pub mod commands;
pub mod effects;
pub mod error;
pub mod job;
pub mod keyword;
pub mod labels;
pub mod pseudobonds;
pub mod remarks;
pub mod request;
pub mod scene;
pub mod transforms;
pub mod view;

mod picture;
mod suggest;

pub use build::{PreparedScene, build_scene};
pub use camera::Camera;
pub use commands::{Command, parse_commands};
pub use effects::{AmbientOcclusion, Effects, Silhouettes};
pub use error::{SceneError, ValueError};
pub use job::{Plane, RenderJob, Samples};
pub use keyword::Keyword;
pub use labels::{Label, Labels};
pub use pseudobonds::Dashed;
pub use request::RenderRequest;
pub use scene::{Background, BoundingBox, Cylinder, DepthCue, Lighting, Scene, SceneParts, Sphere};
pub use view::{CropRect, Pose, Projection, View, Viewport};
