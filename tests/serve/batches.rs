//! Batches: items arrive in order, an invalid item does not stop the rest, memory stays bounded,
//! and other requests are served meanwhile.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{Server, decode, request, untar};

fn batch(items: &[Value]) -> Value {
    let mut defaults = request("sample-hiv-protease");
    defaults["style"] = json!({ "labels": "none" });
    json!({ "defaults": defaults, "items": items })
}

#[test]
fn items_arrive_in_order_and_an_invalid_one_does_not_stop_the_rest() {
    let server = Server::start("order", &[]);
    let items: Vec<Value> = (0..30)
        .map(|number| match number {
            7 => json!({ "key": "k07", "commands": ["fly"] }),
            8 => json!({ "key": "k08", "structure": { "id": "nothing" } }),
            9 => json!({ "key": "k06" }),
            10 => json!(3),
            11 => json!({ "key": "../k11" }),
            12 => json!({ "key": "k12", "style": { "colours": "red" } }),
            _ => {
                json!({ "key": format!("k{number:02}"), "commands": [format!("roll y {number}")] })
            }
        })
        .collect();
    let answer = server.post("/v1/render/batch", &batch(&items));
    assert_eq!((answer.status, answer.whole), (200, true));
    assert_eq!(answer.header("content-type"), "application/x-tar");
    let files = untar(&answer.body);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let mut expected = Vec::new();
    for number in 0..30 {
        match number {
            7 | 8 | 12 => expected.push(format!("k{number:02}.error.json")),
            9..=11 => expected.push(format!("_{number}.error.json")),
            _ => expected.extend([format!("k{number:02}.png"), format!("k{number:02}.json")]),
        }
    }
    assert_eq!(names, expected);
    let error = |name: &str| -> Value {
        let file = files.iter().find(|(other, _)| other == name).expect(name);
        serde_json::from_slice(&file.1).expect("JSON")
    };
    assert_eq!(error("k07.error.json")["pointer"], "/commands/0");
    assert_eq!(error("k08.error.json")["status"], 404);
    assert_eq!(error("_9.error.json")["code"], "key_invalid");
    assert_eq!(error("k12.error.json")["pointer"], "/style/colours");
    // An item has the same bytes as a single request.
    let mut alone = request("sample-hiv-protease");
    alone["style"] = json!({ "labels": "none" });
    alone["commands"] = json!(["roll y 5"]);
    let place = names
        .iter()
        .position(|name| *name == "k05.png")
        .expect("a picture");
    assert_eq!(files[place].1, server.post("/v1/render", &alone).body);
    let annotations: Value = serde_json::from_slice(&files[place + 1].1).expect("JSON");
    assert_eq!(annotations, server.post("/v1/annotations", &alone).json());
    server.end();
}

#[test]
fn both_containers_hold_the_same_files() {
    let server = Server::start("mixed", &[]);
    let mut document = batch(&[json!({ "key": "a" }), json!({ "key": "b", "select": "((" })]);
    document["annotations"] = json!(false);
    document["defaults"]["output"] = json!({ "width_px": 256, "height_px": 256 });
    let tar = server.post("/v1/render/batch", &document);
    let files = untar(&tar.body);
    assert_eq!(files.len(), 2);
    // A single request, which all threads draw together, has the same bytes.
    let alone = server.post("/v1/render", &document["defaults"]);
    assert!(alone.body == files[0].1, "other bytes");
    let mixed = server.post_as(
        "/v1/render/batch",
        &document,
        &[("Accept", "multipart/mixed")],
    );
    assert!(
        mixed
            .header("content-type")
            .starts_with("multipart/mixed; boundary=")
    );
    for (name, bytes) in &files {
        let head = format!("filename=\"{name}\"\r\n\r\n");
        let start = mixed
            .body
            .windows(head.len())
            .position(|window| window == head.as_bytes())
            .expect("the part is there")
            + head.len();
        assert_eq!(
            &mixed.body[start..start + bytes.len()],
            bytes.as_slice(),
            "{name}"
        );
    }
    let refused = server.post_as("/v1/render/batch", &document, &[("Accept", "image/png")]);
    assert_eq!(refused.problem().0, 406);
    server.end();
}

