//! Admission control: limits on the number of requests and on their memory, for all clients and for
//! each. A request is refused at once, with a hint when to try again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Notify;

use crate::config::Config;
use crate::error::Problem;

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
}

impl Count {
    fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Single => &mut self.singles,
            Kind::Batch => &mut self.batches,
        }
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
    clients: HashMap<Client, Count>,
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
            },
            max_per_client: Count {
                singles: config.client_queue_max,
                batches: config.client_batches_max,
            },
            max_bytes: config.queue_max_bytes,
            batch_progress: Notify::new(),
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

    /// Reserves memory for an image of a batch, from before it is drawn until it is sent; waits
    /// until enough is free.
    ///
    /// `is_its_turn` says whether all earlier items of the batch have reserved theirs. So the next
    /// item to be sent never waits for memory that a later one holds, and no batch blocks itself.
    /// `batch_bytes` counts the memory that the batch holds. A batch that holds some may not exceed
    /// an equal share, so a client that reads slowly does not block other batches.
    ///
    /// # Errors
    /// 413 if the image needs more memory than there is in all.
    pub(crate) async fn reserve_for_batch(
        self: &Arc<Self>,
        bytes: u64,
        batch_bytes: &Arc<AtomicU64>,
        is_its_turn: impl Fn() -> bool,
    ) -> Result<MemoryReservation, Problem> {
        self.check_image(bytes, 0)?;
        loop {
            let mut progress = std::pin::pin!(self.batch_progress.notified());
            // No notification after this line is missed.
            progress.as_mut().enable();
            if is_its_turn() {
                let mut state = self.lock();
                let own = batch_bytes.load(Ordering::Relaxed);
                let max_per_batch = self.max_bytes / 2 / state.total.batches.max(1);
                let is_within_share = own == 0 || own.saturating_add(bytes) <= max_per_batch;
                if is_within_share && self.fits_batch_image(&state, bytes) {
                    state.batch_bytes += bytes;
                    batch_bytes.fetch_add(bytes, Ordering::Relaxed);
                    return Ok(MemoryReservation {
                        admission: Arc::clone(self),
                        batch_bytes: Arc::clone(batch_bytes),
                        bytes,
                    });
                }
            }
            progress.await;
        }
    }

    /// Whether the free memory suffices for an image of a batch.
    fn fits_batch_image(&self, state: &State, bytes: u64) -> bool {
        let half = self.max_bytes / 2;
        let of_batches = state.batch_bytes.saturating_add(bytes);
        let fits = state.bytes.saturating_add(of_batches) <= self.max_bytes;
        // Documents stay in memory as long as their batches. If they counted here, an image that
        // needs all memory would wait for ever.
        let alone = state.batch_bytes == 0 && state.bytes == state.document_bytes;
        (fits && (of_batches <= half || bytes > half)) || alone
    }

    /// Refuses an image that can never fit, given the memory that its request holds already.
    fn check_image(&self, bytes: u64, held_bytes: u64) -> Result<(), Problem> {
        if bytes.saturating_add(held_bytes) <= self.max_bytes {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "picture_too_large",
            format!(
                "/output: the image needs about {} MiB of memory, and all requests together may use {}; give a smaller size or fewer planes, or crop",
                bytes.div_ceil(1 << 20),
                self.max_bytes >> 20,
            ),
        )
        .at("/output"))
    }

    /// Wakes the items of batches that wait for memory or for their turn.
    pub(crate) fn notify_batches(&self) {
        self.batch_progress.notify_waiters();
    }

    /// Single requests and batches in progress, and the memory that is reserved for them.
    pub(crate) fn usage(&self) -> (u64, u64, u64) {
        let state = self.lock();
        let bytes = state.bytes + state.batch_bytes;
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

/// The permit of an admitted request. Dropping it ends the request and releases its memory.
#[derive(Debug)]
pub(crate) struct Permit {
    admission: Arc<Admission>,
    client: Client,
    kind: Kind,
    bytes: AtomicU64,
}

impl Permit {
    /// The client of the request.
    pub(crate) fn client(&self) -> Client {
        self.client
    }

    /// Reserves memory for an image.
    ///
    /// # Errors
    /// 503 if the memory is in use; 413 if the image can never fit.
    pub(crate) fn reserve_image(&self, bytes: u64) -> Result<(), Problem> {
        let own = self.bytes.load(Ordering::Relaxed);
        self.admission.check_image(bytes, own)?;
        self.reserve(bytes)
    }

    /// Reserves memory in addition to what the request holds.
    ///
    /// # Errors
    /// 503 if the memory is in use.
    pub(crate) fn reserve(&self, bytes: u64) -> Result<(), Problem> {
        let admission = &self.admission;
        let mut state = admission.lock();
        let sum = state.bytes.saturating_add(bytes);
        let own = self.bytes.load(Ordering::Relaxed);
        // A request that needs more than half is served while no other one of its kind holds
        // memory.
        let is_within = sum <= admission.max_bytes / 2 || state.bytes == own;
        if !is_within || sum.saturating_add(state.batch_bytes) > admission.max_bytes {
            let used = state.bytes + state.batch_bytes;
            return Err(Admission::busy(&format!("{used} bytes are in use")));
        }
        state.bytes = sum;
        if self.kind == Kind::Batch {
            state.document_bytes += bytes;
        }
        // Changed only under the lock.
        self.bytes.store(own + bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        *state.total.of(self.kind) -= 1;
        let own = self.bytes.load(Ordering::Relaxed);
        state.bytes -= own;
        if self.kind == Kind::Batch {
            state.document_bytes -= own;
        }
        if let Some(count) = state.clients.get_mut(&self.client) {
            *count.of(self.kind) -= 1;
            if count.singles + count.batches == 0 {
                state.clients.remove(&self.client);
            }
        }
        let is_idle = state.total.singles + state.total.batches == 0;
        drop(state);
        // More memory is free, and the end of a batch enlarges the shares of the others.
        self.admission.notify_batches();
        if is_idle {
            self.admission.idle.notify_waiters();
        }
    }
}

/// Memory that is reserved for an image of a batch. Dropping it releases the memory.
#[derive(Debug)]
pub(crate) struct MemoryReservation {
    admission: Arc<Admission>,
    batch_bytes: Arc<AtomicU64>,
    bytes: u64,
}

impl MemoryReservation {
    /// Changes the amount, once it is known exactly.
    pub(crate) fn resize(&mut self, bytes: u64) {
        let mut state = self.admission.lock();
        state.batch_bytes = state.batch_bytes - self.bytes + bytes;
        self.batch_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.batch_bytes.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
        drop(state);
        self.admission.notify_batches();
    }
}

impl Drop for MemoryReservation {
    fn drop(&mut self) {
        self.resize(0);
    }
}

#[cfg(test)]
pub(crate) mod tests;
