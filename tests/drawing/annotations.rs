//! Annotations and masks against what they claim: ChimeraX's coordinates, a count pixel by pixel,
//! the id plane.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::support::complexes::{drawn, inhibitor};
use crate::support::meshes::generate_with_mesh;
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{draw, structure, test_data};
use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_folder};
use molshot_renderer::Backend;
use molshot_renderer::annotations::{
    Annotations, Annotator, MaskKind, Role, annotate, isolated_atom_scene,
};
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::commands::parse_commands;
use molshot_scenes::request::{Preset, RenderRequest};
use molshot_scenes::{Plane, PreparedScene, RenderJob};

/// The state of the camera in which ChimeraX printed its atoms.
const ATOMS_OF_TABLE: usize = 9462;

/// Rows of a table, without its header.
fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("a readable table");
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn complex(data: &Path, id: &str, change: impl FnOnce(&mut RenderRequest)) -> PreparedScene {
    let folder = data.join("complexes").join(id);
    let structure =
        read_folder(&folder, FolderOptions::default(), &ReadOptions::default()).expect(id);
    let mut request = RenderRequest::default();
    (request.output.width_px, request.output.height_px) = (800, 600);
    request.output.planes = BTreeSet::from([Plane::AtomId]);
    change(&mut request);
    PreparedScene::new(Arc::new(structure), &request).expect(id)
}

#[test]
fn atoms_stand_where_chimerax_has_them() {
    let Some(data) = test_data() else { return };
    let mut by_complex: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for row in table(&data.join("truth/screen_truth.tsv")) {
        by_complex.entry(row[0].clone()).or_default().push(row);
    }
    assert_eq!(by_complex.len(), 22);
    let mut annotator = Annotator::default();
    let mut backend = SoftwareBackend::new();
    let (mut worst_angstrom, mut worst_px, mut count) = (0.0_f64, 0.0_f64, 0);
    for (id, rows) in &by_complex {
        let job = complex(&data, id, |_| {}).job().expect("a job");
        let frame = draw(&mut backend, &job);
        let annotations = annotator.annotate(&job, &frame, &[]).expect("annotations");
        assert_eq!(annotations.atoms.len(), rows.len(), "{id}: drawn atoms");
        // Residues of one number may differ by insertion code, which the table leaves out: the
        // nearest of them counts.
        for row in rows {
            let expected: Vec<f64> = row[5..10]
                .iter()
                .map(|number| number.parse().expect("a number"))
                .collect();
            let number: i32 = row[3].parse().expect("a number");
            let (angstrom, px) = annotations
                .atoms
                .iter()
                .filter(|atom| {
                    (atom.role == Role::Ligand) == (row[1] == "ligand")
                        && atom.residue.number == number
                        && atom.name == row[4]
                })
                .map(|atom| {
                    let off = |axis: usize| (atom.camera_angstrom[axis] - expected[axis]).abs();
                    let x_px = atom.x_px.expect("in front of the camera");
                    let y_px = atom.y_px.expect("in front of the camera");
                    assert!((atom.depth_angstrom + atom.camera_angstrom[2]).abs() < 1e-9);
                    (
                        off(0).max(off(1)).max(off(2)),
                        (x_px - expected[3]).abs().max((y_px - expected[4]).abs()),
                    )
                })
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .unwrap_or_else(|| panic!("{id}: {row:?} is not annotated"));
            worst_angstrom = worst_angstrom.max(angstrom);
            worst_px = worst_px.max(px);
            count += 1;
        }
    }
    eprintln!("{count} atoms: within {worst_angstrom:.4} angstrom and {worst_px:.4} pixels");
    assert_eq!(count, ATOMS_OF_TABLE);
    // The table has three digits of angstrom and two of pixels.
    assert!(worst_angstrom < 0.002 && worst_px < 0.02);
}

