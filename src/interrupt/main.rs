//! Rewrites guests that a host may interrupt (`limits.interrupt`, `limits.fuel`): an artifact of its own, since most
//! guests do without it. It is loaded when the first such guest is compiled, and an instance of it serves one guest, so
//! that nothing of a guest is left in memory. Only numbers cross to JavaScript (`js/interrupt/rewriter.js`).

#![cfg_attr(target_arch = "wasm32", no_main)]

#[path = "../binary_types.rs"]
mod binary_types;
#[path = "../constants.rs"]
mod constants;
mod exports;
#[path = "../leb128.rs"]
mod leb128;
mod rewriter;
#[path = "../section_ids.rs"]
mod section_ids;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// On other targets it is only tested.
#[cfg(not(target_arch = "wasm32"))]
fn main() {}
