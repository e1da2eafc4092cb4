//! Hostile requests are refused or their connection is closed, and the next valid request succeeds.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::{LONG, Server, read_answer, request};

/// A request that takes this long hangs, however busy the machine is. `scripts/http-hostile`
/// measures how fast refusals are.
const HUNG: Duration = Duration::from_secs(30);

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

fn good(server: &Server) {
    assert_eq!(
        server
            .get("/v1/structures/sample-dna/image.png?size=32x32")
            .status,
        200
    );
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of bodies")]
fn hostile_bodies_are_refused() {
    let server = Server::start("bodies", &[]);
    good(&server);
    let deep = format!(
        "{{\"schema_version\":1,\"structure\":{}{}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let many_labels = {
        let mut document = request("sample-dna");
        let label = json!({ "text": "x", "position": [0, 0, 0] });
        document["style"] = json!({ "texts": vec![label; 100_000] });
        document.to_string()
    };
    let million = {
        let mut document = request("sample-dna");
        let label = json!({ "text": "x" });
        document["style"] = json!({ "texts": vec![label; 1_000_000] });
        document.to_string()
    };
    let of_batch = {
        let texts = vec![json!({ "text": "x" }); 1_000_000];
        json!({ "defaults": { "style": { "texts": texts } }, "items": [] }).to_string()
    };
    let many_keys = {
        let keys: Vec<String> = (0..1_000_000)
            .map(|number| format!("\"k{number}\":0"))
            .collect();
        format!("{{{}}}", keys.join(","))
    };
    let many_files = {
        let mut document = request("sample-dna");
        document["structure"] =
            json!({ "files": vec![json!({ "name": "x.pdb", "text": "" }); 100_000] });
        document.to_string()
    };
    let with = |text: &str| {
        request("sample-dna")
            .to_string()
            .replace("\"width_px\":64", &format!("\"width_px\":{text}"))
    };
    let long_text =
        json!({ "schema_version": 1, "structure": { "id": "a".repeat(1_000_000) } }).to_string();
    let many_commands = {
        let mut document = request("sample-dna");
        document["commands"] = json!(vec!["roll x 1"; 100_000]);
        document.to_string()
    };
    let nested_selection = {
        let mut document = request("sample-dna");
        document["select"] = "(".repeat(4000).into();
        document.to_string()
    };
    let bomb = gzip(&vec![b' '; 200 << 20]);
    let plain: &[(&str, &str)] = &[("Content-Type", "application/json")];
    let zipped: &[(&str, &str)] = &[
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
    ];
    let cases = [
        ("17 MiB", vec![b' '; 17 << 20], plain),
        ("a gzip bomb", bomb, zipped),
        ("deep JSON", deep.into_bytes(), plain),
        ("100,000 labels", many_labels.into_bytes(), plain),
        ("1,000,000 labels", million.into_bytes(), plain),
        (
            "1,000,000 labels for all items",
            of_batch.into_bytes(),
            plain,
        ),
        ("1,000,000 keys", many_keys.into_bytes(), plain),
        ("100,000 files", many_files.into_bytes(), plain),
        (
            "objects 100,000 deep",
            "{\"a\":".repeat(100_000).into_bytes(),
            plain,
        ),
        ("NaN", with("NaN").into_bytes(), plain),
        ("1e308", with("1e308").into_bytes(), plain),
        ("1e400", with("1e400").into_bytes(), plain),
        ("size 0", with("0").into_bytes(), plain),
        ("size 2^32", with("4294967296").into_bytes(), plain),
        ("size -1", with("-1").into_bytes(), plain),
        ("a long id", long_text.into_bytes(), plain),
        ("100,000 commands", many_commands.into_bytes(), plain),
        ("a deep selection", nested_selection.into_bytes(), plain),
        ("no UTF-8", vec![0xfe; 1000], plain),
        ("a zero", vec![0; 1000], plain),
    ];
    for (name, body, headers) in &cases {
        for path in ["/v1/render", "/v1/render/batch", "/v1/annotations"] {
            let start = Instant::now();
            let answer = server.send("POST", path, headers, body);
            let took = start.elapsed();
            assert!(
                (400..500).contains(&answer.status),
                "{name} at {path}: {}",
                answer.status
            );
            assert!(took < HUNG, "{name} at {path} took {took:?}");
            eprintln!("{name} at {path}: {} after {took:?}", answer.status);
        }
        good(&server);
    }
    let million = server.send("POST", "/v1/render", plain, &cases[4].1);
    assert_eq!(
        million.problem(),
        (413, "values_too_many".into(), "/style/texts".into())
    );
    let color = |text: &str| {
        let mut document = request("sample-dna");
        document["style"] = json!({ "background": text });
        server.post("/v1/render", &document).status
    };
    for text in [
        "rgb(256,0,0)",
        "#1234567",
        "color(display-p3 2 0 0)",
        "",
        "\u{0}",
    ] {
        assert_eq!(color(text), 400, "{text}");
    }
    server.end();
}

#[test]
fn hostile_uploads_are_refused() {
    let server = Server::start("files", &[]);
    let bomb = gzip(&vec![b' '; 200 << 20]);
    let twice = gzip(&gzip(b"ATOM"));
    let million_atoms = format!("{}\n\n", 4_000_000_000_u64);
    for (name, file) in [
        ("x.pdb.gz", bomb.as_slice()),
        ("x.pdb.gz", twice.as_slice()),
        ("x.xyz", million_atoms.as_bytes()),
        ("x.pdb", &[0; 1000]),
        ("x.bcif", b"\x80"),
        ("x.cif", b"data_x loop_ _atom_site.id"),
    ] {
        let start = Instant::now();
        let answer = server.upload(&[(name, file)]);
        assert!((400..500).contains(&answer.status), "{name}: {answer:?}");
        assert!(start.elapsed() < HUNG, "{name} took {:?}", start.elapsed());
        eprintln!("{name}: {} after {:?}", answer.status, start.elapsed());
        good(&server);
    }
    // Endless part headers without a Content-Length: they are refused at the size limit of an
    // upload.
    let small = Server::start("heads", &["--upload-max-bytes", "100000"]);
    let mut stream = small.connect();
    let head = "POST /v1/structures HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=XX\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("it listens");
    let first = "--XX\r\nContent-Disposition: form-data; name=\"";
    let _ = write!(stream, "{:x}\r\n{first}\r\n", first.len());
    let piece = "a".repeat(10_000);
    for _ in 0..50 {
        if write!(stream, "{:x}\r\n{piece}\r\n", piece.len()).is_err() {
            break;
        }
    }
    if let Some(answer) = read_answer(&mut stream, false) {
        assert_eq!(answer.problem().1, "body_too_large");
    }
    good(&small);
    small.wait_until("its memory is released", || {
        small.metric("molshot_reserved_bytes") == Some(0.0)
    });
    small.end();
    server.end();
}

#[test]
fn no_path_leads_out_of_the_folder() {
    let server = Server::start("paths", &[]);
    for id in [
        "..",
        "%2e%2e",
        "..%2f..%2fCargo.toml",
        "%2e%2e%2fREADME.md",
        "a%00b",
        "%00",
        "README.md",
        "1hvr%2f1hvr_pocket.pdb",
        "..%5c..%5cx",
        "%c0%ae%c0%ae",
        ".%2e/.%2e",
        "~root",
        "%252e%252e",
    ] {
        for path in [
            format!("/v1/structures/{id}"),
            format!("/v1/structures/{id}/image.png"),
            format!("/v1/structures/{id}/hbonds"),
        ] {
            let status = server.send("GET", &path, &[], &[]).status;
            assert!(matches!(status, 400 | 404), "{path}: {status}");
        }
    }
    for path in [
        "/assets/../page.html",
        "/assets/%2e%2e/Cargo.toml",
        "//etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
    ] {
        assert!(matches!(server.get(path).status, 400 | 404), "{path}");
    }
    good(&server);
    server.end();
}

#[test]
fn broken_requests_and_slow_clients_block_no_other_client() {
    let flags = [
        "--header-seconds",
        "1",
        "--body-seconds",
        "1",
        "--stall-seconds",
        "1",
    ];
    let server = Server::start("slow", &flags);
    for bytes in [
        &b"\0\0\0\0\r\n\r\n"[..],
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\r\nHost: \xff\r\n\r\n",
        b"POST /v1/render HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ] {
        let mut stream = server.connect();
        stream.write_all(bytes).expect("it listens");
        let _ = stream.shutdown(std::net::Shutdown::Write);
        if let Some(answer) = read_answer(&mut stream, false) {
            assert!((400..500).contains(&answer.status), "{answer:?}");
        }
    }
    let mut huge = server.connect();
    let _ = huge.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ");
    let _ = huge.write_all(&vec![b'a'; 2 << 20]);
    if let Some(answer) = read_answer(&mut huge, false) {
        assert_eq!(answer.status, 431);
    }
    // Headers and bodies that never end.
    let mut heads: Vec<_> = (0..50)
        .map(|_| {
            let mut stream = server.connect();
            stream
                .write_all(b"GET /livez HTTP/1.1\r\nHost: local")
                .expect("it listens");
            stream
        })
        .collect();
    let mut body = server.connect();
    body.write_all(b"POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{")
        .expect("it listens");
    good(&server);
    assert_eq!(
        read_answer(&mut body, false)
            .expect("an answer")
            .problem()
            .1,
        "body_too_slow"
    );
    let start = Instant::now();
    for stream in &mut heads {
        let mut rest = Vec::new();
        let _ = stream.read_to_end(&mut rest);
    }
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "clients with slow headers are not disconnected"
    );
    // A client that reads nothing of a batch is disconnected.
    let items: Vec<Value> = (0..20_000)
        .map(|number| json!({ "key": format!("k{number}") }))
        .collect();
    let mut defaults = request("sample-dna");
    defaults["output"] = json!({ "width_px": 300, "height_px": 300 });
    let text = json!({ "defaults": defaults, "items": items }).to_string();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/render/batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let batches = |count: u32| {
        let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
        metrics.contains(&format!("molshot_batches_in_progress {count}\n"))
    };
    server.wait_until("the batch is under way", || batches(1));
    server.wait_until("the batch is cancelled", || batches(0));
    good(&server);
    server.end();
}

