//! A pocket file that still holds the ligand must not show the answer of a docking question.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use super::set::{Folder, copy_complex, library, plan};

/// Adds the ligand of 1HVR to its pocket, with the atoms in the reverse order and without
/// hydrogens.
fn add_ligand(folder: &Folder, id: &str) {
    let path = format!("in/{id}/{id}_pocket.pdb");
    let pocket = fs::read_to_string(folder.path(&path)).expect("a pocket");
    let mol2 = fs::read_to_string(library("1hvr/1hvr_ligand.mol2")).expect("a ligand");
    let rows: Vec<Vec<&str>> = mol2
        .lines()
        .skip_while(|line| *line != "@<TRIPOS>ATOM")
        .skip(1)
        .take_while(|line| !line.starts_with('@'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let mut copy = String::new();
    for (serial, words) in (7000..).zip(rows.iter().rev()) {
        let at = [2, 3, 4].map(|word| words[word].parse::<f64>().expect("a number"));
        let symbol = &words[5][..1];
        if symbol != "H" {
            writeln!(
                copy,
                "HETATM{serial:>5}  {:<3} XK2 A 263    {:>8.3}{:>8.3}{:>8.3}  1.00  0.00          {symbol:>2}",
                words[1], at[0], at[1], at[2]
            )
            .expect("writing to a String cannot fail");
        }
    }
    // Before the protein, so that the indices of all atoms change.
    folder.write(&path, copy + &pocket);
}

#[test]
fn a_ligand_in_the_pocket_file_changes_neither_pictures_nor_questions() {
    let folder = Folder::new("leaks");
    copy_complex("1hvr", &folder.path("in"), "a");
    let options = ["--tasks", "T1,T4,T7,T9", "--test-share", "0"];
    let render = || {
        let output = Command::new(env!("CARGO_BIN_EXE_molshot"))
            .current_dir(&folder.0)
            .args(["render", "in/a", "-o", "a.png", "--size", "64x64"])
            .args(["--adapter", "software"])
            .output()
            .expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        (fs::read(folder.path("a.png")).expect("a picture"), errors)
    };
    plan(&folder, "clean", &options);
    let (clean, warnings) = render();
    assert!(!warnings.contains("still holds"), "{warnings}");
    add_ligand(&folder, "a");
    plan(&folder, "copy", &options);
    let (copy, warnings) = render();
    assert_eq!(copy, clean);
    assert!(
        warnings.contains("still holds the ligand: most atoms of XK2 263 A"),
        "{warnings}"
    );
    assert_eq!(
        folder.json("clean/report.json")["complexes"].get("warnings"),
        None
    );
    let warnings = folder.json("copy/report.json")["complexes"]["warnings"]["a"].clone();
    let text = warnings[0].as_str().expect("a warning");
    assert!(
        text.starts_with("a_pocket.pdb: the file of the pocket still holds the ligand"),
        "{text}"
    );
    let items = |out: &str| folder.lines(out)[0]["items"].clone();
    assert!(
        items("copy")
            .as_array()
            .is_some_and(|items| items.len() > 8)
    );
    assert_eq!(items("copy"), items("clean"));
    folder.ok(&["generate", "--out", "copy"]);
    folder.ok(&["verify", "--out", "copy"]);
}
