//! The instances of a pool: which there are, which of them are idle, and when they are created and evicted. No
//! JavaScript runs here.

use crate::constants::{POOL_CLOSED, POOL_FULL, POOL_QUEUED};
use crate::options::Bounds;

/// An idle instance.
#[derive(Debug, Clone, Copy)]
struct Idle {
    instance: u32,
    /// Milliseconds, by the clock of the caller of `release`.
    since: f64,
}

/// The answer to a request that wants to wait for an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub(super) enum Admission {
    Queued = POOL_QUEUED,
    Full = POOL_FULL,
    Closed = POOL_CLOSED,
}

/// The instances of a pool, by small numbers. Each is idle or busy; one that is being created is busy. Requests that
/// wait for an instance are `pending`: JavaScript has their queue (`WapcPool`), and passes its length where it matters.
#[derive(Debug)]
pub(super) struct Inventory {
    bounds: Bounds,
    /// Longest idle first. The last one is acquired first, so that surplus ones stay idle and are evicted.
    idle: Vec<Idle>,
    /// Idle and busy ones.
    instances: u32,
    /// Numbers below the highest one that no instance has.
    vacant: Vec<u32>,
    /// Instances that are being created for pending requests, one for each.
    creating: u32,
    closed: bool,
}

impl Inventory {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self { bounds, idle: Vec::new(), instances: 0, vacant: Vec::new(), creating: 0, closed: false }
    }

    /// An idle instance, if there is one: busy from now on.
    #[inline(always)]
    pub(super) fn acquire(&mut self) -> Option<u32> {
        if self.closed {
            return None;
        }
        self.idle.pop().map(|idle| idle.instance)
    }

    /// Releases a busy instance: it is idle since `now`.
    #[inline(always)]
    pub(super) fn release(&mut self, instance: u32, now: f64) {
        self.idle.push(Idle { instance, since: now });
    }

    /// Admits or refuses one more request behind `pending` others.
    pub(super) fn admit(&self, pending: u32) -> Admission {
        if self.closed {
            return Admission::Closed;
        }
        // Each instance that is being created will serve a pending request, even where the one that it was created for
        // is gone; so will the one that would be created for this request.
        let own = u32::from(self.instances < self.bounds.size);
        let is_full = f64::from(pending) >= self.bounds.max_queue + f64::from(self.creating + own);
        if is_full { Admission::Full } else { Admission::Queued }
    }

    /// The number of an instance to create while the pool itself is being created.
    pub(super) fn create_kept(&mut self) -> Option<u32> {
        (self.instances < self.bounds.min).then(|| self.number())
    }

    /// The number of an instance to create now, where more than `creating` requests are pending.
    pub(super) fn create(&mut self, pending: u32) -> Option<u32> {
        if self.instances >= self.bounds.size || self.creating >= pending {
            return None;
        }
        self.creating += 1;
        Some(self.number())
    }

    fn number(&mut self) -> u32 {
        let next = self.instances;
        self.instances += 1;
        self.vacant.pop().unwrap_or(next)
    }

    /// An instance that `create` numbered was created: it is busy.
    pub(super) fn created(&mut self) {
        self.creating -= 1;
    }

    /// An instance that `create` numbered could not be created.
    pub(super) fn not_created(&mut self, instance: u32) {
        self.creating -= 1;
        self.remove(instance);
    }

    /// Removes a busy instance that is gone.
    pub(super) fn remove(&mut self, instance: u32) {
        self.instances -= 1;
        if self.instances == 0 {
            self.vacant.clear();
        } else {
            self.vacant.push(instance);
        }
    }

    /// Acquires this instance, if it is idle: it is busy until it is released. False where it was busy.
    pub(super) fn acquire_idle(&mut self, instance: u32) -> bool {
        let before = self.idle.len();
        self.idle.retain(|idle| idle.instance != instance);
        self.idle.len() < before
    }

    /// Removes an instance above `min` that was idle for `idle_timeout`.
    pub(super) fn evict(&mut self, now: f64) -> Option<u32> {
        if self.next_eviction()? > now {
            return None;
        }
        let instance = self.idle.remove(0).instance;
        self.remove(instance);
        Some(instance)
    }

    /// The time at which the next instance has been idle for `idle_timeout`.
    pub(super) fn next_eviction(&self) -> Option<f64> {
        if self.instances <= self.bounds.min {
            return None;
        }
        self.idle.first().map(|idle| idle.since + self.bounds.idle_timeout)
    }

    /// Takes no more requests; those that are pending go on waiting.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// True where the counts agree with each other.
    #[cfg(debug_assertions)]
    pub(super) fn is_in_order(&self) -> bool {
        self.idle() <= self.instances && self.instances <= self.bounds.size && self.creating <= self.busy()
    }

    #[allow(clippy::cast_possible_truncation)] // Not more than the instances, which are u32.
    pub(super) fn idle(&self) -> u32 {
        self.idle.len() as u32
    }

    pub(super) fn busy(&self) -> u32 {
        self.instances - self.idle()
    }

    /// Instances that are being created for pending requests.
    pub(super) fn creating(&self) -> u32 {
        self.creating
    }
}

