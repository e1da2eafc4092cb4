//! A plan says what it leaves out and why.

use std::fmt::Write;
use std::fs;

use super::set::{Folder, complexes, library, plan};

/// A protein with a ligand of this name beside it.
fn entry(ligand: &str) -> String {
    let protein = fs::read_to_string(library("1hvr/1hvr_pocket.pdb")).expect("a pocket");
    let mut text = protein.replace("\nEND", "\nREMARK");
    for (serial, x) in (7000..).zip([-9.1, -7.7, -6.9]) {
        writeln!(
            text,
            "HETATM{serial:>5}  C{}  {ligand} A 900    {x:>8.3}{:>8.3}{:>8.3}  1.00  0.00           C",
            serial - 6999,
            15.0 + x / 10.0,
            28.0
        )
        .expect("writing to a String cannot fail");
    }
    text + "END\n"
}

const PLAN: [&str; 5] = ["plan", "--complexes", "in", "--out", "out"];

#[test]
fn a_plan_without_complexes_says_why_by_reason() {
    let folder = Folder::new("left_out_all");
    for id in ["1aaa", "1bbb"] {
        folder.write(&format!("in/{id}.pdb"), entry("UNL"));
    }
    folder.write("in/1ccc.cif", "");
    folder.write("in/._1aaa.pdb", "?");
    folder.write("in/poses.sdf", "?");
    let text = folder.refuse(
        1,
        &PLAN,
        &[
            "in: has no usable complex: 3 of 3 are left out",
            "2 complexes (no_ligand), the first is 1aaa: no residue can be the ligand: the structure has UNL 900 A (counted as additives",
            "give a list of ligands (option ligands) with the line \"ID UNL\", or \"* UNL\" for all complexes",
            "1 complex (unreadable): 1ccc: ",
            "1ccc.cif: is empty (0 bytes)",
            "._1aaa.pdb is hidden",
            "poses.sdf is of another file extension",
            "report.json lists all of them",
        ],
    );
    // The most frequent reason comes first.
    assert!(text.find("no_ligand") < text.find("unreadable"), "{text}");
    let report = folder.json("out/report.json");
    let skipped = report["complexes"]["skipped"].as_array().expect("a list");
    let ids: Vec<&str> = skipped
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, ["1aaa", "1bbb", "1ccc"]);
    assert_eq!(
        report["complexes"]["left_out_files"][0],
        serde_json::json!({"name": "._1aaa.pdb", "why": "hidden"})
    );
    // What the message says helps.
    folder.write("ligands.txt", "* UNL # docked poses\n");
    let options = [
        "--ligands",
        "ligands.txt",
        "--size",
        "64x64",
        "--tasks",
        "T1",
    ];
    let output = folder.run(&[&PLAN[..], &options].concat());
    let notes = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{notes}");
    assert!(
        notes.contains("left out: 1 complex (unreadable): 1ccc: ")
            && notes.contains("left out: ._1aaa.pdb is hidden"),
        "{notes}"
    );
    let report = folder.json("out/report.json");
    assert_eq!(report["complexes"]["cut"]["1aaa"]["ligand"], "UNL 900 A");
    assert_eq!(report["complexes"]["cut"]["1aaa"]["chosen_by"], "list");
    assert_eq!(report["complexes"].get("unused_ligands"), None);
    // A plan that fails later does not replace the report of this one.
    folder.write("none.txt", "1aaa ABC\n1bbb ABC\n");
    folder.refuse(
        1,
        &[&PLAN[..], &["--ligands", "none.txt"]].concat(),
        &["2 complexes (ligand_not_there), the first is 1aaa: the list of ligands names ABC, but the structure has UNL 900 A"],
    );
    assert_eq!(folder.json("out/report.json"), report);
}

#[test]
fn splits_and_the_tiny_set_say_what_is_missing() {
    let folder = Folder::new("left_out_split");
    complexes(&folder, 2);
    folder.write("other.json", r#"{"train": ["x"], "test": ["y"]}"#);
    folder.refuse(
        1,
        &[&PLAN[..], &["--split", "other.json"]].concat(),
        &[
            "2 complexes (not_there), the first is x: ",
            "2 complexes (on_no_side), the first is a0: the split does not name it; name it in \"train\" or in \"test\"",
        ],
    );
    folder.refuse(
        1,
        &[&PLAN[..], &["--tiny"]].concat(),
        &[
            "has no complex for a tiny set",
            "2 could be used",
            "give a larger test share",
        ],
    );
    folder.refuse(
        1,
        &["plan", "--complexes", "in/a0", "--out", "out"],
        &["this looks like the folder of one complex"],
    );
}

#[cfg(unix)]
#[test]
fn a_broken_link_leaves_out_one_complex_only() {
    let folder = Folder::new("left_out_link");
    complexes(&folder, 2);
    std::os::unix::fs::symlink("nowhere", folder.path("in/b1/b1_ligand.sdf")).expect("a link");
    std::os::unix::fs::symlink("nowhere", folder.path("in/link.cif")).expect("a link");
    plan(&folder, "out", &["--tasks", "T1", "--test-share", "0"]);
    let report = folder.json("out/report.json");
    let skipped = report["complexes"]["skipped"].as_array().expect("a list");
    let entries: Vec<(&str, &str)> = skipped
        .iter()
        .map(|entry| {
            assert_eq!(entry["reason"], "unreadable");
            let text = |key: &str| entry[key].as_str().expect("a text");
            (text("id"), text("message"))
        })
        .collect();
    assert_eq!(entries.len(), 2, "{entries:?}");
    assert!(entries[0].0 == "b1" && entries[0].1.contains("b1_ligand.sdf: "));
    assert!(entries[1].0 == "link" && entries[1].1.contains("link.cif: cannot be read"));
    assert_eq!(report["complexes"]["used"]["train"], 1);
}
