//! Complete sets: counts by the formulae of the paper, ranges of answers, and the list of files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::set::{Folder, finished, plan};

/// Questions per complex in the train and test splits, for tasks that do not depend on hydrogen
/// bonds (arXiv 2512.10867).
const FORMULAE: [(&str, [usize; 2]); 6] = [
    ("T1", [4, 2]),
    ("T2", [6, 3]),
    ("T3", [4, 2]),
    ("T5", [6, 3]),
    ("T6", [6, 3]),
    ("T7", [6, 3]),
];

/// Returns the bonds of a complex as `molshot hbonds` prints them: residue and text of the bond.
fn bonds(complex: &Path) -> Vec<(String, String)> {
    let output = Command::new(env!("CARGO_BIN_EXE_molshot"))
        .arg("hbonds")
        .arg(complex)
        .output()
        .expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.trim()
        .split("; ")
        .filter(|bond| bond.contains(','))
        .map(|bond| {
            let words: Vec<&str> = bond.split_whitespace().collect();
            let chain = words[3].trim_end_matches(',');
            (
                format!("{} {} {chain}", words[0], words[1]),
                bond.to_owned(),
            )
        })
        .collect()
}

/// Checks that made and dropped questions together are as many as the formulae say.
fn check_counts(folder: &Folder, inputs: &Path) {
    for line in folder.lines("out") {
        let id = line["id"].as_str().expect("an id");
        let split = usize::from(line["split"] == "test");
        let list = |key: &str| line[key].as_array().cloned().unwrap_or_default();
        let (items, dropped) = (list("items"), list("dropped"));
        let of =
            |list: &[Value], task: &str| list.iter().filter(|item| item["task"] == task).count();
        for (task, counts) in FORMULAE {
            let all = of(&items, task) + of(&dropped, task);
            assert_eq!(all, counts[split], "{id} {task}");
        }
        let bonds = bonds(&inputs.join(id));
        let bonding: BTreeSet<&String> = bonds.iter().map(|(residue, _)| residue).collect();
        let with: Vec<&Value> = items
            .iter()
            .filter(|item| item["task"] == "T4" && item["answer"] != "No")
            .collect();
        // Several residues of one name (in chains without names) are dropped one by one, but are
        // one in the texts of the bonds.
        let made = with.len() + of(&dropped, "T4");
        let is_clear = dropped
            .iter()
            .all(|item| item["reason"] != "ambiguous_names");
        assert!(
            made == bonding.len() || !is_clear && made > bonding.len(),
            "{id}: {made} T4 for {} residues that bond",
            bonding.len()
        );
        let without = of(&items, "T4") - with.len();
        assert_eq!(
            without,
            with.len(),
            "{id}: each has a partner that does not bond"
        );
        for item in &with {
            let residue = item["facts"]["residue"]
                .as_str()
                .expect("a residue")
                .to_owned();
            assert!(bonding.contains(&residue), "{id}: {residue}");
        }
        let wanted = bonds.len().max(1);
        assert_eq!(
            of(&items, "T8") + of(&dropped, "T8"),
            wanted,
            "{id}: a T8 for each bond"
        );
        assert_eq!(of(&items, "T9") + of(&dropped, "T9"), 1, "{id}");
        for item in items.iter().filter(|item| item["task"] == "T9") {
            let answer: BTreeSet<&str> = item["answer"]
                .as_str()
                .expect("an answer")
                .split("; ")
                .collect();
            let found: BTreeSet<&str> = bonds.iter().map(|(_, bond)| bond.as_str()).collect();
            assert_eq!(answer, found, "{id}");
        }
    }
}

