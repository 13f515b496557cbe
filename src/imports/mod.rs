//! What a guest may import, and the shim that stands in front of it.

mod assemblyscript;
mod ending;
mod wapc;

use std::cell::OnceCell;
use std::fmt;

use js_sys::{Object, Reflect, Uint8Array, WebAssembly};
use wasm_bindgen::JsValue;

use crate::module::Linkable;
use crate::protocol::{ENV, ENV_IMPORTS, WAPC, WAPC_IMPORTS};
use crate::sys::{self, Guest};

/// An import, as errors name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Import {
    GuestRequest,
    GuestResponse,
    GuestError,
    HostCall,
    HostResponse,
    HostError,
    ConsoleLog,
    AssemblyScriptAbort,
    AssemblyScriptTrace,
    AssemblyScriptConsoleLog,
}

impl fmt::Display for Import {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::GuestRequest => "__guest_request",
            Self::GuestResponse => "__guest_response",
            Self::GuestError => "__guest_error",
            Self::HostCall => "__host_call",
            Self::HostResponse => "__host_response",
            Self::HostError => "__host_error",
            Self::ConsoleLog => "__console_log",
            Self::AssemblyScriptAbort => "env.abort",
            Self::AssemblyScriptTrace => "env.trace",
            Self::AssemblyScriptConsoleLog => "env.console.log",
        })
    }
}

/// What the core answers to the shim: whether the guest goes on.
const PROCEED: u32 = 1;
const STOP: u32 = 0;

/// Whether the host has such a function to import.
pub(crate) fn is_provided(module: &str, name: &str) -> bool {
    match module {
        WAPC => WAPC_IMPORTS.contains(&name),
        ENV => ENV_IMPORTS.contains(&name),
        _ => false,
    }
}

thread_local! {
    static SHIM: Compiled = const { Compiled::new(include_bytes!(concat!(env!("OUT_DIR"), "/shim.wasm"))) };
    static ASSEMBLYSCRIPT: Compiled =
        const { Compiled::new(include_bytes!(concat!(env!("OUT_DIR"), "/assemblyscript.wasm"))) };
    static SIGNATURE: Compiled = const { Compiled::new(include_bytes!(concat!(env!("OUT_DIR"), "/signature.wasm"))) };
}

/// A small module of our own, compiled when it is first needed.
struct Compiled {
    bytes: &'static [u8],
    module: OnceCell<WebAssembly::Module>,
}

impl Compiled {
    const fn new(bytes: &'static [u8]) -> Self {
        Self { bytes, module: OnceCell::new() }
    }

    fn instantiate(&self, imports: &Object) -> Result<WebAssembly::Instance, JsValue> {
        let module = match self.module.get() {
            Some(module) => module,
            None => {
                let module = WebAssembly::Module::new(&Uint8Array::from(self.bytes))?;
                self.module.get_or_init(|| module)
            }
        };
        WebAssembly::Instance::new(module, imports)
    }
}

/// Whether a guest's `__guest_call` has the protocol's signature.
pub(crate) fn has_signature(guest: &Object) -> bool {
    let imports = Object::new();
    let linked = Reflect::set(&imports, &"guest".into(), guest)
        .and_then(|_| SIGNATURE.with(|signature| signature.instantiate(&imports)));
    linked.is_ok()
}

/// The imports object for the instance `id`: shims of its own that put `id` in front of every call, each where the guest
/// has use for it.
pub(crate) fn for_instance(id: u32, guest: &Guest, linkable: &Linkable) -> Result<Object, JsValue> {
    let host = guest.copies();
    Reflect::set(&host, &"id".into(), &id.into())?;
    Reflect::set(&host, &"suspend".into(), &sys::suspend())?;
    let needs = Object::new();
    Reflect::set(&needs, &"core".into(), &wasm_bindgen::exports())?;
    Reflect::set(&needs, &"host".into(), &host)?;
    let imports = Object::new();
    for (namespace, shim) in [(WAPC, &SHIM), (ENV, &ASSEMBLYSCRIPT)] {
        if namespace == WAPC || linkable.imports_env {
            let shim = shim.with(|shim| shim.instantiate(&needs))?;
            Reflect::set(&imports, &namespace.into(), &shim.exports())?;
        }
    }
    Ok(imports)
}
