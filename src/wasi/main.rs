//! WASI preview 1 for the guests of wapc-host: an artifact of its own, since most guests do without it. It is loaded
//! when a guest imports it, and serves all guests of a thread.
//!
//! A guest's imports are `calls`, wasm to wasm, with the guest's number put in front by `shim.wat`. What a guest was
//! given is its `process`; what it names is looked up in its `descriptors`; files are in `files`; its share of what all
//! guests use is in its `holdings`. Each pointer and length is checked by `guest`. Nothing here throws or panics: a
//! call returns an errno, and one that has to stop the guest tells the shim. Only numbers cross to JavaScript (`sys`).

#![cfg_attr(target_arch = "wasm32", no_main)]

mod abi;
mod calls;
mod constants;
mod descriptors;
mod files;
mod guest;
mod holdings;
/// The checks of ranges, shared with the core.
#[path = "../memory.rs"]
mod memory;
mod process;
mod setup;
mod sys;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// On other targets it is only tested.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