/// The other state of the camera in the tables: the pocket alone, as it was first opened.
#[test]
fn both_cameras_of_chimerax_project_alike() {
    let Some(data) = test_data() else { return };
    let mut cameras = 0;
    for row in table(&data.join("truth/camera_truth.tsv")) {
        let numbers = |text: &str| -> Vec<f64> {
            text.split(',')
                .map(|n| n.parse().expect("a number"))
                .collect()
        };
        let prepared = complex(&data, &row[0], |_| {});
        let fitted = prepared.camera().expect("a camera");
        let mut view = fitted.view();
        view.pose.position_angstrom = glam::DVec3::from_slice(&numbers(&row[5]));
        let job = RenderJob::new(
            Arc::clone(prepared.scene()),
            view,
            fitted.viewport(),
            molshot_scenes::Samples::One,
            BTreeSet::from([Plane::AtomId]),
        )
        .expect("a job");
        let annotations = annotate(&job, &drawn(&job), &[]).expect("annotations");
        // Pinhole by hand: 800 x 600, 30 degrees across.
        let focal_px = 400.0 / 15.0_f64.to_radians().tan();
        let origin = view.pose.position_angstrom;
        let positions = &prepared.scene().structure.atoms().position_angstrom;
        for atom in &annotations.atoms {
            let at = positions[atom.index as usize].map(f64::from);
            let [x, y, z] = [0, 1, 2].map(|axis| at[axis] - origin[axis]);
            let expected = [400.0 - focal_px * x / z, 300.0 + focal_px * y / z];
            let found = [atom.x_px, atom.y_px].map(|px| px.expect("in front of the camera"));
            for axis in 0..2 {
                assert!((found[axis] - expected[axis]).abs() < 2e-4, "{atom:?}");
            }
        }
        cameras += 1;
    }
    assert!(cameras >= 44, "only {cameras} cameras in the table");
}

/// Draws an atom alone and counts.
fn count_alone(backend: &mut dyn Backend, job: &RenderJob, atom: u32) -> u64 {
    let alone = isolated_atom_scene(job.scene(), atom)
        .expect("a valid scene")
        .expect("a drawn atom");
    let job = RenderJob::new(
        Arc::new(alone),
        *job.view(),
        *job.viewport(),
        job.samples(),
        BTreeSet::from([Plane::AtomId]),
    )
    .expect("a job");
    let frame = draw(backend, &job);
    let ids = frame.atom_id.expect("ids");
    assert!(ids.iter().all(|id| *id == 0 || *id == atom + 1));
    ids.iter().filter(|id| **id != 0).count() as u64
}

/// Every number of the annotations that is a count, by counting.
fn assert_counted(backend: &mut dyn Backend, job: &RenderJob, annotations: &Annotations) {
    let frame = draw(backend, job);
    let ids = frame.atom_id.expect("ids");
    let seen: BTreeSet<u32> = ids.iter().copied().filter(|id| *id != 0).collect();
    let annotated: BTreeSet<u32> = annotations.atoms.iter().map(|a| a.index + 1).collect();
    assert!(seen.is_subset(&annotated));
    for atom in &annotations.atoms {
        let visible = ids.iter().filter(|id| **id == atom.index + 1).count() as u64;
        let alone = count_alone(backend, job, atom.index);
        assert_eq!(atom.visible_pixels, visible, "{atom:?}");
        assert_eq!(atom.unoccluded_pixels, alone, "{atom:?}");
        let fraction = if alone == 0 {
            0.0
        } else {
            (visible as f64 / alone as f64).min(1.0)
        };
        assert!(
            (atom.visible_fraction - fraction).abs() <= 5.1e-5,
            "{atom:?}"
        );
        assert!(visible <= alone + 2, "more is seen than there is: {atom:?}");
    }
}

