//! What a folder of complexes holds.

use super::*;

struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path = std::env::temp_dir().join(format!("molshot-{test}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("a folder");
        Self(path)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn entries_of_all_names_are_found_and_others_are_named() {
    let scratch = Scratch::new("contents");
    for name in [
        "10gs.bio1",
        "10gs.bio2",
        "11as.BIO1.gz",
        "1abc.PDB",
        "2abc.ent.gz",
        "3abc.pdb1.gz",
        "4abc-assembly1.cif.gz",
        "pdb5abc.ENT.GZ",
        "6 abc \u{e9}.pdb",
        "._1abc.PDB",
        ".7abc.cif",
        ".DS_Store",
        "notes.txt",
        "poses.sdf",
        "8abc.pdb/8abc_pocket.pdb",
    ] {
        scratch.write(name, "");
    }
    let source = ComplexSource::new(&scratch.0);
    assert_eq!(
        source.list().expect("complexes"),
        [
            "10gs",
            "11as",
            "1abc",
            "2abc",
            "3abc",
            "4abc-assembly1",
            "6 abc \u{e9}",
            "8abc.pdb",
            "pdb5abc"
        ]
    );
    assert_eq!(
        source.path("10gs").file_name().expect("a name"),
        "10gs.bio1"
    );
    let left_out: Vec<(&str, WhyLeftOut)> = source
        .left_out()
        .expect("a folder")
        .iter()
        .map(|file| (file.name.as_str(), file.why))
        .collect();
    assert_eq!(
        left_out,
        [
            (".7abc.cif", WhyLeftOut::Hidden),
            ("._1abc.PDB", WhyLeftOut::Hidden),
            ("10gs.bio2", WhyLeftOut::FurtherAssembly),
            ("notes.txt", WhyLeftOut::FileExtension),
            ("poses.sdf", WhyLeftOut::FileExtension),
        ]
    );
    assert_eq!(
        left_out_texts(source.left_out().expect("a folder"))[0],
        ".7abc.cif, ._1abc.PDB are hidden, because the name begins with a dot"
    );
}

#[test]
fn an_assembly_is_cut_like_an_entry() {
    let scratch = Scratch::new("assembly");
    scratch.write("1hvr.bio1", entry());
    scratch.write("1hvr.bio2", "a further assembly is not read");
    scratch.write("._1hvr.bio1", "\0\u{5}\u{16}\u{7}");
    let source = ComplexSource::new(&scratch.0);
    let cut = source.cut_text("1hvr", &CutRule::default());
    let cut = cut.expect("a cut").expect("an entry");
    assert_eq!(cut.record.ligand, "XK2 263 A");
    assert_eq!(cut.record.from, "1hvr.bio1");
}

#[test]
fn broken_links_and_empty_files_are_unreadable_with_a_reason() {
    let scratch = Scratch::new("broken");
    scratch.write("empty.pdb", "");
    scratch.write("folder/folder_pocket.pdb/x", "");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere.cif", scratch.0.join("link.cif")).expect("a link");
    let source = ComplexSource::new(&scratch.0).with_cuts(&scratch.0.join("cuts"));
    let rule = CutRule::default();
    let error = source.cut_text("empty", &rule).expect_err("no atoms");
    assert_eq!(error.reason, "unreadable");
    assert!(error.message.contains("empty.pdb: is empty (0 bytes)"));
    #[cfg(unix)]
    {
        let error = source.cut_text("link", &rule).expect_err("no file");
        assert!(
            error.message.contains("link.cif: cannot be read"),
            "{error}"
        );
    }
    let error = source.read("folder").expect_err("no pocket");
    assert!(
        error.message.contains("folder_pocket.pdb/ (a folder)"),
        "{error}"
    );
}

#[test]
fn hidden_files_of_a_complex_are_not_part_of_it() {
    let scratch = Scratch::new("hidden");
    let from = library().folder.join("1hvr");
    for name in ["1hvr_pocket.pdb", "1hvr_ligand.mol2"] {
        let bytes = fs::read(from.join(name)).expect("a library file");
        scratch.write(&format!("1hvr/{name}"), &bytes);
    }
    let source = ComplexSource::new(&scratch.0);
    let hash = source.hash("1hvr").expect("files");
    assert_eq!(hash, library().hash("1hvr").expect("files"));
    scratch.write("1hvr/._1hvr_ligand.mol2", "?");
    scratch.write("1hvr/._1hvr_protein.pdb", "?");
    fs::create_dir(scratch.0.join("1hvr/old_ligand.mol2")).expect("a folder");
    assert_eq!(source.hash("1hvr").expect("files"), hash);
    source
        .read("1hvr")
        .expect("the files beside the hidden ones");
    // A hidden pocket does not make a protein a pocket.
    fs::rename(
        scratch.0.join("1hvr/1hvr_pocket.pdb"),
        scratch.0.join("1hvr/1HVR_Protein.PDB"),
    )
    .expect("a file");
    scratch.write("1hvr/._1hvr_pocket.pdb", "?");
    let cut = source.cut_text("1hvr", &CutRule::default());
    let cut = cut.expect("a cut").expect("a protein without a pocket");
    assert_eq!(cut.record.chosen_by, cut::ChosenBy::File);
}

/// Returns 1HVR as an entry whose ligand has another name.
fn named(ligand: &str) -> String {
    entry().replace("XK2", ligand)
}

#[test]
fn a_ligand_counted_as_an_additive_is_named_with_the_flag() {
    let scratch = Scratch::new("additive");
    scratch.write("a.pdb", named("UNL"));
    scratch.write("b.pdb", named("UNK"));
    scratch.write("c.pdb", named("GOL"));
    let source = ComplexSource::new(&scratch.0);
    let refuse = |id: &str, rule: &CutRule| source.cut_text(id, rule).expect_err("no ligand");
    for (id, name) in [("a", "UNL"), ("b", "UNK")] {
        let error = refuse(id, &CutRule::default());
        assert_eq!(error.reason, "no_ligand");
        let line = format!(
            "give a list of ligands (option ligands) with the line \"ID {name}\", or \"* {name}\""
        );
        assert!(error.message.contains(&line), "{error}");
        assert!(
            error
                .message
                .contains("(counted as additives of crystals and buffers)"),
            "{error}"
        );
        assert!(error.message.contains(&format!("{name} 263 A")), "{error}");
    }
    let error = refuse("c", &CutRule::default());
    assert!(
        error
            .message
            .contains("a list of ligands (option ligands) with a line such as \"ID GOL\""),
        "{error}"
    );
    // What the message says helps: one line for all that have such a residue.
    scratch.write("list", "* UNL\nc GOL 263\n");
    let rule = CutRule {
        ligands: cut::read_ligands(&scratch.0.join("list")).expect("a list"),
        ..CutRule::default()
    };
    let cut = |id: &str| {
        source
            .cut_text(id, &rule)
            .map(|cut| cut.expect("an entry").record)
    };
    assert_eq!(cut("a").expect("a ligand").ligand, "UNL 263 A");
    assert_eq!(cut("a").expect("a ligand").chosen_by, cut::ChosenBy::List);
    assert_eq!(cut("c").expect("a ligand").ligand, "GOL 263 A");
    assert_eq!(cut("b").expect_err("UNK is not named").reason, "no_ligand");
}

#[test]
fn a_protein_that_holds_the_ligand_is_cut_without_it_and_with_a_warning() {
    let scratch = Scratch::new("holds");
    let ligand = library().folder.join("1hvr/1hvr_ligand.mol2");
    scratch.write("x/x_protein.pdb", entry());
    scratch.write("x/x_ligand.mol2", fs::read(ligand).expect("a library file"));
    let source = ComplexSource::new(&scratch.0);
    let cut = source.cut_text("x", &CutRule::default());
    let cut = cut.expect("a cut").expect("a protein");
    assert!(!cut.files["x_pocket.pdb"].contains("XK2 A 263"));
    assert!(
        cut.warnings.iter().any(|text| text.starts_with(
            "x/x_protein.pdb: the file of the pocket still holds the ligand: most atoms of XK2 263 A"
        )),
        "{:?}",
        cut.warnings
    );
}

#[test]
fn a_ligand_with_a_file_is_no_additive() {
    let scratch = Scratch::new("file");
    let from = library().folder.join("1hvr");
    let read = |name: &str| fs::read_to_string(from.join(name)).expect("a library file");
    for name in ["UNL", "UNK", "GOL"] {
        scratch.write(&format!("{name}/x_protein.pdb"), read("1hvr_pocket.pdb"));
        scratch.write(
            &format!("{name}/x_ligand.mol2"),
            read("1hvr_ligand.mol2").replace("XK2", name),
        );
        let source = ComplexSource::new(&scratch.0);
        let cut = source.cut_text(name, &CutRule::default());
        let record = cut.expect("a ligand").expect("a cut").record;
        assert!(record.ligand.starts_with(name), "{record:?}");
        assert_eq!(record.chosen_by, cut::ChosenBy::File);
    }
}

#[test]
fn names_that_no_file_can_have_are_named() {
    let scratch = Scratch::new("unusable-names");
    let (long, allowed) = ("x".repeat(201), "y".repeat(200));
    for id in [long.as_str(), "a\nb", allowed.as_str()] {
        scratch.write(&format!("{id}/z_pocket.pdb"), "");
    }
    let source = ComplexSource::new(&scratch.0).with_cuts(&scratch.0.join("cuts"));
    let problem = |id: &str| {
        let cut = source.cut(id, &CutRule::default()).expect("the disk works");
        cut.map_err(|error| (error.reason, error.message))
    };
    let (reason, message) = problem(&long).expect_err("a long name");
    assert_eq!(reason, "unusable_name");
    assert!(message.contains("201 bytes"), "{message}");
    let (_, message) = problem("a\nb").expect_err("a line feed");
    assert!(message.contains("line feed"), "{message}");
    assert_eq!(problem(&allowed), Ok(None));
}
