//! Annotations and class masks, as files.

use serde_json::Value;

use super::program::{Folder, Pixels, library};

fn json(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&folder.bytes(name)).expect(name)
}

#[test]
fn annotations_are_written_without_their_plane() {
    let folder = Folder::new("annotations");
    let input = library("1hvr");
    let size = ["--size", "90x70"];
    folder.draw(
        &[
            &[&input, "-o", "a.png", "--annotations", "a.json"][..],
            &size,
        ]
        .concat(),
    );
    assert_eq!(folder.names(), ["a.json", "a.png"]);
    let annotations = json(&folder, "a.json");
    assert_eq!(annotations["schema_version"], 1);
    assert_eq!(
        annotations["picture"]["crop_px"],
        serde_json::json!([0, 0, 90, 70])
    );
    let atoms = annotations["atoms"].as_array().expect("atoms");
    for key in [
        "index",
        "name",
        "residue",
        "chain",
        "x_px",
        "y_px",
        "depth_angstrom",
        "radius_px",
        "visible_fraction",
    ] {
        assert!(atoms.iter().all(|atom| atom.get(key).is_some()), "{key}");
    }
    let labels = annotations["labels"].as_array().expect("labels");
    assert!(labels.iter().any(|label| label["text"] == "ASP 25"));
    assert!(annotations.get("masks").is_none(), "masks only on request");
    // The picture is the same as without annotations.
    folder.draw(&[&[&input, "-o", "b.png"][..], &size].concat());
    assert!(folder.bytes("a.png") == folder.bytes("b.png"));
}

#[test]
fn many_pictures_have_annotations_of_their_own() {
    let folder = Folder::new("annotations_many");
    let input = library("1hvr");
    let run = [
        &input,
        "-o",
        "{view}.png",
        "--views",
        "front,left",
        "--annotations",
        "{index}_{view}.json",
        "--masks",
        "role,atom",
        "--size",
        "64x64",
    ];
    folder.draw(&run);
    let names = ["0_front.json", "1_left.json", "front.png", "left.png"];
    assert_eq!(folder.names(), names);
    let (front, left) = (json(&folder, names[0]), json(&folder, names[1]));
    assert_ne!(front["atoms"][0]["x_px"], left["atoms"][0]["x_px"]);
    let masks = left["masks"].as_array().expect("masks");
    assert!(
        masks
            .iter()
            .any(|mask| mask["kind"] == "role" && mask["name"] == "ligand")
    );
    assert!(masks.iter().any(|mask| mask["kind"] == "atom"));
    // Resumed, only what is missing is drawn.
    std::fs::remove_file(folder.0.join("1_left.json")).expect("it was there");
    folder.put("0_front.json", "kept");
    folder.draw(&[&run[..], &["--resume"]].concat());
    assert_eq!(folder.bytes("0_front.json"), b"kept");
    assert_eq!(json(&folder, "1_left.json"), left);
}

#[test]
fn class_masks_are_indexed_pictures_with_a_legend() {
    let folder = Folder::new("class_masks");
    let input = library("1hvr");
    folder.draw(&[
        &input,
        "-o",
        "a.png",
        "--size",
        "90x70",
        "--planes",
        "color,mask-element,mask-role",
    ]);
    assert_eq!(
        folder.names(),
        [
            "a.mask-element.json",
            "a.mask-element.png",
            "a.mask-role.json",
            "a.mask-role.png",
            "a.png"
        ]
    );
    let legend = json(&folder, "a.mask-element.json");
    let carbon = legend["classes"]
        .as_array()
        .expect("classes")
        .iter()
        .find(|class| class["name"] == "C")
        .expect("carbon");
    assert_eq!(carbon["index"], 6, "the atomic number");
    assert_eq!(carbon["color"], "#909090");
    assert!(carbon["pixels"].as_u64().expect("a count") > 100);
    let mask = Pixels::of_png(&folder.bytes("a.mask-role.png"));
    assert!(
        (0..70)
            .flat_map(|y| (0..90).map(move |x| (x, y)))
            .any(|(x, y)| mask.at(x, y) == [2])
    );
}

#[test]
fn names_under_which_something_would_be_lost_are_refused() {
    let folder = Folder::new("annotations_refused");
    let input = library("1hvr");
    let out = [input.as_str(), "-o", "a.png"];
    let refuse = |more: &[&str], words: &[&str]| {
        folder.refuse(2, &[&["render"], &out[..], more].concat(), words);
    };
    refuse(&["--annotations", "a.png"], &["--annotations", "a.png"]);
    refuse(
        &["--annotations", "{wrong}.json"],
        &["--annotations", "{wrong}"],
    );
    refuse(
        &["--annotations", "-"],
        &["--annotations", "name of a file"],
    );
    refuse(&["--masks", "atom"], &["--annotations"]);
    refuse(
        &["--annotations", "a.json", "--masks", "colour"],
        &["--masks", "residue-name"],
    );
    refuse(
        &["--planes", "mask-role", "--annotations", "a.mask-role.json"],
        &["--annotations", "a.mask-role.json"],
    );
    folder.refuse(
        2,
        &[
            "render",
            &input,
            "-o",
            "{view}.png",
            "--views",
            "front,left",
            "--annotations",
            "a.json",
        ],
        &["--annotations", "{view}"],
    );
    assert!(folder.names().is_empty());
}

