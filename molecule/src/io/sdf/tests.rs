use proptest::prelude::*;

use super::super::text::mutated;
use super::*;
use crate::Element;
use crate::raw::ElementField;
use crate::structure::BondOrder;

const ETHANOL_LIKE: &str = "\
ethanol
  programm01012012003D

  4  3  0  0  0  0  0  0  0  0999 V2000
    0.0000    0.0000    0.0000 C   0  0  0  0  0  0  0  0  0  0  0  0
    1.5000    0.0000    0.1000 C   0  0  0  0  0  0  0  0  0  0  0  0
    2.1000    1.2000    0.0000 O   0  5  0  0  0  0  0  0  0  0  0  0
-1000.0000-2000.5000-3000.2500 Cl  0  0  0  0  0  0  0  0  0  0  0  0
  1  2  1  0  0  0  0
  2  3  2  0  0  0  0
  1  4  4  0  0  0  0
M  END
> <ID>
7

$$$$
";

const V3000: &str = "\
name
  programm01012012003D

  0  0  0     0  0            999 V3000
M  V30 BEGIN CTAB
M  V30 COUNTS 4 3 0 0 0
M  V30 BEGIN ATOM
M  V30 10 C 0 0 0 0
M  V30 20 N 1.5 0 -
M  V30 0.25 0 CHG=1
M  V30 35 \"NOT [C,N]\" 2 1 0 0
M  V30 40 NOT [O, S] 3 1 0 0
M  V30 END ATOM
M  V30 BEGIN BOND
M  V30 1 1 10 20
M  V30 2 8 20 35
M  V30 3 10 35 40
M  V30 END BOND
M  V30 BEGIN SGROUP
M  V30 1 DAT 0 ATOMS=(1 10) FIELDNAME=\"END CTAB\"
M  V30 END SGROUP
M  V30 END CTAB
M  END
";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    parse("x.sdf", text.as_bytes(), &ReadOptions::default())
}

fn record(text: &str, model: u32) -> Result<RawModel, MoleculeError> {
    let options = ReadOptions {
        model: Some(model),
        ..ReadOptions::default()
    };
    parse("x.sdf", text.as_bytes(), &options)
}

fn error(text: &str) -> String {
    read(text).expect_err("this text is not sound").to_string()
}

fn names(model: &RawModel) -> Vec<&str> {
    model.atoms.iter().map(|atom| atom.name.as_str()).collect()
}

fn messages(model: &RawModel) -> Vec<&str> {
    model.warnings.iter().map(|w| w.message.as_str()).collect()
}

#[test]
fn a_v2000_record_gives_atoms_and_bonds() {
    let model = read(ETHANOL_LIKE).expect("a sound record");
    assert_eq!(names(&model), ["C1", "C2", "O1", "Cl1"]);
    assert!(model.bonds_complete);
    assert!(model.warnings.is_empty());
    let bonds: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b, b.order)).collect();
    assert_eq!(
        bonds,
        [
            (0, 1, BondOrder::Single),
            (1, 2, BondOrder::Double),
            (0, 3, BondOrder::Aromatic)
        ]
    );
    let oxygen = &model.atoms[2];
    assert_eq!(oxygen.element, ElementField::Known(Element::O));
    assert_eq!(oxygen.formal_charge, -1);
    assert_eq!((oxygen.line, oxygen.serial), (7, 3));
    assert_eq!(
        (oxygen.residue_name.as_str(), oxygen.residue_number),
        ("UNL", 1)
    );
    assert!(oxygen.hetero && oxygen.chain_id.is_empty());
    // Adjacent numbers are separated by their columns.
    assert_eq!(
        model.atoms[3].position_angstrom,
        [-1000.0, -2000.5, -3000.25]
    );
}

