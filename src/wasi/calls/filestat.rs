//! `filestat`, and times to be set: shared by the functions of a descriptor and those of a path.

use crate::abi::{Result, Stat, Version};
use crate::files::Times;
use crate::guest::Guest;
use crate::sys;

/// Writes the `filestat` that `stat` answers with to `at`. EFAULT where that leaves memory: `stat` is not called then.
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
