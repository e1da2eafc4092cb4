//! Scores: both ends of the scale, tolerance of form, and strictness about meaning.

use std::fs;

use serde_json::Value;

use super::set::{Folder, finished};

const COLUMNS: [&str; 10] = ["T1", "T2", "T3", "T4+", "T4-", "T5", "T6", "T7", "T8", "T9"];

fn baseline(folder: &Folder, name: &str) -> Value {
    let text = folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--baseline",
        name,
        "--split",
        "train",
        "--format",
        "json",
    ]);
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_oracle_has_all_points_and_random_answers_have_few() {
    let folder = finished(
        "scores_ends",
        10,
        &["--size", "128x128", "--no-annotations"],
    );
    let oracle = baseline(&folder, "oracle");
    let random = baseline(&folder, "random");
    let constant = baseline(&folder, "constant");
    let score =
        |scores: &Value, column: &str| scores["columns"][column]["score"].as_f64().expect(column);
    for column in COLUMNS {
        assert!((score(&oracle, column) - 100.0).abs() < 1e-9, "{column}");
        assert_eq!(oracle["columns"][column]["exact"], 100.0, "{column}");
        assert_eq!(oracle["columns"][column]["missing"], 0);
        assert_eq!(oracle["columns"][column]["not_understood"], 0);
        let interval = random["columns"][column]["interval"]
            .as_array()
            .expect("an interval");
        let ends: Vec<f64> = interval.iter().filter_map(Value::as_f64).collect();
        assert!(ends[0] <= score(&random, column) && score(&random, column) <= ends[1]);
        assert!(
            column == "T4-" || score(&constant, column) < 100.0,
            "{column}"
        );
    }
    assert_eq!(oracle["average"], 100.0);
    // Expected scores of random answers, with a tolerance of four standard deviations. T1: half for
    // the axis, times 1 - mean distance / 8; T2: likewise with a third; T3: one of 21; choices: a
    // quarter.
    let near = |column: &str, chance: f64| {
        let questions = random["columns"][column]["questions"]
            .as_f64()
            .expect("a count");
        let tolerance = 4.0 * 50.0 / questions.sqrt();
        let found = score(&random, column);
        assert!(
            (found - chance).abs() < tolerance,
            "{column}: {found}, by chance {chance}"
        );
    };
    near("T1", 50.0 * (1.0 - 3.125 / 8.0));
    near("T2", 100.0 / 3.0 * (1.0 - 67.083 / 180.0));
    near("T3", 100.0 / 21.0);
    near("T4-", 50.0);
    for column in ["T5", "T6", "T8"] {
        near(column, 25.0);
    }
    assert!(score(&random, "T9") < 5.0 && score(&random, "T4+") < 5.0);
    assert_eq!(constant["columns"]["T4-"]["score"], 100.0);
    assert_eq!(constant["columns"]["T4+"]["score"], 0.0);
}

