//! The additions to a module: types, functions, a table, globals and exports. All of it is appended to what the module has,
//! so that no index of the module's own changes.

use super::code::{charge_body, charge_length_bodies, refill_body, wrapper_body};
use super::cursor::{Cursor, Refused};
use super::indices::Indices;
use super::output::{write_sized, write_unsigned};
use super::spaces::{FUNCTION, GLOBAL, Spaces, TABLE};
use crate::constants::OWN_EXPORTS;
use crate::leb128::Leb128;

/// Exports that the host calls, each of which begins an invocation.
const CALLED: [&str; 4] = ["__guest_call", "_start", "_initialize", "wapc_init"];

/// A function that begins an invocation and calls another.
#[derive(Debug)]
struct Wrapper {
    function: usize,
    type_index: usize,
    params: usize,
}

/// The items that are appended to a module.
#[derive(Debug)]
pub(super) struct Appended {
    pub(super) indices: Indices,
    wrappers: Vec<Wrapper>,
    /// The content of the export section behind its count.
    exports: Vec<u8>,
    export_count: usize,
}

impl Appended {
    /// Reads the export section, and decides what is appended.
    pub(super) fn new(spaces: &Spaces, exports: &mut Cursor) -> Result<Self, Refused> {
        let (types, functions) = (spaces.types.len(), spaces.functions.len());
        let indices = Indices {
            refill_type: types,
            table: spaces.tables.len(),
            left: spaces.globals,
            is_first: spaces.globals + 1,
            initial: spaces.globals + 2,
            refill: functions,
            charge: functions + 1,
            charge_32: functions + 2,
            charge_64: functions + 3,
        };
        let mut appended = Self { indices, wrappers: Vec::new(), exports: Vec::new(), export_count: 0 };
        if !exports.is_at_end() {
            for _ in 0..exports.index()? {
                appended.read_export(spaces, exports)?;
            }
            exports.finish()?;
        }
        let [table, initial, start, left] = OWN_EXPORTS;
        appended.export(table, TABLE, appended.indices.table);
        appended.export(initial, GLOBAL, appended.indices.initial);
        appended.export(left, GLOBAL, appended.indices.left);
        if let Some(function) = spaces.start {
            let wrapper = appended.wrap(spaces, function);
            appended.export(start, FUNCTION, wrapper);
        }
        Ok(appended)
    }

    fn read_export(&mut self, spaces: &Spaces, cursor: &mut Cursor) -> Result<(), Refused> {
        let range = cursor.sized()?;
        let name = cursor.bytes(range);
        if OWN_EXPORTS.iter().any(|ours| ours.as_bytes() == name) {
            return Err(cursor.unknown("an export of the host's own name"));
        }
        let (kind, mut index) = (cursor.byte()?, cursor.index()?);
        if kind == FUNCTION && CALLED.iter().any(|called| called.as_bytes() == name) {
            index = self.wrap(spaces, index);
        }
        self.export_bytes(name, kind, index);
        Ok(())
    }

    fn export(&mut self, name: &str, kind: u8, index: usize) {
        self.export_bytes(name.as_bytes(), kind, index);
    }

    fn export_bytes(&mut self, name: &[u8], kind: u8, index: usize) {
        self.export_count += 1;
        write_sized(&mut self.exports, name);
        self.exports.push(kind);
        write_unsigned(&mut self.exports, index);
    }

    /// Adds a function that begins an invocation and calls `function`: its index.
    fn wrap(&mut self, spaces: &Spaces, function: usize) -> usize {
        let type_index = spaces.functions.get(function).copied().unwrap_or_default();
        self.wrappers.push(Wrapper { function, type_index, params: spaces.signature(function).params });
        self.indices.charge_64 + self.wrappers.len()
    }

    /// The export section with its count.
    pub(super) fn exports(&self) -> Vec<u8> {
        let mut content = Vec::new();
        write_unsigned(&mut content, self.export_count);
        content.extend_from_slice(&self.exports);
        content
    }

    /// Types: of the refill, of a function of nothing, and of those that take a number of 32 or of 64 bits. With their
    /// count.
    pub(super) fn types() -> (usize, Vec<u8>) {
        (4, vec![0x60, 2, 0x7f, 0x7f, 1, 0x7f, 0x60, 0, 0, 0x60, 1, 0x7f, 0, 0x60, 1, 0x7e, 0])
    }

    /// The types of the functions, with their count.
    pub(super) fn functions(&self) -> (usize, Vec<u8>) {
        let mut types = Vec::new();
        let helpers = [1, 2, 2, 3].map(|after| self.indices.refill_type + after);
        for type_index in helpers.into_iter().chain(self.wrappers.iter().map(|wrapper| wrapper.type_index)) {
            write_unsigned(&mut types, type_index);
        }
        (helpers.len() + self.wrappers.len(), types)
    }

    /// The bodies of the functions, with their count.
    pub(super) fn bodies(&self) -> (usize, Vec<u8>) {
        let indices = &self.indices;
        let [charge_32, charge_64] = charge_length_bodies(indices);
        let helpers = [refill_body(indices), charge_body(indices), charge_32, charge_64];
        let count = helpers.len() + self.wrappers.len();
        let wrappers =
            self.wrappers.iter().map(|Wrapper { function, params, .. }| wrapper_body(indices, *function, *params));
        let mut bodies = Vec::new();
        helpers.into_iter().chain(wrappers).for_each(|body| write_sized(&mut bodies, &body));
        (count, bodies)
    }

    /// True where wrappers stand for functions in the exports.
    pub(super) fn wraps(&self) -> bool {
        !self.wrappers.is_empty()
    }

    /// A segment that declares the functions that wrappers stand for: code may refer only to functions that stand somewhere
    /// else too, as these did in the exports.
    pub(super) fn elements(&self) -> (usize, Vec<u8>) {
        let mut segment = vec![3, 0];
        write_unsigned(&mut segment, self.wrappers.len());
        self.wrappers.iter().for_each(|wrapper| write_unsigned(&mut segment, wrapper.function));
        (1, segment)
    }

    /// A table of one function.
    pub(super) fn tables() -> (usize, Vec<u8>) {
        (1, vec![0x70, 1, 1, 1])
    }

    /// Mutable numbers: what is left, first, initial.
    pub(super) fn globals() -> (usize, Vec<u8>) {
        (3, [0x7f, 1, 0x41, 0, 0x0b].repeat(3))
    }
}
