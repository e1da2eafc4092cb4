//! The triangles of a scene: surfaces, and what is hidden or translucent of them.

use molshot_molecule::{CancelToken, Structure};

use super::opacity::{atom_opacities, retain, set_opacities};
use super::surface::Surfaces;
use crate::error::SceneError;
use crate::mesh::Mesh;
use crate::request::{Preset, RenderRequest};
use crate::scene::BoundingBox;

/// The mesh of a scene with its boxes.
pub(super) struct Meshes {
    pub(super) mesh: Mesh,
    /// Box of all of it as read, before anything is hidden or moved.
    bounds: Option<BoundingBox>,
    /// Box of all of it where it was moved to.
    moved_bounds: Option<BoundingBox>,
}

impl Meshes {
    /// The mesh of the kept atoms' parts. `colors` are those of atoms; `moved` is the structure
    /// with the atoms where they are drawn, if any was moved.
    ///
    /// # Errors
    /// Those of surfaces, and [`SceneError::Empty`] when a style without atoms has no triangles.
    pub(super) fn new(
        [structure, moved]: [&Structure; 2],
        request: &RenderRequest,
        styled: &[bool],
        colors: &[[u8; 4]],
        keep: impl Fn(usize) -> bool,
        cancel: &CancelToken,
    ) -> Result<Self, SceneError> {
        let style = &request.style;
        let mut meshes = Self {
            mesh: Mesh::default(),
            bounds: None,
            moved_bounds: None,
        };
        if let Some(surfaces) = Surfaces::new(structure, style, styled, colors, cancel)? {
            meshes.mesh = surfaces.mesh(structure, cancel)?;
            meshes.bounds = meshes.mesh.bounds();
            if !std::ptr::eq(structure, moved) {
                meshes.mesh = surfaces.mesh(moved, cancel)?;
                meshes.moved_bounds = meshes.mesh.bounds();
            }
        }
        retain(&mut meshes.mesh, |atom| keep(atom as usize));
        if style.preset == Preset::None && meshes.mesh.is_empty() {
            return Err(nothing_is_left(request));
        }
        if let Some(opacities) = atom_opacities(structure, &style.opacities, cancel)? {
            set_opacities(&mut meshes.mesh, &opacities);
        }
        Ok(meshes)
    }

    /// The boxes of the camera's fit and of the clip planes, grown from those of the atoms.
    pub(super) fn grow(&self, preset: Preset, [fit, clip]: [BoundingBox; 2]) -> [BoundingBox; 2] {
        let grown = |bounds: BoundingBox, other: Option<BoundingBox>| {
            other.map_or(bounds, |other| bounds.union(&other))
        };
        let [fit, clip] = match (self.bounds, preset) {
            (None, _) => [fit, clip],
            // Without atoms the camera is fitted to the meshes alone.
            (Some(bounds), Preset::None) => [bounds; 2],
            // This picture is of one residue.
            (Some(bounds), Preset::MisiResidue) => [fit, clip.union(&bounds)],
            (Some(bounds), _) => [fit.union(&bounds), clip.union(&bounds)],
        };
        [fit, grown(clip, self.moved_bounds)]
    }
}

fn nothing_is_left(request: &RenderRequest) -> SceneError {
    if request.style.surface.is_none() {
        return SceneError::Empty {
            pointer: "/style/preset".into(),
            problem: "the style none draws no atoms".into(),
            remedy: "add the option surface, or use another style".into(),
        };
    }
    SceneError::Empty {
        pointer: "/select".into(),
        problem: format!(
            "no part of the surface belongs to atoms of the selection \"{}\"",
            crate::colors::shorten(request.select.as_str())
        ),
        remedy: "select atoms that have a surface, or use a style with atoms".into(),
    }
}
