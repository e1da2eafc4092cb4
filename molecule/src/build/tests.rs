#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use super::build;
use crate::raw::{BondSource, ElementField, RawAtom, RawBond, RawModel};
use crate::structure::{BondOrder, PartRole};
use crate::{Element, MoleculeError, ReadLimits, ReadOptions, Structure};

/// `NAME ALTLOC RESIDUE NUMBER OCCUPANCY` to a row of chain A; `_` for no alternate location.
fn row(text: &str) -> RawAtom {
    let fields: Vec<&str> = text.split_whitespace().collect();
    RawAtom {
        line: 0,
        serial: 0,
        name: fields[0].into(),
        element: ElementField::Known(Element::C),
        name_is_indented: false,
        altloc: match fields[1] {
            "_" => b' ',
            altloc => altloc.as_bytes()[0],
        },
        residue_name: fields[2].into(),
        residue_number: fields[3].parse().unwrap(),
        insertion_code: b' ',
        chain_id: "A".into(),
        label_chain_id: "A".into(),
        label_number: None,
        hetero: false,
        segment: 0,
        position_angstrom: [1.0, 2.0, 3.0],
        occupancy: fields[4].parse().unwrap(),
        b_factor: 0.0,
        formal_charge: 0,
    }
}

pub(super) fn model(rows: &[&str]) -> RawModel {
    RawModel {
        atoms: rows
            .iter()
            .enumerate()
            .map(|(i, text)| RawAtom {
                line: i as u32 + 1,
                serial: i as i32 + 1,
                ..row(text)
            })
            .collect(),
        ..RawModel::default()
    }
}

pub(super) fn try_finish(model: RawModel) -> Result<Structure, MoleculeError> {
    build(
        model,
        "x",
        "x.pdb",
        PartRole::Whole,
        &ReadOptions::default(),
    )
}

fn finish(model: RawModel) -> Structure {
    try_finish(model).unwrap()
}

/// Serials (row numbers from 1) of the atoms that stay.
fn kept(rows: &[&str]) -> Vec<i32> {
    finish(model(rows)).atoms.serial
}

#[test]
fn the_highest_occupancy_wins_and_ties_go_to_the_first_letter() {
    let interleaved = |a: &str, b: &str| {
        kept(&[
            "N _ SER 1 1.0",
            &format!("CA A SER 1 {a}"),
            &format!("CA B SER 1 {b}"),
            &format!("CB A SER 1 {a}"),
            &format!("CB B SER 1 {b}"),
            "O _ SER 1 1.0",
        ])
    };
    assert_eq!(interleaved("0.6", "0.4"), [1, 2, 4, 6]);
    assert_eq!(interleaved("0.4", "0.6"), [1, 3, 5, 6]);
    assert_eq!(interleaved("0.5", "0.5"), [1, 2, 4, 6]);
    // The letter decides, not the place in the file.
    let rows = ["CA C SER 1 0.33", "CA B SER 1 0.33", "CA A SER 1 0.33"];
    assert_eq!(kept(&rows), [3]);
}

#[test]
fn conformers_in_blocks() {
    let rows = [
        "N A SER 1 0.3",
        "CA A SER 1 0.3",
        "N B SER 1 0.7",
        "CA B SER 1 0.7",
        "N _ ALA 2 1.0",
    ];
    assert_eq!(kept(&rows), [3, 4, 5]);
    // The second conformer after the next residue.
    let rows = ["CA A SER 1 0.7", "N _ ALA 2 1.0", "CA B SER 1 0.3"];
    let structure = finish(model(&rows));
    assert_eq!(structure.atoms.serial, [1, 2]);
    assert_eq!(structure.residues.len(), 2);
    assert_eq!(structure.atoms.altloc, *b"A ");
}

#[test]
fn one_conformer_in_a_residue_even_where_single_atoms_differ() {
    // Atom by atom CB would come from B; the mean over the residue says A.
    let rows = [
        "CA A SER 1 0.9",
        "CA B SER 1 0.1",
        "CB A SER 1 0.4",
        "CB B SER 1 0.6",
    ];
    assert_eq!(kept(&rows), [1, 3]);
}

