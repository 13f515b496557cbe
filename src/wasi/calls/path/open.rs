//! Opening a path: `path_open`.

use wasip1::{Fdflags, Oflags, Rights};

use crate::abi::Result;
use crate::descriptors::{DIRECTORY_RIGHTS, FILE_RIGHTS, Open, What};
use crate::files::{How, Last, Place};
use crate::process::run;

use super::{last, name, place};

/// All `oflags` that WASI has.
const OFLAGS: Oflags = wasip1::OFLAGS_CREAT | wasip1::OFLAGS_DIRECTORY | wasip1::OFLAGS_EXCL | wasip1::OFLAGS_TRUNC;

/// All `fdflags` that WASI has.
const FDFLAGS: Fdflags = wasip1::FDFLAGS_APPEND
    | wasip1::FDFLAGS_DSYNC
    | wasip1::FDFLAGS_NONBLOCK
    | wasip1::FDFLAGS_RSYNC
    | wasip1::FDFLAGS_SYNC;

/// `path_open` opens a file or directory, and creates or empties a file first where it is asked to.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of the directory where `path` begins
/// - `flags`: `lookupflags`: with `SYMLINK_FOLLOW` (1), a symbolic link stands for what it leads to, unless `oflags` has
///   `CREAT` and `EXCL`
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
/// - `EINVAL`: `oflags` or `fdflags` has an unknown bit, or `DIRECTORY` comes with `CREAT`, `EXCL` or `TRUNC`
/// - `ENOENT`: nothing has the name, without `CREAT`
/// - `EEXIST`: something has the name, with `CREAT` and `EXCL`; also a symbolic link, wherever it leads
/// - `EISDIR`: a directory has the name, with `CREAT`, `TRUNC` or `FD_WRITE`; a new name ends in a slash, with `CREAT`
/// - `ENOTDIR`: something else than a directory has the name, with `DIRECTORY` or a slash at its end
/// - `ELOOP`: a symbolic link has the name, without `SYMLINK_FOLLOW`
/// - `EROFS`: the directory of the machine was given to be read only, for a file with `FD_WRITE`, `FD_ALLOCATE` or
///   `TRUNC` (also where nothing has the name: POSIX has `ENOENT` then), and for a new one
/// - `EMFILE`: the guest has 4096 descriptors; nothing is created or emptied then
/// - `ENOSPC`: there is no room for a new file of a tree
/// - in a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // As WASI has it.
pub(super) extern "C" fn path_open(
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
        let (oflags, fdflags) = (known(oflags, OFLAGS)?, known(fdflags, FDFLAGS)?);
        // As in POSIX: what is created is new, and not where somebody's link leads.
        let last = if is_new(oflags) { Last::Itself } else { last(flags) };
        let place = place(process, fd, (path, path_len), last)?;
        // Checked first: a file must not be created or emptied for a descriptor that cannot be had.
        process.descriptors()?.require_room()?;
        let granted = process.descriptors()?.get(fd)?.open.inheriting;
        let opened = open(&place, oflags, rights & granted, inheriting & granted, fdflags)?;
        process.guest.set_u32(at, process.add(opened.into())?);
        Ok(())
    })
}

/// The flags, checked against `all` that there are. EINVAL for an unknown bit.
fn known(flags: u32, all: u16) -> Result<u16> {
    u16::try_from(flags).ok().filter(|flags| flags & !all == 0).ok_or(wasip1::ERRNO_INVAL)
}

/// True where a file is to be created, and nothing may have its name.
fn is_new(oflags: Oflags) -> bool {
    let both = wasip1::OFLAGS_CREAT | wasip1::OFLAGS_EXCL;
    oflags & both == both
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
            Ok(wasip1::FILETYPE_SYMBOLIC_LINK) if is_new(oflags) => return Err(wasip1::ERRNO_EXIST),
            Ok(wasip1::FILETYPE_SYMBOLIC_LINK) => return Err(wasip1::ERRNO_LOOP),
            Ok(_) if as_directory => return Err(wasip1::ERRNO_NOTDIR),
            Err(errno) if as_directory && errno == wasip1::ERRNO_NOENT && creates => return Err(wasip1::ERRNO_ISDIR),
            Err(errno) if errno != wasip1::ERRNO_NOENT => return Err(errno),
            _ => None,
        },
    };
    if let Some(directory) = directory {
        return match () {
            () if is_new(oflags) => Err(wasip1::ERRNO_EXIST),
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
