//! The programs in `examples/` are built with the tests; each is run, and its files are looked at.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::serve::client::Server;

/// The program of an example, which `cargo test` builds beside this one.
fn program(name: &str) -> PathBuf {
    let tests = std::env::current_exe().expect("the test's own path");
    let folder = tests.ancestors().nth(2).expect("the build folder");
    let path = folder
        .join("examples")
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is not there: run `cargo build --examples`",
        path.display()
    );
    path
}

/// Runs an example in a folder of its own with these arguments, and returns the folder.
fn run(name: &str, args: &[&str]) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("molshot-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let run = Command::new(program(name))
        .args(args)
        .current_dir(&folder)
        .output()
        .expect("the program runs");
    assert!(
        run.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&run.stderr)
    );
    folder
}

fn library(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("scenes/library").join(name).display().to_string()
}

/// Size of a picture file, and whether anything but its first pixel's colour is in it.
fn size_of(path: &Path) -> (u32, u32) {
    let picture = image::open(path).expect("a picture").into_rgba8();
    let first = *picture.get_pixel(0, 0);
    assert!(
        picture.pixels().any(|pixel| *pixel != first),
        "{} is empty",
        path.display()
    );
    picture.dimensions()
}

#[test]
fn minimal_draws_a_structure_file() {
    let folder = run("minimal", &[&library("1ubi.pdb"), "a.png"]);
    assert_eq!(size_of(&folder.join("a.png")), (1024, 1024));
    std::fs::remove_dir_all(folder).expect("removed");
    // It is the five-line way in: it stays short.
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/minimal.rs");
    let lines = std::fs::read_to_string(source).expect("a source file");
    assert!(lines.lines().count() <= 15);
}

#[test]
fn many_views_draws_twelve_pictures_that_differ() {
    let folder = run("many_views", &[&library("1hvr"), "."]);
    let file = |number: usize| folder.join(format!("view_{number:02}.png"));
    for number in 0..12 {
        assert_eq!(size_of(&file(number)), (256, 256));
    }
    let bytes = |number| std::fs::read(file(number)).expect("a file");
    assert_ne!(bytes(0), bytes(1));
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn planes_writes_every_plane() {
    let folder = run("planes", &[&library("1hvr"), "a.png"]);
    assert_eq!(size_of(&folder.join("a.png")), (1024, 1024));
    for file in [
        "a.depth.png",
        "a.depth.npy",
        "a.normal.png",
        "a.atom-id.npy",
    ] {
        assert!(folder.join(file).exists(), "{file}");
    }
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn custom_scene_draws_without_a_structure_file() {
    let folder = run("custom_scene", &["a.png"]);
    assert_eq!(size_of(&folder.join("a.png")), (320, 320));
    std::fs::remove_dir_all(folder).expect("removed");
}

#[test]
fn http_client_gets_the_same_picture_by_url_and_by_request() {
    let server = Server::start("example_client", &[]);
    let folder = run("http_client", &[&format!("http://{}", server.address), "."]);
    assert_eq!(size_of(&folder.join("by_url.png")), (320, 240));
    std::fs::remove_dir_all(folder).expect("removed");
    server.end();
}
