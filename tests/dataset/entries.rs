//! Complexes that are cut out of whole entries.

use std::fmt::Write;
use std::fs;

use super::set::{Folder, library, plan};

/// Writes 1HVR and 7PBL as whole PDB entries, with water and glycerol.
fn entries(folder: &Folder) {
    for (id, name, copies) in [("1hvr", "XK2", 2), ("7pbl", "AGS", 2)] {
        let read = |file: &str| fs::read_to_string(library(id).join(format!("{id}_{file}")));
        let pocket = read("pocket.pdb").expect("a library file");
        let lines: Vec<&str> = pocket
            .lines()
            .filter(|line| !line.starts_with("END"))
            .collect();
        let mut text = lines.join("\n") + "\n";
        let mol2 = read("ligand.mol2").expect("a library file");
        let atoms = mol2
            .split("@<TRIPOS>")
            .find(|part| part.starts_with("ATOM\n"))
            .expect("atoms");
        let mut hetero = |serial: usize,
                          atom: &str,
                          residue: &str,
                          number: usize,
                          at: [f64; 3],
                          symbol: &str| {
            writeln!(
                text,
                "HETATM{serial:>5}  {atom:<3} {residue} Z{number:>4}    {:>8.3}{:>8.3}{:>8.3}  1.00  0.00          {symbol:>2}",
                at[0], at[1], at[2]
            )
            .expect("writing to a String cannot fail");
        };
        let mut first = [0.0; 3];
        for (row, line) in atoms.lines().skip(1).enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let at = [2, 3, 4].map(|path| words[path].parse().expect("a number"));
            first = at;
            let symbol = words[5].split('.').next().expect("an element");
            hetero(7000 + row, words[1], name, 500, at, symbol);
        }
        for (row, residue) in ["GOL", "HOH"].iter().enumerate() {
            hetero(
                8000 + row,
                "O1",
                residue,
                600 + row,
                first.map(|part| part + 3.0),
                "O",
            );
        }
        text += "END\n";
        for copy in 0..copies {
            folder.write(&format!("in/{id}x{copy}.pdb"), &text);
        }
    }
    // Entries without a ligand are reported and left out.
    fs::copy(library("1ubi.pdb"), folder.path("in/1ubi.pdb")).expect("the file can be written");
    fs::copy(library("1gbt.bcif.gz"), folder.path("in/1gbt.bcif.gz"))
        .expect("the file can be written");
}

