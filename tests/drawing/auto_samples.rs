//! `samples` `auto` of the built-in rasteriser: edges from the share of a pixel that bodies cover.

use std::sync::Arc;

use molshot_renderer::Backend;
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_scenes::{
    Background, CropRect, Cylinder, Plane, Projection, RenderJob, Samples, Scene, Sphere, Viewport,
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

/// Errors of a picture, levels of 255.
#[derive(Debug)]
struct Errors {
    /// Mean over the pixels whose finer samples differ.
    mean: f64,
    /// Share of these pixels that is off by more than 16 levels.
    far: f64,
    /// The worst of these pixels.
    worst: u8,
    /// The worst of all other pixels.
    worst_inside: u8,
}

/// Compares a picture with one that is eight times as fine. The finer samples of a pixel differ if
/// they spread by `edge_spread` levels.
fn errors(actual: &Picture, fine: &Picture, edge_spread: u8) -> Errors {
    let (width, height) = (actual.width_px, actual.height_px);
    let (actual, fine) = (
        actual.rgba.as_ref().expect("colour"),
        fine.rgba.as_ref().expect("colour"),
    );
    let (mut edges, mut sum, mut far) = (0_u32, 0_u32, 0_u32);
    let (mut worst, mut worst_inside) = (0, 0);
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
        let differences = [0, 1, 2].map(|channel| {
            let total: u32 = samples
                .iter()
                .map(|sample| u32::from(sample[channel]))
                .sum();
            let mean = (f64::from(total) / samples.len() as f64).round() as u8;
            actual[(row * width + column) as usize][channel].abs_diff(mean)
        });
        let most = differences.into_iter().max().unwrap_or(0);
        if (0..3).all(|channel| spread(channel) < edge_spread) {
            worst_inside = worst_inside.max(most);
            continue;
        }
        sum += differences.into_iter().map(u32::from).sum::<u32>();
        edges += 1;
        far += u32::from(most > 16);
        worst = worst.max(most);
    }
    let edges = f64::from(edges.max(1));
    Errors {
        mean: f64::from(sum) / 3.0 / edges,
        far: f64::from(far) / edges,
        worst,
        worst_inside,
    }
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
            errors(
                &picture(&mut backend, &with(&job, viewport, samples)),
                &fine,
                64,
            )
        };
        let (four, sixteen, auto) = (
            error(Samples::Four),
            error(Samples::Sixteen),
            error(Samples::Auto),
        );
        for (name, found) in [("4", &four), ("16", &sixteen), ("auto", &auto)] {
            let Errors {
                mean, far, worst, ..
            } = found;
            eprintln!("{scene}, {name} samples: mean {mean:.1}, far {far:.3}, worst {worst}");
        }
        assert!(auto.mean < sixteen.mean, "{scene}");
        assert!(auto.far < 0.06, "{scene}");
    }
}

/// A stick seen nearly end on, 13 pixels to the angstrom, and a stick behind it. The ball at the
/// near end hides all of the first but a sliver beside the ball's rim: a pixel there shows the
/// light of the ball's side, not that of its rim, which is dark.
#[test]
fn the_rim_of_a_ball_does_not_darken_the_stick_that_it_ends() {
    let place = |x: f32, y: f32, depth: f32| [x, y, 80.0 - depth];
    let (mut backend, mut worst) = (SoftwareBackend::new(), 0);
    let shifts = (0..3_u8).flat_map(|right| (0..48_u8).map(move |up| (right, up)));
    for (right, up) in shifts {
        let (x, y) = (f32::from(right) * 0.0093, f32::from(up) * 0.00116);
        let far = place(x + 6.5705, y - 7.018, 72.0125);
        let ends = [
            [far, place(x + 6.4755, y - 6.947, 70.4905)],
            [far, place(x + 7.2085, y - 5.758, 72.5415)],
        ];
        let color = [255, 209, 255, 255];
        let ball = |center: [f32; 3], atom| Sphere {
            center_angstrom: center,
            radius_angstrom: 0.2,
            color,
            atom,
        };
        let spheres = vec![
            ball(ends[0][0], 0),
            ball(ends[0][1], 1),
            ball(ends[1][1], 2),
        ];
        let sticks = [(0, 1), (0, 2)].into_iter().zip(ends);
        let sticks = sticks.map(|((start_atom, end_atom), [start, end])| Cylinder {
            start_angstrom: start,
            radius_angstrom: 0.2,
            end_angstrom: end,
            caps: Cylinder::OPEN,
            start_color: color,
            end_color: color,
            start_atom,
            end_atom,
        });
        let black = Background {
            color: [0; 3],
            transparent: false,
        };
        let scene = crate::support::scene(&structure(3), spheres, sticks.collect(), black);
        let fov_x_degrees = 30.0;
        let view = camera_above(80.0, Projection::Perspective { fov_x_degrees });
        let drawn = |finer: u32| Viewport {
            width_px: 512 * finer,
            height_px: 512 * finer,
            crop: CropRect {
                x_px: 330 * finer,
                y_px: 325 * finer,
                width_px: 40 * finer,
                height_px: 40 * finer,
            },
        };
        let planes = [Plane::Color].into_iter().collect();
        let job = RenderJob::new(scene, view, drawn(1), Samples::Auto, planes).expect("sound");
        let fine = picture(&mut backend, &with(&job, drawn(FINER), Samples::One));
        let found = errors(&picture(&mut backend, &job), &fine, 96);
        worst = worst.max(found.worst_inside);
    }
    // The pixel at the top of the rim has an error of 63; shaded at the rim it had 155.
    assert!(worst < 90, "{worst}");
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
