//! A cache of the least recently used values, which are never made twice while one of them is in
//! use: neither by simultaneous requests, nor after a value that is still in use was evicted, or
//! was too large to be kept.
//!
//! Evicted values are dropped at once, because the memory that they hold is counted until then.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::OnceCell;

use crate::error::Problem;

/// A value that is being made, for all that wait for it.
type Making<V> = Arc<OnceCell<Result<Arc<V>, Problem>>>;

struct Kept<V> {
    value: Arc<V>,
    bytes: u64,
    /// Key in the order of use.
    used: u64,
}

struct State<K, V> {
    kept: HashMap<K, Kept<V>>,
    /// Keys by the time of their last use.
    order: BTreeMap<u64, K>,
    /// Counts uses.
    clock: u64,
    /// Weight of all that is kept.
    bytes: u64,
    in_use: HashMap<K, Weak<V>>,
    making: HashMap<K, Making<V>>,
}

/// The cache. Its keys identify the content, so that a value never becomes stale.
pub(crate) struct SharedCache<K, V> {
    state: Mutex<State<K, V>>,
    max_bytes: u64,
    weigh_bytes: fn(&V) -> u64,
}

impl<K, V> std::fmt::Debug for SharedCache<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SharedCache").finish_non_exhaustive()
    }
}

impl<K: Clone + Eq + Hash, V> State<K, V> {
    /// The value of a key, if it is kept or in use.
    fn find(&mut self, key: &K) -> Option<Arc<V>> {
        let Some(kept) = self.kept.get_mut(key) else {
            return self.in_use.get(key)?.upgrade();
        };
        self.order.remove(&kept.used);
        self.clock += 1;
        kept.used = self.clock;
        self.order.insert(self.clock, key.clone());
        Some(Arc::clone(&kept.value))
    }

    fn remove(&mut self, key: &K) -> Option<Arc<V>> {
        let kept = self.kept.remove(key)?;
        self.order.remove(&kept.used);
        self.bytes -= kept.bytes;
        Some(kept.value)
    }

    /// Keeps a value, and returns those that make room for it.
    fn keep(&mut self, key: &K, value: &Arc<V>, bytes: u64, max_bytes: u64) -> Vec<Arc<V>> {
        // So rarely that the time of each insertion is constant.
        if self.in_use.len() == self.in_use.capacity() {
            self.in_use.retain(|_, value| value.strong_count() > 0);
            let used = self.in_use.len();
            self.in_use.shrink_to(used * 2 + 64);
        }
        self.in_use.insert(key.clone(), Arc::downgrade(value));
        let mut evicted: Vec<Arc<V>> = self.remove(key).into_iter().collect();
        if bytes > max_bytes {
            return evicted;
        }
        while self.bytes + bytes > max_bytes
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            let oldest = oldest.clone();
            evicted.extend(self.remove(&oldest));
        }
        self.clock += 1;
        let kept = Kept {
            value: Arc::clone(value),
            bytes,
            used: self.clock,
        };
        self.order.insert(self.clock, key.clone());
        self.kept.insert(key.clone(), kept);
        self.bytes += bytes;
        evicted
    }
}

/// Forgets a value that is being made when nothing waits for it any longer.
struct Waiting<'a, K: Eq + Hash, V> {
    cache: &'a SharedCache<K, V>,
    key: K,
    making: Making<V>,
}

impl<K: Eq + Hash, V> Drop for Waiting<'_, K, V> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        let known = state.making.get(&self.key);
        // The map has one, and this another one.
        let is_last = Arc::strong_count(&self.making) == 2;
        if is_last && known.is_some_and(|known| Arc::ptr_eq(known, &self.making)) {
            state.making.remove(&self.key);
        }
    }
}

