//! A module whose memories and tables are given maxima.
//!
//! Its memories and tables are not kept, since there may be any number: they are read again whenever they are needed.

use super::growables::Growable;
use super::heap_types::{check_globals, check_tags, read_types};
use super::output::{Length, Output, write_unsigned};
use crate::leb128::Leb128;
use crate::reader::{Reader, Reason, Refused};
use crate::section_ids::{GLOBALS, MEMORIES, TABLES, TAGS, TYPES};
use crate::sections::Sections;

/// A module, and how far it may grow.
pub(super) struct Bounded {
    sections: Sections,
    /// Bytes that memories and tables together may grow by.
    room: u64,
}

impl Bounded {
    /// Reads a module, whose memories and tables may grow to `limit` bytes. Fails for one that begins with more, or
    /// could fill memory by other means.
    pub(super) fn read(reader: &mut Reader, limit: u64) -> Result<Self, Refused> {
        let mut bounded = Self { sections: Sections::find(reader)?, room: 0 };
        bounded.check_exceptions(reader)?;
        if bounded.sections.enter(GLOBALS, reader)?.is_some() {
            check_globals(reader)?;
        }
        let tables = bounded.beginnings(reader, TABLES)?;
        let beginnings = tables.saturating_add(bounded.beginnings(reader, MEMORIES)?);
        match limit.checked_sub(beginnings) {
            Some(room) => bounded.room = room,
            None => return Err(reader.refuse(Reason::Over { length: beginnings, limit })),
        }
        Ok(bounded)
    }

    fn check_exceptions(&self, reader: &mut Reader) -> Result<(), Refused> {
        let mut carriable = Vec::new();
        if self.sections.enter(TYPES, reader)?.is_some() {
            carriable = read_types(reader)?;
        }
        if self.sections.enter(TAGS, reader)?.is_some() {
            check_tags(reader, &carriable)?;
        }
        Ok(())
    }

    /// Bytes that all memories, or all tables, begin with; saturates.
    fn beginnings(&self, reader: &mut Reader, id: u8) -> Result<u64, Refused> {
        let mut beginnings = 0u64;
        if self.sections.enter(id, reader)?.is_some() {
            let mut growable = Growable::default();
            for _ in 0..reader.u32()? {
                read(&mut growable, reader, id)?;
                beginnings = beginnings.saturating_add(growable.beginning());
            }
            reader.finish()?;
        }
        Ok(beginnings)
    }

    /// Writes the module. Memories, then tables, share the room to grow, each kind in the order of its indices.
    pub(super) fn write(&self, reader: &mut Reader, output: &mut dyn Output) -> Result<(), Refused> {
        let (mut tables, mut memories) = (Length(0), Length(0));
        let left = self.write_content(reader, MEMORIES, self.room, &mut memories)?;
        self.write_content(reader, TABLES, left, &mut tables)?;
        let mut copied = 0;
        // In the order of the sections.
        for (id, room, Length(length)) in [(TABLES, left, tables), (MEMORIES, self.room, memories)] {
            if let Some(section) = self.sections.enter(id, reader)? {
                output.source(copied..section.start);
                output.own(id);
                write_unsigned(output, length);
                self.write_content(reader, id, room, output)?;
                copied = section.content.end;
            }
        }
        output.source(copied..reader.source().length());
        Ok(())
    }

    /// Writes the content of a section, whose memories or tables may grow by `room`; returns the room that is left.
    fn write_content(&self, reader: &mut Reader, id: u8, room: u64, output: &mut dyn Output) -> Result<u64, Refused> {
        let mut room = room;
        let Some(section) = self.sections.enter(id, reader)? else { return Ok(room) };
        let count = reader.u32()?;
        write_unsigned(output, count.into());
        let mut copied = reader.at();
        let mut growable = Growable::default();
        for _ in 0..count {
            read(&mut growable, reader, id)?;
            growable.share(&mut room);
            output.source(copied..growable.range.start);
            growable.write_limits(output);
            copied = growable.range.end;
        }
        output.source(copied..section.content.end);
        Ok(room)
    }
}

/// Reads a memory or a table, as the section with this `id` has it.
fn read(growable: &mut Growable, reader: &mut Reader, id: u8) -> Result<(), Refused> {
    if id == TABLES { growable.read_table(reader) } else { growable.read_memory(reader) }
}
