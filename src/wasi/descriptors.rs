//! The descriptors of a guest: its standard streams, the directories it was given, and what it opened there.

use wasip1::{Fdflags, Filetype, Rights};

use crate::abi::{self, Result, Stat};
use crate::files::{Directory, File, Listing};

/// The most descriptors of one guest. Each takes memory, and a file of the machine also one of the process's own few.
const MOST: usize = 4096;

/// An open file, directory or stream with its current state. Calls work on a copy of it.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    pub(crate) what: What,
    pub(crate) flags: Fdflags,
    /// Rights to this file, directory or stream.
    pub(crate) rights: Rights,
    /// Rights to whatever is opened in a directory.
    pub(crate) inheriting: Rights,
    /// The offset of the next read or write.
    pub(crate) position: u64,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Input,
    /// Standard output (1) or standard error (2).
    Output(u32),
    File(File),
    Directory(Directory),
}

/// A descriptor of a guest.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) open: Open,
    /// The name under which the guest was given a directory.
    pub(crate) preopen: Option<String>,
    /// The listing of a directory, for `fd_readdir`.
    pub(crate) listing: Option<Listing>,
}

/// All rights that a file can have.
pub(crate) const FILE_RIGHTS: Rights = wasip1::RIGHTS_FD_DATASYNC
    | wasip1::RIGHTS_FD_READ
    | wasip1::RIGHTS_FD_SEEK
    | wasip1::RIGHTS_FD_FDSTAT_SET_FLAGS
    | wasip1::RIGHTS_FD_SYNC
    | wasip1::RIGHTS_FD_TELL
    | wasip1::RIGHTS_FD_WRITE
    | wasip1::RIGHTS_FD_ADVISE
    | wasip1::RIGHTS_FD_ALLOCATE
    | wasip1::RIGHTS_FD_FILESTAT_GET
    | wasip1::RIGHTS_FD_FILESTAT_SET_SIZE
    | wasip1::RIGHTS_FD_FILESTAT_SET_TIMES
    | wasip1::RIGHTS_POLL_FD_READWRITE;

/// All rights that a directory can have.
pub(crate) const DIRECTORY_RIGHTS: Rights = wasip1::RIGHTS_FD_FDSTAT_SET_FLAGS
    | wasip1::RIGHTS_FD_SYNC
    | wasip1::RIGHTS_FD_ADVISE
    | wasip1::RIGHTS_PATH_CREATE_DIRECTORY
    | wasip1::RIGHTS_PATH_CREATE_FILE
    | wasip1::RIGHTS_PATH_LINK_SOURCE
    | wasip1::RIGHTS_PATH_LINK_TARGET
    | wasip1::RIGHTS_PATH_OPEN
    | wasip1::RIGHTS_FD_READDIR
    | wasip1::RIGHTS_PATH_READLINK
    | wasip1::RIGHTS_PATH_RENAME_SOURCE
    | wasip1::RIGHTS_PATH_RENAME_TARGET
    | wasip1::RIGHTS_PATH_FILESTAT_GET
    | wasip1::RIGHTS_PATH_FILESTAT_SET_SIZE
    | wasip1::RIGHTS_PATH_FILESTAT_SET_TIMES
    | wasip1::RIGHTS_FD_FILESTAT_GET
    | wasip1::RIGHTS_FD_FILESTAT_SET_TIMES
    | wasip1::RIGHTS_PATH_SYMLINK
    | wasip1::RIGHTS_PATH_REMOVE_DIRECTORY
    | wasip1::RIGHTS_PATH_UNLINK_FILE
    | wasip1::RIGHTS_POLL_FD_READWRITE;

impl Open {
    pub(crate) fn new(what: What, flags: Fdflags, rights: Rights, inheriting: Rights) -> Self {
        Self { what, flags, rights, inheriting, position: 0 }
    }

    fn stream(what: What, rights: Rights) -> Self {
        Self::new(what, 0, rights | wasip1::RIGHTS_FD_FILESTAT_GET | wasip1::RIGHTS_POLL_FD_READWRITE, 0)
    }

    pub(crate) fn stat(&self) -> Result<Stat> {
        match &self.what {
            What::Input | What::Output(_) => Ok(Stat::of_stream()),
            What::File(file) => file.stat(),
            What::Directory(directory) => directory.stat_itself(),
        }
    }

    /// The kind that the guest sees. Streams look like terminals without a position, so that C libraries write each
    /// line at once.
    pub(crate) fn kind(&self) -> Result<Filetype> {
        Ok(match &self.what {
            What::Directory(_) => wasip1::FILETYPE_DIRECTORY,
            _ => self.stat()?.kind,
        })
    }

