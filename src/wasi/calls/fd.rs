//! What can be done with a descriptor, beside reading and writing.

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

/// Advice that nothing is made of.
#[unsafe(no_mangle)]
extern "C" fn fd_advise(id: u32, fd: u32, _offset: u64, _len: u64, advice: u32) -> u32 {
    with(id, fd, |_, descriptor| match descriptor.what {
        _ if advice > wasip1::ADVICE_NOREUSE.raw().into() => Err(wasip1::ERRNO_INVAL),
        What::File(_) => Ok(()),
        _ => Err(wasip1::ERRNO_BADF),
    })
}

/// Makes a file at least as long as the range reaches: no platform lets room be reserved otherwise.
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

#[unsafe(no_mangle)]
extern "C" fn fd_close(id: u32, fd: u32) -> u32 {
    run(id, |process| {
        let closed = process.descriptors()?.close(fd)?;
        drop(closed);
        Ok(())
    })
}

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

#[unsafe(no_mangle)]
extern "C" fn fd_datasync(id: u32, fd: u32) -> u32 {
    with(id, fd, |_, descriptor| sync(descriptor))
}

#[unsafe(no_mangle)]
extern "C" fn fd_sync(id: u32, fd: u32) -> u32 {
    with(id, fd, |_, descriptor| sync(descriptor))
}

#[unsafe(no_mangle)]
extern "C" fn fd_fdstat_get(id: u32, fd: u32, stat: u32) -> u32 {
    with(id, fd, |guest, descriptor| {
        let at = guest.range(stat, FDSTAT_LEN)?;
        guest.write(at, &descriptor.encode()?);
        Ok(())
    })
}

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

/// Rights can be given up, not taken.
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

#[unsafe(no_mangle)]
extern "C" fn fd_filestat_get(id: u32, unstable: u32, fd: u32, stat: u32) -> u32 {
    with(id, fd, |guest, descriptor| set_stat(guest, stat, unstable, || descriptor.stat()))
}

#[unsafe(no_mangle)]
extern "C" fn fd_filestat_set_size(id: u32, fd: u32, size: u64) -> u32 {
    with(id, fd, |_, descriptor| {
        let writable = descriptor.require(wasip1::RIGHTS_FD_WRITE);
        let file = descriptor.file().map_err(|_| wasip1::ERRNO_BADF)?;
        writable.map_err(|_| wasip1::ERRNO_INVAL)?;
        file.set_len(size)
    })
}

/// What is to be done with the times of a file. EINVAL for a time that is to be two things.
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

#[unsafe(no_mangle)]
extern "C" fn fd_filestat_set_times(id: u32, fd: u32, accessed: u64, modified: u64, flags: u32) -> u32 {
    with(id, fd, |_, descriptor| {
        let times = times(accessed, modified, flags)?;
        match &descriptor.what {
            What::File(File::Machine(_)) if descriptor.rights & wasip1::RIGHTS_FD_WRITE == 0 => {
                // What was opened only to be read may be in a directory of which nothing may be changed.
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

#[unsafe(no_mangle)]
extern "C" fn fd_prestat_get(id: u32, fd: u32, stat: u32) -> u32 {
    run(id, |process| {
        let len = u32::try_from(preopen(process, fd)?.len()).map_err(|_| wasip1::ERRNO_OVERFLOW)?;
        let at = process.guest.range(stat, PRESTAT_LEN)?;
        process.guest.write(at, &abi::prestat(len));
        Ok(())
    })
}

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

/// Writes entries from `cookie` on; the last may be cut off, which says that there are more.
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
        // What it was makes room first.
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
