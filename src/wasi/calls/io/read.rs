//! Reading from files and standard input: `fd_read` and `fd_pread`.

use crate::abi::Result;
use crate::descriptors::What;
use crate::process::{Process, run};

use super::each;

/// `fd_read` reads from a file, or from standard input, into buffers, from where the descriptor stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
/// - `iovs`: pointer to `count` `iovec` of 8 bytes: pointer to the result (`u32` at 0), room in bytes (`u32` at 4)
/// - `count`: number of buffers; those behind the first 1024 are left for the next call
/// - `read`: pointer to the result: bytes that were read, a `u32` of 4 bytes; 0 at the end
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_READ` (the specification has `ENOTCAPABLE`), as stdout, stderr
///   and directories (POSIX has `EISDIR`)
/// - `EFBIG`: the descriptor of a file of the machine stands at 2^53 or beyond
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
pub(super) extern "C" fn fd_read(id: u32, fd: u32, iovs: u32, count: u32, read: u32) -> u32 {
    run(id, |process| read_into(process, fd, (iovs, count), None, read))
}

/// `fd_pread` reads from a file at an offset into buffers, and leaves its descriptor where it stands.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor of a file
/// - `iovs`, `count`: pointer to the `iovec`, and their number, as [`fd_read`] has them
/// - `offset`: bytes from the beginning of the file
/// - `read`: pointer to the result: bytes that were read, a `u32` of 4 bytes; 0 at the end of the file
///
/// # Errnos
/// - `EFAULT`: `iovs`, a buffer or the result leaves linear memory
/// - `EBADF`: `fd` is not open, or lacks the right `FD_READ` (the specification has `ENOTCAPABLE`), as stdout, stderr
///   and directories (POSIX has `EISDIR`)
/// - `ESPIPE`: `fd` is standard input
/// - `EFBIG`: `offset` is 2^53 or more in a file of the machine
/// - for a file of the machine, also an errno of its file system
#[unsafe(no_mangle)]
extern "C" fn fd_pread(id: u32, fd: u32, iovs: u32, count: u32, offset: u64, read: u32) -> u32 {
    run(id, |process| read_into(process, fd, (iovs, count), Some(offset), read))
}

fn read_into(process: &Process, fd: u32, iovs: (u32, u32), offset: Option<u64>, read: u32) -> Result<()> {
    let guest = &process.guest;
    let (buffers, at) = (guest.buffers(iovs.0, iovs.1)?, guest.u32_at(read)?);
    let open = process.open(fd)?;
    open.require(wasip1::RIGHTS_FD_READ)?;
    let from = offset.unwrap_or(open.position);
    let len = match &open.what {
        What::Input if offset.is_none() => {
            each(&buffers, |range, done| Ok(guest.write_from(range, process.stdin(from + u64::from(done))?)))?
        }
        _ => {
            let file = open.file()?;
            each(&buffers, |range, done| file.read(guest, range, from.saturating_add(done.into())))?
        }
    };
    if offset.is_none() {
        process.set_position(fd, from + u64::from(len))?;
    }
    guest.set_u32(at, len);
    Ok(())
}
