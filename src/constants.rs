//! Numbers and names that the core, its JavaScript half and the shims know. The build writes them to
//! `js/generated/constants.js` (`tools/constants.js`) and puts them into the shims, which name them as `(i32.const NAME)`
//! (`build.rs`), so each declaration stands on one line, with its documentation in front.

#![allow(dead_code)] // Some are used only by JavaScript or by a shim.

/// Sentinel: no host, or no pool.
pub(crate) const NO_SLOT: u32 = 4_294_967_295;

// Answers of `host_admit` to an invocation that wants to run.

/// The guest may be called.
pub(crate) const ADMIT_NOW: u32 = 0;
/// The invocation has to wait for its turn, or for a fresh instance.
pub(crate) const ADMIT_LATER: u32 = 1;
/// The invocation cannot run; the port has its error.
pub(crate) const ADMIT_NEVER: u32 = 2;

// How a call of the guest ended.

/// It returned 0.
pub(crate) const CALL_FAILED: u32 = 0;
/// It returned anything else.
pub(crate) const CALL_SUCCEEDED: u32 = 1;
/// It trapped, or threw.
pub(crate) const CALL_THREW: u32 = 2;

// The outcome of a host call, where it is not the length of an answer in bytes.

/// The host callback threw or rejected: the invocation has its error text.
pub(crate) const HOST_CALL_FAILED: f64 = -1.0;
/// The host callback answers later, and the guest waits.
pub(crate) const HOST_CALL_PENDING: f64 = -2.0;
/// The host callback answers later, and nothing can wait for it.
pub(crate) const HOST_CALL_PROMISE_REFUSED: f64 = -3.0;
/// The binding, the namespace or the operation is not UTF-8.
pub(crate) const HOST_CALL_NAME_NOT_UTF8: f64 = -4.0;

// Answers of `__host_call` to its shim; the guest gets the first two as they are.

/// The host callback threw or rejected.
pub(crate) const HOST_FAILED: u32 = 0;
/// The host callback answered.
pub(crate) const HOST_ANSWERED: u32 = 1;
/// The host callback answers later: the shim suspends the guest.
pub(crate) const HOST_PENDING: u32 = 2;
/// The guest is to be stopped: the shim traps.
pub(crate) const HOST_STOPPED: u32 = 3;

// Answers of `suspend` to a shim, unless the answer is that of a host call.

/// The guest unwinds its own stack: the shim returns at once (`js/invocation/asyncify.js`).
pub(crate) const RESUME_UNWIND: u32 = 0;
/// The guest has slept, and goes on.
pub(crate) const RESUME_PROCEED: u32 = 1;
/// The guest is to be stopped: the shim traps.
pub(crate) const RESUME_STOP: u32 = 3;

// Why WASI's shim stops a guest.

/// A writer threw, its chunk was too long, or its worker ends.
pub(crate) const STOPPED_BY_WRITER: u32 = 0;
/// The guest exited with a code.
pub(crate) const STOPPED_BY_EXIT: u32 = 1;
/// The guest raised a signal.
pub(crate) const STOPPED_BY_SIGNAL: u32 = 2;
/// Its clock (`wasi.now`) threw or told no time, or its worker ends while it sleeps.
pub(crate) const STOPPED_BY_CLOCK: u32 = 3;
/// Its source of randomness (`wasi.random`) threw.
pub(crate) const STOPPED_BY_RANDOM: u32 = 4;

// Answers of `pool_admit` to a request that wants to wait.

/// The request may wait.
pub(crate) const POOL_QUEUED: u32 = 0;
/// The queue is full (`maxQueue`).
pub(crate) const POOL_FULL: u32 = 1;
/// The pool takes no more requests.
pub(crate) const POOL_CLOSED: u32 = 2;

/// Sentinel of a pool: no instance, or no eviction.
pub(crate) const POOL_NONE: f64 = -1.0;

// Demands of a host or pool on a guest that takes over, beside its memory. They are added up.

/// Its bytes are checked against `integrity`, unless that is waived.
pub(crate) const DEMANDS_INTEGRITY: u32 = 1;
/// It can be interrupted.
pub(crate) const DEMANDS_INTERRUPT: u32 = 2;

/// The names of WASI's import module, the newest first.
pub(crate) const WASI_MODULES: [&str; 3] = ["wasi_snapshot_preview1", "wasi_unstable", "wasi"];

/// Exports that are added to a guest that can be interrupted: the table of the refill, the global of the instructions
/// that each invocation begins with, the module's start function, and the global of the instructions that are left.
pub(crate) const OWN_EXPORTS: [&str; 4] = ["wapc:refill", "wapc:quantum", "wapc:start", "wapc:left"];
