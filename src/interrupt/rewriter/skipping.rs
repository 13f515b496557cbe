//! Skips the instructions that a rewriter does not look at, which are most of a function:
//! <https://webassembly.github.io/spec/core/binary/instructions.html>

use super::cursor::Cursor;

/// Instructions that a division, a remainder or a square root counts for.
const DIVISION: u32 = 8;

/// How an instruction is skipped, by its first byte. All of them are skipped by the same steps, whose only branches are
/// those that are hardly ever taken: a processor cannot guess which instruction comes next.
#[derive(Debug, Clone, Copy)]
struct Skip {
    /// The bits of which none may be set in the byte behind the first one, and in `ALWAYS`.
    not_set: u16,
    /// The bytes that it has in any case, without the last byte of an integer.
    len: u8,
    /// The bit that says whether an integer behind those goes on; 0 where there is none.
    goes_on: u8,
    /// The instructions that it counts for.
    weight: u32,
}

/// A bit that is set: `Skip::not_set` of an instruction that `read_instruction` has to look at.
const ALWAYS: u16 = 0x100;

#[allow(clippy::indexing_slicing)] // Below its length, and evaluated by the compiler.
static SKIPPED: [Skip; 256] = {
    /// Bits of the byte behind a load or store that are left to `read_instruction`: an alignment of several bytes, or the
    /// index of a memory behind it.
    const NOT_ALIGNMENT: u16 = 0x80 | 0x40;
    const GOES_ON: u8 = 0x80;
    let mut skipped = [Skip { not_set: ALWAYS, len: 0, goes_on: 0, weight: 0 }; 256];
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
                Skip { not_set: 0, len: 1, goes_on: 0, weight }
            }
            // Variables, table.get, i32.const, i64.const, memory.size
            0x20..=0x25 | 0x41 | 0x42 | 0x3f => Skip { not_set: 0, len: 1, goes_on: GOES_ON, weight },
            // Loads and stores: alignment and offset.
            0x28..=0x3e => Skip { not_set: NOT_ALIGNMENT, len: 2, goes_on: GOES_ON, weight },
            // f32.const, f64.const
            0x43 => Skip { not_set: 0, len: 5, goes_on: 0, weight },
            0x44 => Skip { not_set: 0, len: 9, goes_on: 0, weight },
            _ => skipped[code],
        };
        code += 1;
    }
    skipped
};

/// Skips instructions that are `Plain`, as long as they are of the usual ones and count for less than `most`: how many
/// they count for. Most of a function is of them. An instruction that is cut off is left to `read_instruction`, which says
/// what is wrong with it; so are some that no byte follows, for which it is the `end` that is missing.
pub(super) fn skip_plain(cursor: &mut Cursor, most: u32) -> u32 {
    let bytes = cursor.bytes(cursor.rest());
    let (mut at, mut count) = (0, 0);
    while let [code, second, ..] = bytes.get(at..).unwrap_or_default()
        && count < most
        && let Some(Skip { not_set, len, goes_on, weight }) = SKIPPED.get(usize::from(*code))
        && (u16::from(*second) | ALWAYS) & not_set == 0
        && let last = at + usize::from(*len)
        && let Some(byte) = bytes.get(last)
    {
        let mut next = last + usize::from(goes_on >> 7);
        if byte & goes_on != 0 {
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
