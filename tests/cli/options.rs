//! Every option does something: the picture differs with it, and is alike where it must be.

use super::program::{Folder, Pixels, library};

/// Draws with each list of flags and asserts that no two pictures are alike.
fn all_differ(name: &str, input: &str, flags: &[&[&str]]) {
    let folder = Folder::new(name);
    let input = library(input);
    let pictures: Vec<Vec<u8>> = flags
        .iter()
        .map(|flags| folder.picture(&[&[input.as_str()][..], flags].concat()))
        .collect();
    for (i, picture) in pictures.iter().enumerate() {
        assert!(
            Pixels::of_png(picture).covered() > 20,
            "{:?} is empty",
            flags[i]
        );
        for (j, other) in pictures.iter().enumerate().skip(i + 1) {
            assert!(
                picture != other,
                "{:?} and {:?} are alike",
                flags[i],
                flags[j]
            );
        }
    }
}

/// Asserts that each list of flags gives the same picture.
fn all_alike(name: &str, input: &str, flags: &[&[&str]]) {
    let folder = Folder::new(name);
    let input = library(input);
    let first = folder.picture(&[&[input.as_str()][..], flags[0]].concat());
    for flags in &flags[1..] {
        let other = folder.picture(&[&[input.as_str()][..], *flags].concat());
        assert!(first == other, "{flags:?} differs");
    }
}

#[test]
fn styles_differ() {
    all_differ(
        "styles",
        "1ubi.pdb",
        &[
            &["--style", "misi"],
            &["--style", "ball-and-stick"],
            &["--style", "licorice"],
            &["--style", "spacefill"],
            &["--stick-radius", "0.5"],
            &["--style", "spacefill", "--ball-scale", "0.5"],
            &["--no-depth-cue"],
        ],
    );
}

#[test]
fn effects_differ() {
    all_differ(
        "effects",
        "1hvr",
        &[
            &["--background", "white"],
            &["--background", "white", "--silhouettes"],
            &["--background", "white", "--silhouette-width", "2"],
            &["--background", "white", "--silhouette-color", "red"],
            &["--background", "white", "--silhouette-depth-jump", "0.3"],
            &["--background", "white", "--shadows"],
            &["--background", "white", "--ambient-occlusion"],
            &["--background", "white", "--ambient-occlusion-strength", "2"],
            &["--background", "white", "--ambient-occlusion-radius", "1"],
            &[
                "--background",
                "white",
                "--ambient-occlusion",
                "--silhouettes",
            ],
        ],
    );
}

#[test]
fn colour_schemes_differ() {
    all_differ(
        "colors",
        "1ubi.pdb",
        &[
            &["--colors", "element"],
            &["--colors", "chain"],
            &["--colors", "residue"],
            &["--colors", "b-factor"],
            &["--colors", "uniform", "--color", "#4477aa"],
            &["--colors", "uniform", "--color", "#aa7744"],
            &["--colors", "alternating-residues"],
            &["--colors", "hydrophobicity"],
            &["--colors", "plddt"],
            &["--colors", "chain", "--palette", "teal,#ee6677"],
        ],
    );
}

#[test]
fn bonds_differ_by_their_orders() {
    for style in ["misi", "licorice", "ball-and-stick"] {
        all_differ(
            &format!("bond_orders_{style}"),
            "1hvr",
            &[&["--style", style], &["--style", style, "--bond-orders"]],
        );
    }
    let spacefill: &[&str] = &["--style", "spacefill"];
    let with_orders: &[&str] = &["--style", "spacefill", "--bond-orders"];
    all_alike("bond_orders_spacefill", "1hvr", &[spacefill, with_orders]);
}

#[test]
fn surfaces_differ() {
    all_differ(
        "surfaces",
        "1as5.cif",
        &[
            &[],
            &["--surface", "polymer"],
            &["--surface", "resi 1-8"],
            &["--style", "none", "--surface", "resi 1-8"],
            &["--surface-kind", "sas"],
            &["--surface-kind", "gaussian"],
            &["--surface-colors", "hydrophobicity"],
            &["--surface-color", "#4477aa"],
            &["--surface-enclose", "resi 1-8"],
            &["--probe-radius", "3"],
            &["--surface-resolution", "1"],
            &["--surface", "polymer", "--opacity", "0.5"],
            &["--surface", "polymer", "--opacity", "resi 1-8=0.5"],
        ],
    );
    let kind: &[&str] = &["--surface-kind", "ses"];
    let surface: &[&str] = &["--surface", "polymer"];
    let defaults: &[&str] = &["--probe-radius", "1.4", "--surface-resolution", "0.5"];
    all_alike("same_surface", "1as5.cif", &[kind, surface, defaults]);
}

#[test]
fn projections_and_fields_of_view_differ() {
    all_differ(
        "projections",
        "1ubi.pdb",
        &[
            &[],
            &["--projection", "orthographic"],
            &["--fov", "60"],
            &["--fov", "1"],
        ],
    );
}

#[test]
fn samples_differ() {
    all_differ(
        "samples",
        "1ubi.pdb",
        &[
            &["--samples", "1"],
            &["--samples", "4"],
            &["--samples", "9"],
            &["--samples", "16"],
        ],
    );
}

