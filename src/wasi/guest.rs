//! The memory of one guest. Every pointer, length, count and text that a guest passes to WASI is checked here.

use std::cell::Cell;

use crate::abi::{self, IOVEC_LEN, Result};
use crate::memory::Range;
use crate::sys::{self, Place, Span};

/// The most buffers that one call uses; the guest calls again for the rest.
const MOST_IOVECS: u32 = 1024;

/// The most bytes of a path.
const LONGEST_PATH: u32 = 4096;

/// The memory of one guest.
#[derive(Debug)]
pub(crate) struct Guest {
    id: u32,
    /// Bytes of memory when last asked: it never shrinks, so this bound holds.
    memory_len: Cell<u64>,
}

/// The buffers of a read or a write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Buffers {
    /// The usual case.
    One(Range),
    Many(Vec<Range>),
}

impl Buffers {
    /// The buffers, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Range> + '_ {
        let buffers = match self {
            Self::One(buffer) => std::slice::from_ref(buffer),
            Self::Many(buffers) => buffers,
        };
        buffers.iter().copied()
    }
}

impl Guest {
    pub(crate) fn new(id: u32) -> Self {
        Self { id, memory_len: Cell::new(0) }
    }

    /// Its number in JavaScript.
    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    /// A range of its memory. EFAULT if it leaves that.
    pub(crate) fn range(&self, ptr: u32, len: u32) -> Result<Range> {
        let known = Range::check(ptr, len, self.memory_len.get());
        let checked = known.or_else(|_| {
            self.memory_len.set(sys::memory_len(self.id));
            Range::check(ptr, len, self.memory_len.get())
        });
        checked.map_err(|_| wasip1::ERRNO_FAULT)
    }

    /// A range of `count` things of `len` bytes each.
    pub(crate) fn table(&self, ptr: u32, count: u32, len: u32) -> Result<Range> {
        self.range(ptr, count.checked_mul(len).ok_or(wasip1::ERRNO_FAULT)?)
    }

    /// A copy of a range.
    pub(crate) fn read(&self, range: Range) -> Vec<u8> {
        let mut bytes = vec![0; range.len() as usize];
        self.read_to(range, Place::from(&mut *bytes));
        bytes
    }

    /// Copies a range to a place of the same length.
    pub(crate) fn read_to(&self, range: Range, place: Place) {
        sys::read(self.id, range.ptr(), place);
    }

    /// Writes as much of `bytes` as the range has room for.
    pub(crate) fn write(&self, range: Range, bytes: &[u8]) {
        self.write_from(range, Span::from(bytes, 0));
    }

    /// Writes as much of `bytes` as the range has room for: the number of bytes written.
    pub(crate) fn write_from(&self, range: Range, bytes: Span) -> u32 {
        let bytes = bytes.first(range.len());
        sys::write(self.id, range.ptr(), bytes);
        bytes.len()
    }

    /// An address to write a `u32` to, checked. EFAULT.
    pub(crate) fn u32_at(&self, ptr: u32) -> Result<U32At> {
        Ok(U32At(self.range(ptr, 4)?.ptr()))
    }

    pub(crate) fn set_u32(&self, at: U32At, value: u32) {
        sys::store_u32(self.id, at.0, value);
    }

    /// A range to write a `u64` to, checked. EFAULT.
    pub(crate) fn u64_at(&self, ptr: u32) -> Result<Range> {
        self.range(ptr, 8)
    }

    pub(crate) fn set_u64(&self, at: Range, value: u64) {
        self.write(at, &value.to_le_bytes());
    }

    /// The `count` buffers named at `ptr`. EFAULT if one of them leaves memory.
    pub(crate) fn buffers(&self, ptr: u32, count: u32) -> Result<Buffers> {
        let table = self.table(ptr, count, IOVEC_LEN)?;
        if count == 1 {
            let (ptr, len) = (sys::load_u32(self.id, table.ptr()), sys::load_u32(self.id, table.ptr() + 4));
            return Ok(Buffers::One(self.range(ptr, len)?));
        }
        let table = self.table(ptr, count.min(MOST_IOVECS), IOVEC_LEN)?;
        let buffers = abi::iovecs(&self.read(table)).map(|(ptr, len)| self.range(ptr, len)).collect::<Result<_>>()?;
        Ok(Buffers::Many(buffers))
    }

