//! The rules of ARCHITECTURE.md and CONTRIBUTING.md, checked against `cargo metadata` and the files
//! themselves.

mod modules;
mod source;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Each package with those of the workspace that it may use. The data flows from left to right:
/// molecule, scenes, renderer, server and dataset, command line, window and Python.
const LAYERS: [(&str, &[&str]); 10] = [
    ("molshot-archive", &[]),
    ("molshot-molecule", &[]),
    ("molshot-scenes", &["molshot-molecule"]),
    ("molshot-shaders", &[]),
    (
        "molshot-renderer",
        &["molshot-molecule", "molshot-scenes", "molshot-shaders"],
    ),
    (
        "molshot-server",
        &[
            "molshot-archive",
            "molshot-molecule",
            "molshot-renderer",
            "molshot-scenes",
        ],
    ),
    (
        "molshot-dataset",
        &[
            "molshot-archive",
            "molshot-molecule",
            "molshot-scenes",
            "molshot-renderer",
        ],
    ),
    (
        "molshot-viewer",
        &[
            "molshot",
            "molshot-molecule",
            "molshot-renderer",
            "molshot-scenes",
            "molshot-shaders",
        ],
    ),
    (
        "molshot-python",
        &["molshot", "molshot-dataset", "molshot-molecule"],
    ),
    (
        "molshot",
        &[
            "molshot-archive",
            "molshot-dataset",
            "molshot-molecule",
            "molshot-renderer",
            "molshot-scenes",
            "molshot-server",
        ],
    ),
];
/// What tests may use in addition: the package's own tests read the shaders' texts.
const FOR_TESTS: [(&str, &str); 1] = [("molshot", "molshot-shaders")];
/// Most lines of a source file that is not a test.
const MAX_LINES: usize = 500;
/// Largest golden picture.
const MAX_GOLDEN_BYTES: u64 = 64 << 10;
/// Folders whose files this project does not write: they are skipped.
const SKIPPED_FOLDERS: [&str; 8] = [
    ".git",
    "target",
    "golden",
    "corpus",
    "artifacts",
    "test-output",
    "node_modules",
    "__pycache__",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo writes JSON");
    metadata["packages"].as_array().expect("packages").clone()
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no {key}"))
}

/// All files below a folder, by path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("a readable folder").path();
            if SKIPPED_FOLDERS.iter().any(|name| path.ends_with(name)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every file that is text, with its text.
fn text_files() -> Vec<(PathBuf, String)> {
    let files = files(&root()).into_iter();
    files
        .filter_map(|path| {
            let bytes = std::fs::read(&path).expect("a readable file");
            Some((path, String::from_utf8(bytes).ok()?))
        })
        .collect()
}

/// A path from the root of the repository.
fn inside(path: &Path) -> String {
    path.strip_prefix(root())
        .expect("a file of the workspace")
        .display()
        .to_string()
}

#[test]
fn crates_depend_in_one_direction() {
    let packages = packages();
    let layers = BTreeMap::from(LAYERS);
    let mut names: Vec<&str> = packages.iter().map(|p| text_of(p, "name")).collect();
    names.sort_unstable();
    let mut listed: Vec<&str> = layers.keys().copied().collect();
    listed.sort_unstable();
    assert_eq!(names, listed, "a package that LAYERS lacks");
    for package in &packages {
        let name = text_of(package, "name");
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            let used = text_of(dependency, "name");
            let for_tests = dependency["kind"] == "dev" && FOR_TESTS.contains(&(name, used));
            assert!(
                !layers.contains_key(used) || layers[name].contains(&used) || for_tests,
                "{name} must not depend on {used}"
            );
        }
    }
}

#[test]
fn modules_of_a_crate_form_no_circle() {
    let (mut wrong, mut files) = (Vec::new(), 0);
    for package in packages() {
        for target in package["targets"].as_array().expect("targets") {
            let kind = &target["kind"][0];
            if !["lib", "bin", "cdylib"].iter().any(|name| kind == name) {
                continue;
            }
            let path = PathBuf::from(text_of(target, "src_path"));
            let read = modules::Crate::read(&path);
            files += read.len();
            let name = inside(&path);
            wrong.extend(
                read.circles()
                    .iter()
                    .map(|circle| format!("{name}: {circle}")),
            );
        }
    }
    assert!(files > 100, "{files} files were read");
    assert!(wrong.is_empty(), "{} circles: {wrong:#?}", wrong.len());
}

