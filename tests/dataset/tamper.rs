//! `verify` finds files that were changed.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::set::{Folder, copy_folder, finished};

/// Changes bytes in place, and the hash in the manifest, so only the meaning of the bytes differs.
fn change(folder: &Folder, table: &str, from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let path = folder.path(table);
    let mut bytes = fs::read(&path).expect("a table");
    let at = bytes
        .windows(from.len())
        .position(|window| window == from)
        .unwrap_or_else(|| panic!("{table} has no such bytes"));
    let before = hash(&bytes);
    bytes[at..at + to.len()].copy_from_slice(to);
    fs::write(&path, &bytes).expect("the file can be written");
    for entry in fs::read_dir(folder.path("out/shards")).expect("shards") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a manifest");
        fs::write(&path, text.replace(&before, &hash(&bytes))).expect("the file can be written");
    }
}

fn hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        write!(text, "{byte:02x}").expect("writing to a String cannot fail");
    }
    text
}

fn restore(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    copy_folder(from, to);
}

#[allow(clippy::too_many_lines, reason = "one set with several changes")]
#[test]
fn every_kind_of_change_is_found() {
    let folder = finished("tamper", 4, &["--tasks", "T1,T8,T9"]);
    let verify = ["verify", "--out", "out", "--sample", "1000"];
    let output = folder.ok(&verify);
    assert!(output.contains("no problems"), "{output}");
    copy_folder(&folder.path("out"), &folder.path("original"));
    let lines = folder.lines("out");
    let line = lines
        .iter()
        .find(|line| line["split"] == "train")
        .expect("a line");
    let items = line["items"].as_array().expect("items");
    let item = items
        .iter()
        .find(|item| item["task"] == "T1")
        .expect("an item of T1");
    let text = |key: &str| item[key].as_str().expect("a text").as_bytes().to_vec();
    let pictures = "out/data/pictures/train-00000.parquet";
    let questions = "out/data/T1-translation/train-00000.parquet";

    // A byte of a file.
    let mut bytes = fs::read(folder.path(pictures)).expect("a table");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(folder.path(pictures), &bytes).expect("the file can be written");
    folder.refuse(1, &verify, &["is not the table that was written"]);

    // A pixel, with the right hash in the manifest.
    restore(&folder.path("original"), &folder.path("out"));
    let original = fs::read(folder.path(pictures)).expect("a table");
    let start = original
        .windows(4)
        .position(|w| w == b"IDAT")
        .expect("a PNG")
        + 24;
    let one: Vec<u8> = original[start..start + 12].to_vec();
    let mut other = one.clone();
    other[5] ^= 0x10;
    change(&folder, pictures, &one, &other);
    folder.refuse(1, &verify, &["rendered again has other bytes"]);

    // An answer, an id, and the text of a question.
    restore(&folder.path("original"), &folder.path("out"));
    let answer = text("answer");
    let mut wrong = answer.clone();
    let last = wrong.len() - 1;
    wrong[last] = if wrong[last] == b'1' { b'2' } else { b'1' };
    change(&folder, questions, &answer, &wrong);
    folder.refuse(1, &verify, &["otherwise than planned"]);
    for (from, to) in [
        (text("id"), b"x".repeat(text("id").len())),
        (
            b"Which command was it".to_vec(),
            b"Which command is it?".to_vec(),
        ),
    ] {
        restore(&folder.path("original"), &folder.path("out"));
        change(&folder, questions, &from, &to);
        folder.refuse(1, &verify, &["otherwise than planned"]);
    }

    // An answer in plan and table, which contradicts the requests of its pictures.
    restore(&folder.path("original"), &folder.path("out"));
    change(&folder, questions, &answer, &wrong);
    let plan = folder.path("out/plan/complexes.jsonl");
    let old = fs::read_to_string(&plan).expect("a plan");
    let whole = format!("\"answer\":\"{}\"", String::from_utf8_lossy(&answer));
    let new = old.replacen(
        &whole,
        &format!("\"answer\":\"{}\"", String::from_utf8_lossy(&wrong)),
        1,
    );
    assert_ne!(old, new);
    replan(&folder, &old, &new);
    folder.refuse(1, &verify, &["the requests say"]);

    // An option of the head of the plan, which says what is checked.
    restore(&folder.path("original"), &folder.path("out"));
    let head = folder.path("out/plan/plan.json");
    let text = fs::read_to_string(&head).expect("a head");
    assert!(text.contains("\"decoys\": \"square\""), "{text}");
    let text = text.replace("\"decoys\": \"square\"", "\"decoys\": \"paper\"");
    fs::write(&head, text).expect("the file can be written");
    folder.refuse(1, &verify, &["plan.json is not the one that the shard"]);

    // An id that is used twice.
    restore(&folder.path("original"), &folder.path("out"));
    let id = |number: usize| items[number]["id"].as_str().expect("an id").to_owned();
    let new = old.replacen(
        &format!("\"id\":\"{}\"", id(1)),
        &format!("\"id\":\"{}\"", id(0)),
        1,
    );
    replan(&folder, &old, &new);
    folder.refuse(1, &verify, &["is used twice"]);

    // Lines that do not match the head of the plan; a report with other counts.
    restore(&folder.path("original"), &folder.path("out"));
    fs::write(&plan, &new).expect("the file can be written");
    folder.refuse(1, &verify, &["is not the one that plan.json was made with"]);
    restore(&folder.path("original"), &folder.path("out"));
    let report = fs::read_to_string(folder.path("out/report.json")).expect("a manifest");
    let counted = report.replacen("\"made\": ", "\"made\": 1", 1);
    fs::write(folder.path("out/report.json"), counted).expect("the file can be written");
    folder.refuse(1, &verify, &["report.json has other counts"]);

    // A missing file, an incomplete shard, and an unknown file.
    restore(&folder.path("original"), &folder.path("out"));
    fs::remove_file(folder.path(questions)).expect("a table");
    folder.refuse(1, &verify, &["T1-translation/train-00000.parquet"]);
    restore(&folder.path("original"), &folder.path("out"));
    fs::remove_file(folder.path("out/shards/train-00000.json")).expect("a manifest");
    folder.refuse(1, &verify, &["is incomplete"]);
    restore(&folder.path("original"), &folder.path("out"));
    let unknown = folder.path("out/data/T1-translation/train-00009.parquet");
    fs::copy(folder.path(questions), unknown).expect("the file can be written");
    folder.refuse(1, &verify, &["is not a file of this set"]);

    // An unknown file beside the folders of tables, together with a missing file.
    restore(&folder.path("original"), &folder.path("out"));
    fs::write(folder.path("out/data/notes.txt"), "x").expect("the file can be written");
    fs::remove_file(folder.path(questions)).expect("a table");
    folder.refuse(
        1,
        &verify,
        &[
            "data/notes.txt is not a file of this set",
            "T1-translation/train-00000.parquet",
        ],
    );

    // A picture under another name, so that the picture of the question is missing.
    restore(&folder.path("original"), &folder.path("out"));
    let path = item["images"][3].as_str().expect("a path");
    let other = path.replace(|c: char| c.is_ascii_digit(), "e");
    change(&folder, pictures, path.as_bytes(), other.as_bytes());
    folder.refuse(1, &verify, &["otherwise than planned"]);

    restore(&folder.path("original"), &folder.path("out"));
    folder.ok(&verify);
}

