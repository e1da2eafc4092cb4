//! Memory is reserved until the last byte of an answer is sent, and for structures as well.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use super::client::{LONG, Server, read_answer, request};

/// A picture of 12 MB, more than the buffers of a connection hold.
const BMP: &str = "/v1/structures/sample-dna/image.bmp?size=2000x2000&samples=1";
const BMP_BYTES: f64 = 12_000_000.0;

/// Asks for something and reads nothing but the beginning of the answer.
fn unread(server: &Server, method: &str, path: &str, body: &str) -> TcpStream {
    let mut stream = server.connect();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let mut first = [0; 12];
    stream.read_exact(&mut first).expect("the answer begins");
    assert_eq!(&first, b"HTTP/1.1 200");
    stream
}

fn in_progress(server: &Server) -> u64 {
    let name = "molshot_requests_in_progress";
    server.metric(name).expect("a value") as u64
}

fn reserved(server: &Server) -> f64 {
    let name = "molshot_reserved_bytes";
    server.metric(name).expect("a value")
}

#[test]
fn unread_answers_hold_their_memory_and_the_place_of_the_client() {
    let server = Server::start("unread", &["--client-queue-max", "4"]);
    // One is drawn, and the others come from the cache.
    let mut streams: Vec<_> = (0..3).map(|_| unread(&server, "GET", BMP, "")).collect();
    assert!((1.0..1.01).contains(&(reserved(&server) / (3.0 * BMP_BYTES))));
    let document = {
        let mut document = request("sample-dna");
        document["output"] = json!({
            "width_px": 2000, "height_px": 2000, "samples": 1, "planes": ["color", "depth", "normal"],
        });
        document.to_string()
    };
    streams.push(unread(&server, "POST", "/v1/render", &document));
    assert_eq!(in_progress(&server), 4);
    let many = reserved(&server);
    assert!(many > 4.0 * BMP_BYTES, "{many}");
    let refused = server.get("/v1/structures?limit=1");
    assert_eq!(refused.problem().1, "client_busy");
    // A client that disconnects releases both, and so does one that has read everything.
    drop(streams.pop());
    server.wait_until("the place is free", || in_progress(&server) == 3);
    let mut read = streams.pop().expect("a connection");
    let mut bytes = vec![0; 12_000_000];
    read.read_exact(&mut bytes).expect("the answer continues");
    server.wait_until("the place is free", || in_progress(&server) <= 3);
    let mut rest = [0; 1000];
    read.set_read_timeout(Some(Duration::from_millis(10)))
        .expect("a socket");
    while read.read(&mut rest).is_ok_and(|count| count > 0) {}
    server.wait_until("the place is free", || in_progress(&server) == 2);
    assert!((1.0..1.01).contains(&(reserved(&server) / (2.0 * BMP_BYTES))));
    // HEAD sends no body, and the connection is open for further requests.
    assert_eq!(server.send("HEAD", BMP, &[], &[]).status, 200);
    read.set_read_timeout(Some(LONG)).expect("a socket");
    read.write_all(b"GET /v1/structures?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it listens");
    assert_eq!(
        read_answer(&mut read, false).expect("an answer").status,
        200
    );
    server.wait_until("the places are free", || in_progress(&server) == 2);
    drop(streams);
    server.wait_until("nothing is held", || {
        (in_progress(&server), reserved(&server)) == (0, 0.0)
    });
    server.end();
}

#[test]
fn a_client_that_reads_too_slowly_is_disconnected() {
    let flags = ["--stall-seconds", "1", "--read-rate-min-bytes", "1MiB"];
    let server = Server::start("slow-reader", &flags);
    let mut stream = unread(&server, "GET", BMP, "");
    let (mut buffer, mut total) = (vec![0; 1 << 20], 0);
    server.wait_until("it is disconnected", || {
        // It never pauses, but it reads 100 kB per second at most.
        total += stream.read(&mut buffer[..1000]).unwrap_or(0);
        in_progress(&server) == 0
    });
    while let Ok(count @ 1..) = stream.read(&mut buffer) {
        total += count;
    }
    assert!((total as f64) < BMP_BYTES, "{total} bytes arrived");
    // One that reads as fast as it can gets everything.
    assert!(server.get(BMP).whole);
    server.end();
}

/// A file with as many atoms per byte as possible.
fn short_rows(atoms: usize) -> String {
    format!("{atoms}\n\n{}C 9 9 9\n", "C 0 0 0\n".repeat(atoms - 1))
}

#[test]
fn structures_are_refused_if_reading_them_needs_more_memory_than_there_is() {
    let server = Server::start("structures-memory", &["--queue-max-bytes", "32MiB"]);
    let large = short_rows(100_000);
    let inline = |text: &str| {
        let mut document = request("sample-dna");
        document["structure"] = json!({ "files": [{ "name": "x.xyz", "text": text }] });
        server.post("/v1/render", &document)
    };
    assert_eq!(inline(&large).problem().1, "input_too_large");
    assert_eq!(inline(&large).status, 413);
    let upload = server.upload(&[("x.xyz", large.as_bytes())]);
    assert_eq!(
        (upload.status, upload.problem().1.as_str()),
        (413, "input_too_large")
    );
    // Usual files of this size have fewer atoms; it is read all the same.
    assert_eq!(inline(&short_rows(20_000)).png().0, 64);
    let upload = server.upload(&[("x.xyz", short_rows(20_000).as_bytes())]);
    assert_eq!(
        (upload.status, &upload.json()["summary"]["atoms"]),
        (201, &json!(20_000))
    );
    server.wait_until("nothing is held", || reserved(&server) == 0.0);
    server.end();
}
