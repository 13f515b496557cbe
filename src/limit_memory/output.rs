//! Outputs that a bounded module is written to.

use std::ops::Range;

/// An output takes a module part by part.
pub(super) trait Output {
    /// Appends a range of the original module.
    fn source(&mut self, range: Range<u32>);
    /// Appends a byte of the host's own.
    fn own(&mut self, byte: u8);
}

/// An output that counts bytes.
pub(super) struct Length(pub(super) u64);

impl Output for Length {
    fn source(&mut self, range: Range<u32>) {
        self.0 += range.len() as u64;
    }

    fn own(&mut self, _byte: u8) {
        self.0 += 1;
    }
}

/// Writes an unsigned LEB128.
#[allow(clippy::cast_possible_truncation)] // Seven bits each.
pub(super) fn write_unsigned(output: &mut dyn Output, number: u64) {
    let mut rest = number;
    while rest >= 0x80 {
        output.own(rest as u8 | 0x80);
        rest >>= 7;
    }
    output.own(rest as u8);
}
