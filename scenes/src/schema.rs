//! JSON schemas: that of a scene document, and how one is made of any type.

use schemars::JsonSchema;
use serde_json::Value;

use crate::options::describe;
use crate::request::SceneDocument;

/// The JSON schema (draft 2020-12) of [`SceneDocument`], with every default and range.
#[must_use]
pub fn schema() -> Value {
    let mut schema = schema_of::<SceneDocument>();
    describe(&mut schema);
    schema
}

/// The JSON schema (draft 2020-12) of a type. Descriptions come from doc comments, whose line
/// breaks become blanks.
#[must_use]
pub fn schema_of<T: JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    join_descriptions(&mut schema);
    schema
}

/// Joins the lines within each paragraph of every description.
fn join_descriptions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    // A property may have this name, too; its value is an object.
                    Value::String(text) if key == "description" => *text = join_lines(text),
                    value => join_descriptions(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(join_descriptions),
        _ => {}
    }
}

fn join_lines(text: &str) -> String {
    let paragraphs = text.split("\n\n");
    let joined: Vec<String> = paragraphs
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    joined.join("\n\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::{Value, json};

    use super::{join_lines, schema};

    /// Every `minimum` and `maximum` of a schema with its JSON pointer.
    fn limits(value: &Value, place: &str, found: &mut BTreeMap<String, f64>) {
        let Value::Object(members) = value else {
            return;
        };
        for (key, value) in members {
            let place = format!("{place}/{key}");
            match value.as_f64() {
                Some(limit) if key == "minimum" || key == "maximum" => {
                    found.insert(place, limit);
                }
                _ => limits(value, &place, found),
            }
        }
    }

    #[test]
    fn every_number_of_the_request_has_its_range() {
        let schema = schema();
        let mut found = BTreeMap::new();
        limits(&schema, "", &mut found);
        for (place, min, max) in [
            ("/properties/schema_version", 1.0, 1.0),
            ("/$defs/CameraRequest/properties/fov_degrees", 1.0, 170.0),
            (
                "/$defs/ReadingRequest/properties/symmetry_mates_angstrom",
                0.0,
                1000.0,
            ),
            ("/$defs/OutputRequest/properties/width_px", 1.0, 16384.0),
            ("/$defs/OutputRequest/properties/height_px", 1.0, 16384.0),
            ("/$defs/OutputRequest/properties/jpeg_quality", 1.0, 100.0),
            (
                "/$defs/StyleRequest/properties/stick_radius_angstrom",
                0.01,
                5.0,
            ),
            ("/$defs/StyleRequest/properties/ball_scale", 0.01, 5.0),
            (
                "/$defs/StyleRequest/properties/cartoon_divisions",
                2.0,
                40.0,
            ),
            (
                "/$defs/StyleRequest/properties/pseudobond_distances",
                0.0,
                6.0,
            ),
            (
                "/$defs/SurfaceRequest/properties/probe_radius_angstrom",
                0.0,
                10.0,
            ),
            (
                "/$defs/SurfaceRequest/properties/resolution_angstrom",
                0.1,
                3.0,
            ),
            ("/$defs/LabelStyle/properties/size_angstrom", 0.05, 20.0),
            ("/$defs/LabelStyle/properties/size_px", 2.0, 512.0),
            ("/$defs/LabelStyle/properties/outline_px", 0.0, 4.0),
            ("/$defs/SilhouetteRequest/properties/width_px", 0.25, 8.0),
            (
                "/$defs/SilhouetteRequest/properties/depth_jump",
                0.0001,
                1.0,
            ),
            (
                "/$defs/AmbientOcclusionRequest/properties/radius_angstrom",
                0.1,
                50.0,
            ),
            (
                "/$defs/AmbientOcclusionRequest/properties/strength",
                0.0,
                4.0,
            ),
            ("/$defs/OpacityRequest/properties/opacity", 0.0, 1.0),
        ] {
            assert_eq!(
                found.remove(&format!("{place}/minimum")),
                Some(min),
                "{place}"
            );
            assert_eq!(
                found.remove(&format!("{place}/maximum")),
                Some(max),
                "{place}"
            );
        }
        assert!(found.is_empty(), "{found:?}");
    }

    #[test]
    fn descriptions_have_no_line_breaks_within_paragraphs() {
        assert_eq!(join_lines("a\nb  c\n\nd"), "a b c\n\nd");
        let text = schema().to_string();
        assert!(!text.contains(r"\n"), "{text}");
        assert_eq!(schema()["required"], json!(["schema_version", "structure"]));
    }
}
