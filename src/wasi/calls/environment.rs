//! What surrounds a guest: arguments, environment, clocks, randomness.

use std::cell::RefCell;

use wasip1::{CLOCKID_MONOTONIC, CLOCKID_REALTIME};

use crate::abi::Result;
use crate::process::{Process, Strings, run};
use crate::sys::{self, Span};

/// Writes pointers to the texts, and the texts.
fn get(process: &Process, strings: &RefCell<Strings>, pointers: u32, texts: u32) -> Result<()> {
    let guest = &process.guest;
    let strings = strings.try_borrow().map_err(|_| wasip1::ERRNO_IO)?;
    let count = u32::try_from(strings.starts.len()).map_err(|_| wasip1::ERRNO_OVERFLOW)?;
    let len = u32::try_from(strings.bytes.len()).map_err(|_| wasip1::ERRNO_OVERFLOW)?;
    let (pointers, texts_at) = (guest.table(pointers, count, 4)?, guest.range(texts, len)?);
    let addresses: Vec<_> = strings.starts.iter().flat_map(|start| (texts + start).to_le_bytes()).collect();
    let bytes = Span::from(&strings.bytes, 0);
    drop(strings);
    guest.write(pointers, &addresses);
    guest.write_from(texts_at, bytes);
    Ok(())
}

/// Writes how many texts there are, and how many bytes they take.
#[allow(clippy::cast_possible_truncation)] // Below the size of this memory.
fn sizes_get(process: &Process, strings: &RefCell<Strings>, count: u32, len: u32) -> Result<()> {
    let (texts, bytes) = {
        let strings = strings.try_borrow().map_err(|_| wasip1::ERRNO_IO)?;
        (strings.starts.len() as u32, strings.bytes.len() as u32)
    };
    let (count, len) = (process.guest.u32_at(count)?, process.guest.u32_at(len)?);
    process.guest.set_u32(count, texts);
    process.guest.set_u32(len, bytes);
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn args_get(id: u32, argv: u32, argv_buf: u32) -> u32 {
    run(id, |process| get(process, &process.arguments, argv, argv_buf))
}

#[unsafe(no_mangle)]
extern "C" fn args_sizes_get(id: u32, count: u32, len: u32) -> u32 {
    run(id, |process| sizes_get(process, &process.arguments, count, len))
}

#[unsafe(no_mangle)]
extern "C" fn environ_get(id: u32, environ: u32, environ_buf: u32) -> u32 {
    run(id, |process| get(process, &process.environment, environ, environ_buf))
}

#[unsafe(no_mangle)]
extern "C" fn environ_sizes_get(id: u32, count: u32, len: u32) -> u32 {
    run(id, |process| sizes_get(process, &process.environment, count, len))
}

/// Nanoseconds. EBADF for a clock that is not there: engines do not tell the time that a guest computed.
pub(super) fn now(clock: u32) -> Result<u64> {
    match clock {
        clock if clock == CLOCKID_REALTIME.raw() => Ok(sys::realtime()),
        clock if clock == CLOCKID_MONOTONIC.raw() => Ok(sys::monotonic()),
        _ => Err(wasip1::ERRNO_BADF),
    }
}

/// What engines tell at least: the time of day in milliseconds, the other clock in steps of 100 microseconds where a page
/// is not isolated.
#[unsafe(no_mangle)]
extern "C" fn clock_res_get(id: u32, clock: u32, resolution: u32) -> u32 {
    run(id, |process| {
        let at = process.guest.u64_at(resolution)?;
        now(clock)?;
        let nanoseconds = if clock == CLOCKID_REALTIME.raw() { 1_000_000 } else { 100_000 };
        process.guest.set_u64(at, nanoseconds);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn clock_time_get(id: u32, clock: u32, _precision: u64, time: u32) -> u32 {
    run(id, |process| {
        let at = process.guest.u64_at(time)?;
        process.guest.set_u64(at, now(clock)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn random_get(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |process| {
        sys::random(id, process.guest.range(ptr, len)?);
        Ok(())
    })
}
