//! Host for waPC guests on the platform's own `WebAssembly`: browsers, Node, Deno and Bun.
//!
//! The crate is compiled with wasm-bindgen into the core of the npm package `wapc-host`. A guest's imports are raw
//! exports of the core (`imports`), so a guest calls it wasm to wasm; only bytes, text and calls that may throw pass
//! through JavaScript (`sys`), and payloads never pass through the core's own memory.

#[cfg(debug_assertions)]
mod assertions;
mod binary_types;
mod constants;
mod error;
mod host;
mod imports;
mod inspect;
mod instance;
mod integrity;
mod invocation;
mod leb128;
mod limit_memory;
mod linkable;
mod memory;
mod module;
mod options;
mod pool;
mod promise;
mod protocol;
mod reader;
#[allow(dead_code)] // The rewriter needs all of them.
mod section_ids;
mod sections;
mod simple;
mod slots;
mod source;
mod suspensions;
mod sys;
mod task;

pub use host::Host;
pub use module::Module;
pub use pool::Pool;
pub use sys::Port;
pub use task::Task;

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
