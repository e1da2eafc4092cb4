//! Admission control: limits on the number of requests and on their memory, for all clients and for
//! each. A request is refused at once, with a hint when to try again.

mod memory;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Notify;

use crate::config::Config;
use crate::error::Problem;

pub(crate) use memory::{MemoryReservation, MemoryUser, ParsingMemory, StructureMemory};

/// The identity by which a client's requests are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Client {
    /// The token with this index.
    Token(usize),
    /// An address; of an IPv6 address the first 64 bits, a typical customer prefix.
    Address(IpAddr),
}

impl Client {
    /// The client with an address.
    pub(crate) fn of_address(address: IpAddr) -> Self {
        Self::Address(match address.to_canonical() {
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                IpAddr::V6([a, b, c, d, 0, 0, 0, 0].into())
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// A kind of request; each kind is counted separately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A request with a single answer.
    Single,
    /// A batch, whose answer is a stream of images.
    Batch,
}

#[derive(Debug, Default, Clone, Copy)]
struct Count {
    singles: u64,
    batches: u64,
    /// Memory of small requests, beyond the memory of all requests.
    small_bytes: u64,
}

impl Count {
    fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Single => &mut self.singles,
            Kind::Batch => &mut self.batches,
        }
    }

    fn is_zero(&self) -> bool {
        self.singles + self.batches + self.small_bytes == 0
    }
}

#[derive(Debug, Default)]
struct State {
    /// Requests of all clients.
    total: Count,
    /// Memory of single requests and of batch documents.
    bytes: u64,
    /// Memory of batch documents alone.
    document_bytes: u64,
    /// Memory of the images of batches.
    batch_bytes: u64,
    /// Memory of files that are being parsed and of scenes that are being prepared.
    parsing_bytes: u64,
    /// Memory of all structures and scenes, in the caches or in use.
    structure_bytes: u64,
    clients: HashMap<Client, Count>,
}

impl State {
    /// Forgets a client that holds nothing.
    fn forget_if_idle(&mut self, client: Client) {
        if self.clients.get(&client).is_some_and(Count::is_zero) {
            self.clients.remove(&client);
        }
    }
}

/// The limits, and the requests that count against them.
#[derive(Debug)]
pub(crate) struct Admission {
    state: Mutex<State>,
    stopping: AtomicBool,
    idle: Notify,
    max: Count,
    max_per_client: Count,
    /// Memory of all requests. Images of batches leave half of it to single requests, and single
    /// requests leave half of it to batches. An image larger than half waits until the memory
    /// beside it is free.
    max_bytes: u64,
    /// Notified when memory is released, or another item of a batch may reserve some.
    batch_progress: Notify,
    /// Memory that the caches of structures and scenes may hold. What structures and scenes take
    /// beyond it counts as memory of requests.
    cached_max_bytes: u64,
    /// Longest time for which a parser waits for memory.
    memory_wait: Duration,
}

impl Admission {
    /// The limits of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            state: Mutex::default(),
            stopping: AtomicBool::new(false),
            idle: Notify::new(),
            max: Count {
                singles: config.queue_max,
                batches: config.batches_max,
                small_bytes: 0,
            },
            max_per_client: Count {
                singles: config.client_queue_max,
                batches: config.client_batches_max,
                small_bytes: 0,
            },
            max_bytes: config.queue_max_bytes,
            batch_progress: Notify::new(),
            cached_max_bytes: config
                .structure_cache_bytes
                .saturating_add(config.scene_cache_bytes),
            // Before the deadline, so that the client learns why.
            memory_wait: Duration::from_millis(config.request_seconds.saturating_mul(800)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Admits a request, or refuses it at once.
    pub(crate) fn admit(
        self: &Arc<Self>,
        client: Client,
        kind: Kind,
    ) -> Result<Arc<Permit>, Problem> {
        if self.is_stopping() {
            return Err(Problem::stopping());
        }
        let mut state = self.lock();
        let total = *state.total.of(kind);
        if total >= *self.max.clone().of(kind) {
            return Err(Self::busy(&format!("{total} requests are in progress")));
        }
        let own = *state.clients.entry(client).or_default().of(kind);
        if own >= *self.max_per_client.clone().of(kind) {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "client_busy",
                format!("this client has {own} requests in progress; wait for one of them, or send fewer at a time"),
            )
            .retry_after(1));
        }
        *state.total.of(kind) += 1;
        if let Some(count) = state.clients.get_mut(&client) {
            *count.of(kind) += 1;
        }
        Ok(Arc::new(Permit {
            admission: Arc::clone(self),
            client,
            kind,
            bytes: AtomicU64::new(0),
            small_bytes: AtomicU64::new(0),
        }))
    }

    fn busy(why: &str) -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            format!("{why}; try again later"),
        )
        .retry_after(1)
    }

    /// Wakes the items of batches that wait for memory or for their turn.
    pub(crate) fn notify_batches(&self) {
        self.batch_progress.notify_waiters();
    }

    /// Single requests and batches in progress, and the memory that is reserved for them.
    pub(crate) fn usage(&self) -> (u64, u64, u64) {
        let state = self.lock();
        let bytes = self.used_bytes(&state) + state.total.small_bytes;
        (state.total.singles, state.total.batches, bytes)
    }

    /// Refuses all further requests.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the server is shutting down.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until no request is in progress. Returns false if that takes longer than `limit`.
    pub(crate) async fn drained(&self, limit: Duration) -> bool {
        let wait = async {
            loop {
                let idle = self.idle.notified();
                let (singles, batches, _) = self.usage();
                if singles + batches == 0 {
                    return;
                }
                idle.await;
            }
        };
        tokio::time::timeout(limit, wait).await.is_ok()
    }
}

/// The permit of an admitted request. Dropping it ends the request and releases its memory. It is
/// kept until the last byte of the answer is sent.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    client: Client,
    kind: Kind,
    bytes: AtomicU64,
    /// Memory that is reserved as that of a small request.
    small_bytes: AtomicU64,
}

impl Permit {
    /// The client of the request.
    pub(crate) fn client(&self) -> Client {
        self.client
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.release_all();
        let mut state = self.admission.lock();
        *state.total.of(self.kind) -= 1;
        if let Some(count) = state.clients.get_mut(&self.client) {
            *count.of(self.kind) -= 1;
        }
        state.forget_if_idle(self.client);
        let is_idle = state.total.singles + state.total.batches == 0;
        drop(state);
        // More memory is free, and the end of a batch enlarges the shares of the others.
        self.admission.notify_batches();
        if is_idle {
            self.admission.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
