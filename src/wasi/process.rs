//! The process of one guest: arguments, environment, and descriptors.
//!
//! The engine's stack may overflow in any call that a Rust frame makes; the frame is then lost with its borrows held.
//! So none is held over a call of JavaScript. A cell that stays borrowed is an errno to its guest (EIO), never a panic.
//! The end of a process gives back what it holds by its number.

mod call;
mod strings;
mod table;

use std::cell::{Cell, RefCell, RefMut};
use std::rc::Rc;

use crate::abi::Result;
use crate::descriptors::{Descriptor, Descriptors, Open};
use crate::files::{Directory, Nodes};
use crate::guest::Guest;
use crate::holdings::{Holdings, Room};
use crate::sys::{self, Span};

pub(crate) use call::{errno, run, with};
pub(crate) use strings::Strings;

/// One guest as WASI sees it.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) guest: Guest,
    /// Bytes that one write may pass on to a stream: `limits.payload`.
    pub(crate) payload_limit: u32,
    /// Its share of the thread's room and handles, which its end gives back.
    pub(crate) holdings: Rc<Holdings>,
    /// Its trees.
    pub(crate) nodes: Rc<Nodes>,
    pub(crate) arguments: RefCell<Strings>,
    pub(crate) environment: RefCell<Strings>,
    stdin: RefCell<Option<Input>>,
    descriptors: RefCell<Descriptors>,
    /// True where its clock is the caller's (`wasi.now`).
    has_own_clock: bool,
    /// True where its time may be over in the middle of a call: its guest can be interrupted.
    is_timed: bool,
    /// The wait that goes on while its stack is suspended.
    suspended: Cell<Option<Wait>>,
}

/// A wait, in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wait {
    /// The wait's beginning on the machine's monotonic clock.
    pub(crate) since: u64,
    /// The wait's beginning on the guest's realtime clock.
    pub(crate) realtime: u64,
    /// The wait's beginning on the guest's monotonic clock: the machine's, unless the guest has a clock of its own.
    pub(crate) monotonic: u64,
    /// Time that was left when the guest was last put to sleep; 0 before it slept.
    pub(crate) left: u64,
}

/// All of standard input.
#[derive(Debug)]
struct Input {
    bytes: Vec<u8>,
    /// Given back when the input is dropped.
    _room: Room,
}

impl Process {
    /// Frees its memory. What a lost frame still borrows may be half changed, and is skipped.
    fn empty(&self) {
        drop(self.stdin.try_borrow_mut().ok().and_then(|mut stdin| stdin.take()));
        let open = self.descriptors.try_borrow_mut().map(|mut descriptors| std::mem::take(&mut *descriptors));
        drop(open);
        for strings in [&self.arguments, &self.environment] {
            drop(strings.try_borrow_mut().map(|mut strings| std::mem::take(&mut *strings)));
        }
        self.nodes.empty();
    }

    /// The wait that goes on, or one that begins now. None where the guest's own clock threw.
    pub(crate) fn waiting(&self) -> Option<Wait> {
        if let Some(wait) = self.suspended.take() {
            return Some(wait);
        }
        let realtime = if self.has_own_clock { sys::clock(self.guest.id(), false)? } else { sys::realtime() };
        let since = sys::monotonic();
        Some(Wait { since, realtime, monotonic: if self.has_own_clock { realtime } else { since }, left: 0 })
    }

    /// Keeps a wait while its stack is suspended.
    pub(crate) fn keep(&self, wait: Wait) {
        self.suspended.set(Some(wait));
    }

    /// Its descriptors. Must not be held over a call of JavaScript.
    pub(crate) fn descriptors(&self) -> Result<RefMut<'_, Descriptors>> {
        self.descriptors.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)
    }

    /// A copy of what is open as `fd`. EBADF.
    pub(crate) fn open(&self, fd: u32) -> Result<Open> {
        Ok(self.descriptors()?.get(fd)?.open.clone())
    }

    /// The directory `fd`, to look up a path in. EBADF if it is none.
    pub(crate) fn directory(&self, fd: u32) -> Result<Directory> {
        self.descriptors()?.get(fd)?.open.directory().cloned()
    }

    /// Sets where the next read or write of `fd` begins.
    pub(crate) fn set_position(&self, fd: u32, position: u64) -> Result<()> {
        self.descriptors()?.get(fd)?.open.position = position;
        Ok(())
    }

    /// Adds a descriptor under the lowest free number. EMFILE if too many are open.
    pub(crate) fn add(&self, descriptor: Descriptor) -> Result<u32> {
        let (fd, refused) = self.descriptors()?.add(descriptor);
        drop(refused);
        fd
    }

    /// Sets its standard input. ENOSPC if there is no room.
    pub(crate) fn set_stdin(&self, bytes: Vec<u8>) -> Result<()> {
        let _room = Room::of(&self.holdings, bytes.capacity())?;
        let mut stdin = self.stdin.try_borrow_mut().map_err(|_| wasip1::ERRNO_IO)?;
        *stdin = Some(Input { bytes, _room });
        Ok(())
    }

    /// The rest of standard input, from `position` on.
    pub(crate) fn stdin(&self, position: u64) -> Result<Span> {
        let stdin = self.stdin.try_borrow().map_err(|_| wasip1::ERRNO_IO)?;
        Ok(Span::from(stdin.as_ref().map_or(&[][..], |input| &input.bytes), position))
    }
}