    /// A path. EILSEQ if it is not UTF-8, EINVAL if there is a NUL in it.
    pub(crate) fn path(&self, ptr: u32, len: u32) -> Result<String> {
        let range = self.range(ptr, len)?;
        if range.len() > LONGEST_PATH {
            return Err(wasip1::ERRNO_NAMETOOLONG);
        }
        let path = String::from_utf8(self.read(range)).map_err(|_| wasip1::ERRNO_ILSEQ)?;
        if path.contains('\0') { Err(wasip1::ERRNO_INVAL) } else { Ok(path) }
    }
}

/// An address to write a `u32` to, checked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct U32At(u32);

#[cfg(test)]
mod tests {
    use super::{Buffers, Guest, MOST_IOVECS};
    use crate::memory::Range;
    use crate::sys::native;

    const PAGE: u32 = 65_536;

    fn guest() -> Guest {
        native::reset(PAGE as usize);
        Guest::new(0)
    }

    #[test]
    fn what_leaves_memory_is_a_fault() {
        let guest = guest();
        for (ptr, len, inside) in
            [(0, PAGE, true), (1, PAGE, false), (PAGE, 0, true), (PAGE, 1, false), (u32::MAX, u32::MAX, false)]
        {
            assert_eq!(guest.range(ptr, len).is_ok(), inside, "{len} at {ptr}");
        }
        assert!(guest.table(0, PAGE / 8, 8).is_ok());
        for count in [PAGE / 8 + 1, u32::MAX / 8, u32::MAX / 8 + 1, u32::MAX] {
            assert_eq!(guest.table(0, count, 8).err(), Some(wasip1::ERRNO_FAULT), "{count}");
        }
    }

    #[test]
    fn nothing_but_an_empty_range_is_in_a_memory_without_pages() {
        native::reset(0);
        let guest = Guest::new(0);
        assert!(guest.range(0, 1).is_err());
        assert!(guest.range(0, 0).is_ok());
    }

    #[test]
    fn a_memory_that_grew_is_asked_again() {
        let guest = guest();
        assert!(guest.range(PAGE, 1).is_err());
        native::grow(1);
        assert!(guest.range(PAGE, 1).is_ok());
        assert!(guest.range(PAGE, 2).is_err());
    }

    #[test]
    fn buffers_are_all_checked_before_one_is_used() {
        let guest = guest();
        let iovec = |ptr: u32, len: u32| [ptr.to_le_bytes(), len.to_le_bytes()].concat();
        native::set(8, &[iovec(16, 4), iovec(PAGE - 1, 1), iovec(PAGE, 1)].concat());
        assert_eq!(guest.buffers(8, 0), Ok(Buffers::Many(vec![])));
        assert_eq!(guest.buffers(8, 1), Range::check(16, 4, PAGE.into()).map(Buffers::One).map_err(|_| unreachable!()));
        assert_eq!(guest.buffers(8, 2).map(|buffers| buffers.iter().count()), Ok(2));
        for count in [3, PAGE / 8, u32::MAX] {
            assert_eq!(guest.buffers(8, count), Err(wasip1::ERRNO_FAULT), "{count}");
        }
        assert_eq!(guest.buffers(0, MOST_IOVECS + 1).map(|buffers| buffers.iter().count()), Err(wasip1::ERRNO_FAULT));
        native::set(0, &[0; 8 * 1025]);
        assert_eq!(guest.buffers(0, MOST_IOVECS + 1).map(|buffers| buffers.iter().count()), Ok(1024));
    }

    #[test]
    fn paths_are_text_of_some_length() {
        let guest = guest();
        for (bytes, expected) in [
            (&b"a/b"[..], Ok("a/b")),
            ("grüß".as_bytes(), Ok("grüß")),
            (b"a\xffb", Err(wasip1::ERRNO_ILSEQ)),
            (b"\xed\xa0\x80", Err(wasip1::ERRNO_ILSEQ)),
            (b"a\0b", Err(wasip1::ERRNO_INVAL)),
        ] {
            native::set(100, bytes);
            assert_eq!(guest.path(100, u32::try_from(bytes.len()).unwrap_or(0)).as_deref(), expected.as_deref());
        }
        native::set(0, &[b'a'; 4097]);
        assert_eq!(guest.path(0, 4096).map(|path| path.len()), Ok(4096));
        assert!(guest.path(0, 4097).is_err_and(|errno| errno == wasip1::ERRNO_NAMETOOLONG));
        assert!(guest.path(0, PAGE + 1).is_err_and(|errno| errno == wasip1::ERRNO_FAULT));
    }
}
