use glam::{DMat3, DQuat, DVec3};
use molshot_molecule::Structure;
use proptest::prelude::{Strategy, prop_assert, prop_assert_eq, proptest};

use super::Camera;
use crate::commands::{ViewName, parse_commands};
use crate::request::{CameraRequest, ProjectionKind};
use crate::scene::BoundingBox;
use crate::view::{CropRect, Projection};
use crate::{Command, SceneError};

const PERSPECTIVE: CameraRequest = CameraRequest {
    projection: ProjectionKind::Perspective,
    fov_degrees: 30.0,
    fit: crate::request::CameraFit::Drawn,
};
const ORTHOGRAPHIC: CameraRequest = CameraRequest {
    projection: ProjectionKind::Orthographic,
    fov_degrees: 30.0,
    fit: crate::request::CameraFit::Drawn,
};

fn commands(text: &str) -> Vec<Command> {
    parse_commands(text).expect(text)
}

/// The box of a structure that `ChimeraX` fitted an 800 x 600 camera to, with the camera it found.
fn example() -> BoundingBox {
    BoundingBox {
        min: DVec3::new(-13.177, -13.923, -32.063),
        max: DVec3::new(17.108, 14.499, -7.988),
    }
}

fn camera(request: &CameraRequest) -> Camera {
    Camera::fit(&example(), request, 800, 600).expect("a valid box")
}

fn after(request: &CameraRequest, text: &str) -> Camera {
    let mut camera = camera(request);
    camera.apply(&commands(text), &no_atoms()).expect(text);
    camera
}

fn no_atoms() -> Structure {
    Structure::merge(Vec::new())
}

fn close(a: &Camera, b: &Camera) -> bool {
    let (a, b) = (a.pose(), b.pose());
    a.position_angstrom.distance(b.position_angstrom) < 1e-6
        && a.world_from_camera.dot(b.world_from_camera).abs() > 1.0 - 1e-12
}

#[test]
fn the_fit_is_that_of_chimerax() {
    let camera = camera(&PERSPECTIVE);
    let expected = DVec3::new(1.966, 0.288, 67.082);
    assert!(camera.pose().position_angstrom.distance(expected) < 0.002);
    let view = camera.view();
    assert!((view.near_angstrom - 62.865).abs() < 0.002, "{view:?}");
    assert!((view.far_angstrom - 111.351).abs() < 0.002, "{view:?}");
}

/// Which way each view looks, by where the world's axes fall on the screen.
#[test]
fn the_six_views_look_where_they_should() {
    // World axes in camera axes: (x, y, z).
    let cases = [
        (ViewName::Front, [DVec3::X, DVec3::Y, DVec3::Z]),
        (ViewName::Left, [-DVec3::Z, DVec3::Y, DVec3::X]),
        (ViewName::Right, [DVec3::Z, DVec3::Y, -DVec3::X]),
        (ViewName::Top, [DVec3::X, DVec3::Z, -DVec3::Y]),
        (ViewName::Bottom, [DVec3::X, -DVec3::Z, DVec3::Y]),
        (ViewName::Back, [-DVec3::X, DVec3::Y, -DVec3::Z]),
    ];
    for (name, axes) in cases {
        let camera = after(&PERSPECTIVE, &format!("view {}", name.name()));
        let from_world = camera.pose().world_from_camera.inverse();
        for (world, expected) in [DVec3::X, DVec3::Y, DVec3::Z].into_iter().zip(axes) {
            assert!(
                (from_world * world).distance(expected) < 1e-12,
                "{name:?} {world}"
            );
        }
        let center = camera.pose().camera_from_world(example().center());
        assert!(
            center.truncate().length() < 1e-9 && center.z < 0.0,
            "{name:?}"
        );
    }
}

