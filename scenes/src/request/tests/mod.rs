mod schema;

use proptest::prelude::{any, prop_assert_eq, proptest};
use serde_json::json;

use super::{BackgroundRequest, ColorScheme, ImageFormat, Preset, SceneDocument, StructureSource};
use crate::{Plane, Samples, SceneError};

const MINIMAL: &str = r#"{"schema_version": 1, "structure": {"id": "5ey0"}}"#;

fn with(key: &str, value: serde_json::Value) -> Result<SceneDocument, SceneError> {
    let mut document: serde_json::Value = serde_json::from_str(MINIMAL).expect("JSON");
    document[key] = value;
    SceneDocument::from_json(document.to_string().as_bytes())
}

/// Pointer, problem and remedy of the error of a document.
fn error_of(text: &str) -> (String, String, String) {
    match SceneDocument::from_json(text.as_bytes()).expect_err(text) {
        SceneError::Document {
            pointer,
            problem,
            remedy,
            ..
        }
        | SceneError::Invalid {
            pointer,
            problem,
            remedy,
        } => (pointer, problem, remedy),
        other => panic!("{text}: {other:?}"),
    }
}

fn error_with(key: &str, value: serde_json::Value) -> (String, String, String) {
    let mut document: serde_json::Value = serde_json::from_str(MINIMAL).expect("JSON");
    document[key] = value;
    error_of(&document.to_string())
}

#[test]
fn the_documented_example_is_read() {
    let request = SceneDocument::from_json(
        br##"{ "schema_version": 1,
          "structure": {"id": "5ey0"},
          "style": {"preset": "misi", "labels": "auto", "background": "#000000"},
          "camera": {"projection": "perspective", "fov_degrees": 30},
          "commands": ["view front", "roll y 15"],
          "select": "all",
          "output": {"width_px": 1024, "height_px": 1024, "samples": 4, "planes": ["color"]} }"##,
    )
    .expect("valid");
    assert_eq!(request.request.view_commands().expect("valid").len(), 2);
    let mut plain = request.clone();
    plain.request.commands.clear();
    assert_eq!(
        plain,
        SceneDocument::from_json(MINIMAL.as_bytes()).expect("minimal")
    );
}

#[test]
fn the_other_two_sources_are_read() {
    let files = with(
        "structure",
        json!({"files": [{"name": "a.pdb", "text": ""}]}),
    )
    .expect("files");
    assert!(
        matches!(files.structure, StructureSource::Files { ref files } if files[0].name == "a.pdb")
    );
    let paths = with("structure", json!({"paths": ["a.pdb", "b.mol2"]})).expect("paths");
    assert!(matches!(paths.structure, StructureSource::Paths { ref paths } if paths.len() == 2));
}

#[test]
fn style_and_output_words() {
    let request = with(
        "style",
        json!({"preset": "ball-and-stick", "colors": "b-factor", "background": "Transparent", "stick_radius_angstrom": 0.1}),
    )
    .expect("valid");
    assert_eq!(request.request.style.preset, Preset::BallAndStick);
    assert_eq!(request.request.style.colors, Some(ColorScheme::BFactor));
    assert_eq!(
        request.request.style.background,
        BackgroundRequest::Transparent
    );
    let request = with(
        "output",
        json!({"samples": 16, "format": "webp", "planes": ["atom-id", "depth"]}),
    )
    .expect("valid");
    assert_eq!(request.request.output.samples, Samples::Sixteen);
    assert_eq!(request.request.output.format, Some(ImageFormat::WebP));
    assert!(request.request.output.planes.contains(&Plane::AtomId));
    assert_eq!(request.request.output.width_px, 1024);
}

#[test]
fn unknown_keys_are_refused_by_name_with_a_hint() {
    let (pointer, problem, remedy) = error_with("output", json!({"widht_px": 5}));
    assert_eq!(pointer, "/output/widht_px");
    assert!(problem.contains("\"widht_px\""), "{problem}");
    assert!(
        remedy.contains("height_px") && remedy.contains("did you mean width_px?"),
        "{remedy}"
    );
    let (pointer, _, remedy) = error_with("structure", json!({"ID": "5ey0"}));
    assert_eq!(pointer, "/structure/ID");
    assert!(remedy.contains("did you mean id?"), "{remedy}");
    assert_eq!(error_with("a/b~c", json!(1)).0, "/a~1b~0c");
}

