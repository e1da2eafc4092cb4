//! `POST /v1/render/batch`: many requests in, a stream of their files out, in order.
//!
//! Memory is bounded however many items there are: the items stay text until their turn comes, only
//! a window of them is in progress, a client that reads slowly delays the rest, and images count
//! against the batch's share of the memory.

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
use molshot_scenes::SceneDocument;
use serde_json::Value;
use tokio::task::{JoinError, JoinHandle};

use super::batch_document::{BatchDocument, MAX_KEY_BYTES, item_of, merge};
use super::query::Parameters;
use crate::accept::Accept;
use crate::admission::{Client, Kind, MemoryReservation, MemoryUser, Permit};
use crate::app::App;
use crate::body;
use crate::error::Problem;
use crate::json_limits::JsonLimits;
use crate::media_types::{MIXED, PROBLEM, TAR};
use crate::render_service::{Flow, OutputFile, RequestedOutputs, next_batch, with_deadline};
use crate::response;

/// A batch that is being answered.
struct Batch {
    app: Arc<App>,
    text: Bytes,
    document: BatchDocument,
    number: u64,
    client: Client,
    /// Size of everything but the items.
    defaults_bytes: u64,
    turns: Mutex<Turns>,
    /// Memory that is reserved for images that are not sent yet.
    reserved_bytes: Arc<AtomicU64>,
}

/// The files of an item under their full names, and the memory that is reserved until they are
/// sent.
struct ItemFiles {
    files: Vec<OutputFile>,
    memory: Option<Arc<MemoryReservation>>,
}

/// A task that is aborted when its handle is dropped.
struct AbortOnDrop<T>(JoinHandle<T>);

impl<T> Future for AbortOnDrop<T> {
    type Output = Result<T, JoinError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context)
    }
}

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// The order in which items reserve memory: each after all items before it, so that the item to be
/// sent next never waits for a later one.
#[derive(Default)]
struct Turns {
    next: usize,
    /// Items after `next` whose turn has ended.
    ended: BTreeSet<usize>,
}

/// An item's turn to reserve memory. Dropping it, also after an error, passes the turn on.
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
        turns.ended.insert(self.index);
        loop {
            let next = turns.next;
            if !turns.ended.remove(&next) {
                break;
            }
            turns.next += 1;
        }
        drop(turns);
        self.batch.app.service.admission.notify_batches();
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
    let permit = app.service.admission.admit(client, Kind::Batch)?;
    let offers = [(Container::Tar, TAR), (Container::Mixed, MIXED)];
    let container = Accept::of(&headers)
        .best(&offers)
        .ok_or_else(|| Problem::not_acceptable("application/x-tar or multipart/mixed"))?;
    let text = body::json(&headers, sent, app.body_limits(), &permit).await?;
    let number = next_batch();
    let batch = body::offload(text.len(), move || Batch::read(app, client, text, number)).await??;
    let boundary = format!("molshot-batch-{number}-{:016x}", random_number());
    let media_type = match container {
        Container::Tar => TAR.to_owned(),
        Container::Mixed => format!("{MIXED}; boundary={boundary}"),
    };
    let body = Body::from_stream(batch.stream(container, boundary, permit));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// A random number, so that no file can contain the boundary on purpose.
fn random_number() -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0)
}

impl Batch {
    /// Reads the document except for its items, of which only the keys are read.
    fn read(app: Arc<App>, client: Client, text: Bytes, number: u64) -> Result<Self, Problem> {
        let limits = JsonLimits {
            items: Some(app.config.items_max),
            ..app.json_limits()
        };
        let document = BatchDocument::read(&text, limits)?;
        let of_items: usize = document.items.iter().map(std::ops::Range::len).sum();
        Ok(Self {
            defaults_bytes: text.len().saturating_sub(of_items) as u64,
            document,
            client,
            app,
            text,
            number,
            turns: Mutex::default(),
            reserved_bytes: Arc::default(),
        })
    }

    /// The body of the response. The permit is released when it is sent.
    fn stream(
        self,
        container: Container,
        boundary: String,
        permit: Arc<Permit>,
    ) -> impl Stream<Item = Result<Bytes, std::convert::Infallible>> {
        let batch = Arc::new(self);
        let window = window(&batch.app);
        let end = match container {
            Container::Tar => Bytes::from_static(molshot_archive::END),
            Container::Mixed => response::multipart_end(&boundary),
        };
        let last = stream::once(async move { Ok(response::until_sent(end, permit)) });
        let of_item = Arc::clone(&batch);
        stream::iter(0..batch.document.items.len())
            .map(move |index| {
                // A separate task continues while the client reads nothing, so that the deadline of
                // an item does not depend on the client.
                let batch = Arc::clone(&batch);
                AbortOnDrop(tokio::spawn(async move { batch.item(index).await }))
            })
            .buffered(window)
            .enumerate()
            .flat_map(move |(index, item)| {
                let item = item.unwrap_or_else(|error| ItemFiles {
                    files: vec![error_file(&of_item.key(index), &Problem::internal(&error))],
                    memory: None,
                });
                let pieces: Vec<Bytes> = item
                    .files
                    .iter()
                    .flat_map(|file| pieces(container, &boundary, file))
                    .filter(|piece| !piece.is_empty())
                    // The memory is released when the last piece has been sent.
                    .map(|piece| response::until_sent(piece, item.memory.clone()))
                    .collect();
                stream::iter(pieces)
            })
            .map(Ok)
            .chain(last)
    }

