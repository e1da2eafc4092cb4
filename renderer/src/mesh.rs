//! The triangles of a mesh in the order in which both backends draw them.

use glam::Vec3;
use molshot_scenes::Mesh;

/// Triangles that can be seen, each with its corners in counterclockwise order when seen from the
/// side to which their normals point.
#[derive(Debug, Default)]
pub(crate) struct DrawnTriangles {
    /// Opaque triangles, then transparent ones; the place of a triangle is its id.
    pub(crate) triangles: Vec<[u32; 3]>,
    /// Number of opaque triangles.
    pub(crate) opaque: usize,
}

impl DrawnTriangles {
    /// All triangles of a mesh but those of opacity 0 and those without area.
    pub(crate) fn of(mesh: &Mesh) -> Self {
        let opacity = |triangle: &[u32; 3]| mesh.vertices[triangle[0] as usize].color[3];
        let mut triangles = Vec::with_capacity(mesh.triangles.len());
        let opaque = mesh.triangles.iter().filter(|t| opacity(t) == 255);
        triangles.extend(opaque.filter_map(|triangle| wound(mesh, *triangle)));
        let opaque = triangles.len();
        let transparent = mesh
            .triangles
            .iter()
            .filter(|t| (1..255).contains(&opacity(t)));
        triangles.extend(transparent.filter_map(|triangle| wound(mesh, *triangle)));
        Self { triangles, opaque }
    }
}

/// The corners in counterclockwise order when seen from the side to which their normals point;
/// `None` for a triangle without area.
fn wound(mesh: &Mesh, [a, b, c]: [u32; 3]) -> Option<[u32; 3]> {
    let corner = |at: u32| &mesh.vertices[at as usize];
    let position = |at: u32| Vec3::from_array(corner(at).position_angstrom);
    let normal = |at: u32| Vec3::from_array(corner(at).normal);
    let across = (position(b) - position(a)).cross(position(c) - position(a));
    if across == Vec3::ZERO {
        return None;
    }
    Some(if across.dot(normal(a) + normal(b) + normal(c)) < 0.0 {
        [a, c, b]
    } else {
        [a, b, c]
    })
}

#[cfg(test)]
mod tests {
    use molshot_scenes::MeshVertex;

    use super::*;

    #[test]
    fn triangles_are_sorted_by_opacity_and_wound_by_their_normals() {
        let corner = |x: f32, y: f32, opacity: u8, normal_z: f32| MeshVertex {
            position_angstrom: [x, y, 0.0],
            color: [0, 0, 0, opacity],
            normal: [0.0, 0.0, normal_z],
            atom: 0,
        };
        let of = |opacity, normal_z| {
            [
                corner(0.0, 0.0, opacity, normal_z),
                corner(1.0, 0.0, opacity, normal_z),
                corner(0.0, 1.0, opacity, normal_z),
            ]
        };
        let mesh = Mesh {
            vertices: [of(128, 1.0), of(255, -1.0), of(0, 1.0), of(255, 1.0)].concat(),
            triangles: vec![[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11], [9, 9, 10]],
        };
        let drawn = DrawnTriangles::of(&mesh);
        assert_eq!(drawn.triangles, [[3, 5, 4], [9, 10, 11], [0, 1, 2]]);
        assert_eq!(drawn.opaque, 2);
    }
}
