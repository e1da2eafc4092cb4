#![allow(
    clippy::float_cmp,
    reason = "offsets and coordinates are handed on unchanged, so they are equal to the last bit"
)]

use std::fmt::Write as _;
use std::sync::Arc;

use molshot_molecule::{Format, PartRole, ReadOptions, Structure, read_bytes};

use super::*;
use crate::build::{build_scene, build_scene_with};
use crate::pseudobonds::{Dashed, PseudobondName};
use crate::request::{
    BackgroundRequest, LabelAlignment, LabelContent, Preset, RenderRequest, TextRequest,
};

/// Two residues with a hydrogen each, a ligand and water.
const POCKET: &str = "\
ATOM      1  N   ARG A  45       0.000   0.000   0.000  1.00  0.00           N
ATOM      2  CA  ARG A  45       1.000   0.000   0.000  1.00  0.00           C
ATOM      3  H   ARG A  45       2.000   3.000   0.000  1.00  0.00           H
ATOM      4  N   GLY B  46A      8.000   0.000   0.000  1.00  0.00           N
HETATM    5  O1' GTP A 200       0.000   9.000   0.000  1.00  0.00           O
HETATM    6  C8  GTP A 200       0.000  20.000   0.000  1.00  0.00           C
HETATM    7  O   HOH A 300      30.000   0.000   0.000  1.00  0.00           O
";

fn read(text: &str, role: PartRole) -> Arc<Structure> {
    let options = ReadOptions::default().with_format(Format::Pdb);
    Arc::new(
        read_bytes("x.pdb", text.as_bytes(), role, &options).expect("the text keeps to the format"),
    )
}

fn request(change: impl FnOnce(&mut RenderRequest)) -> RenderRequest {
    let mut request = RenderRequest::default();
    change(&mut request);
    request
}

fn labels_of(structure: &Arc<Structure>, change: impl FnOnce(&mut RenderRequest)) -> Labels {
    let scene = build_scene(Arc::clone(structure), &request(change));
    scene.expect("a scene").labels
}

fn texts(labels: &Labels) -> Vec<&str> {
    labels
        .list
        .iter()
        .map(|label| label.text.as_str())
        .collect()
}

#[test]
fn misi_labels_residues_and_ligand_atoms() {
    let whole = read(POCKET, PartRole::Whole);
    let labels = labels_of(&whole, |_| {});
    assert_eq!(texts(&labels), ["ARG 45", "GLY 46A", "O1'", "C8"]);
    let [arg, _, oxygen, _] = &labels.list[..] else {
        panic!("{labels:?}");
    };
    // The mean of all atoms of the residue, the hidden hydrogen too.
    assert_eq!(arg.anchor_angstrom, [1.0, 1.0, 0.0]);
    assert_eq!(
        (arg.subject, arg.offset_angstrom),
        (LabelSubject::Residue(0), [0.0; 3])
    );
    assert_eq!(oxygen.subject, LabelSubject::Atom(4));
    assert_eq!(oxygen.anchor_angstrom, [0.0, 9.0, 0.0]);
    // A lone atom is a ball of a quarter of its radius, 1.52.
    let [gap, up, lift] = oxygen.offset_angstrom;
    assert!(
        (gap - 0.2 - 0.38).abs() < 0.02 && up == 0.0 && lift == 0.5,
        "{gap}"
    );
    assert_eq!(
        (oxygen.size, oxygen.color),
        (LabelSize::Angstrom(0.7), [255; 3])
    );
    assert!(labels.on_top && !labels.declutter && labels.outline.is_none());
}

#[test]
fn a_pocket_file_has_residues_only_and_a_ligand_file_atoms_only() {
    let labels = labels_of(&read(POCKET, PartRole::Pocket), |_| {});
    assert_eq!(texts(&labels), ["ARG 45", "GLY 46A", "GTP 200"]);
    let labels = labels_of(&read(POCKET, PartRole::Ligand), |request| {
        request.style.hydrogens = true;
    });
    assert_eq!(
        labels.list.len(),
        7,
        "all of a ligand file is the ligand: {labels:?}"
    );
}

