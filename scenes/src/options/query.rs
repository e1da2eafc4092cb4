//! A request as the parameters of a picture's URL.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{OptionKind, READING_OPTIONS, RENDER_OPTIONS, RenderOption};
use crate::request::{ReadingRequest, RenderRequest};

/// A request as URL parameters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct UrlQuery {
    /// Names and values, not encoded. The size comes first and is always there; other options are
    /// left out where they have their defaults.
    pub parameters: Vec<(&'static str, String)>,
    /// JSON pointers of values that no URL can say.
    pub left_out: Vec<String>,
}

/// The parameters of the URL of a request's picture. The format is not among them: it is the file
/// extension of the URL's path.
#[must_use]
pub fn url_query(request: &RenderRequest) -> UrlQuery {
    let document = request.to_value();
    let default = RenderRequest::default().to_value();
    let mut query = UrlQuery::default();
    let mut said: BTreeSet<String> = BTreeSet::from(["/output/format".to_owned()]);
    for option in RENDER_OPTIONS.iter().filter(|option| option.in_url) {
        if !said.contains(option.pointer) {
            option.write(&document, &default, &mut query, &mut said);
        }
    }
    differing(&document, &default, "", &mut |pointer| {
        let is_said = |place: &str| {
            pointer == place
                || pointer
                    .strip_prefix(place)
                    .is_some_and(|rest| rest.starts_with('/'))
        };
        if !said.iter().any(|place| is_said(place)) {
            query.left_out.push(pointer.to_owned());
        }
    });
    query
}

/// The parameters of URLs for what is read of a structure; none for the first model as it is in
/// the file.
#[must_use]
pub fn reading_query(reading: &ReadingRequest) -> Vec<(&'static str, String)> {
    let document = json!({ "reading": reading });
    let given = READING_OPTIONS.iter().filter_map(|option| {
        let value = document.pointer(option.pointer)?;
        let text = plain(value).filter(|_| *value != Value::Bool(false))?;
        Some((option.name, text))
    });
    given.collect()
}

impl RenderOption {
    /// Adds the option's parameters where its value is not the default, and the pointers that they
    /// say to `said`.
    fn write(
        &self,
        document: &Value,
        default: &Value,
        query: &mut UrlQuery,
        said: &mut BTreeSet<String>,
    ) {
        let value = document.pointer(self.pointer).unwrap_or(&Value::Null);
        let mut add = |text: String| query.parameters.push((self.name, text));
        match self.kind {
            OptionKind::Size => {
                let edges = ["width_px", "height_px"];
                let [width, height] = edges.map(|edge| value[edge].as_u64().unwrap_or_default());
                add(format!("{width}x{height}"));
                said.extend(edges.map(|edge| format!("{}/{edge}", self.pointer)));
                return;
            }
            OptionKind::LabelSize => {
                for (key, unit) in [("size_angstrom", ""), ("size_px", "px")] {
                    if let Some(size) = value[key].as_f64() {
                        add(format!("{size}{unit}"));
                    }
                    said.insert(format!("{}/{key}", self.pointer));
                }
                return;
            }
            _ if Some(value) == default.pointer(self.pointer) || value.is_null() => return,
            OptionKind::Object => {
                // A member that differs adds the object, too; without one the object is said
                // itself.
                let prefix = format!("{}/", self.pointer);
                let mut is_default = true;
                for member in RENDER_OPTIONS {
                    if member.pointer.starts_with(&prefix) {
                        let value = document.pointer(member.pointer).and_then(plain);
                        if value == member.default.and_then(|text| member.plain_default(text)) {
                            said.insert(member.pointer.to_owned());
                        } else {
                            is_default = false;
                        }
                    }
                }
                if is_default {
                    add("true".into());
                }
                return;
            }
            OptionKind::ListedKeyword(_) => return,
            OptionKind::InvertedSwitch => add((value == false).to_string()),
            OptionKind::Commands => {
                let list = value.as_array().into_iter().flatten();
                let list: Vec<&str> = list.filter_map(Value::as_str).collect();
                add(list.join("; "));
            }
            OptionKind::Transforms => {
                for transform in value.as_array().into_iter().flatten() {
                    let commands = transform["commands"].as_array().into_iter().flatten();
                    let commands: Vec<&str> = commands.filter_map(Value::as_str).collect();
                    let select = transform["select"].as_str().unwrap_or_default();
                    add(format!("{select}: {}", commands.join("; ")));
                }
            }
            OptionKind::Opacities => {
                for entry in value.as_array().into_iter().flatten() {
                    let select = entry["select"].as_str().unwrap_or_default();
                    add(format!("{select}={}", entry["opacity"]));
                }
            }
            OptionKind::Texts => {
                for (index, text) in value.as_array().into_iter().flatten().enumerate() {
                    if let (Some(at), Some(text)) = (text["at"].as_str(), text["text"].as_str()) {
                        add(format!("{text} => {at}"));
                        said.insert(format!("{}/{index}", self.pointer));
                    }
                }
                return;
            }
            OptionKind::Offset => {
                let parts = value.as_array().into_iter().flatten();
                let parts: Vec<String> = parts.map(Value::to_string).collect();
                add(parts.join(","));
            }
            _ => {
                let Some(text) = plain(value) else { return };
                add(text);
            }
        }
        said.insert(self.pointer.to_owned());
    }

    /// A default of the table in the form of [`plain`].
    fn plain_default(&self, text: &str) -> Option<String> {
        let mut value = Value::Null;
        self.set(&mut value, &[text.to_owned()]).ok()?;
        plain(value.pointer(self.pointer)?)
    }
}

/// A value as a parameter has it: lists are joined by commas.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Array(list) => {
            let words: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
            words.map(|words| words.join(","))
        }
        Value::Null | Value::Object(_) => None,
    }
}

/// Calls `found` with the pointers of values that differ from those of `default`. Objects are
/// looked into where both have one, or where one stands alone; lists are looked into, too.
fn differing(document: &Value, default: &Value, pointer: &str, found: &mut dyn FnMut(&str)) {
    if document == default {
        return;
    }
    match document {
        Value::Object(members) if !members.is_empty() => {
            for (key, value) in members {
                let default = default.get(key).unwrap_or(&Value::Null);
                differing(value, default, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            for index in 0..items.len() {
                found(&format!("{pointer}/{index}"));
            }
        }
        _ => found(pointer),
    }
}
