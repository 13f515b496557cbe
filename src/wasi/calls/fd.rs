//! The functions of a descriptor, beside reading and writing.

mod attributes;
mod content;
mod numbers;
mod preopens;
mod readdir;
mod state;

use crate::abi::Result;
use crate::descriptors::Open;
use crate::guest::Guest;
use crate::process::run;

/// Runs a call on what is open.
fn with(id: u32, fd: u32, call: impl FnOnce(&Guest, &Open) -> Result<()>) -> u32 {
    run(id, |process| call(&process.guest, &process.open(fd)?))
}
