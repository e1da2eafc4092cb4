//! HTTP itself: persistent connections, pipelining, HTTP/1.0, `Expect`, conditional requests, and
//! clients that pause.

use std::io::{Read, Write};
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{Server, read_answer, request, untar};

const GOOD: &str =
    "GET /v1/structures/sample-dna/image.png?size=32x32 HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Everything that arrives on a connection until it is closed.
fn rest(stream: &mut std::net::TcpStream) -> String {
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn a_connection_stays_open_after_errors_and_supports_pipelining() {
    let server = Server::start("kept", &[]);
    let mut stream = server.connect();
    let bad = "POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
    for _ in 0..3 {
        stream.write_all(bad.as_bytes()).expect("it listens");
        assert_eq!(
            read_answer(&mut stream, false).expect("an answer").status,
            400
        );
        stream.write_all(GOOD.as_bytes()).expect("it listens");
        assert_eq!(
            read_answer(&mut stream, false).expect("an answer").status,
            200
        );
    }
    // Pipelined requests are answered in order.
    let mut stream = server.connect();
    let pipeline = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\nGET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET /v1/structures/nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(pipeline.as_bytes()).expect("it listens");
    let all = rest(&mut stream);
    let statuses: Vec<&str> = all
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &all[at + 9..at + 12])
        .collect();
    assert_eq!(statuses, ["200", "404", "404"]);
    server.end();
}

#[test]
fn http_1_0_and_expect_continue_are_supported() {
    let server = Server::start("careful", &[]);
    let mut stream = server.connect();
    stream
        .write_all(b"GET /v1/structures/sample-dna/image.png?size=32x32 HTTP/1.0\r\n\r\n")
        .expect("it listens");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("it closes");
    assert!(bytes.starts_with(b"HTTP/1.0 200"));
    // HTTP/1.0 has no chunked encoding: the batch ends with the connection.
    let body = json!({ "defaults": request("sample-dna"), "items": [{ "key": "a" }], "annotations": false }).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("it closes");
    let start = bytes
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("a head")
        + 4;
    assert_eq!(untar(&bytes[start..]).len(), 1);
    // With Expect: 100-continue the server asks for the body, or refuses it.
    let body = request("sample-dna").to_string();
    let expecting = |length: usize, path: &str| {
        let mut stream = server.connect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it listens");
        stream
    };
    let mut stream = expecting(body.len(), "/v1/render");
    let mut first = [0; 25];
    stream.read_exact(&mut first).expect("an interim response");
    assert_eq!(&first, b"HTTP/1.1 100 Continue\r\n\r\n");
    stream.write_all(body.as_bytes()).expect("it listens");
    assert_eq!(
        read_answer(&mut stream, false).expect("an answer").status,
        200
    );
    let mut stream = expecting(100 << 20, "/v1/render");
    let refused = read_answer(&mut stream, false).expect("an answer");
    assert_eq!(refused.problem().1, "body_too_large");
    // Range requests are not supported: the whole body is sent.
    let path = "/v1/structures/sample-dna/image.png?size=32x32";
    let whole = server.send("GET", path, &[("Range", "bytes=0-9")], &[]);
    assert_eq!((whole.status, &whole.body[..4]), (200, &b"\x89PNG"[..]));
    let any = server.send("GET", path, &[("If-None-Match", "*")], &[]);
    assert_eq!((any.status, any.body.len()), (304, 0));
    let options = server.send("OPTIONS", path, &[], &[]);
    assert_eq!(options.status, 405);
    server.end();
}

#[test]
fn a_client_that_pauses_loses_no_item_of_its_batch() {
    // Waiting for the client does not count against the deadline of an image.
    let server = Server::start("pauses", &["--request-seconds", "1"]);
    let items: Vec<Value> = (0..400)
        .map(|number| json!({ "key": format!("k{number}"), "commands": [format!("roll y {number}")] }))
        .collect();
    let mut defaults = request("sample-hiv-protease");
    defaults["output"] = json!({ "width_px": 256, "height_px": 256, "samples": 1 });
    let body = json!({ "defaults": defaults, "items": items, "annotations": false }).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    std::thread::sleep(Duration::from_secs(3));
    let answer = read_answer(&mut stream, false).expect("an answer");
    assert!(answer.whole);
    let files = untar(&answer.body);
    assert_eq!(files.len(), 400);
    for (name, bytes) in &files {
        assert!(
            name.contains(".png"),
            "{name}: {}",
            String::from_utf8_lossy(bytes)
        );
    }
    server.end();
}

