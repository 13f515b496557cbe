//! `WapcHost`: one guest that can be called. `calls` does what comes before and after each call; `replacement` replaces
//! the instance; `exports` holds the functions that the port in JavaScript calls.

mod calls;
mod exports;
mod replacement;
mod starting;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Object, Promise, Reflect, WebAssembly};
use wasm_bindgen::prelude::*;

use crate::error::Error;
use crate::instance::Instance;
use crate::linkable::Linkable;
use crate::module::Module;
use crate::options::{Options, Workers};
use crate::promise::promise;
use crate::slots::Slots;
use crate::sys::{self, Port};

pub(crate) use starting::Starting;

/// One instance of a guest, with a memory of its own. Its invocations run one at a time, first come first served.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Host {
    slot: u32,
    state: Rc<State>,
}

/// The state of a host, shared with the futures that work on it.
#[derive(Debug)]
pub(crate) struct State {
    id: u32,
    slot: u32,
    /// `context.host` of the host callbacks: a frozen object with the id.
    handle: Object,
    port: Port,
    options: Rc<Options>,
    guest: RefCell<Rc<Linkable>>,
    /// None after a trap: the next invocation makes a fresh one.
    instance: RefCell<Option<Rc<Instance>>>,
    closed: Cell<bool>,
    /// True while queued in `suspensions`.
    waits_for_room: Cell<bool>,
    successors: RefCell<Vec<Successor>>,
    /// Its instances that are starting: after a trap, or to take over.
    starting: Starting,
}

/// An instance that has started, and takes over as soon as no invocation runs.
#[derive(Debug)]
struct Successor {
    instance: Rc<Instance>,
    guest: Rc<Linkable>,
    /// Resolves the promise of its taking over.
    resolve: Function,
}

thread_local! {
    static HOSTS: RefCell<Slots<State>> = const { RefCell::new(Slots::new()) };
    static NEXT_ID: Cell<u32> = const { Cell::new(1) };
}

/// The number of live hosts.
#[unsafe(no_mangle)]
extern "C" fn hosts_alive() -> usize {
    HOSTS.with_borrow(Slots::alive)
}

/// Wakes the host in `slot`, now that one more guest may be suspended.
fn wake(slot: u32) {
    if let Some(state) = State::by_slot(slot) {
        state.waits_for_room.set(false);
        state.port.drain();
    }
}

/// Creates a host of a fresh instance of `guest`: a promise of a `Host`, or of the JavaScript half of a host in a
/// worker. A worker is used where the caller asked for one, or where the callback may answer later and nothing on this
/// thread can wait. On this thread, `starting` has the instance until it has started.
pub(crate) fn create(
    guest: Rc<Linkable>,
    options: &Rc<Options>,
    workers: Option<&Workers>,
    starting: Rc<Starting>,
) -> Promise {
    let id = NEXT_ID.replace(NEXT_ID.get().wrapping_add(1));
    if workers.is_none() && !options.needs_worker(guest.can_suspend) {
        let options = Rc::clone(options);
        return promise(async move { Ok(Host::create(id, guest, options, &starting).await?.into()) });
    }
    sys::start_remote(
        id,
        &guest.module,
        options.payload_limit(),
        options.limits.timeout,
        options.limits.start,
        options.limits.fuel,
        &options.host_calls,
        options.logger.as_ref(),
        workers.is_some(),
        workers.map_or(&JsValue::UNDEFINED, |Workers(script)| script),
        &options.wasi,
        options.limits.memory,
        options.demands(),
        options.name.as_ref(),
        guest.origin.name.as_ref(),
    )
}

impl Host {
    async fn create(id: u32, guest: Rc<Linkable>, options: Rc<Options>, starting: &Starting) -> Result<Self, Error> {
        let handle = Object::new();
        // Can't fail: a fresh, extensible object.
        let _ = Reflect::set(&handle, &"id".into(), &id.into());
        let handle = Object::freeze(&handle);
        let instance = starting.start(&guest, &handle, &options, true).await?;
        let slot = HOSTS.with_borrow_mut(Slots::reserve);
        let state = Rc::new(State {
            id,
            handle,
            slot,
            port: Port::new(
                slot,
                options.payload_limit(),
                &wasm_bindgen::exports(),
                cfg!(debug_assertions),
                &options.host_calls.codec(),
                guest.interrupts,
            ),
            options,
            guest: RefCell::new(guest),
            instance: RefCell::new(None),
            closed: Cell::new(false),
            waits_for_room: Cell::new(false),
            successors: RefCell::default(),
            starting: Starting::new("host"),
        });
        state.install(Some(instance));
        state.tell_name();
        HOSTS.with_borrow_mut(|hosts| hosts.fill(slot, &state));
        Ok(Self { slot, state })
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let gone = HOSTS.with_borrow_mut(|hosts| hosts.remove(self.slot));
        drop(gone);
    }
}

