use super::super::tests::{model, try_finish};
use crate::raw::{BondSource, ElementField, RawBond, RawModel};
use crate::structure::BondOrder;

/// Rows whose names begin with H are hydrogens, by the element or, without it, by the name.
fn rows(texts: &[&str], with_elements: bool) -> RawModel {
    let mut model = model(texts);
    for row in &mut model.atoms {
        let symbol = &row.name.as_bytes()[..1];
        row.element = if with_elements {
            ElementField::from_symbol(symbol)
        } else {
            ElementField::Absent
        };
    }
    model
}

fn serials(model: RawModel) -> (Vec<i32>, usize, usize) {
    let structure = try_finish(model).expect("these rows are sound");
    (
        structure.atoms().serial.clone(),
        structure.residues().len(),
        structure.warnings().len(),
    )
}

#[test]
fn hydrogens_at_the_end_of_the_file_go_to_their_residues() {
    let texts = [
        "N _ ALA 1 1.0",
        "CA _ ALA 1 1.0",
        "N _ ALA 2 1.0",
        "CA _ ALA 2 1.0",
        "HA _ ALA 1 1.0",
        "H _ ALA 2 1.0",
        "HA _ ALA 2 1.0",
    ];
    for with_elements in [true, false] {
        let model = rows(&texts, with_elements);
        assert_eq!(serials(model), (vec![1, 2, 5, 3, 4, 6, 7], 2, 1));
    }
}

#[test]
fn repeated_names_and_other_residues_stay_where_they_are() {
    for last in ["HA _ ALA 1 1.0", "HB _ ALA 3 1.0"] {
        let texts = ["N _ ALA 1 1.0", "HA _ ALA 1 1.0", "N _ ALA 2 1.0", last];
        assert_eq!(
            serials(rows(&texts, true)),
            (vec![1, 2, 3, 4], 3, 0),
            "{last}"
        );
    }
}

#[test]
fn bonds_move_with_their_atoms() {
    let mut model = rows(
        &[
            "O _ HOH 1 1.0",
            "N _ LIG 2 1.0",
            "O _ LIG 2 1.0",
            "H1 _ HOH 1 1.0",
        ],
        true,
    );
    model.bonds.push(RawBond {
        a: 1,
        b: 2,
        order: BondOrder::Double,
        source: BondSource::Extra,
    });
    let structure = try_finish(model).expect("these rows are sound");
    assert_eq!(structure.atoms().serial, [1, 4, 2, 3]);
    let double = structure
        .bonds()
        .iter()
        .find(|bond| bond.order == BondOrder::Double)
        .expect("the stated bond is there");
    assert_eq!((double.a, double.b), (2, 3));
}

/// Serials, number of residues and warnings of rows with elements; `moved` are the numbers of rows
/// (from 0) that are this far away, in angstrom.
fn regrouped(texts: &[&str], moved: &[usize], distance: f32) -> (Vec<i32>, usize, Vec<String>) {
    let mut model = rows(texts, true);
    for row in moved {
        model.atoms[*row].position_angstrom[0] += distance;
    }
    let structure = try_finish(model).expect("these rows are sound");
    let warnings = structure.warnings().iter().map(ToString::to_string);
    (
        structure.atoms().serial.clone(),
        structure.residues().len(),
        warnings.filter(|text| !text.contains("crowded")).collect(),
    )
}

#[test]
fn the_runs_of_a_residue_are_put_together() {
    let texts = [
        "N _ GLY 1 1.0",
        "CA _ GLY 1 1.0",
        "N _ ALA 2 1.0",
        "CA _ ALA 2 1.0",
        "C _ GLY 1 1.0",
        "CB _ ALA 2 1.0",
        "O _ GLY 1 1.0",
    ];
    let (serials, residues, warnings) = regrouped(&texts, &[], 0.0);
    assert_eq!((serials, residues), (vec![1, 2, 5, 7, 3, 4, 6], 2));
    assert_eq!(
        warnings,
        [
            "x.pdb:5: GLY 1 of chain A is in several places of the file; its atoms are put together, \
             so the order of atoms differs from the file (2 such cases, this is the first)"
        ]
    );
}