#[test]
fn parts_move_and_picture_types_are_drawn_by_flags() {
    let folder = Folder::new("parts");
    let input = library("1hvr");
    let atoms = |name: &str, more: &[&str]| -> Vec<Value> {
        let file = format!("{name}.json");
        let picture = format!("{name}.png");
        let own = [
            &input,
            "-o",
            &picture,
            "--annotations",
            &file,
            "--size",
            "64x48",
        ];
        folder.draw(&[&own[..], more].concat());
        json(&folder, &file)["atoms"]
            .as_array()
            .expect("atoms")
            .clone()
    };
    let rest = atoms("rest", &[]);
    let moved = atoms("moved", &["--transform", "ligand: move x -3; move y 1"]);
    for (rest, moved) in rest.iter().zip(&moved) {
        let [before, after] = [rest, moved].map(|atom| {
            let part = |axis: usize| atom["camera_angstrom"][axis].as_f64().expect("a number");
            [part(0), part(1), part(2)]
        });
        let shift = if rest["role"] == "ligand" {
            [-3.0, 1.0, 0.0]
        } else {
            [0.0; 3]
        };
        for axis in 0..3 {
            assert!(
                (after[axis] - before[axis] - shift[axis]).abs() < 2e-4,
                "{rest} {moved}"
            );
        }
    }
    let pocket = atoms("pocket", &["--style", "misi-pocket"]);
    let ligand = atoms("ligand", &["--style", "misi-ligand"]);
    assert_eq!(pocket.len() + ligand.len(), rest.len());
    let residue = atoms(
        "residue",
        &[
            "--style",
            "misi-residue",
            "--residue",
            "ASP 25 A",
            "--hbonds",
        ],
    );
    assert_eq!(residue.len(), ligand.len() + 8);
    let out = ["render", &input, "-o", "x.png"];
    let refuse = |more: &[&str], words: &[&str]| {
        folder.refuse(2, &[&out[..], more].concat(), words);
    };
    refuse(&["--transform", "ligand"], &["--transform", "colon"]);
    refuse(
        &["--transform", "ligand: zoom 2"],
        &["--transform", "zoom 2"],
    );
    refuse(
        &["--transform", "resname XYZ: move x 2"],
        &["--transform", "no atom"],
    );
    refuse(
        &["--style", "misi-residue"],
        &["--style", "needs a residue"],
    );
    refuse(&["--residue", "ASP 25 A"], &["--residue", "not be used"]);
    refuse(
        &["--style", "misi-residue", "--residue", "ASP 25"],
        &["--residue", "several"],
    );
    refuse(
        &["--pseudobonds", "salt"],
        &["--pseudobonds", "hydrogen-bonds"],
    );
}

#[test]
fn distances_of_hydrogen_bonds_are_labels() {
    let folder = Folder::new("distances");
    let input = library("1hvr");
    let labels = |more: &[&str]| {
        let out = [
            &input,
            "-o",
            "x.png",
            "--annotations",
            "x.json",
            "--size",
            "96x72",
            "--labels",
            "none",
        ];
        folder.draw(&[&out[..], more].concat());
        let annotations = json(&folder, "x.json");
        annotations["labels"].as_array().expect("labels").clone()
    };
    assert_eq!(labels(&["--hbonds"]).len(), 0);
    let found = labels(&["--hbonds", "--pseudobond-distances"]);
    assert!(found.len() > 3, "{found:?}");
    for label in &found {
        assert!(label["atom"].is_null() && label["residue"].is_null());
        let atoms = label["distance_of"].as_array().expect("two atoms");
        let text = label["text"].as_str().expect("a text");
        let number = text.strip_suffix('\u{c5}').expect("angstrom");
        let (_, decimals) = number.split_once('.').expect("decimals");
        let distance: f64 = number.parse().expect("a number");
        assert!(
            atoms.len() == 2 && decimals.len() == 3 && (2.0..4.5).contains(&distance),
            "{label}"
        );
    }
    let short = labels(&["--hbonds", "--pseudobond-distances=1"]);
    let text = short[0]["text"].as_str().expect("a text");
    assert_eq!(
        text.split_once('.').map(|(_, rest)| rest.chars().count()),
        Some(2),
        "{text}"
    );
}

#[test]
fn the_schema_of_annotations_is_printed() {
    let folder = Folder::new("annotations_schema");
    let schema: Value =
        serde_json::from_str(&folder.run(&["schema", "--annotations"]).text()).expect("JSON");
    assert_eq!(schema["title"], "Annotations");
    assert!(schema["$defs"]["AtomAnnotation"]["properties"]["visible_fraction"].is_object());
}
