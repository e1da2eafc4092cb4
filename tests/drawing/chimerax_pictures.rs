//! Beside pictures that ChimeraX drew of the same complexes: the same pixels are covered, in the
//! same colours.
//!
//! The pictures belong to the larger test data (`MOLSHOT_TEST_DATA`, folder `reference_images`).
//! What the figures mean and why they are not zero is explained in `docs/fidelity.md`;
//! `MOLSHOT_FIDELITY`, if set, names a file for the table, `MOLSHOT_FIDELITY_SHEETS` a folder for
//! the sheets.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::support::compare::Picture;
use crate::support::labels::{LabelFit, fit_labels};
use crate::support::likeness::{Likeness, likeness, sheet};
use crate::support::pictures::{output_file, read, write_sheet};
use crate::support::{draw, open, test_data};
use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_input};
use molshot_renderer::Backend;
use molshot_renderer::labels::boxes;
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::request::{ColorScheme, LabelContent, Preset};
use molshot_scenes::{Labels, PreparedScene, RenderJob, RenderRequest, Samples, Scene};

const WIDTH_PX: u32 = 800;
const HEIGHT_PX: u32 = 600;
/// What the other program takes ...
const NINE: Samples = Samples::Nine;
/// ... and the default.
const FOUR: Samples = Samples::Four;

/// Smallest overlap and largest mean difference with nine samples: what is aimed at ...
const AIM: (f64, f64) = (0.98, 6.0);
/// ... what one residue and the ligand reach, little more than letters, whose edges count for more:
/// 0.9799 ...
const NINE_PART: (f64, f64) = (0.979, 6.0);
/// ... and with four, of pictures of sticks without labels, with labels, of one residue and the
/// ligand (few pixels are covered, and every outline counts for more), and of balls and sticks.
const FOUR_BARE: (f64, f64) = (0.98, 3.3);
const FOUR_LABELLED: (f64, f64) = (0.975, 5.5);
const FOUR_PART: (f64, f64) = (0.96, 7.7);
const FOUR_BALLS: (f64, f64) = (0.95, 10.2);
/// How much more the built-in backend may differ, which shades the inside of a surface once a
/// pixel.
const BUILT_IN_MORE: f64 = 0.5;
/// Farthest that a label, or an edge of its box, is from where ChimeraX has it, pixels.
const LABEL_PX: f64 = 2.0;

/// One picture by its file name: the complex, then what was done to the front view.
#[derive(Debug, Clone, PartialEq)]
struct Case {
    complex: String,
    preset: Preset,
    /// Draw only this residue and the ligand, through the camera that is fitted to them.
    residue: Option<&'static str>,
    commands: String,
    /// Labels were drawn.
    labels: bool,
}

impl Case {
    fn from_name(name: &str) -> Self {
        let (complex, words) = name.split_once('_').expect("ID_VIEW");
        let words: Vec<&str> = words.split('_').collect();
        let (mut preset, mut residue, mut labels) = (Preset::Misi, None, true);
        let commands = match words.as_slice() {
            ["front"] => String::new(),
            ["front", "nolabels"] => {
                labels = false;
                String::new()
            }
            ["front", "ballstick"] => {
                preset = Preset::BallAndStick;
                String::new()
            }
            ["residue45", "ligand", "front"] => {
                preset = Preset::MisiResidue;
                residue = Some("ARG 45");
                String::new()
            }
            // `left_turn_y_90`: the view's name and the turn that it stands for.
            [view, "turn", ..] => format!("view {view}"),
            motion => motion.join(" "),
        };
        Self {
            complex: complex.to_owned(),
            preset,
            residue,
            commands,
            labels,
        }
    }

    fn request(&self, samples: Samples) -> RenderRequest {
        let mut request = RenderRequest::default();
        request.style.preset = self.preset;
        request.style.colors = Some(ColorScheme::AlternatingResidues);
        request.commands = vec![self.commands.clone()].into();
        request.style.residue = self.residue.map(Into::into);
        request.style.labels = match self.residue {
            _ if !self.labels => LabelContent::None,
            Some(_) => LabelContent::Atoms,
            None => LabelContent::ResiduesAndLigandAtoms,
        };
        (request.output.width_px, request.output.height_px) = (WIDTH_PX, HEIGHT_PX);
        request.output.samples = samples;
        request
    }

