//! Import module `wapc`: the functions by which a guest takes its request, answers, and calls its host.
//!
//! The shim (`shim.wat`) calls them wasm to wasm, with the instance's number in front. None of them throws: each
//! returns whether the guest goes on; the error that stops it is kept in its `Invocation`.
//!
//! A guest may call them when the engine's stack is nearly used up. Those that every invocation calls only read, so
//! nothing is lost where one of their frames does not fit; they return `SLOW_PATH` where more is to be done, and the
//! shim calls the function that ends in `_slow`. Before it calls that, or any other, it makes sure that the stack has room.

use js_sys::JsString;

use crate::constants::{
    HOST_ANSWERED, HOST_CALL_FAILED, HOST_CALL_PENDING, HOST_CALL_PROMISE_REFUSED, HOST_FAILED, HOST_PENDING,
    HOST_STOPPED,
};
use crate::error::{Error, Violation};
use crate::instance::Instance;
use crate::invocation::{Answer, Invocation, Request};
use crate::protocol::Import;
use crate::sys;

/// Answers to the shim: the guest goes on, or is stopped.
const PROCEED: u32 = 1;
const STOP: u32 = 0;
/// Answer to the shim: a check that only reads does not suffice. The shim then takes the slow path.
const SLOW_PATH: u32 = 0;

/// Returned in place of a length: a check that only reads did not suffice, or the guest is stopped.
const SLOW_PATH_LEN: i64 = -1;

/// Runs an import of an instance; its error stops the guest.
#[inline(always)]
pub(super) fn run(id: u32, import: impl FnOnce(&Instance) -> Result<(), Error>) -> u32 {
    let Some(instance) = Instance::by_id(id) else {
        return STOP;
    };
    match import(&instance) {
        Ok(()) => PROCEED,
        Err(error) => {
            instance.invocation().stop(error);
            STOP
        }
    }
}

/// The status of a check that only reads.
fn status_of(look: Option<()>) -> u32 {
    look.map_or(SLOW_PATH, |()| PROCEED)
}

/// Checks the ranges at `op_ptr` and `ptr`; the shim then has the running invocation's operation and payload written
/// there. Only reads.
/// (import "wapc" "__guest_request" (func (param $op_ptr i32) (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_request(id: u32, op_ptr: u32, ptr: u32) -> u32 {
    status_of(Instance::peek(id, |instance| {
        let Request { op_len, payload_len } = instance.invocation().request().ok()?;
        instance.known_range(op_ptr, op_len)?;
        instance.known_range(ptr, payload_len).map(drop)
    }))
}

/// The slow path of `wapc_guest_request`: memory has grown, or the guest is to be stopped.
/// WAPC_PROTOCOL if a range leaves memory, or there is no invocation.
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_request_slow(id: u32, op_ptr: u32, ptr: u32) -> u32 {
    run(id, |instance| {
        let Request { op_len, payload_len } = instance.invocation().request()?;
        instance.range(Import::GuestRequest, op_ptr, op_len)?;
        instance.range(Import::GuestRequest, ptr, payload_len)?;
        Ok(())
    })
}

/// Stops the guest: the request has changed since the guest was told its lengths.
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

/// Checks the range of the guest's response. The shim then has it copied out at once, since the guest may free it. A
/// second response replaces the first. Only reads.
/// (import "wapc" "__guest_response" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_response(id: u32, ptr: u32, len: u32) -> u32 {
    status_of(Instance::peek(id, |instance| {
        instance.known_range(ptr, len)?;
        instance.allows(len).then_some(())
    }))
}

/// The slow path of `wapc_guest_response`: memory has grown, or the guest is to be stopped.
/// WAPC_PROTOCOL if the range leaves memory, WAPC_LIMIT if it is longer than `limits.payload`.
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_response_slow(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        instance.range(Import::GuestResponse, ptr, len)?;
        instance.check_limit("the guest's response", len.into())?;
        Ok(())
    })
}

/// Stops the guest with WAPC_LIMIT: the engine has no memory for its response.
#[unsafe(no_mangle)]
extern "C" fn wapc_response_lost(id: u32, len: u32) {
    run(id, |instance| Err(instance.no_memory_for("the guest's response", len)));
}

/// Keeps the guest's error text; broken UTF-8 becomes U+FFFD.
/// WAPC_PROTOCOL if the range leaves memory, WAPC_LIMIT if it is longer than `limits.payload`.
/// (import "wapc" "__guest_error" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_guest_error(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        let text = instance.text(Import::GuestError, "the text of __guest_error", ptr, len)?;
        instance.invocation().fail(text);
        Ok(())
    })
}

