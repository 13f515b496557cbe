//! Functions of JavaScript (`js/wasi/`), which take and return numbers: a guest's memory, clocks, randomness, writers,
//! sleep, and directories of the machine. Ranges of a guest are checked before they are passed on; pointers are into
//! this memory.

mod handle;
#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod native;

#[cfg(target_arch = "wasm32")]
use host as imports;
#[cfg(not(target_arch = "wasm32"))]
use native as imports;

use std::cell::Cell;

use crate::memory::Range;

pub(crate) use self::handle::{Change, Handle, Relate};

/// Bytes of a guest's memory now; 0 before there is an instance.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // An ArrayBuffer's length.
pub(crate) fn memory_len(guest: u32) -> u64 {
    imports::memory_len(guest) as u64
}

pub(crate) fn load_u32(guest: u32, ptr: u32) -> u32 {
    imports::load_u32(guest, ptr)
}

pub(crate) fn store_u32(guest: u32, ptr: u32, value: u32) {
    imports::store_u32(guest, ptr, value);
}

/// Bytes of this memory, as an address and a length: their owner is not borrowed while JavaScript copies them. They are
/// valid only while nothing else runs here.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    ptr: *const u8,
    len: usize,
}

impl Span {
    /// The bytes from `position` on.
    pub(crate) fn from(bytes: &[u8], position: u64) -> Self {
        let rest = usize::try_from(position).ok().and_then(|position| bytes.get(position..)).unwrap_or_default();
        Self { ptr: rest.as_ptr(), len: rest.len() }
    }

    /// The first `len` bytes at most.
    pub(crate) fn first(self, len: u32) -> Self {
        Self { len: self.len.min(len as usize), ..self }
    }

    pub(crate) fn len(self) -> u32 {
        u32::try_from(self.len).unwrap_or(u32::MAX)
    }
}

/// Bytes of this memory to be filled, described in the same way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    ptr: *mut u8,
    len: usize,
}

impl From<&mut [u8]> for Place {
    fn from(bytes: &mut [u8]) -> Self {
        Self { ptr: bytes.as_mut_ptr(), len: bytes.len() }
    }
}

// JavaScript is not asked for empty ranges: memory may have grown, and its views be detached.

pub(crate) fn read(guest: u32, ptr: u32, to: Place) {
    if to.len > 0 {
        imports::read(guest, ptr, to.len, to.ptr);
    }
}

pub(crate) fn write(guest: u32, ptr: u32, bytes: Span) {
    if bytes.len > 0 {
        imports::write(guest, ptr, bytes.len, bytes.ptr);
    }
}

/// Fills a range with random bytes. False where the caller's own source of them threw. Runs code of the caller's: nothing
/// may be borrowed.
pub(crate) fn random(guest: u32, range: Range) -> bool {
    range.len() == 0 || imports::random(guest, range.ptr(), range.len()) != 0
}

/// Hands a copy of a range to the writer of a stream. False where that threw. Runs code of the caller's: nothing may be
/// borrowed.
pub(crate) fn emit(guest: u32, stream: u32, range: Range) -> bool {
    imports::emit(guest, stream, range.ptr(), range.len()) != 0
}

/// Hands gathered bytes to the writer of a standard stream. False where that threw.
pub(crate) fn emit_own(guest: u32, stream: u32, bytes: &[u8]) -> bool {
    imports::emit_own(guest, stream, bytes.as_ptr(), bytes.len()) != 0
}

/// Stops the guest: a chunk of `len` bytes is over `limits.payload`.
#[allow(clippy::cast_precision_loss)] // Far below 2^53.
pub(crate) fn over_limit(guest: u32, len: u64) {
    imports::over_limit(guest, len as f64);
}

const NANOSECONDS: f64 = 1e6;

thread_local! {
    /// The guest whose call runs, or whose process begins.
    static CURRENT: Cell<u32> = const { Cell::new(0) };
}

/// A call of a guest begins, or its process does.
pub(crate) fn enter(guest: u32) {
    CURRENT.set(guest);
}

/// True where the time of a guest that can be interrupted is over, as far as that is looked at: it is stopped then.
pub(crate) fn is_late(guest: u32) -> bool {
    imports::is_late(guest) != 0
}

/// Nanoseconds since 1970, for the times of files: as the guest was last told, where its clock is the caller's.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps to the range.
pub(crate) fn realtime() -> u64 {
    (imports::realtime(CURRENT.get()) * NANOSECONDS) as u64
}

/// Nanoseconds on the clock of a guest: since 1970, or on one that only goes forward. None where that is the caller's, and
/// threw. Runs code of the caller's: nothing may be borrowed.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps to the range.
pub(crate) fn clock(guest: u32, monotonic: bool) -> Option<u64> {
    let milliseconds = imports::clock(guest, monotonic.into());
    (milliseconds >= 0.0).then_some((milliseconds * NANOSECONDS) as u64)
}

/// Nanoseconds on a clock that only goes forward.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps to the range.
pub(crate) fn monotonic() -> u64 {
    (imports::monotonic() * NANOSECONDS) as u64
}

/// Lets the shim suspend the guest's stack for a time. In whole milliseconds: timers leave out the rest, and the guest would
/// wake before its clock has gone on.
#[allow(clippy::cast_precision_loss)] // A time to wait.
pub(crate) fn suspend(guest: u32, nanoseconds: u64) {
    imports::suspend(guest, (nanoseconds as f64 / NANOSECONDS).ceil());
}

/// Blocks the thread for a time. False where the guest is to be stopped.
#[allow(clippy::cast_precision_loss)] // A time to wait.
pub(crate) fn block(id: u32, nanoseconds: u64) -> bool {
    imports::block(id, nanoseconds as f64 / NANOSECONDS) != 0
}

/// Closes all that a guest's process has open.
pub(crate) fn close_all(guest: u32) {
    imports::close_all(guest);
}
