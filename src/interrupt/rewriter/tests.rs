//! The code that is written for single functions, modules that are refused, and that nothing makes the rewriter panic.

use super::cursor::{Cursor, Refused};
use super::instructions::{Instruction, read_instruction};
use super::places::Places;
use super::rewrite;
use super::skipping::skip_plain;

mod mutated;
mod written;

/// The module of a text, without the section of its names.
fn assemble(text: &str) -> Vec<u8> {
    let module = wat::parse_str(text);
    assert!(module.is_ok(), "{module:?}: {text}");
    let module = module.unwrap_or_default();
    let sections = super::read_sections(&mut Cursor::new(&module)).unwrap_or_default();
    let is_names = |section: &&super::Section| {
        module.get(section.content.clone()).is_some_and(|content| content.starts_with(b"\x04name"))
    };
    let names = sections.iter().find(is_names);
    module.get(..names.map_or(module.len(), |names| names.whole.start)).unwrap_or_default().to_vec()
}

/// Byte sequences of sections that are put together.
fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    for (id, content) in sections {
        module.push(*id);
        super::output::write_sized(&mut module, content);
    }
    module
}

/// A module of one function of nothing with this code, its end included.
fn function(code: &[u8]) -> Vec<u8> {
    let mut body = vec![0];
    body.extend_from_slice(code);
    let mut bodies = vec![1];
    super::output::write_sized(&mut bodies, &body);
    module(&[(1, &[1, 0x60, 0, 0]), (3, &[1, 0]), (10, &bodies)])
}

#[test]
fn what_is_not_known_is_refused_with_its_offset() {
    // In front of the code: preamble 8, types 6, functions 4, the header of the code section 2, the count, the length of
    // the body, and its locals: 1 each.
    const CODE: usize = 23;
    let table: [(Vec<u8>, &str, usize); 11] = [
        (function(&[0x16, 0x0b]), "an instruction", CODE + 1),
        (function(&[0x01, 0xe0, 0x0b]), "an instruction", CODE + 2),
        (function(&[0xfb, 31, 0x0b]), "an instruction", CODE + 2),
        (function(&[0xfc, 18, 0x0b]), "an instruction", CODE + 2),
        (function(&[0xfd, 0x94, 2, 0x0b]), "an instruction", CODE + 3),
        (function(&[0xfe, 0x4f, 0x0b]), "an instruction", CODE + 2),
        (function(&[0x02, 0x41, 0x0b, 0x0b]), "a type", CODE + 2),
        (module(&[(1, &[1, 0x5d])]), "a kind of type", 12),
        (module(&[(2, &[1, 0, 0, 5])]), "a kind of import", 14),
        (module(&[(14, &[])]), "a section", 9),
        (assemble(r#"(module (func (export "wapc:start")))"#), "an export of the host's own name", 32),
    ];
    for (bytes, what, at) in table {
        assert_eq!(rewrite(&bytes), Err(Refused { what, at }), "{bytes:?}");
    }
}

#[test]
fn what_has_no_end_is_refused() {
    let whole = assemble(
        r#"(module (import "a" "b" (func)) (memory 1) (table 1 funcref) (global i32 (i32.const 1)) (export "e" (func 1))
           (func (loop (br_if 0 (i32.const 1)) (call 0))) (data (i32.const 0) "abc"))"#,
    );
    assert!(rewrite(&whole).is_ok());
    // The ends of sections are ends of modules, too.
    let ends = (8..whole.len()).filter(|end| rewrite(whole.get(..*end).unwrap_or_default()).is_ok()).count();
    assert!(ends < 10, "{ends}");
    for empty in [&[][..], b"\0asm", b"\0asm\x01\0\0"] {
        assert_eq!(rewrite(empty), Err(Refused { what: "an end", at: 0 }));
    }
}

#[test]
fn what_is_skipped_is_read_as_plain_and_as_long() {
    for code in 0..=u8::MAX {
        let bytes = [code, 1, 0x80, 0x80, 0, 0, 0, 0, 0, 0];
        let (mut skipped, mut read) = (Cursor::new(&bytes), Cursor::new(&bytes));
        if skip_plain(&mut skipped, 1) == 0 {
            continue;
        }
        let instruction = read_instruction(&mut read, &mut Places::default());
        assert_eq!((instruction, read.at()), (Ok(Instruction::Plain), skipped.at()), "{code:#x}");
    }
}

#[test]
fn what_is_skipped_ends_behind_integers_and_is_left_where_it_is_cut_off() {
    // Bytes; how many of them are skipped, and what they count for.
    let cases: [(&[u8], usize, u32); 16] = [
        (&[0x20, 0x7f, 0x0b], 2, 1),
        (&[0x20, 0x80, 0x01, 0x0b], 3, 1),
        (&[0x42, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0b], 11, 1),
        (&[0x20, 0x80, 0x01], 3, 1),
        (&[0x20, 0x80], 0, 0),
        (&[0x20], 0, 0),
        (&[0x6a], 0, 0),
        (&[0x6a, 0x0b], 1, 1),
        (&[0x6d, 0x0b], 1, 8),
        (&[0x6a, 0x6d, 0x6a, 0x0b], 3, 10),
        (&[0x28, 0x3f, 0x85, 0x01, 0x0b], 4, 1),
        (&[0x28, 0x40, 0x01, 0x01, 0x0b], 0, 0),
        (&[0x28, 0x80, 0x00, 0x01, 0x0b], 0, 0),
        (&[0x44, 0, 0, 0, 0, 0, 0, 0, 0, 0x0b], 9, 1),
        (&[0x44, 0, 0, 0, 0, 0, 0, 0, 0], 0, 0),
        (&[0x10, 0x00, 0x0b], 0, 0),
    ];
    for (bytes, len, weight) in cases {
        let mut cursor = Cursor::new(bytes);
        assert_eq!((skip_plain(&mut cursor, 100), cursor.at()), (weight, len), "{bytes:x?}");
    }
}

/// A rewriter that looks through all open blocks whenever it counts instructions would not end for minutes.
#[test]
fn blocks_in_blocks_are_rewritten_in_linear_time() {
    const BLOCKS: usize = 1_000_000;
    let nops = vec![1; 2_000_000];
    let nested = [&*[2, 0x40].repeat(BLOCKS), &nops, &*vec![0x0b; BLOCKS], &[0x0b]].concat();
    assert!(rewrite(&function(&nested)).is_ok());
}
