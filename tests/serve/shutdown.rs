//! SIGTERM: new requests are refused, requests in progress are finished, then the server stops.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Server, read_answer, request, untar};

#[test]
fn a_batch_in_progress_is_finished_after_sigterm() {
    let mut server = Server::start("finish", &[]);
    let items: Vec<Value> = (0..150)
        .map(|number| json!({ "key": format!("k{number}"), "commands": [format!("roll y {number}")] }))
        .collect();
    let mut defaults = request("sample-hiv-protease");
    defaults["output"] = json!({ "width_px": 300, "height_px": 300 });
    let body = json!({ "defaults": defaults, "items": items, "annotations": false }).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    server.wait_until("the batch is under way", || {
        let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
        metrics.contains("molshot_batches_in_progress 1\n")
    });
    server.terminate();
    server.wait_until("it says that it is not ready", || {
        server.get("/readyz").status == 503
    });
    assert_eq!(server.get("/livez").status, 200);
    let refused = server.get("/v1/structures/sample-dna/image.png?size=32x32");
    assert_eq!(refused.problem().1, "stopping");
    assert!(!refused.header("retry-after").is_empty());
    let answer = read_answer(&mut stream, false).expect("an answer");
    assert!(answer.whole);
    assert_eq!(untar(&answer.body).len(), 150);
    let start = Instant::now();
    while server.child.try_wait().expect("a child").is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it does not stop"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    let status = server.child.wait().expect("a child");
    assert_eq!(status.code(), Some(0), "{}", server.log());
}

#[test]
fn an_idle_server_stops_at_once() {
    let server = Server::start("idle", &[]);
    // An idle connection does not delay it.
    let mut idle = server.connect();
    let start = Instant::now();
    server.end();
    assert!(start.elapsed() < Duration::from_secs(10));
    let mut nothing = Vec::new();
    let _ = idle.read_to_end(&mut nothing);
    assert!(nothing.is_empty());
}

#[test]
fn requests_that_take_too_long_are_abandoned() {
    let mut server = Server::start("giveup", &["--shutdown-seconds", "1"]);
    let items: Vec<Value> = (0..5000)
        .map(|number| json!({ "key": format!("k{number}") }))
        .collect();
    let mut defaults = request("sample-hiv-protease");
    defaults["output"] = json!({ "width_px": 600, "height_px": 600 });
    let body = json!({ "defaults": defaults, "items": items }).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut first = [0; 100];
    stream.read_exact(&mut first).expect("the answer begins");
    server.terminate();
    let start = Instant::now();
    while server.child.try_wait().expect("a child").is_none() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it does not stop"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(
        server.log().contains("requests were still in progress"),
        "{}",
        server.log()
    );
}
