//! Names that something has: `path_unlink_file` and `path_rename`.

use crate::files::Last;
use crate::process::run;

use super::{check_slash, name, place};

/// `path_unlink_file` removes the name of a file or a symbolic link.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
///
/// # Errnos
/// - those of [`place`]
/// - `ENOENT`: nothing has the name
/// - `EISDIR`: a directory has the name, as the specification has it (POSIX has `EPERM`)
/// - `ENOTDIR`: the name ends in a slash, and is no directory's
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_unlink_file(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = place(process, fd, (path, path_len), Last::Itself)?;
        check_slash(&place)?;
        place.directory.unlink(name(&place, wasip1::ERRNO_ISDIR)?)
    })
}

/// `path_rename` moves a file, directory or symbolic link to another name, in the place of what has that.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `new_fd`, `new_path`, `new_len`: the same three for the new name
///
/// # Errnos
/// - those of [`place`] for both paths
/// - `EBUSY`: a path is the directory of its descriptor itself, or ends in `.` or `..` (POSIX has `EINVAL`)
/// - `ENOENT`: nothing has the old name
/// - `ENOTDIR`: a name ends in a slash, and the old one is no directory's; or a directory would replace something else
/// - `EISDIR`: something else would replace a directory
/// - `ENOTEMPTY`: a directory would replace one that something is in
/// - `EINVAL`: a directory would become a part of itself
/// - `EXDEV`: one name is in a tree, the other in a directory of the machine
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_rename(
    id: u32,
    fd: u32,
    path: u32,
    path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_len: u32,
) -> u32 {
    run(id, |process| {
        let from = place(process, fd, (path, path_len), Last::Itself)?;
        let to = place(process, new_fd, (new_path, new_len), Last::Itself)?;
        let (name, new_name) = (name(&from, wasip1::ERRNO_BUSY)?, name(&to, wasip1::ERRNO_BUSY)?);
        let is_directory = from.directory.kind(name)? == wasip1::FILETYPE_DIRECTORY;
        if (from.as_directory || to.as_directory) && !is_directory {
            return Err(wasip1::ERRNO_NOTDIR);
        }
        from.directory.rename(name, &to.directory, new_name)
    })
}
