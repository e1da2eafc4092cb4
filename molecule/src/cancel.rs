//! Cancellation: a token that the caller keeps and the work looks at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Cancels the work that it, or a clone of it, was given to.
///
/// Work that has not started does not start. Selections, scenes, drawing, labels, effects,
/// annotations, masks and encoding look at the token again and again, and stop.
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<State>);

#[derive(Debug, Default)]
struct State {
    is_cancelled: AtomicBool,
    /// For tests: how many looks are left until the token cancels itself.
    looks_left: Option<AtomicU64>,
}

impl CancelToken {
    /// Makes a token that is not cancelled.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes a token that is cancelled by the look at it after `looks` others. With it tests stop
    /// work at each place that looks at the token.
    #[must_use]
    pub fn after_looks(looks: u64) -> Self {
        Self(Arc::new(State {
            is_cancelled: AtomicBool::new(false),
            looks_left: Some(AtomicU64::new(looks)),
        }))
    }

    /// Number of looks that are left for a token of [`Self::after_looks`].
    #[must_use]
    pub fn looks_left(&self) -> Option<u64> {
        let left = self.0.looks_left.as_ref()?;
        Some(left.load(Ordering::Acquire))
    }

    /// Cancels; this cannot be undone.
    pub fn cancel(&self) {
        self.0.is_cancelled.store(true, Ordering::Release);
    }

    /// Whether [`Self::cancel`] was called on this token or a clone of it.
    #[must_use]
    #[inline]
    pub fn is_cancelled(&self) -> bool {
        if let Some(left) = &self.0.looks_left {
            let spent = |left: u64| left.checked_sub(1);
            if (left.fetch_update(Ordering::AcqRel, Ordering::Acquire, spent)).is_err() {
                self.cancel();
            }
        }
        self.0.is_cancelled.load(Ordering::Acquire)
    }

    /// Fails once the token is cancelled.
    ///
    /// # Errors
    /// [`Cancelled`].
    #[inline]
    pub fn check(&self) -> Result<(), Cancelled> {
        if self.is_cancelled() {
            return Err(Cancelled);
        }
        Ok(())
    }

    /// A guard that cancels when it is dropped: of a future that waits for work on another thread,
    /// say.
    #[must_use]
    pub fn cancel_on_drop(&self) -> CancelOnDrop {
        CancelOnDrop(self.clone())
    }
}

/// The error of cancelled work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the work was cancelled")]
pub struct Cancelled;

/// Cancels its token when it is dropped; see [`CancelToken::cancel_on_drop`].
#[derive(Debug)]
pub struct CancelOnDrop(CancelToken);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_are_cancelled_together() {
        let token = CancelToken::new();
        let clone = token.clone();
        assert!(clone.check().is_ok());
        token.cancel();
        assert!(clone.is_cancelled() && clone.check().is_err());
        assert_eq!(token.looks_left(), None);
    }

    #[test]
    fn a_guard_cancels_when_it_is_dropped() {
        let token = CancelToken::new();
        let guard = token.cancel_on_drop();
        assert!(!token.is_cancelled());
        drop(guard);
        assert_eq!(token.check(), Err(Cancelled));
    }

    #[test]
    fn a_token_with_a_number_of_looks_is_cancelled_by_the_next() {
        let token = CancelToken::after_looks(2);
        let outcomes: Vec<bool> = (0..4).map(|_| token.is_cancelled()).collect();
        assert_eq!(outcomes, [false, false, true, true]);
        assert_eq!(token.looks_left(), Some(0));
    }
}