#[test]
fn no_crate_allows_unsafe_code_or_lints_of_its_own() {
    let mut roots = 0;
    for package in packages() {
        for target in package["targets"].as_array().expect("targets") {
            let kind = &target["kind"][0];
            if !["lib", "bin", "cdylib"].iter().any(|name| kind == name) {
                continue;
            }
            let path = text_of(target, "src_path");
            let source = std::fs::read_to_string(path).expect("a source file");
            assert!(
                source.contains("#![forbid(unsafe_code)]"),
                "{path} does not forbid unsafe code"
            );
            roots += 1;
        }
        let manifest = text_of(&package, "manifest_path");
        let manifest_text = std::fs::read_to_string(manifest).expect("a manifest");
        assert!(
            manifest_text.contains("[lints]\nworkspace = true"),
            "{manifest} does not take the lints of the workspace"
        );
    }
    // The package `molshot` is a library and a program.
    assert_eq!(roots, LAYERS.len() + 1);
}

#[test]
fn no_file_names_a_machine() {
    // In pieces, so that this file does not name them.
    let marks = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("/ho", "me/"),
        concat!("/tm", "p/"),
        concat!("sha", "red/data"),
        concat!("sha", "red/spec"),
        concat!("../sha", "red"),
    ];
    for (path, text) in text_files() {
        // It looks for larger test data beside the checkout, and does without where there is none.
        if inside(&path) == ".ci/run" {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            // JSON pointers into the tree of a MolViewSpec document.
            let line = line
                .replace(concat!("/ro", "ot/children"), "")
                .replace(concat!("/ro", "ot/kind"), "");
            for mark in marks {
                assert!(
                    !line.contains(mark),
                    "{}:{}: names {mark}",
                    inside(&path),
                    number + 1
                );
            }
        }
    }
}

/// Texts of libraries also reach Python and HTTP, where options are not flags: they say in words
/// what to do, and `Advice` names the option.
#[test]
fn texts_of_libraries_name_no_flags() {
    // A flag of another program; a command in the card of a set, which is a document.
    let allowed = [
        "--enable-auto-tool-choice",
        "molshot dataset export --format parquet",
    ];
    for folder in ["molecule", "scenes", "renderer", "archive", "dataset"] {
        for path in files(&root().join(folder).join("src")) {
            let name = inside(&path);
            if name.contains("/tests") || path.extension().is_none_or(|kind| kind != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in code.lines().enumerate() {
                let line = allowed
                    .iter()
                    .fold(line.to_owned(), |line, text| line.replace(text, ""));
                let is_flag = |at: usize| {
                    let before = line[..at].chars().next_back().unwrap_or(' ');
                    let after = line[at + 2..].chars().next().unwrap_or(' ');
                    after.is_ascii_lowercase() && " (`\"'>".contains(before)
                };
                let is_comment = line.trim_start().starts_with("//");
                let found = line.match_indices("--").any(|(at, _)| is_flag(at));
                assert!(is_comment || !found, "{name}:{}: names a flag", number + 1);
            }
        }
    }
}

#[test]
fn source_files_are_short() {
    for path in files(&root()) {
        let name = inside(&path);
        let is_test = name.split('/').any(|part| {
            part == "tests"
                || part == "tests.rs"
                || part == "properties.rs"
                || part == "laws.rs"
                || part.ends_with("_tests.rs")
        });
        if is_test || path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a source file");
        let lines = text.lines().count();
        assert!(
            lines <= MAX_LINES,
            "{name} has {lines} lines; at most {MAX_LINES} are allowed"
        );
    }
}

#[test]
fn golden_pictures_are_small() {
    let mut count = 0;
    for entry in std::fs::read_dir(root().join("tests/golden")).expect("the golden pictures") {
        let entry = entry.expect("a readable folder");
        let bytes = entry.metadata().expect("a file").len();
        assert!(
            bytes <= MAX_GOLDEN_BYTES,
            "{}: {bytes} bytes are more than {MAX_GOLDEN_BYTES}",
            entry.path().display()
        );
        count += 1;
    }
    assert!(count > 0, "there are no golden pictures");
}
