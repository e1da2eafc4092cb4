//! Names and numbers of residues.

use proptest::prelude::*;

use super::{one_atom, read};
use crate::raw::RawModel;

/// One atom in a substructure with a record; `header` is the molecule's name.
fn with_record(header: &str, own: &str, record: &str) -> RawModel {
    let text = format!(
        "@<TRIPOS>MOLECULE\n{header}\n1\nSMALL\n@<TRIPOS>ATOM\n1 C1 0 0 0 C.3 {own}\n\
         @<TRIPOS>SUBSTRUCTURE\n{record}\n"
    );
    read(&text).expect("a sound molecule")
}

fn name_and_number(model: &RawModel) -> (&str, i32, char) {
    let atom = &model.atoms[0];
    let code = char::from(atom.insertion_code);
    (atom.residue_name.as_str(), atom.residue_number, code)
}

#[test]
fn substructure_names_split_into_name_and_number() {
    for (substructure, name, number) in [
        ("1 GTP", "GTP", 1),
        ("7 GTP", "GTP", 7),
        ("1 TG1", "TG1", 1),
        ("1 0H7", "0H7", 1),
        ("1 HIS12", "HIS", 12),
        ("1 UNK1", "UNK", 1),
        ("2 ZN301", "ZN", 301),
        ("1 Q101", "Q", 101),
        ("3 12345", "12345", 3),
        ("3 LIG99999999999", "LIG99999999999", 3),
        ("1 ALA12345", "ALA", 12345),
        ("1 A1LU6", "A1LU6", 1),
        ("7 A1LU6", "A1LU6", 7),
        ("1 A1LU6301", "A1LU6", 301),
        ("1 A1LU612345", "A1LU6", 12345),
        ("1 A1101", "A", 1101),
        ("1 XK2263", "XK2", 263),
        ("1 0G6301", "0G6", 301),
        ("1 G39801", "G39", 801),
        ("1 F471", "F", 471),
        ("1 C2401", "C", 2401),
        ("1 NALA12", "NALA", 12),
        ("1 DA12", "DA", 12),
        ("1 ZN2301", "ZN", 2301),
        ("1 TIP3", "TIP3", 1),
        ("1 TIP3123", "TIP3", 123),
        ("1 POPC12", "POPC", 12),
        ("5 B2XY7", "B2XY7", 5),
        ("1 0.0", "UNL", 1),
        ("1 -0.12", "UNL", 1),
        ("4 ****", "UNL", 4),
        ("1 <0>", "UNL", 1),
        ("**** ABC", "ABC", 1),
        ("", "UNL", 1),
    ] {
        let atom = one_atom("C.3", substructure);
        assert_eq!(
            (atom.residue_name.as_str(), atom.residue_number),
            (name, number),
            "{substructure}"
        );
    }
}

#[test]
fn the_component_column_of_the_record_decides() {
    for (own, record, expected) in [
        (
            "1 A1LU6",
            "1 A1LU6 1 GROUP 0 B **** 0 ROOT",
            ("A1LU6", 1, ' '),
        ),
        ("1 ABC12", "1 ABC12 1 RESIDUE 0 B ABC12", ("ABC12", 1, ' ')),
        ("1 ABC12", "1 ABC12 1 RESIDUE 0 B ABC", ("ABC", 12, ' ')),
        ("1 ABC12", "1 ABC12 1 RESIDUE 0 B AB", ("ABC", 12, ' ')),
        (
            "1 ABC1234567",
            "1 ABC1234567 1 RESIDUE 0 B ABC12",
            ("ABC12", 34567, ' '),
        ),
        (
            "1 XK2263",
            "1 XK2263 1 RESIDUE 0 **** XK2",
            ("XK2", 263, ' '),
        ),
        (
            "1 XK2263",
            "1 XK2263 1 RESIDUE 0 **** XK",
            ("XK", 2263, ' '),
        ),
        ("1 G12", "1 G12 1 RESIDUE 4 A G 1", ("G", 12, ' ')),
        ("1 E20", "1 E20 1 RESIDUE 4 A E20 1", ("E20", 1, ' ')),
        ("1 ALA-3", "1 ALA-3 1 RESIDUE 4 A ALA 1", ("ALA", -3, ' ')),
        (
            "1 A1LU6-3",
            "1 A1LU6-3 1 RESIDUE 4 A A1LU6 1",
            ("A1LU6", -3, ' '),
        ),
        ("1 ALA52A", "1 ALA52A 1 RESIDUE 4 A ALA 1", ("ALA", 52, 'A')),
        ("1 E2052B", "1 E2052B 1 RESIDUE 4 A E20 1", ("E20", 52, 'B')),
        // The row has the component only, the record also the number.
        ("1 LYS", "1 LYS3 1 RESIDUE 4 B LYS 1 ROOT", ("LYS", 3, ' ')),
        ("1 ****", "1 LYS3 1 RESIDUE 4 B LYS 1 ROOT", ("LYS", 3, ' ')),
        // The columns after the root are missing.
        ("4 ABC12", "4 ABC12 1", ("ABC", 12, ' ')),
    ] {
        let model = with_record("x", own, record);
        assert_eq!(name_and_number(&model), expected, "{record}");
        assert!(model.warnings.is_empty(), "{:?}", model.warnings);
    }
}

