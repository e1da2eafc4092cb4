//! Sets in several languages: from the plan to the scores.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Value, json};

use super::set::{Folder, complexes, finished, plan};

/// Scores a baseline or a file of predictions of the training split, as JSON.
fn scores(folder: &Folder, args: &[&str]) -> Value {
    let args = [
        args,
        &["--out", "out", "--split", "train", "--format", "json"],
    ]
    .concat();
    serde_json::from_str(&folder.ok(&args)).expect("JSON")
}

/// Returns the items of the training split by id.
fn items(folder: &Folder) -> BTreeMap<String, Value> {
    let lines = folder.lines("out").into_iter();
    let train = lines.filter(|line| line["split"] == "train");
    train
        .flat_map(|line| line["items"].as_array().expect("items").clone())
        .map(|item| (item["id"].as_str().expect("an id").to_owned(), item))
        .collect()
}

#[test]
fn a_set_in_two_languages_has_paired_items() {
    let folder = finished("languages_two", 4, &["--languages", "en,sw"]);
    let verified = folder.ok(&["verify", "--out", "out"]);
    assert!(!verified.contains("problem:"), "{verified}");
    let plan = folder.json("out/plan/plan.json");
    assert_eq!(plan["languages"], json!(["en", "sw"]));
    for language in ["en", "sw"] {
        let stored = fs::read_to_string(folder.path(&format!("out/plan/messages/{language}.toml")));
        let stored = stored.expect("a catalogue");
        assert!(stored.contains(&format!("language = \"{language}\"")));
    }
    let card = fs::read_to_string(folder.path("out/README.md")).expect("a card");
    assert!(card.contains("language:\n- \"en\"\n- \"sw\"\n"), "{card}");
    assert!(card.contains("sw (not checked by a speaker yet)"), "{card}");
    assert!(card.contains("2 rows per item"), "{card}");

    folder.ok(&["export", "--out", "out", "--format", "imagefolder"]);
    let mut rows: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for name in folder.tree("out/export/imagefolder").into_keys() {
        if name.ends_with("metadata.jsonl") && name.contains("train") {
            let path = folder.path(&format!("out/export/imagefolder/{name}"));
            for line in fs::read_to_string(path).expect("a text").lines() {
                let row: Value = serde_json::from_str(line).expect("JSON");
                let item = row["item"].as_str().expect("an item").to_owned();
                rows.entry(item).or_default().push(row);
            }
        }
    }
    let items = items(&folder);
    assert!(items.keys().eq(rows.keys()));
    for (item, rows) in &rows {
        let [english, swahili] = rows.as_slice() else {
            panic!("{item} has {} rows", rows.len());
        };
        assert_eq!(english["id"], format!("{item}-en"));
        assert_eq!(swahili["id"], format!("{item}-sw"));
        for same in ["answer", "images_file_names", "complex", "task"] {
            assert_eq!(english[same], swahili[same], "{item} {same}");
        }
        let (asked, written) = (english["question"].as_str(), swahili["question"].as_str());
        assert!(asked.expect("a text").contains("Picture 1: "));
        assert!(written.expect("a text").contains("Picha 1: "));
    }

    let oracle = scores(&folder, &["evaluate", "--baseline", "oracle"]);
    let by_language = &oracle["languages"];
    assert_eq!(by_language["languages"], json!(["en", "sw"]));
    for (column, scores) in by_language["columns"].as_object().expect("columns") {
        for language in ["en", "sw"] {
            assert_eq!(scores["languages"][language]["score"], 100.0, "{column}");
        }
        assert_eq!(scores["gap"], json!({"score": 0.0, "interval": [0.0, 0.0]}));
        assert_eq!(oracle["columns"][column]["score"], 100.0);
        assert_eq!(oracle["columns"][column]["missing"], 0);
    }

    // A model that answers in Swahili, and knows only T4 without bonds and the letters.
    let mut lines = String::new();
    for (id, item) in &items {
        let answer = item["answer"].as_str().expect("an answer");
        let written = match item["task"].as_str().expect("a task") {
            "T4" if answer == "No" => "Jibu: hapana".to_owned(),
            "T5" | "T6" | "T8" => format!("Jibu sahihi ni chaguo {answer}"),
            _ => "Sijui".to_owned(),
        };
        let line = json!({"id": format!("{id}-sw"), "answer": written});
        lines.extend([line.to_string(), "\n".to_owned()]);
    }
    folder.write("swahili.jsonl", &lines);
    let args = ["score", "--predictions", "swahili.jsonl"];
    let swahili = scores(&folder, &args);
    assert_eq!(swahili["languages"]["missing"], json!(["en"]));
    let of =
        |column: &str| swahili["languages"]["columns"][column]["languages"]["sw"]["score"].as_f64();
    for column in ["T4-", "T5", "T6", "T8"] {
        assert_eq!(of(column), Some(100.0), "{column}");
    }
    assert_eq!(of("T1"), Some(0.0));
    // The table above counts the rows of both languages.
    assert_eq!(swahili["columns"]["T5"]["score"], 50.0);
    let bytes = folder.ok(&[&args[..], &["--out", "out", "--split", "train"]].concat());
    assert!(bytes.contains("Scores by language") && bytes.contains("no predictions in en"));
    let again = folder.ok(&[&args[..], &["--out", "out", "--split", "train"]].concat());
    assert_eq!(bytes, again);
}

