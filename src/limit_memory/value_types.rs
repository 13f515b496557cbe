//! Types of values: <https://webassembly.github.io/spec/core/binary/types.html>

use crate::binary_types::{ABSTRACT_FIRST, ABSTRACT_LAST, NUMERIC_FIRST, NUMERIC_LAST, REFERENCE, REFERENCE_OR_NULL};
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused};

/// The kind of a value, as far as limits need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value {
    /// A number, or a vector of them.
    Number,
    /// A reference to an exception that was caught.
    Exception,
    /// Any other reference.
    Reference,
}

// The abstract heap types as signed one-byte numbers: `exn`, and all others up to `noexn`.
const EXN: i64 = ABSTRACT_FIRST as i64 - 0x80;
const AFTER_EXN: i64 = EXN + 1;
const HEAP_LAST: i64 = ABSTRACT_LAST as i64 - 0x80;

pub(super) fn read_value_type(reader: &mut Reader) -> Result<Value, Refused> {
    match reader.byte()? {
        NUMERIC_FIRST..=NUMERIC_LAST => Ok(Value::Number),
        code => read_reference(reader, code),
    }
}

pub(super) fn read_reference_type(reader: &mut Reader) -> Result<Value, Refused> {
    let code = reader.byte()?;
    read_reference(reader, code)
}

fn read_reference(reader: &mut Reader, code: u8) -> Result<Value, Refused> {
    match code {
        REFERENCE | REFERENCE_OR_NULL => read_heap_type(reader),
        _ => heap_type(reader, i64::from(code) - 0x80),
    }
}

/// Reads a heap type: the index of a type, or below 0 an abstract one.
pub(super) fn read_heap_type(reader: &mut Reader) -> Result<Value, Refused> {
    match reader.signed(33)? {
        0.. => Ok(Value::Reference),
        code => heap_type(reader, code),
    }
}

fn heap_type(reader: &mut Reader, code: i64) -> Result<Value, Refused> {
    match code {
        EXN => Ok(Value::Exception),
        AFTER_EXN..=HEAP_LAST => Ok(Value::Reference),
        _ => Err(reader.unknown("a type")),
    }
}
