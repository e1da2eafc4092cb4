//! The memory of pictures in flight: as many slots as fit into a budget, used in turns.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::slot::{FrameSlot, SlotShape};

/// Slots that are free, and how many there are.
#[derive(Debug)]
struct RingState {
    free: Vec<FrameSlot>,
    /// Slots that exist, free and taken ones.
    slots: usize,
    /// What all slots take.
    bytes: u64,
    max_slots: usize,
}

/// The slots of one device. They are taken by the thread that draws and given back by whichever
/// thread has read the picture.
#[derive(Debug)]
pub(super) struct Ring {
    state: Mutex<RingState>,
    /// A slot was given back.
    returned: Condvar,
    budget_bytes: u64,
}

/// A slot in use; it goes back to its ring when it is dropped.
#[derive(Debug)]
pub(super) struct TakenSlot {
    /// `None` only while it is dropped.
    slot: Option<FrameSlot>,
    ring: Arc<Ring>,
}

impl Ring {
    /// At most `max_slots` slots, which take at most `budget_bytes` together. One slot is allowed
    /// at any size.
    pub(super) fn new(max_slots: usize, budget_bytes: u64) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(RingState {
                free: Vec::new(),
                slots: 0,
                bytes: 0,
                max_slots: max_slots.max(1),
            }),
            returned: Condvar::new(),
            budget_bytes,
        })
    }

    /// A poisoned lock is used as it is: no code that could panic runs under it.
    fn lock(&self) -> MutexGuard<'_, RingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A free slot: one of this shape, else a new one, else one whose memory is freed for it.
    /// `None` while all that fit are in use.
    pub(super) fn take(self: &Arc<Self>, shape: SlotShape) -> Option<TakenSlot> {
        let mut state = self.lock();
        let same = state.free.iter().rposition(|slot| slot.shape() == shape);
        let slot = match same {
            Some(index) => state.free.swap_remove(index),
            None => state.new_slot(shape, self.budget_bytes)?,
        };
        Some(TakenSlot {
            slot: Some(slot),
            ring: Arc::clone(self),
        })
    }

    /// Frees what is not in use and halves the number of slots, after the device could not
    /// allocate memory. Returns whether that left anything to try again with.
    pub(super) fn shrink(&self) -> bool {
        let mut state = self.lock();
        let could_shrink = state.max_slots > 1 || !state.free.is_empty();
        state.max_slots = (state.max_slots / 2).max(1);
        while let Some(slot) = state.free.pop() {
            state.forget(&slot);
        }
        could_shrink
    }

    /// Number of slots that exist.
    #[cfg(test)]
    pub(super) fn slots(&self) -> usize {
        self.lock().slots
    }

    /// Waits until a slot is given back, for `timeout` at most.
    pub(super) fn wait_for_return(&self, timeout: Duration) {
        let state = self.lock();
        if state.free.is_empty() {
            drop(self.returned.wait_timeout(state, timeout));
        }
    }

    fn put(&self, slot: FrameSlot) {
        let mut state = self.lock();
        if slot.is_reusable() && state.slots <= state.max_slots {
            state.free.push(slot);
        } else {
            state.forget(&slot);
        }
        drop(state);
        self.returned.notify_one();
    }
}

impl RingState {
    /// An empty slot of a shape, if it may exist.
    fn new_slot(&mut self, shape: SlotShape, budget_bytes: u64) -> Option<FrameSlot> {
        let needed = shape.bytes();
        let fits = |state: &Self| {
            state.slots < state.max_slots && state.bytes.saturating_add(needed) <= budget_bytes
        };
        // Memory of other shapes is freed, oldest first, before the budget is exceeded.
        while !fits(self) && !self.free.is_empty() {
            let slot = self.free.remove(0);
            self.forget(&slot);
        }
        (fits(self) || self.slots == 0).then(|| {
            self.slots += 1;
            self.bytes += needed;
            FrameSlot::new(shape)
        })
    }

    fn forget(&mut self, slot: &FrameSlot) {
        self.slots -= 1;
        self.bytes -= slot.shape().bytes();
    }
}

impl std::ops::Deref for TakenSlot {
    type Target = FrameSlot;

    fn deref(&self) -> &FrameSlot {
        #[allow(clippy::expect_used, reason = "only `drop` takes it out")]
        self.slot.as_ref().expect("a taken slot holds its slot")
    }
}

impl std::ops::DerefMut for TakenSlot {
    fn deref_mut(&mut self) -> &mut FrameSlot {
        #[allow(clippy::expect_used, reason = "only `drop` takes it out")]
        self.slot.as_mut().expect("a taken slot holds its slot")
    }
}

impl Drop for TakenSlot {
    fn drop(&mut self) {
        if let Some(mut slot) = self.slot.take() {
            slot.cancel_map();
            self.ring.put(slot);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::targets::TargetShape;

    fn shape(edge_px: u32) -> SlotShape {
        SlotShape {
            targets: TargetShape {
                width_px: edge_px,
                height_px: edge_px,
                sample_layers: 0,
                planes: false,
                packs_color: false,
            },
            read_planes: 1,
        }
    }

    #[test]
    fn slots_are_bounded_in_number_and_memory_and_come_back() {
        let small = shape(64);
        let ring = Ring::new(3, 100 * small.bytes());
        let taken: Vec<_> = (0..3).map(|_| ring.take(small).expect("fits")).collect();
        assert!(ring.take(small).is_none());
        drop(taken);
        assert!(ring.take(small).is_some());

        let ring = Ring::new(8, 2 * small.bytes());
        let taken = [ring.take(small), ring.take(small)];
        assert!(taken.iter().all(Option::is_some) && ring.take(small).is_none());
        // One slot may exceed the budget, but only alone.
        let large = shape(1024);
        assert!(ring.take(large).is_none());
        drop(taken);
        let one = ring.take(large);
        assert!(one.is_some() && ring.take(small).is_none());
        assert_eq!(ring.slots(), 1);
    }

    #[test]
    fn a_ring_that_shrinks_keeps_one_slot() {
        let ring = Ring::new(8, u64::MAX);
        let taken: Vec<_> = (0..8).map(|_| ring.take(shape(8)).expect("fits")).collect();
        assert_eq!([(); 4].map(|()| ring.shrink()), [true, true, true, false]);
        assert!(ring.take(shape(8)).is_none());
        drop(taken);
        assert!(ring.slots() <= 1);
        let one = ring.take(shape(8));
        assert!(one.is_some() && ring.take(shape(8)).is_none());
    }
}
