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
    for out in ["", "a", "a.gif", "a.pdb", "a.json"] {
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
