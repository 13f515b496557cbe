//! Directories that the guest was given: `fd_prestat_get` and `fd_prestat_dir_name`.

use crate::abi::{self, PRESTAT_LEN, Result};
use crate::process::{Process, run};

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
