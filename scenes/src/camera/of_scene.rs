//! The camera of a scene: what it is fitted to.

use molshot_molecule::{CancelToken, SecondaryStructure, SecondaryStructureChoice};

use super::Camera;
use crate::cartoon::{Cartoon, divisions_for};
use crate::error::SceneError;
use crate::request::{CameraFit, CameraRequest};
use crate::scene::{BoundingBox, Scene};

impl Scene {
    /// The camera fitted to this scene's bounds, front view, for a picture of this size.
    ///
    /// # Errors
    /// As [`Camera::fit`].
    pub fn camera(
        &self,
        request: &CameraRequest,
        width_px: u32,
        height_px: u32,
    ) -> Result<Camera, SceneError> {
        let ribbons = match request.fit {
            CameraFit::Drawn => None,
            CameraFit::Ribbons => self.ribbon_bounds()?,
        };
        let bounds = ribbons.unwrap_or(self.bounds);
        let camera = Camera::fit(&bounds, request, width_px, height_px)?;
        Ok(Camera {
            clip_bounds: self.clip_bounds,
            ..camera
        })
    }

    /// Box of the ribbons of all polymers, drawn or not; `None` without any.
    fn ribbon_bounds(&self) -> Result<Option<BoundingBox>, SceneError> {
        let structure = &self.structure;
        let choice = SecondaryStructureChoice::Auto;
        let secondary_structure = SecondaryStructure::of(structure, choice);
        let drawn = vec![true; structure.residues().len()];
        let colors = vec![[255; 4]; structure.atoms().len()];
        let divisions = divisions_for(drawn.len());
        let cartoon = Cartoon::new(structure, &secondary_structure);
        let mesh = cartoon.mesh(&drawn, &colors, divisions, &CancelToken::new())?;
        Ok(mesh.bounds())
    }
}