    fn job(&self, data: &Path, samples: Samples) -> RenderJob {
        let folder = data.join("complexes").join(&self.complex);
        let structure = read_input(&folder, FolderOptions::default(), &ReadOptions::default())
            .expect("a complex that can be read");
        let structure = Arc::new(structure);
        let request = self.request(samples);
        let prepared = PreparedScene::new(Arc::clone(&structure), &request).expect("a scene");
        if self.preset == Preset::BallAndStick {
            // The style was changed after the camera had been fitted to sticks.
            let mut sticks = request.clone();
            sticks.style.preset = Preset::Misi;
            let sticks = PreparedScene::new(structure, &sticks).expect("a scene");
            let mut camera = sticks.camera().expect("a camera");
            camera
                .apply(
                    request.view_commands().expect("commands"),
                    &prepared.scene().structure,
                )
                .expect("commands that can be followed");
            prepared.job_from(&camera).expect("a job")
        } else {
            prepared.job().expect("a job")
        }
    }

    /// Limits with nine samples ...
    fn with_nine(&self) -> (f64, f64) {
        match self.residue {
            Some(_) => NINE_PART,
            None => AIM,
        }
    }

    /// ... and with four.
    fn with_four(&self) -> (f64, f64) {
        match self.preset {
            Preset::BallAndStick => FOUR_BALLS,
            _ if self.residue.is_some() => FOUR_PART,
            _ if self.labels => FOUR_LABELLED,
            _ => FOUR_BARE,
        }
    }
}

fn picture(backend: &mut dyn Backend, job: &RenderJob) -> Picture {
    Picture::from(&draw(backend, job)).color_only()
}

/// The job without its labels.
fn bare(job: &RenderJob) -> RenderJob {
    let scene = Scene::clone(job.scene());
    let scene = scene.with_labels(Labels::default()).expect("no labels");
    let planes = job.planes().clone();
    RenderJob::new(
        Arc::new(scene),
        *job.view(),
        *job.viewport(),
        job.samples(),
        planes,
    )
    .expect("as valid as before")
}

/// A picture with one number of samples: by wgpu, and by the built-in backend.
struct Pair([Likeness; 2]);

impl Pair {
    /// The faults against limits.
    fn faults(&self, samples: Samples, (overlap, difference): (f64, f64)) -> Option<String> {
        let [wgpu, built_in] = &self.0;
        // Negated, so that "not a number" is a fault.
        let fails = !(wgpu.overlap >= overlap
            && wgpu.difference <= difference
            && built_in.overlap >= overlap
            && built_in.difference <= difference + BUILT_IN_MORE);
        fails.then(|| {
            format!(
                "{} samples: overlap {:.4} and {:.4} (at least {overlap}), difference {:.2} and {:.2} (at most {difference})",
                samples.count(),
                wgpu.overlap,
                built_in.overlap,
                wgpu.difference,
                built_in.difference
            )
        })
    }
}

fn row(name: &str, nine: &Pair, fit: &LabelFit, four: &Pair) -> String {
    let Pair([like, built_in]) = nine;
    let [r, g, b] = like.signed;
    let labels = if fit.labels == 0 {
        "| - | - |".into()
    } else {
        let boxes = if fit.boxes == 0 {
            "-".into()
        } else {
            format!("{:.0} ({})", fit.worst_edge_px, fit.boxes)
        };
        format!(
            "| {:.2}, {:.2} ({}) | {boxes} |",
            fit.mean_px, fit.worst_px, fit.labels
        )
    };
    let short = |like: &Likeness| format!("{:.4}, {:.2}", like.overlap, like.difference);
    format!(
        "| `{name}` | {:.4} | {:.2} | {:.2} | {r:+.2} {g:+.2} {b:+.2} {labels} {} | {} | {} |",
        like.overlap,
        like.difference,
        like.inner_difference,
        short(built_in),
        short(&four.0[0]),
        short(&four.0[1]),
    )
}

