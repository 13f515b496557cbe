//! The substitute for JavaScript in native tests: one guest's memory, clocks that stand still, and no directories.

#![allow(unsafe_code, dead_code, clippy::cast_precision_loss, clippy::indexing_slicing)]

use std::cell::{Cell, RefCell};

thread_local! {
    static CLOSED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static ENDED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    static MEMORY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static EMITTED: RefCell<Vec<(u32, Vec<u8>)>> = const { RefCell::new(Vec::new()) };
    static OVER_LIMITS: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    static LATE: Cell<bool> = const { Cell::new(false) };
    static NOW: Cell<f64> = const { Cell::new(1000.0) };
}

/// Fills the memory with 0xa5, so that every write shows.
pub(crate) fn reset(len: usize) {
    MEMORY.set(vec![0xa5; len]);
    EMITTED.take();
}

pub(crate) fn grow(by: usize) {
    MEMORY.with_borrow_mut(|memory| memory.resize(memory.len() + by, 0));
}

pub(crate) fn set(ptr: usize, bytes: &[u8]) {
    MEMORY.with_borrow_mut(|memory| memory[ptr..ptr + bytes.len()].copy_from_slice(bytes));
}

pub(crate) fn get(ptr: usize, len: usize) -> Vec<u8> {
    MEMORY.with_borrow(|memory| memory[ptr..ptr + len].to_vec())
}

/// True where nothing was written outside the `len` bytes at `ptr`.
pub(crate) fn is_masked_but(ptr: usize, len: usize) -> bool {
    MEMORY.with_borrow(|memory| {
        memory.iter().enumerate().all(|(at, byte)| (ptr..ptr + len).contains(&at) || *byte == 0xa5)
    })
}

/// Takes the chunks that were written to streams.
pub(crate) fn emitted() -> Vec<(u32, Vec<u8>)> {
    EMITTED.take()
}

/// The lengths of chunks that were over the limit.
pub(crate) fn over_limits() -> Vec<u64> {
    OVER_LIMITS.take()
}

/// Has the time of every guest that can be interrupted be over, or not.
pub(crate) fn be_late(is_late: bool) {
    LATE.set(is_late);
}

pub(super) fn memory_len(_: u32) -> f64 {
    MEMORY.with_borrow(Vec::len) as f64
}

pub(super) fn load_u32(_: u32, ptr: u32) -> u32 {
    let mut bytes = [0; 4];
    bytes.copy_from_slice(&get(ptr as usize, 4));
    u32::from_le_bytes(bytes)
}

pub(super) fn store_u32(_: u32, ptr: u32, value: u32) {
    set(ptr as usize, &value.to_le_bytes());
}

pub(super) fn read(_: u32, ptr: u32, len: usize, to: *mut u8) {
    let bytes = get(ptr as usize, len);
    // SAFETY: `to` is a slice of `len` bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), to, len) };
}

pub(super) fn write(_: u32, ptr: u32, len: usize, from: *const u8) {
    // SAFETY: `from` is a slice of `len` bytes.
    set(ptr as usize, unsafe { std::slice::from_raw_parts(from, len) });
}

pub(super) fn random(_: u32, ptr: u32, len: u32) -> u32 {
    set(ptr as usize, &vec![4; len as usize]);
    1
}

pub(super) fn emit(_: u32, stream: u32, ptr: u32, len: u32) -> u32 {
    let bytes = get(ptr as usize, len as usize);
    EMITTED.with_borrow_mut(|emitted| emitted.push((stream, bytes)));
    1
}

pub(super) fn emit_own(_: u32, stream: u32, from: *const u8, len: usize) -> u32 {
    // SAFETY: `from` is a slice of `len` bytes.
    let bytes = unsafe { std::slice::from_raw_parts(from, len) }.to_vec();
    EMITTED.with_borrow_mut(|emitted| emitted.push((stream, bytes)));
    1
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // A length.
pub(super) fn over_limit(_: u32, len: f64) {
    OVER_LIMITS.with_borrow_mut(|lengths| lengths.push(len as u64));
}

pub(super) fn clock(_: u32, _: u32) -> f64 {
    NOW.get()
}

pub(super) fn realtime(_: u32) -> f64 {
    NOW.get()
}

pub(super) fn monotonic() -> f64 {
    NOW.get()
}

pub(super) fn is_late(_: u32) -> u32 {
    LATE.get().into()
}

pub(super) fn suspend(_: u32, _: f64) {}

/// Only this lets time pass.
pub(super) fn block(_id: u32, milliseconds: f64) -> u32 {
    NOW.set(NOW.get() + milliseconds);
    1
}

const ENOTSUP: i32 = -58;

pub(super) fn take(_: *mut u8) {}

pub(super) fn open(_: u32, _: *const u8, _: usize, _: u32) -> i32 {
    ENOTSUP
}

pub(super) fn close(handle: u32) {
    CLOSED.with_borrow_mut(|closed| closed.push(handle));
}

pub(super) fn close_all(guest: u32) {
    ENDED.with_borrow_mut(|ended| ended.push(guest));
}

/// The handles that were closed one by one.
pub(crate) fn closed() -> Vec<u32> {
    CLOSED.take()
}

/// The guests whose handles were all closed.
pub(crate) fn ended() -> Vec<u32> {
    ENDED.take()
}

pub(super) fn stat(_: u32, _: *const u8, _: usize, _: *mut u64) -> i32 {
    ENOTSUP
}

pub(super) fn set_times(_: u32, _: *const u8, _: usize, _: f64, _: f64) -> i32 {
    ENOTSUP
}

pub(super) fn list(_: u32) -> i32 {
    ENOTSUP
}

pub(super) fn inodes(_: u32, _: *mut u8, _: usize) -> i32 {
    ENOTSUP
}

pub(super) fn read_link(_: u32, _: *const u8, _: usize) -> i32 {
    ENOTSUP
}

pub(super) fn make_link(_: u32, _: *const u8, _: usize, _: *const u8, _: usize) -> i32 {
    ENOTSUP
}

pub(super) fn change(_: u32, _: *const u8, _: usize, _: u32) -> i32 {
    ENOTSUP
}

pub(super) fn relate(_: u32, _: *const u8, _: usize, _: u32, _: *const u8, _: usize, _: u32) -> i32 {
    ENOTSUP
}

pub(super) fn read_file(_: u32, _: u32, _: u32, _: u32, _: f64) -> i32 {
    ENOTSUP
}

pub(super) fn write_file(_: u32, _: u32, _: u32, _: u32, _: f64) -> i32 {
    ENOTSUP
}

pub(super) fn set_len(_: u32, _: f64) -> i32 {
    ENOTSUP
}

pub(super) fn sync(_: u32) -> i32 {
    ENOTSUP
}
