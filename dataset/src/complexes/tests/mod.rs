//! Tests of listing, reading, hashing and cutting complexes.

mod contents;
mod round_trip;
mod unique_names;

use std::fmt::Write;

use super::*;

#[test]
fn sample_complexes_are_read_and_hashed() {
    let source = library();
    assert!(
        source
            .list()
            .expect("a folder")
            .contains(&"1hvr".to_owned())
    );
    let complex = source.read("1hvr").expect("a complex");
    assert!(ligand_atoms(&complex.structure).len() > 20);
    assert!(pocket_atoms(&complex.structure).len() > 200);
    let hash = source.hash("1hvr").expect("readable files");
    assert_eq!(hash.len(), 64);
    assert_eq!(source.hash("1hvr").expect("readable files"), hash);
    assert_eq!(
        source.read("none").expect_err("no folder").reason,
        "unreadable"
    );
    assert!(ComplexSource::new(Path::new("nowhere")).list().is_err());
}

/// Returns 1HVR as a whole entry, with water and additives.
fn entry() -> String {
    let folder = library().folder.join("1hvr");
    let read = |name: &str| fs::read_to_string(folder.join(name)).expect("a library file");
    let mut text = read("1hvr_pocket.pdb").replace("\nEND", "\nREMARK");
    let ligand = read("1hvr_ligand.mol2");
    let mut in_atoms = false;
    let mut line = |serial: usize, name: &str, residue: &str, at: &[&str], symbol: &str| {
        let at: Vec<f64> = at
            .iter()
            .map(|part| part.parse().expect("a number"))
            .collect();
        writeln!(
            text,
            "HETATM{serial:>5}  {name:<3} {residue} A{:>4}    {:>8.3}{:>8.3}{:>8.3}  1.00  0.00          {symbol:>2}",
            if residue == "XK2" {
                263
            } else {
                900 + serial % 90
            },
            at[0],
            at[1],
            at[2]
        )
        .expect("writing to a String cannot fail");
    };
    for row in ligand.lines() {
        if row.starts_with("@<TRIPOS>") {
            in_atoms = row == "@<TRIPOS>ATOM";
            continue;
        }
        let words: Vec<&str> = row.split_whitespace().collect();
        if in_atoms && words.len() > 5 {
            let serial = 5000 + words[0].parse::<usize>().expect("a number");
            line(serial, words[1], "XK2", &words[2..5], &words[5][..1]);
        }
    }
    for (number, residue) in ["GOL", "SO4", "HOH", "EDO"].iter().enumerate() {
        for (k, part) in ["0.5", "1.5", "2.5"].iter().enumerate() {
            line(
                6000 + number * 10 + k,
                "O1",
                residue,
                &[part, "9.0", "20.0"],
                "O",
            );
        }
    }
    text + "END\n"
}

#[test]
fn an_entry_is_cut_by_the_rule_and_reads_as_a_folder() {
    let folder = std::env::temp_dir().join(format!("molshot-cut-{}", std::process::id()));
    let entries = folder.join("entries");
    fs::create_dir_all(&entries).expect("the file can be written");
    fs::write(entries.join("1hvr.pdb"), entry()).expect("the file can be written");
    let source = ComplexSource::new(&entries).with_cuts(&folder.join("cuts"));
    assert_eq!(source.list().expect("an entry"), ["1hvr"]);
    let record = source.cut("1hvr", &CutRule::default());
    let record = record
        .expect("the file can be written")
        .expect("a ligand")
        .expect("an entry");
    assert_eq!(record.ligand, "XK2 263 A");
    assert_eq!(record.chosen_by, cut::ChosenBy::Rule);
    let cut = source.read("1hvr").expect("the cut");
    let whole = library().read("1hvr").expect("the library's complex");
    let heavy = |structure: &Structure| {
        let names: Vec<String> = pocket_atoms(structure)
            .into_iter()
            .map(|atom| {
                let name = &structure.atoms().name[atom as usize];
                format!(
                    "{} {name}",
                    residue_name(structure, structure.atoms().residue[atom as usize])
                )
            })
            .collect();
        names
    };
    assert_eq!(heavy(&cut.structure), heavy(&whole.structure));
    assert_eq!(
        ligand_atoms(&cut.structure).len(),
        ligand_atoms(&whole.structure).len()
    );
    // A smaller cutoff gives a smaller pocket; a list overrides the rule.
    let near = CutRule {
        pocket_cutoff_angstrom: 4.0,
        ..CutRule::default()
    };
    let nearer = source
        .cut_text("1hvr", &near)
        .expect("a cut")
        .expect("an entry");
    assert!(nearer.record.pocket_residues < record.pocket_residues);
    let list = folder.join("list");
    fs::write(&list, "# comment\n1hvr GOL\n").expect("the file can be written");
    let listed = CutRule {
        ligands: cut::read_ligands(&list).expect("a list"),
        ..CutRule::default()
    };
    let glycerol = source
        .cut_text("1hvr", &listed)
        .expect("a cut")
        .expect("an entry");
    assert!(glycerol.record.ligand.starts_with("GOL"));
    for (text, wanted) in [
        ("1hvr\n", "1 words"),
        ("1hvr XK2 x A\n", "not a residue number"),
        ("1hvr XK2\n1hvr GOL\n", "second time"),
    ] {
        fs::write(&list, text).expect("the file can be written");
        let error = cut::read_ligands(&list)
            .expect_err("an invalid list")
            .to_string();
        assert!(error.contains(wanted) && error.contains(':'), "{error}");
    }
    // Two files of one name, and an entry without a ligand.
    fs::write(entries.join("1hvr.cif"), "data_x").expect("the file can be written");
    // The folder is listed once for each source.
    let source = ComplexSource::new(&entries);
    let twice = source.cut_text("1hvr", &near).expect_err("two files");
    assert_eq!(twice.reason, "two_of_one_name");
    fs::copy(library().folder.join("1ubi.pdb"), entries.join("1ubi.pdb"))
        .expect("the file can be written");
    let none = ComplexSource::new(&entries)
        .cut_text("1ubi", &near)
        .expect_err("ubiquitin has no ligand");
    assert_eq!(none.reason, "no_ligand");
    fs::remove_dir_all(folder).expect("the test made this folder");
}

#[test]
fn a_folder_with_a_protein_alone_is_cut() {
    let folder = std::env::temp_dir().join(format!("molshot-protein-{}", std::process::id()));
    let folder_path = folder.join("in/1hvr");
    fs::create_dir_all(&folder_path).expect("the file can be written");
    let from = library().folder.join("1hvr");
    fs::copy(
        from.join("1hvr_pocket.pdb"),
        folder_path.join("1hvr_protein.pdb"),
    )
    .expect("the file can be written");
    fs::copy(
        from.join("1hvr_ligand.mol2"),
        folder_path.join("1hvr_ligand.mol2"),
    )
    .expect("the file can be written");
    let source = ComplexSource::new(&folder.join("in")).with_cuts(&folder.join("cuts"));
    let record = source.cut("1hvr", &CutRule::default());
    let record = record
        .expect("the file can be written")
        .expect("a cut")
        .expect("a protein");
    assert_eq!(record.chosen_by, cut::ChosenBy::File);
    let cut = source.read("1hvr").expect("the cut");
    let whole = library().read("1hvr").expect("the library's complex");
    let bonds = |complex: &Complex| {
        let bonds = crate::plan::bonds::Bonds::of(&complex.structure).expect("bonds");
        bonds.answer(&complex.structure)
    };
    assert_eq!(bonds(&cut), bonds(&whole));
    fs::remove_dir_all(folder).expect("the test made this folder");
}
