//! `molshot info`: alternate locations and the tables of atoms and bonds.

use super::program::{Folder, library};

/// A serine with two locations of equal occupancies.
const DISORDERED: &str = "\
ATOM      1  CA  SER A   7       0.000   0.000   0.000  1.00 10.00           C
ATOM      2  CB ASER A   7       1.530   0.000   0.000  0.50 40.00           C
ATOM      3  CB BSER A   7      -0.510   1.440   0.000  0.50 20.00           C
ATOM      4  OG ASER A   7       2.000   1.340   0.000  0.50 40.00           O
ATOM      5  OG BSER A   7      -1.940   1.440   0.000  0.50 20.00           O
";

const METHANOL: &str = "6\n\nC 0 0 0\nO 1.43 0 0\nH 1.75 0.9 0\nH -0.36 1.03 0\nH -0.36 -0.51 0.89\nH -0.36 -0.51 -0.89\n";

fn read(folder: &Folder, name: &str) -> String {
    String::from_utf8(folder.bytes(name)).expect("text")
}

#[test]
fn alternate_locations_are_counted_and_chosen() {
    let folder = Folder::new("altloc");
    folder.put("ser.pdb", DISORDERED);
    let serials = |further: &[&str]| {
        let args = [&["info", "ser.pdb", "--json", "--atoms", "a.json"], further].concat();
        let summary: serde_json::Value =
            serde_json::from_str(&folder.run(&args).text()).expect("JSON");
        assert_eq!(summary["atoms"], 3);
        assert_eq!(summary["parts"][0]["alternates_left_out"], 2);
        summary["box_max_angstrom"][0].as_f64().expect("a number")
    };
    // Without a choice, the lower B-factor decides.
    assert!(serials(&[]).abs() < 1e-6);
    assert!(serials(&["--altloc", "highest"]).abs() < 1e-6);
    assert!((serials(&["--altloc", "A"]) - 2.0).abs() < 1e-6);
    assert!(serials(&["--altloc", "all-highest"]).abs() < 1e-6);
    let text = folder.run(&["info", "ser.pdb"]).text();
    assert!(
        text.contains("2 atoms of other alternate locations are left out; --altloc chooses"),
        "{text}"
    );
    let run = folder.run(&["info", "ser.pdb", "--altloc", "C"]);
    assert!(
        run.stderr
            .contains("SER 7 of chain A has no alternate location C"),
        "{}",
        run.stderr
    );
    let args = ["info", "ser.pdb", "--altloc", "lowest"];
    folder.refuse(2, &args, &["--altloc", "one character", "all-highest"]);
}

#[test]
fn a_table_has_every_residue_with_its_secondary_structure() {
    let folder = Folder::new("residue_table");
    let input = library("1ubi.pdb");
    folder.run(&["info", &input, "--residues", "r.tsv"]);
    let table = read(&folder, "r.tsv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(
        lines[0],
        "index\tresidue\tchain\tclass\tsecondary_structure\telement\tsource"
    );
    assert_eq!(lines[1], "0\tMET 1\tA\tamino acid\tC\t\tassigned");
    assert_eq!(lines[2], "1\tGLN 2\tA\tamino acid\tE\t1\tassigned");
    folder.run(&[
        "info",
        &input,
        "--residues",
        "r.json",
        "--secondary-structure",
        "file",
    ]);
    let json: serde_json::Value = serde_json::from_str(&read(&folder, "r.json")).expect("JSON");
    assert_eq!(json["residues"][1]["secondary_structure"], "C");
    assert_eq!(json["residues"][1]["source"], "file");
    let args = ["info", &input, "--residues", "r.tsv", "--atoms", "r.tsv"];
    folder.refuse(2, &args, &["--residues", "--atoms, too"]);
}

