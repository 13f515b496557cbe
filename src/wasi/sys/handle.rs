//! Files and directories of the machine, which JavaScript opens (`js/wasi/directories.js`).

use std::rc::Rc;

use wasip1::{Errno, Filetype};

use super::imports;
use crate::abi::{Result, Stat};
use crate::constants::{change, errno, filetype, relate};
use crate::holdings::Holdings;
use crate::memory::Range;

/// A file or directory of the machine, open until it is dropped. Names are single components, and no symbolic link is
/// ever followed.
#[derive(Debug)]
pub(crate) struct Handle {
    number: u32,
    /// The process that has it open.
    holder: Rc<Holdings>,
}

/// A change to one name.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub(crate) enum Change {
    CreateDirectory = change::CREATE_DIRECTORY,
    RemoveDirectory = change::REMOVE_DIRECTORY,
    Unlink = change::UNLINK,
}

/// A change that takes two names.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub(crate) enum Relate {
    Rename = relate::RENAME,
    Link = relate::LINK,
}

impl Drop for Handle {
    fn drop(&mut self) {
        // A handle that was still open at the end of its process was closed then, and its number may be in use again.
        if self.holder.remove_handle() {
            imports::close(self.number);
        }
    }
}

/// The result of a call of JavaScript: a number from 0 on, or a negative errno.
fn checked(answer: i32) -> Result<u32> {
    u32::try_from(answer).map_err(|_| errno(answer.unsigned_abs()))
}

/// The errno of a number from JavaScript. `wasip1` makes errnos only as constants.
fn errno(raw: u32) -> Errno {
    match raw {
        errno::EACCES => wasip1::ERRNO_ACCES,
        errno::EAGAIN => wasip1::ERRNO_AGAIN,
        errno::EBADF => wasip1::ERRNO_BADF,
        errno::EBUSY => wasip1::ERRNO_BUSY,
        errno::EDQUOT => wasip1::ERRNO_DQUOT,
        errno::EEXIST => wasip1::ERRNO_EXIST,
        errno::EFBIG => wasip1::ERRNO_FBIG,
        errno::EILSEQ => wasip1::ERRNO_ILSEQ,
        errno::EINVAL => wasip1::ERRNO_INVAL,
        errno::EISDIR => wasip1::ERRNO_ISDIR,
        errno::ELOOP => wasip1::ERRNO_LOOP,
        errno::EMFILE => wasip1::ERRNO_MFILE,
        errno::EMLINK => wasip1::ERRNO_MLINK,
        errno::ENAMETOOLONG => wasip1::ERRNO_NAMETOOLONG,
        errno::ENFILE => wasip1::ERRNO_NFILE,
        errno::ENOENT => wasip1::ERRNO_NOENT,
        errno::ENOSPC => wasip1::ERRNO_NOSPC,
        errno::ENOTDIR => wasip1::ERRNO_NOTDIR,
        errno::ENOTEMPTY => wasip1::ERRNO_NOTEMPTY,
        errno::ENOTSUP => wasip1::ERRNO_NOTSUP,
        errno::ENXIO => wasip1::ERRNO_NXIO,
        errno::EPERM => wasip1::ERRNO_PERM,
        errno::EPIPE => wasip1::ERRNO_PIPE,
        errno::EROFS => wasip1::ERRNO_ROFS,
        errno::ESPIPE => wasip1::ERRNO_SPIPE,
        errno::ETXTBSY => wasip1::ERRNO_TXTBSY,
        errno::EXDEV => wasip1::ERRNO_XDEV,
        _ => wasip1::ERRNO_IO,
    }
}

/// Fetches the `len` bytes that JavaScript holds ready.
fn take(len: u32) -> Vec<u8> {
    let mut bytes = vec![0; len as usize];
    imports::take(bytes.as_mut_ptr());
    bytes
}

impl Handle {
    /// A directory that JavaScript has opened for a guest.
    pub(crate) fn given(number: u32, holder: &Rc<Holdings>) -> Rc<Self> {
        holder.add_handle();
        Rc::new(Self { number, holder: Rc::clone(holder) })
    }

    pub(crate) fn open(&self, name: &str, how: u32) -> Result<Rc<Self>> {
        self.holder.require_handle()?;
        let number = checked(imports::open(self.number, name.as_ptr(), name.len(), how))?;
        Ok(Self::given(number, &self.holder))
    }

    /// The attributes of `name`, or of this where `name` is empty.
    pub(crate) fn stat(&self, name: &str) -> Result<Stat> {
        let mut fields = [0u64; 8];
        checked(imports::stat(self.number, name.as_ptr(), name.len(), fields.as_mut_ptr()))?;
        let [device, inode, kind, links, size, accessed, modified, changed] = fields;
        Ok(Stat {
            device,
            inode,
            kind: filetype(u32::try_from(kind).unwrap_or_default()),
            links,
            size,
            accessed,
            modified,
            changed,
        })
    }

    /// Sets times, in seconds since 1970; NaN leaves one as it is.
    pub(crate) fn set_times(&self, name: &str, accessed: f64, modified: f64) -> Result<()> {
        checked(imports::set_times(self.number, name.as_ptr(), name.len(), accessed, modified)).map(drop)
    }

