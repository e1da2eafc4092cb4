//! `evaluate` against an endpoint that behaves in many ways.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::time::Duration;

use super::endpoint::{Endpoint, Reply};
use super::set::{Folder, finished};

/// A set with few questions: T1 and T9 of four complexes, of which one is for tests.
fn small(name: &str) -> Folder {
    finished(name, 4, &["--tasks", "T1,T9"])
}

/// Right answers by the words of the question, which differ in nothing but the pictures: by the
/// number of the request then.
fn questions(folder: &Folder) -> usize {
    let test = folder
        .lines("out")
        .into_iter()
        .filter(|line| line["split"] == "test");
    test.map(|line| line["items"].as_array().expect("items").len())
        .sum()
}

fn predictions(folder: &Folder, model: &str) -> BTreeMap<String, serde_json::Value> {
    let text = fs::read_to_string(folder.path(&format!("out/predictions/{model}-test.jsonl")));
    let mut all = BTreeMap::new();
    for line in text.expect("predictions").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a whole line");
        let id = line["id"].as_str().expect("an id").to_owned();
        assert!(all.insert(id, line).is_none(), "answered twice");
    }
    all
}

#[test]
fn pictures_go_along_and_answers_are_scored() {
    let folder = small("evaluate_good");
    let endpoint = Endpoint::start(|_, _| Reply::answer("Answer: move x 1"));
    let output = folder
        .command(&[
            "evaluate",
            "--out",
            "out",
            "--endpoint",
            &endpoint.url,
            "--model",
            "a/b c",
            "--prices",
            "2",
            "10",
            "--format",
            "json",
        ])
        .env("OPENAI_API_KEY", "sk-secret-words")
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{stderr}");
    assert!(!stderr.contains("secret") && !stdout.contains("secret"));
    let asked = endpoint.asked();
    let count = questions(&folder);
    assert_eq!(asked.len(), count);
    for request in &asked {
        assert_eq!(request.line, "POST /v1/chat/completions HTTP/1.1");
        assert_eq!(
            request.authorization.as_deref(),
            Some("Bearer sk-secret-words")
        );
        assert_eq!(request.body["model"], "a/b c");
        let parts = request.body["messages"][0]["content"]
            .as_array()
            .expect("parts");
        let images: Vec<&str> = parts
            .iter()
            .filter_map(|part| part["image_url"]["url"].as_str())
            .collect();
        let wanted = if request.question().contains("shifted once") {
            4
        } else {
            6
        };
        assert_eq!(images.len(), wanted);
        // A PNG's first bytes in base64.
        assert!(
            images
                .iter()
                .all(|url| url.starts_with("data:image/png;base64,iVBORw0KGgo"))
        );
    }
    // 1000 tokens asked and 7 answered, each at its price a million.
    let cost = count as f64 * (1000.0 * 2.0 + 7.0 * 10.0) * 1e-6;
    // Three digits that are not 0.
    let decimals = match cost {
        0.0..0.01 => 5,
        0.01..0.1 => 4,
        0.1..1.0 => 3,
        _ => 2,
    };
    let cost = format!("cost {cost:.decimals$}");
    assert!(
        stderr.contains(&format!("{} tokens asked", count * 1000)) && stderr.contains(&cost),
        "{stderr}"
    );
    let scores: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(scores["columns"]["T1"]["missing"], 0);
    assert_eq!(
        scores["columns"]["T9"]["not_understood"],
        scores["columns"]["T9"]["questions"]
    );
    let told = predictions(&folder, "a%2Fb_c");
    assert_eq!(told.len(), count);
    assert!(told.values().all(|line| line["prompt_tokens"] == 1000));
    // Again: nothing is asked.
    folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "a/b c",
    ]);
    assert_eq!(endpoint.asked().len(), count);
}

#[test]
fn what_fails_for_a_while_is_tried_again() {
    let folder = small("evaluate_retries");
    let replies = [
        Reply::status(429, "Retry-After: 0\r\n", "slow down"),
        Reply::status(503, "Retry-After: 0.05\r\n", ""),
        Reply::status(500, "Retry-After: 0\r\n", "oops"),
        Reply::status(200, "Retry-After: 0\r\n", "this is no JSON"),
        Reply::status(200, "Retry-After: 0\r\n", "{\"choices\": []}"),
        Reply::CutOff,
    ];
    let count = questions(&folder);
    let faults = replies.len();
    let endpoint = Endpoint::start(move |number, _| {
        replies
            .get(number)
            .cloned()
            .unwrap_or_else(|| Reply::answer("move x 1"))
    });
    let output = folder.run(&[
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "m",
        "--tries",
        "9",
        "--concurrency",
        "1",
    ]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(
        stderr.contains(&format!("{faults} tries made again")),
        "{stderr}"
    );
    assert_eq!(endpoint.asked().len(), count + faults);
    assert_eq!(predictions(&folder, "m").len(), count);
}

#[test]
fn a_question_without_an_answer_is_told_and_asked_again_later() {
    let folder = small("evaluate_missing");
    let count = questions(&folder);
    // The first request and all that repeat it hang; others answer.
    let endpoint = Endpoint::start(|number, _| {
        if number == 0 {
            Reply::Silence(Duration::from_secs(20))
        } else {
            Reply::answer("move y 2")
        }
    });
    let args = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "m",
        "--tries",
        "1",
        "--timeout",
        "1",
        "--concurrency",
        "2",
    ];
    let stderr = folder.refuse(1, &args, &["1 questions have no answer", "asks them again"]);
    assert!(stderr.to_lowercase().contains("timeout"), "{stderr}");
    assert_eq!(predictions(&folder, "m").len(), count - 1);
    folder.ok(&args);
    assert_eq!(predictions(&folder, "m").len(), count);
    assert_eq!(endpoint.asked().len(), count + 1);
}

