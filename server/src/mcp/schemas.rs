//! JSON schemas of the tools' arguments. Those of render options come from the one table.

use molshot_scenes::options::{OptionKind, RenderOption, url_options};
use serde_json::{Map, Value, json};

/// Size of a picture if the model does not say one: vision models see about this many pixels.
pub(super) const DEFAULT_SIZE: &str = "512x512";

/// An object schema with these properties, which allows no others.
pub(super) fn object(properties: &Map<String, Value>, required: &[&str]) -> Map<String, Value> {
    let Value::Object(schema) = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    }) else {
        return Map::new();
    };
    schema
}

/// The render options that a picture's URL takes.
pub(super) fn options() -> impl Iterator<Item = &'static RenderOption> {
    url_options()
}

/// The property of a structure's id.
pub(super) fn structure() -> Value {
    json!({
        "type": "string",
        "description": "id of a structure, from list_structures or load_structure, such as sample-dna",
    })
}

/// The structure and every render option, as properties.
pub(super) fn view() -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("structure".to_owned(), structure());
    for option in options() {
        properties.insert(option.name.replace('-', "_"), of_option(option));
    }
    properties
}

/// The schema of one option's values.
fn of_option(option: &RenderOption) -> Value {
    let texts = |items: Value| json!({"anyOf": [items, {"type": "array", "items": items}]});
    let mut schema = match option.kind {
        OptionKind::Switch
        | OptionKind::InvertedSwitch
        | OptionKind::Object
        | OptionKind::ListedKeyword(_) => json!({"type": "boolean"}),
        OptionKind::Number { min, max, .. } => {
            json!({"type": "number", "minimum": min, "maximum": max})
        }
        OptionKind::Integer { min, max, .. } => {
            json!({"type": "integer", "minimum": min, "maximum": max})
        }
        OptionKind::Keyword(names) | OptionKind::OneOf(names) => {
            json!({"type": "string", "enum": names()})
        }
        OptionKind::Keywords(names) => {
            json!({"type": "array", "items": {"type": "string", "enum": names()}})
        }
        OptionKind::Commands
        | OptionKind::Transforms
        | OptionKind::Opacities
        | OptionKind::Texts => texts(json!({"type": "string"})),
        _ => json!({"type": "string"}),
    };
    let help = match option.name {
        "size" => "width and height in pixels, such as 512x512".to_owned(),
        "text" => "labels, each as TEXT => SELECTION, such as active site => resi 25".to_owned(),
        _ => option.full_help(),
    };
    schema["description"] = help.into();
    if option.name == "size" {
        schema["default"] = DEFAULT_SIZE.into();
    }
    schema
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_of_urls_is_a_property_with_a_description() {
        let properties = view();
        assert_eq!(properties.len(), options().count() + 1);
        for (name, schema) in &properties {
            assert!(schema["description"].is_string(), "{name}");
            assert!(
                schema["type"].is_string() || schema["anyOf"].is_array(),
                "{name}"
            );
            assert!(!name.contains('-'), "{name}");
        }
        assert_eq!(properties["fov"]["type"], "number");
        assert_eq!(properties["silhouettes"]["type"], "boolean");
        assert!(
            properties["style"]["enum"]
                .as_array()
                .is_some_and(|names| names.contains(&"spacefill".into()))
        );
    }
}
