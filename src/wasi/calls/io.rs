//! Reading, writing and seeking.

use crate::abi::{Result, Version};
use crate::descriptors::What;
use crate::guest::Buffers;
use crate::memory::Range;
use crate::process::{Process, errno, run, with};
use crate::sys;

use super::STOP;

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
extern "C" fn fd_write(id: u32, fd: u32, iovs: u32, count: u32, written: u32) -> u32 {
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
        None => STOP,
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

/// Reads or writes one buffer after the other: bytes in all. A failure counts only if it is the first thing that happens.
fn each(buffers: &Buffers, mut transfer: impl FnMut(Range, u32) -> Result<u32>) -> Result<u32> {
    let mut done = 0u32;
    for range in buffers.iter() {
        let room = range.first(u32::MAX - done);
        let len = match transfer(room, done) {
            Err(failed) if done == 0 => return Err(failed),
            transferred => transferred.unwrap_or(0),
        };
        done += len;
        if len < range.len() {
            break;
        }
    }
    Ok(done)
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

/// `fd_read` reads from a file, or from standard input, into buffers, from where the descriptor stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `iovs`: pointer to `count` `iovec` of 8 bytes: pointer to the result (`u32` at 0), room in bytes (`u32` at 4)
/// - `count`: number of buffers; those behind the first 1024 are left for the next call
/// - `read`: pointer to the result: bytes that were read, a `u32` of 4 bytes; 0 at the end
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_READ` (the specification has `ENOTCAPABLE`), as stdout, stderr
///   and directories (POSIX has `EISDIR`)
/// - `EFBIG`: the descriptor of a file of the machine stands at 2^53 or beyond
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_read(id: u32, fd: u32, iovs: u32, count: u32, read: u32) -> u32 {
    run(id, |process| read_into(process, fd, (iovs, count), None, read))
}

/// `fd_pread` reads from a file at an offset into buffers, and leaves its descriptor where it stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `iovs`, `count`: pointer to the `iovec`, and their number, as [`fd_read`] has them
/// - `offset`: bytes from the beginning of the file
/// - `read`: pointer to the result: bytes that were read, a `u32` of 4 bytes; 0 at the end of the file
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_READ` (the specification has `ENOTCAPABLE`), as stdout, stderr
///   and directories (POSIX has `EISDIR`)
/// - `ESPIPE`: `fd` is standard input
/// - `EFBIG`: `offset` is 2^53 or more in a file of the machine
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_pread(id: u32, fd: u32, iovs: u32, count: u32, offset: u64, read: u32) -> u32 {
    run(id, |process| read_into(process, fd, (iovs, count), Some(offset), read))
}

fn read_into(process: &Process, fd: u32, iovs: (u32, u32), offset: Option<u64>, read: u32) -> Result<()> {
    let guest = &process.guest;
    let (buffers, at) = (guest.buffers(iovs.0, iovs.1)?, guest.u32_at(read)?);
    let open = process.open(fd)?;
    open.require(wasip1::RIGHTS_FD_READ)?;
    let from = offset.unwrap_or(open.position);
    let len = match &open.what {
        What::Input if offset.is_none() => {
            each(&buffers, |range, done| Ok(guest.write_from(range, process.stdin(from + u64::from(done))?)))?
        }
        _ => {
            let file = open.file()?;
            each(&buffers, |range, done| file.read(guest, range, from.saturating_add(done.into())))?
        }
    };
    if offset.is_none() {
        process.set_position(fd, from + u64::from(len))?;
    }
    guest.set_u32(at, len);
    Ok(())
}

/// `fd_seek` moves the descriptor of a file to where the next read or write begins.
///
/// # Parameters
/// - `id`, `unstable`: number of the guest, 1 for the `whence` of `wasi_unstable`
/// - `fd`: descriptor of a file
/// - `offset`: bytes, also below 0
/// - `whence`: `SET` (0, of the beginning), `CUR` (1, of the descriptor) or `END` (2); in `wasi_unstable` 2, 0 and 1
/// - `position`: pointer to the result: bytes from the beginning of the file, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: `fd` is not open, or is a directory
/// - `ESPIPE`: `fd` is a stream
/// - `EINVAL`: `whence` is none of these, or the new position is below 0, or 2^63 and more
/// - for a file of the machine and `END`, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_seek(id: u32, unstable: u32, fd: u32, offset: i64, whence: u32, position: u32) -> u32 {
    let whence = Whence::read(whence, unstable.into());
    run(id, |process| {
        let at = process.guest.u64_at(position)?;
        let open = process.open(fd)?;
        let file = open.file()?;
        let from = match whence? {
            Whence::Start => 0,
            Whence::Here => open.position,
            Whence::End => file.stat()?.size,
        };
        let to = from.checked_add_signed(offset).filter(|to| i64::try_from(*to).is_ok()).ok_or(wasip1::ERRNO_INVAL)?;
        process.set_position(fd, to)?;
        process.guest.set_u64(at, to);
        Ok(())
    })
}

/// `fd_tell` writes where the descriptor of a file stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `position`: pointer to the result: bytes from the beginning of the file, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: `fd` is not open, or is a directory
/// - `ESPIPE`: `fd` is a stream
#[unsafe(no_mangle)]
extern "C" fn fd_tell(id: u32, fd: u32, position: u32) -> u32 {
    run(id, |process| {
        let at = process.guest.u64_at(position)?;
        let open = process.open(fd)?;
        open.file()?;
        process.guest.set_u64(at, open.position);
        Ok(())
    })
}

/// Where an offset counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whence {
    Start,
    Here,
    End,
}

