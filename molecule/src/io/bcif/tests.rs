#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;

use super::*;

/// Writes MessagePack.
#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn map(&mut self, pairs: usize) {
        self.0.push(0x80 + u8::try_from(pairs).unwrap());
    }

    fn key(&mut self, key: &str) {
        self.0.push(0xd9);
        self.0.push(u8::try_from(key.len()).unwrap());
        self.0.extend(key.bytes());
    }

    fn list(&mut self, key: &str, length: usize) {
        self.key(key);
        self.0.push(0xdc);
        self.0.extend(u16::try_from(length).unwrap().to_be_bytes());
    }

    fn int(&mut self, key: &str, value: i32) {
        self.key(key);
        self.0.push(0xd2);
        self.0.extend(value.to_be_bytes());
    }

    fn text(&mut self, key: &str, value: &str) {
        self.key(key);
        self.key(value);
    }

    fn binary(&mut self, key: &str, value: &[u8]) {
        self.key(key);
        self.0.push(0xc6);
        self.0
            .extend(u32::try_from(value.len()).unwrap().to_be_bytes());
        self.0.extend(value);
    }

    fn bytes_type(&mut self, key: &str, kind: i32) {
        self.list(key, 1);
        self.map(2);
        self.text("kind", "ByteArray");
        self.int("type", kind);
    }

    /// Encoded data of a column.
    fn data(&mut self, key: &str, values: &Values) {
        self.key(key);
        self.map(2);
        match values {
            Values::Int(values) => {
                let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                self.binary("data", &bytes);
                self.bytes_type("encoding", 3);
            }
            Values::Real(values) => {
                let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
                self.binary("data", &bytes);
                self.bytes_type("encoding", 33);
            }
            Values::Text(values) => {
                let mut offsets = vec![0_u8, 0];
                let mut end = 0_u16;
                for value in values {
                    end += u16::try_from(value.len()).unwrap();
                    offsets.extend(end.to_le_bytes());
                }
                let indices: Vec<u8> = (0..values.len()).map(|i| i as u8).collect();
                self.binary("data", &indices);
                self.list("encoding", 1);
                self.map(5);
                self.text("kind", "StringArray");
                self.text("stringData", &values.concat());
                self.binary("offsets", &offsets);
                self.bytes_type("dataEncoding", 4);
                self.bytes_type("offsetEncoding", 5);
            }
            Values::Runs(value, count) => {
                let bytes: Vec<u8> = [*value, *count]
                    .iter()
                    .flat_map(|v| v.to_le_bytes())
                    .collect();
                self.binary("data", &bytes);
                self.list("encoding", 2);
                self.map(1);
                self.text("kind", "RunLength");
                self.map(2);
                self.text("kind", "ByteArray");
                self.int("type", 3);
            }
        }
    }
}

