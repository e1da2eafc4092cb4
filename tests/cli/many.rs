//! Many pictures by one command.

use super::program::{Folder, library};

#[test]
fn views_are_the_view_commands() {
    let folder = Folder::new("views");
    let input = library("1hvr");
    let size = ["--size", "64x64"];
    folder.draw(
        &[
            &[
                input.as_str(),
                "-o",
                "a_{view}_{index}.png",
                "--views",
                "front,LEFT",
            ][..],
            &size,
        ]
        .concat(),
    );
    assert_eq!(folder.names(), ["a_front_0.png", "a_left_1.png"]);
    for (name, command) in [
        ("a_front_0.png", "view front"),
        ("a_left_1.png", "view left"),
    ] {
        folder.draw(
            &[
                &[input.as_str(), "-o", "one.png", "--commands", command][..],
                &size,
            ]
            .concat(),
        );
        assert!(folder.bytes(name) == folder.bytes("one.png"), "{name}");
    }
}

#[test]
fn commands_follow_the_view() {
    let folder = Folder::new("views_commands");
    let input = library("1hvr");
    let size = ["--size", "64x64"];
    folder.draw(
        &[
            &[
                input.as_str(),
                "-o",
                "{view}.png",
                "--views",
                "top",
                "--commands",
                "roll z 30",
            ][..],
            &size,
        ]
        .concat(),
    );
    folder.draw(
        &[
            &[
                input.as_str(),
                "-o",
                "one.png",
                "--commands",
                "view top; roll z 30",
            ][..],
            &size,
        ]
        .concat(),
    );
    assert!(folder.bytes("top.png") == folder.bytes("one.png"));
}

#[test]
fn a_turntable_turns_in_equal_steps() {
    let folder = Folder::new("turntable");
    let input = library("1hvr");
    let size = ["--size", "64x64"];
    folder.draw(
        &[
            &[input.as_str(), "-o", "t{index}.png", "--turntable", "3"][..],
            &size,
        ]
        .concat(),
    );
    assert_eq!(folder.names(), ["t0.png", "t1.png", "t2.png"]);
    for (name, command) in [
        ("t0.png", "roll y 0"),
        ("t1.png", "roll y 120"),
        ("t2.png", "roll y 240"),
    ] {
        folder.draw(
            &[
                &[input.as_str(), "-o", "one.png", "--commands", command][..],
                &size,
            ]
            .concat(),
        );
        assert!(folder.bytes(name) == folder.bytes("one.png"), "{name}");
    }
}

#[test]
fn indices_have_equal_length() {
    let folder = Folder::new("indices");
    let input = library("1a28_progesterone.sdf");
    folder.draw(&[
        &input,
        "-o",
        "t{index}.png",
        "--turntable",
        "11",
        "--size",
        "16x16",
    ]);
    let names = folder.names();
    assert_eq!(
        (names.len(), names[0].as_str(), names[10].as_str()),
        (11, "t00.png", "t10.png")
    );
}

#[test]
fn a_commands_file_gives_a_picture_a_line() {
    let folder = Folder::new("commands_file");
    let input = library("1hvr");
    let size = ["--size", "64x64"];
    let file = folder.put(
        "c.txt",
        "# two pictures\n\nroll x 20; zoom 1.5\r\nview back\n",
    );
    folder.draw(
        &[
            &[
                input.as_str(),
                "-o",
                "c{index}.png",
                "--commands-file",
                &file,
            ][..],
            &size,
        ]
        .concat(),
    );
    assert_eq!(folder.names(), ["c.txt", "c0.png", "c1.png"]);
    for (name, command) in [("c0.png", "roll x 20; zoom 1.5"), ("c1.png", "view back")] {
        folder.draw(
            &[
                &[input.as_str(), "-o", "one.png", "--commands", command][..],
                &size,
            ]
            .concat(),
        );
        assert!(folder.bytes(name) == folder.bytes("one.png"), "{name}");
    }
}

#[test]
fn each_input_becomes_a_picture_of_its_name() {
    let folder = Folder::new("each");
    let inputs = [
        library("1ubi.pdb"),
        library("1gbt.bcif.gz"),
        library("7pbl"),
        library("zinc_site.json"),
    ];
    let mut args: Vec<&str> = inputs.iter().map(String::as_str).collect();
    args.extend(["--each", "-o", "{name}.png", "--size", "64x64"]);
    folder.draw(&args);
    assert_eq!(
        folder.names(),
        ["1gbt.png", "1ubi.png", "7pbl.png", "zinc_site.png"]
    );
    for (input, name) in inputs
        .iter()
        .zip(["1ubi.png", "1gbt.png", "7pbl.png", "zinc_site.png"])
    {
        folder.draw(&[input, "-o", "one.png", "--size", "64x64"]);
        assert!(folder.bytes(name) == folder.bytes("one.png"), "{name}");
    }
}

#[test]
fn one_bad_input_does_not_stop_the_rest() {
    let folder = Folder::new("each_bad");
    folder.put("bad.pdb", "nothing of a structure\n");
    let (a, b) = (library("1ubi.pdb"), library("1a28_progesterone.sdf"));
    let run = folder.run(&[
        "render",
        &a,
        "bad.pdb",
        &b,
        "--each",
        "-o",
        "{name}.png",
        "--size",
        "32x32",
        "--adapter",
        "vulkan-software",
    ]);
    assert_eq!(run.status, Some(1));
    assert_eq!(
        folder.names(),
        ["1a28_progesterone.png", "1ubi.png", "bad.pdb"]
    );
    assert!(run.stderr.contains("molshot: bad.pdb"), "{}", run.stderr);
    assert!(
        run.stderr
            .contains("1 of 3 inputs failed; 2 pictures were drawn"),
        "{}",
        run.stderr
    );
}
