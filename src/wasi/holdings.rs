//! The share of one process in what all guests of a thread share: room in this memory, and handles of the machine.
//!
//! The end of the process gives it back, whatever still refers to it: a stack overflow inside a call unwinds the frames
//! of Rust there without dropping what they own. What is dropped after the end gives nothing back a second time.

use std::cell::Cell;
use std::rc::Rc;

use crate::abi::Result;

/// The most bytes that all processes of this thread may keep: trees, with what their names and nodes take, listings,
/// standard input.
pub(crate) const ALL: usize = 512 << 20;

/// The most handles that one process may hold, those of the walk along a path included: each is a descriptor of the
/// program that runs the guest, which has few.
const MOST_HANDLES: u32 = 4096;

thread_local! {
    /// The room taken by all processes, in bytes.
    static USED: Cell<usize> = const { Cell::new(0) };
}

/// The share of one process.
#[derive(Debug)]
pub(crate) struct Holdings {
    ended: Cell<bool>,
    /// Room taken, in bytes.
    room: Cell<usize>,
    handles: Cell<u32>,
}

impl Holdings {
    pub(crate) fn new() -> Rc<Self> {
        Rc::new(Self { ended: Cell::new(false), room: Cell::new(0), handles: Cell::new(0) })
    }

    /// Gives everything back. JavaScript closes the handles.
    pub(crate) fn end(&self) {
        self.ended.set(true);
        USED.set(USED.get() - self.room.take());
        self.handles.set(0);
    }

    /// EMFILE where no other handle may be opened.
    pub(crate) fn require_handle(&self) -> Result<()> {
        if self.handles.get() < MOST_HANDLES { Ok(()) } else { Err(wasip1::ERRNO_MFILE) }
    }

    /// One more handle.
    pub(crate) fn add_handle(&self) {
        self.handles.set(self.handles.get() + 1);
    }

    /// Removes a handle: true where it is still to be closed.
    pub(crate) fn remove_handle(&self) -> bool {
        if self.ended.get() {
            return false;
        }
        self.handles.set(self.handles.get() - 1);
        true
    }

    /// Takes `to` bytes in place of `from`. ENOSPC if that is more, and there is no room.
    fn resize(&self, from: usize, to: usize) -> Result<()> {
        if self.ended.get() {
            return if to > from { Err(wasip1::ERRNO_NOSPC) } else { Ok(()) };
        }
        let used = (USED.get() - from).saturating_add(to);
        if to > from && used > ALL {
            return Err(wasip1::ERRNO_NOSPC);
        }
        USED.set(used);
        self.room.set(self.room.get() - from + to);
        Ok(())
    }

    fn give_back(&self, bytes: usize) {
        if !self.ended.get() {
            USED.set(USED.get() - bytes);
            self.room.set(self.room.get() - bytes);
        }
    }
}

/// Room in bytes, given back when this is dropped.
#[derive(Debug)]
pub(crate) struct Room {
    holder: Rc<Holdings>,
    bytes: Cell<usize>,
}

impl Room {
    /// Takes `bytes`. ENOSPC if there is no room.
    pub(crate) fn of(holder: &Rc<Holdings>, bytes: usize) -> Result<Self> {
        let room = Self { holder: Rc::clone(holder), bytes: Cell::new(0) };
        room.resize(bytes)?;
        Ok(room)
    }

    /// Changes the room to `bytes`. ENOSPC if there is not enough, and nothing changes.
    pub(crate) fn resize(&self, bytes: usize) -> Result<()> {
        self.holder.resize(self.bytes.get(), bytes)?;
        self.bytes.set(bytes);
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.holder.give_back(self.bytes.get());
    }
}

/// Bytes that all processes of this thread keep.
pub(crate) fn used() -> usize {
    USED.get()
}

#[cfg(any(test, debug_assertions))]
impl Holdings {
    pub(crate) fn room(&self) -> usize {
        self.room.get()
    }

    #[cfg(test)]
    pub(crate) fn handles(&self) -> u32 {
        self.handles.get()
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Holdings, MOST_HANDLES, Room, used};

    #[test]
    fn room_is_taken_and_given_back() {
        let (holder, other) = (Holdings::new(), Holdings::new());
        let one = Room::of(&holder, ALL - 10).ok();
        assert_eq!(Room::of(&other, 11).err(), Some(wasip1::ERRNO_NOSPC));
        assert!(Room::of(&other, 10).is_ok());
        let resize = |bytes| one.as_ref().map(|room| room.resize(bytes));
        assert_eq!(resize(usize::MAX), Some(Err(wasip1::ERRNO_NOSPC)));
        assert_eq!(resize(ALL + 1), Some(Err(wasip1::ERRNO_NOSPC)));
        assert_eq!(resize(ALL), Some(Ok(())));
        assert_eq!(resize(0), Some(Ok(())));
        assert!(Room::of(&other, ALL).is_ok());
        assert_eq!((holder.room(), other.room(), used()), (0, 0, 0));
    }

    #[test]
    fn handles_are_bounded() {
        let holder = Holdings::new();
        for _ in 0..MOST_HANDLES {
            assert_eq!(holder.require_handle(), Ok(()));
            holder.add_handle();
        }
        assert_eq!(holder.require_handle(), Err(wasip1::ERRNO_MFILE));
        assert!(holder.remove_handle());
        assert_eq!(holder.require_handle(), Ok(()));
    }

    #[test]
    fn an_end_gives_back_what_is_leaked_and_a_late_drop_nothing_more() {
        let (ended, other) = (Holdings::new(), Holdings::new());
        let (late, leaked) = (Room::of(&ended, 100).ok(), Room::of(&ended, 10).ok());
        let others = Room::of(&other, 1).ok();
        std::mem::forget(leaked);
        ended.end();
        assert_eq!(used(), 1);
        assert_eq!(late.as_ref().map(|room| room.resize(5)), Some(Ok(())));
        assert_eq!(late.as_ref().map(|room| room.resize(500)), Some(Err(wasip1::ERRNO_NOSPC)));
        drop(late);
        assert_eq!((used(), other.room()), (1, 1));
        drop(others);
        assert_eq!(used(), 0);
    }
}
