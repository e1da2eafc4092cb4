//! Who may come in: so many requests and so much memory in all, so many of one client. Refusals are
//! immediate, and say when to try again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Notify;

use crate::config::Config;
use crate::error::Problem;

/// Who asks: the number of a token, or an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Client {
    /// The token of this number.
    Token(usize),
    /// An address; of IPv6 the network that one customer commonly has.
    Address(IpAddr),
}

impl Client {
    /// The client of an address.
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

/// A kind of work, counted by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One answer.
    Single,
    /// A stream of pictures.
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
    all: Count,
    /// Of single requests, and of batches' documents.
    bytes: u64,
    /// Of batches' documents.
    document_bytes: u64,
    /// Of pictures of batches.
    batch_bytes: u64,
    clients: HashMap<Client, Count>,
}

/// The bounds and what is within them.
#[derive(Debug)]
pub(crate) struct Admission {
    state: Mutex<State>,
    stopping: AtomicBool,
    idle: Notify,
    most: Count,
    most_of_client: Count,
    /// Of all together. Pictures of batches leave half of it to single requests, and these half of
    /// it to batches; what is larger than half comes when there is room beside what is in hand.
    most_bytes: u64,
    /// Memory was given back, or another item of a batch may take some.
    moved: Notify,
}

impl Admission {
    /// The bounds of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            state: Mutex::default(),
            stopping: AtomicBool::new(false),
            idle: Notify::new(),
            most: Count {
                singles: config.queue_max,
                batches: config.batches_max,
            },
            most_of_client: Count {
                singles: config.client_queue_max,
                batches: config.client_batches_max,
            },
            most_bytes: config.queue_max_bytes,
            moved: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in, or refuses it at once.
    pub(crate) fn enter(
        self: &Arc<Self>,
        client: Client,
        kind: Kind,
    ) -> Result<Arc<Pass>, Problem> {
        if self.is_stopping() {
            return Err(Problem::stopping());
        }
        let mut state = self.lock();
        let all = *state.all.of(kind);
        if all >= *self.most.clone().of(kind) {
            return Err(Self::busy(&format!("{all} requests are in hand")));
        }
        let own = *state.clients.entry(client).or_default().of(kind);
        if own >= *self.most_of_client.clone().of(kind) {
            return Err(Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "client_busy",
                format!("this client has {own} requests in hand already; wait for one, or send fewer at a time"),
            )
            .retry_after(1));
        }
        *state.all.of(kind) += 1;
        if let Some(count) = state.clients.get_mut(&client) {
            *count.of(kind) += 1;
        }
        Ok(Arc::new(Pass {
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

    /// Memory for a picture of a batch, from before it is drawn until it is sent; waits until there
    /// is room. `is_its_turn` tells whether all earlier items of the batch have theirs: so the next
    /// one to be sent never waits for what a later one holds, and no batch for itself. A batch
    /// takes no more than an equal share, unless it holds nothing, so one whose client reads slowly
    /// leaves the others theirs.
    ///
    /// # Errors
    /// 413 of a picture that is larger than all there is.
    pub(crate) async fn share(
        self: &Arc<Self>,
        bytes: u64,
        taken: &Arc<AtomicU64>,
        is_its_turn: impl Fn() -> bool,
    ) -> Result<Share, Problem> {
        self.check_picture(bytes, 0)?;
        loop {
            let mut moved = std::pin::pin!(self.moved.notified());
            // From here on no notice is missed.
            moved.as_mut().enable();
            if is_its_turn() {
                let mut state = self.lock();
                let own = taken.load(Ordering::Relaxed);
                let most_of_one = self.most_bytes / 2 / state.all.batches.max(1);
                let within_share = own == 0 || own.saturating_add(bytes) <= most_of_one;
                if within_share && self.has_room(&state, bytes) {
                    state.batch_bytes += bytes;
                    taken.fetch_add(bytes, Ordering::Relaxed);
                    return Ok(Share {
                        admission: Arc::clone(self),
                        taken: Arc::clone(taken),
                        bytes,
                    });
                }
            }
            moved.await;
        }
    }

    /// Whether a picture of a batch may be begun.
    fn has_room(&self, state: &State, bytes: u64) -> bool {
        let half = self.most_bytes / 2;
        let of_batches = state.batch_bytes.saturating_add(bytes);
        let fits = state.bytes.saturating_add(of_batches) <= self.most_bytes;
        // Documents stay as long as their batches, and would keep out a picture as large as all
        // there is for ever.
        let alone = state.batch_bytes == 0 && state.bytes == state.document_bytes;
        (fits && (of_batches <= half || bytes > half)) || alone
    }

    /// Refuses a picture that there will never be room for. `beside` is what its request holds
    /// already.
    fn check_picture(&self, bytes: u64, beside: u64) -> Result<(), Problem> {
        if bytes.saturating_add(beside) <= self.most_bytes {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "picture_too_large",
            format!(
                "/output: the picture needs about {} MiB of memory, and all requests together have {}; give a smaller size or fewer planes, or crop",
                bytes.div_ceil(1 << 20),
                self.most_bytes >> 20,
            ),
        )
        .at("/output"))
    }

    /// Another item of a batch may take memory.
    pub(crate) fn batch_moved(&self) {
        self.moved.notify_waiters();
    }

    /// Requests, batches and bytes in hand.
    pub(crate) fn levels(&self) -> (u64, u64, u64) {
        let state = self.lock();
        let bytes = state.bytes + state.batch_bytes;
        (state.all.singles, state.all.batches, bytes)
    }

    /// Lets nobody in any more.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    /// Whether the server ends.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Waits until nobody is in, at most so long. False when somebody still is.
    pub(crate) async fn drained(&self, limit: Duration) -> bool {
        let wait = async {
            loop {
                let left = self.idle.notified();
                let (singles, batches, _) = self.levels();
                if singles + batches == 0 {
                    return;
                }
                left.await;
            }
        };
        tokio::time::timeout(limit, wait).await.is_ok()
    }
}

/// A request that was let in; dropping it makes room.
#[derive(Debug)]
pub(crate) struct Pass {
    admission: Arc<Admission>,
    client: Client,
    kind: Kind,
    bytes: AtomicU64,
}

impl Pass {
    /// Who asks.
    pub(crate) fn client(&self) -> Client {
        self.client
    }

    /// Counts the memory of a picture.
    ///
    /// # Errors
    /// 503 while there is no room; 413 where there never will be.
    pub(crate) fn take_picture(&self, bytes: u64) -> Result<(), Problem> {
        let own = self.bytes.load(Ordering::Relaxed);
        self.admission.check_picture(bytes, own)?;
        self.take(bytes)
    }

    /// Counts memory that the request will take beside what it was counted with.
    pub(crate) fn take(&self, bytes: u64) -> Result<(), Problem> {
        let admission = &self.admission;
        let mut state = admission.lock();
        let sum = state.bytes.saturating_add(bytes);
        let own = self.bytes.load(Ordering::Relaxed);
        // What is larger than half comes when nobody else of its kind is in.
        let is_within = sum <= admission.most_bytes / 2 || state.bytes == own;
        if !is_within || sum.saturating_add(state.batch_bytes) > admission.most_bytes {
            let used = state.bytes + state.batch_bytes;
            return Err(Admission::busy(&format!("{used} bytes are in use")));
        }
        state.bytes = sum;
        if self.kind == Kind::Batch {
            state.document_bytes += bytes;
        }
        // Only changed under the lock.
        self.bytes.store(own + bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        *state.all.of(self.kind) -= 1;
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
        let idle = state.all.singles + state.all.batches == 0;
        drop(state);
        // There is more room now, and with a batch's end the others' shares are larger.
        self.admission.batch_moved();
        if idle {
            self.admission.idle.notify_waiters();
        }
    }
}

/// Memory of a picture of a batch; dropping it gives it back.
#[derive(Debug)]
pub(crate) struct Share {
    admission: Arc<Admission>,
    taken: Arc<AtomicU64>,
    bytes: u64,
}

impl Share {
    /// What it takes has changed.
    pub(crate) fn set(&mut self, bytes: u64) {
        let mut state = self.admission.lock();
        state.batch_bytes = state.batch_bytes - self.bytes + bytes;
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        self.taken.fetch_sub(self.bytes, Ordering::Relaxed);
        self.bytes = bytes;
        drop(state);
        self.admission.batch_moved();
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
pub(crate) mod tests;
