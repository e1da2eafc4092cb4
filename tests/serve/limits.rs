//! Limits on the memory of images, on work for disconnected clients, and on decompression.

use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::client::{Server, request, untar};

const PLANES: [&str; 5] = ["color", "depth", "normal", "atom-id", "residue-id"];

fn large(side_px: u32) -> Value {
    let mut document = request("sample-dna");
    document["output"] =
        json!({ "width_px": side_px, "height_px": side_px, "samples": 1, "planes": PLANES });
    document
}

/// Images of about 54 MiB each, with a memory limit of 64 MiB.
#[test]
fn batches_whose_images_do_not_fit_together_take_turns() {
    let server = Server::start(
        "budget",
        &[
            "--queue-max-bytes",
            "64MiB",
            "--picture-cache-bytes",
            "0",
            "--threads",
            "2",
        ],
    );
    let batch = |keys: &[&str]| {
        let items: Vec<Value> = keys.iter().map(|key| json!({ "key": key })).collect();
        json!({ "defaults": large(1000), "items": items, "annotations": false })
    };
    let documents = [batch(&["a", "b"]), batch(&["c", "d"]), batch(&["e", "f"])];
    let is_over = AtomicBool::new(false);
    let most = std::thread::scope(|scope| {
        let watch = scope.spawn(|| {
            let mut most = 0.0_f64;
            while !is_over.load(Ordering::Acquire) {
                let reserved = server.metric("molshot_reserved_bytes").expect("a value");
                most = most.max(reserved);
                // Small images are drawn meanwhile.
                let small = server.get("/v1/structures/sample-dna/image.png?size=16x16");
                assert!(matches!(small.status, 200 | 503), "{small:?}");
            }
            most
        });
        let answers: Vec<_> = documents
            .iter()
            .map(|document| scope.spawn(|| server.post("/v1/render/batch", document)))
            .collect();
        for answer in answers {
            let answer = answer.join().expect("no panic");
            assert!(answer.whole);
            let names: Vec<String> = untar(&answer.body)
                .into_iter()
                .map(|(name, _)| name)
                .collect();
            assert_eq!(names.len(), 18, "{names:?}");
            assert!(!names.iter().any(|name| name.contains("error")));
        }
        is_over.store(true, Ordering::Release);
        watch.join().expect("no panic")
    });
    assert!(most <= f64::from(64 << 20), "{most} bytes were reserved");
    assert!(most > f64::from(50 << 20), "{most} bytes were reserved");
    // An image that can never fit is refused at once.
    let single = server.post("/v1/render", &large(1200));
    assert_eq!(
        single.problem(),
        (413, "picture_too_large".into(), "/output".into())
    );
    let items = json!({ "defaults": request("sample-dna"), "items": [
        { "key": "a", "output": large(1200)["output"] }, { "key": "b" },
    ] });
    let files = untar(&server.post("/v1/render/batch", &items).body);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["a.error.json", "b.png", "b.json"]);
    let error: Value = serde_json::from_slice(&files[0].1).expect("JSON");
    assert_eq!(
        (error["status"].as_u64(), error["pointer"].as_str()),
        (Some(413), Some("/output"))
    );
    assert_eq!(server.metric("molshot_reserved_bytes"), Some(0.0));
    server.end();
}

#[test]
fn encoding_stops_at_the_deadline() {
    let server = Server::start(
        "cancelled",
        &["--request-seconds", "1", "--picture-cache-bytes", "0"],
    );
    let done = || server.metric("molshot_pictures_total{result=\"done\"}");
    let failed = || server.metric("molshot_pictures_total{result=\"failed\"}");
    let (done_before, failed_before) = (done(), failed());
    let path = "/v1/structures/sample-hiv-protease/image.png?size=8000x8000&samples=1&compression=small&background=white";
    assert_eq!(server.get(path).problem().1, "deadline_passed");
    server.wait_until("nothing is in progress", || {
        server.metric("molshot_pictures_in_progress") == Some(0.0)
    });
    assert_eq!(done(), done_before);
    assert_eq!(failed(), failed_before.map(|count| count + 1.0));
    server.end();
}

#[test]
fn the_decompressed_size_of_an_upload_is_limited_by_its_compressed_size() {
    let mut text = Vec::new();
    for number in 0..60_000 {
        let _ = writeln!(
            text,
            "HETATM{:5}  O   HOH A{:4}       0.000   0.000   0.000  1.00  0.00           O",
            number % 100_000,
            number % 10_000
        );
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(&text).expect("memory");
    let bomb = encoder.finish().expect("memory");
    assert!(
        bomb.len() * 4 < text.len(),
        "{} of {}",
        bomb.len(),
        text.len()
    );
    let upload = |ratio: &str| {
        let server = Server::start(
            &format!("ratio-{ratio}"),
            &["--decompressed-ratio-max", ratio],
        );
        let answer = server.upload(&[("x.pdb.gz", &bomb)]);
        server.end();
        answer
    };
    assert_eq!(upload("4").problem().0, 413);
    assert_eq!(upload("1000").status, 201);
}
