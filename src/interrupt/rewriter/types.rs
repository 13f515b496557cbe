//! Types: <https://webassembly.github.io/spec/core/binary/types.html>

use std::ops::Range;

use super::cursor::{Cursor, Refused};
use crate::binary_types::{
    ABSTRACT_FIRST, ABSTRACT_LAST, ARRAY, FUNCTION, NUMERIC_FIRST, NUMERIC_LAST, RECURSIVE, REFERENCE,
    REFERENCE_OR_NULL, STRUCT, SUBTYPE, SUBTYPE_FINAL,
};
use crate::leb128::Leb128;

/// Of fields: i16 and i8.
const PACKED_FIRST: u8 = 0x77;
const PACKED_LAST: u8 = 0x78;

/// Types of numbers.
pub(super) const I32: u8 = 0x7f;
pub(super) const I64: u8 = 0x7e;

/// A block type that has neither parameters nor results.
pub(super) const EMPTY: u8 = 0x40;

/// A function type's parameters and results; nothing for any other type.
#[derive(Debug, Clone, Default)]
pub(super) struct Signature {
    pub(super) params: usize,
    pub(super) results: usize,
    /// The bytes of its results' types in the module.
    pub(super) result_types: Range<usize>,
}

/// Reads the content of the type section: the signatures by index.
pub(super) fn read_types(cursor: &mut Cursor) -> Result<Vec<Signature>, Refused> {
    let mut signatures = Vec::new();
    for _ in 0..cursor.index()? {
        let types = if cursor.skip_byte(RECURSIVE) { cursor.index()? } else { 1 };
        for _ in 0..types {
            signatures.push(read_type(cursor)?);
        }
    }
    cursor.finish()?;
    Ok(signatures)
}

fn read_type(cursor: &mut Cursor) -> Result<Signature, Refused> {
    if cursor.skip_byte(SUBTYPE) || cursor.skip_byte(SUBTYPE_FINAL) {
        for _ in 0..cursor.index()? {
            cursor.index()?;
        }
    }
    match cursor.byte()? {
        FUNCTION => {
            let (params, _) = read_value_types(cursor)?;
            let (results, result_types) = read_value_types(cursor)?;
            Ok(Signature { params, results, result_types })
        }
        STRUCT => {
            for _ in 0..cursor.index()? {
                read_field(cursor)?;
            }
            Ok(Signature::default())
        }
        ARRAY => read_field(cursor).map(|()| Signature::default()),
        _ => Err(cursor.unknown("a kind of type")),
    }
}

fn read_field(cursor: &mut Cursor) -> Result<(), Refused> {
    if !cursor.skip_byte(PACKED_FIRST) && !cursor.skip_byte(PACKED_LAST) {
        skip_value_type(cursor)?;
    }
    if cursor.byte()? > 1 { Err(cursor.unknown("a kind of field")) } else { Ok(()) }
}

/// Reads a list of value types: how many, and their bytes.
pub(super) fn read_value_types(cursor: &mut Cursor) -> Result<(usize, Range<usize>), Refused> {
    let count = cursor.index()?;
    let start = cursor.at();
    for _ in 0..count {
        skip_value_type(cursor)?;
    }
    Ok((count, start..cursor.at()))
}

pub(super) fn skip_value_type(cursor: &mut Cursor) -> Result<(), Refused> {
    match cursor.byte()? {
        NUMERIC_FIRST..=NUMERIC_LAST | ABSTRACT_FIRST..=ABSTRACT_LAST => Ok(()),
        REFERENCE | REFERENCE_OR_NULL => skip_heap_type(cursor),
        _ => Err(cursor.unknown("a type")),
    }
}

/// Skips a heap type: the index of a type, or an abstract one.
pub(super) fn skip_heap_type(cursor: &mut Cursor) -> Result<(), Refused> {
    const FIRST: i64 = ABSTRACT_FIRST as i64 - 0x80;
    const LAST: i64 = ABSTRACT_LAST as i64 - 0x80;
    match cursor.signed(33)? {
        0.. | FIRST..=LAST => Ok(()),
        _ => Err(cursor.unknown("a type")),
    }
}

/// Skips the type of a block: the index of its type where it has one.
pub(super) fn read_block_type(cursor: &mut Cursor) -> Result<Option<usize>, Refused> {
    match cursor.peek() {
        Some(EMPTY) => cursor.byte().map(|_| None),
        // One byte below 0 as a signed LEB128.
        Some(0x41..0x80) => skip_value_type(cursor).map(|()| None),
        _ => match usize::try_from(cursor.signed(33)?) {
            Ok(index) => Ok(Some(index)),
            Err(_) => Err(cursor.unknown("a type")),
        },
    }
}
