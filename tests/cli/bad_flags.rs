//! Command lines that are wrong: exit status 2, and the message names the flag.

use super::program::{Folder, library};

fn refuse(folder: &Folder, flags: &[&str], words: &[&str]) -> String {
    let input = library("1ubi.pdb");
    folder.refuse(
        2,
        &[&["render", &input, "-o", "a.png"][..], flags].concat(),
        words,
    )
}

#[test]
fn unknown_words_of_the_command_line_are_named() {
    let folder = Folder::new("unknown_flags");
    folder.refuse(2, &["rendr"], &["rendr", "render"]);
    folder.refuse(2, &["render"], &["INPUT"]);
    folder.refuse(2, &["info"], &["INPUT"]);
    folder.refuse(2, &["render", "x.pdb"], &["--output"]);
    folder.refuse(2, &["info", "x.pdb", "--josn"], &["--josn", "--json"]);
    folder.refuse(
        2,
        &["doctor", "--adapter", "abacus"],
        &["abacus", "vulkan-software"],
    );
    refuse(&folder, &["--stlye", "misi"], &["--stlye", "--style"]);
    refuse(
        &folder,
        &["--quiet", "--verbose"],
        &["--quiet", "--verbose"],
    );
}

#[test]
fn unknown_values_are_named_with_the_known_ones() {
    let folder = Folder::new("unknown_values");
    for (flag, value, known) in [
        ("--style", "woodcut", "licorice"),
        ("--colors", "mood", "b-factor"),
        ("--color", "notacolour", "#RRGGBB"),
        ("--projection", "fisheye", "orthographic"),
        ("--background", "#12345", "transparent"),
        ("--samples", "3", "1, 4, 9, 16 or auto"),
        ("--samples", "-4", "1, 4, 9, 16 or auto"),
        ("--labels", "all", "ligand-atoms"),
        ("--label-size", "big", "14px"),
        ("--label-size", "0", "0.05"),
        ("--label-size", "1000px", "512"),
        ("--label-outline", "9", "give 0 to 4"),
        ("--format", "gif", "webp"),
        ("--planes", "colour", "residue-id"),
        ("--planes", "", "residue-id"),
        ("--views", "front,up", "bottom"),
        ("--adapter", "abacus", "vulkan-software"),
        ("--input-format", "docx", "mmcif"),
        ("--model", "0", "--model"),
        ("--model", "first", "--model"),
        ("--turntable", "0", "100000"),
        ("--turntable", "-3", "100000"),
        ("--turntable", "99999999999999999999", "--turntable"),
        ("--turntable", "1000000", "100000"),
        ("--turntable", "x", "give a whole number from 1 to 100000"),
        ("--threads", "0", "give a whole number from 1 to 1024"),
        ("--threads", "x", "give a whole number from 1 to 1024"),
        ("--model", "x", "give a model's number, at least 1"),
    ] {
        refuse(&folder, &[flag, value], &[flag, known]);
    }
}

#[test]
fn sizes_that_cannot_be_are_refused() {
    let folder = Folder::new("sizes");
    for size in [
        "0x5",
        "5x0",
        "-1x5",
        "5",
        "x",
        "5x",
        "axb",
        "",
        "1e3x5",
        "16385x1",
        "99999x99999",
        "4294967296x1",
        "5x5x5",
        "nanxinf",
    ] {
        refuse(&folder, &["--size", size], &["--size", "give"]);
    }
    // Each edge would do, but not the whole.
    refuse(&folder, &["--size", "16384x16385"], &["--size", "16384"]);
}

#[test]
fn numbers_out_of_range_are_refused() {
    let folder = Folder::new("numbers");
    for value in ["-5", "0", "180", "400", "nan", "inf", "1e308"] {
        refuse(&folder, &["--fov", value], &["--fov", "1 to 170"]);
    }
    for flag in ["--stick-radius", "--ball-scale"] {
        for value in ["-1", "0", "1e9", "nan"] {
            refuse(&folder, &[flag, value], &[flag, "0.01 to 5"]);
        }
    }
    for (flag, value, range) in [
        ("--silhouette-width", "0", "0.25 to 8"),
        ("--silhouette-depth-jump", "nan", "0.0001 to 1"),
        ("--ambient-occlusion-strength", "-1", "0 to 4"),
        ("--ambient-occlusion-radius", "51", "0.1 to 50"),
    ] {
        refuse(&folder, &[flag, value], &[flag, range]);
    }
    let flag = "--pseudobond-distances";
    refuse(&folder, &["--pseudobond-distances=7"], &[flag, "0 to 6"]);
    refuse(&folder, &["--fov", "wide"], &["--fov", "wide"]);
}

