//! What one guest was given: arguments, environment, and its descriptors.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::abi::Result;
use crate::descriptors::Descriptors;
use crate::guest::Guest;
use crate::sys;

thread_local! {
    /// By the guests' numbers.
    static PROCESSES: RefCell<Vec<Option<Rc<Process>>>> = const { RefCell::new(Vec::new()) };
}

/// One guest as WASI sees it. No borrow of what is in its cells is held while a writer of the caller's runs.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) guest: Guest,
    /// Bytes that one write may pass on to a stream.
    pub(crate) payload_limit: u32,
    pub(crate) arguments: RefCell<Strings>,
    pub(crate) environment: RefCell<Strings>,
    pub(crate) stdin: RefCell<Vec<u8>>,
    pub(crate) descriptors: RefCell<Descriptors>,
    /// Since when it waits, on the monotonic clock: kept while its stack is suspended.
    waits_since: Cell<Option<u64>>,
}

/// Texts that each end in a NUL, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Strings {
    pub(crate) bytes: Vec<u8>,
    /// Where each begins.
    pub(crate) starts: Vec<u32>,
}

impl Strings {
    #[allow(clippy::cast_possible_truncation)] // Below the size of this memory.
    pub(crate) fn push(&mut self, text: &[u8]) {
        self.starts.push(self.bytes.len() as u32);
        self.bytes.extend_from_slice(text);
        self.bytes.push(0);
    }
}

impl Process {
    /// Begins a process for the guest of this number.
    pub(crate) fn begin(id: u32, payload_limit: u32) {
        let process = Rc::new(Self {
            guest: Guest::new(id),
            payload_limit,
            arguments: RefCell::default(),
            environment: RefCell::default(),
            stdin: RefCell::default(),
            descriptors: RefCell::new(Descriptors::standard()),
            waits_since: Cell::new(None),
        });
        PROCESSES.with_borrow_mut(|processes| {
            let index = id as usize;
            if processes.len() <= index {
                processes.resize(index + 1, None);
            }
            if let Some(place) = processes.get_mut(index) {
                *place = Some(process);
            }
        });
    }

    /// Ends it: what it had open is closed.
    pub(crate) fn end(id: u32) {
        let gone = PROCESSES.with_borrow_mut(|processes| processes.get_mut(id as usize).and_then(Option::take));
        drop(gone);
    }

    /// Since when it waits: from now on, unless it does already.
    pub(crate) fn began_waiting(&self) -> u64 {
        let since = self.waits_since.get().unwrap_or_else(sys::monotonic);
        self.waits_since.set(Some(since));
        since
    }

    /// It waits no longer.
    pub(crate) fn wait_is_over(&self) {
        self.waits_since.set(None);
    }

    /// The process that a call came from.
    pub(crate) fn by_id(id: u32) -> Option<Rc<Self>> {
        PROCESSES.with_borrow(|processes| processes.get(id as usize).cloned().flatten())
    }
}

/// Runs a call of a guest: its errno.
pub(crate) fn run(id: u32, call: impl FnOnce(&Process) -> Result<()>) -> u32 {
    let result = Process::by_id(id).map_or(Err(wasip1::ERRNO_BADF), |process| call(&process));
    errno(result)
}

/// What a guest gets of a result.
pub(crate) fn errno(result: Result<()>) -> u32 {
    u32::from(result.err().unwrap_or(wasip1::ERRNO_SUCCESS).raw())
}
