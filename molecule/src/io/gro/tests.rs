use proptest::prelude::*;

use crate::{Element, Format, MoleculeError, PartRole, ReadOptions, ResidueClass, Structure};

/// An amino acid, two waters and an ion of two molecules' numbering, with velocities.
const SMALL: &str = "\
A small box t= 1.00000
   11
    1ALA      N    1   0.000   0.000   0.000  0.1000  0.2000  0.3000
    1ALA     CA    2   0.146   0.000   0.000  0.1000 -0.2000  0.3000
    1ALA      C    3   0.201   0.142   0.000  0.1000  0.2000  0.3000
    1ALA      O    4   0.125   0.240   0.000  0.1000  0.2000  0.3000
    2SOL     OW    5   1.000   1.000   1.000  0.1000  0.2000  0.3000
    2SOL    HW1    6   1.096   1.000   1.000  0.1000  0.2000  0.3000
    2SOL    HW2    7   0.976   1.093   1.000  0.1000  0.2000  0.3000
    1SOL     OW    8   1.500   1.000  -1.000
    1SOL    HW1    9   1.596   1.000  -1.000
    1SOL    HW2   10   1.476   1.093  -1.000
    3NA      NA   11   2.000   0.000   0.000
   3.00000   3.00000   3.00000
";

fn read(text: &str, model: Option<u32>) -> Result<Structure, MoleculeError> {
    let options = ReadOptions::default().with_model(model);
    crate::read_bytes("x.gro", text.as_bytes(), PartRole::Whole, &options)
}

#[test]
fn atoms_are_read_in_angstrom_with_their_elements_and_bonds() {
    let structure = read(SMALL, None).expect("a structure");
    let atoms = structure.atoms();
    assert_eq!(atoms.len(), 11);
    assert_eq!(atoms.position_angstrom[2], [2.01, 1.42, 0.0]);
    assert_eq!(atoms.position_angstrom[10], [20.0, 0.0, 0.0]);
    let symbols: Vec<_> = atoms
        .element
        .iter()
        .map(|element| element.symbol())
        .collect();
    assert_eq!(
        symbols,
        ["N", "C", "C", "O", "O", "H", "H", "O", "H", "H", "Na"]
    );
    let classes: Vec<_> = structure.residues().iter().map(|r| r.class).collect();
    use ResidueClass::{AminoAcid, Ion, Water};
    assert_eq!(classes, [AminoAcid, Water, Water, Ion]);
    assert_eq!(structure.bonds().len(), 3 + 2 + 2);
    assert!(
        structure.warnings().is_empty(),
        "{:?}",
        structure.warnings()
    );
}

#[test]
fn more_decimals_widen_the_columns() {
    let text = "precise\n1\n    1LIG     C1    1   0.12345678  -1.00000001  10.50000000\n1 1 1\n";
    let structure = read(text, None).expect("a structure");
    assert_eq!(
        structure.atoms().position_angstrom,
        [[1.234_567_8, -10.0, 105.0]]
    );
    assert_eq!(structure.atoms().element, [Element::C]);
}

#[test]
fn frames_are_models() {
    let frame = |x: f32| format!("title\n1\n    1LIG     C1    1{x:8.3}   0.000   0.000\n1 1 1\n");
    let text = [frame(0.1), frame(0.2), frame(0.3)].concat();
    let structure = read(&text, Some(3)).expect("the third");
    assert_eq!(structure.parts()[0].models, 3);
    assert_eq!(structure.parts()[0].model_numbers, [1, 2, 3]);
    assert_eq!(structure.atoms().position_angstrom[0][0], 3.0);
    let first = read(&text, None).expect("the first");
    assert!(first.warnings()[0].message.contains("holds 3 frames"));
    let error = read(&text, Some(4)).expect_err("three frames").to_string();
    assert!(error.contains("choose a number from 1 to 3"), "{error}");
}

#[test]
fn errors_name_line_and_field() {
    let error = |text: &str| {
        let options = ReadOptions::default().with_format(Format::Gro);
        crate::read_bytes("x.gro", text.as_bytes(), PartRole::Whole, &options)
            .expect_err("not valid")
            .to_string()
    };
    let row = "    1LIG     C1    1   0.100   0.000   0.000\n";
    for (text, expected) in [
        (format!("t\nx\n{row}"), "x.gro:2: the second line reads"),
        (format!("t\n0\n{row}"), "x.gro:2: the frame has no atoms"),
        (
            format!("t\n2\n{row}1 1 1\n"),
            "x.gro:4: the frame declares 2 atoms, but holds 1",
        ),
        (
            "t\n1\n    1LIG     C1    1   0.100   0.000   a.000\n1 1 1\n".to_owned(),
            "x.gro:3: the atom row reads",
        ),
        (
            "t\n1\n    xLIG     C1    1   0.100   0.000   0.000\n1 1 1\n".to_owned(),
            "x.gro:3: the atom row reads",
        ),
        (format!("t\n99999999999\n{row}1 1 1\n"), "but holds 1"),
    ] {
        assert!(error(&text).contains(expected), "{}", error(&text));
    }
    let no_box = read(&format!("t\n1\n{row}"), None).expect("a structure");
    assert!(no_box.warnings()[0].message.contains("the box is missing"));
}

proptest! {
    #[test]
    fn damaged_files_are_errors_or_structures(bytes in super::text::mutated(SMALL)) {
        let options = ReadOptions::default().with_format(Format::Gro);
        if let Err(error) = crate::read_bytes("x", &bytes, PartRole::Whole, &options) {
            prop_assert!(error.to_string().starts_with('x'), "{}", error);
        }
    }
}