#[test]
fn errors_of_the_document_are_reported_at_once() {
    let server = Server::start("document", &["--items-max", "10", "--batches-max", "1"]);
    let code = |document: &Value| server.post("/v1/render/batch", document).problem();
    let many: Vec<Value> = (0..11).map(|_| json!({})).collect();
    assert_eq!(code(&json!({ "items": many })).1, "items_too_many");
    assert_eq!(code(&json!({ "itens": [] })).0, 400);
    assert_eq!(code(&json!({ "items": {} })).0, 400);
    assert_eq!(code(&json!({ "items": [], "masks": ["nose"] })).0, 400);
    assert_eq!(
        code(&json!({ "items": [], "defaults": { "key": "a" } })).2,
        "/defaults/key"
    );
    // None of them still counts as a batch in progress.
    let empty = server.post("/v1/render/batch", &json!({ "items": [] }));
    assert!(untar(&empty.body).is_empty());
    server.end();
}

/// Resident memory of a process, in MiB.
fn memory_mib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok())
        .map_or(0, |kib| kib >> 10)
}

#[test]
fn memory_is_bounded_for_a_hundred_thousand_items_and_others_are_served() {
    let server = Server::start("many", &[]);
    let items: Vec<Value> = (0..100_000)
        .map(|number| json!({ "key": format!("k{number}") }))
        .collect();
    let mut document = batch(&items);
    document["annotations"] = json!(false);
    document["defaults"]["output"] = json!({ "width_px": 16, "height_px": 16, "samples": 1 });
    let body = document.to_string();
    let before = memory_mib(server.child.id());
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    stream.write_all(body.as_bytes()).expect("it listens");
    // Only the first bytes are read: the server must hold the rest back.
    let mut taken = vec![0; 4096];
    stream.read_exact(&mut taken).expect("the answer begins");
    std::thread::sleep(Duration::from_millis(500));
    let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
    let line = metrics
        .lines()
        .find(|line| line.starts_with("molshot_batch_items_total{result=\"done\"}"));
    let done: u64 = line
        .and_then(|line| line.rsplit(' ').next()?.parse().ok())
        .expect("a count");
    assert!(
        done < 50_000,
        "{done} items were drawn though the client read none of them"
    );
    // Single requests do not wait for the batch.
    let start = Instant::now();
    server
        .get("/v1/structures/sample-dna/image.png?size=32x32")
        .png();
    assert!(start.elapsed() < Duration::from_secs(5));
    // Then everything is read, and the memory does not grow.
    let mut reader = stream;
    let mut buffer = vec![0; 1 << 20];
    let mut total = 0;
    let mut most = 0;
    let mut tail = Vec::new();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        let count = reader.read(&mut buffer).expect("it continues");
        total += count;
        tail.extend_from_slice(&buffer[..count]);
        tail.drain(..tail.len().saturating_sub(64));
        most = most.max(memory_mib(server.child.id()));
        if tail.ends_with(b"0\r\n\r\n") {
            break;
        }
    }
    assert!(total > 1_000_000, "{total} bytes came");
    if before > 0 {
        assert!(most < before + 150, "{before} MiB became {most} MiB");
    }
    // A client that disconnects in the middle leaves nothing behind.
    drop(reader);
    server.wait_until("the batch is gone", || {
        let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
        metrics.contains("molshot_batches_in_progress 0\n")
    });
    server.end();
}

#[test]
fn simultaneous_batches_all_complete() {
    let server = Server::start("parallel", &[]);
    let items: Vec<Value> = (0..40)
        .map(|number| json!({ "key": format!("k{number}"), "commands": [format!("roll y {number}")] }))
        .collect();
    let document = batch(&items);
    let pictures: Vec<BTreeSet<Vec<u8>>> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| server.post("/v1/render/batch", &document)))
            .collect();
        all.into_iter()
            .map(|thread| {
                let answer = thread.join().expect("no panic");
                untar(&answer.body)
                    .into_iter()
                    .filter(|(_, bytes)| bytes.starts_with(b"\x89PNG"))
                    .map(|(_, bytes)| decode(&bytes).2)
                    .collect()
            })
            .collect()
    });
    assert!(
        pictures
            .iter()
            .all(|set| *set == pictures[0] && set.len() == 40)
    );
    server.end();
}
