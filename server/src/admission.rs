//! Who may come in: so many requests and so much memory in all, so many of one client. Refusals are immediate, and say when to try again.

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
    /// Of single requests, and of what batches were sent.
    bytes: u64,
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
    /// Half of the memory is for single requests; pictures of batches wait for the other half.
    most_bytes: u64,
    /// A batch gave memory back, or sent an item.
    batch_moved: Notify,
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
            most_bytes: config.queue_max_bytes / 2,
            batch_moved: Notify::new(),
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

    /// Memory for a picture of a batch, from before it is drawn until it is sent; waits until there is room. The next one to be sent waits for
    /// nobody, or a batch whose later items took all room would wait for itself. A batch takes no more than an equal share, so one whose
    /// client reads slowly leaves the others theirs.
    pub(crate) async fn share(
        self: &Arc<Self>,
        bytes: u64,
        taken: &Arc<AtomicU64>,
        is_next: impl Fn() -> bool,
    ) -> Share {
        loop {
            let mut moved = std::pin::pin!(self.batch_moved.notified());
            // From here on no notice is missed.
            moved.as_mut().enable();
            {
                let mut state = self.lock();
                let most_of_one = self.most_bytes / state.all.batches.max(1);
                let fits = state.batch_bytes.saturating_add(bytes) <= self.most_bytes
                    && taken.load(Ordering::Relaxed).saturating_add(bytes) <= most_of_one;
                if fits || is_next() {
                    state.batch_bytes += bytes;
                    taken.fetch_add(bytes, Ordering::Relaxed);
                    return Share {
                        admission: Arc::clone(self),
                        taken: Arc::clone(taken),
                        bytes,
                    };
                }
            }
            moved.await;
        }
    }

    /// A batch sent an item, so another is the next.
    pub(crate) fn batch_moved(&self) {
        self.batch_moved.notify_waiters();
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

    /// Counts memory that the request will take beside what it was counted with.
    pub(crate) fn take(&self, bytes: u64) -> Result<(), Problem> {
        let mut state = self.admission.lock();
        let sum = state.bytes.saturating_add(bytes);
        // What is larger than all there is goes alone.
        let own = self.bytes.load(Ordering::Relaxed);
        if sum > self.admission.most_bytes && state.bytes > own {
            let why = format!("{} bytes are in use", state.bytes);
            return Err(Admission::busy(&why));
        }
        state.bytes = sum;
        // Only changed under the lock.
        self.bytes.store(own + bytes, Ordering::Relaxed);
        Ok(())
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut state = self.admission.lock();
        *state.all.of(self.kind) -= 1;
        state.bytes -= self.bytes.load(Ordering::Relaxed);
        if let Some(count) = state.clients.get_mut(&self.client) {
            *count.of(self.kind) -= 1;
            if count.singles + count.batches == 0 {
                state.clients.remove(&self.client);
            }
        }
        let idle = state.all.singles + state.all.batches == 0;
        drop(state);
        if self.kind == Kind::Batch {
            // The others' shares are larger now.
            self.admission.batch_moved();
        }
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
pub(crate) mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

    use super::*;

    fn admission(change: impl FnOnce(&mut Config)) -> Arc<Admission> {
        let mut config = Config::defaults().unwrap();
        change(&mut config);
        Arc::new(Admission::new(&config))
    }

    /// A single request of a server of its own.
    pub(crate) fn pass(change: impl FnOnce(&mut Config)) -> Arc<Pass> {
        admission(change).enter(client(1), Kind::Single).unwrap()
    }

    impl Pass {
        /// Another request of the same client.
        pub(crate) fn beside(&self) -> Arc<Pass> {
            self.admission.enter(self.client, self.kind).unwrap()
        }
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
        let huge = admission.enter(client(1), Kind::Single).unwrap();
        huge.take(500 << 20).unwrap();
        let small = admission.enter(client(1), Kind::Single).unwrap();
        assert_eq!(small.take(1).unwrap_err().status, 503);
        drop(huge);
        small.take(1).unwrap();
        assert_eq!(admission.levels(), (1, 0, 1));
        drop(small);
        assert_eq!(admission.levels(), (0, 0, 0));
        assert!(admission.lock().clients.is_empty());
    }

    #[test]
    fn pictures_of_batches_wait_for_room_and_the_next_one_does_not() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .unwrap();
        runtime.block_on(async {
            let admission = admission(|config| config.queue_max_bytes = 200);
            let _pass = admission.enter(client(1), Kind::Batch).unwrap();
            let _other = admission.enter(client(2), Kind::Batch).unwrap();
            let taken: [Arc<AtomicU64>; 2] = Default::default();
            let short = Duration::from_millis(20);
            let mut first = admission.share(40, &taken[0], || false).await;
            // More than its half, though there is room in all.
            let wait = admission.share(40, &taken[0], || false);
            assert!(tokio::time::timeout(short, wait).await.is_err());
            let _second = admission.share(40, &taken[1], || false).await;
            assert_eq!(admission.levels().2, 80);
            let huge = admission.share(500, &taken[0], || true).await;
            drop(huge);
            let waiting = admission.share(40, &taken[0], || false);
            let shrink = async {
                tokio::time::sleep(short).await;
                first.set(10);
            };
            let (third, ()) = tokio::join!(waiting, shrink);
            assert_eq!(taken[0].load(Ordering::Relaxed), 50);
            drop((first, third));
            assert_eq!(admission.levels().2, 40);
        });
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
