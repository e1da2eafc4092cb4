//! `POST /v1/render/batch`: many requests in, a stream out, in order, as each is ready.
//!
//! The items stay text until their turn comes, few of them are under way at a time, and a client that reads slowly holds the rest back: memory is
//! bounded by the document, by the window, and by the batch's share of the memory for pictures, however many items there are.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

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
use tokio::task::{JoinError, JoinHandle};

use crate::accept::Accept;
use crate::admission::{Client, Kind, Pass, Share};
use crate::answer;
use crate::app::App;
use crate::body;
use crate::error::{MEDIA_TYPE, Problem};
use crate::scan::{self, Shape};
use crate::studio::{Flow, JSON, Part, Parts, next_batch, not_acceptable, within};
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
    /// Items that were sent.
    sent: AtomicUsize,
    /// Memory of pictures that are not sent yet.
    taken: Arc<AtomicU64>,
}

/// The parts of an item, under their whole names, and the memory that they take until they are sent.
struct Made {
    parts: Vec<Part>,
    memory: Option<Share>,
}

/// A task that ends when nobody waits for it any more.
struct Task<T>(JoinHandle<T>);

impl<T> Future for Task<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An item's place among those that are sent; with it the item's memory is given back, and the next one's turn comes.
struct Sending {
    batch: Arc<Batch>,
    memory: Option<Share>,
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.memory = None;
        self.batch.sent.fetch_add(1, Ordering::Release);
        self.batch.app.studio.admission.batch_moved();
    }
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
    let pass = app.studio.admission.enter(client, Kind::Batch)?;
    let offers = [(Container::Tar, TAR), (Container::Mixed, MIXED)];
    let container = Accept::of(&headers)
        .best(&offers)
        .ok_or_else(|| not_acceptable("application/x-tar or multipart/mixed"))?;
    let text = body::json(&headers, sent, app.body_limits(), &pass).await?;
    let number = next_batch();
    let batch = body::offload(text.len(), move || Batch::read(app, text, number)).await??;
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
        let shape = Shape {
            items: Some(app.config.items_max),
            ..app.shape()
        };
        scan::check(&text, shape)?;
        let document: Document<'_> = serde_json::from_slice(&text).map_err(|error| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "document_invalid",
                format!("{error}; give {{\"defaults\": {{...}}, \"items\": [{{\"key\": \"...\", ...}}, ...]}}"),
            )
            .at("")
        })?;
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
            sent: AtomicUsize::new(0),
            taken: Arc::default(),
        })
    }

    /// The answer, piece by piece. The pass is given back with its end.
    fn stream(
        self,
        container: Container,
        boundary: String,
        pass: Arc<Pass>,
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
        let of_item = Arc::clone(&batch);
        stream::iter(0..batch.items.len())
            .map(move |index| {
                // A task of its own goes on while the client takes nothing, so that its deadline tells of our slowness alone.
                let batch = Arc::clone(&batch);
                Task(tokio::spawn(async move { batch.item(index).await }))
            })
            .buffered(window)
            .enumerate()
            .flat_map(move |(index, made)| {
                let made = made.unwrap_or_else(|error| Made {
                    parts: vec![fault(&of_item.key(index), &Problem::internal(&error))],
                    memory: None,
                });
                let pieces: Vec<Bytes> = made
                    .parts
                    .iter()
                    .flat_map(|part| pieces(container, &boundary, part))
                    .filter(|piece| !piece.is_empty())
                    .collect();
                let sending = Sending {
                    batch: Arc::clone(&of_item),
                    memory: made.memory,
                };
                stream::iter(pieces).inspect(move |_| {
                    let _ = &sending;
                })
            })
            .map(Ok)
            .chain(last)
    }

    /// What an item's files are called.
    fn key(&self, index: usize) -> String {
        match &self.keys[index] {
            Some(key) => key.to_string(),
            None => format!("_{index}"),
        }
    }

    /// The parts of an item; of one that failed, its error.
    async fn item(&self, index: usize) -> Made {
        let metrics = &self.app.studio.metrics;
        let key = self.key(index);
        let made = if self.keys[index].is_some() {
            self.draw(index).await
        } else {
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_invalid",
                format!("/items/{index}/key: give a key of its own: letters, digits, '_' and '-', beginning with a letter or a digit, at most {MAX_KEY_BYTES}"),
            )
            .at("/key"))
        };
        match made {
            Ok(mut made) => {
                metrics.item(None);
                for part in &mut made.parts {
                    part.suffix = format!("{key}.{}", part.suffix);
                }
                made
            }
            Err(problem) => {
                metrics.item(Some(problem.code));
                Made {
                    parts: vec![fault(&key, &problem)],
                    memory: None,
                }
            }
        }
    }

    async fn draw(&self, index: usize) -> Result<Made, Problem> {
        let seconds = self.app.config.request_seconds;
        let studio = &self.app.studio;
        let start = Instant::now();
        let preparing = async {
            let request = self.request(index)?;
            let mut parts = Parts::all(&request.output);
            parts.annotations.clone_from(&self.annotations);
            studio.prepare(studio.locate(request, parts).await?).await
        };
        let prepared = within(Duration::from_secs(seconds), preparing).await?;
        let took = start.elapsed();
        // How long this takes is the client's affair.
        let is_next = || self.sent.load(Ordering::Acquire) == index;
        let share = studio
            .admission
            .share(prepared.bytes(), &self.taken, is_next);
        let mut memory = share.await;
        let left = Duration::from_secs(seconds).saturating_sub(took);
        let answer = within(left, studio.draw(Flow::Batch(self.number), prepared)).await?;
        let parts = Arc::unwrap_or_clone(answer.parts);
        memory.set(parts.iter().map(|part| part.bytes.len() as u64).sum());
        Ok(Made {
            parts,
            memory: Some(memory),
        })
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

/// The error of an item.
fn fault(key: &str, problem: &Problem) -> Part {
    Part {
        suffix: format!("{key}.error.json"),
        media_type: MEDIA_TYPE,
        bytes: problem.json().into(),
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
