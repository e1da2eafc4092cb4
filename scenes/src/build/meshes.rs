//! The triangles of a scene: its ribbons and its surfaces.

use molshot_molecule::{CancelToken, Structure};

use super::opacity;
use super::ribbons::Ribbons;
use super::surface::Surfaces;
use crate::error::SceneError;
use crate::mesh::Mesh;
use crate::request::StyleRequest;
use crate::scene::BoundingBox;

/// What a style draws as triangles, and the triangles, before `select` hides any of them.
pub(super) struct Meshes<'a> {
    ribbons: Option<Ribbons>,
    surfaces: Option<Surfaces>,
    /// The opacity of each atom's triangles.
    opacities: Option<Vec<u8>>,
    /// Of each atom, as the style gives them.
    colors: &'a [[u8; 4]],
    ribbon_mesh: Mesh,
    surface_mesh: Mesh,
}

impl<'a> Meshes<'a> {
    /// Decides what is drawn, and makes it. `styled` says which atoms the style draws.
    ///
    /// # Errors
    /// Those of selections, of colours, and of ribbons and surfaces.
    pub(super) fn new(
        structure: &Structure,
        style: &StyleRequest,
        styled: &[bool],
        colors: &'a [[u8; 4]],
        cancel: &CancelToken,
    ) -> Result<Self, SceneError> {
        let mut meshes = Self {
            ribbons: Ribbons::new(structure, style, styled, cancel)?,
            surfaces: Surfaces::new(structure, style, styled, colors, cancel)?,
            opacities: opacity::atom_opacities(structure, &style.opacities, cancel)?,
            colors,
            ribbon_mesh: Mesh::default(),
            surface_mesh: Mesh::default(),
        };
        meshes.make(structure, cancel)?;
        Ok(meshes)
    }

    fn make(&mut self, structure: &Structure, cancel: &CancelToken) -> Result<(), SceneError> {
        if let Some(ribbons) = &self.ribbons {
            self.ribbon_mesh = ribbons.all(self.colors, cancel)?;
        }
        if let Some(surfaces) = &self.surfaces {
            self.surface_mesh = surfaces.mesh(structure, cancel)?;
        }
        Ok(())
    }

    /// The ribbons.
    pub(super) fn ribbons(&self) -> Option<&Ribbons> {
        self.ribbons.as_ref()
    }

    /// Boxes of all ribbons and of all surfaces.
    pub(super) fn bounds(&self) -> [Option<BoundingBox>; 2] {
        [self.ribbon_mesh.bounds(), self.surface_mesh.bounds()]
    }

    /// Makes the same of a structure whose atoms have moved.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn move_to(
        &mut self,
        moved: &Structure,
        cancel: &CancelToken,
    ) -> Result<(), SceneError> {
        self.ribbons = self.ribbons.take().map(|ribbons| ribbons.moved(moved));
        self.make(moved, cancel)
    }

    /// The triangles of atoms that are not hidden, and the atoms that labels can be at. `shown`
    /// says which atoms the style draws and the selection keeps, `balls` which of them are drawn as
    /// balls and sticks, and `kept` whose surfaces are kept.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn finish(
        mut self,
        structure: &Structure,
        [shown, balls]: [&[bool]; 2],
        kept: impl Fn(usize) -> bool,
        cancel: &CancelToken,
    ) -> Result<(Mesh, Vec<bool>), SceneError> {
        let mut labelled = balls.to_vec();
        if let Some(ribbons) = &self.ribbons {
            if let Some(drawn) = ribbons.drawn(structure, shown) {
                self.ribbon_mesh = ribbons.some(&drawn, self.colors, cancel)?;
            }
            labelled = ribbons.labelled(structure, balls, shown);
        }
        opacity::retain(&mut self.surface_mesh, |atom| kept(atom as usize));
        let mut mesh = self.ribbon_mesh;
        mesh.append(&self.surface_mesh)?;
        if let Some(opacities) = self.opacities {
            opacity::set_opacities(&mut mesh, &opacities);
        }
        Ok((mesh, labelled))
    }
}
