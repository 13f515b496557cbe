//! Counts the suspended guests of this thread, and queues the hosts that wait for one of them to end. Each suspended
//! guest takes memory mappings of the engine, and a process that runs out of them dies.

use std::cell::RefCell;
use std::collections::VecDeque;

/// The default of `limits.suspensions`: V8 managed 20,000, Firefox 15,000.
pub(crate) const DEFAULT_LIMIT: u32 = 10_000;

thread_local! {
    static SUSPENSIONS: RefCell<Suspensions> = const { RefCell::new(Suspensions::new()) };
}

/// True where a guest whose limit is `limit` may be suspended besides the others.
pub(crate) fn has_room(limit: u32) -> bool {
    SUSPENSIONS.with_borrow(|suspensions| suspensions.has_room(limit))
}

/// Calls `wake` with the number of a host, whose limit is `limit`, once there is room.
pub(crate) fn wait(slot: u32, limit: u32, wake: fn(u32)) {
    SUSPENSIONS.with_borrow_mut(|suspensions| suspensions.waiting.push_back(Waiting { slot, limit, wake }));
}

/// A guest is suspended, for the first time in its invocation.
#[unsafe(no_mangle)]
extern "C" fn suspension_begin() {
    SUSPENSIONS.with_borrow_mut(|suspensions| suspensions.held += 1);
}

/// The invocation of a guest that was suspended has ended: others may run.
#[unsafe(no_mangle)]
extern "C" fn suspension_end() {
    SUSPENSIONS.with_borrow_mut(|suspensions| suspensions.held -= 1);
    while let Some(Waiting { slot, wake, .. }) = SUSPENSIONS.with_borrow_mut(Suspensions::next) {
        wake(slot);
    }
}

/// Guests of this thread whose running invocation was suspended.
#[unsafe(no_mangle)]
extern "C" fn suspensions_held() -> u32 {
    SUSPENSIONS.with_borrow(|suspensions| suspensions.held)
}

/// Asserts, in debug builds after each invocation, that nothing is borrowed, and that no more is counted than there are
/// guests.
#[cfg(debug_assertions)]
pub(crate) fn assert_in_order(instances: usize) {
    SUSPENSIONS.with(|suspensions| {
        assert!(suspensions.try_borrow_mut().is_ok(), "the suspensions are borrowed");
        assert!(suspensions.borrow().held as usize <= instances, "more is suspended than there is");
    });
}

#[derive(Debug, Clone, Copy)]
struct Waiting {
    slot: u32,
    limit: u32,
    wake: fn(u32),
}

#[derive(Debug)]
struct Suspensions {
    held: u32,
    waiting: VecDeque<Waiting>,
}

impl Suspensions {
    const fn new() -> Self {
        Self { held: 0, waiting: VecDeque::new() }
    }

    fn has_room(&self, limit: u32) -> bool {
        self.held < limit
    }

    /// The host that has waited longest, if there is room for it: none overtakes.
    fn next(&mut self) -> Option<Waiting> {
        let first = *self.waiting.front()?;
        if !self.has_room(first.limit) {
            return None;
        }
        self.waiting.pop_front();
        Some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::{Suspensions, Waiting};

    #[test]
    fn the_longest_waiting_goes_first_and_only_where_there_is_room() {
        let mut suspensions = Suspensions::new();
        suspensions.held = 2;
        for (slot, limit) in [(7, 2), (8, 3)] {
            suspensions.waiting.push_back(Waiting { slot, limit, wake: |_| {} });
        }
        assert_eq!((suspensions.has_room(2), suspensions.has_room(3)), (false, true));
        let next = |suspensions: &mut Suspensions| suspensions.next().map(|waiting| waiting.slot);
        assert_eq!(next(&mut suspensions), None, "8 has room, but waits behind 7");
        suspensions.held = 1;
        assert_eq!([(); 3].map(|()| next(&mut suspensions)), [Some(7), Some(8), None]);
    }
}
