//! Triangle meshes: cartoons and molecular surfaces.

use bytemuck::{Pod, Zeroable};
use glam::DVec3;

use crate::bounding_box::BoundingBox;
use crate::error::SceneError;

/// A corner of triangles.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct MeshVertex {
    /// Position in world axes, angstrom.
    pub position_angstrom: [f32; 3],
    /// sRGB colour, interpolated over a triangle. The fourth byte is the opacity: 255 hides what is
    /// behind, 0 is not drawn. All corners of a triangle have the same opacity.
    pub color: [u8; 4],
    /// Unit normal in world axes, interpolated over a triangle. Both sides are lit: a normal is
    /// turned towards the viewer.
    pub normal: [f32; 3],
    /// Index of the atom in the structure, or [`MeshVertex::NO_ATOM`]. A point of a triangle
    /// belongs to the atom of the corner with the greatest barycentric coordinate.
    pub atom: u32,
}

impl MeshVertex {
    /// The corner belongs to no atom: it has 0 in the ID planes.
    pub const NO_ATOM: u32 = u32::MAX - 1;
}

/// Triangles with shared corners.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mesh {
    /// Corners.
    pub vertices: Vec<MeshVertex>,
    /// Three indices into `vertices` for each triangle. Triangles without area are allowed; they
    /// are not drawn.
    pub triangles: Vec<[u32; 3]>,
}

impl Mesh {
    /// Most triangles of a scene, so that their ids and buffers stay within 32 bits.
    pub const MAX_TRIANGLES: usize = 1 << 26;

    /// True without triangles.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.triangles.is_empty()
    }

    /// Appends another mesh.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] when both together have more than [`Mesh::MAX_TRIANGLES`] triangles
    /// or 2^32 corners.
    pub fn append(&mut self, other: &Self) -> Result<(), SceneError> {
        let total = self.vertices.len() + other.vertices.len();
        let (Ok(first), Ok(_)) = (u32::try_from(self.vertices.len()), u32::try_from(total)) else {
            return Err(too_large(self.triangles.len() + other.triangles.len()));
        };
        if self.triangles.len() + other.triangles.len() > Self::MAX_TRIANGLES {
            return Err(too_large(self.triangles.len() + other.triangles.len()));
        }
        self.vertices.extend_from_slice(&other.vertices);
        let moved = other
            .triangles
            .iter()
            .map(|t| t.map(|corner| corner + first));
        self.triangles.extend(moved);
        Ok(())
    }

    /// Box of all corners that triangles use; `None` without triangles.
    #[must_use]
    pub fn bounds(&self) -> Option<BoundingBox> {
        let mut low = [f32::INFINITY; 3];
        let mut high = [f32::NEG_INFINITY; 3];
        for &corner in self.triangles.iter().flatten() {
            let position = self.vertices.get(corner as usize)?.position_angstrom;
            for axis in 0..3 {
                low[axis] = low[axis].min(position[axis]);
                high[axis] = high[axis].max(position[axis]);
            }
        }
        (!self.is_empty()).then(|| BoundingBox {
            min: DVec3::from_array(low.map(f64::from)),
            max: DVec3::from_array(high.map(f64::from)),
        })
    }

    /// Checks that every number is finite and every index exists.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a pointer to the wrong corner or triangle.
    pub fn check(&self, atom_count: usize) -> Result<(), SceneError> {
        if self.triangles.len() > Self::MAX_TRIANGLES {
            return Err(too_large(self.triangles.len()));
        }
        for (index, vertex) in self.vertices.iter().enumerate() {
            let finite = |numbers: [f32; 3]| numbers.iter().all(|number| number.is_finite());
            if !finite(vertex.position_angstrom) || !finite(vertex.normal) {
                return Err(SceneError::invalid(
                    format!("/mesh/vertices/{index}"),
                    format!(
                        "a corner cannot be at {:?} with the normal {:?}",
                        vertex.position_angstrom, vertex.normal
                    ),
                    "give finite numbers".into(),
                ));
            }
            if vertex.atom != MeshVertex::NO_ATOM && vertex.atom as usize >= atom_count {
                return Err(SceneError::invalid(
                    format!("/mesh/vertices/{index}"),
                    format!("atom {} does not exist", vertex.atom),
                    format!("the structure has {atom_count} atoms, counted from 0"),
                ));
            }
        }
        for (index, triangle) in self.triangles.iter().enumerate() {
            let [first, second, third] = triangle.map(|corner| self.vertices.get(corner as usize));
            let (Some(first), Some(second), Some(third)) = (first, second, third) else {
                return Err(SceneError::invalid(
                    format!("/mesh/triangles/{index}"),
                    format!("the corners {triangle:?} do not all exist"),
                    format!("there are {} corners, counted from 0", self.vertices.len()),
                ));
            };
            if first.color[3] != second.color[3] || first.color[3] != third.color[3] {
                return Err(SceneError::invalid(
                    format!("/mesh/triangles/{index}"),
                    "the corners differ in opacity".into(),
                    "give all corners of a triangle the same opacity".into(),
                ));
            }
        }
        Ok(())
    }
}

fn too_large(count: usize) -> SceneError {
    SceneError::invalid(
        "/mesh/triangles",
        format!("{count} triangles are too many"),
        format!(
            "at most {} can be drawn: use a lower resolution or a smaller selection",
            Mesh::MAX_TRIANGLES
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vertex(position_angstrom: [f32; 3]) -> MeshVertex {
        MeshVertex {
            position_angstrom,
            color: [255; 4],
            normal: [0.0, 0.0, 1.0],
            atom: 0,
        }
    }

    fn triangle() -> Mesh {
        Mesh {
            vertices: vec![
                vertex([0.0, 0.0, 0.0]),
                vertex([2.0, 0.0, 0.0]),
                vertex([0.0, 3.0, -1.0]),
            ],
            triangles: vec![[0, 1, 2]],
        }
    }

    #[test]
    fn appended_triangles_point_to_their_own_corners() {
        let mut mesh = triangle();
        mesh.append(&triangle()).expect("few triangles");
        assert_eq!(mesh.triangles, [[0, 1, 2], [3, 4, 5]]);
        assert_eq!(mesh.vertices.len(), 6);
        mesh.check(1).expect("a sound mesh");
    }

    #[test]
    fn bounds_are_those_of_the_used_corners() {
        let mut mesh = triangle();
        mesh.vertices.push(vertex([50.0; 3]));
        let bounds = mesh.bounds().expect("a triangle");
        assert_eq!(bounds.min, DVec3::new(0.0, 0.0, -1.0));
        assert_eq!(bounds.max, DVec3::new(2.0, 3.0, 0.0));
        assert_eq!(Mesh::default().bounds(), None);
    }

    #[test]
    fn unsound_meshes_are_refused() {
        let pointer = |mesh: &Mesh| match mesh.check(1) {
            Err(SceneError::Invalid { pointer, .. }) => pointer,
            other => panic!("{other:?}"),
        };
        let mut mesh = triangle();
        mesh.vertices[1].normal[0] = f32::NAN;
        assert_eq!(pointer(&mesh), "/mesh/vertices/1");
        let mut mesh = triangle();
        mesh.vertices[2].atom = 1;
        assert_eq!(pointer(&mesh), "/mesh/vertices/2");
        let mut mesh = triangle();
        mesh.triangles.push([0, 1, 3]);
        assert_eq!(pointer(&mesh), "/mesh/triangles/1");
        let mut mesh = triangle();
        mesh.vertices[0].color[3] = 128;
        assert_eq!(pointer(&mesh), "/mesh/triangles/0");
    }
}
