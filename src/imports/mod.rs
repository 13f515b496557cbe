//! The functions that guests import, as the shims (`shim.wat`, `assemblyscript.wat`) call them: raw exports of the core, each
//! with the number of the instance in front.

mod assemblyscript;
mod ending;
mod wapc;

/// What the core answers to the shim: whether the guest goes on.
const PROCEED: u32 = 1;
const STOP: u32 = 0;
/// The check that only reads does not suffice: the shim calls the one that does more.
const UNUSUAL: u32 = 0;
