//! When what is drawn: one picture at a time, a coarse one while the mouse moves, the request's own
//! when it rests, none when nothing changed.

use std::time::{Duration, Instant};

/// The mouse rests when it has not moved for so long, or for as long as the last full picture took
/// if that is longer: a picture that is begun is finished, and the mouse would wait for it ...
const REST: Duration = Duration::from_millis(120);
/// ... but not for longer than this.
const LONGEST_REST: Duration = Duration::from_millis(500);

/// How a picture is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quality {
    /// One sample a pixel, while the view changes.
    Quick,
    /// As the request says.
    Full,
}

/// A picture that is being drawn or was drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ticket {
    /// Number of the state that it shows.
    pub(crate) version: u64,
    /// How.
    pub(crate) quality: Quality,
}

/// Decides what is drawn next.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    version: u64,
    moved: Option<Instant>,
    in_flight: Option<Ticket>,
    drawn: Option<Ticket>,
    full_took: Duration,
}

impl Pacer {
    /// What is to be seen has changed. `moving` while the mouse does it.
    pub(crate) fn changed(&mut self, moving: bool, now: Instant) {
        self.version += 1;
        self.moved = moving.then_some(now);
    }

    /// What to draw now; it counts as being drawn until [`Self::done`].
    pub(crate) fn next(&mut self, now: Instant) -> Option<Ticket> {
        if self.in_flight.is_some() || self.version == 0 {
            return None;
        }
        let quality = if self.rests_at().is_some_and(|rest| now < rest) {
            Quality::Quick
        } else {
            Quality::Full
        };
        let wanted = Ticket {
            version: self.version,
            quality,
        };
        let is_there = self.drawn.is_some_and(|drawn| {
            drawn.version == wanted.version
                && (drawn.quality == Quality::Full || quality == Quality::Quick)
        });
        if is_there {
            return None;
        }
        self.in_flight = Some(wanted);
        Some(wanted)
    }

    /// A picture is finished, or failed, after so long.
    pub(crate) fn done(&mut self, ticket: Ticket, took: Duration) {
        if ticket.quality == Quality::Full {
            self.full_took = took;
        }
        if self.in_flight == Some(ticket) {
            self.in_flight = None;
            self.drawn = Some(ticket);
        }
    }

    /// A picture was called off before it was drawn.
    pub(crate) fn called_off(&mut self, ticket: Ticket) {
        if self.in_flight == Some(ticket) {
            self.in_flight = None;
        }
    }

    /// When to look again though nothing happened; `None` when there is nothing to wait for.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        let settled = self
            .drawn
            .is_some_and(|drawn| drawn.version == self.version && drawn.quality == Quality::Full);
        (!settled && self.in_flight.is_none())
            .then(|| self.rests_at())
            .flatten()
    }

    /// Whether a finished picture shows what is wanted now.
    pub(crate) fn is_current(&self) -> bool {
        self.drawn
            .is_some_and(|drawn| drawn.version == self.version)
    }

    fn rests_at(&self) -> Option<Instant> {
        let rest = self.full_took.clamp(REST, LONGEST_REST);
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
        pacer.done(first, REST);
        assert!(pacer.is_current());
        assert_eq!(pacer.next(now + REST * 100), None);
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
        pacer.changed(true, now + REST / 2);
        pacer.done(quick, REST * 9);
        assert!(!pacer.is_current());
        let quick = pacer.next(now + REST / 2).expect("a picture");
        assert_eq!(quick, ticket(6, Quality::Quick));
        pacer.done(quick, REST * 9);
        assert_eq!(pacer.next(now + REST), None);
        let wake = pacer.wake_at().expect("it must look again");
        assert_eq!(wake, now + REST / 2 + REST);
        let full = pacer.next(wake).expect("the mouse rests");
        assert_eq!(full, ticket(6, Quality::Full));
        pacer.done(full, REST * 2);
        assert_eq!((pacer.next(wake), pacer.wake_at()), (None, None));
        // One that is called off was not drawn.
        pacer.changed(false, wake);
        let full = pacer.next(wake).expect("a picture");
        pacer.changed(true, wake);
        pacer.called_off(full);
        let quick = pacer.next(wake).expect("a picture in its place");
        assert_eq!(quick, ticket(8, Quality::Quick));
        assert!(!pacer.is_current());
        pacer.done(quick, REST);
        // Such a picture is waited for by a mouse that rests for as long.
        pacer.changed(true, wake);
        assert_eq!(pacer.wake_at(), Some(wake + REST * 2));
    }
}
