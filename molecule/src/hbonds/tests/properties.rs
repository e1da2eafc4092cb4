//! Laws: nothing panics, and neither the place of a molecule nor the order of its atoms matters.
#![allow(
    clippy::format_push_string,
    reason = "a test may build its file as it likes"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{HydrogenBondOptions, Scope, find};
use crate::Structure;
use crate::structure::PartRole;
use crate::{Format, ReadOptions, read_bytes};

const ALL: HydrogenBondOptions = HydrogenBondOptions {
    scope: Scope::All,
    distance_slack_angstrom: 0.4,
    angle_slack_degrees: 20.0,
    water: true,
};

type Atom = (&'static str, [f64; 3]);

fn xyz(atoms: &[Atom]) -> Structure {
    let mut text = format!("{}\n\n", atoms.len());
    for (element, [x, y, z]) in atoms {
        text += &format!("{element} {x:.4} {y:.4} {z:.4}\n");
    }
    let options = ReadOptions {
        format: Some(Format::Xyz),
        ..ReadOptions::default()
    };
    read_bytes("property.xyz", text.as_bytes(), PartRole::Whole, &options).unwrap()
}

/// Elements that make all kinds of chemistry, carbon and polar ones most often.
fn element() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "C", "C", "C", "C", "N", "N", "O", "O", "H", "H", "S", "P", "F", "Zn", "Se", "As", "B",
        "Fe", "X",
    ])
}

/// Random atoms in a box so small that they have all kinds of bonds.
fn crowd() -> impl Strategy<Value = Vec<Atom>> {
    prop::collection::vec((element(), prop::array::uniform3(-4.0..4.0_f64)), 1..80)
}

fn pairs(structure: &Structure, index: impl Fn(u32) -> u32) -> BTreeSet<(u32, u32)> {
    find(structure, &ALL)
        .unwrap()
        .bonds
        .iter()
        .map(|bond| (index(bond.donor), index(bond.acceptor)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn nothing_panics_and_the_figures_are_sound(atoms in crowd()) {
        let structure = xyz(&atoms);
        let found = find(&structure, &ALL).unwrap();
        for bond in &found.bonds {
            prop_assert!(bond.donor != bond.acceptor);
            prop_assert!((0.0..5.0).contains(&bond.distance_angstrom));
            prop_assert!(bond.angle_degrees.is_none_or(|angle| (0.0..=180.0).contains(&angle)));
        }
        prop_assert_eq!(found.report(&structure).bonds.len(), found.bonds.len());
    }

    #[test]
    fn tolerances_only_add_bonds(atoms in crowd()) {
        let structure = xyz(&atoms);
        let strict = HydrogenBondOptions { distance_slack_angstrom: 0.0, angle_slack_degrees: 0.0, ..ALL };
        let strict: BTreeSet<_> =
            find(&structure, &strict).unwrap().bonds.iter().map(|bond| (bond.donor, bond.acceptor)).collect();
        let relaxed = find(&structure, &ALL).unwrap();
        for bond in &relaxed.bonds {
            prop_assert_eq!(bond.strict, strict.contains(&(bond.donor, bond.acceptor)));
        }
        prop_assert_eq!(relaxed.bonds.iter().filter(|bond| bond.strict).count(), strict.len());
    }
}

/// The small molecules side by side under a sheet of water.
fn mixture() -> Vec<Atom> {
    const BLOCKS: &str = include_str!("../../perception/idatm/tests/small_molecules.txt");
    let mut atoms: Vec<Atom> = (0..100)
        .map(|i| {
            (
                "O",
                [f64::from(i % 10) * 2.9, f64::from(i / 10) * 2.95, 3.4],
            )
        })
        .collect();
    for (i, block) in BLOCKS
        .split("> ")
        .filter(|block| !block.is_empty())
        .enumerate()
    {
        let angle = i as f64 * 0.7;
        let (x0, y0) = ((i % 7) as f64 * 5.0, (i / 7) as f64 * 4.5);
        for line in block.lines().skip(1) {
            let words: Vec<&'static str> = line.split(' ').collect();
            let at = |k: usize| words[k].parse::<f64>().unwrap();
            let (sine, cosine) = angle.sin_cos();
            atoms.push((
                words[0],
                [
                    x0 + cosine * at(1) - sine * at(2),
                    y0 + sine * at(1) + cosine * at(2),
                    at(3),
                ],
            ));
        }
    }
    atoms
}

#[test]
fn neither_place_nor_turn_nor_order_of_atoms_matters() {
    let atoms = mixture();
    let structure = xyz(&atoms);
    let expected = pairs(&structure, |i| i);
    assert!(expected.len() > 300, "{}", expected.len());
    // A quarter turn and a shift by whole angstroms change no digit of a distance.
    let moved: Vec<Atom> = atoms
        .iter()
        .map(|(element, [x, y, z])| (*element, [-y + 37.0, x - 12.0, z + 5.0]))
        .collect();
    assert_eq!(pairs(&xyz(&moved), |i| i), expected);
    let turned: Vec<Atom> = atoms
        .iter()
        .map(|(element, [x, y, z])| {
            let (s, c) = 0.9_f64.sin_cos();
            let (y, z) = (c * y - s * z, s * y + c * z);
            (*element, [c * x - s * y, s * x + c * y, z])
        })
        .collect();
    assert_eq!(pairs(&xyz(&turned), |i| i), expected);
    let count = atoms.len() as u32;
    let mut backwards = atoms.clone();
    backwards.reverse();
    assert_eq!(pairs(&xyz(&backwards), |i| count - 1 - i), expected);
}
