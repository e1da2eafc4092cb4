//! What holds of every picture, whatever is in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::compare::{Picture, Tolerance, assert_alike, assert_differ};
use crate::support::oracle::cast;
use crate::support::scenes::{MAX_ATOMS, generate, moved};
use crate::support::{
    ATOMS_PER_RESIDUE, BLACK, camera_above, check_property, draw, job, open, scene, structure,
};
use glam::{DQuat, DVec3};
use molshot_molecule::Structure;
use molshot_renderer::Backend;
use molshot_scenes::{
    Cylinder, Projection, RenderJob, Samples, Scene, SceneParts, Sphere, View, Viewport,
};
use proptest::prelude::*;

fn sphere(center: [f64; 3], radius: f64, atom: u32) -> Sphere {
    Sphere {
        center_angstrom: center.map(|part| part as f32),
        radius_angstrom: radius as f32,
        color: [200, 120, 60, 255],
        atom,
    }
}

fn picture(backend: &mut dyn Backend, job: &RenderJob) -> Picture {
    Picture::from(&draw(backend, job))
}

/// Pixels at no outline and no tie, in all samples.
fn sure(job: &RenderJob) -> Vec<bool> {
    let truth = cast(job);
    let pairs = truth.sure.into_iter().zip(truth.color_sure);
    pairs.map(|(center, samples)| center && samples).collect()
}

#[test]
fn an_orthographic_sphere_covers_pi_r_squared() {
    let structure = structure(1);
    let place = (0.5..8.0_f64, -1.0..1.0_f64, -1.0..1.0_f64, 20.0..60.0_f64);
    check_property(24, &place, |backend, (radius, x, y, width_angstrom)| {
        let scene = scene(
            &structure,
            vec![sphere([x, y, 0.0], radius, 0)],
            vec![],
            BLACK,
        );
        let view = camera_above(50.0, Projection::Orthographic { width_angstrom });
        let frame = draw(
            backend,
            &job(&scene, view, Viewport::whole(256, 256), Samples::One),
        );
        let covered = frame
            .atom_id
            .expect("asked for")
            .iter()
            .filter(|id| **id == 1)
            .count();
        let radius_px = radius * 256.0 / width_angstrom;
        let area = std::f64::consts::PI * radius_px * radius_px;
        // Only pixels on the circumference can go either way, and they do so about evenly.
        let tolerance = 0.15 * std::f64::consts::TAU * radius_px + 4.0;
        prop_assert!(
            (covered as f64 - area).abs() < tolerance,
            "{covered} pixels, expected {area:.1} +- {tolerance:.1}"
        );
        Ok(())
    });
}

#[test]
fn a_stick_seen_from_the_side_covers_its_rectangle_and_caps() {
    let structure = structure(2);
    let shape = (
        0.5..2.0_f64,
        2.0..8.0_f64,
        0.0..std::f64::consts::TAU,
        0..3_u32,
    );
    check_property(24, &shape, |backend, (radius, half_length, angle, caps)| {
        let end = DVec3::new(angle.cos(), angle.sin(), 0.0) * half_length;
        let stick = Cylinder {
            start_angstrom: (-end).as_vec3().to_array(),
            radius_angstrom: radius as f32,
            end_angstrom: end.as_vec3().to_array(),
            caps,
            start_color: [255; 4],
            end_color: [255; 4],
            start_atom: 0,
            end_atom: 1,
        };
        let scene = scene(&structure, vec![], vec![stick], BLACK);
        let view = camera_above(
            50.0,
            Projection::Orthographic {
                width_angstrom: 24.0,
            },
        );
        let frame = draw(
            backend,
            &job(&scene, view, Viewport::whole(256, 256), Samples::One),
        );
        let ids = frame.atom_id.expect("asked for");
        let count = |id| ids.iter().filter(|seen| **seen == id).count() as f64;
        let px = 256.0 / 24.0;
        let ends = if caps == Cylinder::ROUND {
            std::f64::consts::PI * radius * radius
        } else {
            0.0
        };
        let area = (4.0 * radius * half_length + ends) * px * px;
        let outline = (4.0 * half_length + 4.0 * radius) * px;
        prop_assert!((count(1) + count(2) - area).abs() < 0.5 * outline);
        // The halves meet in the middle.
        prop_assert!((count(1) - count(2)).abs() < 2.0 * radius * px + 8.0);
        Ok(())
    });
}

/// The same records in another order, and where each atom's id went.
fn reordered(structure: &Arc<Structure>, whole: &Scene, order: &[usize]) -> Arc<Scene> {
    let pick = |len: usize| order.iter().filter(move |i| **i < len).copied();
    let parts = SceneParts {
        spheres: pick(whole.spheres.len())
            .map(|i| whole.spheres[i])
            .collect(),
        cylinders: pick(whole.cylinders.len())
            .map(|i| whole.cylinders[i])
            .collect(),
        lighting: whole.lighting,
        depth_cue: whole.depth_cue,
        background: whole.background,
        structure: Arc::clone(structure),
    };
    Arc::new(Scene::from_parts(parts).expect("the same records in another order are valid"))
}

