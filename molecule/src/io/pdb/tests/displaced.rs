//! Lines whose fields are not in the columns of the format.

use proptest::prelude::*;

use super::{CA, N, ZN, failure, read, warnings, with};
use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// The only atom of a text with one warning, which contains `expected`.
pub(super) fn one_warned(text: &str, expected: &str) -> RawAtom {
    let model = read(text);
    let warnings = warnings(&model);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].contains(expected), "{warnings:?}");
    assert_eq!(model.atoms.len(), 1);
    model.atoms.into_iter().next().expect("one atom")
}

/// A line with every run of blanks replaced by one.
fn collapsed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn lines_with_collapsed_columns_are_read_by_their_fields() {
    let atom = one_warned(
        "ATOM 143 CA THR A 22 11.117 19.183 14.619 1.00 45.00 C\n",
        "x.pdb:1: the fields are not in the columns of the format; all fields are read in their \
         order instead, as separated by blanks",
    );
    assert_eq!(
        (atom.serial, &*atom.name, &*atom.residue_name),
        (143, "CA", "THR")
    );
    assert_eq!((&*atom.chain_id, atom.residue_number), ("A", 22));
    assert_eq!(atom.position_angstrom, [11.117, 19.183, 14.619]);
    assert_eq!((atom.occupancy, atom.b_factor), (1.0, 45.0));
    assert_eq!(atom.element, ElementField::Known(Element::C));
}

#[test]
fn fields_that_touch_or_are_missing_are_told_apart() {
    let field = "the fields are not in the columns";
    for (line, serial, chain, number, insertion) in [
        // No chain; a serial that touches the record; an insertion code.
        (
            "ATOM 1 CA GLY 7 1.000 2.000 3.000 0.50 9.00 C",
            1,
            "",
            7,
            b' ',
        ),
        (
            "HETATM12345 C1 LIG B 7 1.000 2.000 3.000 0.50 9.00 C",
            12345,
            "B",
            7,
            b' ',
        ),
        (
            "ATOM 2 CA GLY A 7B 1.000 2.000 3.000 0.50 9.00 C",
            2,
            "A",
            7,
            b'B',
        ),
        // Chain and number touch; so do the coordinates, and the numbers after them.
        (
            "ATOM 2 CA GLY A1007B 1.000 2.000 3.000 0.50 9.00 C",
            2,
            "A",
            1007,
            b'B',
        ),
        (
            "ATOM 2 CA GLY AB -7 1.000 2.000 3.0000.50 9.00 C",
            2,
            "AB",
            -7,
            b' ',
        ),
        (
            "ATOM 2 CA GLY A 7 1.0002.0003.000 0.509.00 C",
            2,
            "A",
            7,
            b' ',
        ),
        // A segment; a charge.
        (
            "ATOM 2 CA GLY A 7 1.000 2.000 3.000 0.50 9.00 PROA C",
            2,
            "A",
            7,
            b' ',
        ),
        (
            "ATOM 2 CA GLY A 7 1.000 2.000 3.000 0.50 9.00 PROA C1+",
            2,
            "A",
            7,
            b' ',
        ),
    ] {
        let text = format!("{line}\n");
        if line.contains("3.0000.50") {
            // z and occupancy touch: the third decimal parts them.
            assert_eq!(one_warned(&text, field).occupancy, 0.5, "{line}");
        }
        let atom = one_warned(&text, field);
        assert_eq!(
            (
                atom.serial,
                &*atom.chain_id,
                atom.residue_number,
                atom.insertion_code
            ),
            (serial, chain, number, insertion),
            "{line}"
        );
        assert_eq!(atom.position_angstrom, [1.0, 2.0, 3.0], "{line}");
        assert_eq!((atom.occupancy, atom.b_factor), (0.5, 9.0), "{line}");
        assert_eq!(atom.element, ElementField::Known(Element::C), "{line}");
    }
    let altloc = one_warned("ATOM 2 CA BGLY A 7 1.000 2.000 3.000 0.50 9.00 C\n", field);
    assert_eq!((altloc.altloc, &*altloc.residue_name), (b'B', "GLY"));
    // One word after the numbers that is not the beginning of the name is a segment.
    let segment = one_warned("ATOM 2 CA GLY H 7 1.000 2.000 3.000 0.50 9.00 H\n", field);
    assert_eq!(segment.element, ElementField::Absent);
    let dummy = one_warned("ATOM 2 EP1 HOH H 7 1.000 2.000 3.000 0.50 9.00 EP\n", field);
    assert_eq!(dummy.element, ElementField::from_symbol(b"EP"));
    let docked = one_warned(
        "ATOM 2 O1 LIG A 7 1.000 2.000 3.000 0.50 9.00 -0.35 OA\n",
        field,
    );
    assert_eq!(docked.element, ElementField::Known(Element::O));
}

