//! Inputs that are not structures, damaged or hostile: exit status 1, and the message names the
//! file.

use std::io::Write;

use super::program::{Folder, library};

fn refuse(folder: &Folder, name: &str, content: impl AsRef<[u8]>, words: &[&str]) {
    folder.put(name, content);
    let words = [&[name][..], words].concat();
    folder.refuse(1, &["render", name, "-o", "a.png"], &words);
    folder.refuse(1, &["info", name], &words);
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// One atom of a PDB file at a place.
fn atom(x: &str) -> String {
    format!("HETATM    1  C1  LIG A   1    {x:>8}   0.000   0.000  1.00  0.00           C\n")
}

#[test]
fn what_is_not_there_is_named() {
    let folder = Folder::new("not_there");
    for command in [
        &["render", "none.pdb", "-o", "a.png"][..],
        &["info", "none.pdb"],
    ] {
        folder.refuse(
            1,
            command,
            &["molshot: none.pdb: cannot be read", "; give "],
        );
    }
    folder.refuse(
        1,
        &["render", "none.json", "-o", "a.png"],
        &["molshot: none.json: cannot be read"],
    );
    std::fs::create_dir(folder.0.join("5xyz")).expect("a folder");
    folder.refuse(
        1,
        &["render", "5xyz", "-o", "a.png"],
        &["5xyz", "_pocket.pdb"],
    );
    let commands = [
        "render",
        &library("1ubi.pdb"),
        "-o",
        "{index}.png",
        "--commands-file",
        "none.txt",
    ];
    folder.refuse(1, &commands, &["none.txt"]);
}

#[test]
fn what_is_no_structure_is_named() {
    let folder = Folder::new("no_structure");
    for extension in ["pdb", "cif", "bcif", "sdf", "mol2", "xyz", "txt"] {
        refuse(&folder, &format!("empty.{extension}"), "", &["; "]);
    }
    let png = std::fs::read(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-picture.png"),
    );
    refuse(
        &folder,
        "picture.pdb",
        png.expect("the README's picture"),
        &["; "],
    );
    refuse(
        &folder,
        "noise.pdb",
        [0xff, 0xfe, 0x00, 0x81].repeat(1000),
        &["; "],
    );
    refuse(
        &folder,
        "prose.txt",
        "It was a dark and stormy night.\n",
        &["; "],
    );
    refuse(&folder, "bare.pdb", "HEADER    NOTHING\nEND\n", &["; "]);
}

#[test]
fn declared_counts_are_not_trusted() {
    let folder = Folder::new("counts");
    refuse(
        &folder,
        "a.mol2",
        "@<TRIPOS>MOLECULE\nx\n9999999999 9999999999 1\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n      1 C1 0 0 0 C.3 1 LIG 0\n",
        &["; "],
    );
    refuse(
        &folder,
        "a.sdf",
        "x\n\n\n  0  0  0     0  0            999 V3000\nM  V30 BEGIN CTAB\nM  V30 COUNTS 9999999999 9999999999 0 0 0\n\
         M  V30 BEGIN ATOM\nM  V30 1 C 0 0 0 0\nM  V30 END ATOM\nM  V30 END CTAB\nM  END\n$$$$\n",
        &["; "],
    );
    refuse(&folder, "a.xyz", "9999999999\nx\nC 0 0 0\n", &["; "]);
    refuse(
        &folder,
        "b.xyz",
        "99999999999999999999999999\nx\nC 0 0 0\n",
        &["; "],
    );
}

#[test]
fn coordinates_that_are_no_places_are_named_with_their_line() {
    let folder = Folder::new("coordinates");
    for value in ["nan", "inf", "-inf", "ab.c", "1e9", "1000000000", ""] {
        if !value.is_empty() {
            refuse(
                &folder,
                "a.xyz",
                format!("2\nx\nC 0 0 0\nC {value} 0 0\n"),
                &["a.xyz:4: ", "; "],
            );
            refuse(
                &folder,
                "a.mol2",
                format!(
                    "@<TRIPOS>MOLECULE\nx\n 1 0 1\nSMALL\nNO_CHARGES\n@<TRIPOS>ATOM\n 1 C1 {value} 0 0 C.3 1 LIG 0\n"
                ),
                &["a.mol2:7: ", "; "],
            );
        }
        if value.len() <= 8 {
            refuse(
                &folder,
                "a.pdb",
                format!("REMARK\n{}", atom(value)),
                &["a.pdb:2: ", "; "],
            );
        }
    }
}

#[test]
fn a_model_that_is_not_there_is_named() {
    let folder = Folder::new("model");
    for input in ["1as5.cif", "1ubi.pdb", "1a28_progesterone.sdf"] {
        let input = library(input);
        folder.refuse(
            1,
            &["render", &input, "-o", "a.png", "--model", "99"],
            &["99", "; "],
        );
    }
}

#[test]
fn damaged_gzip_is_named() {
    let folder = Folder::new("gzip");
    let whole = std::fs::read(library("1gbt.bcif.gz")).expect("the sample");
    refuse(
        &folder,
        "cut.bcif.gz",
        &whole[..whole.len() / 2],
        &["gzip", "cut off"],
    );
    refuse(&folder, "short.pdb.gz", b"\x1f\x8b\x08\x00", &["gzip"]);
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    refuse(&folder, "damaged.bcif.gz", &damaged, &["gzip"]);
    refuse(
        &folder,
        "twice.pdb.gz",
        gzip(&gzip(atom("1.0").as_bytes())),
        &["twice"],
    );
}

#[test]
fn a_gzip_bomb_is_defused() {
    let folder = Folder::new("bomb");
    let bomb = gzip(&vec![b' '; 300 << 20]);
    assert!(bomb.len() < 1 << 20);
    refuse(&folder, "bomb.pdb.gz", bomb, &["200 times", "; "]);
}

#[test]
fn what_is_selected_must_be_there() {
    let folder = Folder::new("selects_nothing");
    let input = library("1ubi.pdb");
    let render = ["render", &input, "-o", "a.png"];
    folder.refuse(
        1,
        &[&render[..], &["--select", "chain Z"]].concat(),
        &["matches no atom", "chain Z"],
    );
    folder.refuse(
        1,
        &[&render[..], &["--commands", "center chain Z"]].concat(),
        &["chain Z", "matches no atom"],
    );
    folder.put("water.xyz", "3\n\nO 0 0 0\nH 1 0 0\nH 0 1 0\n");
    let water = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n";
    folder.put("water.pdb", water);
    folder.refuse(
        1,
        &["render", "water.pdb", "-o", "a.png"],
        &["water.pdb", "option solvent"],
    );
}

#[test]
fn a_bad_line_of_a_commands_file_is_named() {
    let folder = Folder::new("commands_file_bad");
    let input = library("1ubi.pdb");
    for (text, words) in [
        (&b"roll x 1\n\nspin\n"[..], &["c.txt:3: ", "spin"][..]),
        (b"crop 0 0 9000 9000\n", &["c.txt:1: ", "reaches out"]),
        (b"# nothing\n", &["c.txt", "no view commands"]),
        (b"roll x 1\nroll \xff\n", &["c.txt:2: ", "UTF-8"]),
    ] {
        folder.put("c.txt", text);
        let args = [
            "render",
            &input,
            "-o",
            "{index}.png",
            "--commands-file",
            "c.txt",
            "--adapter",
            "vulkan-software",
        ];
        folder.refuse(1, &args, words);
    }
}

#[test]
fn standard_input_is_held_to_the_same_rules() {
    let folder = Folder::new("bad_stdin");
    let args = ["render", "-", "--input-format", "xyz", "-o", "a.png"];
    folder.refuse_with(1, &args, b"", &["standard input", "; "]);
    folder.refuse_with(
        1,
        &args,
        b"2\nx\nC 0 0 0\nC nan 0 0\n",
        &["standard input:4: "],
    );
}