#[test]
fn changed_descriptions_and_exports_are_found() {
    let folder = finished("tamper-exports", 2, &["--tasks", "T1,T9"]);
    folder.ok(&["export", "--out", "out", "--format", "webdataset"]);
    folder.ok(&["export", "--out", "out", "--format", "imagefolder"]);
    let verify = ["verify", "--out", "out", "--sample", "2"];
    let output = folder.ok(&verify);
    assert!(output.contains("exported files as written"), "{output}");
    copy_folder(&folder.path("out"), &folder.path("original"));
    let edit = |file: &str, from: &str, to: &str| {
        restore(&folder.path("original"), &folder.path("out"));
        let text = fs::read_to_string(folder.path(file)).expect("a text");
        assert!(text.contains(from), "{file}");
        fs::write(folder.path(file), text.replace(from, to)).expect("the file can be written");
    };

    // The metadata of cards counts; people may edit the text after it.
    for card in ["out/README.md", "out/export/webdataset/README.md"] {
        edit(card, "pretty_name: ", "pretty_name: Another ");
        folder.refuse(1, &verify, &["README.md", "written"]);
        edit(card, "\n---\n", "\n---\nRead this first.\n");
        folder.ok(&verify);
    }
    edit("out/croissant.json", "sha256", "sha512");
    folder.refuse(1, &verify, &["croissant.json is not as written"]);
    folder.ok(&["generate", "--out", "out", "--resume"]);
    folder.ok(&verify);
    fs::remove_file(folder.path("out/README.md")).expect("a card");
    folder.refuse(1, &verify, &["README.md"]);

    // A changed, an additional and a missing file of an export; an export without its manifest.
    let metadata = "out/export/imagefolder/T1-translation/train/metadata.jsonl";
    let lines = fs::read_to_string(folder.path(metadata)).expect("a list");
    edit(metadata, "\"answer\":\"", "\"answer\":\"X");
    folder.refuse(
        1,
        &verify,
        &["metadata.jsonl is not the file that was written"],
    );
    restore(&folder.path("original"), &folder.path("out"));
    fs::write(folder.path("out/export/webdataset/notes.txt"), lines).expect("a file");
    folder.refuse(
        1,
        &verify,
        &["export/webdataset/notes.txt is not a file of this export"],
    );
    restore(&folder.path("original"), &folder.path("out"));
    fs::remove_file(folder.path(metadata)).expect("a list");
    folder.refuse(1, &verify, &["metadata.jsonl: No such file"]);
    restore(&folder.path("original"), &folder.path("out"));
    fs::remove_file(folder.path("out/export/webdataset.json")).expect("a manifest");
    folder.refuse(1, &verify, &["export the set as webdataset again"]);
}

/// Writes another plan with a matching head.
fn replan(folder: &Folder, old: &str, new: &str) {
    assert_eq!(old.len(), new.len(), "the positions of the shards stay");
    fs::write(folder.path("out/plan/complexes.jsonl"), new).expect("the file can be written");
    let head = folder.path("out/plan/plan.json");
    let text = fs::read_to_string(&head).expect("a head");
    let text = text.replace(&hash(old.as_bytes()), &hash(new.as_bytes()));
    fs::write(head, text).expect("the file can be written");
}
