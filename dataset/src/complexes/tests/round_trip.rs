//! Names and numbers survive cut, write and read.

use std::fmt::Write;

use super::*;

/// Returns [`entry`] as mmCIF with the ligand `A1LU6 12345 AAA`, and residue numbers of the pocket
/// raised by `shift`.
fn entry_in_mmcif(ligand_chain: &str, shift: i32) -> String {
    let mut text = "data_1hvr\nloop_\n".to_owned();
    for item in [
        "group_PDB",
        "id",
        "type_symbol",
        "label_atom_id",
        "label_comp_id",
        "label_asym_id",
        "label_seq_id",
        "Cartn_x",
        "Cartn_y",
        "Cartn_z",
        "auth_seq_id",
        "auth_asym_id",
    ] {
        text.extend(["_atom_site.", item, "\n"]);
    }
    for line in entry().lines() {
        let is_hetero = line.starts_with("HETATM");
        if !is_hetero && !line.starts_with("ATOM") {
            continue;
        }
        let column = |from: usize, to: usize| line[from..to].trim();
        let number: i32 = column(22, 26).parse().expect("a number");
        let (name, number, chain) = match column(17, 20) {
            "XK2" => ("A1LU6", 12345, ligand_chain.to_owned()),
            name => (name, number + shift, format!("{}AA", column(21, 22))),
        };
        let atom = format!("\"{}\"", column(12, 16));
        writeln!(
            text,
            "{} {} {} {atom} {name} {chain} {} {} {} {} {number} {chain}",
            if is_hetero { "HETATM" } else { "ATOM" },
            column(6, 11),
            column(76, 78),
            if is_hetero {
                ".".to_owned()
            } else {
                number.to_string()
            },
            column(30, 38),
            column(38, 46),
            column(46, 54),
        )
        .expect("writing to a String cannot fail");
    }
    text
}

/// Names of all residues, and the number of atoms of each.
fn residues(structure: &Structure, role: PartRole) -> Vec<(String, usize)> {
    (0_u32..)
        .zip(structure.residues())
        .filter(|(_, residue)| structure.part_of(residue).role == role)
        .map(|(index, residue)| (residue_name(structure, index), residue.atoms.len()))
        .collect()
}

