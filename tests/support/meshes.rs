//! Generated triangle meshes.

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::Structure;
use molshot_scenes::{Mesh, MeshVertex, RenderJob, Scene};

use super::Chance;
use super::scenes::{MAX_ATOMS, generate};

/// Large triangles with normals that bend, some of them sharing corners, and a ball of small ones.
pub(crate) fn mesh(chance: &mut Chance, place: DVec3, transparent: bool) -> Mesh {
    let mut mesh = Mesh::default();
    for _ in 0..14 {
        let middle = place + chance.in_cube(6.0);
        let corners = [(); 3].map(|()| middle + chance.in_cube(4.0));
        let across = (corners[1] - corners[0])
            .cross(corners[2] - corners[0])
            .normalize();
        let opacity = match chance.below(3) {
            0 if transparent => 40 + chance.below(180) as u8,
            _ => 255,
        };
        let first = mesh.vertices.len() as u32;
        for corner in corners {
            let [red, green, blue, _] = chance.color();
            mesh.vertices.push(MeshVertex {
                position_angstrom: corner.as_vec3().to_array(),
                color: [red, green, blue, opacity],
                normal: (across + chance.in_cube(0.4))
                    .normalize()
                    .as_vec3()
                    .to_array(),
                atom: chance.below(MAX_ATOMS),
            });
        }
        mesh.triangles.push([first, first + 1, first + 2]);
        // Its mirror image in an edge.
        if chance.hit(0.3) {
            let mirrored = corners[0] + corners[1] - corners[2];
            mesh.vertices.push(MeshVertex {
                position_angstrom: mirrored.as_vec3().to_array(),
                ..mesh.vertices[first as usize]
            });
            mesh.triangles.push([first + 1, first, first + 3]);
        }
    }
    let color = chance.color();
    let middle = place + chance.in_cube(3.0);
    mesh.append(&ball(middle, 2.0, 10, color))
        .expect("few triangles");
    mesh
}

/// A sphere of triangles, `2 * rings` of them about its axis.
pub(crate) fn ball(center: DVec3, radius: f64, rings: u32, color: [u8; 4]) -> Mesh {
    let mut mesh = Mesh::default();
    let sectors = 2 * rings;
    for ring in 0..=rings {
        for sector in 0..sectors {
            let polar = f64::from(ring) * std::f64::consts::PI / f64::from(rings);
            let turn = f64::from(sector) * std::f64::consts::TAU / f64::from(sectors);
            let normal = DVec3::new(
                polar.sin() * turn.cos(),
                polar.sin() * turn.sin(),
                polar.cos(),
            );
            mesh.vertices.push(MeshVertex {
                position_angstrom: (center + radius * normal).as_vec3().to_array(),
                color,
                normal: normal.as_vec3().to_array(),
                atom: sector % MAX_ATOMS,
            });
        }
    }
    for ring in 0..rings {
        for sector in 0..sectors {
            let at = |ring: u32, sector: u32| ring * sectors + sector % sectors;
            let [a, b] = [at(ring, sector), at(ring, sector + 1)];
            let [c, d] = [at(ring + 1, sector), at(ring + 1, sector + 1)];
            mesh.triangles.extend([[a, c, b], [b, c, d]]);
        }
    }
    mesh
}

/// The job with a mesh in its scene.
pub(crate) fn with_mesh(job: &RenderJob, mesh: Mesh) -> RenderJob {
    let scene = Scene::clone(job.scene())
        .with_mesh(Arc::new(mesh))
        .expect("a sound mesh");
    RenderJob::new(
        Arc::new(scene),
        *job.view(),
        *job.viewport(),
        job.samples(),
        job.planes().clone(),
    )
    .expect("a sound job")
}

/// A generated scene with a mesh beside its spheres and cylinders.
pub(crate) fn generate_with_mesh(
    seed: u64,
    orthographic: bool,
    structure: &Arc<Structure>,
) -> RenderJob {
    let job = generate(9000 + seed, orthographic, structure);
    let mut chance = Chance(seed);
    let place = job.scene().bounds.center();
    let mesh = mesh(&mut chance, place, seed.is_multiple_of(3));
    with_mesh(&job, mesh)
}
