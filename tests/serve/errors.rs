//! Each error has its status, code and pointer.

use serde_json::{Value, json};

use super::client::{Server, request};

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut document = request("sample-dna");
    change(&mut document);
    document
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of errors")]
fn errors_of_a_document_have_a_pointer() {
    let server = Server::start(
        "faults",
        &["--samples-max", "100000", "--atoms-max", "5000"],
    );
    let long = format!("all{}", " or all".repeat(900));
    let cases = [
        (
            changed(|d| d["style"] = json!({ "preset": "nice" })),
            400,
            "document_invalid",
            "/style/preset",
        ),
        (
            changed(|d| d["stile"] = json!({})),
            400,
            "document_invalid",
            "/stile",
        ),
        (
            changed(|d| d["schema_version"] = json!(2)),
            400,
            "document_invalid",
            "/schema_version",
        ),
        (
            changed(|d| d["output"]["width_px"] = json!("64")),
            400,
            "document_invalid",
            "/output/width_px",
        ),
        (
            changed(|d| d["output"]["width_px"] = json!(0)),
            422,
            "value_invalid",
            "/output/width_px",
        ),
        (
            changed(|d| d["output"]["width_px"] = json!(4_294_967_296_u64)),
            400,
            "document_invalid",
            "/output/width_px",
        ),
        (
            changed(|d| d["output"]["width_px"] = json!(4000)),
            413,
            "picture_too_large",
            "/output",
        ),
        (
            changed(|d| d["commands"] = json!(["view front", "fly"])),
            422,
            "command_invalid",
            "/commands/1",
        ),
        (
            changed(|d| d["commands"] = json!(["zoom 1e308"])),
            422,
            "command_invalid",
            "/commands/0",
        ),
        (
            changed(|d| d["select"] = json!("((")),
            422,
            "selection_invalid",
            "/select",
        ),
        (
            changed(|d| d["select"] = json!("resname XYZ")),
            422,
            "scene_empty",
            "/select",
        ),
        (
            changed(|d| d["select"] = json!(long)),
            422,
            "string_too_long",
            "/select",
        ),
        (
            changed(|d| d["camera"] = json!({ "fov_degrees": 1e308 })),
            422,
            "value_invalid",
            "/camera/fov_degrees",
        ),
        (
            changed(|d| d["style"] = json!({ "background": "#ff00zz" })),
            400,
            "document_invalid",
            "/style/background",
        ),
        (
            changed(|d| d["style"] = json!({ "background": "rgb(999,0,0)" })),
            400,
            "document_invalid",
            "/style/background",
        ),
        (
            changed(|d| d["structure"] = json!({ "id": "nothing" })),
            404,
            "structure_unknown",
            "/structure/id",
        ),
        (
            changed(|d| d["structure"] = json!({ "id": "../x" })),
            404,
            "structure_id_invalid",
            "/structure/id",
        ),
        (
            changed(|d| d["structure"] = json!({ "paths": ["1ubi.pdb"] })),
            422,
            "value_invalid",
            "/structure/paths",
        ),
        (
            changed(|d| {
                d["structure"] =
                    json!({ "files": [{ "name": "x.pdb", "text": "ATOM  nonsense" }] });
            }),
            422,
            "input_malformed",
            "/structure/files/0",
        ),
    ];
    for (document, status, code, pointer) in &cases {
        for path in ["/v1/render", "/v1/annotations"] {
            let answer = server.post(path, document);
            let expected = (*status, (*code).to_owned(), (*pointer).to_owned());
            // Annotations are drawn without samples, but an image can be too large for them, too.
            assert_eq!(answer.problem(), expected, "{path} {document}");
        }
    }
    assert_eq!(server.get("/livez").status, 200);
    server.end();
}

#[test]
fn errors_of_a_request_have_their_status() {
    let server = Server::start("statuses", &["--body-max-bytes", "10000"]);
    let json = ("Content-Type", "application/json");
    let send = |headers: &[(&str, &str)], body: &[u8]| {
        server.send("POST", "/v1/render", headers, body).problem()
    };
    assert_eq!(send(&[json], b"").0, 400);
    assert_eq!(send(&[json], b"{\"schema_version\": NaN}").0, 400);
    assert_eq!(send(&[json], "[".repeat(5000).as_bytes()).0, 400);
    assert_eq!(send(&[json], &[0xff; 50]).0, 400);
    assert_eq!(send(&[], b"{}").0, 415);
    assert_eq!(send(&[("Content-Type", "text/plain")], b"{}").0, 415);
    assert_eq!(send(&[json, ("Content-Encoding", "br")], b"{}").0, 415);
    assert_eq!(send(&[json, ("Content-Encoding", "gzip")], b"{}").0, 400);
    assert_eq!(send(&[json], &[b' '; 10_001]).1, "body_too_large");
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/v1/structures/nothing", 404),
        ("GET", "/v1/structures/sample-dna/image.gif", 404),
        ("GET", "/assets/nothing.js", 404),
        ("PUT", "/v1/render", 405),
        ("DELETE", "/livez", 405),
        ("DELETE", "/v1/structures/sample-dna", 403),
        ("GET", "/v1/structures/sample-dna?x=1", 400),
        ("GET", "/v1/structures?limit=0", 400),
        ("GET", "/v1/structures?limit=1001", 400),
        ("GET", "/v1/schema?of=me", 400),
        ("GET", "/v1/structures/sample-dna/hbonds?scope=far", 400),
        (
            "GET",
            "/v1/structures/sample-dna/hbonds?distance-slack=NaN",
            400,
        ),
        (
            "GET",
            "/v1/structures/sample-dna/image.jpg?background=transparent",
            422,
        ),
        ("GET", "/v1/structures/%ff/image.png", 400),
    ] {
        let (found, ..) = server.send(method, path, &[], &[]).problem();
        assert_eq!(found, status, "{method} {path}");
    }
    for (path, words) in [
        (
            "/v1/structures/sample-dna/image.gif",
            &["image.png", "image.jpg", "image.qoi"][..],
        ),
        ("/v1/structures?limit=x", &["a whole number from 1 to 1000"]),
    ] {
        let answer = server.get(path).json();
        let detail = answer["detail"].as_str().expect("a text");
        for word in words {
            assert!(detail.contains(word), "{path}: {detail}");
        }
    }
    assert_eq!(
        server.send("PUT", "/v1/render", &[], &[]).header("allow"),
        "POST"
    );
    server.end();
}

#[test]
fn a_gzip_body_is_read() {
    use std::io::Write;
    let server = Server::start("gzip", &[]);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder
        .write_all(request("sample-dna").to_string().as_bytes())
        .expect("memory");
    let body = encoder.finish().expect("memory");
    let headers = [
        ("Content-Type", "application/json"),
        ("Content-Encoding", "gzip"),
    ];
    server.send("POST", "/v1/render", &headers, &body).png();
    server.end();
}
