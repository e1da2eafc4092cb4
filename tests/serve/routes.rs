//! The behaviour of each route.

use serde_json::{Value, json};

use super::client::{Server, request};

#[test]
fn every_route_answers() {
    let server = Server::start("routes", &[]);
    for (path, media_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/docs", "text/html; charset=utf-8"),
        ("/assets/page.js", "text/javascript; charset=utf-8"),
        ("/assets/view.js", "text/javascript; charset=utf-8"),
        ("/assets/docs.js", "text/javascript; charset=utf-8"),
        ("/assets/page.css", "text/css; charset=utf-8"),
        ("/openapi.json", "application/json"),
        ("/livez", "application/json"),
        ("/readyz", "application/json"),
        ("/v1/schema", "application/schema+json"),
        ("/v1/schema?of=annotations", "application/schema+json"),
        ("/v1/structures", "application/json"),
        ("/v1/structures/1ubi.pdb", "application/json"),
        ("/v1/structures/1hvr/hbonds", "application/json"),
        ("/v1/structures/1hvr/image.png?size=64x64", "image/png"),
        ("/v1/structures/1hvr/image.jpg?size=64x64", "image/jpeg"),
        ("/v1/structures/1hvr/image.webp?size=64x64", "image/webp"),
        ("/v1/structures/1hvr/image.tiff?size=64x64", "image/tiff"),
        ("/v1/structures/1hvr/image.bmp?size=64x64", "image/bmp"),
        ("/v1/structures/1hvr/image.qoi?size=64x64", "image/x-qoi"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.header("content-type"), media_type, "{path}");
        assert!(!answer.body.is_empty(), "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert!(!answer.header("x-request-id").is_empty());
        assert_eq!(answer.header("access-control-allow-origin"), "");
    }
    let metrics = String::from_utf8(server.get("/metrics").body).expect("text");
    for name in [
        "molshot_requests_total{",
        "molshot_stage_seconds_bucket{le=\"0.001\",stage=\"draw\"}",
        "molshot_cache_lookups_total{",
        "molshot_picture_bytes_count",
        "molshot_device_losses_total 0",
        "molshot_devices_reopened_total 0",
        "molshot_draw_threads_ready ",
        "molshot_request_seconds_bucket{le=",
    ] {
        assert!(metrics.contains(name), "{name}: {metrics}");
    }
    server.end();
}

#[test]
fn the_schema_equals_that_of_the_command_line() {
    let server = Server::start("schema", &[]);
    let printed = super::client::program()
        .arg("schema")
        .output()
        .expect("it runs");
    let printed: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    assert_eq!(server.get("/v1/schema").json(), printed);
    server.end();
}

#[test]
fn an_image_equals_that_of_the_command_line() {
    let server = Server::start("same", &[]);
    let file = server.folder.join("own.png");
    let drawn = super::client::program()
        .args([
            "render",
            "scenes/library/1hvr",
            "--adapter",
            "software",
            "--size",
            "96x64",
        ])
        .args([
            "--commands",
            "view left; roll y 15",
            "--style",
            "ball-and-stick",
            "-o",
        ])
        .arg(&file)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("it runs");
    assert!(drawn.success());
    let own = std::fs::read(&file).expect("a picture");
    let path = "/v1/structures/1hvr/image.png?size=96x64&commands=view+left%3B+roll%20y%2015&style=ball-and-stick";
    assert_eq!(server.get(path).body, own);
    let mut document = request("1hvr");
    document["output"] = json!({ "width_px": 96, "height_px": 64 });
    document["style"] = json!({ "preset": "ball-and-stick" });
    document["commands"] = json!(["view left", "roll y 15"]);
    let posted = server.post("/v1/render", &document);
    assert_eq!(posted.body, own);
    let timing = posted.header("server-timing");
    for stage in [
        "queue;dur=",
        "parse;dur=",
        "draw;dur=",
        "encode;dur=",
        "cache;desc=",
    ] {
        assert!(timing.contains(stage), "{timing}");
    }
    server.end();
}

#[test]
fn entity_tags_are_strong_and_avoid_rendering() {
    let server = Server::start("tags", &[]);
    let path = "/v1/structures/sample-dna/image.png?size=64x64";
    let first = server.get(path);
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
    assert_eq!(first.header("cache-control"), "public, max-age=3600");
    let asked = |path: &str, tag: &str| server.send("GET", path, &[("If-None-Match", tag)], &[]);
    let same = asked(path, &etag);
    assert_eq!((same.status, same.body.len()), (304, 0));
    assert_eq!(same.header("etag"), etag);
    assert_eq!(asked(path, "\"other\", W/\"x\"").status, 200);
    assert_eq!(
        asked(&format!("{path}&commands=view+left"), &etag).status,
        200
    );
    // The second response comes from the cache and has the same bytes.
    let second = server.get(path);
    assert_eq!(second.body, first.body);
    assert!(second.header("server-timing").contains("cache;desc=hit"));
    let head = server.send("HEAD", path, &[], &[]);
    assert_eq!((head.status, head.header("etag")), (200, etag.as_str()));
    for path in [
        "/v1/structures/sample-dna",
        "/v1/structures/sample-dna/hbonds",
        "/v1/schema",
        "/",
    ] {
        let etag = server.get(path).header("etag").to_owned();
        assert_eq!(asked(path, &etag).status, 304, "{path}");
    }
    server.end();
}

#[test]
fn the_format_is_negotiated() {
    let server = Server::start("forms", &[]);
    let document = request("sample-dna");
    let form = |document: &Value, accept: &str| {
        let answer = server.post_as("/v1/render", document, &[("Accept", accept)]);
        (answer.status, answer.header("content-type").to_owned())
    };
    assert_eq!(form(&document, "*/*"), (200, "image/png".into()));
    assert_eq!(
        form(&document, "image/webp, image/png;q=0.5"),
        (200, "image/webp".into())
    );
    for media_type in ["image/jpeg", "image/tiff", "image/bmp", "image/x-qoi"] {
        assert_eq!(form(&document, media_type), (200, media_type.into()));
    }
    assert_eq!(form(&document, "text/html").0, 406);
    let mut named = document.clone();
    named["output"]["format"] = "webp".into();
    assert_eq!(form(&named, "*/*"), (200, "image/webp".into()));
    assert_eq!(form(&named, "image/png").0, 406);
    let mut depth = document.clone();
    depth["output"]["planes"] = json!(["depth"]);
    assert_eq!(form(&depth, "*/*"), (200, "image/png".into()));
    assert_eq!(
        form(&depth, "application/x-npy"),
        (200, "application/x-npy".into())
    );
    let mut several = document;
    several["output"]["planes"] = json!(["color", "depth", "mask-role"]);
    assert_eq!(form(&several, "image/png").0, 406);
    let answer = server.post("/v1/render", &several);
    let boundary = answer
        .header("content-type")
        .strip_prefix("multipart/mixed; boundary=")
        .expect("parts")
        .to_owned();
    let text = String::from_utf8_lossy(&answer.body);
    assert_eq!(text.matches(&format!("--{boundary}\r\n")).count(), 5);
    assert!(text.ends_with(&format!("--{boundary}--\r\n")));
    for name in [
        "color.png",
        "depth.png",
        "depth.npy",
        "mask-role.png",
        "mask-role.json",
    ] {
        assert!(text.contains(&format!("filename=\"{name}\"")), "{name}");
    }
    server.end();
}

#[test]
fn annotations_equal_those_of_the_command_line() {
    let server = Server::start("annotations", &[]);
    let file = server.folder.join("own.json");
    let drawn = super::client::program()
        .args([
            "render",
            "scenes/library/1hvr",
            "--adapter",
            "software",
            "--size",
            "64x64",
        ])
        .args(["--masks", "residue", "--annotations"])
        .arg(&file)
        .arg("-o")
        .arg(server.folder.join("own.png"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status()
        .expect("it runs");
    assert!(drawn.success());
    let own: Value =
        serde_json::from_slice(&std::fs::read(&file).expect("annotations")).expect("JSON");
    let answer = server.post("/v1/annotations?masks=residue", &request("1hvr"));
    assert_eq!(answer.json(), own);
    server.end();
}

#[test]
fn lists_are_paged() {
    let server = Server::start("pages", &[]);
    let mut ids = Vec::new();
    let mut after = String::new();
    loop {
        let page = server
            .get(&format!("/v1/structures?limit=4&after={after}"))
            .json();
        let entries = page["structures"].as_array().expect("entries").clone();
        assert!(entries.len() <= 4);
        ids.extend(
            entries
                .iter()
                .map(|entry| entry["id"].as_str().expect("an id").to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut after),
            None => break,
        }
    }
    let all = server.get("/v1/structures").json();
    assert_eq!(all["total"], ids.len());
    assert!(ids.is_sorted() && ids.contains(&"1hvr".into()) && ids.contains(&"sample-dna".into()));
    assert!(
        !ids.iter()
            .any(|id| id.contains("README") || id.contains("json"))
    );
    server.end();
}

#[test]
fn json_is_compressed_and_pictures_are_not() {
    use std::io::Read;
    let server = Server::start("compressed", &[]);
    let ask = |path: &str, accept: &str, tag: &str| {
        let headers = [("Accept-Encoding", accept), ("If-None-Match", tag)];
        server.send("GET", path, &headers, &[])
    };
    let path = "/v1/structures/1hvr/hbonds?scope=all";
    let plain = ask(path, "identity", "");
    assert_eq!(plain.header("content-encoding"), "");
    assert_eq!(plain.header("vary"), "accept-encoding");
    let gzip = ask(path, "gzip", "");
    assert_eq!(gzip.header("content-encoding"), "gzip");
    assert_eq!(gzip.header("vary"), "accept-encoding");
    assert!(gzip.body.len() * 2 < plain.body.len());
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice())
        .read_to_end(&mut text)
        .expect("gzip data");
    assert_eq!(text, plain.body);
    let zstd = ask(path, "gzip;q=0.5, zstd", "");
    assert_eq!(zstd.header("content-encoding"), "zstd");
    assert!(zstd.body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]));
    // Different bytes have different strong tags, and each avoids another answer.
    let tags = [&plain, &gzip, &zstd].map(|answer| answer.header("etag").to_owned());
    assert!(tags[0] != tags[1] && tags[1] != tags[2], "{tags:?}");
    for tag in &tags {
        assert!(tag.starts_with('"'), "{tag}");
        assert_eq!(ask(path, "gzip", tag).status, 304, "{tag}");
    }
    for other in [
        "/v1/structures/1hvr/image.png?size=256x256",
        "/v1/structures/1hvr/image.bmp?size=64x64",
        "/livez",
    ] {
        let answer = ask(other, "gzip, zstd", "");
        assert_eq!(answer.header("content-encoding"), "", "{other}");
    }
    let annotated = server.post_as(
        "/v1/annotations",
        &request("1hvr"),
        &[("Accept-Encoding", "gzip")],
    );
    assert_eq!(annotated.header("content-encoding"), "gzip");
    server.end();
}

