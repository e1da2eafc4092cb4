//! Generated scenes and cameras, from a seed: the same ones in every run and on every machine.

use std::sync::Arc;

use glam::{DQuat, DVec3};
use molshot_molecule::Structure;
use molshot_scenes::{
    Background, CropRect, Cylinder, DepthCue, Lighting, Plane, Pose, Projection, RenderJob,
    Samples, Scene, SceneParts, Sphere, View, Viewport,
};

use super::Chance;

/// Largest number of atoms of a generated scene; the structure handed in must have as many.
pub(crate) const MAX_ATOMS: u32 = 180;

/// Half an edge of the cube that a generated scene fills, about.
const HALF_EDGE_ANGSTROM: f64 = 8.0;

/// What is drawn, before the background and light are chosen.
#[derive(Debug, Default)]
struct Bodies {
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
}

/// One generated case: scene, camera, size, crop and samples of the seed.
pub(crate) fn generate(seed: u64, orthographic: bool, structure: &Arc<Structure>) -> RenderJob {
    let mut chance = Chance(seed);
    let place = place(&mut chance);
    let world_from_camera = chance.rotation();
    let bodies = match chance.below(5) {
        0 => soup(&mut chance, place),
        1 => sticks(&mut chance, place),
        2 => balls(&mut chance, place),
        3 => end_on(&mut chance, place, world_from_camera),
        _ => ball_and_stick(&mut chance, place),
    };
    let [r, g, b, _] = chance.color();
    let scene = Scene::from_parts(SceneParts {
        spheres: bodies.spheres,
        cylinders: bodies.cylinders,
        lighting: Lighting::simple(),
        depth_cue: chance.hit(0.5).then_some(DepthCue::DEFAULT),
        background: Background {
            color: [r, g, b],
            transparent: chance.hit(0.4),
        },
        structure: Arc::clone(structure),
    })
    .expect("generated scenes are sound");
    let samples = match seed % 20 {
        3 | 8 => Samples::Four,
        13 => Samples::Nine,
        18 => Samples::Sixteen,
        _ => Samples::One,
    };
    let viewport = viewport(&mut chance, samples);
    RenderJob::new(
        Arc::new(scene),
        view(&mut chance, place, world_from_camera, orthographic),
        viewport,
        samples,
        Plane::ALL.into_iter().collect(),
    )
    .expect("generated views are sound")
}

/// Where the molecule stands: mostly about the origin, sometimes far from it.
fn place(chance: &mut Chance) -> DVec3 {
    if chance.hit(0.25) {
        DVec3::new(5000.0, -3000.0, 8000.0) + chance.in_cube(100.0)
    } else {
        chance.in_cube(20.0)
    }
}

fn point(v: DVec3) -> [f32; 3] {
    v.as_vec3().to_array()
}

fn caps(chance: &mut Chance) -> u32 {
    [Cylinder::OPEN, Cylinder::FLAT, Cylinder::ROUND][chance.below(3) as usize]
}

/// Spheres and sticks of all sizes through each other.
fn soup(chance: &mut Chance, place: DVec3) -> Bodies {
    let mut bodies = Bodies::default();
    for _ in 0..chance.below(40) {
        bodies.spheres.push(Sphere {
            center_angstrom: point(place + chance.in_cube(HALF_EDGE_ANGSTROM)),
            radius_angstrom: chance.between(0.05, 3.0) as f32,
            color: chance.color(),
            atom: chance.below(MAX_ATOMS),
        });
    }
    for _ in 0..=chance.below(40) {
        let start = place + chance.in_cube(HALF_EDGE_ANGSTROM);
        let reach = chance.between(0.1, 6.0);
        bodies.cylinders.push(Cylinder {
            start_angstrom: point(start),
            radius_angstrom: chance.between(0.05, 2.0) as f32,
            end_angstrom: point(start + reach * chance.in_cube(1.0).normalize_or(DVec3::Z)),
            caps: caps(chance),
            start_color: chance.color(),
            end_color: chance.color(),
            start_atom: chance.below(MAX_ATOMS),
            end_atom: chance.below(MAX_ATOMS),
        });
    }
    bodies
}

/// A self-avoiding chain, more or less: positions a bond apart.
fn chain(chance: &mut Chance, place: DVec3) -> Vec<DVec3> {
    let count = 20 + chance.below(MAX_ATOMS - 20);
    let mut at = DVec3::ZERO;
    (0..count)
        .map(|_| {
            let step = chance.in_cube(1.0).normalize_or(DVec3::X) * 1.5;
            // Turned back when it leaves the cube.
            let next = at + step;
            at = if next.abs().max_element() > HALF_EDGE_ANGSTROM {
                at - step
            } else {
                next
            };
            place + at
        })
        .collect()
}

fn spheres(chance: &mut Chance, positions: &[DVec3], radii: (f64, f64)) -> Vec<Sphere> {
    (0..)
        .zip(positions)
        .map(|(atom, position)| Sphere {
            center_angstrom: point(*position),
            radius_angstrom: chance.between(radii.0, radii.1) as f32,
            color: chance.color(),
            atom,
        })
        .collect()
}

fn bonds(chance: &mut Chance, positions: &[DVec3], radius: f32, caps: u32) -> Vec<Cylinder> {
    (0..)
        .zip(positions.windows(2))
        .map(|(atom, ends)| Cylinder {
            start_angstrom: point(ends[0]),
            radius_angstrom: radius,
            end_angstrom: point(ends[1]),
            caps,
            start_color: chance.color(),
            end_color: chance.color(),
            start_atom: atom,
            end_atom: atom + 1,
        })
        .collect()
}