#[test]
fn the_name_of_the_molecule_shows_where_the_component_ends() {
    for (header, own, expected) in [
        ("XK2", "1 XK2263", ("XK2", 263, ' ')),
        ("A1LU6", "3 A1LU6", ("A1LU6", 3, ' ')),
        ("ABC12", "3 ABC12", ("ABC12", 3, ' ')),
        ("B2XY7", "1 B2XY7301", ("B2XY7", 301, ' ')),
        // Names of residues stay.
        ("ALA12", "3 ALA12", ("ALA", 12, ' ')),
        ("LIG12", "3 LIG12", ("LIG", 12, ' ')),
    ] {
        let model = with_record(header, own, "9 x 1");
        assert_eq!(name_and_number(&model), expected, "{header}");
        assert!(model.warnings.is_empty(), "{:?}", model.warnings);
    }
}

#[test]
fn a_split_by_the_form_of_the_name_is_a_warning() {
    let model = with_record("x", "1 XK2263", "1 XK2263 1 GROUP 4 **** **** 0");
    assert_eq!(
        model.warnings[0].to_string(),
        "x.mol2:6: the substructure name XK2263 does not say where its number begins; it is read as \
         residue XK2, number 263; give the component id in the seventh column of its SUBSTRUCTURE row \
         to be sure"
    );
}

#[test]
fn insertion_codes_follow_the_number_of_a_known_residue() {
    for (own, expected) in [
        ("1 ALA52A", ("ALA", 52, 'A')),
        ("1 HIS-1B", ("HIS-1B", 1, ' ')),
        ("1 LIG1A", ("LIG", 1, 'A')),
        // Not a residue name: the component id of a ligand.
        ("1 AB12C", ("AB12C", 1, ' ')),
    ] {
        assert_eq!(
            name_and_number(&with_record("x", own, "9 x 1")),
            expected,
            "{own}"
        );
    }
}

#[test]
fn single_letters_are_nucleotides_in_a_polymer() {
    let text = "@<TRIPOS>MOLECULE\nrna\n2 0\nNUCLEIC_ACID\n@<TRIPOS>ATOM\n1 P 0 0 0 P.3 1 G1234\n\
                2 P 9 0 0 P.3 2 C1235\n";
    let model = read(text).expect("sound");
    assert_eq!(name_and_number(&model), ("G", 1234, ' '));
    assert!(model.warnings.is_empty());
}

proptest! {
    #[test]
    fn a_name_and_number_with_the_component_column_read_back(
        component in "[A-Z0-9]{1,5}",
        number in -9999..1_000_000_i32,
        code in prop_oneof![Just(' '), proptest::char::range('A', 'Z')],
    ) {
        let code_text = code.to_string();
        let name = format!("{component}{number}{}", code_text.trim());
        let record = format!("1 {name} 1 RESIDUE 0 A {component}");
        let model = with_record("x", &format!("1 {name}"), &record);
        prop_assert_eq!(name_and_number(&model), (component.as_str(), number, code));
        prop_assert!(model.warnings.is_empty());
    }

    #[test]
    fn a_component_without_a_number_reads_back(component in "[A-Z0-9]{1,5}", id in 1..1000_i32) {
        let record = format!("{id} {component} 1 RESIDUE 0 A {component}");
        let model = with_record("x", &format!("{id} {component}"), &record);
        prop_assert_eq!(name_and_number(&model), (component.as_str(), id, ' '));
    }
}
