//! Unusual chemistry: a result or a warning, never silence.
#![allow(
    clippy::format_push_string,
    reason = "a test may build its file as it likes"
)]

use super::super::{AcceptorClass, DonorClass, HydrogenBondOptions, HydrogenBonds, Scope, find};
use crate::Structure;
use crate::structure::PartRole;
use crate::{Format, ReadOptions, read_bytes};

fn pdb(text: &str, role: PartRole) -> Structure {
    let options = ReadOptions {
        format: Some(Format::Pdb),
        ..ReadOptions::default()
    };
    read_bytes("edge_case.pdb", text.as_bytes(), role, &options).unwrap()
}

/// A line of a PDB file.
fn atom(
    serial: usize,
    name: &str,
    residue: &str,
    number: i32,
    [x, y, z]: [f64; 3],
    element: &str,
) -> String {
    format!(
        "HETATM{serial:>5} {name:<4} {residue:>3} A{number:>4}    {x:8.3}{y:8.3}{z:8.3}  1.00  0.00          {element:>2}\n"
    )
}

fn water(number: i32, x: f64) -> String {
    atom(number as usize, " O", "HOH", number, [x, 0.0, 0.0], "O")
}

fn all(structure: &Structure) -> HydrogenBonds {
    let options = HydrogenBondOptions {
        scope: Scope::All,
        ..HydrogenBondOptions::default()
    };
    find(structure, &options).unwrap()
}

fn has_warning(found: &HydrogenBonds, words: &str) -> bool {
    found
        .warnings
        .iter()
        .any(|warning| warning.to_string().contains(words))
}

#[test]
fn without_a_ligand_or_a_pocket_it_says_so() {
    let waters = water(1, 0.0) + &water(2, 2.8);
    let found = find(
        &pdb(&waters, PartRole::Whole),
        &HydrogenBondOptions::default(),
    )
    .unwrap();
    assert!(
        found.bonds.is_empty() && has_warning(&found, "the structure has no ligand"),
        "{:?}",
        found.warnings
    );
    let found = find(
        &pdb(&waters, PartRole::Ligand),
        &HydrogenBondOptions::default(),
    )
    .unwrap();
    assert!(
        has_warning(&found, "the structure has no pocket"),
        "{:?}",
        found.warnings
    );
    let carbon = atom(3, " C1", "LIG", 3, [5.0, 0.0, 0.0], "C");
    let found = find(
        &pdb(&(waters + &carbon), PartRole::Whole),
        &HydrogenBondOptions::default(),
    )
    .unwrap();
    assert!(
        has_warning(&found, "the ligand has neither donors nor acceptors"),
        "{:?}",
        found.warnings
    );
}

#[test]
fn water_bonds_by_distance_and_both_ways() {
    for (x, bonds) in [(2.8, 2), (3.42, 2), (3.5, 0)] {
        let found = all(&pdb(&(water(1, 0.0) + &water(2, x)), PartRole::Whole));
        assert_eq!(found.bonds.len(), bonds, "{x}");
        assert!(
            found
                .bonds
                .iter()
                .all(|bond| bond.donor_class == DonorClass::Water
                    && bond.acceptor_class == AcceptorClass::Water
                    && bond.hydrogen.is_none()
                    && bond.angle_degrees.is_none()
                    && bond.strict == (x < 3.0))
        );
    }
}

#[test]
fn a_metal_in_the_way_hinders() {
    let waters = water(1, 0.0) + &water(2, 2.8);
    let zinc = |x: f64, y: f64| atom(9, "ZN", " ZN", 9, [x, y, 0.0], "ZN");
    let count = |text: String| all(&pdb(&text, PartRole::Whole)).bonds.len();
    // Between the two: in the way from both sides. Beside: not within 45 degrees. Behind the first:
    // only seen from it.
    assert_eq!(count(waters.clone() + &zinc(1.4, 0.3)), 0);
    assert_eq!(count(waters.clone() + &zinc(0.0, 2.1)), 1);
    assert_eq!(count(waters + &zinc(-2.1, 0.0)), 2);
}

#[test]
fn no_water_means_none() {
    let text = water(1, 0.0) + &water(2, 2.8);
    let options = HydrogenBondOptions {
        scope: Scope::All,
        water: false,
        ..HydrogenBondOptions::default()
    };
    let found = find(&pdb(&text, PartRole::Whole), &options).unwrap();
    assert_eq!(
        (found.bonds.len(), found.donors, found.acceptors),
        (0, 0, 0)
    );
}

#[test]
fn too_many_bonds_and_heaps_are_named() {
    // A carbon with six neighbours.
    let mut text = atom(1, " C1", "LIG", 1, [0.0; 3], "C");
    for (i, p) in [
        [1.4, 0.0, 0.0],
        [-1.4, 0.0, 0.0],
        [0.0, 1.4, 0.0],
        [0.0, -1.4, 0.0],
        [0.0, 0.0, 1.4],
        [0.0, 0.0, -1.4],
    ]
    .into_iter()
    .enumerate()
    {
        text += &atom(i + 2, &format!(" O{i}"), "LIG", 1, p, "O");
    }
    let found = all(&pdb(&text, PartRole::Whole));
    assert!(
        has_warning(&found, "1 atoms have more bonds than their element allows"),
        "{:?}",
        found.warnings
    );
    let overlapping: String = (1..2000).map(|i| water(i, 0.0)).collect();
    let found = all(&pdb(&overlapping, PartRole::Whole));
    assert!(has_warning(&found, "crowd"), "{:?}", found.warnings);
}

