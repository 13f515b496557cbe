//! Attributes of what is open: `fd_filestat_get` and `fd_filestat_set_times`.

use crate::calls::filestat::{set_stat, times};
use crate::descriptors::What;
use crate::files::File;

use super::with;

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
