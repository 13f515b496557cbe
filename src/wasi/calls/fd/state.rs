//! The state of a descriptor itself, its flags and rights: `fd_fdstat_get`, `fd_fdstat_set_flags` and
//! `fd_fdstat_set_rights`.

use wasip1::{Fdflags, Rights};

use crate::abi::FDSTAT_LEN;
use crate::process::run;

use super::with;

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
