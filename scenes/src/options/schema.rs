//! The table in JSON schemas: descriptions and ranges of the request's keys, and the schemas of
//! URL parameters.

use serde_json::{Value, json};

use super::{OptionKind, READING_OPTIONS, RENDER_OPTIONS, RenderOption};
use crate::ranges;

/// Writes help and ranges of the options into the JSON schema of the request.
pub(crate) fn describe(schema: &mut Value) {
    // Of several options for one key the first one that is not a shorthand describes it.
    for option in RENDER_OPTIONS.iter().chain(READING_OPTIONS).rev() {
        for (key, [min, max]) in option.limits() {
            if let Some(number) = key_at(schema, &format!("{}{key}", option.pointer)) {
                number["minimum"] = min;
                number["maximum"] = max;
            }
        }
        match option.kind {
            // They set keys that have descriptions of their own. What a switch does is written for
            // the state that it is named after.
            OptionKind::ListedKeyword(_)
            | OptionKind::Size
            | OptionKind::LabelSize
            | OptionKind::InvertedSwitch => continue,
            _ => {}
        }
        if let Some(key) = key_at(schema, option.pointer) {
            key["description"] = option.help.into();
        }
    }
}

/// The subschema of the key that a pointer leads to.
fn key_at<'a>(schema: &'a mut Value, pointer: &str) -> Option<&'a mut Value> {
    let mut place = String::new();
    for key in pointer.split('/').skip(1) {
        place = target(schema, &place)?;
        place = format!("{place}/properties/{key}");
    }
    schema.pointer_mut(&place)
}

/// The place of the object behind a reference, or of the first choice of several.
fn target(schema: &Value, place: &str) -> Option<String> {
    let here = schema.pointer(place)?;
    let reference = match here.get("anyOf") {
        Some(choices) => choices.get(0)?.get("$ref"),
        None => here.get("$ref"),
    };
    match reference.and_then(Value::as_str) {
        Some(reference) => reference.strip_prefix('#').map(str::to_owned),
        None => Some(place.to_owned()),
    }
}

impl RenderOption {
    /// Least and largest value of each number that the option sets, with its pointer below that of
    /// the option.
    fn limits(&self) -> Vec<(&'static str, [Value; 2])> {
        let float = |range: ranges::NumberRange<f64>| [range.min.into(), range.max.into()];
        let edge = || [ranges::EDGE_PX.min.into(), ranges::EDGE_PX.max.into()];
        match self.kind {
            OptionKind::Number { min, max, .. } => vec![("", [min.into(), max.into()])],
            OptionKind::Integer { min, max, .. } => vec![("", [min.into(), max.into()])],
            OptionKind::Size => vec![("/width_px", edge()), ("/height_px", edge())],
            OptionKind::LabelSize => vec![
                ("/size_angstrom", float(ranges::LABEL_SIZE_ANGSTROM)),
                ("/size_px", float(ranges::LABEL_SIZE_PX)),
            ],
            _ => Vec::new(),
        }
    }

    /// The JSON schema of the option's URL parameter.
    #[must_use]
    pub fn url_schema(&self) -> Value {
        match self.kind {
            OptionKind::Switch
            | OptionKind::InvertedSwitch
            | OptionKind::Object
            | OptionKind::ListedKeyword(_) => json!({ "type": "boolean" }),
            OptionKind::Number { min, max, .. } => {
                json!({ "type": "number", "minimum": min, "maximum": max })
            }
            OptionKind::Integer { min, max, .. } => {
                json!({ "type": "integer", "minimum": min, "maximum": max })
            }
            OptionKind::OneOf(names) => {
                let values: Vec<Value> = names()
                    .iter()
                    .map(|name| {
                        name.parse::<u32>()
                            .map_or_else(|_| json!(name), Value::from)
                    })
                    .collect();
                json!({ "enum": values })
            }
            OptionKind::Keyword(names) => json!({ "type": "string", "enum": names() }),
            OptionKind::Size => {
                json!({ "type": "string", "pattern": "^[1-9][0-9]{0,4}x[1-9][0-9]{0,4}$" })
            }
            OptionKind::LabelSize => {
                json!({ "type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(px)?$" })
            }
            OptionKind::Transforms => {
                json!({ "type": "array", "items": { "type": "string", "pattern": ":" } })
            }
            OptionKind::Opacities => {
                json!({ "type": "array", "items": { "type": "string", "pattern": "[0-9]$" } })
            }
            OptionKind::Texts => {
                json!({ "type": "array", "items": { "type": "string", "pattern": "=>" } })
            }
            OptionKind::Keywords(_)
            | OptionKind::Color
            | OptionKind::Colors
            | OptionKind::Background
            | OptionKind::Text(_)
            | OptionKind::Selection
            | OptionKind::Residue
            | OptionKind::Offset
            | OptionKind::Commands => json!({ "type": "string" }),
        }
    }
}
