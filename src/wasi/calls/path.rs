//! The functions of a path below a directory that is open.

use wasip1::{Fdflags, Oflags, Rights};

use crate::abi::Result;
use crate::descriptors::{DIRECTORY_RIGHTS, FILE_RIGHTS, Open, What};
use crate::files::{How, Last, Place, walk};
use crate::process::{Process, run};

use super::fd::{set_stat, times};

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

/// The name of something that is no directory. ENOTDIR if the path ends in a slash.
fn file_name(place: &Place, otherwise: wasip1::Errno) -> Result<&str> {
    let name = name(place, otherwise)?;
    if place.as_directory { Err(wasip1::ERRNO_NOTDIR) } else { Ok(name) }
}

/// `path_open` opens a file or directory, and creates or empties a file first where it is asked to.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `flags`: `lookupflags`: with `SYMLINK_FOLLOW` (1), a symbolic link stands for what it leads to
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
/// - `oflags`: `CREAT`, `DIRECTORY`, `EXCL`, `TRUNC`
/// - `rights`, `inheriting`: `rights` of the new descriptor, and of those opened in it; of both, what `fd` does not
///   pass on is left out without an errno
/// - `fdflags`: flags of the new descriptor; all but `APPEND` change nothing
/// - `opened`: pointer to the result: the new descriptor, a `u32` of 4 bytes
///
/// # Errnos
/// - those of [`place`]
/// - `EFAULT`: the result leaves linear memory
/// - `EINVAL`: `oflags` or `fdflags` is over 16 bits, or `DIRECTORY` comes with `CREAT`, `EXCL` or `TRUNC`
/// - `ENOENT`: nothing has the name, without `CREAT`
/// - `EEXIST`: something has the name, with `CREAT` and `EXCL`
/// - `EISDIR`: a directory has the name, with `CREAT`, `TRUNC` or `FD_WRITE`; a new name ends in a slash, with `CREAT`
/// - `ENOTDIR`: something else than a directory has the name, with `DIRECTORY` or a slash at its end
/// - `ELOOP`: a symbolic link has the name, without `SYMLINK_FOLLOW`
/// - `EROFS`: the directory of the machine was given to be read only, for a file with `FD_WRITE`, `FD_ALLOCATE` or
///   `TRUNC` (also where nothing has the name: POSIX has `ENOENT` then), and for a new one
/// - `EMFILE`: the guest has 4096 descriptors
/// - `ENOSPC`: there is no room for a new file of a tree
/// - in a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
extern "C" fn path_open(
    id: u32,
    fd: u32,
    flags: u32,
    path: u32,
    path_len: u32,
    oflags: u32,
    rights: Rights,
    inheriting: Rights,
    fdflags: u32,
    opened: u32,
) -> u32 {
    run(id, |process| {
        let at = process.guest.u32_at(opened)?;
        let (oflags, fdflags) = flags_of(oflags, fdflags)?;
        let place = place(process, fd, (path, path_len), last(flags))?;
        let granted = process.descriptors()?.get(fd)?.open.inheriting;
        let opened = open(&place, oflags, rights & granted, inheriting & granted, fdflags)?;
        process.guest.set_u32(at, process.add(opened.into())?);
        Ok(())
    })
}

fn flags_of(oflags: u32, fdflags: u32) -> Result<(Oflags, Fdflags)> {
    let oflags = Oflags::try_from(oflags).map_err(|_| wasip1::ERRNO_INVAL)?;
    let fdflags = Fdflags::try_from(fdflags).map_err(|_| wasip1::ERRNO_INVAL)?;
    Ok((oflags, fdflags))
}

fn open(place: &Place, oflags: Oflags, rights: Rights, inheriting: Rights, flags: Fdflags) -> Result<Open> {
    let has = |flag: Oflags| oflags & flag != 0;
    let creates = has(wasip1::OFLAGS_CREAT);
    let as_directory = place.as_directory || has(wasip1::OFLAGS_DIRECTORY);
    if has(wasip1::OFLAGS_DIRECTORY) && (creates || has(wasip1::OFLAGS_EXCL) || has(wasip1::OFLAGS_TRUNC)) {
        return Err(wasip1::ERRNO_INVAL);
    }
    let write = rights & (wasip1::RIGHTS_FD_WRITE | wasip1::RIGHTS_FD_ALLOCATE) != 0;
    let directory = match &place.name {
        None => Some(place.directory.clone()),
        Some(name) => match place.directory.kind(name) {
            Ok(wasip1::FILETYPE_DIRECTORY) => Some(place.directory.open_directory(name)?),
            Ok(wasip1::FILETYPE_SYMBOLIC_LINK) => return Err(wasip1::ERRNO_LOOP),
            Ok(_) if as_directory => return Err(wasip1::ERRNO_NOTDIR),
            Err(errno) if as_directory && errno == wasip1::ERRNO_NOENT && creates => return Err(wasip1::ERRNO_ISDIR),
            Err(errno) if errno != wasip1::ERRNO_NOENT => return Err(errno),
            _ => None,
        },
    };
    if let Some(directory) = directory {
        return match () {
            () if creates && has(wasip1::OFLAGS_EXCL) => Err(wasip1::ERRNO_EXIST),
            () if creates || has(wasip1::OFLAGS_TRUNC) || rights & wasip1::RIGHTS_FD_WRITE != 0 => {
                Err(wasip1::ERRNO_ISDIR)
            }
            () => Ok(Open::new(What::Directory(directory), flags, rights & DIRECTORY_RIGHTS, inheriting)),
        };
    }
    let how = How {
        read: rights & wasip1::RIGHTS_FD_READ != 0,
        write: write || has(wasip1::OFLAGS_TRUNC),
        create: creates,
        exclusive: has(wasip1::OFLAGS_EXCL),
        truncate: has(wasip1::OFLAGS_TRUNC),
    };
    let file = place.directory.open_file(name(place, wasip1::ERRNO_ISDIR)?, how)?;
    Ok(Open::new(What::File(file), flags, rights & FILE_RIGHTS, 0))
}

