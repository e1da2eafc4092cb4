//! Comparisons of models on the same questions.

use serde_json::{Value, json};

use super::set::{Folder, complexes, plan};

const ARGS: [&str; 5] = ["compare", "--out", "out", "--split", "train"];

fn compare(folder: &Folder, files: &[&str]) -> Value {
    let args = [&ARGS[..], files, &["--format", "json"]].concat();
    serde_json::from_str(&folder.ok(&args)).expect("JSON")
}

/// Makes a planned set, which has all that scores need.
fn planned(name: &str, further: &[&str]) -> Folder {
    let folder = Folder::new(name);
    complexes(&folder, 6);
    plan(
        &folder,
        "out",
        &[&["--split", "split.json"], further].concat(),
    );
    folder
}

#[test]
fn models_are_compared_question_by_question() {
    let folder = planned("comparisons_pairs", &["--size", "128x128"]);
    for baseline in ["oracle", "random", "constant"] {
        let args = [
            "evaluate",
            "--out",
            "out",
            "--split",
            "train",
            "--baseline",
            baseline,
        ];
        folder.ok(&args);
    }
    let file = |name: &str| format!("out/predictions/{name}-train.jsonl");
    let (oracle, random, constant) = (file("oracle"), file("random"), file("constant"));
    let found = compare(&folder, &[&random, &oracle, &constant, &random]);
    let names: Vec<&str> = found["models"]
        .as_array()
        .expect("models")
        .iter()
        .filter_map(|model| model["name"].as_str())
        .collect();
    // The same file twice has its path as its name.
    let expected = [
        random.as_str(),
        "oracle-train",
        "constant-train",
        random.as_str(),
    ];
    assert_eq!(names, expected);
    let columns = found["columns"].as_object().expect("columns");
    assert_eq!(columns.len(), 10);
    let args = [
        "score",
        "--out",
        "out",
        "--split",
        "train",
        "--format",
        "json",
        "--predictions",
    ];
    let scores = |file: &str| -> Value {
        serde_json::from_str(&folder.ok(&[&args[..], &[file]].concat())).expect("JSON")
    };
    let (of_random, of_constant) = (scores(&random), scores(&constant));
    for (name, column) in columns {
        // The scores are those of `score`.
        let score = |place: usize| column["models"][place]["score"].as_f64().expect("a score");
        assert_eq!(
            column["models"][0]["score"],
            of_random["columns"][name]["score"]
        );
        assert_eq!(
            column["models"][2]["score"],
            of_constant["columns"][name]["score"]
        );
        let [oracle, constant, same] = [0, 1, 2].map(|place| column["differences"][place].clone());
        let near = |difference: &Value, expected: f64| {
            let found = difference["score"].as_f64().expect("a difference");
            assert!(
                (found - expected).abs() < 0.011,
                "{name}: {found} {expected}"
            );
            let interval = &difference["interval"];
            let [from, to] = [0, 1].map(|end| interval[end].as_f64().expect("an end"));
            assert!(
                from <= found + 0.01 && found <= to + 0.01,
                "{name}: {from} {found} {to}"
            );
        };
        near(&oracle, 100.0 - score(0));
        near(&constant, score(2) - score(0));
        // A model compared with itself has no difference in any resample.
        assert_eq!(
            (&same["score"], &same["interval"]),
            (&json!(0.0), &json!([0.0, 0.0]))
        );
        for difference in [&oracle, &constant, &same] {
            let keys = ["both_right", "only_first", "only_this", "neither"];
            let sum: u64 = keys.iter().filter_map(|key| difference[key].as_u64()).sum();
            assert_eq!(column["questions"], sum, "{name}");
        }
        assert_eq!(
            (&oracle["only_first"], &oracle["neither"]),
            (&json!(0), &json!(0))
        );
        assert_eq!(
            (&same["only_first"], &same["only_this"]),
            (&json!(0), &json!(0))
        );
    }
    assert_eq!(found["average"]["models"][1]["score"], 100.0);
    assert_eq!(found["average"]["models"][0]["score"], of_random["average"]);
    let text = folder.ok(&[&ARGS[..], &[&random, &oracle]].concat());
    assert!(
        text.contains("minus the first") && text.contains("only this one"),
        "{text}"
    );
    let again = folder.ok(&[&ARGS[..], &[&random, &oracle]].concat());
    assert_eq!(text, again);
}

#[test]
fn missing_answers_count_as_wrong_and_are_counted() {
    let folder = planned("comparisons_missing", &["--tasks", "T1,T5"]);
    let mut all = String::new();
    let mut some = String::new();
    let mut missing = 0;
    for line in folder.lines("out") {
        for item in line["items"].as_array().expect("items") {
            let row = json!({"id": item["id"], "answer": item["answer"]}).to_string() + "\n";
            all += &row;
            if item["task"] == "T1" {
                some += &row;
            } else if line["split"] == "train" {
                missing += 1;
            }
        }
    }
    folder.write("all.jsonl", &all);
    folder.write("some.jsonl", &some);
    let found = compare(&folder, &["all.jsonl", "some.jsonl"]);
    assert_eq!(found["models"][0]["missing"], 0);
    assert_eq!(found["models"][1]["missing"], missing);
    // Those of the test split.
    assert!(found["models"][0]["unknown"].as_u64() > Some(0));
    let [t1, t5] = ["T1", "T5"].map(|column| found["columns"][column]["differences"][0].clone());
    assert_eq!((&t1["score"], &t1["only_first"]), (&json!(0.0), &json!(0)));
    assert_eq!(
        (&t5["score"], &t5["only_first"]),
        (&json!(-100.0), &json!(missing))
    );
    assert_eq!(found["average"], Value::Null);
    let output = folder.run(&[&ARGS[..], &["all.jsonl", "some.jsonl"]].concat());
    let warning = format!("warning: some lacks predictions for {missing} questions");
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(stderr.contains(&warning), "{stderr}");
}

#[test]
fn predictions_of_another_set_are_refused() {
    let folder = planned("comparisons_refused", &["--tasks", "T1"]);
    let of = |split: &str| {
        let lines = folder.lines("out");
        let line = lines.iter().find(|line| line["split"] == split);
        let row = json!({"id": line.expect("a line")["items"][0]["id"], "answer": "x"});
        format!("{row}\n")
    };
    folder.write("train.jsonl", of("train"));
    folder.write("test.jsonl", of("test"));
    folder.write(
        "other.jsonl",
        "{\"id\": \"9xyz-T1-0\", \"answer\": \"move x 3\"}\n",
    );
    folder.write("empty.jsonl", "");
    let refuse = |files: &[&str], status: i32, words: &[&str]| {
        folder.refuse(status, &[&ARGS[..], files].concat(), words);
    };
    refuse(
        &["train.jsonl", "other.jsonl"],
        1,
        &["other.jsonl", "none of its 1", "out"],
    );
    refuse(
        &["train.jsonl", "test.jsonl"],
        1,
        &["test.jsonl", "split train", "other one"],
    );
    refuse(
        &["empty.jsonl", "train.jsonl"],
        1,
        &["empty.jsonl", "has no predictions"],
    );
    refuse(&["train.jsonl", "absent.jsonl"], 1, &["absent.jsonl"]);
    refuse(&["train.jsonl"], 2, &["FILE.jsonl"]);
}
