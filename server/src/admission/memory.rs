//! The one budget of memory: bodies, files that are being parsed, structures and scenes that are in
//! use, images while they are drawn, and answers until they are sent.
//!
//! Memory is reserved before it is used, from an estimate that is never too small for usual input.
//! A single request is refused when memory is short; items of batches and parsers wait for it.
//!
//! An eighth is kept on top for small requests, so that the small image of one client is drawn
//! while large ones of others hold all memory. No client may use more than half of this eighth.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;

use super::{Admission, Client, Kind, Permit, State};
use crate::error::Problem;

/// Part of the memory of all requests that is kept on top for small ones.
const SMALL_PART: u64 = 8;
/// A request that holds at most this part of the memory of all requests is small.
const SMALL_REQUEST_PART: u64 = 64;
/// Reservations above this part of the memory of all requests wait for their turn within a batch.
const LARGE_PART: u64 = 16;

/// On whose behalf memory is reserved.
#[derive(Clone, Copy)]
pub(crate) struct MemoryUser<'a> {
    /// The client.
    pub(crate) client: Client,
    /// Whether everything before it in its batch has reserved its memory; always true outside of
    /// batches.
    pub(crate) is_its_turn: &'a (dyn Fn() -> bool + Send + Sync),
}

impl MemoryUser<'_> {
    /// A single request of a client.
    pub(crate) fn single(client: Client) -> Self {
        MemoryUser {
            client,
            is_its_turn: &|| true,
        }
    }
}

impl Admission {
    /// Memory that is in use, except that of small requests.
    pub(super) fn used_bytes(&self, state: &State) -> u64 {
        let of_structures = state.structure_bytes.saturating_sub(self.cached_max_bytes);
        state.bytes + state.batch_bytes + state.parsing_bytes + of_structures
    }

    /// Whether `bytes` more fit into the memory that is kept for small requests, for a request that
    /// holds `own` bytes.
    fn fits_small(&self, state: &State, client: Client, own: u64, bytes: u64) -> bool {
        let pool = self.max_bytes / SMALL_PART;
        let of_client = state
            .clients
            .get(&client)
            .map_or(0, |count| count.small_bytes);
        own.saturating_add(bytes) <= self.max_bytes / SMALL_REQUEST_PART
            && of_client + bytes <= pool / 2
            && state.total.small_bytes + bytes <= pool
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
                        bytes: AtomicU64::new(bytes),
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
        let used = self.used_bytes(state);
        let fits = used.saturating_add(bytes) <= self.max_bytes;
        // Documents and structures stay in memory as long as their batches. If they counted here,
        // an image that needs all memory would wait for ever.
        let alone =
            state.batch_bytes + state.parsing_bytes == 0 && state.bytes == state.document_bytes;
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

    /// Refuses a structure whose memory can never fit.
    fn check_structure(&self, bytes: u64) -> Result<(), Problem> {
        if bytes <= self.max_bytes {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "input_too_large",
            format!(
                "the structure needs about {} MiB of memory, and all requests together may use {}; give a smaller structure, or raise queue-max-bytes",
                bytes.div_ceil(1 << 20),
                self.max_bytes >> 20,
            ),
        ))
    }

    /// Reserves memory for parsing files or preparing a scene; waits until enough is free, at most
    /// for the time in which most requests would have given up.
    ///
    /// # Errors
    /// 413 if it can never fit; 503 if the memory stays in use.
    pub(crate) async fn reserve_parsing(
        self: &Arc<Self>,
        user: MemoryUser<'_>,
        bytes: u64,
    ) -> Result<ParsingMemory, Problem> {
        self.check_structure(bytes)?;
        let waiting = async {
            loop {
                let mut progress = std::pin::pin!(self.batch_progress.notified());
                // No notification after this line is missed.
                progress.as_mut().enable();
                if let Some(memory) = self.try_reserve_parsing(user, bytes) {
                    return memory;
                }
                progress.await;
            }
        };
        tokio::time::timeout(self.memory_wait, waiting)
            .await
            .map_err(|_| Self::busy("the memory for structures is in use"))
    }

    fn try_reserve_parsing(
        self: &Arc<Self>,
        user: MemoryUser<'_>,
        bytes: u64,
    ) -> Option<ParsingMemory> {
        if bytes > self.max_bytes / LARGE_PART && !(user.is_its_turn)() {
            return None;
        }
        let mut state = self.lock();
        let is_small = if self.used_bytes(&state).saturating_add(bytes) <= self.max_bytes {
            state.parsing_bytes += bytes;
            false
        } else if self.fits_small(&state, user.client, 0, bytes) {
            state.total.small_bytes += bytes;
            state.clients.entry(user.client).or_default().small_bytes += bytes;
            true
        } else {
            return None;
        };
        Some(ParsingMemory {
            admission: Arc::clone(self),
            client: user.client,
            bytes,
            is_small,
        })
    }

    /// Counts the memory of a structure or scene for as long as it exists.
    pub(crate) fn hold_structure(self: &Arc<Self>, bytes: u64) -> StructureMemory {
        self.lock().structure_bytes += bytes;
        StructureMemory {
            admission: Arc::clone(self),
            bytes,
        }
    }
}