    /// EBADF where one of these rights is missing.
    pub(crate) fn require(&self, rights: Rights) -> Result<()> {
        if self.rights & rights == rights { Ok(()) } else { Err(wasip1::ERRNO_BADF) }
    }

    /// The file behind it. ESPIPE for streams, EBADF for directories.
    pub(crate) fn file(&self) -> Result<&File> {
        match &self.what {
            What::File(file) => Ok(file),
            What::Directory(_) => Err(wasip1::ERRNO_BADF),
            _ => Err(wasip1::ERRNO_SPIPE),
        }
    }

    /// The directory behind it. EBADF for all else.
    pub(crate) fn directory(&self) -> Result<&Directory> {
        match &self.what {
            What::Directory(directory) => Ok(directory),
            _ => Err(wasip1::ERRNO_BADF),
        }
    }

    /// The standard stream to write to, if it is one.
    pub(crate) fn output(&self) -> Option<u32> {
        match self.what {
            What::Output(stream) if self.require(wasip1::RIGHTS_FD_WRITE).is_ok() => Some(stream),
            _ => None,
        }
    }

    pub(crate) fn encode(&self) -> Result<Vec<u8>> {
        Ok(abi::fdstat(self.kind()?, self.flags, self.rights, self.inheriting))
    }
}

impl Descriptor {
    /// A directory that the guest is given under this name.
    pub(crate) fn preopen(directory: Directory, name: String) -> Self {
        let inheriting = DIRECTORY_RIGHTS | FILE_RIGHTS;
        let open = Open::new(What::Directory(directory), 0, DIRECTORY_RIGHTS, inheriting);
        Self { open, preopen: Some(name), listing: None }
    }
}

impl From<Open> for Descriptor {
    fn from(open: Open) -> Self {
        Self { open, preopen: None, listing: None }
    }
}

/// The descriptors of a guest. Closed ones are returned, since dropping one may call JavaScript.
#[derive(Debug, Default)]
pub(crate) struct Descriptors(Vec<Option<Descriptor>>);

impl Descriptors {
    /// The standard streams.
    pub(crate) fn standard() -> Self {
        let input = Open::stream(What::Input, wasip1::RIGHTS_FD_READ);
        let output = |stream| Open::stream(What::Output(stream), wasip1::RIGHTS_FD_WRITE);
        Self([input, output(1), output(2)].map(|open| Some(open.into())).into())
    }

    /// EBADF for what is not open.
    pub(crate) fn get(&mut self, fd: u32) -> Result<&mut Descriptor> {
        self.0.get_mut(fd as usize).and_then(Option::as_mut).ok_or(wasip1::ERRNO_BADF)
    }

    /// The lowest free number. EMFILE if too many are open.
    fn free(&self) -> Result<usize> {
        let index = self.0.iter().position(Option::is_none).unwrap_or(self.0.len());
        if index < MOST { Ok(index) } else { Err(wasip1::ERRNO_MFILE) }
    }

    /// EMFILE if no more may be opened.
    pub(crate) fn require_room(&self) -> Result<()> {
        self.free().map(drop)
    }

    /// Adds a descriptor under the lowest free number. EMFILE if too many are open: the refused one is returned as
    /// well.
    #[allow(clippy::cast_possible_truncation)] // Below `MOST`.
    pub(crate) fn add(&mut self, descriptor: Descriptor) -> (Result<u32>, Option<Descriptor>) {
        let index = match self.free() {
            Ok(index) => index,
            Err(errno) => return (Err(errno), Some(descriptor)),
        };
        match self.0.get_mut(index) {
            Some(place) => *place = Some(descriptor),
            None => self.0.push(Some(descriptor)),
        }
        (Ok(index as u32), None)
    }

    /// Closes a descriptor and returns it. EBADF.
    pub(crate) fn close(&mut self, fd: u32) -> Result<Descriptor> {
        self.0.get_mut(fd as usize).and_then(Option::take).ok_or(wasip1::ERRNO_BADF)
    }

    /// Moves the descriptor `from` to `to`. The one that was open at `to` is returned.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Result<Option<Descriptor>> {
        self.get(from)?;
        self.get(to)?;
        let moved = self.0.get_mut(from as usize).and_then(Option::take);
        let Some(place) = self.0.get_mut(to as usize) else { return Ok(moved) };
        // Onto itself: it stays open.
        Ok(std::mem::replace(place, moved))
    }
}
