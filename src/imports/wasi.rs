//! Raw exports that WASI's shim (`wasi/shim.wat`) calls. WASI itself is an artifact of its own.

use crate::constants::{STOPPED_BY_CLOCK, STOPPED_BY_EXIT, STOPPED_BY_RANDOM, STOPPED_BY_SIGNAL};
use crate::error::Error;
use crate::instance::Instance;

use super::wapc::run;

/// Stops the guest with WAPC_TRAP; `number` is the code that it exited with, the signal that it raised, or the stream whose
/// writer threw. The shim traps next.
#[unsafe(no_mangle)]
extern "C" fn wasi_stopped(id: u32, why: u32, number: u32) {
    let trap = |reason: String| Error::Trap { reason, cause: None };
    run(id, |_| {
        Err(match why {
            STOPPED_BY_EXIT => Error::Exit(number, String::new()),
            STOPPED_BY_SIGNAL => trap(format!("it raised signal {number}")),
            STOPPED_BY_CLOCK => trap("`wasi.now` threw".to_owned()),
            STOPPED_BY_RANDOM => trap("`wasi.random` threw".to_owned()),
            _ => trap(if number == 1 { "`stdout` threw" } else { "`stderr` threw" }.to_owned()),
        })
    });
}

/// Stops the guest with WAPC_LIMIT: a chunk of output of `length` bytes is over `limits.payload`. The shim then calls
/// `wasi_stopped` and traps.
#[unsafe(no_mangle)]
extern "C" fn wasi_over_limit(id: u32, length: f64) {
    run(id, |instance| instance.check_limit("a chunk of output of fd_write", length).map(drop));
}

/// 1 where the guest's stack can be suspended now.
#[unsafe(no_mangle)]
extern "C" fn wasi_may_suspend(id: u32) -> u32 {
    Instance::by_id(id).is_some_and(|instance| instance.invocation().may_suspend()).into()
}
