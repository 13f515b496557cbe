//! The parts of a module that grow, memories and tables: <https://webassembly.github.io/spec/core/binary/modules.html>

use std::ops::Range;

use super::constant_expression::skip_constant_expression;
use super::output::{Output, write_unsigned};
use super::value_types::{Value, read_reference_type};
use crate::leb128::Leb128;
use crate::reader::{Reader, Refused};

// Flags of limits.
const HAS_MAXIMUM: u8 = 1;
const IS_SHARED: u8 = 2;
const IS_64: u8 = 4;
/// Proposed: <https://github.com/WebAssembly/custom-page-sizes>
const HAS_PAGE_SIZE: u8 = 8;

/// Bytes of a page, as a power of two.
const PAGE: u32 = 16;
/// Bytes of a table's entry, as a power of two.
const ENTRY: u32 = 3;

// Maxima of memories and tables that name none, as engines have them: a module that names more is refused.
// https://webassembly.github.io/spec/js-api/#limits
const MOST_BYTES: u64 = 1 << 32;
const MOST_BYTES_64: u64 = 1 << 34;
const MOST_ENTRIES: u64 = (1 << 32) - 1;

const WITH_INITIALIZER: u8 = 0x40;

/// A memory or table. Read in place: returning it by value takes more code.
#[derive(Debug, Default)]
pub(super) struct Growable {
    /// The bytes of its limits in the module.
    pub(super) range: Range<u32>,
    flags: u8,
    /// Its minimum, in units.
    minimum: u64,
    /// Its maximum, in units: the declared one, or else that of engines.
    maximum: u64,
    /// Bytes of a unit, as a power of two.
    unit: u32,
}

impl Growable {
    /// Bytes that it begins with; saturates.
    pub(super) fn beginning(&self) -> u64 {
        if self.minimum.leading_zeros() < self.unit { u64::MAX } else { self.minimum << self.unit }
    }

    /// Takes the bytes that it may grow by out of `room`, and sets its maximum accordingly.
    pub(super) fn share(&mut self, room: &mut u64) {
        // A maximum below the minimum is kept, so that the module stays invalid.
        let Some(wanted) = self.maximum.checked_sub(self.minimum) else { return };
        let granted = wanted.min(*room >> self.unit);
        *room -= granted << self.unit;
        self.maximum = self.minimum + granted;
    }

    /// Writes its limits.
    pub(super) fn write_limits(&self, output: &mut dyn Output) {
        output.own(self.flags | HAS_MAXIMUM);
        write_unsigned(output, self.minimum);
        write_unsigned(output, self.maximum);
    }

    /// Reads a memory.
    pub(super) fn read_memory(&mut self, reader: &mut Reader) -> Result<(), Refused> {
        self.read_limits(reader, HAS_MAXIMUM | IS_SHARED | IS_64 | HAS_PAGE_SIZE)?;
        // Refused here: the maximum that the host adds would make it valid.
        if self.has(IS_SHARED) && !self.has(HAS_MAXIMUM) {
            return Err(reader.unknown("a shared memory without a maximum"));
        }
        self.unit = if self.has(HAS_PAGE_SIZE) { reader.u32()? } else { PAGE };
        if self.unit != 0 && self.unit != PAGE {
            return Err(reader.unknown("a page size"));
        }
        if !self.has(HAS_MAXIMUM) {
            self.maximum = self.most_pages();
        } else if self.maximum > self.addressable() {
            // Refused here: the lower maximum of the host would make it valid.
            return Err(reader.unknown("a maximum over all addresses"));
        }
        Ok(())
    }

    /// Pages that can be addressed: the highest valid maximum. Saturates.
    fn addressable(&self) -> u64 {
        let bits = if self.has(IS_64) { 64 } else { 32 };
        1u64.checked_shl(bits - self.unit).unwrap_or(u64::MAX)
    }

    fn most_pages(&self) -> u64 {
        if self.has(IS_64) {
            return MOST_BYTES_64 >> self.unit;
        }
        // Has to fit into 32 bits with pages of one byte too.
        (MOST_BYTES >> self.unit).min(u32::MAX.into())
    }

    /// Reads a table.
    pub(super) fn read_table(&mut self, reader: &mut Reader) -> Result<(), Refused> {
        let is_initialized = reader.skip_byte(WITH_INITIALIZER);
        if is_initialized && reader.byte()? != 0 {
            return Err(reader.unknown("a table"));
        }
        if read_reference_type(reader)? == Value::Exception {
            return Err(reader.unwanted("it has a table of exceptions, which are not bounded"));
        }
        self.read_limits(reader, HAS_MAXIMUM | IS_64)?;
        self.unit = ENTRY;
        if !self.has(HAS_MAXIMUM) {
            self.maximum = MOST_ENTRIES;
        }
        if is_initialized { skip_constant_expression(reader) } else { Ok(()) }
    }

    fn read_limits(&mut self, reader: &mut Reader, known: u8) -> Result<(), Refused> {
        self.range.start = reader.at();
        self.flags = reader.byte()?;
        if self.has(!known) {
            return Err(reader.unknown("a kind of memory or table"));
        }
        let bits = if self.has(IS_64) { 64 } else { 32 };
        self.minimum = reader.unsigned(bits)?;
        if self.has(HAS_MAXIMUM) {
            self.maximum = reader.unsigned(bits)?;
        }
        self.range.end = reader.at();
        Ok(())
    }

    fn has(&self, flags: u8) -> bool {
        self.flags & flags != 0
    }
}
