//! Storage of uploads with a full disk, a file size limit, and a killed server. No partial upload
//! remains, and the next upload works.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::client::{Server, folder, form};

/// A structure of about `bytes` bytes, different for each number.
fn structure(number: usize, bytes: usize) -> Vec<u8> {
    use std::fmt::Write as _;
    let atoms = bytes / 16;
    let mut text = format!("{atoms}\nnumber {number:04}\n");
    for atom in 0..atoms {
        let _ = writeln!(text, "C {:05.1} 0.0 0.0 ", atom as f64 * 0.1);
    }
    text.into_bytes()
}

fn entries(uploads: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(uploads)
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort_unstable();
    names
}

fn ids(server: &Server) -> Vec<String> {
    let list = server.get("/v1/structures?limit=1000").json();
    list["structures"]
        .as_array()
        .expect("entries")
        .iter()
        .filter(|entry| entry["source"] == "upload")
        .map(|entry| entry["id"].as_str().expect("an id").to_owned())
        .collect()
}

fn id_of(answer: &super::client::Answer) -> String {
    assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// A file system in memory with `bytes` bytes; `None` if the system does not allow to mount one.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn new(place: &Path, bytes: usize) -> Option<Self> {
        fs::create_dir_all(place).expect("a folder");
        let output = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={bytes}"), "tmpfs"])
            .arg(place)
            .output();
        match output {
            Ok(output) if output.status.success() => Some(Self(place.to_owned())),
            Ok(output) => {
                let why = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                eprintln!("skipped: no small disk can be mounted: {why}");
                None
            }
            Err(error) => {
                eprintln!("skipped: no small disk can be mounted: {error}");
                None
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily, because the server may still be stopping.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_full_disk_is_reported_and_leaves_no_partial_upload() {
    let place = folder("full");
    let uploads = place.join("uploads");
    let Some(_disk) = SmallDisk::new(&uploads, 2 << 20) else {
        return;
    };
    let server = Server::start_in(place, &[], &[]);
    let first = structure(1, 900_000);
    let kept = id_of(&server.upload(&[("a.xyz", &first)]));
    let second = structure(2, 1_400_000);
    let refused = server.upload(&[("a.xyz", &second)]);
    assert_eq!(refused.problem().0, 507);
    assert_eq!(refused.problem().1, "storage_full");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(entries(&uploads), [kept.as_str()]);
    assert_eq!(ids(&server), [kept.as_str()]);
    assert_eq!(
        server.metric("molshot_upload_bytes"),
        Some(first.len() as f64)
    );
    let path = format!("/v1/structures/{kept}");
    assert_eq!(server.get(&path).status, 200);
    // After space is freed, the same upload works.
    assert_eq!(server.send("DELETE", &path, &[], &[]).status, 204);
    let now = id_of(&server.upload(&[("a.xyz", &second)]));
    assert_eq!(entries(&uploads), [now.as_str()]);
    server.end_with(&["the disk is too full for an upload"]);
}

#[test]
fn a_file_size_limit_is_reported_and_leaves_no_partial_upload() {
    let place = folder("limit");
    let uploads = place.join("uploads");
    // 512 blocks of 512 or of 1,024 bytes, depending on the shell.
    let mut command = Command::new("sh");
    command.args([
        "-c",
        "trap '' XFSZ && ulimit -f 512 && exec \"$0\" \"$@\"",
        env!("CARGO_BIN_EXE_molshot"),
    ]);
    for (name, _) in std::env::vars() {
        if name.starts_with("MOLSHOT_") {
            command.env_remove(name);
        }
    }
    let server = Server::launch(command, place, &[], &[]);
    let small = structure(1, 100_000);
    let refused = server.upload(&[("a.xyz", &small), ("b.xyz", &structure(2, 2_000_000))]);
    assert_eq!(refused.problem().0, 507, "{refused:?}");
    assert_eq!(entries(&uploads), [""; 0]);
    let kept = id_of(&server.upload(&[("a.xyz", &small)]));
    assert_eq!(entries(&uploads), [kept.as_str()]);
    server.end_with(&["the disk is too full for an upload"]);
}

#[test]
fn an_upload_larger_than_the_limit_evicts_nothing() {
    let flags = ["--uploads-max-bytes", "300000"];
    let server = Server::start("larger", &flags);
    let kept = id_of(&server.upload(&[("a.xyz", &structure(1, 200_000))]));
    let refused = server.upload(&[("a.xyz", &structure(2, 400_000))]);
    assert_eq!(refused.problem().0, 413);
    assert_eq!(ids(&server), [kept.as_str()]);
    // An upload that fits evicts the older one.
    let newer = id_of(&server.upload(&[("a.xyz", &structure(3, 200_000))]));
    assert_eq!(ids(&server), [newer.as_str()]);
    assert_eq!(entries(&server.folder.join("uploads")), [newer.as_str()]);
    server.end();
}

#[test]
fn a_killed_server_keeps_complete_uploads_only() {
    let place = folder("kills");
    let uploads = place.join("uploads");
    let mut answered: Vec<String> = Vec::new();
    for round in 0..5_usize {
        let server = Server::start_in(place.clone(), &[], &[]);
        let known = ids(&server);
        for id in &answered {
            assert!(known.contains(id), "{id} was answered for and is gone");
        }
        for id in &known {
            let described: Value = server.get(&format!("/v1/structures/{id}")).json();
            // A complete structure has all its atoms.
            let text = fs::read_to_string(uploads.join(id).join("00_a.xyz")).expect("a file");
            let atoms = text.lines().next().expect("a line");
            assert_eq!(described["summary"]["atoms"].to_string(), atoms, "{id}");
        }
        assert_eq!(entries(&uploads), known, "something half is left");
        // Four clients upload until the server is killed, which happens after a few answers.
        let address = server.address;
        let (sender, receiver) = std::sync::mpsc::channel();
        let clients: Vec<_> = (0..4)
            .map(|client| {
                let sender = sender.clone();
                std::thread::spawn(move || {
                    for number in 0.. {
                        let text = structure(round * 100_000 + client * 1000 + number, 60_000);
                        let (media_type, body) = form(&[("a.xyz", &text)]);
                        let Ok(mut stream) = std::net::TcpStream::connect(address) else {
                            return;
                        };
                        let head = format!(
                            "POST /v1/structures HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
                            body.len()
                        );
                        let sent = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
                        let answer = sent.ok().and_then(|()| super::client::read_answer(&mut stream, false));
                        let Some(answer) = answer.filter(|answer| answer.whole && answer.status == 201) else {
                            return;
                        };
                        let id = answer.json()["id"].as_str().expect("an id").to_owned();
                        if sender.send(id).is_err() {
                            return;
                        }
                    }
                })
            })
            .collect();
        for _ in 0..6 {
            answered.push(receiver.recv().expect("an answer"));
        }
        // Dropping the server is kill -9.
        drop(server);
        drop(sender);
        for client in clients {
            client.join().expect("no panic");
        }
        answered.extend(receiver.try_iter());
    }
    assert!(answered.len() >= 30);
}

#[test]
fn an_upload_on_a_read_only_disk_is_not_removed_and_that_is_an_error() {
    let place = folder("read-only");
    let uploads = place.join("uploads");
    let Some(disk) = SmallDisk::new(&uploads, 2 << 20) else {
        return;
    };
    let server = Server::start_in(place, &[], &[]);
    let id = id_of(&server.upload(&[("a.xyz", &structure(1, 1000))]));
    let remount = |how: &str| {
        let status = Command::new("mount")
            .args(["-o", how])
            .arg(&disk.0)
            .status();
        assert!(status.is_ok_and(|status| status.success()), "{how}");
    };
    remount("remount,ro");
    let path = format!("/v1/structures/{id}");
    let refused = server.send("DELETE", &path, &[], &[]);
    assert_eq!(refused.problem().0, 503);
    assert_eq!(refused.problem().1, "storage_failed");
    assert_eq!(server.get(&path).status, 200);
    assert_eq!(ids(&server), [id.as_str()]);
    let another = server.upload(&[("a.xyz", &structure(2, 1000))]);
    assert_eq!(another.problem().1, "storage_failed");
    remount("remount,rw");
    assert_eq!(server.send("DELETE", &path, &[], &[]).status, 204);
    assert_eq!(server.get(&path).status, 404);
    server.end_with(&["cannot be removed", "cannot be stored"]);
}
