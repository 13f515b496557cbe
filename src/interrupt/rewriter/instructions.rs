//! Instructions, as far as a rewriter has to tell them apart:
//! <https://webassembly.github.io/spec/core/binary/instructions.html>

use super::cursor::{Cursor, Refused};
use super::types::{read_block_type, skip_heap_type, skip_value_type};
use crate::leb128::Leb128;

/// An instruction. Its operands have been read, unless its description says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instruction {
    /// Any that is none of the others.
    Plain,
    /// `block`, `if`, `try` and `try_table`: an `end` or a `delegate` belongs to it.
    Block,
    /// `loop`, with the index of its type if it has one.
    Loop(Option<usize>),
    End,
    /// Ends a `try`. Its label, which has not been read, is seen from outside of that.
    Delegate,
    Return,
    /// A call: the index of its function, where that is known.
    Call(Option<usize>),
    /// A tail call: the index of its function, where that is known.
    TailCall(Option<usize>),
    /// One whose work the engine does by a call of its own, such as an allocation.
    Engine,
    /// `throw`, `rethrow` and `throw_ref`. The operands have not been read.
    Throw,
    MemoryGrow,
    /// One whose time depends on its last operand, a length.
    Bulk(Bulk),
    /// `memory.atomic.wait32` and `wait64`. The memory's address and offset have not been read.
    Wait {
        is_64: bool,
    },
}

/// An instruction whose last operand is a length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bulk {
    /// How many bytes or entries are counted as one instruction, as a power of two.
    pub(super) shift: u8,
    pub(super) length: Length,
}

/// The type of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Length {
    I32,
    /// Of the addresses of a memory.
    OfMemory(usize),
    /// The smaller one of the addresses of two memories.
    OfMemories(usize, usize),
    OfTable(usize),
    OfTables(usize, usize),
}

/// Bytes that are copied or filled while another instruction is executed, as a power of two.
const BYTES: u8 = 6;
/// Entries of a table, or of an array, likewise.
const ENTRIES: u8 = 3;

/// The reader of labels.
pub(super) trait Labels {
    /// Reads a label, which is the next of the cursor.
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused>;
}

/// Refuses labels: constant expressions have none.
pub(super) struct NoLabels;

impl Labels for NoLabels {
    fn label(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        Err(cursor.unknown("a label"))
    }
}