#[test]
fn a_turn_follows_the_right_hand_rule_on_the_screen() {
    // Turning about y by a small angle carries what is in front of the centre to the right.
    let near = example().center() + DVec3::Z;
    let seen = after(&PERSPECTIVE, "roll y 10")
        .pose()
        .camera_from_world(near);
    assert!(seen.x > 0.1, "{seen}");
    let up = example().center() + DVec3::Y;
    assert!(
        after(&PERSPECTIVE, "roll x 10")
            .pose()
            .camera_from_world(up)
            .z
            > -87.108 + 0.1
    );
    let right = example().center() + DVec3::X;
    assert!(
        after(&PERSPECTIVE, "roll z 10")
            .pose()
            .camera_from_world(right)
            .y
            > 0.1
    );
}

#[test]
fn a_move_moves_the_scene_along_screen_axes() {
    let point = DVec3::new(1.0, 2.0, -20.0);
    let turned = after(&PERSPECTIVE, "roll y 40; roll x 10");
    for (text, step) in [
        ("move x 3", DVec3::X * 3.0),
        ("move y -2", DVec3::Y * -2.0),
        ("move z 40", DVec3::Z * 40.0),
    ] {
        let moved = after(&PERSPECTIVE, &format!("roll y 40; roll x 10; {text}"));
        let difference =
            moved.pose().camera_from_world(point) - turned.pose().camera_from_world(point);
        assert!(difference.distance(step) < 1e-9, "{text}: {difference}");
    }
}

#[test]
fn zoom_scales_what_is_at_the_rotation_centre() {
    for request in [PERSPECTIVE, ORTHOGRAPHIC] {
        let size = |text: &str| {
            let camera = after(&request, text);
            let (view, viewport) = (camera.view(), camera.viewport());
            let c = camera.rotation_center();
            let across = view.pose.world_from_camera * DVec3::X * 1e-3;
            view.project(&viewport, c + across).x - view.project(&viewport, c).x
        };
        for text in ["zoom 2.5", "roll y 30; move x 4; zoom 2.5"] {
            let plain = size(text.trim_end_matches("zoom 2.5"));
            assert!(
                (size(text) / plain - 2.5).abs() < 1e-6,
                "{request:?} {text}"
            );
        }
    }
}

#[test]
fn zoom_behind_the_camera_and_endless_zoom_are_refused() {
    let mut behind = camera(&PERSPECTIVE);
    let error = behind
        .apply(&commands("move z 500; zoom 2"), &no_atoms())
        .expect_err("behind");
    assert!(
        matches!(error, SceneError::Command { number: 2, .. }),
        "{error}"
    );
    for request in [PERSPECTIVE, ORTHOGRAPHIC] {
        let mut far = camera(&request);
        let error = far.apply(&commands(&"zoom 0.001;".repeat(500)), &no_atoms());
        assert!(
            matches!(error, Err(SceneError::Command { .. })),
            "{error:?}"
        );
    }
}

#[test]
fn parallel_projection_is_blind_to_depth() {
    let plain = after(&ORTHOGRAPHIC, "roll y 30");
    let moved = after(&ORTHOGRAPHIC, "roll y 30; move z 90");
    assert_eq!(plain.view(), moved.view());
}

#[test]
fn center_of_nothing_is_refused() {
    let mut camera = camera(&PERSPECTIVE);
    let error = camera
        .apply(&commands("center all"), &no_atoms())
        .expect_err("no atoms");
    assert!(error.to_string().contains("matches no atom"), "{error}");
}

#[test]
fn center_brings_a_point_to_the_middle_at_its_depth() {
    let point = DVec3::new(5.0, -3.0, -10.0);
    for request in [PERSPECTIVE, ORTHOGRAPHIC] {
        let mut camera = after(&request, "roll y 33; roll z 12");
        let depth = camera.pose().camera_from_world(point).z;
        camera.center(point);
        assert!(
            camera
                .pose()
                .camera_from_world(point)
                .distance(DVec3::new(0.0, 0.0, depth))
                < 1e-9
        );
        camera
            .apply(&commands("roll x 70"), &no_atoms())
            .expect("a turn");
        let exact = camera.pose().camera_from_world(point);
        assert!(exact.truncate().length() < 1e-9, "{exact}");
        // The view is on the grid of settled poses: half a step of 2^-24 angstrom is a millionth
        // of a pixel here.
        let seen = camera.view().project(&camera.viewport(), point);
        assert!(
            (seen.x - 400.0).abs() < 1e-5 && (seen.y - 300.0).abs() < 1e-5,
            "{seen}"
        );
    }
}

