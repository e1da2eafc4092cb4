//! Triangle meshes: both backends against the oracle, and the laws that hold of all pictures.

use std::sync::Arc;

use glam::{DQuat, DVec3};
use molshot_renderer::Backend;
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_scenes::{CropRect, Mesh, MeshVertex, Plane, Projection, RenderJob, Samples, Viewport};

use crate::support::compare::{Figures, Picture, Tolerance, assert_alike, assert_differ};
use crate::support::meshes::{ball, generate_with_mesh, mesh, with_mesh};
use crate::support::oracle::cast;
use crate::support::scenes::MAX_ATOMS;
use crate::support::{BLACK, Chance, camera_above, draw, job, open, scene, structure};

const CASES: u64 = 24;

/// Triangles are rasterised in fixed point by a GPU, and their depth is interpolated.
const PLANES: Tolerance = Tolerance {
    levels: 0,
    depth_angstrom: 1e-3,
    depth_share: 2e-5,
    normal: 3e-3,
    outliers: 0,
};
const COLOR: Tolerance = Tolerance {
    levels: 2,
    ..Tolerance::NONE
};

fn hold_against_oracle(orthographic: bool, mut backend: Box<dyn Backend>) {
    let structure = structure(MAX_ATOMS);
    let (mut planes, mut color) = (Figures::default(), Figures::default());
    let (mut pixels, mut on_mesh) = (0, 0);
    for case in 0..CASES {
        let name = format!("mesh-{orthographic}-{case}");
        let job = generate_with_mesh(case, orthographic, &structure);
        let truth = cast(&job);
        let frame = draw(backend.as_mut(), &job);
        let size = (frame.width_px, frame.height_px);
        let actual = Picture::from(&frame);
        pixels += frame.pixel_count();
        on_mesh += (truth.pixels.iter().flatten())
            .filter(|hit| hit.is_of_triangle())
            .count();
        let residue_of = |atom: u32| structure.atoms().residue[atom as usize];
        planes = planes.and(assert_alike(
            &format!("{name}-planes"),
            &actual.clone().without_color(),
            &Picture::planes_of(&truth, size, residue_of),
            Some(&truth.sure),
            PLANES,
        ));
        // The insides of spheres and cylinders are not sampled beside triangles alone.
        let counts: Vec<bool> = (truth.color_sure.iter().zip(&truth.pixels))
            .map(|(sure, hit)| *sure && hit.is_none_or(|hit| hit.is_of_triangle()))
            .collect();
        color = color.and(assert_alike(
            &format!("{name}-color"),
            &actual.color_only(),
            &Picture::color_of(&truth, size),
            Some(&counts),
            COLOR,
        ));
    }
    eprintln!(
        "orthographic {orthographic}: {pixels} pixels, {on_mesh} on triangles; compared: planes {}, \
         colour {}; worst depth {:.2e} angstrom, normal {:.2e}, colour {} levels",
        planes.pixels,
        color.pixels,
        planes.worst_depth_angstrom,
        planes.worst_normal,
        color.worst_levels,
    );
    assert!(on_mesh * 8 > pixels, "few pixels show triangles");
    assert!(color.pixels * 2 > pixels, "few pixels were compared");
}

#[test]
fn perspective_meshes_are_those_of_the_oracle() {
    hold_against_oracle(false, open());
}

#[test]
fn orthographic_meshes_are_those_of_the_oracle() {
    hold_against_oracle(true, open());
}

#[test]
fn software_perspective_meshes_are_those_of_the_oracle() {
    hold_against_oracle(false, Box::new(SoftwareBackend::new()));
}

#[test]
fn software_orthographic_meshes_are_those_of_the_oracle() {
    hold_against_oracle(true, Box::new(SoftwareBackend::new()));
}

fn jobs(count: u64) -> Vec<RenderJob> {
    let structure = structure(MAX_ATOMS);
    (0..count)
        .map(|case| {
            let made = generate_with_mesh(case, case % 2 == 1, &structure);
            let samples = [Samples::One, Samples::Four, Samples::Nine, Samples::Auto];
            let viewport = Viewport::whole(97, 83);
            job(
                made.scene(),
                *made.view(),
                viewport,
                samples[case as usize % 4],
            )
        })
        .collect()
}

#[test]
fn every_instruction_set_and_number_of_threads_draws_the_same_triangles() {
    let jobs = jobs(16);
    let mut expected: Option<Vec<Picture>> = None;
    for set in InstructionSet::ALL {
        for threads in [1, 3] {
            let Some(mut backend) = SoftwareBackend::with(set, threads) else {
                continue;
            };
            let drawn: Vec<Picture> = jobs
                .iter()
                .map(|job| Picture::from(&draw(&mut backend, job)))
                .collect();
            match &expected {
                None => expected = Some(drawn),
                Some(expected) => assert!(*expected == drawn, "{} {threads}", set.name()),
            }
        }
    }
}

