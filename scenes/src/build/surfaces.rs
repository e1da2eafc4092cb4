//! The surfaces of a scene with what is hidden of them.

use molshot_molecule::{CancelToken, Structure};

use super::opacity::retain;
use super::surface::Surfaces;
use crate::error::SceneError;
use crate::mesh::Mesh;
use crate::request::StyleRequest;
use crate::scene::BoundingBox;

/// The surfaces of a style, before `select` hides any of them.
pub(super) struct DrawnSurfaces {
    surfaces: Option<Surfaces>,
    mesh: Mesh,
}

impl DrawnSurfaces {
    /// The surfaces around the atoms where they were read; `colors` are those of atoms.
    ///
    /// # Errors
    /// As [`Surfaces::new`] and [`Surfaces::mesh`].
    pub(super) fn new(
        structure: &Structure,
        style: &StyleRequest,
        styled: &[bool],
        colors: &[[u8; 4]],
        cancel: &CancelToken,
    ) -> Result<Self, SceneError> {
        let surfaces = Surfaces::new(structure, style, styled, colors, cancel)?;
        let mesh = match &surfaces {
            Some(surfaces) => surfaces.mesh(structure, cancel)?,
            None => Mesh::default(),
        };
        Ok(Self { surfaces, mesh })
    }

    /// The same surfaces around atoms that have moved.
    ///
    /// # Errors
    /// As [`Surfaces::mesh`].
    pub(super) fn moved(
        mut self,
        structure: &Structure,
        cancel: &CancelToken,
    ) -> Result<Self, SceneError> {
        if let Some(surfaces) = &self.surfaces {
            self.mesh = surfaces.mesh(structure, cancel)?;
        }
        Ok(self)
    }

    /// Box of all surfaces.
    pub(super) fn bounds(&self) -> Option<BoundingBox> {
        self.mesh.bounds()
    }

    /// Adds the parts of kept atoms to a mesh.
    ///
    /// # Errors
    /// As [`Mesh::append`].
    pub(super) fn add_to(
        mut self,
        mesh: &mut Mesh,
        keep: impl Fn(usize) -> bool,
    ) -> Result<(), SceneError> {
        retain(&mut self.mesh, |atom| keep(atom as usize));
        mesh.append(&self.mesh)
    }
}
