//! Guests that V8 compiles soon, whatever their code is: those may be compiled on the thread of a page. V8 compiles a
//! function when it is first called, and only validates it before. What that takes grows with the size of the module; but
//! also with the locals of each function, 50,000 at the most; with the parameters and results of each call and block, 1,000
//! at the most, of which a byte or two make another one; and with the blocks that surround an instruction, which branches
//! and `delegate` go over: with the square of a function's size.
//! <https://webassembly.github.io/spec/core/appendix/implementation.html>

use crate::binary_types::{FUNCTION, REFERENCE, REFERENCE_OR_NULL};
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused, Source};
use crate::section_ids::{CODE, TYPES};
use crate::sections::Sections;

/// Most bytes of a simple guest, which take V8 a millisecond or two, as compilers make them.
const MOST_BYTES: u32 = 128 * 1024;
/// Most functions. Those of compilers have some 300 in so many bytes.
const MOST_FUNCTIONS: u32 = 512;
/// Most bytes of a function. The longest of our guests has 13,065.
const MOST_CODE: u32 = 16 * 1024;
/// Most locals of a function, without its parameters. Those of our guests have up to 41.
const MOST_LOCALS: u32 = 1000;
/// Most parameters, or results. Those of compilers have up to 17.
const MOST_VALUES: u32 = 32;

/// True for a guest of so few bytes, so few and short functions, and so short types of functions alone, that V8 compiles it
/// soon. An invalid one may be called simple: engines refuse it soon.
pub(crate) fn is_simple(guest: &dyn Source) -> bool {
    guest.length() <= MOST_BYTES && is_bounded(&mut Reader::new(guest, 0..0)).unwrap_or(false)
}

fn is_bounded(reader: &mut Reader) -> Result<bool, Refused> {
    let sections = Sections::find(reader)?;
    if sections.enter(TYPES, reader)?.is_some() {
        for _ in 0..reader.u32()? {
            // Arrays and structures: one instruction makes an array of 10,000 values.
            if !reader.skip_byte(FUNCTION)
                || !has_few_values(reader, MOST_VALUES, false)?
                || !has_few_values(reader, MOST_VALUES, false)?
            {
                return Ok(false);
            }
        }
    }
    if sections.enter(CODE, reader)?.is_some() {
        let count = reader.u32()?;
        if count > MOST_FUNCTIONS {
            return Ok(false);
        }
        for _ in 0..count {
            let size = reader.u32()?;
            let end = reader.at().saturating_add(size);
            if size > MOST_CODE || !has_few_values(reader, MOST_LOCALS, true)? {
                return Ok(false);
            }
            // Locals that go on behind the end of their function would hide those of the next.
            let Some(rest) = end.checked_sub(reader.at()) else { return Ok(false) };
            reader.skip(rest)?;
        }
    }
    Ok(true)
}