#[test]
fn fractions_of_atoms_with_triangles_are_those_of_a_count_pixel_by_pixel() {
    let structure = structure(MAX_ATOMS);
    let mut backend = SoftwareBackend::new();
    let mut annotator = Annotator::default();
    for seed in 0..8 {
        for orthographic in [false, true] {
            let job = generate_with_mesh(seed, orthographic, &structure);
            let frame = draw(&mut backend, &job);
            let annotations = annotator.annotate(&job, &frame, &[]).expect("annotations");
            assert_counted(&mut backend, &job, &annotations);
        }
    }
}

#[test]
fn visible_fractions_are_those_of_a_count_pixel_by_pixel() {
    let structure = structure(MAX_ATOMS);
    let mut backend = SoftwareBackend::new();
    let mut annotator = Annotator::default();
    let (mut atoms, mut by_drawing) = (0, 0);
    for seed in 0..30 {
        for orthographic in [false, true] {
            let job = generate(seed, orthographic, &structure);
            let frame = draw(&mut backend, &job);
            let annotations = annotator.annotate(&job, &frame, &[]).expect("annotations");
            by_drawing += annotator.raster_fallback_count();
            atoms += annotations.atoms.len();
            assert_counted(&mut backend, &job, &annotations);
        }
    }
    eprintln!("{atoms} atoms of 60 scenes; {by_drawing} were too close to say and drawn");
    assert!(atoms > 3000);
}

#[test]
fn a_molecules_fractions_are_counted_in_every_style() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library/1hvr");
    let structure = read_folder(&path, FolderOptions::default(), &ReadOptions::default())
        .expect("the library's complex");
    let structure = Arc::new(structure);
    let mut backend = SoftwareBackend::new();
    for preset in [Preset::Misi, Preset::BallAndStick, Preset::Spacefill] {
        let mut request = RenderRequest::default();
        (request.output.width_px, request.output.height_px) = (200, 160);
        request.output.planes = BTreeSet::from([Plane::AtomId]);
        request.style.preset = preset;
        request.commands = "roll y 20; move z 30; crop 20 10 150 130".into();
        let job = PreparedScene::new(Arc::clone(&structure), &request)
            .and_then(|prepared| prepared.job())
            .expect("a job");
        let annotations = annotate(&job, &draw(&mut backend, &job), &[]).expect("annotations");
        assert_counted(&mut backend, &job, &annotations);
        let hidden = annotations
            .atoms
            .iter()
            .filter(|atom| atom.in_frame && atom.visible_pixels == 0)
            .count();
        assert!(hidden > 0, "in a molecule some atoms are hidden");
        assert!(annotations.atoms.iter().any(|atom| !atom.in_frame));
    }
}

#[test]
fn residues_are_the_sum_of_their_pixels() {
    let job = inhibitor(
        &[Plane::AtomId, Plane::ResidueId],
        "roll y 30; crop 40 30 200 180",
    );
    let frame = drawn(&job);
    let ids = frame.residue_id.as_deref().expect("ids");
    let annotations = annotate(&job, &frame, &[]).expect("annotations");
    let width = frame.width_px;
    let mut seen = 0;
    for residue in &annotations.residues {
        let pixels: Vec<(u32, u32)> = (0..)
            .zip(ids)
            .filter(|(_, id)| **id == residue.index + 1)
            .map(|(at, _): (u32, _)| (at % width + 40, at / width + 30))
            .collect();
        assert_eq!(residue.visible_pixels, pixels.len() as u64);
        let (columns, rows) = (pixels.iter().map(|p| p.0), pixels.iter().map(|p| p.1));
        let bounds = columns.clone().min().map(|left| {
            let right = columns.max().expect("as many");
            let (top, bottom) = (
                rows.clone().min().expect("as many"),
                rows.max().expect("as many"),
            );
            [left, top, right - left + 1, bottom - top + 1]
        });
        assert_eq!(residue.box_px, bounds);
        assert!(residue.unoccluded_pixels + 2 >= residue.visible_pixels);
        let of_residue: Vec<_> = annotations
            .atoms
            .iter()
            .filter(|atom| atom.residue.index == residue.index)
            .collect();
        assert_eq!(residue.drawn_atoms as usize, of_residue.len());
        let largest = of_residue.iter().map(|atom| atom.unoccluded_pixels).max();
        let sum: u64 = of_residue.iter().map(|atom| atom.unoccluded_pixels).sum();
        assert!(residue.unoccluded_pixels <= sum && Some(residue.unoccluded_pixels) >= largest);
        for axis in 0..3 {
            let mean = of_residue
                .iter()
                .map(|atom| atom.camera_angstrom[axis])
                .sum::<f64>()
                / of_residue.len() as f64;
            assert!((residue.centroid_angstrom[axis] - mean).abs() < 2e-4);
        }
        seen += usize::from(!pixels.is_empty());
    }
    assert!(seen > 20);
}

