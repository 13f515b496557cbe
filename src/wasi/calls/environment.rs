//! The functions of a guest's environment: arguments, variables, clocks, randomness.

use std::cell::RefCell;

use wasip1::{CLOCKID_MONOTONIC, CLOCKID_REALTIME};

use crate::abi::Result;
use crate::process::{Process, Strings, errno, run, with};
use crate::sys::{self, Span};

use super::STOP;

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

/// `args_get` writes the guest's arguments to its linear memory, and a pointer to each.
///
/// # Parameters
/// - `id`: number of the guest
/// - `argv`: pointer to the result: a pointer for each argument, a `u32` of 4 bytes
/// - `argv_buf`: pointer to the result: the arguments in UTF-8, one behind the other, each with a NUL at its end
///
/// [`args_sizes_get`] tells how many arguments and bytes these are.
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn args_get(id: u32, argv: u32, argv_buf: u32) -> u32 {
    run(id, |process| get(process, &process.arguments, argv, argv_buf))
}

/// `args_sizes_get` writes how many arguments the guest has, and how many bytes they take.
///
/// # Parameters
/// - `id`: number of the guest
/// - `count`: pointer to the result: the number of arguments, a `u32` of 4 bytes
/// - `len`: pointer to the result: the bytes of all arguments with a NUL for each, a `u32` of 4 bytes
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn args_sizes_get(id: u32, count: u32, len: u32) -> u32 {
    run(id, |process| sizes_get(process, &process.arguments, count, len))
}

/// `environ_get` writes the guest's environment variables to its linear memory, and a pointer to each.
///
/// # Parameters
/// - `id`: number of the guest
/// - `environ`: pointer to the result: a pointer for each variable, a `u32` of 4 bytes
/// - `environ_buf`: pointer to the result: `NAME=value` in UTF-8, one behind the other, each with a NUL at its end
///
/// [`environ_sizes_get`] tells how many variables and bytes these are.
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn environ_get(id: u32, environ: u32, environ_buf: u32) -> u32 {
    run(id, |process| get(process, &process.environment, environ, environ_buf))
}

/// `environ_sizes_get` writes how many environment variables the guest has, and how many bytes they take.
///
/// # Parameters
/// - `id`: number of the guest
/// - `count`: pointer to the result: the number of variables, a `u32` of 4 bytes
/// - `len`: pointer to the result: the bytes of all `NAME=value` with a NUL for each, a `u32` of 4 bytes
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn environ_sizes_get(id: u32, count: u32, len: u32) -> u32 {
    run(id, |process| sizes_get(process, &process.environment, count, len))
}

/// Nanoseconds on a clock. EBADF for one that is not there: engines do not tell the time that a guest computed. None where the clock is the caller's, and threw. Runs code of the caller's: nothing may be borrowed.
pub(super) fn now(guest: u32, clock: u32) -> Result<Option<u64>> {
    Ok(sys::clock(guest, is_monotonic(clock)?))
}

/// True for the monotonic clock, false for the time of day. EBADF for any other.
pub(super) fn is_monotonic(clock: u32) -> Result<bool> {
    match clock {
        clock if clock == CLOCKID_REALTIME.raw() => Ok(false),
        clock if clock == CLOCKID_MONOTONIC.raw() => Ok(true),
        _ => Err(wasip1::ERRNO_BADF),
    }
}

/// `clock_res_get` writes the resolution of a clock.
///
/// The resolution is the one that engines tell at least: the time of day in milliseconds, the other clock in steps of
/// 100 microseconds where a page is not isolated.
///
/// # Parameters
/// - `id`: number of the guest
/// - `clock`: `REALTIME` (0) or `MONOTONIC` (1)
/// - `resolution`: pointer to the result: nanoseconds, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: any other clock, `PROCESS_CPUTIME_ID` and `THREAD_CPUTIME_ID` too (the specification has `EINVAL`)
#[unsafe(no_mangle)]
extern "C" fn clock_res_get(id: u32, clock: u32, resolution: u32) -> u32 {
    run(id, |process| {
        let at = process.guest.u64_at(resolution)?;
        let nanoseconds = if is_monotonic(clock)? { 100_000 } else { 1_000_000 };
        process.guest.set_u64(at, nanoseconds);
        Ok(())
    })
}

/// `clock_time_get` writes the time of a clock.
///
/// # Parameters
/// - `id`: number of the guest
/// - `clock`: `REALTIME` (0), which counts from 1970, or `MONOTONIC` (1)
/// - `_precision`: nanoseconds by which the time may be off; ignored
/// - `time`: pointer to the result: nanoseconds, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: any other clock, `PROCESS_CPUTIME_ID` and `THREAD_CPUTIME_ID` too (POSIX has `EINVAL`)
#[unsafe(no_mangle)]
extern "C" fn clock_time_get(id: u32, clock: u32, _precision: u64, time: u32) -> u32 {
    with(id, |process| {
        let told = process.guest.u64_at(time).and_then(|at| Ok((at, now(id, clock)?)));
        errno(match told {
            Ok((at, Some(time))) => {
                process.guest.set_u64(at, time);
                Ok(())
            }
            Ok((_, None)) => return STOP,
            Err(failed) => Err(failed),
        })
    })
}

/// `random_get` fills a range of the guest's linear memory with random bytes, fit for cryptography.
///
/// # Parameters
/// - `id`: number of the guest
/// - `ptr`: pointer to the result: `len` random bytes
/// - `len`: bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn random_get(id: u32, ptr: u32, len: u32) -> u32 {
    with(id, |process| {
        errno(match process.guest.range(ptr, len) {
            Ok(range) if !sys::random(id, range) => return STOP,
            checked => checked.map(drop),
        })
    })
}