#[test]
fn fields_that_could_mean_something_else_are_refused() {
    for line in [
        // A coordinate is missing: the occupancy is not z.
        "ATOM 1 N MET A 1 -26.771 -22.044 1.00 0.94 N",
        "ATOM 1 N MET A 1 -26.77 -22.04 1.00 0.94 N",
        "ATOM 1 N MET A 1 -26.771 -22.044",
        // No serial, no residue, a word too many, no residue number.
        "ATOM N MET A 1 -26.771 -22.044 27.283 1.00 0.94 N",
        "ATOM 1 N 7 -26.771 -22.044 27.283 1.00 0.94 N",
        "ATOM 1 N MET A B 1 -26.771 -22.044 27.283 1.00 0.94 N",
        "ATOM 1 N MET A -26.771 -22.044 27.283 1.00 0.94 N",
        // Name, alternate location and residue touch.
        "ATOM 1 HD11ALEU A 1 -26.771 -22.044 27.283 1.00 0.94 H",
        // Coordinates that touch without three decimals.
        "ATOM 1 N MET A 1 -26.7-22.04427.283 1.00 0.94 N",
    ] {
        let text = failure(&format!("{line}\n"));
        assert!(text.starts_with("x.pdb:1: "), "{text}");
        assert!(text.contains("coordinate in angstrom"), "{text}");
    }
}

#[test]
fn sound_and_collapsed_lines_may_alternate() {
    let model = read(&format!("{N}{}\n{ZN}", collapsed(CA)));
    let expected = read(&format!("{N}{CA}{ZN}"));
    assert_eq!(model.warnings.len(), 1);
    assert_eq!(model.warnings[0].location.line, Some(2));
    for (atom, expected) in model.atoms.iter().zip(&expected.atoms) {
        let mut expected = expected.clone();
        expected.name_is_indented = atom.name_is_indented;
        assert_eq!(*atom, expected);
    }
}

#[test]
fn atoms_whose_record_name_is_elsewhere_are_counted() {
    let model = read(&format!("{N} {CA}atom  {}Hetatm{}", &CA[6..], &ZN[6..]));
    assert_eq!(model.atoms.len(), 1);
    assert_eq!(
        warnings(&model),
        [
            "x.pdb:2: the record name of an atom is not in capitals from column 1 on; the line is \
             left out (3 such cases, this is the first)"
        ]
    );
    // Prose is not an atom.
    assert_eq!(
        read(&format!("{N} ATOM 1 of 2\nHEADER 1.0 2.0 3.0\n")).warnings,
        []
    );
}

