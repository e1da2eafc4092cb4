use serde_json::{Value, json};

use super::{
    GivenOption, READING_OPTIONS, RENDER_OPTIONS, apply, option, options_at, reading_query,
    url_options, url_query,
};
use crate::request::{ReadingRequest, RenderRequest};

fn set(values: &[(&str, &str)]) -> Result<RenderRequest, String> {
    let given: Vec<GivenOption> = values
        .iter()
        .map(|(name, value)| GivenOption {
            option: option(name).expect(name),
            values: vec![(*value).to_owned()],
        })
        .collect();
    apply(&RenderRequest::default(), &given).map_err(|error| error.to_string())
}

#[test]
fn names_and_pointers_are_well_formed_and_names_are_unique() {
    for (index, option) in url_options().enumerate() {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
        assert!(option.name.bytes().all(plain), "{}", option.name);
        assert!(option.pointer.starts_with('/'), "{}", option.name);
        assert!(option.help.ends_with('.'), "{}", option.name);
        let mut others = url_options().take(index);
        assert!(others.all(|other| other.name != option.name));
    }
}

#[test]
fn values_are_checked_where_they_are_written() {
    for (name, value, remedy) in [
        ("fov", "wide", "give a number, 1 to 170"),
        ("fov", "nan", "give a number, 1 to 170"),
        ("fov", "171", "give 1 to 170"),
        ("samples", "3", "give 1, 4, 9, 16 or auto"),
        ("jpeg-quality", "1.5", "give a whole number, 1 to 100"),
        ("label-size", "1px", "give 2px to 512px"),
        ("label-offset", "1,2", "give three numbers"),
        ("style", "licorise", "did you mean licorice"),
        ("planes", "color,nose", "residue-id"),
        ("background", "#12345", "transparent"),
        ("size", "5", "give width and height"),
        ("transform", "ligand", "a colon"),
    ] {
        let error = option(name).expect(name).check(value).expect_err(value);
        assert!(error.contains(remedy), "{name} {value}: {error}");
    }
}

#[test]
fn an_effects_member_adds_the_effect_and_keeps_what_was_there() {
    let request = set(&[("silhouette-width", "2"), ("silhouette-color", "red")]);
    let value = request.expect("in range").to_value();
    let lines = &value["style"]["silhouettes"];
    assert_eq!(lines["width_px"], json!(2.0));
    assert_eq!(lines["depth_jump"], json!(0.03));
    let both = set(&[("pseudobonds", "metal-coordination"), ("hbonds", "true")]);
    assert_eq!(both.expect("both").style.pseudobonds.len(), 2);
    assert_eq!(
        set(&[("hydrogens", "false")]).expect("off"),
        RenderRequest::default()
    );
}

#[test]
fn options_that_contradict_each_other_are_refused_with_both_names() {
    for [(one, value), (other, other_value)] in [
        [("depth-cue", "true"), ("no-depth-cue", "true")],
        [("no-depth-cue", "false"), ("depth-cue", "false")],
        [("silhouettes", "false"), ("silhouette-width", "2")],
        [
            ("ambient-occlusion-radius", "2"),
            ("ambient-occlusion", "no"),
        ],
        [("hbonds", "false"), ("pseudobonds", "hydrogen-bonds")],
    ] {
        let error = set(&[(one, value), (other, other_value)]).expect_err(one);
        assert!(error.contains("contradict each other"), "{error}");
        assert!(error.contains(one) && error.contains(other), "{error}");
    }
    for pair in [
        [("depth-cue", "false"), ("no-depth-cue", "true")],
        [("silhouettes", "true"), ("silhouette-width", "2")],
        [("hbonds", "false"), ("pseudobonds", "metal-coordination")],
    ] {
        set(&pair).expect(pair[0].0);
    }
}

#[test]
fn an_empty_word_of_a_list_is_refused_as_any_unknown_word_is() {
    for text in ["", ",", "hydrogen-bonds,"] {
        let error = set(&[("pseudobonds", text)]).expect_err(text);
        assert!(error.contains("give one of hydrogen-bonds"), "{error}");
    }
}

#[test]
fn a_pointer_leads_to_the_option_that_sets_it() {
    for (pointer, name) in [
        ("/output/width_px", "size"),
        ("/style/silhouettes/color", "silhouette-color"),
        ("/style/silhouettes", "silhouettes"),
        ("/transforms/3/select", "transform"),
        ("/style/texts/0/at", "text"),
        ("/style/label_style/size_px", "label-size"),
        ("/commands/2", "commands"),
    ] {
        assert_eq!(options_at(pointer)[0].name, name, "{pointer}");
    }
    assert!(options_at("/structure/id").is_empty());
}

#[test]
fn a_url_says_what_differs_from_the_defaults() {
    let query = url_query(&set(&[("silhouettes", "true"), ("depth-cue", "false")]).expect("set"));
    assert_eq!(
        query.parameters,
        [
            ("size", "1024x1024".to_owned()),
            ("no-depth-cue", "true".to_owned()),
            ("silhouettes", "true".to_owned()),
        ]
    );
    assert!(query.left_out.is_empty(), "{:?}", query.left_out);
    let query = url_query(&set(&[("silhouette-width", "2"), ("planes", "depth")]).expect("set"));
    assert_eq!(query.parameters[1], ("silhouette-width", "2.0".to_owned()));
    assert_eq!(query.left_out, ["/output/planes"]);
    let mut request = RenderRequest::default().to_value();
    request["style"]["texts"] = json!([
        {"text": "a", "at": "ligand"},
        {"text": "b", "position_angstrom": [1.0, 2.0, 3.0]},
    ]);
    let query = url_query(&RenderRequest::from_value(request).expect("two texts"));
    assert_eq!(query.parameters[1], ("text", "a => ligand".to_owned()));
    assert_eq!(query.left_out, ["/style/texts/1"]);
}

#[test]
fn the_schema_has_the_tables_help_and_ranges() {
    let schema = crate::schema::schema();
    let fov = &schema["$defs"]["CameraRequest"]["properties"]["fov_degrees"];
    assert_eq!(fov["maximum"].as_f64(), Some(170.0));
    assert_eq!(
        fov["description"].as_str(),
        option("fov").map(|option| option.help)
    );
    let rows = super::options_json();
    let count = RENDER_OPTIONS.len() + READING_OPTIONS.len();
    assert_eq!(rows.as_array().map(Vec::len), Some(count));
    let model = &schema["$defs"]["ReadingRequest"]["properties"]["model"];
    assert_eq!(model["description"].as_str(), Some(READING_OPTIONS[0].help));
    assert_eq!(rows[0]["kind"], Value::from("size"));
}

#[test]
fn what_is_read_is_written_as_parameters() {
    let mut reading = ReadingRequest::default();
    assert_eq!(reading_query(&reading), []);
    reading.model = Some("2-5".into());
    reading.unit_cell = true;
    let expected = [
        ("model", "2-5".to_owned()),
        ("unit-cell", "true".to_owned()),
    ];
    assert_eq!(reading_query(&reading), expected);
    reading.symmetry_mates_angstrom = Some(4.5);
    assert_eq!(reading_query(&reading)[2], ("symmetry-mates", "4.5".into()));
}
