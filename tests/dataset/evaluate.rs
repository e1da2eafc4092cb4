//! `evaluate` with endpoints that work, fail, refuse and hang.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};

use super::endpoint::{Endpoint, Reply, evaluate};
use super::set::{Folder, finished};

/// Makes a set with few questions: T1 and T9 of four complexes, one of them in the test split.
fn small(name: &str) -> Folder {
    finished(name, 4, &["--tasks", "T1,T9"])
}

/// Returns the number of questions of the test split.
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
fn requests_have_pictures_and_answers_are_scored() {
    let folder = small("evaluate_good");
    let endpoint = Endpoint::start(|_, _| Reply::answer("Answer: move x 1"));
    let output = folder
        .command(&evaluate(
            &endpoint.url,
            "a/b c",
            &["--prices", "2", "10", "--format", "json"],
        ))
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
        let wanted = if request.question().contains("moved once") {
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
    // 1000 prompt tokens and 7 completion tokens per question, with prices per million.
    let cost = count as f64 * (1000.0 * 2.0 + 7.0 * 10.0) * 1e-6;
    // Three significant digits.
    let decimals = match cost {
        0.0..0.01 => 5,
        0.01..0.1 => 4,
        0.1..1.0 => 3,
        _ => 2,
    };
    let cost = format!("cost {cost:.decimals$}");
    assert!(
        stderr.contains(&format!("{} prompt tokens", count * 1000)) && stderr.contains(&cost),
        "{stderr}"
    );
    let scores: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(scores["columns"]["T1"]["missing"], 0);
    assert_eq!(
        scores["columns"]["T9"]["not_understood"],
        scores["columns"]["T9"]["questions"]
    );
    let predictions = predictions(&folder, "a%2Fb_c");
    assert_eq!(predictions.len(), count);
    assert!(
        predictions
            .values()
            .all(|line| line["prompt_tokens"] == 1000)
    );
    // A second run asks nothing.
    folder.ok(&evaluate(&endpoint.url, "a/b c", &[]));
    assert_eq!(endpoint.asked().len(), count);
}

#[test]
fn answers_that_were_cut_off_are_counted_apart() {
    let folder = small("evaluate_cut_off");
    let count = questions(&folder);
    let endpoint = Endpoint::start(|number, _| match number {
        0 => Reply::answer_until("<think>Let me compare the pictures.", "length"),
        _ => Reply::answer("I cannot tell."),
    });
    let evaluate = |concurrency: &str| {
        folder.run(&evaluate(
            &endpoint.url,
            "m",
            &["--concurrency", concurrency, "--format", "json"],
        ))
    };
    // The second run asks nothing and counts what it finds.
    for concurrency in ["1", "2"] {
        let output = evaluate(concurrency);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}");
        assert!(stderr.contains("1 answers were cut off"), "{stderr}");
        let scores: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let sum = |key: &str| {
            let columns = scores["columns"].as_object().expect("columns").values();
            columns
                .filter_map(|column| column[key].as_u64())
                .sum::<u64>()
        };
        assert_eq!(sum("cut_off"), 1);
        assert_eq!(sum("not_understood"), count as u64 - 1);
    }
    let reasons: Vec<String> = predictions(&folder, "m")
        .values()
        .map(|line| line["finish_reason"].to_string())
        .collect();
    assert_eq!(
        reasons
            .iter()
            .filter(|reason| *reason == "\"length\"")
            .count(),
        1
    );
    assert_eq!(
        reasons
            .iter()
            .filter(|reason| *reason == "\"stop\"")
            .count(),
        count - 1
    );
    // Files of earlier versions and of other programs lack the key or have another value.
    let id = folder.lines("out")[0]["items"][0]["id"].clone();
    for finish_reason in [serde_json::Value::Null, serde_json::json!(3)] {
        let line = serde_json::json!({"id": id, "answer": "", "finish_reason": finish_reason});
        folder.write("p.jsonl", format!("{line}\n"));
        folder.ok(&["score", "--out", "out", "--predictions", "p.jsonl"]);
    }
}

#[test]
fn temporary_failures_are_retried() {
    let folder = small("evaluate_retries");
    let replies = [
        Reply::status(429, "Retry-After: 0\r\n", "slow down"),
        Reply::status(503, "Retry-After: 0.05\r\n", ""),
        Reply::status(500, "Retry-After: 0\r\n", "oops"),
        Reply::status(200, "Retry-After: 0\r\n", "this is not JSON"),
        Reply::status(200, "Retry-After: 0\r\n", "{\"choices\": []}"),
        Reply::CutOff,
    ];
    let count = questions(&folder);
    let failures = replies.len();
    let endpoint = Endpoint::start(move |number, _| {
        replies
            .get(number)
            .cloned()
            .unwrap_or_else(|| Reply::answer("move x 1"))
    });
    let output = folder.run(&evaluate(
        &endpoint.url,
        "m",
        &["--tries", "9", "--concurrency", "1"],
    ));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(stderr.contains(&format!("{failures} retries")), "{stderr}");
    assert_eq!(endpoint.asked().len(), count + failures);
    assert_eq!(predictions(&folder, "m").len(), count);
}