#[test]
fn answers_are_parsed_tolerantly_and_scored_strictly() {
    let folder = finished(
        "scores_forms",
        4,
        &["--tasks", "T1,T8,T9", "--size", "192x192"],
    );
    let lines = folder.lines("out");
    let test = lines
        .iter()
        .find(|line| line["split"] == "test")
        .expect("a line");
    let items = test["items"].as_array().expect("items");
    let of = |task: &str| {
        items
            .iter()
            .find(|item| item["task"] == task)
            .expect("an item")
    };
    let text = |item: &Value, key: &str| item[key].as_str().expect("a text").to_owned();
    let (move_item, choice, bonds) = (of("T1"), of("T8"), of("T9"));
    let answer = text(move_item, "answer");
    let letter = text(choice, "answer");
    let index = "ABCD".find(&letter).expect("a letter");
    let option = choice["options"][index]
        .as_str()
        .expect("a text")
        .to_owned();
    let list = text(bonds, "answer");
    let score = |item: &Value, given: &str| {
        let line = serde_json::json!({"id": item["id"], "answer": given, "model": "ignored"});
        folder.write("answers.jsonl", format!("{line}\n"));
        let output = folder.ok(&[
            "score",
            "--out",
            "out",
            "--predictions",
            "answers.jsonl",
            "--format",
            "json",
        ]);
        let scores: Value = serde_json::from_str(&output).expect("JSON");
        let column = &scores["columns"][item["task"].as_str().expect("a task")];
        // One question of the column has an answer.
        let questions = column["questions"].as_f64().expect("a count");
        (column["score"].as_f64().expect("a score") * questions / 100.0).round() as usize
    };
    for given in [
        answer.clone(),
        answer.to_uppercase(),
        format!("```\n{answer}\n```"),
        format!("The picture moved.\n**Answer:** `{answer}`."),
        format!("{answer} angstrom"),
        format!("\\boxed{{{answer}}}"),
        format!("<think>first I thought of move y 4</think>{answer}"),
        format!("<answer>{answer}</answer>"),
    ] {
        assert_eq!(score(move_item, &given), 1, "{given}");
    }
    for given in [
        "",
        "no idea",
        "move x 1 or move y 1",
        "shift x 1",
        "move x one",
    ] {
        assert_eq!(score(move_item, given), 0, "{given}");
    }
    for given in [
        letter.clone(),
        format!("({letter})"),
        format!("Option {letter}"),
        format!("I choose {letter}."),
        format!("{letter}: {option}"),
        option.clone(),
        format!("Final answer: {}", letter.to_lowercase()),
        format!("\\boxed{{{letter}}}"),
    ] {
        assert_eq!(score(choice, &given), 1, "{given}");
    }
    for given in ["A or B", "ABCD", "A, B, C and D", "a picture", "E"] {
        assert_eq!(score(choice, given), 0, "{given}");
    }
    let mut reversed: Vec<&str> = list.split("; ").collect();
    reversed.reverse();
    for given in [
        list.clone(),
        list.to_lowercase(),
        reversed.join(";\n"),
        format!("Answer: {list}."),
    ] {
        assert_eq!(score(bonds, &given), 1, "{given}");
    }
    assert_eq!(score(bonds, &list.replace(' ', "_")), 0);
}

#[test]
fn invalid_predictions_are_refused_with_their_line() {
    let folder = finished("scores_invalid", 4, &["--tasks", "T1"]);
    let args = ["score", "--out", "out", "--predictions", "p.jsonl"];
    folder.refuse(1, &args, &["p.jsonl"]);
    for (content, words) in [
        ("{\"id\": \"x\"}\n", ["p.jsonl:1", "answer"]),
        ("\n[1]\n", ["p.jsonl:2", "\"id\""]),
        (
            "{\"id\": \"x\", \"answer\": \"\"}\n{\"id\": \"x\", \"answer\": \"\"}\n",
            ["p.jsonl:2", "twice"],
        ),
        ("{\"id\": \"x\", \"answer\": 3}\n", ["p.jsonl:1", "string"]),
    ] {
        folder.write("p.jsonl", content);
        folder.refuse(1, &args, &words);
    }
    // A missing answer and a byte order mark are accepted.
    let id = folder.lines("out")[0]["items"][0]["id"].clone();
    for mark in ["", "\u{feff}"] {
        let line = serde_json::json!({"id": id, "answer": null});
        folder.write("p.jsonl", format!("{mark}{line}\r\n"));
        folder.ok(&args);
    }
    folder.write("p.jsonl", "{\"id\": \"elsewhere\", \"answer\": \"\"}\n");
    let table = folder.ok(&[&args[..], &["--chart", "scores.svg"]].concat());
    assert!(
        table.contains("1 predictions are for questions that the set does not have"),
        "{table}"
    );
    assert!(
        table.contains("human") && table.contains("100.00") && table.contains("missing"),
        "{table}"
    );
    let chart = fs::read_to_string(folder.path("scores.svg")).expect("a chart");
    assert!(chart.starts_with("<svg") && chart.contains("o3 (paper)"));
}