#[test]
fn a_crop_of_a_mesh_equals_the_same_pixels_of_the_whole() {
    let mut software = SoftwareBackend::new();
    let mut gpu = open();
    for backend in [&mut software as &mut dyn Backend, gpu.as_mut()] {
        for (case, whole_job) in jobs(12).iter().enumerate() {
            let crop = CropRect {
                x_px: 13 + case as u32,
                y_px: 7,
                width_px: 41,
                height_px: 66,
            };
            let viewport = Viewport {
                crop,
                ..*whole_job.viewport()
            };
            let samples = whole_job.samples();
            let part = job(whole_job.scene(), *whole_job.view(), viewport, samples);
            let whole = Picture::from(&draw(backend, whole_job));
            let part = Picture::from(&draw(backend, &part));
            let expected = whole.cut(crop.x_px, crop.y_px, crop.width_px, crop.height_px);
            let name = format!("mesh-crop-{}-{case}", backend.adapter());
            // A GPU's rasteriser rounds corners to fractions of a pixel of its target.
            let tolerance = Tolerance {
                levels: COLOR.levels,
                outliers: 40,
                ..PLANES
            };
            let tolerance = if backend.adapter().contains("built-in") {
                Tolerance::NONE
            } else {
                tolerance
            };
            assert_alike(&name, &part, &expected, None, tolerance);
        }
    }
}

#[test]
fn a_picture_with_planes_has_the_colours_of_one_without() {
    let mut backend = SoftwareBackend::new();
    for with_planes in jobs(12) {
        let without = RenderJob::new(
            Arc::clone(with_planes.scene()),
            *with_planes.view(),
            *with_planes.viewport(),
            with_planes.samples(),
            [Plane::Color].into_iter().collect(),
        )
        .expect("a sound job");
        let with_planes = Picture::from(&draw(&mut backend, &with_planes)).color_only();
        assert!(with_planes == Picture::from(&draw(&mut backend, &without)));
    }
}

/// A fine sphere of triangles looks like the sphere itself.
#[test]
fn a_ball_of_many_triangles_looks_like_a_sphere() {
    let structure = structure(1);
    let color = [200, 120, 60, 255];
    let sphere = molshot_scenes::Sphere {
        center_angstrom: [0.3, -0.2, 0.0],
        radius_angstrom: 2.5,
        color,
        atom: 0,
    };
    let view = camera_above(
        20.0,
        Projection::Perspective {
            fov_x_degrees: 25.0,
        },
    );
    let viewport = Viewport::whole(200, 200);
    let empty = scene(&structure, vec![], vec![], BLACK);
    let mut triangles = ball(DVec3::new(0.3, -0.2, 0.0), 2.5, 96, color);
    for vertex in &mut triangles.vertices {
        vertex.atom = 0;
    }
    for samples in [Samples::One, Samples::Four] {
        let expected = scene(&structure, vec![sphere], vec![], BLACK);
        let expected = job(&expected, view, viewport, samples);
        let actual = with_mesh(&job(&empty, view, viewport, samples), triangles.clone());
        for mut backend in [open(), Box::new(SoftwareBackend::new()) as Box<dyn Backend>] {
            let expected = Picture::from(&draw(backend.as_mut(), &expected)).color_only();
            let actual = Picture::from(&draw(backend.as_mut(), &actual)).color_only();
            // The outline of the polyhedron lies inside the sphere's by less than 0.01 pixels.
            let tolerance = Tolerance {
                levels: 6,
                outliers: 60,
                ..Tolerance::NONE
            };
            assert_alike("ball", &actual, &expected, None, tolerance);
        }
    }
}

#[test]
fn only_the_nearest_transparent_triangle_is_seen() {
    let structure = structure(1);
    let square = |z: f32, color: [u8; 4]| {
        let corner = |x: f32, y: f32| MeshVertex {
            position_angstrom: [x, y, z],
            color,
            normal: [0.0, 0.0, 1.0],
            atom: 0,
        };
        Mesh {
            vertices: vec![
                corner(-2.0, -2.0),
                corner(2.0, -2.0),
                corner(2.0, 2.0),
                corner(-2.0, 2.0),
            ],
            triangles: vec![[0, 1, 2], [0, 2, 3]],
        }
    };
    let view = camera_above(
        20.0,
        Projection::Orthographic {
            width_angstrom: 3.0,
        },
    );
    let empty = scene(&structure, vec![], vec![], BLACK);
    let base = job(&empty, view, Viewport::whole(16, 16), Samples::Four);
    let pictures = |backend: &mut dyn Backend, meshes: &[Mesh]| {
        let mut all = Mesh::default();
        for mesh in meshes {
            all.append(mesh).expect("few triangles");
        }
        Picture::from(&draw(backend, &with_mesh(&base, all)))
    };
    let (red, blue) = ([250, 0, 0, 128], [0, 0, 250, 128]);
    for mut backend in [open(), Box::new(SoftwareBackend::new()) as Box<dyn Backend>] {
        let near = pictures(backend.as_mut(), &[square(1.0, red)]);
        let both = pictures(backend.as_mut(), &[square(0.0, blue), square(1.0, red)]);
        assert_eq!(near, both, "one layer, in any order");
        let none = pictures(backend.as_mut(), &[]);
        assert_differ("red", &near, &none, Tolerance::NONE);
        // Planes are of what is opaque.
        assert_eq!(near.clone().without_color(), none.clone().without_color());
        let green = [0, 250, 0, 255];
        let before = pictures(backend.as_mut(), &[square(0.0, red), square(1.0, green)]);
        let alone = pictures(backend.as_mut(), &[square(1.0, green)]);
        assert_eq!(before, alone, "hidden behind what is opaque");
        // Lit by the key light and the fill light from the front; the highlight is elsewhere.
        let [r, g, b, _] = near.rgba.as_ref().expect("a colour")[8 * 16 + 8];
        let [solid, ..] = pictures(backend.as_mut(), &[square(1.0, [250, 0, 0, 255])])
            .rgba
            .expect("a colour")[8 * 16 + 8];
        let expected = f64::from(solid) * 128.0 / 255.0;
        assert!(
            (f64::from(r) - expected).abs() <= 1.0,
            "{r}, not {expected}"
        );
        assert_eq!((g, b), (0, 0));
    }
}

