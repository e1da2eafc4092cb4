//! Tests of cartoons: their boxes against `ChimeraX`'s, gaps, traces, damaged input.

use std::fmt::Write as _;
use std::path::Path;

use glam::{DVec3, Vec3};
use molshot_molecule::{
    CancelToken, PartRole, ReadOptions, SecondaryStructure, SecondaryStructureChoice, Structure,
    read_bytes, read_file,
};

use super::{Cartoon, divisions_for};
use crate::mesh::Mesh;

fn structure(text: &str) -> Structure {
    let options = ReadOptions::default();
    read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options).expect("a structure")
}

fn library(name: &str) -> Structure {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("library").join(name);
    read_file(&path, &ReadOptions::default()).expect("a structure")
}

fn cartoon_of(structure: &Structure) -> Cartoon {
    let choice = SecondaryStructureChoice::Auto;
    Cartoon::new(structure, &SecondaryStructure::of(structure, choice))
}

fn mesh_of(structure: &Structure, drawn: impl Fn(usize) -> bool) -> Mesh {
    let drawn: Vec<bool> = (0..structure.residues().len()).map(drawn).collect();
    let colors: Vec<[u8; 4]> = (structure.atoms().residue.iter())
        .map(|residue| [*residue as u8, 1, 2, 255])
        .collect();
    let mesh = cartoon_of(structure)
        .mesh(&drawn, &colors, 10, &CancelToken::new())
        .expect("few triangles");
    mesh.check(structure.atoms().len()).expect("a sound mesh");
    mesh
}

/// Alpha carbons of chain A; `places` are residue numbers and coordinates.
fn trace(places: &[(i32, [f64; 3])]) -> Structure {
    let mut text = String::new();
    for (index, (number, [x, y, z])) in places.iter().enumerate() {
        let serial = index + 1;
        let _ = writeln!(
            text,
            "ATOM  {serial:5}  CA  ALA A{number:4}    {x:8.3}{y:8.3}{z:8.3}  1.00  0.00           C"
        );
    }
    structure(&text)
}

#[test]
fn normals_are_unit_vectors_and_corners_belong_to_guide_atoms() {
    let ubiquitin = library("1ubi.pdb");
    let mesh = mesh_of(&ubiquitin, |_| true);
    let cartoon = cartoon_of(&ubiquitin);
    for corner in &mesh.vertices {
        let length = Vec3::from_array(corner.normal).length();
        assert!((length - 1.0).abs() < 1e-4, "{length}");
        assert_eq!(ubiquitin.atoms().name[corner.atom as usize], "CA");
        let residue = ubiquitin.atoms().residue[corner.atom as usize];
        assert_eq!(corner.color[0], residue as u8);
        assert_eq!(cartoon.guide_atoms()[residue as usize], Some(corner.atom));
    }
    // Water has no ribbon.
    assert_eq!(cartoon.guide_atoms().iter().flatten().count(), 76);
    for triangle in &mesh.triangles {
        let atoms = triangle.map(|corner| mesh.vertices[corner as usize].atom);
        assert_eq!(atoms, [atoms[0]; 3], "colours do not run into each other");
    }
}

#[test]
fn the_mesh_is_closed() {
    use std::collections::HashMap;
    let mesh = mesh_of(&library("1ubi.pdb"), |_| true);
    // Corners at one place are one: each edge has as many triangles in one direction as in the
    // other.
    let key = |corner: u32| {
        let place = mesh.vertices[corner as usize].position_angstrom;
        place.map(f32::to_bits)
    };
    let mut balance: HashMap<_, i32> = HashMap::new();
    for [a, b, c] in mesh.triangles.iter().map(|t| t.map(key)) {
        for (from, to) in [(a, b), (b, c), (c, a)] {
            if from < to {
                *balance.entry((from, to)).or_default() += 1;
            } else if to < from {
                *balance.entry((to, from)).or_default() -= 1;
            }
        }
    }
    let open = balance.values().filter(|count| **count != 0).count();
    assert_eq!(open, 0, "of {}", balance.len());
}

#[test]
fn parts_of_a_ribbon_have_the_shape_of_the_whole() {
    let ubiquitin = library("1ubi.pdb");
    let whole = mesh_of(&ubiquitin, |_| true);
    let part = mesh_of(&ubiquitin, |residue| (20..40).contains(&residue));
    assert!(part.triangles.len() < whole.triangles.len() / 3);
    for corner in &part.vertices {
        let same = |other: &&crate::mesh::MeshVertex| {
            other.position_angstrom.map(f32::to_bits) == corner.position_angstrom.map(f32::to_bits)
        };
        assert!(whole.vertices.iter().any(|other| same(&other)));
    }
}

