//! The lines of a predictions file.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;

/// A line of a predictions file; other keys are ignored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prediction {
    /// The question's id.
    pub id: String,
    /// Answer of the model; `null`, which some programs write for a missing one, is an empty text.
    #[serde(deserialize_with = "text_or_null")]
    pub answer: String,
    /// Tokens of the question, if the endpoint counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answer, if the endpoint counted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// Why the answer ended, in the words of the endpoint: `stop`, `length`.
    #[serde(
        default,
        deserialize_with = "text_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub finish_reason: Option<String>,
    /// What the model looked at before it answered, if it could call the tool `view`.
    #[serde(
        default,
        deserialize_with = "views_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub views: Option<Vec<ViewedPicture>>,
    /// Why the endpoint refused the question, which then has no answer: it was too long for the
    /// model, for example. Such a question counts as wrong.
    #[serde(
        default,
        deserialize_with = "text_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub endpoint_error: Option<String>,
    /// Time that a person took, in seconds.
    #[serde(
        default,
        deserialize_with = "number_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    pub seconds: Option<f64>,
}

/// One call of the tool `view`: what was drawn, or why nothing was.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViewedPicture {
    /// Number of the question's picture, counted from 1; `None` if the call did not name one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<usize>,
    /// View commands that were applied after those of the picture.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Size in pixels, such as `512x512`, if it is not that of the set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// Why nothing was drawn, in the words that the model got.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Prediction {
    /// Creates the line of an answer without anything that an endpoint counts.
    #[must_use]
    pub fn new(id: impl Into<String>, answer: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            answer: answer.into(),
            prompt_tokens: None,
            completion_tokens: None,
            finish_reason: None,
            views: None,
            endpoint_error: None,
            seconds: None,
        }
    }

    /// Creates the line of a question that the endpoint refused, for a reason.
    #[must_use]
    pub fn refused(id: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            endpoint_error: Some(reason.into()),
            ..Self::new(id, "")
        }
    }

    /// Returns whether the endpoint refused the question, so that there is no answer.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.endpoint_error.is_some()
    }

    /// Returns the number of pictures that the model had drawn before it answered.
    #[must_use]
    pub fn drawn_views(&self) -> usize {
        let views = self.views.iter().flatten();
        views.filter(|view| view.error.is_none()).count()
    }

    /// Returns whether the answer was cut off at the limit of tokens.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        let reasons = ["length", "max_tokens", "model_length"];
        let given = self.finish_reason.as_deref().unwrap_or_default();
        reasons
            .iter()
            .any(|reason| given.eq_ignore_ascii_case(reason))
    }
}

fn text_or_null<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(from)?.unwrap_or_default())
}

/// Reads a text; other values, which other programs may write, are ignored.
fn text_if_any<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(value.as_str().map(str::to_owned))
}

/// Reads a number; other values, which other programs may write, are ignored.
fn number_if_any<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    Ok(serde_json::Value::deserialize(from)?.as_f64())
}

/// Reads a list of views; other values, which other programs may write, are ignored.
fn views_if_any<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<Vec<ViewedPicture>>, D::Error> {
    let value = serde_json::Value::deserialize(from)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

/// Reads the lines of a predictions file by question id.
///
/// A question that was refused may be asked again; then its last line counts.
///
/// # Errors
/// When it cannot be read, a line is invalid, or a question is answered twice.
pub fn read_predictions(path: &Path) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    predictions_from(path, BufReader::new(file))
}

/// Does what [`read_predictions`] does with a file that is open; `path` is for messages.
pub(crate) fn predictions_from(
    path: &Path,
    file: impl BufRead,
) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let mut all = BTreeMap::new();
    for (number, line) in file.split(b'\n').enumerate() {
        let line = line.map_err(DatasetError::file(path))?;
        let line = String::from_utf8(line).map_err(|error| {
            let column = error.utf8_error().valid_up_to() + 1;
            let problem = format!("byte {column} of the line is not UTF-8; save the file as UTF-8");
            DatasetError::line(path, number + 1, problem)
        })?;
        // Some programs begin files with a byte order mark.
        let line = line.strip_prefix('\u{feff}').unwrap_or(&line);
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |problem: String| {
            let remedy = "give {\"id\": \"...\", \"answer\": \"...\"}";
            DatasetError::line(path, number + 1, format!("{problem}; {remedy}"))
        };
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|error| wrong(error.to_string()))?;
        // serde would read a list as a struct without field names.
        if !value.is_object() {
            return Err(wrong("is not an object".to_owned()));
        }
        let prediction: Prediction =
            serde_json::from_value(value).map_err(|error| wrong(error.to_string()))?;
        let id = prediction.id.clone();
        let earlier = all.insert(id.clone(), prediction);
        if earlier.is_some_and(|earlier: Prediction| !earlier.is_refused()) {
            return Err(DatasetError::line(
                path,
                number + 1,
                format!("{id} is answered twice; keep one answer"),
            ));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<BTreeMap<String, Prediction>, String> {
        predictions_from(Path::new("p.jsonl"), bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn a_refused_question_may_have_a_later_line_and_an_answered_one_may_not() {
        let refused = r#"{"id": "a", "answer": "", "endpoint_error": "HTTP 413"}"#;
        let answered = r#"{"id": "a", "answer": "C"}"#;
        let lines = |lines: &[&str]| read(lines.join("\n").as_bytes());
        let found = lines(&[refused, refused, answered]).expect("one answer");
        assert_eq!(found["a"], Prediction::new("a", "C"));
        let found = lines(&[refused]).expect("no answer");
        assert_eq!(found["a"], Prediction::refused("a", "HTTP 413"));
        for twice in [[answered, answered], [answered, refused]] {
            let error = lines(&twice).expect_err("two answers");
            assert!(error.contains("p.jsonl:2: a is answered twice"), "{error}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_found_by_line() {
        let mut bytes = b"{\"id\": \"a\", \"answer\": \"C\"}\r\n{\"id\": \"".to_vec();
        bytes.extend(b"\xe9\", \"answer\": \"C\"}\n");
        let error = read(&bytes).expect_err("Latin-1");
        let wanted = "p.jsonl:2: byte 9 of the line is not UTF-8";
        assert!(error.starts_with(wanted), "{error}");
    }
}
