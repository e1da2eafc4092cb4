//! Cameras and projected atoms against those of `ChimeraX` for real complexes.
//!
//! The folder that `MOLSHOT_TEST_DATA` names holds `complexes/ID/` and, as `ChimeraX` printed them,
//! `truth/camera_truth.tsv` (fitted cameras) and `truth/screen_truth.tsv` (atoms in camera axes and
//! in pixels). Without it the tests are skipped.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::{FolderOptions, read_folder};
use molshot_molecule::{PartRole, ReadOptions};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::parse_commands;
use molshot_scenes::request::{Preset, RenderRequest};

const STATE: &str = "sticks, no solvent, hydrogens hidden, refit";

fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        // Past the capture of the test harness: a reader of the log, and the count of tests, must
        // see it.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
    }
    folder
}

/// Rows of a table, without its header.
fn table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).expect("a readable table");
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').map(str::to_owned).collect())
        .collect()
}

fn vector(text: &str) -> DVec3 {
    let numbers: Vec<f64> = text
        .split(',')
        .map(|number| number.parse().expect("a number"))
        .collect();
    DVec3::from_slice(&numbers)
}

/// The complex in the paper's style, 800 x 600.
fn prepare(data: &Path, id: &str, select: &str) -> PreparedScene {
    let folder = data.join("complexes").join(id);
    let structure =
        read_folder(&folder, FolderOptions::default(), &ReadOptions::default()).expect(id);
    let mut request = RenderRequest::default();
    request.output.width_px = 800;
    request.output.height_px = 600;
    request.select = select.into();
    PreparedScene::new(Arc::new(structure), &request).expect(id)
}

#[test]
fn fitted_cameras_are_those_of_chimerax() {
    let Some(data) = test_data() else { return };
    let mut worst = (0.0_f64, 0.0_f64);
    let mut count = 0;
    for row in table(&data.join("truth/camera_truth.tsv")) {
        if row[2] != STATE {
            continue;
        }
        let id = &row[0];
        let prepared = prepare(&data, id, "all");
        let bounds = prepared.scene().bounds;
        assert!(
            bounds.min.distance(vector(&row[3])) < 0.01,
            "{id}: {bounds:?}"
        );
        assert!(
            bounds.max.distance(vector(&row[4])) < 0.01,
            "{id}: {bounds:?}"
        );
        let view = prepared.camera().expect("a valid box").view();
        let origin = view.pose.position_angstrom.distance(vector(&row[5]));
        assert!(origin < 0.01, "{id}: the camera is {origin} angstrom away");
        let near: f64 = row[6].parse().expect("a number");
        let far: f64 = row[7].parse().expect("a number");
        let clip = (view.near_angstrom - near)
            .abs()
            .max((view.far_angstrom - far).abs());
        assert!(clip < 0.05, "{id}: a clip plane is {clip} angstrom away");
        worst = (worst.0.max(origin), worst.1.max(clip));
        count += 1;
    }
    eprintln!(
        "{count} cameras: position within {:.4}, clip planes within {:.4} angstrom",
        worst.0, worst.1
    );
    assert!(count >= 22, "only {count} cameras in the table");
}

