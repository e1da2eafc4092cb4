use molshot_scenes::request::{CameraRequest, ProjectionKind};
use molshot_scenes::{BoundingBox, parse_commands};
use proptest::prelude::*;

use super::*;

fn fitted(projection: ProjectionKind, width: u32, height: u32) -> Camera {
    let bounds = BoundingBox {
        min: DVec3::new(-12.0, -7.0, 3.0),
        max: DVec3::new(9.0, 11.0, 25.0),
    };
    let mut request = CameraRequest::default();
    request.projection = projection;
    Camera::fit(&bounds, &request, width, height).expect("a camera")
}

/// Four atoms that a `center` can name.
fn structure() -> Structure {
    let text = "4\n\nC 0 0 10\nN 5 2 12\nO -9 3 20\nS 4 -6 5\n";
    let options =
        molshot_molecule::ReadOptions::default().with_format(molshot_molecule::Format::Xyz);
    let role = molshot_molecule::PartRole::Whole;
    molshot_molecule::read_bytes("four.xyz", text.as_bytes(), role, &options).expect("four atoms")
}

/// Largest difference of two cameras: angstrom of position and pivot, radians of orientation, share
/// of width.
fn difference(a: &Camera, b: &Camera) -> f64 {
    let place = a
        .pose()
        .position_angstrom
        .distance(b.pose().position_angstrom);
    let pivot = a.rotation_center().distance(b.rotation_center());
    let (p, q) = (a.pose().world_from_camera, b.pose().world_from_camera);
    // The angle between quaternions by arc cosine has no digits near zero.
    let turn = 2.0 * (p * q.inverse()).xyz().length();
    let width = match (a.view().projection, b.view().projection) {
        (
            Projection::Orthographic { width_angstrom: a },
            Projection::Orthographic { width_angstrom: b },
        ) => (a / b - 1.0).abs(),
        _ => 0.0,
    };
    place.max(pivot).max(turn).max(width)
}

fn command() -> impl Strategy<Value = String> {
    let axis = prop_oneof![Just("x"), Just("y"), Just("z")];
    prop_oneof![
        5 => (axis.clone(), -400.0..400.0_f64).prop_map(|(axis, degrees)| format!("roll {axis} {degrees}")),
        3 => (prop_oneof![Just("x"), Just("y")], -20.0..20.0_f64).prop_map(|(axis, way)| format!("move {axis} {way}")),
        2 => (0.6..1.6_f64).prop_map(|factor| format!("zoom {factor}")),
        1 => (0..4_usize).prop_map(|atom| format!("center index {atom}")),
        1 => Just("view left".to_owned()),
        1 => Just("view bottom".to_owned()),
    ]
}

