//! Van der Waals radii of a residue with and without hydrogens.

use crate::perception::vdw_radii_angstrom;
use crate::{Element, PartRole, ReadOptions, read_bytes};

/// A phenylalanine, with its polar hydrogens or without, and a chloride.
fn radii(hydrogens: bool) -> Vec<(String, f32)> {
    let rows = [
        ("N", "N", [0.0, 0.0, 0.0]),
        ("H", "H", [-0.5, 0.8, 0.2]),
        ("CA", "C", [1.45, 0.0, 0.0]),
        ("C", "C", [2.0, 1.42, 0.0]),
        ("O", "O", [1.25, 2.4, 0.0]),
        ("OXT", "O", [3.24, 1.5, 0.0]),
        ("CB", "C", [1.99, -0.8, -1.2]),
        ("CG", "C", [3.5, -0.8, -1.2]),
        ("CD1", "C", [4.2, -1.6, -0.3]),
    ];
    let row = |(serial, (name, element, p)): (usize, &(&str, &str, [f64; 3]))| {
        format!(
            "ATOM  {serial:5}  {name:<3} PHE A   1    {:8.3}{:8.3}{:8.3}  1.00  0.00           {element}\n",
            p[0], p[1], p[2]
        )
    };
    let kept = rows.iter().filter(|row| hydrogens || row.1 != "H");
    let mut text: String = kept.enumerate().map(row).collect();
    text += "HETATM   20 CL    CL A 100      30.000  30.000  30.000  1.00  0.00          CL\n";
    let options = ReadOptions::default();
    let read = read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options);
    let structure = read.expect("a sound file");
    let names = structure.atoms().name.iter().map(ToString::to_string);
    names.zip(vdw_radii_angstrom(&structure)).collect()
}

fn of(radii: &[(String, f32)], name: &str) -> f32 {
    let found = radii.iter().find(|(other, _)| other == name);
    found.expect("an atom of this name").1
}

#[test]
fn without_any_hydrogens_all_atoms_are_united() {
    let radii = radii(false);
    for (name, expected) in [
        ("N", 1.64),
        ("CA", 1.88),
        // Of a carboxylate, which has neither of the two types that are smaller.
        ("C", 1.88),
        ("O", 1.42),
        ("CG", 1.76),
        ("CD1", 1.76),
        ("CL", Element::CL.vdw_radius_angstrom()),
    ] {
        let radius = of(&radii, name);
        assert!((radius - expected).abs() < 1e-6, "{name}: {radius}");
    }
}

#[test]
fn among_hydrogens_those_are_whole_whose_bonds_are_all_there() {
    let radii = radii(true);
    for (name, expected) in [
        // A terminal nitrogen has four bonds, of which two are there.
        ("N", 1.64),
        ("H", 1.0),
        ("CA", 1.88),
        ("C", 1.70),
        ("O", 1.48),
        ("CG", 1.76),
    ] {
        let radius = of(&radii, name);
        assert!((radius - expected).abs() < 1e-6, "{name}: {radius}");
    }
}
