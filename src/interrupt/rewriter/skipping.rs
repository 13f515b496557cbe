//! Skips the instructions that a rewriter does not look at, which are most of a function:
//! <https://webassembly.github.io/spec/core/binary/instructions.html>

use super::cursor::Cursor;

/// Instructions that a division, a remainder or a square root counts for.
const DIVISION: u16 = 8;

/// How an instruction is skipped, by its first byte: the bytes that it has in any case (0 for those that
/// `read_instruction` has to look at), from the 5th bit on the integers that follow them, and from the 9th bit on the
/// instructions that it counts for.
#[allow(clippy::indexing_slicing)] // Below its length, and evaluated by the compiler.
static SKIPPED: [u16; 256] = {
    let mut skipped = [0; 256];
    let mut code = 0;
    while code < 256 {
        let how = match code {
            // unreachable, nop, drop, select, numeric ones, ref.is_null, ref.eq, ref.as_non_null
            0x00 | 0x01 | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 | 0xd3 | 0xd4 => 1,
            // Variables, table.get, i32.const, i64.const, memory.size
            0x20..=0x25 | 0x41 | 0x42 | 0x3f => 0x11,
            // Loads and stores: alignment and offset.
            0x28..=0x3e => 0x21,
            // f32.const, f64.const
            0x43 => 5,
            0x44 => 9,
            _ => 0,
        };
        let weight = match code {
            // Of i32, of i64, of f32, of f64.
            0x6d..=0x70 | 0x7f..=0x82 | 0x91 | 0x95 | 0x9f | 0xa3 => DIVISION,
            _ => 1,
        };
        skipped[code] = how | weight << 8;
        code += 1;
    }
    skipped
};

/// Skips instructions that are `Plain`, as long as they are of the usual ones, and no more than count for `most`: how many
/// they count for. Most of a function is of them.
pub(super) fn skip_plain(cursor: &mut Cursor, most: u32) -> u32 {
    /// Flag beside the alignment: the index of a memory follows.
    const HAS_MEMORY: u8 = 0x40;
    let bytes = cursor.bytes(cursor.rest());
    let (mut at, mut count) = (0, 0);
    while let Some(code) = bytes.get(at)
        && count < most
    {
        let how = SKIPPED.get(usize::from(*code)).copied().unwrap_or_default();
        let mut next = at + usize::from(how & 0xf);
        match how >> 4 & 0xf {
            0 if next == at => break,
            0 => {}
            1 => next = behind_integer(bytes, next),
            // The alignment is one byte; with an index of a memory, it is left to `read_instruction`.
            _ if bytes.get(next).is_none_or(|alignment| *alignment >= HAS_MEMORY) => break,
            _ => next = behind_integer(bytes, next + 1),
        }
        // Left to `read_instruction`, which says what is wrong with it.
        if next > bytes.len() {
            break;
        }
        at = next;
        count += u32::from(how >> 8);
    }
    cursor.advance(at);
    count
}

/// The offset behind an integer; one behind all bytes where it does not end.
#[inline]
fn behind_integer(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    while bytes.get(at).is_some_and(|byte| *byte >= 0x80) {
        at += 1;
    }
    at + 1
}
