//! Golden pictures of the sample scenes, drawn by lavapipe: a change of pixels is seen, and meant.
//!
//! `BLESS=1 cargo test --test integration drawing::golden` rewrites them. Look at every one that
//! changed before it is committed.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::compare::{Picture, Tolerance, assert_alike};
use crate::support::pictures::read;
use crate::support::{draw, open};
use molshot_molecule::{FolderOptions, read_input};
use molshot_molecule::{ReadOptions, Structure};
use molshot_renderer::{Frame, encode};
use molshot_scenes::request::{ImageFormat, StructureSource};
use molshot_scenes::{PreparedScene, RenderRequest, SceneDocument};

/// Largest difference of a channel, in steps of 8 bits, between drivers of one kind.
const LEVELS: u8 = 3;

/// A golden picture: its name, a sample scene, and changes to that scene's request as JSON.
const PICTURES: [(&str, &str, &str); 9] = [
    ("misi", "hiv_protease_inhibitor", "{}"),
    ("ball-and-stick", "progesterone", "{}"),
    ("licorice", "heme_wire", "{}"),
    ("spacefill-b-factor", "trypsin", "{}"),
    (
        "orthographic",
        "dna",
        r#"{"camera": {"projection": "orthographic"}}"#,
    ),
    (
        "transparent",
        "zinc_site",
        r#"{"style": {"preset": "ball-and-stick", "background": "transparent"}}"#,
    ),
    (
        "chain-colours",
        "dna",
        r#"{"style": {"preset": "spacefill", "colors": "chain"}}"#,
    ),
    // A quarter of a picture of 320 x 240.
    (
        "crop",
        "conotoxin",
        r#"{"commands": ["view left", "crop 25% 25% 50% 50%"], "output": {"width_px": 320, "height_px": 240}}"#,
    ),
    // The camera stands inside of the molecule: near balls are cut open.
    (
        "cut-by-near-plane",
        "progesterone",
        r#"{"style": {"preset": "spacefill"}, "commands": ["view front", "center all", "zoom 9"]}"#,
    ),
];

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden")
        .join(format!("{name}.png"))
}

/// The scene's request with the changes, 192 x 144 unless they say otherwise, and its structure.
fn request(scene: &str, changes: &str) -> (RenderRequest, Structure) {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library");
    let text = std::fs::read(library.join(format!("{scene}.json"))).expect("a sample scene");
    let mut document: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    document["output"] = serde_json::json!({"width_px": 192, "height_px": 144});
    let changes: serde_json::Value = serde_json::from_str(changes).expect("JSON");
    for (key, value) in changes.as_object().expect("an object") {
        document[key] = value.clone();
    }
    let document = SceneDocument::from_json(document.to_string().as_bytes()).expect("a request");
    let StructureSource::Paths { paths } = &document.structure else {
        panic!("{scene} names no files");
    };
    let structures = paths.iter().map(|path| {
        read_input(
            &library.join(path),
            FolderOptions::default(),
            &ReadOptions::default(),
        )
        .expect("a structure that can be read")
    });
    let structure = Structure::merge(structures.collect());
    (document.request, structure)
}

fn bless(name: &str, frame: &Frame) {
    assert!(
        std::env::var_os("CI").is_none(),
        "golden pictures are not rewritten where CI is set: look at them first"
    );
    let bytes = encode::picture(frame, ImageFormat::Png)
        .expect("a PNG holds every picture")
        .bytes;
    let path = golden(name);
    std::fs::create_dir_all(path.parent().expect("a folder"))
        .and_then(|()| std::fs::write(&path, bytes))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    eprintln!("wrote {}", path.display());
}

#[test]
fn sample_scenes_look_as_they_did() {
    let blessed = std::env::var_os("BLESS").is_some_and(|value| value == "1");
    let mut backend = open();
    for (name, scene, changes) in PICTURES {
        let (request, structure) = request(scene, changes);
        let job = PreparedScene::new(Arc::new(structure), &request)
            .and_then(|prepared| prepared.job())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let frame = draw(backend.as_mut(), &job);
        if blessed {
            bless(name, &frame);
        }
        let actual = Picture::from(&frame).color_only();
        let pixels = frame.pixel_count();
        let tolerance = Tolerance {
            levels: LEVELS,
            // 0.02 % of the pixels, but at least ten.
            outliers: (pixels / 5000).max(10),
            ..Tolerance::NONE
        };
        assert_alike(
            &format!("golden-{name}"),
            &actual,
            &read(&golden(name)),
            None,
            tolerance,
        );
    }
}

#[test]
fn every_golden_picture_is_drawn() {
    for entry in std::fs::read_dir(golden("any").parent().expect("a folder")).expect("a folder") {
        let path = entry.expect("a readable folder").path();
        let stem = path.file_stem().expect("a name").to_string_lossy();
        assert!(
            PICTURES.iter().any(|(name, ..)| *name == stem),
            "{} belongs to no test",
            path.display()
        );
    }
}