/// `path_create_directory` creates an empty directory.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `path`, `path_len`: pointer to the path in UTF-8 without a NUL, bytes
///
/// # Errnos
/// - those of [`directory_place`]
/// - `EEXIST`: something has the name, or `path` is the directory `fd` itself or one that `..` leads to
/// - `ENOSPC`: there is no room for a new directory of a tree
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
extern "C" fn path_create_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
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
/// - `EINVAL`: `path` is the directory `fd` itself, or one that `..` leads to
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
extern "C" fn path_remove_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = directory_place(process, fd, (path, path_len))?;
        place.directory.remove_directory(name(&place, wasip1::ERRNO_INVAL)?)
    })
}

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
extern "C" fn path_unlink_file(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = place(process, fd, (path, path_len), Last::Itself)?;
        let name = name(&place, wasip1::ERRNO_ISDIR)?;
        if place.as_directory && place.directory.kind(name)? != wasip1::FILETYPE_DIRECTORY {
            return Err(wasip1::ERRNO_NOTDIR);
        }
        place.directory.unlink(name)
    })
}

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
extern "C" fn path_filestat_get(
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
/// - `ENOENT`: nothing has the name; a slash behind a file's is no `ENOTDIR` (POSIX has that)
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
extern "C" fn path_filestat_set_times(
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
        place.directory.set_times(place.name.as_deref().unwrap_or_default(), times)
    })
}

/// `path_link` gives a file or symbolic link one more name.
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
/// - `EEXIST`: something has the new name, or `new_path` is the directory `new_fd` itself or one that `..` leads to
/// - `EPERM`: the old name is a directory's
/// - `ENOTDIR`: the old name ends in a slash, and is no directory's
/// - `EXDEV`: one name is in a tree, the other in a directory of the machine
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
extern "C" fn path_link(
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
        let name = name(&from, wasip1::ERRNO_PERM)?;
        if from.as_directory && from.directory.kind(name)? != wasip1::FILETYPE_DIRECTORY {
            return Err(wasip1::ERRNO_NOTDIR);
        }
        from.directory.link(name, &to.directory, link_name(&to)?)
    })
}

/// The name of a link that is to be made. ENOENT if the path ends in a slash.
fn link_name(place: &Place) -> Result<&str> {
    let name = name(place, wasip1::ERRNO_EXIST)?;
    if place.as_directory { Err(wasip1::ERRNO_NOENT) } else { Ok(name) }
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
/// - `EBUSY`: a path is the directory of its descriptor itself, or one that `..` leads to
/// - `ENOENT`: nothing has the old name
/// - `ENOTDIR`: a name ends in a slash, and the old one is no directory's; or a directory would replace something else
/// - `EISDIR`: something else would replace a directory
/// - `ENOTEMPTY`: a directory would replace one that something is in
/// - `EINVAL`: a directory would become a part of itself
/// - `EXDEV`: one name is in a tree, the other in a directory of the machine
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
extern "C" fn path_rename(id: u32, fd: u32, path: u32, path_len: u32, new_fd: u32, new_path: u32, new_len: u32) -> u32 {
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
/// - `EEXIST`: something has the name, or `path` is the directory `fd` itself or one that `..` leads to
/// - `ENOENT`: the name ends in a slash, also where something has it (POSIX has `EEXIST` then)
/// - `ENOSPC`: there is no room for a new link of a tree
/// - in a directory of the machine, also an errno of its file system; `EROFS` if it was given to be read only
#[unsafe(no_mangle)]
extern "C" fn path_symlink(id: u32, target: u32, target_len: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let target = process.guest.path(target, target_len)?;
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
/// - `EINVAL`: no symbolic link has the name, or `path` is the directory `fd` itself or one that `..` leads to
/// - `ENOTDIR`: the name ends in a slash, also where a directory (POSIX has `EINVAL`) or nothing (`ENOENT`) has it
/// - `EILSEQ`: the target of a link of the machine is not UTF-8
/// - in a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn path_readlink(id: u32, fd: u32, path: u32, path_len: u32, buf: u32, len: u32, used: u32) -> u32 {
    run(id, |process| {
        let (range, used) = (process.guest.range(buf, len)?, process.guest.u32_at(used)?);
        let place = place(process, fd, (path, path_len), Last::Itself)?;
        let target = place.directory.read_link(file_name(&place, wasip1::ERRNO_INVAL)?)?;
        process.guest.write(range, target.as_bytes());
        process.guest.set_u32(used, range.first(u32::try_from(target.len()).unwrap_or(u32::MAX)).len());
        Ok(())
    })
}
