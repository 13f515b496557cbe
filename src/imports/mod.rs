//! What a guest may import, and the shim that stands in front of it.

mod assemblyscript;
mod ending;
mod wapc;

use std::fmt;

use js_sys::{Object, Reflect};
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

/// The modules of our own that stand in front of a guest's imports: a name, by which a platform that compiles nothing
/// while it runs may have them already, and their bytes.
const SHIM: (&str, &[u8]) = ("shim", include_bytes!(concat!(env!("OUT_DIR"), "/shim.wasm")));
const ASSEMBLYSCRIPT: (&str, &[u8]) =
    ("assemblyscript", include_bytes!(concat!(env!("OUT_DIR"), "/assemblyscript.wasm")));
const SIGNATURE: (&str, &[u8]) = ("signature", include_bytes!(concat!(env!("OUT_DIR"), "/signature.wasm")));

fn instantiate((name, bytes): (&str, &[u8]), imports: &Object) -> Result<Object, JsValue> {
    sys::try_instantiate_own(name, bytes, imports)
}

/// Whether a guest's `__guest_call` has the protocol's signature.
pub(crate) fn has_signature(guest: &Object) -> bool {
    let imports = Object::new();
    let linked = Reflect::set(&imports, &"guest".into(), guest).and_then(|_| instantiate(SIGNATURE, &imports));
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
    for (namespace, shim) in [(WAPC, SHIM), (ENV, ASSEMBLYSCRIPT)] {
        if namespace == WAPC || linkable.imports_env {
            Reflect::set(&imports, &namespace.into(), &instantiate(shim, &needs)?.into())?;
        }
    }
    Ok(imports)
}
