//! What is wrong with the form of a document, kept as data: the place, the problem and the remedy.

use std::fmt::{self, Display};

use serde::de::{Error, Expected, Unexpected};
use serde_json::Number;

use crate::colors::shorten;
use crate::error::ValueError;
use crate::suggest::nearest;

/// Most characters of a message or value that an error quotes.
const MAX_QUOTED_CHARACTERS: usize = 160;

/// One step of the path to a value.
#[derive(Debug)]
pub(super) enum Step {
    /// To the member of this key.
    Key(String),
    /// To the item of this index.
    Index(usize),
}

/// A problem of form, independent of the reader that met it.
#[derive(Debug)]
pub(super) enum Problem {
    /// The text is not JSON; the reader's own error has the details.
    Syntax,
    /// A value of another kind.
    Misplaced {
        /// The value that was found, as `the number 3`; none for null.
        found: Option<String>,
        /// What is accepted there, as `true or false`.
        expected: String,
    },
    /// Anything else.
    Other(ValueError),
}

/// A problem with its place.
#[derive(Debug)]
pub(super) struct FormProblem {
    problem: Problem,
    /// Steps from the value to the document, the innermost first.
    path: Vec<Step>,
}

/// The error of a reader that keeps track of its place: a problem of form, and the error of the
/// reader below (which knows line and column), once it has one.
#[derive(Debug)]
pub(super) struct FormError<E> {
    form: Box<FormProblem>,
    reader: Option<E>,
}

impl FormProblem {
    /// JSON pointer (RFC 6901) of the place.
    pub(super) fn pointer(&self) -> String {
        let mut text = String::new();
        for step in self.path.iter().rev() {
            text.push('/');
            match step {
                Step::Index(index) => text.push_str(&index.to_string()),
                Step::Key(key) => {
                    text.push_str(&shorten(key).replace('~', "~0").replace('/', "~1"));
                }
            }
        }
        text
    }

    /// Problem and remedy in words; none for text that is not JSON.
    pub(super) fn explanation(&self) -> Option<ValueError> {
        let (found, expected) = match &self.problem {
            Problem::Syntax => return None,
            Problem::Other(error) => return Some(error.clone()),
            Problem::Misplaced { found, expected } => (found, expected),
        };
        let problem = match found {
            found if self.path.is_empty() => {
                format!("the document is {}", found.as_deref().unwrap_or("null"))
            }
            Some(found) => format!("here is {found}"),
            None => "null is not allowed here".into(),
        };
        Some(ValueError {
            problem,
            remedy: format!("give {expected}"),
        })
    }
}

impl<E> FormError<E> {
    fn new(problem: Problem) -> Self {
        let path = Vec::new();
        Self {
            form: Box::new(FormProblem { problem, path }),
            reader: None,
        }
    }

    fn other(problem: String, remedy: String) -> Self {
        Self::new(Problem::Other(ValueError { problem, remedy }))
    }

    /// The error of the reader below, which is about `form` if that is given, else about JSON.
    pub(super) fn from_reader(reader: E, form: Option<Box<FormProblem>>) -> Self {
        let error = match form {
            Some(form) => Self { form, reader: None },
            None => Self::new(Problem::Syntax),
        };
        Self {
            reader: Some(reader),
            ..error
        }
    }

    /// The same error, as seen from the value around it.
    pub(super) fn within(mut self, step: Step) -> Self {
        self.form.path.push(step);
        self
    }

    /// The problem, and the error of the reader below.
    pub(super) fn into_parts(self) -> (Box<FormProblem>, Option<E>) {
        (self.form, self.reader)
    }
}

impl<E> Display for FormError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.form.explanation() {
            Some(error) => write!(f, "{}: {error}", self.form.pointer()),
            None => f.write_str("this is not JSON"),
        }
    }
}

impl<E: std::error::Error> std::error::Error for FormError<E> {}

impl<E: Error> Error for FormError<E> {
    /// A message of this crate's readers: that of a [`ValueError`], `problem; remedy`.
    fn custom<T: Display>(message: T) -> Self {
        let message = message.to_string();
        match message.split_once("; ") {
            Some((problem, remedy)) => Self::other(problem.into(), remedy.into()),
            None => Self::other(
                quoted(&message),
                "see the schema of the request for what belongs here".into(),
            ),
        }
    }

    fn invalid_type(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(Problem::Misplaced {
            found: found(unexpected),
            expected: in_words(expected),
        })
    }

    fn invalid_value(unexpected: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::invalid_type(unexpected, expected)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(Problem::Misplaced {
            found: Some(format!("an array of length {length}")),
            expected: in_words(expected),
        })
    }

    fn unknown_field(key: &str, known: &'static [&'static str]) -> Self {
        let hint =
            nearest(key, known).map_or_else(String::new, |k| format!(" (did you mean {k}?)"));
        Self::other(
            format!("the key \"{}\" is not known here", shorten(key)),
            format!("known are {}{hint}", known.join(", ")),
        )
    }

    fn missing_field(key: &'static str) -> Self {
        let example = match key {
            "schema_version" => " (this form is \"schema_version\": 1)",
            "structure" => concat!(
                ", such as \"structure\": {\"paths\": [\"5ey0.cif\"]} in a scene file, or ",
                "\"structure\": {\"id\": \"5ey0\"} in a request to a server"
            ),
            _ => "",
        };
        Self::other(
            format!("the key \"{key}\" is missing"),
            format!("add it{example}"),
        )
    }

    fn duplicate_field(key: &'static str) -> Self {
        Self::other(
            format!("the key \"{key}\" is given twice"),
            "keep one of them".into(),
        )
    }
}

/// A value in JSON's words; none for null.
fn found(value: Unexpected<'_>) -> Option<String> {
    Some(match value {
        Unexpected::Unit | Unexpected::Option => return None,
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(number) => format!("the number {number}"),
        Unexpected::Signed(number) => format!("the number {number}"),
        Unexpected::Float(number) => {
            let text = Number::from_f64(number).map_or(number.to_string(), |n| n.to_string());
            format!("the number {text}")
        }
        // It may be megabytes long.
        Unexpected::Str(text) => format!("the string \"{}\"", escaped(text)),
        Unexpected::Seq => "an array".into(),
        Unexpected::Map => "an object".into(),
        other => format!("the {}", quoted(&other.to_string())),
    })
}

/// The beginning of a text with its control characters and quotes escaped.
fn escaped(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(MAX_QUOTED_CHARACTERS)
        .flat_map(char::escape_debug)
        .collect();
    if text.chars().nth(MAX_QUOTED_CHARACTERS).is_some() {
        short.push_str("...");
    }
    short
}

/// The beginning of a text.
pub(super) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_QUOTED_CHARACTERS).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

/// What is expected, in words for users where serde's own readers name types of Rust.
fn in_words(expected: &dyn Expected) -> String {
    let expected = expected.to_string();
    match expected.as_str() {
        "f32" | "f64" => "a number".into(),
        "a boolean" => "true or false".into(),
        "a sequence" => "an array".into(),
        "a map" => "an object".into(),
        _ => expected,
    }
}
