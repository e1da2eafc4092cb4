//! `molshot dataset quiz` over HTTP: what the page gets, what is kept, and what is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command};

use serde_json::{Value, json};

use super::set::{Folder, finished};
use crate::serve::client::{Answer, LONG, read_answer};

/// A running quiz.
struct Quiz {
    child: Child,
    address: SocketAddr,
    stdout: BufReader<ChildStdout>,
}

impl Quiz {
    /// Starts the quiz of the set `out` at a free port.
    fn start(folder: &Folder, further: &[&str]) -> Self {
        let args = [&["quiz", "out", "--port", "0"], further].concat();
        let mut child = folder.command(&args).spawn().expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let address = line.trim().strip_prefix("listening on http://");
        let address = address.unwrap_or_else(|| panic!("{line:?}"));
        Self {
            address: address.parse().expect("an address"),
            child,
            stdout,
        }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).expect("it accepts");
        stream.set_read_timeout(Some(LONG)).expect("a socket");
        let mut head = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        if !headers.iter().any(|(name, _)| *name == "Host") {
            let _ = write!(head, "Host: {}\r\n", self.address);
        }
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
        stream.write_all(head.as_bytes()).expect("it listens");
        // A body that is refused need not be read.
        let _ = stream.write_all(body.as_bytes());
        read_answer(&mut stream, false).expect("an answer")
    }

    fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    fn next(&self) -> Value {
        let answer = self.get("/next");
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("cache-control"), "no-store");
        answer.json()
    }

    fn answer(&self, id: &str, text: &str) -> Answer {
        let body = json!({"id": id, "answer": text, "seconds": 12.345});
        self.send("POST", "/answers", &[], &body.to_string())
    }

    /// Presses Ctrl-C; returns what the program printed since it listens.
    fn end(mut self) -> (String, String) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-INT", &id]).status();
        assert!(status.expect("kill is there").success());
        let mut texts = (String::new(), String::new());
        self.stdout.read_to_string(&mut texts.0).expect("text");
        let mut stderr = self.child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut texts.1).expect("text");
        let status = self.child.wait().expect("a child");
        assert_eq!(status.code(), Some(0), "{}", texts.1);
        assert!(!texts.1.contains("panicked"), "{}", texts.1);
        texts
    }
}