impl<K, V> SharedCache<K, V> {
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Clone + Eq + Hash, V> SharedCache<K, V> {
    /// A cache that keeps values of at most `max_bytes` by the weight of each.
    pub(crate) fn new(max_bytes: u64, weigh_bytes: fn(&V) -> u64) -> Self {
        Self {
            state: Mutex::new(State {
                kept: HashMap::new(),
                order: BTreeMap::new(),
                clock: 0,
                bytes: 0,
                in_use: HashMap::new(),
                making: HashMap::new(),
            }),
            max_bytes,
            weigh_bytes,
        }
    }

    /// Returns the value of a key, or the result of `making`, and whether the value existed.
    /// Simultaneous calls with one key share one result; if the call that makes it is dropped,
    /// another one goes on with its own `making`.
    pub(crate) async fn get_or_make(
        &self,
        key: K,
        making: impl Future<Output = Result<Arc<V>, Problem>>,
    ) -> (Result<Arc<V>, Problem>, bool) {
        let waiting = {
            let mut state = self.lock();
            if let Some(value) = state.find(&key) {
                return (Ok(value), true);
            }
            let cell = Arc::clone(state.making.entry(key.clone()).or_default());
            Waiting {
                cache: self,
                key,
                making: cell,
            }
        };
        let mut existed = true;
        let made = async {
            existed = false;
            let value = making.await;
            let mut state = self.lock();
            let evicted = value.as_ref().map_or_else(
                |_| Vec::new(),
                |value| {
                    let bytes = (self.weigh_bytes)(value);
                    state.keep(&waiting.key, value, bytes, self.max_bytes)
                },
            );
            // Later calls find the value, or try again.
            state.making.remove(&waiting.key);
            drop(state);
            drop(evicted);
            value
        };
        let value = waiting.making.get_or_init(|| made).await.clone();
        (value, existed)
    }

    /// Forgets a value.
    pub(crate) fn remove(&self, key: &K) {
        let mut state = self.lock();
        state.in_use.remove(key);
        let removed = state.remove(key);
        drop(state);
        drop(removed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_in_use_is_not_made_again_although_it_was_too_large_to_keep() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let cache = SharedCache::new(10, |bytes: &u64| *bytes);
            let get = async |bytes: u64| {
                let making = async { Ok(Arc::new(bytes)) };
                let (value, existed) = cache.get_or_make(bytes, making).await;
                (value.expect("a value"), existed)
            };
            let (large, existed) = get(11).await;
            assert!(!existed);
            let (again, existed) = get(11).await;
            assert!(existed && Arc::ptr_eq(&large, &again));
            drop((large, again));
            assert!(!get(11).await.1, "it was evicted at once");
            drop(get(9).await);
            assert!(get(9).await.1);
            cache.remove(&9);
            assert!(!get(9).await.1);
            // The least recently used one makes room.
            assert!(!get(1).await.1);
            assert!(get(9).await.1);
            assert!(!get(0).await.1);
            assert!(!get(2).await.1);
            assert!(get(0).await.1 && get(2).await.1 && !get(9).await.1);
        });
    }

    async fn is_pending<T>(mut future: std::pin::Pin<&mut impl Future<Output = T>>) -> bool {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(future.as_mut().poll(context).is_pending())
        })
        .await
    }

    #[test]
    fn simultaneous_calls_share_one_result_and_errors_are_not_kept() {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime").block_on(async {
            let cache: SharedCache<u8, u64> = SharedCache::new(10, |_| 1);
            let slow = |result: Result<Arc<u64>, Problem>| async {
                for _ in 0..10 {
                    tokio::task::yield_now().await;
                }
                result
            };
            let first = cache.get_or_make(1, slow(Ok(Arc::new(7))));
            let second = cache.get_or_make(1, slow(Ok(Arc::new(8))));
            let ((first, made), (second, shared)) = tokio::join!(first, second);
            assert_eq!(
                (*first.expect("a value"), *second.expect("a value")),
                (7, 7)
            );
            assert_eq!((made, shared), (false, true));
            let failing = || cache.get_or_make(2, slow(Err(Problem::not_found())));
            let (first, second) = tokio::join!(failing(), failing());
            assert!(first.0.is_err() && second.0.is_err() && second.1);
            assert!(cache.get_or_make(2, slow(Ok(Arc::new(9)))).await.0.is_ok());
            // A call that is given up leaves nothing, and another one goes on.
            let mut given_up = Box::pin(cache.get_or_make(3, slow(Ok(Arc::new(1)))));
            assert!(is_pending(given_up.as_mut()).await);
            let other = cache.get_or_make(3, slow(Ok(Arc::new(2))));
            let mut other = Box::pin(other);
            assert!(is_pending(other.as_mut()).await);
            drop(given_up);
            assert_eq!(*other.await.0.expect("a value"), 2);
            let given_up = Box::pin(cache.get_or_make(4, slow(Ok(Arc::new(1)))));
            drop(given_up);
            assert!(cache.lock().making.is_empty());
        });
    }
}
