//! Small molecules of textbooks, with all hydrogens and without.
#![allow(
    clippy::format_push_string,
    reason = "a test may build its file as it likes"
)]

use crate::perception::idatm::atom_types;
use crate::structure::PartRole;
use crate::{Format, ReadOptions, read_bytes};

/// Blocks of `> name SMILES` and lines of element, coordinates in angstrom, expected type. The
/// coordinates are minima of the MMFF94 force field (of UFF where that bends amino groups that are
/// planar in crystals); the types were written by hand.
const MOLECULES: &str = include_str!("small_molecules.txt");

struct Molecule {
    name: &'static str,
    atoms: Vec<(&'static str, [f64; 3], &'static str)>,
}

fn molecules() -> Vec<Molecule> {
    MOLECULES
        .split("> ")
        .filter(|block| !block.is_empty())
        .map(|block| {
            let mut lines = block.lines();
            let name = lines.next().expect("a heading");
            let atoms = lines
                .map(|line| {
                    let words: Vec<&str> = line.split(' ').collect();
                    let number = |i: usize| words[i].parse().expect("a number");
                    (words[0], [number(1), number(2), number(3)], words[4])
                })
                .collect();
            Molecule { name, atoms }
        })
        .collect()
}

/// Types found for some of the atoms, in their order, and the number of warnings.
fn typed_with_warnings(atoms: &[(&str, [f64; 3], &str)]) -> (Vec<&'static str>, usize) {
    let mut text = format!("{}\n\n", atoms.len());
    for (element, [x, y, z], _) in atoms {
        text += &format!("{element} {x} {y} {z}\n");
    }
    let options = ReadOptions {
        format: Some(Format::Xyz),
        ..ReadOptions::default()
    };
    let structure =
        read_bytes("small.xyz", text.as_bytes(), PartRole::Whole, &options).expect("a sound file");
    let found = atom_types(&structure);
    let names = found.types.iter().map(|kind| kind.name()).collect();
    (names, found.warnings.len())
}

fn typed(atoms: &[(&str, [f64; 3], &str)]) -> Vec<&'static str> {
    typed_with_warnings(atoms).0
}

fn expected(atoms: &[(&'static str, [f64; 3], &'static str)]) -> Vec<&'static str> {
    atoms.iter().map(|(_, _, kind)| *kind).collect()
}

#[test]
fn textbook_molecules_have_the_types_of_the_textbook() {
    let molecules = molecules();
    assert!(molecules.len() > 40);
    for molecule in &molecules {
        assert_eq!(
            typed_with_warnings(&molecule.atoms).1,
            0,
            "{}",
            molecule.name
        );
    }
    let wrong: Vec<String> = molecules
        .iter()
        .filter(|molecule| typed(&molecule.atoms) != expected(&molecule.atoms))
        .map(|molecule| {
            format!(
                "{}:\n  {:?}\n  expected {:?}",
                molecule.name,
                typed(&molecule.atoms),
                expected(&molecule.atoms)
            )
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without hydrogens some molecules are ambiguous: acetic acid is an acetate, the tautomers of
/// guanine and cytosine look alike. In urea and biotin the force field's C-N bonds are as long as
/// those of amines (crystals have 1.35 angstrom).
#[test]
fn types_without_hydrogens_are_nearly_the_same() {
    const OTHERWISE: &[&str] = &["acetic", "guanine", "cytosine", "urea", "biotin"];
    let mut wrong = Vec::new();
    for molecule in molecules() {
        let name = molecule.name.split(' ').next().unwrap_or_default();
        let heavy: Vec<_> = molecule
            .atoms
            .iter()
            .copied()
            .filter(|atom| atom.0 != "H")
            .collect();
        if typed(&heavy) != expected(&heavy) && !OTHERWISE.contains(&name) {
            wrong.push(format!(
                "{}:\n  {:?}\n  expected {:?}",
                molecule.name,
                typed(&heavy),
                expected(&heavy)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_atoms_changes_no_type() {
    for molecule in molecules() {
        let mut backwards = molecule.atoms.clone();
        backwards.reverse();
        let mut found = typed(&backwards);
        found.reverse();
        assert_eq!(found, typed(&molecule.atoms), "{}", molecule.name);
    }
}
