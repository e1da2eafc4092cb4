//! Decides what to do when a surface cannot present. The decision depends only on counts, so it is
//! tested without a surface.

use std::time::Duration;

/// Number of successive failures after which the CPU presents.
const MAX_FAILURES: u32 = 5;
/// A surface is recreated at once after the first failure, after this delay after the second, and
/// after twice the previous delay each further time: a driver takes a second or two to restart.
const FIRST_REOPEN_DELAY: Duration = Duration::from_millis(250);
/// Number of successive outdated surfaces after which the CPU presents.
const MAX_OUTDATED: u32 = 60;
/// Number of outdated surfaces that are reconfigured without a delay.
const OUTDATED_WITHOUT_DELAY: u32 = 3;
/// First delay before a window that accepts no picture is tried again; it doubles each time.
const FIRST_RETRY_DELAY: Duration = Duration::from_millis(100);
/// Upper limit of that delay: a window may be hidden for hours.
const MAX_RETRY_DELAY: Duration = Duration::from_secs(5);

/// The outcome of an attempt to present.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PresentOutcome {
    Presented,
    /// The window accepts no picture at present.
    NotNow,
    /// The surface no longer fits its window and was reconfigured.
    Outdated,
    /// The surface or its device has failed, for this reason.
    Failed(String),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecoveryStep {
    Done,
    /// Present again.
    Retry,
    /// Present again after this time.
    Wait(Duration),
    /// Recreate the surface after this time.
    Reopen(Duration),
    /// Present by the CPU.
    GiveUp,
}

/// Counts the failures since a picture was last presented.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    failures: u32,
    outdated: u32,
    waits: u32,
}

impl Recovery {
    pub(super) fn after(&mut self, outcome: &PresentOutcome) -> RecoveryStep {
        match outcome {
            PresentOutcome::Presented => {
                *self = Self::default();
                RecoveryStep::Done
            }
            PresentOutcome::NotNow => {
                let pause = FIRST_RETRY_DELAY * 2_u32.pow(self.waits.min(10));
                self.waits += 1;
                RecoveryStep::Wait(pause.min(MAX_RETRY_DELAY))
            }
            PresentOutcome::Outdated => {
                self.outdated += 1;
                if self.outdated >= MAX_OUTDATED {
                    RecoveryStep::GiveUp
                } else if self.outdated.is_multiple_of(OUTDATED_WITHOUT_DELAY) {
                    RecoveryStep::Wait(FIRST_RETRY_DELAY)
                } else {
                    RecoveryStep::Retry
                }
            }
            PresentOutcome::Failed(_) => {
                self.failures += 1;
                match self.failures {
                    1 => RecoveryStep::Reopen(Duration::ZERO),
                    MAX_FAILURES.. => RecoveryStep::GiveUp,
                    before => RecoveryStep::Reopen(FIRST_REOPEN_DELAY * 2_u32.pow(before - 2)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> PresentOutcome {
        PresentOutcome::Failed("lost".into())
    }

    #[test]
    fn a_single_failure_is_recovered_from_at_once_however_often_it_occurs() {
        let mut recovery = Recovery::default();
        for _ in 0..100 {
            assert_eq!(
                recovery.after(&failed()),
                RecoveryStep::Reopen(Duration::ZERO)
            );
            assert_eq!(
                recovery.after(&PresentOutcome::Presented),
                RecoveryStep::Done
            );
        }
    }

    #[test]
    fn a_surface_that_cannot_be_recovered_is_given_up_after_a_few_seconds() {
        let mut recovery = Recovery::default();
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        loop {
            match recovery.after(&failed()) {
                RecoveryStep::Reopen(pause) => waited += pause,
                RecoveryStep::GiveUp => break,
                next => panic!("{next:?}"),
            }
            tries += 1;
            assert!(tries < 10);
        }
        assert!(waited >= Duration::from_secs(1), "{waited:?}");
        assert!(waited <= Duration::from_secs(4), "{waited:?}");
    }

    #[test]
    fn a_hidden_window_is_retried_ever_more_rarely_and_never_given_up() {
        let mut recovery = Recovery::default();
        let mut last = Duration::ZERO;
        for _ in 0..100 {
            let RecoveryStep::Wait(pause) = recovery.after(&PresentOutcome::NotNow) else {
                panic!("a hidden window is waited for");
            };
            assert!(pause >= last && pause <= MAX_RETRY_DELAY);
            last = pause;
        }
        assert_eq!(last, MAX_RETRY_DELAY);
    }

    #[test]
    fn a_window_that_is_being_resized_is_followed_but_not_forever() {
        let mut recovery = Recovery::default();
        let mut at_once = 0;
        for step in 1..MAX_OUTDATED {
            match recovery.after(&PresentOutcome::Outdated) {
                RecoveryStep::Retry => at_once += 1,
                RecoveryStep::Wait(_) => at_once = 0,
                next => panic!("{step}: {next:?}"),
            }
            assert!(
                at_once < OUTDATED_WITHOUT_DELAY,
                "the window's thread must return"
            );
        }
        assert_eq!(
            recovery.after(&PresentOutcome::Outdated),
            RecoveryStep::GiveUp
        );
    }
}