#[test]
fn pictures_are_like_those_of_chimerax() {
    let Some(data) = test_data() else { return };
    let mut names: Vec<String> = std::fs::read_dir(data.join("reference_images"))
        .expect("the folder of pictures")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "png"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    assert!(names.len() >= 20, "the pictures are not all there");
    let mut backend = open();
    let mut built_in = SoftwareBackend::new();
    let mut table = String::from(
        "| picture | overlap | difference | inside | ours - theirs (R G B) | labels: mean, worst | boxes: worst | built-in | 4 samples | 4, built-in |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let sheets = std::env::var_os("MOLSHOT_FIDELITY_SHEETS").map(PathBuf::from);
    let mut faults = Vec::new();
    for name in &names {
        let case = Case::from_name(name);
        let theirs = read(&data.join("reference_images").join(format!("{name}.png")));
        let job = case.job(&data, NINE);
        let ours = picture(backend.as_mut(), &job);
        let by_built_in = picture(&mut built_in, &job);
        let nine = Pair([likeness(&ours, &theirs), likeness(&by_built_in, &theirs)]);
        let fewer = case.job(&data, FOUR);
        let four = Pair([
            likeness(&picture(backend.as_mut(), &fewer), &theirs),
            likeness(&picture(&mut built_in, &fewer), &theirs),
        ]);
        let fit = fit_labels(
            &boxes(&job),
            &picture(backend.as_mut(), &bare(&job)),
            &ours,
            &theirs,
        );
        writeln!(table, "{}", row(name, &nine, &fit, &four)).expect("a String takes all text");
        let file = sheets.as_ref().map_or_else(
            || output_file(&format!("chimerax-{name}")),
            |folder| folder.join(format!("{name}.png")),
        );
        write_sheet(&file, WIDTH_PX, HEIGHT_PX, &sheet(&ours, &theirs));
        let enough_labels = !case.labels || fit.labels >= 8;
        let off = (!(fit.worst_px <= LABEL_PX && fit.worst_edge_px <= LABEL_PX && enough_labels))
            .then(|| format!("{fit:?} (at most {LABEL_PX})"));
        let found = [
            nine.faults(NINE, case.with_nine()),
            four.faults(FOUR, case.with_four()),
            off,
        ];
        for fault in found.into_iter().flatten() {
            faults.push(format!("{name}: {fault}; see {}", file.display()));
        }
    }
    match std::env::var_os("MOLSHOT_FIDELITY") {
        Some(path) => std::fs::write(&path, &table).expect("a writable path"),
        None => eprint!("{table}"),
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn names_of_pictures_say_what_was_done() {
    let case = Case::from_name("5ey0_top_turn_x_90");
    assert_eq!(
        (case.complex.as_str(), case.commands.as_str()),
        ("5ey0", "view top")
    );
    assert_eq!(Case::from_name("5ey0_move_y_-3").commands, "move y -3");
    assert!(!Case::from_name("5ey0_front_nolabels").labels);
}

#[test]
fn a_shifted_and_a_paler_picture_are_less_like() {
    let disc = |center: i32, level: u8| -> Picture {
        let pixel = |x: i32, y: i32| {
            let inside = (x - center).pow(2) + (y - 32).pow(2) < 400;
            if inside {
                [level, level / 2, 10, 255]
            } else {
                [0, 0, 0, 255]
            }
        };
        Picture {
            width_px: 64,
            height_px: 64,
            rgba: Some(
                (0..64)
                    .flat_map(|y| (0..64).map(move |x| pixel(x, y)))
                    .collect(),
            ),
            ..Picture::default()
        }
    };
    let same = likeness(&disc(32, 200), &disc(32, 200));
    assert!(same.overlap >= 1.0 && same.difference <= 0.0, "{same:?}");
    let shifted = likeness(&disc(34, 200), &disc(32, 200));
    assert!(
        shifted.overlap < 0.95 && shifted.difference > 1.0,
        "{shifted:?}"
    );
    let paler = likeness(&disc(32, 220), &disc(32, 200));
    // Red 20 and green 10 levels up, over three channels.
    assert!(
        paler.overlap >= 1.0 && (paler.difference - 10.0).abs() < 1e-9,
        "{paler:?}"
    );
    assert!((paler.signed[0] - 20.0).abs() < 1e-9, "{paler:?}");
}