#[test]
fn unknown_words_are_refused_with_the_known_ones() {
    let (pointer, problem, remedy) = error_with("style", json!({"preset": "licorise"}));
    assert_eq!(pointer, "/style/preset");
    assert!(problem.contains("licorise"), "{problem}");
    assert!(
        remedy.contains("spacefill") && remedy.contains("did you mean licorice?"),
        "{remedy}"
    );
    assert_eq!(
        error_with("output", json!({"planes": ["color", "colour"]})).0,
        "/output/planes/1"
    );
}

#[test]
fn faults_of_form_name_pointer_line_and_column() {
    let text = "{\"schema_version\": 1, \"structure\": {\"id\": \"x\"},\n \"output\": {\"width_px\": \"big\"}}";
    match SceneDocument::from_json(text.as_bytes()) {
        Err(SceneError::Document {
            pointer,
            line,
            column,
            problem,
            remedy,
        }) => {
            assert_eq!((pointer.as_str(), line), ("/output/width_px", 2));
            assert!(column > 10);
            assert!(problem.contains("string \"big\""), "{problem}");
            assert!(remedy.contains("whole number"), "{remedy}");
        }
        other => panic!("{other:?}"),
    }
    assert!(error_of("{").1.contains("not JSON"));
    assert!(error_of("").1.contains("not JSON"));
    assert!(error_of(&format!("{MINIMAL} x")).1.contains("trailing"));
    assert!(error_of(&"[".repeat(100_000)).2.contains("give"));
    assert!(
        error_of("{\"structure\": {\"id\": \"x\"}}")
            .1
            .contains("\"schema_version\" is missing")
    );
    assert!(error_of("{\"schema_version\": 1}").2.contains("5ey0"));
    let (pointer, problem, _) = error_of("{\"schema_version\": 2, \"structure\": {\"id\": \"x\"}}");
    assert_eq!(pointer, "/schema_version");
    assert!(problem.contains("version 2"), "{problem}");
}

