#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(
    clippy::float_cmp,
    reason = "numbers are read exactly, not approximately"
)]

mod ambiguous;
mod conect;
mod displaced;
mod link;
mod pdbqt;
mod properties;

use super::parse;
use crate::io::options::ReadOptions;
use crate::raw::{ElementField, RawAtom, RawModel};
use crate::{Element, MoleculeError};

const N: &str =
    "ATOM      1  N   ALA A   5      11.104   6.134  -6.504  0.50 20.25           N1+\n";
const CA: &str =
    "ATOM      2  CA  ALA A   5      11.639   6.071  -5.147  1.00 21.00           C  \n";
const ZN: &str =
    "HETATM    3 ZN    ZN B 301A     -1.000   2.500 -99.125  1.00  5.00          ZN2+\n";

fn read(text: &str) -> RawModel {
    parse("x.pdb", text.as_bytes(), &ReadOptions::default()).unwrap()
}

fn read_model(text: &str, model: u32) -> Result<RawModel, MoleculeError> {
    let options = ReadOptions {
        model: Some(model),
        ..ReadOptions::default()
    };
    parse("x.pdb", text.as_bytes(), &options)
}

/// The only atom of a text without warnings.
fn one(text: &str) -> RawAtom {
    let model = read(text);
    assert_eq!(model.warnings, []);
    assert_eq!(model.atoms.len(), 1);
    model.atoms.into_iter().next().unwrap()
}

fn failure(text: &str) -> String {
    parse("x.pdb", text.as_bytes(), &ReadOptions::default())
        .unwrap_err()
        .to_string()
}

/// `N` with other bytes from a column on (counted from 1).
fn with(column: usize, bytes: &str) -> String {
    let mut line = N.to_owned();
    line.replace_range(column - 1..column - 1 + bytes.len(), bytes);
    line
}