#[test]
fn commands_that_cannot_be_understood_are_quoted() {
    let folder = Folder::new("bad_commands");
    for (commands, words) in [
        ("spin y 15", &["spin", "roll"][..]),
        ("view sideways", &["sideways", "front"]),
        ("roll y", &["roll y", "DEGREES"]),
        ("roll q 15", &["\"q\"", "x, y, z"]),
        ("roll y nan", &["nan", "not finite"]),
        ("roll y inf", &["inf", "not finite"]),
        ("roll y 1e308", &["out of range", "million"]),
        ("roll y 1e999", &["1e999"]),
        ("move x 1e308", &["100000 angstrom"]),
        ("zoom 0", &["zoom 1.5"]),
        ("zoom -1", &["zoom 1.5"]),
        ("zoom nan", &["zoom 1.5"]),
        ("center", &["selection"]),
        ("center chian A", &["chian", "chain"]),
        ("crop 1 2 3", &["four extents"]),
        ("crop 0 0 0 5", &["empty"]),
        ("crop 0 0 5 0%", &["empty"]),
        ("crop -1 0 5 5", &["-1"]),
        ("crop 0 0 2000 5", &["1024 x 1024"]),
        ("crop 1024 0 1 1", &["1024 x 1024"]),
        ("crop 4294967295 0 4294967295 1", &["1024 x 1024"]),
        (
            "crop 0 0 9 9; crop 0 0 5 5",
            &["command 2", "cropped already"],
        ),
        ("view front; ; roll y", &["command 2"]),
    ] {
        let words = [&["--commands: command "][..], words].concat();
        refuse(&folder, &["--commands", commands], &words);
    }
    let many = "roll y 1;".repeat(200_000);
    // A single argument is limited to 128 KiB by Linux.
    refuse(
        &folder,
        &["--commands", &many[..100_000]],
        &["--commands", "at most 1000"],
    );
}

#[test]
fn selections_that_cannot_be_understood_are_pointed_into() {
    let folder = Folder::new("bad_selections");
    for (selection, words) in [
        ("chian A", &["column 1", "chain"][..]),
        ("chain A and", &["column"]),
        ("(chain A", &["column"]),
        ("within -5 of ligand", &["column"]),
        ("within nan of ligand", &["column"]),
        ("", &["column"]),
        ("resi 1:", &["column"]),
        ("name \u{2603}\u{2603} or", &["column"]),
    ] {
        let words = [&["--select: "][..], words].concat();
        refuse(&folder, &["--select", selection], &words);
    }
    refuse(
        &folder,
        &["--select", &"(".repeat(100_000)],
        &["--select: "],
    );
    refuse(
        &folder,
        &["--select", &"x".repeat(100_000)],
        &["--select: "],
    );
    refuse(
        &folder,
        &["--select", &"not ".repeat(25_000)],
        &["--select: "],
    );
}

#[test]
fn a_selection_of_a_megabyte_in_a_scene_file_is_refused_at_once() {
    let folder = Folder::new("long_selection");
    for (name, word) in [
        ("open", "("),
        ("not", "not "),
        ("or", "chain A or "),
        ("junk", "\u{2603}"),
    ] {
        let scene = serde_json::json!({
            "schema_version": 1,
            "structure": {"paths": [library("1ubi.pdb")]},
            "select": word.repeat(1_000_000 / word.len()),
        });
        let file = folder.put(&format!("{name}.json"), scene.to_string());
        folder.refuse(1, &["render", &file, "-o", "a.png"], &["/select"]);
    }
}

