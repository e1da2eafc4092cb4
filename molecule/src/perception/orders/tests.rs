//! Bond orders of textbook molecules, of formats and of standard residues.
#![allow(
    clippy::format_push_string,
    reason = "a test may build its file as it likes"
)]

use super::{BondOrders, OrderSource, bond_orders};
use crate::structure::{BondOrder, PartRole};
use crate::{Format, ReadOptions, Structure, read_bytes};

/// Blocks of `> name SMILES` and lines of element, coordinates in angstrom, atom type.
const MOLECULES: &str = include_str!("../idatm/tests/small_molecules.txt");

/// Numbers of double, triple and aromatic bonds; an aromatic bond counts only as such. They are
/// those of the SMILES in the file's headings, counted by `RDKit` 2026.09.1.
const COUNTS: [(&str, [usize; 3]); 47] = [
    ("acetamide", [1, 0, 0]),
    ("acetate", [1, 0, 0]),
    ("acetic acid", [1, 0, 0]),
    ("methyl acetate", [1, 0, 0]),
    ("acetone", [1, 0, 0]),
    ("methylguanidinium", [1, 0, 0]),
    ("benzamidinium", [1, 0, 6]),
    ("urea", [1, 0, 0]),
    ("imidazole", [0, 0, 5]),
    ("nitromethane", [1, 0, 0]),
    ("methyl phosphate", [1, 0, 0]),
    ("methanesulfonamide", [2, 0, 0]),
    ("methanesulfonate", [2, 0, 0]),
    ("dimethyl sulfone", [2, 0, 0]),
    ("dimethyl sulfoxide", [1, 0, 0]),
    ("dimethyl sulfide", [0, 0, 0]),
    ("furan", [0, 0, 5]),
    ("pyrrole", [0, 0, 5]),
    ("thiophene", [0, 0, 5]),
    ("thiazole", [0, 0, 5]),
    ("benzene", [0, 0, 6]),
    ("phenol", [0, 0, 6]),
    ("aniline", [0, 0, 6]),
    ("pyridine", [0, 0, 6]),
    ("N-methylpyridinium", [0, 0, 6]),
    ("naphthalene", [0, 0, 11]),
    ("azulene", [0, 0, 10]),
    ("indole", [0, 0, 10]),
    ("indane", [0, 0, 6]),
    ("2-pyridone", [1, 0, 6]),
    ("cyclopentadiene", [2, 0, 0]),
    ("adenine", [0, 0, 10]),
    ("guanine", [1, 0, 10]),
    ("cytosine", [1, 0, 6]),
    ("uracil", [2, 0, 6]),
    ("thymine", [2, 0, 6]),
    ("biotin", [2, 0, 0]),
    ("acetonitrile", [0, 1, 0]),
    ("propyne", [0, 1, 0]),
    ("methylammonium", [0, 0, 0]),
    ("trimethylamine", [0, 0, 0]),
    ("N-methylethanimine", [1, 0, 0]),
    ("hydroxylamine", [0, 0, 0]),
    ("thioacetamide", [1, 0, 0]),
    ("1,4-benzoquinone", [4, 0, 0]),
    ("oxane", [0, 0, 0]),
    ("water", [0, 0, 0]),
];

/// Reads blocks of a molecule; without hydrogens if these are not wanted.
fn read_xyz(lines: &str, hydrogens: bool) -> Structure {
    let atoms: Vec<&str> = lines
        .lines()
        .filter(|line| hydrogens || !line.starts_with("H "))
        .collect();
    let mut text = format!("{}\n\n", atoms.len());
    for atom in atoms {
        let words: Vec<&str> = atom.split(' ').take(4).collect();
        text += &words.join(" ");
        text.push('\n');
    }
    read_as(Format::Xyz, "small.xyz", &text)
}

fn read_as(format: Format, name: &str, text: &str) -> Structure {
    let options = ReadOptions {
        format: Some(format),
        ..ReadOptions::default()
    };
    read_bytes(name, text.as_bytes(), PartRole::Whole, &options).expect("a sound file")
}

fn counts(found: &BondOrders) -> [usize; 3] {
    let count = |order: BondOrder| {
        let bonds = found.bonds.iter();
        bonds
            .filter(|bond| !bond.is_aromatic && bond.order == order)
            .count()
    };
    let aromatic = found.bonds.iter().filter(|bond| bond.is_aromatic).count();
    [count(BondOrder::Double), count(BondOrder::Triple), aromatic]
}

/// Names and coordinate lines of the molecules.
fn molecules() -> impl Iterator<Item = (&'static str, &'static str)> {
    let blocks = MOLECULES.split("> ").filter(|block| !block.is_empty());
    blocks.map(|block| {
        let (heading, lines) = block.split_once('\n').expect("a heading");
        (heading.rsplit_once(' ').expect("a SMILES").0, lines)
    })
}