/// Alone, a residue covers what its atoms cover together: drawn so, by selecting nothing else, it
/// shows as many pixels and one box.
#[test]
fn a_residue_alone_is_its_atoms_together() {
    let job = inhibitor(&[Plane::AtomId], "");
    let annotations = annotate(&job, &drawn(&job), &[]).expect("annotations");
    let mut backend = SoftwareBackend::new();
    for residue in annotations.residues.iter().step_by(7) {
        let mut covered = BTreeSet::new();
        for atom in &annotations.atoms {
            if atom.residue.index != residue.index {
                continue;
            }
            let alone = isolated_atom_scene(job.scene(), atom.index)
                .expect("a valid scene")
                .expect("a drawn atom");
            let job = RenderJob::new(
                Arc::new(alone),
                *job.view(),
                *job.viewport(),
                job.samples(),
                job.planes().clone(),
            )
            .expect("a job");
            let ids = draw(&mut backend, &job).atom_id.expect("ids");
            covered.extend((0..ids.len()).filter(|at| ids[*at] != 0));
        }
        assert_eq!(
            residue.unoccluded_pixels,
            covered.len() as u64,
            "{residue:?}"
        );
        let [left, top, width, height] = residue.amodal_box_px.expect("it is in the picture");
        for at in covered {
            let (x, y) = (at as u32 % 320, at as u32 / 320);
            assert!((left..left + width).contains(&x) && (top..top + height).contains(&y));
        }
    }
}

#[test]
fn a_frame_that_is_not_the_jobs_is_refused() {
    let job = inhibitor(&[Plane::Color], "");
    let error = annotate(&job, &drawn(&job), &[]).expect_err("no ids");
    assert!(error.to_string().contains("atom-id"), "{error}");
    let other = inhibitor(&[Plane::AtomId], "crop 0 0 100 100");
    let error =
        annotate(&inhibitor(&[Plane::AtomId], ""), &drawn(&other), &[]).expect_err("another size");
    assert!(error.to_string().contains("another job"), "{error}");
}

#[test]
fn a_crop_moves_no_atom() {
    let whole = inhibitor(&[Plane::AtomId], "roll y 30");
    let crop = inhibitor(&[Plane::AtomId], "roll y 30; crop 100 60 120 90");
    let of = |job: &RenderJob| annotate(job, &drawn(job), &[]).expect("annotations").atoms;
    for (whole, crop) in of(&whole).into_iter().zip(of(&crop)) {
        assert_eq!((whole.x_px, whole.y_px), (crop.x_px, crop.y_px));
        let (x, y) = (crop.x_px.expect("in front"), crop.y_px.expect("in front"));
        let [crop_x, crop_y] = [crop.crop_x_px, crop.crop_y_px].map(|px| px.expect("in front"));
        assert!((crop_x - (x - 100.0)).abs() < 2e-4 && (crop_y - (y - 60.0)).abs() < 2e-4);
        let inside = (0.0..120.0).contains(&crop_x) && (0.0..90.0).contains(&crop_y);
        assert_eq!(crop.in_frame, inside);
        assert!(crop.visible_pixels <= whole.visible_pixels);
        assert!(crop.unoccluded_pixels <= whole.unoccluded_pixels);
    }
}

