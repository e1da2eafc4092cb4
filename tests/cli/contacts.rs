//! `molshot contacts`, and pseudobonds of contacts: lists, dashes, and what is refused.

use super::program::{Folder, library};

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

/// The lines of a list as columns by name.
fn rows(text: &str) -> Vec<Vec<(String, String)>> {
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().expect("names").split('\t').collect();
    lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            assert_eq!(cells.len(), names.len(), "{line}");
            let pair = |(name, cell): (&&str, &&str)| ((*name).to_owned(), (*cell).to_owned());
            names.iter().zip(&cells).map(pair).collect()
        })
        .collect()
}

fn cell<'a>(row: &'a [(String, String)], name: &str) -> &'a str {
    let found = row.iter().find(|(column, _)| column == name);
    &found.unwrap_or_else(|| panic!("a column {name}")).1
}

#[test]
fn a_nucleotide_has_salt_bridges_and_a_metal() {
    let folder = Folder::new("contacts_list");
    let complex = library("7pbl");
    let run = folder.run(&["contacts", &complex]);
    assert!(
        run.stderr.contains("salt-bridges, 2 metal-coordination"),
        "{}",
        run.stderr
    );
    let found = rows(&run.text());
    // The P-loop's lysine and the beta phosphate.
    let bridge = found
        .iter()
        .find(|row| {
            cell(row, "kind") == "salt-bridges"
                && cell(row, "rest_residue") == "LYS 65"
                && cell(row, "ligand_atoms").starts_with("PB")
        })
        .expect("a salt bridge");
    assert_eq!(cell(bridge, "rest_atoms"), "NZ");
    assert_eq!(cell(bridge, "distance_angstrom"), "4.493");
    assert_eq!(cell(bridge, "angle_degrees"), "");
    let metals = found
        .iter()
        .filter(|row| cell(row, "kind") == "metal-coordination");
    let atoms: Vec<&str> = metals.map(|row| cell(row, "ligand_atoms")).collect();
    assert_eq!(atoms, ["O2G", "O2B"]);
}

#[test]
fn hydrogen_bonds_are_those_of_hbonds() {
    let folder = Folder::new("contacts_hydrogen_bonds");
    for complex in ["1hvr", "7pbl"].map(library) {
        let flags = ["--kinds", "hydrogen-bonds", "--format", "json"];
        let contacts = json(
            &folder
                .run(&[&["contacts", &complex][..], &flags].concat())
                .text(),
        );
        let bonds = json(&folder.run(&["hbonds", &complex, "--format", "json"]).text());
        let indices = |side: &serde_json::Value| side["indices"][0].as_u64().expect("an index");
        let mut of_contacts: Vec<[u64; 2]> = contacts["contacts"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|contact| {
                let mut ends = [indices(&contact["ligand"]), indices(&contact["rest"])];
                if contact["ligand"]["role"] == "acceptor" {
                    ends.reverse();
                }
                ends
            })
            .collect();
        let index = |atom: &serde_json::Value| atom["index"].as_u64().expect("an index");
        let mut of_bonds: Vec<[u64; 2]> = bonds["bonds"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|bond| [index(&bond["donor"]), index(&bond["acceptor"])])
            .collect();
        of_contacts.sort_unstable();
        of_bonds.sort_unstable();
        assert!(!of_bonds.is_empty());
        assert_eq!(of_contacts, of_bonds);
        assert_eq!(contacts["warnings"], bonds["warnings"]);
    }
}

#[test]
fn json_has_the_values_of_the_list() {
    let folder = Folder::new("contacts_json");
    let complex = library("1hvr");
    let kinds = ["--kinds", "hydrophobic-contacts"];
    let list = rows(
        &folder
            .run(&[&["contacts", &complex][..], &kinds].concat())
            .text(),
    );
    let report = json(
        &folder
            .run(&[&["contacts", &complex, "--format", "json"][..], &kinds].concat())
            .text(),
    );
    let contacts = report["contacts"].as_array().expect("a list");
    assert_eq!(contacts.len(), list.len());
    assert_eq!(report["counts"][0]["count"], list.len());
    for (contact, row) in contacts.iter().zip(&list) {
        assert_eq!(contact["kind"], cell(row, "kind"));
        assert_eq!(contact["ligand"]["atoms"][0], cell(row, "ligand_atoms"));
        let distance = contact["distance_angstrom"].as_f64().expect("a number");
        assert_eq!(format!("{distance:.3}"), cell(row, "distance_angstrom"));
        assert_eq!(contact["ligand"]["part"], cell(row, "ligand_part"));
        assert_eq!(cell(row, "ligand_copy"), "1");
        assert!((2.0..4.0).contains(&distance));
        assert!(contact["water"].is_null() && contact["angle_degrees"].is_null());
    }
}

#[test]
fn a_structure_without_ligand_has_an_empty_list_and_a_warning() {
    let folder = Folder::new("contacts_empty");
    let run = folder.run(&["contacts", &library("1ubi.pdb")]);
    for words in ["has no ligand", "x_ligand.sdf", "no contacts between"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("all bonds"), "{}", run.stderr);
    assert_eq!(run.text().lines().count(), 1);
    let quiet = folder.run(&["contacts", &library("1ubi.pdb"), "--quiet"]);
    assert_eq!(quiet.stderr, "");
}

#[test]
fn unknown_kinds_are_refused() {
    let folder = Folder::new("contacts_refused");
    for kinds in ["salt", "", "salt-bridges,,pi-cation"] {
        folder.refuse(
            2,
            &["contacts", &library("1hvr"), "--kinds", kinds],
            &["--kinds", "all", "metal-coordination"],
        );
    }
    folder.refuse(
        2,
        &["contacts", &library("1hvr"), "--format", "csv"],
        &["--format", "tsv"],
    );
}

#[test]
fn dashes_join_centres_of_groups_and_have_their_distances() {
    let folder = Folder::new("contacts_dashes");
    let input = library("7pbl");
    let labels = |more: &[&str]| {
        let flags = [
            &input,
            "-o",
            "x.png",
            "--annotations",
            "x.json",
            "--size",
            "96x72",
            "--labels",
            "none",
            "--pseudobond-distances",
            "--pseudobonds",
        ];
        folder.draw(&[&flags[..], more].concat());
        let text = String::from_utf8(folder.bytes("x.json")).expect("annotations");
        let labels = json(&text)["labels"].as_array().expect("labels").clone();
        let texts = labels.iter().map(|label| label["text"].to_string());
        let mut texts: Vec<String> = texts.collect();
        texts.sort();
        texts
    };
    let bridges = labels(&["salt-bridges"]);
    assert_eq!(bridges.len(), 7, "{bridges:?}");
    assert!(
        bridges.contains(&"\"4.493\u{c5}\"".to_owned()),
        "{bridges:?}"
    );
    // A hidden carbon of the ligand changes nothing, a hidden oxygen of a phosphate does.
    let hidden = |names: &str| labels(&["salt-bridges", "--select", &format!("not name {names}")]);
    assert_eq!(hidden("C8").len(), 7);
    assert_eq!(hidden("O1B").len(), 5);
}
