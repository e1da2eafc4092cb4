//! The schema says what the parser reads.

use serde_json::json;

use crate::request::document::KEYS;
use crate::schema::schema;

#[test]
fn the_list_of_keys_is_the_schemas() {
    let schema = schema();
    let properties = schema["properties"].as_object().expect("properties");
    let mut known: Vec<&str> = properties.keys().map(String::as_str).collect();
    let mut keys = KEYS.to_vec();
    known.sort_unstable();
    keys.sort_unstable();
    assert_eq!(known, keys);
}

#[test]
fn the_schema_writes_every_default_down() {
    let schema = schema();
    let properties = &schema["properties"];
    for (key, default) in [("select", json!("all")), ("commands", json!([]))] {
        assert_eq!(properties[key]["default"], default, "{key}");
    }
    assert_eq!(properties["output"]["default"]["width_px"], 1024);
    assert_eq!(properties["output"]["default"]["samples"], 4);
    assert_eq!(properties["camera"]["default"]["fov_degrees"], 30.0);
    assert_eq!(properties["style"]["default"]["preset"], "misi");
    let definitions = schema["$defs"].as_object().expect("definitions");
    for (name, definition) in definitions {
        if let Some(fields) = definition["properties"].as_object()
            && definition.get("required").is_none()
        {
            for (field, value) in fields {
                assert!(
                    value.get("default").is_some(),
                    "{name}.{field} states no default"
                );
            }
        }
    }
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["required"], json!(["schema_version", "structure"]));
}
