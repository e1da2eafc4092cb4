use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

use super::{
    Axis, Command, Crop, Extent, MAX_COMMANDS, MAX_DEGREES, MAX_MOVE_ANGSTROM, ViewName,
    parse_commands, parse_list,
};
use crate::SceneError;

fn error_of(text: &str) -> (usize, String, String) {
    match parse_commands(text) {
        Err(SceneError::Command {
            number,
            problem,
            remedy,
            ..
        }) => (number, problem, remedy),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn separators_case_and_white_space() {
    let commands =
        parse_commands(" View LEFT ;; roll Y 15\n\tTURN z -1e1;\r\nmove x 3;").expect("valid");
    assert_eq!(
        commands,
        [
            Command::View(ViewName::Left),
            Command::Turn {
                axis: Axis::Y,
                degrees: 15.0
            },
            Command::Turn {
                axis: Axis::Z,
                degrees: -10.0
            },
            Command::Move {
                axis: Axis::X,
                angstrom: 3.0
            },
        ]
    );
    assert_eq!(parse_commands("").expect("nothing"), []);
}

#[test]
fn faults_say_which_command_and_what_would_be_right() {
    let (number, problem, remedy) = error_of("view front; rol y 15");
    assert_eq!(number, 2);
    assert!(problem.contains("\"rol\""), "{problem}");
    assert!(remedy.contains("did you mean roll?"), "{remedy}");

    assert!(error_of("view lefty").2.contains("did you mean left?"));
    assert!(error_of("roll w 15").1.contains("\"w\" is not an axis"));
    assert!(error_of("roll y").1.contains("found one word"));
    assert!(
        error_of("roll")
            .1
            .contains("an angle in degrees, found nothing")
    );
    assert!(error_of("zoom 1 2").1.contains("found 2 words"));
    assert_eq!(error_of("roll y 1e300").1, "1e300 is out of range");
    assert_eq!(error_of("zoom 1e300").1, "1e300 is out of range");
    let long = format!("move x {}", "9".repeat(300));
    assert!(error_of(&long).1.len() < 90);
    assert!(
        error_of(&format!("crop 0 0 {}% 1", "9".repeat(300)))
            .1
            .len()
            < 110
    );
    assert!(error_of("roll y NaN").1.contains("not finite"));
    assert!(error_of("move x 1e6").1.contains("out of range"));
    assert!(error_of("roll x -1000001").1.contains("out of range"));
    assert!(error_of("zoom 0").1.contains("out of range"));
    assert!(error_of("zoom inf").1.contains("not finite"));
    assert!(error_of("center").1.contains("selection"));
    assert!(error_of("crop 0 0 10").1.contains("found 3 extents"));
    assert!(error_of("crop 0 0 0 10").1.contains("empty"));
    assert!(error_of("crop 0 0 101% 10").1.contains("100%"));
    assert!(error_of("crop 0 0 -1 10").1.contains("whole number"));
    assert!(error_of("crop 0 0 1.5 10").1.contains("whole number"));
}

#[test]
fn one_crop_only_and_not_too_many_commands() {
    let (number, problem, _) = error_of("crop 0 0 9 9; crop 1 1 2 2");
    assert_eq!(
        (number, problem.as_str()),
        (2, "the picture is cropped already")
    );
    assert!(parse_commands(&"view front;".repeat(MAX_COMMANDS)).is_ok());
    assert_eq!(
        error_of(&"view front;".repeat(MAX_COMMANDS + 1)).0,
        MAX_COMMANDS + 1
    );
}

#[test]
fn lists_are_numbered_through() {
    let error = parse_list(["view front; roll y 1", "nonsense"]).expect_err("nonsense");
    assert!(
        matches!(error, SceneError::Command { number: 3, .. }),
        "{error}"
    );
}

#[test]
fn a_center_keeps_its_selection() {
    let commands = parse_commands("CENTRE  chain A and resname ARG ; zoom 2").expect("valid");
    assert_eq!(commands[0].to_string(), "center chain A and resname ARG");
    assert_eq!(
        parse_commands(&commands[0].to_string()).expect("canonical"),
        commands[..1]
    );
    let (_, problem, _) = error_of("center chain A and (");
    assert!(problem.starts_with("selection, column "), "{problem}");
}

fn axis() -> impl Strategy<Value = Axis> {
    prop_oneof![Just(Axis::X), Just(Axis::Y), Just(Axis::Z)]
}

fn extent(lowest: u32) -> impl Strategy<Value = Extent> {
    prop_oneof![
        (lowest..=u32::MAX).prop_map(Extent::Pixels),
        (0.001..=100.0).prop_map(Extent::Percent)
    ]
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        (0_usize..6).prop_map(|i| Command::View(ViewName::ALL[i])),
        (axis(), -MAX_DEGREES..=MAX_DEGREES)
            .prop_map(|(axis, degrees)| Command::Turn { axis, degrees }),
        (axis(), -MAX_MOVE_ANGSTROM..=MAX_MOVE_ANGSTROM)
            .prop_map(|(axis, angstrom)| Command::Move { axis, angstrom }),
        (0.001..=1000.0).prop_map(|factor| Command::Zoom { factor }),
        (extent(0), extent(0), extent(1), extent(1)).prop_map(|(x, y, width, height)| {
            Command::Crop(Crop {
                x,
                y,
                width,
                height,
            })
        }),
    ]
}

proptest! {
    #[test]
    fn canonical_text_round_trips(command in command()) {
        let text = command.to_string();
        prop_assert_eq!(parse_commands(&text).expect("canonical"), vec![command]);
    }

    #[test]
    fn no_text_panics(text in any::<String>()) {
        let _ = parse_commands(&text);
    }

    #[test]
    fn no_near_miss_panics(text in "(view|roll|turn|move|zoom|crop|center)( |x|y|z|%|-|[0-9.e]|;|left){0,12}") {
        let _ = parse_commands(&text);
    }
}
