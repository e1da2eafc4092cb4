//! Silhouettes, ambient occlusion and shadows: where they are, where they are not, and that all
//! backends and all crops have the same.

use std::sync::Arc;

use crate::support::library::sample_job;
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{BLACK, camera_above, draw, open, structure};
use molshot_renderer::Backend;
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::{
    AmbientOcclusion, Background, CropRect, Effects, Plane, Projection, RenderJob, Samples, Scene,
    Silhouettes, Sphere, View, Viewport,
};

const LINES: Effects = Effects {
    silhouettes: Some(Silhouettes {
        color: [255, 0, 255],
        ..Silhouettes::DEFAULT
    }),
    ambient_occlusion: None,
    shadows: false,
};
const OCCLUSION: Effects = Effects {
    silhouettes: None,
    ambient_occlusion: Some(AmbientOcclusion::DEFAULT),
    shadows: false,
};
const SHADOWS: Effects = Effects {
    silhouettes: None,
    ambient_occlusion: None,
    shadows: true,
};
const ALL: Effects = Effects {
    silhouettes: LINES.silhouettes,
    ambient_occlusion: OCCLUSION.ambient_occlusion,
    shadows: true,
};

fn with(job: &RenderJob, effects: Effects) -> RenderJob {
    let scene = Scene::clone(job.scene());
    let scene = scene.with_effects(effects).expect("numbers in range");
    let planes = job.planes().clone();
    let (view, viewport) = (*job.view(), *job.viewport());
    RenderJob::new(Arc::new(scene), view, viewport, job.samples(), planes).expect("a valid job")
}

fn color(backend: &mut dyn Backend, job: &RenderJob) -> Vec<[u8; 4]> {
    let bytes = draw(backend, job).color_rgba.expect("a colour plane");
    bytes.as_chunks::<4>().0.to_vec()
}

/// Balls, each at a place with a radius, from ten angstrom above.
fn balls(balls: &[([f32; 3], f32)], background: Background, samples: Samples) -> RenderJob {
    let structure = structure(1);
    let spheres = balls.iter().map(|(center, radius)| Sphere {
        center_angstrom: *center,
        radius_angstrom: *radius,
        color: [200, 200, 200, 255],
        atom: 0,
    });
    let scene = crate::support::scene(&structure, spheres.collect(), Vec::new(), background);
    let view = camera_above(
        10.0,
        Projection::Orthographic {
            width_angstrom: 10.0,
        },
    );
    let planes = [Plane::Color].into_iter().collect();
    RenderJob::new(scene, view, Viewport::whole(200, 160), samples, planes).expect("a valid job")
}

#[test]
fn a_line_of_its_width_runs_around_a_ball() {
    let mut backend = SoftwareBackend::new();
    for samples in [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen] {
        for width in [1.0_f32, 2.0, 3.0] {
            let bare = balls(&[([0.0; 3], 2.0)], BLACK, samples);
            let mut effects = LINES;
            effects.silhouettes.as_mut().expect("lines").width_px = width;
            let [with_lines, without] = [effects, Effects::default()]
                .map(|effects| color(&mut backend, &with(&bare, effects)));
            // On black, red less green is the line's share alone: the ball is gray.
            let share = |pixel: &[u8; 4]| f64::from(pixel[0]) - f64::from(pixel[1]);
            let area: f64 = with_lines.iter().map(share).sum::<f64>() / 255.0;
            // A ring outside of a disc of 40 pixels.
            let outer = 40.0 + f64::from(width);
            let expected = std::f64::consts::PI * (outer * outer - 1600.0);
            assert!(
                (area / expected - 1.0).abs() < 0.12,
                "{samples:?}, {width}: {area} is not {expected}"
            );
            // The ball itself is left as it was, up to the place of its samples.
            let middle = 80 * 200 + 100;
            assert_eq!(with_lines[middle], without[middle]);
        }
    }
}

#[test]
fn lines_need_a_jump_in_depth() {
    let mut backend = SoftwareBackend::new();
    // The camera's clip planes are 19.9 angstrom apart: a jump of 0.03 is 0.6.
    for (gap, crossed) in [(0.5_f32, false), (0.7, true)] {
        // Before the wall hangs a ball cut by nothing: from its rim to the wall it is its radius
        // and the gap.
        let wall = ([0.0, 0.0, -400.0], 400.0);
        let ball = ([0.0, 0.0, gap], 0.05);
        let job = balls(&[wall, ball], BLACK, Samples::One);
        let drawn = color(&mut backend, &with(&job, LINES));
        let lines = drawn.iter().any(|pixel| pixel[0] > pixel[1]);
        assert_eq!(lines, crossed, "{gap}");
    }
}

