//! Numbers and names that the core and its JavaScript half both know. The build writes them to
//! `js/generated/constants.js` (`tools/constants.js`), so each declaration stands on one line, with its documentation
//! in front.

#![allow(dead_code)] // Some are used only by JavaScript.

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

// Answers of `pool_admit` to a request that wants to wait.

/// The request may wait.
pub(crate) const POOL_QUEUED: u32 = 0;
/// The queue is full (`maxQueue`).
pub(crate) const POOL_FULL: u32 = 1;
/// The pool takes no more requests.
pub(crate) const POOL_CLOSED: u32 = 2;

/// Sentinel of a pool: no instance, or no eviction.
pub(crate) const POOL_NONE: f64 = -1.0;

/// The names of WASI's import module, the newest first.
pub(crate) const WASI_MODULES: [&str; 3] = ["wasi_snapshot_preview1", "wasi_unstable", "wasi"];
