//! What the port (`js/invocation/port.js`) asks and tells of an invocation.

use std::rc::Rc;

use super::State;

/// What is said before a call of the guest; `js/invocation/port.js` has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Admitted {
    /// The guest may be called.
    Run = 0,
    /// The exchange has to wait; see `host_wait`.
    Later = 1,
    /// The port has the error.
    Refused = 2,
    /// Nothing waits, or what waits can't be run yet.
    None = 3,
}

// What is said after it, as bits; `js/invocation/port.js` has the same.
pub(super) const ERROR: u32 = 1;
pub(super) const OTHERS_WAIT: u32 = 2;

// The exports below answer with numbers, and are raw ones: through a wasm-bindgen method a call takes 60 ns longer, and
// V8 11 (Node 20) dies of a wasm function that returns a reference when the JavaScript that called it is deoptimized
// meanwhile. The port asks only where there is more to be said than that the guest is free.

/// Whether an exchange may be run, where the port does not know.
#[unsafe(no_mangle)]
extern "C" fn host_admit(slot: u32, op_len: f64, payload_len: f64, at_once: u32) -> u32 {
    let admit = |state: Rc<State>| state.told(state.admit(op_len, payload_len, at_once != 0));
    State::by_slot(slot).map_or(Admitted::Refused, admit) as u32
}

/// Lets the exchange in the port wait, where `host_admit` said that it has to.
#[unsafe(no_mangle)]
extern "C" fn host_wait(slot: u32) {
    if let Some(state) = State::by_slot(slot) {
        state.wait();
    }
}

/// Puts the exchange that waits longest into the port, if it may be run.
#[unsafe(no_mangle)]
extern "C" fn host_admit_next(slot: u32) -> u32 {
    State::by_slot(slot).map_or(Admitted::None, |state| state.admit_next()) as u32
}

/// After a call of the guest that did not simply respond, or with more to do than to answer.
#[unsafe(no_mangle)]
extern "C" fn host_end(slot: u32, ended: u32) -> u32 {
    State::by_slot(slot).map_or(0, |state| state.end(ended.into()))
}
