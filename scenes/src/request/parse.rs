//! Bytes to [`SceneDocument`], with errors that name the place and the remedy.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;

use super::form_error::{FormError, FormProblem};
use super::strict_serde::Object;
use super::tracked::read;
use super::{PartialDocument, RenderRequest, SceneDocument};
use crate::error::{SceneError, ValueError};

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
        document.reading.to_reading()?;
        document.request.validate()?;
        Ok(document)
    }
}

/// Reads a value that was parsed as JSON already.
fn of_value<T: DeserializeOwned>(value: serde_json::Value) -> Result<T, SceneError> {
    read(value).map_err(|error: FormError<serde_json::Error>| {
        let (form, _) = error.into_parts();
        let explanation = form.explanation().unwrap_or_else(not_json);
        SceneError::invalid(form.pointer(), explanation.problem, explanation.remedy)
    })
}

/// Reads one JSON document of any type, with the errors described at [`SceneDocument::from_json`].
pub(crate) fn document<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, SceneError> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = read(&mut deserializer).map_err(|error| document_error(error, bytes))?;
    deserializer
        .end()
        .map_err(|error| document_error(FormError::from_reader(error, None), bytes))?;
    Ok(value)
}

fn document_error(error: FormError<serde_json::Error>, bytes: &[u8]) -> SceneError {
    let (form, reader) = error.into_parts();
    // What is missing of the whole document is known at its end.
    let (line, column) = match &reader {
        Some(error) => (error.line(), error.column()),
        None => end_of(bytes),
    };
    let (pointer, explanation) = match (form.explanation(), reader) {
        (Some(explanation), _) => (form.pointer(), explanation),
        (None, Some(error)) => syntax_error(&form, &error),
        (None, None) => (String::new(), not_json()),
    };
    SceneError::Document {
        pointer,
        line,
        column,
        problem: explanation.problem,
        remedy: explanation.remedy,
    }
}

/// Place and explanation of an error of the JSON reader, of which no more is known than its text.
fn syntax_error(form: &FormProblem, error: &serde_json::Error) -> (String, ValueError) {
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    if message == "number out of range" {
        let too_large = ValueError {
            problem: "the number is too large".into(),
            remedy: "give one of a magnitude below 1.8e308".into(),
        };
        return (form.pointer(), too_large);
    }
    // The path of a broken document is only where the reader stood, and may end in a key that is
    // not there.
    let mut explanation = not_json();
    explanation.problem = format!("{}: {message}", explanation.problem);
    (String::new(), explanation)
}

fn not_json() -> ValueError {
    ValueError {
        problem: "this is not JSON".into(),
        remedy: "give one JSON object in UTF-8".into(),
    }
}

/// Line and column of the last byte, both counted from 1.
fn end_of(bytes: &[u8]) -> (usize, usize) {
    let text = bytes.trim_ascii_end();
    let mut lines = text.split(|byte| *byte == b'\n');
    (
        lines.clone().count(),
        lines.next_back().map_or(0, <[u8]>::len),
    )
}

/// [`crate::Samples`] as a number, or the word `auto`.
pub(super) mod samples {
    use std::fmt;

    use serde::de::{Error, Unexpected, Visitor};
    use serde::{Deserializer, Serializer};

    use crate::job::Samples;

    #[allow(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's `with` hands over a reference"
    )]
    pub(in super::super) fn serialize<S: Serializer>(
        samples: &Samples,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match samples {
            Samples::Auto => serializer.serialize_str("auto"),
            _ => serializer.serialize_u32(samples.count()),
        }
    }

    struct CountOrAuto;

    impl Visitor<'_> for CountOrAuto {
        type Value = Samples;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the number 1, 4, 9 or 16, or \"auto\"")
        }

        fn visit_u64<E: Error>(self, count: u64) -> Result<Samples, E> {
            let samples = u32::try_from(count).ok().and_then(Samples::from_count);
            samples.ok_or_else(|| {
                E::custom(format!(
                    "{count} samples are not supported; give 1, 4, 9, 16 or \"auto\""
                ))
            })
        }

        fn visit_str<E: Error>(self, word: &str) -> Result<Samples, E> {
            match word {
                "auto" => Ok(Samples::Auto),
                _ => Err(E::invalid_value(Unexpected::Str(word), &self)),
            }
        }
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Samples, D::Error> {
        deserializer.deserialize_any(CountOrAuto)
    }
}

/// The schema of `samples`.
pub(super) struct SamplesSchema;

impl JsonSchema for SamplesSchema {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Samples".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "enum": [1, 4, 9, 16, "auto"] })
    }
}
