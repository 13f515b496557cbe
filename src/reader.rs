//! Reads the bytes of modules: <https://webassembly.github.io/spec/core/binary/values.html>. As strict as an engine:
//! bytes that an engine refuses must not be read as something else here.

use std::ops::Range;

use js_sys::Uint8Array;

use crate::leb128::Leb128;

/// Bytes that are read a window at a time: they may be hundreds of megabytes, and the core's memory never shrinks.
pub(crate) trait Source {
    /// The number of bytes.
    fn length(&self) -> u32;
    /// Copies the bytes of `range`, which lies inside, to `into`, which is exactly as long.
    fn fill(&self, range: Range<u32>, into: &mut [u8]);
}

impl Source for Uint8Array {
    fn length(&self) -> u32 {
        self.length()
    }

    fn fill(&self, range: Range<u32>, into: &mut [u8]) {
        self.subarray(range.start, range.end).copy_to(into);
    }
}

#[cfg(test)]
impl Source for &[u8] {
    fn length(&self) -> u32 {
        u32::try_from(self.len()).unwrap_or(u32::MAX)
    }

    fn fill(&self, range: Range<u32>, into: &mut [u8]) {
        into.copy_from_slice(self.get(range.start as usize..range.end as usize).unwrap_or_default());
    }
}

/// The reason why a module is not read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// Not a valid module, or newer than this reader.
    Unknown {
        what: &'static str,
        at: u32,
    },
    /// Readable, but refused by the code that reads it, with its reason.
    Unwanted(&'static str),
    /// It takes more bytes than allowed.
    Over {
        length: u64,
        limit: u64,
    },
    NoMemory,
}

/// Error: a module is not read to its end. The reader holds the reason; errors that carry it made the core 1.5 KB
/// larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Refused(());

/// The size of a window in bytes.
const WINDOW: u32 = 4096;

/// Reads a range of a source from its beginning to its end.
pub(crate) struct Reader<'a> {
    source: &'a dyn Source,
    at: u32,
    end: u32,
    window: [u8; WINDOW as usize],
    /// The range of the source that is in the window.
    windowed: Range<u32>,
    reason: Reason,
}

impl<'a> Reader<'a> {
    #[inline(never)]
    pub(crate) fn new(source: &'a dyn Source, range: Range<u32>) -> Self {
        Self {
            source,
            at: range.start,
            end: range.end,
            window: [0; WINDOW as usize],
            windowed: 0..0,
            reason: Reason::Unwanted(""),
        }
    }

    /// Goes on with another range.
    pub(crate) fn enter(&mut self, range: Range<u32>) {
        (self.at, self.end) = (range.start, range.end);
    }

    pub(crate) fn source(&self) -> &'a dyn Source {
        self.source
    }

    /// The offset of the next byte.
    pub(crate) fn at(&self) -> u32 {
        self.at
    }

    /// Bytes that are left.
    pub(crate) fn left(&self) -> u32 {
        self.end.saturating_sub(self.at)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.end
    }

    /// The next byte, without skipping it.
    fn peek(&mut self) -> Option<u8> {
        if self.is_at_end() {
            return None;
        }
        if !self.windowed.contains(&self.at) {
            self.windowed = self.at..self.end.min(self.at.saturating_add(WINDOW));
            self.source.fill(self.windowed.clone(), self.window.get_mut(..self.windowed.len())?);
        }
        self.window.get((self.at - self.windowed.start) as usize).copied()
    }

    /// Skips the next byte if it is this one; true if it was.
    #[inline(never)]
    pub(crate) fn skip_byte(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += u32::from(is_next);
        is_next
    }

    pub(crate) fn skip(&mut self, len: u32) -> Result<(), Refused> {
        if len > self.left() {
            return Err(self.unknown("an end"));
        }
        self.at += len;
        Ok(())
    }

    /// A copy of the next bytes. A length beyond the end is refused before memory is allocated for it.
    pub(crate) fn bytes(&mut self, len: u32) -> Result<Vec<u8>, Refused> {
        let start = self.at;
        self.skip(len)?;
        let mut bytes = self.zeros(len)?;
        self.source.fill(start..self.at, &mut bytes);
        Ok(bytes)
    }

    /// `len` bytes of 0. Fails where there is no memory for them.
    pub(crate) fn zeros(&mut self, len: u32) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::new();
        if bytes.try_reserve(len as usize).is_err() {
            return Err(self.refuse(Reason::NoMemory));
        }
        bytes.resize(len as usize, 0);
        Ok(bytes)
    }

    /// Fails where something follows the last entry of a section.
    pub(crate) fn finish(&mut self) -> Result<(), Refused> {
        if self.is_at_end() { Ok(()) } else { Err(self.unknown("what follows the last entry")) }
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn unknown(&mut self, what: &'static str) -> Refused {
        self.refuse(Reason::Unknown { what, at: self.at })
    }

    #[cold]
    #[inline(never)]
    pub(crate) fn unwanted(&mut self, what: &'static str) -> Refused {
        self.refuse(Reason::Unwanted(what))
    }

    pub(crate) fn refuse(&mut self, reason: Reason) -> Refused {
        self.reason = reason;
        Refused(())
    }

    /// The reason of the last `Refused`.
    pub(crate) fn reason(&self) -> Reason {
        self.reason
    }
}

