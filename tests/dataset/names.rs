//! Names that two residues or atoms share.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::set::{Folder, copy_complex, plan};

/// Changes the lines of atoms of a PDB file.
fn edit(folder: &Folder, path: &str, change: impl Fn(&str) -> String) {
    let text = fs::read_to_string(folder.path(path)).expect("a pocket");
    let lines = text.lines().map(|line| match line.get(..4) {
        Some("ATOM" | "HETA") => change(line),
        _ => line.to_owned(),
    });
    let lines: Vec<String> = lines.collect();
    folder.write(path, lines.join("\n"));
}

fn items(line: &Value, task: &str) -> Vec<Value> {
    let items = line["items"].as_array().expect("items").iter();
    items.filter(|item| item["task"] == task).cloned().collect()
}

/// Returns the reasons why questions of a task are missing.
fn dropped(line: &Value, task: &str) -> Vec<String> {
    let dropped = line["dropped"].as_array().map_or(&[][..], Vec::as_slice);
    dropped
        .iter()
        .filter(|dropped| dropped["task"] == task)
        .map(|dropped| dropped["reason"].as_str().expect("a reason").to_owned())
        .collect()
}

const TASKS: [&str; 4] = ["--tasks", "T4,T8,T9", "--test-share", "0"];

#[test]
fn a_dimer_without_chains_gets_two() {
    let folder = Folder::new("names_dimer");
    copy_complex("1hvr", &folder.path("in"), "dimer");
    plan(&folder, "chains", &TASKS);
    edit(&folder, "in/dimer/dimer_pocket.pdb", |line| {
        format!("{} {}", &line[..21], &line[22..])
    });
    plan(
        &folder,
        "off",
        &[&TASKS[..], &["--unique-names", "off"]].concat(),
    );
    let off = folder.lines("off").remove(0);
    assert!(dropped(&off, "T8").contains(&"ambiguous_names".to_owned()));
    assert!(off["renamed"].is_null());
    plan(&folder, "on", &TASKS);
    let on = folder.lines("on").remove(0);
    // The questions of the file with chains, with the same names.
    let with_chains = folder.lines("chains").remove(0);
    for task in ["T4", "T8", "T9"] {
        let texts = |line: &Value| -> BTreeSet<String> {
            let items = items(line, task).into_iter();
            items
                .map(|item| format!("{} {}", item["answer"], item["facts"]))
                .collect()
        };
        assert_eq!(texts(&on), texts(&with_chains), "{task}");
        assert_eq!(dropped(&on, task), dropped(&with_chains, task));
    }
    assert!(items(&on, "T8").len() > items(&off, "T8").len());
    // Labels show the chains, and the changes are listed.
    let pictures = on["pictures"].as_array().expect("pictures");
    assert!(pictures.iter().any(|picture| picture[1]["chains"] == true));
    let renamed = on["renamed"].as_array().expect("changes");
    let change = |change: &&Value| change["from"] == "ASP 25 ?" && change["to"] == "ASP 25 B";
    assert_eq!(renamed.iter().filter(change).count(), 1);
    folder.ok(&["generate", "--out", "on"]);
    let output = folder.ok(&["verify", "--out", "on", "--sample", "10"]);
    assert!(output.contains("no problems"), "{output}");
}

#[test]
fn renamed_atoms_of_the_pocket_are_asked_about_only_where_they_are_labelled() {
    let folder = Folder::new("names_atoms");
    copy_complex("7pbl", &folder.path("in"), "b");
    plan(&folder, "plain", &TASKS);
    let plain = folder.lines("plain").remove(0);
    let bond = items(&plain, "T8").remove(0);
    let fact = |name: &str| bond["facts"][name].as_str().expect("a fact").to_owned();
    let (residue, atom) = (fact("residue"), fact("pocket_atom"));
    let words: Vec<&str> = residue.split(' ').collect();
    // The carbon CB gets the name of the bonded atom.
    edit(&folder, "in/b/b_pocket.pdb", |line| {
        let is_residue = line[17..20].trim() == words[0]
            && line[21..22] == *words[2]
            && line[22..27].trim() == words[1];
        if is_residue && line[12..16].trim() == "CB" {
            format!("{} {atom:<3}{}", &line[..12], &line[16..])
        } else {
            line.to_owned()
        }
    });
    plan(&folder, "out", &TASKS);
    let line = folder.lines("out").remove(0);
    assert_eq!(dropped(&line, "T9"), ["ambiguous_names"]);
    assert!(dropped(&line, "T8").contains(&"ambiguous_names".to_owned()));
    let asked = items(&line, "T4");
    assert!(asked.iter().any(|item| item["facts"]["residue"] == residue));
}
