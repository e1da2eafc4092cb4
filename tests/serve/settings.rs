//! Settings from flags, variables and a file; tokens; access from other machines and sites.

use std::fs;

use super::client::{Server, folder, program};

#[test]
fn printed_settings_show_their_origin() {
    let place = folder("printed");
    let file = place.join("molshot.toml");
    fs::write(
        &file,
        "queue-max = 10\nbatches-max = 3\nuploads-max-bytes = \"2GiB\"\n",
    )
    .expect("a file");
    let output = program()
        .args(["serve", "--print-config", "--queue-max", "12", "--config"])
        .arg(&file)
        .env("MOLSHOT_BATCHES_MAX", "5")
        .env("MOLSHOT_TOKENS", "s3cret")
        .output()
        .expect("it runs");
    let text = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success());
    assert!(
        text.contains("queue-max = 12  # --queue-max; 1 to 100000\n"),
        "{text}"
    );
    assert!(
        text.contains("batches-max = 5  # MOLSHOT_BATCHES_MAX"),
        "{text}"
    );
    assert!(text.contains("uploads-max-bytes = \"2GiB\"  # "), "{text}");
    assert!(text.contains("items-max = 100000  # default"), "{text}");
    assert!(!text.contains("s3cret"));
}

#[test]
fn invalid_settings_stop_the_program_with_a_message() {
    let place = folder("wrong");
    let file = place.join("molshot.toml");
    fs::write(&file, "quee = 10\n").expect("a file");
    let run = |args: &[&str]| {
        let output = program().arg("serve").args(args).output().expect("it runs");
        (
            output.status.code(),
            String::from_utf8_lossy(&output.stderr).into_owned(),
        )
    };
    let missing = place.join("nothing").display().to_string();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = listener.local_addr().expect("an address").to_string();
    let file = file.display().to_string();
    for (args, status, words) in [
        (
            vec!["--queue-max", "0"],
            2,
            "--queue-max: \"0\" is invalid; give a whole number from 1",
        ),
        (vec!["--listen", "here"], 2, "--listen: \"here\" is invalid"),
        (vec!["--listen", "0.0.0.0:0"], 2, "--insecure-public"),
        (vec!["--structures", &missing], 2, "--structures: "),
        (vec!["--tokens-file", &missing], 2, "--tokens-file: "),
        (vec!["--config", &file], 1, "unknown setting \"quee\""),
        (vec!["--config", &missing], 1, "cannot be read"),
        (vec!["--listen", &taken], 1, "cannot listen on"),
    ] {
        let (code, text) = run(&args);
        assert_eq!(code, Some(status), "{args:?}: {text}");
        assert!(
            text.starts_with("molshot: ") && text.contains(words),
            "{args:?}: {text}"
        );
    }
}

#[test]
fn with_tokens_a_request_needs_one() {
    let place = folder("tokens");
    let file = place.join("tokens.txt");
    fs::write(&file, "alpha\n\nbeta\n").expect("a file");
    let file = file.display().to_string();
    let server = Server::start_in(
        place,
        &["--tokens-file", &file],
        &[("MOLSHOT_TOKENS", "gamma, delta")],
    );
    let path = "/v1/structures/sample-dna/image.png?size=32x32";
    let ask =
        |authorization: &str| server.send("GET", path, &[("Authorization", authorization)], &[]);
    for token in ["alpha", "beta", "gamma", "delta"] {
        let answer = ask(&format!("Bearer {token}"));
        assert_eq!(answer.status, 200, "{token}");
        assert!(answer.header("cache-control").starts_with("private"));
    }
    for wrong in [
        "Bearer omega",
        "Bearer",
        "Basic alpha",
        "alpha",
        "Bearer alpha,beta",
    ] {
        let refused = ask(wrong);
        assert_eq!(refused.problem().1, "token_missing", "{wrong}");
        assert!(refused.header("www-authenticate").starts_with("Bearer"));
    }
    for closed in [path, "/v1/structures", "/metrics"] {
        assert_eq!(server.get(closed).status, 401, "{closed}");
    }
    for open in [
        "/",
        "/livez",
        "/readyz",
        "/docs",
        "/openapi.json",
        "/v1/schema",
        "/assets/page.js",
    ] {
        assert_eq!(server.get(open).status, 200, "{open}");
    }
    assert!(!server.log().contains("alpha"));
    server.end_with(&["login failed: wrong token"]);
}

#[test]
fn the_log_is_structured_and_names_no_content() {
    let server = Server::start("log", &["--log-format", "json"]);
    let headers = [("X-Request-Id", "mine-1")];
    let path = "/v1/structures/sample-dna/image.png?size=32x32&select=resname+DG";
    let answer = server.send("GET", path, &headers, &[]);
    assert_eq!(
        (answer.status, answer.header("x-request-id")),
        (200, "mine-1")
    );
    server.wait_until("the request is logged", || server.log().contains("mine-1"));
    let mut found = false;
    for line in server.log().lines().filter(|line| line.starts_with('{')) {
        let entry: serde_json::Value =
            serde_json::from_str(line).expect("one JSON object per line");
        if entry["request_id"] == "mine-1" {
            assert_eq!(entry["route"], "/v1/structures/{id}/{picture}");
            assert_eq!(entry["status"], 200);
            found = true;
        }
        assert!(!line.contains("resname"), "{line}");
    }
    assert!(found, "{}", server.log());
    server.end();
}