/// Checks the form and range of every answer, that options differ, and the number of pictures.
fn check_answers(folder: &Folder) {
    let commands: BTreeMap<String, Vec<String>> = folder
        .lines("out")
        .iter()
        .flat_map(|line| line["pictures"].as_array().expect("pictures").clone())
        .map(|picture| {
            let texts = picture[1]["commands"].as_array().expect("commands");
            let texts = texts
                .iter()
                .map(|text| text.as_str().expect("a text").to_owned());
            (
                picture[0].as_str().expect("a path").to_owned(),
                texts.collect(),
            )
        })
        .collect();
    let is_rotation = |amount: i32| amount != 0 && amount % 15 == 0 && (-90..=90).contains(&amount);
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in folder.lines("out") {
        for item in line["items"].as_array().expect("items") {
            let task = item["task"].as_str().expect("a task");
            let answer = item["answer"].as_str().expect("an answer");
            let words: Vec<&str> = answer
                .split([' ', ','])
                .filter(|word| !word.is_empty())
                .collect();
            let amount = |index: usize| words[index].parse::<i32>().expect("a whole number");
            let pictures = item["images"].as_array().expect("pictures").len();
            let options = item["options"].as_array().cloned().unwrap_or_default();
            seen.entry(task.to_owned())
                .or_default()
                .insert(answer.to_owned());
            match task {
                "T1" => assert!(
                    words[0] == "move"
                        && ["x", "y"].contains(&words[1])
                        && (1..=4).contains(&amount(2).abs())
                        && pictures == 4
                ),
                "T2" => assert!(
                    words[0] == "roll"
                        && "xyz".contains(words[1])
                        && is_rotation(amount(2))
                        && pictures == 4
                ),
                "T3" => assert!(
                    words[..2] == ["move", "z"] && (40..=60).contains(&amount(2)) && pictures == 4
                ),
                "T7" => assert!(
                    words[0] == "roll"
                        && is_rotation(amount(2))
                        && words[3..5] == ["move", "x"]
                        && amount(5).abs() >= 8
                        && pictures == 7
                ),
                "T5" | "T6" | "T8" => {
                    assert!("ABCD".contains(answer) && answer.len() == 1, "{answer}");
                    let different: BTreeSet<String> =
                        options.iter().map(Value::to_string).collect();
                    assert_eq!(different.len(), 4, "{options:?}");
                    if task != "T8" {
                        // Two first and two second motions, in all combinations.
                        for from_end in [1, 2] {
                            let motions = options.iter().map(|path| {
                                let texts = &commands[path.as_str().expect("a path")];
                                texts[texts.len() - from_end].clone()
                            });
                            assert_eq!(motions.collect::<BTreeSet<_>>().len(), 2, "{task}");
                        }
                    }
                    assert_eq!(
                        pictures,
                        match task {
                            "T5" => 11,
                            "T6" => 8,
                            _ => 6,
                        }
                    );
                }
                _ => assert_eq!(pictures, 6),
            }
        }
        // Names of pictures do not reveal what they show.
        for picture in line["pictures"].as_array().expect("pictures") {
            let path = picture[0].as_str().expect("a path");
            let name = path.split('/').nth(1).expect("a name");
            let digits = name.strip_suffix(".png").expect("a PNG");
            assert!(
                digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit()),
                "{path}"
            );
        }
    }
    for task in ["T5", "T6", "T8"] {
        assert!(seen[task].len() > 1, "{task}: always {:?}", seen[task]);
    }
}

/// Checks that every shard has its tables, and the set its other files.
fn check_files(folder: &Folder) {
    let tree = folder.tree("out");
    let plan = folder.json("out/plan/plan.json");
    for shard in plan["shards"].as_array().expect("shards") {
        let name = format!(
            "{}-{:05}",
            shard["split"].as_str().expect("a side"),
            shard["number"].as_u64().expect("a number")
        );
        let mut wanted = vec!["pictures".to_owned(), "complexes".to_owned()];
        if shard["number"] == 0 {
            wanted.push("examples".to_owned());
        }
        let tasks = shard["questions"].as_object().expect("tasks").keys();
        wanted.extend(tree.keys().filter_map(|path| {
            let folder = path.strip_prefix("data/")?.split('/').next()?;
            tasks
                .clone()
                .any(|task| folder.starts_with(task.as_str()))
                .then(|| folder.to_owned())
        }));
        for folder in wanted {
            assert!(
                tree.contains_key(&format!("data/{folder}/{name}.parquet")),
                "{folder} {name}"
            );
        }
    }
    for file in [
        "README.md",
        "croissant.json",
        "report.json",
        "plan/plan.json",
        "plan/messages/en.toml",
    ] {
        assert!(tree.contains_key(file), "{file}");
    }
}

