//! Names of the waPC protocol, in the order of its specification.

use std::fmt;

/// The import module of the functions that the host gives a guest.
pub(crate) const WAPC: &str = "wapc";

/// The import by which a guest calls its host.
pub(crate) const HOST_CALL: &str = "__host_call";

/// The functions of [`WAPC`]. Their signatures are in `imports/shim.wat`.
pub(crate) const WAPC_IMPORTS: [&str; 9] = [
    "__guest_request",
    "__guest_response",
    "__guest_error",
    HOST_CALL,
    "__host_response_len",
    "__host_response",
    "__host_error_len",
    "__host_error",
    "__console_log",
];

/// The import module of AssemblyScript's runtime.
pub(crate) const ENV: &str = "env";

/// The functions of [`ENV`].
pub(crate) const ENV_IMPORTS: [&str; 4] = ["abort", "trace", "seed", "console.log"];

/// The export that runs an invocation: `(param $op_len i32) (param $payload_len i32) (result i32)`.
pub(crate) const GUEST_CALL: &str = "__guest_call";

/// The export that is a guest's linear memory.
pub(crate) const MEMORY: &str = "memory";

/// The import by which a guest of WASI waits.
pub(crate) const POLL: &str = "poll_oneoff";

/// The exports that are called after instantiation, each where there is one, in this order.
pub(crate) const START_EXPORTS: [&str; 3] = ["_start", "_initialize", "wapc_init"];

/// An import, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    GuestRequest,
    GuestResponse,
    GuestError,
    HostCall,
    HostResponse,
    HostError,
    ConsoleLog,
    AssemblyScriptAbort,
    AssemblyScriptTrace,
    AssemblyScriptConsoleLog,
}

impl fmt::Display for Import {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::GuestRequest => "__guest_request",
            Self::GuestResponse => "__guest_response",
            Self::GuestError => "__guest_error",
            Self::HostCall => "__host_call",
            Self::HostResponse => "__host_response",
            Self::HostError => "__host_error",
            Self::ConsoleLog => "__console_log",
            Self::AssemblyScriptAbort => "env.abort",
            Self::AssemblyScriptTrace => "env.trace",
            Self::AssemblyScriptConsoleLog => "env.console.log",
        })
    }
}

/// True where the host has such a function to import.
pub(crate) fn is_provided(module: &str, name: &str) -> bool {
    match module {
        WAPC => WAPC_IMPORTS.contains(&name),
        ENV => ENV_IMPORTS.contains(&name),
        _ => false,
    }
}
