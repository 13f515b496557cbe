//! `WapcHost`: one guest that can be called, its queue, and the instance behind it, which may be exchanged.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use js_sys::{Function, Object, Promise, Reflect, WebAssembly};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::error::Error;
use crate::instance::Instance;
use crate::invocation::Ended;
use crate::module::Module;
use crate::options::Options;
use crate::promise::promise;
use crate::slots::Slots;
use crate::sys::{Exchange, Port};

/// One instance of a guest, with a memory of its own. Its invocations run one at a time, first come first served.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Host {
    slot: u32,
    state: Rc<State>,
}

/// What a host is made of, shared with the invocations that run.
#[derive(Debug)]
pub(crate) struct State {
    id: u32,
    /// What host callbacks see of this host.
    handle: Object,
    port: Port,
    options: Options,
    module: RefCell<WebAssembly::Module>,
    /// None after a trap: the next invocation makes a fresh one.
    instance: RefCell<Option<Rc<Instance>>>,
    closed: Cell<bool>,
    waiting: RefCell<VecDeque<Exchange>>,
    swaps: RefCell<Vec<Swap>>,
}

/// A guest that is to take over as soon as no invocation runs.
#[derive(Debug)]
struct Swap {
    instance: Rc<Instance>,
    module: WebAssembly::Module,
    done: Function,
}

/// Bytes that any text or payload can have: the protocol's lengths are u32.
const LONGEST: f64 = u32::MAX as f64;

thread_local! {
    static HOSTS: RefCell<Slots<State>> = const { RefCell::new(Slots::new()) };
    static NEXT_ID: Cell<u32> = const { Cell::new(1) };
}

impl Host {
    /// A host of a fresh instance of `module`.
    pub(crate) async fn create(module: WebAssembly::Module, options: Options) -> Result<Self, Error> {
        options.check_async()?;
        let id = NEXT_ID.replace(NEXT_ID.get().wrapping_add(1));
        let handle = Object::new();
        // Can't fail: a fresh, extensible object.
        let _ = Reflect::set(&handle, &"id".into(), &id.into());
        let handle = Object::freeze(&handle);
        let instance = Instance::create(&module, &handle, &options, true).await?;
        let slot = HOSTS.with_borrow_mut(Slots::reserve);
        let state = Rc::new(State {
            id,
            handle,
            port: Port::new(slot, options.payload_limit(), &wasm_bindgen::exports()),
            options,
            module: RefCell::new(module),
            instance: RefCell::new(None),
            closed: Cell::new(false),
            waiting: RefCell::default(),
            swaps: RefCell::default(),
        });
        state.install(Some(instance));
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
    /// Tells hosts apart; what a host callback finds in `context.host.id`.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> u32 {
        self.state.id
    }

    /// Where it is invoked.
    #[wasm_bindgen(getter)]
    pub fn port(&self) -> Port {
        self.state.port.clone()
    }

    /// Bytes of linear memory now; 0 while there is no instance.
    #[wasm_bindgen(getter, js_name = memorySize)]
    #[allow(clippy::cast_precision_loss)] // Memories are far smaller than 2^53 bytes.
    pub fn memory_size(&self) -> f64 {
        self.state.instance().map_or(0.0, |instance| instance.memory_len() as f64)
    }

    /// Whether `close` was called.
    #[wasm_bindgen(getter)]
    pub fn closed(&self) -> bool {
        self.state.closed.get()
    }

    /// Ends an invocation that waits for its turn or for a host call: its promise rejects with `reason`.
    pub fn abort(&self, exchange: &Exchange, reason: JsValue) {
        self.state.abort(exchange, reason);
    }

    /// Lets a fresh instance of `module` take over: a promise of its having done so.
    /// WAPC_LINK and WAPC_INIT leave the old guest in place.
    pub fn replace(&self, module: &Module) -> Result<Promise, JsValue> {
        Ok(self.swap(module.linkable()?))
    }

    /// Lets a fresh instance of the same guest take over.
    pub fn reset(&self) -> Result<Promise, JsValue> {
        Ok(self.swap(self.state.module.borrow().clone()))
    }

    /// Ends everything with WAPC_CLOSED and lets go of the guest. Whether nothing ran: then this can be freed.
    pub fn close(&self) -> bool {
        self.state.close()
    }
}

impl Host {
    fn swap(&self, module: WebAssembly::Module) -> Promise {
        let state = Rc::clone(&self.state);
        promise(async move {
            state.swap(module).await?;
            Ok(JsValue::UNDEFINED)
        })
    }
}

/// What is said before a call of the guest; `js/sys/port.js` has the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Admitted {
    /// The guest may be called.
    Run = 0,
    /// The exchange has to wait; see `host_wait`.
    Later = 1,
    /// The port has the error.
    Refused = 2,
    /// Nothing waits, or what waits can't be run yet.
    None = 3,
}

