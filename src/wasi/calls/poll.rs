//! Waiting: `poll_oneoff`, in two parts where the guest's stack is suspended in between.

use wasip1::Errno;

use crate::abi::{Awaited, EVENT_LEN, Event, Result, Subscription, Version};
use crate::descriptors::What;
use crate::guest::U32At;
use crate::memory::Range;
use crate::process::{Process, Wait, errno, with};
use crate::sys;

use super::environment::is_monotonic;
use super::{STOP, SUSPEND};

/// Subscriptions of one call.
const MOST: u32 = 4096;

/// `poll_oneoff` waits until something that was subscribed to has come about, and writes what it was.
///
/// A guest that is to be stopped meanwhile gets no errno. Without subscriptions nothing would end the wait.
///
/// # Parameters
/// - `id`, `unstable`: number of the guest, 1 for the layout of `wasi_unstable`
/// - `may_suspend`: 0 blocks the thread, anything else lets the shim suspend the guest's stack
/// - `subscriptions`: pointer to `count` `subscription` of 48 bytes: user data (`u64` at 0), `eventtype` (`u8` at 8);
///   for a clock its number (`u32` at 16), nanoseconds (`u64` at 24), precision (ignored) and flags (`u16` at 40), else
///   a descriptor (`u32` at 16); in `wasi_unstable` 56 bytes, with what belongs to a clock 8 bytes further on
/// - `events`: pointer to the result, with room for `count` `event` of 32 bytes: user data (`u64` at 0), errno (`u16`
///   at 8), `eventtype` (`u8` at 10), bytes that can be read (`u64` at 16), flags (`u16` at 24, always 0)
/// - `count`: number of subscriptions
/// - `written`: pointer to the result: number of events, a `u32` of 4 bytes
///
/// # Errnos
/// - `EFAULT`: `subscriptions` or one of the two results leaves linear memory
/// - `EINVAL`: `count` is 0, or over 4096 (the specification has no such limit)
///
/// An event's errno is `EBADF` for a clock that is not there (POSIX has `EINVAL`), and for a descriptor that is not
/// open, is a directory, or lacks the right `FD_READ` or `FD_WRITE`; `EINVAL` for an unknown `eventtype`; and for a
/// file of the machine that is to be read, also one of its file system.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it, and how it is to wait.
extern "C" fn poll_oneoff(
    id: u32,
    unstable: u32,
    may_suspend: u32,
    subscriptions: u32,
    events: u32,
    count: u32,
    written: u32,
) -> u32 {
    with(id, |process| {
        match poll(process, unstable.into(), may_suspend != 0, (subscriptions, events), count, written) {
            Ok(Waited::Done) => errno(Ok(())),
            Ok(Waited::Suspends) => SUSPEND,
            Ok(Waited::Stopped) => STOP,
            Err(failed) => errno(Err(failed)),
        }
    })
}

/// The outcome of waiting.
enum Waited {
    Done,
    /// The guest's stack is to be suspended before it goes on.
    Suspends,
    Stopped,
}

fn poll(
    process: &Process,
    version: Version,
    may_suspend: bool,
    (subscriptions, events): (u32, u32),
    count: u32,
    written: u32,
) -> Result<Waited> {
    let guest = &process.guest;
    let asked = guest.table(subscriptions, count, Subscription::len(version))?;
    let (events, written) = (guest.table(events, count, EVENT_LEN)?, guest.u32_at(written)?);
    if count == 0 || count > MOST {
        return Err(wasip1::ERRNO_INVAL);
    }
    let asked = guest.read(asked);
    let subscriptions = asked.chunks_exact(Subscription::len(version) as usize);
    let subscriptions: Vec<_> = subscriptions.filter_map(|bytes| Subscription::decode(bytes, version)).collect();
    // For the times that count from its beginning.
    let Some(mut wait) = process.waiting() else { return Ok(Waited::Stopped) };
    let mut stood = 0_u64;
    loop {
        // On the machine's monotonic clock, which nobody sets.
        let slept = sys::monotonic().saturating_sub(wait.since).saturating_add(stood);
        let mut ready = Vec::new();
        let mut next = u64::MAX;
        for subscription in &subscriptions {
            match look(process, subscription, wait, slept) {
                Ok(event) => ready.push(event),
                Err(left) => next = next.min(left),
            }
        }
        if !ready.is_empty() {
            tell(process, &ready, events, written);
            return Ok(Waited::Done);
        }
        // As much is left as before the guest slept: the clock of a test stands still. The guest has slept all the same.
        if next == wait.left {
            stood = next;
            continue;
        }
        wait.left = next;
        if may_suspend {
            process.keep(wait);
            sys::suspend(guest.id(), next);
            return Ok(Waited::Suspends);
        }
        // It may be woken early: clocks are not of one mind.
        if !sys::block(guest.id(), next) {
            return Ok(Waited::Stopped);
        }
    }
}

fn tell(process: &Process, ready: &[Event], events: Range, written: U32At) {
    let bytes: Vec<u8> = ready.iter().flat_map(Event::encode).collect();
    process.guest.write(events, &bytes);
    process.guest.set_u32(written, u32::try_from(ready.len()).unwrap_or(u32::MAX));
}

/// The event of a subscription, or the nanoseconds until there may be one. `slept`: nanoseconds since the wait began.
fn look(process: &Process, subscription: &Subscription, wait: Wait, slept: u64) -> std::result::Result<Event, u64> {
    let event =
        |kind: u8, errno: Errno, bytes: u64| Event { user_data: subscription.user_data, errno, kind, bytes, flags: 0 };
    match subscription.what {
        Awaited::Clock { clock, time, absolute } => {
            let kind = wasip1::EVENTTYPE_CLOCK.raw();
            let Ok(is_monotonic) = is_monotonic(clock) else { return Ok(event(kind, wasip1::ERRNO_BADF, 0)) };
            // Also until a time: where the clock that tells it is a test's or the caller's, it may stand still meanwhile.
            let began = if is_monotonic { wait.monotonic } else { wait.realtime };
            let whole = if absolute { time.saturating_sub(began) } else { time };
            match whole.saturating_sub(slept) {
                0 => Ok(event(kind, wasip1::ERRNO_SUCCESS, 0)),
                left => Err(left),
            }
        }
        Awaited::Read(fd) => {
            let bytes = readable(process, fd);
            let errno = bytes.err().unwrap_or(wasip1::ERRNO_SUCCESS);
            Ok(event(wasip1::EVENTTYPE_FD_READ.raw(), errno, bytes.unwrap_or(0)))
        }
        Awaited::Write(fd) => {
            let writable = process.open(fd).and_then(|open| open.require(wasip1::RIGHTS_FD_WRITE));
            let errno = writable.err().unwrap_or(wasip1::ERRNO_SUCCESS);
            Ok(event(wasip1::EVENTTYPE_FD_WRITE.raw(), errno, 0))
        }
        Awaited::Unknown(kind) => Ok(event(kind, wasip1::ERRNO_INVAL, 0)),
    }
}

/// Bytes that can be read at once: all there is, since nothing comes later.
fn readable(process: &Process, fd: u32) -> Result<u64> {
    let open = process.open(fd)?;
    open.require(wasip1::RIGHTS_FD_READ)?;
    match &open.what {
        What::Input => Ok(process.stdin(open.position)?.len().into()),
        What::File(file) => Ok(file.stat()?.size.saturating_sub(open.position)),
        _ => Err(wasip1::ERRNO_BADF),
    }
}
