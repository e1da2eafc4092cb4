//! The document of a batch: `{"defaults": {...}, "items": [...]}`.
//!
//! The items stay text until their turn comes. Errors in everything else are reported at once, with
//! a pointer.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Range;

use axum::http::StatusCode;
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::SceneError;
use molshot_scenes::request::PartialDocument;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::Problem;
use crate::json_limits::{ItemSpan, JsonLimits, scan};

/// Longest key of an item: a tar header holds names of 100 bytes, and the longest suffix,
/// `.mask-residue.json`, must fit behind the key.
pub(super) const MAX_KEY_BYTES: usize = 80;
/// The keys of the document.
const KEYS: [&str; 4] = ["defaults", "items", "annotations", "masks"];
/// The remedy for a document that is not a batch.
const FORM: &str = "give {\"defaults\": {...}, \"items\": [{\"key\": \"...\", ...}, ...]}";
/// Values that may contradict others. In defaults they are not an error, because an item may
/// resolve the contradiction.
const CONTRADICTIONS: [&str; 4] = [
    "/style/color",
    "/style/residue",
    "/style/label_style/size_px",
    "/output/format",
];

/// The document of a batch, with unparsed items.
#[derive(Debug)]
pub(super) struct BatchDocument {
    /// Members of a render request that items have unless they give others.
    pub(super) defaults: Map<String, Value>,
    /// Positions of the items in the text.
    pub(super) items: Vec<Range<usize>>,
    /// The key of each item; `None` if it is missing, invalid, or used by an earlier item.
    pub(super) keys: Vec<Option<Box<str>>>,
    /// Whether items come with annotations unless they say otherwise.
    pub(super) annotations: bool,
    /// Masks of the annotations, sorted, without repetitions.
    pub(super) masks: Vec<MaskKind>,
}

/// The members of an object, with unparsed values.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AllMembers;

        impl<'de> Visitor<'de> for AllMembers {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(AllMembers)
    }
}

impl<'a> Members<'a> {
    /// Reads the members of a document, which must be JSON in all its parts.
    fn read(text: &'a [u8]) -> Result<Self, Problem> {
        serde_json::from_slice(text).map_err(|error| {
            // The text may be JSON, but not an object.
            if let Ok(value) = serde_json::from_slice::<&RawValue>(text)
                && !value.get().starts_with('{')
            {
                let problem = format!("the document is {}", kind_of(value));
                return invalid("", &problem, FORM);
            }
            invalid("", &format!("the text is not valid JSON: {error}"), FORM)
        })
    }
}

fn invalid(pointer: &str, problem: &str, remedy: &str) -> Problem {
    let place = if pointer.is_empty() {
        String::new()
    } else {
        format!("{pointer}: ")
    };
    Problem::new(
        StatusCode::BAD_REQUEST,
        "document_invalid",
        format!("{place}{problem}; {remedy}"),
    )
    .at(pointer)
}

/// A description of a value for messages.
fn kind_of(value: &RawValue) -> String {
    let text = value.get();
    match text.as_bytes().first() {
        Some(b'[') => "an array".into(),
        Some(b'{') => "an object".into(),
        Some(b'"') => "a string".into(),
        Some(b't' | b'f' | b'n') => text.into(),
        _ => format!("the number {}", text.chars().take(40).collect::<String>()),
    }
}

/// Parses the value of a member; `expected` describes its type.
fn value_of<'a, T: Deserialize<'a>>(
    pointer: &str,
    value: &'a RawValue,
    expected: &str,
) -> Result<T, Problem> {
    serde_json::from_str(value.get()).map_err(|error| {
        if error.to_string().starts_with("number out of range") {
            return invalid(
                pointer,
                "a number is too large",
                "give one of a magnitude below 1.8e308",
            );
        }
        let problem = format!("the value is {}", kind_of(value));
        invalid(pointer, &problem, &format!("give {expected}"))
    })
}