#[test]
fn rows_in_broken_columns_are_split_at_blanks() {
    let text = "t\n  p                 3D\nc\n4 3\n0.123456789012 -1.5 2 C 0 5\n1 0 1 CL\n0 1 0 N\n  3  3  3  H\n1 2 1\n  1   3   2\n 1   4   1\nM  END\n";
    let model = read(text).expect("separated by blanks");
    assert_eq!(names(&model), ["C1", "Cl1", "N1", "H1"]);
    assert_eq!(model.atoms[0].position_angstrom, [0.123_456_79, -1.5, 2.0]);
    assert_eq!(model.atoms[0].formal_charge, -1);
    let ends: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b)).collect();
    assert_eq!(ends, [(0, 1), (0, 2), (0, 3)]);
    assert_eq!(model.bonds[1].order, BondOrder::Double);
}

#[test]
fn a_charge_line_voids_the_charge_column() {
    let text = ETHANOL_LIKE.replace(
        "M  END",
        "M  CHG  2   1  -2   4   1\nM  ISO  1   1  13\nM  END",
    );
    let model = read(&text).expect("a sound record");
    let charges: Vec<_> = model.atoms.iter().map(|atom| atom.formal_charge).collect();
    assert_eq!(charges, [-2, 0, 0, 1]);
    let text = ETHANOL_LIKE.replace("M  END", "M  CHG  1   5  -2\nM  END");
    assert!(error(&text).starts_with("x.sdf:12: the charge line reads"));
    assert!(error(&text).contains("1 to 4"));
}

#[test]
fn every_code_of_the_charge_column_is_known() {
    for (code, charge) in [
        ("0", 0),
        ("1", 3),
        ("2", 2),
        ("3", 1),
        ("4", 0),
        ("5", -1),
        ("6", -2),
        ("7", -3),
        ("8", 0),
    ] {
        let text = ETHANOL_LIKE.replace("O   0  5", &format!("O   0  {code}"));
        let model = read(&text).expect("a sound record");
        assert_eq!(model.atoms[2].formal_charge, charge, "code {code}");
    }
}

#[test]
fn placeholders_are_unknown_elements_and_isotopes_hydrogen() {
    for symbol in [
        "*  ", "R# ", "R1 ", "A  ", "Q  ", "LP ", "Du ", "X  ", "L  ", "Pol",
    ] {
        let model = read(&ETHANOL_LIKE.replace("O   0", &format!("{symbol} 0"))).expect("sound");
        assert_eq!(
            model.atoms[2].element,
            ElementField::Known(Element::UNKNOWN),
            "{symbol}"
        );
        let expected = format!(
            "\"{}\" is not an element symbol; the element of such atoms is unknown",
            symbol.trim_end()
        );
        assert_eq!(messages(&model), [expected]);
    }
    for symbol in ["D  ", "T  "] {
        let model = read(&ETHANOL_LIKE.replace("O   0", &format!("{symbol} 0"))).expect("sound");
        assert_eq!(model.atoms[2].element, ElementField::Known(Element::H));
    }
    let model = read(&ETHANOL_LIKE.replace("O   0", "Zzz 0")).expect("sound");
    assert_eq!(
        messages(&model),
        ["\"Zzz\" is not an element symbol; the element of such atoms is unknown"]
    );
    assert_eq!(model.warnings[0].location.line, Some(7));
    // All kinds are counted together.
    let text = ETHANOL_LIKE
        .replace("O   0", "LP  0")
        .replacen("C   0", "Q   0", 1);
    let model = read(&text).expect("a sound record");
    assert_eq!(
        messages(&model),
        [
            "\"Q\" is not an element symbol; the element of such atoms is unknown (2 such cases, this \
          is the first)"
        ]
    );
}