#[test]
fn a_refused_key_ends_the_work_at_once_and_is_not_repeated() {
    let folder = small("evaluate_key");
    let endpoint = Endpoint::start(|_, _| Reply::status(401, "", "no such key: sk-secret-words"));
    let output = folder
        .command(&[
            "evaluate",
            "--out",
            "out",
            "--endpoint",
            &endpoint.url,
            "--model",
            "m",
            "--concurrency",
            "1",
        ])
        .env("OPENAI_API_KEY", "sk-secret-words")
        .output()
        .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(
        stderr.contains("401") && stderr.contains("refuses"),
        "{stderr}"
    );
    assert!(!stderr.contains("secret"), "{stderr}");
    assert_eq!(endpoint.asked().len(), 1);
    // Another variable holds another key.
    let output = folder
        .command(&[
            "evaluate",
            "--out",
            "out",
            "--endpoint",
            &endpoint.url,
            "--model",
            "m",
            "--key-variable",
            "OTHER_KEY",
            "--concurrency",
            "1",
        ])
        .env("OTHER_KEY", "k2")
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        endpoint.asked()[1].authorization.as_deref(),
        Some("Bearer k2")
    );
}

#[test]
fn an_endpoint_with_other_parameters_gets_them() {
    let folder = small("evaluate_form");
    let count = questions(&folder);
    let endpoint = Endpoint::start(|_, asked| {
        if asked.body.get("max_tokens").is_some() {
            return Reply::status(
                400,
                "",
                "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            );
        }
        if asked.body.get("temperature").is_some() {
            return Reply::status(
                400,
                "",
                "Unsupported value: 'temperature' does not support 0",
            );
        }
        Reply::answer("move x 1")
    });
    folder.ok(&[
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "m",
        "--tries",
        "1",
    ]);
    assert_eq!(predictions(&folder, "m").len(), count);
    // Any other fault of a request is the question's: it is not repeated.
    let strict = Endpoint::start(|_, _| Reply::status(400, "", "too many images"));
    let args = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &strict.url,
        "--model",
        "n",
    ];
    folder.refuse(1, &args, &["too many images"]);
    assert_eq!(strict.asked().len(), count);
}

#[test]
fn requests_go_side_by_side_and_a_killed_run_goes_on() {
    let folder = finished("evaluate_killed", 6, &["--tasks", "T1,T2"]);
    let count = questions(&folder);
    assert!(count > 8);
    let endpoint = Endpoint::start(|_, _| {
        std::thread::sleep(Duration::from_millis(60));
        Reply::answer("roll y 15")
    });
    let args = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "m",
        "--concurrency",
        "3",
    ];
    let mut child = folder.command(&args).spawn().expect("the program starts");
    let file = folder.path("out/predictions/m-test.jsonl");
    let lines = || fs::read_to_string(&file).map_or(0, |text| text.lines().count());
    while lines() < 3 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let most = endpoint.most_at_once();
    assert!((2..=3).contains(&most), "{most} requests at a time");
    child.kill().expect("a child of ours");
    child.wait().expect("a child of ours");
    let answered: BTreeSet<String> = predictions(&folder, "m").into_keys().collect();
    assert!(answered.len() >= 3);
    // A line that was cut off.
    let whole = fs::read_to_string(&file).expect("a file");
    fs::write(&file, format!("{whole}{{\"id\": \"a2-T")).expect("room");
    let before = endpoint.asked().len();
    folder.ok(&args);
    assert_eq!(
        endpoint.asked().len() - before,
        count - answered.len(),
        "what was answered is not asked again"
    );
    assert_eq!(predictions(&folder, "m").len(), count);
}

#[test]
fn an_endpoint_that_never_answers_ends_the_work() {
    let folder = finished("evaluate_down", 12, &["--tasks", "T1,T2"]);
    assert!(questions(&folder) > 16);
    let endpoint = Endpoint::start(|_, _| Reply::status(500, "Retry-After: 0\r\n", "down"));
    let args = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        &endpoint.url,
        "--model",
        "m",
        "--tries",
        "2",
        "--concurrency",
        "1",
    ];
    folder.refuse(
        1,
        &args,
        &["16 questions in a row", "down", "asks the rest"],
    );
    assert_eq!(endpoint.asked().len(), 32);
    // Nobody listens at all.
    let nowhere = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        "http://127.0.0.1:9/v1",
        "--model",
        "m",
        "--tries",
        "1",
    ];
    folder.refuse(1, &nowhere, &["in a row"]);
    let no_address = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        "not an address",
        "--model",
        "m",
    ];
    folder.refuse(1, &no_address, &["refuses"]);
}