#[wasm_bindgen]
impl Host {
    /// A host of a fresh instance of `module`: a promise of a `Host`, or of one in a worker. `options` are
    /// `HostOptions`, laid over those of `compile`. WAPC_LINK, WAPC_INIT, WAPC_CLOSED, WAPC_ARGUMENT, WAPC_UNSUPPORTED.
    pub fn instantiate(module: &Module, options: &JsValue) -> Result<Promise, JsValue> {
        let guest = module.linkable()?;
        Ok(create(guest, &module.host_options(options)?, None, Rc::new(Starting::new("host"))))
    }

    /// The host's number; host callbacks see it as `context.host.id`.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> u32 {
        self.state.id
    }

    /// The port, through which JavaScript invokes the guest.
    ///
    /// A `Result`, though it can't fail: see `exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn port(&self) -> Result<Port, JsValue> {
        Ok(self.state.port.clone())
    }

    /// The guest that runs now.
    ///
    /// A `Result`, though it can't fail: see `exports` on functions that return a reference.
    #[wasm_bindgen(getter)]
    pub fn module(&self) -> Result<WebAssembly::Module, JsValue> {
        Ok(self.state.guest.borrow().module.clone())
    }

    /// Bytes of linear memory now; 0 while there is no instance.
    #[wasm_bindgen(getter, js_name = memorySize)]
    #[allow(clippy::cast_precision_loss)] // Memories are far smaller than 2^53 bytes.
    pub fn memory_size(&self) -> f64 {
        self.state.instance().map_or(0.0, |instance| instance.memory_len() as f64)
    }

    /// True once `close` was called.
    #[wasm_bindgen(getter)]
    pub fn closed(&self) -> bool {
        self.state.closed.get()
    }

    /// `limits.memory` in bytes, which a guest that takes over has to be compiled with.
    #[wasm_bindgen(getter, js_name = memoryLimit)]
    pub fn memory_limit(&self) -> Option<f64> {
        self.state.options.limits.memory
    }

    /// The features that a guest which takes over must have: `DEMANDS_*`.
    #[wasm_bindgen(getter)]
    pub fn demands(&self) -> u32 {
        self.state.options.demands()
    }

    /// Ends the invocation that runs, which rejects with `reason`.
    pub fn interrupt(&self, reason: JsValue) {
        self.state.interrupt(reason);
    }

    /// Lets a fresh instance of `module` take over: a promise that resolves once it has.
    /// WAPC_LINK and WAPC_INIT leave the old guest in place.
    pub fn replace(&self, module: &Module) -> Result<Promise, JsValue> {
        Ok(self.succeed(Some(module.linkable()?)))
    }

    /// Lets a fresh instance of the guest that is there by then take over: a promise that resolves once it has.
    pub fn reset(&self) -> Result<Promise, JsValue> {
        Ok(self.succeed(None))
    }

    /// Releases the guest; a running invocation first ends with WAPC_CLOSED. True where none ran: the host can then be
    /// freed.
    pub fn close(&self, is_running: bool) -> bool {
        self.state.close(is_running)
    }
}

impl Host {
    fn succeed(&self, guest: Option<Rc<Linkable>>) -> Promise {
        let state = Rc::clone(&self.state);
        promise(async move {
            state.succeed(guest).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

impl State {
    fn by_slot(slot: u32) -> Option<Rc<Self>> {
        HOSTS.with_borrow(|hosts| hosts.get(slot).cloned())
    }

    /// Tells the port the guest's name: the host's own, or that of the guest that is there.
    fn tell_name(&self) {
        let guest = self.guest.borrow().clone();
        self.port.set_name(self.options.name.as_ref().or(guest.origin.name.as_ref()));
    }

    fn instance(&self) -> Option<Rc<Instance>> {
        self.instance.borrow().clone()
    }

    fn is_in_callback(&self) -> bool {
        self.instance().is_some_and(|instance| instance.is_in_callback())
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.take() {
            instance.discard();
        }
    }
}