#[test]
fn messages_read_as_one_line() {
    let text = |document: &str| {
        SceneDocument::from_json(document.as_bytes())
            .expect_err(document)
            .to_string()
    };
    assert_eq!(
        text("{]"),
        "line 1, column 2: this is not JSON: key must be a string; give one JSON object in UTF-8"
    );
    assert_eq!(
        text(r#"{"schema_version": 1, "structure": {"id": "x"}, "camera": {"fov": 30}}"#),
        "line 1, column 64: /camera/fov: the key \"fov\" is not known here; known are projection, fov_degrees, fit (did you mean fov_degrees?)"
    );
    assert_eq!(
        text(r#"{"schema_version": 1, "structure": {"id": "x"}, "output": {"samples": 3}}"#),
        "line 1, column 71: /output/samples: 3 samples are not supported; give 1, 4, 9, 16 or \"auto\""
    );
}

#[test]
fn every_kind_of_error_of_form_has_its_place_and_words() {
    let style = |style: &str| {
        format!(r#"{{"schema_version":1,"structure":{{"paths":["a"]}},"style":{style}}}"#)
    };
    for (document, expected) in [
        (
            r#"{"structure": {"paths": ["a"]}}"#.into(),
            r#"line 1, column 31: the key "schema_version" is missing; add it (this form is "schema_version": 1)"#,
        ),
        (
            "{\"schema_version\": 1,\n}".into(),
            "line 2, column 1: this is not JSON: trailing comma; give one JSON object in UTF-8",
        ),
        (
            "{\"schema_version\":\n 1}\n\n".into(),
            r#"line 2, column 3: the key "structure" is missing; add it, such as "structure": {"paths": ["5ey0.cif"]} in a scene file, or "structure": {"id": "5ey0"} in a request to a server"#,
        ),
        (
            style(r#"{"label_style":{"offset_angstrom":[1,2]}}"#),
            "line 1, column 95: /style/label_style/offset_angstrom: here is an array of length 2; give an array of length 3",
        ),
        (
            style(r#"{"label_style":{"offset_angstrom":[1,2,3,4]}}"#),
            "line 1, column 99: /style/label_style/offset_angstrom: here is an array of length 4; give an array of length 3",
        ),
        (
            style(r#"{"shadows":"\u0001\"x"}"#),
            r#"line 1, column 78: /style/shadows: here is the string "\u{1}\"x"; give true or false"#,
        ),
        (
            style(r#"{"stick_radius_angstrom":true}"#),
            "line 1, column 85: /style/stick_radius_angstrom: here is true; give a number",
        ),
        (
            style(r#"{"shadows":true,"shadows":true}"#),
            r#"line 1, column 81: /style: the key "shadows" is given twice; keep one of them"#,
        ),
        (
            r#"{"schema_version":1,"schema_version":1}"#.into(),
            r#"line 1, column 36: the key "schema_version" is given twice; keep one of them"#,
        ),
    ] {
        let document: String = document;
        let error = SceneDocument::from_json(document.as_bytes()).expect_err(&document);
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn a_number_that_is_not_whole_or_too_large_is_answered_with_the_keys_own_range() {
    for (key, value, remedy) in [
        (
            "/style/pseudobond_distances",
            json!(300),
            "give a whole number from 0 to 6",
        ),
        (
            "/style/pseudobond_distances",
            json!(2.0),
            "give a whole number from 0 to 6",
        ),
        (
            "/output/samples",
            json!("4"),
            "give the number 1, 4, 9 or 16, or \"auto\"",
        ),
        (
            "/output/width_px",
            json!(-1),
            "give a whole number from 1 to 16384",
        ),
        (
            "/output/height_px",
            json!(512.5),
            "give a whole number from 1 to 16384",
        ),
        (
            "/output/jpeg_quality",
            json!(256),
            "give a whole number from 1 to 100",
        ),
        ("/schema_version", json!("1"), "give the number 1"),
        (
            "/style/pseudobonds",
            json!("hydrogen-bonds"),
            "[\"hydrogen-bonds\"]",
        ),
    ] {
        let mut document: serde_json::Value = serde_json::from_str(MINIMAL).expect("JSON");
        let (parent, name) = key.rsplit_once('/').expect("a pointer");
        match parent.strip_prefix('/') {
            Some(parent) => document[parent] = json!({ name: value }),
            None => document[name] = value,
        }
        let error = SceneDocument::from_value(document).expect_err(key);
        assert_eq!(error.pointer(), Some(key));
        assert!(error.to_string().ends_with(remedy), "{error}");
    }
}

#[test]
fn the_structure_is_given_in_exactly_one_way() {
    for (value, word) in [
        (json!({}), "not named"),
        (json!({"id": "a", "paths": ["b"]}), "several ways"),
        (json!({"id": ""}), "nothing is named"),
        (json!({"files": []}), "nothing is named"),
        (
            json!({"files": [{"name": "", "text": ""}]}),
            "nothing is named",
        ),
    ] {
        let (pointer, problem, remedy) = error_with("structure", value);
        assert!(pointer.starts_with("/structure"), "{pointer}");
        assert!(problem.contains(word), "{problem}");
        assert!(remedy.starts_with("give "), "{remedy}");
    }
    assert_eq!(
        error_with("structure", json!({"files": [{"name": "a"}]})).0,
        "/structure/files/0"
    );
}

#[test]
fn numbers_out_of_range_are_refused_with_their_pointer() {
    for (key, value, pointer) in [
        ("camera", json!({"fov_degrees": -30}), "/camera/fov_degrees"),
        (
            "camera",
            json!({"fov_degrees": 1e308}),
            "/camera/fov_degrees",
        ),
        (
            "camera",
            json!({"fov_degrees": 0.999}),
            "/camera/fov_degrees",
        ),
        ("output", json!({"width_px": 0}), "/output/width_px"),
        ("output", json!({"height_px": 16385}), "/output/height_px"),
        ("output", json!({"height_px": -1}), "/output/height_px"),
        ("output", json!({"height_px": 1e20}), "/output/height_px"),
        ("output", json!({"samples": 2}), "/output/samples"),
        ("output", json!({"planes": []}), "/output/planes"),
        ("style", json!({"ball_scale": 0}), "/style/ball_scale"),
        (
            "style",
            json!({"stick_radius_angstrom": 1e9}),
            "/style/stick_radius_angstrom",
        ),
        (
            "style",
            json!({"background": "blackish"}),
            "/style/background",
        ),
        ("style", json!({"colors": "uniform"}), "/style/color"),
        ("style", json!({"color": "#fff"}), "/style/color"),
    ] {
        assert_eq!(error_with(key, value.clone()).0, pointer, "{value}");
    }
    // Beyond f64: the JSON reader itself refuses it.
    assert!(
        SceneDocument::from_json(
            MINIMAL
                .replace("\"5ey0\"}", "\"a\"}, \"camera\": {\"fov_degrees\": 1e999}")
                .as_bytes()
        )
        .is_err()
    );
}

#[test]
fn what_is_no_object_is_refused_in_plain_words() {
    for (document, found) in [
        ("[]", "an array"),
        (
            r#"[1,{"paths":["x"]},["misi"],[],[],"all",[64,64]]"#,
            "an array",
        ),
        ("null", "null"),
        ("3", "the number 3"),
        ("2.5", "the number 2.5"),
        ("true", "true"),
        ("\"x\"", "the string \"x\""),
    ] {
        let wanted = (
            String::new(),
            format!("the document is {found}"),
            "give a JSON object".to_owned(),
        );
        assert_eq!(error_of(document), wanted);
    }
    let (pointer, problem, remedy) = error_with("style", json!(["misi"]));
    assert_eq!(
        [pointer, problem, remedy],
        ["/style", "here is an array", "give a JSON object"]
    );
}

#[test]
fn null_and_endless_numbers_are_named_as_what_they_are() {
    let (pointer, problem, remedy) = error_with("style", json!({"preset": null}));
    assert_eq!(
        [pointer, problem, remedy],
        [
            "/style/preset",
            "null is not allowed here",
            "give one of misi, misi-residue, misi-pocket, misi-ligand, ball-and-stick, licorice, spacefill, cartoon, none"
        ]
    );
    assert_eq!(
        error_with("camera", json!({"projection": {"perspective": null}})).2,
        "give perspective or orthographic"
    );
    assert!(with("style", json!({"colors": null, "ball_scale": null})).is_ok());
    assert_eq!(
        error_with("structure", json!({"id": null, "paths": ["a"]})).0,
        "/structure/id"
    );
    let text = MINIMAL.replace("\"5ey0\"}", "\"a\"}, \"camera\": {\"fov_degrees\": 1e400}");
    let (pointer, problem, _) = error_of(&text);
    assert_eq!(
        [pointer, problem],
        ["/camera/fov_degrees", "the number is too large"]
    );
}

#[test]
fn what_is_named_twice_is_refused_where_it_is_repeated() {
    let (pointer, problem, _) = error_with("output", json!({"planes": ["color", "color"]}));
    assert_eq!(
        [pointer, problem],
        ["/output/planes/1", "color is named twice"]
    );
    let text = MINIMAL.replace("\"id\"", "\"id\": \"x\", \"id\"");
    assert_eq!(error_of(&text).1, "the key \"id\" is given twice");
}

#[test]
fn commands_are_checked_when_the_document_is_read() {
    let error = with("commands", json!(["view front", "roll y"])).expect_err("no angle");
    assert!(
        matches!(error, SceneError::Command { number: 2, .. }),
        "{error}"
    );
    let error = with(
        "commands",
        json!(["view front; zoom 2", "", "zoom 1; roll"]),
    )
    .expect_err("no axis");
    assert!(
        matches!(error, SceneError::Command { number: 4, .. }),
        "{error}"
    );
    assert_eq!(error.pointer(), Some("/commands/2"));
}

#[test]
fn a_value_is_read_like_a_text() {
    let value: serde_json::Value = serde_json::from_str(MINIMAL).expect("JSON");
    assert_eq!(
        SceneDocument::from_value(value.clone()).expect("valid"),
        SceneDocument::from_json(MINIMAL.as_bytes()).expect("valid")
    );
    let mut wrong = value;
    wrong["output"] = json!({"samples": 3});
    let error = SceneDocument::from_value(wrong).expect_err("3 samples");
    assert!(
        matches!(error, SceneError::Invalid { ref pointer, .. } if pointer == "/output/samples"),
        "{error}"
    );
}

#[test]
fn what_is_written_is_read_back() {
    let mut request = SceneDocument::from_json(MINIMAL.as_bytes()).expect("minimal");
    request.request.style.background = BackgroundRequest::Transparent;
    request.request.style.colors = Some(ColorScheme::Uniform);
    request.request.style.color = "teal".parse().ok();
    request.request.commands = "view left; crop 0 0 50% 50%".into();
    request.request.output.planes = Plane::ALL.into();
    let text = serde_json::to_vec(&request).expect("serialises");
    assert_eq!(
        SceneDocument::from_json(&text).expect("own output"),
        request
    );
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
        let _ = SceneDocument::from_json(&bytes);
    }

    #[test]
    fn no_damage_panics(position in 0_usize..49, byte: u8) {
        let mut bytes = MINIMAL.as_bytes().to_vec();
        bytes[position] = byte;
        let _ = SceneDocument::from_json(&bytes);
    }

    #[test]
    fn sizes_in_range_are_kept(width in 1_u32..=16_384, height in 1_u32..=16_384) {
        let request = with("output", json!({"width_px": width, "height_px": height})).expect("in range");
        prop_assert_eq!((request.request.output.width_px, request.request.output.height_px), (width, height));
    }
}