    fn turns(&self) -> MutexGuard<'_, Turns> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first part of the names of an item's files.
    fn key(&self, index: usize) -> String {
        match &self.document.keys[index] {
            Some(key) => key.to_string(),
            None => format!("_{index}"),
        }
    }

    /// The files of an item; if it failed, a file with its error.
    async fn item(&self, index: usize) -> ItemFiles {
        let metrics = &self.app.service.metrics;
        let key = self.key(index);
        let turn = Turn { batch: self, index };
        let drawn = if self.document.keys[index].is_some() {
            self.draw(index, turn).await
        } else {
            Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "key_invalid",
                format!("/key: item {index} has no valid key; give each item a different one of letters, digits, '_' and '-', beginning with a letter or a digit, at most {MAX_KEY_BYTES}"),
            )
            .at("/key"))
        };
        match drawn {
            Ok(mut item) => {
                metrics.item(None);
                for file in &mut item.files {
                    file.suffix = format!("{key}.{}", file.suffix);
                }
                item
            }
            Err(problem) => {
                metrics.item(Some(problem.code));
                ItemFiles {
                    files: vec![error_file(&key, &problem)],
                    memory: None,
                }
            }
        }
    }

    async fn draw(&self, index: usize, turn: Turn<'_>) -> Result<ItemFiles, Problem> {
        let seconds = self.app.config.request_seconds;
        let service = &self.app.service;
        let start = Instant::now();
        let has_come = || turn.has_come();
        let user = MemoryUser {
            client: self.client,
            is_its_turn: &has_come,
        };
        let preparing = async {
            let bytes = self.document.items[index].len() as u64 + self.defaults_bytes;
            let _document = service.admission.reserve_parsing(user, bytes).await?;
            let (document, annotated) = self.item_document(index)?;
            let mut outputs = RequestedOutputs::all(&document.request.output);
            outputs.annotations = annotated.then(|| self.document.masks.clone());
            service
                .prepare(service.resolve(document, outputs, user).await?, user)
                .await
        };
        let preparing = Box::pin(preparing);
        let prepared = with_deadline(Duration::from_secs(seconds), preparing).await?;
        let took = start.elapsed();
        // The deadline does not count this wait, which depends on how fast the client reads.
        let reserving = service.admission.reserve_for_batch(
            prepared.memory_bytes(),
            &self.reserved_bytes,
            || turn.has_come(),
        );
        let memory = Arc::new(reserving.await?);
        drop(turn);
        let flow = Flow::Batch(self.number);
        let left = Duration::from_secs(seconds).saturating_sub(took);
        let rendered =
            with_deadline(left, service.draw(flow, prepared, Arc::clone(&memory))).await?;
        let files = Arc::unwrap_or_clone(rendered.files);
        memory.resize(files.iter().map(|file| file.bytes.len() as u64).sum());
        Ok(ItemFiles {
            files,
            memory: Some(memory),
        })
    }

    /// The document of an item, and whether the item comes with annotations.
    fn item_document(&self, index: usize) -> Result<(SceneDocument, bool), Problem> {
        let (members, annotations) = item_of(&self.text[self.document.items[index].clone()])?;
        let mut document = self.document.defaults.clone();
        merge(&mut document, members);
        let document = SceneDocument::from_value(Value::Object(document))?;
        Ok((document, annotations.unwrap_or(self.document.annotations)))
    }
}

/// The file that reports the error of an item.
fn error_file(key: &str, problem: &Problem) -> OutputFile {
    OutputFile {
        suffix: format!("{key}.error.json"),
        media_type: PROBLEM,
        bytes: problem.json().into(),
    }
}

/// Number of items in progress: enough to keep all threads busy, with one item being drawn, one
/// waiting and one being sent for each thread.
fn window(app: &App) -> usize {
    app.service.queue.threads().max(1) * 3 + 1
}

/// A file as it is written to the stream.
fn pieces(container: Container, boundary: &str, file: &OutputFile) -> Vec<Bytes> {
    match container {
        Container::Mixed => response::multipart_pieces(boundary, file, &file.suffix).into(),
        Container::Tar => match molshot_archive::header(&file.suffix, file.bytes.len() as u64) {
            Ok(header) => vec![
                Bytes::copy_from_slice(&header),
                file.bytes.clone(),
                Bytes::from_static(molshot_archive::padding(file.bytes.len())),
            ],
            // Cannot happen: keys are short, and no image has 8 GiB.
            Err(_) => Vec::new(),
        },
    }
}
