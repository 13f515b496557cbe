//! Refuses guests that allocate outside their memories and tables. Engines keep garbage-collected objects and
//! exceptions in a heap of their own, which has no limit per guest; V8 ends the process when it is full.
//!
//! The binary format: <https://webassembly.github.io/spec/core/binary/types.html>

use super::constant_expression::skip_constant_expression;
use super::value_types::{Value, read_value_type};
use crate::binary_types::{ARRAY, FUNCTION, RECURSIVE, STRUCT, SUBTYPE, SUBTYPE_FINAL};
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused};

/// The most values that an exception may carry. A guest holds as many exceptions as fit on its stack. One of 1,000
/// values takes 32 KB of V8's heap: 4 GB on a stack of 1 MB. With 16 values it is about 90 MB; compilers use one.
const PAYLOAD: u32 = 16;

/// Bytes of the shortest type: a function without parameters and results.
const SHORTEST_TYPE: u32 = 3;

/// The most types that engines accept: <https://webassembly.github.io/spec/js-api/#limits>. Those beyond are not kept.
const MOST_TYPES: u32 = 1_000_000;

/// Reads the type section: for each function type, 1 where an exception may carry its parameters. Fails for types of
/// any other kind.
pub(super) fn read_types(reader: &mut Reader) -> Result<Vec<u8>, Refused> {
    let mut carriable = reader.zeros((reader.left() / SHORTEST_TYPE).min(MOST_TYPES))?;
    let mut places = carriable.iter_mut();
    for _ in 0..reader.u32()? {
        let types = if reader.skip_byte(RECURSIVE) { reader.u32()? } else { 1 };
        for _ in 0..types {
            let is_carriable = read_type(reader)?;
            if let Some(place) = places.next() {
                *place = u8::from(is_carriable);
            }
        }
    }
    reader.finish()?;
    Ok(carriable)
}

fn read_type(reader: &mut Reader) -> Result<bool, Refused> {
    if reader.skip_byte(SUBTYPE) || reader.skip_byte(SUBTYPE_FINAL) {
        for _ in 0..reader.u32()? {
            reader.u32()?;
        }
    }
    match reader.byte()? {
        FUNCTION => {}
        STRUCT | ARRAY => {
            return Err(reader.unwanted("it declares garbage-collected types, and what it makes of them is not bounded; build it for linear memory, or leave the limit out and run it in a process of its own"));
        }
        _ => return Err(reader.unknown("a kind of type")),
    }
    let is_carriable = read_value_types(reader)?;
    read_value_types(reader)?;
    Ok(is_carriable)
}

/// Reads parameters or results: true where an exception may carry them.
fn read_value_types(reader: &mut Reader) -> Result<bool, Refused> {
    let count = reader.u32()?;
    let mut is_carriable = count <= PAYLOAD;
    for _ in 0..count {
        is_carriable &= read_value_type(reader)? == Value::Number;
    }
    Ok(is_carriable)
}

/// Checks the tag section, the kinds of exceptions. Fails for those that carry values they may not.
pub(super) fn check_tags(reader: &mut Reader, carriable: &[u8]) -> Result<(), Refused> {
    for _ in 0..reader.u32()? {
        if reader.byte()? != 0 {
            return Err(reader.unknown("a tag"));
        }
        if carriable.get(reader.u32()? as usize) != Some(&1) {
            return Err(reader.unwanted("its exceptions carry references or more than 16 values, and are not bounded; build it with smaller ones, or leave the limit out and run it in a process of its own"));
        }
    }
    reader.finish()
}

/// Checks the global section. Fails for globals that hold exceptions: a module may have a million of them.
pub(super) fn check_globals(reader: &mut Reader) -> Result<(), Refused> {
    for _ in 0..reader.u32()? {
        if read_value_type(reader)? == Value::Exception {
            return Err(reader.unwanted("it has a global of exceptions, which are not bounded"));
        }
        if reader.byte()? > 1 {
            return Err(reader.unknown("a kind of global"));
        }
        skip_constant_expression(reader)?;
    }
    reader.finish()
}