#[test]
fn crops_are_resolved_to_pixels() {
    let crop = |text: &str| {
        let mut camera = camera(&PERSPECTIVE);
        camera
            .apply(&commands(text), &no_atoms())
            .map(|()| camera.viewport().crop)
    };
    let rect = |x_px, y_px, width_px, height_px| CropRect {
        x_px,
        y_px,
        width_px,
        height_px,
    };
    assert_eq!(
        crop("crop 25% 25% 50% 50%").expect("inside"),
        rect(200, 150, 400, 300)
    );
    assert_eq!(
        crop("crop 0 10 800 590").expect("inside"),
        rect(0, 10, 800, 590)
    );
    assert_eq!(
        crop("crop 33.3% 0 66.7% 1").expect("inside"),
        rect(266, 0, 534, 1)
    );
    assert_eq!(
        crop("crop 50% 0 10 100%").expect("inside"),
        rect(400, 0, 10, 600)
    );
    for text in [
        "crop 0 0 801 1",
        "crop 60% 0 50% 1",
        "crop 4294967295 0 4294967295 1",
        "crop 0 0 0.01% 1",
        "crop 800 0 1 1",
    ] {
        assert!(
            matches!(crop(text), Err(SceneError::Command { number: 1, .. })),
            "{text}"
        );
    }
    let mut camera = camera(&PERSPECTIVE);
    camera
        .apply(&commands("crop 0 0 1 1"), &no_atoms())
        .expect("the first");
    assert!(
        camera
            .apply(&commands("crop 0 0 1 1"), &no_atoms())
            .is_err()
    );
}

#[test]
fn thirds_in_percent_tile_the_picture() {
    let spans: Vec<(u32, u32)> = (0..7)
        .map(|i| {
            let seventh = 100.0 / 7.0;
            super::resolve_span(
                crate::commands::Extent::Percent(f64::from(i) * seventh),
                crate::commands::Extent::Percent(seventh),
                1001,
            )
        })
        .collect();
    let mut next = 0;
    for (start, length) in spans {
        assert_eq!(start, next);
        next = start + length;
    }
    assert_eq!(next, 1001);
}

#[test]
fn a_field_of_view_out_of_range_is_refused() {
    for fov_degrees in [0.0, -30.0, 171.0, f64::NAN, f64::INFINITY] {
        let request = CameraRequest {
            fov_degrees,
            ..PERSPECTIVE
        };
        let error = Camera::fit(&example(), &request, 800, 600).expect_err("out of range");
        assert!(
            error.to_string().starts_with("/camera/fov_degrees"),
            "{error}"
        );
    }
    assert!(Camera::fit(&example(), &PERSPECTIVE, 0, 600).is_err());
}

fn any_box() -> impl Strategy<Value = BoundingBox> {
    let point = || [-1e4..1e4, -1e4..1e4, -1e4..1e4];
    let size = || [0.0..500.0, 0.0..500.0, 0.0..500.0];
    (point(), size()).prop_map(|(p, s)| {
        let min = DVec3::from_array(p);
        BoundingBox {
            min,
            max: min + DVec3::from_array(s) + DVec3::splat(0.1),
        }
    })
}

fn corners(bounds: &BoundingBox) -> impl Iterator<Item = DVec3> {
    let (c, h) = (bounds.center(), bounds.half_size());
    (0..8).map(move |i| {
        let sign = |bit: i32| if i & bit == 0 { -1.0 } else { 1.0 };
        c + h * DVec3::new(sign(1), sign(2), sign(4))
    })
}

fn turns() -> impl Strategy<Value = Vec<(usize, f64)>> {
    proptest::collection::vec((0_usize..3, -400.0..400.0), 0..8)
}

