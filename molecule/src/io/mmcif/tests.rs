#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(clippy::float_cmp, reason = "the numbers compared are exact in binary")]

use proptest::prelude::*;

use super::*;
use crate::Element;
use crate::ReadLimits;
use crate::raw::{ElementField, RawAtom};

/// A loop with the usual columns; rows are added by the tests.
const HEAD: &str = "data_T
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.pdbx_PDB_ins_code
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.occupancy
_atom_site.B_iso_or_equiv
_atom_site.pdbx_formal_charge
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.pdbx_PDB_model_num
";

const ROWS: &str = "ATOM 1 N N . GLY A 1 ? 1.5 -2.25 3.0 1.00 12.5 ? 27 H 1
ATOM 2 C CA A GLY A 1 C 2.5(3) 0 0 0.5 12.5 1 27 H 1
HETATM 3 ZN \"ZN'\" . ZN B . ? 9 8 7 ? . 2 301 H 1
HETATM 4 O O . HOH C . ? 1 1 1 1 1 -1 401 H 2
";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    parse("t.cif", text.as_bytes(), &ReadOptions::default())
}

fn read_model(text: &str, model: u32) -> Result<RawModel, MoleculeError> {
    let options = ReadOptions {
        model: Some(model),
        ..ReadOptions::default()
    };
    parse("t.cif", text.as_bytes(), &options)
}

