use proptest::prelude::*;

use super::super::text::mutated;
use super::*;
use crate::raw::ElementField;

const WATER: &str = "3\nwater\nO 0 0 0\nH  0.96 0 0 0.417 extra\n1 -0.24 0.93 0\n";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    parse("x.xyz", text.as_bytes(), &ReadOptions::default())
}

fn error(text: &str) -> String {
    read(text).expect_err("this text is not sound").to_string()
}

#[test]
fn a_frame_gives_atoms_and_no_bonds() {
    let model = read(WATER).expect("sound");
    let names: Vec<_> = model.atoms.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["O1", "H1", "H2"]);
    assert_eq!(model.atoms[2].position_angstrom, [-0.24, 0.93, 0.0]);
    assert_eq!(model.atoms[2].line, 5);
    assert_eq!(
        (
            model.atoms[0].residue_name.as_str(),
            model.atoms[0].residue_number
        ),
        ("UNL", 1)
    );
    assert!(!model.bonds_complete && model.bonds.is_empty() && model.warnings.is_empty());
}

#[test]
fn the_first_frame_is_read_unless_another_is_chosen() {
    let file = format!("\n{WATER}{}\n\n", WATER.replace("O ", "S ").trim_end());
    let model = read(&file).expect("sound");
    assert_eq!(
        (model.atoms[0].name.as_str(), model.atoms[0].line),
        ("O1", 4)
    );
    assert_eq!(
        model.warnings[0].message,
        "holds 2 frames; the first is read; choose another by its number, 1 to 2"
    );
    let options = ReadOptions {
        model: Some(2),
        ..ReadOptions::default()
    };
    let model = parse("x", file.as_bytes(), &options).expect("sound");
    assert_eq!(
        (model.atoms[0].name.as_str(), model.atoms[0].line),
        ("S1", 9)
    );
    assert!(model.warnings.is_empty());
    let options = ReadOptions {
        model: Some(3),
        ..ReadOptions::default()
    };
    let text = parse("x", file.as_bytes(), &options)
        .expect_err("two")
        .to_string();
    assert!(text.contains("the file holds 2 frames; choose a number from 1 to 2"));
}

#[test]
fn symbols_may_carry_labels_and_unknown_ones_are_told() {
    let model = read(&WATER.replace("O 0", "O12 0")).expect("sound");
    assert_eq!(model.atoms[0].element, ElementField::Known(Element::O));
    let model = read(&WATER.replace("O 0", "Qq 0").replace("H ", "0 ")).expect("sound");
    assert_eq!(
        model.atoms[0].element,
        ElementField::Known(Element::UNKNOWN)
    );
    assert_eq!(model.warnings.len(), 1);
}

#[test]
fn faults_are_named_with_their_line() {
    for (text, expected) in [
        ("three\n", "x.xyz:1: the first line reads \"three\""),
        ("0\n\n", "x.xyz:1: the frame has no atoms"),
        (
            "99999999999999\nw\nO 0 0 0\n",
            "x.xyz:3: the frame declares 99999999999999 atoms, but holds 1",
        ),
        (
            "2\nw\nO 0 0 0\nO 0 0\n",
            "x.xyz:4: the atom row reads \"O 0 0\"",
        ),
        (
            "2\nw\nO 0 0 0\n\nO 0 0 1\n",
            "x.xyz:4: the frame declares 2 atoms, but holds 1",
        ),
        ("", "holds no frame"),
    ] {
        assert!(error(text).contains(expected), "{}", error(text));
    }
    let model = read(&format!("{WATER}more\n")).expect("sound");
    assert!(
        model.warnings[0]
            .message
            .contains("more lines follow the 3 atoms")
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), damaged in mutated(WATER)) {
        let _ = parse("x", &bytes, &ReadOptions::default());
        let _ = parse("x", &damaged, &ReadOptions::default());
    }
}
