//! Writes the parts of a module.

/// The bodies of functions. Each is written behind the one before, where it stays.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    /// The offset of the body that is being written, and of its length, which lies in front of it.
    start: usize,
    length_at: usize,
    /// The offsets of the branches in it that are rarely taken.
    pub(super) unlikely: Vec<usize>,
}

impl Body {
    /// Writes behind these bytes.
    pub(super) fn behind(bytes: Vec<u8>) -> Self {
        Self { bytes, ..Self::default() }
    }

    /// Begins a body that is expected to have about `about` bytes. `finish` corrects its length.
    pub(super) fn begin(&mut self, about: usize) {
        self.unlikely.clear();
        self.length_at = self.bytes.len();
        write_unsigned(&mut self.bytes, about);
        self.start = self.bytes.len();
    }

    /// Says that the next instruction is a branch that is rarely taken.
    pub(super) fn unlikely(&mut self) {
        self.unlikely.push(self.bytes.len() - self.start);
    }

    /// Ends the body: writes its length in front of it.
    pub(super) fn finish(&mut self) {
        let mut length = Vec::with_capacity(8);
        write_unsigned(&mut length, self.bytes.len() - self.start);
        self.bytes.splice(self.length_at..self.start, length);
    }
}

/// Inserts bytes at an offset.
pub(super) fn insert(output: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = output.len();
    output.extend_from_slice(bytes);
    output.copy_within(at..end, at + bytes.len());
    if let Some(place) = output.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// Appends an unsigned LEB128.
#[allow(clippy::cast_possible_truncation)] // Seven bits each.
pub(super) fn write_unsigned(output: &mut Vec<u8>, number: usize) {
    let mut rest = number;
    while rest >= 0x80 {
        output.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    output.push(rest as u8);
}

/// Appends a signed LEB128.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Seven bits each.
pub(super) fn write_signed(output: &mut Vec<u8>, number: i64) {
    let mut rest = number;
    while !(-0x40..0x40).contains(&rest) {
        output.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    output.push(rest as u8 & 0x7f);
}

/// Appends bytes with their length in front: a name, or the content of a section or body.
pub(super) fn write_sized(output: &mut Vec<u8>, bytes: &[u8]) {
    write_unsigned(output, bytes.len());
    output.extend_from_slice(bytes);
}