#[test]
fn textbook_molecules_have_the_orders_of_their_smiles() {
    assert_eq!(molecules().count(), COUNTS.len());
    for ((name, lines), (expected_name, expected)) in molecules().zip(COUNTS) {
        assert_eq!(name, expected_name);
        let structure = read_xyz(lines, true);
        let found = bond_orders(&structure);
        assert_eq!(counts(&found), expected, "{name}");
        assert!(found.warnings.is_empty());
    }
}

/// Without hydrogens the tautomers of guanine look alike.
#[test]
fn orders_without_hydrogens_are_nearly_the_same() {
    let wrong: Vec<&str> = molecules()
        .zip(COUNTS)
        .filter(|((_, lines), (_, expected))| {
            counts(&bond_orders(&read_xyz(lines, false))) != *expected
        })
        .map(|((name, _), _)| name)
        .collect();
    assert_eq!(wrong, ["guanine"]);
}

/// The orders of a record of atoms (`ELEMENT X Y Z`) and bonds (`A B TYPE`) in MOL2.
fn mol2_orders(atoms: &[&str], bonds: &[&str]) -> BondOrders {
    let mut text = format!(
        "@<TRIPOS>MOLECULE\nm\n{} {}\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n",
        atoms.len(),
        bonds.len()
    );
    for (number, atom) in (1..).zip(atoms) {
        let (element, position) = atom.split_once(' ').expect("element and position");
        text += &format!("{number} {element}{number} {position} {element} 1 LIG 0\n");
    }
    text += "@<TRIPOS>BOND\n";
    for (number, bond) in (1..).zip(bonds) {
        text += &format!("{number} {bond}\n");
    }
    bond_orders(&read_as(Format::Mol2, "m.mol2", &text))
}

fn orders(found: &BondOrders) -> Vec<BondOrder> {
    found.bonds.iter().map(|bond| bond.order).collect()
}

/// A regular polygon of carbons with hydrogens, all bonds of the ring of this type.
fn annulene(size: u32, kind: &str) -> BondOrders {
    let radius = 0.7 / (std::f64::consts::PI / f64::from(size)).sin();
    let mut atoms = Vec::new();
    for (element, distance) in [("C", radius), ("H", radius + 1.08)] {
        for corner in 0..size {
            let angle = std::f64::consts::TAU * f64::from(corner) / f64::from(size);
            let (sine, cosine) = angle.sin_cos();
            atoms.push(format!(
                "{element} {} {} 0",
                distance * cosine,
                distance * sine
            ));
        }
    }
    let ring = (0..size).map(|corner| format!("{} {} {kind}", corner + 1, (corner + 1) % size + 1));
    let spokes = (0..size).map(|corner| format!("{} {} 1", corner + 1, corner + size + 1));
    let bonds: Vec<String> = ring.chain(spokes).collect();
    let atoms: Vec<&str> = atoms.iter().map(String::as_str).collect();
    let bonds: Vec<&str> = bonds.iter().map(String::as_str).collect();
    mol2_orders(&atoms, &bonds)
}

#[test]
fn aromatic_bonds_of_a_file_get_a_kekule_structure() {
    let benzene = annulene(6, "ar");
    assert_eq!(counts(&benzene), [0, 0, 6]);
    let doubles = orders(&benzene)
        .iter()
        .filter(|order| **order == BondOrder::Double)
        .count();
    assert_eq!(doubles, 3);
    assert_eq!(benzene.bonds[0].source, OrderSource::FileAromatic);
    // Their ring is known, that of the bonds to hydrogens is not.
    assert_eq!(benzene.ring(0).map(<[u32]>::len), Some(6));
    let to_hydrogen = benzene.bonds.iter().position(|bond| !bond.is_aromatic);
    assert_eq!(benzene.ring(to_hydrogen.expect("one")), None);
    // Eight electrons.
    assert_eq!(counts(&annulene(8, "ar")), [4, 0, 0]);
}

#[test]
fn a_ring_without_kekule_structure_stays_aromatic_with_a_warning() {
    let ring = annulene(5, "ar");
    assert_eq!(counts(&ring), [0, 0, 5]);
    assert!(orders(&ring).contains(&BondOrder::Aromatic));
    let message = ring.warnings[0].to_string();
    assert!(message.contains("aromatic bonds of LIG 1"), "{message}");
}

#[test]
fn a_carboxylate_of_aromatic_bonds_is_a_double_and_a_single_bond() {
    let atoms = ["C 0 0 0", "O 1.1 0.6 0", "O -1.1 0.6 0", "C 0 -1.5 0"];
    let found = mol2_orders(&atoms, &["1 2 ar", "1 3 ar", "1 4 1"]);
    assert_eq!(counts(&found), [1, 0, 0]);
    assert_eq!(found.bonds[2].source, OrderSource::File);
}