#[test]
fn each_word_labels_what_it_says() {
    let whole = read(POCKET, PartRole::Whole);
    for (word, expected) in [
        (LabelContent::None, &[][..]),
        (LabelContent::Residues, &["ARG 45", "GLY 46A", "GTP 200"]),
        (LabelContent::LigandAtoms, &["O1'", "C8"]),
        (
            LabelContent::ResiduesAndLigandAtoms,
            &["ARG 45", "GLY 46A", "O1'", "C8"],
        ),
        (LabelContent::Atoms, &["N", "CA", "N", "O1'", "C8"]),
    ] {
        let labels = labels_of(&whole, |request| {
            request.style.labels = word;
            request.style.preset = Preset::Licorice;
        });
        assert_eq!(texts(&labels), expected, "{word:?}");
    }
    let labels = labels_of(&whole, |request| {
        request.style.preset = Preset::BallAndStick;
    });
    assert_eq!(texts(&labels), [""; 0], "only misi labels by itself");
}

#[test]
fn only_what_is_drawn_is_labelled() {
    let whole = read(POCKET, PartRole::Whole);
    let labels = labels_of(&whole, |request| {
        request.select = "name N or name C8".into();
    });
    assert_eq!(texts(&labels), ["ARG 45", "GLY 46A", "C8"]);
    let labels = labels_of(&whole, |request| {
        request.style.solvent = true;
        request.select = "water".into();
    });
    assert_eq!(texts(&labels), ["HOH 300"]);
}

#[test]
fn auto_leaves_large_structures_alone() {
    let mut text = String::new();
    for residue in 1..=MAX_AUTO_RESIDUES + 1 {
        writeln!(
            text,
            "ATOM  {residue:>5}  CA  GLY A{residue:>4}    {:8.3}   0.000   0.000  1.00  0.00           C",
            residue as f64 * 4.0
        )
        .expect("a String takes all text");
    }
    let large = read(&text, PartRole::Whole);
    assert_eq!(labels_of(&large, |_| {}).list.len(), 0);
    let fewer = labels_of(&large, |request| request.select = "not resi 1".into());
    assert_eq!(fewer.list.len(), MAX_AUTO_RESIDUES);
    let asked = labels_of(&large, |request| {
        request.style.labels = LabelContent::Residues;
    });
    assert_eq!(asked.list.len(), MAX_AUTO_RESIDUES + 1);
}

#[test]
fn the_look_is_as_asked() {
    let whole = read(POCKET, PartRole::Whole);
    let labels = labels_of(&whole, |request| {
        let style = &mut request.style;
        style.background = BackgroundRequest::Color(crate::colors::Rgb([255, 255, 230]));
        style.labels = LabelContent::Residues;
        style.label_style.size_px = Some(12.0);
        style.label_style.outline_px = 1.5;
        style.label_style.on_top = false;
        style.label_style.declutter = true;
        style.label_style.chains = true;
        style.label_style.alignment = LabelAlignment::Center;
        style.label_style.offset_angstrom = Some([1.0, 2.0, 3.0]);
    });
    assert_eq!(texts(&labels), ["ARG 45 A", "GLY 46A B", "GTP 200 A"]);
    let label = &labels.list[0];
    assert_eq!((label.size, label.color), (LabelSize::Pixels(12.0), [0; 3]));
    assert_eq!(
        (label.alignment, label.offset_angstrom),
        (LabelAlignment::Center, [1.0, 2.0, 3.0])
    );
    let outline = labels.outline.expect("an outline");
    assert_eq!((outline.width_px, outline.color), (1.5, [255; 3]));
    assert!(!labels.on_top && labels.declutter);
}