/// Reads an instruction; its labels are read by `labels`.
pub(super) fn read_instruction(cursor: &mut Cursor, labels: &mut impl Labels) -> Result<Instruction, Refused> {
    match cursor.byte()? {
        // local.get, local.set, local.tee, global.get, global.set, table.get
        0x20..=0x25 => plain(cursor.index()),
        // table.set, ref.func
        0x26 | 0xd2 => engine(cursor.index()),
        // unreachable, nop, else, catch_all, drop, select, numeric ones, ref.is_null, ref.eq, ref.as_non_null
        0x00 | 0x01 | 0x05 | 0x19 | 0x1a | 0x1b | 0x45..=0xc4 | 0xd1 | 0xd3 | 0xd4 => Ok(Instruction::Plain),
        // i32.const, i64.const
        0x41 => plain(cursor.signed(32)),
        0x42 => plain(cursor.signed(64)),
        // f32.const, f64.const
        0x43 => plain(cursor.skip(4)),
        0x44 => plain(cursor.skip(8)),
        // Loads and stores.
        0x28..=0x3e => plain(skip_memory_argument(cursor)),
        0x0b => Ok(Instruction::End),
        // block, if, try
        0x02 | 0x04 | 0x06 => read_block_type(cursor).map(|_| Instruction::Block),
        0x03 => read_block_type(cursor).map(Instruction::Loop),
        // br, br_if, br_on_null, br_on_non_null
        0x0c | 0x0d | 0xd5 | 0xd6 => plain(labels.label(cursor)),
        0x0e => {
            // One more than are counted: the default.
            for _ in 0..=cursor.index()? {
                labels.label(cursor)?;
            }
            Ok(Instruction::Plain)
        }
        0x0f => Ok(Instruction::Return),
        0x10 => cursor.index().map(|function| Instruction::Call(Some(function))),
        // call_ref
        0x14 => cursor.index().map(|_| Instruction::Call(None)),
        0x12 => cursor.index().map(|function| Instruction::TailCall(Some(function))),
        // return_call_ref
        0x15 => cursor.index().map(|_| Instruction::TailCall(None)),
        // call_indirect
        0x11 => {
            cursor.index()?;
            cursor.index().map(|_| Instruction::Call(None))
        }
        // return_call_indirect
        0x13 => {
            cursor.index()?;
            cursor.index().map(|_| Instruction::TailCall(None))
        }
        // catch
        0x07 => plain(cursor.index()),
        // throw, rethrow, throw_ref
        0x08..=0x0a => Ok(Instruction::Throw),
        0x18 => Ok(Instruction::Delegate),
        // select of a type
        0x1c => {
            for _ in 0..cursor.index()? {
                skip_value_type(cursor)?;
            }
            Ok(Instruction::Plain)
        }
        0x1f => read_try_table(cursor, labels),
        // memory.size
        0x3f => plain(cursor.index()),
        0x40 => cursor.index().map(|_| Instruction::MemoryGrow),
        // ref.null
        0xd0 => plain(skip_heap_type(cursor)),
        0xfb => read_garbage_collected(cursor, labels),
        0xfc => read_miscellaneous(cursor),
        0xfd => read_vector(cursor),
        0xfe => read_atomic(cursor),
        _ => Err(unknown(cursor)),
    }
}

/// Reads the operands of an instruction that throws.
pub(super) fn read_thrown(code: u8, cursor: &mut Cursor, labels: &mut impl Labels) -> Result<(), Refused> {
    match code {
        // throw: the tag
        0x08 => cursor.index().map(drop),
        // rethrow
        0x09 => labels.label(cursor),
        // throw_ref
        _ => Ok(()),
    }
}

fn plain<T>(read: Result<T, Refused>) -> Result<Instruction, Refused> {
    read.map(|_| Instruction::Plain)
}

fn engine<T>(read: Result<T, Refused>) -> Result<Instruction, Refused> {
    read.map(|_| Instruction::Engine)
}

fn unknown(cursor: &Cursor) -> Refused {
    cursor.unknown("an instruction")
}

/// Skips the alignment, the memory and the offset of a load or store.
#[inline]
pub(super) fn skip_memory_argument(cursor: &mut Cursor) -> Result<(), Refused> {
    read_memory_argument(cursor).map(drop)
}

/// Skips the same: the index of the memory.
pub(super) fn read_memory_argument(cursor: &mut Cursor) -> Result<usize, Refused> {
    /// Flag beside the alignment: the index of a memory follows.
    const HAS_MEMORY: usize = 0x40;
    let memory = if cursor.index()? & HAS_MEMORY != 0 { cursor.index()? } else { 0 };
    cursor.unsigned(64)?;
    Ok(memory)
}

fn read_try_table(cursor: &mut Cursor, labels: &mut impl Labels) -> Result<Instruction, Refused> {
    read_block_type(cursor)?;
    for _ in 0..cursor.index()? {
        match cursor.byte()? {
            // catch, catch_ref
            0 | 1 => drop(cursor.index()?),
            // catch_all, catch_all_ref
            2 | 3 => {}
            _ => return Err(cursor.unknown("a kind of catch")),
        }
        labels.label(cursor)?;
    }
    Ok(Instruction::Block)
}

