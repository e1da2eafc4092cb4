//! Sets in several input modes: from the plan to the scores.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::{Value, json};

use super::endpoint::{Endpoint, Reply, evaluate};
use super::set::{Folder, complexes, finished, plan};

const MODES: [&str; 3] = ["picture", "text", "both"];

/// Scores a baseline or a file of predictions of the training split, as JSON.
fn scores(folder: &Folder, args: &[&str]) -> Value {
    let further = ["--out", "out", "--split", "train", "--format", "json"];
    let args = [args, &further].concat();
    serde_json::from_str(&folder.ok(&args)).expect("JSON")
}

/// Returns the items of a split by id.
fn items(folder: &Folder, split: &str) -> BTreeMap<String, Value> {
    let lines = folder.lines("out").into_iter();
    lines
        .filter(|line| line["split"] == split)
        .flat_map(|line| line["items"].as_array().expect("items").clone())
        .map(|item| (item["id"].as_str().expect("an id").to_owned(), item))
        .collect()
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().expect("a list").iter();
    list.map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

#[test]
fn a_set_in_three_modes_has_tables_and_pictures_once() {
    let folder = finished("modes_three", 4, &["--modes", "picture,text,both"]);
    let plain = finished("modes_plain", 4, &[]);
    let verified = folder.ok(&["verify", "--out", "out"]);
    assert!(!verified.contains("problem:"), "{verified}");
    assert_eq!(folder.json("out/plan/plan.json")["modes"], json!(MODES));
    assert_eq!(
        plain.json("out/plan/plan.json")["modes"],
        json!(["picture"])
    );
    // Modes change neither items nor pictures.
    for file in ["plan/complexes.jsonl", "data/pictures/train-00000.parquet"] {
        let read = |folder: &Folder| fs::read(folder.path("out").join(file)).expect("a file");
        assert_eq!(read(&folder), read(&plain), "{file}");
    }
    let card = fs::read_to_string(folder.path("out/README.md")).expect("a card");
    assert!(card.contains("Input modes: picture, text, both."), "{card}");
    assert!(card.contains("3 rows per item"), "{card}");
    let croissant = fs::read_to_string(folder.path("out/croissant.json")).expect("a text");
    assert!(croissant.contains("3 input modes (picture, text, both"));

    // LLaMA-Factory has all modes: placeholders where there are pictures, tables in the text.
    folder.ok(&["export", "--out", "out", "--format", "llamafactory"]);
    let items = items(&folder, "train");
    let mut entries = 0;
    for name in [
        "T1-translation",
        "T5-translation-rotation",
        "T4-residue-ligand-interaction",
    ] {
        let path = format!("out/export/llamafactory/{name}-train.json");
        let list = folder.json(&path);
        for (entry, mode) in list
            .as_array()
            .expect("a list")
            .iter()
            .zip(MODES.iter().cycle())
        {
            let asked = entry["messages"][0]["content"].as_str().expect("a text");
            let pictures = entry["images"].as_array().expect("pictures").len();
            let tables = asked.matches("\nline,atom,x,y,z,bonds\n").count();
            assert_eq!(asked.matches("<image>").count(), pictures);
            let wanted = match name.as_bytes()[1] {
                b'1' => 4,
                b'5' => 11,
                _ => 6,
            };
            assert_eq!(pictures, if *mode == "text" { 0 } else { wanted }, "{mode}");
            assert_eq!(
                tables,
                if *mode == "picture" { 0 } else { wanted },
                "{mode}"
            );
            if *mode == "both" {
                let place = |text: &str| asked.find(text).unwrap_or_else(|| panic!("{text}"));
                assert!(place("Picture 1 (") < place("Table 1 ("));
                assert!(place("Table 1 (") < place("Picture 2 ("));
            }
            entries += 1;
        }
    }
    assert!(entries > 12 && items.len() > entries / 3);
    // Formats that need pictures leave mode text out and say so.
    for format in ["vlmeval", "imagefolder", "webdataset"] {
        let output = folder.run(&["export", "--out", "out", "--format", format]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{stderr}");
        assert!(
            stderr.contains("warning: the questions of mode text are left out"),
            "{stderr}"
        );
    }
    let tsv = folder.path("out/export/vlmeval/T1-translation-train.tsv");
    let tsv = fs::read_to_string(tsv).expect("a table");
    assert!(!tsv.contains("-text\"") && tsv.contains("-both\""));
    let below = folder.path("out/export/imagefolder/T1-translation/train/metadata.jsonl");
    for line in fs::read_to_string(below).expect("a text").lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        let tables = texts(&row["tables"]);
        match row["mode"].as_str() {
            Some("picture") => assert!(tables.is_empty()),
            Some("both") => assert_eq!(tables.len(), 4),
            mode => panic!("{mode:?}"),
        }
    }
    for format in ["parquet", "llava"] {
        let output = folder.run(&["export", "--out", "out", "--format", format]);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success() && !stderr.contains("warning"),
            "{stderr}"
        );
    }
    let llava = folder.json("out/export/llava/T1-translation-train.json");
    for entry in llava.as_array().expect("a list") {
        let is_text = entry["id"].as_str().expect("an id").ends_with("-text");
        assert_eq!(entry.get("image").is_none(), is_text);
    }
    folder.ok(&["verify", "--out", "out"]);
}

