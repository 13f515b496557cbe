//! Links and starts a guest: instantiates it, checks it, and calls its start exports.

use js_sys::{Object, Reflect, WebAssembly};
use wasm_bindgen::{JsCast, JsValue};

use super::Instance;
use super::budget::Budget;
use super::linking::{has_signature, imports_of};
use crate::error::Error;
use crate::invocation::{Ended, Outcome};
use crate::linkable::Linkable;
use crate::options::Options;
use crate::protocol::START_EXPORTS;
use crate::sys::{self, WasiSettings};
use crate::task::settled;

impl Instance {
    /// Links and starts a registered instance, which is discarded if that fails. With `may_wait` its start may call the
    /// host asynchronously. WAPC_LINK where an import is missing, WAPC_INIT where its start fails, WAPC_TIMEOUT where it
    /// is suspended for longer than `limits.start`.
    pub(crate) async fn start(&self, linkable: &Linkable, options: &Options, may_wait: bool) -> Result<(), Error> {
        let started = self.link_and_start(linkable, &options.wasi, may_wait).await;
        match &started {
            Ok(()) => self.guest.started(),
            Err(_) => self.discard(),
        }
        started
    }

    async fn link_and_start(&self, linkable: &Linkable, settings: &WasiSettings, may_wait: bool) -> Result<(), Error> {
        let imports = imports_of(linkable).map_err(|cause| link_error(linkable, &cause))?;
        if let Some(wasi) = &linkable.wasi {
            let linked = wasi.try_link(&imports, &self.guest, settings, self.payload_limit, linkable.interrupts);
            linked.map_err(Error::Thrown)?;
        }
        let suspend = may_wait && self.suspendable;
        // Before instantiation: a start function may call imports, but cannot be suspended.
        self.begin(None, false);
        self.guest.prepare(self.start_limit, &imports);
        let exports = match WebAssembly::Instance::new(&linkable.module, &imports) {
            Ok(instance) => instance.exports(),
            Err(error) if may_wait && is_too_large_to_block(&error) => {
                settled(WebAssembly::instantiate_module(&linkable.module, &imports))
                    .await
                    .map_err(|error| self.instantiation_error(linkable, error))?
                    .unchecked_into::<WebAssembly::Instance>()
                    .exports()
            }
            Err(error) => return Err(self.instantiation_error(linkable, error)),
        };
        self.end(Ended::Succeeded);
        if !linkable.has_signature.get() && !has_signature(&exports) {
            let reason = "its `__guest_call` is not (param i32 i32) (result i32)";
            return Err(Error::not_a_guest(&linkable.origin.described, reason, None));
        }
        linkable.has_signature.set(true);
        if linkable.interrupts {
            self.start_interruptible(linkable, &imports, &exports)?;
        }
        // Attached only now: a start section reaches no memory through the host, whether the engine has run it or
        // `start_interruptible`.
        self.guest.attach(&exports);
        for export in START_EXPORTS {
            if !Reflect::get(&exports, &export.into()).is_ok_and(|export| export.is_function()) {
                continue;
            }
            self.begin(None, suspend);
            let status = if suspend {
                settled(self.guest.start_promising(export))
                    .await
                    .ok()
                    .and_then(|status| status.as_f64())
                    .map_or(Ended::Threw, |status| if status == 1.0 { Ended::Succeeded } else { Ended::Threw })
            } else {
                self.guest.start(export).into()
            };
            self.started(export, status)?;
        }
        Ok(())
    }

    /// Lets a guest that was rewritten ask for more instructions, and calls its start function, if it has one: the
    /// engine was kept from calling it before the guest could ask.
    fn start_interruptible(&self, linkable: &Linkable, imports: &Object, exports: &Object) -> Result<(), Error> {
        let first = self.budget.as_ref().map_or(0, Budget::first);
        self.begin(None, false);
        match self.guest.start_interruptible(exports, imports, first).into() {
            Ended::Threw => Err(self.instantiation_error(linkable, self.guest.thrown())),
            ended => {
                self.end(ended);
                Ok(())
            }
        }
    }

    fn started(&self, export: &'static str, ended: Ended) -> Result<(), Error> {
        let Some(error) = self.finish(ended).err().filter(Error::breaks_instance) else {
            return Ok(());
        };
        let reason = error.to_string();
        let cause = match error {
            Error::Thrown(_) | Error::Fuel(_) => return Err(error),
            // TinyGo's `main` ends so: the guest goes on.
            Error::Exit(0, _) => return Ok(()),
            Error::Trap { cause: Some(cause), .. } => cause,
            stopped => stopped.into(),
        };
        Err(Error::Init { export, reason, cause })
    }

    /// The error of an instantiation that failed.
    fn instantiation_error(&self, linkable: &Linkable, error: JsValue) -> Error {
        let stopped = self.end(Ended::Threw);
        if error.is_instance_of::<WebAssembly::LinkError>() {
            return link_error(linkable, &error);
        }
        // The engine has no room for its memory, or its start function ran out of stack.
        let export = if sys::is_range_error(&error, false) { "instantiation" } else { "start function" };
        let (reason, cause) = match stopped {
            Some(Outcome::Stopped(stopped)) if matches!(*stopped, Error::Thrown(_) | Error::Fuel(_)) => {
                return *stopped;
            }
            Some(Outcome::Stopped(stopped)) => (stopped.to_string(), (*stopped).into()),
            _ => (sys::excerpt_of(&error), error),
        };
        let reason = reason + &self.guest.last_words();
        Error::Init { export, reason, cause }
    }
}

fn link_error(linkable: &Linkable, cause: &JsValue) -> Error {
    Error::Link {
        reason: format!("{}: the guest could not be linked: {}", linkable.origin.described, sys::excerpt_of(cause)),
        cause: Some(cause.clone()),
    }
}

/// True where Chromium refuses to instantiate a large module at once on a page's main thread, before the guest's code
/// runs. Engines other than V8 call the start function of an asynchronous instantiation later, when another guest may be
/// the running one. So nothing else is tried again: a start function can use up the stack, which is a RangeError, too.
fn is_too_large_to_block(error: &JsValue) -> bool {
    sys::is_range_error(error, true)
}
