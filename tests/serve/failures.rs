//! Drawing threads that panic or lose their device: their current image fails, other threads
//! continue, and the server reports its state.
//!
//! The variable `MOLSHOT_FAULT` injects faults; only builds with debug assertions support it.

use super::client::{Server, folder};

/// A server with injected faults; `None` if the program was built without fault injection.
fn server(name: &str, plan: &str) -> Option<Server> {
    if !cfg!(debug_assertions) {
        eprintln!("skipped: fault injection needs a build with debug assertions");
        return None;
    }
    let flags = ["--threads", "2", "--picture-cache-bytes", "0"];
    Some(Server::start_in(
        folder(name),
        &flags,
        &[("MOLSHOT_FAULT", plan)],
    ))
}

fn picture(server: &Server, size: &str, number: usize) -> super::client::Answer {
    server.get(&format!(
        "/v1/structures/sample-dna/image.png?size={size}&commands=roll+y+{number}"
    ))
}

#[test]
fn a_thread_recovers_from_a_panic_and_others_continue() {
    let Some(server) = server("panics", "panic=41") else {
        return;
    };
    let before = picture(&server, "40x40", 0);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let server = &server;
            scope.spawn(move || {
                for number in 0..20 {
                    if thread == 0 && number % 5 == 0 {
                        // A panic is a bug of the server and is reported as an internal error.
                        let answer = picture(server, "41x41", number);
                        assert_eq!(answer.problem().1, "internal");
                    } else {
                        assert_eq!(picture(server, "40x40", thread * 20 + number).status, 200);
                    }
                }
            });
        }
    });
    assert_eq!(picture(&server, "40x40", 0).body, before.body);
    assert_eq!(server.metric("molshot_worker_panics_total"), Some(4.0));
    // Two threads, and the spare one.
    assert_eq!(server.metric("molshot_draw_threads_ready"), Some(3.0));
    let ready = server.get("/readyz");
    assert_eq!((ready.status, &ready.json()["panics"]), (200, &4.into()));
    server.wait_until("the test image was drawn again", || {
        server.log().contains("the test image was drawn again")
    });
    server.end_with(&["internal error", "a drawing thread failed", "panicked at"]);
}

#[test]
fn a_lost_device_is_reopened() {
    let Some(server) = server("lost", "lost=41") else {
        return;
    };
    let answer = picture(&server, "41x41", 0);
    assert_eq!(answer.problem().0, 503);
    assert_eq!(answer.problem().1, "device_lost");
    assert!(!answer.header("retry-after").is_empty());
    for number in 0..10 {
        assert_eq!(picture(&server, "40x40", number).status, 200);
    }
    // The image was tried twice.
    assert_eq!(server.metric("molshot_device_losses_total"), Some(2.0));
    assert!(server.metric("molshot_devices_reopened_total") >= Some(1.0));
    assert_eq!(server.get("/readyz").status, 200);
    server.end_with(&["a drawing thread failed"]);
}

#[test]
fn a_server_without_device_is_not_ready_and_recovers_without_requests() {
    let Some(server) = server("down", "lost=41,closed=8") else {
        return;
    };
    for number in 0..4 {
        let answer = picture(&server, "41x41", number);
        assert_eq!(answer.problem().0, 503, "{answer:?}");
    }
    let mut was_down = false;
    // From here on, only its health is requested.
    server.wait_until("it is ready again", || {
        let ready = server.get("/readyz");
        if ready.status == 503 {
            was_down = true;
            assert_eq!(ready.json()["status"], "down");
            assert!(!ready.header("retry-after").is_empty());
        }
        ready.status == 200 && ready.json()["threads_ready"] == 3
    });
    assert!(was_down, "it was ready all the time");
    assert_eq!(picture(&server, "40x40", 0).status, 200);
    server.end_with(&["a drawing thread failed"]);
}

#[test]
fn a_failure_in_a_batch_is_the_error_of_one_item() {
    let Some(server) = server("items", "panic=41") else {
        return;
    };
    let items: Vec<serde_json::Value> = (0..30)
        .map(|number| {
            let edge = if number == 7 { 41 } else { 40 };
            serde_json::json!({ "key": format!("k{number}"), "output": { "width_px": edge, "height_px": edge } })
        })
        .collect();
    let defaults = super::client::request("sample-dna");
    let document =
        serde_json::json!({ "defaults": defaults, "items": items, "annotations": false });
    let answer = server.post("/v1/render/batch", &document);
    let names: Vec<String> = super::client::untar(&answer.body)
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    let expected: Vec<String> = (0..30)
        .map(|number| match number {
            7 => "k7.error.json".to_owned(),
            _ => format!("k{number}.png"),
        })
        .collect();
    assert_eq!(names, expected);
    assert_eq!(
        server.metric("molshot_batch_item_errors_total{code=\"internal\"}"),
        Some(1.0)
    );
    server.end_with(&["internal error", "a drawing thread failed", "panicked at"]);
}
