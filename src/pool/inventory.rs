//! Which of a pool's instances are idle, how many requests wait for one, and when instances come and go. No JavaScript
//! runs here.

/// How large a pool may be, and how long its queue.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Instances at the most, and those that are kept.
    pub(crate) size: u32,
    pub(crate) min: u32,
    /// Milliseconds after which an idle instance above `min` goes.
    pub(crate) idle_timeout: f64,
    /// How many requests may wait.
    pub(crate) max_queue: f64,
}

/// An instance that nobody has.
#[derive(Debug, Clone, Copy)]
struct Idle {
    member: u32,
    /// Milliseconds, on the clock of whoever gave it back.
    since: f64,
}

/// Why a request can't wait for an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    Full,
    Closed,
}

/// The book of a pool. Its instances, the members, are known by small numbers. Each is idle or busy; one in the making is
/// busy, and stands for the request that it is made for. Requests that wait are served first come, first served; the
/// book counts them.
#[derive(Debug)]
pub(super) struct Lending {
    bounds: Bounds,
    /// The longest idle first; the last one is lent first, so that those that are not needed grow old.
    idle: Vec<Idle>,
    waiting: u32,
    /// Idle and busy ones.
    members: u32,
    /// Numbers below the highest one that no member has.
    vacant: Vec<u32>,
    /// Members in the making because requests wait.
    growing: u32,
    closed: bool,
}

impl Lending {
    pub(super) const fn new(bounds: Bounds) -> Self {
        Self { bounds, idle: Vec::new(), waiting: 0, members: 0, vacant: Vec::new(), growing: 0, closed: false }
    }

    /// An idle member, if there is one.
    #[inline(always)]
    pub(super) fn lend(&mut self) -> Option<u32> {
        if self.closed {
            return None;
        }
        self.idle.pop().map(|idle| idle.member)
    }

    /// Nobody is idle: a request waits from now on.
    pub(super) fn wait(&mut self) -> Result<(), Refused> {
        if self.closed {
            return Err(Refused::Closed);
        }
        if f64::from(self.waiting()) >= self.bounds.max_queue && self.members >= self.bounds.size {
            return Err(Refused::Full);
        }
        self.waiting += 1;
        Ok(())
    }

    /// A request waits no longer.
    pub(super) fn cancel(&mut self) {
        self.waiting -= 1;
    }

    /// The number of a member that is to be made before the pool is there.
    pub(super) fn furnish(&mut self) -> Option<u32> {
        (self.members < self.bounds.min).then(|| self.number())
    }

    /// The number of a member that is to be made now, for a request that waits.
    pub(super) fn grow(&mut self) -> Option<u32> {
        if self.members >= self.bounds.size || self.growing >= self.waiting {
            return None;
        }
        self.growing += 1;
        Some(self.number())
    }

    fn number(&mut self) -> u32 {
        let next = self.members;
        self.members += 1;
        self.vacant.pop().unwrap_or(next)
    }

    /// A member that `grow` had made is there, and busy.
    pub(super) fn grown(&mut self) {
        self.growing -= 1;
    }

    /// A member that `grow` had made could not be. Whether a request waits, which hears of it.
    pub(super) fn stunted(&mut self, member: u32) -> bool {
        self.growing -= 1;
        self.lose(member);
        self.next()
    }

    /// A busy member is gone.
    pub(super) fn lose(&mut self, member: u32) {
        self.members -= 1;
        if self.members == 0 {
            self.vacant.clear();
        } else {
            self.vacant.push(member);
        }
    }

    /// A busy member is free: whether a request waits, which has it now. Else it is idle, since `now`.
    #[inline(always)]
    pub(super) fn take_back(&mut self, member: u32, now: f64) -> bool {
        let next = self.next();
        if !next {
            self.idle.push(Idle { member, since: now });
        }
        next
    }

    /// Whether a request waits; the longest waiting one does no longer.
    fn next(&mut self) -> bool {
        let waits = self.waiting > 0;
        self.waiting -= u32::from(waits);
        waits
    }

    /// An idle member is broken: it is busy until it is replaced. Whether it was idle.
    pub(super) fn withdraw(&mut self, member: u32) -> bool {
        let before = self.idle.len();
        self.idle.retain(|idle| idle.member != member);
        self.idle.len() < before
    }

    /// Takes out a member above `min` that was idle for long enough.
    pub(super) fn expire(&mut self, now: f64) -> Option<u32> {
        if self.next_expiry()? > now {
            return None;
        }
        let member = self.idle.remove(0).member;
        self.lose(member);
        Some(member)
    }

    /// When the next member has been idle for long enough.
    pub(super) fn next_expiry(&self) -> Option<f64> {
        if self.members <= self.bounds.min {
            return None;
        }
        self.idle.first().map(|idle| idle.since + self.bounds.idle_timeout)
    }

