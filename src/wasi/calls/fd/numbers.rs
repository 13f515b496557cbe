//! The numbers of descriptors: `fd_close` and `fd_renumber`.

use crate::process::run;

/// `fd_close` closes a descriptor; standard streams and directories that the guest was given can be closed too.
///
/// # Parameters
/// - `id`, `fd`: number of the guest, descriptor
///
/// # Errnos
/// - `EBADF`: `fd` is not open; a failure of the machine's file system to close it is not told
#[unsafe(no_mangle)]
extern "C" fn fd_close(id: u32, fd: u32) -> u32 {
    run(id, |process| {
        let closed = process.descriptors()?.close(fd)?;
        drop(closed);
        Ok(())
    })
}

/// `fd_renumber` moves a descriptor to the number of another one, which is closed; onto itself it stays open.
///
/// # Parameters
/// - `id`: number of the guest
/// - `from`: descriptor that is moved, and no longer open under this number
/// - `to`: descriptor that is replaced
///
/// # Errnos
/// - `EBADF`: `from` or `to` is not open (`dup2` of POSIX takes any free number as `to`)
#[unsafe(no_mangle)]
extern "C" fn fd_renumber(id: u32, from: u32, to: u32) -> u32 {
    run(id, |process| {
        let replaced = process.descriptors()?.renumber(from, to)?;
        drop(replaced);
        Ok(())
    })
}