/// Cuts an entry, reads the cut, and returns it with the names of its files.
fn cut_and_read(test: &str, text: &str) -> (Structure, CutRecord, Vec<String>) {
    let folder = std::env::temp_dir().join(format!("molshot-{test}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let entries = folder.join("entries");
    fs::create_dir_all(&entries).expect("a folder");
    fs::write(entries.join("x.cif"), text).expect("a file");
    let source = ComplexSource::new(&entries).with_cuts(&folder.join("cuts"));
    let record = source.cut("x", &CutRule::default());
    let record = record
        .expect("the disk can be written")
        .expect("a ligand")
        .expect("an entry");
    let complex = source.read("x").expect("the cut");
    let mut names: Vec<String> = fs::read_dir(folder.join("cuts/x"))
        .expect("the folder of the cut")
        .map(|entry| {
            entry
                .expect("a file")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    fs::remove_dir_all(folder).expect("the test made this folder");
    (Structure::clone(&complex.structure), record, names)
}

#[test]
fn names_and_numbers_without_room_in_pdb_survive() {
    for (shift, residue) in [
        (12000, "ASP 12025 AAA"),
        (-1100, "ASP -1075 AAA"),
        (0, "ASP 25 AAA"),
    ] {
        let (cut, record, names) = cut_and_read("wide", &entry_in_mmcif("LIG", shift));
        assert_eq!(record.ligand, "A1LU6 12345 LIG");
        assert_eq!(
            residues(&cut, PartRole::Ligand),
            [("A1LU6 12345 LIG".to_owned(), record.ligand_heavy_atoms)]
        );
        let pocket = residues(&cut, PartRole::Pocket);
        assert_eq!(pocket.len(), record.pocket_residues);
        let atoms = pocket.iter().find(|(name, _)| name == residue);
        assert_eq!(atoms.map(|(_, atoms)| *atoms), Some(9), "{pocket:?}");
        assert!(pocket.iter().any(|(name, _)| name.ends_with(" BAA")));
        assert!(names.contains(&"x_pocket.cif".to_owned()), "{names:?}");
        // The bonds are those of the library's files.
        let whole = library()
            .read("1hvr")
            .expect("the library's complex")
            .structure;
        let count = |structure: &Structure| {
            let heavy = |atom: u32| structure.atoms().element[atom as usize] != Element::H;
            let bonds = structure.bonds().iter();
            bonds.filter(|bond| heavy(bond.a) && heavy(bond.b)).count()
        };
        assert_eq!(count(&cut), count(&whole));
    }
}

#[test]
fn names_with_room_are_written_as_pdb_and_mol2() {
    let text = entry_in_mmcif("A", 0)
        .replace("A1LU6", "XK2")
        .replace("AAA", "A");
    let text = text.replace("BAA", "B").replace(" 12345 ", " 263 ");
    let (cut, _, names) = cut_and_read("narrow", &text);
    assert_eq!(names, ["x_ligand.mol2", "x_pocket.pdb"]);
    let ligand = residues(&cut, PartRole::Ligand);
    assert_eq!(ligand[0].0, "XK2 263 A");
}

#[test]
fn a_ligand_with_an_insertion_code_survives() {
    let text = entry_in_mmcif("A", 0)
        .replace("AAA", "A")
        .replace("BAA", "B");
    let text = text.replacen(
        "_atom_site.auth_asym_id\n",
        "_atom_site.auth_asym_id\n_atom_site.pdbx_PDB_ins_code\n",
        1,
    );
    let text: String = text
        .lines()
        .map(|line| match line {
            _ if line.contains(" A1LU6 ") => format!("{line} B\n"),
            _ if line.contains("ATM ")
                || line.starts_with("ATOM ")
                || line.starts_with("HETATM") =>
            {
                format!("{line} ?\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let (cut, _, names) = cut_and_read("insertion", &text);
    assert_eq!(names[0], "x_ligand.cif");
    assert_eq!(residues(&cut, PartRole::Ligand)[0].0, "A1LU6 12345B A");
}

#[test]
fn more_atoms_than_serial_numbers_of_a_pdb_file_survive() {
    // A ligand in the middle of a grid of argon atoms, each a residue of its own.
    let mut text = "data_many\nloop_\n_atom_site.group_PDB\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n_atom_site.auth_asym_id\n_atom_site.auth_seq_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\n".to_owned();
    text += "HETATM C C1 LIG L 1 23.5 23.5 23.5\nHETATM C C2 LIG L 1 25.0 23.5 23.5\n";
    let mut number = 0;
    for (x, y, z) in (0..47_i32.pow(3)).map(|n| (n % 47, n / 47 % 47, n / 47 / 47)) {
        number += 1;
        writeln!(text, "HETATM Ar AR AR A {number} {x} {y} {z}.25")
            .expect("writing to a String cannot fail");
    }
    let folder = std::env::temp_dir().join(format!("molshot-many-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("x.cif"), text).expect("a file");
    let source = ComplexSource::new(&folder);
    let rule = CutRule {
        pocket_cutoff_angstrom: 50.0,
        ..CutRule::default()
    };
    let cut = source
        .cut_text("x", &rule)
        .expect("a cut")
        .expect("an entry");
    fs::remove_dir_all(folder).expect("the test made this folder");
    let pocket = &cut.files["x_pocket.cif"];
    assert_eq!(cut.record.pocket_residues, 103_823);
    assert!(pocket.contains(
        "\nHETATM 103823 Ar AR . AR A 1 . ? 46.000 46.000 46.250 1.00 0.00 0 103823 A 1\n"
    ));
}
