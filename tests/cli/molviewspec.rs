//! `MolViewSpec` files: documents, archives, snapshots, and what is refused.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::program::{Folder, Pixels, library};

/// A tree that draws the protein of a file in one colour, seen along a direction.
fn tree(url: &str, color: &str, direction: [i32; 3]) -> Value {
    let representation = json!({"kind": "representation", "params": {"type": "ball_and_stick"},
        "children": [{"kind": "color", "params": {"color": color}}]});
    let component = json!({"kind": "component", "params": {"selector": "protein"}, "children": [
        representation,
        {"kind": "representation", "params": {"type": "cartoon"}},
        {"kind": "focus", "params": {"direction": direction}}]});
    json!({"kind": "root", "children": [
        {"kind": "canvas", "params": {"background_color": "black"}},
        {"kind": "download", "params": {"url": url}, "children": [
            {"kind": "parse", "params": {"format": "pdb"}, "children": [
                {"kind": "structure", "params": {"type": "model"}, "children": [component]}]}]}]})
}

fn single(url: &str) -> String {
    json!({"metadata": {"version": "1.8"}, "root": tree(url, "tomato", [0, 0, -1])}).to_string()
}

fn ubiquitin() -> Vec<u8> {
    std::fs::read(library("1ubi.pdb")).expect("the sample")
}

/// A folder with the structure and a document.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put("1ubi.pdb", ubiquitin());
    folder.put("scene.mvsj", single("1ubi.pdb"));
    folder
}

fn archive(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        zip.start_file(*name, SimpleFileOptions::default())
            .expect("a member");
        zip.write_all(bytes).expect("bytes");
    }
    zip.finish().expect("an archive").into_inner()
}

#[test]
fn a_document_is_drawn_and_says_what_is_not() {
    let folder = folder("mvs_document");
    let run = folder.draw(&["scene.mvsj", "-o", "one.png", "--size", "96x80"]);
    assert!(
        run.stderr.contains("type cartoon are not drawn"),
        "{}",
        run.stderr
    );
    assert!(run.stderr.contains("/root/children/1/"), "{}", run.stderr);
    let pixels = Pixels::of_png(&folder.bytes("one.png"));
    assert!(pixels.covered() > 500, "{}", pixels.covered());
    folder.draw(&["scene.mvsj", "-o", "default.png", "--quiet"]);
    let png = folder.bytes("default.png");
    assert_eq!(png[16..24], [0, 0, 3, 32, 0, 0, 3, 32], "800 x 800 pixels");
}

#[test]
fn flags_apply_on_top_and_those_of_the_content_are_refused() {
    let folder = folder("mvs_flags");
    let plain = folder.picture(&["scene.mvsj"]);
    for flags in [
        &["--background", "#102030"][..],
        &["--commands", "roll y 40"],
        &["--commands", "view left"],
        &["--projection", "orthographic"],
        &["--fov", "80"],
        &["--no-depth-cue"],
        &["--silhouettes"],
    ] {
        let other = folder.picture(&[&["scene.mvsj"][..], flags].concat());
        assert!(plain != other, "{flags:?} changes nothing");
    }
    for flags in [
        &["--style", "licorice"][..],
        &["--select", "ligand"],
        &["--labels", "residues"],
        &["--transform", "all: move x 1"],
    ] {
        let args = [&["render", "scene.mvsj", "-o", "x.png"][..], flags].concat();
        folder.refuse(2, &args, &[flags[0], "leave this out"]);
    }
    folder.refuse(
        2,
        &["render", "scene.mvsj", "--print-request"],
        &["MolViewSpec"],
    );
    folder.refuse(
        2,
        &["render", "scene.mvsj", "1ubi.pdb", "-o", "x.png"],
        &["give it alone"],
    );
}

#[test]
fn an_archive_draws_what_its_document_does() {
    let folder = folder("mvs_archive");
    let index = single("data/1%20ubi.pdb");
    let members = [
        ("index.mvsj", index.as_bytes()),
        ("data/1 ubi.pdb", &ubiquitin()),
    ];
    folder.put("scene.mvsx", archive(&members));
    assert!(folder.picture(&["scene.mvsj"]) == folder.picture(&["scene.mvsx"]));
}

#[test]
fn snapshots_are_pictures_where_the_name_distinguishes_them() {
    let folder = folder("mvs_snapshots");
    let mut second = tree("1ubi.pdb", "tomato", [0, 0, -1]);
    second["children"][0]["params"]["background_color"] = "navy".into();
    let snapshots = json!([{"root": tree("1ubi.pdb", "tomato", [0, 0, -1])}, {"root": second}]);
    let story = json!({"kind": "multiple", "metadata": {"version": "1"}, "snapshots": snapshots});
    folder.put("story.mvsj", story.to_string());
    folder.draw(&["story.mvsj", "-o", "story_{index}.png", "--size", "96x80"]);
    let (first, second) = (folder.bytes("story_0.png"), folder.bytes("story_1.png"));
    assert!(first == folder.picture(&["scene.mvsj"]) && first != second);
    let run = folder.draw(&["story.mvsj", "-o", "one.png", "--size", "96x80"]);
    assert!(
        run.stderr.contains("first of 2 snapshots"),
        "{}",
        run.stderr
    );
    assert!(folder.bytes("one.png") == first);
    folder.draw(&["story.mvsj", "-o", "story.tar", "--size", "96x80"]);
}

#[test]
fn other_places_than_files_are_refused() {
    let folder = folder("mvs_refused");
    for (url, words) in [
        (
            "https://files.rcsb.org/1ubi.pdb",
            &["/root/children/1/params/url", "download it"][..],
        ),
        ("missing.pdb", &["missing.pdb"]),
    ] {
        folder.put("bad.mvsj", single(url));
        folder.refuse(1, &["render", "bad.mvsj", "-o", "x.png"], words);
    }
    for url in ["../1ubi.pdb", "file:///etc/passwd", "/etc/passwd"] {
        let index = single(url);
        folder.put("bad.mvsx", archive(&[("index.mvsj", index.as_bytes())]));
        folder.refuse(
            1,
            &["render", "bad.mvsx", "-o", "x.png"],
            &["outside of the archive"],
        );
    }
    folder.put("bad.mvsx", archive(&[("other", b"x")]));
    folder.refuse(1, &["render", "bad.mvsx", "-o", "x.png"], &["index.mvsj"]);
    folder.put("bad.mvsx", "not a zip file");
    folder.refuse(
        1,
        &["render", "bad.mvsx", "-o", "x.png"],
        &["is not a zip file"],
    );
    // 20 MiB of blanks are a few kilobytes in the archive.
    let blanks = vec![b' '; 20 << 20];
    folder.put("bad.mvsx", archive(&[("index.mvsj", &blanks)]));
    folder.refuse(1, &["render", "bad.mvsx", "-o", "x.png"], &["too large"]);
    let before = ubiquitin();
    folder.refuse(
        2,
        &["render", "scene.mvsj", "-o", "1ubi.pdb", "--format", "png"],
        &["1ubi.pdb"],
    );
    assert!(
        folder.bytes("1ubi.pdb") == before,
        "an input is not replaced"
    );
}
