//! Labels through the whole pipeline: both backends, crops, and what is hidden.

use std::sync::Arc;

use crate::support::compare::Picture;
use crate::support::{draw, open};
use molshot_molecule::{Format, PartRole, ReadOptions, Structure, read_bytes};
use molshot_renderer::labels::boxes;
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::request::LabelContent;
use molshot_scenes::{PreparedScene, RenderJob, RenderRequest};

/// A peptide's residue, a ligand before and behind it.
const POCKET: &str = "\
ATOM      1  N   ARG A  45       0.000   0.000   0.000  1.00  0.00           N
ATOM      2  CA  ARG A  45       1.400   0.200   0.000  1.00  0.00           C
ATOM      3  C   ARG A  45       2.000   1.600   0.000  1.00  0.00           C
HETATM    4  C1' LIG A   1       1.000   0.500   4.000  1.00  0.00           C
HETATM    5  O2' LIG A   1       1.000   0.500  -4.000  1.00  0.00           O
";

fn structure() -> Arc<Structure> {
    let options = ReadOptions::default().with_format(Format::Pdb);
    let read = read_bytes("x.pdb", POCKET.as_bytes(), PartRole::Whole, &options);
    Arc::new(read.expect("the text keeps to the format"))
}

fn job(change: impl FnOnce(&mut RenderRequest)) -> RenderJob {
    let mut request = RenderRequest::default();
    (request.output.width_px, request.output.height_px) = (160, 120);
    change(&mut request);
    let prepared = PreparedScene::new(structure(), &request).expect("a scene");
    prepared.job().expect("a job")
}

fn picture(backend: &mut dyn molshot_renderer::Backend, job: &RenderJob) -> Vec<[u8; 4]> {
    let frame = draw(backend, job);
    assert!(
        frame.depth_angstrom.is_none(),
        "no depth plane was asked for"
    );
    Picture::from(&frame).rgba.expect("a colour plane")
}

#[test]
fn both_backends_write_the_same_letters() {
    let mut software = SoftwareBackend::new();
    let mut vulkan = open();
    for on_top in [true, false] {
        for background in ["#000000", "#ffffff", "transparent"] {
            let made = |labels| {
                job(|request| {
                    request.style.labels = labels;
                    request.style.label_style.on_top = on_top;
                    request.style.label_style.outline_px = 1.0;
                    request.style.background = background.parse().expect("a background");
                })
            };
            let (with, without) = (made(LabelContent::Auto), made(LabelContent::None));
            let ours = [
                picture(&mut software, &with),
                picture(&mut software, &without),
            ];
            let theirs = [
                picture(vulkan.as_mut(), &with),
                picture(vulkan.as_mut(), &without),
            ];
            let mut letters = 0;
            for at in 0..ours[0].len() {
                letters += usize::from(ours[0][at] != ours[1][at]);
                // Where what is drawn is the same, so are the letters upon it.
                if on_top && ours[1][at] == theirs[1][at] {
                    assert_eq!(ours[0][at], theirs[0][at], "pixel {at} on {background}");
                }
            }
            assert!(letters > 300, "{letters} pixels are of letters");
        }
    }
}

#[test]
fn labels_behind_something_are_hidden_if_so_wished() {
    let mut backend = SoftwareBackend::new();
    let mut count = |on_top, select: &str| {
        let made = |labels| {
            job(|request| {
                request.style.labels = labels;
                request.style.label_style.on_top = on_top;
                request.style.label_style.offset_angstrom = Some([0.0; 3]);
                request.style.label_style.size_angstrom = Some(0.4);
                request.style.preset = molshot_scenes::request::Preset::Spacefill;
                request.select = select.into();
            })
        };
        let with = picture(&mut backend, &made(LabelContent::LigandAtoms));
        let without = picture(&mut backend, &made(LabelContent::None));
        with.iter().zip(&without).filter(|(a, b)| a != b).count()
    };
    // The labels hang in the middle of their own atoms.
    assert!(count(true, "ligand") > 20);
    assert_eq!(count(false, "ligand"), 0);
}

#[test]
fn boxes_tell_what_stands_where() {
    let job = job(|_| {});
    let found = boxes(&job);
    let texts: Vec<&str> = found.iter().map(|label| label.text.as_str()).collect();
    assert_eq!(texts, ["ARG 45", "C1'", "O2'"]);
    // The atoms lie one behind the other, and so do their labels.
    let [_, near, far] = &found[..] else {
        panic!("three labels");
    };
    assert!(near.depth_angstrom < far.depth_angstrom && near.line_height_px > far.line_height_px);
    // The near one is drawn over the far one, and nothing over it.
    assert!(
        near.covered_fraction <= 0.0 && far.covered_fraction > 0.2,
        "{found:?}"
    );
    // The near label's last letter runs over the right edge of 160 pixels.
    let inside: Vec<bool> = found.iter().map(|label| label.in_frame).collect();
    assert_eq!(inside, [true, false, true], "{found:?}");
    for label in &found {
        let ink = label.ink_box_px.expect("letters");
        let [left, top, right, bottom] = label.line_box_px;
        assert!(f64::from(ink.left_px) > left - 1.5 && f64::from(ink.right_px) < right + 1.5);
        assert!(f64::from(ink.top_px) > top - 1.5 && f64::from(ink.bottom_px) < bottom + 1.5);
    }
}
