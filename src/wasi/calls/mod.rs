//! The functions of `wasi_snapshot_preview1` under their names there, the number of the guest in front. Each answers
//! with an errno, and writes nothing where that is not 0. Those that do nothing here (`sched_yield`, sockets) or end
//! the guest (`proc_exit`, `proc_raise`) are in `shim.wat`.
//!
//! All functions have in common:
//!
//! - `id` is the number of the guest. `EBADF` where it has no process, as after its end.
//! - `EIO` where an engine's stack ended inside an earlier call of the guest and left a borrow behind (`process.rs`).
//! - `EINTR` where the time of a guest that can be interrupted is over: nothing is done, and it traps at the next
//!   instructions that it counts.
//! - `EFAULT` where a range leaves linear memory; an empty one is in it wherever it points.
//! - Of rights, `FD_READ` and `FD_WRITE` alone are asked for, and their lack is `EBADF`, as in POSIX (`EINVAL` in
//!   `fd_filestat_set_size`); the others are told, not asked for. The specification has `ENOTCAPABLE`, which here is
//!   the answer to a path that leads out, and to rights that are to be taken.
//! - An errno of the machine's file system is any that `sys.rs` knows, such as `EACCES` or `ENOSPC`, and `EIO` for all
//!   others. Where there are only paths (macOS, Windows), `ENOENT` is also the answer to a directory that was moved,
//!   and `EINVAL` on Windows to a name with a backslash or a colon.
//! - Functions that move bytes answer with an errno only if nothing was moved before the failure.
//!
//! The shim answers by itself:
//!
//! - `sched_yield()`: 0, and nothing is done.
//! - `proc_exit(code)`: never; the guest ends with this exit code, a `u32`.
//! - `proc_raise(signal)`: 0 for `NONE` (0); every other signal ends the guest, since nobody handles signals here.
//! - `sock_accept(fd, flags, fd_ptr)`: `ENOTSUP` for every descriptor, as with the three that follow (POSIX has
//!   `EBADF` for one that is not open, and `ENOTSOCK`): there are no sockets, and nothing is written.
//! - `sock_recv(fd, ri_data, ri_data_len, ri_flags, ro_datalen, ro_flags)`: `ENOTSUP`.
//! - `sock_send(fd, si_data, si_data_len, si_flags, so_datalen)`: `ENOTSUP`.
//! - `sock_shutdown(fd, how)`: `ENOTSUP`.

mod environment;
mod fd;
mod filestat;
mod io;
mod path;
mod poll;

// Answers in place of an errno.
use crate::constants::{CALL_STOP as STOP, CALL_SUSPEND as SUSPEND};
