//! Functions of JavaScript (`js/wasi/`), which take and answer numbers: a guest's memory, clocks, randomness, writers, sleep, and
//! directories of the machine. Ranges of a guest are checked before they come here; pointers are into this memory.

#[cfg(target_arch = "wasm32")]
mod host;
#[cfg(not(target_arch = "wasm32"))]
pub(crate) mod native;

#[cfg(target_arch = "wasm32")]
use host as imports;
#[cfg(not(target_arch = "wasm32"))]
use native as imports;

use std::rc::Rc;

use wasip1::{Errno, Filetype};

use crate::abi::{Result, Stat};
use crate::constants::{change, errno, filetype, relate};
use crate::holdings::Holdings;
use crate::memory::Range;

/// Bytes of a guest's memory now; 0 before there is an instance.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // An ArrayBuffer's length.
pub(crate) fn memory_len(guest: u32) -> u64 {
    imports::memory_len(guest) as u64
}

pub(crate) fn load_u32(guest: u32, ptr: u32) -> u32 {
    imports::load_u32(guest, ptr)
}

pub(crate) fn store_u32(guest: u32, ptr: u32, value: u32) {
    imports::store_u32(guest, ptr, value);
}

/// Bytes of this memory, named while nothing else runs here: so that what they are part of is not borrowed while
/// JavaScript copies them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    ptr: *const u8,
    len: usize,
}

impl Span {
    /// Bytes from `position` on.
    pub(crate) fn from(bytes: &[u8], position: u64) -> Self {
        let rest = usize::try_from(position).ok().and_then(|position| bytes.get(position..)).unwrap_or_default();
        Self { ptr: rest.as_ptr(), len: rest.len() }
    }

    /// The first of them, `len` at most.
    pub(crate) fn first(self, len: u32) -> Self {
        Self { len: self.len.min(len as usize), ..self }
    }

    pub(crate) fn len(self) -> u32 {
        u32::try_from(self.len).unwrap_or(u32::MAX)
    }
}

/// Bytes of this memory that are to be filled, the same way.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    ptr: *mut u8,
    len: usize,
}

impl From<&mut [u8]> for Place {
    fn from(bytes: &mut [u8]) -> Self {
        Self { ptr: bytes.as_mut_ptr(), len: bytes.len() }
    }
}

// Of an empty range nothing is asked: its memory may have grown, and views of it be gone.

pub(crate) fn read(guest: u32, ptr: u32, to: Place) {
    if to.len > 0 {
        imports::read(guest, ptr, to.len, to.ptr);
    }
}

pub(crate) fn write(guest: u32, ptr: u32, bytes: Span) {
    if bytes.len > 0 {
        imports::write(guest, ptr, bytes.len, bytes.ptr);
    }
}

/// Fills a range with random bytes.
pub(crate) fn random(guest: u32, range: Range) {
    if range.len() > 0 {
        imports::random(guest, range.ptr(), range.len());
    }
}

/// Hands a copy of a range to the writer of a stream. False where that threw. Runs code of the caller's: nothing may be
/// borrowed.
pub(crate) fn emit(guest: u32, stream: u32, range: Range) -> bool {
    imports::emit(guest, stream, range.ptr(), range.len()) != 0
}

/// Hands gathered bytes to the writer of a standard stream. False where that threw.
pub(crate) fn emit_own(guest: u32, stream: u32, bytes: &[u8]) -> bool {
    imports::emit_own(guest, stream, bytes.as_ptr(), bytes.len()) != 0
}

/// Tells the core that a chunk of `len` bytes is over `limits.payload`: the guest is to be stopped.
#[allow(clippy::cast_precision_loss)] // Far below 2^53.
pub(crate) fn over_limit(guest: u32, len: u64) {
    imports::over_limit(guest, len as f64);
}

const NANOSECONDS: f64 = 1e6;

/// Nanoseconds since 1970.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps to the range.
pub(crate) fn realtime() -> u64 {
    (imports::realtime() * NANOSECONDS) as u64
}

/// Nanoseconds on a clock that only goes forward.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps to the range.
pub(crate) fn monotonic() -> u64 {
    (imports::monotonic() * NANOSECONDS) as u64
}

/// Lets the shim suspend the guest's stack for a time.
#[allow(clippy::cast_precision_loss)] // A time to wait.
pub(crate) fn suspend(guest: u32, nanoseconds: u64) {
    imports::suspend(guest, nanoseconds as f64 / NANOSECONDS);
}

/// Blocks the thread for a time. False where the guest is to be stopped.
#[allow(clippy::cast_precision_loss)] // A time to wait.
pub(crate) fn block(nanoseconds: u64) -> bool {
    imports::block(nanoseconds as f64 / NANOSECONDS) != 0
}

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
        // A handle that was still open when its process ended was closed then, and its number may be another's.
        if self.holder.remove_handle() {
            imports::close(self.number);
        }
    }
}

/// Closes all that a guest's process has open.
pub(crate) fn close_all(guest: u32) {
    imports::close_all(guest);
}

/// A number from 0 on, or an errno below.
fn checked(answer: i32) -> Result<u32> {
    u32::try_from(answer).map_err(|_| errno(answer.unsigned_abs()))
}

/// The errno of a number that JavaScript answered. `wasip1` makes errnos by its constants alone.
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

/// Takes the `len` bytes that JavaScript holds ready.
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
        let number = checked(imports::open(self.number, name.as_ptr(), name.len(), how))?;
        Ok(Self::given(number, &self.holder))
    }

    /// The attributes of `name`, or of this where it is empty.
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

    /// Seconds since 1970; what is not a number stays as it is.
    pub(crate) fn set_times(&self, name: &str, accessed: f64, modified: f64) -> Result<()> {
        checked(imports::set_times(self.number, name.as_ptr(), name.len(), accessed, modified)).map(drop)
    }

    /// The names in a directory, and what each is: their number, a byte for each kind, and the names with a NUL in between.
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

    /// EILSEQ if what it leads to is not UTF-8.
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

    /// Reads into a guest's memory: how many bytes there were.
    pub(crate) fn read(&self, guest: u32, range: Range, position: u64) -> Result<u32> {
        checked(imports::read_file(self.number, guest, range.ptr(), at_once(range), exact(position)?))
    }

    /// Writes from a guest's memory, at a position or at the end: how many bytes were written.
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

/// Bytes of a range that are read or written at once: their number comes back as an `i32`.
fn at_once(range: Range) -> u32 {
    range.len().min(1 << 30)
}

/// A position in a file as JavaScript's numbers can say it.
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
