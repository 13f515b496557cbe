//! The functions of a path below a directory that is open.

mod attributes;
mod directories;
mod links;
mod names;
mod open;

use crate::abi::Result;
use crate::files::{Last, Place, walk};
use crate::process::Process;

/// The place that a path leads to, from the directory that is `fd`.
///
/// # Errnos
/// - `EFAULT`: the `len` bytes at `ptr` leave linear memory
/// - `EILSEQ`: the path, or a symbolic link of the machine on the way, is not UTF-8
/// - `EINVAL`: the path has a NUL
/// - `EBADF`: `fd` is not open, or is no directory (POSIX has `ENOTDIR`)
/// - `ENAMETOOLONG`: the path is over 4096 bytes, a name over 255 in a tree, or it comes to more than 4096 names, with those of its links
/// - `ENOENT`: the path or a link on the way is empty, or a directory on the way, `fd` too, is not there
/// - `ENOTDIR`: something on the way is no directory
/// - `ENOTCAPABLE`: the path or a link on the way is absolute, or leads out of `fd` by `..`
/// - `ELOOP`: more than 32 symbolic links are on the way
/// - `EMFILE`: in a directory of the machine, the guest holds 4096 handles, those of the walk included
/// - in a directory of the machine, also an errno of its file system
fn place(process: &Process, fd: u32, (ptr, len): (u32, u32), last: Last) -> Result<Place> {
    let path = process.guest.path(ptr, len)?;
    let directory = process.directory(fd)?;
    walk(&directory, &path, last)
}

/// The place of a directory's name, which is to be made or removed: a slash at its end follows no symbolic link.
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

