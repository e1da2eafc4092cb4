//! Many pictures that are interrupted, go on, and fail in part; and how many threads there are
//! makes no difference.

use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::program::{Folder, Pixels, library};

/// Draws with the built-in backend; it must succeed.
fn draw(folder: &Folder, args: &[&str]) -> String {
    let run = folder.run(&[&["render", "--adapter", "software"], args].concat());
    assert_eq!(run.status, Some(0), "{args:?}: {}", run.stderr);
    run.stderr
}

/// Fails when two folders differ in a name or a byte.
fn assert_equal(a: &Folder, b: &Folder) {
    assert_eq!(a.names(), b.names());
    for name in a.names() {
        assert!(a.bytes(&name) == b.bytes(&name), "{name}");
    }
}

#[test]
fn any_number_of_threads_draws_the_same() {
    let input = library("1hvr");
    let args = [input.as_str(), "-o", "t{index}.png", "--turntable", "9"];
    let size = ["--size", "120x90", "--planes", "color,depth", "--threads"];
    let one = Folder::new("threads_1");
    draw(&one, &[&args[..], &size, &["1"]].concat());
    assert_eq!(one.names().len(), 27);
    for threads in ["2", "5"] {
        let folder = Folder::new(&format!("threads_{threads}"));
        draw(&folder, &[&args[..], &size, &[threads]].concat());
        assert_equal(&folder, &one);
    }
    for threads in ["0", "-1", "x", "2000"] {
        one.refuse(
            2,
            &[&["render"], &args[..], &["--threads", threads]].concat(),
            &["--threads"],
        );
    }
}

#[test]
fn a_name_may_be_as_long_as_the_system_allows() {
    let folder = Folder::new("long_name");
    let name = format!("{}.png", "n".repeat(251));
    draw(
        &folder,
        &[&library("1ubi.pdb"), "-o", &name, "--size", "8x8"],
    );
    assert_eq!(folder.names(), [name.as_str()]);
    let longer = format!("n{name}");
    folder.refuse(
        1,
        &[
            "render",
            &library("1ubi.pdb"),
            "-o",
            &longer,
            "--size",
            "8x8",
            "--adapter",
            "software",
        ],
        &["give a shorter name"],
    );
}

#[test]
fn a_large_single_picture_is_the_same_with_many_threads() {
    let folder = Folder::new("threads_single");
    let input = library("1ubi.pdb");
    for (out, threads) in [("one.png", "1"), ("four.png", "4")] {
        let args = [&input, "-o", out, "--size", "800x700", "--threads", threads];
        draw(&folder, &args);
    }
    assert!(folder.bytes("one.png") == folder.bytes("four.png"));
}

#[test]
fn resuming_draws_what_is_missing_and_nothing_else() {
    let input = library("1hvr");
    let args = [input.as_str(), "-o", "t{index}.png", "--turntable", "4"];
    let planes = ["--size", "64x64", "--planes", "color,atom-id"];
    let whole = Folder::new("resume_whole");
    draw(&whole, &[&args[..], &planes].concat());
    assert_eq!(whole.names().len(), 12);

    let folder = Folder::new("resume");
    draw(&folder, &[&args[..], &planes].concat());
    // 0 is finished, 1 lacks a plane, 2 lacks its colour, 3 is empty.
    folder.put("t0.png", "untouched");
    for name in ["t1.atom-id.npy", "t2.png"] {
        fs::remove_file(folder.0.join(name)).expect("the file is there");
    }
    folder.put("t1.png", "replaced");
    folder.put("t3.png", "");
    let said = draw(&folder, &[&args[..], &planes, &["--resume"]].concat());
    assert!(said.contains("3 pictures in "), "{said}");
    assert!(said.contains("1 were finished before"), "{said}");
    assert_eq!(folder.bytes("t0.png"), b"untouched");
    folder.put("t0.png", whole.bytes("t0.png"));
    assert_equal(&folder, &whole);

    // Nothing left: nothing is drawn, which is not a failure.
    let said = draw(&folder, &[&args[..], &planes, &["--resume"]].concat());
    assert!(said.contains("nothing to draw: all 4 pictures"), "{said}");
    assert_equal(&folder, &whole);
    folder.refuse(
        2,
        &["render", &input, "-o", "-", "--resume", "--format", "png"],
        &["--resume", "-o FILE"],
    );
}

#[test]
fn the_summary_of_many_pictures() {
    let folder = Folder::new("summary");
    let input = library("1a28_progesterone.sdf");
    let args = [input.as_str(), "-o", "t{index}.png", "--turntable", "5"];
    let size = ["--size", "32x32"];
    let said = draw(&folder, &[&args[..], &size].concat());
    assert!(said.starts_with("molshot: 5 pictures in "), "{said}");
    assert!(said.ends_with(" pictures/s\n"), "{said}");
    assert_eq!(draw(&folder, &[&args[..], &size, &["-q"]].concat()), "");
    let verbose = draw(&folder, &[&args[..], &size, &["-v"]].concat());
    assert_eq!(verbose.matches("wrote t").count(), 5, "{verbose}");
    // One warning a picture would bury the rest.
    let blank = ["--turntable", "30", "--commands", "zoom 0.001"];
    let said = draw(&folder, &[&args[..3], &size, &blank].concat());
    assert_eq!(said.matches("shows nothing").count(), 5, "{said}");
    assert!(said.contains("25 pictures more show nothing"), "{said}");
}