#[test]
fn an_atom_with_thousands_of_bonds_is_taken_as_unbonded() {
    // All atoms of an SD file are bonded to the first one.
    let count: usize = 900;
    let mut text = format!(
        "hub\n\n\n{count:>3}{:>3}  0  0  0  0  0  0  0  0999 V2000\n",
        count - 1
    );
    for i in 0..count {
        let element = ["N", "C"][i % 2];
        text += &format!(
            "{:10.4}{:10.4}{:10.4} {element:<3} 0  0\n",
            i as f64 * 1.4,
            0.0,
            0.0
        );
    }
    for i in 2..=count {
        text += &format!("  1{i:>3}  1  0\n");
    }
    text += "M  END\n";
    let options = ReadOptions {
        format: Some(Format::Sdf),
        ..ReadOptions::default()
    };
    let structure = read_bytes("hub.sdf", text.as_bytes(), PartRole::Whole, &options).unwrap();
    let found = all(&structure);
    assert!(
        has_warning(&found, "1 atoms have more bonds than their element allows"),
        "{:?}",
        found.warnings
    );
}

#[test]
fn tolerances_have_limits() {
    let structure = pdb(&water(1, 0.0), PartRole::Whole);
    for (distance, angle) in [
        (-0.1, 20.0),
        (2.1, 20.0),
        (f32::NAN, 20.0),
        (0.4, -1.0),
        (0.4, 91.0),
        (0.4, f32::INFINITY),
    ] {
        let options = HydrogenBondOptions {
            distance_slack_angstrom: distance,
            angle_slack_degrees: angle,
            ..HydrogenBondOptions::default()
        };
        let error = find(&structure, &options).unwrap_err().to_string();
        assert!(error.contains("give a number from 0 to"), "{error}");
    }
}

#[test]
fn a_residue_lacking_atoms_is_left_out_of_the_classes() {
    // The side chain of asparagine without its CG: the class of the nitrogen is unknown.
    let whole = [
        (" N", [0.0, 0.0, 0.0], "N"),
        (" CA", [1.45, 0.0, 0.0], "C"),
        (" C", [2.0, 1.4, 0.0], "C"),
        (" O", [1.3, 2.4, 0.0], "O"),
        (" CB", [2.0, -0.8, 1.2], "C"),
        (" CG", [3.5, -0.9, 1.2], "C"),
        (" OD1", [4.2, 0.1, 1.3], "O"),
        (" ND2", [4.0, -2.1, 1.1], "N"),
    ];
    let text = |without: &str| -> String {
        whole
            .iter()
            .enumerate()
            .filter(|(_, (name, ..))| name.trim() != without)
            .map(|(i, (name, p, element))| atom(i + 1, name, "ASN", 1, *p, element))
            .collect()
    };
    let donors = |text: String| all(&pdb(&text, PartRole::Whole)).donors;
    assert_eq!(donors(text("")), 2);
    assert_eq!(donors(text("CG")), 1);
}

/// A thiol (CB at 1.81 angstrom of SG, no hydrogen) and a water at some distance of the sulfur, 120
/// degrees from the bond.
fn thiol_and_water(distance: f64) -> String {
    let (sin, cos) = 120_f64.to_radians().sin_cos();
    [
        atom(1, "CA", "CYS", 1, [-2.6, 1.3, 0.0], "C"),
        atom(2, "CB", "CYS", 1, [-1.81, 0.0, 0.0], "C"),
        atom(3, "SG", "CYS", 1, [0.0; 3], "S"),
        atom(
            4,
            "O",
            "HOH",
            2,
            [-cos * distance, sin * distance, 0.0],
            "O",
        ),
    ]
    .concat()
}

#[test]
fn a_sulfur_donor_reaches_farther() {
    // The acceptor's limit is 3.03 angstrom for water, 0.35 more for sulfur, and 0.4 of tolerance.
    let bonds = |distance| {
        all(&pdb(&thiol_and_water(distance), PartRole::Whole))
            .bonds
            .into_iter()
            .filter(|bond| bond.donor == 2)
            .collect::<Vec<_>>()
    };
    assert!(bonds(3.37)[0].strict);
    assert!(!bonds(3.39)[0].strict);
    assert_eq!(bonds(3.77).len(), 1);
    assert!(bonds(3.79).is_empty());
}

#[test]
fn models_of_an_overlay_have_no_hydrogen_bonds_with_each_other() {
    let water = |x: f32| {
        let text = format!("3\n\nO {x} 0 0\nH {} 0 0\nH {x} 0.96 0\n", x + 0.96);
        let options = crate::ReadOptions::default().with_format(crate::Format::Xyz);
        crate::read_bytes("w.xyz", text.as_bytes(), crate::PartRole::Whole, &options)
            .expect("water")
    };
    let count = |structure: &crate::Structure| {
        let options =
            super::super::HydrogenBondOptions::default().with_scope(super::super::Scope::All);
        let found = super::super::find(structure, &options).expect("a search");
        found.bonds.len()
    };
    let together = crate::Structure::merge(vec![water(0.0), water(2.9)]);
    assert_eq!(count(&together), 1);
    let overlay = crate::Structure::merge_models(vec![(1, water(0.0)), (2, water(2.9))]);
    assert_eq!(count(&overlay), 0);
    assert_eq!(overlay.parts()[1].name, "w model 2");
    let with_other = crate::Structure::merge(vec![overlay, water(-2.9)]);
    assert_eq!(count(&with_other), 1);
}