impl BatchDocument {
    /// Reads a document except for its items.
    ///
    /// # Errors
    /// 400, 413 or 422 with a pointer, also for an error in the defaults that no item could
    /// correct.
    pub(super) fn read(text: &[u8], limits: JsonLimits) -> Result<Self, Problem> {
        let spans = scan(text, limits)?;
        let Members(members) = Members::read(text)?;
        let mut defaults = Map::new();
        let mut has_items = false;
        let mut annotations = true;
        let mut masks = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in members {
            let short: String = key.chars().take(40).collect();
            let pointer = format!("/{}", short.replace('~', "~0").replace('/', "~1"));
            if !KEYS.contains(&key.as_str()) {
                return Err(invalid(
                    &pointer,
                    &format!("the key \"{short}\" is unknown"),
                    &format!(
                        "known keys are {}; values for all items belong in defaults",
                        KEYS.join(", ")
                    ),
                ));
            }
            match key.as_str() {
                "defaults" => defaults = value_of(&pointer, value, "an object")?,
                "annotations" => annotations = value_of(&pointer, value, "true or false")?,
                "masks" => masks = masks_of(&pointer, value)?,
                _ => {
                    // The scan has found the items.
                    has_items = value.get().starts_with('[');
                    if !has_items {
                        let problem = format!("the value is {}", kind_of(value));
                        return Err(invalid(&pointer, &problem, "give an array of items"));
                    }
                }
            }
            if !seen.insert(key) {
                return Err(invalid(
                    &pointer,
                    "the key is given twice",
                    "keep one of them",
                ));
            }
        }
        if !has_items {
            return Err(invalid("/items", "the key \"items\" is missing", FORM));
        }
        if let Some(value) = defaults.remove("annotations") {
            annotations = parse_bool("/defaults/annotations", &value)?;
        }
        check_defaults(&defaults)?;
        masks.sort_unstable();
        masks.dedup();
        Ok(Self {
            keys: keys_of(text, &spans),
            items: spans.into_iter().map(|span| span.text).collect(),
            defaults,
            annotations,
            masks,
        })
    }
}

fn masks_of(pointer: &str, value: &RawValue) -> Result<Vec<MaskKind>, Problem> {
    const WORDS: &str = "atom, residue, element, residue-name, chain or role";
    let words: Vec<&RawValue> = value_of(pointer, value, &format!("an array of {WORDS}"))?;
    let words = words.iter().enumerate();
    words
        .map(|(index, word)| {
            if word.get().starts_with('"')
                && let Ok(mask) = serde_json::from_str(word.get())
            {
                return Ok(mask);
            }
            Err(invalid(
                &format!("{pointer}/{index}"),
                "this kind of mask is unknown",
                &format!("give {WORDS}"),
            ))
        })
        .collect()
}

fn parse_bool(pointer: &str, value: &Value) -> Result<bool, Problem> {
    value
        .as_bool()
        .ok_or_else(|| invalid(pointer, "the value is not a boolean", "give true or false"))
}

/// Refuses defaults with which every item would fail.
fn check_defaults(defaults: &Map<String, Value>) -> Result<(), Problem> {
    if defaults.contains_key("key") {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key_invalid",
            "/defaults/key: a key cannot be a default; give each item its own",
        )
        .at("/defaults/key"));
    }
    // The errors of a document depend on whether it is read from text.
    let text = serde_json::to_vec(defaults).map_err(|error| Problem::internal(&error))?;
    // Items may give what is missing.
    let Err(error) = PartialDocument::from_json(&text) else {
        return Ok(());
    };
    let pointer = format!("/defaults{}", error.pointer().unwrap_or_default());
    match error {
        SceneError::Document {
            problem, remedy, ..
        } => Err(invalid(&pointer, &problem, &remedy)),
        SceneError::Invalid { pointer, .. } if CONTRADICTIONS.contains(&pointer.as_str()) => Ok(()),
        error => {
            let mut problem = Problem::from(error);
            let inner = problem.pointer.take().unwrap_or_default();
            problem.detail = match problem.detail.strip_prefix(&inner) {
                Some(rest) => format!("{pointer}{rest}"),
                None => format!("{pointer}: {}", problem.detail),
            };
            Err(problem.at(pointer))
        }
    }
}

/// Parses an item. Returns its members without `key`, and whether it asks for annotations.
///
/// # Errors
/// 422 if the text is not an item, with a pointer within it.
pub(super) fn item_of(text: &[u8]) -> Result<(Map<String, Value>, Option<bool>), Problem> {
    let remedy = || "give an object with a key and the members of a render request".to_owned();
    if !text.starts_with(b"{") {
        let problem = "the item is not an object".into();
        return Err(SceneError::invalid("", problem, remedy()).into());
    }
    let mut members: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
        Problem::from(SceneError::invalid(
            "",
            format!("the item cannot be read: {error}"),
            remedy(),
        ))
    })?;
    members.remove("key");
    let annotations = members
        .remove("annotations")
        .map(|value| parse_bool("/annotations", &value))
        .transpose()?;
    Ok((members, annotations))
}

/// Merges the members of an item into the defaults. Objects are merged key by key; other values
/// replace the defaults, and so does `structure`, whose forms exclude each other.
pub(super) fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Value::Object(old)), Value::Object(new)) if key != "structure" => merge(old, new),
            (_, value) => {
                into.insert(key, value);
            }
        }
    }
}

/// The key of each item; `None` if it is missing, invalid, or used by an earlier item.
fn keys_of(text: &[u8], spans: &[ItemSpan]) -> Vec<Option<Box<str>>> {
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    spans
        .iter()
        .map(|span| {
            let key: Box<str> = serde_json::from_slice(&text[span.key.clone()?]).ok()?;
            (is_key(&key) && seen.insert(key.clone())).then_some(key)
        })
        .collect()
}

