//! LINK, LINKR and SSBOND records.

use super::{read, warnings};
use crate::raw::BondSource;
use crate::structure::PseudobondKind;
use crate::{PartRole, ReadOptions, Structure};

const ATOMS: &str = "\
ATOM      1  SG  CYS A   5       0.000   0.000   0.000  1.00 10.00           S
ATOM      2  ND2 ASN A  10      10.000   0.000   0.000  1.00 10.00           N
ATOM      3  SG  CYS A  50A      2.040   0.000   0.000  1.00 10.00           S
ATOM      4  OD1 ASP A  70      40.000   0.000   0.000  1.00 10.00           O
TER
HETATM    5  C1  NAG B   1      11.440   0.000   0.000  1.00 10.00           C
HETATM    6 ZN    ZN Z   1      42.050   0.000   0.000  1.00 10.00          ZN
";

/// Bonds of the records before the atoms, as serial numbers.
fn bonds(records: &str) -> (Vec<(u32, u32, BondSource)>, Vec<String>) {
    let model = read(&format!("{records}{ATOMS}"));
    let bonds = model.bonds.iter().map(|b| (b.a + 1, b.b + 1, b.source));
    (bonds.collect(), warnings(&model))
}

fn sound(records: &str) -> Vec<(u32, u32, BondSource)> {
    let (bonds, warnings) = bonds(records);
    assert_eq!(warnings, [""; 0], "{records}");
    bonds
}

fn built(text: &str) -> Structure {
    let options = ReadOptions::default();
    crate::read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options).expect("a sound file")
}

const GLYCAN: &str =
    "LINK         ND2 ASN A  10                 C1  NAG B   1     1555   1555  1.44\n";
const ZINC: &str =
    "LINK         OD1 ASP A  70                ZN    ZN Z   1     1555   1555  2.05\n";
const BRIDGE: &str =
    "SSBOND   1 CYS A    5    CYS A   50A                         1555   1555  2.04\n";

#[test]
fn every_record_makes_its_bond() {
    use BondSource::{Extra, Metal};
    assert_eq!(sound(GLYCAN), [(2, 5, Extra)]);
    assert_eq!(sound(ZINC), [(4, 6, Metal)]);
    assert_eq!(sound(BRIDGE), [(1, 3, Extra)]);
    // Without symmetry and length, as in older files; of Refmac, with the name of the link.
    assert_eq!(sound(&format!("{}\n", &GLYCAN[..57])), [(2, 5, Extra)]);
    assert_eq!(sound(&format!("{}\n", &BRIDGE[..36])), [(1, 3, Extra)]);
    let refmac = format!("LINKR{}               NAG-ASN\n", &GLYCAN[5..57]);
    assert_eq!(sound(&refmac), [(2, 5, Extra)]);
    // The columns collapsed to single blanks.
    for (line, expected) in [
        (
            "LINK ND2 ASN A 10 C1 NAG B 1 1555 1555 1.44\n",
            (2, 5, Extra),
        ),
        ("LINKR OD1 ASP A 70 ZN ZN Z 1\n", (4, 6, Metal)),
        ("SSBOND 1 CYS A 5 CYS A 50A 1555 1555 2.04\n", (1, 3, Extra)),
    ] {
        assert_eq!(sound(line), [expected], "{line}");
    }
    // The name of a bridged cysteine in a force field.
    let amber = ATOMS.replace("CYS", "CYX");
    assert_eq!(read(&format!("{BRIDGE}{amber}")).bonds.len(), 1);
    // After the atoms.
    assert_eq!(read(&format!("{ATOMS}{GLYCAN}")).bonds.len(), 1);
}

#[test]
fn links_to_other_asymmetric_units_and_gaps_are_not_bonds() {
    assert_eq!(sound(&GLYCAN.replace("1555   1555", "1555   2655")), []);
    assert_eq!(sound(&BRIDGE.replace("1555   1555", "1555  10655")), []);
    assert_eq!(sound("LINK ND2 ASN A 10 C1 NAG B 1 1555 3_655 1.44\n"), []);
    assert_eq!(
        sound(&format!("LINKR{}               gap\n", &GLYCAN[5..57])),
        []
    );
    // Both atoms in the same other unit.
    assert_eq!(
        sound(&GLYCAN.replace("1555   1555", "2655   2655")).len(),
        1
    );
}