/// Reads a list of types, each behind a number of values where they are `grouped`. True if the values are `most` at the
/// most, and each type has one byte.
#[inline(never)]
fn has_few_values(reader: &mut Reader, most: u32, grouped: bool) -> Result<bool, Refused> {
    let mut values: u32 = 0;
    for _ in 0..reader.u32()? {
        values = values.saturating_add(if grouped { reader.u32()? } else { 1 });
        if values > most || matches!(reader.byte()?, REFERENCE | REFERENCE_OR_NULL) {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::{MOST_BYTES, MOST_CODE, MOST_FUNCTIONS, MOST_LOCALS, MOST_VALUES, is_simple};

    /// A module of these fields in text.
    fn module(fields: &str) -> Vec<u8> {
        wat::parse_str(format!("(module {fields})")).unwrap_or_default()
    }

    #[test]
    fn guests_at_each_bound_and_one_past_it() {
        let parameters = |count: u32| format!("(func (param {}))", "i64 ".repeat(count as usize));
        let results = |count: u32| format!("(func (result {}) unreachable)", "v128 ".repeat(count as usize));
        let functions = |count: u32| "(func (local i32))".repeat(count as usize);
        let locals = |types: &str, count: u32| {
            let types: String = types.split(' ').cycle().take(count as usize).map(|one| format!(" {one}")).collect();
            format!("(func (local{types}))")
        };
        // Beside the instructions, a function has the count of its locals and its end.
        let code = |bytes: u32| format!("(func {})", "nop ".repeat(bytes as usize - 2));
        for (what, fields, expected) in [
            ("nothing", String::new(), true),
            ("parameters at the bound", parameters(MOST_VALUES), true),
            ("one parameter more", parameters(MOST_VALUES + 1), false),
            ("a longer type behind a short one", "(func)".to_owned() + &parameters(MOST_VALUES + 1), false),
            ("results at the bound", results(MOST_VALUES), true),
            ("one result more", results(MOST_VALUES + 1), false),
            ("a type that only a block has", format!("(type {})", parameters(MOST_VALUES + 1)), false),
            ("functions at the bound", functions(MOST_FUNCTIONS), true),
            ("one function more", functions(MOST_FUNCTIONS + 1), false),
            ("code at the bound", code(MOST_CODE), true),
            ("one byte of code more", code(MOST_CODE + 1), false),
            ("long code behind a short one", functions(1) + &code(MOST_CODE + 1), false),
            ("locals at the bound", locals("i32", MOST_LOCALS), true),
            ("one local more", locals("i32", MOST_LOCALS + 1), false),
            ("groups of one local each, at the bound", locals("i32 i64", MOST_LOCALS), true),
            ("one group more", locals("i32 i64", MOST_LOCALS + 1), false),
            ("many locals behind few", locals("i32", 1) + &locals("i32", MOST_LOCALS + 1), false),
            ("a local that refers to a type", "(type $t (func)) (func (local (ref null $t)))".to_owned(), false),
            ("abstract references", "(func (param externref funcref) (result externref) unreachable)".to_owned(), true),
            ("a structure", "(type (struct (field i32)))".to_owned(), false),
            ("an array", "(type (array i32))".to_owned(), false),
            ("recursive types", "(rec (type (func)) (type (func)))".to_owned(), false),
            ("a reference to a type", "(type $t (func)) (func (param (ref null $t)))".to_owned(), false),
            ("imports", "(import \"wapc\" \"__host_call\" (func (param i32) (result i32)))".to_owned(), true),
        ] {
            let bytes = module(&fields);
            assert!(bytes.len() >= 8, "{what}: {fields}");
            assert_eq!(is_simple(&bytes.as_slice()), expected, "{what}");
        }
    }

    #[test]
    fn guests_of_most_bytes_and_one_more() {
        // A custom section behind the header of 8 bytes: its identifier, and its size in three bytes.
        let of_size = |size: u32| {
            let rest = size - 8 - 4;
            let number = [rest & 0x7f | 0x80, rest >> 7 & 0x7f | 0x80, rest >> 14];
            let mut bytes = module("");
            bytes.push(0);
            bytes.extend(number.map(|byte| byte.to_le_bytes()[0]));
            bytes.resize(size as usize, 0);
            bytes
        };
        assert!(is_simple(&of_size(MOST_BYTES).as_slice()));
        assert!(!is_simple(&of_size(MOST_BYTES + 1).as_slice()));
    }

    #[test]
    fn what_cannot_be_read_is_not_simple() {
        let whole = module("(func (param i32) (result i32) local.get 0)");
        for bytes in [
            // A section, or a type, that ends too soon.
            whole.get(..whole.len() - 1).unwrap_or_default(),
            b"\0asm\x01\0\0\0\x01\x02\x01\x60",
            // Locals whose number does not fit into 32 bits.
            b"\0asm\x01\0\0\0\x0a\x0c\x01\x0a\x02\x02\x7f\xff\xff\xff\xff\x0f\x7f\x0b",
            // Locals that go on behind the end of their function.
            b"\0asm\x01\0\0\0\x0a\x05\x01\x01\x01\x01\x7f",
            // More types than there are bytes.
            b"\0asm\x01\0\0\0\x01\x05\xff\xff\xff\xff\x0f",
            // A second section of types.
            b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x01\x04\x01\x60\0\0",
        ] {
            assert!(!is_simple(&bytes), "{bytes:?}");
        }
    }
}
