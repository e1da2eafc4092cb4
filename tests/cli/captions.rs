//! `molshot render --caption`: the words of a picture.

use super::program::{Folder, library};

fn caption(folder: &Folder, name: &str) -> serde_json::Value {
    serde_json::from_slice(&folder.bytes(name)).expect("JSON")
}

#[test]
fn every_picture_has_its_caption() {
    let folder = Folder::new("captions");
    let input = library("1ubi.pdb");
    let flags = ["--size", "32x32", "--colors", "chain", "--labels", "none"];
    let views = ["--views", "front,left", "-o", "u_{view}.png"];
    let args = ["render", &input, "--caption", "u_{view}.json"];
    folder.run(&[&args[..], &flags, &views].concat());
    for view in ["front", "left"] {
        let caption = caption(&folder, &format!("u_{view}.json"));
        assert_eq!(caption["filename"], format!("u_{view}"));
        assert_eq!(caption["alt"], format!("1ubi as sticks, {view} view"));
        let text = caption["clean_description"].as_str().expect("text");
        assert!(text.contains("amino acids"), "{text}");
        assert!(
            text.contains("coloured by chain. The chain is A (#56b4e9)."),
            "{text}"
        );
        let html = caption["description"].as_str().expect("text");
        assert!(
            html.starts_with("<span class='highlight'>1ubi</span>: "),
            "{html}"
        );
    }
    // Commands change the view, so none is named.
    let turned = [
        "--commands",
        "roll y 15",
        "-o",
        "t.png",
        "--caption",
        "t.json",
    ];
    folder.run(&[&["render", &input][..], &flags, &turned].concat());
    assert_eq!(caption(&folder, "t.json")["alt"], "1ubi as sticks");
}

#[test]
fn names_of_captions_are_checked_as_those_of_pictures() {
    let folder = Folder::new("caption_names");
    let input = library("1ubi.pdb");
    let draw = ["render", &input, "--size", "32x32"];
    let refuse = |further: &[&str], words: &[&str]| {
        folder.refuse(2, &[&draw[..], further].concat(), words);
    };
    refuse(
        &["-o", "a.png", "--caption", "-"],
        &["--caption", "name of a file"],
    );
    refuse(
        &["-o", "a.tar", "--caption", "a.tar"],
        &["--caption", "archives"],
    );
    let views = [
        "-o",
        "{view}.png",
        "--views",
        "front,left",
        "--caption",
        "a.json",
    ];
    refuse(&views, &["--caption", "{view}"]);
    refuse(
        &["-o", "a.png", "--caption", "a.png"],
        &["--caption", "captions"],
    );
}
