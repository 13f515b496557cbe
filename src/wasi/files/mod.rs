//! Directories and files that a guest was given: trees in memory, and directories of the machine. Names here are single
//! components; `walk` takes paths apart, so that none leads out.

mod listing;
mod machine;
mod nodes;
mod tree;
mod walk;

use std::rc::Rc;

use wasip1::Filetype;

pub(crate) use listing::{Listing, Names};
pub(crate) use nodes::Nodes;
pub(crate) use tree::Node;
pub(crate) use walk::{Last, Place, walk};

use crate::abi::{Result, Stat};
use crate::guest::Guest;
use crate::holdings::Holdings;
use crate::memory::Range;
use machine::MachineDirectory;

/// A directory, shared by all that use it.
#[derive(Debug, Clone)]
pub(crate) enum Directory {
    Tree(Rc<Node>),
    Machine(Rc<MachineDirectory>),
}

/// An open file.
#[derive(Debug, Clone)]
pub(crate) enum File {
    Tree(Rc<Node>),
    Machine(Rc<crate::sys::Handle>),
}

/// The options that a file is opened with.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct How {
    pub(crate) read: bool,
    pub(crate) write: bool,
    pub(crate) create: bool,
    pub(crate) exclusive: bool,
    pub(crate) truncate: bool,
}

/// Times to be set, in nanoseconds since 1970; None leaves one as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) accessed: Option<u64>,
    pub(crate) modified: Option<u64>,
}

impl Directory {
    /// A directory that JavaScript has opened.
    pub(crate) fn of_machine(handle: u32, readonly: bool, holder: &Rc<Holdings>) -> Self {
        Self::Machine(Rc::new(MachineDirectory::new(handle, readonly, holder)))
    }

    /// The kind of a file.
    pub(crate) fn kind(&self, name: &str) -> Result<Filetype> {
        Ok(self.stat(name)?.kind)
    }

    /// The attributes of a file.
    pub(crate) fn stat(&self, name: &str) -> Result<Stat> {
        match self {
            Self::Tree(directory) => directory.child(name)?.stat(),
            Self::Machine(directory) => directory.stat(name),
        }
    }

    /// The attributes of the directory itself.
    pub(crate) fn stat_itself(&self) -> Result<Stat> {
        match self {
            Self::Tree(directory) => directory.stat(),
            Self::Machine(directory) => directory.stat(""),
        }
    }

    pub(crate) fn open_directory(&self, name: &str) -> Result<Self> {
        Ok(match self {
            Self::Tree(directory) => Self::Tree(directory.child_directory(name)?),
            Self::Machine(directory) => Self::Machine(directory.open_directory(name)?),
        })
    }

    pub(crate) fn open_file(&self, name: &str, how: How) -> Result<File> {
        Ok(match self {
            Self::Tree(directory) => File::Tree(directory.open(name, how)?),
            Self::Machine(directory) => File::Machine(directory.open_file(name, how)?),
        })
    }

    /// The target of a symbolic link.
    pub(crate) fn read_link(&self, name: &str) -> Result<String> {
        match self {
            Self::Tree(directory) => directory.read_link(name),
            Self::Machine(directory) => directory.read_link(name),
        }
    }

    /// Creates a symbolic link to `target`.
    pub(crate) fn make_link(&self, name: &str, target: &str) -> Result<()> {
        match self {
            Self::Tree(directory) => directory.make_link(name, target),
            Self::Machine(directory) => directory.make_link(name, target),
        }
    }

    pub(crate) fn create_directory(&self, name: &str) -> Result<()> {
        match self {
            Self::Tree(directory) => directory.create_directory(name),
            Self::Machine(directory) => directory.create_directory(name),
        }
    }

    pub(crate) fn remove_directory(&self, name: &str) -> Result<()> {
        match self {
            Self::Tree(directory) => directory.remove_directory(name),
            Self::Machine(directory) => directory.remove_directory(name),
        }
    }

    pub(crate) fn unlink(&self, name: &str) -> Result<()> {
        match self {
            Self::Tree(directory) => directory.unlink(name),
            Self::Machine(directory) => directory.unlink(name),
        }
    }

    /// Moves a name. EXDEV from a tree to the machine, or back.
    pub(crate) fn rename(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        match (self, to) {
            (Self::Tree(from), Self::Tree(to)) => from.rename(name, to, new_name),
            (Self::Machine(from), Self::Machine(to)) => from.rename(name, to, new_name),
            _ => Err(wasip1::ERRNO_XDEV),
        }
    }

    /// Gives a file one more name. EXDEV from a tree to the machine, or back.
    pub(crate) fn link(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        match (self, to) {
            (Self::Tree(from), Self::Tree(to)) => from.link(name, to, new_name),
            (Self::Machine(from), Self::Machine(to)) => from.link(name, to, new_name),
            _ => Err(wasip1::ERRNO_XDEV),
        }
    }

    /// Sets the times of a name, or of the directory itself where that is empty.
    pub(crate) fn set_times(&self, name: &str, times: Times) -> Result<()> {
        match self {
            Self::Tree(directory) if name.is_empty() => directory.set_times(times),
            Self::Tree(directory) => directory.child(name)?.set_times(times),
            Self::Machine(directory) => directory.set_times(name, times),
        }
    }

    /// The entries, `.` and `..` first.
    pub(crate) fn names(&self) -> Result<Names> {
        let mut names = Names::new(self.stat_itself()?.inode);
        match self {
            Self::Tree(directory) => directory.list(&mut names)?,
            Self::Machine(directory) => directory.list(&mut names)?,
        }
        Ok(names)
    }

    /// Fills in the inodes that a listing left open, in these entries only: a guest rarely asks for all.
    pub(crate) fn set_inodes(&self, entries: &mut [u8]) -> Result<()> {
        match self {
            Self::Tree(_) => Ok(()),
            Self::Machine(directory) => directory.set_inodes(entries),
        }
    }
}

impl File {
    pub(crate) fn stat(&self) -> Result<Stat> {
        match self {
            Self::Tree(file) => file.stat(),
            Self::Machine(file) => file.stat(""),
        }
    }

    /// Reads into a guest's memory: the number of bytes read.
    pub(crate) fn read(&self, guest: &Guest, range: Range, position: u64) -> Result<u32> {
        match self {
            Self::Tree(file) => file.read(guest, range, position),
            Self::Machine(file) => file.read(guest.id(), range, position),
        }
    }

    /// Writes from a guest's memory, at a position or at the end: the number of bytes written.
    pub(crate) fn write(&self, guest: &Guest, range: Range, position: Option<u64>) -> Result<u32> {
        match self {
            Self::Tree(file) => file.write(guest, range, position),
            Self::Machine(file) => file.write(guest.id(), range, position),
        }
    }

    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        match self {
            Self::Tree(file) => file.set_len(len),
            Self::Machine(file) => file.set_len(len),
        }
    }

    pub(crate) fn set_times(&self, times: Times) -> Result<()> {
        match self {
            Self::Tree(file) => file.set_times(times),
            Self::Machine(file) => machine::set_times(file, "", times),
        }
    }

    /// Flushes what was written to the disk.
    pub(crate) fn sync(&self) -> Result<()> {
        match self {
            Self::Tree(_) => Ok(()),
            Self::Machine(file) => file.sync(),
        }
    }
}