#[test]
fn a_question_without_an_answer_is_reported_and_asked_again_later() {
    let folder = small("evaluate_missing");
    let count = questions(&folder);
    // The first request hangs; the others are answered.
    let endpoint = Endpoint::start(|number, _| {
        if number == 0 {
            Reply::Silence(Duration::from_secs(20))
        } else {
            Reply::answer("move y 2")
        }
    });
    let args = evaluate(
        &endpoint.url,
        "m",
        &["--tries", "1", "--timeout", "1", "--concurrency", "2"],
    );
    let stderr = folder.refuse(
        1,
        &args,
        &["1 questions have no answer", "run the same command again"],
    );
    assert!(stderr.to_lowercase().contains("timeout"), "{stderr}");
    assert_eq!(predictions(&folder, "m").len(), count - 1);
    folder.ok(&args);
    assert_eq!(predictions(&folder, "m").len(), count);
    assert_eq!(endpoint.asked().len(), count + 1);
}

#[test]
fn a_refused_key_ends_the_work_at_once_and_is_not_printed() {
    let folder = small("evaluate_key");
    let endpoint = Endpoint::start(|_, _| Reply::status(401, "", "no such key: sk-secret-words"));
    let output = folder
        .command(&evaluate(&endpoint.url, "m", &["--concurrency", "1"]))
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
    // The key can come from another variable.
    let output = folder
        .command(&evaluate(
            &endpoint.url,
            "m",
            &["--key-variable", "OTHER_KEY", "--concurrency", "1"],
        ))
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
fn requests_adapt_to_the_parameters_of_the_endpoint() {
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
    folder.ok(&evaluate(&endpoint.url, "m", &["--tries", "1"]));
    assert_eq!(predictions(&folder, "m").len(), count);
    // Any other invalid request is not retried.
    let strict = Endpoint::start(|_, _| Reply::status(400, "", "too many images"));
    let args = evaluate(&strict.url, "n", &[]);
    folder.refuse(1, &args, &["too many images"]);
    assert_eq!(strict.asked().len(), count);
}

#[test]
fn requests_are_concurrent_and_a_killed_run_continues() {
    let folder = finished("evaluate_killed", 6, &["--tasks", "T1,T2"]);
    let count = questions(&folder);
    assert!(count > 8);
    // Three requests are answered when all three have arrived, the others when the test says so:
    // then the state at the kill is the same on every machine.
    let (arrived, released) = (Arc::new(Barrier::new(3)), Arc::new(AtomicBool::new(false)));
    let held_until = Arc::clone(&released);
    let endpoint = Endpoint::start(move |number, _| {
        if number < 3 {
            arrived.wait();
        }
        while number >= 3 && !held_until.load(Ordering::Acquire) {
            std::thread::sleep(Duration::from_millis(2));
        }
        Reply::answer("roll y 15")
    });
    let args = evaluate(&endpoint.url, "m", &["--concurrency", "3"]);
    let mut child = folder.command(&args).spawn().expect("the program starts");
    let file = folder.path("out/predictions/m-test.jsonl");
    let lines = || fs::read_to_string(&file).map_or(0, |text| text.matches('\n').count());
    let started = Instant::now();
    while lines() < 3 || endpoint.asked().len() < 6 {
        // With fewer concurrent requests the endpoint would wait forever.
        assert!(started.elapsed() < Duration::from_mins(2), "no progress");
        let status = child.try_wait().expect("a child process");
        assert_eq!(status, None, "the program waits for its answers");
        std::thread::sleep(Duration::from_millis(2));
    }
    assert_eq!(endpoint.most_at_once(), 3, "concurrent requests");
    child.kill().expect("a child process");
    child.wait().expect("a child process");
    released.store(true, Ordering::Release);
    let answered: BTreeSet<String> = predictions(&folder, "m").into_keys().collect();
    assert_eq!(answered.len(), 3);
    // A truncated line.
    let whole = fs::read_to_string(&file).expect("a file");
    fs::write(&file, format!("{whole}{{\"id\": \"a2-T")).expect("the file can be written");
    let before = endpoint.asked().len();
    folder.ok(&args);
    assert_eq!(
        endpoint.asked().len() - before,
        count - answered.len(),
        "answered questions are not asked again"
    );
    assert_eq!(predictions(&folder, "m").len(), count);
}

#[test]
fn an_endpoint_that_never_answers_ends_the_work() {
    let folder = finished("evaluate_down", 12, &["--tasks", "T1,T2"]);
    assert!(questions(&folder) > 16);
    let endpoint = Endpoint::start(|_, _| Reply::status(500, "Retry-After: 0\r\n", "down"));
    let args = evaluate(&endpoint.url, "m", &["--tries", "2", "--concurrency", "1"]);
    folder.refuse(
        1,
        &args,
        &[
            "16 consecutive questions",
            "down",
            "run the same command again",
        ],
    );
    assert_eq!(endpoint.asked().len(), 32);
    // No server listens at the address.
    let nowhere = evaluate("http://127.0.0.1:9/v1", "m", &["--tries", "1"]);
    folder.refuse(1, &nowhere, &["consecutive questions"]);
    for text in ["not an address", "localhost:8000", ""] {
        let no_address = evaluate(text, "m", &[]);
        folder.refuse(
            2,
            &no_address,
            &["--endpoint", "such as http://localhost:8000/v1"],
        );
    }
}