#[test]
fn gaps_are_dark_and_a_ball_alone_is_not() {
    let mut backend = SoftwareBackend::new();
    let white = Background {
        color: [255; 3],
        transparent: false,
    };
    for background in [BLACK, white] {
        for samples in [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen] {
            let mut pair = |parts: &[([f32; 3], f32)]| {
                let job = balls(parts, background, samples);
                [Effects::default(), OCCLUSION].map(|e| color(&mut backend, &with(&job, e)))
            };
            let [without, alone] = pair(&[([0.0; 3], 2.0)]);
            let darker = |a: &[u8; 4], b: &[u8; 4]| i32::from(a[1]) - i32::from(b[1]);
            // Where both are inside: at outlines samples lie elsewhere.
            let inside = |x: usize, y: usize| x.abs_diff(100).pow(2) + y.abs_diff(80).pow(2) < 1400;
            let worst = (0..200 * 160)
                .filter(|at| inside(at % 200, at / 200))
                .map(|at| darker(&without[at], &alone[at]))
                .max();
            assert!(worst <= Some(2), "{samples:?}: {worst:?}");

            let [without, touching] = pair(&[([-1.8, 0.0, 0.0], 2.0), ([1.8, 0.0, 0.0], 2.0)]);
            // Beside the line where they meet, and on top of one.
            let at = |x: usize| 80 * 200 + x;
            assert!(
                darker(&without[at(95)], &touching[at(95)]) > 20,
                "{samples:?}"
            );
            assert!(
                darker(&without[at(64)], &touching[at(64)]).abs() <= 4,
                "{samples:?}"
            );
        }
    }
}

#[test]
fn occlusion_never_brightens() {
    let mut backend = SoftwareBackend::new();
    let job = sample_job("hiv_protease_inhibitor", [160, 120], Samples::One);
    let [without, with_it] =
        [Effects::default(), OCCLUSION].map(|e| color(&mut backend, &with(&job, e)));
    let mut darker = 0;
    for (a, b) in without.iter().zip(&with_it) {
        assert!((0..3).all(|channel| b[channel] <= a[channel]) && a[3] == b[3]);
        darker += usize::from(a != b);
    }
    assert!(darker > 300, "{darker} pixels are darker");
}

/// The job of a generated scene.
fn generated(case: u64, effects: Effects, viewport: Viewport, samples: Samples) -> RenderJob {
    let made = generate(9100 + case, case % 3 == 1, &structure(MAX_ATOMS));
    let scene = Scene::clone(made.scene());
    let scene = scene.with_effects(effects).expect("numbers in range");
    let view: View = *made.view();
    let planes = Plane::ALL.into_iter().collect();
    RenderJob::new(Arc::new(scene), view, viewport, samples, planes).expect("a valid job")
}

#[test]
fn backends_agree() {
    let (mut software, mut vulkan) = (SoftwareBackend::new(), open());
    let (mut pixels, mut apart) = (0, 0);
    for case in 0..32 {
        let effects = [LINES, OCCLUSION, SHADOWS, ALL][case as usize % 4];
        let samples =
            [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen][case as usize / 4 % 4];
        let job = generated(case, effects, Viewport::whole(120, 90), samples);
        let ours = color(&mut software, &job);
        let theirs = color(vulkan.as_mut(), &job);
        for (a, b) in ours.iter().zip(&theirs) {
            pixels += 1;
            apart += usize::from((0..4).any(|part| a[part].abs_diff(b[part]) > 2));
        }
    }
    assert!(apart * 1000 < pixels, "{apart} of {pixels} pixels differ");
}

#[test]
fn crops_and_threads_change_no_pixel() {
    let set = molshot_renderer::software::InstructionSet::best();
    let mut backend = SoftwareBackend::with(set, 3).expect("the processor has its best set");
    for case in 0..12 {
        let samples =
            [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen][case as usize % 4];
        let whole = generated(case, ALL, Viewport::whole(150, 110), samples);
        let expected = draw(&mut SoftwareBackend::new(), &whole);
        let crop = CropRect {
            x_px: 31 + case as u32,
            y_px: 17,
            width_px: 60,
            height_px: 43 + case as u32,
        };
        let viewport = Viewport {
            crop,
            ..*whole.viewport()
        };
        let cropped = draw(&mut backend, &generated(case, ALL, viewport, samples));
        let [expected, cropped] =
            [expected, cropped].map(|frame| frame.color_rgba.expect("colour"));
        for row in 0..crop.height_px as usize {
            let at = ((crop.y_px as usize + row) * 150 + crop.x_px as usize) * 4;
            let width = crop.width_px as usize * 4;
            assert_eq!(
                expected[at..at + width],
                cropped[row * width..][..width],
                "{case}"
            );
        }
    }
}