proptest! {
    #[test]
    fn any_commands_are_expressed_by_at_most_seven(
        commands in prop::collection::vec(command(), 0..12),
        parallel in any::<bool>(),
    ) {
        let structure = structure();
        let kind = if parallel { ProjectionKind::Orthographic } else { ProjectionKind::Perspective };
        let fitted = fitted(kind, 800, 600);
        let commands = parse_commands(&commands.join("; ")).expect("commands");
        let mut long = fitted.clone();
        if long.apply(&commands, &structure).is_err() {
            return Ok(());
        }
        let center = Orbit::center_of(&commands);
        let orbit = Orbit::of_camera(&long, center, &fitted, &structure).expect("an orbit");
        let few = orbit.commands_rounded(|number| number, |factor| factor);
        prop_assert!(few.len() <= 7, "{few:?}");
        let mut short = fitted.clone();
        short.apply(&few, &structure).expect("commands that hold");
        if parallel {
            // Along its axis a parallel camera may stand anywhere.
            let off = short.pose().camera_from_world(long.pose().position_angstrom);
            let view = (off.x.abs().max(off.y.abs()), short.rotation_center());
            prop_assert!(view.0 < 1e-6 && view.1.distance(long.rotation_center()) < 1e-6);
        } else {
            prop_assert!(difference(&short, &long) < 1e-6, "{few:?}: {}", difference(&short, &long));
        }
        // As text, rounded, it is the same view to a hundredth of a pixel, and its own text
        // exactly.
        let text: Vec<String> = orbit.commands().iter().map(ToString::to_string).collect();
        let again = parse_commands(&text.join("; ")).expect("what is copied can be read");
        prop_assert_eq!(&again, &orbit.commands());
    }

    #[test]
    fn drags_add_up_as_turns_about_screen_axes(
        drags in prop::collection::vec((0.0..800.0_f64, 0.0..600.0_f64, 0.0..800.0_f64, 0.0..600.0_f64), 1..8),
    ) {
        let structure = structure();
        let fitted = fitted(ProjectionKind::Perspective, 800, 600);
        let size = DVec2::new(800.0, 600.0);
        let mut orbit = Orbit::named(ViewName::Front);
        let mut seen = DQuat::IDENTITY;
        for (x, y, to_x, to_y) in drags {
            let turn = arcball(DVec2::new(x, y), DVec2::new(to_x, to_y), size);
            orbit.rotate(turn);
            seen = turn * seen;
        }
        let mut camera = fitted.clone();
        camera.apply(&orbit.commands_rounded(|n| n, |f| f), &structure).expect("commands that hold");
        // What the user saw turn is where the commands turn it.
        for atom in [DVec3::new(5.0, 2.0, 12.0), DVec3::new(-9.0, 3.0, 20.0)] {
            let arm = atom - fitted.rotation_center();
            let expected = seen * arm;
            let pivot = camera.pose().camera_from_world(camera.rotation_center());
            let there = camera.pose().camera_from_world(atom) - pivot;
            prop_assert!(there.distance(expected) < 1e-6, "{there} {expected}");
        }
    }

    #[test]
    fn a_drag_and_its_reverse_cancel_out(
        x in -50.0..850.0_f64, y in -50.0..650.0_f64, to_x in -50.0..850.0_f64, to_y in -50.0..650.0_f64,
    ) {
        let (a, b) = (DVec2::new(x, y), DVec2::new(to_x, to_y));
        let size = DVec2::new(800.0, 600.0);
        let both = arcball(b, a, size) * arcball(a, b, size);
        prop_assert!(both.xyz().length() < 1e-6);
    }
}

#[test]
fn the_six_views_are_one_command_and_the_front_is_none() {
    for view in ViewName::ALL {
        let commands = Orbit::named(view).commands();
        if view == ViewName::Front {
            assert!(commands.is_empty(), "{commands:?}");
        } else {
            assert_eq!(commands, [Command::View(view)]);
        }
    }
}

#[test]
fn a_drag_to_the_right_turns_about_screen_y_and_up_about_minus_x() {
    let size = DVec2::new(800.0, 600.0);
    let middle = DVec2::new(400.0, 300.0);
    let right = arcball(middle, DVec2::new(500.0, 300.0), size) * DVec3::Z;
    assert!(
        right.x > 0.1 && right.y.abs() < 1e-9,
        "the near side goes right: {right}"
    );
    let up = arcball(middle, DVec2::new(400.0, 200.0), size) * DVec3::Z;
    assert!(
        up.y > 0.1 && up.x.abs() < 1e-9,
        "the near side goes up: {up}"
    );
}

#[test]
fn numbers_are_rounded_and_zeros_are_omitted() {
    let mut orbit = Orbit::named(ViewName::Front);
    orbit.rotate(DQuat::from_rotation_y(15.123_456_f64.to_radians()));
    orbit.zoom(1.234_567_89);
    orbit.pan(DVec2::new(0.000_01, -2.5));
    let text: Vec<String> = orbit.commands().iter().map(ToString::to_string).collect();
    assert_eq!(text, ["roll y 15.123", "zoom 1.23457", "move y -2.5"]);
    orbit.zoom(1e9);
    assert_eq!(orbit.commands()[1], Command::Zoom { factor: MAX_ZOOM });
}
