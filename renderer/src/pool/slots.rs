//! Which tasks may begin: long ones never occupy all threads, so that short ones need not wait for
//! them.

use std::time::{Duration, Instant};

/// What one drawing thread does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Running {
    is_long: bool,
    since: Instant,
}

/// The drawing threads of a pool and what each does.
///
/// At most `regular` tasks run at a time. The threads beyond that are spare: only while `regular`
/// long tasks run, one short task more may begin on one of them, and it shares the processors.
#[derive(Debug, Default)]
pub(super) struct Slots {
    regular: usize,
    running: Vec<Option<Running>>,
}

impl Slots {
    pub(super) fn new(regular: usize, threads: usize) -> Self {
        Self {
            regular,
            running: vec![None; threads],
        }
    }

    /// Whether a task may begin now.
    pub(super) fn may_begin(&self, is_long: bool) -> bool {
        let running = || self.running.iter().flatten();
        let (all, long) = (
            running().count(),
            running().filter(|task| task.is_long).count(),
        );
        all < self.regular || (!is_long && long >= self.regular && all == long)
    }

    /// A thread begins a task.
    pub(super) fn begin(&mut self, thread: usize, is_long: bool) {
        if let Some(slot) = self.running.get_mut(thread) {
            *slot = Some(Running {
                is_long,
                since: Instant::now(),
            });
        }
    }

    /// A thread has finished its task, or never had one.
    pub(super) fn end(&mut self, thread: usize) {
        if let Some(slot) = self.running.get_mut(thread) {
            *slot = None;
        }
    }

    /// Takes out what a thread does, which is returned with [`Self::return_to`].
    pub(super) fn leave(&mut self, thread: usize) -> Option<Running> {
        self.running.get_mut(thread).and_then(Option::take)
    }

    /// Undoes [`Self::leave`].
    pub(super) fn return_to(&mut self, thread: usize, place: Option<Running>) {
        if let Some(slot) = self.running.get_mut(thread) {
            *slot = place;
        }
    }

    /// A thread with several tasks has finished one of them.
    pub(super) fn restart_clock(&mut self, thread: usize) {
        if let Some(Some(running)) = self.running.get_mut(thread) {
            running.since = Instant::now();
        }
    }

    /// For how long no task could begin, because every thread has been busy with the same one;
    /// `None` while even a short task could begin.
    pub(super) fn stuck_for(&self) -> Option<Duration> {
        if self.may_begin(false) {
            return None;
        }
        let last = self.running.iter().flatten().map(|task| task.since).max();
        last.map(|since| since.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_tasks_leave_a_thread_to_a_short_one() {
        for regular in 1..4 {
            let mut slots = Slots::new(regular, regular + 1);
            for thread in 0..regular {
                assert!(slots.may_begin(true) && slots.may_begin(false));
                assert_eq!(slots.stuck_for(), None);
                slots.begin(thread, true);
            }
            assert!(!slots.may_begin(true), "the spare thread is for short ones");
            assert!(slots.may_begin(false));
            assert_eq!(slots.stuck_for(), None);
            slots.begin(regular, false);
            assert!(!slots.may_begin(false) && slots.stuck_for().is_some());
            slots.end(0);
            // As many run as there are processors.
            assert!(!slots.may_begin(true));
            slots.end(regular);
            assert!(slots.may_begin(true) && slots.may_begin(false));
        }
    }

    #[test]
    fn short_tasks_alone_do_not_use_the_spare_thread() {
        let mut slots = Slots::new(2, 3);
        slots.begin(0, false);
        slots.begin(2, false);
        assert!(!slots.may_begin(false) && !slots.may_begin(true));
        slots.end(0);
        assert!(slots.may_begin(false));
    }
}
