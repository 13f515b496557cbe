//! Ranges of a guest's linear memory. Every pointer and length that a guest passes is checked here and nowhere else.

use thiserror::Error;

/// A range that lies in the guest's memory, made by [`Range::check`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    ptr: u32,
    len: u32,
}

/// A range that leaves the guest's memory, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the {len} bytes at {ptr} leave the guest's memory of {memory_len} bytes")]
pub(crate) struct OutOfRange {
    pub(crate) ptr: u32,
    pub(crate) len: u32,
    pub(crate) memory_len: u64,
}

impl Range {
    /// The `len` bytes at `ptr`, if they lie in a memory of `memory_len` bytes.
    ///
    /// An empty range is in every memory, wherever it points: Zig's allocator answers for zero bytes with the highest
    /// address, Rust's with the lowest.
    #[inline(always)]
    pub(crate) fn check(ptr: u32, len: u32, memory_len: u64) -> Result<Self, OutOfRange> {
        if len == 0 {
            return Ok(Self { ptr: 0, len });
        }
        if u64::from(ptr) + u64::from(len) > memory_len {
            return Err(OutOfRange { ptr, len, memory_len });
        }
        Ok(Self { ptr, len })
    }

    /// Its start; 0 where it is empty.
    #[inline(always)]
    pub(crate) fn ptr(self) -> u32 {
        self.ptr
    }

    /// Its length in bytes.
    #[inline(always)]
    pub(crate) fn len(self) -> u32 {
        self.len
    }

    /// Its first bytes, at most `len`.
    #[allow(dead_code)] // Used by WASI, which is an artifact of its own.
    pub(crate) fn first(self, len: u32) -> Self {
        Self { len: self.len.min(len), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::{OutOfRange, Range};

    const PAGE: u64 = 65_536;
    const MAX: u32 = u32::MAX;

    #[test]
    fn checks_ranges_at_the_boundary_and_one_past_it() {
        let table: [(u32, u32, u64, bool); 14] = [
            (0, 0, 0, true),
            (0, 1, 0, false),
            (0, 65_536, PAGE, true),
            (0, 65_537, PAGE, false),
            (65_535, 1, PAGE, true),
            (65_535, 2, PAGE, false),
            (65_536, 0, PAGE, true),
            (65_536, 1, PAGE, false),
            (MAX, 0, PAGE, true),
            (MAX, 1, PAGE, false),
            (MAX, MAX, PAGE, false),
            (1, MAX, PAGE, false),
            (MAX, 1, 1 << 32, true),
            (MAX, 2, 1 << 32, false),
        ];
        for (ptr, len, memory_len, inside) in table {
            let checked = Range::check(ptr, len, memory_len);
            assert_eq!(checked.is_ok(), inside, "{len} at {ptr} of {memory_len}");
            if !inside {
                assert_eq!(checked, Err(OutOfRange { ptr, len, memory_len }));
            }
        }
    }

    #[test]
    fn keeps_what_it_checked() {
        let range = Range::check(8, 4, PAGE);
        assert_eq!(range.map(|range| (range.ptr(), range.len())), Ok((8, 4)));
        let empty = Range::check(MAX, 0, PAGE);
        assert_eq!(empty.map(|range| (range.ptr(), range.len())), Ok((0, 0)));
    }
}
