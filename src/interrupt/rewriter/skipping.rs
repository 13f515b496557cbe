//! Skips the instructions that a rewriter does not look at, which are most of a function:
//! <https://webassembly.github.io/spec/core/binary/instructions.html>

use super::cursor::Cursor;

/// Instructions that a division, a remainder or a square root counts for.
const DIVISION: u32 = 8;

/// How instructions with one opcode are skipped. Those of all opcodes are skipped by the same steps: a processor cannot
/// predict a branch that depends on the opcode. The branches that are left are hardly ever taken.
#[derive(Debug, Clone, Copy)]
struct Skip {
    /// Bits of the byte behind the opcode. An instruction with one of them set is not skipped. Where `NEVER` is among them,
    /// no instruction with this opcode is.
    excluded: u16,
    /// Bytes of the opcode and of operands of a fixed length.
    len: u8,
    /// The continuation bit of the LEB128 integer behind them; 0 where there is no integer.
    continues: u8,
    /// Instructions that one with this opcode counts for.
    weight: u32,
}

/// `Skip::excluded` of opcodes that `read_instruction` has to look at.
const NEVER: u16 = 0x100;

#[allow(clippy::indexing_slicing)] // Below its length, and evaluated by the compiler.
static SKIPPED: [Skip; 256] = {
    /// Bits of the byte behind the opcode of a load or store: an alignment of several bytes, and an index of a memory.
    const NOT_ALIGNMENT: u16 = 0x80 | 0x40;
    const CONTINUES: u8 = 0x80;
    let mut skipped = [Skip { excluded: NEVER, len: 0, continues: 0, weight: 0 }; 256];
    let mut code = 0;
    while code < 256 {
        let weight = match code {
            // Of i32, of i64, of f32, of f64.
            0x6d..=0x70 | 0x7f..=0x82 | 0x91 | 0x95 | 0x9f | 0xa3 => DIVISION,
            _ => 1,
        };
        skipped[code] = match code {
            // unreachable, nop, drop, select, numeric ones, ref.is_null, ref.eq, ref.as_non_null
            0x00 | 0x01 | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 | 0xd3 | 0xd4 => {
                Skip { excluded: 0, len: 1, continues: 0, weight }
            }
            // Variables, table.get, i32.const, i64.const, memory.size
            0x20..=0x25 | 0x41 | 0x42 | 0x3f => Skip { excluded: 0, len: 1, continues: CONTINUES, weight },
            // Loads and stores: alignment and offset.
            0x28..=0x3e => Skip { excluded: NOT_ALIGNMENT, len: 2, continues: CONTINUES, weight },
            // f32.const, f64.const
            0x43 => Skip { excluded: 0, len: 5, continues: 0, weight },
            0x44 => Skip { excluded: 0, len: 9, continues: 0, weight },
            _ => skipped[code],
        };
        code += 1;
    }
    skipped
};

/// Skips instructions that `SKIPPED` knows, which are `Plain` and most of a function, until they count for `most` or more.
/// Returns what they count for. Instructions that are cut off are not skipped: `read_instruction` refuses them. Nor are
/// some that end with the function, which then has no `end` and is refused for that.
pub(super) fn skip_plain(cursor: &mut Cursor, most: u32) -> u32 {
    let bytes = cursor.bytes(cursor.rest());
    let (mut at, mut count) = (0, 0);
    while let [code, second, ..] = bytes.get(at..).unwrap_or_default()
        && count < most
        && let Some(Skip { excluded, len, continues, weight }) = SKIPPED.get(usize::from(*code))
        && (u16::from(*second) | NEVER) & excluded == 0
        && let last = at + usize::from(*len)
        && let Some(byte) = bytes.get(last)
    {
        let mut next = last + usize::from(continues >> 7);
        if byte & continues != 0 {
            next = behind_integer(bytes, next);
            if next > bytes.len() {
                break;
            }
        }
        at = next;
        count += weight;
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