#[test]
fn view_commands_differ() {
    all_differ(
        "commands",
        "1ubi.pdb",
        &[
            &[],
            &["--commands", "view left"],
            &["--commands", "view top"],
            &["--commands", "view back"],
            &["--commands", "view right"],
            &["--commands", "view bottom"],
            &["--commands", "roll y 15"],
            &["--commands", "roll x 15"],
            &["--commands", "roll z -15"],
            &["--commands", "move x 3"],
            &["--commands", "move z 10"],
            &["--commands", "zoom 1.5"],
            &["--commands", "center resi 1"],
            &["--commands", "crop 8 8 64 64"],
        ],
    );
}

#[test]
fn what_is_shown_differs() {
    all_differ(
        "shown",
        "1as5.cif",
        &[
            &[],
            &["--hydrogens"],
            &["--select", "resi 1-8"],
            &["--select", "name CA+C+N+O"],
        ],
    );
    let folder = Folder::new("solvent");
    let water = "3\n\nO 0 0 0\nC 3 0 0\nC 4.5 0 0\n";
    folder.put("w.xyz", water);
    let pdb = "HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n\
               HETATM    2  C1  LIG A   2       3.000   0.000   0.000  1.00  0.00           C\n\
               HETATM    3  C2  LIG A   2       4.500   0.000   0.000  1.00  0.00           C\n";
    folder.put("w.pdb", pdb);
    assert_ne!(
        folder.picture(&["w.pdb"]),
        folder.picture(&["w.pdb", "--solvent"])
    );
}

#[test]
fn defaults_are_what_the_help_says() {
    all_alike(
        "defaults",
        "1ubi.pdb",
        &[
            &[],
            &[
                "--style",
                "misi",
                "--projection",
                "perspective",
                "--fov",
                "30",
                "--samples",
                "4",
            ],
            &[
                "--background",
                "#000000",
                "--select",
                "all",
                "--planes",
                "color",
            ],
            &[
                "--stick-radius",
                "0.2",
                "--colors",
                "alternating-residues",
                "--labels",
                "auto",
                "--label-size",
                "0.7",
                "--label-outline",
                "0",
                "--label-color",
                "white",
            ],
            &["--commands", "view front"],
            &["--commands", "VIEW Front ; roll y 0\n"],
        ],
    );
}

#[test]
fn words_of_the_same_meaning_are_alike() {
    all_alike(
        "same_meaning",
        "1ubi.pdb",
        &[
            &["--commands", "view left; roll y 15; move x 3"],
            &[
                "--commands",
                "view left",
                "--commands",
                "turn y 15",
                "--commands",
                "move x 3",
            ],
            &[
                "--commands",
                "roll x 77; zoom 3; view left\nroll y 15\nmove x 3",
            ],
        ],
    );
    all_alike(
        "same_crop",
        "1ubi.pdb",
        &[
            &["--commands", "crop 25% 25% 50% 50%"],
            &["--commands", "crop 24 20 48 40"],
        ],
    );
}

#[test]
fn selecting_does_not_move_the_camera() {
    let folder = Folder::new("select_camera");
    let input = library("1ubi.pdb");
    let look = [
        "--colors",
        "uniform",
        "--color",
        "white",
        "--no-depth-cue",
        "--samples",
        "1",
    ];
    let whole = Pixels::of_png(&folder.picture(&[&[input.as_str()][..], &look].concat()));
    let part = Pixels::of_png(
        &folder.picture(&[&[input.as_str(), "--select", "resi 10-20"][..], &look].concat()),
    );
    let outside = (0..80)
        .flat_map(|y| (0..96).map(move |x| (x, y)))
        .filter(|(x, y)| part.at(*x, *y) != [0; 3] && whole.at(*x, *y) == [0; 3])
        .count();
    assert_eq!(outside, 0, "the part is seen where the whole is not");
    assert!(part.covered() > 20 && part.covered() < whole.covered());
}

#[test]
fn a_crop_is_the_same_pixels_of_the_whole() {
    let folder = Folder::new("crop");
    let input = library("1hvr");
    for projection in ["perspective", "orthographic"] {
        let look = [input.as_str(), "--projection", projection];
        let whole = Pixels::of_png(&folder.picture(&look));
        let crop = folder.picture(&[&look[..], &["--commands", "crop 31 22 40 33"]].concat());
        let crop = Pixels::of_png(&crop);
        assert_eq!((crop.width, crop.height), (40, 33));
        assert!(crop.data.iter().any(|byte| *byte != 0));
        for y in 0..33 {
            for x in 0..40 {
                assert_eq!(
                    crop.at(x, y),
                    whole.at(31 + x, 22 + y),
                    "{projection} {x} {y}"
                );
            }
        }
    }
}

#[test]
fn compression_changes_the_file_and_not_the_pixels() {
    let folder = Folder::new("compression");
    let input = library("1ubi.pdb");
    let [fast, small] =
        ["fast", "small"].map(|level| folder.picture(&[&input, "--compression", level]));
    assert!(small.len() < fast.len());
    let pixels = Pixels::of_png(&fast);
    assert!(pixels.covered() > 20);
    assert!(pixels.data == Pixels::of_png(&small).data);
    assert!(fast == folder.picture(&[&input]), "fast is the default");
}
