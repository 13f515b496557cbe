//! The entries of a directory: `fd_readdir`.

use crate::abi::Result;
use crate::files::{Directory, Listing};
use crate::process::{Process, run};

/// `fd_readdir` writes entries of a directory from `cookie` on; the last may be cut off, which says that there are
/// more.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a directory
/// - `buf`: pointer to the result: for each entry a `dirent` of 24 bytes, and the name without a NUL: cookie of the
///   next (`u64` at 0), inode or 0 (`u64` at 8), bytes of the name (`u32` at 16), `filetype` (`u8` at 20)
/// - `len`: bytes that there is room for
/// - `cookie`: 0 for the beginning, where the directory is read again, or the cookie of an entry
/// - `used`: pointer to the result: bytes that were written, a `u32` of 4 bytes; below `len` at the end of the
///   directory
///
/// # Errnos
/// - `EFAULT`: one of the two results leaves linear memory
/// - `EBADF`: `fd` is not open, or is no directory (POSIX has `ENOTDIR`)
/// - `ENOSPC`: there is no room for the list of names
/// - for a directory of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_readdir(id: u32, fd: u32, buf: u32, len: u32, cookie: u64, used: u32) -> u32 {
    run(id, |process| {
        let guest = &process.guest;
        let (range, used) = (guest.range(buf, len)?, guest.u32_at(used)?);
        let directory = process.directory(fd)?;
        let bytes = entries(process, fd, &directory, cookie, len as usize)?;
        guest.write(range, &bytes);
        guest.set_u32(used, range.first(u32::try_from(bytes.len()).unwrap_or(u32::MAX)).len());
        Ok(())
    })
}

/// Names in a directory of the machine up to which their inodes are told. Each takes a call of the file system, 5 to 10
/// microseconds; with more names they are 0, which says that they are unknown: C libraries then ask for those they want.
const MOST_INODES: usize = 10_000;

/// At least `len` bytes of entries, if there are as many.
fn entries(process: &Process, fd: u32, directory: &Directory, cookie: u64, len: usize) -> Result<Vec<u8>> {
    if cookie == 0 || process.descriptors()?.get(fd)?.listing.is_none() {
        // The listing before it makes room first.
        let before = process.descriptors()?.get(fd)?.listing.take();
        drop(before);
        let listing = Listing::of(directory.names()?, &process.holdings)?;
        process.descriptors()?.get(fd)?.listing = Some(listing);
    }
    let from = usize::try_from(cookie).unwrap_or(usize::MAX);
    let (mut bytes, has_inodes) = match &process.descriptors()?.get(fd)?.listing {
        Some(listing) => (listing.encode(from, len), listing.len() <= MOST_INODES),
        None => return Ok(Vec::new()),
    };
    if has_inodes && !bytes.is_empty() {
        directory.set_inodes(&mut bytes)?;
    }
    Ok(bytes)
}