/// But where two surfaces are equally deep, as at the joint of two round sticks: there the first
/// record wins by rule.
#[test]
fn the_order_of_records_changes_no_pixel() {
    let structure = structure(MAX_ATOMS);
    let order = Just((0..MAX_ATOMS as usize).collect::<Vec<_>>()).prop_shuffle();
    check_property(
        24,
        &(any::<u64>(), any::<bool>(), order),
        |backend, (seed, orthographic, order)| {
            let first = generate(seed, orthographic, &structure);
            let shuffled = reordered(&structure, first.scene(), &order);
            let second =
                crate::support::job(&shuffled, *first.view(), *first.viewport(), first.samples());
            let sure = sure(&first);
            let (first, second) = (picture(backend, &first), picture(backend, &second));
            assert_alike(
                "record order",
                &second,
                &first,
                Some(&sure),
                Tolerance::NONE,
            );
            Ok(())
        },
    );
}

#[test]
fn renamed_atoms_change_nothing_but_the_ids() {
    let structure = structure(MAX_ATOMS);
    let names = Just((0..MAX_ATOMS).collect::<Vec<_>>()).prop_shuffle();
    check_property(12, &(any::<u64>(), names), |backend, (seed, names)| {
        let first = generate(seed, false, &structure);
        let mut renamed = Scene::clone(first.scene());
        for sphere in &mut renamed.spheres {
            sphere.atom = names[sphere.atom as usize];
        }
        for cylinder in &mut renamed.cylinders {
            cylinder.start_atom = names[cylinder.start_atom as usize];
            cylinder.end_atom = names[cylinder.end_atom as usize];
        }
        let second = crate::support::job(
            &Arc::new(renamed),
            *first.view(),
            *first.viewport(),
            first.samples(),
        );
        let mut expected = picture(backend, &first);
        for id in expected.atom_id.iter_mut().flatten().filter(|id| **id > 0) {
            *id = names[*id as usize - 1] + 1;
        }
        expected.residue_id = expected.atom_id.as_ref().map(|ids| {
            ids.iter()
                .map(|id| id.div_ceil(ATOMS_PER_RESIDUE))
                .collect()
        });
        assert_alike(
            "renamed atoms",
            &picture(backend, &second),
            &expected,
            None,
            Tolerance::NONE,
        );
        Ok(())
    });
}

#[test]
fn of_two_equal_bodies_the_first_is_seen() {
    let structure = structure(4);
    let mut backend = open();
    let spheres: Vec<Sphere> = [2, 0, 1].map(|atom| sphere([0.0; 3], 2.0, atom)).to_vec();
    let view = camera_above(
        10.0,
        Projection::Perspective {
            fov_x_degrees: 30.0,
        },
    );
    let viewport = Viewport::whole(64, 64);
    let scene = scene(&structure, spheres, vec![], BLACK);
    let frame = draw(backend.as_mut(), &job(&scene, view, viewport, Samples::One));
    let seen: BTreeSet<u32> = frame.atom_id.expect("asked for").into_iter().collect();
    assert_eq!(seen, BTreeSet::from([0, 3]));
}

#[test]
fn a_nearer_sphere_hides_a_farther_one() {
    let structure = structure(2);
    let case = (0.5..2.0_f64, 2.5..10.0_f64, any::<bool>(), any::<bool>());
    check_property(
        16,
        &case,
        |backend, (radius, gap, orthographic, near_first)| {
            let projection = if orthographic {
                Projection::Orthographic {
                    width_angstrom: 8.0,
                }
            } else {
                Projection::Perspective {
                    fov_x_degrees: 40.0,
                }
            };
            let mut spheres = vec![
                sphere([0.0, 0.0, 0.0], radius, 0),
                sphere([0.0, 0.0, -gap - radius], radius * 0.9, 1),
            ];
            if !near_first {
                spheres.reverse();
            }
            let scene = scene(&structure, spheres, vec![], BLACK);
            let view = camera_above(12.0, projection);
            let frame = draw(
                backend,
                &job(&scene, view, Viewport::whole(80, 80), Samples::One),
            );
            let seen: BTreeSet<u32> = frame.atom_id.expect("asked for").into_iter().collect();
            prop_assert_eq!(seen, BTreeSet::from([0, 1]));
            Ok(())
        },
    );
}

