//! References of a module to functions of its host: it may call those without naming them.

use super::cursor::{Cursor, Refused};
use super::instructions::{Instruction, NoLabels, read_instruction};
use super::spaces::{FUNCTION, Section, read_table};
use super::types::skip_value_type;
use crate::leb128::Leb128;
use crate::section_ids::{ELEMENTS, EXPORTS, GLOBALS, TABLES};

const REF_FUNC: u8 = 0xd2;

/// True where code may refer to functions; a byte of this value may also be a part of something else.
pub(super) fn may_refer(code: &[u8]) -> bool {
    code.contains(&REF_FUNC)
}

/// True where a module refers to one of its imported functions, which are its first `imported` ones. `call_indirect` and
/// `call_ref` reach no function that stands in no table, global, segment or export: code refers to none but those.
pub(super) fn refers_to_host(cursor: &Cursor, sections: &[Section], imported: usize) -> Result<bool, Refused> {
    for Section { id, content, .. } in sections {
        let mut content = cursor.over(content.clone());
        let read = match *id {
            TABLES => in_table,
            GLOBALS => in_global,
            EXPORTS => in_export,
            ELEMENTS => in_elements,
            _ => continue,
        };
        for _ in 0..content.index()? {
            if read(&mut content, imported)? {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Reads a table: true where its initializer refers to an imported function. The other readers answer likewise.
fn in_table(cursor: &mut Cursor, imported: usize) -> Result<bool, Refused> {
    if read_table(cursor)?.is_initialized { in_expression(cursor, imported) } else { Ok(false) }
}

/// Reads a global.
fn in_global(cursor: &mut Cursor, imported: usize) -> Result<bool, Refused> {
    skip_value_type(cursor)?;
    cursor.byte()?;
    in_expression(cursor, imported)
}

/// Reads an export.
fn in_export(cursor: &mut Cursor, imported: usize) -> Result<bool, Refused> {
    cursor.sized()?;
    let kind = cursor.byte()?;
    Ok(cursor.index()? < imported && kind == FUNCTION)
}

/// Reads a segment of elements: <https://webassembly.github.io/spec/core/binary/modules.html#element-section>
fn in_elements(cursor: &mut Cursor, imported: usize) -> Result<bool, Refused> {
    /// A bit of its kind: it is not copied to a table when the module is instantiated.
    const IS_PASSIVE: u32 = 1;
    /// A bit of its kind: it names its table; where it is also passive, its functions are only declared.
    const IS_EXPLICIT: u32 = 2;
    /// A bit of its kind: its elements are expressions.
    const HAS_EXPRESSIONS: u32 = 4;
    let kind = cursor.u32()?;
    let mut refers = false;
    if kind & IS_PASSIVE == 0 {
        if kind & IS_EXPLICIT != 0 {
            cursor.index()?;
        }
        refers |= in_expression(cursor, imported)?;
    }
    let has_type = kind & (IS_PASSIVE | IS_EXPLICIT) != 0;
    let has_expressions = kind & HAS_EXPRESSIONS != 0;
    if has_type && has_expressions {
        skip_value_type(cursor)?;
    } else if has_type {
        cursor.byte()?;
    }
    for _ in 0..cursor.index()? {
        refers |= if has_expressions { in_expression(cursor, imported)? } else { cursor.index()? < imported };
    }
    Ok(refers)
}

/// Reads a constant expression.
fn in_expression(cursor: &mut Cursor, imported: usize) -> Result<bool, Refused> {
    let mut refers = false;
    loop {
        let mut operand = cursor.clone();
        if operand.skip_byte(REF_FUNC) {
            refers |= operand.index()? < imported;
        }
        if read_instruction(cursor, &mut NoLabels)? == Instruction::End {
            return Ok(refers);
        }
    }
}
