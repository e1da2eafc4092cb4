//! A batch's document: `{"defaults": {...}, "items": [...]}`. Its items stay text; of everything
//! else each fault is told with its place.

use std::collections::BTreeSet;
use std::fmt;

use axum::http::StatusCode;
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::SceneError;
use molshot_scenes::request::PartialDocument;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::error::Problem;

/// Longest key: a tar header holds names of 100 bytes, and `.mask-residue.json` must fit behind it.
pub(super) const MAX_KEY_BYTES: usize = 80;
/// The document's keys.
const KEYS: [&str; 4] = ["defaults", "items", "annotations", "masks"];
/// What one says of a document that is none.
const FORM: &str = "give {\"defaults\": {...}, \"items\": [{\"key\": \"...\", ...}, ...]}";
/// Values that contradict others. Of defaults they are no fault: an item may give what they need.
const CONTRADICTIONS: [&str; 4] = [
    "/style/color",
    "/style/residue",
    "/style/label_style/size_px",
    "/output/format",
];

/// The document, its items unread.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// What all items have unless they say otherwise; a part of a render request.
    pub(super) defaults: Map<String, Value>,
    /// The items.
    pub(super) items: Vec<&'a RawValue>,
    /// Whether items that do not say it come with annotations.
    pub(super) annotations: bool,
    /// Masks of the annotations, sorted, each once.
    pub(super) masks: Vec<MaskKind>,
}

/// The members of an object, their values unread.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
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

        deserializer.deserialize_map(All)
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

/// What a value is, for people.
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

/// The value of a member, which must be of a kind.
fn value_of<'a, T: Deserialize<'a>>(
    pointer: &str,
    value: &'a RawValue,
    wanted: &str,
) -> Result<T, Problem> {
    serde_json::from_str(value.get()).map_err(|error| {
        if error.to_string().starts_with("number out of range") {
            return invalid(
                pointer,
                "a number is too large",
                "give one of a magnitude below 1.8e308",
            );
        }
        let problem = format!("here is {}", kind_of(value));
        invalid(pointer, &problem, &format!("give {wanted}"))
    })
}

impl<'a> Document<'a> {
    /// Reads a document but for its items.
    ///
    /// # Errors
    /// 400 or 422 with the place, also of a fault in the defaults that no item could mend.
    pub(super) fn read(text: &'a [u8]) -> Result<Self, Problem> {
        let whole: &RawValue = serde_json::from_slice(text)
            .map_err(|error| invalid("", &format!("this is no JSON: {error}"), FORM))?;
        if !whole.get().starts_with('{') {
            let problem = format!("the document is {}", kind_of(whole));
            return Err(invalid("", &problem, FORM));
        }
        let Members(members) = serde_json::from_str(whole.get())
            .map_err(|error| invalid("", &format!("the document cannot be read: {error}"), FORM))?;
        let mut defaults = Map::new();
        let mut items = None;
        let mut annotations = true;
        let mut masks = Vec::new();
        let mut seen = BTreeSet::new();
        for (key, value) in members {
            let short: String = key.chars().take(40).collect();
            let pointer = format!("/{}", short.replace('~', "~0").replace('/', "~1"));
            if !KEYS.contains(&key.as_str()) {
                return Err(invalid(
                    &pointer,
                    &format!("the key \"{short}\" is not known here"),
                    &format!(
                        "known are {}; what all items have belongs into defaults",
                        KEYS.join(", ")
                    ),
                ));
            }
            match key.as_str() {
                "defaults" => defaults = value_of(&pointer, value, "an object")?,
                "annotations" => annotations = value_of(&pointer, value, "true or false")?,
                "masks" => masks = masks_of(&pointer, value)?,
                _ => items = Some(value_of(&pointer, value, "an array of items")?),
            }
            if !seen.insert(key) {
                return Err(invalid(
                    &pointer,
                    "the key is given twice",
                    "keep one of them",
                ));
            }
        }
        let items = items.ok_or_else(|| invalid("/items", "the key \"items\" is missing", FORM))?;
        if let Some(own) = defaults.remove("annotations") {
            annotations = truth("/defaults/annotations", &own)?;
        }
        check_defaults(&defaults)?;
        masks.sort_unstable();
        masks.dedup();
        Ok(Self {
            defaults,
            items,
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
            let problem = "this is no kind of mask".to_owned();
            Err(invalid(
                &format!("{pointer}/{index}"),
                &problem,
                &format!("give {WORDS}"),
            ))
        })
        .collect()
}

fn truth(pointer: &str, value: &Value) -> Result<bool, Problem> {
    value
        .as_bool()
        .ok_or_else(|| invalid(pointer, "this is no truth value", "give true or false"))
}

/// Refuses defaults with which every item would fail.
fn check_defaults(defaults: &Map<String, Value>) -> Result<(), Problem> {
    if defaults.contains_key("key") {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "key_invalid",
            "/defaults/key: each item has a key of its own",
        )
        .at("/defaults/key"));
    }
    let text = serde_json::to_vec(defaults).map_err(|error| Problem::internal(&error))?;
    // The items may give the rest.
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
            let own = problem.pointer.take().unwrap_or_default();
            problem.detail = match problem.detail.strip_prefix(&own) {
                Some(rest) => format!("{pointer}{rest}"),
                None => format!("{pointer}: {}", problem.detail),
            };
            Err(problem.at(pointer))
        }
    }
}