#[test]
fn the_first_record_is_read_unless_another_is_chosen() {
    let second = ETHANOL_LIKE.replace(" O ", " N ");
    let file = format!("{ETHANOL_LIKE}{second}\n\n");
    let model = read(&file).expect("sound");
    assert_eq!(
        messages(&model),
        ["holds 2 molecules; the first is read; choose another by its number, 1 to 2"]
    );
    assert_eq!(names(&model)[2], "O1");
    let model = record(&file, 2).expect("there are two");
    assert_eq!(names(&model)[2], "N1");
    assert_eq!(model.atoms[0].line, 21);
    assert!(model.warnings.is_empty());
    let error = record(&file, 3).expect_err("there are two").to_string();
    assert_eq!(
        error,
        "x.sdf: molecule 3 was requested, but the file holds 2 molecules; choose a number from 1 to 2"
    );
}

#[test]
fn a_flat_drawing_is_read_with_a_warning() {
    let flat: String = ETHANOL_LIKE
        .replace("0.1000", "0.0000")
        .replace("-3000.2500", "    0.0000");
    assert!(
        read(&flat).expect("sound").warnings.is_empty(),
        "the header says 3D"
    );
    let flat = flat.replace("3D", "2D");
    assert!(messages(&read(&flat).expect("sound"))[0].contains("flat drawing"));
    assert!(
        read(&ETHANOL_LIKE.replace("3D", "2D"))
            .expect("sound")
            .warnings
            .is_empty()
    );
}

#[test]
fn query_bonds_have_no_order_and_hydrogen_bonds_are_none() {
    let model = read(&ETHANOL_LIKE.replace("  2  3  2", "  2  3  8")).expect("sound");
    assert_eq!(model.bonds[1].order, BondOrder::Unknown);
    let model = read(&ETHANOL_LIKE.replace("  2  3  2", "  2  3  9")).expect("sound");
    assert_eq!(model.bonds[1].order, BondOrder::Dative);
    let model = read(&ETHANOL_LIKE.replace("  2  3  2", "  2  3 10")).expect("sound");
    assert_eq!(model.bonds.len(), 2);
}

#[test]
fn a_cut_off_record_is_refused_with_the_line() {
    let lines: Vec<&str> = ETHANOL_LIKE.lines().collect();
    let cut = |n: usize| lines[..n].join("\n");
    assert!(error(&cut(3)).starts_with("x.sdf:2: the record ends before its fourth line"));
    assert_eq!(
        error(&cut(6)),
        "x.sdf:6: the counts line declares 4 atoms, but only 2 precede the end of the record; \
         give the whole file; it may have been cut off"
    );
    assert!(error(&cut(9)).starts_with("x.sdf:9: the counts line declares 3 bonds, but only 1"));
    let model = read(&cut(11)).expect("only M  END is missing");
    assert!(messages(&model)[0].contains("\"M  END\" is missing"));
    // In the middle of a line.
    let text = cut(6);
    assert!(error(&text[..text.len() - 45]).starts_with("x.sdf:6: the atom line reads"));
    assert!(error("").contains("holds no molecule"));
    let early = ETHANOL_LIKE.replace("  1  4  4  0  0  0  0\n", "");
    assert!(error(&early).contains("only 2 precede M  END"));
}

#[test]
fn declared_counts_are_not_believed() {
    let text = ETHANOL_LIKE.replace("  4  3  0", "999999  0");
    assert!(
        error(&text).contains("declares 999 atoms") || error(&text).contains("atom line reads")
    );
    let text = V3000.replace("COUNTS 4 3", "COUNTS 10000000000 3");
    assert!(error(&text).contains("declares 10000000000 atoms, but only 4 are there"));
    let text = ETHANOL_LIKE.replace("  4  3  0", "  x  3  0");
    assert!(error(&text).starts_with("x.sdf:4: the counts line reads"));
    assert!(error("t\n\n\n  0  0  0 V2000\nM  END\n").contains("has no atoms"));
}

