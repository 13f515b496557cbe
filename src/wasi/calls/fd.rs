//! The functions of a descriptor, beside reading and writing.

use wasip1::{Fdflags, Rights};

use crate::abi::{self, FDSTAT_LEN, PRESTAT_LEN, Result, Stat, Version};
use crate::descriptors::{Open, What};
use crate::files::{Directory, File, Listing, Times};
use crate::guest::Guest;
use crate::process::{Process, run};
use crate::sys;

/// Runs a call on what is open.
fn with(id: u32, fd: u32, call: impl FnOnce(&Guest, &Open) -> Result<()>) -> u32 {
    run(id, |process| call(&process.guest, &process.open(fd)?))
}

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

/// `fd_close` closes a descriptor; standard streams and directories that the guest was given can be closed too.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
///
/// # Errnos
/// - `EBADF`: `fd` is not open; a failure of the machine's file system to close it is not told
#[unsafe(no_mangle)]
extern "C" fn fd_close(id: u32, fd: u32) -> u32 {
    run(id, |process| {
        let closed = process.descriptors()?.close(fd)?;
        drop(closed);
        Ok(())
    })
}

/// `fd_renumber` moves a descriptor to the number of another one, which is closed; onto itself it stays open.
///
/// # Parameters
/// - `id`: number of the guest
/// - `from`: descriptor that is moved, and no longer open under this number
/// - `to`: descriptor that is replaced
///
/// # Errnos
/// - `EBADF`: `from` or `to` is not open (`dup2` of POSIX takes any free number as `to`)
#[unsafe(no_mangle)]
extern "C" fn fd_renumber(id: u32, from: u32, to: u32) -> u32 {
    run(id, |process| {
        let replaced = process.descriptors()?.renumber(from, to)?;
        drop(replaced);
        Ok(())
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

/// `fd_fdstat_get` writes a descriptor's kind, flags and rights.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `stat`: pointer to the result: `fdstat`, 24 bytes: `filetype` (`u8` at 0), `fdflags` (`u16` at 2), rights (`u64`
///   at 8), inheriting rights (`u64` at 16)
///
/// # Errnos
/// - `EBADF`: `fd` is not open
/// - `EFAULT`: the result leaves linear memory
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_fdstat_get(id: u32, fd: u32, stat: u32) -> u32 {
    with(id, fd, |guest, descriptor| {
        let at = guest.range(stat, FDSTAT_LEN)?;
        guest.write(at, &descriptor.encode()?);
        Ok(())
    })
}

/// `fd_fdstat_set_flags` replaces the flags of a file's descriptor.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `flags`: `fdflags`: `APPEND` and `NONBLOCK`, of which the latter changes nothing
///
/// # Errnos
/// - `EBADF`: `fd` is not open, or is a stream or a directory
/// - `EINVAL`: `flags` has `DSYNC`, `RSYNC`, `SYNC` or an unknown bit
#[unsafe(no_mangle)]
extern "C" fn fd_fdstat_set_flags(id: u32, fd: u32, flags: u32) -> u32 {
    run(id, |process| {
        let mut descriptors = process.descriptors()?;
        let open = &mut descriptors.get(fd)?.open;
        let flags = Fdflags::try_from(flags).map_err(|_| wasip1::ERRNO_INVAL)?;
        open.file().map_err(|_| wasip1::ERRNO_BADF)?;
        // Every write is as synchronous as it can be, and none blocks.
        if flags & !(wasip1::FDFLAGS_APPEND | wasip1::FDFLAGS_NONBLOCK) != 0 {
            return Err(wasip1::ERRNO_INVAL);
        }
        open.flags = flags;
        Ok(())
    })
}

/// `fd_fdstat_set_rights` replaces the rights of a descriptor. Rights can be given up, not taken.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `base`: `rights` of the descriptor itself
/// - `inheriting`: `rights` of the descriptors that are opened in it
///
/// # Errnos
/// - `EBADF`: `fd` is not open
/// - `ENOTCAPABLE`: `base` or `inheriting` has a right that the descriptor lacks
#[unsafe(no_mangle)]
extern "C" fn fd_fdstat_set_rights(id: u32, fd: u32, base: Rights, inheriting: Rights) -> u32 {
    run(id, |process| {
        let mut descriptors = process.descriptors()?;
        let open = &mut descriptors.get(fd)?.open;
        if base & !open.rights != 0 || inheriting & !open.inheriting != 0 {
            return Err(wasip1::ERRNO_NOTCAPABLE);
        }
        (open.rights, open.inheriting) = (base, inheriting);
        Ok(())
    })
}

/// Where a `filestat` is to be written.
pub(super) fn set_stat(guest: &Guest, at: u32, unstable: u32, stat: impl FnOnce() -> Result<Stat>) -> Result<()> {
    let version = Version::from(unstable);
    let len = match version {
        Version::Preview1 => 64,
        Version::Unstable => 56,
    };
    let at = guest.range(at, len)?;
    guest.write(at, &stat()?.encode(version));
    Ok(())
}

/// `fd_filestat_get` writes the attributes of an open file, directory or stream; a stream's are 0 but for its kind.
///
/// # Parameters
/// - `id`, `unstable`: number of the guest, 1 for the layout of `wasi_unstable`
/// - `fd`: descriptor
/// - `stat`: pointer to the result: `filestat`, 64 bytes: device (`u64` at 0), inode (`u64` at 8), `filetype` (`u8` at
///   16), links (`u64` at 24), size in bytes (`u64` at 32), times of access, modification and change in nanoseconds
///   since 1970 (`u64` at 40, 48 and 56); in `wasi_unstable` 56 bytes: links are a `u32` at 20, the rest follows from
///   24 on
///
/// # Errnos
/// - `EBADF`: `fd` is not open
/// - `EFAULT`: the result leaves linear memory
/// - for a file or directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_filestat_get(id: u32, unstable: u32, fd: u32, stat: u32) -> u32 {
    with(id, fd, |guest, descriptor| set_stat(guest, stat, unstable, || descriptor.stat()))
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

/// The times that a file is to have. EINVAL for a time that is to be two things.
pub(super) fn times(accessed: u64, modified: u64, flags: u32) -> Result<Times> {
    let has = |flag: u16| flags & u32::from(flag) != 0;
    let time = |set: u16, set_now: u16, time: u64| match (has(set), has(set_now)) {
        (true, true) => Err(wasip1::ERRNO_INVAL),
        (true, false) => Ok(Some(time)),
        (false, true) => Ok(Some(sys::realtime())),
        (false, false) => Ok(None),
    };
    Ok(Times {
        accessed: time(wasip1::FSTFLAGS_ATIM, wasip1::FSTFLAGS_ATIM_NOW, accessed)?,
        modified: time(wasip1::FSTFLAGS_MTIM, wasip1::FSTFLAGS_MTIM_NOW, modified)?,
    })
}

/// `fd_filestat_set_times` sets the times of an open file or directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `accessed`, `modified`: nanoseconds since 1970; the machine's files keep them to about a quarter of a microsecond
/// - `flags`: `fstflags`: `ATIM` and `MTIM` set the two, `ATIM_NOW` and `MTIM_NOW` set them to the present; others are
///   ignored
///
/// # Errnos
/// - `EBADF`: `fd` is not open, is a stream, or is a file of the machine and lacks the right `FD_WRITE`
/// - `EINVAL`: `flags` has `ATIM` and `ATIM_NOW`, or `MTIM` and `MTIM_NOW`
/// - `EROFS`: `fd` is a directory of the machine that was given to be read only
/// - for a file or directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_filestat_set_times(id: u32, fd: u32, accessed: u64, modified: u64, flags: u32) -> u32 {
    with(id, fd, |_, descriptor| {
        let times = times(accessed, modified, flags)?;
        match &descriptor.what {
            What::File(File::Machine(_)) if descriptor.rights & wasip1::RIGHTS_FD_WRITE == 0 => {
                // A file that was opened only to be read may be in a directory of which nothing may be changed.
                Err(wasip1::ERRNO_BADF)
            }
            What::File(file) => file.set_times(times),
            What::Directory(directory) => directory.set_times("", times),
            _ => Err(wasip1::ERRNO_BADF),
        }
    })
}

/// The name of a directory that the guest was given. EBADF for what it opened itself, which tells C libraries where the
/// list ends.
fn preopen(process: &Process, fd: u32) -> Result<String> {
    process.descriptors()?.get(fd)?.preopen.clone().ok_or(wasip1::ERRNO_BADF)
}

/// `fd_prestat_get` writes how long the name is under which the guest was given a directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a directory that it was given
/// - `stat`: pointer to the result: `prestat`, 8 bytes: `DIR` (0, `u8` at 0), bytes of the name without a NUL (`u32` at
///   4)
///
/// # Errnos
/// - `EBADF`: `fd` is not open, or not a directory that the guest was given
/// - `EFAULT`: the result leaves linear memory
#[unsafe(no_mangle)]
extern "C" fn fd_prestat_get(id: u32, fd: u32, stat: u32) -> u32 {
    run(id, |process| {
        let len = u32::try_from(preopen(process, fd)?.len()).map_err(|_| wasip1::ERRNO_OVERFLOW)?;
        let at = process.guest.range(stat, PRESTAT_LEN)?;
        process.guest.write(at, &abi::prestat(len));
        Ok(())
    })
}

/// `fd_prestat_dir_name` writes the name under which the guest was given a directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a directory that it was given
/// - `path`: pointer to the result: the name in UTF-8, without a NUL
/// - `len`: bytes that there is room for
///
/// # Errnos
/// - `EBADF`: `fd` is not open, or not a directory that the guest was given
/// - `EFAULT`: the `len` bytes at `path` leave linear memory
/// - `ENAMETOOLONG`: the name takes more than `len` bytes
#[unsafe(no_mangle)]
extern "C" fn fd_prestat_dir_name(id: u32, fd: u32, path: u32, len: u32) -> u32 {
    run(id, |process| {
        let (name, at) = (preopen(process, fd)?, process.guest.range(path, len)?);
        if name.len() > len as usize {
            return Err(wasip1::ERRNO_NAMETOOLONG);
        }
        process.guest.write(at, name.as_bytes());
        Ok(())
    })
}

/// `fd_readdir` writes entries of a directory from `cookie` on; the last may be cut off, which says that there are
/// more.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a directory
/// - `buf`: pointer to the result: for each entry a `dirent` of 24 bytes, and the name without a NUL: cookie of the
///   next (`u64` at 0), inode or 0 (`u64` at 8), bytes of the name (`u32` at 16), `filetype` (`u8` at 20)
/// - `len`: bytes that there is room for
/// - `cookie`: 0 for the beginning, where the directory is read again, or the cookie of an entry
/// - `used`: pointer to the result: bytes that were written, a `u32` of 4 bytes; below `len` at the end of the
///   directory
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
/// - `EBADF`: `fd` is not open, or is no directory (POSIX has `ENOTDIR`)
/// - `ENOSPC`: there is no room for the list of names
/// - for a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_readdir(id: u32, fd: u32, buf: u32, len: u32, cookie: u64, used: u32) -> u32 {
    run(id, |process| {
        let guest = &process.guest;
        let (range, used) = (guest.range(buf, len)?, guest.u32_at(used)?);
        let directory = process.directory(fd)?;
        let bytes = entries(process, fd, &directory, cookie, len as usize)?;
        guest.write(range, &bytes);
        guest.set_u32(used, range.first(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).len());
        Ok(())
    })
}

/// Names in a directory of the machine up to which their inodes are told. Each takes a call of the file system, 5 to 10
/// microseconds; with more names they are 0, which says that they are unknown: C libraries then ask for those they want.
const MOST_INODES: usize = 10_000;

/// At least `len` bytes of entries, if there are as many.
fn entries(process: &Process, fd: u32, directory: &Directory, cookie: u64, len: usize) -> Result<Vec<u8>> {
    if cookie == 0 || process.descriptors()?.get(fd)?.listing.is_none() {
        // The listing before it makes room first.
        let before = process.descriptors()?.get(fd)?.listing.take();
        drop(before);
        let listing = Listing::of(directory.names()?, &process.holdings)?;
        process.descriptors()?.get(fd)?.listing = Some(listing);
    }
    let from = usize::try_from(cookie).unwrap_or(usize::MAX);
    let (mut bytes, has_inodes) = match &process.descriptors()?.get(fd)?.listing {
        Some(listing) => (listing.encode(from, len), listing.len() <= MOST_INODES),
        None => return Ok(Vec::new()),
    };
    if has_inodes && !bytes.is_empty() {
        directory.set_inodes(&mut bytes)?;
    }
    Ok(bytes)
}
