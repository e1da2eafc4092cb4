//! Decides when pictures are drawn: one at a time, in quick quality while the mouse moves, in full
//! quality when it is at rest, and none when nothing has changed.

use std::time::{Duration, Instant};

/// The mouse is at rest when it has not moved for this time, or for the time of the last full
/// picture if that is longer, because the next movement would have to wait for such a picture.
const MIN_REST: Duration = Duration::from_millis(120);
/// Upper limit of the time after which the mouse is at rest.
const MAX_REST: Duration = Duration::from_millis(500);

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// One sample per pixel, while the view changes.
    Quick,
    /// The samples of the request.
    Full,
}

/// A picture that is being drawn or has been drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Number of the document state that it shows.
    pub(crate) version: u64,
    /// Its quality.
    pub(crate) quality: Quality,
}

/// Decides which picture is drawn next.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    version: u64,
    moved: Option<Instant>,
    in_flight: Option<Ticket>,
    drawn: Option<Ticket>,
    full_took: Duration,
}

impl Pacer {
    /// Records a change of the document. `moving` says that the mouse causes it.
    pub(crate) fn changed(&mut self, moving: bool, now: Instant) {
        self.version += 1;
        self.moved = moving.then_some(now);
    }

    /// Returns the picture to draw now, which is in flight until [`Self::done`].
    pub(crate) fn next(&mut self, now: Instant) -> Option<Ticket> {
        if self.in_flight.is_some() || self.version == 0 {
            return None;
        }
        let quality = if self.rests_at().is_some_and(|rest| now < rest) {
            Quality::Quick
        } else {
            Quality::Full
        };
        let next = Ticket {
            version: self.version,
            quality,
        };
        let is_drawn = self.drawn.is_some_and(|drawn| {
            drawn.version == next.version
                && (drawn.quality == Quality::Full || quality == Quality::Quick)
        });
        if is_drawn {
            return None;
        }
        self.in_flight = Some(next);
        Some(next)
    }

    /// Records that a picture is finished or has failed, after this time.
    pub(crate) fn done(&mut self, ticket: Ticket, took: Duration) {
        if ticket.quality == Quality::Full {
            self.full_took = took;
        }
        if self.in_flight == Some(ticket) {
            self.in_flight = None;
            self.drawn = Some(ticket);
        }
    }

    /// Records that a picture was cancelled before it was drawn.
    pub(crate) fn cancelled(&mut self, ticket: Ticket) {
        if self.in_flight == Some(ticket) {
            self.in_flight = None;
        }
    }

    /// When to call [`Self::next`] again without an event; `None` when nothing is pending.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let settled = self
            .drawn
            .is_some_and(|drawn| drawn.version == self.version && drawn.quality == Quality::Full);
        (!settled && self.in_flight.is_none())
            .then(|| self.rests_at())
            .flatten()
    }

    /// Whether the finished picture shows the current state.
    pub(crate) fn is_current(&self) -> bool {
        self.drawn
            .is_some_and(|drawn| drawn.version == self.version)
    }

    fn rests_at(&self) -> Option<Instant> {
        let rest = self.full_took.clamp(MIN_REST, MAX_REST);
        self.moved.map(|moved| moved + rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket(version: u64, quality: Quality) -> Ticket {
        Ticket { version, quality }
    }

    #[test]
    fn nothing_is_drawn_before_there_is_something_and_after_it_was_drawn() {
        let now = Instant::now();
        let mut pacer = Pacer::default();
        assert_eq!(pacer.next(now), None);
        pacer.changed(false, now);
        let first = pacer.next(now).expect("a change is drawn");
        assert_eq!(first, ticket(1, Quality::Full));
        assert_eq!(pacer.next(now), None, "one at a time");
        assert!(!pacer.is_current());
        pacer.done(first, MIN_REST);
        assert!(pacer.is_current());
        assert_eq!(pacer.next(now + MIN_REST * 100), None);
        assert_eq!(pacer.wake_at(), None, "an idle window sleeps");
    }

    #[test]
    fn a_moving_mouse_gets_quick_pictures_of_the_newest_state_and_a_full_one_at_rest() {
        let now = Instant::now();
        let mut pacer = Pacer::default();
        for _ in 0..5 {
            pacer.changed(true, now);
        }
        let quick = pacer.next(now).expect("a picture");
        assert_eq!(
            quick,
            ticket(5, Quality::Quick),
            "states 1 to 4 are outdated"
        );
        pacer.changed(true, now + MIN_REST / 2);
        pacer.done(quick, MIN_REST * 9);
        assert!(!pacer.is_current());
        let quick = pacer.next(now + MIN_REST / 2).expect("a picture");
        assert_eq!(quick, ticket(6, Quality::Quick));
        pacer.done(quick, MIN_REST * 9);
        assert_eq!(pacer.next(now + MIN_REST), None);
        let wake = pacer.wake_at().expect("it must be called again");
        assert_eq!(wake, now + MIN_REST / 2 + MIN_REST);
        let full = pacer.next(wake).expect("the mouse rests");
        assert_eq!(full, ticket(6, Quality::Full));
        pacer.done(full, MIN_REST * 2);
        assert_eq!((pacer.next(wake), pacer.wake_at()), (None, None));
        // A cancelled picture was not drawn.
        pacer.changed(false, wake);
        let full = pacer.next(wake).expect("a picture");
        pacer.changed(true, wake);
        pacer.cancelled(full);
        let quick = pacer.next(wake).expect("a picture in its place");
        assert_eq!(quick, ticket(8, Quality::Quick));
        assert!(!pacer.is_current());
        pacer.done(quick, MIN_REST);
        // The mouse is at rest after the time of the last full picture.
        pacer.changed(true, wake);
        assert_eq!(pacer.wake_at(), Some(wake + MIN_REST * 2));
    }
}
