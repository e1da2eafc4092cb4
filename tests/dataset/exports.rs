//! Exports, checked without the libraries that load them; `scripts/check-exports` uses these.

use std::collections::BTreeSet;
use std::fs;

use molshot_dataset::tables::read_rows;
use serde_json::Value;

use super::set::{Folder, finished};

fn names(folder: &Folder, below: &str) -> Vec<String> {
    folder.tree(below).into_keys().collect()
}

#[test]
fn every_format_has_every_question_and_names_reveal_nothing() {
    let folder = finished("exports", 4, &[]);
    let wanted: BTreeSet<String> = folder
        .lines("out")
        .iter()
        .flat_map(|line| line["items"].as_array().expect("items").clone())
        .map(|item| item["id"].as_str().expect("an id").to_owned())
        .collect();
    for form in [
        "parquet",
        "webdataset",
        "imagefolder",
        "llamafactory",
        "llava",
        "vlmeval",
        "evalscope",
    ] {
        folder.ok(&["export", "--out", "out", "--format", form]);
        let below = format!("out/export/{form}");
        let once = folder.tree(&below);
        folder.ok(&["export", "--out", "out", "--format", form]);
        assert_eq!(folder.tree(&below), once, "{form} twice");
        for name in names(&folder, &below) {
            let revealing = ["move", "roll", "front_", "_x_", "after"];
            assert!(!revealing.iter().any(|word| name.contains(word)), "{name}");
            assert!(!name.contains(".part"), "{name}");
        }
    }
    let read = |name: &str| fs::read_to_string(folder.path(name)).expect("a text");
    let json = |name: &str| -> Value { serde_json::from_str(&read(name)).expect("JSON") };
    // LLaVA and LLaMA-Factory: as many placeholders as pictures, and all pictures exist.
    let info = json("out/export/llamafactory/dataset_info.json");
    let mut found = BTreeSet::new();
    let mut entries = 0;
    for name in info.as_object().expect("lists").keys() {
        let list = json(&format!("out/export/llamafactory/{name}.json"));
        for entry in list.as_array().expect("a list") {
            let words = entry["messages"][0]["content"].as_str().expect("a text");
            let pictures = entry["images"].as_array().expect("pictures");
            assert_eq!(words.matches("<image>").count(), pictures.len());
            for picture in pictures {
                let path = format!(
                    "out/export/llamafactory/{}",
                    picture.as_str().expect("a path")
                );
                assert!(folder.path(&path).is_file(), "{path}");
            }
            entries += 1;
        }
        for entry in json(&format!("out/export/llava/{name}.json"))
            .as_array()
            .expect("a list")
        {
            assert!(found.insert(entry["id"].as_str().expect("an id").to_owned()));
            assert_eq!(entry["conversations"][0]["from"], "human");
        }
        let table = read(&format!("out/export/vlmeval/{name}.tsv"));
        assert!(table.starts_with("index\tid\timage\t"));
    }
    assert_eq!(found, wanted);
    assert_eq!(entries, wanted.len());
    // Tar files: the keys of the members are the ids of the questions.
    let mut keys = BTreeSet::new();
    let tar = |name: &String| name.rsplit('.').next() == Some("tar");
    for name in names(&folder, "out/export/webdataset")
        .into_iter()
        .filter(tar)
    {
        let bytes =
            fs::read(folder.path(&format!("out/export/webdataset/{name}"))).expect("a file");
        let mut at = 0;
        while bytes[at] != 0 {
            let end = bytes[at..]
                .iter()
                .position(|byte| *byte == 0)
                .expect("an end");
            let member = String::from_utf8_lossy(&bytes[at..at + end]).into_owned();
            let octal = String::from_utf8_lossy(&bytes[at + 124..at + 135]).into_owned();
            let size = usize::from_str_radix(octal.trim(), 8).expect("a size");
            if let Some(key) = member.strip_suffix(".json") {
                keys.insert(key.to_owned());
            }
            at += 512 + size.div_ceil(512) * 512;
        }
    }
    assert_eq!(keys, wanted);
    let mut lines = 0;
    for name in names(&folder, "out/export/imagefolder") {
        if name.ends_with("metadata.jsonl") {
            lines += read(&format!("out/export/imagefolder/{name}"))
                .lines()
                .count();
        }
    }
    assert_eq!(lines, wanted.len());
}

/// `EvalScope` looks for `SUBSET_SPLIT.parquet` and puts picture N where the text has `<image N>`.
#[test]
fn tables_for_evalscope_have_the_tasks_with_options_and_numbered_pictures() {
    let folder = finished("evalscope", 4, &[]);
    folder.ok(&["export", "--out", "out", "--format", "evalscope"]);
    let tables: BTreeSet<String> = names(&folder, "out/export/evalscope")
        .into_iter()
        .filter(|name| name.ends_with(".parquet"))
        .collect();
    let tasks = [
        "T5-translation-rotation",
        "T6-rotation-rotation",
        "T8-interaction-location",
    ];
    // T5 combines a complex with another one of its split, which the test split lacks here.
    let wanted = tasks.iter().flat_map(|task| {
        let of_split = move |split: &str| format!("{task}_{split}.parquet");
        ["train", "test"].map(of_split)
    });
    let wanted = wanted.filter(|name| name != "T5-translation-rotation_test.parquet");
    assert_eq!(tables, wanted.collect());
    for name in &tables {
        let path = folder.path(&format!("out/export/evalscope/{name}"));
        for row in read_rows(&path).expect("a table") {
            let row = row.expect("a row");
            let (asked, pictures) = (row.text("question"), row.images("images"));
            let (asked, pictures) = (asked.expect("a text"), pictures.expect("pictures"));
            for number in 1..=pictures.len() {
                let placeholder = format!("<image {number}>");
                assert_eq!(asked.matches(&placeholder).count(), 1, "{name}: {asked}");
            }
            assert_eq!(asked.matches("<image").count(), pictures.len(), "{name}");
            assert!(["A", "B", "C", "D"].contains(&row.text("answer").expect("a text").as_str()));
            assert_eq!(row.texts("options").expect("texts").len(), 4, "{name}");
        }
    }
}

#[test]
fn a_set_without_options_has_no_export_for_evalscope() {
    let folder = finished("evalscope-none", 2, &["--tasks", "T1"]);
    let export = ["export", "--out", "out", "--format", "evalscope"];
    folder.refuse(1, &export, &["T5, T6 and T8"]);
}