#[test]
fn orders_of_the_file_are_kept_and_decide_the_rest() {
    // Butadiene's middle bond would be double by its length.
    let atoms = ["C 0 0 0", "C 1.45 0 0", "C 2.1 1.1 0", "C 3.55 1.1 0"];
    let found = mol2_orders(&atoms, &["1 2 2", "2 3 un", "3 4 2"]);
    let expected = [BondOrder::Double, BondOrder::Single, BondOrder::Double];
    assert_eq!(orders(&found), expected);
    let amide = mol2_orders(&atoms[..2], &["1 2 am"]);
    assert_eq!(orders(&amide), [BondOrder::Single]);
}

#[test]
fn bonds_of_metals_without_order_are_dative() {
    let found = mol2_orders(&["Zn 0 0 0", "N 2 0 0", "S 0 2.3 0"], &["1 2 un", "1 3 1"]);
    assert_eq!(orders(&found), [BondOrder::Dative, BondOrder::Single]);
}

/// A residue of a PDB file of these atoms in a row, 1.4 angstrom apart, without chemistry: names
/// decide.
fn double_bonds_by_name(residue: &str, atoms: &[&str]) -> Vec<String> {
    let mut text = String::new();
    for (number, name) in (1..).zip(atoms) {
        let x = 1.4 * f64::from(number);
        let element = &name[..1];
        text += &format!(
            "ATOM  {number:>5} {:<4} {residue:>3} A   1    {x:8.3}   0.000   0.000  1.00  0.00          {element:>2}\n",
            format!(" {name}")
        );
    }
    let structure = read_as(Format::Pdb, "r.pdb", &text);
    let found = bond_orders(&structure);
    let name = |atom: u32| structure.atoms().name[atom as usize].to_string();
    let bonds = structure.bonds().iter().zip(&found.bonds);
    bonds
        .filter(|(_, assigned)| assigned.order == BondOrder::Double)
        .inspect(|(_, assigned)| assert_eq!(assigned.source, OrderSource::Template))
        .map(|(bond, _)| format!("{}={}", name(bond.a), name(bond.b)))
        .collect()
}

#[test]
fn standard_residues_have_the_double_bonds_of_their_dictionary() {
    const BACKBONE: [&str; 4] = ["N", "CA", "C", "O"];
    let side = |residue: &str, atoms: &[&str]| {
        let mut found = double_bonds_by_name(residue, &[&BACKBONE, atoms].concat());
        assert_eq!(found.remove(0), "C=O", "{residue}");
        found.join(" ")
    };
    assert_eq!(side("ALA", &["CB"]), "");
    assert_eq!(side("ASP", &["CB", "CG", "OD1", "OD2"]), "CG=OD1");
    let arginine = ["CB", "CG", "CD", "NE", "CZ", "NH1", "NH2"];
    assert_eq!(side("ARG", &arginine), "CZ=NH2");
    let histidine = ["CB", "CG", "ND1", "CD2", "CE1", "NE2"];
    assert_eq!(side("HIS", &histidine), "CG=CD2 ND1=CE1");
    assert_eq!(side("HID", &histidine), "CG=CD2 CE1=NE2");
    let with_hydrogen = [&histidine[..], &["HD1"]].concat();
    assert_eq!(side("HIS", &with_hydrogen), "CG=CD2 CE1=NE2");
    let tyrosine = ["CB", "CG", "CD1", "CD2", "CE1", "CE2", "CZ", "OH"];
    assert_eq!(side("TYR", &tyrosine), "CG=CD1 CD2=CE2 CE1=CZ");
    let uracil = [
        "P", "OP1", "OP2", "C1'", "N1", "C2", "O2", "N3", "C4", "O4", "C5", "C6",
    ];
    let found = double_bonds_by_name("U", &uracil);
    assert_eq!(found.join(" "), "P=OP1 C2=O2 C4=O4 C5=C6");
}

proptest::proptest! {
    #[test]
    fn every_bond_of_any_cluster_has_an_order(
        atoms in proptest::collection::vec((0..7_usize, proptest::array::uniform3(0..40_u8)), 1..40)
    ) {
        const ELEMENTS: [&str; 7] = ["C", "N", "O", "S", "P", "H", "Fe"];
        let mut text = format!("{}\n\n", atoms.len());
        for (element, [x, y, z]) in &atoms {
            let [x, y, z] = [x, y, z].map(|part| f64::from(*part) * 0.1);
            text += &format!("{} {x} {y} {z}\n", ELEMENTS[*element]);
        }
        let structure = read_as(Format::Xyz, "cluster.xyz", &text);
        let found = bond_orders(&structure);
        proptest::prop_assert_eq!(found.bonds.len(), structure.bonds().len());
        let is_settled = |order: &BondOrder| {
            !matches!(order, BondOrder::Unknown | BondOrder::Aromatic | BondOrder::Amide)
        };
        proptest::prop_assert!(orders(&found).iter().all(is_settled));
    }
}
