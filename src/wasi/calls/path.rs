//! What can be done with a path below a directory that is open.

use wasip1::{Fdflags, Oflags, Rights};

use crate::abi::Result;
use crate::descriptors::{DIRECTORY_RIGHTS, FILE_RIGHTS, Open, What};
use crate::files::{How, Last, Place, walk};
use crate::process::{Process, run};

use super::fd::{set_stat, times};

/// Where a path leads from the directory that is `fd`.
fn place(process: &Process, fd: u32, (ptr, len): (u32, u32), last: Last) -> Result<Place> {
    let path = process.guest.path(ptr, len)?;
    let directory = process.directory(fd)?;
    walk(&directory, &path, last)
}

/// Where the name of a directory is, made or removed: a slash at its end follows no symbolic link.
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

/// What needs a name that is no directory's. ENOTDIR if the path ends in a slash.
fn file_name(place: &Place, otherwise: wasip1::Errno) -> Result<&str> {
    let name = name(place, otherwise)?;
    if place.as_directory { Err(wasip1::ERRNO_NOTDIR) } else { Ok(name) }
}

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

#[unsafe(no_mangle)]
extern "C" fn path_create_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = directory_place(process, fd, (path, path_len))?;
        place.directory.create_directory(name(&place, wasip1::ERRNO_EXIST)?)
    })
}

#[unsafe(no_mangle)]
extern "C" fn path_remove_directory(id: u32, fd: u32, path: u32, path_len: u32) -> u32 {
    run(id, |process| {
        let place = directory_place(process, fd, (path, path_len))?;
        place.directory.remove_directory(name(&place, wasip1::ERRNO_INVAL)?)
    })
}

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

/// Makes a symbolic link. ENOTCAPABLE for an absolute one, which would lead out.
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

/// Writes where a symbolic link leads to, or the beginning of it.
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