#[test]
fn the_report_has_sizes_by_mode_and_task() {
    let folder = Folder::new("modes_sizes");
    complexes(&folder, 2);
    let further = [
        "--modes",
        "all",
        "--test-share",
        "0",
        "--languages",
        "en,zh",
    ];
    plan(&folder, "out", &further);
    let report = folder.json("out/report.json");
    let sizes = &report["sizes"];
    assert_eq!(sizes["complexes"], 2);
    let of = |mode: &str, task: &str, key: &str| {
        let value = &sizes["modes"][mode][task][key];
        value
            .as_u64()
            .unwrap_or_else(|| panic!("{mode} {task} {key}"))
    };
    for task in ["T1", "T4", "T5", "T7"] {
        assert_eq!(of("picture", task, "table_characters_median"), 0);
        assert_eq!(of("text", task, "pictures"), 0);
        assert_eq!(of("text", task, "pixels"), 0);
        let pictures = of("both", task, "pictures");
        assert_eq!(of("both", task, "pixels"), pictures * 64 * 64);
        let tables = of("text", task, "table_characters_median");
        assert!(tables > 1000 && tables == of("both", task, "table_characters_median"));
        assert!(of("text", task, "text_tokens_median") > tables / 2);
        // Each item in two languages.
        let made = report["questions"]["train"][task]["made"].as_u64();
        assert_eq!(
            Some(of("text", task, "questions")),
            made.map(|made| made * 2)
        );
    }
}