#[test]
fn the_oracle_has_all_points_in_each_of_twelve_languages() {
    let folder = Folder::new("languages_all");
    complexes(&folder, 4);
    plan(
        &folder,
        "out",
        &["--split", "split.json", "--languages", "all"],
    );
    let oracle = scores(&folder, &["evaluate", "--baseline", "oracle"]);
    let all = oracle["languages"]["languages"]
        .as_array()
        .expect("languages");
    assert_eq!(all.len(), 12);
    let columns = oracle["languages"]["columns"].as_object().expect("columns");
    assert!(columns.len() >= 9);
    for (column, scores) in columns {
        for language in all {
            let score = &scores["languages"][language.as_str().expect("a tag")]["score"];
            assert_eq!(*score, 100.0, "{column} {language}");
        }
    }
}

#[test]
fn languages_and_catalogues_that_do_not_fit_are_refused() {
    let folder = Folder::new("languages_refused");
    complexes(&folder, 2);
    let refuse = |status: i32, further: &[&str], words: &[&str]| {
        let args = ["plan", "--complexes", "in", "--out", "out"];
        folder.refuse(status, &[&args[..], further].concat(), words);
    };
    refuse(
        2,
        &["--languages", "../en"],
        &["--languages", "not the tag", "yo, zu"],
    );
    refuse(
        2,
        &["--languages", "en,sw,en"],
        &["--languages", "\"en\" is named twice"],
    );
    refuse(
        1,
        &["--languages", "en,xx"],
        &["\"xx\"", "en, zh, fr", "--messages"],
    );
    let swahili = include_str!("../../dataset/messages/sw.toml");
    folder.write("sw.toml", swahili);
    folder.write("again.toml", swahili);
    refuse(
        1,
        &["--messages", "sw.toml", "--languages", "en"],
        &["\"sw\"", "--languages"],
    );
    refuse(
        1,
        &["--messages", "sw.toml", "--messages", "again.toml"],
        &["two catalogues"],
    );
    folder.write("bad.toml", swahili.replacen("{axes}", "{axis}", 1));
    refuse(1, &["--messages", "bad.toml"], &["bad.toml", "axis"]);
    assert!(!folder.path("out").exists());
    // A given catalogue replaces the built-in one.
    let corrected = swahili
        .replacen("Picha zinaonyesha", "Picha hizi zinaonyesha", 1)
        .replacen("checked_by = []", "checked_by = [\"A. Msomaji\"]", 1);
    folder.write("sw.toml", corrected);
    let further = [
        "--messages",
        "sw.toml",
        "--languages",
        "en,sw",
        "--tasks",
        "T1",
    ];
    plan(
        &folder,
        "out",
        &[&["--split", "split.json"], &further[..]].concat(),
    );
    let stored = fs::read_to_string(folder.path("out/plan/messages/sw.toml")).expect("a text");
    assert!(stored.contains("Picha hizi zinaonyesha") && stored.contains("A. Msomaji"));
}