/// An item's own keys without its `key`, and whether it says that it comes with annotations.
///
/// # Errors
/// 422 of what is no item, with a place within it.
pub(super) fn item_of(text: &[u8]) -> Result<(Map<String, Value>, Option<bool>), Problem> {
    let remedy = || "give an object with a key and a render request's own keys".to_owned();
    if !text.starts_with(b"{") {
        return Err(SceneError::invalid("", "this is no item".into(), remedy()).into());
    }
    let mut own: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
        Problem::from(SceneError::invalid(
            "",
            format!("this item cannot be read: {error}"),
            remedy(),
        ))
    })?;
    own.remove("key");
    let annotations = own
        .remove("annotations")
        .map(|value| truth("/annotations", &value))
        .transpose()?;
    Ok((own, annotations))
}

/// Objects are merged key by key; anything else replaces what was there. A structure names one
/// thing, so it is replaced, too.
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

/// The key of each item, where it has one that can be used and that no other has.
pub(super) fn keys_of(items: &[&RawValue]) -> Vec<Option<Box<str>>> {
    #[derive(Deserialize)]
    struct Keyed {
        key: Box<str>,
    }
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    items
        .iter()
        .map(|item| {
            // A derived reader would take an array, too.
            let text = Some(item.get()).filter(|text| text.starts_with('{'))?;
            let key = serde_json::from_str::<Keyed>(text).ok()?.key;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            let sound = key.len() <= MAX_KEY_BYTES
                && key.starts_with(|letter: char| letter.is_ascii_alphanumeric())
                && key.bytes().all(plain);
            (sound && seen.insert(key.clone())).then_some(key)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_items_own_keys_win() {
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
        let raw: Vec<Box<RawValue>> = texts
            .iter()
            .map(|text| RawValue::from_string((*text).to_owned()).expect("JSON"))
            .collect();
        let items: Vec<&RawValue> = raw.iter().map(AsRef::as_ref).collect();
        let keys = keys_of(&items);
        assert_eq!(keys[0].as_deref(), Some("a-1_B"));
        assert!(keys[1..].iter().all(Option::is_none));
    }

    fn fault(text: &str) -> (u16, String) {
        let problem = Document::read(text.as_bytes()).expect_err(text);
        (problem.status.as_u16(), problem.pointer.expect("a place"))
    }

    #[test]
    fn faults_of_the_document_have_their_place() {
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
            assert_eq!(fault(text), (400, pointer.to_owned()), "{text}");
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
            assert_eq!(fault(text), (422, pointer.to_owned()), "{text}");
        }
        let text = r#"{"items": [3], "defaults": {"style": {"color": "red"}, "annotations": false}, "masks": ["role", "atom", "role"]}"#;
        let document = Document::read(text.as_bytes()).expect("an item may give the scheme");
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