#[cfg(test)]
mod tests {
    use super::{Admission, Bounds, Inventory};

    const KEPT: Bounds = Bounds { size: 2, min: 2, idle_timeout: 10.0, max_queue: 1.0 };
    const ELASTIC: Bounds = Bounds { min: 0, ..KEPT };

    /// An inventory whose kept instances are there.
    fn inventory(bounds: Bounds) -> Inventory {
        let mut inventory = Inventory::new(bounds);
        let created: Vec<u32> = std::iter::from_fn(|| inventory.create_kept()).collect();
        for instance in created {
            inventory.release(instance, 0.0);
        }
        inventory
    }

    /// Idle, busy, being created.
    fn counts(inventory: &Inventory) -> (u32, u32, u32) {
        (inventory.idle(), inventory.busy(), inventory.creating())
    }

    #[test]
    fn instances_are_acquired_and_released() {
        let mut inventory = inventory(KEPT);
        assert_eq!(counts(&inventory), (2, 0, 0));
        assert_eq!((inventory.acquire(), inventory.acquire(), inventory.acquire()), (Some(1), Some(0), None));
        assert_eq!((inventory.admit(0), inventory.admit(1)), (Admission::Queued, Admission::Full));
        assert_eq!((counts(&inventory), inventory.create(1)), ((0, 2, 0), None));
        inventory.release(1, 0.0);
        assert_eq!((counts(&inventory), inventory.acquire()), ((1, 1, 0), Some(1)));
    }

    #[test]
    fn an_elastic_pool_grows_for_pending_requests_and_shrinks_when_idle() {
        let mut inventory = inventory(ELASTIC);
        assert_eq!((counts(&inventory), inventory.acquire(), inventory.create(0)), ((0, 0, 0), None, None));
        assert_eq!((inventory.admit(0), inventory.create(1), inventory.create(1)), (Admission::Queued, Some(0), None));
        assert_eq!(counts(&inventory), (0, 1, 1), "the one that is being created stands for the request");
        assert_eq!((inventory.admit(1), inventory.create(2)), (Admission::Queued, Some(1)));
        assert_eq!((inventory.admit(2), inventory.admit(3)), (Admission::Queued, Admission::Full));
        assert_eq!(inventory.admit(1), Admission::Queued, "a request was given up, and an instance comes all the same");
        inventory.not_created(1);
        assert_eq!(
            (inventory.admit(2), inventory.admit(3)),
            (Admission::Queued, Admission::Full),
            "requests were left"
        );
        assert_eq!(inventory.create(2), Some(1));
        inventory.created();
        inventory.created();
        inventory.release(0, 3.0);
        inventory.release(1, 5.0);
        assert_eq!((counts(&inventory), inventory.next_eviction()), ((2, 0, 0), Some(13.0)));
        assert_eq!((inventory.evict(12.9), inventory.evict(13.0), inventory.evict(13.0)), (None, Some(0), None));
        assert_eq!((inventory.evict(15.0), inventory.next_eviction(), counts(&inventory)), (Some(1), None, (0, 0, 0)));
        assert_eq!(inventory.create(1), Some(0));
    }

    #[test]
    fn instances_that_cannot_be_created_or_break() {
        let mut inventory = inventory(ELASTIC);
        assert_eq!(inventory.create(1), Some(0));
        inventory.not_created(0);
        assert_eq!(counts(&inventory), (0, 0, 0));
        assert_eq!((inventory.create(2), inventory.create(2)), (Some(0), Some(1)));
        inventory.created();
        inventory.remove(0);
        inventory.created();
        inventory.release(1, 0.0);
        assert!(inventory.acquire_idle(1) && !inventory.acquire_idle(1));
        assert_eq!(counts(&inventory), (0, 1, 0), "busy until it is replaced");
        assert_eq!(inventory.create(1), Some(0), "numbers are used again");
    }

    #[test]
    fn a_closed_pool_takes_nothing_new() {
        let mut inventory = inventory(KEPT);
        assert_eq!(
            (inventory.acquire(), inventory.acquire(), inventory.admit(0)),
            (Some(1), Some(0), Admission::Queued)
        );
        inventory.close();
        inventory.release(0, 0.0);
        assert_eq!((inventory.acquire(), inventory.admit(1)), (None, Admission::Closed));
        assert_eq!(counts(&inventory), (1, 1, 0));
    }
}