#[test]
fn fields_that_are_too_wide_are_read_in_their_order() {
    let warned = "x.pdb:1: the coordinates are not in columns 31-54; they and the fields after them \
                  are read in their order instead";
    let start = &N[..26];
    for (tail, b_factor) in [
        (
            "    31256.96532685.06460403.930  1.00999.99           N",
            999.99,
        ),
        (
            "    31256.96532685.06460403.930  1.00 99.99           N",
            99.99,
        ),
        (
            "    31256.96532685.06460403.930  1.001234.50          N",
            1234.5,
        ),
        (
            "    31256.96532685.06460403.9301.00-10.25             N",
            -10.25,
        ),
    ] {
        let atom = one_warned(&format!("{start}{tail}\n"), warned);
        assert_eq!(atom.position_angstrom, [31256.965, 32685.064, 60403.93]);
        assert_eq!((atom.occupancy, atom.b_factor), (1.0, b_factor), "{tail}");
        assert_eq!(atom.element, ElementField::Known(Element::N));
    }
    // The message does not name columns in which these fields are not.
    let bad = read(&format!(
        "{start}    31256.96532685.06460403.930  ab.c  1.00           N\n"
    ));
    assert_eq!(
        warnings(&bad)[0],
        "x.pdb:1: the first field after the coordinates holds \"ab.c\", which is not a number; the \
         occupancy is taken as 1"
    );
    // In their columns, but wider than these.
    for (field, occupancy, b_factor) in [
        ("  1.001234.50", 1.0, 1234.5),
        ("100.00100.00 ", 100.0, 100.0),
        (" -1.00-10.00 ", -1.0, -10.0),
    ] {
        let atom = super::one(&with(55, field));
        assert_eq!(
            (atom.occupancy, atom.b_factor),
            (occupancy, b_factor),
            "{field}"
        );
    }
}

#[test]
fn a_chain_of_two_letters_may_shift_the_line() {
    let line =
        "HETATM    8 CL25ALIG B1  11A      5.524  11.214  24.328  0.50 98.80          CL1-\n";
    let atom = one_warned(
        line,
        "x.pdb:1: the chain B1 has two letters, and all fields behind it are one column to the \
         right; the fields are moved into their columns and read there",
    );
    assert_eq!((&*atom.chain_id, atom.residue_number), ("B1", 11));
    assert_eq!((atom.insertion_code, atom.altloc), (b'A', b'A'));
    assert_eq!((&*atom.name, &*atom.residue_name), ("CL25", "LIG"));
    assert_eq!(atom.position_angstrom, [5.524, 11.214, 24.328]);
    assert_eq!((atom.occupancy, atom.b_factor), (0.5, 98.8));
    assert_eq!(
        (atom.element, atom.formal_charge),
        (ElementField::from_symbol(b"CL"), -1)
    );
    // A number of four digits touches the chain.
    let touching = line.replace("B1  11A", "B11234A");
    let atom = one_warned(&touching, "the chain B1 has two letters");
    assert_eq!((&*atom.chain_id, atom.residue_number), ("B1", 1234));
    // The coordinates in their columns.
    let inside = line.replace("11A", "11");
    let atom = one_warned(
        &inside,
        "columns 22-27 hold \"B1  11\": a chain of two letters and a residue number",
    );
    assert_eq!((&*atom.chain_id, atom.residue_number), ("B1", 11));
    assert_eq!(atom.insertion_code, b' ');
}

#[test]
fn lines_beside_their_columns_are_moved() {
    let expected = super::one(ZN);
    for line in [
        ZN.replacen("HETATM ", "HETATM  ", 1),
        ZN.replacen("HETATM ", "HETATM    ", 1),
        ZN.replacen("HETATM ", "HETATM", 1),
        ZN.replacen("HETATM   ", "HETATM", 1),
    ] {
        let atom = one_warned(
            &line,
            "the fields are beside the columns of the format; the fields are moved into their \
             columns and read there",
        );
        assert_eq!(atom, expected, "{line}");
    }
}

