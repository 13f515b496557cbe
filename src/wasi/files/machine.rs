//! Directories of the machine, where there is one. They are kept open, and names are looked up in them without
//! following symbolic links. So renaming a directory, or replacing a name between its check and its use, cannot lead
//! outside.

use std::rc::Rc;

use super::{How, Names, Times};
use crate::abi::{Result, Stat};
use crate::constants::open;
use crate::holdings::Holdings;
use crate::sys::{Change, Handle, Relate};

/// A directory of the machine.
#[derive(Debug)]
pub(crate) struct MachineDirectory {
    handle: Rc<Handle>,
    readonly: bool,
}

impl MachineDirectory {
    pub(super) fn new(handle: u32, readonly: bool, holder: &Rc<Holdings>) -> Self {
        Self { handle: Handle::given(handle, holder), readonly }
    }

    /// EROFS where nothing may be changed.
    fn writable(&self) -> Result<&Handle> {
        if self.readonly { Err(wasip1::ERRNO_ROFS) } else { Ok(&self.handle) }
    }

    pub(super) fn stat(&self, name: &str) -> Result<Stat> {
        self.handle.stat(name)
    }

    pub(super) fn open_directory(&self, name: &str) -> Result<Rc<Self>> {
        let handle = self.handle.open(name, open::DIRECTORY)?;
        Ok(Rc::new(Self { handle, readonly: self.readonly }))
    }

    pub(super) fn open_file(&self, name: &str, options: How) -> Result<Rc<Handle>> {
        if self.readonly && (options.write || options.truncate) {
            return Err(wasip1::ERRNO_ROFS);
        }
        if self.readonly && options.create {
            // An existing file can still be read.
            return match self.handle.stat(name) {
                Ok(_) if options.exclusive => Err(wasip1::ERRNO_EXIST),
                Ok(_) => self.handle.open(name, open::READ),
                Err(_) => Err(wasip1::ERRNO_ROFS),
            };
        }
        let flags = [
            (options.read || !options.write, open::READ),
            (options.write, open::WRITE),
            (options.create, open::CREATE),
            (options.exclusive, open::EXCLUSIVE),
            (options.truncate, open::TRUNCATE),
        ];
        self.handle.open(name, flags.into_iter().filter_map(|(set, flag)| set.then_some(flag)).sum())
    }

    pub(super) fn read_link(&self, name: &str) -> Result<String> {
        self.handle.read_link(name)
    }

    pub(super) fn make_link(&self, name: &str, target: &str) -> Result<()> {
        self.writable()?.make_link(name, target)
    }

    pub(super) fn create_directory(&self, name: &str) -> Result<()> {
        self.writable()?.change(name, Change::CreateDirectory)
    }

    pub(super) fn remove_directory(&self, name: &str) -> Result<()> {
        self.writable()?.change(name, Change::RemoveDirectory)
    }

    pub(super) fn unlink(&self, name: &str) -> Result<()> {
        self.writable()?.change(name, Change::Unlink)
    }

    pub(super) fn rename(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        self.writable()?.relate(name, to.writable()?, new_name, Relate::Rename)
    }

    pub(super) fn link(&self, name: &str, to: &Self, new_name: &str) -> Result<()> {
        self.writable()?.relate(name, to.writable()?, new_name, Relate::Link)
    }

    pub(super) fn set_times(&self, name: &str, times: Times) -> Result<()> {
        set_times(self.writable()?, name, times)
    }

    pub(super) fn list(&self, names: &mut Names) -> Result<()> {
        self.handle.list(|kind, name| names.push(0, kind, name))
    }

    pub(super) fn set_inodes(&self, entries: &mut [u8]) -> Result<()> {
        self.handle.set_inodes(entries)
    }
}

/// Precise to about a quarter of a microsecond: JavaScript takes seconds as a double.
#[allow(clippy::cast_precision_loss)]
pub(super) fn set_times(handle: &Handle, name: &str, times: Times) -> Result<()> {
    let seconds = |time: Option<u64>| time.map_or(f64::NAN, |time| time as f64 / 1e9);
    handle.set_times(name, seconds(times.accessed), seconds(times.modified))
}
