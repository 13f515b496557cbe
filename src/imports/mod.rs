//! The functions that guests import: raw exports of the core, called by the shims (`shim.wat`, `assemblyscript.wat`)
//! with the number of the instance in front.

mod assemblyscript;
mod wapc;
mod wasi;