fn read_garbage_collected(cursor: &mut Cursor, labels: &mut impl Labels) -> Result<Instruction, Refused> {
    let bulk = Instruction::Bulk(Bulk { shift: ENTRIES, length: Length::I32 });
    match cursor.index()? {
        // struct.new, struct.new_default
        0 | 1 => engine(cursor.index()),
        // array.get, array.get_s, array.get_u, array.set
        11..=14 => plain(cursor.index()),
        // struct.get, struct.get_s, struct.get_u, struct.set
        2..=5 => {
            cursor.index()?;
            plain(cursor.index())
        }
        // array.new_fixed
        8 => {
            cursor.index()?;
            engine(cursor.index())
        }
        // array.new, array.new_default, array.fill
        6 | 7 | 16 => cursor.index().map(|_| bulk),
        // array.new_data, array.new_elem, array.copy, array.init_data, array.init_elem
        9 | 10 | 17..=19 => {
            cursor.index()?;
            cursor.index().map(|_| bulk)
        }
        // array.len, any.convert_extern, extern.convert_any, ref.i31, i31.get_s, i31.get_u
        15 | 26..=30 => Ok(Instruction::Plain),
        // ref.test, ref.cast, with and without null
        20..=23 => plain(skip_heap_type(cursor)),
        // br_on_cast, br_on_cast_fail
        24 | 25 => {
            cursor.byte()?;
            labels.label(cursor)?;
            skip_heap_type(cursor)?;
            plain(skip_heap_type(cursor))
        }
        _ => Err(unknown(cursor)),
    }
}

fn read_miscellaneous(cursor: &mut Cursor) -> Result<Instruction, Refused> {
    let bulk = |shift, length| Ok(Instruction::Bulk(Bulk { shift, length }));
    match cursor.index()? {
        // Saturating conversions; i64.add128, i64.sub128, i64.mul_wide_s, i64.mul_wide_u
        0..=7 | 19..=22 => Ok(Instruction::Plain),
        // memory.init, table.init
        code @ (8 | 12) => {
            cursor.index()?;
            cursor.index()?;
            bulk(if code == 8 { BYTES } else { ENTRIES }, Length::I32)
        }
        // data.drop, elem.drop
        9 | 13 => engine(cursor.index()),
        // table.size
        16 => plain(cursor.index()),
        // memory.copy
        10 => bulk(BYTES, Length::OfMemories(cursor.index()?, cursor.index()?)),
        // memory.fill
        11 => bulk(BYTES, Length::OfMemory(cursor.index()?)),
        // table.copy
        14 => bulk(ENTRIES, Length::OfTables(cursor.index()?, cursor.index()?)),
        // table.grow, table.fill
        15 | 17 => bulk(ENTRIES, Length::OfTable(cursor.index()?)),
        _ => Err(unknown(cursor)),
    }
}

fn read_vector(cursor: &mut Cursor) -> Result<Instruction, Refused> {
    match cursor.index()? {
        // Loads and stores.
        0x00..=0x0b | 0x5c | 0x5d => plain(skip_memory_argument(cursor)),
        // v128.const, i8x16.shuffle
        0x0c | 0x0d => plain(cursor.skip(16)),
        // Lanes that are extracted and replaced.
        0x15..=0x22 => plain(cursor.byte()),
        // Lanes that are loaded and stored.
        0x54..=0x5b => {
            skip_memory_argument(cursor)?;
            plain(cursor.byte())
        }
        // All others, with the relaxed ones.
        0x0e..=0x14 | 0x23..=0x53 | 0x5e..=0x113 => Ok(Instruction::Plain),
        _ => Err(unknown(cursor)),
    }
}

fn read_atomic(cursor: &mut Cursor) -> Result<Instruction, Refused> {
    match cursor.index()? {
        // memory.atomic.notify
        0x00 => engine(skip_memory_argument(cursor)),
        // Loads, stores and the rest.
        0x10..=0x4e => plain(skip_memory_argument(cursor)),
        code @ (0x01 | 0x02) => Ok(Instruction::Wait { is_64: code == 2 }),
        // atomic.fence
        0x03 => plain(cursor.byte()),
        _ => Err(unknown(cursor)),
    }
}