// What is said after it, as bits; `js/sys/port.js` has the same.
const ERROR: u32 = 1;
const OTHERS_WAIT: u32 = 2;

// The exports below answer with numbers, and are raw ones: through a wasm-bindgen method a call takes 60 ns longer, and
// V8 11 (Node 20) dies of a wasm function that returns a reference when the JavaScript that called it is deoptimized
// meanwhile. The port asks only where there is more to be said than that the guest is free.

/// Whether an exchange may be run, where the port does not know.
#[unsafe(no_mangle)]
extern "C" fn host_admit(slot: u32, op_len: f64, payload_len: f64, at_once: u32) -> u32 {
    let admit = |state: Rc<State>| state.told(state.admit(op_len, payload_len, at_once != 0));
    State::by_slot(slot).map_or(Admitted::Refused, admit) as u32
}

/// Lets the exchange in the port wait, where `host_admit` said that it has to.
#[unsafe(no_mangle)]
extern "C" fn host_wait(slot: u32) {
    if let Some(state) = State::by_slot(slot) {
        state.wait();
    }
}

/// Puts the exchange that waits longest into the port, if it may be run.
#[unsafe(no_mangle)]
extern "C" fn host_admit_next(slot: u32) -> u32 {
    State::by_slot(slot).map_or(Admitted::None, |state| state.admit_next()) as u32
}

/// After a call of the guest that did not simply respond, or with more to do than to answer.
#[unsafe(no_mangle)]
extern "C" fn host_end(slot: u32, ended: u32) -> u32 {
    State::by_slot(slot).map_or(0, |state| state.end(ended.into()))
}

impl State {
    fn by_slot(slot: u32) -> Option<Rc<Self>> {
        HOSTS.with_borrow(|hosts| hosts.get(slot).cloned())
    }

    fn instance(&self) -> Option<Rc<Instance>> {
        self.instance.borrow().clone()
    }

    fn is_in_callback(&self) -> bool {
        self.instance().is_some_and(|instance| instance.is_in_callback())
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Lengths of arrays, and a limit.
    fn admit(self: &Rc<Self>, op_len: f64, payload_len: f64, at_once: bool) -> Result<Admitted, Error> {
        if self.closed.get() {
            return Err(Error::Closed("host"));
        }
        let limit = self.options.payload_limit().into();
        for (what, length, limit) in [("the operation", op_len, LONGEST), ("the payload", payload_len, limit)] {
            if length > limit {
                let (length, limit) = (length as u64, limit as u64);
                return Err(Error::Limit { what, length, limit });
            }
        }
        if self.port.running() {
            return self.admit_busy(at_once);
        }
        if self.instance().is_none() {
            if !at_once {
                return Ok(Admitted::Later);
            }
            self.restart_now()?;
        }
        Ok(Admitted::Run)
    }

    /// An invocation runs already.
    fn admit_busy(&self, at_once: bool) -> Result<Admitted, Error> {
        if self.is_in_callback() {
            return Err(Error::Reentrant(
                "this host was invoked from inside its own host call, whose guest is on the stack; use another instance",
            ));
        }
        if at_once {
            return Err(Error::Async(
                "invokeSync: the host is busy with an invocation that waits for its host call; use invoke",
            ));
        }
        Ok(Admitted::Later)
    }

    fn admit_next(self: &Rc<Self>) -> Admitted {
        if self.port.running() {
            return Admitted::None;
        }
        let Some(exchange) = self.waiting.borrow_mut().pop_front() else {
            return Admitted::None;
        };
        if self.instance().is_none() {
            self.restart_for(exchange);
            return Admitted::None;
        }
        self.port.set_next(&exchange);
        Admitted::Run
    }

    /// Keeps an error where the caller finds it.
    fn told(&self, admitted: Result<Admitted, Error>) -> Admitted {
        admitted.unwrap_or_else(|error| {
            self.port.set_error(&error.into());
            Admitted::Refused
        })
    }

    /// An instance that was left in the middle goes, a guest that is to take over comes.
    fn end(&self, ended: Ended) -> u32 {
        let result = match self.instance() {
            Some(instance) => instance.finish(ended),
            None => Err(Error::Closed("host")),
        };
        let mut after = 0;
        if let Err(error) = result {
            if error.breaks_instance() {
                self.install(None);
            }
            self.port.set_error(&error.into());
            after |= ERROR;
        }
        if self.closed.get() {
            self.install(None);
        }
        self.take_over();
        let others_wait = !self.waiting.borrow().is_empty();
        self.port.set_unusual(others_wait || self.closed.get());
        if others_wait { after | OTHERS_WAIT } else { after }
    }

    /// Makes `instance` the one that is called, and lets go of the one before.
    fn install(&self, instance: Option<Rc<Instance>>) {
        self.port.set_guest(instance.as_ref().map(|instance| instance.guest()));
        let gone = self.instance.replace(instance);
        if let Some(gone) = gone {
            gone.discard();
        }
    }

    /// Nothing runs: guests that were to take over do.
    fn take_over(&self) {
        if self.swaps.borrow().is_empty() {
            return;
        }
        for swap in self.swaps.take() {
            if self.closed.get() {
                swap.instance.discard();
            } else {
                self.module.replace(swap.module);
                self.install(Some(swap.instance));
            }
            // Can't throw: the resolve function of a promise.
            let _ = swap.done.call0(&JsValue::UNDEFINED);
        }
    }

    /// Lets the exchange in the port wait: for its turn, or for a fresh instance.
    fn wait(self: &Rc<Self>) {
        let exchange = self.port.next();
        exchange.queue();
        if self.port.running() {
            self.waiting.borrow_mut().push_back(exchange);
            self.port.set_unusual(true);
        } else {
            self.restart_for(exchange);
        }
    }

    /// Makes a fresh instance after a trap, for an invocation that waits meanwhile in front of all others.
    fn restart_for(self: &Rc<Self>, exchange: Exchange) {
        self.port.set_running(true);
        self.port.set_unusual(true);
        self.waiting.borrow_mut().push_front(exchange);
        let state = Rc::clone(self);
        spawn_local(async move {
            let restarted = state.restart(true).await;
            state.port.set_running(false);
            if let Err(error) = restarted {
                // The one that needed it hears why; whatever waits behind it tries again.
                let failed = state.waiting.borrow_mut().pop_front();
                if let Some(exchange) = failed {
                    state.reject(&exchange, &error);
                }
            }
            state.take_over();
            state.port.drain();
        });
    }

    /// The same at once: nothing in it waits, so one poll completes it.
    fn restart_now(&self) -> Result<Rc<Instance>, Error> {
        let restart = pin!(self.restart(false));
        match restart.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(instance) => instance,
            Poll::Pending => Err(Error::Async("invokeSync: a fresh instance can't be made at once; use invoke")),
        }
    }

