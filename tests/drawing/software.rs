//! The built-in rasteriser: the same bytes from every instruction set and number of threads, crops
//! that equal the whole image, and pictures like those of wgpu on Vulkan.

use crate::support::compare::{Figures, Picture, Tolerance, assert_alike};
use crate::support::library::{SCENES, sample_job};
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{draw, open, structure};
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_renderer::{Backend, Frame};
use molshot_scenes::{CropRect, Cylinder, RenderJob, Samples, Viewport};

/// Generated jobs, with one, four, nine and sixteen samples in turn.
fn jobs(count: u64) -> Vec<RenderJob> {
    let structure = structure(MAX_ATOMS);
    (0..count)
        .map(|case| {
            let job = generate(3000 + case, case % 2 == 1, &structure);
            let samples =
                [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen][case as usize % 4];
            crate::support::job(job.scene(), *job.view(), Viewport::whole(97, 83), samples)
        })
        .collect()
}

fn pictures(backend: &mut dyn Backend, jobs: &[RenderJob]) -> Vec<Picture> {
    jobs.iter()
        .map(|job| Picture::from(&draw(backend, job)))
        .collect()
}

#[test]
fn every_instruction_set_and_number_of_threads_gives_the_same_bytes() {
    let jobs = jobs(24);
    // The slowest of those that this processor has.
    let mut slowest = InstructionSet::ALL
        .into_iter()
        .find_map(|set| SoftwareBackend::with(set, 1))
        .expect("every processor has a set");
    let expected = pictures(&mut slowest, &jobs);
    let mut tried = 0;
    for set in InstructionSet::ALL {
        for threads in [1, 2, 5] {
            let Some(mut backend) = SoftwareBackend::with(set, threads) else {
                continue;
            };
            tried += 1;
            for (job, (actual, expected)) in pictures(&mut backend, &jobs)
                .iter()
                .zip(&expected)
                .enumerate()
            {
                let name = format!("{}-{threads}-threads-{job}", set.name());
                assert_alike(&name, actual, expected, None, Tolerance::NONE);
            }
        }
    }
    assert!(tried >= 3, "the processor's own set at least");
}

#[test]
fn recycled_frames_leave_no_trace() {
    let jobs = jobs(12);
    let mut fresh = SoftwareBackend::new();
    let mut used = SoftwareBackend::new();
    for job in jobs.iter().chain(jobs.iter().rev()) {
        let drawn = |backend: &mut SoftwareBackend, again: bool| -> Picture {
            let frame: Frame = draw(backend, job);
            let picture = Picture::from(&frame);
            if again {
                backend.recycle(frame);
            }
            picture
        };
        assert!(drawn(&mut fresh, false) == drawn(&mut used, true));
    }
}

#[test]
fn a_crop_equals_the_same_pixels_of_the_whole() {
    let mut backend = SoftwareBackend::new();
    for (case, job) in jobs(24).iter().enumerate() {
        let whole = Picture::from(&draw(&mut backend, job));
        let crop = CropRect {
            x_px: 13 + case as u32,
            y_px: 7,
            width_px: 41,
            height_px: 66,
        };
        let viewport = Viewport {
            crop,
            ..*job.viewport()
        };
        let part = crate::support::job(job.scene(), *job.view(), viewport, job.samples());
        assert_alike(
            &format!("software-crop-{case}"),
            &Picture::from(&draw(&mut backend, &part)),
            &whole.cut(crop.x_px, crop.y_px, crop.width_px, crop.height_px),
            None,
            Tolerance::NONE,
        );
    }
}

/// As measured, with a margin.
const SAMPLED: Limits = Limits {
    off: 0.07,
    off_by_more: 0.006,
    far: 0.0003,
    worst_levels: 60,
};

/// How much two backends may differ away from edges, as shares of the pixels there.
struct Limits {
    /// Pixels that differ at all.
    off: f64,
    /// Pixels that differ by more than one level.
    off_by_more: f64,
    /// Pixels that differ by more than six levels.
    far: f64,
    /// Greatest difference.
    worst_levels: u8,
}