#[test]
fn ids_point_into_the_scene_and_agree_with_residues_and_gaps() {
    let structure = structure(MAX_ATOMS);
    check_property(
        24,
        &(any::<u64>(), any::<bool>()),
        |backend, (seed, orthographic)| {
            let job = generate(seed, orthographic, &structure);
            let picture = picture(backend, &job);
            let drawn: BTreeSet<u32> = job
                .scene()
                .spheres
                .iter()
                .map(|sphere| sphere.atom)
                .chain(
                    job.scene()
                        .cylinders
                        .iter()
                        .flat_map(|c| [c.start_atom, c.end_atom]),
                )
                .collect();
            let ids = picture.atom_id.expect("asked for");
            let residues = picture.residue_id.expect("asked for");
            let depths = picture.depth_angstrom.expect("asked for");
            let normals = picture.normal.expect("asked for");
            for (pixel, id) in ids.iter().enumerate() {
                let normal = glam::Vec3::from_array(normals[pixel]);
                if *id == 0 {
                    prop_assert_eq!(residues[pixel], 0);
                    prop_assert_eq!(depths[pixel].to_bits(), f32::INFINITY.to_bits());
                    prop_assert_eq!(normal, glam::Vec3::ZERO);
                } else {
                    prop_assert!(drawn.contains(&(id - 1)));
                    prop_assert_eq!(
                        residues[pixel],
                        structure.atoms().residue[*id as usize - 1] + 1
                    );
                    prop_assert!(f64::from(depths[pixel]) >= job.view().near_angstrom - 1e-4);
                    prop_assert!((normal.length() - 1.0).abs() < 1e-5);
                }
            }
            Ok(())
        },
    );
}

/// The moved coordinates are rounded to f32 again, which may turn a pixel on an outline, but no
/// other.
#[test]
fn moving_molecule_and_camera_together_changes_almost_nothing() {
    let structure = structure(MAX_ATOMS);
    let rounded = Tolerance {
        levels: 2,
        depth_angstrom: 2e-3,
        depth_share: 1e-5,
        normal: 5e-3,
        outliers: 0,
    };
    let shift = [-100.0..100.0_f64, -100.0..100.0_f64, -100.0..100.0_f64];
    let turn = (-1.0..1.0_f64, -1.0..1.0_f64, 0.0..6.0_f64);
    // Far from the origin, f32 is too coarse for this: only molecules near it are taken.
    let near = (any::<u64>(), any::<bool>()).prop_filter("far from the origin", {
        let structure = Arc::clone(&structure);
        move |(seed, orthographic)| {
            generate(*seed, *orthographic, &structure)
                .scene()
                .bounds
                .center()
                .length()
                < 100.0
        }
    });
    check_property(24, &(near, shift, turn), |backend, case| {
        let ((seed, orthographic), shift, (x, y, angle)) = case;
        let first = generate(seed, orthographic, &structure);
        let turn = DQuat::from_axis_angle(DVec3::new(x, y, 0.5).normalize(), angle);
        let second = moved(&first, turn, DVec3::from_array(shift));
        let sure = sure(&first);
        let (first, second) = (picture(backend, &first), picture(backend, &second));
        assert_alike("moved", &second, &first, Some(&sure), rounded);
        Ok(())
    });
}

#[test]
fn samples_light_cue_and_caps_do_something() {
    let structure = structure(2);
    let mut backend = open();
    let stick = |caps| Cylinder {
        start_angstrom: [-2.0, 0.0, 0.0],
        radius_angstrom: 0.8,
        end_angstrom: [2.0, 0.5, 1.5],
        caps,
        start_color: [255, 0, 0, 255],
        end_color: [0, 255, 0, 255],
        start_atom: 0,
        end_atom: 1,
    };
    let view: View = camera_above(
        12.0,
        Projection::Perspective {
            fov_x_degrees: 30.0,
        },
    );
    let mut show = |caps, samples, cue| {
        let mut scene = Scene::clone(&scene(&structure, vec![], vec![stick(caps)], BLACK));
        scene.depth_cue = cue;
        let job = job(&Arc::new(scene), view, Viewport::whole(64, 48), samples);
        picture(backend.as_mut(), &job)
    };
    let plain = show(Cylinder::OPEN, Samples::One, None);
    let flat = show(Cylinder::FLAT, Samples::One, None);
    let round = show(Cylinder::ROUND, Samples::One, None);
    let cue = show(
        Cylinder::OPEN,
        Samples::One,
        Some(molshot_scenes::DepthCue {
            start: 0.3,
            end: 0.8,
        }),
    );
    assert_differ("open and flat", &plain, &flat, Tolerance::NONE);
    assert_differ("flat and round", &flat, &round, Tolerance::NONE);
    assert_differ(
        "cue",
        &plain.clone().color_only(),
        &cue.clone().color_only(),
        Tolerance::NONE,
    );
    assert_alike(
        "cue",
        &cue.without_color(),
        &plain.clone().without_color(),
        None,
        Tolerance::NONE,
    );
    let four = show(Cylinder::OPEN, Samples::Four, None);
    assert_differ(
        "samples",
        &plain.clone().color_only(),
        &four.clone().color_only(),
        Tolerance::NONE,
    );
    assert_alike(
        "samples",
        &four.without_color(),
        &plain.without_color(),
        None,
        Tolerance::NONE,
    );
}