fn turn_text(turns: &[(usize, f64)]) -> String {
    let one = |(axis, degrees): &(usize, f64)| format!("roll {} {degrees}", ["x", "y", "z"][*axis]);
    turns.iter().map(one).collect::<Vec<_>>().join("; ") + ";"
}

proptest! {
    #[test]
    fn the_fitted_box_is_inside_the_frame_with_the_pad(
        bounds in any_box(), width in 1_u32..4000, height in 1_u32..4000, fov_degrees in 1.0..170.0_f64, parallel: bool,
    ) {
        let projection = if parallel { ProjectionKind::Orthographic } else { ProjectionKind::Perspective };
        let camera = Camera::fit(&bounds, &CameraRequest { projection, fov_degrees, ..CameraRequest::default() }, width, height).expect("valid");
        let (mut view, viewport) = (camera.view(), camera.viewport());
        let reach = |view: &crate::View| {
            let (w, h) = (f64::from(width), f64::from(height));
            corners(&bounds)
                .map(|corner| {
                    let p = view.project(&viewport, corner);
                    assert!(p.z > 0.0);
                    (p.x / w - 0.5).abs().max((p.y / h - 0.5).abs()) * 2.0
                })
                .fold(0.0, f64::max)
        };
        prop_assert!(reach(&view) < 1.0);
        // Without the pad, a corner touches the frame.
        let back = 0.95 * (view.pose.position_angstrom.z - bounds.center().z);
        match &mut view.projection {
            Projection::Perspective { .. } => view.pose.position_angstrom.z = bounds.center().z + back,
            Projection::Orthographic { width_angstrom } => *width_angstrom *= 0.95,
        }
        prop_assert!((reach(&view) - 1.0).abs() < 1e-6, "{}", reach(&view));
        // Nothing of the box is outside of the clip planes.
        for corner in corners(&bounds) {
            let depth = camera.view().project(&viewport, corner).z;
            prop_assert!(depth >= camera.view().near_angstrom - 1e-9 || camera.view().near_angstrom < 0.01 * bounds.half_size().length());
            prop_assert!(depth <= camera.view().far_angstrom + 1e-9);
        }
    }

    #[test]
    fn a_turn_and_its_opposite_cancel(turns in turns(), axis in 0_usize..3, degrees in -1e6..1e6_f64) {
        let start = turn_text(&turns);
        let axis = ["x", "y", "z"][axis];
        let there_and_back = after(&PERSPECTIVE, &format!("{start} roll {axis} {degrees}; roll {axis} {}", -degrees));
        prop_assert!(close(&after(&PERSPECTIVE, &start), &there_and_back));
    }

    #[test]
    fn turns_are_matrix_products(turns in turns()) {
        // What the scene undergoes on the screen: each turn multiplies from the left.
        let expected = turns.iter().fold(DMat3::IDENTITY, |product, (axis, degrees)| {
            let a = degrees.to_radians();
            [DMat3::from_rotation_x(a), DMat3::from_rotation_y(a), DMat3::from_rotation_z(a)][*axis] * product
        });
        let camera = after(&PERSPECTIVE, &turn_text(&turns));
        let point = DVec3::new(3.0, -4.0, 5.0);
        let center = example().center();
        let distance = 67.082 + 20.0255;
        let seen = camera.pose().camera_from_world(center + point);
        prop_assert!(seen.distance(expected * point - DVec3::Z * distance) < 0.002, "{}", seen);
    }

    #[test]
    fn a_view_forgets_what_was_before(turns in turns(), which in 0_usize..6, step in -50.0..50.0_f64, factor in 0.5..2.0_f64) {
        let name = ViewName::ALL[which].name();
        for request in [PERSPECTIVE, ORTHOGRAPHIC] {
            let fresh = after(&request, &format!("view {name}"));
            let text = format!("{} move x {step}; zoom {factor}; view {name}", turn_text(&turns));
            prop_assert_eq!(&after(&request, &text), &fresh);
            prop_assert_eq!(&after(&request, &format!("{text}; view {name}")), &fresh);
        }
    }

    #[test]
    fn clip_planes_are_sound_wherever_the_camera_goes(
        turns in turns(), x in -1e3..1e3_f64, z in -1e3..1e3_f64, fov_degrees in 1.0..170.0_f64, parallel: bool,
    ) {
        let projection = if parallel { ProjectionKind::Orthographic } else { ProjectionKind::Perspective };
        let request = CameraRequest { projection, fov_degrees, ..CameraRequest::default() };
        let view = after(&request, &format!("move x {x}; move z {z}; {}", turn_text(&turns))).view();
        prop_assert!(view.near_angstrom > 0.0 && view.far_angstrom > view.near_angstrom && view.far_angstrom.is_finite());
        prop_assert!((view.pose.world_from_camera.length() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn crops_are_inside_or_refused(
        x in 0.0..=100.0_f64, y in 0.0..=100.0_f64, w in 0.01..=100.0_f64, h in 0.01..=100.0_f64, width in 1_u32..5000, height in 1_u32..5000,
    ) {
        let mut camera = Camera::fit(&example(), &PERSPECTIVE, width, height).expect("valid");
        let text = format!("crop {x}% {y}% {w}% {h}%");
        if camera.apply(&commands(&text), &no_atoms()).is_ok() {
            let crop = camera.viewport().crop;
            prop_assert!(crop.width_px > 0 && crop.x_px + crop.width_px <= width);
            prop_assert!(crop.height_px > 0 && crop.y_px + crop.height_px <= height);
        } else {
            prop_assert!(x + w > 99.0 || y + h > 99.0 || w * f64::from(width) < 101.0 || h * f64::from(height) < 101.0
                || (x + w) * f64::from(width) >= 100.0 * f64::from(width) - 51.0 || (y + h) * f64::from(height) >= 100.0 * f64::from(height) - 51.0);
        }
    }
}

#[test]
fn a_thousand_turns_do_not_drift() {
    let camera = after(&PERSPECTIVE, &"roll y 0.36; ".repeat(1000));
    assert!(close(&camera, &after(&PERSPECTIVE, "view front")));
    assert!(
        camera
            .pose()
            .world_from_camera
            .abs_diff_eq(-DQuat::IDENTITY, 1e-9)
            || camera
                .pose()
                .world_from_camera
                .abs_diff_eq(DQuat::IDENTITY, 1e-9)
    );
}

/// `camera_truth.tsv` has `ChimeraX`'s first camera of pockets, fitted to their ribbons.
#[test]
fn a_camera_fitted_to_ribbons_is_that_of_a_pocket_just_opened() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness.
        let text = b"skipped: MOLSHOT_TEST_DATA is not set\n";
        std::io::Write::write_all(&mut std::io::stderr(), text).expect("a standard error");
        return;
    };
    let table = std::fs::read_to_string(data.join("truth/camera_truth.tsv")).expect("a table");
    let request = CameraRequest {
        fit: crate::request::CameraFit::Ribbons,
        ..CameraRequest::default()
    };
    let mut errors = Vec::new();
    for line in table.lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, "800x600", state, _, _, origin, ..] = fields.as_slice() else {
            continue;
        };
        if !state.contains("just opened") {
            continue;
        }
        let file = data.join(format!("complexes/{id}/{id}_pocket.pdb"));
        let options = molshot_molecule::ReadOptions::default();
        let structure = molshot_molecule::read_file(&file, &options).expect("a pocket");
        let scene = crate::build_scene(structure.into(), &crate::RenderRequest::default());
        let camera = scene.expect("sticks").camera(&request, 800, 600);
        let found = camera.expect("ribbons").pose().position_angstrom;
        let numbers = origin
            .split(',')
            .map(|part| part.parse().expect("a number"));
        let numbers: Vec<f64> = numbers.collect();
        let error = found.distance(DVec3::from_slice(&numbers));
        errors.push((error, (*id).to_owned()));
    }
    errors.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(errors.len(), 22);
    assert!(errors[11].0 < 0.01, "{errors:?}");
}