impl Permit {
    /// Reserves memory for an image.
    ///
    /// # Errors
    /// 503 if the memory is in use; 413 if the image can never fit.
    pub(crate) fn reserve_image(&self, bytes: u64) -> Result<(), Problem> {
        let own = self.bytes.load(Ordering::Relaxed);
        self.admission.check_image(bytes, own)?;
        self.reserve(bytes)
    }

    /// Reserves memory for something that is computed from a structure.
    ///
    /// # Errors
    /// 503 if the memory is in use; 413 if it can never fit.
    pub(crate) fn reserve_for_structure(&self, bytes: u64) -> Result<(), Problem> {
        let own = self.bytes.load(Ordering::Relaxed);
        self.admission.check_structure(bytes.saturating_add(own))?;
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
        let own_small = self.small_bytes.load(Ordering::Relaxed);
        // A request that needs more than half is served while no other one of its kind holds
        // memory.
        let is_within = sum <= admission.max_bytes / 2 || state.bytes == own;
        let used = admission.used_bytes(&state);
        if is_within && used.saturating_add(bytes) <= admission.max_bytes {
            state.bytes = sum;
            if self.kind == Kind::Batch {
                state.document_bytes += bytes;
            }
            // Changed only under the lock.
            self.bytes.store(own + bytes, Ordering::Relaxed);
        } else if admission.fits_small(&state, self.client, own + own_small, bytes) {
            state.total.small_bytes += bytes;
            state.clients.entry(self.client).or_default().small_bytes += bytes;
            self.small_bytes.store(own_small + bytes, Ordering::Relaxed);
        } else {
            return Err(Admission::busy(&format!("{used} bytes are in use")));
        }
        Ok(())
    }

    /// Sets the memory of the request to that of its answer, which is kept until it is sent.
    ///
    /// # Errors
    /// 503 if more memory is needed than the request holds, and it is in use.
    pub(crate) fn hold_answer(&self, bytes: u64) -> Result<(), Problem> {
        let held = self.bytes.load(Ordering::Relaxed) + self.small_bytes.load(Ordering::Relaxed);
        match bytes.checked_sub(held) {
            Some(0) => Ok(()),
            Some(more) => self.reserve(more),
            None => {
                self.release(held - bytes);
                Ok(())
            }
        }
    }

    /// Releases memory that the request needs no longer.
    pub(crate) fn release(&self, bytes: u64) {
        let mut state = self.admission.lock();
        let own = self.bytes.load(Ordering::Relaxed);
        let large = bytes.min(own);
        self.bytes.store(own - large, Ordering::Relaxed);
        state.bytes -= large;
        if self.kind == Kind::Batch {
            state.document_bytes -= large;
        }
        let own_small = self.small_bytes.load(Ordering::Relaxed);
        let small = (bytes - large).min(own_small);
        self.small_bytes.store(own_small - small, Ordering::Relaxed);
        state.release_small(self.client, small);
        drop(state);
        self.admission.notify_batches();
    }

    pub(super) fn release_all(&self) {
        self.release(u64::MAX);
    }
}

impl State {
    fn release_small(&mut self, client: Client, bytes: u64) {
        self.total.small_bytes -= bytes;
        if let Some(count) = self.clients.get_mut(&client) {
            count.small_bytes -= bytes;
        }
    }
}

/// Memory that is reserved for an image of a batch. Dropping it releases the memory.
#[derive(Debug)]
pub(crate) struct MemoryReservation {
    admission: Arc<Admission>,
    batch_bytes: Arc<AtomicU64>,
    bytes: AtomicU64,
}

impl MemoryReservation {
    /// Changes the amount, once it is known exactly.
    pub(crate) fn resize(&self, bytes: u64) {
        let mut state = self.admission.lock();
        // Changed only under the lock.
        let old = self.bytes.swap(bytes, Ordering::Relaxed);
        state.batch_bytes = state.batch_bytes - old + bytes;
        self.batch_bytes.fetch_add(bytes, Ordering::Relaxed);
        self.batch_bytes.fetch_sub(old, Ordering::Relaxed);
        drop(state);
        self.admission.notify_batches();
    }
}

impl Drop for MemoryReservation {
    fn drop(&mut self) {
        self.resize(0);
    }
}

/// Memory that is reserved for parsing. Dropping it releases the memory.
#[derive(Debug)]
pub(crate) struct ParsingMemory {
    admission: Arc<Admission>,
    client: Client,
    bytes: u64,
    is_small: bool,
}

impl Drop for ParsingMemory {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        if self.is_small {
            state.release_small(self.client, self.bytes);
            state.forget_if_idle(self.client);
        } else {
            state.parsing_bytes -= self.bytes;
        }
        drop(state);
        self.admission.notify_batches();
    }
}

/// Memory of a structure or scene that exists. Dropping it, with the structure, releases the
/// memory.
#[derive(Debug)]
pub(crate) struct StructureMemory {
    admission: Arc<Admission>,
    bytes: u64,
}

impl Drop for StructureMemory {
    fn drop(&mut self) {
        self.admission.lock().structure_bytes -= self.bytes;
        self.admission.notify_batches();
    }
}
