//! `POST /v1/render/batch`: many requests in, a stream out, in order, as each is ready.
//!
//! The items stay text until their turn comes, few of them are under way at a time, and a client that reads slowly holds the rest back: memory is
//! bounded by the document and the window, however many items there are.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::{RenderRequest, SceneError};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::accept::Accept;
use crate::admission::{Client, Kind, Pass};
use crate::answer;
use crate::app::App;
use crate::body;
use crate::error::{MEDIA_TYPE, Problem};
use crate::studio::{JSON, Part, Parts, next_batch, not_acceptable, within};
use crate::tar;

const TAR: &str = "application/x-tar";
const MIXED: &str = "multipart/mixed";
/// Longest key: a tar header holds names of 100 bytes, and `.mask-residue.json` must fit behind it.
const MAX_KEY_BYTES: usize = 80;

/// The document, its items unread.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    #[serde(default)]
    defaults: Map<String, Value>,
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
    #[serde(default = "yes")]
    annotations: bool,
    #[serde(default)]
    masks: Vec<MaskKind>,
}

fn yes() -> bool {
    true
}

/// What all items have in common, and where each one stands in the text.
struct Batch {
    app: Arc<App>,
    text: Bytes,
    /// Where the items stand.
    items: Vec<(usize, usize)>,
    keys: Vec<Option<Box<str>>>,
    defaults: Map<String, Value>,
    /// Masks, where annotations are wanted.
    annotations: Option<Vec<MaskKind>>,
    number: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Tar,
    Mixed,
}

/// `POST /v1/render/batch`
pub(super) async fn batch(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let mut pass = app.studio.admission.enter(client, Kind::Batch)?;
    let offers = [(Container::Tar, TAR), (Container::Mixed, MIXED)];
    let container = Accept::of(&headers)
        .best(&offers)
        .ok_or_else(|| not_acceptable("application/x-tar or multipart/mixed"))?;
    pass.take(body::check_length(&headers, app.config.body_max_bytes)?)?;
    let text = body::json(&headers, sent, app.body_limits()).await?;
    let number = next_batch();
    let batch = Batch::read(Arc::clone(&app), text, number)?;
    let boundary = format!("molshot-batch-{number}-{:016x}", fresh());
    let media_type = match container {
        Container::Tar => TAR.to_owned(),
        Container::Mixed => format!("{MIXED}; boundary={boundary}"),
    };
    let body = Body::from_stream(batch.stream(container, boundary, pass));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// A number that nobody can guess, so that no picture holds the boundary.
fn fresh() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

impl Batch {
    /// Reads the document but for its items, of which only the keys are looked at.
    fn read(app: Arc<App>, text: Bytes, number: u64) -> Result<Self, Problem> {
        let document: Document<'_> = serde_json::from_slice(&text).map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "document_invalid",
                format!("{error}; give {{\"defaults\": {{...}}, \"items\": [{{\"key\": \"...\", ...}}, ...]}}"),
            )
            .at("")
        })?;
        let most = app.config.items_max;
        if document.items.len() as u64 > most {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "items_too_many",
                format!(
                    "{} items are too many; send at most {most} a batch",
                    document.items.len()
                ),
            )
            .at("/items"));
        }
        if document.defaults.contains_key("key") {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_invalid",
                "/defaults/key: each item has a key of its own",
            )
            .at("/defaults/key"));
        }
        let start = text.as_ptr() as usize;
        let items: Vec<(usize, usize)> = document
            .items
            .iter()
            .map(|item| {
                // Where the item's text stands in the whole, of which it is a piece.
                let item = item.get();
                (item.as_ptr() as usize - start, item.len())
            })
            .collect();
        let keys = keys_of(&document.items);
        let mut masks = document.masks;
        masks.sort_unstable();
        masks.dedup();
        let (defaults, annotations) = (document.defaults, document.annotations.then_some(masks));
        Ok(Self {
            app,
            text,
            items,
            keys,
            defaults,
            annotations,
            number,
        })
    }

    /// The answer, piece by piece. The pass is given back with its end.
    fn stream(
        self,
        container: Container,
        boundary: String,
        pass: Pass,
    ) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
        let batch = Arc::new(self);
        let window = window(&batch.app);
        let end = match container {
            Container::Tar => Bytes::from_static(tar::END),
            Container::Mixed => answer::end_of_parts(&boundary),
        };
        let last = stream::once(async move {
            drop(pass);
            Ok(end)
        });
        stream::iter(0..batch.items.len())
            .map(move |index| {
                let batch = Arc::clone(&batch);
                async move { batch.item(index).await }
            })
            .buffered(window)
            .flat_map(move |parts| {
                let pieces: Vec<Bytes> = parts
                    .into_iter()
                    .flat_map(|part| pieces(container, &boundary, &part))
                    .filter(|piece| !piece.is_empty())
                    .collect();
                stream::iter(pieces)
            })
            .map(Ok)
            .chain(last)
    }

    /// The parts of an item, under their whole names; of one that failed, its error.
    async fn item(&self, index: usize) -> Vec<Part> {
        let metrics = &self.app.studio.metrics;
        let (key, made) = match &self.keys[index] {
            Some(key) => (
                key.to_string(),
                within(self.app.config.request_seconds, self.draw(index)).await,
            ),
            None => (
                format!("_{index}"),
                Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "key_invalid",
                    format!("/items/{index}/key: give a key of its own: letters, digits, '_' and '-', beginning with a letter or a digit, at most {MAX_KEY_BYTES}"),
                )
                .at("/key")),
            ),
        };
        let name = |suffix: &str| format!("{key}.{suffix}");
        match made {
            Ok(mut parts) => {
                metrics.item("done");
                for part in &mut parts {
                    part.suffix = name(&part.suffix);
                }
                parts
            }
            Err(problem) => {
                metrics.item(problem.code);
                vec![Part {
                    suffix: name("error.json"),
                    media_type: MEDIA_TYPE,
                    bytes: problem.json().into(),
                }]
            }
        }
    }

    async fn draw(&self, index: usize) -> Result<Vec<Part>, Problem> {
        let request = self.request(index)?;
        let mut parts = Parts::all(&request.output);
        parts.annotations.clone_from(&self.annotations);
        let located = self.app.studio.locate(request, parts).await?;
        let answer = self.app.studio.item(located, self.number).await?;
        Ok(Arc::unwrap_or_clone(answer.parts))
    }

    /// The item's own keys over the defaults.
    fn request(&self, index: usize) -> Result<RenderRequest, Problem> {
        let (start, length) = self.items[index];
        let mut own: Map<String, Value> = serde_json::from_slice(&self.text[start..start + length])
            .map_err(|error| {
                Problem::from(SceneError::invalid(
                    "",
                    format!("this is no item: {error}"),
                    "give an object with a key and a render request's own keys".into(),
                ))
            })?;
        own.remove("key");
        let mut request = self.defaults.clone();
        merge(&mut request, own);
        Ok(RenderRequest::from_value(Value::Object(request))?)
    }
}

