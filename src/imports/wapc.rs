//! Import module `wapc`: what a guest calls to take its request, to answer, and to call its host.
//!
//! The shim (`shim.wat`) calls these wasm to wasm, the instance's number in front. None of them throws: each answers
//! whether the guest goes on, and what stops it is kept in its `Invocation`.

use crate::error::{Error, Violation};
use crate::instance::{Instance, check_text};
use crate::invocation::{Answer, Request};
use crate::sys;

use super::{Import, PROCEED, STOP};

/// What `__host_call` answers to the shim; the first two are also what the guest gets.
const HOST_FAILED: u32 = 0;
const HOST_ANSWERED: u32 = 1;
const HOST_PENDING: u32 = 2;
const HOST_STOPPED: u32 = 3;

/// Runs the import of an instance; its error stops the guest.
#[inline(always)]
pub(super) fn run(id: u32, import: impl FnOnce(&Instance) -> Result<(), Error>) -> u32 {
    let Some(instance) = Instance::by_id(id) else {
        return STOP;
    };
    match import(&instance) {
        Ok(()) => PROCEED,
        Err(error) => {
            instance.stop(error);
            STOP
        }
    }
}

/// Checks the ranges at `op_ptr` and `ptr`, where the shim then lets the running invocation's operation and payload be
/// written. WAPC_PROTOCOL if either leaves memory, or there is no invocation.
/// (import "wapc" "__guest_request" (func (param $op_ptr i32) (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_request(id: u32, op_ptr: u32, ptr: u32) -> u32 {
    let simply = Instance::peek(id, |instance, invocation| {
        let Request { op_len, payload_len } = invocation.request().ok()?;
        instance.knows(op_ptr, op_len)?;
        instance.knows(ptr, payload_len)
    });
    match simply {
        Some(_) => PROCEED,
        None => request_unusually(id, op_ptr, ptr),
    }
}

/// The same where memory has grown, or an error is to be told.
#[cold]
#[inline(never)]
fn request_unusually(id: u32, op_ptr: u32, ptr: u32) -> u32 {
    run(id, |instance| {
        let Request { op_len, payload_len } = instance.with(|invocation| invocation.request())?;
        instance.range(Import::GuestRequest, op_ptr, op_len)?;
        instance.range(Import::GuestRequest, ptr, payload_len)?;
        Ok(())
    })
}

/// The request is not what it was when its lengths were told to the guest.
#[unsafe(no_mangle)]
extern "C" fn wapc_request_lost(id: u32) {
    run(id, |_| {
        Err(Error::Argument {
            what: "payload".to_owned(),
            expected: "the same bytes until the guest has read them".to_owned(),
            got: "an array that was detached or resized meanwhile".to_owned(),
        })
    });
}

/// Checks the range of the guest's answer, which the shim then lets be copied out, at once: the guest may free it. A
/// second answer replaces the first.
/// WAPC_PROTOCOL if the range leaves memory, WAPC_LIMIT if it is longer than `limits.payload`.
/// (import "wapc" "__guest_response" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_response(id: u32, ptr: u32, len: u32) -> u32 {
    let simply = Instance::peek(id, |instance, invocation| {
        instance.knows(ptr, len)?;
        instance.check_limit("", len.into()).ok()?;
        invocation.respond();
        Some(())
    });
    match simply {
        Some(()) => PROCEED,
        None => response_unusually(id, ptr, len),
    }
}

/// The same where memory has grown, or an error is to be told.
#[cold]
#[inline(never)]
fn response_unusually(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        instance.range(Import::GuestResponse, ptr, len)?;
        instance.check_limit("the guest's response", len.into())?;
        instance.update(|invocation| invocation.respond());
        Ok(())
    })
}

/// The engine has no memory for the answer.
#[unsafe(no_mangle)]
extern "C" fn wapc_response_lost(id: u32, len: u32) {
    run(id, |instance| Err(instance.no_memory_for("the guest's response", len)));
}

/// Keeps the guest's error text; broken UTF-8 becomes U+FFFD.
/// WAPC_PROTOCOL if the range leaves memory.
/// (import "wapc" "__guest_error" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_error(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        let text = instance.text(Import::GuestError, ptr, len)?;
        instance.update(|invocation| invocation.fail(text));
        Ok(())
    })
}