#[test]
fn metrics_have_two_formats() {
    let server = Server::start("formats", &[]);
    let ask = |accept: &str| {
        let answer = server.send("GET", "/metrics", &[("Accept", accept)], &[]);
        let media_type = answer.header("content-type").to_owned();
        (
            answer.status,
            media_type,
            String::from_utf8(answer.body).expect("text"),
        )
    };
    let prometheus =
        "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1";
    for accept in ["*/*", prometheus] {
        let (status, media_type, text) = ask(accept);
        assert_eq!(status, 200);
        assert!(media_type.starts_with("application/openmetrics-text; version=1.0.0"));
        assert!(text.ends_with("# EOF\n"));
        assert!(text.contains("# TYPE molshot_build info\n"), "{text}");
    }
    let (status, media_type, text) = ask("text/plain");
    assert_eq!(status, 200);
    assert_eq!(media_type, "text/plain; version=0.0.4; charset=utf-8");
    assert!(!text.contains("# EOF"));
    assert!(text.contains("# TYPE molshot_build_info gauge\nmolshot_build_info{version="));
    assert!(
        text.contains("# TYPE molshot_requests_total counter\n"),
        "{text}"
    );
    if cfg!(target_os = "linux") {
        let resident = server.metric("process_resident_memory_bytes");
        assert!(resident.is_some_and(|bytes| bytes > 1e6), "{resident:?}");
        assert!(text.contains("\nprocess_start_time_seconds 1"), "{text}");
    }
    assert_eq!(ask("image/png").0, 406);
    server.end();
}