/// Calls the host callback: `HOST_ANSWERED`, `HOST_FAILED`, `HOST_PENDING` where it answers later, or `HOST_STOPPED`.
/// WAPC_PROTOCOL if a range leaves memory or a name is not UTF-8, WAPC_LIMIT if a name, the payload, the answer or the
/// host error is longer than `limits.payload`, WAPC_ASYNC if a promise came back where it can't be awaited.
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
        // Stopped while it was suspended: its callbacks must not be called any more.
        if instance.invocation().is_stopped() {
            return Ok(());
        }
        let binding = instance.range(Import::HostCall, bd_ptr, bd_len)?;
        let namespace = instance.range(Import::HostCall, ns_ptr, ns_len)?;
        let operation = instance.range(Import::HostCall, op_ptr, op_len)?;
        let payload = instance.range(Import::HostCall, ptr, len)?;
        instance.check_limit("a host call's binding", bd_len.into())?;
        instance.check_limit("a host call's namespace", ns_len.into())?;
        instance.check_limit("a host call's operation", op_len.into())?;
        instance.check_limit("a host call's payload", len.into())?;
        let may_suspend = instance.invocation().begin_host_call();
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

/// Settles a host call that answered later: the status that the shim goes on with.
#[unsafe(no_mangle)]
extern "C" fn host_call_settled(id: u32, called: f64) -> u32 {
    let mut status = HOST_STOPPED;
    run(id, |instance| {
        status = settle(instance, called)?;
        Ok(())
    });
    status
}

/// Records the outcome of a host call: a length in bytes, or one of `HOST_CALL_*`.
fn settle(instance: &Instance, called: f64) -> Result<u32, Error> {
    // The callback itself may have closed the host or aborted the invocation.
    if instance.invocation().is_stopped() {
        return Ok(HOST_STOPPED);
    }
    if called >= 0.0 {
        let len = instance.check_limit("the host callback's answer", called)?;
        instance.invocation().end_host_call(Answer::Response(len));
        return Ok(HOST_ANSWERED);
    }
    if called == HOST_CALL_FAILED {
        let len = instance.check_host_error(instance.guest().answer_len())?;
        instance.invocation().end_host_call(Answer::Error(len));
        return Ok(HOST_FAILED);
    }
    if called == HOST_CALL_PENDING {
        return Ok(HOST_PENDING);
    }
    if called == HOST_CALL_PROMISE_REFUSED {
        return Err(Error::Async(instance.why_not_async()));
    }
    Err(Violation::NotUtf8 { import: Import::HostCall, what: "binding, namespace or operation" }.into())
}

/// Bytes of the last answer, 0 where there is none. Only reads.
/// (import "wapc" "__host_response_len" (func (result i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_response_len(id: u32) -> u32 {
    Instance::peek(id, |instance| Some(instance.invocation().host_response_len())).unwrap_or(0)
}

/// Checks the range that the last answer is to be written to: its length in bytes. The shim then has it written. Only
/// reads.
/// (import "wapc" "__host_response" (func (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_response(id: u32, ptr: u32) -> i64 {
    let len = Instance::peek(id, |instance| {
        Some(instance.known_range(ptr, instance.invocation().host_response_len())?.len())
    });
    len.map_or(SLOW_PATH_LEN, i64::from)
}

/// The slow path of `wapc_host_response`: memory has grown, or the guest is to be stopped.
/// WAPC_PROTOCOL if the range leaves memory.
#[unsafe(no_mangle)]
extern "C" fn wapc_host_response_slow(id: u32, ptr: u32) -> i64 {
    answer_len(id, Import::HostResponse, ptr, Invocation::host_response_len)
}

/// The length of the last answer or error text, if that may be written at `ptr`. An error stops the guest.
fn answer_len(id: u32, import: Import, ptr: u32, len: impl FnOnce(&Invocation<JsString>) -> u32) -> i64 {
    let mut checked = SLOW_PATH_LEN;
    run(id, |instance| {
        checked = instance.range(import, ptr, len(instance.invocation()))?.len().into();
        Ok(())
    });
    checked
}

/// Bytes (not UTF-16 units) of the last host error, 0 where there is none. Only reads.
/// (import "wapc" "__host_error_len" (func (result i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_error_len(id: u32) -> u32 {
    Instance::peek(id, |instance| Some(instance.invocation().host_error_len())).unwrap_or(0)
}

/// Checks the range that the last host error, in UTF-8, is to be written to: its length in bytes. The shim then has it
/// written. WAPC_PROTOCOL if the range leaves memory.
/// (import "wapc" "__host_error" (func (param $ptr i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_host_error(id: u32, ptr: u32) -> i64 {
    answer_len(id, Import::HostError, ptr, Invocation::host_error_len)
}

/// Stops the guest: the callback's answer has changed since the guest was told its length.
#[unsafe(no_mangle)]
extern "C" fn wapc_answer_lost(id: u32) {
    run(id, |_| {
        Err(Error::Argument {
            what: "the host callback's answer".to_owned(),
            expected: "the same bytes until the guest has read them".to_owned(),
            got: "an array that was detached or resized meanwhile".to_owned(),
        })
    });
}

/// Logs a line of text; broken UTF-8 becomes U+FFFD.
/// WAPC_PROTOCOL if the range leaves memory, WAPC_LIMIT if it is longer than `limits.payload`.
/// (import "wapc" "__console_log" (func (param $ptr i32) (param $len i32)))
#[unsafe(no_mangle)]
extern "C" fn wapc_console_log(id: u32, ptr: u32, len: u32) -> u32 {
    run(id, |instance| {
        let text = instance.text(Import::ConsoleLog, "a line of __console_log", ptr, len)?;
        instance.log(&text)
    })
}
