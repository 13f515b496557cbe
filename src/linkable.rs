//! A compiled guest whose imports the host all provides, ready to be instantiated.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{JsString, WebAssembly};

use crate::error::Error;
use crate::inspect::field;
use crate::protocol::{self, ENV, HOST_CALL, POLL};
use crate::sys::{self, Wasi};

/// The place that a guest came from.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    /// As errors name it: a path, an address, "the bytes".
    pub(crate) described: Rc<str>,
    /// The guest's name in errors of its invocations: the one that it was compiled with, or its file's. None where it has neither.
    pub(crate) name: Option<JsString>,
}

/// A guest whose imports the host all provides, and what holds for each of its instances once one has shown it.
#[derive(Debug)]
pub(crate) struct Linkable {
    pub(crate) module: WebAssembly::Module,
    pub(crate) origin: Origin,
    /// True where the guest may call its host or sleep, so that its stack may have to be suspended.
    pub(crate) may_wait: bool,
    /// True where its stack can be suspended: by the engine (JSPI), or by the guest itself (asyncify).
    pub(crate) can_suspend: bool,
    /// True where the guest may sleep.
    pub(crate) may_sleep: bool,
    /// WASI, if it imports that.
    pub(crate) wasi: Option<Wasi>,
    /// True where the guest was rewritten, so that it can be interrupted.
    pub(crate) interrupts: bool,
    /// True where the guest imports from AssemblyScript's `env`.
    pub(crate) imports_env: bool,
    /// True once an instance was seen to export a `__guest_call` of the protocol's signature.
    pub(crate) has_signature: Cell<bool>,
}

impl Linkable {
    /// WAPC_LINK, naming all of them, where the host does not provide its imports.
    pub(crate) fn new(
        module: WebAssembly::Module,
        wasi: Option<Wasi>,
        interrupts: bool,
        origin: Origin,
    ) -> Result<Self, Error> {
        let (mut missing, mut may_wait, mut may_sleep, mut imports_env) = (Vec::new(), false, false, false);
        for import in WebAssembly::Module::imports(&module).iter() {
            let (from, name, kind) = (field(&import, "module"), field(&import, "name"), field(&import, "kind"));
            may_sleep |= name == POLL;
            may_wait |= may_sleep || name == HOST_CALL;
            imports_env |= from == ENV;
            let is_provided =
                protocol::is_provided(&from, &name) || wasi.as_ref().is_some_and(|wasi| wasi.provides(&from, &name));
            if kind != "function" || !is_provided {
                missing.push(format!("{kind} `{from}` `{name}`"));
            }
        }
        if missing.is_empty() {
            return Ok(Self {
                can_suspend: sys::can_be_suspended(&module),
                module,
                origin,
                may_wait,
                may_sleep,
                wasi,
                interrupts,
                imports_env,
                has_signature: Cell::new(false),
            });
        }
        Err(Error::Link {
            reason: format!(
                "{}: the guest imports what this host does not provide: {}",
                origin.described,
                missing.join(", ")
            ),
            cause: None,
        })
    }
}
