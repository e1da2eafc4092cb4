//! SIGHUP: tokens and configuration are read again.

use std::fs;
use std::process::Command;

use super::client::{Server, folder};

impl Server {
    /// Sends SIGHUP, and waits until the log has these words once more.
    fn reload(&self, words: &str) {
        let before = self.log().matches(words).count();
        let status = Command::new("kill")
            .args(["-HUP", &self.child.id().to_string()])
            .status()
            .expect("kill is there");
        assert!(status.success());
        self.wait_until("it is read again", || {
            self.log().matches(words).count() > before
        });
    }
}

#[test]
#[cfg(unix)]
fn a_hangup_reads_tokens_and_configuration_again() {
    let place = folder("hangup");
    let (tokens, file) = (place.join("tokens.txt"), place.join("molshot.toml"));
    let write = |path: &std::path::Path, text: &str| fs::write(path, text).expect("a file");
    write(&tokens, "alpha\nbeta\n");
    let tokens_file = format!("tokens-file = {:?}\n", tokens.display().to_string());
    write(
        &file,
        &format!("{tokens_file}cache-seconds = 60\nqueue-max = 10\n"),
    );
    let config = file.display().to_string();
    let server = Server::start_in(place, &["--config", &config], &[]);
    let path = "/v1/structures/sample-dna/image.png?size=32x32";
    let ask = |token: &str| {
        let authorization = format!("Bearer {token}");
        server.send("GET", path, &[("Authorization", &authorization)], &[])
    };
    assert_eq!(ask("alpha").header("cache-control"), "private, max-age=60");
    assert_eq!(ask("gamma").status, 401);

    // A connection that stays open gets the new tokens, too.
    let mut open = server.connect();
    let mut ask_on_open = |token: &str| {
        use std::io::Write;
        let head = format!(
            "GET /v1/structures?limit=1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        open.write_all(head.as_bytes()).expect("it listens");
        super::client::read_answer(&mut open, false).map(|answer| answer.status)
    };
    assert_eq!(ask_on_open("alpha"), Some(200));

    write(&tokens, "beta\ngamma\n");
    write(
        &file,
        &format!("{tokens_file}cache-seconds = 30\nqueue-max = 11\n"),
    );
    server.reload("were read again");
    assert_eq!(ask_on_open("alpha"), Some(401));
    assert_eq!(ask("alpha").status, 401);
    assert_eq!(ask("gamma").header("cache-control"), "private, max-age=30");
    assert!(
        server
            .log()
            .contains("changed=\"cache-seconds\" tokens=\"2 tokens\""),
        "{}",
        server.log()
    );
    server.wait_until("the log says what needs a restart", || {
        server
            .log()
            .contains("need a restart settings=\"queue-max\"")
    });

    // What is invalid changes nothing.
    for (text, words) in [
        ("cache-seconds = -1\n", "cache-seconds"),
        ("cache-second = 1\n", "unknown setting"),
        ("threads = 5000\n", "threads"),
        // A mistake, such as an empty file, must not open the server.
        ("cache-seconds = 5\n", "it has no tokens"),
        ("tokens-file = \"/nothing\"\n", "/nothing"),
    ] {
        write(&file, text);
        server.reload("the new one is invalid");
        assert!(server.log().contains(words), "{}", server.log());
        assert_eq!(ask("gamma").header("cache-control"), "private, max-age=30");
    }
    server.end_with(&["login failed", "need a restart", "the new one is invalid"]);
}

#[test]
#[cfg(unix)]
fn a_hangup_does_not_open_a_public_server() {
    let place = folder("hangup-public");
    let file = place.join("molshot.toml");
    let tokens = place.join("tokens.txt");
    fs::write(&tokens, "alpha\n").expect("a file");
    fs::write(
        &file,
        format!("tokens-file = {:?}\n", tokens.display().to_string()),
    )
    .expect("a file");
    let config = file.display().to_string();
    let flags = ["--config", &config];
    let variables = [("MOLSHOT_LISTEN", "0.0.0.0:0")];
    let server = Server::start_in(place, &flags, &variables);
    assert_eq!(server.get("/v1/structures").status, 401);
    fs::write(&file, "").expect("a file");
    server.reload("the new one is invalid");
    assert_eq!(server.get("/v1/structures").status, 401);
    server.end_with(&["the new one is invalid"]);
}

#[test]
#[cfg(unix)]
fn a_file_that_does_not_answer_stops_nothing() {
    let place = folder("blocked");
    let tokens = place.join("tokens.txt");
    fs::write(&tokens, "alpha\n").expect("a file");
    let given = tokens.display().to_string();
    let server = Server::start_in(place, &["--tokens-file", &given], &[]);
    let path = "/v1/structures/sample-dna/image.png?size=32x32";
    let ask = || server.send("GET", path, &[("Authorization", "Bearer alpha")], &[]);
    assert_eq!(ask().status, 200);
    // Opening a pipe that nothing writes to blocks.
    fs::remove_file(&tokens).expect("it is there");
    let made = Command::new("mkfifo").arg(&tokens).status();
    assert!(made.expect("mkfifo is there").success());
    let hang_up = || {
        let process = server.child.id().to_string();
        let status = Command::new("kill").args(["-HUP", &process]).status();
        assert!(status.expect("kill is there").success());
    };
    hang_up();
    assert_eq!(ask().status, 200);
    hang_up();
    server.wait_until("the second one is refused", || {
        server.log().contains("SIGHUP is ignored")
    });
    assert_eq!(ask().status, 200);
}