#[test]
fn pictures_are_those_of_vulkan() {
    let (mut software, mut vulkan) = (SoftwareBackend::new(), open());
    let structure = structure(MAX_ATOMS);
    let generated: Vec<RenderJob> = (0..200)
        .map(|case| generate(3000 + case, case % 2 == 1, &structure))
        .collect();
    for (samples, limits) in [
        (
            // One ray per pixel: both round the same formulas.
            Samples::One,
            Limits {
                off: 0.005,
                off_by_more: 0.0,
                far: 0.0,
                worst_levels: 1,
            },
        ),
        // Here the built-in backend shades interior pixels once, wgpu every sample.
        (Samples::Four, SAMPLED),
        (Samples::Nine, SAMPLED),
        (Samples::Sixteen, SAMPLED),
    ] {
        let mut figures = Figures::default();
        let (mut far, mut off_by_more, mut off, mut ids, mut coincident) = (0, 0, 0, 0, 0);
        let made = generated.iter().map(|job| {
            crate::support::job(job.scene(), *job.view(), Viewport::whole(97, 83), samples)
        });
        let library = SCENES.map(|scene| sample_job(scene, [192, 144], samples));
        for job in made.chain(library) {
            if samples != Samples::One && has_doubled_ends(&job) {
                continue;
            }
            let actual = Picture::from(&draw(&mut software, &job));
            let expected = Picture::from(&draw(vulkan.as_mut(), &job));
            let colors = actual
                .rgba
                .iter()
                .flatten()
                .zip(expected.rgba.iter().flatten());
            for (pixel, (a, b)) in colors.enumerate() {
                if is_edge(&expected, pixel) {
                    continue;
                }
                figures.pixels += 1;
                let levels = (0..4).map(|c| a[c].abs_diff(b[c])).max().unwrap_or(0);
                if levels > 1 && samples == Samples::One && same_place(&actual, &expected, pixel) {
                    coincident += 1;
                    continue;
                }
                figures.worst_levels = figures.worst_levels.max(levels);
                off += usize::from(levels > 0);
                off_by_more += usize::from(levels > 1);
                far += usize::from(levels > 6);
                let id = |picture: &Picture| picture.atom_id.as_ref().map(|ids| ids[pixel]);
                ids += usize::from(id(&actual) != id(&expected));
            }
        }
        let share = |count: usize| count as f64 / figures.pixels as f64;
        eprintln!(
            "{} samples: of {} pixels without edges {:.3} % differ, {:.3} % by more than one level, \
             {:.4} % by more than six, {ids} in their id; worst {}; {coincident} with coincident \
             surfaces",
            samples.count(),
            figures.pixels,
            100.0 * share(off),
            100.0 * share(off_by_more),
            100.0 * share(far),
            figures.worst_levels,
        );
        assert_eq!(ids, 0);
        assert!(share(coincident) <= 1e-4);
        assert!(share(off) <= limits.off);
        assert!(share(off_by_more) <= limits.off_by_more);
        assert!(share(far) <= limits.far);
        assert!(figures.worst_levels <= limits.worst_levels);
    }
}

#[allow(
    clippy::float_cmp,
    reason = "ends at one atom are equal to the last bit"
)]
/// True where round ends of two colours coincide: rounding decides for each sample which of them is
/// visible.
fn has_doubled_ends(job: &RenderJob) -> bool {
    let cylinders = &job.scene().cylinders;
    cylinders
        .iter()
        .filter(|c| c.caps == Cylinder::ROUND)
        .any(|one| {
            cylinders.iter().any(|other| {
                other.caps == Cylinder::ROUND
                    && other.start_angstrom == one.end_angstrom
                    && other.start_color != one.end_color
            })
        })
}

/// True where two pictures show the same point and normal: round ends of two cylinders at one atom
/// coincide, and rounding decides which of them is visible.
fn same_place(a: &Picture, b: &Picture, pixel: usize) -> bool {
    let depth = |picture: &Picture| picture.depth_angstrom.as_ref().map_or(0.0, |d| d[pixel]);
    let normal = |picture: &Picture| picture.normal.as_ref().map_or([0.0; 3], |n| n[pixel]);
    (depth(a) - depth(b)).abs() <= 1e-6 * depth(b)
        && (0..3).all(|axis| (normal(a)[axis] - normal(b)[axis]).abs() < 1e-3)
}

/// True where one of the eight neighbours shows another atom.
fn is_edge(picture: &Picture, pixel: usize) -> bool {
    let (width, height) = (picture.width_px as i32, picture.height_px as i32);
    let (x, y) = (pixel as i32 % width, pixel as i32 / width);
    let Some(ids) = &picture.atom_id else {
        return false;
    };
    (-1..=1).any(|dy| {
        (-1..=1).any(|dx| {
            let (x, y) = (x + dx, y + dy);
            (0..width).contains(&x)
                && (0..height).contains(&y)
                && ids[(y * width + x) as usize] != ids[pixel]
        })
    })
}
