//! What is printed: help, version, info, completions, the manual page, the doctor.

use super::program::{Folder, library};

#[test]
fn every_help_is_complete() {
    let folder = Folder::new("help");
    let main = folder.run(&["--help"]).text();
    for word in [
        "render",
        "info",
        "bench",
        "doctor",
        "schema",
        "completions",
        "man",
        "--quiet",
        "--verbose",
        "Examples:",
        "Exit status",
    ] {
        assert!(main.contains(word), "{word}\n{main}");
    }
    for subcommand in [
        "render",
        "info",
        "bench",
        "doctor",
        "schema",
        "completions",
        "man",
    ] {
        let long = folder.run(&[subcommand, "--help"]).text();
        assert!(long.contains("Example"), "{subcommand}:\n{long}");
        assert!(
            long.contains(&format!("molshot {subcommand}")),
            "{subcommand}:\n{long}"
        );
        assert!(folder.run(&[subcommand, "-h"]).text().contains("Usage"));
    }
    let render = folder.run(&["render", "--help"]).text();
    for flag in [
        "--output",
        "--size",
        "--commands",
        "--style",
        "--colors",
        "--color",
        "--projection",
        "--fov",
        "--background",
        "--samples",
        "--labels",
        "--label-size",
        "--label-color",
        "--label-outline",
        "--label-chains",
        "--hide-labels-behind",
        "--declutter-labels",
        "--text",
        "--select",
        "--hydrogens",
        "--solvent",
        "--adapter",
        "--format",
        "--compression",
        "--jpeg-quality",
        "--planes",
        "--views",
        "--turntable",
        "--commands-file",
        "--each",
        "--print-request",
        "--resume",
        "--threads",
        "--input-format",
        "--model",
        "--protein",
    ] {
        assert!(render.contains(flag), "{flag}");
    }
}