#[test]
fn contradictions_are_refused() {
    let folder = Folder::new("contradictions");
    refuse(&folder, &["--color", "red"], &["--color: ", "uniform"]);
    refuse(
        &folder,
        &["--colors", "uniform"],
        &["--colors: ", "--color"],
    );
    refuse(
        &folder,
        &["--background", "transparent", "--format", "jpeg"],
        &["--background: ", "JPEG"],
    );
    refuse(
        &folder,
        &["--views", "front", "--turntable", "3"],
        &["--views", "--turntable"],
    );
    refuse(
        &folder,
        &["--print-request", "--each"],
        &["--print-request", "--each"],
    );
    let run = [
        "render",
        &library("ubiquitin.json"),
        &library("1ubi.pdb"),
        "-o",
        "a.png",
    ];
    folder.refuse(2, &run, &["scene file", "--each"]);
    folder.refuse(2, &["render", "-", "-o", "a.png"], &["--input-format"]);
    folder.refuse(2, &["info", "-"], &["--input-format"]);
}

#[test]
fn flags_that_nothing_gives_anything_to_do_are_refused() {
    let folder = Folder::new("idle");
    for (flags, words) in [
        (
            &["--pseudobond-distances"][..],
            &["--pseudobond-distances", "--hbonds"][..],
        ),
        (
            &["--labels", "none", "--label-size", "1"],
            &["--label-size", "--labels residues"],
        ),
        (
            &["--style", "licorice", "--label-outline", "1"],
            &["--label-outline", "--labels residues"],
        ),
        (
            &["--labels", "none", "--declutter-labels"],
            &["--declutter-labels", "--labels residues"],
        ),
        (
            &["--labels", "atoms", "--label-chains"],
            &["--label-chains", "residues"],
        ),
        (
            &["--style", "spacefill", "--stick-radius", "0.3"],
            &["--stick-radius", "spacefill"],
        ),
        (&["--masks", "role"], &["--annotations"]),
        (&["--residue", "MET 1 A"], &["--residue", "misi-residue"]),
        (&["--color", "red"], &["--color", "uniform"]),
    ] {
        refuse(&folder, flags, words);
    }
    // With something to do they are taken.
    let input = library("1ubi.pdb");
    for flags in [
        &[
            "--labels",
            "none",
            "--label-size",
            "1",
            "--text",
            "x",
            "resi 1",
        ][..],
        &[
            "--style",
            "licorice",
            "--labels",
            "residues",
            "--label-chains",
        ],
        &[
            "--hbonds",
            "--pseudobond-distances",
            "--labels",
            "none",
            "--label-color",
            "red",
        ],
    ] {
        // Hydrogen bonds are those of a ligand, which ubiquitin lacks.
        let complex = library("1hvr");
        let input = if flags[0] == "--hbonds" {
            &complex
        } else {
            &input
        };
        let all = [
            "render",
            input,
            "-o",
            "a.png",
            "--size",
            "32x32",
            "--adapter",
            "software",
        ];
        let run = folder.run(&[&all[..], flags].concat());
        assert_eq!(
            (run.status, run.stderr.as_str()),
            (Some(0), ""),
            "{flags:?}"
        );
    }
}

#[test]
fn flags_that_do_nothing_here_are_warned_of() {
    let folder = Folder::new("idle_warnings");
    let input = library("1ubi.pdb");
    let scene = library("ubiquitin.json");
    let warns = |input: &str, flags: &[&str], words: &[&str]| {
        let all = [
            "render",
            input,
            "-o",
            "a.png",
            "--size",
            "32x32",
            "--adapter",
            "software",
        ];
        let run = folder.run(&[&all[..], flags].concat());
        assert_eq!(run.status, Some(0), "{flags:?}: {}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{flags:?}: {}", run.stderr);
        }
        let quiet = folder.run(&[&["--quiet"], &all[..], flags].concat());
        assert_eq!(quiet.stderr, "", "{flags:?}");
    };
    warns(
        &input,
        &["--jpeg-quality", "50"],
        &["warning: --jpeg-quality does nothing"],
    );
    warns(
        &input,
        &[
            "--planes",
            "depth",
            "--samples",
            "16",
            "--background",
            "white",
            "--shadows",
        ],
        &[
            "--samples does nothing",
            "--background does nothing",
            "--shadows does nothing",
        ],
    );
    warns(&input, &["--ball-scale", "0.5"], &["warning: --ball-scale"]);
    warns(
        &input,
        &["--style", "spacefill", "--bond-orders"],
        &["warning: --bond-orders"],
    );
    warns(&input, &["--protein"], &["warning: --protein does nothing"]);
    // A scene file may be one of many, of which others have labels.
    warns(
        &scene,
        &["--labels", "none", "--label-size", "1"],
        &["warning: --label-size does nothing"],
    );
}
