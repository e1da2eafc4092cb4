//! What stands behind the bodies, and alpha.

use std::sync::Arc;

use crate::support::compare::{Picture, Tolerance, assert_alike};
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{camera_above, check_property, draw, job, open, scene, structure};
use molshot_renderer::Backend;
use molshot_scenes::{Background, Projection, RenderJob, Samples, Scene, Viewport};
use proptest::prelude::*;

fn picture(backend: &mut dyn Backend, job: &RenderJob) -> Picture {
    Picture::from(&draw(backend, job))
}

fn on_background(scene: &Scene, background: Background) -> Arc<Scene> {
    let mut scene = scene.clone();
    scene.background = background;
    Arc::new(scene)
}

/// Alpha counts samples: two pictures over black and over white show it as well.
#[test]
fn alpha_of_a_transparent_picture_is_its_coverage() {
    let structure = structure(MAX_ATOMS);
    let samples = prop_oneof![
        Just(Samples::One),
        Just(Samples::Four),
        Just(Samples::Nine),
        Just(Samples::Sixteen)
    ];
    check_property(18, &(any::<u64>(), samples), |backend, (seed, samples)| {
        let base = generate(seed, false, &structure);
        let mut base_scene = Scene::clone(base.scene());
        // The cue fades into the background's colour, which shall only stand behind.
        base_scene.depth_cue = None;
        let viewport = Viewport::whole(60, 50);
        let mut over = |color, transparent| {
            let scene = on_background(&base_scene, Background { color, transparent });
            picture(
                backend,
                &crate::support::job(&scene, *base.view(), viewport, samples),
            )
        };
        let clear = over([0; 3], true);
        let (black, white) = (over([0; 3], false), over([255; 3], false));
        let (clear_rgba, ids) = (
            clear.rgba.expect("asked for"),
            clear.atom_id.expect("asked for"),
        );
        let (black, white) = (
            black.rgba.expect("asked for"),
            white.rgba.expect("asked for"),
        );
        for (pixel, [r, g, b, alpha]) in clear_rgba.into_iter().enumerate() {
            let gap = white[pixel][0] - black[pixel][0];
            prop_assert!((255 - alpha).abs_diff(gap) <= 1);
            let steps = f64::from(alpha) * f64::from(samples.count()) / 255.0;
            prop_assert!(
                (steps - steps.round()).abs() < 0.05,
                "alpha {alpha} is not a count of samples"
            );
            if samples == Samples::One {
                prop_assert_eq!(alpha, if ids[pixel] > 0 { 255 } else { 0 });
            }
            // Straight alpha: colour times alpha is what stands over black. Three roundings of up
            // to a half come together; cut down, each takes up to one, of which two are on one
            // side.
            let most = if samples.rounds() { 1.5 } else { 2.0 };
            for (channel, value) in [r, g, b].into_iter().enumerate() {
                let premultiplied = f64::from(value) * f64::from(alpha) / 255.0;
                prop_assert!((premultiplied - f64::from(black[pixel][channel])).abs() <= most);
            }
        }
        Ok(())
    });
}

#[test]
fn a_scene_without_bodies_is_background_alone() {
    let structure = structure(1);
    let mut backend = open();
    for samples in [
        Samples::One,
        Samples::Four,
        Samples::Nine,
        Samples::Sixteen,
        Samples::Auto,
    ] {
        for transparent in [false, true] {
            let color = [10, 20, 30];
            let scene = scene(
                &structure,
                vec![],
                vec![],
                Background { color, transparent },
            );
            let view = camera_above(
                10.0,
                Projection::Perspective {
                    fov_x_degrees: 30.0,
                },
            );
            let frame = draw(
                backend.as_mut(),
                &job(&scene, view, Viewport::whole(33, 7), samples),
            );
            let alpha = if transparent { 0 } else { 255 };
            let expected = Picture {
                width_px: 33,
                height_px: 7,
                rgba: Some(vec![[10, 20, 30, alpha]; 33 * 7]),
                depth_angstrom: Some(vec![f32::INFINITY; 33 * 7]),
                normal: Some(vec![[0.0; 3]; 33 * 7]),
                atom_id: Some(vec![0; 33 * 7]),
                residue_id: Some(vec![0; 33 * 7]),
            };
            assert_alike(
                "nothing",
                &Picture::from(&frame),
                &expected,
                None,
                Tolerance::NONE,
            );
        }
    }
}