#[test]
fn missing_atoms_and_unreadable_records_are_counted() {
    let records = [
        GLYCAN.replace("ASN A  10 ", "ASN A  11B"),
        GLYCAN.replace("C1  NAG", "C2  NAG"),
        BRIDGE.replace("A   50A", "A   50 "),
        "LINK\n".to_owned(),
        "LINK         ND2 ASN\n".to_owned(),
        "SSBOND   1 CYS\n".to_owned(),
        "LINKAGE OF CHAINS\n".to_owned(),
    ];
    let (bonds, warnings) = bonds(&records.concat());
    assert_eq!(bonds, []);
    assert_eq!(
        warnings,
        [
            "x.pdb:4: the LINK record does not name two atoms; the \
             record is ignored (3 such cases, this is the first)",
            "x.pdb:1: LINK names atom ND2 of ASN 11B of chain A, which the model does not have; \
             the bond is ignored (3 such cases, this is the first)",
        ]
    );
}

#[test]
fn alternate_locations_are_joined_if_they_can_be_together() {
    let a = "ATOM      1  NZ ALYS A   5       0.000   0.000   0.000  0.60 10.00           N\n";
    let b = a.replace("NZ ALYS", "NZ BLYS");
    let c = "HETATM    3  C1  LIG B   1       1.400   0.000   0.000  1.00 10.00           C\n";
    let d = c.replace("C1  LIG", "C2 BLIG");
    let link = "LINK         NZ  LYS A   5                 C1  LIG B   1     1555   1555  1.40\n";
    let bonds = |link: &str| {
        let model = read(&format!("{link}{a}{b}{c}{d}"));
        assert_eq!(model.warnings, []);
        let bonds = model.bonds.iter().map(|bond| (bond.a, bond.b));
        bonds.collect::<Vec<_>>()
    };
    assert_eq!(bonds(link), [(0, 2), (1, 2)]);
    assert_eq!(bonds(&link.replace("NZ  LYS", "NZ BLYS")), [(1, 2)]);
    assert_eq!(bonds(&link.replace("C1  LIG", "C2  LIG")), [(1, 3)]);
}

#[test]
fn structures_have_each_bond_once() {
    let conect = "CONECT    2    5\nCONECT    5    2\nCONECT    4    6\n";
    // The names give the elements.
    let without_elements = format!("{BRIDGE}{GLYCAN}{ZINC}{ATOMS}")
        .replace("           S\n", "\n")
        .replace("           N\n", "\n")
        .replace("           C\n", "\n")
        .replace("           O\n", "\n")
        .replace("          ZN\n", "\n");
    for text in [
        format!("{BRIDGE}{GLYCAN}{ZINC}{ATOMS}"),
        format!("{BRIDGE}{GLYCAN}{GLYCAN}{ZINC}{ZINC}{ATOMS}{conect}"),
        without_elements,
    ] {
        let structure = built(&text);
        let bonds: Vec<_> = structure.bonds().iter().map(|b| (b.a, b.b)).collect();
        assert_eq!(bonds, [(0, 2), (1, 4)]);
        let contacts: Vec<_> = structure
            .pseudobonds()
            .iter()
            .map(|b| (b.a, b.b, b.kind))
            .collect();
        assert_eq!(contacts, [(3, 5, PseudobondKind::MetalCoordination)]);
    }
}

#[test]
fn links_of_other_models_are_not_missing() {
    let second = ATOMS.replace("TER\n", "");
    let text = format!("{GLYCAN}MODEL        1\n{ATOMS}ENDMDL\nMODEL        2\n{second}ENDMDL\n");
    for model in [1, 2] {
        let read = super::read_model(&text, model).expect("both models are there");
        assert_eq!(read.bonds.len(), 1);
        assert!(!warnings(&read).iter().any(|text| text.contains("LINK")));
    }
}

#[test]
fn chains_of_two_letters_are_found() {
    let atom = |number: &str| format!("HETATM    5  C1  LIG {number}     11.440   0.000   0.000\n");
    for (named, number) in [
        ("B1   1", "B1   1"),
        ("B11000", "B11000"),
        ("AB1000", "AB1000"),
    ] {
        let record = GLYCAN.replace("NAG B   1 ", &format!("LIG {named}"));
        let text = format!("{record}{ATOMS}{}{}", atom("B1 999"), atom(number));
        let model = read(&text);
        let bonds: Vec<_> = model.bonds.iter().map(|b| (b.a, b.b)).collect();
        assert_eq!(bonds, [(1, 7)], "{named}");
        assert_eq!(model.warnings.len(), 1, "{:?}", model.warnings);
    }
    // A chain of one letter, with a number of five digits.
    let record = GLYCAN.replace("NAG B   1 ", "LIG B11000");
    let model = read(&format!("{record}{ATOMS}{}", atom("B11000")));
    assert_eq!((model.bonds.len(), model.warnings.len()), (1, 0));
}