/// Checks the name of a path that ends in a slash. ENOTDIR if it is no directory's, ENOENT if nothing has it.
fn check_slash(place: &Place) -> Result<()> {
    match &place.name {
        Some(name) if place.as_directory && place.directory.kind(name)? != wasip1::FILETYPE_DIRECTORY => {
            Err(wasip1::ERRNO_NOTDIR)
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::attributes::{path_filestat_get, path_filestat_set_times};
    use super::directories::{path_create_directory, path_remove_directory};
    use super::links::{path_link, path_readlink, path_symlink};
    use super::names::{path_rename, path_unlink_file};
    use super::open::path_open;
    use crate::descriptors::Descriptor;
    use crate::files::{Directory, Node};
    use crate::process::Process;
    use crate::sys::native;

    const BUSY: u32 = 10;
    const EXIST: u32 = 20;
    const INVAL: u32 = 28;
    const ISDIR: u32 = 31;
    const MFILE: u32 = 33;
    const NOENT: u32 = 44;
    const NOTDIR: u32 = 54;
    const PERM: u32 = 63;

    /// The directory that the guest was given.
    const FD: u32 = 3;

    /// The address that results are written to.
    const RESULT: u32 = 4096;

    /// A guest that was given a tree: two files, directories and links.
    fn begin() -> Rc<Process> {
        native::reset(65_536);
        Process::begin(0, 100, false, false);
        let Some(process) = Process::by_id(0) else { unreachable!("it has just begun") };
        let given = Node::directory(&process.nodes).and_then(|tree| {
            tree.add_file("file", b"text".to_vec())?;
            tree.add_directory("empty")?;
            tree.add_directory("full")?.add_file("file", Vec::new())?;
            let tree = Directory::Tree(tree);
            for (name, target) in
                [("to-file", "file"), ("to-empty", "empty"), ("to-nothing", "missing"), ("to-dot", "empty/.")]
            {
                tree.make_link(name, target)?;
            }
            process.add(Descriptor::preopen(tree, "/data".to_owned()))
        });
        assert_eq!(given, Ok(FD));
        process
    }

    /// Puts a path into the guest's memory: its place and its length.
    fn path_at(at: u32, path: &str) -> (u32, u32) {
        native::set(at as usize, path.as_bytes());
        (at, u32::try_from(path.len()).unwrap_or(0))
    }

    fn path(path: &str) -> (u32, u32) {
        path_at(1024, path)
    }

    #[test]
    fn a_slash_at_the_end_is_for_directories() {
        let _process = begin();
        let set_times = |(ptr, len)| path_filestat_set_times(0, FD, 0, ptr, len, 0, 0, 0);
        let stat = |(ptr, len)| path_filestat_get(0, 0, FD, 0, ptr, len, RESULT);
        let read_link = |(ptr, len)| path_readlink(0, FD, ptr, len, RESULT, 64, RESULT + 64);
        let unlink = |(ptr, len)| path_unlink_file(0, FD, ptr, len);
        let link = |(ptr, len)| {
            let (to, to_len) = path_at(2048, "new");
            path_link(0, FD, 0, ptr, len, FD, to, to_len)
        };
        for (name, errnos) in [
            ("file/", [NOTDIR; 5]),
            ("to-file/", [NOTDIR; 5]),
            ("missing/", [NOENT; 5]),
            ("to-nothing/", [NOENT; 5]),
            ("empty/", [0, 0, INVAL, ISDIR, PERM]),
            ("to-empty/", [0, 0, INVAL, ISDIR, PERM]),
        ] {
            let name_at = path(name);
            let answers = [set_times(name_at), stat(name_at), read_link(name_at), unlink(name_at), link(name_at)];
            assert_eq!(answers, errnos, "{name}");
        }
        assert_eq!((read_link(path("to-file")), native::get(4096, 4)), (0, b"file".to_vec()));
        assert_eq!([read_link(path("file")), read_link(path("missing"))], [INVAL, NOENT]);
    }

    #[test]
    fn a_dot_at_the_end_is_the_directory_itself() {
        let process = begin();
        let remove = |(ptr, len)| path_remove_directory(0, FD, ptr, len);
        let create = |(ptr, len)| path_create_directory(0, FD, ptr, len);
        let unlink = |(ptr, len)| path_unlink_file(0, FD, ptr, len);
        let read_link = |(ptr, len)| path_readlink(0, FD, ptr, len, RESULT, 64, RESULT + 64);
        let stat = |(ptr, len)| path_filestat_get(0, 0, FD, 0, ptr, len, RESULT);
        let to_full = || path_at(2048, "full/new");
        let rename_from = |(ptr, len)| path_rename(0, FD, ptr, len, FD, to_full().0, to_full().1);
        let link_from = |(ptr, len)| path_link(0, FD, 0, ptr, len, FD, to_full().0, to_full().1);
        let from_empty = || path_at(2048, "empty");
        let rename_to = |(ptr, len)| path_rename(0, FD, from_empty().0, from_empty().1, FD, ptr, len);
        let symlink = |(ptr, len)| path_symlink(0, from_empty().0, from_empty().1, FD, ptr, len);
        let itself = [INVAL, EXIST, ISDIR, INVAL, 0, BUSY, PERM, BUSY, EXIST];
        for (name, errnos) in [
            (".", itself),
            ("./", itself),
            ("empty/.", itself),
            ("empty/./", itself),
            ("./empty//./.", itself),
            ("empty/..", itself),
            ("to-empty/.", itself),
            ("to-dot/.", itself),
            ("file/.", [NOTDIR; 9]),
            ("to-file/.", [NOTDIR; 9]),
            ("missing/.", [NOENT; 9]),
            ("to-nothing/.", [NOENT; 9]),
        ] {
            let at = path(name);
            let answers = [
                remove(at),
                create(at),
                unlink(at),
                read_link(at),
                stat(at),
                rename_from(at),
                link_from(at),
                rename_to(at),
                symlink(at),
            ];
            assert_eq!(answers, errnos, "{name}");
        }
        let len_of = |name| process.directory(FD).and_then(|tree| tree.stat(name)).map(|stat| stat.size);
        let all = process.directory(FD).and_then(|tree| tree.stat_itself()).map(|stat| stat.size);
        assert_eq!((all, len_of("empty"), len_of("full")), (Ok(7), Ok(0), Ok(1)), "nothing came or went");
        assert_eq!([remove(path("./empty")), remove(path("./empty/"))], [0, NOENT], "a dot that is not the end");
    }

    /// Opens a path to read and write it.
    fn open(name: &str, oflags: u16, fdflags: u32) -> u32 {
        let (rights, (ptr, len)) = (wasip1::RIGHTS_FD_READ | wasip1::RIGHTS_FD_WRITE, path(name));
        path_open(0, FD, 0, ptr, len, oflags.into(), rights, 0, fdflags, RESULT)
    }

    #[test]
    fn flags_that_wasi_does_not_have_are_refused() {
        let _process = begin();
        for bit in 0..32 {
            let (ptr, len) = path("file");
            let of_file = path_open(0, FD, 0, ptr, len, 0, 0, 0, 1 << bit, RESULT);
            assert_eq!(of_file, if bit < 5 { 0 } else { INVAL }, "fdflags {bit}");
            let how = path_open(0, FD, 0, ptr, len, 1 << bit, 0, 0, 0, RESULT);
            // A file is no directory, and `EXCL` without `CREAT` changes nothing.
            let expected = [0, NOTDIR, 0, 0].get(bit).copied().unwrap_or(INVAL);
            assert_eq!(how, expected, "oflags {bit}");
        }
        assert_eq!(open("new", wasip1::OFLAGS_CREAT, 1 << 5), INVAL);
        assert_eq!(open("new", 0, 0), NOENT, "nothing was created");
    }

    #[test]
    fn nothing_is_created_or_emptied_for_a_descriptor_too_many() {
        let process = begin();
        let opened = (0..5000).take_while(|_| open("file", 0, 0) == 0).count();
        assert_eq!(opened, 4096 - 4);
        let create = wasip1::OFLAGS_CREAT;
        for (name, oflags) in
            [("file", 0), ("new", create), ("new", create | wasip1::OFLAGS_EXCL), ("file", wasip1::OFLAGS_TRUNC)]
        {
            assert_eq!(open(name, oflags, 0), MFILE, "{name} {oflags}");
        }
        let tree = process.directory(FD);
        let size_of = |name| tree.as_ref().map(|tree| tree.stat(name).map(|stat| stat.size));
        assert_eq!((size_of("file"), size_of("new")), (Ok(Ok(4)), Ok(Err(wasip1::ERRNO_NOENT))));
        assert_eq!(process.descriptors().and_then(|mut all| all.close(9)).map(drop), Ok(()));
        assert_eq!((open("new", create, 0), native::get(RESULT as usize, 4)), (0, vec![9, 0, 0, 0]));
    }
}