#[allow(clippy::too_many_lines, reason = "one set with several checks")]
#[test]
fn entries_are_cut_and_sets_of_them_are_verified() {
    let folder = Folder::new("entries");
    entries(&folder);
    folder.write(
        "split.json",
        r#"{"train": ["1hvrx0", "7pblx0", "1gbt"], "test": ["1hvrx1", "7pblx1"]}"#,
    );
    folder.write(
        "ligands.txt",
        "1hvrx1 XK2 500 Z # same as by the rule\n7pblx1 AGS\nelsewhere GTP\n",
    );
    let options = [
        "--split",
        "split.json",
        "--ligands",
        "ligands.txt",
        "--tasks",
        "T1,T4,T5,T9",
    ];
    plan(&folder, "out", &options);
    folder.ok(&["generate", "--out", "out"]);
    let output = folder.ok(&["verify", "--out", "out"]);
    let report = folder.json("out/report.json");
    let cut = &report["complexes"]["cut"];
    let count = cut.as_object().expect("cuts").len();
    assert!(
        output.contains(&format!(
            "{count} complexes cut again with the same bytes; no problems"
        )),
        "{output}"
    );
    assert_eq!(cut["1hvrx0"]["ligand"], "XK2 500 Z");
    assert_eq!(cut["1hvrx0"]["chosen_by"], "rule");
    assert_eq!(cut["1hvrx1"]["chosen_by"], "list");
    assert_eq!(cut["7pblx0"]["has_hydrogens"], false);
    assert_eq!(report["complexes"]["unused_ligands"], 1);
    let skipped = report["complexes"]["skipped"].as_array().expect("a list");
    assert!(
        skipped
            .iter()
            .any(|s| s["id"] == "1ubi" && s["reason"] == "no_ligand"),
        "{skipped:?}"
    );
    // The cut has no glycerol and no water.
    let pocket = fs::read_to_string(folder.path("out/structures/1hvrx0/1hvrx0_pocket.pdb"));
    let pocket = pocket.expect("a cut");
    assert!(!pocket.contains("GOL") && !pocket.contains("HOH") && pocket.contains("REMARK 999"));
    let bonds = |path: std::path::PathBuf| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_molshot"))
            .arg("hbonds")
            .arg(path)
            .output()
            .expect("the program starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert!(text.contains(','), "{text}");
        text
    };
    let cut = bonds(folder.path("out/structures/1hvrx0"));
    assert_eq!(
        cut,
        bonds(library("1hvr")),
        "same bonds as the sample folder"
    );
    // Without the entries, everything but the cutting can be verified.
    let tree = folder.tree("out");
    fs::remove_file(folder.path("out/local.json")).expect("a file");
    let alone = folder.ok(&["verify", "--out", "out"]);
    assert!(
        alone.contains("without their entries; no problems"),
        "{alone}"
    );
    // A changed entry and a changed cut are found.
    folder.write(
        "in/7pblx0.pdb",
        fs::read(folder.path("in/1hvrx0.pdb")).expect("a file"),
    );
    let verify = ["verify", "--out", "out", "--complexes", "in"];
    folder.refuse(
        1,
        &verify,
        &["cut again out of 7pblx0.pdb is another complex"],
    );
    entries(&folder);
    folder.ok(&verify);
    let path = "out/structures/7pblx0/7pblx0_pocket.pdb";
    let text = fs::read_to_string(folder.path(path)).expect("a cut");
    folder.write(path, format!("REMARK\n{text}"));
    folder.refuse(1, &verify, &["7pblx0 have changed since it was planned"]);
    folder.write(path, text);
    assert_eq!(folder.tree("out"), tree);
}

#[test]
fn a_smaller_cutoff_gives_a_smaller_pocket() {
    let folder = Folder::new("entries_cutoff");
    entries(&folder);
    let residues = |cutoff: &str| {
        let options = [
            "--tasks",
            "T9",
            "--test-share",
            "0",
            "--pocket-cutoff",
            cutoff,
        ];
        plan(&folder, "out", &options);
        let report = folder.json("out/report.json");
        report["complexes"]["cut"]["1hvrx0"]["pocket_residues"]
            .as_u64()
            .expect("a count")
    };
    let (near, far) = (residues("5"), residues("10"));
    assert!(near < far, "{near} {far}");
    for cutoff in ["0", "x", "1000", "NaN"] {
        let args = [
            "plan",
            "--complexes",
            "in",
            "--out",
            "out",
            "--pocket-cutoff",
            cutoff,
        ];
        folder.refuse(2, &args, &["--pocket-cutoff", "2 to 50"]);
    }
    folder.write("bad.txt", "1hvrx0\n");
    let args = [
        "plan",
        "--complexes",
        "in",
        "--out",
        "out",
        "--ligands",
        "bad.txt",
    ];
    folder.refuse(1, &args, &["bad.txt:1", "RESNAME"]);
    folder.write("bad.txt", "1hvrx0 ABC 9 Z\n");
    folder.ok(&[
        &args[..],
        &["--size", "64x64", "--tasks", "T9", "--test-share", "0"],
    ]
    .concat());
    let report = folder.json("out/report.json");
    let skipped = report["complexes"]["skipped"]
        .as_array()
        .expect("a list")
        .clone();
    assert!(
        skipped
            .iter()
            .any(|s| s["id"] == "1hvrx0" && s["reason"] == "ligand_not_there"),
        "{skipped:?}"
    );
}
