//! Assemblies and crystals from the command line.

use super::program::Folder;

/// Two operators of one assembly: the identity, and a movement by 30 angstrom along x.
const TWO: &str = "\
REMARK 350 BIOMOLECULE: 1
REMARK 350 APPLY THE FOLLOWING TO CHAINS: A
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000
REMARK 350   BIOMT1   2  1.000000  0.000000  0.000000       30.00000
REMARK 350   BIOMT2   2  0.000000  1.000000  0.000000        0.00000
REMARK 350   BIOMT3   2  0.000000  0.000000  1.000000        0.00000
CRYST1   20.000   25.000   30.000  90.00  90.00  90.00 P 21 21 21    4
ATOM      1  N   GLY A   1      -1.449   0.000   0.000  1.00  0.00           N
ATOM      2  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C
ATOM      3  C   GLY A   1       0.570   1.410   0.000  1.00  0.00           C
ATOM      4  O   GLY A   1      -0.150   2.400   0.000  1.00  0.00           O
";

#[test]
fn an_assembly_is_read_drawn_and_annotated_with_its_copies() {
    let folder = Folder::new("assemblies");
    folder.put("two.pdb", TWO);
    let text = folder.run(&["info", "two.pdb", "--assembly", "1"]).text();
    assert!(text.contains("8 (0 hydrogen)"), "{text}");
    assert!(text.contains("A 1, A-2 1"), "{text}");
    let text = folder.run(&["info", "two.pdb"]).text();
    assert!(text.contains("assemblies   1"), "{text}");
    assert!(text.contains("20 x 25 x 30 angstrom"), "{text}");
    let run = folder.run(&[
        "render",
        "two.pdb",
        "-o",
        "two.png",
        "--assembly",
        "all",
        "--colors",
        "copy",
        "--select",
        "chain A-2",
        "--size",
        "64x64",
        "--planes",
        "color,atom-id",
        "--annotations",
        "two.json",
    ]);
    let _ = run.text();
    let json: serde_json::Value =
        serde_json::from_slice(&folder.bytes("two.json")).expect("annotations");
    let atoms = json["atoms"].as_array().expect("a list");
    let chains: Vec<&str> = atoms
        .iter()
        .filter_map(|atom| atom["chain"].as_str())
        .collect();
    assert_eq!(chains, ["A-2"; 4]);
}

#[test]
fn cells_and_neighbours_of_a_crystal_are_drawn() {
    let folder = Folder::new("crystal");
    folder.put("two.pdb", TWO);
    let atoms = |flags: &[&str]| {
        let args = [&["info", "two.pdb", "--json"], flags].concat();
        let info: serde_json::Value =
            serde_json::from_str(&folder.run(&args).text()).expect("JSON");
        info["atoms"].as_u64().expect("a number")
    };
    assert_eq!(atoms(&["--unit-cell"]), 16);
    assert_eq!(atoms(&["--unit-cell", "--assembly", "none"]), 16);
    assert_eq!(atoms(&["--supercell", "2x1x2"]), 64);
    assert_eq!(atoms(&["--symmetry-mates", "0"]), 4);
    assert!(atoms(&["--symmetry-mates", "25"]) > 4);
    let draw = |output: &str, flags: &[&str]| {
        let args = [
            "render",
            "two.pdb",
            "-o",
            output,
            "--size",
            "64x64",
            "--unit-cell",
        ];
        let _ = folder.run(&[&args[..], flags].concat()).text();
        folder.bytes(output)
    };
    // The edges are there unless they are left out.
    assert_ne!(
        draw("with.png", &[]),
        draw("without.png", &["--no-cell-edges"])
    );
}

#[test]
fn wrong_words_and_files_without_symmetry_are_refused() {
    let folder = Folder::new("no_symmetry");
    folder.put("two.pdb", TWO);
    folder.put("plain.xyz", "1\n\nO 0 0 0\n");
    for (flags, words) in [
        (
            &["--assembly", "7"][..],
            &["no assembly \"7\"", "choose one of 1"][..],
        ),
        (&["--assembly", ""], &["--assembly", "all, or none"]),
        (&["--supercell", "2x2"], &["--supercell", "such as 2x2x1"]),
        (&["--supercell", "0x1x1"], &["--supercell", "from 1 to 100"]),
        (
            &["--symmetry-mates", "-1"],
            &["--symmetry-mates", "from 0 to 1000"],
        ),
        (
            &["--unit-cell", "--assembly", "1"],
            &["--unit-cell", "--assembly"],
        ),
    ] {
        let status = if flags == ["--assembly", "7"] { 1 } else { 2 };
        let args = [&["info", "two.pdb"], flags].concat();
        folder.refuse(status, &args, words);
    }
    folder.refuse(
        1,
        &["info", "plain.xyz", "--assembly", "all"],
        &["REMARK 350"],
    );
    folder.refuse(1, &["info", "plain.xyz", "--unit-cell"], &["CRYST1"]);
    // Beside a file with an assembly, one without stays as it is, and that is said.
    let run = folder.run(&["info", "two.pdb", "plain.xyz", "--assembly", "1"]);
    assert!(
        run.stderr.contains("has no biological assembly"),
        "{}",
        run.stderr
    );
    assert!(run.text().contains("9 (0 hydrogen)"));
}

#[test]
fn copies_are_not_made_of_frames_and_files_with_faults_say_them() {
    let folder = Folder::new("copies_and_frames");
    folder.put("two.pdb", TWO);
    // One frame of four atoms, not compressed: at most nine are not.
    let mut frame: Vec<u8> = Vec::new();
    for number in [1995_i32, 4, 0] {
        frame.extend(number.to_be_bytes());
    }
    for number in [0.0_f32, 3.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 3.0] {
        frame.extend(number.to_be_bytes());
    }
    frame.extend(4_i32.to_be_bytes());
    for number in 0_u8..12 {
        frame.extend((f32::from(number) / 10.0).to_be_bytes());
    }
    folder.put("two.xtc", frame);
    let draw = [
        "render", "two.pdb", "two.xtc", "-o", "two.png", "--size", "32x32",
    ];
    let _ = folder.run(&draw).text();
    for flags in [
        &["--assembly", "1"][..],
        &["--unit-cell"],
        &["--supercell", "2x1x1"],
    ] {
        let args = [&draw[..], flags].concat();
        folder.refuse(2, &args, &[flags[0], "frames of a trajectory"]);
    }
    let flat = TWO.replace("BIOMT1   2  1.0", "BIOMT1   2  0.0");
    folder.put("flat.pdb", &flat);
    let run = folder.run(&["info", "flat.pdb", "--assembly", "1"]);
    assert!(run.stderr.contains("impossible numbers"), "{}", run.stderr);
    assert!(run.text().contains("4 (0 hydrogen)"));
    let none = flat.replace("BIOMT1   1  1.0", "BIOMT1   1  9.0");
    folder.put("none.pdb", none);
    let args = ["info", "none.pdb", "--assembly", "1"];
    folder.refuse(
        1,
        &args,
        &["lists no biological assembly", "impossible numbers"],
    );
    let args = ["info", "two.pdb", "two.pdb", "--model", "1-2"];
    let _ = folder.run(&args).text();
}
