//! Raw exports for WASI's shim (`wasi/shim.wat`): WASI itself is an artifact of its own.

use crate::constants::{STOPPED_BY_EXIT, STOPPED_BY_SIGNAL};
use crate::error::Error;
use crate::instance::Instance;

use super::wapc::run;

/// Stops the guest: WAPC_TRAP. A trap in the shim follows.
#[unsafe(no_mangle)]
extern "C" fn wasi_stopped(id: u32, why: u32, number: u32) {
    let trap = |reason: String| Error::Trap { reason, text: None, cause: None };
    run(id, |_| {
        Err(match why {
            STOPPED_BY_EXIT => Error::Exit(number),
            STOPPED_BY_SIGNAL => trap(format!("it raised signal {number}")),
            _ => trap("the writer of its output threw".to_owned()),
        })
    });
}

/// A chunk of output of `length` bytes is over `limits.payload`: WAPC_LIMIT. `wasi_stopped` and its trap follow.
#[unsafe(no_mangle)]
extern "C" fn wasi_over_limit(id: u32, length: f64) {
    run(id, |instance| instance.check_limit("a chunk of output of fd_write", length).map(drop));
}

/// 1 where the guest's stack can be suspended now.
#[unsafe(no_mangle)]
extern "C" fn wasi_may_suspend(id: u32) -> u32 {
    Instance::by_id(id).is_some_and(|instance| instance.invocation().may_suspend()).into()
}
