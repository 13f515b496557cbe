//! Hard and symbolic links: `path_link`, `path_symlink` and `path_readlink`.

use crate::abi::Result;
use crate::files::{Last, Place};
use crate::process::run;

use super::{check_slash, last, name, place};

/// `path_link` gives a file or symbolic link one more name. In a directory of the machine where there are only paths (macOS,
/// Windows), the new name of a symbolic link is one of its own, with the same target.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `flags`: `lookupflags`: 0
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `new_fd`, `new_path`, `new_len`: the same three for the new name
///
/// # Errnos
/// - those of [`place`] for both paths
/// - `EINVAL`: `flags` has `SYMLINK_FOLLOW` (the specification allows it)
/// - `ENOENT`: nothing has the old name; or the new one ends in a slash, also where something has it (POSIX has
///   `EEXIST`)
/// - `EEXIST`: something has the new name, or `new_path` is the directory `new_fd` itself, or ends in `.` or `..`
/// - `EPERM`: the old name is a directory's
/// - `ENOTDIR`: the old name ends in a slash, and is no directory's
/// - `EXDEV`: one name is in a tree, the other in a directory of the machine
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
pub(super) extern "C" fn path_link(
    id: u32,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    new_fd: u32,
    new_path: u32,
    new_len: u32,
) -> u32 {
    run(id, |process| {
        // No platform links to what a symbolic link leads to.
        if last(flags) == Last::Followed {
            return Err(wasip1::ERRNO_INVAL);
        }
        let from = place(process, fd, (path, path_len), Last::Itself)?;
        let to = place(process, new_fd, (new_path, new_len), Last::Itself)?;
        check_slash(&from)?;
        from.directory.link(name(&from, wasip1::ERRNO_PERM)?, &to.directory, link_name(&to)?)
    })
}

/// The name of a link that is to be made. ENOENT if the path ends in a slash.
fn link_name(place: &Place) -> Result<&str> {
    let name = name(place, wasip1::ERRNO_EXIST)?;
    if place.as_directory { Err(wasip1::ERRNO_NOENT) } else { Ok(name) }
}

/// `path_symlink` makes a symbolic link.
///
/// # Parameters
/// - `id`: number of the guest
/// - `target`, `target_len`: pointer to where the link leads, in UTF-8 without a NUL; bytes
/// - `fd`: descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
///
/// # Errnos
/// - those of [`place`]
/// - `EFAULT`, `ENAMETOOLONG`, `EILSEQ`, `EINVAL`: the same for `target`
/// - `ENOTCAPABLE`: `target` is absolute, and would lead out (POSIX allows it)
/// - `EEXIST`: something has the name, or `path` is the directory `fd` itself, or ends in `.` or `..`
/// - `ENOENT`: `target` is empty, or the name ends in a slash, also where something has it (POSIX has `EEXIST` then)
/// - `ENOSPC`: there is no room for a new link of a tree
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_symlink(id: u32, target: u32, target_len: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let target = process.guest.path(target, target_len)?;
        if target.is_empty() {
            return Err(wasip1::ERRNO_NOENT);
        }
        if target.starts_with('/') {
            return Err(wasip1::ERRNO_NOTCAPABLE);
        }
        let place = place(process, fd, (path, path_len), Last::Itself)?;
        place.directory.make_link(link_name(&place)?, &target)
    })
}

/// `path_readlink` writes where a symbolic link leads to, or the beginning of it.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `buf`: pointer to the result: the target in UTF-8, without a NUL, cut off after `len` bytes without an errno
/// - `len`: bytes that there is room for
/// - `used`: pointer to the result: bytes that were written, a `u32` of 4 bytes
///
/// # Errnos
/// - those of [`place`]
/// - `EFAULT`: one of the two results leaves linear memory
/// - `ENOENT`: nothing has the name
/// - `EINVAL`: no symbolic link has the name, or `path` is the directory `fd` itself, or ends in `.` or `..`
/// - `ENOTDIR`: the name ends in a slash, and is no directory's
/// - `EILSEQ`: the target of a link of the machine is not UTF-8
/// - in a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
pub(super) extern "C" fn path_readlink(
    id: u32,
    fd: u32,
    path: u32,
    path_len: u32,
    buf: u32,
    len: u32,
    used: u32,
) -> u32 {
    run(id, |process| {
        let (range, used) = (process.guest.range(buf, len)?, process.guest.u32_at(used)?);
        let place = place(process, fd, (path, path_len), Last::Itself)?;
        check_slash(&place)?;
        let target = place.directory.read_link(name(&place, wasip1::ERRNO_INVAL)?)?;
        process.guest.write(range, target.as_bytes());
        process.guest.set_u32(used, range.first(u32::try_from(target.len()).unwrap_or(u32::MAX)).len());
        Ok(())
    })
}
