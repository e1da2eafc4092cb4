//! What view commands do to pictures: whatever was done can be undone, and nothing drifts.

use std::path::Path;
use std::sync::Arc;

use crate::support::{Chance, draw};
use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_folder};
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::commands::{Axis, Command};
use molshot_scenes::request::{LabelContent, ProjectionKind, RenderRequest};
use molshot_scenes::transforms::TransformRequest;
use molshot_scenes::{PreparedScene, RenderJob};

fn prepare(change: impl FnOnce(&mut RenderRequest)) -> PreparedScene {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library/1hvr");
    let structure = read_folder(&path, FolderOptions::default(), &ReadOptions::default())
        .expect("the library's complex");
    let mut request = RenderRequest::default();
    (request.output.width_px, request.output.height_px) = (160, 120);
    request.style.labels = LabelContent::None;
    change(&mut request);
    PreparedScene::new(Arc::new(structure), &request).expect("a valid request")
}

fn picture(backend: &mut SoftwareBackend, job: &RenderJob) -> Vec<u8> {
    draw(backend, job).color_rgba.expect("a colour plane")
}

fn worst_step(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter()
        .zip(b)
        .map(|(a, b)| a.abs_diff(*b))
        .max()
        .unwrap_or(0)
}

/// Draws random sequences of commands, each with its inverse behind it.
fn undo(prepared: &PreparedScene) {
    let mut backend = SoftwareBackend::new();
    let first = picture(&mut backend, &prepared.job().expect("a job"));
    let mut chance = Chance(4);
    let mut differ = 0;
    for _ in 0..100 {
        let mut there = Vec::new();
        let mut back = Vec::new();
        for _ in 0..=chance.below(40) {
            let axis = [Axis::X, Axis::Y, Axis::Z][chance.below(3) as usize];
            if chance.hit(0.5) {
                let degrees = chance.between(-360.0, 360.0);
                there.push(Command::Turn { axis, degrees });
                back.push(Command::Turn {
                    axis,
                    degrees: -degrees,
                });
            } else {
                let angstrom = chance.between(-10.0, 10.0);
                there.push(Command::Move { axis, angstrom });
                back.push(Command::Move {
                    axis,
                    angstrom: -angstrom,
                });
            }
        }
        let away = picture(&mut backend, &prepared.job_with(&there).expect("a job"));
        differ += usize::from(worst_step(&first, &away) > 50);
        back.reverse();
        let round = [there, back].concat();
        let again = picture(&mut backend, &prepared.job_with(&round).expect("a job"));
        let step = worst_step(&first, &again);
        assert!(step == 0, "{step} levels are left after {round:?}");
    }
    assert!(differ > 90, "the sequences change the picture");
}

#[test]
fn a_sequence_and_its_inverse_give_the_first_picture_back() {
    undo(&prepare(|_| {}));
}

#[test]
fn with_labels_they_do_so_too() {
    // Letters stand at quantised places: noise must not tip them over.
    undo(&prepare(|request| {
        request.style.labels = LabelContent::Auto;
        (request.output.width_px, request.output.height_px) = (240, 180);
    }));
    undo(&prepare(|request| {
        request.style.labels = LabelContent::Auto;
        request.camera.projection = ProjectionKind::Orthographic;
    }));
}

#[test]
fn a_part_that_was_moved_there_and_back_gives_the_first_picture_back() {
    let mut backend = SoftwareBackend::new();
    let mut of = |commands: &[&str]| {
        let prepared = prepare(|request| {
            request.transforms = commands
                .iter()
                .map(|commands| TransformRequest::new("ligand", *commands))
                .collect();
        });
        picture(&mut backend, &prepared.job().expect("a job"))
    };
    let first = of(&[]);
    let docking = ["move x 14; roll x -75", "roll x 75; move x -14"];
    assert!(worst_step(&first, &of(&docking[..1])) > 50);
    // Coordinates come back to the last bit of f32 or so: a sample at an outline may hit for miss.
    let again = of(&docking);
    let differ = first
        .iter()
        .zip(&again)
        .filter(|(a, b)| a.abs_diff(**b) > 1)
        .count();
    assert!(differ <= 12, "{differ} bytes differ");
}
