//! Folders in PDBbind layout.

use super::*;

/// Part names of a folder, and the warnings.
fn folder(path: &Path, protein: bool) -> Result<(Vec<String>, Vec<String>), MoleculeError> {
    let structure = read_input(path, FolderOptions { protein }, &ReadOptions::default())?;
    Ok((
        structure.parts().iter().map(|p| p.name.clone()).collect(),
        structure
            .warnings()
            .iter()
            .map(|w| w.message.clone())
            .collect(),
    ))
}

#[test]
fn a_folder_gives_pocket_and_ligand() {
    let scratch = Scratch::new("folder");
    let all = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1abc_protein.pdb", PDB),
        ("1abc_ligand.mol2", MOL2),
        ("1abc_ligand.sdf", SDF),
        ("other_ligand.mol2", "nothing"),
        ("other_pocket.pdb", "nothing"),
    ]);
    let structure = read_input(&all, FolderOptions::default(), &ReadOptions::default());
    let structure = structure.expect("a sound folder");
    let parts: Vec<_> = structure
        .parts()
        .iter()
        .map(|p| (p.name.as_str(), p.role))
        .collect();
    assert_eq!(
        parts,
        [
            ("1abc_pocket", PartRole::Pocket),
            ("1abc_ligand", PartRole::Ligand)
        ]
    );
    assert_eq!(structure.atoms().name, ["CA", "C7"]);
    let with_slash = PathBuf::from(format!("{}/", all.display()));
    assert_eq!(
        folder(&with_slash, true).expect("sound"),
        (
            vec!["1abc_protein".to_owned(), "1abc_ligand".to_owned()],
            vec!["one pocket and one ligand are read, 1abc_protein.pdb and 1abc_ligand.mol2; other_ligand.mol2 is left out".to_owned()]
        )
    );
    assert_eq!(
        folder(&all.join("../1abc/."), false).expect("sound").0[0],
        "1abc_pocket"
    );
}

#[test]
fn a_folder_with_less_is_read_with_a_warning() {
    let scratch = Scratch::new("less");
    let path = scratch.complex(&[("1abc_pocket.pdb", PDB), ("1abc_ligand.sdf", SDF)]);
    let (parts, warnings) = folder(&path, true).expect("the pocket serves");
    assert_eq!(parts, ["1abc_pocket", "1abc_ligand"]);
    assert_eq!(
        warnings,
        ["has no 1abc_protein.pdb; 1abc_pocket.pdb is read instead"]
    );
    let path = scratch.complex(&[("1abc_protein.pdb", PDB), ("1abc_ligand.sdf", SDF)]);
    let (parts, warnings) = folder(&path, false).expect("the protein serves");
    assert_eq!(parts[0], "1abc_protein");
    assert_eq!(warnings.len(), 1);
    let path = scratch.complex(&[("x_pocket.pdb", PDB), ("y_ligand.sdf", SDF)]);
    assert_eq!(
        folder(&path, false).expect("one prefix each").0,
        ["x_pocket", "y_ligand"]
    );
}

#[test]
fn a_broken_mol2_gives_way_to_the_sd_file() {
    let scratch = Scratch::new("broken");
    let broken = &MOL2[..MOL2.len() - 25];
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1abc_ligand.mol2", broken),
        ("1abc_ligand.sdf", SDF),
    ]);
    let (_, warnings) = folder(&path, false).expect("the SD file serves");
    assert!(warnings[0].starts_with("1abc_ligand.mol2 cannot be read, so 1abc_ligand.sdf is"));
    assert!(
        warnings[0].contains("declares 1 atom,") || warnings[0].contains("atom row"),
        "{warnings:?}"
    );
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1abc_ligand.mol2", broken),
        ("1abc_ligand.sdf", "nothing"),
    ]);
    let text = folder(&path, false)
        .expect_err("both are broken")
        .to_string();
    assert!(text.contains("1abc_ligand.mol2:"), "{text}");
}

#[test]
fn a_folder_without_enough_says_what_is_missing() {
    let scratch = Scratch::new("missing");
    let path = scratch.complex(&[("1abc_ligand.sdf", SDF), ("notes.txt", "n")]);
    let text = folder(&path, false).expect_err("no pocket").to_string();
    assert!(
        text.contains(
            "1abc: the folder has no 1abc_pocket.pdb (or 1abc_protein.pdb); it holds 1abc_ligand.sdf, notes.txt; give"
        ),
        "{text}"
    );
    let path = scratch.complex(&[]);
    let text = folder(&path, true).expect_err("empty").to_string();
    assert!(
        text.contains("has no 1abc_protein.pdb (or 1abc_pocket.pdb) and no 1abc_ligand.mol2"),
        "{text}"
    );
    assert!(text.contains("it holds nothing"));
    // Two files of one kind under other names are ambiguous.
    let path = scratch.complex(&[
        ("a_pocket.pdb", PDB),
        ("b_pocket.pdb", PDB),
        ("c_ligand.sdf", SDF),
    ]);
    let text = folder(&path, false).expect_err("two pockets").to_string();
    assert!(
        text.contains(
            "the folder has a_pocket.pdb, b_pocket.pdb, and none of them begins with 1abc;"
        ),
        "{text}"
    );
    // A folder with the name of a file.
    let path = scratch.complex(&[("1abc_ligand.sdf", SDF)]);
    std::fs::create_dir(path.join("1abc_pocket.pdb")).expect("a folder");
    let text = folder(&path, false).expect_err("no pocket").to_string();
    assert!(
        text.contains("it holds 1abc_ligand.sdf, 1abc_pocket.pdb/ (a folder)"),
        "{text}"
    );
}