    /// Takes no more requests; those that wait go on waiting.
    pub(super) fn close(&mut self) {
        self.closed = true;
    }

    /// Whether the counts agree with each other.
    #[cfg(debug_assertions)]
    pub(super) fn is_in_order(&self) -> bool {
        self.idle() <= self.members
            && self.members <= self.bounds.size
            && self.growing <= self.busy()
            && (self.idle.is_empty() || self.waiting == 0)
    }

    #[allow(clippy::cast_possible_truncation)] // Not more than the members, which are u32.
    pub(super) fn idle(&self) -> u32 {
        self.idle.len() as u32
    }

    pub(super) fn busy(&self) -> u32 {
        self.members - self.idle()
    }

    /// Requests that wait for a member that somebody else has.
    pub(super) fn waiting(&self) -> u32 {
        self.waiting.saturating_sub(self.growing)
    }
}

#[cfg(test)]
mod tests {
    use super::{Bounds, Lending, Refused};

    const KEPT: Bounds = Bounds { size: 2, min: 2, idle_timeout: 10.0, max_queue: 1.0 };
    const ELASTIC: Bounds = Bounds { min: 0, ..KEPT };

    /// A book whose kept members are there.
    fn book(bounds: Bounds) -> Lending {
        let mut book = Lending::new(bounds);
        let made: Vec<u32> = std::iter::from_fn(|| book.furnish()).collect();
        for member in made {
            assert!(!book.take_back(member, 0.0));
        }
        book
    }

    /// Idle, busy, waiting.
    fn counts(book: &Lending) -> (u32, u32, u32) {
        (book.idle(), book.busy(), book.waiting())
    }

    #[test]
    fn members_are_lent_wait_and_come_back() {
        let mut book = book(KEPT);
        assert_eq!(counts(&book), (2, 0, 0));
        assert_eq!((book.lend(), book.lend(), book.lend()), (Some(1), Some(0), None));
        assert_eq!((book.wait(), book.wait()), (Ok(()), Err(Refused::Full)));
        assert_eq!((counts(&book), book.grow()), ((0, 2, 1), None));
        assert!(book.take_back(1, 0.0), "it goes to the one that waits");
        assert_eq!(counts(&book), (0, 2, 0));
        assert!(!book.take_back(1, 0.0));
        assert_eq!((counts(&book), book.lend()), ((1, 1, 0), Some(1)));
    }

    #[test]
    fn an_elastic_pool_grows_for_those_that_wait_and_shrinks_when_idle() {
        let mut book = book(ELASTIC);
        assert_eq!((counts(&book), book.lend(), book.grow()), ((0, 0, 0), None, None));
        assert_eq!((book.wait(), book.grow(), book.grow()), (Ok(()), Some(0), None));
        assert_eq!(counts(&book), (0, 1, 0), "the one in the making stands for the request");
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(1)));
        assert_eq!((book.wait(), book.wait()), (Ok(()), Err(Refused::Full)));
        book.grown();
        assert!(book.take_back(0, 1.0));
        book.grown();
        assert!(book.take_back(1, 1.0));
        assert!(book.take_back(0, 2.0) && !book.take_back(0, 3.0) && !book.take_back(1, 5.0));
        assert_eq!((counts(&book), book.next_expiry()), ((2, 0, 0), Some(13.0)));
        assert_eq!((book.expire(12.9), book.expire(13.0), book.expire(13.0)), (None, Some(0), None));
        assert_eq!((book.expire(15.0), book.next_expiry(), counts(&book)), (Some(1), None, (0, 0, 0)));
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(0)));
    }

    #[test]
    fn members_that_can_not_be_made_or_break() {
        let mut book = book(ELASTIC);
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(0)));
        assert!(book.stunted(0), "the request hears of it");
        assert_eq!(counts(&book), (0, 0, 0));
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(0)));
        book.cancel();
        assert!(!book.stunted(0), "nobody waits any more");
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(0)));
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(1)));
        book.grown();
        assert!(book.take_back(0, 0.0));
        book.lose(0);
        book.grown();
        assert!(book.take_back(1, 0.0) && !book.take_back(1, 0.0));
        assert!(book.withdraw(1) && !book.withdraw(1));
        assert_eq!(counts(&book), (0, 1, 0), "busy until it is replaced");
        assert_eq!((book.wait(), book.grow()), (Ok(()), Some(0)), "numbers are used again");
    }

    #[test]
    fn a_closed_pool_takes_nothing_new_and_serves_what_waits() {
        let mut book = book(KEPT);
        assert_eq!((book.lend(), book.lend(), book.wait()), (Some(1), Some(0), Ok(())));
        book.close();
        assert_eq!((book.lend(), book.wait()), (None, Err(Refused::Closed)));
        assert!(book.take_back(0, 0.0) && !book.take_back(0, 0.0));
        assert_eq!((book.lend(), counts(&book)), (None, (1, 1, 0)));
    }
}
