//! The bytes of a file in a tree.

use std::cell::{Ref, RefCell, RefMut};

use super::{Content, NODE_LEN, Node};
use crate::abi::Result;
use crate::guest::Guest;
use crate::memory::Range;
use crate::sys::{self, Place, Span};

/// The most bytes of one file.
const LARGEST_FILE: u64 = 256 << 20;

impl Node {
    pub(super) fn bytes_cell(&self) -> Result<&RefCell<Vec<u8>>> {
        match &self.content {
            Content::File(bytes) => Ok(bytes),
            _ => Err(wasip1::ERRNO_ISDIR),
        }
    }

    pub(super) fn bytes(&self) -> Result<Ref<'_, Vec<u8>>> {
        self.bytes_cell()?.try_borrow().map_err(|_| wasip1::ERRNO_IO)
    }

    pub(super) fn bytes_mut(&self) -> Result<RefMut<'_, Vec<u8>>> {
        self.bytes_cell()?.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    pub(in crate::files) fn read(&self, guest: &Guest, range: Range, position: u64) -> Result<u32> {
        let rest = Span::from(&self.bytes()?, position);
        let read = guest.write_from(range, rest);
        self.accessed.set(sys::realtime());
        Ok(read)
    }

    pub(in crate::files) fn write(&self, guest: &Guest, range: Range, position: Option<u64>) -> Result<u32> {
        let len = self.bytes()?.len() as u64;
        let position = position.unwrap_or(len);
        let end = position.checked_add(range.len().into()).ok_or(wasip1::ERRNO_FBIG)?;
        if end > len && range.len() > 0 {
            self.resize(end)?;
        }
        let at = usize::try_from(position).map_err(|_| wasip1::ERRNO_FBIG)?;
        let len = range.len() as usize;
        let place = self.bytes_mut()?.get_mut(at..).and_then(|rest| rest.get_mut(..len)).map(Place::from);
        if let Some(place) = place {
            guest.read_to(range, place);
        }
        self.touch();
        Ok(range.len())
    }

    pub(in crate::files) fn set_len(&self, len: u64) -> Result<()> {
        self.resize(len)?;
        self.touch();
        Ok(())
    }

    /// EFBIG above the largest file, ENOSPC where there is no room.
    pub(super) fn resize(&self, len: u64) -> Result<()> {
        let len = usize::try_from(len).ok().filter(|_| len <= LARGEST_FILE).ok_or(wasip1::ERRNO_FBIG)?;
        let mut bytes = self.bytes_mut()?;
        let more = len.saturating_sub(bytes.len());
        // Half as much again, so that many small writes do not copy all of it each time.
        let spare = if more > bytes.capacity() - bytes.len() { len / 2 } else { 0 };
        self.room.resize(NODE_LEN + bytes.capacity().max(len + spare))?;
        bytes
            .try_reserve_exact(more + spare)
            .or_else(|_| bytes.try_reserve_exact(more))
            .map_err(|_| wasip1::ERRNO_NOSPC)?;
        bytes.resize(len, 0);
        // Shrinks the allocation too, since that is what `room` counts.
        if len < bytes.capacity() / 4 {
            bytes.shrink_to(len);
        }
        self.room.resize(NODE_LEN + bytes.capacity())
    }
}
