//! Pockets whose files still hold the ligand.

use std::fmt::Write;

use super::*;

/// An atom of a PDB file: name, residue, number, place, element.
type Row = (&'static str, &'static str, i32, [f32; 3], &'static str);

/// A pocket of one serine and one water.
const POCKET: [Row; 5] = [
    ("N", "SER", 7, [10.0, 0.0, 0.0], "N"),
    ("CA", "SER", 7, [11.4, 0.0, 0.0], "C"),
    ("CB", "SER", 7, [12.0, 1.4, 0.0], "C"),
    ("OG", "SER", 7, [11.4, 2.5, 0.6], "O"),
    ("O", "HOH", 90, [20.0, 0.0, 0.0], "O"),
];

/// Acetamide without hydrogens, as in `ligand`.
const LIGAND: [Row; 4] = [
    ("C1", "ACM", 1, [0.0, 0.0, 0.0], "C"),
    ("O", "ACM", 1, [1.2, 0.0, 0.0], "O"),
    ("N", "ACM", 1, [-0.7, 1.2, 0.0], "N"),
    ("C2", "ACM", 1, [-0.8, -1.3, 0.0], "C"),
];

fn pdb(rows: &[Row]) -> String {
    let mut text = String::new();
    for (serial, (name, residue, number, [x, y, z], element)) in (1..).zip(rows) {
        writeln!(
            text,
            "HETATM{serial:>5}  {name:<3} {residue:>3} A{number:>4}    {x:>8.3}{y:>8.3}{z:>8.3}  1.00  0.00          {element:>2}"
        )
        .expect("writing to a String cannot fail");
    }
    text + "END\n"
}

/// The ligand as MOL2, with a hydrogen on the nitrogen, and in the reverse order of atoms.
fn ligand() -> String {
    "@<TRIPOS>MOLECULE\nacm\n5 4\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n\
     1 HN -1.7 1.2 0 H 1 ACM\n\
     2 C2 -0.8004 -1.3 0 C.3 1 ACM\n\
     3 N -0.7 1.2 0 N.am 1 ACM\n\
     4 O 1.2 0 0.0003 O.2 1 ACM\n\
     5 C1 0 0 0 C.2 1 ACM\n\
     @<TRIPOS>BOND\n1 1 3 1\n2 5 4 2\n3 5 3 am\n4 5 2 1\n"
        .to_owned()
}

fn complex(test: &str, pocket: &[Row], ligand: &str) -> Result<Structure, MoleculeError> {
    let scratch = Scratch::new(test);
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", &pdb(pocket)),
        ("1abc_ligand.mol2", ligand),
    ]);
    read_folder(&path, FolderOptions::default(), &ReadOptions::default())
}

/// Residues and atom names of the pocket, and the warnings.
fn pocket_of(structure: &Structure) -> (Vec<String>, Vec<String>) {
    let part = &structure.parts()[0];
    assert_eq!(part.role, PartRole::Pocket);
    let label = |atom: u32| {
        let residue = structure.residue_of(atom);
        format!("{} {}", residue.name, structure.atoms().name[atom as usize])
    };
    let warnings = structure.warnings().iter().map(|w| w.message.clone());
    (part.atoms.clone().map(label).collect(), warnings.collect())
}

const WITHOUT_LIGAND: [&str; 5] = ["SER N", "SER CA", "SER CB", "SER OG", "HOH O"];

#[test]
fn a_pocket_without_the_ligand_stays() {
    let read = complex("stays", &POCKET, &ligand()).expect("a complex");
    let (atoms, warnings) = pocket_of(&read);
    assert_eq!(atoms, WITHOUT_LIGAND);
    assert!(warnings.is_empty(), "{warnings:?}");
}

#[test]
fn a_copy_of_the_ligand_is_removed_from_the_pocket() {
    // In another order than in the ligand file, without its hydrogen, between the other residues.
    let rows = [&POCKET[..4], &LIGAND, &POCKET[4..]].concat();
    let read = complex("copy", &rows, &ligand()).expect("a complex");
    let (atoms, warnings) = pocket_of(&read);
    assert_eq!(atoms, WITHOUT_LIGAND);
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("most atoms of ACM 1 A are where the ligand has the same atoms")
            && warnings[0].contains("(4 atoms)"),
        "{warnings:?}"
    );
    // Everything that refers to atoms refers to the same ones as without the copy.
    let clean = complex("clean", &POCKET, &ligand()).expect("a complex");
    assert_eq!(read.bonds(), clean.bonds());
    assert_eq!(read.atoms().residue, clean.atoms().residue);
    assert_eq!(read.atoms().name, clean.atoms().name);
    let chains = |s: &Structure| s.residues().iter().map(|r| r.chain).collect::<Vec<_>>();
    assert_eq!(chains(&read), chains(&clean));
    assert_eq!(read.parts(), clean.parts());
    assert_eq!(read.chains(), clean.chains());
}