#[test]
fn triangles_without_area_or_before_the_near_plane_are_not_drawn() {
    let structure = structure(1);
    let corner = |x: f32, y: f32, z: f32| MeshVertex {
        position_angstrom: [x, y, z],
        color: [255; 4],
        normal: [0.0; 3],
        atom: 0,
    };
    // The camera is at z = 20 with its near plane at 19 or less; the last triangle reaches behind
    // it.
    let mesh = Mesh {
        vertices: vec![
            corner(0.0, 0.0, 0.0),
            corner(1.0, 1.0, 0.0),
            corner(0.0, 0.0, 21.0),
            corner(1.0, 0.0, 22.0),
            corner(0.0, 1.0, 22.0),
            corner(-3.0, -3.0, 0.0),
            corner(-2.0, -3.0, 0.0),
            corner(-2.5, -2.0, 30.0),
        ],
        triangles: vec![[0, 0, 1], [0, 0, 0], [2, 3, 4], [5, 6, 7]],
    };
    for projection in [
        Projection::Perspective {
            fov_x_degrees: 40.0,
        },
        Projection::Orthographic {
            width_angstrom: 12.0,
        },
    ] {
        let view = camera_above(20.0, projection);
        let empty = scene(&structure, vec![], vec![], BLACK);
        let job = with_mesh(
            &job(&empty, view, Viewport::whole(60, 60), Samples::Four),
            mesh.clone(),
        );
        let truth = cast(&job);
        for mut backend in [open(), Box::new(SoftwareBackend::new()) as Box<dyn Backend>] {
            let actual = Picture::from(&draw(backend.as_mut(), &job));
            let ids = actual.atom_id.expect("asked for");
            let wrong = (ids.iter().zip(&truth.pixels).zip(&truth.sure))
                .filter(|((id, hit), sure)| **sure && (**id > 0) != hit.is_some())
                .count();
            assert_eq!(wrong, 0, "{projection:?}");
            assert!(ids.contains(&1), "{projection:?}");
        }
    }
}

#[test]
fn a_mesh_turns_with_the_camera() {
    let structure = structure(1);
    let empty = scene(&structure, vec![], vec![], BLACK);
    let view = camera_above(
        30.0,
        Projection::Perspective {
            fov_x_degrees: 25.0,
        },
    );
    let base = job(&empty, view, Viewport::whole(64, 64), Samples::One);
    let mut chance = Chance(5);
    let mut mesh = mesh(&mut chance, DVec3::ZERO, false);
    for vertex in &mut mesh.vertices {
        vertex.atom = 0;
    }
    let turn = DQuat::from_rotation_y(0.7);
    let turned = Mesh {
        vertices: mesh
            .vertices
            .iter()
            .map(|vertex| {
                let go = |v: [f32; 3]| {
                    (turn * DVec3::from_array(v.map(f64::from)))
                        .as_vec3()
                        .to_array()
                };
                MeshVertex {
                    position_angstrom: go(vertex.position_angstrom),
                    normal: go(vertex.normal),
                    ..*vertex
                }
            })
            .collect(),
        triangles: mesh.triangles.clone(),
    };
    let mut backend = SoftwareBackend::new();
    let still = with_mesh(&base, mesh);
    let mut moved_view = view;
    moved_view.pose.position_angstrom = turn * view.pose.position_angstrom;
    moved_view.pose.world_from_camera = turn * view.pose.world_from_camera;
    let moved = with_mesh(
        &job(&empty, moved_view, Viewport::whole(64, 64), Samples::One),
        turned,
    );
    let sure = cast(&still).sure;
    let tolerance = Tolerance {
        levels: 1,
        ..PLANES
    };
    assert_alike(
        "turned",
        &Picture::from(&draw(&mut backend, &moved)),
        &Picture::from(&draw(&mut backend, &still)),
        Some(&sure),
        tolerance,
    );
}
