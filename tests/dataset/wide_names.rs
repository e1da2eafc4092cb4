//! Sets of entries whose names and numbers do not fit the columns of a PDB file.

use std::fmt::Write;
use std::fs;

use super::set::{Folder, library, plan};

/// 1HVR as mmCIF with chains AAA and BAA, residue numbers from 12008 on, and the ligand
/// `A1LU6 12345 AAA`.
fn entry() -> String {
    let mut text = "data_wide\nloop_\n".to_owned();
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
        writeln!(text, "_atom_site.{item}").expect("writing to a String cannot fail");
    }
    let pocket = fs::read_to_string(library("1hvr/1hvr_pocket.pdb")).expect("a library file");
    for line in pocket.lines().filter(|line| line.starts_with("ATOM")) {
        let column = |from: usize, to: usize| line[from..to].trim();
        let number = 12_000 + column(22, 26).parse::<i32>().expect("a number");
        writeln!(
            text,
            "ATOM {} {} {} {} {}AA {number} {} {} {} {number} {}AA",
            column(6, 11),
            column(76, 78),
            column(12, 16),
            column(17, 20),
            column(21, 22),
            column(30, 38),
            column(38, 46),
            column(46, 54),
            column(21, 22),
        )
        .expect("writing to a String cannot fail");
    }
    let ligand = fs::read_to_string(library("1hvr/1hvr_ligand.mol2")).expect("a library file");
    let rows = ligand
        .lines()
        .skip_while(|line| *line != "@<TRIPOS>ATOM")
        .skip(1)
        .take_while(|line| !line.starts_with('@'));
    for row in rows {
        let words: Vec<&str> = row.split_whitespace().collect();
        writeln!(
            text,
            "HETATM {} {} {} A1LU6 CA . {} {} {} 12345 AAA",
            words[0],
            &words[5][..1],
            words[1],
            words[2],
            words[3],
            words[4],
        )
        .expect("writing to a String cannot fail");
    }
    text
}

#[test]
fn wide_names_survive_every_step() {
    let folder = Folder::new("wide_names");
    folder.write("in/wide.cif", entry());
    plan(
        &folder,
        "out",
        &[
            "--tasks",
            "T1,T4,T7,T9",
            "--test-share",
            "0",
            "--size",
            "128x128",
        ],
    );
    folder.ok(&["generate", "--out", "out"]);
    let verified = folder.ok(&["verify", "--out", "out"]);
    assert!(
        verified.contains("1 complexes cut again with the same bytes; no problems"),
        "{verified}"
    );
    let report = folder.json("out/report.json");
    let cut = &report["complexes"]["cut"]["wide"];
    assert_eq!(cut["ligand"], "A1LU6 12345 AAA");
    assert!(folder.path("out/structures/wide/wide_pocket.cif").exists());
    let lines = folder.lines("out");
    let items = lines[0]["items"].as_array().expect("items");
    let answer = |task: &str| {
        let item = items.iter().find(|item| item["task"] == task);
        item.expect("an item")["answer"]
            .as_str()
            .expect("a text")
            .to_owned()
    };
    assert!(answer("T9").contains(" AAA, "), "{}", answer("T9"));
    assert!(answer("T9").contains("ASP 12025 OD"), "{}", answer("T9"));
    for format in ["llava", "parquet"] {
        folder.ok(&["export", "--out", "out", "--format", format]);
    }
    // The folder of the cut is an input like any other.
    let program = |args: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_molshot"))
            .current_dir(&folder.0)
            .args(args)
            .output()
            .expect("the program starts");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{errors}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    let info = program(&["info", "out/structures/wide"]);
    assert!(info.contains("A1LU6 12345"), "{info}");
    let bonds = program(&["hbonds", "out/structures/wide"]);
    assert!(bonds.contains("12025"), "{bonds}");
    // Without the entry, the set is complete.
    fs::remove_file(folder.path("out/local.json")).expect("a file");
    folder.ok(&["verify", "--out", "out"]);
}