#[test]
fn hydrogens_of_the_copy_are_removed_with_it() {
    let mut rows = [&POCKET[..], &LIGAND].concat();
    // Where the ligand file has no atom, and where it has its hydrogen.
    rows.push(("H1", "ACM", 1, [-1.8, -1.3, 0.0], "H"));
    rows.push(("HN", "ACM", 1, [-1.7, 1.2, 0.0], "H"));
    let read = complex("hydrogens", &rows, &ligand()).expect("a complex");
    let (atoms, warnings) = pocket_of(&read);
    assert_eq!(atoms, WITHOUT_LIGAND);
    assert!(warnings[0].contains("(6 atoms)"), "{warnings:?}");
}

#[test]
fn another_conformation_at_the_same_place_is_removed() {
    let shifted = LIGAND.map(|(name, residue, number, [x, y, z], element)| {
        (name, residue, number, [x + 0.3, y - 0.2, z + 0.4], element)
    });
    let rows = [&POCKET[..], &shifted].concat();
    let read = complex("conformation", &rows, &ligand()).expect("a complex");
    let (atoms, warnings) = pocket_of(&read);
    assert_eq!(atoms, WITHOUT_LIGAND);
    assert!(
        warnings[0].contains("in another conformation: atoms of ACM 1 A are within 1 ang"),
        "{warnings:?}"
    );
    // One half of it turned over.
    let mut turned = LIGAND;
    turned[1].3 = [-0.6, 1.1, 0.0];
    turned[2].3 = [-0.7, -1.3, 0.2];
    turned[3].3 = [1.3, 0.0, 0.9];
    let rows = [&POCKET[..], &turned].concat();
    let read = complex("turned", &rows, &ligand()).expect("a complex");
    assert_eq!(pocket_of(&read).0, WITHOUT_LIGAND);
    // A copy elsewhere, and another molecule nearby, are part of the pocket.
    let far = LIGAND.map(|(name, _, number, [x, y, z], element)| {
        (name, "ACM", number, [x, y, z + 5.0], element)
    });
    let rows = [&POCKET[..], &far].concat();
    let read = complex("elsewhere", &rows, &ligand()).expect("a complex");
    assert_eq!(pocket_of(&read).0.len(), 9);
    assert!(pocket_of(&read).1.is_empty());
}

#[test]
fn of_a_covalent_ligand_only_the_shared_atoms_are_removed() {
    let mut rows = POCKET.to_vec();
    rows.insert(4, ("HG", "SER", 7, [11.9, 3.3, 0.6], "H"));
    let with_oxygen = ligand().replace("5 4\n", "6 4\n").replace(
        "@<TRIPOS>BOND",
        "6 OG 11.4 2.5 0.6 O.3 1 ACM\n@<TRIPOS>BOND",
    );
    let read = complex("covalent", &rows, &with_oxygen).expect("a complex");
    let (atoms, warnings) = pocket_of(&read);
    assert_eq!(atoms, ["SER N", "SER CA", "SER CB", "HOH O"]);
    assert!(
        warnings[0].contains("OG of SER 7 A") && warnings[0].contains("(2 atoms)"),
        "{warnings:?}"
    );
}

#[test]
fn a_pocket_of_the_ligand_alone_is_refused() {
    let error = complex("alone", &LIGAND, &ligand()).expect_err("no pocket");
    let text = error.to_string();
    assert!(
        text.contains("1abc_pocket.pdb: every atom of this file is also an atom of the ligand"),
        "{text}"
    );
}

#[test]
fn names_of_several_files_say_their_roles_in_any_case_and_folder() {
    for (name, role) in [
        ("x_pocket.pdb", PartRole::Pocket),
        ("X_PROTEIN.CIF.GZ", PartRole::Pocket),
        ("a.b/c_ligand/x_Ligand.mol2", PartRole::Ligand),
        ("a_pocket/x.pdb", PartRole::Whole),
        ("x.pdb", PartRole::Whole),
    ] {
        assert_eq!(PartRole::of_file(name, 2), role, "{name}");
        assert_eq!(PartRole::of_file(name, 1), PartRole::Whole, "{name}");
    }
}
