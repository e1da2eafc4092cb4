//! Quality of edges: compares pictures with 1, 4, 16 and `auto` samples with one of 64:
//! `edge_quality FILE PRESET [SIZE] [VIEWS]`.
//!
//! The reference is drawn eight times as wide and high with one sample and averaged, so it does
//! not depend on the detection of edges. Prints, for each number of samples, the mean difference of
//! a channel over the pixels that show anything, the share of them that is off by more than 16
//! levels, and the worst; each for all pixels and for those in which all 64 samples show the same
//! atom.

use std::sync::Arc;

use glam::DQuat;
use molshot_molecule::ReadOptions;
use molshot_renderer::{AdapterChoice, Backend, Frame, open};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::{Plane, Pose, RenderJob, RenderRequest, Samples, View, Viewport};

/// Edge of the reference's square of samples.
const FINER: usize = 8;

/// Sums over pixels.
#[derive(Debug, Default, Clone, Copy)]
struct Sums {
    pixels: usize,
    difference: usize,
    far: usize,
    worst: u8,
}

impl Sums {
    fn add(&mut self, a: &[u8], b: &[u8]) {
        let levels = || a.iter().zip(b).take(3).map(|(a, b)| a.abs_diff(*b));
        let worst = levels().max().unwrap_or(0);
        self.pixels += 1;
        self.difference += levels().map(usize::from).sum::<usize>();
        self.far += usize::from(worst > 16);
        self.worst = self.worst.max(worst);
    }
}

impl std::fmt::Display for Sums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let pixels = self.pixels.max(1) as f64;
        write!(
            f,
            "mean {:.3}, {:.3} % by more than 16, worst {}",
            self.difference as f64 / 3.0 / pixels,
            100.0 * self.far as f64 / pixels,
            self.worst
        )
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let file = arguments.first().ok_or("name a structure file")?;
    let preset = arguments.get(1).cloned().unwrap_or("misi".into());
    let size: u32 = arguments.get(2).map_or(Ok(256), |text| text.parse())?;
    let views: u32 = arguments.get(3).map_or(Ok(4), |text| text.parse())?;
    let structure = Arc::new(molshot_molecule::read_file(
        std::path::Path::new(file),
        &ReadOptions::default(),
    )?);
    let mut request = RenderRequest::default();
    request.style.preset = preset.parse()?;
    request.output.width_px = size;
    request.output.height_px = size;
    let base = PreparedScene::new(structure, &request)?.job()?;
    let mut draw = open(AdapterChoice::Software)?;
    let mut sums = [[Sums::default(); 2]; 4];
    for turn in 0..views {
        let view = turned(&base, f64::from(turn) * 0.37);
        let fine = frame(
            draw.as_mut(),
            &base,
            view,
            size * FINER as u32,
            Samples::One,
        )?;
        let reference = Reference::new(&fine, size as usize);
        for (setting, samples) in [Samples::One, Samples::Four, Samples::Sixteen, Samples::Auto]
            .into_iter()
            .enumerate()
        {
            let actual = frame(draw.as_mut(), &base, view, size, samples)?;
            let colors = actual.color_rgba.as_deref().unwrap_or_default();
            for (pixel, color) in colors.chunks_exact(4).enumerate() {
                let expected = &reference.colors[pixel];
                match reference.shows[pixel] {
                    Shows::Nothing => {}
                    Shows::One => sums[setting][1].add(color, expected),
                    Shows::Several => sums[setting][0].add(color, expected),
                }
            }
        }
    }
    for (samples, [edges, insides]) in ["1", "4", "16", "auto"].into_iter().zip(sums) {
        eprintln!("{samples} samples: {} edge pixels: {edges}", edges.pixels);
        eprintln!(
            "{samples} samples: {} inside pixels: {insides}",
            insides.pixels
        );
    }
    Ok(())
}

/// What the 64 samples of a pixel show.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shows {
    Nothing,
    One,
    Several,
}

struct Reference {
    colors: Vec<[u8; 3]>,
    shows: Vec<Shows>,
}

impl Reference {
    fn new(fine: &Frame, size: usize) -> Self {
        let color = fine.color_rgba.as_deref().unwrap_or_default();
        let atom = fine.atom_id.as_deref().unwrap_or_default();
        let (mut colors, mut shows) = (Vec::new(), Vec::new());
        for pixel in 0..size * size {
            let (row, column) = (pixel / size * FINER, pixel % size * FINER);
            let places = || {
                (0..FINER * FINER)
                    .map(|place| (row + place / FINER) * size * FINER + column + place % FINER)
            };
            let count = FINER * FINER;
            let mean = |channel: usize| {
                let sum: usize = places()
                    .map(|at| usize::from(color[at * 4 + channel]))
                    .sum();
                ((2 * sum + count) / (2 * count)) as u8
            };
            colors.push([mean(0), mean(1), mean(2)]);
            let first = atom[row * size * FINER + column];
            shows.push(if places().any(|at| atom[at] != first) {
                Shows::Several
            } else if first == 0 {
                Shows::Nothing
            } else {
                Shows::One
            });
        }
        Self { colors, shows }
    }
}

fn frame(
    draw: &mut dyn Backend,
    base: &RenderJob,
    view: View,
    size: u32,
    samples: Samples,
) -> Result<Frame, Box<dyn std::error::Error>> {
    let job = RenderJob::new(
        Arc::clone(base.scene()),
        view,
        Viewport::whole(size, size),
        samples,
        [Plane::Color, Plane::AtomId].into_iter().collect(),
    )?;
    Ok(draw.draw(&job)?)
}

/// The view from another side: the scene rotates about its centre.
fn turned(base: &RenderJob, angle: f64) -> View {
    let turn = DQuat::from_rotation_y(angle) * DQuat::from_rotation_x(angle * 0.31);
    let middle = base.scene().bounds.center();
    let pose = base.view().pose;
    View {
        pose: Pose {
            position_angstrom: middle + turn * (pose.position_angstrom - middle),
            world_from_camera: turn * pose.world_from_camera,
        },
        ..*base.view()
    }
}