/// Calls the host callback with copies of the names and the payload: 1 answered, 0 failed, 2 answers later.
/// WAPC_PROTOCOL if a range leaves memory or a name is not UTF-8, WAPC_LIMIT if the payload or the answer is longer
/// than `limits.payload`, WAPC_ASYNC if a promise came back where it can't be awaited.
/// (import "wapc" "__host_call" (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)] // The protocol's eight, and the instance.
extern "C" fn wapc_host_call(
    id: u32,
    bd_ptr: u32,
    bd_len: u32,
    ns_ptr: u32,
    ns_len: u32,
    op_ptr: u32,
    op_len: u32,
    ptr: u32,
    len: u32,
) -> u32 {
    let mut status = HOST_STOPPED;
    run(id, |instance| {
        // Stopped while it was suspended: its callbacks are not to hear of it any more.
        if instance.is_stopped() {
            return Ok(());
        }
        let binding = instance.range(Import::HostCall, bd_ptr, bd_len)?;
        let namespace = instance.range(Import::HostCall, ns_ptr, ns_len)?;
        let operation = instance.range(Import::HostCall, op_ptr, op_len)?;
        let payload = instance.range(Import::HostCall, ptr, len)?;
        instance.check_limit("a host call's payload", len.into())?;
        let may_suspend = instance.update(|invocation| invocation.begin_host_call()).unwrap_or(false);
        let called = instance.in_callback(|guest| {
            sys::call_host(
                guest,
                binding.ptr(),
                binding.len(),
                namespace.ptr(),
                namespace.len(),
                operation.ptr(),
                operation.len(),
                payload.ptr(),
                payload.len(),
                may_suspend,
            )
        });
        status = settle(instance, called)?;
        Ok(())
    });
    status
}

/// A host call that answered later has come to something: what the shim gets in its place.
#[unsafe(no_mangle)]
extern "C" fn host_call_settled(id: u32, called: f64) -> u32 {
    let mut status = HOST_STOPPED;
    run(id, |instance| {
        status = settle(instance, called)?;
        Ok(())
    });
    status
}

/// Takes in what a host call came to: a length in bytes, or one of the states that `js/sys/host-call.js` names.
fn settle(instance: &Instance, called: f64) -> Result<u32, Error> {
    const FAILED: f64 = -1.0;
    const PENDING: f64 = -2.0;
    const PROMISE_REFUSED: f64 = -3.0;

    // The callback itself may have closed the host or aborted the invocation.
    if instance.is_stopped() {
        return Ok(HOST_STOPPED);
    }
    if called >= 0.0 {
        let len = instance.check_limit("the host callback's answer", called)?;
        instance.update(|invocation| invocation.end_host_call(Answer::Response(len)));
        return Ok(HOST_ANSWERED);
    }
    if called == FAILED {
        let len = check_text("the host callback's error text", instance.guest().answer_len())?;
        instance.update(|invocation| invocation.end_host_call(Answer::Error(len)));
        return Ok(HOST_FAILED);
    }
    if called == PENDING {
        return Ok(HOST_PENDING);
    }
    if called == PROMISE_REFUSED {
        return Err(Error::Async(instance.why_not_async()));
    }
    Err(Violation::NotUtf8 { import: Import::HostCall, what: "binding, namespace or operation" }.into())
}

/// Bytes of the last answer, 0 where there is none.
/// (import "wapc" "__host_response_len" (func (result i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_response_len(id: u32) -> u32 {
    Instance::peek(id, |_, invocation| Some(invocation.host_response_len())).unwrap_or(0)
}

/// Writes the last answer. WAPC_PROTOCOL if the range leaves memory.
/// (import "wapc" "__host_response" (func (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_response(id: u32, ptr: u32) -> u32 {
    run(id, |instance| {
        let len = instance.with(|invocation| Ok(invocation.host_response_len()))?;
        write_answer(instance, Import::HostResponse, ptr, len)
    })
}

/// Bytes (not UTF-16 units) of the last host error, 0 where there is none.
/// (import "wapc" "__host_error_len" (func (result i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_error_len(id: u32) -> u32 {
    Instance::peek(id, |_, invocation| Some(invocation.host_error_len())).unwrap_or(0)
}

/// Writes the last host error in UTF-8. WAPC_PROTOCOL if the range leaves memory.
/// (import "wapc" "__host_error" (func (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_error(id: u32, ptr: u32) -> u32 {
    run(id, |instance| {
        let len = instance.with(|invocation| Ok(invocation.host_error_len()))?;
        write_answer(instance, Import::HostError, ptr, len)
    })
}

fn write_answer(instance: &Instance, import: Import, ptr: u32, len: u32) -> Result<(), Error> {
    let range = instance.range(import, ptr, len)?;
    if range.len() == 0 || instance.guest().write_answer(range.ptr(), range.len()) == 1 {
        return Ok(());
    }
    Err(Error::Argument {
        what: "the host callback's answer".to_owned(),
        expected: format!("{len} bytes until the guest has read them"),
        got: "an array that was detached or resized meanwhile".to_owned(),
    })
}

/// Logs a line of text; broken UTF-8 becomes U+FFFD. WAPC_PROTOCOL if the range leaves memory.
/// (import "wapc" "__console_log" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_console_log(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        let text = instance.text(Import::ConsoleLog, ptr, len)?;
        instance.log(&text)
    })
}