fn message(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn all_fields_of_an_atom_are_read() {
    let model = read(&format!("{HEAD}{ROWS}")).unwrap();
    assert_eq!(model.atoms.len(), 3, "model 2 is not the first");
    assert_eq!(
        model.atoms[1],
        RawAtom {
            line: 22,
            serial: 2,
            name: "CA".into(),
            element: ElementField::Known(Element::C),
            name_is_indented: false,
            altloc: b'A',
            residue_name: "GLY".into(),
            residue_number: 27,
            insertion_code: b'C',
            chain_id: "H".into(),
            label_chain_id: "A".into(),
            label_number: std::num::NonZeroI32::new(1),
            hetero: false,
            segment: 0,
            position_angstrom: [2.5, 0.0, 0.0],
            occupancy: 0.5,
            b_factor: 12.5,
            formal_charge: 1,
        }
    );
    let zinc = &model.atoms[2];
    assert_eq!(zinc.name, "ZN'");
    assert_eq!(zinc.element.known().unwrap().symbol(), "Zn");
    assert!(zinc.hetero);
    assert_eq!(
        (zinc.segment, zinc.altloc, zinc.insertion_code),
        (1, b' ', b' ')
    );
    // Missing occupancy is full, a missing temperature factor is none.
    assert_eq!((zinc.occupancy, zinc.b_factor), (1.0, 0.0));
    let [warning] = model.warnings.as_slice() else {
        panic!("{:?}", model.warnings)
    };
    assert!(
        warning
            .message
            .starts_with("holds 2 models; the first is read")
    );
}

#[test]
fn a_model_is_chosen_by_its_number() {
    let text = format!("{HEAD}{ROWS}");
    let second = read_model(&text, 2).unwrap();
    assert_eq!(second.atoms.len(), 1);
    assert_eq!(second.atoms[0].formal_charge, -1);
    assert_eq!(
        read_model(&text, 3).unwrap_err().to_string(),
        "t.cif: _atom_site.pdbx_PDB_model_num has no model 3; choose among models 1, 2"
    );
    // The first model is the one of the first row, whatever its number.
    let text = format!("{HEAD}ATOM 1 N N . GLY A 1 ? 1 2 3 1 1 ? 27 H 7\n{ROWS}");
    assert_eq!(read(&text).unwrap().atoms.len(), 1);
}

#[test]
fn line_ends_case_and_layout_change_nothing() {
    let text = format!("{HEAD}{ROWS}");
    let plain = read(&text).unwrap();
    assert_eq!(read(&text.replace('\n', "\r\n")).unwrap(), plain);
    let shouted = text
        .replace("data_T", "DATA_t")
        .replace("loop_", "LOOP_")
        .replace("_atom_site.", "_ATOM_SITE.");
    assert_eq!(read(&shouted).unwrap(), plain);
    let with_comments = text.replace("_atom_site.id", "_atom_site.id # serial ' number");
    assert_eq!(read(&with_comments).unwrap(), plain);
    // Values may be on several lines and in text fields.
    let wrapped = text.replace("ATOM 2 C CA A", "ATOM\n2 C\n;CA\n;\nA");
    let mut found = read(&wrapped).unwrap();
    for (atom, expected) in found.atoms.iter_mut().zip(&plain.atoms) {
        atom.line = expected.line;
    }
    assert_eq!(found, plain);
}

#[test]
fn other_content_is_passed_over() {
    let noise = "data_empty
_entry.id x
data_T
_citation.title 'a dog's life loop_'
_struct.text
;loop_
_atom_site.id
;
loop_ _a.b _a.c 1 2 3 'four 4'
save_frame
loop_
_atom_site.id
1 2 3
save_
";
    let text = format!("{HEAD}{ROWS}").replace("data_T\n", noise);
    assert_eq!(read(&text).unwrap().atoms.len(), 3);
    // What follows the first block with atoms is another structure.
    let text = format!("{HEAD}{ROWS}data_next\n'never closed");
    assert_eq!(read(&text).unwrap().atoms.len(), 3);
}

#[test]
fn a_single_atom_may_stand_outside_of_a_loop() {
    let model = read(
        "data_x _atom_site.Cartn_x 1 _atom_site.Cartn_y 2 _atom_site.Cartn_z 3 _atom_site.label_atom_id 'C'",
    )
    .unwrap();
    assert_eq!(model.atoms.len(), 1);
    assert_eq!(model.atoms[0].position_angstrom, [1.0, 2.0, 3.0]);
    assert_eq!(model.atoms[0].residue_name, "UNL");
}

#[test]
fn a_loop_that_does_not_come_out_even_is_refused() {
    let cut = format!("{HEAD}{ROWS}ATOM 5 C\n");
    assert_eq!(
        message(&cut),
        "t.cif:25: the last row of _atom_site has 3 value(s), but the loop of line 2 has 18 data names; \
         give 18 values in every row; a missing one is written ?"
    );
    assert_eq!(
        message("data_x\nloop_ _a.b _a.c\n1 2\n3\ndata_y"),
        "t.cif:4: the last row has 1 value(s), but the loop of line 2 has 2 data names; \
         give 2 values in every row; a missing one is written ?"
    );
}

#[test]
fn faults_of_syntax_name_their_line() {
    for (text, expected) in [
        ("data_x\n_a.b\n_a.c 1", "t.cif:2: _a.b has no value"),
        (
            "data_x\n_a.b 1\n2",
            "t.cif:3: the value \"2\" has no data name",
        ),
        (
            "data_x\nloop_\n1",
            "t.cif:2: loop_ is not followed by data names",
        ),
        ("_a.b 1", "t.cif:1: data before the first data block"),
        ("hello", "t.cif:1: the value \"hello\" has no data name"),
        (
            "data_x\n_cell.length_a 1\n_cell.length_a 2",
            "t.cif:3: _cell.length_a is given twice",
        ),
        (
            "data_x\nloop_\n_atom_site.id\n_atom_site.ID\n1 2",
            "t.cif:4: _atom_site.ID is given twice",
        ),
    ] {
        let found = message(text);
        assert!(found.starts_with(expected), "{found}");
    }
}

#[test]
fn faults_of_values_name_line_category_and_item() {
    let text = format!("{HEAD}{ROWS}");
    for (from, to, expected) in [
        (
            "2.5(3)",
            "2.5x",
            "t.cif:22: _atom_site.Cartn_x holds \"2.5x\", which is not a number; give the x coordinate in angstrom",
        ),
        (
            "1 27 H 1\nHET",
            "1 27B H 1\nHET",
            "t.cif:22: _atom_site.auth_seq_id holds \"27B\", which is not an integer; give the author's residue number",
        ),
        (
            " 2 301 H",
            " 2 3000000000 H",
            "t.cif:23: _atom_site.auth_seq_id holds \"3000000000\", which is not an integer of 32 bits; \
             give the author's residue number",
        ),
        (
            " 2 301 H",
            " 200 301 H",
            "t.cif:23: _atom_site.pdbx_formal_charge holds \"200\", which is too large; \
             give the formal charge as an integer, -8 to 8",
        ),
        (
            "CA A GLY",
            "? A GLY",
            "t.cif:22: the atom has no name in _atom_site; give it in label_atom_id or auth_atom_id",
        ),
        (
            "_atom_site.Cartn_y",
            "_atom_site.Cartn_why",
            "t.cif:21: _atom_site has no Cartn_y; give the coordinates in angstrom in Cartn_x, Cartn_y and Cartn_z",
        ),
    ] {
        assert_eq!(message(&text.replacen(from, to, 1)), expected);
    }
}

#[test]
fn files_without_atoms_say_what_they_are() {
    for text in [
        "",
        "data_x",
        "# only a comment",
        "data_x\nloop_\n_atom_site.id\ndata_y",
    ] {
        let found = message(text);
        assert!(found.contains("holds no atoms"), "{found}");
    }
    let found = message("data_r1abcsf\nloop_\n_refln.index_h\n_refln.F_meas_au\n1 2.5\n");
    assert!(found.contains("diffraction data"), "{found}");
    let found =
        message("data_x\nloop_\n_chem_comp_atom.comp_id\n_chem_comp_atom.atom_id\nHEM FE\n");
    assert!(found.contains("have no coordinates"), "{found}");
}

#[test]
fn the_limit_of_atoms_holds_for_the_chosen_model() {
    let limits = |max_atoms| ReadOptions {
        limits: ReadLimits {
            max_atoms,
            ..ReadLimits::default()
        },
        ..ReadOptions::default()
    };
    let text = format!("{HEAD}{ROWS}");
    assert!(parse("t.cif", text.as_bytes(), &limits(3)).is_ok());
    let error = parse("t.cif", text.as_bytes(), &limits(2)).unwrap_err();
    assert_eq!(error.code(), "input_too_large");
    assert!(error.to_string().starts_with("t.cif:23: "), "{error}");
}

proptest! {
    #[test]
    fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse("t.cif", &bytes, &ReadOptions::default());
    }

    #[test]
    fn no_words_of_cif_bring_it_down(words in proptest::collection::vec(
        prop_oneof![
            Just("data_x "), Just("loop_ "), Just("save_ "), Just("save_f "), Just("\n;"), Just("\n"), Just("'"),
            Just("\""), Just("? "), Just(". "), Just("1 "), Just("x "), Just("#"), Just("\r\n"),
            Just("_atom_site.Cartn_x "), Just("_atom_site.Cartn_y "), Just("_atom_site.Cartn_z "),
            Just("_atom_site.label_atom_id "), Just("_atom_site_fract_x "), Just("_cell_length_a "),
            Just("_chem_comp_bond.comp_id "), Just("_struct_conn.conn_type_id "), Just("_refln.a "),
        ], 0..60)) {
        let text = format!("data_a {}", words.concat());
        let _ = parse("t.cif", text.as_bytes(), &ReadOptions::default());
    }

    #[test]
    fn no_damage_brings_it_down(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = crate::io::cif::LINKED.as_bytes().to_vec();
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = parse("t.cif", &bytes, &ReadOptions::default());
        let _ = parse("t.cif", &bytes[..cut.index(bytes.len())], &ReadOptions::default());
    }
}

#[test]
fn residues_keep_the_identifiers_of_the_dictionary() {
    let text = "data_x\nloop_\n_atom_site.group_PDB\n_atom_site.id\n_atom_site.type_symbol\n\
        _atom_site.label_atom_id\n_atom_site.label_comp_id\n_atom_site.label_asym_id\n\
        _atom_site.label_seq_id\n_atom_site.auth_seq_id\n_atom_site.auth_asym_id\n\
        _atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n\
        ATOM 1 C CA GLY A 3 27 H 0 0 0\nHETATM 2 ZN ZN ZN B . 101 H 9 0 0\n";
    let structure = crate::read_bytes(
        "x.cif",
        text.as_bytes(),
        crate::PartRole::Whole,
        &ReadOptions::default(),
    )
    .expect("a structure");
    let labels: Vec<(&str, Option<i32>, i32)> = structure
        .residues()
        .iter()
        .map(|residue| {
            (
                &*residue.label_chain_id,
                residue.label_number,
                residue.number,
            )
        })
        .collect();
    assert_eq!(labels, [("A", Some(3), 27), ("B", None, 101)]);
    assert_eq!(structure.chains().len(), 1);
}