#[test]
fn projected_atoms_are_those_of_chimerax() {
    let Some(data) = test_data() else { return };
    let mut by_complex: HashMap<String, Vec<Vec<String>>> = HashMap::new();
    for row in table(&data.join("truth/screen_truth.tsv")) {
        by_complex.entry(row[0].clone()).or_default().push(row);
    }
    let mut ids: Vec<&String> = by_complex.keys().collect();
    ids.sort();
    let mut worst = (0.0_f64, 0.0_f64);
    let mut rows = 0;
    for id in ids {
        let prepared = prepare(&data, id, "all");
        let (scene, camera) = (prepared.scene(), prepared.camera().expect("a valid box"));
        let (view, viewport) = (camera.view(), camera.viewport());
        let structure = &scene.structure;
        // Residues of one number may differ by insertion code, which the table leaves out: the
        // nearest of them counts.
        let mut atoms: HashMap<(bool, i32, &str), Vec<DVec3>> = HashMap::new();
        for sphere in &scene.spheres {
            let residue = structure.residue_of(sphere.atom);
            let ligand = structure.part_of(residue).role == PartRole::Ligand;
            let name = structure.atoms().name[sphere.atom as usize].as_str();
            let position = DVec3::from_array(sphere.center_angstrom.map(f64::from));
            atoms
                .entry((ligand, residue.number, name))
                .or_default()
                .push(position);
        }
        assert_eq!(
            scene.spheres.len(),
            by_complex[id].len(),
            "{id}: shown atoms"
        );
        for row in &by_complex[id] {
            let number: Vec<f64> = row[5..10]
                .iter()
                .map(|n| n.parse().expect("a number"))
                .collect();
            let expected = DVec3::from_slice(&number);
            let key = (
                row[1] == "ligand",
                row[3].parse().expect("a number"),
                row[4].as_str(),
            );
            let candidates = atoms
                .get(&key)
                .unwrap_or_else(|| panic!("{id}: {key:?} is not shown"));
            let (distance, position) = candidates
                .iter()
                .map(|p| (view.pose.camera_from_world(*p).distance(expected), *p))
                .min_by(|a, b| a.0.total_cmp(&b.0))
                .expect("at least one");
            assert!(distance < 0.01, "{id} {key:?}: {distance} angstrom away");
            let pixel = view.project(&viewport, position).truncate();
            let pixels = (pixel.x - number[3]).abs().max((pixel.y - number[4]).abs());
            assert!(pixels < 0.5, "{id} {key:?}: {pixels} pixels away");
            worst = (worst.0.max(distance), worst.1.max(pixels));
            rows += 1;
        }
    }
    eprintln!(
        "{rows} atoms: within {:.4} angstrom and {:.3} pixels",
        worst.0, worst.1
    );
    assert!(rows > 9000, "only {rows} atoms in the table");
}

/// Pictures of the pocket alone and of the ligand alone must share one camera.
#[test]
fn selecting_does_not_move_the_camera() {
    let Some(data) = test_data() else { return };
    let whole = prepare(&data, "5ey0", "all");
    let part = prepare(&data, "5ey0", "resname ARG");
    assert!(part.scene().spheres.len() < whole.scene().spheres.len());
    let commands = parse_commands("view left; roll y 15; move z 40").expect("valid");
    let (whole, part) = (
        whole.job_with(&commands).expect("valid"),
        part.job_with(&commands).expect("valid"),
    );
    assert_eq!(whole.view(), part.view());
}

/// `ChimeraX` fitted its camera to a residue, the ligand and their atoms' labels, whose lift
/// towards the viewer counts for the clip planes alone.
#[test]
fn the_camera_of_one_residue_and_the_ligand_is_that_of_chimerax() {
    let Some(data) = test_data() else { return };
    let mut found = 0;
    for row in table(&data.join("truth/camera_truth.tsv")) {
        if row[2] != "ARG 45 + ligand only, refit" {
            continue;
        }
        let structure = read_folder(
            &data.join("complexes").join(&row[0]),
            FolderOptions::default(),
            &ReadOptions::default(),
        )
        .expect("a complex");
        let mut request = RenderRequest::default();
        (request.output.width_px, request.output.height_px) = (800, 600);
        request.style.preset = Preset::MisiResidue;
        request.style.residue = Some("ARG 45".into());
        let prepared = PreparedScene::new(Arc::new(structure), &request).expect("a scene");
        let bounds = prepared.scene().clip_bounds;
        let camera = prepared.camera().expect("a valid box").view();
        let off = camera.pose.position_angstrom.distance(vector(&row[5]));
        eprintln!("{}: {off:.4} angstrom off; {bounds:?}", row[0]);
        assert!(bounds.min.distance(vector(&row[3])) < 0.02, "{bounds:?}");
        assert!(bounds.max.distance(vector(&row[4])) < 0.02, "{bounds:?}");
        assert!(off < 0.02, "{off} angstrom");
        let clip = [camera.near_angstrom, camera.far_angstrom];
        for (plane, column) in clip.into_iter().zip([6, 7]) {
            let theirs: f64 = row[column].parse().expect("a number");
            assert!((plane - theirs).abs() < 0.05, "{plane} is not {theirs}");
        }
        found += 1;
    }
    assert_eq!(found, 1);
}