#[test]
fn other_and_hidden_files_of_a_folder_are_named() {
    let scratch = Scratch::new("others");
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1abc_pocket.cif", "data_x"),
        ("b_pocket.pdb", PDB),
        ("1abc_ligand.mol2", MOL2),
        ("1abc_ligand.sdf", SDF),
        ("._1abc_pocket.pdb", "\0\u{5}\u{16}\u{7}"),
        ("._1abc_ligand.mol2", "\0\u{5}\u{16}\u{7}"),
        (".DS_Store", "x"),
        ("notes.txt", "n"),
    ]);
    let (parts, warnings) = folder(&path, false).expect("sound");
    assert_eq!(parts, ["1abc_pocket", "1abc_ligand"]);
    assert_eq!(
        warnings,
        [
            "one pocket and one ligand are read, 1abc_pocket.pdb and 1abc_ligand.mol2; b_pocket.pdb, 1abc_pocket.cif are left out",
            "2 hidden files are left out, the first is ._1abc_ligand.mol2"
        ]
    );
    // With other names, a hidden file does not make a second pocket.
    let path = scratch.complex(&[
        ("x_pocket.pdb", PDB),
        ("._x_pocket.pdb", "?"),
        ("x_ligand.sdf", SDF),
    ]);
    let (parts, warnings) = folder(&path, false).expect("one of each");
    assert_eq!(parts, ["x_pocket", "x_ligand"]);
    assert_eq!(
        warnings,
        ["._x_pocket.pdb is a hidden file and is left out"]
    );
    // Other structures are named; those that belong to the layout and other files are not.
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1abc_protein.pdb", PDB),
        ("1abc_protein.pdbqt", PDB),
        ("1abc_ligand.mol2", MOL2),
        ("1abc_ligand.pdb", PDB),
        ("1abc.bio1", PDB),
        ("1abc.CIF.gz", ""),
        ("1abc_ligand_aligned.sdf", SDF),
        ("1abc_apbs.dx", "x"),
        (".hidden.pdb", PDB),
        ("README", "x"),
    ]);
    let (parts, warnings) = folder(&path, false).expect("one of each");
    assert_eq!(parts, ["1abc_pocket", "1abc_ligand"]);
    assert_eq!(
        warnings,
        [
            "one pocket and one ligand are read, 1abc_pocket.pdb and 1abc_ligand.mol2; 1abc.CIF.gz, \
          1abc.bio1, 1abc_ligand_aligned.sdf are left out"
        ]
    );
    // A gzipped copy is not another file.
    let path = scratch.complex(&[("x_pocket.pdb", PDB), ("x_ligand.sdf", SDF)]);
    std::fs::write(path.join("x_pocket.pdb.gz"), gzip(PDB.as_bytes())).expect("a file");
    assert_eq!(folder(&path, false).expect("sound").1, [""; 0]);
}

#[test]
fn names_of_other_systems_and_formats_are_found() {
    const CIF: &str = "data_x\nloop_\n_atom_site.type_symbol\n_atom_site.label_atom_id\n_atom_site.label_comp_id\n_atom_site.Cartn_x\n_atom_site.Cartn_y\n_atom_site.Cartn_z\nC CA ALA 9 9 9\n";
    let scratch = Scratch::new("systems");
    for (pocket, ligand) in [
        ("1ABC_POCKET.PDB", "1ABC_LIGAND.MOL2"),
        ("1abc_pocket.ent", "1abc_ligand.MOL2"),
        ("1abc_pocket.PDB", "1abc_ligand.mol2"),
        ("1abc_pocket.bio1", "1abc_ligand.mol2"),
    ] {
        let path = scratch.complex(&[(pocket, PDB), (ligand, MOL2)]);
        let (parts, warnings) = folder(&path, false).expect(pocket);
        assert_eq!(
            (parts.len(), warnings.len()),
            (2, 0),
            "{pocket} {warnings:?}"
        );
    }
    let path = scratch.complex(&[("1abc_pocket.cif", CIF), ("1abc_ligand.mol2", MOL2)]);
    assert_eq!(
        folder(&path, false).expect("mmCIF").0,
        ["1abc_pocket", "1abc_ligand"]
    );
    // The pocket of this name, not the one of a similar name.
    let path = scratch.complex(&[
        ("1abc_pocket.pdb", PDB),
        ("1ABC_pocket.pdb", "nothing"),
        ("1abc_ligand.mol2", MOL2),
    ]);
    let (parts, warnings) = folder(&path, false).expect("the exact name");
    assert_eq!(parts[0], "1abc_pocket");
    assert!(warnings[0].ends_with("1ABC_pocket.pdb is left out"));
}
