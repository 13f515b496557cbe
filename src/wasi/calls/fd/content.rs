//! The content of a file as a whole: `fd_advise`, `fd_allocate`, `fd_filestat_set_size`, `fd_datasync` and `fd_sync`.

use crate::abi::Result;
use crate::descriptors::{Open, What};

use super::with;

/// `fd_advise` takes advice on how the guest will use a range of a file: nothing is made of it.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `_offset`, `_len`: the range, in bytes; ignored
/// - `advice`: `NORMAL` (0), `SEQUENTIAL`, `RANDOM`, `WILLNEED`, `DONTNEED` or `NOREUSE` (5)
///
/// # Errnos
/// - `EBADF`: `fd` is not open, or is a stream (POSIX has `ESPIPE`) or a directory
/// - `EINVAL`: `advice` is none of these
#[unsafe(no_mangle)]
extern "C" fn fd_advise(id: u32, fd: u32, _offset: u64, _len: u64, advice: u32) -> u32 {
    with(id, fd, |_, descriptor| match descriptor.what {
        _ if advice > wasip1::ADVICE_NOREUSE.raw().into() => Err(wasip1::ERRNO_INVAL),
        What::File(_) => Ok(()),
        _ => Err(wasip1::ERRNO_BADF),
    })
}

/// `fd_allocate` makes a file at least as long as a range reaches: no platform lets room be reserved otherwise.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `offset`, `len`: the range, in bytes
///
/// # Errnos
/// - `EBADF`: `fd` is not open, is a directory, or lacks the right `FD_WRITE` (`FD_ALLOCATE` is not enough)
/// - `ESPIPE`: `fd` is a stream
/// - `EINVAL`: `len` is 0, or `offset` and `len` together are over 64 bits (POSIX has `EFBIG`)
/// - `EFBIG`: a file of a tree would be over 256 MiB, one of the machine 2^53 bytes or more
/// - `ENOSPC`: there is no room for a file of a tree
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_allocate(id: u32, fd: u32, offset: u64, len: u64) -> u32 {
    with(id, fd, |_, descriptor| {
        let writable = descriptor.require(wasip1::RIGHTS_FD_WRITE);
        let file = descriptor.file()?;
        writable?;
        let end = offset.checked_add(len).filter(|_| len > 0).ok_or(wasip1::ERRNO_INVAL)?;
        if file.stat()?.size < end { file.set_len(end) } else { Ok(()) }
    })
}

/// `fd_filestat_set_size` cuts a file off, or lengthens it by zeros.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `size`: bytes
///
/// # Errnos
/// - `EBADF`: `fd` is not open, or is a stream or a directory
/// - `EINVAL`: `fd` lacks the right `FD_WRITE`, as with `ftruncate` of POSIX (the specification has `ENOTCAPABLE`)
/// - `EFBIG`: `size` is over 256 MiB for a file of a tree, or 2^53 and more for one of the machine
/// - `ENOSPC`: there is no room for a file of a tree
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_filestat_set_size(id: u32, fd: u32, size: u64) -> u32 {
    with(id, fd, |_, descriptor| {
        let writable = descriptor.require(wasip1::RIGHTS_FD_WRITE);
        let file = descriptor.file().map_err(|_| wasip1::ERRNO_BADF)?;
        writable.map_err(|_| wasip1::ERRNO_INVAL)?;
        file.set_len(size)
    })
}

fn sync(descriptor: &Open) -> Result<()> {
    match &descriptor.what {
        What::File(file) => file.sync(),
        What::Directory(_) => Ok(()),
        _ => Err(wasip1::ERRNO_INVAL),
    }
}

/// `fd_datasync` waits until the content of a file is on the machine's disk; its metadata too, as with [`fd_sync`].
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor; for a directory, or a file of a tree, nothing is done
///
/// # Errnos
/// - `EBADF`: `fd` is not open
/// - `EINVAL`: `fd` is a stream
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_datasync(id: u32, fd: u32) -> u32 {
    with(id, fd, |_, descriptor| sync(descriptor))
}

/// `fd_sync` waits until the content and metadata of a file are on the machine's disk.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor; for a directory, or a file of a tree, nothing is done
///
/// # Errnos
/// - `EBADF`: `fd` is not open
/// - `EINVAL`: `fd` is a stream
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_sync(id: u32, fd: u32) -> u32 {
    with(id, fd, |_, descriptor| sync(descriptor))
}
