//! `molshot hbonds`: answers, JSON, and what is refused.

use super::program::{Folder, library};

/// Two waters within reach of each other.
const WATERS: &str = "\
HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O
HETATM    2  O   HOH A   2       2.800   0.000   0.000  1.00  0.00           O
";

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn a_folder_gives_the_answer_between_pocket_and_ligand() {
    let folder = Folder::new("hbonds_answer");
    let complex = library("1hvr");
    let answer = folder.run(&["hbonds", &complex]).text();
    // The urea oxygen of the inhibitor takes the place of a water between the flaps (Lam et al.,
    // Science 263 (1994) 380).
    assert!(answer.contains("ILE 50 N A, O"), "{answer}");
    assert!(!answer.contains("HOH"), "{answer}");
    let one = folder
        .run(&["hbonds", &complex, "--residue", "ILE 50 A"])
        .text();
    assert!(one.starts_with("Yes: ILE N, O"), "{one}");
    let none = folder
        .run(&["hbonds", &complex, "--residue", "pro 81 A"])
        .text();
    assert_eq!(none, "No\n");
    let found = json(&folder.run(&["hbonds", &complex, "--format", "json"]).text());
    let bonds = found["bonds"].as_array().expect("a list");
    let flap = bonds
        .iter()
        .find(|bond| bond["donor"]["residue"] == "ILE" && bond["donor"]["number"] == 50)
        .expect("the bond of the flap");
    assert_eq!(flap["donor_side"], "pocket");
    assert_eq!(flap["donor_class"], "secondary_amide");
    assert!((2.5..3.6).contains(&flap["distance_angstrom"].as_f64().expect("a number")));
    assert!(flap["strict"].is_boolean());
}

#[test]
fn other_scopes_print_one_bond_a_line() {
    let folder = Folder::new("hbonds_scopes");
    folder.put("water.pdb", WATERS);
    let text = folder
        .run(&["hbonds", "water.pdb", "--scope", "all"])
        .text();
    assert_eq!(
        text,
        "HOH 1 O A -> HOH 2 O A  2.800 angstrom  water -> water\nHOH 2 O A -> HOH 1 O A  2.800 angstrom  water -> water\n"
    );
    let run = folder.run(&["hbonds", "water.pdb", "--scope", "all", "--no-water"]);
    assert!(
        run.stderr.contains("no hydrogen bonds among 0 donors"),
        "{}",
        run.stderr
    );
    assert_eq!(run.text(), "");
    // Either file has one water, so there is nothing within a file.
    folder.put("a.pdb", &WATERS[..WATERS.len() / 2]);
    folder.put("b.pdb", &WATERS[WATERS.len() / 2..]);
    let both = |scope: &str| {
        folder
            .run(&["hbonds", "a.pdb", "b.pdb", "--scope", scope])
            .text()
    };
    assert_eq!(
        (both("within").lines().count(), both("all").lines().count()),
        (0, 2)
    );
}

#[test]
fn an_empty_answer_is_explained() {
    let folder = Folder::new("hbonds_empty");
    folder.put("water.pdb", WATERS);
    let run = folder.run(&["hbonds", "water.pdb"]);
    assert!(
        run.stderr.contains("the structure has no ligand"),
        "{}",
        run.stderr
    );
    assert_eq!(run.text(), "\n");
}

#[test]
fn tolerances_decide() {
    let folder = Folder::new("hbonds_tolerances");
    folder.put("water.pdb", WATERS.replace("2.800", "3.300"));
    let count = |slack: &str| {
        let args = [
            "hbonds",
            "water.pdb",
            "--scope",
            "all",
            "--distance-slack",
            slack,
        ];
        folder.run(&args).text().lines().count()
    };
    assert_eq!((count("0"), count("0.4")), (0, 2));
}

#[test]
fn what_cannot_be_is_refused() {
    let folder = Folder::new("hbonds_refused");
    let complex = library("1hvr");
    for (flags, words) in [
        (["--residue", "ILE"], ["--residue", "ARG 45 A"]),
        (
            ["--residue", "ILE 50 Q"],
            ["--residue", "ILE 50 Q is not a residue"],
        ),
        (["--residue", "ILE 50"], ["names 2 residues", "A, B"]),
        (
            ["--residue", "ILE 50 A #2"],
            ["--residue", "ILE 50 A #2 is no"],
        ),
        (
            ["--residue", "XK2 263"],
            ["XK2 263 is the ligand", "pocket"],
        ),
        (
            ["--distance-slack", "7"],
            ["--distance-slack", "give a number from 0 to 2"],
        ),
        (
            ["--angle-slack", "100"],
            ["--angle-slack", "give a number from 0 to 90"],
        ),
        (
            ["--distance-slack", "x"],
            ["--distance-slack", "give a number from 0 to 2"],
        ),
        (
            ["--angle-slack", "-1"],
            ["--angle-slack", "give a number from 0 to 90"],
        ),
        (["--scope", "everything"], ["--scope", "within"]),
    ] {
        folder.refuse(2, &["hbonds", &complex, flags[0], flags[1]], &words);
    }
}