/// Items under way at a time: enough to keep all threads busy, one being drawn, one waiting and one being sent for each.
fn window(app: &App) -> usize {
    (app.studio.schedule.health().draw_threads.max(1)) * 3 + 1
}

/// Objects are merged key by key; anything else replaces what was there. A structure names one thing, so it is replaced, too.
fn merge(into: &mut Map<String, Value>, from: Map<String, Value>) {
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
fn keys_of(items: &[&RawValue]) -> Vec<Option<Box<str>>> {
    #[derive(Deserialize)]
    struct Keyed {
        key: Box<str>,
    }
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    items
        .iter()
        .map(|item| {
            let key = serde_json::from_str::<Keyed>(item.get()).ok()?.key;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
            let sound = key.len() <= MAX_KEY_BYTES
                && key.starts_with(|letter: char| letter.is_ascii_alphanumeric())
                && key.bytes().all(plain);
            (sound && seen.insert(key.clone())).then_some(key)
        })
        .collect()
}

/// A part as it stands in the stream.
fn pieces(container: Container, boundary: &str, part: &Part) -> Vec<Bytes> {
    match container {
        Container::Mixed => answer::part_pieces(boundary, part, &part.suffix).into(),
        Container::Tar => match tar::header(&part.suffix, part.bytes.len() as u64) {
            Some(header) => vec![header, part.bytes.clone(), tar::padding(part.bytes.len())],
            // Keys are short, and no picture has 8 GiB.
            None => Vec::new(),
        },
    }
}

/// Media types of the answer, for the description.
pub(crate) const MEDIA_TYPES: [&str; 3] = [TAR, MIXED, JSON];

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
}
