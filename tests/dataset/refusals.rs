//! `evaluate` with endpoints that refuse single questions, ask for long pauses, or write anything.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};

use serde_json::Value;

use super::endpoint::{Endpoint, Reply, evaluate};
use super::set::{Folder, finished};

const TOO_LONG: &str = r#"{"error": {"message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 90000 tokens."}}"#;

/// Returns the last line of each question of a model.
fn lines(folder: &Folder, model: &str) -> BTreeMap<String, Value> {
    let text = fs::read_to_string(folder.path(&format!("out/predictions/{model}-test.jsonl")));
    let lines = text.expect("predictions");
    let lines = lines.lines().map(|line| {
        let line: Value = serde_json::from_str(line).expect("a whole line");
        (line["id"].as_str().expect("an id").to_owned(), line)
    });
    lines.collect()
}

fn refused(folder: &Folder, model: &str) -> usize {
    let lines = lines(folder, model);
    let refused = |line: &&Value| line["endpoint_error"].is_string();
    lines.values().filter(refused).count()
}

/// Returns the sum of a count over all columns of scores.
fn sum(stdout: &[u8], key: &str) -> u64 {
    let scores: Value = serde_json::from_slice(stdout).expect("JSON");
    let columns = scores["columns"].as_object().expect("columns").values();
    columns.filter_map(|column| column[key].as_u64()).sum()
}

#[test]
fn questions_that_are_too_long_are_recorded_and_the_others_are_asked() {
    let folder = finished("refusals_long", 12, &["--tasks", "T1,T2"]);
    // More than the failures in a row that end the work, and before any answer.
    let long = 18;
    let endpoint = Endpoint::start(move |number, _| match number {
        number if number < long => Reply::status(400, "", TOO_LONG),
        _ => Reply::answer("move x 1"),
    });
    let further = ["--concurrency", "1", "--format", "json"];
    let args = evaluate(&endpoint.url, "m", &further);
    for _ in 0..2 {
        let output = folder.run(&args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        assert!(
            stderr.contains("refused 18 questions, which count as wrong")
                && stderr.contains("maximum context length"),
            "{stderr}"
        );
        assert_eq!(sum(&output.stdout, "refused"), 18);
        assert_eq!(sum(&output.stdout, "missing"), 0);
        // The second run asks nothing.
        assert_eq!(endpoint.asked().len(), 20);
        assert_eq!(refused(&folder, "m"), 18);
    }
    let file = "out/predictions/m-test.jsonl";
    let table = folder.ok(&["score", "--out", "out", "--predictions", file]);
    let row = table.lines().find(|line| line.starts_with("  refused"));
    let counts = row.expect("a row").split_whitespace().skip(1);
    let counts: Vec<usize> = counts.filter_map(|count| count.parse().ok()).collect();
    assert_eq!(counts.iter().sum::<usize>(), 18, "{table}");
    let report = [&further[..], &["--retry-refused", "--report", "report"]].concat();
    let output = folder.run(&evaluate(&endpoint.url, "m", &report));
    assert_eq!(sum(&output.stdout, "refused"), 0);
    assert_eq!(endpoint.asked().len(), 38);
    assert_eq!((lines(&folder, "m").len(), refused(&folder, "m")), (20, 0));
}

#[test]
fn a_refusal_of_unclear_cause_is_recorded_once_the_endpoint_answers() {
    let folder = finished("refusals_unclear", 4, &["--tasks", "T1,T2"]);
    let endpoint = Endpoint::start(|number, _| match number {
        0 => Reply::status(422, "", "\u{1b}[31mtoo odd\u{1b}]0;title\u{7}"),
        1 => Reply::status(413, "", "too large"),
        _ => Reply::answer("move x 1"),
    });
    let args = evaluate(&endpoint.url, "m", &["--concurrency", "1"]);
    let output = folder.run(&args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains("refused 2 questions"), "{stderr}");
    assert!(!output.stderr.contains(&0x1b) && !output.stderr.contains(&7));
    assert_eq!(refused(&folder, "m"), 2);
    let page = [
        "score",
        "--out",
        "out",
        "--predictions",
        "out/predictions/m-test.jsonl",
        "--report",
        "report",
    ];
    folder.ok(&page);
    let page = fs::read_to_string(folder.path("report/index.html")).expect("a page");
    assert!(page.contains("\"outcome\":\"refused\"") && page.contains("too large"));
    // Without any answer, all questions may be refused; they are asked again.
    let never = Endpoint::start(|_, _| Reply::status(422, "", "too odd"));
    folder.refuse(
        1,
        &evaluate(&never.url, "n", &[]),
        &["too odd", "have no answer"],
    );
    assert_eq!(lines(&folder, "n").len(), 0);
    let long = Endpoint::start(|_, _| Reply::status(400, "", TOO_LONG));
    let words = ["refused all", "--retry-refused"];
    folder.refuse(1, &evaluate(&long.url, "o", &[]), &words);
}

#[test]
fn a_report_shows_what_a_model_looked_at() {
    let folder = finished("refusals_views", 4, &["--tasks", "T1"]);
    let id = "a2-T1-0";
    let views = serde_json::json!([{"picture": 4, "commands": ["move x -3"]}]);
    let line = serde_json::json!({"id": id, "answer": "move x 1", "views": views});
    folder.write("p.jsonl", format!("{line}\n"));
    let scored = ["score", "--out", "out", "--predictions", "p.jsonl"];
    folder.ok(&[&scored[..], &["--report", "report"]].concat());
    let page = fs::read_to_string(folder.path("report/index.html")).expect("a page");
    assert!(page.contains(r#""views":[{"picture":4,"commands":["move x -3"]}]"#));
    // A chart is an SVG.
    let chart = [&scored[..], &["--chart", "x.png"]].concat();
    folder.refuse(2, &chart, &["--chart", "extension .svg"]);
    assert!(!folder.path("x.png").exists());
}

#[test]
fn an_unknown_model_ends_the_work_at_once() {
    let folder = finished("refusals_model", 4, &["--tasks", "T1"]);
    let endpoint = Endpoint::start(|_, _| {
        Reply::status(400, "", r#"{"error": {"message": "Model Not Exist"}}"#)
    });
    let args = evaluate(&endpoint.url, "m", &["--concurrency", "1"]);
    folder.refuse(1, &args, &["refuses all questions", "Model Not Exist"]);
    assert_eq!(endpoint.asked().len(), 1);
}

#[test]
fn a_long_pause_that_the_endpoint_asks_for_is_announced() {
    let folder = finished("refusals_pause", 4, &["--tasks", "T1"]);
    let endpoint =
        Endpoint::start(|_, _| Reply::status(429, "Retry-After: 86400\r\n", "slow down"));
    let args = evaluate(&endpoint.url, "m", &["--tries", "2"]);
    let mut child = folder.command(&args).spawn().expect("the program starts");
    let stderr = BufReader::new(child.stderr.take().expect("a pipe"));
    let lines = stderr.lines().map_while(Result::ok);
    let found = lines
        .take_while(|line| !line.contains("no answer"))
        .find(|line| line.contains("waiting 600 s, not the 86400 s that the endpoint asks for"));
    child.kill().expect("a child process");
    child.wait().expect("a child process");
    assert!(found.expect("an announcement").contains("slow down"));
}
