//! The printed JSON schema: sound in itself, and in agreement with the program on every sample
//! scene.

use serde_json::{Map, Value};

use super::program::{Folder, library};
use super::scene_files::scenes;

/// Checks `value` against the keywords of JSON Schema 2020-12 that the schema uses; any other
/// keyword is an error, so that nothing goes unchecked.
fn check(value: &Value, schema: &Value, root: &Value) -> Result<(), String> {
    let Value::Object(schema) = schema else {
        return (schema == &Value::Bool(true))
            .then_some(())
            .ok_or_else(|| "refused".into());
    };
    for (keyword, rule) in schema {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "examples" | "format"
            | "uniqueItems" | "pattern" => true,
            "$ref" => {
                let pointer = rule
                    .as_str()
                    .and_then(|r| r.strip_prefix('#'))
                    .expect("a local reference");
                let target = root
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("{pointer} is nowhere"));
                check(value, target, root)?;
                true
            }
            "type" => match rule {
                Value::Array(kinds) => kinds.iter().any(|kind| is_a(value, kind)),
                kind => is_a(value, kind),
            },
            "const" => value == rule,
            "enum" => rule.as_array().expect("a list").contains(value),
            "minimum" => value
                .as_f64()
                .is_none_or(|v| v >= rule.as_f64().expect("a number")),
            "maximum" => value
                .as_f64()
                .is_none_or(|v| v <= rule.as_f64().expect("a number")),
            "minItems" => value
                .as_array()
                .is_none_or(|v| v.len() as u64 >= rule.as_u64().expect("a count")),
            "maxItems" => value
                .as_array()
                .is_none_or(|v| v.len() as u64 <= rule.as_u64().expect("a count")),
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    check(item, rule, root)?;
                }
                true
            }
            "properties" => {
                for (key, rule) in rule.as_object().expect("properties") {
                    if let Some(part) = value.get(key) {
                        check(part, rule, root).map_err(|error| format!("{key}: {error}"))?;
                    }
                }
                true
            }
            "required" => rule
                .as_array()
                .expect("a list")
                .iter()
                .all(|key| value.get(key.as_str().expect("a key")).is_some()),
            "additionalProperties" => {
                assert_eq!(rule, &Value::Bool(false));
                let none = Map::new();
                let known = schema
                    .get("properties")
                    .and_then(Value::as_object)
                    .unwrap_or(&none);
                value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .all(|(key, _)| known.contains_key(key))
            }
            "anyOf" => any(value, rule, root) > 0,
            "oneOf" => any(value, rule, root) == 1,
            other => panic!("the keyword {other} is not checked here"),
        };
        if !holds {
            return Err(format!("{keyword} {rule} does not hold for {value}"));
        }
    }
    Ok(())
}

fn any(value: &Value, rules: &Value, root: &Value) -> usize {
    let rules = rules.as_array().expect("a list");
    rules
        .iter()
        .filter(|rule| check(value, rule, root).is_ok())
        .count()
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind.as_str().expect("a type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        "number" => value.is_number(),
        "integer" => value.is_u64() || value.is_i64(),
        other => panic!("unknown type {other}"),
    }
}

fn schema() -> Value {
    let text = Folder::new("schema").run(&["schema"]).text();
    serde_json::from_str(&text).expect("JSON")
}

#[test]
fn the_schema_accepts_every_sample_scene() {
    let schema = schema();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    for name in scenes() {
        let text = std::fs::read_to_string(library(&name)).expect("the sample");
        let scene = serde_json::from_str(&text).expect("JSON");
        if let Err(error) = check(&scene, &schema, &schema) {
            panic!("{name}: {error}");
        }
    }
}

#[test]
fn the_schema_accepts_what_the_program_prints() {
    let folder = Folder::new("schema_printed");
    let schema = schema();
    let args = [
        "render",
        &library("1hvr"),
        "--print-request",
        "--background",
        "transparent",
        "--colors",
        "uniform",
        "--color",
        "red",
    ];
    let request: Value = serde_json::from_str(&folder.run(&args).text()).expect("JSON");
    assert_eq!(check(&request, &schema, &schema), Ok(()));
}

#[test]
fn schema_and_program_refuse_the_same_scenes() {
    let folder = Folder::new("schema_refused");
    let schema = schema();
    let text = std::fs::read_to_string(library("ubiquitin.json")).expect("the sample");
    let good: Value = serde_json::from_str(&text).expect("JSON");
    for (pointer, bad) in [
        ("/schema_version", serde_json::json!(2)),
        ("/structure", serde_json::json!({"file": "x"})),
        ("/structure/paths", serde_json::json!([])),
        ("/style/preset", serde_json::json!("woodcut")),
        ("/camera/fov_degrees", serde_json::json!(0)),
        ("/camera/projection", serde_json::json!("fisheye")),
        ("/output/width_px", serde_json::json!(0)),
        ("/output/samples", serde_json::json!(3)),
        ("/output/format", serde_json::json!("gif")),
        ("/output/planes", serde_json::json!(["colour"])),
        ("/commands", serde_json::json!("view front")),
        ("/select", serde_json::json!(7)),
    ] {
        let mut scene = good.clone();
        *scene.pointer_mut(pointer).expect("the sample has it") = bad;
        assert!(
            check(&scene, &schema, &schema).is_err(),
            "the schema accepts {pointer}"
        );
        folder.put("bad.json", scene.to_string());
        folder.refuse(
            1,
            &["render", "bad.json", "-o", "a.png"],
            &["bad.json: ", pointer],
        );
    }
}
