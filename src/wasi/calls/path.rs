//! The functions of a path below a directory that is open.

mod attributes;
mod directories;
mod links;
mod names;
mod open;

use crate::abi::Result;
use crate::files::{Last, Place, walk};
use crate::process::Process;

/// Where a path leads from the directory that is `fd`.
///
/// # Errnos
/// - `EFAULT`: the `len` bytes at `ptr` leave linear memory
/// - `EILSEQ`: the path, or a symbolic link of the machine on the way, is not UTF-8
/// - `EINVAL`: the path has a NUL
/// - `EBADF`: `fd` is not open, or is no directory (POSIX has `ENOTDIR`)
/// - `ENAMETOOLONG`: the path is over 4096 bytes, a name over 255 in a tree, or links make more than 4096 names of it
/// - `ENOENT`: the path or a link on the way is empty, or a directory on the way, `fd` too, is not there
/// - `ENOTDIR`: something on the way is no directory
/// - `ENOTCAPABLE`: the path or a link on the way is absolute, or leads out of `fd` by `..`
/// - `ELOOP`: more than 32 symbolic links are on the way
/// - in a directory of the machine, also an errno of its file system
fn place(process: &Process, fd: u32, (ptr, len): (u32, u32), last: Last) -> Result<Place> {
    let path = process.guest.path(ptr, len)?;
    let directory = process.directory(fd)?;
    walk(&directory, &path, last)
}

/// Where the name of a directory is, made or removed: a slash at its end follows no symbolic link.
///
/// # Errnos
/// - those of [`place`]; `ENOENT` also for a path of nothing but slashes (elsewhere `ENOTCAPABLE`)
fn directory_place(process: &Process, fd: u32, (ptr, len): (u32, u32)) -> Result<Place> {
    let path = process.guest.path(ptr, len)?;
    let base = process.directory(fd)?;
    walk(&base, path.trim_end_matches('/'), Last::Itself)
}

fn last(flags: u32) -> Last {
    if flags & wasip1::LOOKUPFLAGS_SYMLINK_FOLLOW == 0 { Last::Itself } else { Last::Followed }
}

/// A name to be done something to. `otherwise` where the path is the directory itself.
fn name(place: &Place, otherwise: wasip1::Errno) -> Result<&str> {
    place.name.as_deref().ok_or(otherwise)
}
