//! Rewrites a module so that it counts the instructions that it executes, and asks the host now and then whether it may
//! go on. The module is valid: the engine has seen to that before. All that it does not know, it refuses.
//!
//! It has no intermediate representation. It reads instructions as far as it has to find loops, labels and ends, copies
//! the rest, and appends what is its own (`appended`).

mod appended;
mod body;
mod code;
mod cursor;
mod indices;
mod instructions;
mod output;
mod places;
mod references;
mod skipping;
mod spaces;
mod survey;
#[cfg(test)]
mod tests;
mod types;

use appended::Appended;
use body::Bodies;
use cursor::Cursor;
pub(crate) use cursor::Refused;
use output::{Body, insert, write_sized, write_unsigned};
use references::{may_refer, refers_to_host};
use spaces::{ORDER, PREAMBLE, Section, Spaces, read_sections};

use crate::section_ids::{CODE, CUSTOM, ELEMENTS, EXPORTS, FUNCTIONS, GLOBALS, START, TABLES, TYPES};

/// Custom sections that name offsets of code, which change.
const OF_OFFSETS: [&str; 4] = [".debug_", "metadata.code.", "sourceMappingURL", "external_debug_info"];

/// The module with counting.
pub(crate) fn rewrite(module: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut cursor = Cursor::new(module);
    let sections = read_sections(&mut cursor)?;
    let mut spaces = Spaces::read(&cursor, &sections)?;
    spaces.refers_to_host = refers_to_host(&cursor, &sections, spaces.imported_functions)?;
    let content = |id| sections.iter().find(|section| section.id == id).map_or(0..0, |found| found.content.clone());
    let appended = Appended::new(&spaces, &mut cursor.over(content(EXPORTS)))?;
    let declares = appended.wraps() && may_refer(cursor.bytes(content(CODE)));
    let mut output = Vec::with_capacity(module.len() + module.len() / 4 + 1024);
    output.extend_from_slice(cursor.bytes(0..PREAMBLE));
    let mut rewriter = Rewriter { cursor, spaces: &spaces, appended: &appended, declares, output, due: ORDER.iter() };
    for section in &sections {
        rewriter.write(section)?;
    }
    rewriter.write_missing(None)?;
    Ok(rewriter.output)
}

struct Rewriter<'a> {
    cursor: Cursor<'a>,
    spaces: &'a Spaces,
    appended: &'a Appended,
    /// True where the functions that wrappers stand for are declared, since code may refer to them.
    declares: bool,
    output: Vec<u8>,
    /// Sections that have not come yet, in their order.
    due: std::slice::Iter<'static, u8>,
}

impl Rewriter<'_> {
    fn write(&mut self, section: &Section) -> Result<(), Refused> {
        if section.id == CUSTOM {
            if !self.names_offsets(section)? {
                self.output.extend_from_slice(self.cursor.bytes(section.whole.clone()));
            }
            return Ok(());
        }
        self.write_missing(Some(section.id))?;
        let content = self.cursor.over(section.content.clone());
        if !self.write_changed(section.id, content)? && section.id != START {
            self.output.extend_from_slice(self.cursor.bytes(section.whole.clone()));
        }
        Ok(())
    }

    fn names_offsets(&self, section: &Section) -> Result<bool, Refused> {
        let mut content = self.cursor.over(section.content.clone());
        let range = content.sized()?;
        let name = content.bytes(range);
        Ok(OF_OFFSETS.iter().any(|beginning| name.starts_with(beginning.as_bytes())))
    }

    /// Writes the sections that the module does not have, up to the one of `id`, or all that are left.
    fn write_missing(&mut self, id: Option<u8>) -> Result<(), Refused> {
        while let Some(due) = self.due.next().copied().filter(|due| Some(*due) != id) {
            self.write_changed(due, self.cursor.over(0..0))?;
        }
        Ok(())
    }

    /// Writes a section to which something is appended: false for any other. `content`: the module's own, which is
    /// empty where the module does not have the section.
    fn write_changed(&mut self, id: u8, mut content: Cursor) -> Result<bool, Refused> {
        let (count, more) = match id {
            TYPES => Appended::types(),
            FUNCTIONS => self.appended.functions(),
            TABLES => Appended::tables(),
            GLOBALS => Appended::globals(),
            EXPORTS => {
                self.output.push(id);
                write_sized(&mut self.output, &self.appended.exports());
                return Ok(true);
            }
            ELEMENTS if self.declares => self.appended.elements(),
            CODE => return self.write_code(content).map(|()| true),
            _ => return Ok(false),
        };
        let own = if content.is_at_end() { 0 } else { content.index()? };
        let mut whole = Vec::new();
        write_unsigned(&mut whole, own + count);
        whole.extend_from_slice(content.bytes(content.rest()));
        whole.extend_from_slice(&more);
        self.output.push(id);
        write_sized(&mut self.output, &whole);
        Ok(true)
    }

    /// Writes the code section, most of a module: the bodies first, then what lies in front of them.
    fn write_code(&mut self, mut content: Cursor) -> Result<(), Refused> {
        let own = if content.is_at_end() { 0 } else { content.index()? };
        let start = self.output.len();
        let mut body = Body::behind(std::mem::take(&mut self.output));
        let mut bodies = Bodies::new(self.spaces, &self.appended.indices);
        let mut hints = Hints::default();
        for function in self.spaces.imported_functions..self.spaces.imported_functions + own {
            let range = content.sized()?;
            body.begin(range.len());
            bodies.write(content.over(range), &self.spaces.signature(function), &mut body)?;
            body.finish();
            hints.add(function, &body.unlikely);
        }
        content.finish()?;
        let (count, more) = self.appended.bodies();
        let output = &mut self.output;
        *output = body.bytes;
        output.extend_from_slice(&more);
        let (mut counted, mut before) = (Vec::new(), Vec::new());
        write_unsigned(&mut counted, own + count);
        if hints.functions > 0 {
            before.push(CUSTOM);
            write_sized(&mut before, &hints.section());
        }
        before.push(CODE);
        write_unsigned(&mut before, counted.len() + output.len() - start);
        before.extend_from_slice(&counted);
        insert(output, start, &before);
        Ok(())
    }
}

/// Hints that branches are rarely taken: <https://github.com/WebAssembly/branch-hinting>
#[derive(Default)]
struct Hints {
    functions: usize,
    content: Vec<u8>,
}

impl Hints {
    /// Adds a function, and the offsets of its branches in its body.
    fn add(&mut self, function: usize, unlikely: &[usize]) {
        if unlikely.is_empty() {
            return;
        }
        self.functions += 1;
        write_unsigned(&mut self.content, function);
        write_unsigned(&mut self.content, unlikely.len());
        for offset in unlikely {
            write_unsigned(&mut self.content, *offset);
            // The length of the hint, and the hint.
            self.content.extend_from_slice(&[1, 0]);
        }
    }

    /// The content of the custom section.
    fn section(&self) -> Vec<u8> {
        let mut section = Vec::new();
        write_sized(&mut section, b"metadata.code.branch_hint");
        write_unsigned(&mut section, self.functions);
        section.extend_from_slice(&self.content);
        section
    }
}