#[test]
fn atoms_of_other_conformers_only_are_dropped() {
    let rows = ["CA A SER 1 0.6", "CA B SER 1 0.4", "HG B SER 1 0.4"];
    assert_eq!(kept(&rows), [1]);
    // The only location a residue has stays, whatever its letter.
    assert_eq!(kept(&["CA B SER 1 0.2", "CB _ SER 1 1.0"]), [1, 2]);
}

#[test]
fn no_occupancy_makes_a_residue_vanish() {
    assert_eq!(kept(&["CA B SER 1 nan", "CA C SER 1 inf"]), [1]);
    assert_eq!(kept(&["CA B SER 1 -3", "CA C SER 1 -2"]), [2]);
}

#[test]
fn residues_choose_apart() {
    let rows = [
        "CA A SER 1 0.6",
        "CA B SER 1 0.4",
        "CA A SER 2 0.4",
        "CA B SER 2 0.6",
    ];
    assert_eq!(kept(&rows), [1, 4]);
}

#[test]
fn microheterogeneity_keeps_one_residue() {
    let interleaved = [
        "CA A SER 1 0.4",
        "CA B THR 1 0.6",
        "CB A SER 1 0.4",
        "CB B THR 1 0.6",
        "CG2 B THR 1 0.6",
    ];
    let structure = finish(model(&interleaved));
    assert_eq!(structure.atoms.serial, [2, 4, 5]);
    assert_eq!(structure.residues.len(), 1);
    assert_eq!(structure.residues[0].name, "THR");
}

#[test]
fn a_first_conformer_without_a_letter_competes() {
    let rows = |blank: &str, b: &str| {
        kept(&[
            "N _ SER 1 1.0",
            &format!("CB _ SER 1 {blank}"),
            &format!("CB B SER 1 {b}"),
        ])
    };
    assert_eq!(rows("0.7", "0.3"), [1, 2]);
    assert_eq!(rows("0.3", "0.7"), [1, 3]);
    assert_eq!(rows("0.5", "0.5"), [1, 2]);
}

#[test]
fn residues_and_chains() {
    let mut input = model(&[
        "N _ ALA 1 1",
        "CA _ ALA 1 1",
        "N _ GLY 1 1",
        "N _ GLY 2 1",
        "N _ GLY 2 1",
        "N _ GLY 2 1",
        "O _ HOH 9 1",
    ]);
    input.atoms[4].insertion_code = b'A';
    input.atoms[5].chain_id = "BB".into();
    input.atoms[5].label_chain_id = "C".into();
    input.atoms[6].segment = 1;
    input.atoms[6].hetero = true;
    let structure = finish(input);
    let residues: Vec<_> = structure
        .residues
        .iter()
        .map(|r| {
            (
                &*r.name,
                r.number,
                r.insertion_code,
                r.chain,
                r.atoms.clone(),
            )
        })
        .collect();
    assert_eq!(
        residues,
        [
            ("ALA", 1, b' ', 0, 0..2),
            ("GLY", 1, b' ', 0, 2..3),
            ("GLY", 2, b' ', 0, 3..4),
            ("GLY", 2, b'A', 0, 4..5),
            ("GLY", 2, b' ', 1, 5..6),
            ("HOH", 9, b' ', 0, 6..7),
        ]
    );
    assert_eq!(structure.atoms.residue, [0, 0, 1, 2, 3, 4, 5]);
    assert!(structure.residues[5].hetero && !structure.residues[0].hetero);
    let chains: Vec<_> = structure
        .chains
        .iter()
        .map(|c| (&*c.id, &*c.label_id, c.part))
        .collect();
    assert_eq!(chains, [("A", "A", 0), ("BB", "C", 0)]);
    assert_eq!(structure.parts.len(), 1);
    assert_eq!(structure.parts[0].atoms, 0..7);
    assert_eq!(structure.parts[0].residues, 0..6);
}

#[test]
fn terminators_separate_residues_with_equal_names() {
    let mut input = model(&["O _ HOH 1 1", "O _ HOH 1 1"]);
    assert_eq!(finish(input.clone()).residues.len(), 1);
    input.atoms[1].segment = 1;
    assert_eq!(finish(input).residues.len(), 2);
}

#[test]
fn repeated_names_stay_and_are_reported_once() {
    let rows = [
        "CA _ LIG 1 1",
        "CB _ LIG 1 1",
        "CA _ LIG 1 1",
        "CB _ LIG 1 1",
        "C _ LIG 2 1",
        "C _ LIG 2 1",
    ];
    let structure = finish(model(&rows));
    assert_eq!(structure.atoms.len(), 6);
    assert_eq!(structure.warnings.len(), 1);
    assert_eq!(
        structure.warnings[0].to_string(),
        "x.pdb:3: LIG 1 of chain A has the atom name CA twice; all atoms of that name are kept \
         (2 such cases, this is the first)"
    );
}