impl Leb128 for Reader<'_> {
    type Error = Refused;

    fn byte(&mut self) -> Result<u8, Refused> {
        let Some(byte) = self.peek() else { return Err(self.unknown("an end")) };
        self.at += 1;
        Ok(byte)
    }

    #[cold]
    #[inline(never)]
    fn too_many_bits(&mut self) -> Refused {
        self.unknown("a number of too many bits")
    }
}

#[cfg(test)]
mod tests {
    use super::{Reader, Reason, Source, WINDOW};
    use crate::leb128::Leb128;

    fn reader<'a>(bytes: &'a &'a [u8]) -> Reader<'a> {
        Reader::new(bytes, 0..bytes.length())
    }

    #[test]
    fn unsigned_numbers_at_the_boundary_and_one_past_it() {
        for (bits, bytes, number) in [
            (32, &[0][..], Some(0)),
            (32, &[0x7f], Some(127)),
            (32, &[0x80, 1], Some(128)),
            (32, &[0xff, 0xff, 0xff, 0xff, 0x0f], Some(u32::MAX.into())),
            (32, &[0xff, 0xff, 0xff, 0xff, 0x1f], None),
            (32, &[0x80, 0x80, 0x80, 0x80, 0x10], None),
            // Longer than needed, up to the longest allowed, and beyond.
            (32, &[0x80, 0x80, 0x80, 0x80, 0], Some(0)),
            (32, &[0x80, 0x80, 0x80, 0x80, 0x80, 0], None),
            (32, &[], None),
            (32, &[0x80], None),
            (64, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], Some(u64::MAX)),
            (64, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], Some(1 << 63)),
            (64, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2], None),
            (64, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0], None),
        ] {
            let mut reader = reader(&bytes);
            assert_eq!(reader.unsigned(bits).ok(), number, "{bytes:?}");
            if number.is_some() {
                assert!(reader.is_at_end());
            }
        }
    }

    #[test]
    fn signed_numbers_at_the_boundary_and_one_past_it() {
        for (bits, bytes, number) in [
            (32, &[0][..], Some(0)),
            (32, &[0x3f], Some(63)),
            (32, &[0x40], Some(-64)),
            (32, &[0x7f], Some(-1)),
            (32, &[0xff, 0x7f], Some(-1)),
            (32, &[0xbf, 0x7f], Some(-65)),
            (32, &[0xff, 0xff, 0xff, 0xff, 0x07], Some(i32::MAX.into())),
            (32, &[0x80, 0x80, 0x80, 0x80, 0x78], Some(i32::MIN.into())),
            (32, &[0x80, 0x80, 0x80, 0x80, 0x08], None),
            (32, &[0xff, 0xff, 0xff, 0xff, 0x77], None),
            (32, &[0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], None),
            (33, &[0xff, 0xff, 0xff, 0xff, 0x0f], Some(u32::MAX.into())),
            (33, &[0x80, 0x80, 0x80, 0x80, 0x70], Some(-1 << 32)),
            (33, &[0x80, 0x80, 0x80, 0x80, 0x10], None),
            (33, &[0xff, 0xff, 0xff, 0xff, 0x6f], None),
            (64, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0], Some(i64::MAX)),
            (64, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f], Some(i64::MIN)),
            (64, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1], None),
            (64, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7e], None),
            (64, &[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0], None),
            (64, &[0xff], None),
        ] {
            assert_eq!(reader(&bytes).signed(bits).ok(), number, "{bits} of {bytes:?}");
        }
    }

    #[test]
    fn what_is_longer_than_a_window_is_read_all_the_same() {
        let bytes: Vec<u8> = (0..3 * WINDOW + 5).map(|at| (at % 251).to_le_bytes()[0]).collect();
        let source = bytes.as_slice();
        let mut reader = reader(&source);
        let read: Vec<u8> = std::iter::from_fn(|| reader.byte().ok()).collect();
        assert_eq!(read, bytes);
        // A number that crosses from one window to the next; windows begin where the reader is.
        let mut bytes = vec![0x80; WINDOW as usize + 3];
        bytes.splice(WINDOW as usize + 2.., [1]);
        let source = bytes.as_slice();
        let mut reader = self::reader(&source);
        assert!(reader.byte().is_ok() && reader.skip(WINDOW - 3).is_ok());
        assert_eq!(reader.unsigned(64), Ok(1 << 28));
        assert_eq!(reader.at(), WINDOW + 3);
        reader.enter(WINDOW + 1..WINDOW + 3);
        assert_eq!((reader.unsigned(64), reader.left()), (Ok(1 << 7), 0));
        reader.enter(0..1);
        assert_eq!((reader.byte(), reader.skip_byte(0x80)), (Ok(0x80), false));
    }

    #[test]
    fn what_is_not_there_is_refused_before_room_is_made_for_it() {
        let source = &[1, 2, 3][..];
        let mut reader = reader(&source);
        assert_eq!(reader.bytes(2), Ok(vec![1, 2]));
        for len in [2, u32::MAX] {
            assert!(reader.bytes(len).is_err() && reader.skip(len).is_err());
            assert_eq!(reader.reason(), Reason::Unknown { what: "an end", at: 2 });
        }
        assert!(reader.finish().is_err() && reader.skip_byte(3) && reader.finish().is_ok());
        assert_eq!(reader.bytes(0), Ok(Vec::new()));
    }
}