impl Drop for Quiz {
    fn drop(&mut self) {
        // After `end` it has exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns the right answer of each item.
fn right_answers(folder: &Folder) -> BTreeMap<String, String> {
    let lines = folder.lines("out");
    let items = lines
        .iter()
        .flat_map(|line| line["items"].as_array().expect("items"));
    let text = |item: &Value, key: &str| item[key].as_str().expect("a text").to_owned();
    items
        .map(|item| (text(item, "id"), text(item, "answer")))
        .collect()
}

fn kept(folder: &Folder, name: &str) -> Vec<Value> {
    let text = fs::read_to_string(folder.path(&format!("out/predictions/{name}-test.jsonl")));
    let text = text.unwrap_or_default();
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON")
}

#[test]
#[allow(clippy::too_many_lines, reason = "two sessions with one set")]
fn a_person_answers_all_questions_over_two_sessions() {
    let folder = finished("quiz_all", 6, &["--tasks", "T1,T5,T8"]);
    let right = right_answers(&folder);
    let quiz = Quiz::start(&folder, &["--name", "Anna B"]);
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/assets/quiz.js", "text/javascript; charset=utf-8"),
        ("/assets/quiz.css", "text/css; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml"),
    ] {
        let answer = quiz.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, media_type),
            "{path}"
        );
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        let text = String::from_utf8(answer.body).expect("UTF-8");
        // The picture of the icon names its XML namespace.
        let addresses = text.matches("://").count() - text.matches("http://www.w3.org/").count();
        assert_eq!(addresses, 0, "{path}: nothing comes from the network");
    }
    let total = quiz.next()["total"].as_u64().expect("a count");
    let mut tasks = BTreeSet::new();
    let mut previous = String::new();
    for number in 0..total / 2 {
        let next = quiz.next();
        assert_eq!(
            (next["answered"].as_u64(), next["total"].as_u64()),
            (Some(number), Some(total))
        );
        let question = &next["question"];
        let id = question["id"].as_str().expect("an id").to_owned();
        let task = id.split('-').nth(1).expect("a task").to_owned();
        // Nothing tells the right answer, and pictures are named by their places.
        let keys: Vec<&String> = question.as_object().expect("an object").keys().collect();
        assert_eq!(
            keys,
            [
                "form", "id", "language", "letters", "pictures", "tables", "text"
            ]
        );
        let pictures = question["pictures"].as_array().expect("pictures");
        for (index, picture) in pictures.iter().enumerate() {
            let url = picture["url"].as_str().expect("a path");
            assert!(url.ends_with(&format!("/{}.png", index + 1)), "{url}");
            let answer = quiz.get(&format!("/{url}"));
            assert_eq!(answer.header("content-type"), "image/png");
            assert_eq!(answer.png().0, 64);
        }
        let letters = question["letters"].as_array().expect("letters").len();
        assert_eq!(letters, if task == "T1" { 0 } else { 4 });
        assert_eq!(question["form"], if task == "T1" { "move x 3" } else { "" });
        assert_eq!(quiz.get("/scores").status, 409, "scores wait for the end");
        assert_eq!(quiz.answer(&id, &format!(" {} ", right[&id])).status, 200);
        assert_eq!(
            quiz.answer(&id, "move x 4").status,
            if task == "T1" { 409 } else { 400 }
        );
        assert_ne!(id, previous);
        tasks.insert(task);
        previous = id;
    }
    assert!(tasks.len() > 1, "tasks are mixed");
    let (stdout, stderr) = quiz.end();
    let words = format!(
        "{} of {total} answers are kept in out/predictions/Anna_B-test.jsonl",
        total / 2
    );
    assert!(stderr.contains(&words) && stdout.is_empty(), "{stderr}");
    for line in kept(&folder, "Anna_B") {
        assert_eq!(line["answer"], right[line["id"].as_str().expect("an id")]);
        assert_eq!(line["seconds"], 12.3);
    }
    // The second session begins where the first one ended; one question is not known.
    let quiz = Quiz::start(&folder, &["--name", "Anna B"]);
    assert_eq!(quiz.next()["answered"].as_u64(), Some(total / 2));
    let mut unknown = None;
    while let Some(id) = quiz.next()["question"]["id"].as_str() {
        let text = if unknown.is_none() { "" } else { &right[id] };
        unknown.get_or_insert(id.to_owned());
        assert_eq!(quiz.answer(id, text).status, 200);
    }
    let scores = quiz.get("/scores").json();
    let columns = scores["columns"].as_object().expect("columns");
    assert_eq!(columns.keys().collect::<Vec<_>>(), ["T1", "T5", "T8"]);
    let unknown = unknown.expect("a question");
    for (column, score) in columns {
        let all_right = !unknown.contains(&format!("-{column}-"));
        assert_eq!(score["score"] == 100.0, all_right, "{column}");
        assert_eq!(score["missing"], 0);
    }
    assert_eq!(scores["paper"]["T8"], 92.0);
    let (stdout, stderr) = quiz.end();
    assert!(
        stdout.contains("Anna B") && stdout.contains("100.00"),
        "{stdout}"
    );
    assert!(
        stderr.contains(&format!("{total} of {total} answers are kept")),
        "{stderr}"
    );
    // They are predictions like any other.
    let file = "out/predictions/Anna_B-test.jsonl";
    let output = folder.ok(&[
        "score",
        "--out",
        "out",
        "--predictions",
        file,
        "--format",
        "json",
    ]);
    let whole: Value = serde_json::from_str(&output).expect("JSON");
    assert_eq!(whole["columns"]["T5"], scores["columns"]["T5"]);
}

#[test]
fn foreign_and_invalid_requests_are_refused_and_keep_nothing() {
    let folder = finished("quiz_refused", 3, &["--tasks", "T1,T6"]);
    let quiz = Quiz::start(&folder, &[]);
    let address = quiz.address.to_string();
    let id = quiz.next()["question"]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let body = |id: &str, answer: &str, seconds: Value| {
        json!({"id": id, "answer": answer, "seconds": seconds}).to_string()
    };
    let good = body(&id, "", json!(1));
    let own = format!("http://{address}");
    let status = |method: &str, path: &str, headers: &[(&str, &str)], body: &str| {
        quiz.send(method, path, headers, body).status
    };
    for path in [
        "/",
        "/next",
        "/scores",
        "/pictures/0/1.png",
        "/assets/page.css",
    ] {
        assert_eq!(
            status("GET", path, &[("Host", "rebound.example")], ""),
            403,
            "{path}"
        );
        assert_eq!(
            status("GET", path, &[("Origin", "http://other.example")], ""),
            403,
            "{path}"
        );
    }
    for headers in [
        [("Host", "rebound.example:8001"), ("Accept", "*/*")],
        [("Host", &*address), ("Origin", "http://other.example")],
        [("Host", &*address), ("Origin", "null")],
        [("Host", &*address), ("Sec-Fetch-Site", "cross-site")],
    ] {
        assert_eq!(
            status("POST", "/answers", &headers, &good),
            403,
            "{headers:?}"
        );
    }
    let t1 = right_answers(&folder)
        .into_keys()
        .find(|id| id.starts_with("a2") && id.contains("-T1-"))
        .expect("a question");
    let t6 = t1.replace("-T1-", "-T6-");
    for (text, wanted) in [
        (body("a0-T1-0", "move x 1", json!(1)), 404), // of the other split
        (body("../../etc/passwd", "x", json!(1)), 404),
        (body(&t1, &"x".repeat(5000), json!(1)), 400),
        (body(&t6, "E", json!(1)), 400),
        (body(&t1, "move x 1", json!(-1)), 400),
        (body(&t1, "move x 1", json!(1e9)), 400),
        (body(&t1, "move x 1", json!("1")), 400),
        (json!({"id": t1, "answer": "move x 1"}).to_string(), 400),
        (
            json!({"id": t1, "answer": "x", "seconds": 1, "score": 1}).to_string(),
            400,
        ),
        ("not JSON".to_owned(), 400),
        ("x".repeat(20_000), 413),
    ] {
        let answer = quiz.send("POST", "/answers", &[], &text);
        assert_eq!(answer.status, wanted, "{text:.80}");
        assert!(
            answer.json()["detail"]
                .as_str()
                .is_some_and(|text| text.len() > 10)
        );
    }
    for path in [
        "/nothing",
        "/pictures/0/0.png",
        "/pictures/0/99.png",
        "/pictures/99/1.png",
        "/pictures/-1/1.png",
        "/assets/../plan/plan.json",
    ] {
        assert_eq!(status("GET", path, &[], ""), 404, "{path}");
    }
    assert_eq!(status("PUT", "/answers", &[], &good), 405);
    assert_eq!(status("POST", "/next", &[], "{}"), 404);
    assert!(kept(&folder, "human").is_empty());
    // The page's own request is accepted.
    let headers = [("Origin", own.as_str()), ("Sec-Fetch-Site", "same-origin")];
    assert_eq!(status("POST", "/answers", &headers, &good), 200);
    assert_eq!(kept(&folder, "human").len(), 1);
}