#[test]
fn ribbons_do_not_bridge_gaps() {
    let line = |number: i32, x: f64| (number, [x, f64::from(number % 2), 0.0]);
    let joined = trace(&[line(1, 0.0), line(2, 3.8), line(3, 7.6), line(4, 11.4)]);
    assert_eq!(cartoon_of(&joined).guide_atoms(), [0, 1, 2, 3].map(Some));
    let gap = trace(&[line(1, 0.0), line(2, 3.8), line(9, 30.0), line(10, 33.8)]);
    let mesh = mesh_of(&gap, |_| true);
    let between =
        |corner: &crate::mesh::MeshVertex| (8.0..26.0).contains(&corner.position_angstrom[0]);
    assert!(!mesh.is_empty() && !mesh.vertices.iter().any(between));
    // A single residue has no ribbon.
    let lone = trace(&[line(1, 0.0), line(2, 3.8), line(9, 30.0)]);
    assert_eq!(cartoon_of(&lone).guide_atoms(), [Some(0), Some(1), None]);
}

#[test]
fn damaged_coordinates_give_finite_triangles() {
    // On a line, at one place, and reversed.
    let cases: [Vec<(i32, [f64; 3])>; 4] = [
        (1..=5)
            .map(|n| (n, [f64::from(n) * 3.8, 0.0, 0.0]))
            .collect(),
        (1..=5).map(|n| (n, [1.0, 2.0, 3.0])).collect(),
        (1..=6)
            .map(|n| (n, [f64::from(n % 2) * 3.8, 0.0, 0.0]))
            .collect(),
        (1..=2)
            .map(|n| (n, [f64::from(n) * 3.8, 0.0, 0.0]))
            .collect(),
    ];
    for case in cases {
        let mesh = mesh_of(&trace(&case), |_| true);
        for corner in &mesh.vertices {
            let normal = Vec3::from_array(corner.normal);
            assert!((normal.length() - 1.0).abs() < 1e-3, "{case:?}");
        }
    }
}

#[test]
fn nucleic_acids_have_flat_ribbons_through_c5() {
    let dna = library("1lcd_dna.cif");
    let cartoon = cartoon_of(&dna);
    let names: Vec<&str> = (cartoon.guide_atoms().iter().flatten())
        .map(|atom| dna.atoms().name[*atom as usize].as_str())
        .collect();
    assert!(
        names.len() >= 20 && names.iter().all(|name| *name == "C5'"),
        "{names:?}"
    );
    let mesh = mesh_of(&dna, |_| true);
    let atom = cartoon.guide_atoms().iter().flatten().nth(3).copied();
    let place = dna.atoms().position_angstrom[atom.expect("a nucleotide") as usize];
    let near = mesh
        .vertices
        .iter()
        .map(|corner| Vec3::from_array(corner.position_angstrom).distance(Vec3::from_array(place)));
    // The corners of the rectangle of 0.4 x 2 angstrom around the atom.
    let nearest = near.fold(f32::INFINITY, f32::min);
    assert!((nearest - 1.0198).abs() < 0.01, "{nearest}");
}

#[test]
fn a_cancelled_cartoon_is_an_error() {
    let ubiquitin = library("1ubi.pdb");
    let cancel = CancelToken::new();
    cancel.cancel();
    let drawn = vec![true; ubiquitin.residues().len()];
    let colors = vec![[255; 4]; ubiquitin.atoms().len()];
    let result = cartoon_of(&ubiquitin).mesh(&drawn, &colors, 6, &cancel);
    assert!(matches!(result, Err(crate::SceneError::Cancelled(_))));
}

#[test]
fn large_cartoons_have_fewer_divisions() {
    let divisions: Vec<u8> = [1, 2000, 2001, 4000, 6667, 30_000, 1_000_000]
        .map(divisions_for)
        .into();
    assert_eq!(divisions, [20, 20, 19, 10, 6, 4, 3]);
}

/// Boxes of `ChimeraX`'s ribbons of six structures.
#[test]
fn boxes_are_those_of_chimerax() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness.
        let text = b"skipped: MOLSHOT_TEST_DATA is not set\n";
        std::io::Write::write_all(&mut std::io::stderr(), text).expect("a standard error");
        return;
    };
    let table =
        std::fs::read_to_string(data.join("reference_ribbon/cameras.tsv")).expect("a table");
    let mut count = 0;
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, "ribbon", low, high, ..] = fields.as_slice() else {
            continue;
        };
        let corner = |text: &str| {
            let parts: Vec<f64> = text
                .split(',')
                .map(|part| part.parse().expect("a number"))
                .collect();
            DVec3::from_slice(&parts)
        };
        let file = ["pdb", "cif"]
            .map(|extension| data.join("structures").join(format!("{name}.{extension}")));
        let file = file
            .iter()
            .find(|path| path.exists())
            .expect("the structure");
        let structure = read_file(file, &ReadOptions::default()).expect("a structure");
        let drawn = vec![true; structure.residues().len()];
        let colors = vec![[255; 4]; structure.atoms().len()];
        let mesh = cartoon_of(&structure).mesh(&drawn, &colors, 20, &CancelToken::new());
        let bounds = mesh.expect("few triangles").bounds().expect("a ribbon");
        let worst = (bounds.min - corner(low))
            .abs()
            .max((bounds.max - corner(high)).abs())
            .max_element();
        assert!(worst < 0.002, "{name}: {worst} angstrom");
        count += 1;
    }
    assert_eq!(count, 6);
}
