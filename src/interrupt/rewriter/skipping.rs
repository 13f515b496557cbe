//! Skips the instructions that a rewriter does not look at, which are most of a function:
//! <https://webassembly.github.io/spec/core/binary/instructions.html>

use super::cursor::Cursor;

/// How an instruction is skipped, by its first byte: the bytes that it has in any case, and the integers that follow, in
/// the higher half. 0 for those that `read_instruction` has to look at.
#[allow(clippy::indexing_slicing)] // Below its length, and evaluated by the compiler.
static SKIPPED: [u8; 256] = {
    const ONE_INTEGER: u8 = 0x11;
    const TWO_INTEGERS: u8 = 0x21;
    let mut skipped = [0; 256];
    let mut code = 0;
    while code < 256 {
        skipped[code] = match code {
            // unreachable, nop, else, catch_all, drop, select, numeric ones, ref.is_null, ref.eq, ref.as_non_null
            0x00 | 0x01 | 0x05 | 0x19 | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 | 0xd3 | 0xd4 => 1,
            // Variables, table.get, i32.const, i64.const, memory.size
            0x20..=0x25 | 0x41 | 0x42 | 0x3f => ONE_INTEGER,
            // Loads and stores: alignment and offset.
            0x28..=0x3e => TWO_INTEGERS,
            // f32.const, f64.const
            0x43 => 5,
            0x44 => 9,
            _ => 0,
        };
        code += 1;
    }
    skipped
};

/// Instructions that a division, a remainder or a square root counts for.
const DIVISION: u32 = 8;

/// Skips instructions that are `Plain`, as long as they are of the usual ones, and no more than count for `most`: how many
/// they count for. Most of a function is of them.
pub(super) fn skip_plain(cursor: &mut Cursor, most: u32) -> u32 {
    const TWO_INTEGERS: u8 = 0x21;
    /// Flag beside the alignment: the index of a memory follows.
    const HAS_MEMORY: u8 = 0x40;
    let bytes = cursor.bytes(cursor.rest());
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    let (mut at, mut count) = (0, 0);
    while at < bytes.len() && count < most {
        let code = byte(at);
        let how = SKIPPED.get(usize::from(code)).copied().unwrap_or_default();
        if how == 0 || how == TWO_INTEGERS && byte(at + 1) >= HAS_MEMORY {
            break;
        }
        let mut next = at + usize::from(how & 0xf);
        for _ in 0..how >> 4 {
            // An integer that has no end is left to `read_instruction`, as one that is longer than the rest.
            while byte(next) >= 0x80 {
                next += 1;
            }
            next += 1;
        }
        if next > bytes.len() {
            break;
        }
        at = next;
        count += match code {
            // Of i32, of i64, of f32, of f64.
            0x6d..=0x70 | 0x7f..=0x82 | 0x91 | 0x95 | 0x9f | 0xa3 => DIVISION,
            _ => 1,
        };
    }
    cursor.advance(at);
    count
}