/// Space-filling.
fn balls(chance: &mut Chance, place: DVec3) -> Bodies {
    let positions = chain(chance, place);
    Bodies {
        spheres: spheres(chance, &positions, (1.1, 2.0)),
        cylinders: Vec::new(),
    }
}

/// Sticks with caps of one kind.
fn sticks(chance: &mut Chance, place: DVec3) -> Bodies {
    let positions = chain(chance, place);
    let radius = chance.between(0.1, 0.4) as f32;
    let caps = caps(chance);
    Bodies {
        spheres: Vec::new(),
        cylinders: bonds(chance, &positions, radius, caps),
    }
}

/// Small balls, open sticks that end in them.
fn ball_and_stick(chance: &mut Chance, place: DVec3) -> Bodies {
    let positions = chain(chance, place);
    Bodies {
        spheres: spheres(chance, &positions, (0.3, 0.5)),
        cylinders: bonds(chance, &positions, 0.2, Cylinder::OPEN),
    }
}

/// Sticks that are seen along their axes, or nearly so: the hardest case for a cylinder's
/// quadratic. Some big balls among them.
fn end_on(chance: &mut Chance, place: DVec3, world_from_camera: DQuat) -> Bodies {
    let mut bodies = soup(chance, place);
    bodies.spheres.truncate(5);
    for cylinder in &mut bodies.cylinders {
        let tilt = 10.0_f64.powf(chance.between(-7.0, -0.5));
        let axis = world_from_camera * (DVec3::Z + tilt * chance.in_cube(1.0));
        let start = DVec3::from_array(cylinder.start_angstrom.map(f64::from));
        let signed = if chance.hit(0.5) { axis } else { -axis };
        cylinder.end_angstrom = point(start + chance.between(0.2, 8.0) * signed);
    }
    for sphere in &mut bodies.spheres {
        sphere.radius_angstrom *= 3.0;
    }
    bodies
}

/// Far from the molecule, before it, cutting into it with the near plane, or inside it.
fn view(chance: &mut Chance, place: DVec3, world_from_camera: DQuat, orthographic: bool) -> View {
    let aim = place + chance.in_cube(HALF_EDGE_ANGSTROM * 0.3);
    let (distance, near) = match chance.below(4) {
        0 => (chance.between(20.0, 40.0), 1.0),
        1 => (chance.between(200.0, 1000.0), 50.0),
        2 => {
            let distance = chance.between(20.0, 40.0);
            (distance, distance - chance.between(-3.0, 6.0))
        }
        _ => (chance.between(0.0, 6.0), chance.between(0.05, 0.6)),
    };
    let projection = if orthographic {
        Projection::Orthographic {
            width_angstrom: chance.between(2.0, 40.0),
        }
    } else {
        // Far cameras need a narrow field of view, or the molecule is a dot.
        let full = 2.0
            * (HALF_EDGE_ANGSTROM * 1.5 / distance.max(6.0))
                .atan()
                .to_degrees();
        Projection::Perspective {
            fov_x_degrees: chance.between(full * 0.3, full * 1.3).clamp(1.0, 165.0),
        }
    };
    View {
        pose: Pose {
            position_angstrom: aim + distance * (world_from_camera * DVec3::Z),
            world_from_camera,
        },
        projection,
        near_angstrom: near,
        far_angstrom: distance + chance.between(5.0, 20.0),
    }
}

/// Even and odd sizes, some of them cropped; smaller with more samples, which the oracle pays for
/// one by one.
fn viewport(chance: &mut Chance, samples: Samples) -> Viewport {
    let sizes = match samples {
        Samples::One => [(96, 72), (97, 61), (64, 64), (51, 83)],
        Samples::Four => [(48, 36), (49, 31), (40, 40), (33, 41)],
        Samples::Nine => [(32, 24), (33, 23), (26, 26), (22, 31)],
        Samples::Sixteen | Samples::Auto => [(24, 18), (25, 17), (20, 20), (17, 21)],
    };
    let (width_px, height_px) = sizes[chance.below(4) as usize];
    let mut viewport = Viewport::whole(width_px, height_px);
    if chance.hit(0.2) {
        let (x_px, y_px) = (chance.below(width_px / 2), chance.below(height_px / 2));
        viewport.crop = CropRect {
            x_px,
            y_px,
            width_px: 1 + chance.below(width_px - x_px),
            height_px: 1 + chance.below(height_px - y_px),
        };
    }
    viewport
}

/// A scene and camera moved together.
pub(crate) fn moved(job: &RenderJob, turn: DQuat, shift: DVec3) -> RenderJob {
    let go = |p: [f32; 3]| point(turn * DVec3::from_array(p.map(f64::from)) + shift);
    let scene = job.scene();
    let parts = SceneParts {
        spheres: scene
            .spheres
            .iter()
            .map(|sphere| Sphere {
                center_angstrom: go(sphere.center_angstrom),
                ..*sphere
            })
            .collect(),
        cylinders: scene
            .cylinders
            .iter()
            .map(|cylinder| Cylinder {
                start_angstrom: go(cylinder.start_angstrom),
                end_angstrom: go(cylinder.end_angstrom),
                ..*cylinder
            })
            .collect(),
        lighting: scene.lighting,
        depth_cue: scene.depth_cue,
        background: scene.background,
        structure: Arc::clone(&scene.structure),
    };
    let pose = job.view().pose;
    let view = View {
        pose: Pose {
            position_angstrom: turn * pose.position_angstrom + shift,
            world_from_camera: turn * pose.world_from_camera,
        },
        ..*job.view()
    };
    RenderJob::new(
        Arc::new(Scene::from_parts(parts).expect("a moved scene is as valid as before")),
        view,
        *job.viewport(),
        job.samples(),
        job.planes().clone(),
    )
    .expect("a moved view is as valid as before")
}
