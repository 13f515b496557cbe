//! The sections of a module and their offsets: <https://webassembly.github.io/spec/core/binary/modules.html>

use std::ops::Range;

use crate::leb128::Leb128;
use crate::reader::{Reader, Refused};
use crate::section_ids::CUSTOM;

/// Bytes in front of the sections.
const PREAMBLE: u32 = 8;

/// A section, by its header.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) id: u8,
    pub(crate) start: u32,
    pub(crate) content: Range<u32>,
}

impl Section {
    /// Reads a header, and skips the content.
    fn read(reader: &mut Reader) -> Result<Self, Refused> {
        let start = reader.at();
        let id = reader.byte()?;
        let length = reader.u32()?;
        let content = reader.at();
        reader.skip(length)?;
        Ok(Self { id, start, content: content..reader.at() })
    }
}

/// The offsets of a module's sections, custom ones apart, by their identifiers; 0 where there is none.
pub(crate) struct Sections([u32; 256]);

impl Sections {
    /// Reads the headers of all sections, and none of their contents.
    pub(crate) fn find(reader: &mut Reader) -> Result<Self, Refused> {
        let mut starts = [0; 256];
        reader.enter(PREAMBLE..reader.source().length());
        while !reader.is_at_end() {
            let Section { id, start, .. } = Section::read(reader)?;
            if let Some(place) = starts.get_mut(usize::from(id)).filter(|_| id != CUSTOM) {
                if *place != 0 {
                    return Err(reader.unknown("a second section"));
                }
                *place = start;
            }
        }
        Ok(Self(starts))
    }

    /// Lets a reader read the content of a section, if it is there.
    pub(crate) fn enter(&self, id: u8, reader: &mut Reader) -> Result<Option<Section>, Refused> {
        let start = self.0.get(usize::from(id)).copied().unwrap_or_default();
        if start == 0 {
            return Ok(None);
        }
        reader.enter(start..reader.source().length());
        let section = Section::read(reader)?;
        reader.enter(section.content.clone());
        Ok(Some(section))
    }
}
