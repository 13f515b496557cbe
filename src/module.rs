//! `WapcModule`: a guest that was compiled, and may be instantiated as often as needed.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JsString, Promise, WebAssembly};
use wasm_bindgen::prelude::*;

use crate::constants::{DEMANDS_INTEGRITY, DEMANDS_INTERRUPT};
use crate::error::Error;
use crate::inspect::{self, field};
use crate::integrity::{Digest, Integrity};
use crate::linkable::{Linkable, Origin};
use crate::options::{self, DIGESTS, Options, PoolOptions};
use crate::promise::promise;
use crate::protocol::{GUEST_CALL, MEMORY};
use crate::source::{self, Compiled};
use crate::sys::{self, Wasi};
use crate::task::settled;

/// A compiled guest: compiled once, instantiated as often as needed.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Module {
    state: Rc<State>,
}

#[derive(Debug)]
struct State {
    /// None once it is closed.
    module: RefCell<Option<WebAssembly::Module>>,
    /// The digest of its bytes, if they were verified when it was compiled.
    digest: Option<Digest>,
    origin: Origin,
    /// WASI, if it imports that.
    wasi: Option<Wasi>,
    /// True where it was rewritten, so that it can be interrupted.
    interrupts: bool,
    /// The options of `compile`; None once it is closed, since their callbacks may refer to this very module.
    options: RefCell<Option<Rc<Options>>>,
    /// The options of a pool, where `compile` was given them; None once that pool is made, and once this is closed.
    pool: RefCell<Option<PoolOptions>>,
    /// None before it is first instantiated, and once it is closed.
    linkable: RefCell<Option<Rc<Linkable>>>,
}

#[wasm_bindgen]
impl Module {
    /// Compiles a guest: a promise of a `Module`. With `for_pool` the options are `PoolOptions`, and kept for the pool.
    /// WAPC_LOAD, WAPC_INTEGRITY, WAPC_COMPILE, WAPC_NOT_A_GUEST, WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub fn compile(guest: JsValue, options: &JsValue, for_pool: bool) -> Result<Promise, JsValue> {
        let (options, pool) = if for_pool {
            let (options, pool) = PoolOptions::read(options)?;
            (options, Some(pool))
        } else {
            (Options::read(options)?, None)
        };
        Ok(Self::promise(guest, options, pool))
    }

    /// Compiles a guest that is to take over in a host: a promise of a `Module`. `options` are `ReplaceOptions`; the
    /// host's limit is `memory` bytes, and it has `demands` (`DEMANDS_*`).
    /// WAPC_LOAD, WAPC_INTEGRITY, WAPC_COMPILE, WAPC_NOT_A_GUEST, WAPC_ARGUMENT, WAPC_UNSUPPORTED, WAPC_LIMIT.
    #[wasm_bindgen(js_name = compileSuccessor)]
    pub fn compile_successor(
        guest: JsValue,
        options: &JsValue,
        memory: Option<f64>,
        demands: u32,
    ) -> Result<Promise, JsValue> {
        let integrity = options::read_replacement(options, (demands & DEMANDS_INTEGRITY != 0).then_some(DIGESTS))?;
        Ok(Self::promise(guest, Options::of_successor(memory, demands, integrity)?, None))
    }

    /// Checks that this module, which is compiled already, may take over in a host, with the arguments of
    /// `compile_successor`. WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    #[wasm_bindgen(js_name = admitSuccessor)]
    pub fn admit_successor(&self, options: &JsValue, memory: Option<f64>, demands: u32) -> Result<(), JsValue> {
        let expected = "a module that was compiled with it";
        let is_demanded = demands & DEMANDS_INTEGRITY != 0 && self.state.digest.is_none();
        let integrity = options::read_replacement(options, is_demanded.then_some(expected))?;
        Ok(self.state.admit(memory, demands & DEMANDS_INTERRUPT != 0, integrity.as_ref())?)
    }

    /// The `WebAssembly.Module`, to be instantiated elsewhere. WAPC_CLOSED, WAPC_LINK.
    #[wasm_bindgen(js_name = linkable)]
    pub fn linkable_module(&self) -> Result<WebAssembly::Module, JsValue> {
        Ok(self.linkable()?.module.clone())
    }

    /// `ModuleInfo` of a module: imports, exports, WASI, producers.
    #[wasm_bindgen(js_name = infoOf)]
    pub fn info_of(module: &WebAssembly::Module) -> Result<JsValue, JsValue> {
        Ok(inspect::info(module)?)
    }

    /// The module itself. WAPC_CLOSED.
    #[wasm_bindgen(getter)]
    pub fn module(&self) -> Result<WebAssembly::Module, JsValue> {
        Ok(self.state.open()?)
    }

    /// The guest's name in errors: the one that it was compiled with, or its file's.
    ///
    /// A `Result`, though it can't fail: see `host::exports` on functions that return a reference.
    #[wasm_bindgen(getter, js_name = guestName)]
    pub fn guest_name(&self) -> Result<Option<JsString>, JsValue> {
        Ok(self.state.origin.name.clone())
    }

    /// Releases the compiled module. Its hosts go on.
    pub fn close(&self) {
        self.state.module.take();
        self.state.linkable.take();
        self.state.options.take();
        self.state.pool.take();
    }
}

