use proptest::prelude::*;

use super::super::text::mutated;
use super::*;

mod columns;
mod residues;
mod types;

use crate::Element;
use crate::structure::BondOrder;

const SMALL: &str = "\
# made by hand
@<TRIPOS>MOLECULE
small
 5 4 1 0 0
SMALL
GASTEIGER

@<TRIPOS>ATOM
      1 C1          1.0000    2.0000    3.0000 C.ar      1 E20         0.1186
      2 N1          1.5000    2.0000    3.0000 N.am      1 E20        -0.2000
# a comment between the rows
      3 O3'         1.5000    2.5000    3.0000 O.co2     1 E20        -0.9000

      4 CL2         1.5000    2.0000    3.5000 \\
 Cl 1 E20 0.0
      5 LP1        -1.5000    2.0000    3.5000 LP        1 E20
@<TRIPOS>BOND
     1    1    2 ar
     2    2    3 am BACKBONE
     3    3    4 1
     4    4    5 un
@<TRIPOS>SUBSTRUCTURE
     1 E20         1
";

const PROTEIN: &str = "\
@<TRIPOS>MOLECULE
two
3 2 2
PROTEIN
NO_CHARGES
@<TRIPOS>ATOM
7 N 0 0 0 N.4 1 ARG45
8 CA 1 0 0 C.3 1 ARG45
9 N 2 0 0 N.am 2 ALA-3
@<TRIPOS>BOND
1 7 8 1
2 8 9 nc
@<TRIPOS>SUBSTRUCTURE
1 ARG45 7 RESIDUE 4 L ARG 1 ROOT
2 ALA-3 9 RESIDUE 4 **** ALA 1
@<TRIPOS>SET
X STATIC ATOMS <user> **** \"\"
2 7 \\
8
";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    parse("x.mol2", text.as_bytes(), &ReadOptions::default())
}

fn error(text: &str) -> String {
    read(text).expect_err("this text is not sound").to_string()
}

/// One atom of a type and substructure.
fn one_atom(kind: &str, substructure: &str) -> crate::raw::RawAtom {
    let text =
        format!("@<TRIPOS>MOLECULE\n\n1\nSMALL\n@<TRIPOS>ATOM\n1 XX 0 0 0 {kind} {substructure}\n");
    read(&text).expect("a sound molecule").atoms.remove(0)
}

#[test]
fn a_molecule_gives_atoms_and_bonds() {
    let model = read(SMALL).expect("a sound molecule");
    let atoms: Vec<_> = model
        .atoms
        .iter()
        .map(|a| {
            (
                a.name.as_str(),
                a.element.known().expect("a type"),
                a.serial,
                a.line,
            )
        })
        .collect();
    let chlorine = Element::from_atomic_number(17).expect("chlorine");
    assert_eq!(
        atoms,
        [
            ("C1", Element::C, 1, 9),
            ("N1", Element::N, 2, 10),
            ("O3'", Element::O, 3, 12),
            ("CL2", chlorine, 4, 14),
            ("LP1", Element::UNKNOWN, 5, 16),
        ]
    );
    let bonds: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b, b.order)).collect();
    assert_eq!(
        bonds,
        [
            (0, 1, BondOrder::Aromatic),
            (1, 2, BondOrder::Amide),
            (2, 3, BondOrder::Single),
            (3, 4, BondOrder::Unknown)
        ]
    );
    assert!(model.bonds_complete);
    let messages: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        ["x.mol2:16: the atom type \"LP\" is not an element; the element of such atoms is unknown"]
    );
    assert!(model.atoms.iter().all(|a| a.hetero
        && a.residue_name == "E20"
        && a.residue_number == 1
        && a.chain_id.is_empty()
        && a.formal_charge == 0));
}

#[test]
fn residues_are_substructures() {
    let model = read(PROTEIN).expect("a sound molecule");
    let residues: Vec<_> = model
        .atoms
        .iter()
        .map(|a| {
            (
                a.residue_name.as_str(),
                a.residue_number,
                a.chain_id.as_str(),
                a.hetero,
            )
        })
        .collect();
    assert_eq!(
        residues,
        [
            ("ARG", 45, "L", false),
            ("ARG", 45, "L", false),
            ("ALA", -3, "", false)
        ]
    );
    // A bond that is "not connected" is none, though it was declared.
    assert_eq!(model.bonds.len(), 1);
}

#[test]
fn a_residue_in_pieces_is_put_together() {
    let text = PROTEIN.replace("3 2 2", "5 3 2").replace(
        "@<TRIPOS>BOND",
        "10 H 0 0 1 H 1 ARG45\n11 N 9 9 9 N.4 3 ARG45\n@<TRIPOS>BOND\n3 10 7 1\n4 9 10 2",
    );
    let model = read(&text).expect("a sound molecule");
    let atoms: Vec<_> = model
        .atoms
        .iter()
        .map(|a| (a.serial, a.residue_number))
        .collect();
    assert_eq!(atoms, [(7, 45), (8, 45), (10, 45), (9, -3), (11, 45)]);
    let bonds: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b)).collect();
    assert_eq!(bonds, [(2, 0), (3, 2), (0, 1)]);
    assert!(
        model
            .warnings
            .last()
            .expect("a warning")
            .message
            .contains("are not contiguous")
    );
}

#[test]
fn a_nameless_atom_takes_the_name_of_its_substructure_record() {
    let model =
        read(&SMALL.replace("1 E20         0.1186", "1 ****        0.1186")).expect("sound");
    assert_eq!(model.atoms[0].residue_name, "E20");
}

