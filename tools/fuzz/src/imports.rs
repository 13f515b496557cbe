//! The imports of guests: names, and the meaning of each parameter.

/// The meaning of a parameter, or of a pair of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// An address where the host reads or writes a known number of bytes.
    Address,
    /// A range: address and length.
    Range,
    /// A name of a host call: address and length.
    Name,
    /// A path: address and length.
    Path,
    /// Parts of a buffer: address of the first, how many.
    Iovecs,
    /// An AssemblyScript string.
    String,
    /// A file descriptor.
    Descriptor,
    /// Any number, flags among them.
    Number,
    /// Offsets, sizes, times.
    Long,
    /// Rights of descriptors.
    Rights,
    Float,
}

use Parameter::{Address, Descriptor, Float, Iovecs, Long, Name, Number, Path, Range, Rights, String};
use wasm_encoder::ValType;

impl Parameter {
    pub(crate) fn types(self) -> &'static [ValType] {
        match self {
            Range | Name | Path | Iovecs => &[ValType::I32, ValType::I32],
            Address | String | Descriptor | Number => &[ValType::I32],
            Long | Rights => &[ValType::I64],
            Float => &[ValType::F64],
        }
    }
}

/// One function that a host provides.
#[derive(Clone, Copy)]
pub(crate) struct Import {
    pub(crate) name: &'static str,
    pub(crate) parameters: &'static [Parameter],
    pub(crate) result: Option<ValType>,
}

const fn nothing(name: &'static str, parameters: &'static [Parameter]) -> Import {
    Import { name, parameters, result: None }
}

const fn number(name: &'static str, parameters: &'static [Parameter]) -> Import {
    Import { name, parameters, result: Some(ValType::I32) }
}

pub(crate) const WAPC: [Import; 9] = [
    nothing("__guest_request", &[Address, Address]),
    nothing("__guest_response", &[Range]),
    nothing("__guest_error", &[Range]),
    number("__host_call", &[Name, Name, Name, Range]),
    number("__host_response_len", &[]),
    nothing("__host_response", &[Address]),
    number("__host_error_len", &[]),
    nothing("__host_error", &[Address]),
    nothing("__console_log", &[Range]),
];

pub(crate) const ASSEMBLYSCRIPT: [Import; 4] = [
    nothing("abort", &[String, String, Number, Number]),
    nothing("trace", &[String, Number, Float, Float, Float, Float, Float]),
    Import { name: "seed", parameters: &[], result: Some(ValType::F64) },
    nothing("console.log", &[String]),
];

/// Functions of WASI that answer the same each time.
pub(crate) const WASI: [Import; 39] = [
    number("args_get", &[Address, Address]),
    number("args_sizes_get", &[Address, Address]),
    number("environ_get", &[Address, Address]),
    number("environ_sizes_get", &[Address, Address]),
    number("clock_res_get", &[Number, Address]),
    number("fd_advise", &[Descriptor, Long, Long, Number]),
    number("fd_allocate", &[Descriptor, Long, Long]),
    number("fd_close", &[Descriptor]),
    number("fd_datasync", &[Descriptor]),
    number("fd_fdstat_get", &[Descriptor, Address]),
    number("fd_fdstat_set_flags", &[Descriptor, Number]),
    number("fd_fdstat_set_rights", &[Descriptor, Rights, Rights]),
    number("fd_filestat_set_size", &[Descriptor, Long]),
    number("fd_filestat_set_times", &[Descriptor, Long, Long, Number]),
    number("fd_pread", &[Descriptor, Iovecs, Long, Address]),
    number("fd_prestat_get", &[Descriptor, Address]),
    number("fd_prestat_dir_name", &[Descriptor, Range]),
    number("fd_pwrite", &[Descriptor, Iovecs, Long, Address]),
    number("fd_read", &[Descriptor, Iovecs, Address]),
    number("fd_renumber", &[Descriptor, Descriptor]),
    number("fd_seek", &[Descriptor, Long, Number, Address]),
    number("fd_sync", &[Descriptor]),
    number("fd_tell", &[Descriptor, Address]),
    number("fd_write", &[Descriptor, Iovecs, Address]),
    number("path_create_directory", &[Descriptor, Path]),
    number("path_filestat_set_times", &[Descriptor, Number, Path, Long, Long, Number]),
    number("path_link", &[Descriptor, Number, Path, Descriptor, Path]),
    number("path_open", &[Descriptor, Number, Path, Number, Rights, Rights, Number, Address]),
    number("path_readlink", &[Descriptor, Path, Range, Address]),
    number("path_remove_directory", &[Descriptor, Path]),
    number("path_rename", &[Descriptor, Path, Descriptor, Path]),
    number("path_symlink", &[Path, Descriptor, Path]),
    number("path_unlink_file", &[Descriptor, Path]),
    number("proc_raise", &[Number]),
    number("sched_yield", &[]),
    number("sock_recv", &[Descriptor, Iovecs, Number, Address, Address]),
    number("sock_send", &[Descriptor, Iovecs, Number, Address]),
    number("sock_shutdown", &[Descriptor, Number]),
    nothing("proc_exit", &[Number]),
];

/// Functions of WASI whose answers vary: times, randomness, inodes.
pub(crate) const WASI_VARYING: [Import; 5] = [
    number("clock_time_get", &[Number, Long, Address]),
    number("random_get", &[Range]),
    number("fd_filestat_get", &[Descriptor, Address]),
    number("path_filestat_get", &[Descriptor, Number, Path, Address]),
    number("fd_readdir", &[Descriptor, Range, Long, Address]),
];

/// The function that waits. Its subscriptions are written before each call: random ones might wait for ever.
pub(crate) const POLL: Import = number("poll_oneoff", &[Address, Address, Number, Address]);
