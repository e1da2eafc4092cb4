//! Bytes to [`SceneDocument`], with errors that name the place and the remedy.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};

use super::strict_serde::Object;
use super::{PartialDocument, RenderRequest, SceneDocument};
use crate::colors::shorten;
use crate::error::SceneError;
use crate::suggest::nearest;

impl SceneDocument {
    /// Reads and checks a document. Nesting is bounded (128 levels), so no document can exhaust the
    /// stack.
    ///
    /// # Errors
    /// [`SceneError::Document`] when it is not JSON or not of this form, with JSON pointer, line
    /// and column; [`SceneError::Invalid`], [`SceneError::Command`] or [`SceneError::Selection`]
    /// when a value is wrong in itself.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SceneError> {
        let document = document::<Self>(bytes)?;
        document.validate()?;
        Ok(document)
    }

    /// As [`SceneDocument::from_json`] for a document that was parsed as JSON already (defaults
    /// merged with an item's own keys). An error of form has no line and column then: it is
    /// [`SceneError::Invalid`].
    pub fn from_value(value: serde_json::Value) -> Result<Self, SceneError> {
        let document: Self = of_value(value)?;
        document.validate()?;
        Ok(document)
    }
}

impl RenderRequest {
    /// The request as a JSON value, every default written out.
    #[must_use]
    pub fn to_value(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// Reads and checks a request alone, without structure and version.
    ///
    /// # Errors
    /// As [`SceneDocument::from_value`].
    pub fn from_value(value: serde_json::Value) -> Result<Self, SceneError> {
        let Object(request) = of_value::<Object<Self>>(value)?;
        request.validate()?;
        Ok(request)
    }
}

impl PartialDocument {
    /// Reads and checks what is given of a document.
    ///
    /// # Errors
    /// As [`SceneDocument::from_json`], but for what is missing.
    pub fn from_json(bytes: &[u8]) -> Result<Self, SceneError> {
        let document = document::<Self>(bytes)?;
        if let Some(structure) = &document.structure {
            structure.validate()?;
        }
        document.request.validate()?;
        Ok(document)
    }
}

/// Reads a value that was parsed as JSON already.
fn of_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, SceneError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer(error.path());
        let (problem, remedy) = explain(&pointer, &error.inner().to_string());
        SceneError::Invalid {
            pointer,
            problem,
            remedy,
        }
    })
}

/// Reads one JSON document of any type, with the errors described at [`SceneDocument::from_json`].
fn document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SceneError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer)
        .map_err(|error| fault(pointer(error.path()), error.inner()))?;
    deserializer
        .end()
        .map_err(|error| fault(String::new(), &error))?;
    Ok(value)
}

fn fault(pointer: String, error: &serde_json::Error) -> SceneError {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    let too_large = message == "number out of range";
    let (problem, remedy) = if error.is_data() {
        explain(&pointer, message)
    } else if too_large {
        (
            "the number is too large".into(),
            "give one of a magnitude below 1.8e308".into(),
        )
    } else {
        (
            format!("this is not JSON: {message}"),
            "give one JSON object in UTF-8".into(),
        )
    };
    SceneError::Document {
        // The path of a broken document is only where the reader stood, and may end in a key that
        // is not there.
        pointer: if error.is_data() || too_large {
            pointer
        } else {
            String::new()
        },
        line: error.line(),
        column: error.column(),
        problem,
        remedy,
    }
}

/// JSON pointer (RFC 6901) of a path.
fn pointer(path: &Path) -> String {
    let mut text = String::new();
    for segment in path {
        text.push('/');
        match segment {
            Segment::Seq { index } => text.push_str(&index.to_string()),
            Segment::Map { key } | Segment::Enum { variant: key } => {
                text.push_str(&shorten(key).replace('~', "~0").replace('/', "~1"));
            }
            Segment::Unknown => text.push('?'),
        }
    }
    text
}

