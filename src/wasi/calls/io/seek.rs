//! The position of a file's descriptor: `fd_seek` and `fd_tell`.

use crate::abi::{Result, Version};
use crate::process::run;

/// `fd_seek` moves the descriptor of a file to where the next read or write begins.
///
/// # Parameters
/// - `id`, `unstable`: number of the guest, 1 for the `whence` of `wasi_unstable`
/// - `fd`: descriptor of a file
/// - `offset`: bytes, also below 0
/// - `whence`: `SET` (0, of the beginning), `CUR` (1, of the descriptor) or `END` (2); in `wasi_unstable` 2, 0 and 1
/// - `position`: pointer to the result: bytes from the beginning of the file, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: `fd` is not open, or is a directory
/// - `ESPIPE`: `fd` is a stream
/// - `EINVAL`: `whence` is none of these, or the new position is below 0, or 2^63 and more
/// - for a file of the machine and `END`, also an errno of its file system
#[unsafe(no_mangle)]
pub(super) extern "C" fn fd_seek(id: u32, unstable: u32, fd: u32, offset: i64, whence: u32, position: u32) -> u32 {
    let whence = Whence::read(whence, unstable.into());
    run(id, |process| {
        let at = process.guest.u64_at(position)?;
        let open = process.open(fd)?;
        let file = open.file()?;
        let from = match whence? {
            Whence::Start => 0,
            Whence::Here => open.position,
            Whence::End => file.stat()?.size,
        };
        let to = from.checked_add_signed(offset).filter(|to| i64::try_from(*to).is_ok()).ok_or(wasip1::ERRNO_INVAL)?;
        process.set_position(fd, to)?;
        process.guest.set_u64(at, to);
        Ok(())
    })
}

/// `fd_tell` writes where the descriptor of a file stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `position`: pointer to the result: bytes from the beginning of the file, a `u64` of 8 bytes
///
/// # Errnos
/// - `EFAULT`: the result leaves linear memory
/// - `EBADF`: `fd` is not open, or is a directory
/// - `ESPIPE`: `fd` is a stream
#[unsafe(no_mangle)]
extern "C" fn fd_tell(id: u32, fd: u32, position: u32) -> u32 {
    run(id, |process| {
        let at = process.guest.u64_at(position)?;
        let open = process.open(fd)?;
        open.file()?;
        process.guest.set_u64(at, open.position);
        Ok(())
    })
}

/// The position that an offset counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whence {
    Start,
    Here,
    End,
}

impl Whence {
    fn read(raw: u32, version: Version) -> Result<Self> {
        match (version, raw) {
            (Version::Preview1, 0) | (Version::Unstable, 2) => Ok(Self::Start),
            (Version::Preview1, 1) | (Version::Unstable, 0) => Ok(Self::Here),
            (Version::Preview1, 2) | (Version::Unstable, 1) => Ok(Self::End),
            _ => Err(wasip1::ERRNO_INVAL),
        }
    }
}
