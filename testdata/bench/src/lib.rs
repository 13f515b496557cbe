//! The guest of the benchmark: as little code of its own as the SDK allows.

use wapc_guest::prelude::*;

/// Registers the operations; the host calls it once the guest is instantiated.
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    register_function("echo", echo);
    register_function("nothing", nothing);
    register_function("call", call);
    register_function("calls", calls);
    register_function("compute", compute);
}

/// Answers with its payload.
fn echo(payload: &[u8]) -> CallResult {
    Ok(payload.to_vec())
}

/// Answers with zero bytes.
fn nothing(_payload: &[u8]) -> CallResult {
    Ok(Vec::new())
}

/// Answers with what the host answers.
fn call(payload: &[u8]) -> CallResult {
    host_call("default", "bench", "echo", payload)
}

/// Calls the host a hundred times.
fn calls(payload: &[u8]) -> CallResult {
    for _ in 0..100 {
        host_call("default", "bench", "echo", payload)?;
    }
    Ok(Vec::new())
}

/// Keeps a core busy for about as many milliseconds as the first byte of the payload says, 1 without it.
fn compute(payload: &[u8]) -> CallResult {
    let times = payload.first().map_or(1, |&times| u32::from(times));
    let mut state = 1_u32;
    for _ in 0..500_000 * times {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
    }
    Ok(state.to_le_bytes().to_vec())
}