#[test]
fn refused_lines_of_fields_name_the_field() {
    let by_fields = "(the fields of the line are read in their order, as separated by blanks)";
    for (line, axis, field) in [
        ("ATOM 2 CA GLY A 1 nan nan nan 0.1 1.5", "x", "nan"),
        ("ATOM 2 CA GLY 1 1.500 4 -1.450 0.1 1.5", "y", "4"),
        ("HETATM 2 C1 LIG B1 7 1.500-2.500 1.x 0.10 1.5", "z", "1.x"),
    ] {
        for (name, line) in [
            ("x.pdb", line.to_owned()),
            ("x.pqr", line.replace(' ', "\t")),
        ] {
            let options = crate::ReadOptions::default();
            let error = super::parse(name, line.as_bytes(), &options).expect_err("a bad line");
            assert_eq!(
                error.to_string(),
                format!(
                    "{name}:1: the field \"{field}\" is in the place of the {axis} coordinate, but \
                     is not a number with a decimal point {by_fields}; give the {axis} coordinate in \
                     angstrom"
                )
            );
        }
    }
    let short = failure("ATOM 2 CA GLY A 1 1.000 2.000\n");
    assert!(
        short.contains("the line ends before the z coordinate"),
        "{short}"
    );
    let unclear = failure("ATOM 1 N MET A 1 -26.771 -22.044 1.00 0.94 N\n");
    assert!(unclear.contains("one may be missing"), "{unclear}");
}

#[test]
fn lines_one_column_to_the_left_are_moved() {
    let place = "the fields are beside the columns of the format";
    let carbon =
        "HETATM   12  C1  LIG B 123      -9.423-121.456-102.789  1.00 10.00           C  \n";
    for expected in [N, CA, carbon, &carbon.replace("LIG B 123 ", "LIG   123A")] {
        let mut atom = super::one(expected);
        // The whole line, and all behind the serial number.
        for line in [
            [&expected[..6], &expected[7..]].concat(),
            [&expected[..11], &expected[12..]].concat(),
        ] {
            atom.name_is_indented = true;
            assert_eq!(one_warned(&line, place), atom, "{line}");
        }
    }
    // A serial number of five digits then begins in column 6.
    let mut line = CA.replacen("ATOM      2", "ATOM  12345", 1);
    line.remove(4);
    let atom = one_warned(&line, place);
    assert_eq!((atom.serial, &*atom.residue_name), (12345, "ALA"));
    // Coordinates with four decimals, and coordinates that begin in column 30, move nothing.
    for coordinates in [
        "    11.1040 61.3401 65.0401 ",
        "   11.104  61.340  65.040   ",
    ] {
        for chain in ["A", " "] {
            let mut line = super::with(27, coordinates);
            line.replace_range(21..22, chain);
            let model = read(&line);
            assert_eq!(&*model.atoms[0].residue_name, "ALA", "{line}");
            assert_eq!(&*model.atoms[0].chain_id, chain.trim(), "{line}");
            assert_eq!(model.atoms[0].residue_number, 5, "{line}");
        }
    }
}

#[test]
fn the_chain_may_be_in_column_21() {
    let atom = one_warned(
        &with(18, "GLYA "),
        "x.pdb:1: columns 18-22 hold \"GLYA\": a residue name of three letters, and the chain in \
         column 21 instead of 22; the letter is read as the chain",
    );
    assert_eq!((&*atom.residue_name, &*atom.chain_id), ("GLY", "A"));
    assert_eq!(atom.residue_number, 5);
    // Names of four letters, of force fields.
    for name in ["HISD", "LYSH", "GLUP", "CYSP", "POPC"] {
        let atom = super::one(&with(18, &format!("{name} ")));
        assert_eq!((&*atom.residue_name, &*atom.chain_id), (name, ""));
    }
}

