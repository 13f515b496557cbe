//! The functions of `wasi_snapshot_preview1` under their names there, the number of the guest in front. Each answers
//! with an errno, and writes nothing where that is not 0. Those that do nothing here (`sched_yield`, sockets) or end
//! the guest (`proc_exit`, `proc_raise`) are in `shim.wat`.

mod environment;
mod fd;
mod io;
mod path;
mod poll;

/// In place of an errno: the guest ends here. A writer threw, a chunk was too long, or it is to be stopped.
const STOP: u32 = 0x1_0000;

/// In place of an errno: the shim lets the stack be suspended, and asks again.
const SUSPEND: u32 = 0x2_0000;
