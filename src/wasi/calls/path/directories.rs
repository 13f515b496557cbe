//! Directories: `path_create_directory` and `path_remove_directory`.

use crate::process::run;

use super::{directory_place, name};

/// `path_create_directory` creates an empty directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
///
/// # Errnos
/// - those of [`directory_place`]
/// - `EEXIST`: something has the name, or `path` is the directory `fd` itself, or ends in `.` or `..`
/// - `ENOSPC`: there is no room for a new directory of a tree
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_create_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = directory_place(process, fd, (path, path_len))?;
        place.directory.create_directory(name(&place, wasip1::ERRNO_EXIST)?)
    })
}

/// `path_remove_directory` removes an empty directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
///
/// # Errnos
/// - those of [`directory_place`]
/// - `ENOENT`: nothing has the name
/// - `ENOTDIR`: no directory has the name
/// - `ENOTEMPTY`: something is in the directory
/// - `EINVAL`: `path` is the directory `fd` itself, or ends in `.` or `..`
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_remove_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = directory_place(process, fd, (path, path_len))?;
        place.directory.remove_directory(name(&place, wasip1::ERRNO_INVAL)?)
    })
}
