//! Writing to files and streams: `fd_write` and `fd_pwrite`.

use crate::abi::Result;
use crate::calls::STOP;
use crate::guest::Buffers;
use crate::process::{Process, errno, run, with};
use crate::sys;

use super::each;

/// Bytes of several buffers that are gathered for a stream at once.
const GATHERED: usize = 1 << 20;

/// `fd_write` writes buffers to a file where its descriptor stands, or at its end with `APPEND`, or passes them on to
/// the writer of a stream as one chunk; where many buffers are longer than `GATHERED`, the beginning of it.
///
/// A chunk over `limits.payload`, or a writer that throws, stops the guest, which gets no errno.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `iovs`: pointer to `count` `ciovec` of 8 bytes: pointer (`u32` at 0), length in bytes (`u32` at 4)
/// - `count`: number of buffers; those behind the first 1024 are left for the next call
/// - `written`: pointer to the result: bytes that were written, a `u32` of 4 bytes
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_WRITE` (the specification has `ENOTCAPABLE`), as stdin and
///   directories
/// - `EFBIG`: a file of a tree would be over 256 MiB, or the descriptor of one of the machine stands at 2^53 or beyond
/// - `ENOSPC`: there is no room for a file of a tree
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
pub(super) extern "C" fn fd_write(id: u32, fd: u32, iovs: u32, count: u32, written: u32) -> u32 {
    with(id, |process| {
        let output = |process: &Process| process.descriptors().ok()?.get(fd).ok()?.open.output();
        match output(process) {
            Some(stream) => write_stream(process, stream, (iovs, count), written),
            None => errno(write_file(process, fd, (iovs, count), None, written)),
        }
    })
}

/// Writes to a stream. Nothing may be borrowed when the writer is called, which is the caller's.
fn write_stream(process: &Process, stream: u32, (iovs, count): (u32, u32), written: u32) -> u32 {
    let guest = &process.guest;
    let (buffers, at) = match (guest.buffers(iovs, count), guest.u32_at(written)) {
        (Ok(buffers), Ok(at)) => (buffers, at),
        (Err(failed), _) | (_, Err(failed)) => return errno(Err(failed)),
    };
    match emit(process, stream, &buffers) {
        Some(len) => {
            guest.set_u32(at, len);
            errno(Ok(()))
        }
        None => STOP + stream,
    }
}

/// How many bytes went to the writer. None where it threw, or the chunk is too long.
fn emit(process: &Process, stream: u32, buffers: &Buffers) -> Option<u32> {
    let len = buffers.iter().map(|range| u64::from(range.len())).sum::<u64>();
    if len > process.payload_limit.into() {
        sys::over_limit(process.guest.id(), len);
        return None;
    }
    match buffers {
        Buffers::One(range) if range.len() == 0 => Some(0),
        Buffers::One(range) => sys::emit(process.guest.id(), stream, *range).then_some(range.len()),
        Buffers::Many(_) => {
            let mut bytes = Vec::new();
            for range in buffers.iter() {
                let room = GATHERED.saturating_sub(bytes.len());
                bytes.extend_from_slice(&process.guest.read(range.first(u32::try_from(room).unwrap_or(u32::MAX))));
            }
            let threw = !bytes.is_empty() && !sys::emit_own(process.guest.id(), stream, &bytes);
            if threw { None } else { u32::try_from(bytes.len()).ok() }
        }
    }
}

/// Writes to a file, at `offset` or where its descriptor stands.
fn write_file(process: &Process, fd: u32, iovs: (u32, u32), offset: Option<u64>, written: u32) -> Result<()> {
    let guest = &process.guest;
    let (buffers, at) = (guest.buffers(iovs.0, iovs.1)?, guest.u32_at(written)?);
    let open = process.open(fd)?;
    let appends = open.flags & wasip1::FDFLAGS_APPEND != 0;
    open.require(wasip1::RIGHTS_FD_WRITE)?;
    let file = open.file()?;
    let from = match offset {
        Some(offset) => Some(offset),
        None if appends => None,
        None => Some(open.position),
    };
    let len =
        each(&buffers, |range, done| file.write(guest, range, from.map(|from| from.saturating_add(done.into()))))?;
    if offset.is_none() {
        process.set_position(fd, if appends { file.stat()?.size } else { open.position + u64::from(len) })?;
    }
    guest.set_u32(at, len);
    Ok(())
}

/// `fd_pwrite` writes buffers to a file at an offset, also with `APPEND`, and leaves its descriptor where it stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `iovs`, `count`: pointer to the `ciovec`, and their number, as [`fd_write`] has them
/// - `offset`: bytes from the beginning of the file
/// - `written`: pointer to the result: bytes that were written, a `u32` of 4 bytes
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_WRITE` (the specification has `ENOTCAPABLE`), as stdin and
///   directories
/// - `ESPIPE`: `fd` is standard output or standard error
/// - `EFBIG`: a file of a tree would be over 256 MiB, or `offset` is 2^53 or more in one of the machine
/// - `ENOSPC`: there is no room for a file of a tree
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_pwrite(id: u32, fd: u32, iovs: u32, count: u32, offset: u64, written: u32) -> u32 {
    run(id, |process| write_file(process, fd, (iovs, count), Some(offset), written))
}
