//! Exports that the port (`js/invocation/port.js`) calls.
//!
//! They are raw exports that return numbers: a wasm-bindgen method takes 60 ns longer per call, and V8 11 (Node 20)
//! crashes where a wasm function returns a reference to JavaScript that was deoptimized meanwhile. The port calls an
//! idle guest itself; it calls these where more is to be done.

use std::rc::Rc;

use super::State;
use crate::constants::{ADMIT_LATER, ADMIT_NEVER, ADMIT_NOW};

/// Admits an invocation, with an operation and a payload of these lengths in bytes: `ADMIT_NOW`, `ADMIT_LATER`, or
/// `ADMIT_NEVER` where the port has its error.
#[unsafe(no_mangle)]
extern "C" fn host_admit(slot: u32, op_len: f64, payload_len: f64, is_running: u32, at_once: u32) -> u32 {
    let Some(state) = State::by_slot(slot) else {
        return ADMIT_NEVER;
    };
    match state.admit(op_len, payload_len, is_running != 0, at_once != 0) {
        Ok(true) => ADMIT_NOW,
        Ok(false) => ADMIT_LATER,
        Err(error) => {
            state.port.set_error(&error.into());
            ADMIT_NEVER
        }
    }
}

/// Ends a call of the guest, with one of `CALL_*`: 1 where the invocation failed; the port then has its error.
#[unsafe(no_mangle)]
extern "C" fn host_end(slot: u32, ended: u32) -> u32 {
    State::by_slot(slot).is_some_and(|state| state.end(ended.into())).into()
}

/// Called while no invocation runs: the successors that have started take over.
#[unsafe(no_mangle)]
extern "C" fn host_take_over(slot: u32) {
    if let Some(state) = State::by_slot(slot) {
        state.take_over();
    }
}

/// Creates a fresh instance after a trap; the port's `restarted` is called when that has ended.
#[unsafe(no_mangle)]
extern "C" fn host_restart(slot: u32) {
    if let Some(state) = State::by_slot(slot) {
        State::restart_for_port(state);
    }
}

/// 1 where the guest can be called now; else the port's `drain` is called once few enough other guests are suspended.
#[unsafe(no_mangle)]
extern "C" fn host_has_room(slot: u32) -> u32 {
    State::by_slot(slot).is_none_or(|state: Rc<State>| state.has_room()).into()
}