#[test]
fn the_server_recovers_from_overload() {
    let server = Server::start(
        "overload",
        &[
            "--queue-max",
            "8",
            "--client-queue-max",
            "6",
            "--picture-cache-bytes",
            "0",
        ],
    );
    let counts = std::sync::Mutex::new(std::collections::BTreeMap::new());
    std::thread::scope(|scope| {
        for client in 0..24 {
            let (server, counts) = (&server, &counts);
            scope.spawn(move || {
                for number in 0..10 {
                    let path = format!("/v1/structures/sample-hiv-protease/image.png?size=300x300&commands=roll+y+{client}.{number}");
                    let answer = server.get(&path);
                    if answer.status != 200 {
                        assert!(!answer.header("retry-after").is_empty());
                    }
                    *counts.lock().expect("no panic").entry(answer.status).or_insert(0) += 1;
                }
            });
        }
    });
    let counts = counts.into_inner().expect("no panic");
    assert!(
        counts
            .keys()
            .all(|status| matches!(status, 200 | 429 | 503)),
        "{counts:?}"
    );
    assert!(
        counts.contains_key(&200) && counts.contains_key(&429),
        "{counts:?}"
    );
    let start = Instant::now();
    good(&server);
    assert!(start.elapsed() < Duration::from_secs(5));
    server.end();
}

#[test]
fn requests_of_disconnected_clients_are_not_drawn() {
    let server = Server::start(
        "left",
        &["--picture-cache-bytes", "0", "--samples-max", "400000000"],
    );
    for number in 0..30 {
        let mut stream = server.connect();
        let head = format!(
            "GET /v1/structures/sample-hiv-protease/image.png?size=4096x4096&samples=16&commands=roll+y+{number} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).expect("it listens");
    }
    let start = Instant::now();
    server.wait_until("nothing is in progress", || {
        let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
        metrics.contains("molshot_requests_in_progress 0\n")
            && metrics.contains("molshot_pictures_waiting 0\n")
    });
    assert!(start.elapsed() < LONG / 2);
    good(&server);
    server.end();
}
