//! Composes every `*.wgsl` beside this file with what it includes, validates it, and writes it to
//! `OUT_DIR`: a broken shader breaks the build, with naga's own message.

use std::path::Path;
use std::{env, fs};

use naga::valid::{Capabilities, ValidationFlags, Validator};

const SHADERS: [&str; 6] = [
    "sphere", "cylinder", "triangle", "resolve", "pack", "present",
];
const INCLUDE: &str = "//!include ";

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=shared");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    for name in SHADERS {
        let path = format!("{name}.wgsl");
        println!("cargo::rerun-if-changed={path}");
        let source = compose(&path);
        let module = naga::front::wgsl::parse_str(&source)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(&source, &path)));
        Validator::new(ValidationFlags::all(), Capabilities::empty())
            .validate(&module)
            .unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(&source, &path)));
        fs::write(Path::new(&out).join(path), source).expect("OUT_DIR is writable");
    }
}

/// Replaces each include line by the file it names. Included files include nothing themselves.
fn compose(path: &str) -> String {
    let read = |path: &str| {
        fs::read_to_string(path).unwrap_or_else(|error| panic!("shaders/{path}: {error}"))
    };
    let mut composed = String::new();
    for line in read(path).lines() {
        match line.strip_prefix(INCLUDE) {
            Some(included) => composed.push_str(&read(included.trim())),
            None => composed.push_str(line),
        }
        composed.push('\n');
    }
    composed
}
