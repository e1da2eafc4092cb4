//! What is done about a surface that presents nothing: a matter of how often, so it is decided
//! without one.

use std::time::Duration;

/// So many failures in a row, and surfaces are given up.
const MOST_FAILURES: u32 = 5;
/// A surface is made anew at once after the first failure; after the second it is waited for so
/// long, and twice as long each time: a driver that starts again takes a second or two.
const FIRST_REST: Duration = Duration::from_millis(250);
/// So many times in a row a surface is of another size than its window, and surfaces are given up.
const MOST_OUTDATED: u32 = 60;
/// So many of these without a pause: the window's size is asked for again each time.
const OUTDATED_AT_ONCE: u32 = 3;
/// After a window took no picture it is tried again after so long ...
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// ... and twice as long each time, up to this: it may be hidden for hours.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How an attempt to present went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Presented,
    /// The window takes no picture at present.
    NotNow,
    /// The surface no longer fits its window; it was set up anew.
    Outdated,
    /// The surface or its device is of no more use, for a reason.
    Failed(String),
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Done,
    /// Present once more.
    Again,
    /// Present once more after so long.
    Wait(Duration),
    /// Make the surface anew, after so long.
    Reopen(Duration),
    /// Let the processor present.
    GiveUp,
}

/// Counts what went wrong since a picture was last presented.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    failures: u32,
    outdated: u32,
    waits: u32,
}

impl Recovery {
    pub(super) fn after(&mut self, outcome: &Outcome) -> Next {
        match outcome {
            Outcome::Presented => {
                *self = Self::default();
                Next::Done
            }
            Outcome::NotNow => {
                let pause = FIRST_PAUSE * 2_u32.pow(self.waits.min(10));
                self.waits += 1;
                Next::Wait(pause.min(LONGEST_PAUSE))
            }
            Outcome::Outdated => {
                self.outdated += 1;
                if self.outdated >= MOST_OUTDATED {
                    Next::GiveUp
                } else if self.outdated.is_multiple_of(OUTDATED_AT_ONCE) {
                    Next::Wait(FIRST_PAUSE)
                } else {
                    Next::Again
                }
            }
            Outcome::Failed(_) => {
                self.failures += 1;
                match self.failures {
                    1 => Next::Reopen(Duration::ZERO),
                    MOST_FAILURES.. => Next::GiveUp,
                    before => Next::Reopen(FIRST_REST * 2_u32.pow(before - 2)),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed() -> Outcome {
        Outcome::Failed("lost".into())
    }

    #[test]
    fn one_loss_is_mended_at_once_however_often_it_comes_between_pictures() {
        let mut recovery = Recovery::default();
        for _ in 0..100 {
            assert_eq!(recovery.after(&failed()), Next::Reopen(Duration::ZERO));
            assert_eq!(recovery.after(&Outcome::Presented), Next::Done);
        }
    }

    #[test]
    fn a_surface_that_cannot_be_mended_is_given_up_after_a_few_seconds() {
        let mut recovery = Recovery::default();
        let mut waited = Duration::ZERO;
        let mut tries = 0;
        loop {
            match recovery.after(&failed()) {
                Next::Reopen(pause) => waited += pause,
                Next::GiveUp => break,
                next => panic!("{next:?}"),
            }
            tries += 1;
            assert!(tries < 10);
        }
        assert!(waited >= Duration::from_secs(1), "{waited:?}");
        assert!(waited <= Duration::from_secs(4), "{waited:?}");
    }

    #[test]
    fn a_hidden_window_is_asked_ever_more_rarely_and_never_given_up() {
        let mut recovery = Recovery::default();
        let mut last = Duration::ZERO;
        for _ in 0..100 {
            let Next::Wait(pause) = recovery.after(&Outcome::NotNow) else {
                panic!("a hidden window is waited for");
            };
            assert!(pause >= last && pause <= LONGEST_PAUSE);
            last = pause;
        }
        assert_eq!(last, LONGEST_PAUSE);
    }

    #[test]
    fn a_window_that_is_being_resized_is_followed_but_not_without_end() {
        let mut recovery = Recovery::default();
        let mut at_once = 0;
        for step in 1..MOST_OUTDATED {
            match recovery.after(&Outcome::Outdated) {
                Next::Again => at_once += 1,
                Next::Wait(_) => at_once = 0,
                next => panic!("{step}: {next:?}"),
            }
            assert!(
                at_once < OUTDATED_AT_ONCE,
                "the window's thread must come back"
            );
        }
        assert_eq!(recovery.after(&Outcome::Outdated), Next::GiveUp);
    }
}
