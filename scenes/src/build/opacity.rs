//! Hidden and translucent parts of meshes.

use std::collections::HashMap;

use molshot_molecule::{CancelToken, Structure};

use crate::error::SceneError;
use crate::mesh::{Mesh, MeshVertex};
use crate::request::OpacityRequest;

/// The opacity of every atom's meshes, 255 where nothing is said; of several entries the last one
/// counts. None without entries.
pub(super) fn atom_opacities(
    structure: &Structure,
    entries: &[OpacityRequest],
    cancel: &CancelToken,
) -> Result<Option<Vec<u8>>, SceneError> {
    if entries.is_empty() {
        return Ok(None);
    }
    let mut opacities = vec![255; structure.atoms().len()];
    for (index, entry) in entries.iter().enumerate() {
        let selection = entry
            .select
            .at(|| format!("/style/opacities/{index}/select"))?;
        let selected = selection.evaluate_cancellable(structure, cancel)?;
        let opacity = (entry.opacity * 255.0).round().clamp(0.0, 255.0) as u8;
        for (target, _) in opacities.iter_mut().zip(selected).filter(|(_, s)| *s) {
            *target = opacity;
        }
    }
    Ok(Some(opacities))
}

/// Removes the triangles whose corners do not all belong to kept atoms, or to none.
pub(super) fn retain(mesh: &mut Mesh, keep: impl Fn(u32) -> bool) {
    let vertices = &mesh.vertices;
    mesh.triangles.retain(|triangle| {
        triangle.iter().all(|corner| {
            let atom = vertices[*corner as usize].atom;
            atom == MeshVertex::NO_ATOM || keep(atom)
        })
    });
}

/// Gives triangles the opacity of their atoms: of that which two corners belong to, or of that of
/// the first corner. Corners between triangles of different opacity are doubled.
pub(super) fn set_opacities(mesh: &mut Mesh, opacities: &[u8]) {
    let of_vertex = |vertex: &MeshVertex| {
        let opacity = opacities.get(vertex.atom as usize);
        opacity.copied().unwrap_or(u8::MAX)
    };
    for vertex in &mut mesh.vertices {
        vertex.color[3] = of_vertex(vertex);
    }
    let mut doubles: HashMap<(u32, u8), u32> = HashMap::new();
    for triangle in &mut mesh.triangles {
        let [a, b, c] = triangle.map(|corner| of_vertex(&mesh.vertices[corner as usize]));
        if a == b && a == c {
            continue;
        }
        let opacity = if b == c { b } else { a };
        for corner in triangle {
            let mut double = mesh.vertices[*corner as usize];
            if double.color[3] != opacity {
                let next = mesh.vertices.len() as u32;
                let known = *doubles.entry((*corner, opacity)).or_insert(next);
                if known == next {
                    double.color[3] = opacity;
                    mesh.vertices.push(double);
                }
                *corner = known;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{retain, set_opacities};
    use crate::mesh::{Mesh, MeshVertex};

    /// A strip of triangles over corners of the atoms 0, 0, 0, 1, 1, 1.
    fn strip() -> Mesh {
        let vertex = |index: u32| MeshVertex {
            position_angstrom: [index as f32, (index % 2) as f32, 0.0],
            color: [10, 20, 30, 255],
            normal: [0.0, 0.0, 1.0],
            atom: index / 3,
        };
        Mesh {
            vertices: (0..6).map(vertex).collect(),
            triangles: (0..4).map(|first| [first, first + 1, first + 2]).collect(),
        }
    }

    #[test]
    fn every_triangle_has_one_opacity() {
        let mut mesh = strip();
        set_opacities(&mut mesh, &[128, 255]);
        mesh.check(2).expect("one opacity for each triangle");
        let opacities = mesh.triangles.iter();
        let opacities: Vec<u8> = opacities
            .map(|triangle| mesh.vertices[triangle[0] as usize].color[3])
            .collect();
        assert_eq!(opacities, [128, 128, 255, 255]);
        // One corner of each atom is in triangles of both.
        assert_eq!(mesh.vertices.len(), 8);
        assert_eq!(mesh.bounds(), strip().bounds());
    }

    #[test]
    fn triangles_between_kept_and_other_atoms_are_removed() {
        let mut mesh = strip();
        retain(&mut mesh, |atom| atom == 0);
        assert_eq!(mesh.triangles, [[0, 1, 2]]);
    }
}
