//! How much guests may keep in trees and listings: all of them share this artifact's memory, and one must not take it from the rest.

use std::cell::Cell;

use crate::abi::Result;

/// Bytes of one file.
pub(super) const LARGEST_FILE: u64 = 256 << 20;

/// Bytes of all trees of this thread, with what their names and nodes take.
const ALL: usize = 512 << 20;

thread_local! {
    static USED: Cell<usize> = const { Cell::new(0) };
}

/// Room that something in a tree takes, given back when it goes.
#[derive(Debug, Default)]
pub(crate) struct Room(usize);

impl Room {
    /// ENOSPC if there is none.
    pub(crate) fn of(bytes: usize) -> Result<Self> {
        let mut room = Self::default();
        room.resize(bytes)?;
        Ok(room)
    }

    /// Takes more or less. ENOSPC if there is no more, and all stays as it was.
    pub(super) fn resize(&mut self, bytes: usize) -> Result<()> {
        let used = USED.get() - self.0 + bytes;
        if used > ALL && bytes > self.0 {
            return Err(wasip1::ERRNO_NOSPC);
        }
        USED.set(used);
        self.0 = bytes;
        Ok(())
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        USED.set(USED.get().saturating_sub(self.0));
    }
}

#[cfg(test)]
mod tests {
    use super::{ALL, Room};

    #[test]
    fn room_is_taken_and_given_back() {
        let mut one = Room::of(ALL - 10).unwrap_or_default();
        assert_eq!(Room::of(11).err(), Some(wasip1::ERRNO_NOSPC));
        assert!(Room::of(10).is_ok());
        assert_eq!(one.resize(ALL + 1), Err(wasip1::ERRNO_NOSPC));
        assert_eq!(one.resize(ALL), Ok(()));
        assert_eq!(one.resize(0), Ok(()));
        assert!(Room::of(ALL).is_ok());
    }
}
