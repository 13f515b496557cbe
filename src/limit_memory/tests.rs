//! Modules are assembled from parts, limited, and compared byte by byte.

use std::ops::Range;

use super::bounded::Bounded;
use super::output::{Length, Output, write_unsigned};
use crate::reader::{Reader, Reason};
use crate::section_ids::{GLOBALS, MEMORIES, TABLES, TAGS, TYPES};

mod growing;
mod hostile;
mod refusing;

const PAGE: u64 = 65_536;
const MAX_32: u64 = u32::MAX as u64;
const FUNCREF: u8 = 0x70;
const EXTERNREF: u8 = 0x6f;
const I32: u8 = 0x7f;
const EXNREF: u8 = 0x69;

/// An output that keeps the bytes of the new module.
struct Made<'a> {
    source: &'a [u8],
    made: Vec<u8>,
}

impl Output for Made<'_> {
    fn source(&mut self, range: Range<u32>) {
        let range = range.start as usize..range.end as usize;
        self.made.extend(self.source.get(range).unwrap_or_default());
    }

    fn own(&mut self, byte: u8) {
        self.made.push(byte);
    }
}

fn limited(source: &[u8], limit: u64) -> Result<Vec<u8>, Reason> {
    let mut reader = Reader::new(&source, 0..0);
    let (mut length, mut made) = (Length(0), Made { source, made: Vec::new() });
    let written = Bounded::read(&mut reader, limit)
        .and_then(|bounded| bounded.write(&mut reader, &mut length).map(|()| bounded))
        .and_then(|bounded| bounded.write(&mut reader, &mut made));
    written.map_err(|_| reader.reason())?;
    assert_eq!(length.0, made.made.len() as u64);
    Ok(made.made)
}

fn unsigned(number: u64) -> Vec<u8> {
    let mut made = Made { source: &[], made: Vec::new() };
    write_unsigned(&mut made, number);
    made.made
}

/// A module of these sections.
fn raw(sections: &[&[u8]]) -> Vec<u8> {
    [&b"\0asm\x01\0\0\0"[..], &sections.concat()].concat()
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &*unsigned(content.len() as u64), content].concat()
}

/// A section of these entries.
fn entries(id: u8, entries: &[&[u8]]) -> Vec<u8> {
    section(id, &[unsigned(entries.len() as u64), entries.concat()].concat())
}

/// A memory, or what follows the type of a table: flags and numbers.
fn limits(flags: u8, numbers: &[u64]) -> Vec<u8> {
    let mut bytes = vec![flags];
    for &number in numbers {
        bytes.extend(unsigned(number));
    }
    bytes
}

fn table(flags: u8, numbers: &[u64]) -> Vec<u8> {
    [&[FUNCREF], &*limits(flags, numbers)].concat()
}