/// Whether a text is a valid key: it becomes the first part of file names.
fn is_key(key: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    key.len() <= MAX_KEY_BYTES
        && key.starts_with(|letter: char| letter.is_ascii_alphanumeric())
        && key.bytes().all(is_plain)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMITS: JsonLimits = JsonLimits {
        depth: 32,
        values: 1000,
        items: Some(100),
    };

    #[test]
    fn the_members_of_an_item_override_the_defaults() {
        let Value::Object(mut into) = json!({"style": {"preset": "misi", "labels": "none"}, "structure": {"id": "a"}, "commands": ["view left"]})
        else {
            unreachable!("an object")
        };
        let Value::Object(own) =
            json!({"style": {"preset": "licorice"}, "structure": {"files": []}, "commands": []})
        else {
            unreachable!("an object")
        };
        merge(&mut into, own);
        assert_eq!(
            Value::Object(into),
            json!({"style": {"preset": "licorice", "labels": "none"}, "structure": {"files": []}, "commands": []})
        );
    }

    #[test]
    fn keys_are_plain_and_unique() {
        let texts = [
            r#"{"key": "a-1_B"}"#,
            r#"{"key": "../x"}"#,
            r#"{"key": "a.b"}"#,
            r#"{"key": "a-1_B"}"#,
            r#"{"x": 1}"#,
            "3",
            r#"{"key": "_0"}"#,
            r#"{"key": ""}"#,
            r#"["by-place"]"#,
        ];
        let text = format!(r#"{{"items": [{}]}}"#, texts.join(", "));
        let document = BatchDocument::read(text.as_bytes(), LIMITS).expect("valid");
        let keys = document.keys;
        assert_eq!(keys[0].as_deref(), Some("a-1_B"));
        assert!(keys[1..].iter().all(Option::is_none));
    }

    fn error_of(text: &str) -> (u16, String) {
        let problem = BatchDocument::read(text.as_bytes(), LIMITS).expect_err(text);
        (problem.status.as_u16(), problem.pointer.expect("a pointer"))
    }

    #[test]
    fn errors_of_the_document_have_a_pointer() {
        for (text, pointer) in [
            ("[{}, []]", ""),
            ("3", ""),
            ("{", ""),
            (r#"{"items": [], "foo": 1}"#, "/foo"),
            (r#"{"items": [], "a/b": 1}"#, "/a~1b"),
            (r#"{"items": {}}"#, "/items"),
            (r#"{"defaults": {}}"#, "/items"),
            (r#"{"items": [], "items": []}"#, "/items"),
            (r#"{"items": [], "defaults": []}"#, "/defaults"),
            (r#"{"items": [], "annotations": 1}"#, "/annotations"),
            (r#"{"items": [], "masks": ["atom", "nose"]}"#, "/masks/1"),
            (r#"{"items": [], "defaults": {"foo": 1}}"#, "/defaults/foo"),
            (
                r#"{"items": [], "defaults": {"output": {"width_px": "1"}}}"#,
                "/defaults/output/width_px",
            ),
            (
                r#"{"items": [], "defaults": {"annotations": "no"}}"#,
                "/defaults/annotations",
            ),
        ] {
            assert_eq!(error_of(text), (400, pointer.to_owned()), "{text}");
        }
        for (text, pointer) in [
            (
                r#"{"items": [], "defaults": {"commands": ["fly"]}}"#,
                "/defaults/commands/0",
            ),
            (
                r#"{"items": [], "defaults": {"output": {"width_px": 0}}}"#,
                "/defaults/output/width_px",
            ),
            (
                r#"{"items": [], "defaults": {"key": "a"}}"#,
                "/defaults/key",
            ),
        ] {
            assert_eq!(error_of(text), (422, pointer.to_owned()), "{text}");
        }
        let text = r#"{"items": [3], "defaults": {"style": {"color": "red"}, "annotations": false}, "masks": ["role", "atom", "role"]}"#;
        let document =
            BatchDocument::read(text.as_bytes(), LIMITS).expect("an item may give the scheme");
        assert_eq!((document.items.len(), document.masks.len()), (1, 2));
        assert!(!document.annotations && !document.defaults.contains_key("annotations"));
    }

    #[test]
    fn an_item_is_an_object() {
        assert!(item_of(b"[1]").is_err());
        let (own, annotations) =
            item_of(br#"{"key": "a", "annotations": false, "select": "all"}"#).expect("an item");
        assert_eq!((own.len(), annotations), (1, Some(false)));
        let wrong = item_of(br#"{"annotations": 0}"#).expect_err("a number");
        assert_eq!(wrong.pointer.as_deref(), Some("/annotations"));
    }
}
