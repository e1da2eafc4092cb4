//! Files of several models, and inputs and pictures that deserve a warning.

use super::program::{Folder, library};

const ATOM: &str =
    "ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C\n";

fn models(count: usize) -> String {
    (1..=count)
        .map(|number| format!("MODEL     {number:4}\n{ATOM}ENDMDL\n"))
        .collect::<Vec<_>>()
        .concat()
}

fn frames(count: usize) -> String {
    (1..=count)
        .map(|number| format!("1\nframe\nC {number} 0 0\n"))
        .collect::<Vec<_>>()
        .concat()
}

#[test]
fn a_model_is_that_of_the_inputs_with_several() {
    let folder = Folder::new("models");
    folder.put("receptor.pdb", ATOM);
    folder.put("poses.xyz", frames(3));
    let text = |model: &str| {
        let args = ["info", "receptor.pdb", "poses.xyz", "--model", model];
        folder.run(&args).text()
    };
    assert!(text("3").contains("to 3.000"), "{}", text("3"));
    assert!(text("2").contains("to 2.000"));
    let args = ["info", "receptor.pdb", "poses.xyz", "--model", "4"];
    folder.refuse(1, &args, &["poses.xyz", "1 to 3"]);
    let args = ["info", "receptor.pdb", "receptor.pdb", "--model", "4"];
    folder.refuse(1, &args, &["the file has no model 4", "model 1"]);
    let args = ["info", "poses.xyz", "--model", "5-9"];
    let words = [
        "poses: it has no model from 5 to 9",
        "from 1 to 3 (--model)",
    ];
    folder.refuse(1, &args, &words);
    let args = ["info", "receptor.pdb", "--model", "-1"];
    folder.refuse(2, &args, &["--model", "-1", "at least 1"]);
}

#[test]
fn info_says_how_many_models_there_are() {
    let folder = Folder::new("models_info");
    folder.put("nmr.pdb", models(20));
    folder.put("poses.xyz", frames(3));
    let run = folder.run(&["info", "nmr.pdb"]);
    assert!(
        run.stderr.contains("holds 20 models; the first is read") && run.stderr.contains("--model"),
        "{}",
        run.stderr
    );
    let text = run.text();
    assert!(text.contains("the first of 20 models is read"), "{text}");
    let json = folder
        .run(&["info", "nmr.pdb", "poses.xyz", "--json"])
        .text();
    let info: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(info["parts"][0]["models"], 20);
    assert_eq!(info["parts"][1]["models"], 3);
    let text = folder.run(&["info", "nmr.pdb", "--model", "7"]).text();
    assert!(text.contains("number 7 of 20 models is read"), "{text}");
}

#[test]
fn an_input_given_twice_is_warned_of() {
    let folder = Folder::new("twice");
    folder.put("a.pdb", ATOM);
    let run = folder.draw(&["a.pdb", "./a.pdb", "-o", "a.png", "--size", "16x16"]);
    assert!(run.stderr.contains("given twice"), "{}", run.stderr);
    folder.refuse(
        2,
        &["info", "-", "-", "--input-format", "pdb"],
        &["- is given twice"],
    );
}

#[test]
fn an_empty_picture_is_warned_of() {
    let folder = Folder::new("nothing");
    let input = library("1ubi.pdb");
    let look = [&input, "-o", "a.png", "--size", "32x32"];
    let away = ["--commands", "move x 1000"];
    for planes in ["color", "color,depth", "atom-id"] {
        let planes = ["--planes", planes];
        let run = folder.draw(&[&look[..], &away, &planes].concat());
        assert!(run.stderr.contains("a.png shows nothing"), "{}", run.stderr);
        let run = folder.draw(&[&look[..], &planes].concat());
        assert!(!run.stderr.contains("nothing"), "{}", run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_by_name_is_refused_with_the_remedy() {
    let folder = Folder::new("pipe");
    folder.refuse(
        1,
        &["info", "/dev/stdin"],
        &["/dev/stdin", "use - with --input-format pdb"],
    );
}
