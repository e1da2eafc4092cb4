use proptest::prelude::*;

use super::super::text::mutated;
use super::*;
use crate::raw::ElementField;

const WATER: &str = "3\nwater\nO 0 0 0\nH  0.96 0 0 0.417 extra\n1 -0.24 0.93 0\n";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    parse("x.xyz", text.as_bytes(), &ReadOptions::default())
}

fn messages(model: &RawModel) -> Vec<String> {
    model.warnings.iter().map(ToString::to_string).collect()
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
    assert_eq!(
        messages(&model),
        [
            "x.xyz:3: \"Qq\" is not an element symbol; the element of such atoms is unknown (2 such cases, \
          this is the first)"
        ]
    );
    for symbol in ["X", "Bq", "EP", "LP", "Ve", "*", "0"] {
        let model = read(&WATER.replace("O 0", &format!("{symbol} 0"))).expect("sound");
        let expected = format!(
            "x.xyz:3: \"{symbol}\" is not an element symbol; the element of such atoms is unknown"
        );
        assert_eq!(messages(&model), [expected]);
    }
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

/// A frame of extended XYZ of four atoms; `comment` is its second line.
fn extended(comment: &str, rows: &str) -> String {
    format!("4\n{comment}\n{rows}")
}

const WITH_IDS: &str =
    "1 0.5 0 0 C 0.1 0.2 0.3\n2 1.9 0 0 O 0 0 0\n3 -.5 0 1 H 0 0 0\n4 -.5 1 0 Cl 0 0 0\n";
const IDS_FIRST: &str = r#"Lattice="10 0 0 0 10 0 0 0 10" Properties=id:I:1:pos:R:3:species:S:1:forces:R:3 pbc="T T T""#;

fn elements(model: &RawModel) -> Vec<&str> {
    let symbols = model
        .atoms
        .iter()
        .map(|a| a.element.known().map(Element::symbol));
    symbols.map(|symbol| symbol.expect("an element")).collect()
}

#[test]
fn extended_xyz_names_its_columns() {
    for comment in [
        IDS_FIRST,
        "PROPERTIES = \"ID:i:1:Pos:r:3:Species:s:1:forces:r:3\" energy=-1.5",
        "energy=1 properties=id:I:1:pos:R:3:element:S:1:forces:R:3",
        "Properties={id:I:1:positions:R:3:symbols:S:1:forces:R:3}",
        "note=\"Properties=species:S:1:pos:R:3\" Properties=id:I:1:pos:R:3:species:S:1:forces:R:3",
    ] {
        for line_end in ["\n", "\r\n"] {
            let text = extended(comment, WITH_IDS).replace('\n', line_end);
            let model = read(&text).expect(comment);
            assert_eq!(elements(&model), ["C", "O", "H", "Cl"], "{comment}");
            assert_eq!(model.atoms[0].position_angstrom, [0.5, 0.0, 0.0]);
            assert_eq!(model.atoms[3].position_angstrom, [-0.5, 1.0, 0.0]);
            assert!(model.warnings.is_empty());
        }
    }
    let numbers = WITH_IDS.replace(" C ", " 6 ").replace(" O ", " 8 ");
    let comment = "Properties=id:I:1:pos:R:3:Z:I:1:forces:R:3";
    let model = read(&extended(comment, &numbers)).expect("atomic numbers");
    assert_eq!(elements(&model)[..2], ["C", "O"]);
    // Symbols are preferred to numbers, whatever comes first.
    let both = "1\nProperties=Z:I:1:species:S:1:pos:R:3\n17 Br 1 2 3\n";
    assert_eq!(elements(&read(both).expect("sound")), ["Br"]);
}

#[test]
fn every_frame_has_its_own_columns() {
    let file = format!("{WATER}{}", extended(IDS_FIRST, WITH_IDS));
    let options = ReadOptions::default().with_model(2);
    let model = parse("x.xyz", file.as_bytes(), &options).expect("sound");
    assert_eq!(elements(&model), ["C", "O", "H", "Cl"]);
}

#[test]
fn a_comment_without_properties_means_plain_xyz() {
    for comment in [
        "",
        "Lattice=\"1 0 0 0 1 0 0 0 1\"",
        "Properties of water",
        "someProperties=x:S:1",
        "\"Properties=pos:R:3:species:S:1\"",
    ] {
        let model = read(&WATER.replace("water", comment)).expect(comment);
        assert_eq!(elements(&model), ["O", "H", "H"]);
    }
}

#[test]
fn properties_that_cannot_be_used_are_refused() {
    let properties = |text: &str| error(&extended(&format!("Properties={text}"), WITH_IDS));
    for (text, expected) in [
        (
            "id:I:1:species:S:1",
            "names no column of positions; name the coordinates",
        ),
        ("species:S:1:pos:R:2", "names no column of positions"),
        (
            "id:I:1:pos:R:3",
            "names no column of elements; name the symbols species:S:1",
        ),
        ("species:S:1:pos:R", "is not a list of name:type:count"),
        ("", "is not a list of name:type:count"),
        (
            "species:S:0:pos:R:3",
            "gives column \"species\" the number of fields \"0\"",
        ),
        ("species:S:1:pos:X:3", "gives column \"pos\" the type \"X\""),
        (
            "species:S:1:pos:R:99999999999999999999",
            "gives column \"pos\" the number of fields",
        ),
    ] {
        let found = properties(text);
        assert!(found.starts_with("x.xyz:2: Properties="), "{found}");
        assert!(found.contains(expected), "{found}");
    }
    let short = extended(
        IDS_FIRST,
        &WITH_IDS.replace("2 1.9 0 0 O 0 0 0", "2 1.9 0 0 O 0 0"),
    );
    assert!(
        error(&short).starts_with("x.xyz:4: the atom row has 7 fields, but Properties declares 8"),
        "{}",
        error(&short)
    );
    let moved = extended("Properties=pos:R:3:species:S:1", WITH_IDS);
    let model = read(&moved).expect("four fields are enough");
    assert_eq!(
        model.warnings.last().expect("a warning").message,
        "the atom row has 8 fields, but Properties declares 4; fields beyond them are ignored \
         (4 such cases, this is the first)"
    );
    let not_a_number = extended(IDS_FIRST, &WITH_IDS.replace("1.9", "O"));
    assert!(error(&not_a_number).starts_with("x.xyz:4: the atom row reads"));
}

#[test]
fn a_running_number_is_not_an_atomic_number() {
    let text = "2\n\n1 0 0 0 C\n2 1.4 0 0 O\n";
    assert!(
        error(text).starts_with("x.xyz:3: the atom row reads \"1 0 0 0 C\": its first field"),
        "{}",
        error(text)
    );
    for sound in [
        "2\n\n1 0 0 0 H\n8 1 0 0 O\n",
        "2\n\n1 0 0 0 F\n2 9 0 0 T\n",
        "2\n\n6 0 0 0 C1\n8 1 0 0 C\n",
    ] {
        assert!(read(sound).expect(sound).warnings.is_empty());
    }
}

/// Names, types and numbers of fields of columns, and a row of them.
fn shuffled_columns() -> impl Strategy<Value = (String, String)> {
    let columns = vec![
        ("id:I:1", "7"),
        ("pos:R:3", "1.5 -2 3e0"),
        ("species:S:1", "Br"),
        ("forces:R:3", "0.1 0.2 0.3"),
        ("Z:I:1", "35"),
        ("fixed:L:1", "T"),
    ];
    Just(columns).prop_shuffle().prop_map(|columns| {
        let join = |parts: Vec<&str>, with: &str| parts.join(with);
        (
            join(columns.iter().map(|column| column.0).collect(), ":"),
            join(columns.iter().map(|column| column.1).collect(), "  "),
        )
    })
}

proptest! {
    #[test]
    fn the_order_of_columns_does_not_matter((properties, row) in shuffled_columns()) {
        let text = format!("1\nProperties={properties}\n{row}\n");
        let model = read(&text).expect("all columns are there");
        prop_assert_eq!(elements(&model), ["Br"]);
        prop_assert_eq!(model.atoms[0].position_angstrom, [1.5, -2.0, 3.0]);
        prop_assert!(model.warnings.is_empty());
    }

    #[test]
    fn no_comment_panics(comment in "(Properties ?= ?)?[\"'{]?[a-zé:SRI0-9 ]{0,24}[\"'}]?") {
        let _ = read(&extended(&comment, WITH_IDS));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), damaged in mutated(WATER)) {
        let _ = parse("x", &bytes, &ReadOptions::default());
        let _ = parse("x", &damaged, &ReadOptions::default());
    }
}