#[test]
fn the_oracle_has_all_points_in_each_mode_and_language() {
    let folder = Folder::new("modes_oracle");
    complexes(&folder, 4);
    let split = ["--split", "split.json"];
    plan(
        &folder,
        "out",
        &[&split[..], &["--modes", "all", "--languages", "en,sw"]].concat(),
    );
    let oracle = scores(&folder, &["evaluate", "--baseline", "oracle"]);
    assert_eq!(oracle["modes"]["modes"], json!(MODES));
    let columns = oracle["modes"]["columns"].as_object().expect("columns");
    assert!(columns.len() >= 9);
    for (column, scores) in columns {
        for mode in MODES {
            assert_eq!(scores["modes"][mode]["score"], 100.0, "{column} {mode}");
        }
        let zero = json!({"score": 0.0, "interval": [0.0, 0.0]});
        for name in ["text - picture", "both - picture", "both - text"] {
            assert_eq!(scores["differences"][name], zero, "{column}");
        }
        assert_eq!(oracle["columns"][column]["score"], 100.0);
    }
    for language in ["en", "sw"] {
        let t1 = &oracle["languages"]["columns"]["T1"]["languages"][language];
        assert_eq!(t1["score"], 100.0);
    }
    // A model that knows the answers with tables only, and answers in English only.
    let mut lines = String::new();
    for (id, item) in items(&folder, "train") {
        for (mode, answer) in [("text", item["answer"].clone()), ("picture", json!("?"))] {
            let line =
                json!({"id": format!("{id}-en-{mode}"), "answer": answer, "prompt_tokens": 10});
            lines.extend([line.to_string(), "\n".to_owned()]);
        }
    }
    folder.write("p.jsonl", &lines);
    let given = scores(&folder, &["score", "--predictions", "p.jsonl"]);
    assert_eq!(given["modes"]["missing"], json!(["both"]));
    let t1 = &given["modes"]["columns"]["T1"];
    assert_eq!(t1["modes"]["text"]["score"], 100.0);
    assert_eq!(t1["modes"]["picture"]["score"], 0.0);
    assert_eq!(
        t1["differences"]["text - picture"],
        json!({"score": 100.0, "interval": [100.0, 100.0]})
    );
    assert_eq!(given["prompt_tokens"]["text"]["mean"], 10.0);
    assert!(given["prompt_tokens"].get("both").is_none());
    assert_eq!(given["languages"]["missing"], json!(["sw"]));
    let args = ["score", "--out", "out", "--predictions", "p.jsonl"];
    let text = folder.ok(&[&args[..], &["--split", "train"]].concat());
    for words in [
        "Scores by input mode",
        "text - picture",
        "no predictions in mode both",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn an_endpoint_gets_tables_pictures_or_both() {
    let folder = finished(
        "modes_asked",
        4,
        &["--tasks", "T1", "--modes", "picture,text,both"],
    );
    let endpoint = Endpoint::start(|_, asked| {
        let count = asked.body["messages"][0]["content"]
            .as_array()
            .map_or(0, Vec::len);
        let message = json!({"role": "assistant", "content": "move x 1"});
        Reply::message(&message, "stop", 100 * count)
    });
    let args = evaluate(&endpoint.url, "m", &[]);
    let output = folder.run(&[&args[..], &["--format", "json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    let mut kinds = BTreeMap::new();
    for request in endpoint.asked() {
        let parts = request.body["messages"][0]["content"]
            .as_array()
            .expect("parts")
            .clone();
        let kind = |part: &Value| match part["text"].as_str() {
            None => {
                assert!(part["image_url"]["url"].is_string());
                'i'
            }
            Some(text) if text.starts_with("Table ") => 't',
            Some(text) if text.starts_with("Picture ") => 'l',
            Some(_) => 'q',
        };
        let kinds_of: String = parts.iter().map(kind).collect();
        *kinds.entry(kinds_of).or_insert(0) += 1;
        let question = request.question();
        let is_text = !parts.iter().any(|part| part["type"] == "image_url");
        assert_eq!(question.contains("You do not get the pictures"), is_text);
    }
    let count = items(&folder, "test").len();
    let wanted = ["li", "t", "lit"].map(|of_each| (of_each.repeat(4) + "q", count));
    assert_eq!(kinds, BTreeMap::from(wanted));
    // Tokens as the endpoint counted them.
    let given: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    for (mode, parts) in [("picture", 9), ("text", 5), ("both", 13)] {
        let tokens = &given["prompt_tokens"][mode];
        assert_eq!(tokens["mean"], f64::from(parts * 100), "{mode}");
        assert_eq!(tokens["answers"], count);
        let line = format!(
            "prompt tokens in mode {mode}: {}.00 per question",
            parts * 100
        );
        assert!(stderr.contains(&line), "{stderr}");
    }
}

#[test]
fn a_set_in_mode_text_alone_has_plain_ids_and_needs_a_format_with_text() {
    let folder = finished("modes_text", 2, &["--tasks", "T1,T6", "--modes", "text"]);
    let ids: BTreeSet<String> = items(&folder, "train").into_keys().collect();
    folder.ok(&["export", "--out", "out", "--format", "llava"]);
    let mut found = BTreeSet::new();
    for name in ["T1-translation", "T6-rotation-rotation"] {
        let list = folder.json(&format!("out/export/llava/{name}-train.json"));
        for entry in list.as_array().expect("a list") {
            found.insert(entry["id"].as_str().expect("an id").to_owned());
            assert!(entry.get("image").is_none());
        }
    }
    assert_eq!(found, ids);
    folder.refuse(
        1,
        &["export", "--out", "out", "--format", "vlmeval"],
        &["mode text", "parquet, llamafactory or llava"],
    );
    let refuse = |modes: &str, words: &[&str]| {
        let args = ["plan", "--complexes", "in", "--out", "no", "--modes", modes];
        folder.refuse(2, &args, words);
    };
    refuse(
        "pictures",
        &["--modes", "\"pictures\" is not an input mode"],
    );
    refuse("text,text", &["--modes", "named twice"]);
}
