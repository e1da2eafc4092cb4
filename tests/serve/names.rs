//! Names of the served folder: with blanks, with letters of any script, hidden.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use super::client::{Server, folder};

const XYZ: &str = "3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n";

fn library(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenes/library")
        .join(name);
    fs::read_to_string(path).expect("a sample")
}

#[test]
fn names_with_blanks_and_other_letters_are_served() {
    let place = folder("names");
    let served = place.join("structures");
    fs::create_dir_all(served.join("my complex")).expect("a folder");
    for (file, sample) in [
        ("my complex/my complex_pocket.pdb", "1hvr/1hvr_pocket.pdb"),
        ("my complex/my complex_ligand.mol2", "1hvr/1hvr_ligand.mol2"),
        ("1ubi.bio1", "1ubi.pdb"),
    ] {
        fs::write(served.join(file), library(sample)).expect("a file");
    }
    for name in [
        "my water é.xyz",
        "水.XYZ",
        "._1ubi.pdb",
        "50%.xyz",
        "notes.txt",
    ] {
        fs::write(served.join(name), XYZ).expect("a file");
    }
    let path = served.to_str().expect("Unicode");
    let server = Server::start_in(place.clone(), &["--structures", path], &[]);
    let list = server.get("/v1/structures?source=folder").json();
    let ids: Vec<&str> = list["structures"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|entry| entry["id"].as_str().expect("an id"))
        .collect();
    assert_eq!(ids, ["1ubi.bio1", "my complex", "my water é.xyz", "水.XYZ"]);
    for (id, atoms) in [
        ("my%20water%20%C3%A9.xyz", 3),
        ("%E6%B0%B4.XYZ", 3),
        ("my%20complex", 799),
        ("1ubi.bio1", 602),
    ] {
        let answer = server.get(&format!("/v1/structures/{id}"));
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.json()["summary"]["atoms"], atoms, "{id}");
        let picture = server.get(&format!("/v1/structures/{id}/image.png?size=64x64"));
        assert_eq!(picture.png().0, 64, "{id}");
    }
    let page = server.get("/v1/structures?source=folder&limit=1&after=my%20complex");
    assert_eq!(page.json()["structures"][0]["id"], "my water é.xyz");
    for id in ["50%25.xyz", ".%5F1ubi.pdb", "%20x", "a%2Fb"] {
        let answer = server.get(&format!("/v1/structures/{id}"));
        assert_eq!(answer.problem().1, "structure_id_invalid", "{id}");
    }
    let log = server.log();
    for words in [
        "not offered from the served folder: ._1ubi.pdb (hidden",
        "not offered from the served folder: 50%.xyz (named with characters",
    ] {
        assert_eq!(log.matches(words).count(), 1, "{log}");
    }
    server.end_with(&["not offered from the served folder"]);
}

#[test]
fn an_upload_whose_pocket_holds_the_ligand_is_drawn_without_the_copy() {
    let server = Server::start("overlap", &[]);
    let (pocket, ligand) = (
        library("1hvr/1hvr_pocket.pdb"),
        library("1hvr/1hvr_ligand.mol2"),
    );
    let atoms = ligand
        .lines()
        .skip_while(|line| *line != "@<TRIPOS>ATOM")
        .skip(1)
        .take_while(|line| !line.starts_with('@'));
    let mut both = pocket.replace("\nEND", "\nREMARK");
    for (serial, line) in (7000..).zip(atoms) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let at = [2, 3, 4].map(|word| words[word].parse::<f64>().expect("a number"));
        writeln!(
            both,
            "HETATM{serial:>5}  {:<3} XK2 A 263    {:>8.3}{:>8.3}{:>8.3}  1.00  0.00          {:>2}",
            words[1],
            at[0],
            at[1],
            at[2],
            &words[5][..1]
        )
        .expect("writing to a String cannot fail");
    }
    let upload = |pocket: &str| {
        let files = [
            ("x_pocket.pdb", pocket.as_bytes()),
            ("x_ligand.mol2", ligand.as_bytes()),
        ];
        let answer = server.upload(&files);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    };
    let (clean, dirty) = (upload(&pocket), upload(&both));
    assert_eq!(dirty["summary"]["atoms"], clean["summary"]["atoms"]);
    let warning = &dirty["summary"]["warnings"][0];
    assert!(
        warning.as_str().is_some_and(|text| text.starts_with(
            "x_pocket.pdb: the file of the pocket still holds the ligand: most atoms of XK2 263 A"
        )),
        "{warning}"
    );
    let picture = |upload: &serde_json::Value| {
        let id = upload["id"].as_str().expect("an id");
        server
            .get(&format!("/v1/structures/{id}/image.png?size=64x64"))
            .png()
    };
    assert_eq!(picture(&dirty), picture(&clean));
    server.end();
}
