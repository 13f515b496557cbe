//! The hello guest in Rust, with the `wapc-guest` SDK. Compiled for WASI, it also exercises that.

#[cfg(target_os = "wasi")]
mod wasi;

use wapc_guest::prelude::*;

/// Registers the operations; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("hello", hello);
    register_function("echo", echo);
    register_function("nope", nope);
    #[cfg(target_os = "wasi")]
    wasi::register();
}

/// Greets the name that the host's echo returns.
fn hello(payload: &[u8]) -> CallResult {
    console_log("logging something");
    let name = host_call("default", "foo", "echo", payload)?;
    Ok([b"Hello, ", name.as_slice()].concat())
}

/// Calls the host once and answers with its own payload.
fn echo(payload: &[u8]) -> CallResult {
    host_call("default", "foo", "echo", payload)?;
    Ok(payload.to_vec())
}

/// Fails.
fn nope(_payload: &[u8]) -> CallResult {
    Err("planned failure".into())
}