/// With colours the frame has the places of labels; without, they are computed.
#[test]
fn labels_are_annotated_alike_with_and_without_colours() {
    let labels = |planes: &[Plane]| {
        let job = inhibitor(planes, "roll y 30; crop 40 30 200 180");
        let frame = drawn(&job);
        let colors = planes.contains(&Plane::Color);
        assert_eq!(frame.label_boxes.is_some(), colors);
        annotate(&job, &frame, &[]).expect("annotations").labels
    };
    let computed = labels(&[Plane::AtomId]);
    assert!(computed.iter().any(|label| label.in_frame));
    assert!(computed.iter().any(|label| !label.in_frame));
    assert_eq!(labels(&[Plane::Color, Plane::AtomId]), computed);
}

#[test]
fn the_document_is_as_its_schema_says_and_survives_json() {
    let job = inhibitor(&[Plane::AtomId], "");
    let annotations = annotate(&job, &drawn(&job), &[MaskKind::Role]).expect("annotations");
    let text = serde_json::to_string(&annotations).expect("JSON");
    let mut back: Annotations = serde_json::from_str(&text).expect("the same form");
    // The text has every digit; this reader, without its feature `float_roundtrip`, may miss the
    // last bit of the camera's 17 digits.
    for (read, written) in [
        (back.camera.near_angstrom, annotations.camera.near_angstrom),
        (back.camera.far_angstrom, annotations.camera.far_angstrom),
        (back.camera.pixel_scale, annotations.camera.pixel_scale),
        (
            back.camera.position_angstrom[2],
            annotations.camera.position_angstrom[2],
        ),
    ] {
        assert!((read - written).abs() <= f64::EPSILON * written.abs());
    }
    assert_eq!(back.camera.rotation, annotations.camera.rotation);
    back.camera = annotations.camera.clone();
    assert_eq!(back, annotations);
    let schema = molshot_renderer::annotations::schema();
    assert_eq!(schema["title"], "Annotations");
    let named = |pointer: &str| -> BTreeSet<String> {
        let properties = schema.pointer(pointer).and_then(|p| p.as_object());
        properties.expect(pointer).keys().cloned().collect()
    };
    let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let keys = |value: &serde_json::Value| -> BTreeSet<String> {
        value
            .as_object()
            .expect("an object")
            .keys()
            .cloned()
            .collect()
    };
    assert_eq!(named("/properties"), keys(&value));
    assert_eq!(
        named("/$defs/AtomAnnotation/properties"),
        keys(&value["atoms"][0])
    );
    assert_eq!(
        named("/$defs/ResidueAnnotation/properties"),
        keys(&value["residues"][0])
    );
}

/// Not a test of speed, but a figure in the log: a pocket of some 400 atoms at 512 x 512.
#[test]
fn annotating_a_pocket_takes_milliseconds() {
    let Some(data) = test_data() else { return };
    let mut backend = SoftwareBackend::new();
    let mut annotator = Annotator::default();
    for id in ["5ey0", "1a61"] {
        let prepared = complex(&data, id, |request| {
            (request.output.width_px, request.output.height_px) = (512, 512);
        });
        let commands = parse_commands("roll y 15").expect("a command");
        let job = prepared.job_with(&commands).expect("a job");
        let frame = draw(&mut backend, &job);
        let mut best = std::time::Duration::MAX;
        let mut atoms = 0;
        for _ in 0..20 {
            let start = std::time::Instant::now();
            let annotations = annotator.annotate(&job, &frame, &[]).expect("annotations");
            best = best.min(start.elapsed());
            atoms = annotations.atoms.len();
        }
        eprintln!(
            "{id}: {atoms} atoms in {:.2} ms, {} of them drawn",
            best.as_secs_f64() * 1e3,
            annotator.raster_fallback_count()
        );
        assert!(best.as_millis() < 500);
    }
}