#[test]
fn an_atom_without_a_name_is_named_after_its_element_and_id() {
    let model = read(&SMALL.replace("3 O3' ", "3 ****")).expect("sound");
    assert_eq!(model.atoms[2].name, "O3");
}

#[test]
fn every_bond_type_is_known() {
    for (kind, order) in [
        ("1", BondOrder::Single),
        ("2", BondOrder::Double),
        ("3", BondOrder::Triple),
        ("am", BondOrder::Amide),
        ("AR", BondOrder::Aromatic),
        ("4", BondOrder::Aromatic),
        ("du", BondOrder::Unknown),
        ("un", BondOrder::Unknown),
        ("99", BondOrder::Unknown),
    ] {
        let model = read(&SMALL.replace("3    4 1", &format!("3    4 {kind}"))).expect("sound");
        assert_eq!(model.bonds[2].order, order, "{kind}");
    }
}

#[test]
fn line_ends_of_other_systems_change_nothing_but_the_bytes() {
    let windows = read(&SMALL.replace('\n', "\r\n")).expect("sound");
    assert_eq!(windows, read(SMALL).expect("sound"));
}

#[test]
fn the_first_molecule_is_read_unless_another_is_chosen() {
    let file = format!("{SMALL}{PROTEIN}");
    let model = read(&file).expect("sound");
    assert_eq!(model.atoms.len(), 5);
    assert_eq!(
        model.warnings[0].message,
        "holds 2 molecules; the first is read; choose another by its number, 1 to 2"
    );
    let options = |model| ReadOptions {
        model: Some(model),
        ..ReadOptions::default()
    };
    let model = parse("x", file.as_bytes(), &options(2)).expect("sound");
    assert_eq!((model.atoms.len(), model.atoms[0].line), (3, 30));
    let text = parse("x", file.as_bytes(), &options(3))
        .expect_err("two")
        .to_string();
    assert!(text.contains("the file holds 2 molecules"));
}

#[test]
fn a_cut_off_molecule_is_refused_with_what_is_missing() {
    let cut = |mark: &str| &SMALL[..SMALL.find(mark).expect("a mark")];
    for (text, expected) in [
        (
            cut(" 5 4"),
            "x.mol2:3: the molecule ends before its counts line",
        ),
        (
            cut("@<TRIPOS>ATOM"),
            "the molecule declares 5 atoms, but has no ATOM section",
        ),
        (
            cut("      5 LP1"),
            "x.mol2:15: the molecule declares 5 atoms, but its ATOM section holds 4",
        ),
        (
            cut("@<TRIPOS>BOND"),
            "the molecule declares 4 bonds, but has no BOND section",
        ),
        (cut("     4    4"), "its BOND section holds 3"),
        (
            cut(" am BACK"),
            "x.mol2:19: the bond row reads \"2    2    3\"",
        ),
        (cut(" N.am"), "x.mol2:10: the atom row reads"),
        ("nothing", "x.mol2: holds no molecule"),
        (
            "@<TRIPOS>MOLECULE\nname\nfive\n",
            "x.mol2:3: the counts line reads \"five\"",
        ),
        (
            "@<TRIPOS>MOLECULE\nname\n0\n@<TRIPOS>ATOM\n",
            "the molecule has no atoms",
        ),
    ] {
        assert!(error(text).contains(expected), "{}", error(text));
    }
}

#[test]
fn bonds_to_atoms_that_are_not_there_are_refused() {
    let text = error(&SMALL.replace("2    3 am", "2    6 am"));
    assert!(text.starts_with("x.mol2:19: the bond names atom 6, which does not exist"));
    let text = error(&SMALL.replace("2    3 am", "0    3 am"));
    assert!(text.contains("names atom 0"));
    let text = error(&SMALL.replace("2    3 am", "3    3 am"));
    assert!(text.contains("joins atom 3 to itself"));
}

#[test]
fn odd_counts_and_ids_are_told() {
    let model = read(&SMALL.replace(" 5 4 1", " 2 1 1")).expect("all is there");
    assert_eq!(model.atoms.len(), 5);
    // Those of the counts, and that of the lone pair.
    assert_eq!(model.warnings.len(), 3);
    let model = read(
        &SMALL
            .replace("      2 N1", "      1 N1")
            .replace("    1    2 ar", "    1    3 ar")
            .replace("2    2    3", "2    1    3"),
    )
    .expect("ids may be used twice");
    assert!(
        model.warnings[0]
            .message
            .contains("atom id 1 is used twice")
    );
    // Declared counts do not reserve memory.
    assert!(
        error(&SMALL.replace(" 5 4 1", " 5000000000000 4 1"))
            .contains("declares 5000000000000 atoms")
    );
}

#[test]
fn the_limit_on_atoms_holds() {
    let mut options = ReadOptions::default();
    options.limits.max_atoms = 4;
    let error = parse("x", SMALL.as_bytes(), &options).expect_err("five atoms");
    assert_eq!(error.code(), "input_too_large");
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut text = b"@<TRIPOS>MOLECULE\n".to_vec();
        text.extend_from_slice(&bytes);
        let _ = parse("x", &bytes, &ReadOptions::default());
        let _ = parse("x", &text, &ReadOptions::default());
    }

    #[test]
    fn no_damage_panics(
        small in mutated(SMALL),
        protein in mutated(PROTEIN),
    ) {
        for bytes in [small, protein] {
            if let Ok(model) = parse("x", &bytes, &ReadOptions::default()) {
                let count = model.atoms.len() as u32;
                prop_assert!(model.bonds.iter().all(|b| b.a < count && b.b < count && b.a != b.b));
            }
        }
    }
}