/// Splits one of serde's messages, or one of ours (`problem; remedy`), into what is wrong and what
/// would be right. `pointer` is the place, empty for the whole document.
fn explain(pointer: &str, message: &str) -> (String, String) {
    if let Some(rest) = message.strip_prefix("unknown field `")
        && let Some((word, expected)) = rest.rsplit_once("`, expected ")
    {
        // The rest may belong to the word if that holds back-quotes itself; the last "expected" is
        // serde's.
        return unknown(word, "key", expected);
    }
    if let Some(name) = message
        .strip_prefix("missing field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        let example = match name {
            "schema_version" => " (this form is \"schema_version\": 1)",
            "structure" => ", such as \"structure\": {\"id\": \"5ey0\"}",
            _ => "",
        };
        return (
            format!("the key \"{name}\" is missing"),
            format!("add it{example}"),
        );
    }
    if let Some(name) = message
        .strip_prefix("duplicate field `")
        .and_then(|rest| rest.strip_suffix('`'))
    {
        return (
            format!("the key \"{name}\" is given twice"),
            "keep one of them".into(),
        );
    }
    if let Some((problem, expected)) = message.rsplit_once(", expected ") {
        let expected = match expected {
            "u8" => "a whole number from 0 to 255",
            "u32" => "a whole number from 0 to 4294967295",
            "f32" | "f64" => "a number",
            "a boolean" => "true or false",
            "a sequence" => "an array",
            "a map" => "an object",
            other => other,
        };
        return (misplaced(pointer, problem), format!("give {expected}"));
    }
    if let Some((problem, remedy)) = message.split_once("; ") {
        return (problem.to_owned(), remedy.to_owned());
    }
    (
        shorten_middle(message),
        "see the schema of the request for what belongs here".into(),
    )
}

/// What stands where something else belongs, from serde's "invalid type: integer `3`".
fn misplaced(pointer: &str, problem: &str) -> String {
    if let Some(length) = problem.strip_prefix("invalid length ") {
        return format!("here is an array of length {length}");
    }
    let Some(found) = problem
        .strip_prefix("invalid type: ")
        .or_else(|| problem.strip_prefix("invalid value: "))
    else {
        return shorten_middle(problem);
    };
    let (kind, value) = found.split_once(' ').unwrap_or((found, ""));
    let found = match kind {
        "sequence" => "an array".into(),
        "map" => "an object".into(),
        "null" | "unit" => "null".into(),
        "boolean" => value.replace('`', ""),
        "integer" => format!("the number {}", value.replace('`', "")),
        "floating" => format!(
            "the number {}",
            value.trim_start_matches("point ").replace('`', "")
        ),
        _ => format!("the {}", shorten_middle(found)),
    };
    match (pointer, found.as_str()) {
        ("", _) => format!("the document is {found}"),
        (_, "null") => "null is not allowed here".into(),
        _ => format!("here is {found}"),
    }
}

/// Messages quote the value at fault, which may be megabytes long.
fn shorten_middle(text: &str) -> String {
    let mut short: String = text.chars().take(160).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

/// `expected` is serde's list: "one of `a`, `b`", "`a` or `b`", "`a`", "there are no fields".
fn unknown(word: &str, noun: &str, expected: &str) -> (String, String) {
    let known: Vec<&str> = expected.split('`').skip(1).step_by(2).collect();
    let hint = nearest(word, &known).map_or_else(String::new, |k| format!(" (did you mean {k}?)"));
    (
        format!("the {noun} \"{}\" is not known here", shorten(word)),
        format!("known are {}{hint}", known.join(", ")),
    )
}

/// [`crate::Samples`] as a number.
pub(super) mod samples {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::job::Samples;

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's `with` hands over a reference"
    )]
    pub(in super::super) fn serialize<S: Serializer>(
        samples: &Samples,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(samples.count())
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Samples, D::Error> {
        let count = u32::deserialize(deserializer)?;
        Samples::from_count(count).ok_or_else(|| {
            D::Error::custom(format!(
                "{count} samples are not on offer; give 1, 4, 9 or 16"
            ))
        })
    }
}

/// The schema of `samples`.
pub(super) struct SamplesSchema;

impl JsonSchema for SamplesSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Samples".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "enum": [1, 4, 9, 16] })
    }
}
