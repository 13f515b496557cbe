//! Attributes of a path: `path_filestat_get` and `path_filestat_set_times`.

use crate::calls::filestat::{set_stat, times};
use crate::process::run;

use super::{check_slash, last, place};

/// `path_filestat_get` writes the attributes of a file, directory or symbolic link.
///
/// # Parameters
/// - `id`, `unstable`: number of the guest, 1 for the layout of `wasi_unstable`
/// - `fd`: descriptor of the directory where `path` begins
/// - `flags`: `lookupflags`: with `SYMLINK_FOLLOW` (1), a symbolic link stands for what it leads to
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `stat`: pointer to the result: `filestat`, 64 bytes, in `wasi_unstable` 56, laid out as `fd_filestat_get` says
///
/// # Errnos
/// - those of [`place`]
/// - `EFAULT`: the result leaves linear memory
/// - `ENOENT`: nothing has the name
/// - `ENOTDIR`: the name ends in a slash, and is no directory's
/// - in a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_filestat_get(
    id: u32,
    unstable: u32,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    stat: u32,
) -> u32 {
    run(id, |process| {
        set_stat(&process.guest, stat, unstable, || {
            let place = place(process, fd, (path, path_len), last(flags))?;
            let found = match &place.name {
                None => place.directory.stat_itself()?,
                Some(name) => place.directory.stat(name)?,
            };
            let wrong = place.as_directory && found.kind != wasip1::FILETYPE_DIRECTORY;
            if wrong { Err(wasip1::ERRNO_NOTDIR) } else { Ok(found) }
        })
    })
}

/// `path_filestat_set_times` sets the times of a file, directory or symbolic link.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `flags`: `lookupflags`: with `SYMLINK_FOLLOW` (1), a symbolic link stands for what it leads to
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `accessed`, `modified`: nanoseconds since 1970; the machine's files keep them to about a quarter of a microsecond
/// - `what`: `fstflags`: `ATIM` and `MTIM` set the two, `ATIM_NOW` and `MTIM_NOW` set them to the present; others are
///   ignored
///
/// # Errnos
/// - those of [`place`]
/// - `EINVAL`: `what` has `ATIM` and `ATIM_NOW`, or `MTIM` and `MTIM_NOW`
/// - `ENOENT`: nothing has the name
/// - `ENOTDIR`: the name ends in a slash, and is no directory's
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
pub(super) extern "C" fn path_filestat_set_times(
    id: u32,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    accessed: u64,
    modified: u64,
    what: u32,
) -> u32 {
    run(id, |process| {
        let place = place(process, fd, (path, path_len), last(flags))?;
        let times = times(accessed, modified, what)?;
        check_slash(&place)?;
        place.directory.set_times(place.name.as_deref().unwrap_or_default(), times)
    })
}
