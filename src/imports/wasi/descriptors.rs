//! What a guest has open, by number: its standard streams, directories that it was given, and what it opened there.

use wasip1::{Fdflags, Filetype, Rights};

use crate::abi::{self, Result, Stat};
use crate::files::{Directory, Entry, File, Room};

/// Descriptors of one guest. Each takes memory, and a file of the machine one of the few that a program may have open.
const MOST: usize = 4096;

/// Something open.
#[derive(Debug)]
pub(crate) struct Descriptor {
    pub(crate) what: What,
    pub(crate) flags: Fdflags,
    /// What may be done with it.
    pub(crate) rights: Rights,
    /// What may be done with what is opened in it.
    pub(crate) inheriting: Rights,
}

#[derive(Debug)]
pub(crate) enum What {
    /// Standard input, at this position.
    Input {
        position: usize,
    },
    /// Standard output (1) or standard error (2).
    Output(u32),
    File {
        file: File,
        position: u64,
    },
    Directory {
        directory: Directory,
        preopen: Option<String>,
        listing: Listing,
    },
}

/// What `fd_readdir` tells piece by piece: as it was when the directory was read from its beginning.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    pub(crate) entries: Option<Vec<Entry>>,
    /// Given back with it.
    _room: Room,
}

/// Bytes that one takes beside its name.
const ENTRY_LEN: usize = 64;

impl Listing {
    /// The same, as it is now. ENOSPC if there is no room: a guest may have many open.
    pub(crate) fn of(directory: &Directory) -> Result<Self> {
        let entries = directory.entries()?;
        let _room = Room::of(entries.iter().map(|entry| ENTRY_LEN + entry.name.len()).sum())?;
        Ok(Self { entries: Some(entries), _room })
    }
}

/// What can be done with files at all.
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

/// And with directories.
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

impl Descriptor {
    pub(crate) fn directory(directory: Directory, preopen: Option<String>) -> Self {
        Self {
            what: What::Directory { directory, preopen, listing: Listing::default() },
            flags: 0,
            rights: DIRECTORY_RIGHTS,
            inheriting: DIRECTORY_RIGHTS | FILE_RIGHTS,
        }
    }

    fn stream(what: What, rights: Rights) -> Self {
        let rights = rights | wasip1::RIGHTS_FD_FILESTAT_GET | wasip1::RIGHTS_POLL_FD_READWRITE;
        Self { what, flags: 0, rights, inheriting: 0 }
    }

    pub(crate) fn stat(&self) -> Result<Stat> {
        match &self.what {
            What::Input { .. } | What::Output(_) => Ok(Stat::of_stream()),
            What::File { file, .. } => file.stat(),
            What::Directory { directory, .. } => directory.stat_itself(),
        }
    }

    /// A stream is a terminal's without a position: C libraries then write out each line as it is.
    pub(crate) fn kind(&self) -> Result<Filetype> {
        Ok(match &self.what {
            What::Directory { .. } => wasip1::FILETYPE_DIRECTORY,
            _ => self.stat()?.kind,
        })
    }

    /// EBADF without these rights: what was not opened for it is not open for it.
    pub(crate) fn require(&self, rights: Rights) -> Result<()> {
        if self.rights & rights == rights { Ok(()) } else { Err(wasip1::ERRNO_BADF) }
    }

    /// The file that it is. ESPIPE for streams, EBADF for directories.
    pub(crate) fn file(&mut self) -> Result<(&File, &mut u64)> {
        match &mut self.what {
            What::File { file, position } => Ok((file, position)),
            What::Directory { .. } => Err(wasip1::ERRNO_BADF),
            _ => Err(wasip1::ERRNO_SPIPE),
        }
    }

    /// The standard stream that it is, to be written to.
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

/// What a guest has open.
#[derive(Debug)]
pub(crate) struct Descriptors(Vec<Option<Descriptor>>);

impl Descriptors {
    /// The standard streams.
    pub(crate) fn standard() -> Self {
        let input = Descriptor::stream(What::Input { position: 0 }, wasip1::RIGHTS_FD_READ);
        let output = |stream| Descriptor::stream(What::Output(stream), wasip1::RIGHTS_FD_WRITE);
        Self(vec![Some(input), Some(output(1)), Some(output(2))])
    }

    /// EBADF for what is not open.
    pub(crate) fn get(&mut self, fd: u32) -> Result<&mut Descriptor> {
        self.0.get_mut(fd as usize).and_then(Option::as_mut).ok_or(wasip1::ERRNO_BADF)
    }

    /// Opens something under the lowest number that is free. EMFILE if too much is open.
    #[allow(clippy::cast_possible_truncation)] // Below `MOST`.
    pub(crate) fn open(&mut self, descriptor: Descriptor) -> Result<u32> {
        let free = self.0.iter().position(Option::is_none);
        match free {
            Some(index) => {
                if let Some(place) = self.0.get_mut(index) {
                    *place = Some(descriptor);
                }
                Ok(index as u32)
            }
            None if self.0.len() < MOST => {
                self.0.push(Some(descriptor));
                Ok(self.0.len() as u32 - 1)
            }
            None => Err(wasip1::ERRNO_MFILE),
        }
    }

    pub(crate) fn close(&mut self, fd: u32) -> Result<()> {
        self.get(fd)?;
        drop(self.0.get_mut(fd as usize).and_then(Option::take));
        Ok(())
    }

    /// Moves what is open under `from` to `to`, in the place of what is open there.
    pub(crate) fn renumber(&mut self, from: u32, to: u32) -> Result<()> {
        self.get(from)?;
        self.get(to)?;
        let moved = self.0.get_mut(from as usize).and_then(Option::take);
        if let Some(place) = self.0.get_mut(to as usize) {
            *place = moved;
        }
        Ok(())
    }

    /// The directory that `fd` is, to look up a path in. EBADF if it is none.
    pub(crate) fn directory(&mut self, fd: u32) -> Result<Directory> {
        match &self.get(fd)?.what {
            What::Directory { directory, .. } => Ok(directory.clone()),
            _ => Err(wasip1::ERRNO_BADF),
        }
    }
}
