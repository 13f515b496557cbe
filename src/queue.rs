//! What waits, first come, first served, and may leave at any time: each in the same time, however many wait.

use std::collections::VecDeque;

/// A queue whose entries are known by a ticket. Tickets of entries that have left may be given again: whoever leaves forgets
/// its own.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    /// None where an entry has left. The first one, if there is one, has not.
    entries: VecDeque<Option<T>>,
    /// The ticket of the first one; the others count on from there.
    first: i64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { entries: VecDeque::new(), first: 0 }
    }
}

impl<T> Queue<T> {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Enqueues behind all others: the ticket.
    #[allow(clippy::cast_possible_wrap)] // Each takes bytes of a memory of 4 GiB.
    pub(crate) fn push_back(&mut self, entry: T) -> i64 {
        self.entries.push_back(Some(entry));
        self.first + self.entries.len() as i64 - 1
    }

    /// Enqueues in front of all others: the ticket.
    pub(crate) fn push_front(&mut self, entry: T) -> i64 {
        self.entries.push_front(Some(entry));
        self.first -= 1;
        self.first
    }

    /// Dequeues the one that waits longest.
    pub(crate) fn pop_front(&mut self) -> Option<T> {
        let entry = self.entries.pop_front()?;
        self.first += 1;
        self.skip_gaps();
        entry
    }

    /// Cancels the entry of this ticket, if it waits.
    pub(crate) fn cancel(&mut self, ticket: i64) -> Option<T> {
        let index = usize::try_from(ticket.checked_sub(self.first)?).ok()?;
        let entry = self.entries.get_mut(index)?.take();
        self.skip_gaps();
        entry
    }

    /// Dequeues all, in order.
    pub(crate) fn drain(&mut self) -> impl Iterator<Item = T> + use<T> {
        std::mem::take(&mut self.entries).into_iter().flatten()
    }

    fn skip_gaps(&mut self) {
        while self.entries.front().is_some_and(Option::is_none) {
            self.entries.pop_front();
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Queue;

    #[test]
    fn first_come_first_served() {
        let mut queue = Queue::default();
        assert_eq!((queue.is_empty(), queue.pop_front()), (true, None));
        for entry in ['b', 'c'] {
            queue.push_back(entry);
        }
        queue.push_front('a');
        assert_eq!((queue.pop_front(), queue.pop_front()), (Some('a'), Some('b')));
        queue.push_back('d');
        assert_eq!((queue.drain().collect::<String>(), queue.is_empty()), ("cd".to_owned(), true));
    }

    #[test]
    fn any_may_leave_and_leaves_once() {
        let mut queue = Queue::default();
        let [a, b, c] = ['a', 'b', 'c'].map(|entry| queue.push_back(entry));
        assert_eq!((queue.cancel(b), queue.cancel(b)), (Some('b'), None));
        assert_eq!(queue.cancel(a), Some('a'), "the gap behind it goes as well");
        assert_eq!((queue.pop_front(), queue.is_empty()), (Some('c'), true));
        for ticket in [a, b, c, i64::MIN, i64::MAX] {
            assert_eq!(queue.cancel(ticket), None, "{ticket}");
        }
        let d = queue.push_front('d');
        assert_eq!((queue.cancel(d), queue.is_empty()), (Some('d'), true));
    }
}
