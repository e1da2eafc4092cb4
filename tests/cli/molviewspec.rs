//! `MolViewSpec` files: documents, archives, snapshots, and what is refused.

use std::io::{Cursor, Write};

use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::program::{Folder, Pixels, library};
use super::trajectories::xtc;

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
    folder.put("story_0.png", "kept");
    folder.put("story_1.png", "");
    let flags = ["story.mvsj", "-o", "story_{index}.png", "--size", "96x80"];
    folder.draw(&[&flags[..], &["--resume"]].concat());
    assert_eq!(folder.bytes("story_0.png"), b"kept");
    assert!(folder.bytes("story_1.png") == second);
}

#[test]
fn frames_models_and_captions_are_refused() {
    let folder = folder("mvs_states");
    folder.put("walk.xtc", xtc(&[vec![[0.0; 3]]]));
    for (args, words) in [
        (
            &["scene.mvsj", "--caption", "x.json"][..],
            &["--caption", "scene.mvsj"][..],
        ),
        (&["scene.mvsj", "walk.xtc"], &["walk.xtc", "scene.mvsj"]),
        (
            &[
                "scene.mvsj",
                "--model",
                "all",
                "--annotations",
                "{model}.json",
            ],
            &["{model}", "scene.mvsj"],
        ),
    ] {
        let args = [&["render", "-o", "x.png"][..], args].concat();
        folder.refuse(2, &args, words);
    }
    let run = folder.draw(&[
        "scene.mvsj",
        "-o",
        "x.png",
        "--size",
        "96x80",
        "--assembly",
        "1",
    ]);
    assert!(
        run.stderr.contains("--assembly does nothing"),
        "{}",
        run.stderr
    );
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

/// Three atoms, and an assembly with a copy of them 30 angstrom along x.
const DIMER: &str = "\
REMARK 350 BIOMOLECULE: 7
REMARK 350 APPLY THE FOLLOWING TO CHAINS: A
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000
REMARK 350   BIOMT1   2  1.000000  0.000000  0.000000       30.00000
REMARK 350   BIOMT2   2  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   2  0.000000  0.000000  1.000000        0.00000
ATOM      1  N   GLY A   1      -1.449   0.000   0.000  1.00  0.00           N
ATOM      2  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C
ATOM      3  C   GLY A   1       0.570   1.410   0.000  1.00  0.00           C
";

#[test]
fn an_assembly_is_drawn_with_its_copies() {
    let folder = Folder::new("mvs_assembly");
    folder.put("dimer.pdb", DIMER);
    let bare: String = DIMER.split_inclusive('\n').skip(8).collect();
    folder.put("bare.pdb", bare);
    let document = |url: &str, params: Value| {
        let mut root = tree(url, "tomato", [0, 0, -1]);
        let structure = &mut root["children"][1]["children"][0]["children"][0];
        structure["params"] = params;
        structure["children"][0]["params"]["selector"] = json!({"auth_asym_id": "A"});
        folder.put(
            "scene.mvsj",
            json!({"metadata": {"version": "1"}, "root": root}).to_string(),
        );
    };
    let atoms = || {
        let flags = ["scene.mvsj", "-o", "x.png", "--size", "64x48"];
        let run = folder.draw(&[&flags[..], &["--annotations", "x.json"]].concat());
        let text = folder.bytes("x.json");
        let json: Value = serde_json::from_slice(&text).expect("annotations");
        (json["atoms"].as_array().expect("atoms").len(), run.stderr)
    };
    document("dimer.pdb", json!({"type": "model"}));
    assert_eq!(atoms().0, 3);
    for params in [
        json!({"type": "assembly"}),
        json!({"type": "assembly", "assembly_id": "7"}),
    ] {
        document("dimer.pdb", params);
        let (count, stderr) = atoms();
        assert_eq!(count, 6, "{stderr}");
    }
    document("bare.pdb", json!({"type": "assembly"}));
    let (count, stderr) = atoms();
    assert_eq!(count, 3);
    assert!(stderr.contains("lists no assembly"), "{stderr}");
    document("dimer.pdb", json!({"type": "assembly", "assembly_id": "8"}));
    folder.refuse(
        1,
        &["render", "scene.mvsj", "-o", "x.png"],
        &["dimer: ", "\"8\""],
    );
}