    async fn restart(&self, may_wait: bool) -> Result<Rc<Instance>, Error> {
        let module = self.module.borrow().clone();
        let instance = Instance::create(&module, &self.handle, &self.options, may_wait).await?;
        if self.closed.get() {
            instance.discard();
            return Err(Error::Closed("host"));
        }
        self.install(Some(Rc::clone(&instance)));
        Ok(instance)
    }

    /// Starts an instance of `module` and lets it take over when no invocation runs.
    async fn swap(self: &Rc<Self>, module: WebAssembly::Module) -> Result<(), Error> {
        if self.closed.get() {
            return Err(Error::Closed("host"));
        }
        let instance = Instance::create(&module, &self.handle, &self.options, true).await?;
        let taken_over = Promise::new(&mut |done, _| {
            let (instance, module) = (Rc::clone(&instance), module.clone());
            self.swaps.borrow_mut().push(Swap { instance, module, done });
        });
        self.port.set_unusual(true);
        if !self.port.running() {
            self.take_over();
        }
        let _ = JsFuture::from(taken_over).await;
        if self.closed.get() { Err(Error::Closed("host")) } else { Ok(()) }
    }

    /// Ends an invocation that waits for its turn.
    fn reject(&self, exchange: &Exchange, error: &Error) {
        self.port.set_error(&error.into());
        self.port.reject(exchange);
    }

    fn abort(&self, exchange: &Exchange, reason: JsValue) {
        let place = self.waiting.borrow().iter().position(|waiting| waiting == exchange);
        if let Some(place) = place {
            self.waiting.borrow_mut().remove(place);
            self.reject(exchange, &Error::Aborted(reason));
        } else if let Some(instance) = self.instance().filter(|instance| instance.guest().runs(exchange)) {
            self.port.set_unusual(true);
            instance.interrupt(Error::Aborted(reason));
        }
    }

    fn close(&self) -> bool {
        if self.closed.replace(true) {
            return false;
        }
        self.port.set_unusual(true);
        for exchange in self.waiting.take() {
            self.reject(&exchange, &Error::Closed("host"));
        }
        if self.port.running() {
            // Its end lets go of it.
            if let Some(instance) = self.instance() {
                instance.interrupt(Error::Closed("host"));
            }
            return false;
        }
        self.install(None);
        self.take_over();
        true
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(instance) = self.instance.take() {
            instance.discard();
        }
    }
}