#[test]
fn tabs_and_processes_do_not_answer_a_question_twice() {
    let folder = finished("quiz_tabs", 3, &["--tasks", "T1,T2"]);
    let quiz = Quiz::start(&folder, &["--limit", "4"]);
    assert_eq!(quiz.next()["total"], 4);
    for _ in 0..4 {
        let id = quiz.next()["question"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        let mut statuses: Vec<u16> = std::thread::scope(|scope| {
            let tabs: Vec<_> = (0..6)
                .map(|tab| {
                    let (quiz, id) = (&quiz, &id);
                    scope.spawn(move || quiz.answer(id, &format!("move x {tab}")).status)
                })
                .collect();
            tabs.into_iter()
                .map(|tab| tab.join().expect("no panic"))
                .collect()
        });
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409, 409, 409, 409, 409]);
    }
    let ids: BTreeSet<String> = kept(&folder, "human")
        .iter()
        .map(|line| line["id"].to_string())
        .collect();
    assert_eq!((ids.len(), kept(&folder, "human").len()), (4, 4));
    assert_eq!(quiz.next()["question"], Value::Null);
    // Another process would not know these answers.
    let words = ["human-test.jsonl: another process is adding answers to it"];
    folder.refuse(1, &["quiz", "out", "--port", "0"], &words);
    quiz.end();
    // The rest of the set, in the same order.
    let quiz = Quiz::start(&folder, &[]);
    assert_eq!(quiz.next()["answered"], 4);
}

#[test]
fn order_language_and_port_are_chosen() {
    let folder = finished(
        "quiz_options",
        6,
        &["--tasks", "T1,T2", "--languages", "en,sw"],
    );
    let first = |further: &[&str]| {
        let quiz = Quiz::start(&folder, further);
        let question = quiz.next()["question"].clone();
        let text = |key: &str| question[key].as_str().expect("a text").to_owned();
        (text("id"), text("language"), text("text"))
    };
    let (id, language, text) = first(&[]);
    assert_eq!((language.as_str(), &first(&["--seed", "0"]).0), ("en", &id));
    let others: BTreeSet<String> = (1..6)
        .map(|seed| first(&["--seed", &seed.to_string()]).0)
        .collect();
    assert!(others.len() > 1, "{others:?}");
    let (_, language, swahili) = first(&["--language", "sw"]);
    assert_eq!(language, "sw");
    assert_ne!(text, swahili);
    assert!(first(&["--tasks", "T2"]).0.contains("-T2-"));
    for (args, words) in [
        (&["--language", "fr"][..], &["\"fr\"", "it has en, sw"][..]),
        (
            &["--tasks", "T9"],
            &["has no question of T9 in the split test"],
        ),
    ] {
        let args = [&["quiz", "out", "--port", "0"], args].concat();
        folder.refuse(1, &args, words);
    }
    let quiz = Quiz::start(&folder, &[]);
    let port = quiz.address.port().to_string();
    let args = ["quiz", "out", "--name", "other", "--port", &port];
    folder.refuse(
        2,
        &args,
        &["--port: cannot listen on 127.0.0.1", "give another port"],
    );
    folder.refuse(2, &["quiz", "out", "--limit", "0"], &["--limit"]);
    folder.refuse(2, &["quiz", "out", "--name", " "], &["--name: is empty"]);
    folder.refuse(1, &["quiz", "in"], &["has no plan"]);
}
