//! Scene files that are wrong: exit status 1, and the message has the file, the place in it and the
//! remedy.

use super::program::{Folder, library};

fn refuse(folder: &Folder, text: impl AsRef<[u8]>, words: &[&str]) {
    folder.put("s.json", text);
    let words = [&["molshot: s.json: "][..], words].concat();
    folder.refuse(1, &["render", "s.json", "-o", "a.png"], &words);
}

#[test]
fn keys_are_named() {
    let folder = Folder::new("scene_keys");
    refuse(&folder, "", &["JSON"]);
    refuse(&folder, "{", &["line 1", "JSON"]);
    refuse(&folder, "[]", &["; "]);
    refuse(
        &folder,
        r#"{"schema_version": 1}"#,
        &["structure", "missing"],
    );
    refuse(
        &folder,
        r#"{"structure": {"paths": ["a"]}}"#,
        &["schema_version", "missing"],
    );
    refuse(
        &folder,
        r#"{"schema_version": 2, "structure": {"paths": ["a"]}}"#,
        &["/schema_version", "2"],
    );
    refuse(
        &folder,
        r#"{"schema_version": 1, "structure": {"paths": ["a"]}, "output": {"widht_px": 9}}"#,
        &["/output/widht_px", "did you mean width_px?"],
    );
    refuse(
        &folder,
        r#"{"schema_version": 1, "structure": {"paths": ["a"]}, "style": {"preset": "licorise"}}"#,
        &["/style/preset", "did you mean licorice?"],
    );
    refuse(
        &folder,
        r#"{"schema_version": 1, "structure": {"id": "5ey0"}}"#,
        &["/structure/id", "paths"],
    );
    refuse(
        &folder,
        r#"{"schema_version": 1, "structure": {"id": "a", "paths": ["b"]}}"#,
        &["/structure", "exactly one"],
    );
}

#[test]
fn values_out_of_range_are_attributed_to_the_file() {
    let folder = Folder::new("scene_values");
    let scene = |rest: &str| {
        format!(r#"{{"schema_version": 1, "structure": {{"paths": ["a.pdb"]}}, {rest}}}"#)
    };
    refuse(
        &folder,
        scene(r#""camera": {"fov_degrees": 400}"#),
        &["/camera/fov_degrees", "1 to 170"],
    );
    refuse(
        &folder,
        scene(r#""output": {"width_px": 0}"#),
        &["/output/width_px", "1 to 16384"],
    );
    refuse(
        &folder,
        scene(r#""output": {"width_px": -1}"#),
        &["/output/width_px", "whole number"],
    );
    refuse(
        &folder,
        scene(r#""output": {"samples": 3}"#),
        &["/output/samples", "1, 4, 9, 16 or"],
    );
    refuse(
        &folder,
        scene(r#""commands": ["roll y"]"#),
        &["command 1", "roll"],
    );
    refuse(
        &folder,
        scene(r#""select": "chian A""#),
        &["/select", "chain"],
    );
    refuse(
        &folder,
        scene(r#""style": {"background": "transparent"}, "output": {"format": "jpeg"}"#)
            .replace("a.png", ""),
        &["/output/format", "JPEG"],
    );
}

#[test]
fn hostile_documents_are_refused() {
    let folder = Folder::new("scene_hostile");
    refuse(&folder, b"\xff\xfe{}", &["; "]);
    refuse(
        &folder,
        b"{\"schema_version\": 1, \"select\": \"\xff\"}",
        &["; "],
    );
    refuse(&folder, "[".repeat(1_000_000), &["; "]);
    refuse(&folder, "{\"a\":".repeat(1_000_000), &["; "]);
    refuse(
        &folder,
        format!("{{\"{}\": 1}}", "k".repeat(8 << 20)),
        &["; "],
    );
    refuse(&folder, vec![b' '; 17 << 20], &["too large", "16777216"]);
    refuse(
        &folder,
        format!("{{\"schema_version\": {}}}", "9".repeat(100_000)),
        &["; "],
    );
}

#[test]
fn a_structure_that_is_not_there_is_named() {
    let folder = Folder::new("scene_paths");
    folder.put(
        "s.json",
        r#"{"schema_version": 1, "structure": {"paths": ["none.pdb"]}}"#,
    );
    for command in [
        &["render", "s.json", "-o", "a.png"][..],
        &["info", "s.json"],
    ] {
        folder.refuse(1, command, &["none.pdb: cannot be read"]);
    }
}

#[test]
fn the_crop_of_a_scene_file_must_fit_the_size_of_a_flag() {
    let folder = Folder::new("scene_crop");
    let scene = serde_json::json!({
        "schema_version": 1,
        "structure": {"paths": [library("1ubi.pdb")]},
        "commands": ["crop 100 100 200 200"],
    });
    folder.put("s.json", scene.to_string());
    folder.refuse(
        1,
        &["render", "s.json", "-o", "a.png", "--size", "64x64"],
        &["s.json: ", "64 x 64"],
    );
}