#[test]
fn missing_elements_come_from_names_and_unknown_ones_are_reported_once() {
    let mut input = model(&[
        "CA _ ALA 1 1",
        "CA _ CA 2 1",
        "XX _ LIG 3 1",
        "YY1 _ LIG 3 1",
    ]);
    for atom in &mut input.atoms {
        atom.element = ElementField::Absent;
    }
    let structure = finish(input);
    let symbols: Vec<_> = structure.atoms.element.iter().map(|e| e.symbol()).collect();
    assert_eq!(symbols, ["C", "Ca", "X", "X"]);
    assert_eq!(structure.warnings.len(), 1);
    assert_eq!(
        structure.warnings[0].to_string(),
        "x.pdb:3: the element cannot be derived from the atom name \"XX\" in LIG 3 of chain A; \
         the element is taken as unknown (2 such cases, this is the first)"
    );
}

#[test]
fn bonds_follow_their_atoms() {
    let bond = |a, b| RawBond {
        a,
        b,
        order: BondOrder::Single,
        source: BondSource::Complete,
    };
    let bonds = vec![bond(3, 0), bond(1, 0), bond(2, 3), bond(2, 2), bond(0, 99)];
    let new_index = [0, super::DROPPED, 1, 2];
    let pairs = |new_index: Option<&[u32]>, count: usize| -> Vec<(u32, u32)> {
        super::renumber(bonds.clone(), new_index, count)
            .iter()
            .map(|b| (b.a, b.b))
            .collect()
    };
    assert_eq!(pairs(Some(&new_index), 3), [(0, 2), (1, 2)]);
    assert_eq!(pairs(None, 4), [(0, 3), (0, 1), (2, 3)]);
}

#[test]
fn limits() {
    assert_eq!(
        try_finish(RawModel::default()).unwrap_err().to_string(),
        "x.pdb: the file has no atoms; give a file with at least one atom"
    );
    let rows = ["N _ ALA 1 1", "CA A ALA 1 1", "CA B ALA 1 1"];
    let with_limit = |max_atoms| {
        let options = ReadOptions::default().with_limits(ReadLimits::new(u64::MAX, max_atoms));
        build(model(&rows), "x", "x.pdb", PartRole::Whole, &options)
    };
    assert_eq!(with_limit(2).unwrap().atoms.len(), 2);
    let error = with_limit(1).unwrap_err();
    assert_eq!(error.code(), "input_too_large");
    assert!(
        error
            .to_string()
            .starts_with("x.pdb: 2 atoms are more than the limit of 1; ")
    );
}

#[test]
fn coordinates_must_be_finite_and_near() {
    let with = |x: f32, axis: usize| {
        let mut input = model(&["N _ ALA 1 1", "CA _ ALA 1 1"]);
        input.atoms[1].position_angstrom[axis] = x;
        try_finish(input)
    };
    for axis in 0..3 {
        assert!(with(-99_999.9, axis).is_ok());
        assert_eq!(
            with(-1e9, axis).unwrap_err().to_string(),
            "x.pdb:2: atom 2 has a coordinate of 1e9 angstrom; \
             give coordinates in angstrom, each below 100000 in magnitude"
        );
        assert!(matches!(
            with(1e5, axis).unwrap_err(),
            MoleculeError::Limit { .. }
        ));
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = with(x, axis).unwrap_err();
            assert!(matches!(error, MoleculeError::Syntax { .. }));
            assert!(
                error
                    .to_string()
                    .starts_with("x.pdb:2: atom 2 has a coordinate that is not finite; ")
            );
        }
    }
}

#[test]
fn the_part_is_what_was_asked_for() {
    let structure = build(
        model(&["C1 _ LIG 1 1"]),
        "1abc_ligand",
        "d/1abc_ligand.sdf",
        PartRole::Ligand,
        &ReadOptions::default(),
    )
    .unwrap();
    assert_eq!(structure.parts[0].name, "1abc_ligand");
    assert_eq!(structure.parts[0].role, PartRole::Ligand);
}