#[test]
fn the_version_is_printed() {
    let folder = Folder::new("version");
    let expected = format!("molshot {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(folder.run(&["--version"]).text(), expected);
    assert_eq!(folder.run(&["-V"]).text(), expected);
}

#[test]
fn info_counts_what_is_there() {
    let folder = Folder::new("info");
    let text = folder.run(&["info", &library("1ubi.pdb")]).text();
    for word in [
        "602 (0 hydrogen)",
        "76 amino acids",
        "A 76",
        "3 helices, 5 strands (assigned)",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    let json = folder.run(&["info", "--json", &library("1hvr")]).text();
    let info: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(info["parts"].as_array().map(Vec::len), Some(2));
    assert_eq!(info["ligands"].as_array().map(Vec::len), Some(1));
    let sum: u64 = info["parts"]
        .as_array()
        .expect("parts")
        .iter()
        .map(|part| part["atoms"].as_u64().expect("a count"))
        .sum();
    assert_eq!(info["atoms"].as_u64(), Some(sum));
    assert_eq!(
        folder
            .run(&["info", "--json", &library("hiv_protease_inhibitor.json")])
            .text(),
        json
    );
}

#[test]
fn completions_are_made_for_every_shell() {
    let folder = Folder::new("completions");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = folder.run(&["completions", shell]).text();
        for word in ["molshot", "render", "turntable"] {
            assert!(script.contains(word), "{shell} lacks {word}");
        }
        // The generators of the other shells complete flags only.
        if ["bash", "zsh", "fish"].contains(&shell) {
            for value in [
                "ball-and-stick",
                "alternating-residues",
                "residue-id",
                "orthographic",
                "webp",
                "vulkan-software",
                "bottom",
                "mmcif",
            ] {
                assert!(script.contains(value), "{shell} lacks {value}");
            }
        }
    }
    folder.refuse(2, &["completions", "tcsh"], &["tcsh", "bash"]);
}

#[test]
fn the_manual_page_is_roff_and_whole() {
    let page = Folder::new("man").run(&["man"]).text();
    for word in [
        ".TH molshot 1",
        ".SH NAME",
        ".SH SYNOPSIS",
        "turntable",
        "doctor",
        "Exit status",
    ] {
        assert!(page.contains(word), "{word}");
    }
    // One page: it has all sections, one title, and does not refer to another page.
    assert_eq!(page.matches(".TH ").count(), 1);
    for subcommand in ["RENDER", "INFO", "DOCTOR", "SCHEMA", "COMPLETIONS", "MAN"] {
        let heading = format!(".SH \"MOLSHOT {subcommand}\"");
        assert!(page.contains(&heading), "{subcommand}");
    }
    for subcommand in ["PLAN", "GENERATE", "VERIFY", "EXPORT", "SCORE", "EVALUATE"] {
        let heading = format!(".SH \"MOLSHOT DATASET {subcommand}\"");
        assert!(page.contains(&heading), "{subcommand}");
    }
    assert!(!page.contains("EXTRA"));
    for reference in ["molshot\\-render(1)", "molshot-render(1)"] {
        assert!(!page.contains(reference), "{reference}");
    }
}

#[test]
fn the_doctor_names_the_adapter_and_draws() {
    let folder = Folder::new("doctor");
    let args = [
        "doctor",
        "--adapter",
        "vulkan-software",
        "--picture",
        "test.png",
    ];
    let text = folder.run(&args).text();
    for word in [
        "used",
        "llvmpipe",
        "test picture: correct",
        "Vulkan drivers: /",
    ] {
        assert!(text.contains(word), "{word}\n{text}");
    }
    assert!(folder.bytes("test.png").starts_with(b"\x89PNG"));
    let json = folder
        .run(&["doctor", "--adapter", "vulkan-software", "--json"])
        .text();
    let report: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(report["test_picture"]["passed"], true);
    assert_eq!(report["test_picture"]["right"], true, "the former name");
    let adapters = report["adapters"].as_array().expect("a list");
    assert_eq!(
        adapters
            .iter()
            .filter(|adapter| adapter["taken"] == true)
            .count(),
        1
    );
}

#[test]
fn the_doctor_says_what_is_missing() {
    let folder = Folder::new("doctor_ill");
    let run = folder.run_with(
        &["doctor", "--adapter", "vulkan-software"],
        b"",
        |command| {
            command
                .env("VK_DRIVER_FILES", "/none.json")
                .env("VK_ICD_FILENAMES", "/none.json");
        },
    );
    assert_eq!(run.status, Some(1));
    let text = String::from_utf8(run.stdout).expect("text");
    assert!(text.contains("/none.json (missing)"), "{text}");
    assert!(text.contains("to fix it: unset VK_DRIVER_FILES"), "{text}");
    assert!(run.stderr.starts_with("molshot: no "), "{}", run.stderr);
}

#[test]
fn without_any_driver_the_built_in_backend_draws() {
    let folder = Folder::new("doctor_no_driver");
    let run = folder.run_with(&["doctor", "--adapter", "software"], b"", |command| {
        command.env("VK_DRIVER_FILES", "/none.json");
    });
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let text = String::from_utf8(run.stdout).expect("text");
    assert!(text.contains("used   built-in"), "{text}");
    assert!(text.contains("test picture: correct"), "{text}");
}

#[test]
fn the_documentation_lists_the_selection_language() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |path: &str| std::fs::read_to_string(root.join(path)).expect("a file of the project");
    let page = read("docs/command-line.md");
    let source = read("molecule/src/selection/mod.rs");
    let rows: Vec<String> = source
        .lines()
        .filter_map(|line| line.strip_prefix("//! |"))
        .map(|row| {
            let row = row.replace("<code>X &#124; Y</code>", r"`X \| Y`");
            format!("|{}\n", row.replace("`ChimeraX`", "ChimeraX"))
        })
        .collect();
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        assert!(page.contains(&row), "{row}");
    }
}
