//! Constant expressions of tables and globals:
//! <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>

use super::value_types::read_heap_type;
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused};

const END: u8 = 0x0b;

/// Skips a constant expression, its end included. Fails for instructions that are not known to be constant.
pub(super) fn skip_constant_expression(reader: &mut Reader) -> Result<(), Refused> {
    loop {
        match reader.byte()? {
            END => return Ok(()),
            code => skip_operands(reader, code)?,
        }
    }
}

fn skip_operands(reader: &mut Reader, code: u8) -> Result<(), Refused> {
    match code {
        // global.get, ref.func
        0x23 | 0xd2 => reader.u32().map(drop),
        // i32.const
        0x41 => reader.signed(32).map(drop),
        // i64.const
        0x42 => reader.signed(64).map(drop),
        // f32.const
        0x43 => reader.skip(4),
        // f64.const
        0x44 => reader.skip(8),
        // i32.add, i32.sub, i32.mul, i64.add, i64.sub, i64.mul
        0x6a..=0x6c | 0x7c..=0x7e => Ok(()),
        // ref.null
        0xd0 => read_heap_type(reader).map(drop),
        // any.convert_extern, extern.convert_any, ref.i31
        0xfb if matches!(reader.u32()?, 0x1a..=0x1c) => Ok(()),
        // v128.const
        0xfd if reader.u32()? == 0x0c => reader.skip(16),
        _ => Err(reader.unknown("an instruction")),
    }
}
