//! What every stage reads while one frame is drawn.

use super::camera::Camera;
use super::primitives::Primitives;
use super::scene::SceneData;
use crate::cancel::CancelToken;

/// What does not change within a frame.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameContext<'a> {
    pub(super) camera: &'a Camera,
    pub(super) scene: &'a SceneData,
    pub(super) primitives: &'a Primitives,
    /// A primitive's nearest depth may be less than that of its predecessor in a tile's list by
    /// this much, angstrom: lists are sorted by depths of limited resolution.
    pub(super) max_depth_inversion: f32,
    /// Once it is cancelled the stages stop anywhere; the frame is of no use then.
    pub(super) cancel: &'a CancelToken,
}
