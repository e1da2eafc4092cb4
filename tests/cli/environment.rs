//! What surrounds the program: an environment without a desktop, closed pipes, quietness.

use std::io::Read;
use std::process::{Command, Stdio};

use super::program::{Folder, library};

#[test]
fn a_quiet_success_says_nothing_even_without_a_desktop() {
    let folder = Folder::new("quiet");
    let input = library("1hvr");
    for flags in [&["--quiet"][..], &[]] {
        let args = [
            "render",
            &input,
            "-o",
            "a.png",
            "--size",
            "32x32",
            "--adapter",
            "vulkan-software",
        ];
        for value in [None, Some(""), Some("relative")] {
            let run = folder.run_with(&[&args[..], flags].concat(), b"", |command| {
                match value {
                    Some(value) => command.env("XDG_RUNTIME_DIR", value),
                    None => command.env_remove("XDG_RUNTIME_DIR"),
                };
            });
            assert_eq!(
                (run.status, run.stderr.as_str()),
                (Some(0), ""),
                "{value:?}"
            );
            assert!(run.stdout.is_empty());
        }
    }
}

#[test]
fn quiet_keeps_warnings_back_and_verbose_says_more() {
    let folder = Folder::new("verbosity");
    let input = library("1hvr");
    let args = [
        "render",
        &input,
        &input,
        "-o",
        "a.png",
        "--size",
        "32x32",
        "--adapter",
        "vulkan-software",
    ];
    let plain = folder.run(&args).stderr;
    assert_eq!(plain.matches("molshot: warning: ").count(), 1, "{plain}");
    assert!(plain.contains("is given twice"), "{plain}");
    assert_eq!(folder.run(&[&args[..], &["-q"]].concat()).stderr, "");
    let verbose = folder.run(&[&args[..], &["-v"]].concat()).stderr;
    assert!(verbose.contains("molshot: wrote a.png"), "{verbose}");
    assert!(verbose.contains("draw "), "{verbose}");
}

#[test]
fn warnings_of_readers_are_printed() {
    let folder = Folder::new("warnings");
    folder.put(
        "odd.pdb",
        "HETATM    1  C1  LIG A   1       3.000   0.000   0.000  1.00  0.00           C\n\
         HETATM    2  C2  LIG A   1       4.500   0.000   0.000  1.00  0.00           C\n\
         CONECT    1   99\n",
    );
    let run = folder.run(&["info", "odd.pdb"]);
    assert_eq!(run.status, Some(0));
    assert!(
        run.stderr.starts_with("molshot: warning: odd.pdb"),
        "{}",
        run.stderr
    );
    assert_eq!(folder.run(&["info", "odd.pdb", "--quiet"]).stderr, "");
}

#[test]
fn a_reader_that_leaves_early_is_not_a_failure() {
    for args in [
        &["schema"][..],
        &["man"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_molshot"))
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let mut stderr = String::new();
        let mut pipe = child.stderr.take().expect("a pipe");
        pipe.read_to_string(&mut stderr).expect("text");
        let status = child.wait().expect("the program ends");
        assert_eq!(stderr, "", "{args:?}");
        assert_eq!(status.code(), Some(0), "{args:?}");
    }
}

#[test]
fn a_closed_standard_error_is_no_panic() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_molshot"))
        .args(["info", "not-there.pdb"])
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stderr.take());
    assert_eq!(child.wait().expect("the program ends").code(), Some(1));
}