    /// Calls `each` with the kind and the name of every entry. JavaScript sends their number, a byte for each kind, and
    /// the names with a NUL in between.
    pub(crate) fn list(&self, mut each: impl FnMut(Filetype, &str)) -> Result<()> {
        let bytes = take(checked(imports::list(self.number))?);
        let Some((count, rest)) = bytes.split_first_chunk() else { return Err(wasip1::ERRNO_IO) };
        let (kinds, names) = rest.split_at_checked(u32::from_le_bytes(*count) as usize).ok_or(wasip1::ERRNO_IO)?;
        let names = str::from_utf8(names).map_err(|_| wasip1::ERRNO_IO)?;
        for (kind, name) in kinds.iter().zip(names.split('\0')) {
            each(filetype((*kind).into()), name);
        }
        Ok(())
    }

    /// Sets the inodes of entries (`abi::dirent`) that have none yet.
    pub(crate) fn set_inodes(&self, entries: &mut [u8]) -> Result<()> {
        checked(imports::inodes(self.number, entries.as_mut_ptr(), entries.len())).map(drop)
    }

    /// The target of a symbolic link. EILSEQ if it is not UTF-8.
    pub(crate) fn read_link(&self, name: &str) -> Result<String> {
        let target = take(checked(imports::read_link(self.number, name.as_ptr(), name.len()))?);
        String::from_utf8(target).map_err(|_| wasip1::ERRNO_ILSEQ)
    }

    pub(crate) fn make_link(&self, name: &str, target: &str) -> Result<()> {
        let made = imports::make_link(self.number, name.as_ptr(), name.len(), target.as_ptr(), target.len());
        checked(made).map(drop)
    }

    pub(crate) fn change(&self, name: &str, what: Change) -> Result<()> {
        checked(imports::change(self.number, name.as_ptr(), name.len(), what as u32)).map(drop)
    }

    pub(crate) fn relate(&self, name: &str, to: &Self, new_name: &str, how: Relate) -> Result<()> {
        let (new_ptr, new_len) = (new_name.as_ptr(), new_name.len());
        checked(imports::relate(self.number, name.as_ptr(), name.len(), to.number, new_ptr, new_len, how as u32))
            .map(drop)
    }

    /// Reads into a guest's memory: the number of bytes read.
    pub(crate) fn read(&self, guest: u32, range: Range, position: u64) -> Result<u32> {
        checked(imports::read_file(self.number, guest, range.ptr(), at_once(range), exact(position)?))
    }

    /// Writes from a guest's memory, at a position or at the end: the number of bytes written.
    pub(crate) fn write(&self, guest: u32, range: Range, position: Option<u64>) -> Result<u32> {
        let position = position.map_or(Ok(-1.0), exact)?;
        checked(imports::write_file(self.number, guest, range.ptr(), at_once(range), position))
    }

    pub(crate) fn set_len(&self, len: u64) -> Result<()> {
        checked(imports::set_len(self.number, exact(len)?)).map(drop)
    }

    pub(crate) fn sync(&self) -> Result<()> {
        checked(imports::sync(self.number)).map(drop)
    }
}

/// The bytes of a range to read or write at once, 1 GiB at most: their number comes back as an `i32`.
fn at_once(range: Range) -> u32 {
    range.len().min(1 << 30)
}

/// A position in a file as a number of JavaScript. EFBIG from 2^53 on.
#[allow(clippy::cast_precision_loss)] // Checked.
fn exact(position: u64) -> Result<f64> {
    if position < 1 << 53 { Ok(position as f64) } else { Err(wasip1::ERRNO_FBIG) }
}

fn filetype(raw: u32) -> Filetype {
    match raw {
        filetype::BLOCK_DEVICE => wasip1::FILETYPE_BLOCK_DEVICE,
        filetype::CHARACTER_DEVICE => wasip1::FILETYPE_CHARACTER_DEVICE,
        filetype::DIRECTORY => wasip1::FILETYPE_DIRECTORY,
        filetype::REGULAR_FILE => wasip1::FILETYPE_REGULAR_FILE,
        filetype::SOCKET_STREAM => wasip1::FILETYPE_SOCKET_STREAM,
        filetype::SYMBOLIC_LINK => wasip1::FILETYPE_SYMBOLIC_LINK,
        _ => wasip1::FILETYPE_UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::{errno, filetype};

    #[test]
    fn the_shared_numbers_are_those_of_wasi() {
        for raw in 0..100 {
            let (errno, filetype) = (errno(raw), filetype(raw));
            assert!(u32::from(errno.raw()) == raw || errno == wasip1::ERRNO_IO, "{raw}");
            assert!(u32::from(filetype.raw()) == raw || filetype == wasip1::FILETYPE_UNKNOWN, "{raw}");
        }
        assert_eq!([errno(2), errno(75)], [wasip1::ERRNO_ACCES, wasip1::ERRNO_XDEV]);
        assert_eq!([filetype(1), filetype(7)], [wasip1::FILETYPE_BLOCK_DEVICE, wasip1::FILETYPE_SYMBOLIC_LINK]);
    }
}