#[test]
fn an_element_beside_its_columns_is_read_there() {
    for (name, tail, symbol, charge, column) in [
        (" CL1", "           CL   ", "Cl", 0, 78),
        ("FE1 ", "           FE2+ ", "Fe", 2, 78),
        ("BR1 ", "         BR     ", "Br", 0, 76),
        ("ZN  ", "         ZN     ", "Zn", 0, 76),
        ("CU  ", "         CU     ", "Cu", 0, 76),
        ("SI1 ", "         SI     ", "Si", 0, 76),
        (" C1 ", "            C   ", "C", 0, 79),
        (" CA ", "            C   ", "C", 0, 79),
        ("CL1 ", "            CL  ", "Cl", 0, 79),
        ("CL1 ", "      PROA  CL  ", "Cl", 0, 79),
    ] {
        let mut line = with(13, name);
        line.replace_range(66.., tail);
        let atom = one_warned(&line, "the element is read there");
        assert_eq!(
            (atom.element, atom.formal_charge),
            (ElementField::from_symbol(symbol.as_bytes()), charge),
            "{line}"
        );
        let place = format!("from column {column} on");
        assert!(warnings(&read(&line))[0].contains(&place), "{line}");
    }
    // Names that begin like another element, segments and comments say nothing.
    for (name, tail, symbol) in [
        (" CA ", "           C  ", "C"),
        (" CD1", "           C  ", "C"),
        (" HG ", "           H  ", "H"),
        (" CA ", "      PROA C  ", "C"),
        (" CA ", "      PROAC   ", "C"),
        (" C1 ", "           C AB", "C"),
        (" CL1", "          CL1-", "Cl"),
    ] {
        let mut line = with(13, name);
        line.replace_range(66.., tail);
        assert_eq!(
            super::one(&line).element,
            ElementField::from_symbol(symbol.as_bytes()),
            "{line}"
        );
    }
}

#[test]
fn charge_and_radius_of_pqr_files_are_not_occupancy_and_b_factor() {
    let options = crate::ReadOptions::default();
    let text = "ATOM      1  N    GLY    12       0.000    0.000    0.000 -0.3000 1.8500\n\
                ATOM 2 CA GLY A 13 1.0 2.0 3.0 0.21 2.00\n\
                ATOM      3  C   GLY A  14      42.350  51.100  25.530  0.60  1.70\n";
    for name in ["x.pqr", "a.b/X.PQR.gz"] {
        let model = super::parse(name, text.as_bytes(), &options).expect("a sound file");
        assert_eq!(model.warnings, []);
        let numbers: Vec<_> = model.atoms.iter().map(|a| a.residue_number).collect();
        assert_eq!(numbers, [12, 13, 14]);
        for atom in &model.atoms {
            assert_eq!((atom.occupancy, atom.b_factor), (1.0, 0.0));
        }
        assert_eq!(model.atoms[1].position_angstrom, [1.0, 2.0, 3.0]);
    }
    let detected = crate::read_bytes("x.pqr", text.as_bytes(), crate::PartRole::Whole, &options);
    assert_eq!(detected.expect("a sound file").atoms().len(), 3);
}

proptest! {
    /// A line says the same with its columns collapsed.
    #[test]
    fn a_collapsed_line_reads_like_the_one_with_columns(
        hetero in any::<bool>(),
        serial in 1_i32..10_000,
        (name, element) in prop::sample::select(vec![
            (" N  ", " N"), (" CA ", " C"), ("CL1 ", "CL"), ("FE  ", "FE"), (" O5'", " O"), ("HD11", " H"),
        ]),
        residue in prop::sample::select(vec!["ALA", "HOH", "LIG", " ZN", "  U"]),
        chain in prop::sample::select(vec!["A", "z", "7"]),
        number in -99_i32..1000,
        insertion in prop::sample::select(vec![" ", "A"]),
        position in prop::array::uniform3(-99.0_f32..999.0),
        occupancy in 0.0_f32..10.0,
        b_factor in 0.0_f32..100.0,
    ) {
        let record = if hetero { "HETATM" } else { "ATOM  " };
        let [x, y, z] = position;
        let line = format!(
            "{record}{serial:5} {name} {residue} {chain}{number:4}{insertion}   {x:8.3}{y:8.3}{z:8.3}{occupancy:6.2}\
             {b_factor:6.2}          {element}"
        );
        let fixed = read(&line);
        let free = read(&collapsed(&line));
        prop_assert!(fixed.warnings.is_empty());
        let mut expected = fixed.atoms[0].clone();
        expected.name_is_indented = false;
        prop_assert_eq!(&free.atoms[0], &expected);
    }
}