#[test]
fn runs_far_away_or_with_the_same_names_are_other_residues() {
    let texts = ["N _ GLY 1 1.0", "N _ ALA 2 1.0", "C _ GLY 1 1.0"];
    assert_eq!(regrouped(&texts, &[2], 7.9).1, 2);
    assert_eq!(regrouped(&texts, &[2], 8.1), (vec![1, 2, 3], 3, vec![]));
    // Water with numbers that begin again.
    let water = [
        "O _ HOH 1 1.0",
        "H1 _ HOH 1 1.0",
        "O _ HOH 2 1.0",
        "O _ HOH 1 1.0",
        "H1 _ HOH 1 1.0",
    ];
    assert_eq!(
        regrouped(&water, &[], 0.0),
        (vec![1, 2, 3, 4, 5], 3, vec![])
    );
    // Behind a terminator.
    let mut model = rows(&texts, true);
    model.atoms[2].segment = 1;
    let structure = try_finish(model).expect("these rows are sound");
    assert_eq!(
        (structure.residues().len(), structure.warnings().len()),
        (3, 0)
    );
}

#[test]
fn detached_hydrogens_go_to_the_nearest_water_of_their_number() {
    let texts = [
        "O _ HOH 1 1.0",
        "O _ HOH 2 1.0",
        "O _ HOH 1 1.0",
        "O _ HOH 2 1.0",
        "H1 _ HOH 1 1.0",
        "H1 _ HOH 2 1.0",
        "H1 _ HOH 1 1.0",
    ];
    // Rows 2 and 6 are far from rows 0 and 4.
    let (serials, residues, warnings) = regrouped(&texts, &[2, 6], 5.0);
    assert_eq!((serials, residues), (vec![1, 5, 2, 6, 3, 7, 4], 4));
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].contains("(3 such cases"), "{warnings:?}");
}

#[test]
fn hydrogens_before_their_residue_go_to_it() {
    let texts = [
        "HA _ ALA 2 1.0",
        "N _ GLY 1 1.0",
        "H _ GLY 1 1.0",
        "N _ ALA 2 1.0",
        "CA _ ALA 2 1.0",
    ];
    let (serials, residues, warnings) = regrouped(&texts, &[], 0.0);
    assert_eq!((serials, residues), (vec![2, 3, 1, 4, 5], 2));
    assert_eq!(
        warnings,
        [
            "x.pdb:4: hydrogens of ALA 2 of chain A are detached from it in the file; they are moved \
             to it, so the order of atoms differs from the file"
        ]
    );
}

#[test]
fn conformers_keep_their_order() {
    // All of A, then all of B; and two residues at one place, atom by atom.
    for texts in [
        [
            "CA A SER 1 0.6",
            "CA A ALA 2 0.6",
            "CA B SER 1 0.4",
            "CA B ALA 2 0.4",
            "CB _ ALA 2 1.0",
        ],
        [
            "N A SER 1 0.6",
            "N B THR 1 0.4",
            "CA A SER 1 0.6",
            "CA B THR 1 0.4",
            "CB _ ALA 2 1.0",
        ],
    ] {
        let (_, residues, warnings) = regrouped(&texts, &[], 0.0);
        assert_eq!((residues, warnings), (2, vec![]), "{texts:?}");
    }
}

#[test]
fn an_alternation_of_residues_takes_linear_time() {
    let texts: Vec<String> = (0..200_000)
        .map(|i| format!("O _ HOH {} 1.0", i % 2))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let mut model = model(&texts);
    super::regroup_scattered_residues(&mut model, &mut None, "x.pdb");
    assert_eq!(model.warnings, []);
}

#[test]
fn a_conformer_in_a_block_of_its_own_joins_its_residue() {
    let texts = [
        "N _ SER 5 1.0",
        "CA _ SER 5 1.0",
        "CB A SER 5 0.4",
        "OG A SER 5 0.4",
        "N _ GLY 6 1.0",
        "CB B SER 5 0.6",
        "OG B SER 5 0.6",
    ];
    let structure = try_finish(rows(&texts, true)).expect("these rows are sound");
    assert_eq!(structure.atoms().serial, [1, 2, 6, 7, 5]);
    assert_eq!(structure.residues().len(), 2);
    assert_eq!(structure.warnings().len(), 1);
    let swapped = texts.map(|text| text.replace("0.4", "0.7").replace("0.6", "0.3"));
    let first = rows(&swapped.each_ref().map(String::as_str), true);
    // Nothing that is read has moved.
    assert_eq!(serials(first), (vec![1, 2, 3, 4, 5], 2, 0));
}