#[test]
fn texts_hang_at_selections_and_points() {
    let whole = read(POCKET, PartRole::Whole);
    let text = |at: Option<&str>, position_angstrom| TextRequest {
        text: "here".into(),
        at: at.map(Into::into),
        position_angstrom,
    };
    let labels = labels_of(&whole, |request| {
        request.style.labels = LabelContent::None;
        request.select = "not ligand".into();
        request.style.texts = vec![
            text(Some("resi 45"), None),
            text(Some("ligand"), None),
            text(None, Some([7.0, 8.0, 9.0])),
        ];
    });
    let found: Vec<_> = labels
        .list
        .iter()
        .map(|l| (l.subject, l.anchor_angstrom))
        .collect();
    assert_eq!(
        found,
        [
            (LabelSubject::Text(0), [1.0, 1.0, 0.0]),
            // The ligand's is hidden with it.
            (LabelSubject::Text(2), [7.0, 8.0, 9.0]),
        ]
    );
    for (wrong, pointer) in [
        (text(None, None), "/style/texts/0"),
        (text(Some("all"), Some([0.0; 3])), "/style/texts/0"),
        (text(Some("resi"), None), "/style/texts/0/at"),
        (
            text(None, Some([0.0, f64::NAN, 0.0])),
            "/style/texts/0/position_angstrom",
        ),
        (
            TextRequest {
                text: "two\nlines".into(),
                ..text(Some("all"), None)
            },
            "/style/texts/0/text",
        ),
    ] {
        let error = request(|request| request.style.texts = vec![wrong.clone()])
            .validate()
            .expect_err("no place, or two, or no text");
        assert_eq!(error.pointer(), Some(pointer), "{wrong:?}: {error}");
    }
    let nowhere = request(|request| request.style.texts = vec![text(Some("resi 999"), None)]);
    let error = build_scene(whole, &nowhere).expect_err("no such residue");
    assert_eq!(error.code(), "scene_empty");
}

#[test]
fn sizes_out_of_range_are_refused() {
    for (angstrom, px, outline, pointer) in [
        (Some(0.0), None, 0.0, "size_angstrom"),
        (Some(f64::NAN), None, 0.0, "size_angstrom"),
        (None, Some(1e9), 0.0, "size_px"),
        (Some(1.0), Some(10.0), 0.0, "size_px"),
        (None, None, 5.0, "outline_px"),
    ] {
        let wrong = request(|request| {
            let look = &mut request.style.label_style;
            (look.size_angstrom, look.size_px, look.outline_px) = (angstrom, px, outline);
        });
        let error = wrong.validate().expect_err(pointer);
        assert_eq!(
            error.pointer(),
            Some(&*format!("/style/label_style/{pointer}"))
        );
    }
}

#[test]
fn scenes_refuse_labels_that_hang_nowhere() {
    let scene = build_scene(read(POCKET, PartRole::Whole), &request(|_| {})).expect("a scene");
    let mut labels = scene.labels.clone();
    labels.list[1].anchor_angstrom[2] = f32::NAN;
    let error = scene.clone().with_labels(labels).expect_err("no number");
    assert_eq!(error.pointer(), Some("/labels/1"));
    let mut labels = scene.labels.clone();
    labels.outline = Some(Outline {
        width_px: -1.0,
        color: [0; 3],
    });
    assert!(scene.with_labels(labels).is_err());
}

#[test]
fn contrast_is_white_on_dark_and_black_on_light() {
    for (background, expected) in [
        ([0, 0, 0], [255; 3]),
        ([255; 3], [0; 3]),
        ([0, 0, 255], [255; 3]),
        ([255, 255, 0], [0; 3]),
        ([127; 3], [255; 3]),
        ([128; 3], [0; 3]),
    ] {
        assert_eq!(contrast(background), expected, "{background:?}");
    }
}

#[test]
fn distances_hang_at_the_middle_of_drawn_pseudobonds() {
    let whole = read(POCKET, PartRole::Whole);
    let dash = |a: u32, b: u32| Dashed {
        a: a.into(),
        b: b.into(),
        color: PseudobondName::HydrogenBonds.color(),
    };
    // The same pair twice, one with a hidden hydrogen, one between the ligand's oxygen and the
    // first nitrogen.
    let dashes = [dash(0, 3), dash(3, 0), dash(0, 2), dash(4, 0)];
    let labels = |decimals| {
        let request = request(|request| {
            request.style.labels = LabelContent::None;
            request.style.pseudobond_distances = decimals;
        });
        let scene = build_scene_with(Arc::clone(&whole), &request, &dashes);
        scene.expect("a scene").labels
    };
    assert_eq!(texts(&labels(None)), [""; 0]);
    assert_eq!(texts(&labels(Some(3))), ["8.000Å", "9.000Å"]);
    assert_eq!(texts(&labels(Some(0))), ["8Å", "9Å"]);
    let labels = labels(Some(1));
    let first = &labels.list[0];
    assert_eq!(
        (first.text.as_str(), first.subject, first.anchor_angstrom),
        ("8.0Å", LabelSubject::Distance([0, 3]), [4.0, 0.0, 0.0])
    );
    // As atoms' labels, to the right of what it labels and before it.
    assert_eq!(first.offset_angstrom, [0.2 + 0.075, 0.0, 0.5]);
}
