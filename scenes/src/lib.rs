//! A structure and a request in, a [`Scene`] and [`RenderJob`]s out. Pure: no files, no GPU.
//!
//! The road of the data through this crate, forward only:
//! JSON or flags -> `request::RenderRequest` -> with a structure: `build` (style, colours, what is shown) -> [`Scene`]
//! -> `camera` (fit) and `commands` (view language) -> [`View`] -> [`RenderJob`], whose one constructor is the proof that
//! everything is within limits.
#![forbid(unsafe_code)]

pub mod error;
pub mod job;
pub mod scene;
pub mod view;

pub use error::SceneError;
pub use job::{Plane, RenderJob, Samples};
pub use scene::{Background, BoundingBox, Cylinder, DepthCue, Lighting, Scene, SceneParts, Sphere};
pub use view::{CropRect, Pose, Projection, View, Viewport};
