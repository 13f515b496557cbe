//! Ends invocations whose time or fuel is over: while they are suspended, or, where the guest can be interrupted
//! (`limits.interrupt`), wherever it is.

use super::Instance;
use super::budget::{Clock, Refill};
use crate::error::Error;
use crate::sys::Guest;

/// Ends a suspended invocation, or a start, whose time is up.
#[unsafe(no_mangle)]
extern "C" fn instance_time_out(id: u32) {
    if let Some(instance) = Instance::by_id(id) {
        instance.interrupt(instance.out_of_time());
    }
}

/// Stops an invocation whose time is up while its guest is in an import, which traps: it sleeps, or calls its host.
#[unsafe(no_mangle)]
extern "C" fn instance_overdue(id: u32) {
    if let Some(instance) = Instance::by_id(id) {
        instance.invocation.stop(instance.out_of_time());
    }
}

/// Answer to a guest that has used up its quantum: it is stopped.
const STOPPED: i32 = -1;

/// Called by the shim for a guest that can be interrupted and has used up its quantum of instructions: how many it may
/// execute before it asks again, `STOPPED` where it may not. `left`: what it has left, below 0; `is_first`: 1 for the
/// first time in this invocation.
#[unsafe(no_mangle)]
extern "C" fn instance_refill(id: u32, left: i32, is_first: u32) -> i32 {
    let granted = Instance::by_id(id).and_then(|instance| instance.refill(left, is_first != 0));
    granted.and_then(|granted| i32::try_from(granted).ok()).unwrap_or(STOPPED)
}

impl Instance {
    /// The error of an invocation, or of a start, that took too long.
    fn out_of_time(&self) -> Error {
        Error::Thrown(self.guest.timeout_error())
    }

    /// Instructions that a guest may execute which has used up its quantum; None where it is stopped.
    fn refill(&self, left: i32, is_first: bool) -> Option<u32> {
        // Closed or aborted by its own callback; and guests that were not rewritten have nothing to ask for.
        let budget = self.budget.as_ref().filter(|_| !self.invocation.is_stopped())?;
        match budget.refill(left, is_first, &self.guest) {
            Refill::Granted(granted) => return Some(granted),
            Refill::OutOfFuel => self.invocation.stop(Error::Fuel(budget.fuel().unwrap_or(0))),
            Refill::OutOfTime => self.invocation.stop(self.out_of_time()),
        }
        None
    }
}

impl Clock for Guest {
    fn time_left(&self) -> f64 {
        self.time_left()
    }
}