#[test]
fn batches_share_memory_and_a_stalled_one_does_not_block_others() {
    let server = Server::start("shared", &["--queue-max-bytes", "16MiB", "--threads", "2"]);
    let items = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|number| json!({ "key": format!("k{number}") }))
            .collect()
    };
    let document = |count: usize, edge_px: u32| {
        let mut defaults = request("sample-dna");
        // An image of 1,100 pixels needs more than the half that batches may use, and is drawn when
        // enough memory is free.
        defaults["output"] = json!({ "width_px": edge_px, "height_px": edge_px, "samples": 1 });
        json!({ "defaults": defaults, "items": items(count), "annotations": false }).to_string()
    };
    let body = document(40, 1100);
    let mut stalled = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stalled.write_all(head.as_bytes()).expect("it listens");
    let mut first = [0; 100];
    stalled.read_exact(&mut first).expect("the answer begins");
    let other: Value = serde_json::from_str(&document(10, 600)).expect("JSON");
    let answer = server.post("/v1/render/batch", &other);
    assert_eq!(untar(&answer.body).len(), 10);
    let reserved = server.metric("molshot_reserved_bytes").expect("a value");
    assert!(reserved <= f64::from(16 << 20), "{reserved} bytes");
    let mut all = first.to_vec();
    let mut buffer = vec![0; 1 << 20];
    while !all.ends_with(b"\r\n0\r\n\r\n") {
        let count = stalled.read(&mut buffer).expect("it continues");
        assert_ne!(count, 0, "the body ended early");
        all.extend_from_slice(&buffer[..count]);
    }
    server.wait_until("all memory is released", || {
        server.metric("molshot_reserved_bytes") == Some(0.0)
    });
    server.end();
}

#[test]
fn a_refusal_reaches_a_client_that_is_still_sending() {
    let server = Server::start("lingering", &["--body-max-bytes", "64KiB"]);
    let piece = vec![b' '; 1 << 20];
    for (path, framing) in [
        ("/v1/render", "Content-Length: 41943040"),
        ("/v1/structures", "Content-Length: 104857600"),
        ("/nothing", "Content-Length: 41943040"),
        ("/v1/render", "Transfer-Encoding: chunked"),
    ] {
        let mut stream = server.connect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it listens");
        let pieces = if path == "/v1/structures" { 100 } else { 40 };
        for _ in 0..pieces {
            if framing.ends_with("chunked") {
                stream.write_all(b"100000\r\n").expect("it reads on");
            }
            // As most programs do, the answer is read only after the whole body is sent.
            stream.write_all(&piece).expect("it reads on");
            if framing.ends_with("chunked") {
                stream.write_all(b"\r\n").expect("it reads on");
            }
        }
        if framing.ends_with("chunked") {
            stream.write_all(b"0\r\n\r\n").expect("it reads on");
        }
        let answer = super::client::read_answer(&mut stream, false).expect("an answer");
        let status = if path == "/nothing" { 404 } else { 413 };
        assert_eq!(answer.problem().0, status, "{path} {framing}");
    }
    server.end();
}

#[test]
fn errors_of_the_parser_have_a_body() {
    let server = Server::start("parser", &[]);
    let many = "X: a\r\n".repeat(1000);
    let long = "a".repeat(2 << 20);
    for (request, status) in [
        ("NOT HTTP\r\n\r\n".to_owned(), 400),
        ("\u{16}\u{3}\u{1}\u{2}\u{0}".to_owned(), 400),
        (
            "POST /v1/render HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n".to_owned(),
            400,
        ),
        (format!("GET /livez HTTP/1.1\r\nHost: a\r\n{many}\r\n"), 431),
        (
            format!("GET /livez HTTP/1.1\r\nHost: a\r\nX: {long}\r\n\r\n"),
            431,
        ),
    ] {
        let mut stream = server.connect();
        // The server may refuse it before all of it is sent.
        let _ = stream.write_all(request.as_bytes());
        let answer = super::client::read_answer(&mut stream, false).expect("an answer");
        assert!(answer.whole);
        let (found, code, _) = answer.problem();
        assert_eq!((found, code.as_str()), (status, "not_understood"));
    }
    server.end();
}

#[test]
fn one_address_has_a_limited_number_of_connections() {
    let server = Server::start("places", &["--client-connections-max", "4"]);
    let is_open = |stream: &mut std::net::TcpStream| {
        let livez = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let _ = stream.write_all(livez.as_bytes());
        read_answer(stream, false).is_some_and(|answer| answer.status == 200)
    };
    // The connection that waited for the start may still be open for a moment.
    let mut held = Vec::new();
    server.wait_until("four places are free", || {
        let mut stream = server.connect();
        if is_open(&mut stream) {
            held.push(stream);
        }
        held.len() == 4
    });
    assert!(!is_open(&mut server.connect()));
    assert!(held.iter_mut().all(is_open), "the others stay open");
    drop(held.pop());
    server.wait_until("its place is free", || is_open(&mut server.connect()));
    drop(held);
    server.end();
}