#[test]
fn failures_are_named_at_the_end_and_the_rest_is_drawn() {
    let folder = Folder::new("each_failures");
    let (a, b) = (library("1ubi.pdb"), library("1a28_progesterone.sdf"));
    folder.put("bad.pdb", "nothing of a structure\n");
    folder.put("worse.sdf", "x\n");
    for threads in ["1", "3"] {
        let inputs = ["render", "bad.pdb", &a, "worse.sdf", &b, "--each"];
        let out = ["-o", "{name}_{view}.png", "--views", "front,top"];
        let how = ["--size", "32x32", "--adapter", "software", "--threads"];
        let run = folder.run(&[&inputs[..], &out, &how, &[threads]].concat());
        assert_eq!(run.status, Some(1));
        for words in [
            "molshot: bad.pdb",
            "molshot: worse.sdf",
            "2 of 4 inputs failed; 4 pictures were drawn; failed: bad.pdb, worse.sdf",
        ] {
            assert!(run.stderr.contains(words), "{words}\n{}", run.stderr);
        }
        assert_eq!(folder.names().len(), 6);
    }
}

#[test]
fn a_full_disk_is_reported_once() {
    let folder = Folder::new("no_space");
    let input = library("1a28_progesterone.sdf");
    // Writing to it fails with "no space left".
    std::os::unix::fs::symlink("/dev/full", folder.0.join("t2.png")).expect("a link");
    let args = ["render", &input, "-o", "t{index}.png", "--turntable", "6"];
    let how = ["--size", "32x32", "--adapter", "software"];
    let run = folder.run(&[&args[..], &how].concat());
    // A retry may find space.
    assert_eq!(run.status, Some(75), "{}", run.stderr);
    assert_eq!(run.stderr.matches("t2.png").count(), 1, "{}", run.stderr);
    assert!(
        run.stderr.contains("of 6 pictures were drawn"),
        "{}",
        run.stderr
    );
}

/// Starts `molshot render` in a folder.
fn start(folder: &Folder, args: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_molshot"))
        .args(["render", "--adapter", "software"])
        .args(args)
        .current_dir(&folder.0)
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn interrupt(child: &Child) {
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
}

fn pictures_of(folder: &Folder) -> Vec<String> {
    let mut names = folder.names();
    names.retain(|name| !name.starts_with('.'));
    names
}

/// Waits till so many pictures are there.
fn wait_for(folder: &Folder, count: usize) {
    let start = Instant::now();
    while pictures_of(folder).len() < count {
        assert!(start.elapsed() < Duration::from_mins(1), "nothing is drawn");
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn ctrl_c_finishes_pictures_in_progress_and_resuming_gives_the_same() {
    let input = library("1hvr");
    let args = [
        &input,
        "-o",
        "t{index}.png",
        "--turntable",
        "300",
        "--size",
        "160x160",
        "--samples",
        "16",
    ];
    let folder = Folder::new("ctrl_c");
    let child = start(&folder, &args);
    wait_for(&folder, 3);
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{said}");
    let names = folder.names();
    assert!((3..300).contains(&names.len()), "{} files", names.len());
    for name in &names {
        assert!(!name.starts_with('.'), "{name} is left");
        assert_eq!(Pixels::of_png(&folder.bytes(name)).width, 160, "{name}");
    }
    for words in [
        "press Ctrl-C again",
        &format!("interrupted with {} of 300 pictures finished", names.len()),
        "--resume",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }

    let said = draw(&folder, &[&args[..], &["--resume"]].concat());
    let skipped = format!("{} were finished before", names.len());
    assert!(said.contains(&skipped), "{said}");
    let whole = Folder::new("ctrl_c_whole");
    draw(&whole, &args);
    assert_equal(&folder, &whole);
}

#[test]
fn a_second_ctrl_c_quits_at_once() {
    let input = library("1hvr");
    let folder = Folder::new("ctrl_c_twice");
    let large = ["--size", "1600x1600", "--samples", "16", "--threads", "1"];
    let args = [input.as_str(), "-o", "t{index}.png", "--turntable", "50"];
    let child = start(&folder, &[&args[..], &large].concat());
    wait_for(&folder, 1);
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(20));
    interrupt(&child);
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(130));
    for name in folder.names() {
        assert!(!name.starts_with('.'), "{name} is left");
        Pixels::of_png(&folder.bytes(&name));
    }
}
