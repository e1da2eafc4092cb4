//! `samples` `auto` of the built-in rasteriser: edges from the share of a pixel that bodies cover.

use std::sync::Arc;

use molshot_renderer::Backend;
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_scenes::{
    Background, CropRect, Plane, Projection, RenderJob, Samples, Scene, Sphere, Viewport,
};
use proptest::prelude::*;

use crate::support::compare::{Picture, Tolerance, assert_alike};
use crate::support::library::{SCENES, sample_job};
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{camera_above, draw, structure};

/// Edge of the reference's square of samples.
const FINER: u32 = 8;

fn picture(backend: &mut dyn Backend, job: &RenderJob) -> Picture {
    Picture::from(&draw(backend, job))
}

/// The colours of a job with another size, crop, and setting.
fn with(job: &RenderJob, viewport: Viewport, samples: Samples) -> RenderJob {
    let planes = [Plane::Color].into_iter().collect();
    let scene = Arc::clone(job.scene());
    RenderJob::new(scene, *job.view(), viewport, samples, planes).expect("a sound job")
}

/// Balls of the radii and places given, straight from above, 20 pixels to the angstrom.
fn balls(balls: &[([f32; 3], f32)], background: Background) -> RenderJob {
    let spheres = balls.iter().map(|(center, radius)| Sphere {
        center_angstrom: *center,
        radius_angstrom: *radius,
        color: [200, 90, 40, 255],
        atom: 0,
    });
    let scene = crate::support::scene(&structure(1), spheres.collect(), Vec::new(), background);
    let view = camera_above(
        10.0,
        Projection::Orthographic {
            width_angstrom: 10.0,
        },
    );
    let planes = [Plane::Color].into_iter().collect();
    let viewport = Viewport::whole(200, 160);
    RenderJob::new(scene, view, viewport, Samples::Auto, planes).expect("a sound job")
}

const CLEAR: Background = Background {
    color: [0; 3],
    transparent: true,
};

#[test]
fn every_instruction_set_and_number_of_threads_gives_the_same_bytes() {
    let structure = structure(MAX_ATOMS);
    let generated = (0..12).map(|case| {
        let job = generate(8100 + case, case % 2 == 1, &structure);
        with(&job, Viewport::whole(97, 83), Samples::Auto)
    });
    let library = SCENES.map(|scene| sample_job(scene, [300, 200], Samples::Auto));
    let jobs: Vec<RenderJob> = library.into_iter().chain(generated).collect();
    let mut slowest = InstructionSet::ALL
        .into_iter()
        .find_map(|set| SoftwareBackend::with(set, 1))
        .expect("every processor has a set");
    for job in &jobs {
        let expected = picture(&mut slowest, job);
        for set in InstructionSet::ALL {
            for threads in [1, 3] {
                if let Some(mut backend) = SoftwareBackend::with(set, threads) {
                    let name = format!("auto-{}-{threads}", set.name());
                    let actual = picture(&mut backend, job);
                    assert_alike(&name, &actual, &expected, None, Tolerance::NONE);
                }
            }
        }
    }
}

#[test]
fn crops_equal_the_whole_picture() {
    let mut backend = SoftwareBackend::new();
    for scene in SCENES {
        let job = sample_job(scene, [300, 200], Samples::Auto);
        let whole = picture(
            &mut backend,
            &with(&job, Viewport::whole(300, 200), Samples::Auto),
        );
        for [x_px, y_px, width_px, height_px] in [
            [1, 1, 130, 77],
            [97, 53, 61, 64],
            [150, 100, 1, 1],
            [33, 0, 200, 200],
        ] {
            let mut viewport = Viewport::whole(300, 200);
            viewport.crop = CropRect {
                x_px,
                y_px,
                width_px,
                height_px,
            };
            let actual = picture(&mut backend, &with(&job, viewport, Samples::Auto));
            let expected = whole.cut(x_px, y_px, width_px, height_px);
            assert_alike(scene, &actual, &expected, None, Tolerance::NONE);
        }
    }
}

/// Planes other than colour do not depend on the setting.
#[test]
fn other_planes_show_what_the_centres_hit() {
    let mut backend = SoftwareBackend::new();
    for scene in ["hiv_protease_inhibitor", "ubiquitin"] {
        let auto = picture(&mut backend, &sample_job(scene, [300, 200], Samples::Auto));
        let one = picture(&mut backend, &sample_job(scene, [300, 200], Samples::One));
        assert!(auto.rgba != one.rgba, "{scene}");
        assert_alike(
            scene,
            &auto.without_color(),
            &one.without_color(),
            None,
            Tolerance::NONE,
        );
    }
}

