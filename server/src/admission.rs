//! Who may come in: so many requests and so much memory in all, so many of one client. Refusals are immediate, and say when to try again.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

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
    bytes: u64,
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
    /// Half of the memory is for single requests; batches wait for their half.
    most_bytes: u64,
    batch_memory: Arc<Semaphore>,
    batch_units: u32,
}

/// Batches' memory is counted in these units, so that the counts fit.
const UNIT_BYTES: u64 = 1 << 16;

impl Admission {
    /// The bounds of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        let half = config.queue_max_bytes / 2;
        let units = u32::try_from(half / UNIT_BYTES).unwrap_or(u32::MAX);
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
            most_bytes: half,
            batch_memory: Arc::new(Semaphore::new((units as usize).min(Semaphore::MAX_PERMITS))),
            batch_units: units,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a request in, or refuses it at once.
    pub(crate) fn enter(self: &Arc<Self>, client: Client, kind: Kind) -> Result<Pass, Problem> {
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
        Ok(Pass {
            admission: Arc::clone(self),
            client,
            kind,
            bytes: 0,
        })
    }

    fn busy(why: &str) -> Problem {
        Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            format!("{why}; try again later"),
        )
        .retry_after(1)
    }

    /// Memory for an item of a batch; waits for those before it.
    pub(crate) async fn item(&self, bytes: u64) -> Result<OwnedSemaphorePermit, Problem> {
        // What is larger than all there is goes alone.
        let units = u32::try_from(bytes.div_ceil(UNIT_BYTES))
            .unwrap_or(u32::MAX)
            .min(self.batch_units);
        Arc::clone(&self.batch_memory)
            .acquire_many_owned(units)
            .await
            .map_err(|error| Problem::internal(&error))
    }

    /// Requests, batches and bytes in hand.
    pub(crate) fn levels(&self) -> (u64, u64, u64) {
        let state = self.lock();
        let free = self.batch_memory.available_permits() as u64;
        let batches = u64::from(self.batch_units).saturating_sub(free) * UNIT_BYTES;
        (state.all.singles, state.all.batches, state.bytes + batches)
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
    bytes: u64,
}

impl Pass {
    /// Who asks.
    pub(crate) fn client(&self) -> Client {
        self.client
    }

    /// Counts memory that the request will take beside what it was counted with.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<(), Problem> {
        let mut state = self.admission.lock();
        let sum = state.bytes.saturating_add(bytes);
        // What is larger than all there is goes alone.
        if sum > self.admission.most_bytes && state.bytes > self.bytes {
            let why = format!("{} bytes are in use", state.bytes);
            return Err(Admission::busy(&why));
        }
        state.bytes = sum;
        self.bytes += bytes;
        Ok(())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        *state.all.of(self.kind) -= 1;
        state.bytes -= self.bytes;
        if let Some(count) = state.clients.get_mut(&self.client) {
            *count.of(self.kind) -= 1;
            if count.singles + count.batches == 0 {
                state.clients.remove(&self.client);
            }
        }
        let idle = state.all.singles + state.all.batches == 0;
        drop(state);
        if idle {
            self.admission.idle.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn admission(change: impl FnOnce(&mut Config)) -> Arc<Admission> {
        let mut config = Config::defaults().unwrap();
        change(&mut config);
        Arc::new(Admission::new(&config))
    }

    fn client(last: u8) -> Client {
        Client::of_address([127, 0, 0, last].into())
    }

    #[test]
    fn one_client_is_told_429_and_all_together_503() {
        let admission = admission(|config| {
            config.queue_max = 3;
            config.client_queue_max = 2;
        });
        let first = admission.enter(client(1), Kind::Single).unwrap();
        let _second = admission.enter(client(1), Kind::Single).unwrap();
        let refused = admission.enter(client(1), Kind::Single).unwrap_err();
        assert_eq!(refused.status, 429);
        assert!(refused.retry_after.is_some());
        let _third = admission.enter(client(2), Kind::Single).unwrap();
        let refused = admission.enter(client(3), Kind::Single).unwrap_err();
        assert_eq!(
            (refused.status.as_u16(), refused.retry_after),
            (503, Some(1))
        );
        let _batch = admission.enter(client(3), Kind::Batch).unwrap();
        drop(first);
        admission.enter(client(1), Kind::Single).unwrap();
    }

    #[test]
    fn memory_is_counted_and_the_largest_goes_alone() {
        let admission = admission(|config| config.queue_max_bytes = 200 << 20);
        let mut huge = admission.enter(client(1), Kind::Single).unwrap();
        huge.take(500 << 20).unwrap();
        let mut small = admission.enter(client(1), Kind::Single).unwrap();
        assert_eq!(small.take(1).unwrap_err().status, 503);
        drop(huge);
        small.take(1).unwrap();
        assert_eq!(admission.levels(), (1, 0, 1));
        drop(small);
        assert_eq!(admission.levels(), (0, 0, 0));
        assert!(admission.lock().clients.is_empty());
    }

    #[test]
    fn one_network_of_version_six_is_one_client() {
        let of = |text: &str| Client::of_address(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::3"), of("2001:db8:1:2:9::"));
        assert_ne!(of("2001:db8:1:2::3"), of("2001:db8:1:3::3"));
        assert_eq!(of("::ffff:10.0.0.1"), of("10.0.0.1"));
    }

    #[test]
    fn a_stopping_server_waits_for_those_within() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let admission = admission(|_| ());
            let pass = admission.enter(client(1), Kind::Batch).unwrap();
            admission.stop();
            assert_eq!(
                admission.enter(client(1), Kind::Single).unwrap_err().code,
                "stopping"
            );
            assert!(!admission.drained(Duration::from_millis(20)).await);
            drop(pass);
            assert!(admission.drained(Duration::from_millis(20)).await);
        });
    }
}
