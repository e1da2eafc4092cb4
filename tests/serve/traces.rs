//! Traces of requests (feature `otlp`), received by a collector of the test.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;

use super::client::{LONG, Server, folder};

/// Accepts exports of traces, and sends on their bodies.
fn collector() -> (String, mpsc::Receiver<(String, Vec<u8>)>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let sender = sender.clone();
            std::thread::spawn(move || {
                let mut reader = BufReader::new(stream.try_clone().expect("a socket"));
                let mut writer = stream;
                loop {
                    let (mut first, mut length) = (String::new(), 0);
                    reader.read_line(&mut first).unwrap_or(0);
                    if first.is_empty() {
                        return;
                    }
                    loop {
                        let mut line = String::new();
                        reader.read_line(&mut line).unwrap_or(0);
                        let lower = line.trim().to_ascii_lowercase();
                        if lower.is_empty() {
                            break;
                        }
                        if let Some(value) = lower.strip_prefix("content-length: ") {
                            length = value.parse().expect("a number");
                        }
                    }
                    let mut body = vec![0; length];
                    reader.read_exact(&mut body).expect("a body");
                    // The test may have ended.
                    let _ = sender.send((first, body));
                    let _ = writer.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }
            });
        }
    });
    (format!("http://{address}"), receiver)
}

#[test]
fn a_request_continues_the_trace_of_its_caller() {
    let (endpoint, exports) = collector();
    let variables = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "50"),
    ];
    let server = Server::start_in(folder("traces"), &[], &variables);
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let path = "/v1/structures/sample-dna/image.png?size=32x32&select=resname+DG";
    let answer = server.send("GET", path, &[("traceparent", traceparent)], &[]);
    assert_eq!(answer.status, 200);
    let trace = 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes();
    let contains =
        |body: &[u8], wanted: &[u8]| body.windows(wanted.len()).any(|part| part == wanted);
    loop {
        let (first, body) = exports.recv_timeout(LONG).expect("an export");
        assert!(first.starts_with("POST /v1/traces"), "{first}");
        // Spans name routes and no content of requests.
        assert!(!contains(&body, b"resname") && !contains(&body, b"sample-dna"));
        if contains(&body, &trace) {
            for wanted in [
                &b"GET /v1/structures/{id}/{picture}"[..],
                b"molshot",
                b"draw;dur=",
                b"http.response.status_code",
            ] {
                let wanted_text = String::from_utf8_lossy(wanted);
                assert!(contains(&body, wanted), "{wanted_text}");
            }
            break;
        }
    }
    server.end();
}