/// Mean error over the pixels whose finer samples differ, share of them that is off by more than
/// 16 levels, and the worst error; levels of 255.
fn edge_error(actual: &Picture, fine: &Picture) -> (f64, f64, u8) {
    let (width, height) = (actual.width_px, actual.height_px);
    let (actual, fine) = (
        actual.rgba.as_ref().expect("colour"),
        fine.rgba.as_ref().expect("colour"),
    );
    let (mut edges, mut sum, mut far, mut worst) = (0_u32, 0_u32, 0_u32, 0);
    for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
        let samples: Vec<[u8; 4]> = (0..FINER * FINER)
            .map(|at| {
                let (y, x) = (row * FINER + at / FINER, column * FINER + at % FINER);
                fine[(y * width * FINER + x) as usize]
            })
            .collect();
        let spread = |channel: usize| {
            let values = || samples.iter().map(|sample| sample[channel]);
            values().max().unwrap_or(0) - values().min().unwrap_or(0)
        };
        if (0..3).all(|channel| spread(channel) < 64) {
            continue;
        }
        let mut most = 0;
        for channel in 0..3 {
            let total: u32 = samples
                .iter()
                .map(|sample| u32::from(sample[channel]))
                .sum();
            let mean = (f64::from(total) / samples.len() as f64).round() as u8;
            let error = actual[(row * width + column) as usize][channel].abs_diff(mean);
            sum += u32::from(error);
            most = most.max(error);
        }
        edges += 1;
        far += u32::from(most > 16);
        worst = worst.max(most);
    }
    let edges = f64::from(edges.max(1));
    (f64::from(sum) / 3.0 / edges, f64::from(far) / edges, worst)
}

/// Errors against 64 samples: on the mean less than those of sixteen samples, and seldom large.
#[test]
fn edges_are_better_than_those_of_sixteen_samples() {
    let mut backend = SoftwareBackend::new();
    for (scene, size) in [
        ("hiv_protease_inhibitor", [512, 384]),
        ("ubiquitin", [400, 300]),
        ("dna", [400, 300]),
    ] {
        let job = sample_job(scene, size, Samples::Auto);
        // Without effects and labels, which are the same whatever the setting.
        let mut plain = Scene::clone(job.scene());
        plain.effects = molshot_scenes::Effects::default();
        plain.labels = molshot_scenes::Labels::default();
        let planes = [Plane::Color].into_iter().collect();
        let job = RenderJob::new(
            Arc::new(plain),
            *job.view(),
            Viewport::whole(size[0], size[1]),
            Samples::Auto,
            planes,
        )
        .expect("a sound job");
        let finer = Viewport::whole(size[0] * FINER, size[1] * FINER);
        let fine = picture(&mut backend, &with(&job, finer, Samples::One));
        let mut error = |samples| {
            let viewport = Viewport::whole(size[0], size[1]);
            edge_error(
                &picture(&mut backend, &with(&job, viewport, samples)),
                &fine,
            )
        };
        let (four, sixteen, auto) = (
            error(Samples::Four),
            error(Samples::Sixteen),
            error(Samples::Auto),
        );
        eprintln!("{scene}: 4 samples {four:?}, 16 {sixteen:?}, auto {auto:?}");
        assert!(auto.0 < sixteen.0, "{scene}");
        assert!(auto.1 < 0.06, "{scene}");
    }
}

/// The alpha of a ball's picture adds up to the area of its disc, wherever its centre lies.
#[test]
fn the_coverage_of_a_ball_is_its_area() {
    let mut backend = SoftwareBackend::new();
    for step in 0..12_u8 {
        let shift = f32::from(step) * 0.0137;
        let radius = 1.0 + shift;
        let job = balls(&[([shift, -0.7 * shift, 0.0], radius)], CLEAR);
        let rgba = picture(&mut backend, &job).rgba.expect("colour");
        let covered: f64 = rgba.iter().map(|pixel| f64::from(pixel[3]) / 255.0).sum();
        let radius_px = f64::from(radius) * 20.0;
        let area = std::f64::consts::PI * radius_px * radius_px;
        // A border is 130 to 170 pixels long; an error of 0.004 in each, all to one side.
        assert!((covered - area).abs() < 0.6, "{covered} of {area}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Straight alpha: what a picture shows over black and over white differs by what is clear.
    #[test]
    fn alpha_is_what_the_background_lacks(seed in any::<u32>()) {
        let mut backend = SoftwareBackend::new();
        let mut chance = seed;
        let mut next = || {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (chance >> 8) as f32 / (1 << 24) as f32
        };
        let some: Vec<_> = (0..12)
            .map(|_| ([next() * 6.0 - 3.0, next() * 5.0 - 2.5, next()], 0.2 + next()))
            .collect();
        let mut over = |color, transparent| {
            let job = balls(&some, Background { color, transparent });
            picture(&mut backend, &job).rgba.expect("colour")
        };
        let clear = over([0; 3], true);
        let (black, white) = (over([0; 3], false), over([255; 3], false));
        for ((clear, black), white) in clear.iter().zip(&black).zip(&white) {
            let alpha = clear[3];
            prop_assert!((255 - alpha).abs_diff(white[0] - black[0]) <= 1);
            for channel in 0..3 {
                let premultiplied = f64::from(clear[channel]) * f64::from(alpha) / 255.0;
                prop_assert!((premultiplied - f64::from(black[channel])).abs() <= 1.5);
            }
        }
    }
}
