//! Reads the bytes of a module one after the other.

use std::ops::Range;

use crate::leb128::Leb128;

/// A module is not rewritten: it has something at this byte that is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) what: &'static str,
    pub(crate) at: usize,
}

/// Reads a range of a module, from its beginning to its end.
#[derive(Debug, Clone)]
pub(super) struct Cursor<'a> {
    module: &'a [u8],
    at: usize,
    end: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(module: &'a [u8]) -> Self {
        Self { module, at: 0, end: module.len() }
    }

    /// Another one of a range of the same module, which lies inside.
    pub(super) fn over(&self, range: Range<usize>) -> Self {
        Self { module: self.module, at: range.start, end: range.end.min(self.module.len()) }
    }

    /// All bytes of the module.
    pub(super) fn module(&self) -> &'a [u8] {
        self.module
    }

    /// The offset of the next byte.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The range of the bytes that are left.
    pub(super) fn rest(&self) -> Range<usize> {
        self.at..self.end
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The bytes of a range of the module, none where it does not lie inside.
    pub(super) fn bytes(&self, range: Range<usize>) -> &'a [u8] {
        self.module.get(range).unwrap_or_default()
    }

    #[inline]
    pub(super) fn peek(&self) -> Option<u8> {
        if self.at < self.end { self.module.get(self.at).copied() } else { None }
    }

    /// Skips the next byte if it is this one; true if it was.
    pub(super) fn skip_byte(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Skips bytes: their range.
    #[inline]
    pub(super) fn skip(&mut self, len: usize) -> Result<Range<usize>, Refused> {
        if len > self.end.saturating_sub(self.at) {
            return Err(self.unknown("an end"));
        }
        let start = self.at;
        self.at += len;
        Ok(start..self.at)
    }

    /// Skips bytes that are known to be there.
    pub(super) fn advance(&mut self, len: usize) {
        self.at += len;
    }

    /// A length, and as many bytes: their range.
    pub(super) fn sized(&mut self) -> Result<Range<usize>, Refused> {
        let len = self.index()?;
        self.skip(len)
    }

    /// Fails where something follows.
    #[inline]
    pub(super) fn finish(&self) -> Result<(), Refused> {
        if self.is_at_end() { Ok(()) } else { Err(self.unknown("what follows the last entry")) }
    }

    /// An index, a count or a length.
    #[inline]
    pub(super) fn index(&mut self) -> Result<usize, Refused> {
        // Most are one byte long.
        if let Some(byte @ 0..0x80) = self.peek() {
            self.at += 1;
            return Ok(byte.into());
        }
        self.u32().map(|index| index as usize)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn unknown(&self, what: &'static str) -> Refused {
        Refused { what, at: self.at }
    }
}

impl Leb128 for Cursor<'_> {
    type Error = Refused;

    #[inline]
    fn byte(&mut self) -> Result<u8, Refused> {
        let byte = self.peek().ok_or_else(|| self.unknown("an end"))?;
        self.at += 1;
        Ok(byte)
    }

    fn too_many_bits(&mut self) -> Refused {
        self.unknown("a number of too many bits")
    }
}
