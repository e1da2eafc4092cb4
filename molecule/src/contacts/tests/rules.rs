//! The rules that keep some of many contacts, and what does not depend on them.

use super::super::{ContactKind, ContactOptions, find, find_cancellable};
use super::{Atom, BENZENE, PHENYL, X, Y, contacts, names, ring, structure};
use crate::cancel::{CancelToken, Cancelled};
use crate::hbonds::{self, HydrogenBondOptions};

/// A chain of two carbons and, 2.9 angstrom away, a third one.
const CHAIN: [Atom<'_>; 3] = [
    ("LIG", 1, "C1", "C", [0.0; 3]),
    ("LIG", 1, "C2", "C", [1.5, 0.0, 0.0]),
    ("LIG", 1, "C3", "C", [4.4, 0.0, 0.0]),
];

fn with_chain(others: &[Atom<'_>]) -> Vec<String> {
    let atoms = structure(&[&CHAIN, others].concat());
    names(&atoms, &contacts(&atoms, ContactKind::HydrophobicContacts))
}

#[test]
fn an_atom_of_the_rest_keeps_the_shortest_contact_of_each_patch() {
    // C1 and C2 are bonded, C3 is alone.
    let found = with_chain(&[("ALA", 2, "CB", "C", [2.2, 3.0, 0.0])]);
    assert_eq!(found, ["C2 CB", "C3 CB"]);
}

#[test]
fn an_atom_of_the_ligand_keeps_the_shortest_contact_of_each_residue() {
    let found = with_chain(&[
        ("VAL", 2, "CG1", "C", [-3.6, 0.0, 0.0]),
        ("VAL", 2, "CG2", "C", [-3.4, 1.8, 0.0]),
        ("ALA", 3, "CB", "C", [-2.0, -3.2, 0.0]),
    ]);
    assert_eq!(found, ["C1 CG1", "C1 CB"]);
}

#[test]
fn stacked_rings_have_no_hydrophobic_contacts_of_their_own() {
    let mut atoms = ring("LIG", 1, BENZENE, [0.0; 3], [X, Y]);
    atoms.extend(ring("PHE", 2, PHENYL, [0.5, 0.0, 3.7], [X, Y]));
    atoms.push(("ALA", 3, "CB", "C", [0.0, 1.39, -3.6]));
    let atoms = structure(&atoms);
    let kinds = [ContactKind::PiStacking, ContactKind::HydrophobicContacts];
    let found = find(&atoms, &ContactOptions::default().with_kinds(kinds));
    let counts: Vec<usize> = found.counts().map(|of| of.count).collect();
    assert_eq!(counts, [1, 1]);
    assert!(names(&atoms, &found.contacts)[1].ends_with(" CB"));
}

#[test]
fn atoms_at_the_bond_of_a_covalent_ligand_are_not_in_contact() {
    let atoms = [
        "HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C",
        "HETATM    2  C2  LIG A   1       1.500   0.000   0.000  1.00  0.00           C",
        "ATOM      3  CB  ALA A   2      -1.500   0.000   0.000  1.00  0.00           C",
        "CONECT    1    3",
        "CONECT    3    1",
    ]
    .join("\n");
    let read = crate::read_bytes(
        "covalent.pdb",
        atoms.as_bytes(),
        crate::PartRole::Whole,
        &crate::ReadOptions::default(),
    );
    let structure = read.expect("atoms");
    assert_eq!(structure.bonds().len(), 2);
    assert!(contacts(&structure, ContactKind::HydrophobicContacts).is_empty());
}

/// A carboxylate between a lysine and a water.
fn acid() -> crate::Structure {
    structure(&[
        ("LIG", 1, "C1", "C", [-1.5, 0.0, 0.0]),
        ("LIG", 1, "C2", "C", [0.0; 3]),
        ("LIG", 1, "O1", "O", [0.62, 1.09, 0.0]),
        ("LIG", 1, "O2", "O", [0.62, -1.09, 0.0]),
        ("LYS", 2, "CE", "C", [4.0, -2.5, 0.0]),
        ("LYS", 2, "NZ", "N", [3.3, -1.2, 0.0]),
        ("HOH", 3, "O", "O", [1.7, 3.6, 0.0]),
    ])
}

#[test]
fn hydrogen_bonds_are_those_of_their_search_and_marked_within_salt_bridges() {
    let acid = acid();
    let found = contacts(&acid, ContactKind::HydrogenBonds);
    let bonds = hbonds::find(&acid, &HydrogenBondOptions::default()).expect("options");
    assert_eq!(found.len(), bonds.bonds.len());
    assert!(found.iter().any(|bond| bond.within_salt_bridge));
    for bond in &found {
        let name = &acid.atoms().name[bond.rest.atoms[0] as usize];
        assert_eq!(bond.within_salt_bridge, name == "NZ", "{name}");
    }
}

#[test]
fn a_kind_does_not_depend_on_the_other_kinds() {
    for structure in [acid(), structure(&CHAIN)] {
        let all = find(&structure, &ContactOptions::default()).contacts;
        for &kind in ContactKind::ALL {
            let of_kind: Vec<_> = all.iter().filter(|c| c.kind == kind).cloned().collect();
            assert_eq!(of_kind, contacts(&structure, kind), "{kind}");
        }
    }
}

#[test]
fn a_structure_without_one_side_has_no_contacts_but_a_warning() {
    for kinds in [ContactKind::ALL, &[ContactKind::PiStacking]] {
        let options = ContactOptions::default().with_kinds(kinds.iter().copied());
        let found = find(&structure(&CHAIN), &options);
        assert!(found.contacts.is_empty());
        let warnings: Vec<String> = found.warnings.iter().map(ToString::to_string).collect();
        assert!(
            warnings.iter().any(|warning| warning.contains("no pocket")),
            "{warnings:?}"
        );
    }
}

#[test]
fn overlapping_atoms_end_in_a_warning() {
    // 3,000 charged atoms of each side within one angstrom: 9 million pairs.
    let mut atoms = Vec::new();
    for i in 0..6000 {
        let place = [f64::from(i % 10) * 0.1, f64::from(i / 10 % 10) * 0.1, 0.0];
        let (residue, name, element) = if i < 3000 {
            ("LIG", "C1", "C")
        } else {
            ("ALA", "CB", "C")
        };
        atoms.push((residue, i, name, element, place));
    }
    let found = find(&structure(&atoms), &ContactOptions::default());
    assert!(found.contacts.len() < 1_000_000);
    assert!(
        found
            .warnings
            .iter()
            .any(|warning| warning.message.contains("too crowded"))
    );
}

#[test]
fn every_step_can_be_cancelled() {
    let acid = acid();
    let options = ContactOptions::default();
    let plenty = CancelToken::after_looks(1_000_000);
    assert!(find_cancellable(&acid, &options, &plenty).is_ok());
    let looks = 1_000_000 - plenty.looks_left().expect("a count");
    assert!(looks > 5);
    for allowed in 0..looks {
        let token = CancelToken::after_looks(allowed);
        assert_eq!(find_cancellable(&acid, &options, &token), Err(Cancelled));
    }
}