impl Whence {
    fn read(raw: u32, version: Version) -> Result<Self> {
        match (version, raw) {
            (Version::Preview1, 0) | (Version::Unstable, 2) => Ok(Self::Start),
            (Version::Preview1, 1) | (Version::Unstable, 0) => Ok(Self::Here),
            (Version::Preview1, 2) | (Version::Unstable, 1) => Ok(Self::End),
            _ => Err(wasip1::ERRNO_INVAL),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{STOP, each, fd_read, fd_seek, fd_write};
    use crate::guest::Guest;
    use crate::process::Process;
    use crate::sys::native;

    const PAGE: u32 = 65_536;
    const FAULT: u32 = 21;
    const BADF: u32 = 8;

    fn begin(payload_limit: u32) {
        native::reset(PAGE as usize);
        Process::begin(0, payload_limit);
    }

    fn iovec(ptr: u32, len: u32) -> Vec<u8> {
        [ptr.to_le_bytes(), len.to_le_bytes()].concat()
    }

    #[test]
    fn what_is_written_to_a_stream_is_one_chunk() {
        begin(7);
        native::set(0, &[iovec(32, 3), iovec(40, 4)].concat());
        native::set(32, b"abc");
        native::set(40, b"defg");
        assert_eq!(fd_write(0, 1, 0, 1, 100), 0);
        assert_eq!(fd_write(0, 2, 0, 2, 104), 0);
        assert_eq!(fd_write(0, 1, 0, 0, 108), 0);
        assert_eq!(native::emitted(), [(1, b"abc".to_vec()), (2, b"abcdefg".to_vec())]);
        assert_eq!(native::get(100, 12), [3, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_chunk_over_the_limit_stops_the_guest() {
        begin(6);
        native::set(0, &[iovec(32, 3), iovec(40, 4), iovec(50, 6), iovec(50, 7)].concat());
        assert_eq!(fd_write(0, 1, 16, 1, 100), 0, "at the limit");
        assert_eq!(native::emitted().len(), 1);
        for (iovs, count, len) in [(24, 1, 7), (0, 2, 7), (0, 4, 20)] {
            assert_eq!(fd_write(0, 2, iovs, count, 100), STOP);
            assert_eq!(native::over_limits(), [len]);
        }
        native::set(0, &iovec(0, PAGE).repeat(1024));
        assert_eq!(fd_write(0, 1, 0, 1024, PAGE - 4), STOP);
        assert_eq!(native::over_limits(), [u64::from(PAGE) * 1024]);
        assert_eq!(native::emitted(), []);
    }

    #[test]
    fn nothing_is_written_where_a_range_leaves_memory() {
        begin(100);
        native::set(0, &[iovec(32, 3), iovec(PAGE - 2, 3)].concat());
        for (iovs, count, written) in [
            (0, 2, 100),
            (PAGE - 7, 1, 100),
            (0, u32::MAX, 100),
            (0, PAGE / 8 + 1, 100),
            (u32::MAX, 1, 100),
            (0, 1, PAGE - 3),
            (0, 1, u32::MAX),
        ] {
            assert_eq!(fd_write(0, 1, iovs, count, written), FAULT, "{count} at {iovs}, {written}");
            assert_eq!(fd_read(0, 0, iovs, count, written), FAULT, "{count} at {iovs}, {written}");
        }
        assert_eq!(native::emitted(), []);
        assert!(native::is_masked_but(0, 16));
        assert_eq!(fd_write(0, 1, 0, 1, PAGE - 4), 0);
        for fd in [0, 3, u32::MAX] {
            assert_eq!(fd_write(0, fd, 0, 1, 100), BADF, "{fd}");
        }
        assert_eq!(fd_write(7, 1, 0, 1, 100), BADF);
    }

    #[test]
    fn standard_input_is_read_once() {
        begin(100);
        if let Some(process) = Process::by_id(0) {
            assert_eq!(process.set_stdin(b"hello".to_vec()), Ok(()));
        }
        native::set(0, &[iovec(32, 3), iovec(40, 4)].concat());
        assert_eq!(fd_read(0, 0, 0, 2, 100), 0);
        assert_eq!((native::get(32, 4), native::get(40, 3)), (b"hel\xa5".to_vec(), b"lo\xa5".to_vec()));
        assert_eq!(native::get(100, 4), [5, 0, 0, 0]);
        assert_eq!(fd_read(0, 0, 0, 2, 100), 0);
        assert_eq!(native::get(100, 4), [0; 4]);
        assert_eq!(fd_seek(0, 0, 0, 0, 0, 100), 70, "a stream has no position");
    }
    #[test]
    fn what_was_transferred_before_a_failure_counts() {
        begin(100);
        native::set(0, &[iovec(32, 3), iovec(40, 4), iovec(50, 5)].concat());
        let (interrupted, too_big) = (wasip1::ERRNO_INTR, wasip1::ERRNO_FBIG);
        for (outcomes, expected) in [
            ([Ok(3), Ok(4), Ok(5)], Ok(12)),
            ([Ok(3), Ok(4), Err(too_big)], Ok(7)),
            ([Ok(3), Err(too_big), Err(interrupted)], Ok(3)),
            ([Err(interrupted), Err(too_big), Err(too_big)], Err(interrupted)),
            ([Ok(3), Ok(2), Ok(5)], Ok(5)),
            ([Ok(0), Err(too_big), Ok(5)], Ok(0)),
        ] {
            let mut transfers = outcomes.into_iter();
            let buffers = Guest::new(0).buffers(0, 3);
            let done = buffers.and_then(|buffers| each(&buffers, |_, _| transfers.next().unwrap_or(Ok(0))));
            assert_eq!(done, expected, "{outcomes:?}");
        }
    }
}
