//! The sections of a module, and its index spaces:
//! <https://webassembly.github.io/spec/core/binary/modules.html>

use std::ops::Range;

use super::cursor::{Cursor, Refused};
use super::instructions::{Instruction, NoLabels, read_instruction};
use super::types::{Signature, read_types, skip_value_type};
use crate::leb128::Leb128;
use crate::section_ids::{
    CODE, CUSTOM, DATA, DATA_COUNT, ELEMENTS, EXPORTS, FUNCTIONS, GLOBALS, IMPORTS, MEMORIES, START, TABLES, TAGS,
    TYPES,
};

/// The sections in the order that they have in a module, custom ones apart.
pub(super) const ORDER: [u8; 13] =
    [TYPES, IMPORTS, FUNCTIONS, TABLES, MEMORIES, TAGS, GLOBALS, EXPORTS, START, ELEMENTS, DATA_COUNT, CODE, DATA];

/// Bytes in front of the sections: the magic number and the version.
pub(super) const PREAMBLE: usize = 8;

/// Kinds of imports and exports.
pub(super) const FUNCTION: u8 = 0;
pub(super) const TABLE: u8 = 1;
const MEMORY: u8 = 2;
pub(super) const GLOBAL: u8 = 3;
const TAG: u8 = 4;

/// A section of the module.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) id: u8,
    /// With its header.
    pub(super) whole: Range<usize>,
    pub(super) content: Range<usize>,
}

/// Reads the headers of all sections.
pub(super) fn read_sections(cursor: &mut Cursor) -> Result<Vec<Section>, Refused> {
    cursor.skip(PREAMBLE)?;
    let mut sections = Vec::new();
    while !cursor.is_at_end() {
        let start = cursor.at();
        let id = cursor.byte()?;
        if id != CUSTOM && !ORDER.contains(&id) {
            return Err(cursor.unknown("a section"));
        }
        let content = cursor.sized()?;
        sections.push(Section { id, whole: start..cursor.at(), content });
    }
    Ok(sections)
}

/// The declarations of the module, by index.
#[derive(Debug, Default)]
pub(super) struct Spaces {
    /// The signatures of its types.
    pub(super) types: Vec<Signature>,
    /// The types of its functions, imported ones first.
    pub(super) functions: Vec<usize>,
    pub(super) imported_functions: usize,
    /// True where it refers to functions of its host, so that any indirect call may be of one: see `references`.
    pub(super) refers_to_host: bool,
    /// True for each memory, and each table, whose addresses have 64 bits.
    pub(super) memories: Vec<bool>,
    pub(super) tables: Vec<bool>,
    pub(super) globals: usize,
    /// True where it knows a kind of exceptions.
    pub(super) has_tags: bool,
    /// Its start function.
    pub(super) start: Option<usize>,
}

impl Spaces {
    pub(super) fn read(cursor: &Cursor, sections: &[Section]) -> Result<Self, Refused> {
        let mut spaces = Self::default();
        for Section { id, content, .. } in sections {
            spaces.read_section(*id, &mut cursor.over(content.clone()))?;
        }
        Ok(spaces)
    }

    /// True where a call may be of a function of the host. `function`: the one that it names; None for an indirect call.
    pub(super) fn may_call_host(&self, function: Option<usize>) -> bool {
        function.map_or(self.refers_to_host, |function| function < self.imported_functions)
    }

    /// True where something may have a length of 64 bits.
    pub(super) fn has_64(&self) -> bool {
        self.memories.iter().chain(&self.tables).any(|is_64| *is_64)
    }

    #[inline]
    pub(super) fn signature(&self, function: usize) -> Signature {
        self.functions.get(function).and_then(|of| self.types.get(*of)).cloned().unwrap_or_default()
    }

    fn read_section(&mut self, id: u8, cursor: &mut Cursor) -> Result<(), Refused> {
        match id {
            TYPES => self.types = read_types(cursor)?,
            IMPORTS => {
                for _ in 0..cursor.index()? {
                    self.read_import(cursor)?;
                }
                self.imported_functions = self.functions.len();
                cursor.finish()?;
            }
            FUNCTIONS => {
                for _ in 0..cursor.index()? {
                    self.functions.push(cursor.index()?);
                }
                cursor.finish()?;
            }
            TABLES => {
                for _ in 0..cursor.index()? {
                    let Table { is_64, is_initialized } = read_table(cursor)?;
                    self.tables.push(is_64);
                    while is_initialized && read_instruction(cursor, &mut NoLabels)? != Instruction::End {}
                }
                cursor.finish()?;
            }
            MEMORIES => {
                for _ in 0..cursor.index()? {
                    self.memories.push(read_limits(cursor)?);
                }
                cursor.finish()?;
            }
            GLOBALS => self.globals = self.globals.saturating_add(cursor.index()?),
            TAGS => self.has_tags |= cursor.index()? > 0,
            START => self.start = Some(cursor.index()?),
            _ => {}
        }
        Ok(())
    }

    fn read_import(&mut self, cursor: &mut Cursor) -> Result<(), Refused> {
        cursor.sized()?;
        cursor.sized()?;
        match cursor.byte()? {
            FUNCTION => self.functions.push(cursor.index()?),
            TABLE => {
                skip_value_type(cursor)?;
                self.tables.push(read_limits(cursor)?);
            }
            MEMORY => self.memories.push(read_limits(cursor)?),
            GLOBAL => {
                skip_value_type(cursor)?;
                cursor.byte()?;
                self.globals += 1;
            }
            TAG => {
                cursor.byte()?;
                cursor.index()?;
                self.has_tags = true;
            }
            _ => return Err(cursor.unknown("a kind of import")),
        }
        Ok(())
    }
}

/// A table, but for its initializer.
pub(super) struct Table {
    /// True where its addresses have 64 bits.
    is_64: bool,
    /// True where a constant expression follows: its initializer.
    pub(super) is_initialized: bool,
}

/// Reads a table as far as its initializer.
pub(super) fn read_table(cursor: &mut Cursor) -> Result<Table, Refused> {
    const WITH_INITIALIZER: u8 = 0x40;
    let is_initialized = cursor.skip_byte(WITH_INITIALIZER);
    if is_initialized && cursor.byte()? != 0 {
        return Err(cursor.unknown("a table"));
    }
    skip_value_type(cursor)?;
    Ok(Table { is_64: read_limits(cursor)?, is_initialized })
}

/// Reads the limits of a memory or a table: true where its addresses have 64 bits.
fn read_limits(cursor: &mut Cursor) -> Result<bool, Refused> {
    const HAS_MAXIMUM: u8 = 1;
    const IS_64: u8 = 4;
    /// Proposed: <https://github.com/WebAssembly/custom-page-sizes>
    const HAS_PAGE_SIZE: u8 = 8;
    let flags = cursor.byte()?;
    if flags > 0xf {
        return Err(cursor.unknown("a kind of memory or table"));
    }
    cursor.unsigned(64)?;
    if flags & HAS_MAXIMUM != 0 {
        cursor.unsigned(64)?;
    }
    if flags & HAS_PAGE_SIZE != 0 {
        cursor.index()?;
    }
    Ok(flags & IS_64 != 0)
}