fn warnings(model: &RawModel) -> Vec<String> {
    model.warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn every_column_of_a_sound_line() {
    let atom = one(N);
    assert_eq!(
        (atom.line, atom.serial, &*atom.name, atom.altloc),
        (1, 1, "N", b' ')
    );
    assert_eq!((&*atom.residue_name, atom.residue_number), ("ALA", 5));
    assert_eq!((&*atom.chain_id, &*atom.label_chain_id), ("A", "A"));
    assert_eq!(atom.position_angstrom, [11.104, 6.134, -6.504]);
    assert_eq!((atom.occupancy, atom.b_factor), (0.5, 20.25));
    assert_eq!(
        (atom.element, atom.formal_charge),
        (ElementField::Known(Element::N), 1)
    );
    assert!(!atom.hetero && atom.name_is_indented);

    let zinc = one(ZN);
    assert_eq!((zinc.insertion_code, zinc.residue_number), (b'A', 301));
    assert_eq!(zinc.position_angstrom, [-1.0, 2.5, -99.125]);
    assert_eq!(
        (zinc.element, zinc.formal_charge),
        (ElementField::from_symbol(b"ZN"), 2)
    );
    assert!(zinc.hetero && !zinc.name_is_indented);
}

#[test]
fn every_kind_of_line_ending() {
    for line_end in ["\n", "\r\n", "\r"] {
        let text = format!("REMARK\n{N}\n{CA}").replace('\n', line_end);
        let model = read(&text);
        let lines: Vec<u32> = model.atoms.iter().map(|a| a.line).collect();
        assert_eq!(lines, [2, 4], "{line_end:?}");
        assert_eq!(model.atoms[1].element, ElementField::Known(Element::C));
    }
    assert_eq!(one(&format!("\u{feff}{}", N.trim_end())).line, 1);
}

#[test]
fn short_lines_take_defaults() {
    let atom = one(&N[..54]);
    assert_eq!(
        (atom.occupancy, atom.b_factor, atom.element),
        (1.0, 0.0, ElementField::Absent)
    );
    let blank = one(&with(55, "            "));
    assert_eq!((blank.occupancy, blank.b_factor), (1.0, 0.0));
}

#[test]
fn alternate_locations_stay() {
    let text = with(17, "A") + &with(17, "B");
    let altlocs: Vec<u8> = read(&text).atoms.iter().map(|a| a.altloc).collect();
    assert_eq!(altlocs, [b'A', b'B']);
}

#[test]
fn serials_and_residue_numbers_beyond_their_columns() {
    for (field, serial) in [
        ("99999", 99_999),
        ("A0000", 100_000),
        ("A0001", 100_001),
        ("ZZZZZ", 43_770_015),
        ("a0000", 43_770_016),
        ("zzzzz", 87_440_031),
        ("186a0", 100_000),
        ("   -5", -5),
    ] {
        assert_eq!(one(&with(7, field)).serial, serial, "{field}");
    }
    for (field, number) in [
        ("9999", 9999),
        ("A000", 10_000),
        ("ZZZZ", 1_223_055),
        ("a000", 1_223_056),
        ("zzzz", 2_436_111),
        (" -12", -12),
        ("271a", 10_010),
    ] {
        assert_eq!(one(&with(23, field)).residue_number, number, "{field}");
    }
    let wide = one(&with(23, "10000"));
    assert_eq!((wide.residue_number, wide.insertion_code), (10_000, b' '));
    let early_code = one(&with(23, "42A  "));
    assert_eq!(
        (early_code.residue_number, early_code.insertion_code),
        (42, b'A')
    );
}

#[test]
fn serials_of_six_digits_in_column_six_or_pushing_the_line() {
    assert_eq!(one(&with(6, "100000")).serial, 100_000);
    let pushed = one(&ZN.replace("HETATM    3", "HETATM100003"));
    assert_eq!((pushed.serial, &*pushed.name), (100_003, "ZN"));
    assert_eq!(pushed.position_angstrom, [-1.0, 2.5, -99.125]);
    assert_eq!(pushed.formal_charge, 2);
    let pushed = one(&N.replace("ATOM      1", "ATOM  1234567"));
    assert_eq!((pushed.serial, pushed.residue_number), (1_234_567, 5));
}

#[test]
fn serials_that_overflow_are_counted_on() {
    let text = with(7, "99999") + &with(7, "*****") + &with(7, "*****");
    let model = read(&text);
    assert_eq!(model.warnings, []);
    let serials: Vec<i32> = model.atoms.iter().map(|a| a.serial).collect();
    assert_eq!(serials, [99_999, 100_000, 100_001]);
    // Hexadecimal counting stays hexadecimal where all digits happen to be decimal.
    let text = with(7, "1869f") + &with(7, "186a0") + &with(7, "18700");
    assert_eq!(read(&text).atoms[2].serial, 0x18700);

    let invalid = read(&(N.to_owned() + &with(7, "  x1 ") + &with(7, "  y  ")));
    assert_eq!(invalid.atoms[2].serial, 3);
    assert_eq!(
        warnings(&invalid),
        [
            "x.pdb:2: columns 7-11 hold \"x1\", which is not a serial number; it is taken as one more than the serial number before \
             (2 such cases, this is the first)"
        ]
    );
}

#[test]
fn chains_blank_and_of_two_letters_and_names_of_four() {
    assert_eq!(one(&with(22, " ")).chain_id, "");
    let cases = [
        ("ALAAB", "ALA", "AB"),
        ("HOHXY", "HOH", "XY"),
        (" DAAB", "DA", "AB"),
        ("TIP3 ", "TIP3", ""),
        ("TIP3W", "TIP3", "W"),
        ("POPCA", "POPC", "A"),
        ("HISDA", "HISD", "A"),
        ("CYSHA", "CYSH", "A"),
    ];
    for (field, residue, chain) in cases {
        let atom = one(&with(18, field));
        assert_eq!((&*atom.residue_name, &*atom.chain_id), (residue, chain));
    }
}

#[test]
fn elements_missing_or_bad_are_left_to_the_name() {
    for field in ["    ", "  12", "??  ", " 1  "] {
        let atom = one(&with(77, field));
        assert_eq!(
            (atom.element, atom.formal_charge),
            (ElementField::Absent, 0),
            "{field}"
        );
    }
    for (field, text) in [
        ("EP  ", "EP"),
        ("Ve  ", "Ve"),
        (" X  ", "X"),
        ("XX1+", "XX"),
    ] {
        let atom = one(&with(77, field));
        assert_eq!(
            (atom.element, atom.formal_charge),
            (ElementField::from_symbol(text.as_bytes()), 0),
            "{field}"
        );
    }
    // A label, or a charge that touches the symbol.
    for (field, symbol, charge) in [("C1  ", "C", 0), ("N1+ ", "N", 1), (" O- ", "O", -1)] {
        let atom = one(&with(77, field));
        assert_eq!(
            (atom.element, atom.formal_charge),
            (ElementField::from_symbol(symbol.as_bytes()), charge),
            "{field}"
        );
    }
    // A segment or another word that reaches into the columns is not an element field.
    for tail in ["PROTEIN", "   CHAIN", "1ABCXY12"] {
        assert_eq!(one(&with(73, tail)).element, ElementField::Absent, "{tail}");
    }
    assert_eq!(
        one(&with(77, "C ")).element,
        ElementField::Known(Element::C)
    );
    assert_eq!(
        one(&with(77, " D")).element,
        ElementField::Known(Element::H)
    );
    let left = one(&with(13, "CA  "));
    assert!(!left.name_is_indented && left.name == "CA");
}

#[test]
fn charges() {
    for (field, charge) in [
        ("2+", 2),
        ("+2", 2),
        ("1-", -1),
        ("-1", -1),
        ("- ", -1),
        ("+ ", 1),
        ("0 ", 0),
        (" 0", 0),
        ("  ", 0),
        ("ab", 0),
    ] {
        assert_eq!(one(&with(79, field)).formal_charge, charge, "{field}");
    }
}

#[test]
fn coordinates_that_leave_their_columns() {
    let read_warned = |text: &str| {
        let model = read(text);
        assert_eq!(model.warnings.len(), 1, "{:?}", model.warnings);
        model.atoms.into_iter().next().unwrap()
    };
    let start = &N[..30];
    let wide = read_warned(&format!(
        "{start}10000.123-10000.456 12345.678  0.75 10.00          CL1-\n"
    ));
    assert_eq!(
        wide.position_angstrom,
        [10_000.123, -10_000.456, 12_345.678]
    );
    assert_eq!((wide.occupancy, wide.b_factor), (0.75, 10.0));
    assert_eq!(
        (wide.element, wide.formal_charge),
        (ElementField::from_symbol(b"Cl"), -1)
    );
    // Full columns that touch are sound.
    let full = one(&with(31, "-999.999-888.888-777.777"));
    assert_eq!(full.position_angstrom, [-999.999, -888.888, -777.777]);
    let tabs = read_warned("ATOM\t7\tC1\tLIG\tA\t3\t1.0\t2.0\t3.0\n");
    assert_eq!(tabs.position_angstrom, [1.0, 2.0, 3.0]);
    assert_eq!((tabs.serial, &*tabs.name, &*tabs.chain_id), (7, "C1", "A"));
    assert!(!tabs.name_is_indented);
}

#[test]
fn pqr_by_columns_and_by_white_space() {
    let pqr = "ATOM      1  N   ASP   242      42.350  51.100  25.530  0.0782 1.8240\n";
    let atom = one(pqr);
    assert_eq!(atom.position_angstrom, [42.35, 51.1, 25.53]);
    assert_eq!((atom.occupancy, atom.b_factor), (1.0, 0.0));
    let free = read("ATOM 1 N ASP 242A 42.3501 51.1002 -25.5303 0.0782 1.8240\n");
    let atom = &free.atoms[0];
    assert_eq!(atom.position_angstrom, [42.3501, 51.1002, -25.5303]);
    assert_eq!((atom.residue_number, atom.insertion_code), (242, b'A'));
    assert_eq!((&*atom.residue_name, &*atom.chain_id), ("ASP", ""));
    assert_eq!((atom.occupancy, free.warnings.len()), (1.0, 1));
}

#[test]
fn coordinates_that_are_no_numbers() {
    assert_eq!(
        failure(&(CA.to_owned() + &with(31, "    ab.c"))),
        "x.pdb:2: columns 31-38 hold \"ab.c\", which is not a number; give the x coordinate in angstrom"
    );
    assert_eq!(
        failure(&with(39, "     NaN")),
        "x.pdb:1: columns 39-46 hold \"NaN\", which is not a number; give the y coordinate in angstrom"
    );
    assert_eq!(
        failure(&with(47, "        ")),
        "x.pdb:1: columns 47-54 are empty; give the z coordinate in angstrom"
    );
    assert_eq!(
        failure(&N[..46]),
        "x.pdb:1: the line ends at column 46, before the z coordinate in columns 47-54; \
         give the z coordinate in angstrom"
    );
    // The occupancy must not slip into the place of a missing coordinate.
    assert!(failure(&with(31, "        ")).contains("columns 31-38 are empty"));
    assert!(failure(&with(31, "********")).contains("\"********\""));
    assert!(failure(&with(31, "     inf")).contains("\"inf\""));
    assert!(failure("ATOM\n").contains("the line ends at column 4"));
}

#[test]
fn odd_occupancies_are_told_once() {
    let text = with(55, " -.-- ") + &with(55, "  nan ") + CA + &with(61, "******");
    let model = read(&text);
    assert_eq!(
        warnings(&model),
        [
            "x.pdb:1: columns 55-60 hold \"-.--\", which is not a number; the occupancy is taken as 1 \
             (2 such cases, this is the first)",
            "x.pdb:4: columns 61-66 hold \"******\", which is not a number; \
             the temperature factor is taken as 0",
        ]
    );
    assert_eq!(model.atoms[0].occupancy, 1.0);
}

#[test]
fn only_capital_records_from_the_first_column_are_atoms() {
    let text = format!(
        "atom  {}\n {N}ANISOU{}\nSIGATM{}\nATOMS {}\n",
        &N[6..],
        &N[6..],
        &N[6..],
        &N[6..]
    );
    assert!(failure(&text).starts_with("x.pdb: the file has no ATOM or HETATM record; "));
    assert!(failure("").starts_with("x.pdb: the file has no ATOM or HETATM record; "));
    assert!(read_model("MODEL        1\nENDMDL\n", 1).is_err());
}

#[test]
fn terminators_part_segments() {
    let text = format!("{N}TER\n{CA}TER       3      ALA A   5\nTERMINUS\n{ZN}");
    let segments: Vec<u32> = read(&text).atoms.iter().map(|a| a.segment).collect();
    assert_eq!(segments, [0, 1, 2]);
}

#[test]
fn models_by_number() {
    let text = format!("MODEL        4\n{N}TER\nENDMDL\nMODEL        7\n{CA}{ZN}ENDMDL\nEND\n");
    assert_eq!(read(&text).atoms.len(), 1);
    assert_eq!(read_model(&text, 4).unwrap().atoms[0].name, "N");
    let seven = read_model(&text, 7).unwrap().atoms;
    assert_eq!(
        (seven.len(), &*seven[0].name, seven[0].segment),
        (2, "CA", 0)
    );
    assert_eq!(
        read_model(&text, 1).unwrap_err().to_string(),
        "x.pdb: the file has no model 1; choose one of the models 4, 7"
    );
    // No ENDMDL, no MODEL, no number, numbers from 0, an empty first model.
    assert_eq!(read(&format!("MODEL 1\n{N}MODEL 2\n{CA}")).atoms.len(), 1);
    assert_eq!(read_model(N, 1).unwrap().atoms.len(), 1);
    assert_eq!(
        read_model(N, 2).unwrap_err().to_string(),
        "x.pdb: the file has no model 2; choose model 1, the only one"
    );
    assert_eq!(
        read_model(&format!("MODEL\n{N}MODEL\n{CA}"), 2)
            .unwrap()
            .atoms[0]
            .name,
        "CA"
    );
    assert_eq!(
        read_model(&format!("MODEL 0\n{N}MODEL 1\n{CA}"), 1)
            .unwrap()
            .atoms[0]
            .name,
        "CA"
    );
    assert_eq!(
        read(&format!("MODEL 1\nENDMDL\nMODEL 2\n{CA}")).atoms[0].name,
        "CA"
    );
    let frames: Vec<String> = (1..=30)
        .map(|i| format!("MODEL {i}\n{N}ENDMDL\n"))
        .collect();
    let frames = frames.concat();
    assert!(
        read_model(&frames, 31)
            .unwrap_err()
            .to_string()
            .ends_with("choose one of the models 1 to 30")
    );
}

#[test]
fn atoms_before_the_first_model_belong_to_all_models() {
    let two = format!("MODEL 1\n{ZN}ENDMDL\nMODEL 2\n{ZN}{ZN}ENDMDL\n");
    for between in ["", "TER\n", "END\n"] {
        let text = format!("{N}{CA}{between}{two}");
        for (wanted, atoms) in [(None, 3), (Some(1), 3), (Some(2), 4)] {
            let options = ReadOptions {
                model: wanted,
                ..ReadOptions::default()
            };
            let model = parse("x.pdb", text.as_bytes(), &options).unwrap();
            assert_eq!((model.atoms.len(), model.models), (atoms, 2), "{wanted:?}");
            assert_eq!((&*model.atoms[0].name, &*model.atoms[2].name), ("N", "ZN"));
            assert!(model.atoms[2].segment > model.atoms[1].segment);
            let all = warnings(&model);
            let common = "x.pdb:1: 2 atoms stand before the first MODEL record, in no model; they \
                          are read together with the chosen model";
            assert!(all.iter().any(|warning| warning == common), "{all:?}");
            assert_eq!(all.len(), 1 + usize::from(wanted.is_none()));
        }
        let error = read_model(&text, 3).unwrap_err().to_string();
        assert!(error.contains("the file has no model 3; choose one of the models 1 to 2"));
    }
    let single = read(&format!("{N}MODEL\n{ZN}ENDMDL\n"));
    assert_eq!((single.atoms.len(), single.models), (2, 1));
    assert_eq!(single.warnings.len(), 1);
}

#[test]
fn a_first_model_without_a_record_is_a_model() {
    // Its ENDMDL, or its atoms, which the next model repeats, show it.
    for text in [
        format!("{N}{CA}ENDMDL\nMODEL 2\n{N}ENDMDL\n"),
        format!("{N}{CA}MODEL 2\n{N}ENDMDL\n"),
    ] {
        let first = read(&text);
        assert_eq!((first.atoms.len(), first.models), (2, 2), "{text}");
        assert_eq!(first.warnings.len(), 1);
        let second = read_model(&text, 2).unwrap();
        assert_eq!((second.atoms.len(), second.models), (1, 2), "{text}");
        assert_eq!(
            second.atoms[0].line,
            if text.contains("MDL\nM") { 5 } else { 4 }
        );
        assert_eq!(second.warnings, []);
        assert!(read_model(&text, 3).is_err());
    }
    // Atoms in no model at all are model 1.
    let empty = format!("{N}MODEL 2\nENDMDL\n");
    assert_eq!((read(&empty).atoms.len(), read(&empty).models), (1, 1));
    assert!(read_model(&empty, 2).is_err());
}

#[test]
fn frames_parted_by_end_are_models_and_pieces_are_not() {
    let frames = format!("{N}{CA}END\n{N}{CA}END\n");
    assert_eq!(read(&frames).atoms.len(), 2);
    assert_eq!(read_model(&frames, 2).unwrap().atoms[0].line, 4);
    let pieces = read(&format!("{N}{CA}END\n{ZN}END\nEND\n"));
    assert_eq!(pieces.atoms.len(), 3);
    assert_eq!(
        warnings(&pieces),
        ["x.pdb:4: an atom follows an END record; it is read with the atoms before"]
    );
}