#[test]
fn a_table_has_every_atom() {
    let folder = Folder::new("atom_table");
    folder.put("methanol.xyz", METHANOL);
    folder.run(&["info", "methanol.xyz", "--atoms", "a.tsv"]);
    let table = read(&folder, "a.tsv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 7);
    assert_eq!(
        lines[0],
        "index\tname\telement\tresidue\tchain\trole\tatom_type\tdonor\tacceptor"
    );
    assert_eq!(
        lines[2],
        "1\tO1\tO\tUNL 1\t\tligand\tO3\thydroxyl\thydroxyl"
    );
    assert_eq!(lines[3], "2\tH1\tH\tUNL 1\t\tligand\tH\t\t");
    folder.run(&["info", "methanol.xyz", "--atoms", "a.json"]);
    let table: serde_json::Value = serde_json::from_str(&read(&folder, "a.json")).expect("JSON");
    assert_eq!(table["atoms"][1]["atom_type"], "O3");
    assert_eq!(table["atoms"][1]["residue"]["name"], "UNL");
    assert_eq!(table["atoms"][0]["donor"], serde_json::Value::Null);
}

#[test]
fn the_name_of_the_table_says_its_form() {
    let folder = Folder::new("atom_table_name");
    folder.put("methanol.xyz", METHANOL);
    for name in ["a.csv", "a", ".tsv"] {
        let args = ["info", "methanol.xyz", "--atoms", name];
        folder.refuse(2, &args, &["--atoms", ".tsv or .json"]);
    }
    let args = ["info", "methanol.xyz", "--atoms", "none/a.tsv"];
    folder.refuse(1, &args, &["none/a.tsv"]);
}

#[test]
fn a_table_has_the_areas_of_every_chain() {
    // One atom, whose surfaces are balls of its radius, and of that and the probe's.
    let alanine =
        "ATOM      1  CA  ALA A   1       0.000   0.000   0.000  1.00  0.00           C\n";
    let folder = Folder::new("surface_table");
    folder.put("a.pdb", alanine);
    folder.run(&["info", "a.pdb", "--surfaces", "s.json"]);
    let table: serde_json::Value = serde_json::from_slice(&folder.bytes("s.json")).expect("JSON");
    let chain = &table["chains"][0];
    assert_eq!((&chain["chain"], &chain["atoms"]), (&"A".into(), &1.into()));
    for (column, radius) in [("ses", 1.88), ("sas", 3.28)] {
        let area = chain[format!("{column}_area_square_angstrom")].as_f64();
        let expected = 4.0 * std::f64::consts::PI * radius * radius;
        assert!(
            (area.expect("a number") / expected - 1.0).abs() < 0.03,
            "{table}"
        );
    }
    folder.run(&["info", "a.pdb", "--surfaces", "s.tsv"]);
    let text = read(&folder, "s.tsv");
    assert!(
        text.lines()
            .nth(1)
            .is_some_and(|row| row.starts_with("A\t1\t1\t")),
        "{text}"
    );
    let same = ["info", "a.pdb", "--bonds", "b.tsv", "--surfaces", "b.tsv"];
    folder.refuse(2, &same, &["--surfaces", "the file of --bonds"]);
}

#[test]
fn a_table_has_every_bond_with_its_order() {
    const FORMALDEHYDE: &str = "4\n\nC 0 0 0\nO 1.2 0 0\nH -0.6 0.93 0\nH -0.6 -0.93 0\n";
    let folder = Folder::new("bond_table");
    folder.put("methanal.xyz", FORMALDEHYDE);
    folder.run(&["info", "methanal.xyz", "--bonds", "b.tsv"]);
    let table = read(&folder, "b.tsv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 4);
    assert!(lines[0].starts_with("a\tb\tname_a\tname_b\t"), "{table}");
    let ends = "\t1.200\tunknown\tdouble\tfalse\tperceived";
    assert!(lines[1].starts_with("0\t1\tC1\tO1\t"), "{table}");
    assert!(lines[1].ends_with(ends), "{table}");
    folder.run(&["info", "methanal.xyz", "--bonds", "b.json"]);
    let table: serde_json::Value = serde_json::from_slice(&folder.bytes("b.json")).expect("JSON");
    assert_eq!(table["bonds"][0]["order"], "double");
    assert_eq!(table["bonds"][1]["order"], "single");
    folder.refuse(
        2,
        &[
            "info",
            "methanal.xyz",
            "--bonds",
            "b.tsv",
            "--atoms",
            "b.tsv",
        ],
        &["--bonds", "the file of --atoms"],
    );
    folder.refuse(
        2,
        &["info", "methanal.xyz", "--bonds", "b"],
        &["--bonds", ".tsv or .json"],
    );
}
