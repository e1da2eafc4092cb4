//! Expensive, long and stuck images beside the images of others.

use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};

use super::client::{Server, folder, untar};

/// A request for an image of carbon atoms in a row, `apart_angstrom` from one to the next.
fn row(atoms: usize, apart_angstrom: f64, edge_px: u32) -> Value {
    let lines = (0..atoms).map(|index| format!("C 0 0 {:.6}\n", index as f64 * apart_angstrom));
    let text = format!("{atoms}\n\n{}", lines.collect::<String>());
    json!({
        "schema_version": 1,
        "structure": { "files": [{ "name": "x.xyz", "text": text }] },
        "style": { "preset": "spacefill" },
        "output": { "width_px": edge_px, "height_px": edge_px },
    })
}

#[test]
fn atoms_that_lie_one_over_the_other_are_drawn_once_or_refused() {
    let server = Server::start("cost", &["--covered-samples-max", "2000000"]);
    let single = server.post("/v1/render", &row(1, 0.0, 100));
    let same = server.post("/v1/render", &row(1000, 0.0, 100));
    assert_eq!((single.status, same.status), (200, 200));
    assert_eq!(single.png(), same.png());
    let problem = (413, "picture_too_costly".to_owned(), "/output".to_owned());
    let costly = row(1000, 1e-5, 100);
    let refused = server.post("/v1/render", &costly);
    assert_eq!(refused.problem(), problem);
    let detail = refused.json()["detail"].to_string();
    assert!(detail.contains("2000000"), "{detail}");
    assert_eq!(server.post("/v1/annotations", &costly).problem(), problem);
    // A smaller image of the same atoms is allowed.
    assert_eq!(server.post("/v1/render", &row(1000, 1e-5, 20)).status, 200);
    let items = json!([
        { "key": "large" },
        { "key": "small", "output": { "width_px": 20, "height_px": 20 } },
    ]);
    let batch = json!({ "defaults": costly, "items": items, "annotations": false });
    let files = untar(&server.post("/v1/render/batch", &batch).body);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["large.error.json", "small.png"]);
    server.end();
}

#[test]
fn an_abandoned_image_is_cancelled_while_it_is_drawn() {
    let flags = [
        "--threads",
        "1",
        "--request-seconds",
        "3600",
        "--covered-samples-max",
        "1000000000000",
    ];
    let server = Server::start("abandoned", &flags);
    let document = row(20_000, 1e-4, 700).to_string();
    for _ in 0..2 {
        let mut stream = server.connect();
        let head = format!(
            "POST /v1/render HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            document.len()
        );
        std::io::Write::write_all(&mut stream, (head + &document).as_bytes()).expect("sent");
        server.wait_until("the image is drawn", || {
            server.metric("molshot_pictures_in_progress") == Some(1.0)
        });
        drop(stream);
        server.wait_until("the image was cancelled", || {
            server.metric("molshot_pictures_in_progress") == Some(0.0)
        });
    }
    // It did not merely end: a cancelled image counts as failed.
    assert_eq!(
        server.metric("molshot_pictures_total{result=\"failed\"}"),
        Some(2.0)
    );
    server.end();
}

/// A server in which drawing an image of 43 pixels' width ends only when the file exists.
fn stuck_server(name: &str) -> Option<(Server, std::path::PathBuf)> {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: fault injection needs a build with debug assertions");
        return None;
    }
    let folder = folder(name);
    let file = folder.join("go-on");
    let plan = format!("stuck=43,file={}", file.display());
    let flags = ["--threads", "1", "--request-seconds", "1"];
    let server = Server::start_in(folder, &flags, &[("MOLSHOT_FAULT", &plan)]);
    Some((server, file))
}

#[test]
fn readiness_says_when_no_thread_can_draw_and_when_one_can_again() {
    let Some((server, file)) = stuck_server("stuck") else {
        return;
    };
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(server.get("/readyz").json()["reason"], Value::Null);
    let late = server.get("/v1/structures/sample-dna/image.png?size=43x43");
    assert_eq!(late.problem().0, 504);
    server.wait_until("it is not ready", || server.get("/readyz").status == 503);
    let answer = server.get("/readyz").json();
    assert_eq!(answer["status"], "down");
    let reason = answer["reason"].as_str().expect("a reason");
    assert!(reason.contains("the deadline is 1 s"), "{reason}");
    std::fs::write(&file, "").expect("written");
    server.wait_until("it is ready", || server.get("/readyz").status == 200);
    let answer = server.get("/v1/structures/sample-dna/image.png?size=40x40");
    assert_eq!(answer.status, 200);
    server.end();
}

#[test]
fn a_long_image_leaves_a_thread_to_short_ones() {
    let Some((server, file)) = stuck_server("long") else {
        return;
    };
    // So many samples with effects are long.
    let long = "/v1/structures/sample-dna/image.png?size=43x16000&ambient-occlusion=true";
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for number in 0..3 {
            let (server, is_over) = (&server, &is_over);
            scope.spawn(move || {
                // Each is refused at its deadline, and the first still occupies its thread.
                while !is_over.load(Ordering::Acquire) {
                    let answer = server.get(&format!("{long}&commands=roll+y+{number}"));
                    assert!(matches!(answer.status, 200 | 504), "{answer:?}");
                }
            });
        }
        server.wait_until("the long image is drawn", || {
            server.metric("molshot_pictures_in_progress") == Some(1.0)
        });
        for number in 0..50 {
            let path =
                format!("/v1/structures/sample-dna/image.png?size=40x40&commands=roll+x+{number}");
            assert_eq!(server.get(&path).status, 200);
        }
        std::thread::sleep(std::time::Duration::from_millis(1500));
        assert_eq!(server.get("/readyz").status, 200, "short images are drawn");
        is_over.store(true, Ordering::Release);
        std::fs::write(&file, "").expect("written");
    });
    server.end();
}
