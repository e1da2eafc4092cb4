//! Lines of bonds: numbers, places, ends, and what belongs to which atom.

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::{PartRole, ReadOptions, Structure, read_bytes};

use super::build_scene;
use crate::request::{Preset, RenderRequest};
use crate::{Cylinder, Scene};

/// A molecule in MOL2: atoms as `ELEMENT X Y Z`, bonds as `A B TYPE`.
fn molecule(atoms: &[String], bonds: &[String]) -> Arc<Structure> {
    let mut lines = vec![
        "@<TRIPOS>MOLECULE\nm".to_owned(),
        format!("{} {}\nSMALL\nNO_CHARGES", atoms.len(), bonds.len()),
        "@<TRIPOS>ATOM".to_owned(),
    ];
    lines.extend((1..).zip(atoms).map(|(number, atom)| {
        let (element, place) = atom.split_once(' ').expect("a place");
        format!("{number} {element}{number} {place} {element} 1 LIG 0")
    }));
    lines.push("@<TRIPOS>BOND".to_owned());
    lines.extend(
        (1..)
            .zip(bonds)
            .map(|(number, bond)| format!("{number} {bond}")),
    );
    let text = lines.join("\n");
    let read = read_bytes(
        "m.mol2",
        text.as_bytes(),
        PartRole::Whole,
        &ReadOptions::default(),
    );
    Arc::new(read.expect("a sound file"))
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn draw(structure: &Arc<Structure>, preset: Preset, bond_orders: bool) -> Scene {
    let mut request = RenderRequest::default();
    request.style.preset = preset;
    request.style.bond_orders = bond_orders;
    build_scene(Arc::clone(structure), &request).expect("atoms")
}

/// Formaldehyde and hydrogen cyanide, without hydrogens, and a bond of zinc.
fn pieces() -> Arc<Structure> {
    let atoms = [
        "C 0 0 0",
        "O 1.2 0 0",
        "N -0.7 1.2 0",
        "C 0 5 0",
        "N 1.15 5 0",
        "C -1.45 5 0",
        "Zn 0 9 0",
        "N 2.1 9 0",
    ];
    let bonds = ["1 2 2", "1 3 1", "4 5 3", "4 6 1", "7 8 un"];
    molecule(&owned(&atoms), &owned(&bonds))
}

/// A hexagon of carbons with bonds of one type, or of alternating types.
fn hexagon(kinds: [&str; 2]) -> Arc<Structure> {
    let atoms: Vec<String> = (0..6)
        .map(|corner| {
            let (sine, cosine) = (f64::from(corner) * std::f64::consts::FRAC_PI_3).sin_cos();
            format!("C {:.4} {:.4} 0", 1.39 * cosine, 1.39 * sine)
        })
        .collect();
    let bonds: Vec<String> = (0..6_usize)
        .map(|corner| {
            format!(
                "{} {} {}",
                corner + 1,
                (corner + 1) % 6 + 1,
                kinds[corner % 2]
            )
        })
        .collect();
    molecule(&atoms, &bonds)
}

fn ends(line: &Cylinder) -> [DVec3; 2] {
    [line.start_angstrom, line.end_angstrom].map(|end| DVec3::from_array(end.map(f64::from)))
}

fn middle(line: &Cylinder) -> DVec3 {
    let [start, end] = ends(line);
    (start + end) / 2.0
}

/// The lines of the bond between two atoms, with their parts.
fn between(scene: &Scene, a: u32, b: u32) -> Vec<Cylinder> {
    let of_bond = |atom: u32| atom == a || atom == b;
    let lines = scene.cylinders.iter();
    lines
        .filter(|line| of_bond(line.start_atom) && of_bond(line.end_atom))
        .copied()
        .collect()
}

#[test]
fn without_the_option_every_bond_is_one_stick() {
    for structure in [pieces(), hexagon(["ar", "ar"])] {
        let scene = draw(&structure, Preset::Misi, false);
        assert_eq!(scene.cylinders.len(), structure.bonds().len());
        assert!(
            scene
                .cylinders
                .iter()
                .all(|line| line.caps == Cylinder::OPEN)
        );
    }
    let spacefill = draw(&pieces(), Preset::Spacefill, true);
    assert!(spacefill.cylinders.is_empty());
}

#[test]
fn double_and_triple_bonds_are_parallel_lines_as_wide_as_a_stick() {
    for preset in [Preset::Misi, Preset::Licorice, Preset::BallAndStick] {
        let scene = draw(&pieces(), preset, true);
        for (a, b, count) in [(0, 1, 2), (0, 2, 1), (3, 4, 3), (3, 5, 1)] {
            let lines = between(&scene, a, b);
            assert_eq!(lines.len(), count, "{a} {b}");
            let positions = scene.structure.atoms().position_angstrom.clone();
            let [from, to] =
                [a, b].map(|atom| DVec3::from_array(positions[atom as usize].map(f64::from)));
            for line in &lines {
                let [start, end] = ends(line);
                let aside = start.distance(from);
                assert!((end.distance(to) - aside).abs() < 1e-6, "parallel");
                let reach = aside + f64::from(line.radius_angstrom);
                assert!(
                    reach < 0.2 + 1e-6,
                    "the open ends are inside the balls: {reach}"
                );
                // The group's plane is that of all atoms: z = 0.
                assert!(start.z.abs() < 1e-6, "in the plane of the neighbours");
                assert_eq!((line.start_atom, line.end_atom), (a, b));
            }
        }
    }
}

#[test]
fn dative_bonds_are_closed_dashes() {
    let scene = draw(&pieces(), Preset::Misi, true);
    let dashes = between(&scene, 6, 7);
    assert_eq!(dashes.len(), 5);
    assert!(dashes.iter().all(|dash| dash.caps == Cylinder::FLAT));
    let atoms: Vec<_> = dashes
        .iter()
        .map(|dash| (dash.start_atom, dash.end_atom))
        .collect();
    assert_eq!(atoms, [(6, 6), (6, 6), (6, 7), (7, 7), (7, 7)]);
}

#[test]
fn aromatic_bonds_have_dashes_inside_the_ring() {
    let ring = hexagon(["ar", "ar"]);
    let scene = draw(&ring, Preset::Misi, true);
    assert_eq!(scene.cylinders.len(), 6 * (1 + 3));
    let (sticks, dashes): (Vec<&Cylinder>, Vec<&Cylinder>) = scene
        .cylinders
        .iter()
        .partition(|line| line.caps == Cylinder::OPEN);
    assert_eq!(sticks.len(), 6);
    let inradius = 1.39 * 3.0_f64.sqrt() / 2.0;
    for dash in dashes {
        let distance = middle(dash).length();
        assert!(distance < inradius && middle(dash).z.abs() < 1e-6);
        let [start, end] = ends(dash);
        let direction = (end - start).normalize();
        let of_line = middle(dash).reject_from_normalized(direction).length();
        assert!((inradius - of_line - 0.32).abs() < 1e-3, "{of_line}");
        assert_eq!(dash.caps, Cylinder::FLAT);
    }
}

/// Cyclohexadiene's double bonds, which are in no aromatic ring.
#[test]
fn double_bonds_of_rings_have_a_closed_line_inside() {
    let mut atoms: Vec<String> = Vec::new();
    for corner in 0..5 {
        let angle = f64::from(corner) * std::f64::consts::TAU / 5.0;
        atoms.push(format!(
            "C {:.4} {:.4} 0",
            1.2 * angle.cos(),
            1.2 * angle.sin()
        ));
    }
    let bonds = owned(&["1 2 2", "2 3 1", "3 4 2", "4 5 1", "5 1 1"]);
    let scene = draw(&molecule(&atoms, &bonds), Preset::Misi, true);
    assert_eq!(scene.cylinders.len(), 5 + 2);
    let inner = scene
        .cylinders
        .iter()
        .filter(|line| line.caps == Cylinder::ROUND);
    let inner: Vec<&Cylinder> = inner.collect();
    assert_eq!(inner.len(), 2);
    for line in inner {
        let [start, end] = ends(line);
        assert!(
            start.distance(end) < 1.2 && start.distance(end) > 0.3,
            "shortened"
        );
        assert!(start.length() < 1.2 && end.length() < 1.2);
    }
}

#[test]
fn all_lines_of_hidden_atoms_are_hidden() {
    let mut request = RenderRequest::default();
    request.style.bond_orders = true;
    request.select = "element C".into();
    let scene = build_scene(pieces(), &request).expect("carbons");
    assert_eq!(scene.cylinders.len(), 1);
}