#[test]
fn strips_leave_no_trace() {
    // 1400 x 1700 with four samples is more than one strip, whose borders a crop lays elsewhere.
    let viewport = Viewport::whole(1400, 1700);
    let mut backend = SoftwareBackend::new();
    let job = sample_job("hiv_protease_inhibitor", [64, 48], Samples::Four);
    let planes = [Plane::Color].into_iter().collect();
    let scene = Scene::clone(job.scene()).with_effects(ALL);
    let scene = Arc::new(scene.expect("numbers in range"));
    let made = |viewport| {
        let planes = Clone::clone(&planes);
        RenderJob::new(scene.clone(), *job.view(), viewport, Samples::Four, planes).expect("a job")
    };
    let whole = color(&mut backend, &made(viewport));
    let crop = CropRect {
        x_px: 300,
        y_px: 133,
        width_px: 500,
        height_px: 1400,
    };
    let part = color(&mut backend, &made(Viewport { crop, ..viewport }));
    for row in 0..1400 {
        let at = (133 + row) * 1400 + 300;
        assert!(whole[at..at + 500] == part[row * 500..][..500], "row {row}");
    }
}

#[test]
fn other_planes_know_nothing_of_effects() {
    let mut backend = SoftwareBackend::new();
    for samples in [Samples::One, Samples::Four] {
        let [mut with_them, mut without] = [ALL, Effects::default()].map(|effects| {
            draw(
                &mut backend,
                &generated(3, effects, Viewport::whole(90, 70), samples),
            )
        });
        assert_ne!(with_them.color_rgba, without.color_rgba);
        for frame in [&mut with_them, &mut without] {
            frame.color_rgba = None;
            frame.timings = molshot_renderer::Timings::default();
        }
        assert_eq!(with_them, without);
    }
}

#[test]
fn lines_over_nothing_are_opaque_on_a_transparent_background() {
    let clear = Background {
        color: [0; 3],
        transparent: true,
    };
    let job = balls(&[([0.0; 3], 2.0)], clear, Samples::Four);
    let drawn = color(&mut SoftwareBackend::new(), &with(&job, LINES));
    assert_eq!(drawn[0], [0; 4]);
    assert!(
        drawn.contains(&[255, 0, 255, 255]),
        "a line's middle is opaque"
    );
}

#[test]
fn a_ball_casts_its_shadow_where_the_light_sends_it() {
    let mut backend = SoftwareBackend::new();
    let white = Background {
        color: [255; 3],
        transparent: false,
    };
    for background in [BLACK, white] {
        for samples in [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen] {
            // A wall that is nearly flat in the picture, and a ball one angstrom before it. Light
            // travels right, down and back alike.
            let job = balls(
                &[([0.0, 0.0, -50.0], 50.0), ([-1.0, 1.0, 1.0], 0.5)],
                background,
                samples,
            );
            let [lit, shaded] = [Effects::default(), SHADOWS]
                .map(|effects| color(&mut backend, &with(&job, effects)));
            // Twenty pixels an angstrom; the shadow's middle is where the picture's is.
            let at =
                |x: f64, y: f64| (80.0 - 20.0 * y) as usize * 200 + (100.0 + 20.0 * x) as usize;
            let darker = |place: usize| i32::from(lit[place][1]) - i32::from(shaded[place][1]);
            assert!(darker(at(0.0, 0.0)) > 40, "{samples:?}");
            for beside in [
                (1.0, -1.0),
                (2.0, 2.0),
                (-2.0, -2.0),
                (-2.5, 1.0),
                (-1.0, 2.5),
            ] {
                let place = at(beside.0, beside.1);
                assert!(
                    darker(place).abs() <= 1,
                    "{samples:?} {beside:?}: {}",
                    darker(place)
                );
            }
            // In full shadow what is left is ambient and fill light: the same as by their formula.
            let light = molshot_scenes::Lighting::simple();
            let fill = -light.fill_direction[2] * light.fill_intensity * light.diffuse_reflectivity;
            let expected = 200.0 * (light.ambient_intensity * light.ambient_reflectivity + fill);
            let found = f32::from(shaded[at(0.0, 0.0)][1]);
            assert!((found - expected).abs() < 2.0, "{found} {expected}");
        }
    }
}

#[test]
fn a_ball_alone_has_no_shadow_on_itself() {
    let mut backend = SoftwareBackend::new();
    for radius in [0.2, 1.0, 3.5] {
        let job = balls(&[([0.3, -0.2, 0.0], radius)], BLACK, Samples::One);
        let [lit, shaded] =
            [Effects::default(), SHADOWS].map(|effects| color(&mut backend, &with(&job, effects)));
        let worst = lit
            .iter()
            .zip(&shaded)
            .map(|(a, b)| a[1].abs_diff(b[1]))
            .max();
        assert!(worst <= Some(3), "{radius}: {worst:?}");
    }
}