#[derive(Clone)]
enum Values {
    Int(Vec<i32>),
    Real(Vec<f64>),
    Text(Vec<&'static str>),
    Runs(i32, i32),
}

type Columns = Vec<(&'static str, Values, Option<Vec<i32>>)>;

/// Name of a data block, number of rows of each category, and the categories.
type Block<'a> = (&'a str, i32, Vec<(&'a str, Columns)>);

/// A file with one data block, `T`, with one category of every list.
fn file(rows: i32, categories: &[(&str, Columns)]) -> Vec<u8> {
    blocks(&[("T", rows, categories.to_vec())])
}

fn blocks(blocks: &[Block<'_>]) -> Vec<u8> {
    let mut out = Writer::default();
    out.map(3);
    out.text("version", "0.3.0");
    out.text("encoder", "test");
    out.list("dataBlocks", blocks.len());
    for (name, rows, categories) in blocks {
        block(&mut out, name, *rows, categories);
    }
    out.0
}

fn block(out: &mut Writer, name: &str, rows: i32, categories: &[(&str, Columns)]) {
    out.map(2);
    out.text("header", name);
    out.list("categories", categories.len());
    for (name, columns) in categories {
        out.map(3);
        out.text("name", name);
        out.int("rowCount", rows);
        out.list("columns", columns.len());
        for (name, values, mask) in columns {
            out.map(3);
            out.text("name", name);
            out.data("data", values);
            if let Some(mask) = mask {
                out.data("mask", &Values::Int(mask.clone()));
            } else {
                out.key("mask");
                out.0.push(0xc0);
            }
        }
    }
}

fn atoms() -> Columns {
    vec![
        ("group_PDB", Values::Text(vec!["ATOM", "HETATM"]), None),
        ("id", Values::Int(vec![1, 2]), None),
        ("type_symbol", Values::Text(vec!["C", "ZN"]), None),
        ("label_atom_id", Values::Text(vec!["CA", "ZN'"]), None),
        (
            "label_alt_id",
            Values::Text(vec!["A", ""]),
            Some(vec![0, 1]),
        ),
        ("label_comp_id", Values::Text(vec!["GLY", "ZN"]), None),
        ("label_asym_id", Values::Text(vec!["A", "B"]), None),
        ("label_seq_id", Values::Int(vec![5, 0]), Some(vec![0, 1])),
        ("auth_seq_id", Values::Text(vec!["27", "301"]), None),
        ("Cartn_x", Values::Real(vec![1.5, -2.25]), None),
        ("Cartn_y", Values::Int(vec![1, 2]), None),
        ("Cartn_z", Values::Text(vec!["0.5(1)", "7"]), None),
        (
            "pdbx_formal_charge",
            Values::Int(vec![0, 2]),
            Some(vec![2, 0]),
        ),
        ("pdbx_unwanted", Values::Text(vec!["a", "b"]), None),
    ]
}

const SAME_AS_TEXT: &str = "data_T
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.auth_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.pdbx_formal_charge
ATOM 1 C CA A GLY A 5 27 1.5 1 0.5(1) ?
HETATM 2 ZN ZN' . ZN B . 301 -2.25 2 7 2
";

fn read(bytes: &[u8]) -> Result<RawModel, MoleculeError> {
    parse("t.bcif", bytes, &ReadOptions::default())
}

fn message(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

/// The atoms with another column in the place of one.
fn with(name: &str, values: Values, mask: Option<Vec<i32>>) -> Vec<u8> {
    let mut columns = atoms();
    let column = columns.iter_mut().find(|column| column.0 == name).unwrap();
    (column.1, column.2) = (values, mask);
    file(2, &[("_atom_site", columns)])
}

#[test]
fn binary_means_the_same_as_text() {
    let binary = read(&file(2, &[("_atom_site", atoms())])).unwrap();
    let mut text =
        crate::io::mmcif::parse("t.cif", SAME_AS_TEXT.as_bytes(), &ReadOptions::default()).unwrap();
    for atom in &mut text.atoms {
        atom.line = 0;
    }
    assert_eq!(binary, text);
}

#[test]
fn categories_may_come_in_any_order() {
    let bonds: Columns = vec![
        ("comp_id", Values::Text(vec!["GLY", "GLY"]), None),
        ("atom_id_1", Values::Text(vec!["CA", "CA"]), None),
        ("atom_id_2", Values::Text(vec!["N", "C"]), None),
    ];
    let categories = [
        ("_entry", vec![("id", Values::Text(vec!["a", "b"]), None)]),
        ("_chem_comp_bond", bonds),
        ("_atom_site", atoms()),
    ];
    let mut reversed = categories.clone();
    reversed.reverse();
    let found = read(&file(2, &categories)).unwrap();
    assert_eq!(found.atoms.len(), 2);
    assert_eq!(read(&file(2, &reversed)).unwrap(), found);
}

#[test]
fn faults_name_category_and_column() {
    for (bytes, expected) in [
        (
            with("Cartn_x", Values::Text(vec!["1", "abc"]), None),
            "t.bcif: row 2: _atom_site.Cartn_x holds \"abc\", which is not a number; give the x coordinate in angstrom",
        ),
        (
            with("Cartn_x", Values::Real(vec![1.0, f64::INFINITY]), None),
            "t.bcif: row 2: _atom_site.Cartn_x holds \"inf\", which is not a number; give the x coordinate in angstrom",
        ),
        (
            with("auth_seq_id", Values::Real(vec![1.5, 2.0]), None),
            "t.bcif: row 1: _atom_site.auth_seq_id holds \"1.5\", which is not an integer; give the author's residue number",
        ),
        (
            with("Cartn_y", Values::Int(vec![1]), None),
            "t.bcif: _atom_site.Cartn_y: it has 1 values, but the category's rowCount is 2; \
             give a whole BinaryCIF file, or the entry as mmCIF text",
        ),
        (
            with("label_alt_id", Values::Text(vec!["A", "B"]), Some(vec![0])),
            "t.bcif: _atom_site.label_alt_id: the mask has 1 values for 2 rows; \
             give a whole BinaryCIF file, or the entry as mmCIF text",
        ),
        (
            with("id", Values::Runs(1, i32::MAX), None),
            "t.bcif: _atom_site.id: it decodes to more than 65536 values, which the size of the file rules out; \
             give a whole BinaryCIF file, or the entry as mmCIF text",
        ),
    ] {
        assert_eq!(message(&bytes), expected);
    }
    let mut twice = atoms();
    twice.push(("id", Values::Int(vec![1, 2]), None));
    assert!(
        message(&file(2, &[("_atom_site", twice)]))
            .contains("_atom_site.id: the column is given twice")
    );
}

#[test]
fn the_block_with_the_structure_is_read_and_the_others_are_named() {
    let component: Columns = vec![
        ("comp_id", Values::Text(vec!["LIG", "LIG"]), None),
        ("atom_id", Values::Text(vec!["C1", "O1"]), None),
        ("x", Values::Real(vec![0.0, 1.2]), None),
        ("y", Values::Real(vec![0.0, 0.0]), None),
        ("z", Values::Real(vec![0.0, 0.0]), None),
    ];
    let component = ("comp_LIG", 2, vec![("_chem_comp_atom", component)]);
    let structure = ("model", 2, vec![("_atom_site", atoms())]);
    let other = ("other", 2, vec![("_atom_site", atoms())]);
    let model = read(&blocks(&[component.clone(), structure.clone(), other])).unwrap();
    assert_eq!(model.atoms[0].name, "CA");
    assert_eq!(
        model.warnings.last().unwrap().to_string(),
        "t.bcif: only data block \"model\" is read; other data blocks with coordinates are left out: \
         \"comp_LIG\" (the definition of a chemical component), \"other\""
    );
    assert_eq!(
        read(&blocks(&[component])).unwrap().atoms[0].name,
        "C1",
        "a component alone"
    );
    // A fault behind the structure is a warning.
    let broken = ("broken", 3, vec![("_atom_site", atoms())]);
    let model = read(&blocks(&[structure, broken])).unwrap();
    assert!(
        model.warnings[0]
            .message
            .starts_with("what follows the data block with the atoms is left out"),
        "{:?}",
        model.warnings
    );
}

#[test]
fn nan_is_a_missing_number() {
    for values in [
        Values::Real(vec![1.0, f64::NAN]),
        Values::Text(vec!["1", "nan"]),
    ] {
        let model = read(&with("Cartn_x", values, None)).unwrap();
        assert_eq!(model.atoms.len(), 1);
        assert_eq!(
            model.warnings[0].message,
            "row 2: an atom in _atom_site has no coordinates; it is ignored"
        );
    }
}

#[test]
fn spheres_without_atoms_are_refused_as_what_they_are() {
    let spheres = [(
        "_ihm_sphere_obj_site",
        vec![("id", Values::Int(vec![1, 2, 3]), None)],
    )];
    assert!(
        message(&file(3, &spheres))
            .contains("holds only 3 coarse-grained spheres (_ihm_sphere_obj_site)")
    );
}

#[test]
fn what_is_no_binary_cif_says_so() {
    assert!(message(b"").starts_with("t.bcif: byte 0: the file ends inside a value"));
    assert!(message(b"data_x\n").contains("no list dataBlocks"));
    assert!(message(&file(2, &[])).contains("holds no atoms"));
    let reflections = [("_refln", vec![("F_meas", Values::Int(vec![1]), None)])];
    assert!(message(&file(1, &reflections)).contains("diffraction data"));
    let whole = file(2, &[("_atom_site", atoms())]);
    for length in 0..whole.len() {
        assert!(read(&whole[..length]).is_err(), "{length}");
    }
}

proptest! {
    #[test]
    fn no_bytes_bring_it_down(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
    }

    #[test]
    fn no_damage_brings_it_down(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..5),
    ) {
        let mut bytes = file(2, &[("_atom_site", atoms())]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes);
    }
}