impl Module {
    /// A promise of a compiled guest.
    fn promise(guest: JsValue, options: Options, pool: Option<PoolOptions>) -> Promise {
        promise(async move {
            let Compiled { module, digest, interrupts, origin } = source::compile(guest, &options).await?;
            require_guest(&module, &origin)?;
            let wasi = settled(sys::load_wasi(&module, &wasm_bindgen::exports())).await.map_err(Error::Thrown)?;
            let wasi = (!wasi.is_undefined()).then(|| wasi.unchecked_into());
            let (module, linkable) = (RefCell::new(Some(module)), RefCell::default());
            let (options, pool) = (RefCell::new(Some(Rc::new(options))), RefCell::new(pool));
            Ok(Self { state: Rc::new(State { module, digest, origin, wasi, interrupts, options, pool, linkable }) }
                .into())
        })
    }

    /// `options` for a host of this module: laid over those of `compile`, which are used as they are where there are no
    /// others. WAPC_CLOSED, WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub(crate) fn host_options(&self, options: &JsValue) -> Result<Rc<Options>, Error> {
        if options.is_undefined() {
            return self.state.options();
        }
        self.state.lay_over(Options::read(options)?)
    }

    /// `options` for a pool of this module. The first pool of a module that was compiled for one uses the options of
    /// `compile` instead.
    /// WAPC_CLOSED, WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub(crate) fn pool_options(&self, options: &JsValue) -> Result<(Rc<Options>, PoolOptions), Error> {
        let kept = self.state.pool.take();
        if let Some(pool) = kept {
            return Ok((self.state.options()?, pool));
        }
        let (options, pool) = PoolOptions::read(options)?;
        Ok((self.state.lay_over(options)?, pool))
    }

    /// The module, ready to be instantiated. WAPC_CLOSED, WAPC_LINK.
    pub(crate) fn linkable(&self) -> Result<Rc<Linkable>, Error> {
        self.state.linkable()
    }
}

impl State {
    /// `options`, with those of `compile` for all that is left out. WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    fn lay_over(&self, options: Options) -> Result<Rc<Options>, Error> {
        self.admit(options.limits.memory, options.limits.is_interruptible(), options.integrity.as_ref())?;
        Ok(Rc::new(options.over(&*self.options()?)))
    }

    /// The options of `compile`. WAPC_CLOSED.
    fn options(&self) -> Result<Rc<Options>, Error> {
        self.options.borrow().clone().ok_or(Error::Closed("module"))
    }

    /// Checks options that only compiling can apply: WAPC_UNSUPPORTED unless the module was compiled with a limit of
    /// `memory` bytes or less, and to be interrupted where that is wanted; WAPC_ARGUMENT unless its bytes were verified
    /// against `integrity`.
    fn admit(&self, memory: Option<f64>, interrupts: bool, integrity: Option<&Integrity>) -> Result<(), Error> {
        if interrupts && !self.interrupts {
            return Err(Error::Unsupported(
                "`limits.interrupt` or `fuel`: the module was compiled without: give it to `WapcModule.compile`"
                    .to_owned(),
            ));
        }
        let compiled_with = self.options()?.limits.memory;
        if let Some(wanted) = memory
            && compiled_with.is_none_or(|limit| limit > wanted)
        {
            // Formatted in JavaScript: formatting an f64 here takes 22 KB.
            let limit = compiled_with.map_or("no limit".to_owned(), |bytes| sys::describe(&bytes.into()));
            let wanted = sys::describe(&wanted.into());
            return Err(Error::Unsupported(format!(
                "`limits.memory` is {wanted}, but the module was compiled with {limit}: give it to `WapcModule.compile`"
            )));
        }
        match integrity {
            Some(integrity) if !self.digest.as_ref().is_some_and(|digest| integrity.includes(digest)) => {
                let expected = "bytes, or a module whose bytes were checked against it when it was compiled";
                Err(Error::argument("integrity", expected, &self.open()?.into()))
            }
            _ => Ok(()),
        }
    }

    fn linkable(&self) -> Result<Rc<Linkable>, Error> {
        if let Some(linkable) = &*self.linkable.borrow() {
            return Ok(Rc::clone(linkable));
        }
        let linkable = Rc::new(Linkable::new(self.open()?, self.wasi.clone(), self.interrupts, self.origin.clone())?);
        self.linkable.replace(Some(Rc::clone(&linkable)));
        Ok(linkable)
    }

    fn open(&self) -> Result<WebAssembly::Module, Error> {
        self.module.borrow().clone().ok_or(Error::Closed("module"))
    }
}

/// WAPC_NOT_A_GUEST unless it exports `__guest_call` and `memory`.
fn require_guest(module: &WebAssembly::Module, origin: &Origin) -> Result<(), Error> {
    let exports = WebAssembly::Module::exports(module);
    for (name, kind) in [(GUEST_CALL, "function"), (MEMORY, "memory")] {
        let is_it = |export: JsValue| field(&export, "name") == name && field(&export, "kind") == kind;
        if !exports.iter().any(is_it) {
            let resembles = inspect::resembles(module);
            let reason = format!("the module exports no {kind} `{name}`{resembles}");
            return Err(Error::not_a_guest(&origin.described, &reason, None));
        }
    }
    Ok(())
}
