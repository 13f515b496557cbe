//! Writes the parts of a module.

/// A function's body: its bytes, and the offsets of the branches in it that are rarely taken.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) bytes: Vec<u8>,
    pub(super) unlikely: Vec<usize>,
}

impl Body {
    /// Begins another one.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.unlikely.clear();
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
