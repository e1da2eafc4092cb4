//! Valid requests for content that the structure does not have, or not completely: always warned
//! of.

use super::program::{Folder, library};

#[test]
fn an_input_that_a_flag_does_not_fit_does_not_stop_the_rest() {
    let folder = Folder::new("lacking_each");
    let (complex, zinc) = (library("1hvr"), library("7ddo_zinc.pdb"));
    for flags in [
        &["--style", "misi-residue", "--residue", "ASP 25 A"][..],
        &["--transform", "/B: roll x 3"],
    ] {
        for inputs in [[&complex, &zinc], [&zinc, &complex]] {
            let each = ["--each", "--size", "64x64", "-o", "{name}.png"];
            let [first, second] = inputs.map(String::as_str);
            let ended = folder.run(&[&["render", first, second][..], &each, flags].concat());
            assert_eq!(ended.status, Some(1), "{}", ended.stderr);
            assert_eq!(folder.names(), ["1hvr.png"]);
            assert!(
                ended
                    .stderr
                    .contains(&format!("{zinc}: {}", flags[flags.len() - 2])),
                "{}",
                ended.stderr
            );
            assert!(
                ended.stderr.contains("1 of 2 inputs failed"),
                "{}",
                ended.stderr
            );
            std::fs::remove_file(folder.0.join("1hvr.png")).expect("it was drawn");
        }
    }
}

#[test]
fn missing_content_is_warned_of() {
    let folder = Folder::new("lacking_said");
    let said = |input: &str, flags: &[&str]| {
        let input = library(input);
        let one = ["render", input.as_str(), "-o", "a.png", "--size", "64x64"];
        let ended = folder.run(&[&one[..], flags].concat());
        assert_eq!(ended.status, Some(0), "{}", ended.stderr);
        let quiet = folder.run(&[&["--quiet"][..], &one, flags].concat());
        assert_eq!(quiet.stderr, "");
        ended.stderr
    };
    let zinc = "7ddo_zinc.pdb";
    for (input, flags, needle) in [
        (zinc, &["--hbonds"][..], "no ligand"),
        (
            zinc,
            &["--pseudobonds", "metal-coordination"],
            "no metal contacts are drawn",
        ),
        (
            "1hvr",
            &["--pseudobonds", "missing-structure", "--select", "ligand"],
            "no chain gaps are drawn",
        ),
        (
            zinc,
            &["--style", "misi-residue", "--residue", "GLU 402"],
            "drawn alone",
        ),
        (
            "1hvr",
            &["--text", "hello", "ligand", "--select", "pocket"],
            "the text \"hello\" is left out",
        ),
        (
            "1hvr",
            &["--text", "2⁺ 3⁺", "ligand"],
            "lacks ⁺ (U+207A), drawn as boxes",
        ),
    ] {
        let text = said(input, flags);
        assert!(text.contains(needle), "{needle}: {text}");
        assert_eq!(text.matches("warning").count(), 1, "{text}");
    }
    let all_there = ["--hbonds", "--text", "x⁴₂‴ⁿΩ", "ligand"];
    assert_eq!(said("1hvr", &all_there), "");
}

#[test]
fn the_style_is_named_for_what_it_hides() {
    let folder = Folder::new("lacking_style");
    let input = library("1hvr");
    for (style, select) in [("misi-ligand", "pocket"), ("misi-pocket", "ligand")] {
        let ended = folder.run(&[
            "render", &input, "-o", "a.png", "--style", style, "--select", select,
        ]);
        assert_eq!(ended.status, Some(1));
        assert!(
            ended
                .stderr
                .contains(&format!("the style {style} hides all")),
            "{}",
            ended.stderr
        );
        assert!(!ended.stderr.contains("water"), "{}", ended.stderr);
    }
}

#[test]
fn masks_that_were_asked_for_are_there_when_nothing_is_seen() {
    let folder = Folder::new("lacking_masks");
    let input = library("1hvr");
    let away = [
        "render",
        &input,
        "-o",
        "a.png",
        "--size",
        "64x64",
        "--commands",
        "move x 500",
        "--annotations",
        "a.json",
    ];
    folder.run(&[&away[..], &["--masks", "atom"]].concat());
    let read =
        || serde_json::from_slice::<serde_json::Value>(&folder.bytes("a.json")).expect("JSON");
    assert_eq!(read()["masks"], serde_json::json!([]));
    folder.run(&away);
    assert!(read().get("masks").is_none());
}

#[test]
fn labels_are_set_off_and_aligned_as_scene_files_say() {
    let folder = Folder::new("lacking_offsets");
    let input = library("1hvr");
    let flags = ["--label-offset", "-0.5,1,0", "--label-alignment", "center"];
    let text = folder
        .run(&[&["render", &input, "--print-request"][..], &flags].concat())
        .text();
    let look =
        &serde_json::from_str::<serde_json::Value>(&text).expect("JSON")["style"]["label_style"];
    assert_eq!(look["offset_angstrom"], serde_json::json!([-0.5, 1.0, 0.0]));
    assert_eq!(look["alignment"], "center");
    for wrong in ["1,2", "a,b,c", "0,0,2000"] {
        let ended = folder.run(&["render", &input, "-o", "a.png", "--label-offset", wrong]);
        assert_eq!(ended.status, Some(2), "{wrong}");
        assert!(ended.stderr.contains("--label-offset"), "{}", ended.stderr);
    }
}
