//! A snapshot of the names in a directory, taken when it is read from its beginning. `fd_readdir` returns it in pieces.

use std::rc::Rc;

use wasip1::Filetype;

use crate::abi::{self, Result};
use crate::holdings::{Holdings, Room};

/// One name.
#[derive(Debug)]
struct Entry {
    /// 0 where it is looked up only when a guest asks for it.
    inode: u64,
    kind: Filetype,
    /// The end of its name in the string of all names.
    end: usize,
}

/// Bytes of an entry besides its name.
const ENTRY_LEN: usize = size_of::<Entry>();

/// Names, `.` and `..` first.
#[derive(Debug, Default)]
pub(crate) struct Names {
    entries: Vec<Entry>,
    names: String,
}

impl Names {
    /// The names of a directory that has this inode, as yet without its entries.
    pub(super) fn new(inode: u64) -> Self {
        let mut names = Self::default();
        names.push(inode, wasip1::FILETYPE_DIRECTORY, ".");
        names.push(inode, wasip1::FILETYPE_DIRECTORY, "..");
        names
    }

    pub(super) fn push(&mut self, inode: u64, kind: Filetype, name: &str) {
        self.names.push_str(name);
        self.entries.push(Entry { inode, kind, end: self.names.len() });
    }
}

/// Names that are kept, counted against the guest's room.
#[derive(Debug)]
pub(crate) struct Listing {
    names: Names,
    /// Given back when the listing is dropped.
    _room: Room,
}

impl Listing {
    /// ENOSPC if there is no room: a guest may have many open.
    pub(crate) fn of(names: Names, holder: &Rc<Holdings>) -> Result<Self> {
        let _room = Room::of(holder, names.entries.capacity() * ENTRY_LEN + names.names.capacity())?;
        Ok(Self { names, _room })
    }

    pub(crate) fn len(&self) -> usize {
        self.names.entries.len()
    }

    /// Entries from index `from` on: at least `len` bytes of them, if there are as many.
    pub(crate) fn encode(&self, from: usize, len: usize) -> Vec<u8> {
        let Names { entries, names } = &self.names;
        let mut bytes = Vec::new();
        let mut start = from.checked_sub(1).and_then(|last| entries.get(last)).map_or(0, |last| last.end);
        for (index, entry) in entries.iter().enumerate().skip(from) {
            if bytes.len() >= len {
                break;
            }
            let name = names.get(start..entry.end).unwrap_or_default();
            bytes.extend_from_slice(&abi::dirent(index as u64 + 1, entry.inode, entry.kind, name));
            start = entry.end;
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, Names};
    use crate::abi::dirent;
    use crate::holdings::{Holdings, used};

    #[test]
    fn entries_are_told_from_any_one_on() {
        let holder = Holdings::new();
        let mut names = Names::new(7);
        names.push(0, wasip1::FILETYPE_REGULAR_FILE, "grüß");
        names.push(9, wasip1::FILETYPE_SYMBOLIC_LINK, "b");
        let Ok(listing) = Listing::of(names, &holder) else { return assert_eq!(used(), 1, "no room") };
        let all = [
            dirent(1, 7, wasip1::FILETYPE_DIRECTORY, "."),
            dirent(2, 7, wasip1::FILETYPE_DIRECTORY, ".."),
            dirent(3, 0, wasip1::FILETYPE_REGULAR_FILE, "grüß"),
            dirent(4, 9, wasip1::FILETYPE_SYMBOLIC_LINK, "b"),
        ];
        for from in 0..=4 {
            assert_eq!(Some(listing.encode(from, 1000)), all.get(from..).map(<[_]>::concat), "{from}");
        }
        assert_eq!(listing.encode(5, 1000), []);
        assert_eq!(listing.encode(usize::MAX, 1000), []);
        assert_eq!(listing.encode(0, 0), []);
        assert_eq!(Some(listing.encode(1, 27)), all.get(1..3).map(<[_]>::concat), "one that is cut off is told");
        assert!(used() > 0);
        drop(listing);
        assert_eq!(used(), 0);
    }
}
