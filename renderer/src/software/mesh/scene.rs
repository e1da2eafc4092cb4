//! A scene's mesh, prepared once for any number of views.

use glam::DVec3;
use molshot_scenes::Mesh;

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::mesh::DrawnTriangles;
use crate::software::camera::relative_to;

/// A corner as shading reads it.
#[derive(Debug, Clone, Copy)]
pub(in crate::software) struct SceneCorner {
    /// Scene axes, angstrom.
    pub(super) position: [f32; 3],
    /// Scene axes.
    pub(super) normal: [f32; 3],
    /// sRGB bytes, red in the lowest byte, the opacity in the highest.
    pub(super) color: u32,
    pub(super) atom: u32,
}

/// A mesh in scene axes. The place of a triangle is its id: of equally deep ones the first wins.
#[derive(Debug, Default)]
pub(in crate::software) struct SceneMesh {
    pub(super) corners: Vec<SceneCorner>,
    /// As [`DrawnTriangles`].
    pub(super) triangles: Vec<[u32; 3]>,
    /// Number of opaque triangles.
    pub(super) opaque: usize,
}

impl SceneMesh {
    /// Prepares a mesh.
    pub(in crate::software) fn new(
        mesh: &Mesh,
        origin: DVec3,
        cancel: &CancelToken,
    ) -> Result<Self, RenderError> {
        let corners: Vec<SceneCorner> = mesh
            .vertices
            .iter()
            .map(|vertex| SceneCorner {
                position: relative_to(origin, vertex.position_angstrom),
                normal: vertex.normal,
                color: u32::from_le_bytes(vertex.color),
                atom: vertex.atom,
            })
            .collect();
        cancel.check()?;
        let DrawnTriangles { triangles, opaque } = DrawnTriangles::of(mesh);
        cancel.check()?;
        Ok(Self {
            corners,
            triangles,
            opaque,
        })
    }

    /// True without triangles.
    pub(in crate::software) fn is_empty(&self) -> bool {
        self.triangles.is_empty()
    }

    /// True with triangles that are not opaque.
    pub(super) fn is_transparent(&self) -> bool {
        self.opaque < self.triangles.len()
    }
}