#[test]
fn rows_beyond_the_declared_numbers_are_read_with_a_warning() {
    let whole = read(ETHANOL_LIKE).expect("sound");
    for (counts, expected) in [
        (
            "  4  1  0",
            "x.sdf:10: the counts line declares 1 bond, but 3 are there; all are read",
        ),
        (
            "  4  0  0",
            "x.sdf:9: the counts line declares 0 bonds, but 3 are there; all are read",
        ),
        (
            "  2  3  0",
            "x.sdf:7: the counts line declares 2 atoms, but 4 are there; all are read",
        ),
        (
            "  0  3  0",
            "x.sdf:5: the counts line declares 0 atoms, but 4 are there; all are read",
        ),
    ] {
        for end in ["M  END", "\nM  CHG  1   3  -1\nM  END", "> <ID>"] {
            let text = ETHANOL_LIKE
                .replace("  4  3  0", counts)
                .replace("M  END", end);
            for text in [text.replace('\n', "\r\n"), text] {
                let model = read(&text).expect("all rows are sound");
                assert_eq!((&model.atoms, &model.bonds), (&whole.atoms, &whole.bonds));
                assert_eq!(model.warnings[0].to_string(), expected);
            }
        }
    }
    // Rows in broken columns, and fewer atoms and bonds at once.
    let text = "t\n\n\n 1 0\n0.5 1.5 2 C 0 5\n1 0 1 CL\n1 2 1\nM  END\n";
    let model = read(text).expect("separated by blanks");
    assert_eq!((model.atoms.len(), model.bonds.len()), (2, 1));
    assert_eq!(model.warnings.len(), 2);
}

#[test]
fn lines_beyond_the_declared_bonds_that_are_not_bonds_are_refused() {
    let one_bond = ETHANOL_LIKE.replace("  4  3  0", "  4  1  0");
    for (bond, shown) in [
        ("  2  3  x", "\"  2  3  x  0  0  0  0\""),
        ("  2  9  1", "\"  2  9  1"),
        ("  2.5  3 1", "\"  2.5  3 1"),
    ] {
        let text = error(&one_bond.replace("  2  3  2", bond));
        assert!(
            text.starts_with(
                "x.sdf:10: a line after the bonds that the counts line declares (1) is neither"
            ) && text.contains(shown),
            "{text}"
        );
    }
    // Lists of elements and texts are not bonds.
    let lists = ETHANOL_LIKE.replace("M  END", "  2 F    2   7   8\nM  END");
    let texts = ETHANOL_LIKE
        .replace("  4  3  0  0  0  0", "  4  3  0  0  0  1")
        .replace("M  END", "  1.5  2.0\n1 text\nM  END");
    for text in [lists, texts] {
        let model = read(&text).expect("sound");
        assert_eq!(model.bonds.len(), 3);
        assert!(model.warnings.is_empty());
    }
}

#[test]
fn a_bond_line_among_the_declared_atoms_says_so() {
    let text = error(&ETHANOL_LIKE.replace("  4  3  0", "  5  3  0"));
    assert!(
        text.starts_with(
            "x.sdf:9: the counts line declares 5 atoms, but a bond line follows after 4: "
        ),
        "{text}"
    );
}

#[test]
fn a_bond_to_an_atom_that_is_not_there_is_refused() {
    for (from, to) in [
        ("  2  3  2", "  2  9  2"),
        ("  2  3  2", "  0  3  2"),
        ("  2  3  2", "  3  3  2"),
    ] {
        let text = error(&ETHANOL_LIKE.replace(from, to));
        assert!(text.starts_with("x.sdf:10: the bond joins atoms"), "{text}");
    }
    assert!(
        error(&ETHANOL_LIKE.replace("  2  3  2", "  2  3  x"))
            .contains("x.sdf:10: the bond line reads")
    );
}

#[test]
fn a_v3000_record_gives_atoms_and_bonds() {
    let model = read(V3000).expect("a sound record");
    assert_eq!(names(&model), ["C1", "N1", "X1", "X2"]);
    assert_eq!(model.atoms[1].position_angstrom, [1.5, 0.0, 0.25]);
    assert_eq!(model.atoms[1].formal_charge, 1);
    assert_eq!(model.atoms[3].position_angstrom, [3.0, 1.0, 0.0]);
    assert_eq!(model.atoms[2].line, 11);
    let bonds: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b, b.order)).collect();
    assert_eq!(
        bonds,
        [(0, 1, BondOrder::Single), (1, 2, BondOrder::Unknown)]
    );
    assert!(model.bonds_complete);
    assert_eq!(
        messages(&model),
        [
            "\"NOT [C,N]\" is not an element symbol; the element of such atoms is unknown (2 such cases, \
          this is the first)"
        ]
    );
}

