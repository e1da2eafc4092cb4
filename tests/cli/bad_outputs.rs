//! Places that cannot be written, and names that would overwrite each other.

use super::program::{Folder, library};

#[test]
fn places_that_cannot_be_written_are_named() {
    let folder = Folder::new("bad_places");
    let input = library("1ubi.pdb");
    std::fs::create_dir(folder.0.join("dir.png")).expect("a folder");
    for (out, words) in [
        (
            "no/such/a.png",
            &["no/such/a.png", "there is no folder no/such"][..],
        ),
        ("dir.png", &["dir.png", "it is a folder"]),
    ] {
        folder.refuse(1, &["render", &input, "-o", out], words);
    }
    folder.refuse(2, &["render", &input, "-o", ""], &["--output"]);
    for out in ["a", "a.gif", "a.pdb", "a.json"] {
        folder.refuse(2, &["render", &input, "-o", out], &["--output", ".png"]);
    }
    folder.refuse(
        1,
        &["render", &input, "-o", "new/", "--format", "png"],
        &["new/", "it is a folder"],
    );
    folder.refuse(
        2,
        &["render", &input, "-o", "-", "--planes", "color,depth"],
        &["-o FILE"],
    );
}

#[test]
fn a_write_protected_file_is_left_alone() {
    let folder = Folder::new("protected");
    folder.put("a.png", "precious");
    let path = folder.0.join("a.png");
    let mut permissions = std::fs::metadata(&path).expect("the file").permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions).expect("permissions");
    let input = library("1ubi.pdb");
    folder.refuse(
        1,
        &["render", &input, "-o", "a.png"],
        &["a.png", "write-protected"],
    );
    assert_eq!(folder.bytes("a.png"), b"precious");
}

#[test]
fn many_pictures_need_names_of_their_own() {
    let folder = Folder::new("overwriting");
    let input = library("1ubi.pdb");
    let one = ["render", &input, "-o", "a.png"];
    folder.refuse(
        2,
        &[&one[..], &["--views", "front,left"]].concat(),
        &["{view}"],
    );
    folder.refuse(2, &[&one[..], &["--turntable", "3"]].concat(), &["{index}"]);
    folder.put("c.txt", "roll x 1\nroll x 2\n");
    folder.refuse(
        2,
        &[&one[..], &["--commands-file", "c.txt"]].concat(),
        &["{index}"],
    );
    folder.refuse(
        2,
        &["render", &input, "x.pdb", "--each", "-o", "a.png"],
        &["{name}"],
    );
    folder.refuse(
        2,
        &["render", &input, "--views", "top,top", "-o", "{view}.png"],
        &["top.png", "once"],
    );
    std::fs::create_dir(folder.0.join("other")).expect("a folder");
    folder.put("other/1ubi.cif", "x");
    folder.refuse(
        2,
        &[
            "render",
            &input,
            "other/1ubi.cif",
            "--each",
            "-o",
            "{name}.png",
        ],
        &["1ubi.png", "other/1ubi.cif"],
    );
}

#[test]
fn an_input_is_not_replaced() {
    let folder = Folder::new("own_input");
    std::fs::copy(library("1ubi.pdb"), folder.0.join("a.pdb")).expect("a copy");
    let before = folder.bytes("a.pdb");
    let args = ["render", "a.pdb", "-o", "./a.pdb", "--format", "png"];
    folder.refuse(2, &args, &["replace the input"]);
    assert_eq!(folder.bytes("a.pdb"), before);
}

#[test]
fn no_file_that_is_read_is_replaced() {
    let folder = Folder::new("own_inputs");
    let ligand = std::fs::read(library("1a28_progesterone.sdf")).expect("the ligand");
    let pocket = std::fs::read(library("1ubi.pdb")).expect("the pocket");
    folder.put("a.pdb", &pocket);
    folder.put("b.depth.png", &ligand);
    folder.put("c.txt", "roll x 1\n");
    std::fs::create_dir(folder.0.join("id")).expect("a folder");
    folder.put("id/id_pocket.pdb", &pocket);
    folder.put("id/id_ligand.sdf", &ligand);
    folder.put(
        "scene.json",
        r#"{"schema_version": 1, "structure": {"paths": ["a.pdb"]}}"#,
    );
    let absolute = folder.0.join("a.pdb");
    let absolute = absolute.to_str().expect("UTF-8");
    let png = ["--format", "png"];
    for (args, input) in [
        // Side planes, other inputs, files of a folder, and of a scene file, the scene file itself,
        // the commands.
        (
            &["b.depth.png", "-o", "b.png", "--planes", "color,depth"][..],
            "b.depth.png",
        ),
        (&["b.depth.png", "a.pdb", "-o", absolute], "a.pdb"),
        (&["id", "-o", "id/id_ligand.sdf"], "id/id_ligand.sdf"),
        (&["id/", "-o", "id/../id/id_pocket.pdb"], "id_pocket.pdb"),
        (&["scene.json", "-o", "a.pdb"], "a.pdb"),
        (&["scene.json", "-o", "./scene.json"], "scene.json"),
        (
            &["a.pdb", "--commands-file", "c.txt", "-o", "c.txt"],
            "c.txt",
        ),
    ] {
        let args = [&["render"][..], args, &png].concat();
        folder.refuse(2, &args, &["replace the input", input]);
    }
}

#[test]
fn pictures_do_not_replace_each_others_planes() {
    let folder = Folder::new("own_planes");
    let ligand = std::fs::read(library("1a28_progesterone.sdf")).expect("the ligand");
    folder.put("a.sdf", &ligand);
    folder.put("a.depth.sdf", &ligand);
    let args = [
        "render",
        "a.sdf",
        "a.depth.sdf",
        "--each",
        "-o",
        "{name}.png",
    ];
    folder.refuse(
        2,
        &[&args[..], &["--planes", "color,depth"]].concat(),
        &["both be written to a.depth.png"],
    );
    folder.draw(&[&args[1..], &["--size", "16x16"]].concat());
}

#[test]
fn placeholders_are_known_and_filled() {
    let folder = Folder::new("placeholders");
    let input = library("1ubi.pdb");
    for (out, words) in [
        (
            "{foo}.png",
            ["{foo}", "{view}, {index}, {name}, {frame} or {model}"],
        ),
        ("{Name}.png", ["{Name}", "{name}"]),
        ("{}.png", ["{}", "{index}"]),
        ("{view}.png", ["--views", "{index}"]),
    ] {
        let words = [&["--output: "][..], &words].concat();
        folder.refuse(2, &["render", &input, "-o", out], &words);
    }
    folder.draw(&[&input, "-o", "{a,b}{name}{.png", "--size", "16x16"]);
    assert_eq!(folder.names(), ["{a,b}1ubi{.png"]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_name_that_is_not_unicode_is_kept() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new("no_unicode");
    let input = library("1ubi.pdb");
    let args = [
        "render",
        &input,
        "--size",
        "16x16",
        "--adapter",
        "vulkan-software",
        "-o",
    ];
    let name = OsStr::from_bytes(b"\xff.png");
    let run = folder.run_with(&args, b"", |command| {
        command.arg(name);
    });
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(folder.0.join(name).exists());
    let run = folder.run_with(&args, b"", |command| {
        command.arg(OsStr::from_bytes(b"\xff{name}.png"));
    });
    assert_eq!(run.status, Some(2), "{}", run.stderr);
    assert!(run.stderr.contains("UTF-8"), "{}", run.stderr);
}
