//! `POST /v1/render/batch`: many requests in, a stream out, in order, as each is ready.
//!
//! The items stay text until their turn comes, few of them are under way at a time, and a client
//! that reads slowly holds the rest back: memory is bounded by the document, by the window, and by
//! the batch's share of the memory for pictures, however many items there are.

use std::collections::BTreeSet;
use std::pin::Pin;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use futures_util::{Stream, StreamExt, stream};
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::SceneDocument;
use serde_json::{Map, Value};
use tokio::task::{JoinError, JoinHandle};

use super::document::{Document, MAX_KEY_BYTES, item_of, keys_of, merge};
use super::query::Parameters;
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
/// What all items have in common, and where each one stands in the text.
struct Batch {
    app: Arc<App>,
    text: Bytes,
    /// Where the items stand.
    items: Vec<(usize, usize)>,
    keys: Vec<Option<Box<str>>>,
    defaults: Map<String, Value>,
    /// Whether items that do not say it come with annotations.
    annotations: bool,
    masks: Vec<MaskKind>,
    number: u64,
    turns: Mutex<Turns>,
    /// Memory of pictures that are not sent yet.
    taken: Arc<AtomicU64>,
}

/// The parts of an item, under their whole names, and the memory that they take until they are
/// sent.
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

/// In which order items take memory: each after all before it, so that what is sent next never
/// waits for what comes later.
#[derive(Default)]
struct Turns {
    next: usize,
    /// Items behind `next` that need none any more.
    passed: BTreeSet<usize>,
}

/// An item's turn to take memory. When it is dropped, for whatever reason, the next one's comes.
struct Turn<'a> {
    batch: &'a Batch,
    index: usize,
}

impl Turn<'_> {
    fn has_come(&self) -> bool {
        self.batch.turns().next == self.index
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut turns = self.batch.turns();
        turns.passed.insert(self.index);
        loop {
            let next = turns.next;
            if !turns.passed.remove(&next) {
                break;
            }
            turns.next += 1;
        }
        drop(turns);
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
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    parameters.only(&[])?;
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
        let document = Document::read(&text)?;
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
        let (defaults, annotations, masks) =
            (document.defaults, document.annotations, document.masks);
        Ok(Self {
            app,
            text,
            items,
            keys,
            defaults,
            annotations,
            masks,
            number,
            turns: Mutex::default(),
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
                // A task of its own goes on while the client takes nothing, so that its deadline
                // tells of our slowness alone.
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
                // It is given back with the last piece.
                let memory = made.memory;
                stream::iter(pieces).inspect(move |_| {
                    let _ = &memory;
                })
            })
            .map(Ok)
            .chain(last)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
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
        let turn = Turn { batch: self, index };
        let made = if self.keys[index].is_some() {
            self.draw(index, turn).await
        } else {
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_invalid",
                format!("/key: of item {index}; give a key of its own: letters, digits, '_' and '-', beginning with a letter or a digit, at most {MAX_KEY_BYTES}"),
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

    async fn draw(&self, index: usize, turn: Turn<'_>) -> Result<Made, Problem> {
        let seconds = self.app.config.request_seconds;
        let studio = &self.app.studio;
        let start = Instant::now();
        let preparing = async {
            let (request, annotated) = self.request(index)?;
            let mut parts = Parts::all(&request.request.output);
            parts.annotations = annotated.then(|| self.masks.clone());
            studio.prepare(studio.locate(request, parts).await?).await
        };
        let prepared = within(Duration::from_secs(seconds), preparing).await?;
        let took = start.elapsed();
        // How long this takes is the client's affair.
        let share = studio
            .admission
            .share(prepared.bytes(), &self.taken, || turn.has_come());
        let mut memory = share.await?;
        drop(turn);
        let left = Duration::from_secs(seconds).saturating_sub(took);
        let answer = within(left, studio.draw(Flow::Batch(self.number), prepared)).await?;
        let parts = Arc::unwrap_or_clone(answer.parts);
        memory.set(parts.iter().map(|part| part.bytes.len() as u64).sum());
        Ok(Made {
            parts,
            memory: Some(memory),
        })
    }

    /// The item's own keys over the defaults, and whether it comes with annotations.
    fn request(&self, index: usize) -> Result<(SceneDocument, bool), Problem> {
        let (start, length) = self.items[index];
        let (own, annotations) = item_of(&self.text[start..start + length])?;
        let mut request = self.defaults.clone();
        merge(&mut request, own);
        let request = SceneDocument::from_value(Value::Object(request))?;
        Ok((request, annotations.unwrap_or(self.annotations)))
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

/// Items under way at a time: enough to keep all threads busy, one being drawn, one waiting and one
/// being sent for each.
fn window(app: &App) -> usize {
    (app.studio.schedule.health().draw_threads.max(1)) * 3 + 1
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