#[test]
fn faults_of_v3000_records_are_named() {
    for (from, to, expected) in [
        (
            "1 1 10 20",
            "1 1 10 21",
            "x.sdf:15: the bond joins atoms 10 and 21",
        ),
        ("1 1 10 20", "1 1 10", "x.sdf:15: the bond line reads"),
        (
            "10 C 0 0 0 0",
            "10 C 0 zero 0 0",
            "x.sdf:8: the atom line reads",
        ),
        (
            "M  V30 35",
            "M  V30 10",
            "x.sdf:11: atom index 10 is used twice",
        ),
        ("CHG=1", "CHG=+-1", "x.sdf:9: CHG is \"+-1\""),
        ("M  V30 0.25", "M  END 0.25", "continues it and begins with"),
        ("COUNTS 4 3", "COUNTS 4 x", "x.sdf:6: the counts line reads"),
        (
            "COUNTS 4 3",
            "COUNTS 5 3",
            "COUNTS declares 5 atoms, but only 4 are there",
        ),
        (
            "COUNTS 4 3",
            "COUNTS 4 7",
            "COUNTS declares 7 bonds, but only 3 are there",
        ),
        (
            "END ATOM",
            "END BOND",
            "is found while block \"ATOM\" is open",
        ),
        (
            "M  V30 END CTAB\n",
            "",
            "the record ends before \"M  V30 END CTAB\", after 4 atoms",
        ),
    ] {
        let text = error(&V3000.replacen(from, to, 1));
        assert!(text.contains(expected), "{text}");
    }
    let model =
        read(&V3000.replace("COUNTS 4 3", "COUNTS 2 1")).expect("more atoms are only a warning");
    // Those of the counts, and that of the lists.
    assert_eq!(model.warnings.len(), 3);
    let cut = V3000.find("M  V30 2 8").expect("a bond");
    assert!(error(&V3000[..cut]).contains("after 4 atoms and 1 bond; give the whole file"));
}

#[test]
fn the_limit_on_atoms_holds() {
    for text in [ETHANOL_LIKE, V3000] {
        let mut options = ReadOptions::default();
        options.limits.max_atoms = 3;
        let error = parse("x.sdf", text.as_bytes(), &options).expect_err("four atoms");
        assert_eq!(error.code(), "input_too_large");
        options.limits.max_atoms = 4;
        parse("x.sdf", text.as_bytes(), &options).expect("four atoms");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse("x", &bytes, &ReadOptions::default());
    }

    #[test]
    fn no_damage_panics(v2000 in mutated(ETHANOL_LIKE), v3000 in mutated(V3000)) {
        for bytes in [v2000, v3000] {
            if let Ok(model) = parse("x", &bytes, &ReadOptions::default()) {
                let count = model.atoms.len() as u32;
                prop_assert!(model.bonds.iter().all(|b| b.a < count && b.b < count && b.a != b.b));
            }
        }
    }

    #[test]
    fn numbers_that_touch_in_their_columns_come_back(x in -9999.0..9999.0_f32, y in -9999.0..9999.0_f32, z in -9999.0..9999.0_f32) {
        let row = format!("{x:10.4}{y:10.4}{z:10.4} C   0  0");
        let model = read(&format!("t\np\nc\n  1  0  0 V2000\n{row}\nM  END\n")).expect("sound");
        for (read, written) in model.atoms[0].position_angstrom.iter().zip([x, y, z]) {
            prop_assert!((read - written).abs() < 0.001);
        }
    }
}
