//! The scenes that stay on the device, within a budget.

use std::sync::Arc;

use molshot_scenes::Scene;

use super::context::Context;
use super::scene_buffers::SceneBuffers;
use crate::error::RenderError;

/// Memory of all scenes on a device: twenty million spheres fit. The scene that is drawn is kept at
/// any size.
const BUDGET_BYTES: u64 = 512 << 20;

/// Most scenes on a device.
const MAX_SCENES: usize = 16;

/// Uploaded scenes, the one that was used last at the end.
#[derive(Debug)]
pub(super) struct SceneCache {
    scenes: Vec<SceneBuffers>,
    budget_bytes: u64,
}

impl Default for SceneCache {
    fn default() -> Self {
        Self::with_budget(BUDGET_BYTES)
    }
}

impl SceneCache {
    pub(super) fn with_budget(budget_bytes: u64) -> Self {
        Self {
            scenes: Vec::new(),
            budget_bytes,
        }
    }

    /// The scene that was used last.
    pub(super) fn last(&self) -> Option<&SceneBuffers> {
        self.scenes.last()
    }

    /// Makes `scene` the one that was used last, and uploads it if it is not there. Scenes that
    /// were not used for longest are freed for it; pictures in flight keep theirs until they are
    /// drawn. Returns whether it was uploaded.
    ///
    /// # Errors
    /// Those of [`SceneBuffers::upload`] and of [`Context::guarded`].
    pub(super) fn use_scene(
        &mut self,
        context: &Context,
        scene: &Arc<Scene>,
    ) -> Result<bool, RenderError> {
        if let Some(index) = self.scenes.iter().position(|held| held.holds(scene)) {
            self.scenes[index..].rotate_left(1);
            return Ok(false);
        }
        let needed = SceneBuffers::bytes_of(scene);
        while !self.scenes.is_empty()
            && (self.scenes.len() >= MAX_SCENES || self.bytes() + needed > self.budget_bytes)
        {
            self.scenes.remove(0);
        }
        let uploaded = context.guarded(|| SceneBuffers::upload(context, scene))?;
        self.scenes.push(uploaded);
        Ok(true)
    }

    /// Frees all scenes but the one that was used last; returns whether there was another.
    pub(super) fn free_others(&mut self) -> bool {
        let others = self.scenes.len().saturating_sub(1);
        self.scenes.drain(..others);
        others > 0
    }

    /// Frees all scenes; returns whether there was one.
    pub(super) fn clear(&mut self) -> bool {
        let held = !self.scenes.is_empty();
        self.scenes.clear();
        held
    }

    fn bytes(&self) -> u64 {
        self.scenes.iter().map(SceneBuffers::bytes).sum()
    }
}
