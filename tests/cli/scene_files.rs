//! Scene files, and requests printed as such.

use super::program::{Folder, Pixels, library};

/// The sample scenes.
pub(crate) fn scenes() -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(library(""))
        .expect("the samples")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| std::path::Path::new(name).extension() == Some("json".as_ref()))
        .collect();
    names.sort();
    assert!(names.len() >= 6);
    names
}

#[test]
fn every_sample_scene_draws() {
    let folder = Folder::new("samples_scenes");
    for name in scenes() {
        let pixels = Pixels::of_png(&folder.picture(&[&library(&name)]));
        assert!(pixels.covered() > 200, "{name}: {}", pixels.covered());
    }
}

#[test]
fn flags_override_the_scene_file() {
    let folder = Folder::new("override");
    let scene = library("ubiquitin.json");
    let plain = folder.picture(&[&scene]);
    for flags in [
        &["--style", "licorice"][..],
        &["--background", "#102030"],
        &["--commands", "view left"],
        &["--projection", "orthographic"],
        &["--fov", "60"],
        &["--samples", "1"],
        &["--select", "resi 1-30"],
        &["--colors", "chain"],
        &["--no-depth-cue"],
    ] {
        let other = folder.picture(&[&[scene.as_str()][..], flags].concat());
        assert!(plain != other, "{flags:?} changes nothing");
    }
}

#[test]
fn a_printed_request_draws_the_same_bytes() {
    let folder = Folder::new("printed");
    let flags = [
        "--size",
        "96x80",
        "--commands",
        "view left; roll y 15",
        "--commands",
        "crop 10 10 60 60",
        "--style",
        "ball-and-stick",
        "--colors",
        "uniform",
        "--color",
        "#88ccaa",
        "--projection",
        "orthographic",
        "--fov",
        "45",
        "--background",
        "#203040",
        "--samples",
        "16",
        "--labels",
        "residues",
        "--label-size",
        "11px",
        "--label-color",
        "yellow",
        "--label-outline",
        "1.5",
        "--label-chains",
        "--hide-labels-behind",
        "--declutter-labels",
        "--text",
        "the inhibitor",
        "ligand",
        "--select",
        "ligand or byres within 4 of ligand",
        "--hydrogens",
        "--solvent",
        "--stick-radius",
        "0.3",
        "--ball-scale",
        "0.4",
        "--no-depth-cue",
    ];
    for input in [library("1hvr"), library("hiv_protease_inhibitor.json")] {
        let direct = folder.picture(&[&[input.as_str()][..], &flags].concat());
        let print = ["render", &input, "--print-request"];
        let printed = folder.run(&[&print[..], &flags].concat());
        assert_eq!(printed.stderr, "");
        folder.put("printed.json", printed.text());
        folder.draw(&["printed.json", "-o", "again.png"]);
        assert!(direct == folder.bytes("again.png"), "{input}");
        let again = folder
            .run(&["render", "printed.json", "--print-request"])
            .text();
        assert_eq!(again.as_bytes(), folder.bytes("printed.json"));
    }
}

#[test]
fn a_scene_file_says_which_models_and_copies_are_read() {
    let folder = Folder::new("scene_reading");
    let atom = "ATOM      1  CA  GLY A   1       1.000   2.000   3.000  1.00  0.00           C\n";
    let cell =
        "CRYST1   10.000   10.000   10.000  90.00  90.00  90.00 P 1           1\n".to_owned();
    let models =
        format!("{cell}MODEL        1\n{atom}ENDMDL\nMODEL        2\n{atom}{atom}ENDMDL\n");
    folder.put("a.pdb", models);
    let flags = ["--model", "2", "--supercell", "2x1x1", "--altloc", "B"];
    let printed = folder.run(&[&["render", "a.pdb", "--print-request"][..], &flags].concat());
    assert_eq!(printed.stderr, "");
    folder.put("scene.json", printed.text());
    let direct = folder.picture(&[&["a.pdb"][..], &flags].concat());
    assert!(folder.picture(&["scene.json"]) == direct);
    // Flags override the scene file.
    let one = folder.picture(&["scene.json", "--model", "1", "--assembly", "none"]);
    assert!(one == folder.picture(&["a.pdb", "--model", "1"]));
    assert!(one != direct);
    let info = folder.run(&["info", "scene.json"]).text();
    assert!(info.contains("4 atoms"), "{info}");
}

#[test]
fn inline_files_are_drawn() {
    let folder = Folder::new("inline");
    let text = std::fs::read_to_string(library("1ubi.pdb")).expect("the sample");
    let scene = serde_json::json!({
        "schema_version": 1,
        "structure": {"files": [{"name": "1ubi.pdb", "text": text}]},
    });
    folder.put("inline.json", scene.to_string());
    assert!(folder.picture(&["inline.json"]) == folder.picture(&[library("1ubi.pdb")]));
}

#[test]
fn flags_that_a_scene_file_cannot_store_are_warned_of() {
    let folder = Folder::new("left_out");
    let run = folder.run(&["render", &library("1hvr"), "--protein", "--print-request"]);
    assert_eq!(run.status, Some(0));
    assert!(
        run.stderr
            .contains("molshot: warning: a scene file cannot store --protein")
    );
    folder.refuse(
        2,
        &["render", "-", "--input-format", "pdb", "--print-request"],
        &["standard input"],
    );
    folder.refuse(
        2,
        &[
            "render",
            &library("1hvr"),
            "--print-request",
            "-o",
            "a.json",
        ],
        &["--print-request", "standard output", "> a.json"],
    );
}