#[test]
fn a_set_has_the_counts_of_the_formulae_of_the_paper() {
    let folder = finished(
        "complete_own",
        5,
        &["--shard-pictures", "300", "--size", "192x192"],
    );
    check_counts(&folder, &folder.path("in"));
    check_answers(&folder);
    check_files(&folder);
    let lines = folder.lines("out");
    let items = lines
        .iter()
        .flat_map(|line| line["items"].as_array().expect("items"));
    let tasks: BTreeSet<&str> = items.filter_map(|item| item["task"].as_str()).collect();
    assert_eq!(tasks.len(), 9, "{tasks:?}");
    let output = folder.ok(&["verify", "--out", "out", "--sample", "60"]);
    assert!(
        output.contains("60 of them rendered again with the same bytes; no problems"),
        "{output}"
    );
    let report = folder.json("out/report.json");
    let derived: u64 = ["train", "test"]
        .iter()
        .flat_map(|side| {
            report["questions"][side]
                .as_object()
                .expect("tasks")
                .values()
        })
        .map(|counts| counts["made"].as_u64().expect("a count"))
        .sum();
    assert!(
        output.contains(&format!("{derived} answers derived again")),
        "{output}"
    );
    let card = std::fs::read_to_string(folder.path("out/README.md")).expect("a card");
    assert!(card.contains("pictures do not reveal what"), "{card}");
    // The card says how this set's wrong options were made.
    assert!(
        card.contains("options of a question are a square"),
        "{card}"
    );
}

#[test]
fn the_small_set_has_at_most_fifty_questions_per_column() {
    let folder = Folder::new("complete_tiny");
    super::set::complexes(&folder, 24);
    plan(
        &folder,
        "out",
        &["--test-share", "1", "--tiny", "--tasks", "T1,T4"],
    );
    let report = folder.json("out/report.json");
    let counts = &report["questions"]["test"];
    assert!(report["questions"]["train"].is_null());
    assert_eq!(counts["T1"]["made"], 48, "2 of each of 24 complexes");
    let (all, with) = (&counts["T4"]["made"], &counts["T4"]["with_bond"]);
    let (all, with) = (
        all.as_u64().expect("a count"),
        with.as_u64().expect("a count"),
    );
    assert_eq!((with, all - with), (50, 50));
    folder.ok(&["generate", "--out", "out"]);
    folder.ok(&["verify", "--out", "out", "--sample", "10"]);
    let output = folder.ok(&["evaluate", "--out", "out", "--baseline", "oracle"]);
    assert!(output.contains("100.00"), "{output}");
}

#[test]
fn all_complexes_of_the_larger_data_make_a_valid_set() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    let folder = Folder::new("complete_data");
    for name in ["complexes", "complexes_other"] {
        let inputs = data.join(name);
        let text = inputs.to_str().expect("UTF-8");
        let _ = std::fs::remove_dir_all(folder.path("out"));
        folder.ok(&[
            "plan",
            "--complexes",
            text,
            "--out",
            "out",
            "--size",
            "64x64",
            "--samples",
            "1",
            "--test-share",
            "0.2",
            "--no-annotations",
            // The names are compared with those that the program prints for the files.
            "--unique-names",
            "off",
        ]);
        folder.ok(&["generate", "--out", "out"]);
        let output = folder.ok(&["verify", "--out", "out", "--sample", "40"]);
        assert!(output.contains("no problems"), "{output}");
        if name == "complexes" {
            check_counts(&folder, &inputs);
        }
        check_answers(&folder);
        for baseline in ["train", "test"] {
            let output = folder.ok(&[
                "evaluate",
                "--out",
                "out",
                "--baseline",
                "oracle",
                "--split",
                baseline,
                "--format",
                "json",
            ]);
            let scores: Value = serde_json::from_str(&output).expect("JSON");
            for (column, score) in scores["columns"].as_object().expect("columns") {
                assert_eq!(score["score"], 100.0, "{column}");
            }
        }
    }
}
